import TestSupport

/// Reads whole tables by the shells of both databases; names travel as hexadecimal digits, because
/// they may hold anything.
struct TableReading {
    /// A table of the source, with what became of it.
    struct Table {
        var name: String
        var columns: [String]
        /// Its name in the target.
        var targetName: String
        var targetColumns: [String]
        /// The types in the target; `missing` where there is no such column.
        var types: [String]
    }

    /// A row in quarantine.
    struct Kept {
        var columns: [String]
        var cells: [Cell]
    }

    var path: String
    var url: String

    /// The application's own tables, by SQLite's own list, with the names that the run recorded.
    ///
    /// - Returns: The tables.
    /// - Throws: ``ProgramFailed``.
    func tables() async throws -> [Table] {
        let query = """
            SELECT hex(t.name), hex(x.name) FROM pragma_table_list AS t
                JOIN pragma_table_xinfo(t.name) AS x
            WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite@_%' ESCAPE '@'
                AND x.hidden <> 1 ORDER BY t.name, x.cid;
            """
        let decode = try await Self.encoding(path)
        let names = try await targetNames()
        let types = try await types()
        var tables: [Table] = []
        for fields in Self.lines(try await sqlite3(path, query)) {
            let name = Self.name(fields[0], decode)
            let column = Self.name(fields[1], decode)
            if tables.last?.name != name {
                let target = names[[name]] ?? name
                tables.append(
                    Table(name: name, columns: [], targetName: target, targetColumns: [], types: [])
                )
            }
            let last = tables.count - 1
            let target = names[[name, column]] ?? column
            tables[last].columns.append(column)
            tables[last].targetColumns.append(target)
            tables[last].types.append(types[[tables[last].targetName, target]] ?? "missing")
        }
        return tables
    }

    private func targetNames() async throws -> [[String]: String] {
        let query = """
            SELECT encode(convert_to(table_name, 'UTF8'), 'hex'), '-',
                encode(convert_to(target_name, 'UTF8'), 'hex') FROM cutover.mapping
            UNION ALL SELECT encode(convert_to(table_name, 'UTF8'), 'hex'),
                encode(convert_to(c.key, 'UTF8'), 'hex'), encode(convert_to(c.value, 'UTF8'), 'hex')
            FROM cutover.mapping, json_each_text(columns::json) AS c;
            """
        var names: [[String]: String] = [:]
        for fields in Self.lines(try await psql(url, query)) {
            let table = Self.name(fields[0])
            names[fields[1] == "-" ? [table] : [table, Self.name(fields[1])]] =
                Self.name(fields[2])
        }
        return names
    }

    private func types() async throws -> [[String]: String] {
        let query = """
            SELECT encode(convert_to(c.relname, 'UTF8'), 'hex'),
                encode(convert_to(a.attname, 'UTF8'), 'hex'), t.typname FROM pg_attribute a
            JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
            WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
                AND c.relkind = 'r';
            """
        var types: [[String]: String] = [:]
        for fields in Self.lines(try await psql(url, query)) {
            types[[Self.name(fields[0]), Self.name(fields[1])]] = fields[2]
        }
        return types
    }

    /// Reads the source.
    ///
    /// - Parameter tables: The tables.
    /// - Returns: The rows of each table.
    /// - Throws: ``ProgramFailed``.
    func source(_ tables: [Table]) async throws -> [[[Cell]]] {
        let queries = tables.enumerated().map { index, table in
            let cells = table.columns.map { name in
                let column = Self.quoted(name)
                return "typeof(\(column)) || ':' || hex(CAST(\(column) AS BLOB)) || ':' || "
                    + "CASE typeof(\(column)) WHEN 'real' THEN "
                    + "lower(hex(ieee754_to_blob(\(column)))) ELSE '' END"
            }
            return "SELECT \(index), \(cells.joined(separator: ", ")) "
                + "FROM \(Self.quoted(table.name)) NOT INDEXED;"
        }
        let decode = try await Self.encoding(path)
        var rows: [[[Cell]]] = Array(repeating: [], count: tables.count)
        for fields in Self.lines(try await sqlite3(path, queries.joined(separator: "\n"))) {
            rows[Int(fields[0]) ?? 0].append(
                fields.dropFirst().map { field in
                    let parts = field.split(separator: ":", omittingEmptySubsequences: false)
                    let stored = bytes(hexadecimal: parts[1])
                    return Cell(
                        type: String(parts[0]),
                        bytes: parts[0] == "blob"
                            ? stored : decode.map { Array($0(stored).utf8) } ?? stored,
                        bits: parts[2].isEmpty ? nil : String(parts[2])
                    )
                }
            )
        }
        return rows
    }

    /// Reads the target.
    ///
    /// - Parameter tables: The tables; one of which a column is missing has no rows.
    /// - Returns: The rows of each table.
    /// - Throws: ``ProgramFailed``.
    func target(_ tables: [Table]) async throws -> [[[Cell]]] {
        let queries = tables.enumerated().filter { !$1.types.contains("missing") }
            .map { index, table in
                let cells = table.targetColumns.map {
                    "coalesce(encode(convert_to(\(Self.quoted($0))::text, 'UTF8'), 'hex'), '~')"
                }
                return "SELECT \(index), concat_ws('|', \(Self.nested(cells))) "
                    + "FROM public.\(Self.quoted(table.targetName));"
            }
        let settings = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 3;\n"
        var rows: [[[Cell]]] = Array(repeating: [], count: tables.count)
        for fields in Self.lines(try await psql(url, settings + queries.joined(separator: "\n"))) {
            let index = Int(fields[0]) ?? 0
            rows[index].append(
                zip(tables[index].types, fields.dropFirst()).map { type, field in
                    Cell(type: type, bytes: field == "~" ? nil : bytes(hexadecimal: field))
                }
            )
        }
        return rows
    }

    /// A function takes a hundred arguments.
    private static func nested(_ cells: [String]) -> String {
        guard cells.count > 90 else { return cells.joined(separator: ", ") }
        return stride(from: 0, to: cells.count, by: 90).map { first in
            let part = cells[first..<min(first + 90, cells.count)]
            return "concat_ws('|', \(part.joined(separator: ", ")))"
        }.joined(separator: ", ")
    }

    /// Reads the quarantine.
    ///
    /// - Returns: The rows by table.
    /// - Throws: ``ProgramFailed``.
    func quarantine() async throws -> [String: [Kept]] {
        let query = """
            SELECT encode(convert_to(table_name, 'UTF8'), 'hex'),
                (SELECT string_agg(encode(convert_to(n, 'UTF8'), 'hex'), ',' ORDER BY i)
                    FROM unnest(columns) WITH ORDINALITY AS c(n, i)),
                (SELECT string_agg(coalesce(k, 'null') || ':' || coalesce(encode(v, 'hex'), ''),
                        ',' ORDER BY i)
                    FROM unnest(classes, row_values) WITH ORDINALITY AS c(k, v, i))
            FROM cutover.quarantine;
            """
        var kept: [String: [Kept]] = [:]
        for fields in Self.lines(try await psql(url, query)) {
            let columns = fields[1].split(separator: ",", omittingEmptySubsequences: false)
            let cells = fields[2].split(separator: ",").map { field in
                let parts = field.split(separator: ":", omittingEmptySubsequences: false)
                var cell = Cell(type: String(parts[0]), bytes: bytes(hexadecimal: parts[1]))
                if cell.type == "real" { cell.bits = Double(cell.text)?.hexadecimal }
                return cell
            }
            kept[Self.name(fields[0]), default: []].append(
                Kept(columns: columns.map { Self.name(String($0)) }, cells: cells)
            )
        }
        return kept
    }

    /// How the bytes of a text become one: nil where they are UTF-8 already, valid or not.
    private static func encoding(_ path: String) async throws -> (([UInt8]) -> String)? {
        switch try await sqlite3(path, "PRAGMA encoding;") {
        case "UTF-8": nil
        case let name:
            { bytes in
                let isLittle = name == "UTF-16le"
                let units = stride(from: 0, to: bytes.count - 1, by: 2).map { index in
                    let (one, two) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
                    return isLittle ? two << 8 | one : one << 8 | two
                }
                return String(decoding: units, as: UTF16.self)
            }
        }
    }

    private static func lines(_ text: String) -> [[String]] {
        text.split(separator: "\n").map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        }
    }

    private static func name(
        _ digits: String,
        _ decode: (([UInt8]) -> String)? = nil
    ) -> String {
        let stored = bytes(hexadecimal: digits)
        return decode?(stored) ?? String(decoding: stored, as: UTF8.self)
    }

    private static func quoted(_ name: String) -> String {
        "\"\(name.replacing("\"", with: "\"\""))\""
    }
}
