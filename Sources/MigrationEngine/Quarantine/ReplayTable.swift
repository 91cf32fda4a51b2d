/// A table of the target as rows are replayed into it: its columns as they are today.
struct ReplayTable: Sendable {
    /// The table in the source.
    var name: String
    /// The table in SQL of the target.
    var qualifiedName: String
    /// The columns that the run filled, by the source's name, folded.
    var columns: [String: Column] = [:]
    /// The column with a sequence.
    var sequence: (column: String, name: String)?
    /// The tables that it refers to, by the name in SQL.
    var parents: [String] = []
    /// The number that the server knows it by.
    var oid = ""
    /// Whether the user may let triggers rest.
    var isOwned = true
    /// Whether triggers or rules would act on a row.
    var hasActors = false

    /// A column as the target has it today.
    struct Column: Sendable {
        /// The column; of type `text` where the server reads the value.
        var target: TargetColumn
        /// The type as the server spells it.
        var type: String
        /// Whether the server reads the value from text, because the encoder does not write the type.
        var isReadByServer: Bool
        /// How the server reads it in a run into tables that stood already.
        var cast: ExistingType.Cast?

        /// Chooses how values reach the column.
        ///
        /// - Parameters:
        ///   - target: The column; its type is not looked at.
        ///   - type: The type as the server spells it.
        ///   - base: What a domain stands on, or the type itself.
        ///   - isEnumeration: Whether it is an enumeration, which is sent as its word.
        init(_ target: TargetColumn, type: String, base: String, isEnumeration: Bool) {
            self.target = target
            self.type = type
            let written =
                base == "character varying" || isEnumeration ? .text : TargetType(sql: base)
            self.target.type = written ?? .text
            isReadByServer = written == nil
        }

        /// Chooses as a run into tables that stood already does.
        fileprivate mutating func read(_ known: ExistingCatalog.Column) {
            let type = ExistingType(known)
            target.type = type.wire
            if case .cast(let cast) = type { self.cast = cast } else { cast = nil }
            isReadByServer = cast != nil
        }
    }

    /// Reads the tables of a run from the target's own catalog.
    static func read(
        _ run: RunState.Run,
        schema: String,
        _ target: TargetConnection
    ) throws(TargetError) -> NameTable<ReplayTable> {
        let known = try ExistingCatalog(target, schema: schema, countsRows: false)
        var tables = try columns(run.id, schema, target)
        for (name, table) in tables.pairs {
            guard let found = known.tables.first(where: { $0.oid == table.oid }) else { continue }
            tables[name]?.isOwned = found.isOwned
            tables[name]?.hasActors = !found.actors.isEmpty
            guard run.mode == TargetSchema.Mode.existing.rawValue else { continue }
            for (key, column) in table.columns {
                let own = found.columns.first { $0.name.isExactly(column.target.name) }
                if let own { tables[name]?.columns[key]?.read(own) }
            }
        }
        return tables
    }

    private static func columns(
        _ run: String,
        _ schema: String,
        _ target: TargetConnection
    ) throws(TargetError) -> NameTable<ReplayTable> {
        let rows = try target.query(
            """
            SELECT m.table_name, format('%I.%I', n.nspname, c.relname), k.key, a.attname,
                format_type(a.atttypid, a.atttypmod), a.attnotnull,
                pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname),
                (SELECT string_agg(DISTINCT format('%I.%I', fn.nspname, f.relname), chr(31))
                    FROM pg_constraint o JOIN pg_class f ON f.oid = o.confrelid
                        JOIN pg_namespace fn ON fn.oid = f.relnamespace
                    WHERE o.conrelid = c.oid AND o.contype = 'f'),
                b.type, b.is_enumeration, c.oid
            FROM cutover.mapping m
                JOIN pg_namespace n ON n.nspname = $2
                JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = m.target_name
                CROSS JOIN LATERAL jsonb_each_text(m.columns) k
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = k.value
                    AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                CROSS JOIN LATERAL (
                    WITH RECURSIVE base (id, modifier, depth) AS (
                        SELECT a.atttypid, a.atttypmod, 0
                        UNION ALL
                        SELECT t.typbasetype, t.typtypmod, base.depth + 1
                        FROM base JOIN pg_type t ON t.oid = base.id AND t.typtype = 'd'
                    )
                    SELECT format_type(base.id, base.modifier) AS type,
                        t.typtype = 'e' AS is_enumeration
                    FROM base JOIN pg_type t ON t.oid = base.id ORDER BY depth DESC LIMIT 1
                ) b
            WHERE m.run_id = $1
            """,
            [.text(run), .text(schema)]
        ).rows
        var tables: NameTable<ReplayTable> = [:]
        for row in rows {
            let name = row[0] ?? ""
            var table = tables[name] ?? ReplayTable(name: name, qualifiedName: row[1] ?? "")
            let source = row[2] ?? ""
            table.columns[source.foldedName] = Column(
                TargetColumn(
                    sourceName: source,
                    name: row[3] ?? "",
                    type: .text,
                    isNotNull: row[5] == "t"
                ),
                type: row[4] ?? "",
                base: row[8] ?? "",
                isEnumeration: row[9] == "t"
            )
            if let sequence = row[6] { table.sequence = (row[3] ?? "", sequence) }
            table.oid = row[10] ?? ""
            table.parents = (row[7] ?? "").split(separator: "\u{1f}").map(String.init)
            tables[name] = table
        }
        return tables
    }

    /// The tables in an order in which parents come before their children, cycles aside.
    static func parentsFirst(_ tables: NameTable<ReplayTable>) -> NameTable<Int> {
        let bySQL = NameTable(tables.all.map { ($0.qualifiedName, $0.name) })
        var ranks: NameTable<Int> = [:]
        var open: NameSet = []
        func visit(_ name: String) {
            guard ranks[name] == nil, open.insert(name), let table = tables[name]
            else { return }
            for parent in table.parents {
                if let parent = bySQL[parent] { visit(parent) }
            }
            ranks[name] = ranks.keys.count
        }
        for name in tables.keys.sorted() { visit(name) }
        return ranks
    }
}
