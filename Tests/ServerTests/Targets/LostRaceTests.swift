import Foundation
import TestSupport
import Testing

/// A transaction that the server ends for the sake of another one is tried again.
@Suite(.postgres, .database)
struct LostRaceTests {
    private func prepare(_ folder: TestFolder, target: String) async throws -> CutoverCommand {
        let path = folder.file("app.db")
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
            INSERT INTO t SELECT i, i * 7 FROM n;
            """
        )
        _ = try await psql(TestDatabase.url, target)
        return CutoverCommand(source: path, target: TestDatabase.url)
    }

    private func log(_ cutover: CutoverCommand) async throws -> String {
        let folder = cutover.source + ".cutover"
        let found = try FileManager.default.subpathsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".log") || $0.contains("log/") }
        return try found.map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
            .joined()
    }

    @Test func `a piece that ended in a deadlock is sent again, counted and logged`()
        async throws
    {
        let folder = try TestFolder()
        let cutover = try await prepare(
            folder,
            target: "CREATE TABLE t (id bigint PRIMARY KEY, n bigint);"
        )
        // The copy looks for a deadlock two seconds after it began to wait; the other one never.
        _ = try await psql(
            TestDatabase.url,
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = %L', "
                + "current_database(), '2s'); END $$;"
        )
        let script = folder.file("other.sql")
        let statements = """
            SET deadlock_timeout = '1h';
            BEGIN;
            INSERT INTO t VALUES (800, 0);
            CREATE TEMP TABLE ready AS SELECT 1;
            DO $$ BEGIN
                LOOP
                    EXIT WHEN EXISTS (SELECT FROM pg_stat_activity a
                        WHERE pg_backend_pid() = ANY (pg_blocking_pids(a.pid)));
                    PERFORM pg_sleep(0.01);
                    PERFORM pg_stat_clear_snapshot();
                END LOOP;
            END $$;
            INSERT INTO t VALUES (1, 0);
            ROLLBACK;
            """
        try statements.write(toFile: script, atomically: true, encoding: .utf8)
        let other = try StartedProgram(
            "/usr/bin/env",
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-f", script, TestDatabase.url]
        )
        let holds = try await eventually {
            try await psql(
                TestDatabase.url,
                "SELECT count(*) > 0 FROM pg_locks WHERE relation = 't'::regclass "
                    + "AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid();"
            ) == "t"
        }
        try #require(holds)
        let run = try await cutover("migrate", "--mode", "existing")
        let ended = await other.end()
        #expect(ended.status == 0, "\(ended)")
        #expect(run.status == 0, "\(run)")
        #expect(run.tables.named("t")["target_rows"].int == 900)
        #expect(
            run.json["warnings"].list.contains { $0.string?.contains("sent once more") == true },
            "\(run)"
        )
        let log = try await log(cutover)
        #expect(log.contains("40P01"), "\(log)")
    }

    @Test(arguments: [(3, Int32(0)), (100, 69)])
    func `a piece is tried a bounded number of times`(refused: Int, status: Int32) async throws {
        let folder = try TestFolder()
        let cutover = try await prepare(
            folder,
            target: """
                CREATE SEQUENCE tries;
                CREATE FUNCTION passes(id bigint) RETURNS boolean LANGUAGE plpgsql AS $$
                BEGIN
                    IF id = 1 AND nextval('tries') <= \(refused) THEN
                        RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'another order';
                    END IF;
                    RETURN true;
                END $$;
                CREATE TABLE t (id bigint PRIMARY KEY CHECK (passes(id)), n bigint);
                """
        )
        let run = try await cutover("migrate", "--mode", "existing")
        #expect(run.status == status, "\(run)")
        let tries = try await psql(TestDatabase.url, "SELECT last_value FROM tries;")
        #expect(tries == (status == 0 ? "4" : "8"))
        let rows = try await psql(TestDatabase.url, "SELECT count(*) FROM t;")
        #expect(rows == (status == 0 ? "900" : "0"))
    }
}
