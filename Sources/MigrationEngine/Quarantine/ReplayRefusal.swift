/// Why a row of the quarantine is not in the target after a try.
struct ReplayRefusal: Error {
    /// The column, as the source spells it.
    var column: String?
    var reason: String
    var sqlState: String?

    /// Whether another row may be missing, which may come later.
    var mayPass: Bool { sqlState == "23503" }
}
