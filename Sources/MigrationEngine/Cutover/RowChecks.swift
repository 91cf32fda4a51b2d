/// The CHECK constraints of a table that rows come back into.
///
/// They rest while rows are written, because a row that SQLite took before its constraint was there
/// must not be refused for another column. So each row that was written is asked afterwards, and
/// one that PostgreSQL took, and the source would not, is refused by name.
final class RowChecks {
    private let table: ReversedTable
    private let rows: ReversedRows
    private let checks: [Catalog.Check]
    /// The constraints that rows broke already, by their numbers.
    private var earlier: [Int: Set<Int>] = [:]
    /// How many rows of a table without a key broke a constraint already.
    private var forgiven: [Int: Int] = [:]
    private var isAskable = true

    /// Takes the constraints of a table; nil when it has none.
    init?(_ table: ReversedTable, _ rows: ReversedRows) {
        var expressions: Set<String> = []
        let checks = table.parts.flatMap(\.source.checks)
            .filter { expressions.insert($0.expression).inserted }
        guard !checks.isEmpty else { return nil }
        self.table = table
        self.rows = rows
        self.checks = checks
    }

    /// Notes what a row breaks that is to be changed.
    ///
    /// - Parameters:
    ///   - handle: The row.
    ///   - number: Its number.
    ///   - tally: Where it is told that nothing can be asked.
    /// - Throws: ``SourceError``.
    func remember(
        _ handle: [SourceValue],
        _ number: Int,
        _ tally: ReverseTally
    ) throws(SourceError) {
        let found = try broken(handle, tally)
        if !found.isEmpty { earlier[number, default: []].formUnion(found) }
    }

    /// Refuses a row that was written and breaks what it did not break before.
    ///
    /// - Parameters:
    ///   - handle: The row.
    ///   - number: Its number.
    ///   - key: Its key, in words.
    ///   - tally: Where it is refused.
    /// - Throws: ``SourceError``.
    func judge(
        _ handle: [SourceValue],
        _ number: Int,
        _ key: String,
        _ tally: ReverseTally
    ) throws(SourceError) {
        let before = earlier[number] ?? []
        for place in try broken(handle, tally).sorted() where !before.contains(place) {
            refuse(place, key, tally)
        }
    }

    /// Notes what a row breaks that leaves a table without a key.
    ///
    /// - Parameters:
    ///   - handle: The row.
    ///   - tally: Where it is told that nothing can be asked.
    /// - Throws: ``SourceError``.
    func forgive(_ handle: [SourceValue], _ tally: ReverseTally) throws(SourceError) {
        for place in try broken(handle, tally) { forgiven[place, default: 0] += 1 }
    }

    /// Refuses the row that was written last, in a table without a key, when more rows break a
    /// constraint than before.
    ///
    /// - Parameters:
    ///   - key: The row, in words.
    ///   - tally: Where it is refused.
    /// - Throws: ``SourceError``.
    func judgeNewest(_ key: String, _ tally: ReverseTally) throws(SourceError) {
        guard table.hasRowid else { return }
        let rowid = try rows.source.integer("SELECT last_insert_rowid()")
        for place in try broken([.integer(rowid ?? 0)], tally).sorted() {
            if let left = forgiven[place], left > 0 {
                forgiven[place] = left - 1
            } else {
                refuse(place, key, tally)
            }
        }
    }

    private func refuse(_ place: Int, _ key: String, _ tally: ReverseTally) {
        let check = checks[place]
        let name = check.name ?? check.expression
        tally.refuse(check.column, key, "it breaks the source's CHECK constraint \(name)")
    }

    /// The places of the constraints that a row breaks: those that are neither true nor NULL.
    private func broken(
        _ handle: [SourceValue],
        _ tally: ReverseTally
    ) throws(SourceError) -> Set<Int> {
        guard isAskable else { return [] }
        // On lines of their own, because an expression may end with a comment.
        let asked = checks.map { "NOT (\n\($0.expression)\n)" }.joined(separator: ", ")
        let statement: SourceStatement
        do throws(SourceError) {
            statement = try rows.prepared(
                "SELECT \(asked) FROM \(table.qualifiedName) WHERE \(table.isHandle(from: 1))"
            )
        } catch {
            guard error.isMistake else { throw error }
            // Such as a function that only the application's own connection has.
            isAskable = false
            tally.note("table whose CHECK constraints cannot be asked here: \(error.message)")
            return []
        }
        try statement.bind(handle)
        defer { statement.reset() }
        guard try statement.step() else { return [] }
        return Set(checks.indices.filter { statement.integer($0) == 1 })
    }
}
