import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// What the status says of a PostgreSQL that has the application and is gone.
@Suite(.postgres, .timeLimit(.minutes(10)))
struct LostTargetStatusTests {
    @Test func `a live server that is stopped is a warning with what to do, on each look`()
        async throws
    {
        let server = try await onThread { () throws -> LocalServer in try .temporary() }
        try await onThread { try server.createDatabase("lost") }
        let live = try await LiveSource.switched(target: server.url(database: "lost"))
        let before = try await live.cutover("status")
        #expect(before.status == 0 && before.json["target_problem"] == .null, "\(before)")
        try await onThread { try server.stop() }
        let lost = try await live.cutover("status")
        #expect(lost.status == 1, "\(lost)")
        #expect(lost.json["target_problem"].string?.isEmpty == false, "\(lost)")
        #expect(lost.json["phase"].string == "watching", "\(lost)")
        #expect(lost.json["next"].string?.hasPrefix("start the PostgreSQL server") == true)
        let text = try await run(
            BuiltProducts.cutover,
            ["status", "--source", live.cutover.source, "--target", live.cutover.target]
        ).stdout
        #expect(text.hasPrefix("WARNING:     PostgreSQL has the application"), "\(text)")
    }
}
