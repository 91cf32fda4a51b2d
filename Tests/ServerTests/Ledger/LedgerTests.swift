import MigrationEngine
import TestSupport
import Testing

/// The ledger says what became of each thing, and the target was asked whether it is so.
@Suite(.postgres, .database)
struct LedgerTests {
    private let folder: TestFolder
    private let cutover: CutoverCommand

    init() throws {
        folder = try TestFolder()
        cutover = CutoverCommand(source: folder.file("shop.db"), target: TestDatabase.url)
    }

    private func entries(_ run: CutoverRun) -> [JSON] { run.json["ledger"]["entries"].list }

    private func probes(_ run: CutoverRun, _ state: String) -> [String] {
        entries(run).filter { $0["probe"]["state"].string == state }.map { entry in
            let place = [entry["table"].string, entry["column"].string].compactMap { $0 }
            let evidence = entry["probe"]["evidence"].string ?? ""
            return "\(place.joined(separator: ".")) \(entry["subject"].string ?? ""): \(evidence)"
        }
    }

    /// Keys, checks and references of every kind, with rows in some tables and none in others.
    private static let shop = """
        CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL
            COLLATE NOCASE UNIQUE, level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 9),
            parent INTEGER REFERENCES customers DEFERRABLE INITIALLY DEFERRED);
        CREATE TABLE shelves (hall TEXT, place INTEGER, PRIMARY KEY (hall, place)) WITHOUT ROWID;
        CREATE TABLE lots (code TEXT PRIMARY KEY NOT NULL, hall TEXT NOT NULL, place INTEGER NOT NULL,
            made TEXT, sold TEXT, is_open BOOLEAN NOT NULL CHECK (is_open IN (0, 1)),
            CHECK (sold IS NULL OR sold >= made), FOREIGN KEY (hall, place) REFERENCES shelves);
        CREATE UNIQUE INDEX open_lot ON lots (hall) WHERE is_open = 1;
        CREATE UNIQUE INDEX lot_upper ON lots (upper(code), made);
        CREATE INDEX lots_made ON lots (made DESC);
        CREATE TABLE empty (id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('a', 'b')),
            amount REAL NOT NULL CHECK (amount > 0), note TEXT UNIQUE,
            customer INTEGER REFERENCES customers (id));
        INSERT INTO customers VALUES (1, 'a@example.org', 3, NULL), (7, 'b@example.org', 4, 1);
        DELETE FROM customers WHERE id = 7;
        INSERT INTO shelves VALUES ('A', 1), ('A', 2);
        INSERT INTO lots VALUES ('L1', 'A', 1, '2026-01-01', NULL, 1),
            ('L2', 'A', 2, '2026-01-01', '2026-02-01', 0);
        """

    @Test func `every kind of constraint is tried, with rows and without`() async throws {
        _ = try await sqlite3(cutover.source, Self.shop)
        let before = "SELECT count(*), max(id) FROM customers"
        let run = try await cutover("migrate")
        try #require(run.status == 0, "\(run)")
        #expect(probes(run, "failed") == [])
        #expect(probes(run, "untried") == [])
        let held = probes(run, "held")
        for expected in [
            "customers.email not null: an insert without a value is refused (23502)",
            "customers.level check: a row that breaks it is refused (23514)",
            "customers foreign key: a row without its parent is refused (23503)",
            "customers.id autoincrement: the next id is above all ids issued",
            "shelves primary key: a row inserted twice is not taken twice",
            "lots foreign key: a row without its parent is refused (23503)",
            "lots check: a row that breaks it is refused (23514)",
            "lots unique index: a row inserted twice is not taken twice",
            "lots index: it is there and valid",
            "empty.kind check: a row that breaks it is refused (23514)",
            "empty.amount check: a row that breaks it is refused (23514)",
            "empty primary key: a row inserted twice is not taken twice",
            "empty unique: a row inserted twice is not taken twice",
            "empty foreign key: a row without its parent is refused (23503)",
        ] {
            #expect(held.contains(expected), "\(expected) is not among \(held)")
        }
        #expect(try await psql(TestDatabase.url, before + ";") == "1|1")
        let next = "INSERT INTO customers (email, level) VALUES ('c', 1) RETURNING id;"
        #expect(try await psql(TestDatabase.url, next) == "8", "the trials moved no sequence")
    }

    @Test(arguments: [
        "CREATE TABLE t (id INTEGER PRIMARY KEY, p INT REFERENCES t(id), n TEXT)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, p INT NOT NULL REFERENCES t(id) DEFERRABLE)",
        "CREATE TABLE t (a INT, b INT, PRIMARY KEY (b, a), FOREIGN KEY (a, b) REFERENCES t (b, a))",
        "CREATE TABLE t (id INTEGER PRIMARY KEY REFERENCES t(id))",
        "CREATE TABLE t (r REAL PRIMARY KEY, p REAL REFERENCES t); INSERT INTO t VALUES (1e300, 1e300)",
        "CREATE TABLE p (k VARCHAR(1) PRIMARY KEY); INSERT INTO p VALUES ('~');"
            + "CREATE TABLE t (k VARCHAR(1) REFERENCES p)",
    ])
    func `a trial is not its own parent`(schema: String) async throws {
        _ = try await sqlite3(cutover.source, schema + ";")
        let run = try await cutover("migrate")
        #expect(run.status == 0, "\(run)")
        #expect(probes(run, "failed") == [])
        // To 1e300 nothing is added by adding a little.
        guard !schema.contains("1e300") else { return }
        #expect(probes(run, "held").contains { $0.hasPrefix("t foreign key") })
    }

    @Test func `a table that lost all of its rows to quarantine keeps its foreign key`()
        async throws
    {
        _ = try await sqlite3(
            cutover.source,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, p INT REFERENCES t(id), n TEXT);"
                + "INSERT INTO t VALUES (1, NULL, 'a' || char(0));"
        )
        let run = try await cutover("migrate", "--max-quarantined", "1")
        #expect(run.status == 0, "\(run)")
        #expect(probes(run, "failed") == [])
    }

    @Test(arguments: [SampleSource.Schema.plan, .production])
    func `the sample's constraints hold`(shape: SampleSource.Schema) async throws {
        try await makeSample(cutover.source, shape, orders: 100)
        let run = try await cutover("migrate")
        try #require(run.status == 0, "\(run)")
        #expect(probes(run, "failed") == [])
        #expect(probes(run, "held").count > 20, "\(probes(run, "untried"))")
    }

    @Test func `a constraint that the target does not hold to ends the run with 1`() async throws {
        _ = try await sqlite3(cutover.source, Self.shop)
        // A server with a mind of its own: it takes the check away as soon as it is made.
        _ = try await psql(
            TestDatabase.url,
            """
            CREATE FUNCTION spoil() RETURNS event_trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (SELECT FROM pg_constraint WHERE conname = 'customers_level_check') THEN
                    ALTER TABLE customers DROP CONSTRAINT customers_level_check;
                    ALTER TABLE customers ADD CONSTRAINT customers_level_check
                        CHECK (level IS NOT NULL);
                END IF;
            END $$;
            """
        )
        _ = try await psql(
            TestDatabase.url,
            """
            CREATE EVENT TRIGGER spoil ON ddl_command_end WHEN TAG IN ('CREATE INDEX')
                EXECUTE FUNCTION spoil();
            """
        )
        let run = try await cutover("migrate")
        #expect(run.status == 1, "\(run)")
        #expect(probes(run, "failed") == ["customers.level check: a row that breaks it was taken"])
        let warnings = run.json["warnings"].list
        #expect(warnings.contains { $0.string?.contains("customers.level does not hold") == true })
    }

    @Test func `what is changed or dropped is told with its reason`() async throws {
        _ = try await sqlite3(
            cutover.source,
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE,
                code TEXT UNIQUE ON CONFLICT REPLACE);
            """
        )
        let run = try await cutover("migrate")
        let told = entries(run).filter { $0["outcome"].string != "kept" }
        #expect(
            told.contains {
                $0["subject"].string == "collation" && $0["column"].string == "name"
                    && $0["outcome"].string == "changed"
            }
        )
        #expect(
            told.contains {
                $0["subject"].string == "conflict clause" && $0["outcome"].string == "dropped"
                    && $0["reason"].string?.isEmpty == false
            }
        )
    }

    @Test func `indexes of every kind are compared with what was to be made`() async throws {
        _ = try await sqlite3(
            cutover.source,
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, n INTEGER, day DATE);
            CREATE INDEX plain ON t (n DESC, name COLLATE BINARY);
            CREATE INDEX few ON t (n) WHERE n > 0;
            CREATE INDEX computed ON t (n + 1, upper(name));
            CREATE INDEX by_name ON t (name);
            CREATE UNIQUE INDEX one_name ON t (name) WHERE n IS NOT NULL;
            INSERT INTO t VALUES (1, 'a', 1, '2024-01-01'), (2, 'b', NULL, NULL);
            """
        )
        let run = try await cutover("migrate")
        try #require(run.status == 0, "\(run)")
        #expect(
            probes(run, "held").filter { $0.contains("index: ") } == [
                "t index: it is there and valid",
                "t index: it is there and valid, over the rows of its WHERE only",
                "t index: it is there and valid, over its expressions",
                "t index: it is there and valid, over its expressions",
                "t unique index: a row inserted twice is not taken twice",
            ],
            "\(probes(run, "held"))"
        )
        let refused = try await refusal("INSERT INTO t (id, name, n) VALUES (3, 'A', 2);")
        #expect(refused?.contains("one_name") == true, "one_name takes 'A' for 'a'")
    }

    private func refusal(_ statement: String) async throws -> String? {
        let outcome = try await TestSupport.run(
            "psql",
            ["-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-", TestDatabase.url],
            stdin: statement
        )
        return outcome.status == 0 ? nil : outcome.stderr
    }

    @Test func `another index of the same name and a check of new rows only are told`()
        async throws
    {
        _ = try await sqlite3(
            cutover.source,
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, level INTEGER CHECK (level > 2));
            CREATE INDEX few ON t (n) WHERE n > 0;
            INSERT INTO t VALUES (1, 1, 3), (2, NULL, 4);
            """
        )
        _ = try await psql(
            TestDatabase.url,
            """
            CREATE FUNCTION spoil() RETURNS event_trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (SELECT FROM pg_indexes WHERE indexname = 'few' AND indexdef LIKE '%WHERE%') THEN
                    DROP INDEX few;
                    CREATE INDEX few ON t (n);
                    ALTER TABLE t DROP CONSTRAINT t_level_check;
                    ALTER TABLE t ADD CONSTRAINT t_level_check CHECK (level > 2) NOT VALID;
                END IF;
            END $$;
            """
        )
        _ = try await psql(
            TestDatabase.url,
            """
            CREATE EVENT TRIGGER spoil ON ddl_command_end WHEN TAG IN ('CREATE INDEX')
                EXECUTE FUNCTION spoil();
            """
        )
        let run = try await cutover("migrate")
        #expect(run.status == 1, "\(run)")
        #expect(
            probes(run, "failed") == [
                "t index: an index of that name is there, and it is another one"
            ]
        )
        #expect(
            probes(run, "held").contains(
                "t.level check: a row that breaks it is refused (23514); rows that were there before "
                    + "are not held to it (NOT VALID)"
            ),
            "\(probes(run, "held"))"
        )
    }
}
