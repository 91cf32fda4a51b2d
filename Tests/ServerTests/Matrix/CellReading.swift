import TestSupport

/// Which row of which table.
struct RowName: Hashable, Sendable, CustomStringConvertible {
    /// The table.
    var table: String
    /// Its id.
    var id: Int

    /// Both.
    var description: String { "\(table) id \(id)" }
}

/// Column `v` of many tables `(id, v)`, read by the shells of both databases.
enum CellReading {
    /// Reads the source.
    ///
    /// - Parameters:
    ///   - path: The SQLite file.
    ///   - tables: The tables.
    /// - Returns: The cells.
    /// - Throws: ``ProgramFailed``.
    static func source(_ path: String, _ tables: [String]) async throws -> [RowName: Cell] {
        let queries = tables.map { table in
            """
            SELECT '\(table)', id, typeof(v), hex(CAST(v AS BLOB)),
                CASE typeof(v) WHEN 'real' THEN lower(hex(ieee754_to_blob(v))) END FROM \(table);
            """
        }
        var cells: [RowName: Cell] = [:]
        for fields in rows(try await sqlite3(path, queries.joined(separator: "\n"))) {
            cells[RowName(table: fields[0], id: Int(fields[1]) ?? 0)] = Cell(
                type: fields[2],
                bytes: bytes(hexadecimal: fields[3]),
                bits: fields[4].isEmpty ? nil : fields[4]
            )
        }
        return cells
    }

    /// Reads the target.
    ///
    /// - Parameters:
    ///   - url: The PostgreSQL database.
    ///   - tables: The tables; those that are not there are left out.
    /// - Returns: The cells.
    /// - Throws: ``ProgramFailed``.
    static func target(_ url: String, _ tables: [String]) async throws -> [RowName: Cell] {
        let found = try await psql(
            url,
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace;"
        )
        let present = Set(found.split(separator: "\n").map(String.init))
        let queries = tables.filter(present.contains).map { table in
            """
            SELECT '\(table)', id, (SELECT typname FROM pg_type WHERE oid = pg_typeof(v)),
                coalesce(encode(convert_to(v::text, 'UTF8'), 'hex'), '~') FROM \(table);
            """
        }
        let settings = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 3;\n"
        var cells: [RowName: Cell] = [:]
        for fields in rows(try await psql(url, settings + queries.joined(separator: "\n"))) {
            cells[RowName(table: fields[0], id: Int(fields[1]) ?? 0)] = Cell(
                type: fields[2],
                bytes: fields[3] == "~" ? nil : bytes(hexadecimal: fields[3])
            )
        }
        return cells
    }

    /// Reads the quarantine.
    ///
    /// - Parameter url: The PostgreSQL database.
    /// - Returns: Column `v` of each row that is kept there.
    /// - Throws: ``ProgramFailed``.
    static func quarantine(_ url: String) async throws -> [RowName: Cell] {
        let query = """
            SELECT table_name, substr(key_text, 4), coalesce(classes[i], 'null'),
                coalesce(encode(row_values[i], 'hex'), '~')
            FROM cutover.quarantine, array_position(columns, 'v') AS i;
            """
        var cells: [RowName: Cell] = [:]
        for fields in rows(try await psql(url, query)) {
            let value = fields[3] == "~" ? nil : bytes(hexadecimal: fields[3])
            var cell = Cell(type: fields[2], bytes: value)
            if cell.type == "real" { cell.bits = Double(cell.text)?.hexadecimal }
            cells[RowName(table: fields[0], id: Int(fields[1]) ?? 0)] = cell
        }
        return cells
    }

    private static func rows(_ text: String) -> [[String]] {
        text.split(separator: "\n").map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        }
    }
}
