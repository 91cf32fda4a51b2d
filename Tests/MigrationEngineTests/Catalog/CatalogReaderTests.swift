import Testing

@testable import MigrationEngine

/// Reads the catalog of a database in memory.
func catalog(of sql: String) throws -> Catalog {
    let connection = try SourceConnection(path: ":memory:", access: .create)
    try connection.execute(sql)
    return try CatalogReader.read(connection)
}

@Suite struct CatalogReaderTests {
    private func table(_ sql: String, _ name: String = "t") throws -> Catalog.Table {
        try #require(try catalog(of: sql).table(name))
    }

    @Test func `names in all four quote styles are read as SQLite stores them`() throws {
        let table = try table(
            #"""
            CREATE TABLE "odd ""table""" ( -- a comment with ), ' and "
                "primary" INTEGER /* ) */ PRIMARY KEY,
                `tick``ed` VARCHAR ( 20 ) COLLATE NOCASE NOT NULL,
                [brack,et)] DOUBLE PRECISION DEFAULT (1 + (2)),
                'single' UNSIGNED BIG INT DEFAULT -5,
                größe "TEXT" DEFAULT 'it''s',
                untyped
            )
            """#,
            "odd \"table\""
        )
        #expect(
            table.columns.map(\.name)
                == ["primary", "tick`ed", "brack,et)", "single", "größe", "untyped"]
        )
        #expect(
            table.columns.map(\.declaredType) == [
                "INTEGER", "VARCHAR ( 20 )", "DOUBLE PRECISION", "UNSIGNED BIG INT", "TEXT", "",
            ]
        )
        #expect(
            table.columns.map(\.affinity) == [.integer, .text, .real, .integer, .text, .blob]
        )
        #expect(table.columns.map(\.collation) == [nil, "NOCASE", nil, nil, nil, nil])
        #expect(table.columns.map(\.isNotNull) == [false, true, false, false, false, false])
        #expect(
            table.columns.map(\.defaultExpression)
                == [nil, nil, "1 + (2)", "-5", "'it''s'", nil]
        )
        #expect(table.rowidAlias == "primary")
        #expect(table.unparsed == [])
    }

    @Test func `checks keep their text, their name and their column`() throws {
        let table = try table(
            """
            CREATE TABLE t (
                a INTEGER CONSTRAINT positive CHECK (a /* not ) zero */ > 0) CHECK (a <> 7),
                b TEXT CHECK (b IN ('x)', "y")), CONSTRAINT both CHECK (a > 1 OR b = ',')
                CHECK (length(b) < 9) ON CONFLICT IGNORE
            )
            """
        )
        #expect(
            table.checks == [
                .init(name: "positive", expression: "a /* not ) zero */ > 0", column: "a"),
                .init(name: nil, expression: "a <> 7", column: "a"),
                .init(name: nil, expression: "b IN ('x)', \"y\")", column: "b"),
                .init(name: "both", expression: "a > 1 OR b = ','", column: nil),
                .init(name: nil, expression: "length(b) < 9", column: nil),
            ]
        )
        #expect(table.conflictClauses == ["CHECK ON CONFLICT IGNORE"])
    }

    @Test func `a composite key keeps its declared order`() throws {
        let table = try table(
            """
            CREATE TABLE t (a TEXT, b INTEGER, c, CONSTRAINT keyed PRIMARY KEY (c DESC, a),
                CONSTRAINT "u 1" UNIQUE (b, a COLLATE NOCASE), UNIQUE (b))
            """
        )
        #expect(table.primaryKeyName == "keyed")
        #expect(
            table.primaryKey == [.init(name: "c", isDescending: true), .init(name: "a")]
        )
        #expect(table.rowidAlias == nil)
        #expect(
            table.uniques == [
                .init(
                    name: "u 1",
                    columns: [.init(name: "b"), .init(name: "a", collation: "NOCASE")]
                ),
                .init(name: nil, columns: [.init(name: "b")]),
            ]
        )
    }

    @Test func `WITHOUT ROWID, STRICT and AUTOINCREMENT are told apart`() throws {
        let catalog = try catalog(
            of: """
                CREATE TABLE plain (id INTEGER PRIMARY KEY);
                CREATE TABLE auto (id INTEGER PRIMARY KEY AUTOINCREMENT, v ANY) STRICT;
                CREATE TABLE bare (k TEXT, n INT, PRIMARY KEY (n, k)) WITHOUT ROWID, STRICT;
                CREATE TABLE descending (id INTEGER PRIMARY KEY DESC);
                CREATE TABLE short (id INT PRIMARY KEY);
                CREATE TABLE late (v, id INTEGER, PRIMARY KEY (id AUTOINCREMENT));
                INSERT INTO auto VALUES (41, 1); DELETE FROM auto;
                """
        )
        let tables = catalog.migratedTables
        #expect(
            tables.map(\.name) == ["plain", "auto", "bare", "descending", "short", "late"]
        )
        #expect(tables.map(\.rowidAlias) == ["id", "id", nil, nil, nil, "id"])
        #expect(tables.map(\.isAutoincrement) == [false, true, false, false, false, true])
        #expect(tables.map(\.isWithoutRowid) == [false, false, true, false, false, false])
        #expect(tables.map(\.isStrict) == [false, true, true, false, false, false])
        #expect(tables.map(\.sequence) == [nil, 41, nil, nil, nil, nil])
        #expect(tables[1].columns[1].affinity == .blob)
        #expect(tables[2].columns.map(\.isNotNull) == [true, true])
        #expect(tables[2].primaryKey.map(\.name) == ["n", "k"])
        #expect(catalog.table("sqlite_sequence")?.kind == .internal)
    }

    @Test func `foreign keys are read in every form`() throws {
        let catalog = try catalog(
            of: """
                CREATE TABLE p (x INT, y TEXT, z UNIQUE, PRIMARY KEY (y, x));
                CREATE TABLE c (
                    id INTEGER PRIMARY KEY REFERENCES c,
                    z REFERENCES p (z) ON DELETE SET NULL ON UPDATE CASCADE
                        DEFERRABLE INITIALLY DEFERRED,
                    a INT, b TEXT,
                    w CONSTRAINT gone REFERENCES missing NOT DEFERRABLE,
                    CONSTRAINT pair FOREIGN KEY (b, a) REFERENCES P MATCH FULL
                        ON DELETE NO ACTION DEFERRABLE
                );
                """
        )
        let keys = try #require(catalog.table("c")).foreignKeys
        #expect(keys.map(\.columns) == [["id"], ["z"], ["w"], ["b", "a"]])
        #expect(keys.map(\.parentTable) == ["c", "p", "missing", "P"])
        #expect(keys.map(\.parentColumns) == [["id"], ["z"], [], ["y", "x"]])
        #expect(keys.map(\.name) == [nil, nil, "gone", "pair"])
        #expect(keys.map(\.onDelete) == ["NO ACTION", "SET NULL", "NO ACTION", "NO ACTION"])
        #expect(keys.map(\.onUpdate) == ["NO ACTION", "CASCADE", "NO ACTION", "NO ACTION"])
        #expect(keys.map(\.isDeferrable) == [false, true, false, true])
        #expect(keys.map(\.isInitiallyDeferred) == [false, true, false, false])
        #expect(keys.map(\.pragmaID) == [3, 2, 1, 0])
    }

    @Test func `indexes keep expressions, predicates, order and collation`() throws {
        let table = try table(
            """
            CREATE TABLE t (a TEXT, b INTEGER, c TEXT COLLATE NOCASE);
            CREATE INDEX plain ON t (a, b DESC);
            CREATE UNIQUE INDEX "part ial" ON t (b) WHERE a IS NOT NULL AND b > (1) -- end
            ;
            CREATE INDEX expr ON t (lower(a || ','), (b + 1) DESC, a COLLATE NOCASE ASC, c);
            """
        )
        #expect(table.indexes.map(\.name) == ["plain", "part ial", "expr"])
        #expect(table.indexes.map(\.isUnique) == [false, true, false])
        #expect(table.indexes.map(\.predicate) == [nil, "a IS NOT NULL AND b > (1)", nil])
        #expect(
            table.indexes[0].columns == [.init(name: "a"), .init(name: "b", isDescending: true)]
        )
        #expect(
            table.indexes[2].columns == [
                .init(expression: "lower(a || ',')"),
                .init(expression: "(b + 1)", isDescending: true),
                .init(name: "a", collation: "NOCASE"),
                .init(name: "c"),
            ]
        )
    }

    @Test func `generated columns keep kind and expression`() throws {
        let table = try table(
            """
            CREATE TABLE t (a INTEGER, generated TEXT,
                b INTEGER GENERATED ALWAYS AS (a * (2)) STORED,
                c AS (a || ')') VIRTUAL NOT NULL, d TEXT AS (generated))
            """
        )
        #expect(table.columns.map(\.generation) == [.none, .none, .stored, .virtual, .virtual])
        #expect(
            table.columns.map(\.generationExpression)
                == [nil, nil, "a * (2)", "a || ')'", "generated"]
        )
        #expect(table.columns.map(\.declaredType) == ["INTEGER", "TEXT", "INTEGER", "", "TEXT"])
    }

    @Test func `only the application's own tables are migrated`() throws {
        let catalog = try catalog(
            of: """
                CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT);
                CREATE VIRTUAL TABLE search USING fts5(note);
                CREATE TABLE search_extra (id INTEGER);
                CREATE VIRTUAL TABLE outside USING fts5(note, content='outside_content');
                CREATE TABLE outside_content (note TEXT);
                CREATE TABLE _cutover_log (seq INTEGER PRIMARY KEY /* cutover */);
                CREATE TABLE _cutover_orders (id INTEGER PRIMARY KEY);
                CREATE VIEW v AS SELECT * FROM orders;
                CREATE TRIGGER tr AFTER INSERT ON orders BEGIN DELETE FROM search; END;
                ANALYZE;
                """
        )
        #expect(
            catalog.migratedTables.map(\.name)
                == ["orders", "search", "search_extra", "outside_content", "_cutover_orders"]
        )
        #expect(catalog.table("search")?.kind == .virtual(module: "fts5"))
        #expect(catalog.table("search_data")?.kind == .shadow(of: "search"))
        #expect(catalog.table("search_content")?.kind == .shadow(of: "search"))
        #expect(catalog.table("_cutover_log")?.kind == .cutover)
        #expect(catalog.views.map(\.sql) == ["CREATE VIEW v AS SELECT * FROM orders"])
        #expect(catalog.views.map(\.columns) == [["id", "note"]])
        #expect(catalog.table("_cutover_orders")?.kind == .ordinary)
        #expect(catalog.triggers.map(\.table) == ["orders"])
    }

    @Test func `a virtual table without its module keeps name and kind`() throws {
        let connection = try SourceConnection(path: ":memory:", access: .create)
        try connection.execute(
            """
            CREATE TABLE real (a INTEGER);
            PRAGMA writable_schema = ON;
            INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('table',
                'gone', 'gone', 0, 'CREATE VIRTUAL TABLE gone USING nosuchmodule(a, b)');
            PRAGMA writable_schema = RESET;
            """
        )
        let catalog = try CatalogReader.read(connection)
        #expect(catalog.table("gone")?.kind == .virtual(module: "nosuchmodule"))
        #expect(catalog.migratedTables.map(\.name) == ["real"])
        #expect(
            catalog.table("gone")?.virtualRows == .unreadable("no such module: nosuchmodule")
        )
    }

    @Test func `columns added and tables renamed by ALTER are read`() throws {
        let table = try table(
            """
            CREATE TABLE old (a INTEGER PRIMARY KEY, b TEXT); -- comment
            ALTER TABLE old ADD COLUMN c TEXT NOT NULL DEFAULT 'x' CHECK (c <> '');
            ALTER TABLE old RENAME TO t;
            ALTER TABLE t RENAME COLUMN b TO "b b";
            """
        )
        #expect(table.columns.map(\.name) == ["a", "b b", "c"])
        #expect(table.checks == [.init(name: nil, expression: "c <> ''", column: "c")])
        #expect(table.unparsed == [])
    }

    @Test func `a text that is not understood costs only what no pragma tells`() throws {
        let connection = try SourceConnection(path: ":memory:", access: .create)
        try connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT CHECK (b > ''))")
        let table = try #require(try CatalogReader.read(connection).table("t"))
        #expect(table.checks.count == 1)
        // SQLite itself would not open such a text, so the parser is asked by itself.
        let definition = TableDefinition(
            parsing: "CREATE TABLE t (a INT(3) WHAT ( ? ), b CHECK (b > 0), CHECK (1"
        )
        #expect(definition.checks.map(\.expression) == ["b > 0"])
        #expect(
            definition.unparsed == ["a INT(3) WHAT ( ? )", "CHECK (1", "end of CREATE TABLE"]
        )
    }
}
