import Foundation
import TestSupport
import Testing

extension TerminalTests {
    /// Terminals that are poor, odd, shaken, stopped or closed.
    @Suite struct BadTerminals {
        @Test(.timeLimit(.minutes(30)), arguments: ["", "vt100", "linux"])
        func `a terminal without a name or without colours shows the console`(
            term: String
        ) async throws {
            try await Pair.with { pair in
                let bytes = pair.folder.file("bytes")
                try await pair.withConsole(environment: ["TERM": term]) { terminal in
                    try await terminal.record(to: bytes)
                    try await terminal.press("4")
                    try await terminal.wait(for: tabs[3], "[on ]")
                    try await terminal.press("7")
                    try await terminal.wait(for: tabs[6])
                    try await terminal.press("q")
                    #expect(try await terminal.status() == 0)
                    #expect(try await terminal.variable("alternate_on") == "0")
                }
                if term == "vt100" { #expect(try Recording(path: bytes).colours == []) }
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func `LANG=C gets ASCII, and a name beyond it a stand-in`() async throws {
            try await Pair.with { pair in
                _ = try await sqlite3(
                    pair.source,
                    "UPDATE orders_inbox SET customer_name = 'Zoë 客服 🚀 ' || char(233);"
                )
                let bytes = pair.folder.file("bytes")
                let plain: [String: String?] = ["LC_ALL": "C", "LANG": "C"]
                // Where the machine has C.UTF-8, the console takes that; ASCII is asked for.
                try await pair.withConsole(["--ascii"], environment: plain) { terminal in
                    try await terminal.record(to: bytes)
                    try await terminal.press("5")
                    try await terminal.wait(for: tabs[4], "Zo", "50 orders")
                    try await terminal.press("End", "?")
                    try await terminal.wait(for: "Help: Orders")
                    try await terminal.press("Escape", "q")
                    #expect(try await terminal.status() == 0)
                }
                #expect(try Data(contentsOf: URL(fileURLWithPath: bytes)).allSatisfy { $0 < 0x80 })
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func `a storm of sizes from 20x5 to 500x200 leaves a right screen`() async throws {
            try await Pair.with { pair in
                try await pair.withConsole { terminal in
                    try await terminal.press("5")
                    for size in [(20, 5), (500, 200), (60, 16), (59, 15), (200, 60), (100, 30)] {
                        try await terminal.resize(columns: size.0, rows: size.1)
                    }
                    for number in 0..<40 {
                        try await terminal.resize(columns: 40 + number * 7 % 160, rows: 10 + number)
                        try await terminal.press("j")
                    }
                    for size in [(20, 5), (500, 200), (80, 24)] {
                        try await terminal.resize(columns: size.0, rows: size.1)
                        try await terminal.wait(until: "a screen of \(size)") { screen in
                            size.0 == 20
                                ? screen.contains("20x5")
                                : screen.contains("[5 Orders]") && screen.contains("50 orders")
                        }
                    }
                    try await terminal.press("q")
                    #expect(try await terminal.status() == 0)
                }
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func `without an input or an output to look at, the status is printed`() async throws {
            try await Pair.with { pair in
                try await TmuxDriver.withTerminal(rows: 60) { terminal in
                    let console = [BuiltProducts.cutover, "console"] + pair.options
                    for (number, ending) in ["</dev/null", "<&-", "| cat", ">&-"].enumerated() {
                        let script = "\"$@\" \(ending); echo [done \(number) $?]"
                        try await terminal.start(["sh", "-c", script, "sh"] + console)
                        try await terminal.wait(until: "an end with \(ending)") {
                            $0.contains("[done \(number) ")
                                && (ending == ">&-" || $0.contains("[done \(number) 0]"))
                                && (ending == ">&-" || $0.contains("phase:       idle"))
                        }
                        #expect(try await terminal.variable("alternate_on") == "0")
                    }
                    // A terminal, and nowhere to complain.
                    try await terminal.start(["sh", "-c", "\"$@\" 2>&-", "sh"] + console)
                    try await terminal.wait(for: TerminalTests.tabs[0])
                    try await terminal.press("q")
                    try await terminal.wait(for: "[ended 0]")
                }
            }
        }

        @Test(.timeLimit(.minutes(30)), arguments: [true, false])
        func `while it is stopped the terminal is the shell's, and fg shows the console again`(
            byKey: Bool
        ) async throws {
            try await Pair.with { pair in
                try await pair.withConsole { terminal in
                    let process = try #require(try await terminal.child())
                    let device = try await terminal.variable("pane_tty")
                    if byKey {
                        try await terminal.press("C-z")
                    } else {
                        kill(process, SIGTSTP)
                    }
                    #expect(
                        try await eventually { try await terminal.variable("alternate_on") == "0" }
                    )
                    #expect(
                        try await eventually {
                            let modes = try await run("stty", ["-a", "-F", device]).stdout
                            return modes.contains(/\sicanon/) && modes.contains(/\secho\s/)
                                && modes.contains(/\sisig/)
                        }
                    )
                    kill(process, SIGCONT)
                    try await terminal.wait(for: TerminalTests.tabs[0])
                    try await terminal.press("7")
                    try await terminal.wait(for: TerminalTests.tabs[6])
                    try await terminal.press("q")
                    #expect(try await terminal.status() == 0)
                }
            }
        }

        @Test(
            .timeLimit(.minutes(30)),
            arguments: [SIGILL, SIGBUS, SIGFPE, SIGTRAP, SIGQUIT, SIGINT]
        )
        func `a trap and every other end give the terminal back before a word is said`(
            signal: Int32
        ) async throws {
            try await Pair.with { pair in
                try await pair.withConsole { terminal in
                    kill(try #require(try await terminal.child()), signal)
                    #expect(try await terminal.status() == 128 + Int(signal))
                    #expect(try await terminal.variable("alternate_on") == "0")
                    #expect(try await terminal.variable("cursor_flag") == "1")
                    let screen = try await terminal.wait(for: TmuxDriver.prompt)
                    #expect(screen.contains(/\sicanon/) && screen.contains(/\secho\s/))
                    #expect(!screen.contains("[1 Overview]"))
                }
            }
        }
    }
}
