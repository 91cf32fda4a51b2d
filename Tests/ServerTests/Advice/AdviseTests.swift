import Foundation
import TestSupport
import Testing

/// Each trouble is planted in PostgreSQL, and the advice names it with the statement to run.
@Suite(.postgres, .database, .timeLimit(.minutes(30)))
struct AdviseTests {
    private let cutover: CutoverCommand
    private let folder: TestFolder

    init() async throws {
        folder = try TestFolder()
        // No source: advice is of the target alone.
        cutover = CutoverCommand(source: folder.file("none.db"), target: TestDatabase.url)
        _ = try await psql(
            cutover.target,
            """
            CREATE TABLE parent (id integer PRIMARY KEY, name text, UNIQUE (name));
            CREATE TABLE child (id integer PRIMARY KEY, parent_id integer REFERENCES parent,
                "Odd name" integer REFERENCES parent, paid boolean);
            CREATE INDEX child_parent ON child (parent_id);
            INSERT INTO parent SELECT i, 'p' || i FROM generate_series(1, 500) i;
            INSERT INTO child SELECT i, 1 + i % 500, NULL, false FROM generate_series(1, 20000) i;
            ANALYZE;
            """
        )
    }

    private func findings(_ name: String, _ options: [String] = []) async throws -> [JSON] {
        let run = try await cutover("advise", options)
        try #require(run.json["findings"] != .null, "\(run)")
        let found = run.json["findings"].list
        let hasFault = found.contains { $0["severity"].string == "fault" }
        #expect(run.status == (hasFault ? 1 : 0), "\(run)")
        #expect(run.json["ok"].bool == !hasFault)
        let named = found.filter { $0["name"].string == name }
        guard Self.troubles.contains(name) else { return named }
        // The known troubles are told by `check`, too, whatever its gates say.
        let check = try await cutover("check", options)
        let told = check.json["findings"].list.filter { $0["name"].string == name }
        #expect(told.map { $0["subject"] } == named.map { $0["subject"] }, "\(check)")
        return named
    }

    private static let troubles = ["pool_exhausted", "orphans", "type_mismatch"]

    /// Runs what was advised: it must be a statement as it stands.
    private func obey(_ finding: JSON) async throws {
        _ = try await psql(cutover.target, try #require(finding["statement"].string))
    }

    @Test func `a reference without an index is named, until the advice is taken`() async throws {
        let found = try await findings("unindexed_reference")
        #expect(found.map { $0["subject"].string } == ["child (\"Odd name\")"])
        #expect(
            found[0]["statement"].string
                == "CREATE INDEX CONCURRENTLY ON \"public\".\"child\" (\"Odd name\");"
        )
        try await obey(found[0])
        #expect(try await findings("unindexed_reference").isEmpty)
    }

    @Test func `rows without their parent are a fault, and an unchecked key is advice`()
        async throws
    {
        #expect(try await findings("orphans").isEmpty)
        _ = try await psql(
            cutover.target,
            """
            SET session_replication_role = replica;
            UPDATE child SET parent_id = 4711 WHERE id = 7;
            """
        )
        let found = try await findings("orphans")
        #expect(found[0]["reason"].string?.hasPrefix("1 row without parent") == true)
        #expect(found[0]["severity"].string == "fault")
        #expect(try await psql(cutover.target, found[0]["statement"].string ?? "").contains("4711"))
        _ = try await psql(
            cutover.target,
            """
            UPDATE child SET parent_id = 1 WHERE id = 7;
            ALTER TABLE child DROP CONSTRAINT child_parent_id_fkey;
            ALTER TABLE child ADD CONSTRAINT later FOREIGN KEY (parent_id) REFERENCES parent NOT VALID
            """
        )
        let unchecked = try await findings("unvalidated_reference")
        #expect(unchecked.count == 1)
        try await obey(unchecked[0])
        #expect(try await findings("unvalidated_reference").isEmpty)
    }

    @Test func `a key of several columns is counted as the server would judge it`() async throws {
        _ = try await psql(
            cutover.target,
            """
            CREATE TABLE place (a integer, b integer, PRIMARY KEY (a, b));
            CREATE TABLE whole (a integer, b integer,
                FOREIGN KEY (a, b) REFERENCES place MATCH FULL) PARTITION BY RANGE (a);
            CREATE TABLE whole_1 PARTITION OF whole FOR VALUES FROM (0) TO (1000);
            CREATE TABLE simple (a integer, b integer, FOREIGN KEY (a, b) REFERENCES place);
            INSERT INTO place VALUES (1, 1);
            INSERT INTO whole VALUES (1, 1); INSERT INTO simple VALUES (1, 1), (2, NULL);
            """
        )
        #expect(try await findings("orphans").isEmpty)
        _ = try await psql(
            cutover.target,
            """
            SET session_replication_role = replica;
            INSERT INTO whole VALUES (2, NULL), (3, 3); INSERT INTO simple VALUES (3, 3);
            """
        )
        let reasons = try await findings("orphans").compactMap { $0["reason"].string }
        // One of a partitioned table is counted once.
        #expect(reasons.count == 2, "\(reasons)")
        #expect(reasons.first?.hasPrefix("1 row without place") == true, "\(reasons)")
        #expect(reasons.last?.hasPrefix("2 rows without place") == true, "\(reasons)")
    }

    @Test func `an index that nobody uses and one that is there twice are named`() async throws {
        _ = try await psql(
            cutover.target,
            "CREATE INDEX idle ON child (paid); CREATE INDEX again ON child (parent_id)"
        )
        let unused = try await findings("unused_index", ["--unused-after", "0"])
        #expect(unused.contains { $0["subject"].string == "idle" })
        let idle = try #require(unused.first { $0["subject"].string == "idle" })
        #expect(idle["statement"].string == "DROP INDEX CONCURRENTLY public.idle;")
        try await obey(idle)
        let twice = try await findings("duplicate_index")
        #expect(twice.map { $0["subject"].string } == ["again"])
        try await obey(twice[0])
        #expect(try await findings("duplicate_index").isEmpty)
    }

    @Test func `a table that is read row by row is named, and one never analyzed`() async throws {
        _ = try await psql(
            cutover.target,
            """
            SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off;
            DO $$ BEGIN FOR i IN 1..60 LOOP PERFORM count(*) FROM child WHERE parent_id = i;
            END LOOP; END $$;
            CREATE TABLE fresh (id integer) WITH (autovacuum_enabled = off);
            INSERT INTO fresh SELECT generate_series(1, 100);
            """
        )
        // The server's counters come a moment later.
        #expect(
            try await eventually {
                let scans = try await findings("sequential_scans")
                let fresh = try await findings("never_analyzed")
                return !scans.isEmpty && !fresh.isEmpty
            }
        )
        let scans = try await findings("sequential_scans")
        #expect(scans.map { $0["subject"].string } == ["child"])
        let fresh = try await findings("never_analyzed")
        #expect(fresh.map { $0["statement"].string } == ["ANALYZE \"public\".\"fresh\";"])
        try await obey(fresh[0])
        #expect(try await eventually { try await findings("never_analyzed").isEmpty })
    }

    @Test func `connections that run out are a fault with the statement that frees some`()
        async throws
    {
        let database = try await psql(cutover.target, "SELECT current_database()")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        _ = try await psql(cutover.target, "ALTER DATABASE \(database) CONNECTION LIMIT 1")
        let found = try await findings("pool_exhausted")
        #expect(found[0]["severity"].string == "fault")
        #expect(found[0]["reason"].string?.contains("of 1 connections of this database") == true)
        #expect(found[0]["statement"].string?.contains("pg_terminate_backend") == true)
    }

    @Test func `a boolean column is worth a word until the code is proven`() async throws {
        let found = try await findings("type_mismatch")
        #expect(found.map { $0["subject"].string } == ["child.paid"])
        #expect(found[0]["severity"].string == "advice")
        #expect(found[0]["remedy"].string?.contains("cutover code check") == true)
    }

    @Test func `without the extension the figure that is missing is named`() async throws {
        let run = try await cutover("advise")
        let missing = run.json["unknown"].named("slow_statement")
        #expect(missing["reason"].string?.contains("pg_stat_statements") == true)
        #expect(missing["remedy"].string?.contains("shared_preload_libraries") == true)
        let check = try await cutover("check")
        #expect(check.json["unknown"].named("slow_statement") == missing, "\(check)")
    }

    @Test func `nothing is written, and a server that is gone is one error`() async throws {
        let before = try await psql(
            cutover.target,
            "SELECT pg_current_wal_lsn() IS NOT NULL, "
                + "count(*) FROM pg_class"
        )
        _ = try await findings("orphans")
        let after = try await psql(
            cutover.target,
            "SELECT pg_current_wal_lsn() IS NOT NULL, "
                + "count(*) FROM pg_class"
        )
        #expect(before == after)
        let gone = CutoverCommand(source: cutover.source, target: "postgresql://127.0.0.1:1/none")
        let run = try await gone("advise")
        #expect(run.status == 69)
        #expect(run.code == "target_unavailable")
        let check = try await gone("check")
        #expect(check.json["unknown"].list.count == 4, "\(check)")
    }
}

/// Slow statements, on a server of their own that counts them.
@Suite(.postgres, .timeLimit(.minutes(30)))
struct AdviseStatementTests {
    @Test func `a slow statement is explained and never run, with the index that it lacks`()
        async throws
    {
        let server = OwnServer()
        let url = try await server.restart(with: [
            "shared_preload_libraries = 'pg_stat_statements'"
        ])
        _ = try await psql(
            url,
            """
            CREATE EXTENSION pg_stat_statements;
            CREATE TABLE orders (id integer, status text, total integer);
            INSERT INTO orders SELECT i, 'pending', i FROM generate_series(1, 20000) i;
            ANALYZE orders;
            CREATE TABLE calls (n integer); INSERT INTO calls VALUES (0);
            CREATE FUNCTION slow(text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
                BEGIN UPDATE calls SET n = n + 1; PERFORM pg_sleep(0.15); RETURN $1; END $$;
            SELECT count(*), slow('x') FROM orders WHERE status = 'gone' AND total > 3;
            UPDATE orders SET total = length(slow('y')) WHERE id = 4;
            SELECT slow('z');
            """
        )
        let calls = try await psql(url, "SELECT n FROM calls")
        let cutover = CutoverCommand(source: server.path + "/none.db", target: url)
        let run = try await cutover("advise", "--slow-ms", "100")
        let slow = run.json["findings"].list.filter { $0["name"].string == "slow_statement" }
        let reading = try #require(
            slow.first { $0["subject"].string?.contains("count(*)") == true },
            "\(run)"
        )
        #expect(reading["subject"].string?.contains("status = $") == true)
        #expect(reading["plan"].list.contains { $0.string?.contains("Seq Scan on orders") == true })
        #expect(
            reading["statement"].string
                == "CREATE INDEX CONCURRENTLY ON \"public\".\"orders\" (\"status\", \"total\");"
        )
        let writing = try #require(
            slow.first { $0["subject"].string?.hasPrefix("UPDATE orders") == true },
            "\(run)"
        )
        #expect(writing["plan"].list.isEmpty)
        #expect(writing["reason"].string?.contains("not explained") == true)
        let check = try await cutover("check")
        let told = check.json["findings"].list.filter { $0["name"].string == "slow_statement" }
        #expect(told.map { $0["subject"] } == slow.map { $0["subject"] }, "\(check)")
        // Neither the SELECT nor the UPDATE was run once more.
        #expect(try await psql(url, "SELECT n FROM calls") == calls)
        try await server.stop()
    }
}
