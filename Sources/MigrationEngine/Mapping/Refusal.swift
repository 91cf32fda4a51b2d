/// Why something of the source cannot be said in PostgreSQL with the same meaning.
package struct Refusal: Error, Sendable, Equatable {
    /// The reason, for the ledger: one line, lower case, no full stop.
    package let reason: String

    init(_ reason: String) { self.reason = reason }
}
