/// The triggers that log the keys of written rows of one table.
///
/// `INSERT OR REPLACE` and `UPDATE OR REPLACE` delete the rows in their way without firing DELETE
/// triggers, unless the application turned `recursive_triggers` on. So the keys of rows that stand
/// in the way of any unique key are logged before the write; one key too many in the log costs a
/// look at its row and changes nothing.
///
/// - SeeAlso: <https://www.sqlite.org/lang_conflict.html> (REPLACE)
struct CaptureTriggers {
    private let captured: CapturedTable
    private let table: Catalog.Table
    private let quote = SourceConnection.quote

    init(_ captured: CapturedTable, _ table: Catalog.Table) {
        self.captured = captured
        self.table = table
    }

    /// The statements that make the triggers.
    var statements: [String] {
        guard !captured.isWhole else {
            return ["insert", "update", "delete"].map { event in
                trigger("after_\(event)", "AFTER \(event.uppercased())", [log("VALUES", [])])
            }
        }
        let updated =
            "SELECT \(Self.now), \(captured.number), \(keys("NEW.").joined(separator: ", ")) WHERE "
            + captured.key.map { "NEW.\(quote($0)) IS NOT OLD.\(quote($0)) COLLATE BINARY" }
            .joined(separator: " OR ")
        var statements = [
            trigger("after_insert", "AFTER INSERT", [log("VALUES", keys("NEW."))]),
            trigger("after_delete", "AFTER DELETE", [log("VALUES", keys("OLD."))]),
            trigger(
                "after_update",
                "AFTER UPDATE",
                [log("VALUES", keys("OLD.")), insert + updated]
            ),
        ]
        let inTheWay = conflicts
        if !inTheWay.isEmpty {
            statements.append(
                trigger(
                    "before_insert",
                    "BEFORE INSERT",
                    inTheWay.map { insert + found($0.condition) }
                )
            )
            statements.append(
                trigger(
                    "before_update",
                    "BEFORE UPDATE",
                    inTheWay.map { insert + found("\($0.condition) AND (\($0.isChanged))") }
                )
            )
        }
        return statements
    }

    /// The time of a write as a julian day: SQLite before 3.42 has nothing finer that is a number.
    private static let now = "julianday('now')"

    private var insert: String {
        let columns = captured.key.indices.map { ", k\($0 + 1)" }.joined()
        return "INSERT INTO _cutover_log (at, t\(columns)) "
    }

    private func log(_ verb: String, _ values: [String]) -> String {
        let all = [Self.now, String(captured.number)] + values
        return insert + "\(verb) (\(all.joined(separator: ", ")))"
    }

    private func keys(_ prefix: String) -> [String] { captured.key.map { prefix + quote($0) } }

    /// The keys of the rows that match a condition.
    private func found(_ condition: String) -> String {
        let values = [Self.now, String(captured.number)] + keys("")
        return "SELECT \(values.joined(separator: ", ")) FROM \(quote(table.storedName)) "
            + "WHERE \(condition)"
    }

    private func trigger(_ name: String, _ event: String, _ body: [String]) -> String {
        """
        CREATE TRIGGER "_cutover_\(captured.number)_\(name)" \(Catalog.mark) \(event) \
        ON \(quote(table.storedName)) BEGIN \(body.map { $0 + "; " }.joined())END
        """
    }

    /// A unique key, as something that a row can stand in the way of.
    private struct Conflict: Hashable {
        /// The condition on the rows that have the new row's value.
        var condition: String
        /// Whether an UPDATE changes the value at all, which costs no look at the table.
        var isChanged: String
    }

    /// The unique keys besides the logged one.
    private var conflicts: [Conflict] {
        var keys: [[Catalog.KeyColumn]] = table.uniques.map(\.columns)
        if !table.primaryKey.isEmpty { keys.append(table.primaryKey) }
        var conflicts = keys.filter { !isCaptured($0) }.map { conflict($0, nil) }
        conflicts += table.indexes.filter(\.isUnique).filter { !isCaptured($0.columns) }
            .map { conflict($0.columns, $0.predicate) }
        // Whoever writes a rowid that no column shows can replace a row by it.
        if table.rowidAlias == nil, case .rowid(let name) = RowIdentity(table) {
            conflicts.append(
                Conflict(
                    condition: "\(name) = NEW.\(name)",
                    isChanged: "NEW.\(name) IS NOT OLD.\(name)"
                )
            )
        }
        var seen: Set<Conflict> = []
        return conflicts.filter { seen.insert($0).inserted }
    }

    /// Whether a row that has the same value in these columns has the same logged key, so that the
    /// new row's own entry speaks for it.
    private func isCaptured(_ columns: [Catalog.KeyColumn]) -> Bool {
        let plain = Set(columns.filter { $0.collation == nil }.compactMap { $0.name?.foldedName })
        return captured.key.allSatisfy { plain.contains($0.foldedName) && isExact($0) }
    }

    /// Whether two values of a column that SQLite calls equal are the same value.
    private func isExact(_ name: String) -> Bool {
        guard let column = table.column(name) else { return false }
        if table.rowidAlias?.foldedName == name.foldedName { return true }
        let isBinary = (column.collation ?? "BINARY").foldedName == "binary"
        // A column without affinity holds 1 and 1.0, which are equal.
        let isOneClass = table.isStrict && column.declaredType.foldedName == "blob"
        return isBinary && (column.affinity != .blob || isOneClass)
    }

    private func conflict(_ columns: [Catalog.KeyColumn], _ predicate: String?) -> Conflict {
        // The predicate as a term of its own lets SQLite find the rows by the partial index.
        let limit = predicate.map { ["(\($0)\n)"] } ?? []
        let terms = columns.map { column -> String in
            let collation = column.collation.map { " COLLATE \(quote($0))" } ?? ""
            if let name = column.name {
                return "\(quote(name))\(collation) = NEW.\(quote(name))"
            }
            let expression = column.expression ?? "NULL"
            return "(\(expression)\n)\(collation) = (\(ofNewRow(expression, predicate)))"
        }
        let isPlain = predicate == nil && columns.allSatisfy { $0.name != nil }
        let changed = columns.compactMap(\.name).map {
            "NEW.\(quote($0)) IS NOT OLD.\(quote($0)) COLLATE BINARY"
        }
        return Conflict(
            condition: (terms + limit).joined(separator: " AND "),
            isChanged: isPlain ? changed.joined(separator: " OR ") : "1"
        )
    }

    /// The value of an expression of an index for the new row.
    ///
    /// Some functions fail for some values, and a write must not fail here where it would not
    /// without us: SQLite looks at CHECK constraints first, which `OR IGNORE` makes a skipped row
    /// of, and at an index only when the row is in it.
    private func ofNewRow(_ expression: String, _ predicate: String?) -> String {
        let late = CapturedTable.lateNames(of: table)
        // A check of an id that SQLite gives later says nothing yet.
        let columnsOf = Self.names(in: expression)
        let checks = table.checks.map(\.expression).filter { check in
            let names = Self.names(in: check)
            return names.isDisjoint(with: late) && !names.isDisjoint(with: columnsOf)
        }
        let guards = checks.map { "(\($0)\n) IS NOT 0" } + (predicate.map { ["(\($0)\n)"] } ?? [])
        let value =
            guards.isEmpty
            ? expression
            : "CASE WHEN \(guards.joined(separator: " AND ")) THEN (\(expression)\n) END"
        // Only the columns that it names: a column that a trigger names cannot be dropped.
        let names = Self.names(in: value)
        let columns = table.columns
            .filter { $0.generation != .hidden && names.contains($0.name.foldedName) }
            .map { "NEW.\(quote($0.name)) AS \(quote($0.name))" }
        let row = columns.isEmpty ? "1" : columns.joined(separator: ", ")
        return "SELECT \(value)\n FROM (SELECT \(row)) AS \(quote(table.storedName))"
    }

    /// Every word of an expression that could be a column's name.
    static func names(in expression: String) -> Set<String> {
        Set(SQLTokenizer.tokens(of: expression).compactMap { $0.name?.foldedName })
    }
}
