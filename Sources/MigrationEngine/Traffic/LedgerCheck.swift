/// Looks for every committed write of a ledger on one side.
package enum LedgerCheck {
    /// A row that is not as the application last saw it committed.
    package struct Loss: Sendable, Encodable {
        /// The table.
        package let table: String
        /// The key.
        package let key: String
        /// The column that differs; nil when the row as a whole is missing or should be gone.
        package let column: String?
        /// What was found instead, in a word.
        package let found: String
    }

    /// Compares the last committed state of each row with a side.
    ///
    /// The two sides write some values differently: 1 and `t`, a date with and without a zone,
    /// `1.50` and `1.5`. Such values count as the same; whether every cell is the same is for
    /// `verify` to say. A row whose last write may or may not have been committed is passed over.
    ///
    /// - Parameters:
    ///   - ledger: What the application saw committed.
    ///   - place: The side that is live.
    /// - Returns: The rows that are not as they were committed; none when nothing is lost.
    /// - Throws: ``MigrationError`` when the side cannot be read.
    package static func losses(
        _ ledger: TrafficLedger,
        in place: TrafficPlace
    ) throws(MigrationError) -> [Loss] {
        do throws(TrafficFailure) {
            let database = try TrafficDatabase(
                place,
                enforcesForeignKeys: false,
                name: "check"
            )
            var losses: [Loss] = []
            for write in ledger.lastStates.values where write.isCertain {
                let condition = "\(write.key.column) = :key"
                let query = TrafficSQL("SELECT * FROM \(write.key.table) WHERE \(condition)")
                let found = try database.rows(query, ["key": .string(write.key.value)]).first
                if let loss = compare(write, found) { losses.append(loss) }
            }
            return losses.sorted { ($0.table, $0.key) < ($1.table, $1.key) }
        } catch {
            throw MigrationError(
                place.side == .source ? .sourceFailed : .targetFailed,
                "the committed writes cannot be looked for",
                place: .init("traffic", side: place.side),
                remedy: "see the cause; then compare again",
                cause: error.cause
            )
        }
    }

    private static func compare(_ write: CommittedWrite, _ found: TrafficValues?) -> Loss? {
        func loss(_ column: String?, _ found: String) -> Loss {
            Loss(table: write.key.table, key: write.key.value, column: column, found: found)
        }
        guard let row = write.row else {
            return found == nil ? nil : loss(nil, "a row that was deleted")
        }
        guard let found else { return loss(nil, "no row") }
        for (column, value) in row {
            guard let other = found[column] else { return loss(column, "no such column") }
            guard value != other, !isSame(value.ledgerText, other.ledgerText) else { continue }
            return loss(column, "another value")
        }
        return nil
    }

    /// Whether two texts are one value as SQLite and PostgreSQL write it.
    static func isSame(_ left: String?, _ right: String?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return left == right || plain(left) == plain(right)
    }

    private static func plain(_ text: String) -> String {
        if text == "t" { return "1.0" }
        if text == "f" { return "0.0" }
        if let number = Double(text) { return String(number) }
        // A moment: the separator, a zone of UTC, a fraction and midnight may be written or not.
        guard let match = text.wholeMatch(of: moment) else { return text }
        let time = match.2.map(String.init) ?? "00:00:00"
        let fraction = String(match.3 ?? "").replacing(/\.?0*$/, with: "")
        return "\(match.1) \(time)\(fraction)"
    }

    private static var moment: Regex<(Substring, Substring, Substring?, Substring?)> {
        /(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d)(\.\d+)?(?:Z|\+00(?::?00)?)?)?/
    }
}
