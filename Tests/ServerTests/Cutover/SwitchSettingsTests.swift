import Foundation
import MigrationEngine
import TestSupport
import Testing

/// What of a switch's options can be wrong is found before anything is done.
@Suite(.postgres, .database)
struct SwitchSettingsTests {
    /// Nothing of either side has changed.
    private func requireUntouched(_ live: LiveSource, _ toggles: String) async throws {
        try await live.requireOnSource(toggles)
        let journal = try await sqlite3(
            live.path + ".cutover/journal.db",
            "SELECT count(*) FROM step WHERE name = 'pausing';"
        )
        #expect(journal == "0")
    }

    @Test(arguments: [[], ["--dry-run"]])
    func `a canary that is no workflow or is off is refused`(_ more: [String]) async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let unknown = try await live.flip(["--canary", "no-such-workflow"] + more)
        #expect(unknown.status == 64 && unknown.code == "usage", "\(unknown)")
        let names = unknown.json["error"]["remedy"].string ?? ""
        #expect(names.contains("orders-cleanup") && names.contains("xml-import"), "\(unknown)")
        let off = try await live.flip(["--canary", "orders-cleanup"] + more)
        #expect(off.status == 64, "\(off)")
        #expect(off.json["error"]["message"].string?.contains("is off") == true, "\(off)")
        let remedy = off.json["error"]["remedy"].string ?? ""
        #expect(!remedy.contains("on: orders-cleanup") && remedy.contains("xml-import"), "\(off)")
        try await requireUntouched(live, toggles)
    }

    @Test func `behind a killed switch the canary is looked up in the toggles put by`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let killed = try await live.flip(dying: "toggles-off")
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        let off = try await live.flip(["--canary", "orders-cleanup"])
        #expect(off.status == 64, "\(off)")
        let run = try await live.flip(["--canary", "xml-import"])
        #expect(run.status == 0, "\(run)")
    }

    @Test func `an environment file that cannot be switched is refused before anything is done`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let folder = live.folder.file("folder")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let dangling = live.folder.file("dangling")
        try FileManager.default.createSymbolicLink(
            atPath: dangling,
            withDestinationPath: live.folder.file("nothing")
        )
        let binary = live.folder.file("binary")
        try Data([0, 255, 1]).write(to: URL(fileURLWithPath: binary))
        for (path, words) in [
            (live.folder.file("none/env"), "written in its folder"), (folder, "is no file"),
            (dangling, "is a link to nothing"), (binary, "other bytes than text"),
        ] {
            let refused = try await live.flip(["--env-file", path])
            #expect(refused.status == 74 && refused.code == "file_failed", "\(path): \(refused)")
            let error = refused.json["error"]
            #expect(error["message"].string?.contains(words) == true, "\(refused)")
            #expect(error["message"].string?.contains(path) == true, "\(refused)")
            #expect(error["remedy"].string?.contains("--env-file") == true, "\(refused)")
            let planned = try await live.cutover("switch", "--dry-run", "--env-file", path)
            #expect(planned.status == 74, "\(planned)")
        }
        let missing = try await live.flip(["--env-file", live.folder.file("none/env")])
        #expect(missing.json["error"]["cause"].string?.contains("access") == true, "\(missing)")
        try await requireUntouched(live, toggles)
    }

    @Test func `a link to the environment file stays one, and a line that it lacks is told`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let file = live.folder.file("real")
        let link = live.folder.file("link")
        try "A=1\n".write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
        let run = try await live.flip(["--env-file", link])
        try #require(run.status == 0, "\(run)")
        let notes = run.json["warnings"].list.compactMap(\.string)
        #expect(notes.contains { $0.contains("no line USE_POSTGRES=") }, "\(notes)")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == file)
        let switched = try String(contentsOfFile: file, encoding: .utf8)
        #expect(switched == "A=1\nUSE_POSTGRES=true\n")
        let back = try await live.goBack()
        #expect(back.status == 0, "\(back)")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == file)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "A=1\n")
    }

    @Test func `a wrong phrase is refused also when the server cannot be reached`() async throws {
        let folder = try TestFolder()
        let path = folder.file("ora.db")
        try await makeSample(path, .plan, orders: 5)
        let cutover = CutoverCommand(source: path, target: "postgresql://127.0.0.1:1/shop")
        for (verb, words) in [("switch", "cut over"), ("revert", "revert"), ("clean", "clean")] {
            let wrong = try await cutover(verb, "--confirm", "\(words) another")
            #expect(wrong.status == 64 && wrong.code == "usage", "\(wrong)")
            let remedy = wrong.json["error"]["remedy"].string
            #expect(remedy?.contains("\(words) shop") == true, "\(wrong)")
            let right = try await cutover(verb, "--confirm", "\(words) shop")
            #expect(right.status == 69, "\(right)")
        }
    }

    @Test func `a dry run says whether a switch could begin`() async throws {
        let live = try await LiveSource(TestFolder(), isSigned: false)
        let closed = try await live.cutover("switch", "--dry-run")
        #expect(closed.status == 1 && closed.json["ok"].bool == false, "\(closed)")
        #expect(closed.json["steps"].list.count > 5, "\(closed)")
        try await live.sign()
        let open = try await live.cutover("switch", "--dry-run")
        #expect(open.status == 0 && open.json["ok"].bool == true, "\(open)")
    }
}
