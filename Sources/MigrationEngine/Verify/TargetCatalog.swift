/// What the target really has, read from its own catalog.
struct TargetCatalog: Sendable {
    /// A column of the target.
    struct Column: Sendable {
        var name: String
        var type: String
        /// Whether the target refuses NULL.
        var isNotNull: Bool
        /// The most characters of a `varchar(n)` or `char(n)`.
        var length: Int?
        /// The sequence behind an identity or serial column.
        var sequence: String?
    }

    /// The tables of a schema, by name.
    var tables: NameTable<[Column]> = [:]
    /// The tables among them whose rows are rows of their parent.
    private(set) var partitions: NameSet = []

    /// Reads a schema.
    init(_ connection: TargetConnection, schema: String) throws(TargetError) {
        let tables = try connection.query(
            """
            SELECT c.relname, c.relispartition
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
            """,
            [.text(schema)]
        )
        for row in tables.rows {
            self.tables[row[0] ?? ""] = []
            if row[1] == "t" { partitions.insert(row[0] ?? "") }
        }
        let columns = try connection.query(
            """
            SELECT c.relname, a.attname, b.typname,
                pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname),
                a.attnotnull,
                CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4
                    THEN a.atttypmod - 4 END
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
                CROSS JOIN LATERAL (
                    -- A domain may stand on another domain.
                    WITH RECURSIVE base (name, below) AS (
                        SELECT t.typname, t.typbasetype
                        UNION ALL
                        SELECT d.typname, d.typbasetype
                        FROM base JOIN pg_type d ON d.oid = base.below
                    )
                    SELECT name AS typname FROM base WHERE below = 0
                ) b
            WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND a.attnum > 0
                AND NOT a.attisdropped
            ORDER BY c.relname, a.attnum
            """,
            [.text(schema)]
        )
        for row in columns.rows {
            self.tables[row[0] ?? ""]?.append(
                Column(
                    name: row[1] ?? "",
                    type: row[2] ?? "",
                    isNotNull: row[4] == "t",
                    length: row[5].flatMap { Int($0) },
                    sequence: row[3]
                )
            )
        }
    }
}

/// The names that a run gave to tables and columns.
struct NameMap: Sendable {
    private var tables: NameTable<(target: String, columns: NameTable<String>)> = [:]
    /// What one side keeps for itself on purpose, with the reason.
    private var aside: [Aside: String] = [:]

    private struct Aside: Hashable {
        var side: String
        var table: ExactName
        var column: ExactName?

        init(_ side: String, _ table: String, _ column: String?) {
            self.side = side
            self.table = ExactName(table)
            self.column = column.map { ExactName($0) }
        }
    }
    /// What the run did with the columns, by table.
    private var records: NameTable<MappingRecord> = [:]

    /// Reads the names of a run; without a run every name stays as it is.
    init(_ connection: TargetConnection, run: String?) throws(TargetError) {
        guard let run else { return }
        let rows = try connection.query(
            """
            SELECT m.table_name, m.target_name, c.key, c.value
            FROM cutover.mapping m LEFT JOIN LATERAL jsonb_each_text(m.columns) c ON true
            WHERE m.run_id = $1
            """,
            [.text(run)]
        )
        for row in rows.rows {
            let table = row[0] ?? ""
            tables[table, default: (row[1] ?? "", [:])].columns[row[2] ?? ""] = row[3]
        }
        records = try RunState.records(of: run, connection)
        try readAside(connection, run)
    }

    /// Why a table was not copied, nil when it was.
    func skipReason(_ table: String) -> String? { records[table]?.skip }

    /// What the run did with a column, nil when it did nothing but copy it.
    func record(_ column: String, of table: String) -> MappingRecord.Column? {
        records[table]?.columns.first { $0.source.isExactly(column) }
    }

    private mutating func readAside(
        _ connection: TargetConnection,
        _ run: String
    ) throws(TargetError) {
        guard try connection.query("SELECT to_regclass('cutover.aside')").first != nil else {
            return
        }
        let rows = try connection.query(
            "SELECT side, table_name, column_name, reason FROM cutover.aside WHERE run_id = $1",
            [.text(run)]
        )
        for row in rows.rows {
            aside[Aside(row[0] ?? "", row[1] ?? "", row[2])] = row[3] ?? ""
        }
    }

    /// Why a table, or a column of it, is not compared; nil when it is.
    func isAside(_ side: Side, _ table: String, column: String? = nil) -> String? {
        aside[Aside(side.rawValue, table, column)]
    }

    /// Whether the run has a table for the source's.
    func isPlanned(_ table: String) -> Bool { tables.isEmpty || tables[table] != nil }

    /// The target's name for a table.
    func table(_ name: String) -> String { tables[name]?.target ?? name }

    /// The target's name for a column.
    func column(_ name: String, of table: String) -> String {
        tables[table]?.columns[name] ?? name
    }
}
