import TestSupport

/// Compares whole databases by the shells of both sides, every row and every cell, without the
/// engine: rows are brought into canonical texts and compared as multisets.
struct TableJudge {
    /// The tables that were compared, with their rows.
    private(set) var rows: [String: Int] = [:]
    /// What differs, in words.
    private(set) var differences: [String] = []

    /// Compares.
    ///
    /// - Parameters:
    ///   - path: The SQLite file; every collation it names must be known to the shell.
    ///   - url: The PostgreSQL database, whose tables and columns have the source's names.
    /// - Throws: ``ProgramFailed``.
    init(_ path: String, _ url: String) async throws {
        let columns = try await Self.columns(path)
        let types = try await Self.types(url)
        let source = try await Self.source(path, columns)
        let target = try await Self.target(url, columns)
        for (table, names) in columns {
            let kinds = names.map { types["\(table)\t\($0)"] ?? "missing" }
            guard !kinds.contains("missing") else {
                differences.append("\(table): \(names) are \(kinds)")
                continue
            }
            let ours = (source[table] ?? []).map { cells in
                zip(cells, kinds).map { cell, type in
                    CellJudge.canonical(source: cell, in: type) ?? "not a \(type): \(cell.text)"
                }.joined(separator: "|")
            }.sorted()
            let theirs = (target[table] ?? []).map { cells in
                zip(cells, kinds).map { cell, type in
                    CellJudge.canonical(target: Cell(type: type, bytes: cell.bytes))
                }.joined(separator: "|")
            }.sorted()
            rows[table] = ours.count
            guard ours != theirs else { continue }
            let first = zip(ours, theirs).first { $0 != $1 }
            differences.append(
                "\(table): \(ours.count) and \(theirs.count) rows; \(first.map { "\($0)" } ?? "")"
            )
        }
    }

    /// The columns of the application's own tables, in order.
    private static func columns(_ path: String) async throws -> [String: [String]] {
        let query = """
            SELECT t.name || char(9) || x.name FROM pragma_table_list AS t
                JOIN pragma_table_xinfo(t.name) AS x
            WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite@_%' ESCAPE '@'
                AND x.hidden <> 1 ORDER BY t.name, x.cid;
            """
        var columns: [String: [String]] = [:]
        for line in try await sqlite3(path, query).split(separator: "\n") {
            let parts = line.split(separator: "\t", maxSplits: 1).map(String.init)
            columns[parts[0], default: []].append(parts[1])
        }
        return columns
    }

    private static func types(_ url: String) async throws -> [String: String] {
        let query = """
            SELECT c.relname || chr(9) || a.attname || chr(9) || t.typname FROM pg_attribute a
            JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
            WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped;
            """
        var types: [String: String] = [:]
        for line in try await psql(url, query).split(separator: "\n") {
            let parts = line.split(separator: "\t").map(String.init)
            types["\(parts[0])\t\(parts[1])"] = parts[2]
        }
        return types
    }

    private static func source(
        _ path: String,
        _ columns: [String: [String]]
    ) async throws -> [String: [[Cell]]] {
        let queries = columns.map { table, names in
            let cells = names.map { name in
                let column = quoted(name)
                return "typeof(\(column)), hex(CAST(\(column) AS BLOB)), CASE typeof(\(column)) "
                    + "WHEN 'real' THEN lower(hex(ieee754_to_blob(\(column)))) END"
            }
            return "SELECT '\(literal(table))', \(cells.joined(separator: ", ")) "
                + "FROM \(quoted(table)) NOT INDEXED;"
        }
        var rows: [String: [[Cell]]] = [:]
        let text = try await sqlite3(path, ".mode list\n" + queries.joined(separator: "\n"))
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "|", omittingEmptySubsequences: false)
                .map(String.init)
            let cells = stride(from: 1, to: fields.count - 2, by: 3).map { index in
                Cell(
                    type: fields[index],
                    bytes: bytes(hexadecimal: fields[index + 1]),
                    bits: fields[index + 2].isEmpty ? nil : fields[index + 2]
                )
            }
            rows[fields[0], default: []].append(cells)
        }
        return rows
    }

    private static func target(
        _ url: String,
        _ columns: [String: [String]]
    ) async throws -> [String: [[Cell]]] {
        let queries = columns.map { table, names in
            let cells = names.map {
                "coalesce(encode(convert_to(\(quoted($0))::text, 'UTF8'), 'hex'), '~')"
            }
            return "SELECT '\(literal(table))', \(cells.joined(separator: ", ")) "
                + "FROM \(quoted(table));"
        }
        let settings = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 3;\n"
        var rows: [String: [[Cell]]] = [:]
        for line in try await psql(url, settings + queries.joined(separator: "\n"))
            .split(separator: "\n")
        {
            let fields = line.split(separator: "|", omittingEmptySubsequences: false)
            rows[String(fields[0]), default: []].append(
                fields.dropFirst().map {
                    Cell(type: "", bytes: $0 == "~" ? nil : bytes(hexadecimal: $0))
                }
            )
        }
        return rows
    }

    private static func quoted(_ name: String) -> String {
        "\"\(name.replacing("\"", with: "\"\""))\""
    }

    private static func literal(_ text: String) -> String { text.replacing("'", with: "''") }
}
