/// What `quick_check` says of a file, and which tables are hurt.
struct IntegrityCheck: Sendable {
    /// How many findings are asked for.
    private static let limit = 1_000

    /// What quick_check says of values that break a declaration of their table: they can be read,
    /// and the copy deals with each of their rows.
    private static let aboutValues = [" value in ", "CHECK constraint failed in "]

    /// The damage of a whole file.
    ///
    /// - Parameter connection: A connection to the file.
    /// - Returns: SQLite's words, none when all is well.
    /// - Throws: ``SourceError`` for anything but damage.
    static func damage(_ connection: SourceConnection) throws(SourceError) -> [String] {
        try messages(connection, "PRAGMA quick_check(\(limit))")
    }

    /// The damage of one table and its indexes.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - connection: A connection to the file.
    /// - Returns: SQLite's words, none when all is well.
    /// - Throws: ``SourceError`` for anything but damage.
    static func damage(
        of table: Catalog.Table,
        _ connection: SourceConnection
    ) throws(SourceError) -> [String] {
        try messages(connection, "PRAGMA quick_check(\(SourceConnection.quote(table.storedName)))")
    }

    private static func messages(
        _ connection: SourceConnection,
        _ pragma: String
    ) throws(SourceError) -> [String] {
        var harmless = aboutValues
        // Rows in the order of a collation that only the application has.
        let others = "name NOT IN ('BINARY', 'NOCASE', 'RTRIM')"
        if try connection.integer("SELECT 1 FROM pragma_collation_list WHERE \(others)") != nil {
            harmless.append("row not in PRIMARY KEY order")
        }
        let messages = try answers(connection, pragma)
        guard !messages.isEmpty else { return ["quick_check gave no answer"] }
        return messages.filter { message in
            message != "ok" && !harmless.contains(where: message.contains)
        }
    }

    /// What quick_check says; the CHECK constraints it looks at may call functions of the
    /// application.
    private static func answers(
        _ connection: SourceConnection,
        _ pragma: String
    ) throws(SourceError) -> [String] {
        var known: Set<String> = []
        while true {
            var messages: [String] = []
            do throws(SourceError) {
                try connection.query(pragma) { row in
                    // One answer can hold several lines, the first one about the database as such.
                    for line in (row.text(0) ?? "").split(separator: "\n")
                    where !line.hasPrefix("***") {
                        messages.append(String(line))
                    }
                }
                return messages
            } catch {
                if error.isDamage { return messages + [error.message] }
                guard let name = error.unknownFunction, known.insert(name).inserted else {
                    throw error
                }
                try connection.standIn(forFunction: name)
            }
        }
    }
}
