import Foundation
import TestSupport
import Testing

extension TerminalTests {
    /// The whole way by keys: copy, follow, cut over, watch, go back.
    @Suite struct Cutover {
        @Test(.timeLimit(.minutes(30)), arguments: [(80, 24), (120, 40)])
        func `a demo is cut over and reverted by keys while workers write`(
            columns: Int,
            rows: Int
        ) async throws {
            try await LiveConsole.withDemo(columns: columns, rows: rows) { console in
                let terminal = console.terminal
                try await console.follow()
                let before = try await console.toggles()
                try await console.type("cut over ora", after: "c")
                try await terminal.wait(for: "takes the application's writes", "Switched")
                try await terminal.wait(for: "PostgreSQL LIVE", "SWITCHED")
                // A write of the application is refused by the file that is not live any more.
                #expect(await console.sourceTakesWrites() == false)
                try await terminal.press("Enter", "1")
                try await terminal.wait(until: "writes that arrive on PostgreSQL") {
                    $0.contains(/\d+ writes since the switch/) && $0.contains("[")
                }
                try await terminal.press("5")
                try await terminal.wait(for: "Orders in PostgreSQL")

                try await terminal.press("1")
                try await console.type("revert ora", after: "R")
                try await terminal.wait(for: "Reverted", "MADE")
                try await terminal.wait(for: "SQLite LIVE", "following")
                #expect(await console.sourceTakesWrites() == true)
                #expect(try await console.toggles() == before)
                // Beside following, under the workers' writes: the gate of the comparison opens.
                try await terminal.press("Enter", "1", "V")
                try await terminal.wait(for: "verified: ")
                try await terminal.press("c")
                try await terminal.wait(for: "step 1 of 3", "Enter:go on")
                try await terminal.press("Escape")
                #expect(try await console.leftovers().isEmpty)
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func `a live run begins, is postponed, resumed and refused its phrase by keys`()
            async throws
        {
            try await LiveConsole.withPair { console in
                let terminal = console.terminal
                try await terminal.press("B")
                try await terminal.wait(for: "Migrate live", "_cutover_log")
                try await terminal.press("y")
                try await console.follow()
                try await terminal.press("p")
                try await terminal.wait(for: "NOT FOLLOWED", "p follows")
                try await terminal.press("p")
                try await terminal.wait(until: "following again") {
                    $0.contains("lag 0 rows") && !$0.contains("NOT FOLLOWED")
                }
                try await console.openGates()
                try await console.type("cut over nothing", after: "c")
                try await terminal.wait(for: "wrong phrase: nothing was begun")
                try await terminal.press("Escape")
                try await terminal.wait(for: "nothing was changed")
                #expect(await console.sourceTakesWrites() == true)
                try await terminal.press("q")
                #expect(try await terminal.status() == 0)
                try await terminal.wait(for: "the application works on SQLite")
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func `x takes a cutover back while the workers are waited for`() async throws {
            try await LiveConsole.withPair(["--flag-cache", "600"]) { console in
                let terminal = console.terminal
                try await console.begin()
                let before = try await console.toggles()
                try await console.type("cut over \(console.database)", after: "c")
                try await terminal.wait(for: "Workers may act on an old toggle", "x, then y aborts")
                try await terminal.press("4")
                // Both sides, and the value that is put by.
                try await terminal.wait(until: "the toggles of both sides") {
                    $0.contains(/xml-import +\[off\] +\[o..\] +\[on \]/)
                }
                try await terminal.press("c")
                try await terminal.wait(for: "x, then y aborts")
                try await terminal.press("x")
                try await terminal.wait(for: "Takes the cutover back")
                try await terminal.press("y")
                try await terminal.wait(
                    for: "Aborted by you",
                    "takes the application's writes, as before"
                )
                #expect(await console.sourceTakesWrites() == true)
                #expect(try await console.toggles() == before)
                #expect(try await console.leftovers().isEmpty)
                try await terminal.press("Enter")
                try await terminal.wait(for: "following", "lag 0 rows")
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func `a hook that goes on is waited for, and nothing can be aborted behind the switch`()
            async throws
        {
            let folder = try TestFolder()
            let gate = folder.file("gate")
            let hook = "while [ ! -e \(gate) ]; do sleep 0.1; done"
            try await LiveConsole.withPair(["--flag-cache", "0", "--hook", hook]) { console in
                let terminal = console.terminal
                try await console.begin()
                try await console.type("cut over \(console.database)", after: "c")
                try await terminal.wait(for: "it can no longer be aborted", "hook")
                try await terminal.press("x")
                try await terminal.wait(for: "can no longer be aborted; R goes back")
                try Data().write(to: URL(fileURLWithPath: gate))
                try await terminal.wait(for: "Switched", "PostgreSQL LIVE")
            }
            withExtendedLifetime(folder) {}
        }

        @Test(.timeLimit(.minutes(30)))
        func `a switch of another process is shown as it goes`() async throws {
            try await LiveConsole.withPair { console in
                let terminal = console.terminal
                try await console.begin()
                try await terminal.press("p")
                try await terminal.wait(for: "NOT FOLLOWED")
                let other = try StartedProgram(
                    BuiltProducts.cutover,
                    ["switch", "--flag-cache", "600", "--confirm", "cut over \(console.database)"]
                        + console.options
                )
                try await terminal.wait(for: "[pausing]", "another process works on this run")
                try await terminal.press("c")
                try await terminal.wait(for: "another process works on this run")
                kill(other.pid, SIGTERM)
                try await terminal.wait(for: "[not followed]", "NOT FOLLOWED")
                _ = await other.end()
                #expect(await console.sourceTakesWrites() == true)
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func `a read-only console refuses each step with its reason`() async throws {
            try await LiveConsole.withPair(isMigrated: true, ["--read-only"]) { console in
                let terminal = console.terminal
                try await terminal.wait(for: "[RO]", "SQLite LIVE")
                for (key, name) in [
                    ("B", "live"), ("p", "follow again"), ("c", "cut over"), ("R", "revert"),
                ] {
                    try await terminal.press(key)
                    try await terminal.wait(for: "read-only: \(name) changes something")
                }
                #expect(await console.sourceTakesWrites() == true)
            }
        }
    }
}
