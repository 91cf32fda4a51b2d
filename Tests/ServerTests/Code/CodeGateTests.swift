import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The gate "the application's code speaks PostgreSQL", as `check` tells it.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct CodeGateTests {
    /// The sample application beside a migrated source.
    private func migrated() async throws -> CodeFolder {
        let sample = try CodeFolder()
        try await makeSample(sample.command.source, .production, orders: 20)
        let migrated = try await sample.command("migrate")
        #expect(migrated.status == 0, "\(migrated)")
        return sample
    }

    private func gate(_ sample: CodeFolder, _ options: String...) async throws -> JSON {
        let run = try await sample.command("check", options)
        return run.json["gates"].list.first { $0["name"].string == "code" } ?? .null
    }

    private func expect(_ gate: JSON, _ state: String, _ words: String) {
        #expect(gate["state"].string == state, "\(gate)")
        #expect(gate["reason"].string?.contains(words) == true, "\(gate)")
    }

    @Test func `the gate opens on what was proven, and closes when files or tables change`()
        async throws
    {
        let sample = try await migrated()
        expect(try await gate(sample), "waiting", "no folder of the application's code is named")
        expect(try await gate(sample, "--code", sample.application), "closed", "never checked")
        expect(try await gate(sample, "--code", "/not/there"), "closed", "there is no folder")

        #expect(try await sample.code("check").status == 1)
        // The folder that was checked last is the one that is meant.
        let before = try await gate(sample)
        expect(before, "closed", "still to be converted")
        #expect(before["remedy"].string?.contains("cutover code fix") == true, "\(before)")

        #expect(try await sample.code("adapter", "--write").status == 0)
        #expect(try await sample.code("fix", "--write").status == 0)
        expect(try await gate(sample), "closed", "still to be converted")
        let proven = try await sample.code("check")
        #expect(proven.status == 0, "\(proven)")
        expect(try await gate(sample), "open", "proven on this target")
        #expect(try await gate(sample)["reason"].string?.contains("warning") == true)

        let options = Options(source: sample.command.source, target: sample.command.target)
        let quick = try await onThread { try CutoverCheck.run(options, .quick) }
        #expect(quick.gates.first { $0.name == "code" }?.state == .open, "\(quick.gates)")
        let glance = try await onThread { try CutoverCheck.run(options, .glance) }
        #expect(!glance.gates.contains { $0.name == "code" })

        let app = try sample.read("app.py")
        try sample.write("app.py", app)
        expect(try await gate(sample), "open", "proven on this target")
        try sample.write("app.py", app + "# one more line\n")
        expect(try await gate(sample), "closed", "were changed since")
        try sample.write("app.py", app)
        expect(try await gate(sample), "open", "proven on this target")

        _ = try await psql(TestDatabase.url, "ALTER TABLE workflows ADD COLUMN new_one text")
        expect(try await gate(sample), "closed", "tables are not those")
        #expect(try await sample.code("check").status == 0)
        expect(try await gate(sample), "open", "proven on this target")
    }

    @Test func `a profile names the folder, from where it stands itself`() async throws {
        let sample = try await migrated()
        let profile = sample.folder.file("own.toml")
        let text = "name = \"own\"\nextends = \"ora\"\n[code]\ndirectory = \"application\"\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: profile))
        let named = try await gate(sample, "--profile", profile)
        expect(named, "closed", "the code in \(sample.application) was never checked")
        let wrong = text + "path = \"x\"\n"
        try Data(wrong.utf8).write(to: URL(fileURLWithPath: profile))
        let refused = try await sample.command("check", "--profile", profile)
        #expect(refused.code == "configuration", "\(refused)")
    }
}
