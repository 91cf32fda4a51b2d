import TestSupport
import Testing

extension TerminalTests {
    /// Terminals without colour, without a cursor, without a name, and none at all.
    @Suite struct Kinds {
        @Test func `NO_COLOR sends no colour, and the row stands out`() async throws {
            try await Pair.with { pair in
                try await pair.withConsole(environment: ["NO_COLOR": "1"]) { terminal in
                    let bytes = pair.folder.file("bytes")
                    try await terminal.record(to: bytes)
                    try await terminal.press("4")
                    try await terminal.wait(for: tabs[3], "[on ]")
                    try await terminal.press("Down", "C-l")
                    let screen = try await terminal.screen(withStyles: true)
                    #expect(screen.contains(/\u{1B}\[([0-9;]*;)?7m/))
                    try await terminal.press("q")
                    _ = try await terminal.status()
                    let sent = try Recording(path: bytes)
                    #expect(sent.text.contains("Workflows"))
                    #expect(sent.colours == [])
                }
            }
        }

        @Test func `colours are sent where they are wanted`() async throws {
            try await Pair.with { pair in
                try await pair.withConsole { terminal in
                    let bytes = pair.folder.file("bytes")
                    try await terminal.record(to: bytes)
                    try await terminal.press("4")
                    try await terminal.wait(for: tabs[3], "[on ]")
                    try await terminal.press("q")
                    _ = try await terminal.status()
                    #expect(try !Recording(path: bytes).colours.isEmpty)
                }
            }
        }

        @Test func `an unknown terminal works, and the log says how`() async throws {
            try await Pair.with { pair in
                try await pair.withConsole(environment: ["TERM": "unheard-of"]) { terminal in
                    try await terminal.press("7")
                    try await terminal.wait(
                        for: tabs[6],
                        "unknown terminal, treated as xterm-256color"
                    )
                    try await terminal.press("q")
                    #expect(try await terminal.status() == 0)
                    #expect(try await terminal.variable("alternate_on") == "0")
                }
            }
        }

        @Test func `a dumb terminal gets the status and the reason`() async throws {
            try await Pair.with { pair in
                try await TmuxDriver.withTerminal(rows: 60, environment: ["TERM": "dumb"]) {
                    terminal in
                    try await terminal.start([BuiltProducts.cutover, "console"] + pair.options)
                    #expect(try await terminal.status() == 0)
                    let screen = try await terminal.screen()
                    #expect(screen.contains("TERM=dumb"))
                    #expect(screen.contains("phase:       idle"))
                }
            }
        }

        @Test func `without a terminal the console prints the status as lines`() async throws {
            try await Pair.with(isMigrated: true) { pair in
                let printed = try await run(BuiltProducts.cutover, ["console"] + pair.options)
                #expect(printed.status == 0)
                #expect(printed.stdout.contains("phase:       done\n"))
                #expect(printed.stdout.contains("tables:      12 of 12 copied\n"))
                #expect(!printed.stdout.contains("\u{1B}"))
                #expect(printed.stderr.isEmpty)
            }
        }
    }
}
