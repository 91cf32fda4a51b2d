import TestSupport
import Testing

/// Schemas that SQLite accepts and that break tools.
struct HostileSchema: Sendable, CustomTestStringConvertible {
    /// What it is about.
    var name: String
    /// The statements that make it.
    var sql: String
    /// How `migrate` may end.
    var statuses: Set<Int32> = [0]
    /// Whether it arrives in several tables, which the shells' judge does not put together.
    var isInParts = false

    var testDescription: String { name }
}

extension HostileSchema {
    /// All of them.
    static let all: [Self] = names + shapes

    private static let names: [Self] = [
        Self(
            name: "names of tables",
            sql: tables([
                "select", "user", "order", "group", "table", "a table", " ", "quo\"te", "it's",
                "back\\slash", "Orders", "UPPER", "na\u{ef}ve", "\u{8868}", "\u{1f600}", "a.b",
                "new\nline", "tab\t", "esc\u{1b}[31m", "\u{7f}", "\u{202e}rtl", "%s", "$1", ":x",
                "?1", "@x", "--", "/*", ";", "1", "NULL", "true", "x'00'", "\u{feff}bom",
            ])
        ),
        Self(
            name: "names that are ours or the server's",
            sql: tables([
                "cutover", "cutover.run", "run", "quarantine", "_cutover_x", "cutover_run",
                "pg_class", "pg_type", "pg_catalog", "pg_temp", "information_schema", "public",
                "columns", "mapping", "checkpoint", "sqlitex", "t_pkey", "t", "t_id_seq", "T_v_key",
            ]) + "CREATE INDEX v_idx ON t (v); CREATE UNIQUE INDEX \"t_v_check\" ON t (v, id);"
        ),
        Self(
            name: "columns of the server's names",
            sql: """
                CREATE TABLE t (ctid TEXT, xmin INTEGER, xmax, cmin, cmax BLOB, tableoid, oid INTEGER,
                    rowid TEXT, _rowid_ TEXT, "user" TEXT, "select", "" TEXT, " " TEXT,
                    "a""b" TEXT, "new
                line" TEXT, "Mixed" TEXT, "\u{e9}" TEXT, "\u{c9}" TEXT, "$1", "a.b", "\\", "'");
                INSERT INTO t SELECT value, value, value, value, zeroblob(value), value, value, 'r',
                    'q', 'u', 1, 'empty', 'blank', 'quote', 'line', 'M', 'e', 'E', 1, 2, 3, 4
                FROM generate_series(1, 40);
                """
        ),
        Self(
            name: "names longer than 63 bytes",
            sql: tables(
                ["a", "b", "\u{e9}", "c"].map { String(repeating: "long name ", count: 7) + $0 }
                    + [
                        String(repeating: "\u{1f600}", count: 40),
                        String(repeating: "x", count: 63),
                    ]
                    + [String(repeating: "x", count: 64), String(repeating: "\u{e9}", count: 32)]
            ) + "CREATE TABLE w ("
                + ["a", "b"].map { end in
                    "\"\(String(repeating: "column ", count: 12))\(end)\" TEXT"
                }.joined(separator: ", ")
                + "); INSERT INTO w VALUES ('one', 'two'), (NULL, 'three');"
        ),
        Self(
            name: "empty name",
            sql: "CREATE TABLE \"\" (\"\" INTEGER PRIMARY KEY, v TEXT UNIQUE); "
                + "INSERT INTO \"\" VALUES (1, 'a'), (2, NULL); CREATE TABLE t (\"\");"
        ),
    ]

    /// A table of each name, with an index, a check, and a reference to the table before.
    private static func tables(_ names: [String]) -> String {
        var before: String?
        return names.map { name in
            let table = quoted(name)
            let parent = before.map { " REFERENCES \($0) (id)" } ?? ""
            before = table
            return """
                CREATE TABLE \(table) (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT UNIQUE,
                    p INTEGER\(parent), CHECK (id > 0));
                INSERT INTO \(table) (v, p) VALUES ('a', 1), ('b', 2), (NULL, NULL);

                """
        }.joined()
    }

    private static func quoted(_ name: String) -> String {
        "\"\(name.replacing("\"", with: "\"\""))\""
    }

    private static let shapes: [Self] = [
        Self(name: "2,000 columns", sql: wide(2_000), statuses: [0, 65], isInParts: true),
        Self(name: "1,600 columns", sql: wide(1_600), statuses: [0, 65], isInParts: true),
        Self(
            name: "400 tables in a ring of foreign keys",
            sql: "PRAGMA foreign_keys = OFF; BEGIN;"
                + (0..<400).map { number in
                    """
                    CREATE TABLE r\(number) (id INTEGER PRIMARY KEY,
                        next INTEGER NOT NULL REFERENCES r\((number + 1) % 400),
                        self INTEGER REFERENCES r\(number) ON DELETE CASCADE);
                    INSERT INTO r\(number) VALUES (1, 2, 2), (2, 1, 1);

                    """
                }.joined() + "COMMIT;"
        ),
        Self(
            name: "zero rows",
            sql: """
                CREATE TABLE a (id INTEGER PRIMARY KEY, v); CREATE TABLE b (v TEXT UNIQUE, w BLOB);
                CREATE TABLE c (k TEXT PRIMARY KEY) WITHOUT ROWID;
                CREATE TABLE d (id INTEGER PRIMARY KEY AUTOINCREMENT, at DATETIME, ok BOOLEAN,
                    a INTEGER REFERENCES a, n DECIMAL(5, 2) NOT NULL DEFAULT 1.5, j JSON);
                """
        ),
        Self(
            name: "WITHOUT ROWID with keys of texts",
            sql: """
                CREATE TABLE k (a TEXT, b TEXT COLLATE NOCASE, c BLOB, d REAL, v TEXT,
                    PRIMARY KEY (b, a, d, c)) WITHOUT ROWID;
                INSERT INTO k SELECT substr('abcABC\u{e9}\u{c9}\u{df}\u{1f600} _', value % 12 + 1, 1)
                        || CASE value % 5 WHEN 0 THEN '' ELSE value % 5 END,
                    CASE value % 7 WHEN 0 THEN '' WHEN 1 THEN ' ' ELSE 'X' || (value % 7) END,
                    CAST(value AS BLOB), value / 8.0, 'v' || value FROM generate_series(1, 6000);
                CREATE TABLE m (a TEXT, b INTEGER, PRIMARY KEY (a DESC, b)) WITHOUT ROWID;
                INSERT INTO m SELECT 'k' || (value % 10), value FROM generate_series(1, 3000);
                """
        ),
        Self(
            name: "ids at the ends, negative ids, text ids",
            sql: """
                CREATE TABLE e (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT);
                INSERT INTO e VALUES (-9223372036854775808, 'low'), (-1, 'b'), (0, 'zero'),
                    (9223372036854775807, 'high');
                CREATE TABLE n (id INT PRIMARY KEY, v); INSERT INTO n VALUES (NULL, 1), (NULL, 2),
                    (5, 3);
                CREATE TABLE s (id VARCHAR PRIMARY KEY, v); INSERT INTO s VALUES ('', 1), (' ', 2),
                    ('a', 3), ('A', 4), (NULL, 5);
                """,
            statuses: [0, 1]
        ),
        Self(
            name: "generated columns on each other",
            sql: """
                CREATE TABLE g (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER AS (a * 2) STORED,
                    c INTEGER AS (b + 1) VIRTUAL, d TEXT AS (upper(e) || c), e TEXT DEFAULT 'x',
                    f REAL AS (a / 3.0) STORED UNIQUE, h TEXT AS (strftime('%Y', e)) VIRTUAL);
                INSERT INTO g (id, a, e) SELECT value, value * 3, 'e' || value
                FROM generate_series(1, 200); INSERT INTO g (id, a, e) VALUES (900, NULL, NULL);
                """
        ),
        Self(
            name: "CHECK, columns and indexes by functions that nobody else has",
            sql: """
                CREATE TABLE f (id INTEGER PRIMARY KEY, v TEXT CHECK (length(v) < 99), w INTEGER);
                CREATE INDEX f_v ON f (lower(v)); CREATE INDEX f_w ON f (w) WHERE abs(w) > 3;
                INSERT INTO f SELECT value, 'v' || value, value FROM generate_series(1, 500);
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = replace(replace(replace(sql, 'length', 'app_length'),
                    'lower', 'app_lower'), 'abs', 'app_abs');
                """
        ),
        Self(
            name: "a text database in UTF-16",
            sql: """
                PRAGMA encoding = 'UTF-16'; CREATE TABLE "\u{fc}" (id TEXT PRIMARY KEY, v TEXT);
                INSERT INTO "\u{fc}" SELECT 'k\u{1f600}' || value, 'v\u{e9}' || char(0x10ffff)
                FROM generate_series(1, 300);
                """
        ),
    ]

    private static func wide(_ count: Int) -> String {
        let columns = (1...count).map { "c\($0) INTEGER" }.joined(separator: ", ")
        let values = (1...count).map { "\($0 % 2)" }.joined(separator: ", ")
        return "CREATE TABLE wide (\(columns)); INSERT INTO wide VALUES (\(values)); "
            + "INSERT INTO wide (c1) VALUES (7); CREATE TABLE other (id INTEGER PRIMARY KEY);"
    }
}
