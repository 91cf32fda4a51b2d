/// Which names tables and columns of the source have in the target.
struct LiveNames {
    /// A table.
    struct Table {
        /// Its name in the source.
        var source: String
        /// Its name in the target.
        var target: String
        /// The names of its columns in the source, by those in the target.
        var columns: [String: String] = [:]
    }

    /// The tables.
    var tables: [Table] = []
}

extension LiveConnection {
    /// Reads the names that the newest run into a schema gave.
    ///
    /// - Parameter schema: The schema.
    /// - Returns: The names; none when no run is known, or when the user may not read of it.
    func recordedNames(_ schema: String) -> LiveNames {
        var names = LiveNames()
        guard
            let found = try? rows("SELECT to_regclass('cutover.mapping') IS NOT NULL").first,
            found.first == "t",
            let recorded = try? rows(
                """
                SELECT m.table_name, m.target_name, c.key, c.value
                FROM cutover.mapping m LEFT JOIN LATERAL jsonb_each_text(m.columns) AS c ON true
                WHERE m.target_name <> '' AND m.run_id = (
                    SELECT run_id FROM cutover.run
                    WHERE run_id NOT LIKE 'dry-%' AND coalesce(schema_name = ?, true)
                    ORDER BY started_at DESC LIMIT 1)
                ORDER BY m.table_name
                """,
                [.text(schema)]
            )
        else { return names }
        for row in recorded {
            guard let source = row[0], let target = row[1] else { continue }
            if names.tables.last?.source != source {
                names.tables.append(.init(source: source, target: target))
            }
            guard let column = row[2], let name = row[3] else { continue }
            names.tables[names.tables.count - 1].columns[name] = column
        }
        return names
    }
}

extension LiveShape {
    /// Takes up what tables and columns were called in the source.
    ///
    /// - Parameter names: The names.
    mutating func follow(_ names: LiveNames) {
        for table in names.tables {
            guard let place = relations.firstIndex(where: { $0.name == table.target }) else {
                continue
            }
            relations[place].source = table.source
            for column in relations[place].columns.indices {
                let name = relations[place].columns[column].name
                relations[place].columns[column].source = table.columns[name]
            }
        }
    }

    /// Takes up the names that a profile prescribes, for tables of which no run is recorded.
    ///
    /// - Parameter profile: The profile.
    mutating func follow(_ profile: Profile) {
        guard !profile.rules.isEmpty else { return }
        for place in relations.indices where relations[place].source == nil {
            let name = relations[place].name
            let rule = profile.rules.tables.first { $0.rename == name }
            relations[place].source = rule?.table
            for rule in profile.rules.columns {
                guard let renamed = rule.rename,
                    rule.table.foldedName == (relations[place].source ?? name).foldedName,
                    let column = relations[place].columns.firstIndex(where: { $0.name == renamed })
                else { continue }
                relations[place].columns[column].source = rule.column
            }
        }
    }

    /// Lets a query of the profile name tables and columns as the source does.
    ///
    /// - Parameters:
    ///   - needs: Columns that it reads, as `table.column`.
    ///   - query: The query.
    /// - Returns: The query, with a table of the source's names in front for each that was renamed.
    func named(_ needs: [String], in query: String) -> String {
        let tables = Set(needs.map { String($0.prefix { $0 != "." }) }).sorted()
        let views = tables.compactMap { name -> String? in
            guard let relation = relation(name), relation.isRenamed else { return nil }
            let columns = relation.columns.map { column in
                "\(SourceConnection.quote(column.name)) AS "
                    + SourceConnection.quote(column.source ?? column.name)
            }
            // Read where it is asked for, so that an index of the table serves.
            return "\(SourceConnection.quote(relation.source ?? name)) AS NOT MATERIALIZED "
                + "(SELECT \(columns.joined(separator: ", ")) FROM \(relation.sql))"
        }
        guard !views.isEmpty else { return query }
        let list = views.joined(separator: ", ")
        let text = query.drop(while: \.isWhitespace)
        guard text.lowercased().hasPrefix("with ") else { return "WITH \(list) \(text)" }
        let rest = text.dropFirst("with ".count).drop(while: \.isWhitespace)
        return rest.lowercased().hasPrefix("recursive ")
            ? "WITH RECURSIVE \(list), \(rest.dropFirst("recursive ".count))"
            : "WITH \(list), \(rest)"
    }
}

extension LiveShape.Relation {
    /// Whether it, or a column of it, has another name than in the source.
    fileprivate var isRenamed: Bool {
        (source ?? name) != name || columns.contains { ($0.source ?? $0.name) != $0.name }
    }
}
