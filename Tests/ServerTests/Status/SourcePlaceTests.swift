import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// A source that stands where its run does not know it.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct SourcePlaceTests {
    /// A live run in a folder of its own.
    private func live() async throws -> (live: LiveSource, folder: String) {
        let folder = try TestFolder()
        let place = folder.file("a")
        try FileManager.default.createDirectory(
            atPath: place,
            withIntermediateDirectories: true
        )
        return (try await LiveSource(folder, at: place), place)
    }

    private func requireRefused(_ cutover: CutoverCommand, _ words: String) async throws {
        let status = try await cutover("status")
        #expect(status.status == 1, "\(status)")
        #expect(status.json["phase"].string == "other source", "\(status)")
        #expect(status.json["displacement"].string?.contains(words) == true, "\(status)")
        let followed = try await cutover("follow", "--until-lag-below", "1")
        #expect(followed.status == 78 && followed.code == "configuration", "\(followed)")
        let message = followed.json["error"]["message"].string
        #expect(message?.contains(words) == true, "\(followed)")
        let gate = try await cutover("check").json["gates"].named("live_run")
        #expect(gate["state"].string == "closed", "\(gate)")
        #expect(gate["reason"].string?.contains(words) == true, "\(gate)")
    }

    @Test func `a source that was moved is named with the path that its run knows`() async throws {
        let (live, folder) = try await live()
        let moved = live.folder.file("b")
        try FileManager.default.moveItem(atPath: folder, toPath: moved)
        var there = live.cutover
        there.source = moved + "/ora.db"
        try await requireRefused(there, "was moved: run ")
        let next = try await there("status").json["next"].string ?? ""
        #expect(next.contains("move it back to ") && next.contains("/a/ora.db"), "\(next)")
        try FileManager.default.moveItem(atPath: moved, toPath: folder)
        let status = try await live.cutover("status")
        #expect(status.status == 0 && status.json["displacement"] == .null, "\(status)")
        try await live.follow()
    }

    @Test func `a source that is not there is no file of the run of another one`() async throws {
        let (live, folder) = try await live()
        var there = live.cutover
        there.source = folder + "/gone.db"
        let status = try await there("status")
        #expect(status.status == 1, "\(status)")
        #expect(status.json["phase"].string == "other source", "\(status)")
        let words = status.json["displacement"].string ?? ""
        #expect(words.contains("there is no such file: "), "\(words)")
        #expect(words.contains("/a/gone.db"), "\(words)")
        #expect(words.contains("this target belongs to run "), "\(words)")
        #expect(words.hasSuffix("/a/ora.db"), "\(words)")
        let next = status.json["next"].string ?? ""
        #expect(next.hasPrefix("give --source ") && next.hasSuffix("/a/ora.db"), "\(next)")
        #expect(status.json["live_side"] == .null)
        let options = Options(source: there.source, target: there.target)
        let console = #expect(throws: MigrationError.self) { try EarlierRun.read(options) }
        #expect(console?.message == words && console?.remedy == next)

        // The run's own file that is gone is another matter.
        try FileManager.default.moveItem(atPath: live.path, toPath: there.source + ".kept")
        let own = try await live.cutover("status").json
        #expect(own["phase"].string == "following", "\(own)")
        #expect(own["displacement"] == .null)
        #expect(own["next"].string?.hasPrefix("bring the file back to ") == true, "\(own)")
    }

    @Test func `a source by a second name is refused with the first one`() async throws {
        let (live, folder) = try await live()
        let second = folder + "/second.db"
        try #require(link(live.path, second) == 0)
        var there = live.cutover
        there.source = second
        try await requireRefused(there, "is a second name (a hard link) of ")
        let next = try await there("status").json["next"].string ?? ""
        #expect(next.contains("--source ") && next.contains("/a/ora.db"), "\(next)")
        try await live.follow()
    }

    @Test func `a refused live migration says what stays of the run that is there`() async throws {
        let (live, _) = try await live()
        try #require(try await live.flip().status == 0)
        let refused = try await live.cutover("migrate", "--live")
        #expect(refused.status == 78, "\(refused)")
        let kept = refused.json["error"]["kept"].string ?? ""
        #expect(kept.contains("with the capture of run "), "\(refused)")
        #expect(!kept.contains("migrate --live goes on"), "\(refused)")
        #expect(!kept.contains("cutover clean"), "\(refused)")
    }
}
