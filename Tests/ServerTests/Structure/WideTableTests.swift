import MigrationEngine
import TestSupport
import Testing

/// Tables with more columns than PostgreSQL has room for arrive in parts, every cell compared.
@Suite(.postgres, .database)
struct WideTableTests {
    private static func value(_ row: Int, _ column: Int) -> String {
        switch column % 5 {
        case 0: "\(row * 100_000 + column)"
        case 1: "\(row).\(column)5"
        case 2: "'text \(row) of column \(column), longer than a pointer'"
        case 3: "x'\(String(repeating: "0a", count: column % 40))'"
        default: column % 10 == 4 ? "NULL" : "'\(column)'"
        }
    }

    private static func type(_ column: Int) -> String {
        ["INTEGER", "REAL", "TEXT", "BLOB", "TEXT"][column % 5]
    }

    /// A table of 2,000 columns, all five storage classes in it.
    private static func mixed(_ key: String, rows: Int) -> String {
        let columns = (1..<2_000).map { "c\($0) \(type($0))" }.joined(separator: ", ")
        let values = (1...rows).map { row in
            "INSERT INTO wide VALUES (\(row * 7), "
                + (1..<2_000).map { value(row, $0) }.joined(separator: ", ") + ");"
        }
        return "CREATE TABLE wide (\(key), \(columns));" + values.joined()
    }

    @Test(arguments: ["id INTEGER PRIMARY KEY", "id TEXT PRIMARY KEY", "id INTEGER"])
    func `a table of 2,000 columns arrives in parts`(key: String) async throws {
        let sides = try await BothSides(Self.mixed(key, rows: 5))
        try #require(sides.run.status == 0, "\(sides.run)")
        let parts = try await sides.inTarget(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
                + "ORDER BY relname COLLATE \"C\";"
        )
        #expect(parts.first == "wide")
        #expect(parts.dropFirst() == (2...parts.count).map { "wide_\($0)" }[...])
        // Each row is put together again by its key.
        let join = key.hasPrefix("id INTEGER PRIMARY") ? "id" : "rowid"
        let last = try #require(parts.last)
        let query =
            "SELECT w.c2, l.c1997 FROM wide w JOIN \(last) l USING (\(join)) ORDER BY w.\(join);"
        let left = try await sides.inSource("SELECT c2, c1997 FROM wide ORDER BY rowid;")
        #expect(try await sides.inTarget(query) == left)
        let cutover = CutoverCommand(source: sides.source, target: TestDatabase.url)
        #expect(try await cutover("verify").status == 0)
        _ = try await psql(
            TestDatabase.url,
            "UPDATE \(last) SET c1997 = c1997 || '!' WHERE \(join) = 7 OR \(join) = 1;"
        )
        let verified = try await cutover("verify")
        #expect(verified.status == 1)
        let part = verified.tables.named("wide (part \(parts.count))")
        #expect(part["different"].int == 1, "\(verified)")
        #expect(part["samples"][0]["column"].string == "c1997")
    }

    @Test func `1,500 REAL columns arrive, and what does not fit is in quarantine`() async throws {
        let columns = (1...1_500).map { "c\($0) REAL" }.joined(separator: ", ")
        let values = (1...3).map { row in
            "INSERT INTO m VALUES ('\(row)',"
                + (1...1_500).map { "\(row).\($0)" }.joined(separator: ",")
                + ");"
        }.joined()
        let sides = try await BothSides(
            "CREATE TABLE m (day TEXT PRIMARY KEY, \(columns)) WITHOUT ROWID;" + values
                + "UPDATE m SET c1400 = 'not a number' WHERE day = '2';",
            "--max-quarantined",
            "1"
        )
        try #require(sides.run.status == 0, "\(sides.run)")
        #expect(try await sides.inTarget("SELECT count(*) FROM m;") == ["3"])
        #expect(
            try await sides.inTarget("SELECT day, c1400 FROM m_2 ORDER BY day;") == [
                "1|1.14", "3|3.14",
            ]
        )
        let kept = try await sides.inTarget(
            "SELECT table_name, column_name, key_text FROM cutover.quarantine;"
        )
        #expect(kept.count == 1 && kept[0].hasPrefix("m (part 2)|c1400|"), "\(kept)")
    }

    @Test func `keys of a wide table stand in the part that has their columns`() async throws {
        let columns = (1...1_700).map { "c\($0) TEXT" }.joined(separator: ", ")
        let sides = try await BothSides(
            """
            CREATE TABLE p (id INTEGER PRIMARY KEY);
            CREATE TABLE w (id INTEGER PRIMARY KEY, \(columns), CHECK (c1 <> 'no'),
                CHECK (c1700 <> 'no'), CHECK (c1 <> c1700), UNIQUE (c1699, c1700), UNIQUE (c1, c1700),
                FOREIGN KEY (id) REFERENCES p);
            CREATE INDEX far ON w (c1690); CREATE INDEX both ON w (c1, c1690);
            INSERT INTO p VALUES (1); INSERT INTO w (id, c1, c1699, c1700) VALUES (1, 'a', 'b', 'c');
            """
        )
        try #require(sides.run.status == 0, "\(sides.run)")
        let last = try #require(
            try await sides.inTarget(
                "SELECT attrelid::regclass FROM pg_attribute WHERE attname = 'c1700' ORDER BY 1;"
            ).first
        )
        #expect(last != "w")
        #expect(
            try await sides.refusal("INSERT INTO w (id, c1) VALUES (2, 'no');")?.contains("23514")
                == true
        )
        #expect(
            try await sides.refusal("UPDATE \(last) SET c1700 = 'no';")?.contains("23514") == true
        )
        #expect(
            try await sides.refusal("INSERT INTO \(last) (id, c1699, c1700) VALUES (2, 'b', 'c');")?
                .contains("23505") == true
        )
        #expect(
            try await sides.refusal("INSERT INTO w (id) VALUES (9);")?.contains("23503") == true
        )
        #expect(sides.warnings(about: "stand in several parts").count == 1)
        #expect(sides.warnings(about: "not carried over").count == 3, "\(sides.run)")
    }

    @Test(arguments: ["id INTEGER PRIMARY KEY", "id TEXT PRIMARY KEY", "id INTEGER"])
    func `a view over a table in parts joins them`(key: String) async throws {
        let views = [
            "SELECT id, c2, c1997 || '!' AS c FROM wide WHERE c1997 IS NOT NULL",
            "SELECT count(*) AS n, sum(c1990) AS s FROM wide",
            "SELECT a.id, b.c7 FROM wide AS a LEFT JOIN wide AS b ON b.c1990 = a.c1990 + 100000",
            "SELECT w.id, w.c1996 FROM small JOIN wide w ON w.c10 = small.number",
        ]
        var script = Self.mixed(key, rows: 4)
        script += "CREATE TABLE small (number INTEGER); INSERT INTO small VALUES (200010), (5);"
        for (number, view) in views.enumerated() {
            script += "CREATE VIEW v\(number) AS \(view);"
        }
        script += "CREATE VIEW every AS SELECT * FROM wide;"
        script += "CREATE TRIGGER t AFTER INSERT ON wide BEGIN DELETE FROM small; END;"
        let sides = try await BothSides(script)
        try #require(sides.run.status == 0, "\(sides.run)")
        for (number, view) in views.enumerated() {
            let query = "SELECT * FROM v\(number) ORDER BY 1;"
            BothSides.expectSame(
                try await sides.inSource(query),
                try await sides.inTarget(query),
                "\(view): \(sides.warnings(about: "view v\(number)"))"
            )
        }
        #expect(sides.warnings(about: "2000 columns").count == 1, "\(sides.run)")
        #expect(sides.warnings(about: "stand in several tables").count == 1, "\(sides.run)")
    }
}
