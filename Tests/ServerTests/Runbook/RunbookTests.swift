import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The operator's runbook is this test's script: every line of its blocks is run, in order.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct RunbookTests {
    /// A line of the page, and how it may end.
    private struct Step {
        var line: Int
        var command: String
        var statuses: Set<Int32>
    }

    private static let page = URL(fileURLWithPath: CodePlaces.tests)
        .deletingLastPathComponent()
        .appending(path: "Sources/MigrationEngine/Documentation.docc/Runbook.md")

    /// What an application does when it is started on PostgreSQL.
    private static let work = """
        UPDATE workflow_controls SET last_run_at = now() AT TIME ZONE 'UTC';
        UPDATE sync_watermark SET last_sync_timestamp =
            to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS');
        """

    private static func steps() throws -> [Step] {
        let text = try String(contentsOf: page, encoding: .utf8)
        var steps: [Step] = []
        var isCode = false
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            if line.hasPrefix("```") {
                isCode = line == "```sh"
                continue
            }
            guard isCode, !line.isEmpty else { continue }
            let parts = line.split(separator: "    # status ", maxSplits: 1)
            let words = parts.count > 1 ? parts[1].prefix { $0 != ":" } : "0"
            let statuses = words.split(separator: " or ").compactMap { Int32($0) }
            steps.append(
                Step(line: number + 1, command: String(parts[0]), statuses: Set(statuses))
            )
        }
        return steps
    }

    @Test func `every command of the runbook is run, in its order, and ends as it says`()
        async throws
    {
        let steps = try Self.steps()
        #expect(steps.count > 40)
        #expect(steps.allSatisfy { !$0.statuses.isEmpty })
        let sample = try CodeFolder()
        try await makeSample(sample.command.source, .production, orders: 60)
        _ = try await sqlite3(sample.command.source, "PRAGMA journal_mode = WAL")
        let environment = try await environment(sample)
        for step in steps {
            let outcome = try await run(
                "/bin/sh",
                ["-c", step.command],
                environment: environment
            )
            try #require(
                step.statuses.contains(outcome.status),
                """
                line \(step.line): \(step.command): status \(outcome.status)
                \(outcome.stdout.suffix(3_000))
                \(outcome.stderr.suffix(3_000))
                """
            )
        }
        // What the page promises at its end.
        let archive = sample.folder.file("archive")
        #expect(exists("\(archive)/ora.db.sha256"))
        #expect(try await sqlite3("\(archive)/ora.db", "PRAGMA integrity_check") == "ok")
        #expect(
            try String(contentsOfFile: sample.folder.file(".env"), encoding: .utf8)
                .contains("USE_POSTGRES=true")
        )
    }

    @Test func `every verb that the runbook needs is one, and every variable is explained`() throws
    {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let commands = try Self.steps().map(\.command)
        let variables = Set(
            commands.flatMap { $0.matches(of: /\$([A-Z_]+)/).map { String($0.1) } }
        )
        for variable in variables {
            #expect(text.contains("| `\(variable)` |"), "\(variable)")
        }
        let verbs = Set(
            commands.compactMap { command -> String? in
                let words = command.split(separator: " ")
                return words.first == "cutover" ? String(words[1]) : nil
            }
        )
        let wanted: Set = [
            "backup", "inspect", "plan", "migrate", "verify", "reconcile", "code", "rehearse",
            "check", "switch", "watch", "revert", "advise", "report", "clean", "status",
        ]
        #expect(verbs.isSuperset(of: wanted))
    }

    private func environment(_ sample: CodeFolder) async throws -> [String: String?] {
        let folder = sample.folder
        try folder.write(".env", "USE_POSTGRES=false\n")
        try folder.write("work.sql", Self.work)
        let database = try await psql(TestDatabase.url, "SELECT current_database()")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return [
            "PATH": "\(BuiltProducts.folder):\(path)", "DATABASE_PATH": sample.command.source,
            "DATABASE_URL": TestDatabase.url, "DATABASE": database, "APP": sample.application,
            "ENV_FILE": folder.file(".env"), "OPERATOR": "a test", "FLAG_CACHE": "0",
            "REHEARSALS": "1", "WATCH_SECONDS": "5", "ARCHIVE": folder.file("archive"),
            "START_APPLICATION":
                "psql -q -v ON_ERROR_STOP=1 -f '\(folder.file("work.sql"))' \"$DATABASE_URL\"",
        ]
    }
}
