import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A file that is overwritten by an older copy behind the switch, or while it is followed.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct ReplacedSourceTests {
    /// When the copy was made that is put in place.
    enum Age: String, CaseIterable, Sendable {
        case beforeMigration
        case beforeFence
        case quiet
    }

    private func older(_ age: Age, _ live: LiveSource) async throws -> String {
        switch age {
        case .beforeMigration:
            let path = live.folder.file("first.db")
            try await makeSample(path, .production, orders: 60)
            return path
        case .beforeFence:
            try await live.write(1)
            let copy = try await live.copy("older.db")
            try await live.write(2)
            return copy
        case .quiet:
            // With every toggle off the switch itself writes nothing: the logs are the same.
            _ = try await sqlite3(live.path, "UPDATE workflow_controls SET enabled = 0;")
            let followed = try await live.cutover("follow", "--until-lag-below", "1")
            try #require(followed.status == 0, "\(followed)")
            return try await live.copy("older.db")
        }
    }

    private func writeTarget(_ live: LiveSource) async throws {
        _ = try await psql(
            live.cutover.target,
            """
            INSERT INTO orders_inbox (order_number, order_date, status)
                VALUES ('PG1', '2026-11-23', 'pending');
            UPDATE inventory_current SET current_quantity = current_quantity - 3;
            """
        )
    }

    @Test(arguments: Age.allCases)
    func `an older copy behind the switch is named at once, and the kept one leads back`(
        _ age: Age
    ) async throws {
        let live = try await LiveSource(TestFolder())
        let older = try await older(age, live)
        let flipped = try await live.flip()
        try #require(flipped.status == 0, "\(flipped)")
        _ = try await live.fence("up", isSound: true)
        try await live.publish(older)
        try await writeTarget(live)
        let fence = try await live.fence("replaced")
        #expect(fence["reason"].string?.contains("TAKES WRITES") == true, "\(fence)")
        let words = try await run(
            BuiltProducts.cutover,
            ["status", "--source", live.path, "--target", live.cutover.target]
        )
        #expect(words.status == 1 && words.stdout.hasPrefix("WARNING:"), "\(words)")
        let refused = try await live.requireRefused()
        let phrase = "clean \(try await live.database())"
        let cleaned = try await live.cutover("clean", "--confirm", phrase)
        #expect(cleaned.status == 1 && cleaned.code == "gate_closed", "\(cleaned)")
        // A stale file is closed, too, without becoming the closed one.
        #expect(try await live.sourceTakesWrites())
        let again = try await live.flip()
        #expect(again.status == 1 && again.json["outcome"].string == "switched", "\(again)")
        #expect(!(try await live.sourceTakesWrites()))
        #expect(try await live.targetTakesWrites())
        _ = try await live.fence("replaced")
        _ = try await live.requireRefused()
        // And the commands that were named work as they stand.
        try await live.putBack(refused.json["error"]["remedy"].string ?? "")
        _ = try await live.fence("up", isSound: true)
        let back = try await live.goBack()
        try #require(back.status == 0, "\(back)")
        let orders = try await sqlite3(
            live.path,
            "SELECT count(*) FROM orders_inbox WHERE order_number = 'PG1';"
        )
        #expect(orders == "1")
        try await live.requireWholeAndClean()
    }

    @Test(arguments: ["handing-over", "handed-over"])
    func `a file that takes the source's place in the handover is closed at once`(
        _ point: String
    ) async throws {
        let live = try await LiveSource(TestFolder())
        let older = try await live.copy("older.db")
        let program = try await live.halted(at: point)
        // Another file by that name, as a job makes it that unpacks a deployment.
        let script = "rm -f \"$2-wal\" \"$2-shm\" && mv \"$1\" \"$2\""
        let moved = try await run("sh", ["-c", script, "sh", older, live.path])
        try #require(moved.status == 0, "\(moved)")
        program.send(SIGCONT)
        let run = CutoverRun(await program.end())
        #expect(run.status == 1 && run.json["outcome"].string == "switched", "\(run)")
        #expect(run.json["ok"].bool == false, "\(run)")
        let warnings = run.json["warnings"].list.compactMap(\.string).joined(separator: "; ")
        #expect(warnings.contains("was closed as well"), "\(run)")
        #expect(warnings.contains("was not finished"), "\(run)")
        #expect(!(try await live.sourceTakesWrites()))
        #expect(try await live.targetTakesWrites())
    }

    @Test(arguments: ["gone", "folder", "pipe", "noise"])
    func `a source that cannot be read while it is followed is told first`(
        _ kind: String
    ) async throws {
        let live = try await LiveSource(TestFolder())
        let aside = live.folder.file("aside.db")
        let scripts = [
            "gone": "mv \"$1\" \"$2\"", "folder": "mv \"$1\" \"$2\" && mkdir \"$1\"",
            "pipe": "mv \"$1\" \"$2\" && mkfifo \"$1\"",
            "noise": "mv \"$1\" \"$2\" && head -c 8192 /dev/urandom > \"$1\"",
        ]
        let done = try await run("sh", ["-c", scripts[kind] ?? "", "sh", live.path, aside])
        try #require(done.status == 0, "\(done)")
        let status = try await live.cutover("status")
        #expect(status.status == 1, "\(status)")
        #expect(status.json["phase"].string == "following", "\(status)")
        #expect(status.json["source_problem"].string != nil, "\(status)")
        #expect(status.json["verified"].bool == nil, "\(status)")
        let back = try await run(
            "sh",
            ["-c", "rm -rf \"$1\" && mv \"$2\" \"$1\"", "sh", live.path, aside]
        )
        try #require(back.status == 0, "\(back)")
        #expect(try await live.cutover("status").status == 0)
    }

    @Test func `a file of an earlier switch, and none at all, are no way back`() async throws {
        let live = try await LiveSource(TestFolder())
        try #require(try await live.flip().status == 0)
        let first = try await live.copy("first.db")
        try #require(try await live.goBack().status == 0)
        try #require(try await live.flip().status == 0)
        try await live.publish(first)
        let fence = try await live.fence("replaced")
        #expect(fence["reason"].string?.contains("an older one") == true, "\(fence)")
        _ = try await live.requireRefused()
        try FileManager.default.removeItem(atPath: live.path)
        let gone = try await live.cutover("status")
        #expect(gone.status == 1, "\(gone)")
        #expect(gone.json["source_fence"]["state"].string == "replaced", "\(gone)")
        let back = try await live.goBack()
        #expect(back.status == 66, "\(back)")
        try await live.putBack(back.json["error"]["remedy"].string ?? "")
        #expect(try await live.goBack().status == 0)
        try await live.requireWholeAndClean()
    }

    @Test func `a way back that was killed and lost its file opens PostgreSQL again`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let older = try await older(.beforeFence, live)
        try #require(try await live.flip().status == 0)
        let killed = try await live.goBack([], ["CUTOVER_FAILPOINT": "target-closed"])
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        #expect(!(try await live.targetTakesWrites()))
        try await live.publish(older)
        _ = try await live.requireRefused()
    }

    @Test func `a way back that was killed is told, and switch lets PostgreSQL go on`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        try #require(try await live.flip().status == 0)
        let killed = try await live.goBack([], ["CUTOVER_FAILPOINT": "target-closed"])
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        let status = try await live.cutover("status")
        #expect(status.status == 1 && status.json["is_way_back_stopped"].bool == true, "\(status)")
        #expect(status.json["next"].string?.contains("cutover revert finishes") == true)
        #expect(try await live.flip().status == 0)
        #expect(try await live.targetTakesWrites())
        #expect(try await live.cutover("status").status == 0)
        try await writeTarget(live)
        #expect(try await live.goBack().status == 0)
        try await live.requireWholeAndClean()
    }

    @Test func `another run of the file does not open what was closed for this one`() async throws {
        let live = try await LiveSource(TestFolder())
        let name = try await live.database() + "_other"
        _ = try await psql(live.cutover.target, "CREATE DATABASE \(name)")
        var other = live.cutover
        other.target = live.cutover.target.replacing(
            try await live.database(),
            with: name
        )
        let folder = ["--run-dir", live.folder.file("other")]
        let migrated = try await other("migrate", ["--live"] + folder)
        #expect(migrated.status == 78 && migrated.code == "different_run", "\(migrated)")
        try #require(try await live.flip().status == 0)
        let verbs = [
            ("follow", ["--until-lag-below", "1"]), ("revert", ["--confirm", "revert \(name)"]),
            ("switch", ["--confirm", "cut over \(name)"]),
            ("clean", ["--confirm", "clean \(name)"]),
        ]
        for (verb, options) in verbs {
            let run = try await other(verb, options + folder)
            #expect(run.status == 78, "\(verb): \(run)")
            #expect(!(try await live.sourceTakesWrites()), "\(verb)")
        }
        _ = try await live.fence("up", isSound: true)
        _ = try await psql(live.cutover.target, "DROP DATABASE \(name) WITH (FORCE)")
    }

    @Test func `a file that is taken without its log is closed all the same`() async throws {
        let live = try await LiveSource(TestFolder())
        try #require(try await live.flip().status == 0)
        let gone = try await run("sh", ["-c", "rm -f \"$1-wal\" \"$1-shm\"", "sh", live.path])
        try #require(gone.status == 0, "\(gone)")
        #expect(!(try await live.sourceTakesWrites()))
        _ = try await live.fence("up", isSound: true)
    }

    @Test func `a kept copy that was changed is not offered for the way back`() async throws {
        let live = try await LiveSource(TestFolder())
        let older = try await live.copy("older.db")
        try #require(try await live.flip().status == 0)
        let kept = live.path + ".cutover/closed.db"
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: kept))
        try handle.seek(toOffset: 5_000)
        try handle.write(contentsOf: Data(repeating: 7, count: 16))
        try handle.close()
        try await live.publish(older)
        let refused = try await live.requireRefused()
        let remedy = refused.json["error"]["remedy"].string ?? ""
        #expect(remedy.contains("was changed since it was made"), "\(remedy)")
        #expect(!remedy.contains("cp -p"), "\(remedy)")
    }

    @Test func `killed while the closed file is copied, the next switch makes the copy`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let before = try await live.toggles()
        let killed = try await live.flip(dying: "closed-copying")
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        try await live.requireOnTarget(before)
        let folder = live.path + ".cutover"
        #expect(!exists(folder + "/closed.db"))
        _ = try await live.fence("up", isSound: true)
        let run = try await live.flip()
        #expect(run.status == 0, "\(run)")
        #expect(run.json["steps"].list.compactMap { $0["name"].string } == ["closed-copy"])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.filter { $0.hasPrefix("closed.db") } == ["closed.db"], "\(names)")
        #expect(try await live.flip().json["steps"].list.isEmpty)
    }

    @Test func `a copy that cannot be kept is told and does not hold the switch up`() async throws {
        let live = try await LiveSource(TestFolder())
        // Nothing can take the name of a folder that is not empty.
        let place = live.path + ".cutover/closed.db/x"
        try FileManager.default.createDirectory(
            atPath: place,
            withIntermediateDirectories: true
        )
        let run = try await live.flip()
        #expect(run.status == 0 && run.json["outcome"].string == "switched", "\(run)")
        let warnings = run.json["warnings"].list.compactMap(\.string)
        #expect(warnings.contains { $0.hasPrefix("no copy of the closed") }, "\(warnings)")
        #expect(try await live.targetTakesWrites())
    }

    @Test func `an older copy while it is followed is no lag of nothing`() async throws {
        let live = try await LiveSource(TestFolder())
        let older = try await older(.beforeFence, live)
        try #require(try await live.cutover("follow", "--until-lag-below", "1").status == 0)
        let sound = try await live.cutover("status")
        #expect(sound.status == 0 && sound.json["is_source_replaced"].bool == false, "\(sound)")
        try await live.publish(older)
        let status = try await live.cutover("status")
        #expect(status.status == 1, "\(status)")
        #expect(status.json["is_source_replaced"].bool == true, "\(status)")
        #expect(status.json["lag"]["rows"].int == nil, "\(status)")
        #expect(status.json["phase"].string == "following", "\(status)")
        #expect(try await live.cutover("follow").code == "source_replaced")
    }
}
