import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The environment file on the way back, whatever became of it or of the run's folder.
@Suite(.postgres, .database)
struct EnvironmentBackTests {
    private func switched(_ text: String?) async throws -> (LiveSource, String) {
        let live = try await LiveSource(TestFolder())
        let file = live.folder.file("env")
        try text?.write(toFile: file, atomically: true, encoding: .utf8)
        let run = try await live.flip(["--env-file", file])
        try #require(run.status == 0, "\(run)")
        try #require(
            try String(contentsOfFile: file, encoding: .utf8).contains("USE_POSTGRES=true")
        )
        return (live, file)
    }

    @Test(arguments: [true, false])
    func `a lost run folder or another one does not keep the file on PostgreSQL`(
        _ isLost: Bool
    ) async throws {
        let (live, file) = try await switched("A=1\nUSE_POSTGRES=false\n")
        if isLost { try FileManager.default.removeItem(atPath: live.path + ".cutover") }
        let back = try await live.goBack(
            isLost ? [] : ["--run-dir", live.folder.file("another")]
        )
        #expect(back.status == 0, "\(back)")
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "A=1\nUSE_POSTGRES=false\n")
        let notes = back.json["notes"].list.compactMap(\.string)
        #expect(notes.contains { $0.contains(file) && $0.contains("is kept") }, "\(notes)")
        #expect(try await live.sourceTakesWrites())
    }

    @Test func `a file that was switched by somebody else already is told`() async throws {
        let live = try await LiveSource(TestFolder())
        let file = live.folder.file("env")
        try "USE_POSTGRES=true\n".write(toFile: file, atomically: true, encoding: .utf8)
        let run = try await live.flip(["--env-file", file])
        try #require(run.status == 0, "\(run)")
        let warnings = run.json["warnings"].list.compactMap(\.string)
        #expect(warnings.contains { $0.contains("said USE_POSTGRES=true already") }, "\(run)")
    }

    @Test func `what the operator wrote into the file since the switch stays`() async throws {
        let (live, file) = try await switched("USE_POSTGRES=false\nA=1\n")
        chmod(file, 0o640)
        let added = "USE_POSTGRES=true\nA=2\nNEWVAR=important\n"
        try added.write(toFile: file, atomically: false, encoding: .utf8)
        let back = try await live.goBack()
        #expect(back.status == 0, "\(back)")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text == "USE_POSTGRES=false\nA=2\nNEWVAR=important\n")
        var status = stat()
        #expect(stat(file, &status) == 0 && status.st_mode & 0o777 == 0o640)
        let kept = live.path + ".cutover/environment_before_revert"
        #expect(try String(contentsOfFile: kept, encoding: .utf8) == added)
        let notes = back.json["notes"].list.compactMap(\.string)
        #expect(notes.contains { $0.contains(kept) }, "\(notes)")
    }

    @Test func `a file that is gone is told, and what it said before`() async throws {
        let (live, file) = try await switched("export USE_POSTGRES=false\n")
        try FileManager.default.removeItem(atPath: file)
        let back = try await live.goBack()
        #expect(back.status == 1 && back.json["ok"].bool == false, "\(back)")
        let notes = back.json["notes"].list.compactMap(\.string)
        #expect(
            notes.contains {
                $0.contains("\(file) is gone") && $0.contains("export USE_POSTGRES=false")
            },
            "\(notes)"
        )
        #expect(try await live.sourceTakesWrites())
        #expect(!(try await live.targetTakesWrites()))
    }

    @Test func `a file that could not be put back is refused before PostgreSQL is closed`()
        async throws
    {
        let (live, file) = try await switched("A=1\n")
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: true)
        let refused = try await live.goBack()
        #expect(refused.status == 74 && refused.code == "file_failed", "\(refused)")
        #expect(try await live.targetTakesWrites())
        #expect(!(try await live.sourceTakesWrites()))
        try FileManager.default.removeItem(atPath: file)
        try "USE_POSTGRES=true\n".write(toFile: file, atomically: true, encoding: .utf8)
        let back = try await live.goBack()
        #expect(back.status == 0, "\(back)")
        #expect(!(try String(contentsOfFile: file, encoding: .utf8)).contains("USE_POSTGRES"))
    }
}
