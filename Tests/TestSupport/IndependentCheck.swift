import Foundation

/// Compares both databases without the engine: the shells `sqlite3` and `psql` print every table as
/// canonical text in key order, and `md5sum` tells whether it is the same text.
public struct IndependentCheck: Sendable {
    /// What was found of a table on one side.
    public struct Figures: Sendable, Equatable {
        /// The number of rows.
        public var rows: String
        /// The MD5 of the canonical text.
        public var md5: String
    }

    /// What was found in the source, by table.
    public let source: [String: Figures]
    /// What was found in the target, by table.
    public let target: [String: Figures]

    /// Reads both sides.
    ///
    /// - Parameters:
    ///   - path: The SQLite file.
    ///   - url: The PostgreSQL database.
    /// - Throws: ``ProgramFailed`` when a shell fails.
    public init(source path: String, target url: String) async throws {
        let sourceTables = try await lines(sqlite3(path, Self.sourceTables))
        var source: [String: Figures] = [:]
        let types = try await Self.types(url)
        for table in sourceTables {
            let columns = try await Self.columns(of: table, in: path)
            let canonical = columns.map { Self.sourceText($0.name, types["\(table).\($0.name)"]) }
            let keys = columns.filter { $0.key > 0 }.sorted { $0.key < $1.key }
                .map { "\(quoted($0.name)) COLLATE BINARY" }
            source[table] = try await Self.figures(
                ["sqlite3", "-batch", "-init", "/dev/null", path],
                "SELECT count(*) FROM \(quoted(table));",
                Self.query(canonical, table, keys)
            )
        }
        var target: [String: Figures] = [:]
        for table in try await lines(psql(url, Self.targetTables)) {
            let columns = try await Self.columns(of: table, in: path)
            let canonical = columns.map { Self.targetText($0.name, types["\(table).\($0.name)"]) }
            let keys = columns.filter { $0.key > 0 }.sorted { $0.key < $1.key }
                .map { column in
                    Self.isText(types["\(table).\(column.name)"])
                        ? "\(quoted(column.name)) COLLATE \"C\"" : quoted(column.name)
                }
            target[table] = try await Self.figures(
                ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", url],
                "SELECT count(*) FROM \(quoted(table));",
                "SET TimeZone = 'UTC'; SET extra_float_digits = 0; "
                    + Self.query(canonical, table, keys)
            )
        }
        self.source = source
        self.target = target
    }

    private struct Column: Sendable {
        var name: String
        var key: Int
    }

    private static let sourceTables = """
        SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        ORDER BY name;
        """

    private static let targetTables = """
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
            AND relkind IN ('r', 'p') ORDER BY relname;
        """

    /// The types of the target's columns by `table.column`.
    private static func types(_ url: String) async throws -> [String: String] {
        let rows = try await lines(
            psql(
                url,
                """
                SELECT c.relname || '.' || a.attname || chr(9) || t.typname FROM pg_attribute a
                JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
                WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0
                    AND NOT a.attisdropped AND c.relkind IN ('r', 'p');
                """
            )
        )
        return Dictionary(
            uniqueKeysWithValues: rows.map { row in
                let parts = row.split(separator: "\t")
                return (String(parts[0]), String(parts[1]))
            }
        )
    }

    private static func columns(of table: String, in path: String) async throws -> [Column] {
        try await lines(
            sqlite3(
                path,
                """
                SELECT pk || char(9) || name FROM pragma_table_xinfo('\(table.replacing("'", with: "''"))')
                WHERE hidden <> 1 ORDER BY cid;
                """
            )
        ).map { row in
            let parts = row.split(separator: "\t", maxSplits: 1)
            return Column(name: String(parts[1]), key: Int(parts[0]) ?? 0)
        }
    }

    private static func query(_ cells: [String], _ table: String, _ keys: [String]) -> String {
        "SELECT \(cells.joined(separator: " || '|' || ")) FROM \(quoted(table)) ORDER BY "
            + (keys.isEmpty ? "1" : keys.joined(separator: ", ")) + ";"
    }

    private static func isText(_ type: String?) -> Bool {
        ["text", "varchar", "bpchar"].contains(type)
    }

    private static func escaped(_ text: String, newline: String) -> String {
        "replace(replace(replace(\(text), '\\', '\\\\'), '|', '\\|'), \(newline), '\\n')"
    }

    private static func sourceText(_ column: String, _ type: String?) -> String {
        let name = quoted(column)
        let text: String
        switch type {
        case "timestamp":
            // Whatever was written of `YYYY-MM-DD HH:MM:SS.ffffff`.
            let plain = "replace(\(name), 'T', ' ')"
            text = "substr(\(plain) || substr(' 00:00:00.000000', length(\(plain)) - 9), 1, 26)"
        case "float8": text = "printf('%.15g', \(name))"
        case "bytea": text = "lower(hex(\(name)))"
        case "text", "varchar", "bpchar": text = escaped(name, newline: "char(10)")
        default: text = "CAST(\(name) AS TEXT)"
        }
        return "coalesce(\(text), '~')"
    }

    private static func targetText(_ column: String, _ type: String?) -> String {
        let name = quoted(column)
        let text: String
        switch type {
        case "timestamp": text = "to_char(\(name), 'YYYY-MM-DD HH24:MI:SS.US')"
        case "date": text = "to_char(\(name), 'YYYY-MM-DD')"
        case "bool": text = "\(name)::int::text"
        case "numeric": text = "trim_scale(\(name))::text"
        case "bytea": text = "encode(\(name), 'hex')"
        case "text", "varchar", "bpchar": text = escaped("\(name)::text", newline: "chr(10)")
        default: text = "\(name)::text"
        }
        return "coalesce(\(text), '~')"
    }

    private static func figures(
        _ shell: [String],
        _ count: String,
        _ rows: String
    ) async throws -> Figures {
        let script = #"printf '%s\n' "$1" | "${@:3}"; printf '%s\n' "$2" | "${@:3}" | md5sum"#
        let outcome = try await run(
            "bash",
            ["-o", "pipefail", "-ec", script, "-", count, rows] + shell
        )
        let found = lines(outcome.stdout)
        guard outcome.status == 0, found.count == 2 else {
            throw ProgramFailed(description: "\(shell[0]): \(outcome.stderr)\n\(rows)")
        }
        return Figures(rows: found[0], md5: String(found[1].prefix(32)))
    }
}

private func quoted(_ name: String) -> String {
    "\"\(name.replacing("\"", with: "\"\""))\""
}

private func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init)
}
