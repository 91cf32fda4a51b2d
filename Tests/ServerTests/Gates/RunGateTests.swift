import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Gates about what the run left beside the source.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct RunGateTests {
    private func contents(_ path: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path))
    }

    @Test func `a backup that is changed or gone closes its gate`() async throws {
        let live = try await LiveSource(TestFolder())
        try await live.expect("backup", "open", "SHA-256 as recorded")
        let folder = live.path + ".cutover/backups"
        let name = try FileManager.default.contentsOfDirectory(atPath: folder)
            .first { $0.hasSuffix(".db") }
        let path = "\(folder)/\(try #require(name))"
        let whole = try contents(path)
        var changed = whole
        changed[whole.count / 2] ^= 1
        chmod(path, 0o600)
        try changed.write(to: URL(fileURLWithPath: path))
        try await live.expectClosed("backup", "not the file that was copied")
        let refused = try await live.flip()
        #expect(refused.code == "gate_closed", "\(refused)")
        try FileManager.default.removeItem(atPath: path)
        try await live.expectClosed("backup", "is gone")
        try whole.write(to: URL(fileURLWithPath: path))
        try await live.expect("backup", "open")
        let counts = "\(path.dropLast(3)).counts.txt"
        try FileManager.default.moveItem(atPath: counts, toPath: counts + ".away")
        try await live.expectClosed("backup", "row counts or schema are gone")
    }

    @Test func `an older copy of the source closes the gate of the live run`() async throws {
        let live = try await LiveSource(TestFolder())
        try await live.expect("live_run", "open", "19 tables captured")
        let older = live.folder.file("older.db")
        _ = try await sqlite3(live.path, "VACUUM INTO '\(older)';")
        try await live.write(1)
        try await live.follow()
        let newer = live.folder.file("newer.db")
        _ = try await sqlite3(live.path, "PRAGMA wal_checkpoint(TRUNCATE);")
        try FileManager.default.moveItem(atPath: live.path, toPath: newer)
        try FileManager.default.copyItem(atPath: older, toPath: live.path)
        try await live.expectClosed("live_run", "not the file that this run follows")
        try FileManager.default.removeItem(atPath: live.path)
        try FileManager.default.moveItem(atPath: newer, toPath: live.path)
        try await live.expect("live_run", "open")
    }

    @Test func `rows that the copy did not account for close its gate`() async throws {
        let live = try await LiveSource(TestFolder())
        try await live.expect("copied", "open", "19 tables")
        let journal = live.path + ".cutover/journal.db"
        let report = try await sqlite3(journal, "SELECT report FROM run;")
        let rows = "\"source_rows\":60,\"target_rows\":"
        try #require(report.contains("\(rows)60"))
        _ = try await sqlite3(
            journal,
            "UPDATE run SET report = replace(report, '\(rows)60', '\(rows)59');"
        )
        try await live.expectClosed("copied", "orders_inbox")
        _ = try await sqlite3(journal, "UPDATE run SET report = NULL;")
        try await live.expectClosed("copied", "no report of the copy")
    }

    @Test func `the rehearsal's record opens its gate, a failed or another one does not`()
        async throws
    {
        let live = try await LiveSource(TestFolder(), isSigned: false)
        let path = live.path + ".cutover/reports/rehearsal.json"
        func record(_ ok: Bool, _ fingerprint: String) throws {
            try """
            {"ok": \(ok), "at": "2026-11-20T10:00:00Z",
             "runs": [{"seconds": 12.5, "write_freeze_seconds": 0.4},
                      {"seconds": 12.1, "write_freeze_seconds": 0.5}],
             "predicted_copy_seconds": {"low": 10, "high": 14},
             "predicted_freeze_seconds": {"low": 0.3, "high": 0.7},
             "source_fingerprint": "\(fingerprint)"}
            """.write(toFile: path, atomically: true, encoding: .utf8)
        }
        try await live.expectClosed("rehearsal", "no rehearsal is recorded")
        let fingerprint = try await psql(
            live.cutover.target,
            "SELECT source_fingerprint FROM cutover.run"
        ).trimmingCharacters(in: .whitespacesAndNewlines)
        try record(true, fingerprint)
        try await live.expect("rehearsal", "open", "2 runs on 2026-11-20T10:00:00Z")
        try record(false, fingerprint)
        try await live.expectClosed("rehearsal", "failed")
        try record(true, "0123456789abcdef")
        try await live.expectClosed("rehearsal", "another source")
        try "{".write(toFile: path, atomically: true, encoding: .utf8)
        try await live.expectClosed("rehearsal", "cannot be read")
    }

    @Test func `a gate that cannot be looked at is closed and hides no other`() async throws {
        let live = try await LiveSource(TestFolder())
        let journal = live.path + ".cutover/journal.db"
        for suffix in ["", "-wal", "-shm"] where access(journal + suffix, F_OK) == 0 {
            try FileManager.default.moveItem(
                atPath: journal + suffix,
                toPath: "\(journal)\(suffix).away"
            )
        }
        let without = try await live.check().json["gates"]
        #expect(without.named("copied")["state"].string == "closed", "\(without)")
        #expect(without.named("target_identity")["state"].string == "closed", "\(without)")
        #expect(without.named("live_run")["state"].string == "open", "\(without)")
        #expect(without.named("tables")["state"].string == "open", "\(without)")
        // Nobody answers: each gate about the target says so, those about the file are decided.
        var dead = live.cutover
        dead.target = "postgresql://127.0.0.1:1/none"
        let gates = try await dead("check").json["gates"]
        for name in ["live_run", "lag", "tables", "target_closed", "target_connections"] {
            let gate = gates.named(name)
            #expect(gate["state"].string == "closed", "\(gate)")
            #expect(gate["reason"].string?.hasPrefix("cannot be looked at") == true, "\(gate)")
        }
        #expect(gates.named("file_holders")["state"].string == "open", "\(gates)")
        #expect(gates.named("orders_mid_upload")["state"].string == "open", "\(gates)")
        // For people the one cause stands there once, above the gates that it closes.
        let arguments = ["check", "--source", dead.source, "--target", dead.target]
        let text = try await run(BuiltProducts.cutover, arguments).stdout
        let causes = text.components(separatedBy: " gates need PostgreSQL, which does not answer: ")
        #expect(causes.count == 2, "\(text)")
        #expect(text.components(separatedBy: "do: start the server").count == 2, "\(text)")
        #expect(text.contains("next: start the server"), "\(text)")
        #expect(text.contains("\n  rehearsal "), "\(text)")
    }

    @Test(.enabled(if: SmallDisk.canBeMade, "needs the right to mount a file system"))
    func `a disk that is nearly full closes its gate`() async throws {
        let disk = try await SmallDisk(megabytes: 40)
        let folder = try TestFolder()
        let path = disk.path + "/ora.db"
        try await makeSample(path, .plan, orders: 20)
        var cutover = CutoverCommand(source: path, target: TestDatabase.url)
        cutover.source = path
        let beside = ["--run-dir", folder.file("run")]
        let migrated = try await cutover("migrate", ["--live"] + beside)
        try #require(migrated.status == 0, "\(migrated)")
        let full = try await cutover("check", beside).json["gates"].named("disk")
        #expect(full["state"].string == "closed", "\(full)")
        #expect(full["reason"].string?.contains("free beside the source") == true, "\(full)")
        try await disk.grow(megabytes: 400)
        let wide = try await cutover("check", beside).json["gates"].named("disk")
        #expect(wide["state"].string == "open", "\(wide)")
    }

    @Test func `without a live run every gate of it is closed and says how to start one`()
        async throws
    {
        let folder = try TestFolder()
        let path = folder.file("ora.db")
        try await makeSample(path, .plan, orders: 5)
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let run = try await cutover("check")
        #expect(run.status == 1 && run.json["ok"].bool == false, "\(run)")
        let gate = run.json["gates"].named("live_run")
        #expect(gate["state"].string == "closed", "\(gate)")
        #expect(gate["remedy"].string?.contains("migrate --live") == true, "\(gate)")
        // One cause, one remedy: what only a run can tell waits for it.
        let gates = run.json["gates"].list
        let remedies = gates.compactMap { $0["remedy"].string }
        #expect(remedies.count { $0.contains("migrate --live") } == 1, "\(remedies)")
        // The application's code is looked at without a run.
        let waiting = gates.filter {
            $0["state"].string == "waiting" && $0["name"].string != "code"
        }
        #expect(waiting.count > 20, "\(run)")
        #expect(Set(waiting.map { $0["reason"].string }).count == 1, "\(run)")
        let closed = gates.filter { $0["state"].string == "closed" }.map { $0["name"].string }
        #expect(closed == ["live_run", "rehearsal"], "\(run)")
        let signed = try await cutover("check", "--sign", "all", "--by", "Ada")
        #expect(signed.status == 78 && signed.code == "not_live", "\(signed)")
        #expect(access(path + ".cutover", F_OK) != 0)
    }
}
