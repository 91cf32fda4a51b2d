import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A source belongs to one run at a time: every other one is refused before it writes anything.
@Suite(.postgres, .database)
struct SourceOwnerTests {
    /// Lends a second database beside the test's own.
    private func withOther(
        _ live: LiveSource,
        _ body: (CutoverCommand) async throws -> Void
    ) async throws {
        let name = try await live.database() + "_other"
        _ = try await psql(live.cutover.target, "CREATE DATABASE \(name)")
        var other = live.cutover
        other.target = live.cutover.target.replacing(try await live.database(), with: name)
        do {
            try await body(other)
        } catch {
            _ = try await psql(live.cutover.target, "DROP DATABASE \(name) WITH (FORCE)")
            throw error
        }
        _ = try await psql(live.cutover.target, "DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }

    private func requireRefused(_ run: CutoverRun, _ live: LiveSource) async throws {
        #expect(run.status == 78 && run.code == "different_run", "\(run)")
        let owner = try await psql(live.cutover.target, "SELECT run_id FROM cutover.run")
        let (words, name) = ("\(run)", try await live.database())
        #expect(words.contains(owner) && words.contains(name), "\(run)")
        #expect(words.contains("cutover clean") || words.contains("cutover status"), "\(run)")
    }

    private func ours(_ path: String) async throws -> String {
        try await sqlite3(
            path,
            "SELECT name FROM sqlite_schema WHERE name LIKE '\\_cutover%' ESCAPE '\\' ORDER BY 1;"
        )
    }

    @Test(arguments: [false, true])
    func `a second live run into another target is refused, before and behind the switch`(
        hasOwnFolder: Bool
    ) async throws {
        let live = try await LiveSource(TestFolder())
        let folder = hasOwnFolder ? ["--run-dir", live.folder.file("second")] : []
        try await withOther(live) { other in
            let before = try await ours(live.path)
            try await requireRefused(try await other("migrate", ["--live"] + folder), live)
            #expect(try await ours(live.path) == before)
            let told = try await other("status", folder)
            #expect(told.json["other_run"]["run_id"].string != nil, "\(told)")
            try #require(try await live.flip().status == 0)
            let closed = try await ours(live.path)
            try await requireRefused(try await other("migrate", ["--live"] + folder), live)
            let phrase = "clean \(try await live.database())_other"
            let final = ["--final", "--confirm", phrase] + folder
            try await requireRefused(
                try await other("clean", ["--confirm", phrase] + folder),
                live
            )
            try await requireRefused(try await other("clean", final), live)
            #expect(try await ours(live.path) == closed)
            #expect(!(try await live.sourceTakesWrites()))
            let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            #expect(try await psql(other.target, tables) == "0")
        }
        #expect(try await live.goBack().status == 0)
        #expect(try await live.sourceTakesWrites())
    }

    @Test func `a run that has lost its source to another one never touches capture or fence`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        try await withOther(live) { other in
            // As two versions without this record have left it: both follow one capture.
            _ = try await sqlite3(live.path, "DROP TABLE _cutover_owner;")
            let second = try await other("migrate", "--live")
            try #require(second.status == 0, "\(second)")
            for (verb, word) in [("follow", ""), ("switch", "cut over"), ("revert", "revert")] {
                let phrase = "\(word) \(try await live.database())"
                let options =
                    verb == "follow" ? ["--until-lag-below", "1"] : ["--confirm", phrase]
                let run = try await live.cutover(verb, options)
                #expect(run.status == 78 && run.code == "different_run", "\(run)")
                #expect("\(run)".contains("_other"), "\(run)")
            }
            let again = try await live.cutover("migrate", "--live")
            #expect(again.code == "different_run", "\(again)")
            // Whoever has it goes on.
            let followed = try await other("follow", "--until-lag-below", "1")
            #expect(followed.status == 0, "\(followed)")
        }
    }

    @Test func `of two that begin at once, exactly one gets the source`() async throws {
        let folder = try TestFolder()
        let path = folder.file("race.db")
        try await makeSample(path, .production, orders: 20)
        let first = CutoverCommand(source: path, target: TestDatabase.url)
        let name = try await psql(first.target, "SELECT current_database()")
        _ = try await psql(first.target, "CREATE DATABASE \(name)_race")
        var second = first
        second.target = first.target.replacing(name, with: "\(name)_race")
        let other = second
        let options = ["--live", "--run-dir", folder.file("b")]
        async let one = first("migrate", ["--live", "--run-dir", folder.file("a")])
        async let two = other("migrate", options)
        let runs = try await [one, two]
        #expect(runs.map(\.status).sorted() == [0, 78], "\(runs)")
        let refused = try #require(runs.first { $0.status == 78 })
        #expect(refused.code == "different_run", "\(refused)")
        _ = try await psql(first.target, "DROP DATABASE \(name)_race WITH (FORCE)")
    }

    @Test func `a copy of the file says whose it is, and is cleaned without touching the run`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        try await withOther(live) { other in
            let copy = live.folder.file("elsewhere.db")
            _ = try await sqlite3(live.path, "VACUUM INTO '\(copy)'")
            var elsewhere = other
            elsewhere.source = copy
            let refused = try await elsewhere("migrate", "--live")
            #expect(refused.status == 78 && refused.code == "different_run", "\(refused)")
            #expect("\(refused)".contains("is a copy of"), "\(refused)")
            #expect("\(refused)".contains("cutover clean"), "\(refused)")
            // Even with the target of the run that the file was copied from.
            elsewhere.target = live.cutover.target
            let phrase = "clean \(try await live.database())"
            let cleaned = try await elsewhere("clean", "--confirm", phrase)
            #expect(cleaned.status == 0 && cleaned.json["was_copy"].bool == true, "\(cleaned)")
            #expect(try await ours(copy).isEmpty)
            elsewhere.target = other.target
            let migrated = try await elsewhere("migrate", "--live")
            #expect(migrated.status == 0, "\(migrated)")
        }
        let followed = try await live.cutover("follow", "--until-lag-below", "1")
        #expect(followed.status == 0, "\(followed)")
        // A copy that was made while writes are blocked stays closed.
        try #require(try await live.flip().status == 0)
        let closed = live.folder.file("closed.db")
        _ = try await sqlite3(live.path, "VACUUM INTO '\(closed)'")
        var command = live.cutover
        command.source = closed
        let phrase = "clean \(try await live.database())"
        let kept = try await command("clean", "--confirm", phrase)
        #expect(kept.status == 78 && kept.code == "different_run", "\(kept)")
    }

    @Test func `a run that was ended, or whose database is gone, gives its source to the next`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let phrase = "clean \(try await live.database())"
        try #require(try await live.cutover("clean", "--confirm", phrase).status == 0)
        try await withOther(live) { other in
            let migrated = try await other("migrate", "--live")
            try #require(migrated.status == 0, "\(migrated)")
        }
        // The other database was dropped: nobody can go on with that run.
        let third = live.folder.file("third")
        _ = try await psql(live.cutover.target, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        let again = try await live.cutover("migrate", "--live", "--run-dir", third)
        #expect(again.status == 0, "\(again)")
    }
}
