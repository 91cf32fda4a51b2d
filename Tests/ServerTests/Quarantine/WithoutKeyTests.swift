import TestSupport
import Testing

/// Rows that break a key are moved whatever their table has to tell them by, each exactly once.
@Suite(.postgres, .database)
struct WithoutKeyTests {
    private func migrated(_ script: String) async throws -> (TestFolder, CutoverCommand, CutoverRun)
    {
        let folder = try TestFolder()
        let path = folder.file("loose.db")
        _ = try await sqlite3(path, script)
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        return (folder, cutover, try await cutover("migrate"))
    }

    private func isEqual(_ run: CutoverRun) -> Bool {
        run.json["verify"]["tables"].list.allSatisfy { $0["status"].string == "equal" }
    }

    @Test func `orphans of a table without a key are moved, as many as there are`() async throws {
        let (folder, cutover, run) = try await migrated(
            """
            CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE loose (p INTEGER REFERENCES parent, t TEXT, b BLOB, r REAL, d TEXT);
            INSERT INTO parent VALUES (1);
            INSERT INTO loose VALUES (1, 'twin', NULL, 1.5, ''), (1, 'twin', NULL, 1.5, '');
            INSERT INTO loose VALUES (9, 'gone', x'00', -0.0, NULL), (9, 'gone', x'00', -0.0, NULL);
            INSERT INTO loose VALUES (8, 'x', NULL, NULL, NULL), ('bad', 'misfit', NULL, 1, '');
            """
        )
        #expect(run.tables.named("loose")["target_rows"].int == 2, "\(run)")
        #expect(run.tables.named("loose")["quarantined_rows"].int == 4)
        #expect(isEqual(run), "\(run)")
        #expect(
            try await psql(
                TestDatabase.url,
                "SELECT key_text FROM cutover.quarantine ORDER BY key_text;"
            ) == "rowid 3\nrowid 4\nrowid 5\nrowid 6"
        )
        #expect(
            try await psql(
                TestDatabase.url,
                "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated "
                    + "AND connamespace = 'public'::regnamespace;"
            ) == "1"
        )
        #expect(exists(folder.path))
        _ = cutover
    }

    @Test func `a row that nothing at all tells from its twin is moved once`() async throws {
        // Every name of the rowid is a column, so there is no rowid to ask for.
        let (folder, cutover, run) = try await migrated(
            """
            CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE nameless (rowid TEXT, _rowid_ INTEGER, oid INTEGER REFERENCES parent);
            INSERT INTO parent VALUES (1);
            INSERT INTO nameless VALUES ('a', 1, 1), ('a', 1, 1), ('b', 2, 7), ('b', 2, 7);
            INSERT INTO nameless VALUES ('c', 'misfit', 1), ('c', 'misfit', 1);
            """
        )
        #expect(run.tables.named("nameless")["target_rows"].int == 2, "\(run)")
        #expect(run.tables.named("nameless")["quarantined_rows"].int == 4)
        #expect(isEqual(run), "\(run)")
        #expect(try await cutover("verify").tables.named("nameless")["status"].string == "equal")
        let id = try await psql(
            TestDatabase.url,
            "SELECT min(id) FROM cutover.quarantine WHERE key_text LIKE '%rowid c%';"
        )
        let replayed = try await cutover("quarantine", ["replay", id, "--set", "_rowid_=5"])
        #expect(replayed.status == 0, "\(replayed)")
        #expect(exists(folder.path))
    }

    @Test func `orphans with keys of other types than integer and text are moved`() async throws {
        let (folder, _, run) = try await migrated(
            """
            CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE reals (k REAL PRIMARY KEY NOT NULL, p INTEGER REFERENCES parent);
            CREATE TABLE blobs (k BLOB PRIMARY KEY NOT NULL, p INTEGER REFERENCES parent)
                WITHOUT ROWID;
            CREATE TABLE days (k DATE NOT NULL, n INTEGER NOT NULL UNIQUE,
                p INTEGER REFERENCES parent, PRIMARY KEY (k));
            INSERT INTO parent VALUES (1);
            INSERT INTO reals VALUES (0.1, 1), (0.2, 9), (1e300, 9);
            INSERT INTO blobs VALUES (x'00', 1), (x'01ff', 9);
            INSERT INTO days VALUES ('2024-01-01', 1, 1), ('2024-01-02', 2, 9);
            """
        )
        #expect(run.tables.list.map { $0["quarantined_rows"].int } == [0, 2, 1, 1], "\(run)")
        #expect(isEqual(run), "\(run)")
        #expect(exists(folder.path))
    }

    @Test func `many orphans move in one go, and none twice`() async throws {
        let (folder, _, run) = try await migrated(
            """
            CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent, t TEXT);
            INSERT INTO parent VALUES (1);
            INSERT INTO child SELECT value, value % 2, 'row ' || value
                FROM generate_series(1, 30000);
            """
        )
        #expect(run.tables.named("child")["target_rows"].int == 15_000, "\(run)")
        #expect(run.tables.named("child")["quarantined_rows"].int == 15_000)
        #expect(isEqual(run), "\(run)")
        #expect(
            try await psql(
                TestDatabase.url,
                "SELECT count(DISTINCT key_bytes), sum(array_length(row_values, 1)) "
                    + "FROM cutover.quarantine;"
            ) == "15000|45000"
        )
        #expect(exists(folder.path))
    }

    @Test func `a row that is in neither place is named when a run is taken up again`()
        async throws
    {
        let (folder, cutover, run) = try await migrated(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT); INSERT INTO t VALUES (1, 1), (2, 2);"
        )
        #expect(run.status == 0, "\(run)")
        _ = try await psql(
            TestDatabase.url,
            "DELETE FROM t WHERE id = 2; UPDATE cutover.run SET finished_at = NULL, phase = 'keys';"
        )
        let again = try await cutover("migrate", "--no-verify")
        #expect(again.status == 1, "\(again)")
        #expect(
            again.json["warnings"].list.contains {
                $0.string == "t: 2 rows in the source, 1 in the target, 0 in quarantine: "
                    + "1 rows are in neither"
            },
            "\(again)"
        )
        #expect(exists(folder.path))
    }
}
