import Foundation

extension CheckReader {
    /// Rows without the parent that they refer to, by the value that refers.
    func orphans(_ key: CheckedKey) throws(CheckFault) -> CheckReading {
        let sql = try names(key)
        let keys = sql.child.map { "CAST(c.\($0) AS TEXT)" }.joined(separator: " || ', ' || ")
        // A join, because SQLite makes an index for it where there is none.
        return try found(
            """
            SELECT \(keys) AS k, NULL AS v, COUNT(*) AS w
            FROM \(sql.childTable) c LEFT JOIN \(sql.parentTable) p ON \(sql.pairs)
            WHERE \(sql.parent.map { "p.\($0) IS NULL" }.joined(separator: " AND "))
                AND \(sql.child.map { "c.\($0) IS NOT NULL" }.joined(separator: " AND "))
            GROUP BY \(keys)
            """,
            prefix: "\(key.words) ",
            tables: [key.child, key.parent]
        )
    }

    /// Parents to which no row refers.
    func childless(_ key: CheckedKey) throws(CheckFault) -> CheckReading {
        let sql = try names(key)
        let keys = sql.parent.map { "CAST(p.\($0) AS TEXT)" }.joined(separator: " || ', ' || ")
        return try found(
            """
            SELECT \(keys) AS k, NULL AS v, 1 AS w
            FROM \(sql.parentTable) p LEFT JOIN \(sql.childTable) c ON \(sql.pairs)
            WHERE \(sql.child.map { "c.\($0) IS NULL" }.joined(separator: " AND "))
                AND \(sql.parent.map { "p.\($0) IS NOT NULL" }.joined(separator: " AND "))
            """,
            prefix: Self.prefix(key),
            tables: [key.child, key.parent]
        )
    }

    /// Which of some parents have children on this side.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - found: Parents as ``childless(_:)`` names them.
    /// - Returns: Those that have.
    /// - Throws: ``CheckFault``.
    func parents(_ key: CheckedKey, among found: [String]) throws(CheckFault) -> [String] {
        let prefix = Self.prefix(key)
        let own = found.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        guard !own.isEmpty, let json = try? JSONEncoder().encode(own) else { return [] }
        let sql = try names(key)
        let keys = sql.parent.map { "CAST(p.\($0) AS TEXT)" }.joined(separator: " || ', ' || ")
        let list = TargetConnection.literal(String(decoding: json, as: UTF8.self))
        return try rows(
            """
            SELECT \(keys) FROM \(sql.parentTable) p
            WHERE \(keys) IN (SELECT value FROM json_each(\(list)))
                AND EXISTS (SELECT 1 FROM \(sql.childTable) c WHERE \(sql.pairs))
            """
        ).compactMap { row in (row.first ?? nil).map { prefix + $0 } }
    }

    private static func prefix(_ key: CheckedKey) -> String {
        "\(key.parent) without \(key.words) "
    }

    /// Rows that state another number than belongs to them.
    func declared(
        _ column: Profile.Check.Column,
        key: String,
        _ counted: Profile.Check.Counted
    ) throws(CheckFault) -> CheckReading {
        let parent = try relation(column.table)
        let declared = try self.column(column.name, of: parent)
        let matches = try self.column(counted.matches, of: parent)
        return try found(
            """
            SELECT k, CAST(a AS TEXT) || ' stated, ' || CAST(b AS TEXT) || ' there' AS v, 1 AS w
            FROM (SELECT CAST(p.\(try self.column(key, of: parent)) AS TEXT) AS k,
                    p.\(declared) AS a, COALESCE(c.s, 0) AS b
                FROM \(parent.sql) p LEFT JOIN \(try sums(counted)) c ON c.j = p.\(matches)) d
            WHERE a <> b
            """,
            prefix: "\(key) ",
            tables: [column.table, counted.rows.table]
        )
    }

    /// Rows whose two sums differ, where there are rows for both.
    func agreeing(
        _ table: String,
        key: String,
        _ left: Profile.Check.Counted,
        _ right: Profile.Check.Counted
    ) throws(CheckFault) -> CheckReading {
        let parent = try relation(table)
        func text(_ sum: String, _ counted: Profile.Check.Counted) -> String {
            "CAST(\(sum) AS TEXT) || "
                + TargetConnection.literal(" in \(counted.rows.table)")
        }
        return try found(
            """
            SELECT CAST(p.\(try column(key, of: parent)) AS TEXT) AS k,
                \(text("l.s", left)) || ', ' || \(text("r.s", right)) AS v, 1 AS w
            FROM \(parent.sql) p
            JOIN \(try sums(left)) l ON l.j = p.\(try column(left.matches, of: parent))
            JOIN \(try sums(right)) r ON r.j = p.\(try column(right.matches, of: parent))
            WHERE l.s <> r.s
            """,
            prefix: "\(key) ",
            tables: [table, left.rows.table, right.rows.table]
        )
    }

    /// What belongs to each row of another table, as a table in parentheses.
    private func sums(_ counted: Profile.Check.Counted) throws(CheckFault) -> String {
        let rows = try relation(counted.rows.table)
        let join = try column(counted.rows.name, of: rows)
        let sum = try counted.sum.map { name throws(CheckFault) in
            "SUM(\(try column(name, of: rows)))"
        }
        return "(SELECT \(join) AS j, \(sum ?? "COUNT(*)") AS s FROM \(rows.sql) GROUP BY \(join))"
    }

    /// The names of a key on this side.
    private struct KeyNames {
        var childTable: String
        var child: [String]
        var parentTable: String
        var parent: [String]

        var pairs: String {
            zip(child, parent).map { "p.\($1) = c.\($0)" }.joined(separator: " AND ")
        }
    }

    private func names(_ key: CheckedKey) throws(CheckFault) -> KeyNames {
        let child = try relation(key.child)
        let parent = try relation(key.parent)
        var names = KeyNames(childTable: child.sql, child: [], parentTable: parent.sql, parent: [])
        for name in key.childColumns { names.child.append(try column(name, of: child)) }
        for name in key.parentColumns { names.parent.append(try column(name, of: parent)) }
        return names
    }
}
