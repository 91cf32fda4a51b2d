/// Which rows in quarantine are meant.
package struct QuarantineSelection: Sendable {
    /// Their numbers; empty when they are chosen otherwise.
    package var ids: [Int64] = []
    /// The table that they belong to, as the source spells it.
    package var table: String?
    /// The reason that they have, or the start of it.
    package var reason: String?

    /// Chooses all rows of the run.
    package init() {}

    /// Chooses rows.
    ///
    /// - Parameters:
    ///   - ids: Their numbers; empty for all.
    ///   - table: The table.
    ///   - reason: The reason, or the start of it.
    package init(ids: [Int64] = [], table: String? = nil, reason: String? = nil) {
        self.ids = ids
        self.table = table
        self.reason = reason
    }

    /// The choice as a condition, with the run as `$1`.
    ///
    /// - Parameter run: The run.
    /// - Returns: The condition and its parameters.
    func condition(_ run: String) -> (sql: String, values: [TargetParameter]) {
        var sql = "q.run_id = $1"
        var values: [TargetParameter] = [.text(run)]
        func add(_ value: String, _ condition: (String) -> String) {
            values.append(.text(value))
            sql += " AND \(condition("$\(values.count)"))"
        }
        if !ids.isEmpty {
            add("{\(ids.map(String.init).joined(separator: ","))}") {
                "q.id = ANY (\($0)::bigint[])"
            }
        }
        if let table { add(table) { "q.table_name = \($0)" } }
        if let reason { add(reason) { "starts_with(q.reason, \($0))" } }
        return (sql, values)
    }
}
