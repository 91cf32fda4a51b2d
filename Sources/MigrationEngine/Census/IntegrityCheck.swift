/// What `quick_check` says of a file, and which tables are hurt.
struct IntegrityCheck: Sendable {
    /// How many findings are asked for.
    private static let limit = 100

    /// What quick_check says of values that break a declaration of their table: they can be read,
    /// and the copy deals with each of their rows.
    private static let aboutValues = [" value in ", "CHECK constraint failed in "]

    /// Tells damage from what quick_check says of values.
    ///
    /// - Parameter message: A line of quick_check.
    /// - Returns: Whether a page is damaged.
    static func isDamage(_ message: String) -> Bool {
        message != "ok" && !aboutValues.contains(where: message.contains)
    }

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
        try messages(connection, "PRAGMA quick_check(\(SourceConnection.quote(table.name)))")
    }

    private static func messages(
        _ connection: SourceConnection,
        _ pragma: String
    ) throws(SourceError) -> [String] {
        var messages: [String] = []
        do throws(SourceError) {
            try connection.query(pragma) { row in
                // One answer can hold several lines, the first one about the database as such.
                for line in (row.text(0) ?? "").split(separator: "\n")
                where !line.hasPrefix("***") && messages.count < limit {
                    messages.append(String(line))
                }
            }
        } catch {
            guard error.isDamage else { throw error }
            messages.append(error.message)
        }
        return messages.filter(isDamage)
    }
}
