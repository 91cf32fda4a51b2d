import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Each way in which the target can be wrong, and that nothing is done then.
@Suite(.postgres, .database)
struct BadTargetTests {
    private let folder: TestFolder
    private var source: String { folder.file("small.db") }

    init() async throws {
        folder = try TestFolder()
        _ = try await sqlite3(
            folder.file("small.db"),
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, 'x');"
        )
    }

    @Test func `a server that is down`() async throws {
        for target in [
            "postgresql:///x?host=\(folder.path)&user=postgres",
            "postgresql://postgres@127.0.0.1:1/x",
        ] {
            let cutover = CutoverCommand(source: source, target: target)
            expectRefusal(try await cutover("migrate"), 69, "target_unavailable")
            expectRefusal(try await cutover("verify"), 69, "target_unavailable")
            expectNoBackup(cutover)
            #expect(!exists(source + ".cutover"))
        }
    }

    @Test func `a database that does not exist`() async throws {
        let target = TestDatabase.url.replacing("/test_", with: "/absent_")
        let cutover = CutoverCommand(source: source, target: target)
        let refused = try await cutover("migrate")
        expectRefusal(refused, 69, "target_unavailable")
        let remedy = refused.json["error"]["remedy"].string ?? ""
        #expect(remedy.hasPrefix("create it: createdb -h "), "\(remedy)")
        #expect(remedy.contains(" -p ") && remedy.contains(" absent_"), "\(remedy)")
        expectNoBackup(cutover)
    }

    @Test func `an address that is none`() async throws {
        let cutover = CutoverCommand(source: source, target: "postgresql://[half")
        expectRefusal(try await cutover("migrate"), 78, "configuration")
        expectNoBackup(cutover)
    }

    @Test func `a role without the right to create`() async throws {
        let role = "guest_\(UUID().uuidString.prefix(8).lowercased())"
        _ = try await psql(TestDatabase.url, "CREATE ROLE \(role) LOGIN;")
        let target = TestDatabase.url.replacing("user=postgres", with: "user=\(role)")
        let cutover = CutoverCommand(source: source, target: target)
        let refused = try await cutover("migrate")
        expectRefusal(refused, 69, "target_permission")
        #expect(
            refused.json["error"]["remedy"].string?.contains("GRANT CREATE ON DATABASE") == true
        )

        let database = try await psql(TestDatabase.url, "SELECT current_database();")
        _ = try await psql(TestDatabase.url, "GRANT CREATE ON DATABASE \(database) TO \(role);")
        let half = try await cutover("migrate")
        expectRefusal(half, 69, "target_permission")
        #expect(half.json["error"]["remedy"].string?.contains("GRANT CREATE ON SCHEMA") == true)
        try await expectNothingDone(cutover)

        _ = try await psql(TestDatabase.url, "GRANT CREATE ON SCHEMA public TO \(role);")
        let done = try await cutover("migrate")
        #expect(done.status == 0, "\(done)")
    }

    @Test func `a target that is not empty`() async throws {
        _ = try await psql(
            TestDatabase.url,
            "CREATE TABLE other (a int); CREATE VIEW v AS TABLE other;"
        )
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        let refused = try await cutover("migrate")
        expectRefusal(refused, 69, "target_not_empty")
        #expect(refused.json["error"]["message"].string?.contains("\"other\"") == true)
        try await expectNothingDone(cutover, relations: "public.other")
    }

    @Test(arguments: ["LATIN1", "SQL_ASCII"])
    func `an encoding other than UTF8`(encoding: String) async throws {
        let name = "enc_\(UUID().uuidString.prefix(8).lowercased())"
        _ = try await psql(
            TestDatabase.url,
            """
            CREATE DATABASE \(name) ENCODING '\(encoding)' LC_COLLATE 'C' LC_CTYPE 'C'
                TEMPLATE template0;
            """
        )
        let server = try await TestServer.shared()
        let cutover = CutoverCommand(source: source, target: server.url(database: name))
        let refused = try await cutover("migrate")
        expectRefusal(refused, 69, "target_encoding")
        #expect(refused.json["error"]["message"].string?.contains(encoding) == true)
        try await expectNothingDone(cutover)
        _ = try await psql(TestDatabase.url, "DROP DATABASE \(name);")
    }

    @Test func `a connection that is cut in the middle can be taken up again`() async throws {
        let ora = folder.file("ora.db")
        try await makeSample(ora, .plan, orders: 2_000)
        let cutover = CutoverCommand(source: ora, target: TestDatabase.url)
        var halting = cutover
        halting.environment["CUTOVER_FAILPOINT"] = "chunk-sent=pause"
        let started = try StartedProgram(
            BuiltProducts.cutover,
            halting.arguments("migrate"),
            environment: halting.variables
        )
        try #require(try await eventually { started.isHalted || started.isGone })
        let cut = try await psql(
            TestDatabase.url,
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'cutover copy';
            """
        )
        #expect(cut != "0")
        started.send(SIGCONT)
        let outcome = await started.end()
        #expect(outcome.status == 69, "\(outcome)")
        let error = try JSON(outcome.stdout)["error"]
        #expect(error["code"].string == "target_unavailable", "\(error)")
        let again = try await cutover("migrate")
        #expect(again.status == 0, "\(again)")
    }
}

/// A disk that is full, made of memory by root: a file system of a few megabytes.
@Suite(
    .postgres,
    .enabled(if: SmallDisk.canBeMade, "needs the right to mount: run the tests as root")
)
struct DiskFullTests {
    @Test func `the server's disk fills up while rows are copied`() async throws {
        let folder = try TestFolder()
        let disk = try await SmallDisk(megabytes: 24)
        // A server of its own: with a full disk no checkpoint ends, and others would wait for it.
        let server = try await onThread { try LocalServer.temporary() }
        let name = "brimful"
        let place = try await disk.folder(of: "postgres")
        _ = try await psql(server.url(), "CREATE TABLESPACE \(name) LOCATION '\(place)';")
        _ = try await psql(
            server.url(),
            "CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'UTF8' TABLESPACE \(name);"
        )
        let source = folder.file("ora.db")
        try await makeSample(source, .plan, orders: 30_000)
        let cutover = CutoverCommand(source: source, target: server.url(database: name))
        let run = try await cutover("migrate")
        expectRefusal(run, 69, "target_disk_full")
        #expect(run.json["error"]["cause"].string?.contains("53100") == true, "\(run)")
        try await disk.grow(megabytes: 200)
        // What was committed is whole: no chunk without its rows, no row without its chunk.
        let figures = try await psql(
            cutover.target,
            """
            SELECT coalesce(sum(rows), 0) FROM cutover.checkpoint WHERE table_name = 'orders_inbox';
            SELECT count(*) FROM orders_inbox;
            """
        ).split(separator: "\n")
        #expect(figures[0] == figures[1])
        let again = try await cutover("migrate")
        #expect(again.status == 0, "\(again)")
        try await onThread { try server.stop() }
    }

    @Test func `the disk of the backup is too small`() async throws {
        let folder = try TestFolder()
        let disk = try await SmallDisk(megabytes: 1)
        let source = folder.file("ora.db")
        try await makeSample(source, .plan, orders: 3_000)
        try await TestServer.withDatabase { url in
            let cutover = CutoverCommand(source: source, target: url)
            let run = try await cutover("migrate", "--run-dir", "\(disk.path)/run")
            expectRefusal(run, 74, "disk_full")
            try await expectNothingDone(cutover)
            let left = try FileManager.default.contentsOfDirectory(
                atPath: "\(disk.path)/run/backups"
            )
            #expect(left.isEmpty)
        }
    }
}
