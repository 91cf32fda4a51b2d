import TestSupport
import Testing

extension TerminalTests {
    /// A console that opens where another process left off.
    @Suite struct EarlierRuns {
        @Test func `a console on a migrated pair shows the run, and m says why not`() async throws {
            try await Pair.with(isMigrated: true) { pair in
                try await pair.withConsole { terminal in
                    try await terminal.wait(
                        for: "✓ copy     done",
                        "✓ verify   done",
                        "counts equal"
                    )
                    try await terminal.press("m")
                    try await terminal.wait(for: "already done; V compares both sides")
                    try await terminal.press("2")
                    let copied = try await terminal.wait(for: tabs[1], "an earlier run ended at ")
                    let orders = copied.split(separator: "\n").first {
                        $0.contains("orders_inbox ")
                    }
                    #expect(orders?.contains(/\ 50 +50 .*✓ copied/) == true)
                    try await terminal.press("3")
                    try await terminal.wait(for: tabs[2], "only the rows were counted", "counted")
                    try await terminal.press("V")
                    try await terminal.wait(for: "12 tables: 12 equal", "every cell compared")
                    try await terminal.press("q")
                    #expect(try await terminal.status() == 0)
                }
            }
        }

        @Test func `rows that were written since are seen at once`() async throws {
            try await Pair.with(isMigrated: true) { pair in
                _ = try await sqlite3(pair.source, "DELETE FROM system_kpis;")
                try await pair.withConsole { terminal in
                    try await terminal.wait(for: "1 of 12 counts differ", "system_kpis:")
                }
            }
        }
    }
}
