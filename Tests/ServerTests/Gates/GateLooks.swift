import Foundation
import TestSupport
import Testing

/// What `check` says of single gates.
extension LiveSource {
    /// Looks at all gates.
    func check(_ options: String...) async throws -> CutoverRun {
        let run = try await cutover("check", options)
        try #require(run.code == nil, "\(run)")
        return run
    }

    /// Looks at one gate.
    func gate(_ name: String) async throws -> JSON {
        let gate = try await check().json["gates"].named(name)
        try #require(gate["name"].string == name)
        return gate
    }

    /// Expects that a gate is closed, names its evidence and what to do.
    func expectClosed(
        _ name: String,
        _ evidence: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let gate = try await gate(name)
        #expect(gate["state"].string == "closed", "\(gate)", sourceLocation: sourceLocation)
        #expect(
            gate["reason"].string?.contains(evidence) == true,
            "\(gate)",
            sourceLocation: sourceLocation
        )
        #expect(gate["remedy"].string != nil, "\(gate)", sourceLocation: sourceLocation)
    }

    /// Expects that a gate is in a state.
    func expect(
        _ name: String,
        _ state: String,
        _ evidence: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let gate = try await gate(name)
        #expect(gate["state"].string == state, "\(gate)", sourceLocation: sourceLocation)
        let reason = gate["reason"].string ?? ""
        #expect(
            evidence.isEmpty || reason.contains(evidence),
            "\(gate)",
            sourceLocation: sourceLocation
        )
    }

    /// Applies what waits.
    func follow() async throws {
        let run = try await cutover("follow", "--until-lag-below", "1", "--duration", "600")
        try #require(run.status == 0, "\(run)")
    }
}
