import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The rehearsal on a copy and a private server.
@Suite(.postgres, .timeLimit(.minutes(30)))
struct RehearseTests {
    /// Short runs; figures are looked at, not their size.
    private static let short = ["--duration", "1", "--flag-cache", "0.3", "--traffic-rate", "80"]

    /// A command without a target: a rehearsal needs none.
    private func command(_ source: String, _ temporary: String? = nil) -> CutoverCommand {
        var cutover = CutoverCommand(source: source, target: "")
        for name in ["PGHOST", "PGDATABASE", "DATABASE_URL"] {
            cutover.environment[name] = String?.none
        }
        if let temporary { cutover.environment["TMPDIR"] = temporary }
        return cutover
    }

    /// What is in a folder besides the test's own things.
    private func leftovers(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    /// A temporary folder that the server's account can enter, too.
    private func temporary(_ folder: TestFolder) throws -> String {
        let path = folder.file("tmp")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        chmod(folder.path, 0o755)
        chmod(path, 0o777)
        return path
    }

    @Test func `a rehearsal goes there and back twice, and the source stays as it is`()
        async throws
    {
        let folder = try TestFolder()
        let path = folder.file("ora.db")
        try await makeSample(path, .production, orders: 60)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let temporary = try temporary(folder)
        let run = try await command(path, temporary)("rehearse", Self.short)
        try #require(run.status == 0, "\(run)")
        #expect(run.json["ok"].bool == true)
        #expect(run.json["runs"].list.count == 2)
        for one in run.json["runs"].list {
            #expect(one["lost_writes"].int == 0 && (one["committed_writes"].int ?? 0) > 0)
            #expect((one["write_freeze_seconds"].double ?? 0) > 0)
            #expect((one["freeze_round_trips"].int ?? 0) > 10)
            #expect((one["replayed_changes"].int ?? 0) > 0, "\(one)")
        }
        for name in ["predicted_copy_seconds", "predicted_freeze_seconds"] {
            let (low, high) = (run.json[name]["low"].double, run.json[name]["high"].double)
            #expect((low ?? 0) > 0 && (high ?? 0) > (low ?? 0), "\(name): \(run)")
        }
        #expect(run.json["load"].string == "workers")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
        #expect(try leftovers(temporary) == [])
        // The evidence is what was printed, for the operator's eyes only.
        let evidence = path + ".cutover/reports/rehearsal.json"
        let kept = try JSON(String(contentsOfFile: evidence, encoding: .utf8))
        #expect(kept["source_fingerprint"].string == run.json["source_fingerprint"].string)
        #expect(kept["at"].string == run.json["at"].string)
        var status = stat()
        #expect(stat(evidence, &status) == 0 && status.st_mode & 0o777 == 0o600)
        let action = try await sqlite3(
            path + ".cutover/journal.db",
            "SELECT action || ': ' || after FROM action;"
        )
        #expect(action.hasPrefix("rehearse: ok, 2 runs"), "\(action)")
    }

    @Test func `a schema that nobody knows is rehearsed with a light load, and says so`()
        async throws
    {
        let folder = try TestFolder()
        let path = folder.file("notes.db")
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT NOT NULL, at TEXT);
            CREATE TABLE tag (note INTEGER REFERENCES note, word TEXT, PRIMARY KEY (note, word))
                WITHOUT ROWID;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
                INSERT INTO note SELECT i, 'note ' || i, '2026-01-02 03:04:05' FROM n;
            INSERT INTO tag SELECT id, 'a' FROM note;
            """
        )
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let run = try await command(path)("rehearse", Self.short + ["--runs", "1"])
        try #require(run.status == 0, "\(run)")
        #expect(run.json["load"].string == "light")
        #expect((run.json["runs"].list.first?["committed_writes"].int ?? 0) > 0, "\(run)")
        let notes = run.json["notes"].list.compactMap(\.string)
        #expect(notes.contains { $0.hasPrefix("no simulated workers know this schema") })
        #expect(run.json["rows"].int == 1_000)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
    }

    @Test func `interrupted, it leaves nothing behind and writes no evidence`() async throws {
        let folder = try TestFolder()
        let path = folder.file("ora.db")
        try await makeSample(path, .production, orders: 40)
        let temporary = try temporary(folder)
        let cutover = command(path, temporary)
        let program = try StartedProgram(
            BuiltProducts.cutover,
            cutover.arguments("rehearse", ["--duration", "600", "--traffic-rate", "50"]),
            environment: cutover.variables
        )
        // Somewhere in the first run: its own journal is there.
        let isUnderWay = try await eventually(within: .seconds(300)) {
            try FileManager.default.subpathsOfDirectory(atPath: temporary)
                .contains { $0.hasSuffix("source.db.cutover/journal.db") }
        }
        try #require(isUnderWay)
        program.send(SIGINT)
        let run = CutoverRun(await program.end())
        #expect(run.status == 75 && run.code == "interrupted", "\(run)")
        #expect(try leftovers(temporary) == [])
        #expect(!exists(path + ".cutover/reports/rehearsal.json"))
    }

    @Test func `killed, it is cleaned up after by the next one`() async throws {
        let folder = try TestFolder()
        let path = folder.file("ora.db")
        try await makeSample(path, .plan, orders: 20)
        let temporary = try temporary(folder)
        var cutover = command(path, temporary)
        cutover.environment["CUTOVER_FAILPOINT"] = "fenced"
        let killed = try await cutover("rehearse", Self.short + ["--runs", "1"])
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        #expect(try !leftovers(temporary).isEmpty)
        cutover.environment["CUTOVER_FAILPOINT"] = String?.none
        let run = try await cutover("rehearse", Self.short + ["--runs", "1"])
        try #require(run.status == 0, "\(run)")
        // The private server of the killed one ends by itself, in its own time.
        let isEmpty = try await eventually(within: .seconds(60)) {
            try leftovers(temporary).isEmpty
        }
        #expect(isEmpty)
    }

    @Test(.enabled(if: SmallDisk.canBeMade, "needs the right to mount: run the tests as root"))
    func `without room it is refused before anything is made`() async throws {
        let folder = try TestFolder()
        let path = folder.file("ora.db")
        try await makeSample(path, .plan, orders: 20)
        let disk = try await SmallDisk(megabytes: 8)
        let run = try await command(path, disk.path)("rehearse")
        #expect(run.status == 74 && run.code == "disk_full", "\(run)")
        #expect(run.json["error"]["remedy"].string?.contains("TMPDIR") == true)
        #expect(try leftovers(disk.path) == [])
        #expect(!exists(path + ".cutover"))
    }

    @Test func `a file that does not go through is not called rehearsed`() async throws {
        let folder = try TestFolder()
        let path = folder.file("odd.db")
        _ = try await sqlite3(
            path,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO t VALUES (1, 'word');"
        )
        let profile = folder.file("odd.toml")
        let rules = "name = \"odd\"\n[types]\n\"t.n\" = \"integer\"\n"
        try rules.write(toFile: profile, atomically: true, encoding: .utf8)
        let run = try await command(path)(
            "rehearse",
            Self.short + ["--runs", "2", "--profile", profile]
        )
        #expect(run.status == 1, "\(run)")
        #expect(run.json["ok"].bool == false && run.json["runs"].list.count == 1)
        #expect(run.json["runs"].list.first?["reason"].string?.contains("1 rows") == true, "\(run)")
        #expect(RehearsalEvidence(Options(source: path, target: "")).read()?.ok == false)
    }
}
