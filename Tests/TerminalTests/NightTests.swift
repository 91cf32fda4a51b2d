import Foundation
import TestSupport
import Testing

extension TerminalTests {
    /// What an operator learns in the night of a cutover, on a terminal.
    @Suite struct Night {
        @Test(.timeLimit(.minutes(30)))
        func `a reopened console shows the log from before, and who holds the old file`()
            async throws
        {
            try await LiveConsole.withPair(isMigrated: true, ["--flag-cache", "0"]) { console in
                let terminal = console.terminal
                try await terminal.wait(until: "the log from before") {
                    $0.contains(/\d\d-\d\d \d\d:\d\d:\d\d/)
                }
                try await terminal.press("7")
                try await terminal.wait(
                    for: "opened here; lines with a date",
                    "from before, with their"
                )
                let log = console.source + ".cutover/log/cutover.jsonl"
                let lines = try String(contentsOfFile: log, encoding: .utf8)
                #expect(!lines.contains("opened here"))
                try await terminal.press("V")
                try await terminal.wait(for: "V: verify, in 1 Overview, 2 Migrate, 3 Verify")
                try await terminal.press("1", "p")
                try await console.follow()
                let holder = try StartedProgram("/usr/bin/tail", ["-f", console.source])
                try await console.type("cut over \(console.database)", after: "c")
                try await terminal.wait(for: "Switched", "PostgreSQL LIVE")
                try await terminal.press("Enter")
                try await terminal.wait(for: "OLD FILE HELD BY 1", "pid \(holder.pid)", "tail -f")
                try await terminal.press("3")
                try await terminal.wait(for: "the figures are of then")
                holder.send(SIGKILL)
                _ = await holder.end()
                try await terminal.wait(until: "nobody holds the file any more") {
                    $0.contains("SWITCHED") && !$0.contains("OLD FILE HELD")
                }
                try await terminal.press("1")
                try await console.type("revert \(console.database)", after: "R")
                try await terminal.wait(for: "Reverted", "Writes were blocked for")
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func `the tables of the sides are those of the application`() async throws {
            try await LiveConsole.withDemo(columns: 120, rows: 40) { console in
                try await console.follow()
                let tables = try await sqlite3(
                    console.source,
                    """
                    .timeout 60000
                    SELECT count(*) FROM sqlite_schema WHERE type = 'table'
                        AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
                        AND name NOT LIKE '\\_cutover\\_%' ESCAPE '\\';
                    """
                ).trimmingCharacters(in: .whitespacesAndNewlines)
                try await console.terminal.press("r")
                let shown = try await console.terminal.wait(for: "PostgreSQL 1", "Sides")
                #expect(shown.contains(" \(tables) tables, "), "\(shown)")
            }
        }
    }
}
