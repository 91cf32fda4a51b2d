/// The definitions of a source that are not ours: what must be the same before and after.
package struct ApplicationSchema: Sendable, Equatable {
    /// What stands in place of the text of a trigger of ours: its table is all that matters.
    private static let ours = "ours, on "

    /// A definition.
    struct Object: Sendable, Hashable {
        var type: String
        var name: String
        var sql: String
    }

    let objects: [Object]

    /// What everything of ours is called.
    static let prefix = "_cutover_"

    /// The condition on rows of `sqlite_schema` that are ours.
    package static let isOurs = """
        (name LIKE '\\_cutover\\_%' ESCAPE '\\' AND instr(sql, '\(Catalog.mark)') > 0)
        """

    /// Reads the definitions of a file.
    ///
    /// - Parameter connection: A connection to the source.
    /// - Throws: ``SourceError``.
    init(_ connection: SourceConnection) throws(SourceError) {
        try self.init(
            connection,
            """
            SELECT type, name, coalesce(sql, '') FROM main.sqlite_schema
            WHERE NOT coalesce(\(Self.isOurs), 0) AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
            ORDER BY type, name
            """
        )
    }

    /// Reads the definitions that stood when the capture was installed.
    init(recordedIn connection: SourceConnection) throws(SourceError) {
        try self.init(
            connection,
            """
            SELECT type, name, sql FROM _cutover_schema
            WHERE sql NOT LIKE '\(Self.ours)%' ORDER BY type, name
            """
        )
    }

    /// Reads our own triggers, without which writes of the application are not seen.
    ///
    /// A table that was dropped and made anew, with the same text, has lost them.
    ///
    /// - Parameters:
    ///   - connection: A connection to the source.
    ///   - isRecorded: Whether those are meant that were installed, or those that stand now.
    /// - Throws: ``SourceError``.
    init(triggersIn connection: SourceConnection, asRecorded isRecorded: Bool) throws(SourceError) {
        try self.init(
            connection,
            isRecorded
                ? """
                SELECT type, name, sql FROM _cutover_schema
                WHERE sql LIKE '\(Self.ours)%' ORDER BY type, name
                """
                : """
                SELECT type, name, '\(Self.ours)' || tbl_name FROM main.sqlite_schema
                WHERE \(Self.isOurs) AND type = 'trigger' ORDER BY type, name
                """
        )
    }

    /// Names what of this is not there any more.
    ///
    /// - Parameter now: What is there.
    /// - Returns: One phrase an object.
    func losses(to now: ApplicationSchema) -> [String] {
        let present = Set(now.objects)
        return objects.filter { !present.contains($0) }
            .map { "our trigger \"\(SafeText.visible($0.name))\" is gone" }
    }

    private init(_ connection: SourceConnection, _ query: String) throws(SourceError) {
        var objects: [Object] = []
        try connection.query(query) { row in
            objects.append(
                Object(
                    type: row.text(0) ?? "",
                    name: row.text(1) ?? "",
                    sql: row.text(2) ?? ""
                )
            )
        }
        self.objects = objects
    }

    /// Names what became different, in words.
    ///
    /// - Parameter now: The definitions as they are now.
    /// - Returns: One phrase a definition, such as `table orders is changed`.
    func changes(to now: ApplicationSchema) -> [String] {
        func index(_ objects: [Object]) -> [[String]: String] {
            Dictionary(objects.map { ([$0.type, $0.name], $0.sql) }) { first, _ in first }
        }
        let (before, after) = (index(objects), index(now.objects))
        return Set(before.keys).union(after.keys).sorted { $0.joined() < $1.joined() }
            .compactMap { key in
                let name = "\(key[0]) \"\(SafeText.visible(key[1]))\""
                switch (before[key], after[key]) {
                case (nil, _?): return "\(name) is new"
                case (_?, nil): return "\(name) is gone"
                case (let old?, let new?): return old == new ? nil : "\(name) is changed"
                case (nil, nil): return nil
                }
            }
    }
}
