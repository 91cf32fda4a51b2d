import Foundation
import TestSupport
import Testing

/// What `status` says of the copy of the closed file that a switch keeps.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct KeptCopyTests {
    private func status(_ live: LiveSource, _ state: String) async throws -> JSON {
        let run = try await live.cutover("status")
        let copy = run.json["closed_copy"]
        #expect(copy["state"].string == state, "\(run)")
        #expect(run.status == (state == "whole" ? 0 : 1), "\(run)")
        #expect(run.json["source_fence"]["state"].string == "up", "\(run)")
        return run.json
    }

    @Test func `a kept copy that is gone or changed is told each time, until there is a new one`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        #expect(try await live.cutover("status").json["closed_copy"] == .null)
        try #require(try await live.flip().status == 0)
        let path = try #require(
            try await status(live, "whole")["closed_copy"]["path"].string
        )
        try FileManager.default.removeItem(atPath: path)
        for _ in 0..<2 {
            let told = try await status(live, "missing")
            #expect(told["closed_copy"]["reason"].string?.contains(path) == true, "\(told)")
            #expect(told["next"].string?.hasPrefix("cutover switch keeps a new copy") == true)
            #expect(told["next"].string?.contains("cutover revert") == true, "\(told)")
        }
        let words = try await run(
            BuiltProducts.cutover,
            ["status", "--source", live.path, "--target", live.cutover.target]
        )
        #expect(words.status == 1 && words.stdout.hasPrefix("WARNING:"), "\(words)")
        #expect(words.stdout.contains("is gone: \(path)"), "\(words)")
        try #require(try await live.flip().status == 0)
        _ = try await status(live, "whole")
        // The same size with other bytes.
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seek(toOffset: 5_000)
        try file.write(contentsOf: Data("overwritten".utf8))
        try file.close()
        _ = try await status(live, "altered")
        try #require(try await live.flip().status == 0)
        _ = try await status(live, "whole")
        #expect(try await live.goBack().status == 0)
        #expect(try await live.cutover("status").json["closed_copy"] == .null)
    }
}
