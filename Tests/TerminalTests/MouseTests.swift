import Foundation
import TestSupport
import Testing

extension TerminalTests {
    /// The mouse as a terminal tells of it: SGR sequences, which a real one sends.
    @Suite struct Mouse {
        /// Presses and releases the left button on the first cell of a text.
        private func click(_ text: String, in terminal: TmuxDriver) async throws {
            let screen = try await terminal.wait(for: text)
            let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
            let y = try #require(lines.firstIndex { $0.contains(text) })
            let range = try #require(lines[y].range(of: text))
            // Every sign of these screens is one cell wide.
            let x = lines[y][..<range.lowerBound].count
            for end in ["M", "m"] {
                try await terminal.type("\u{1b}[<0;\(x + 1);\(y + 1)\(end)")
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func `clicks open panes, rows and questions, and never answer one`() async throws {
            try await Demo.with(keepsSource: true) { demo in
                let terminal = demo.terminal
                let toggles = "SELECT workflow_name, enabled FROM workflow_controls ORDER BY 1"
                let before = try await demo.source(toggles)
                // The mouse is the terminal's: what it sent could not reach the console.
                #expect(try await terminal.variable("mouse_any_flag") == "0")
                try await terminal.press("M")
                try await terminal.wait(for: "mouse on")
                #expect(try await terminal.variable("mouse_sgr_flag") == "1")

                try await click("0 Tabl", in: terminal)
                try await terminal.wait(for: tabs[9], "bundle_components")
                try await click("shipped_items", in: terminal)
                try await terminal.wait(for: "▸shipped_items")
                try await click("ROWS, ABOUT", in: terminal)
                try await terminal.wait(for: "ROWS, ABOUT ^")
                try await click("shipped_items", in: terminal)
                try await terminal.wait(for: "> shipped_items", "rows read")
                try await terminal.type("\u{1b}[<65;5;5M")
                try await terminal.press("Escape")
                try await terminal.wait(for: "Tables in SQLite")

                try await click("4 Work", in: terminal)
                try await terminal.wait(for: tabs[3], "[on ]")
                try await click("Space:toggle", in: terminal)
                try await terminal.wait(for: "Switch a workflow", "y:yes")
                try await click("y:yes", in: terminal)
                try await click("y: yes", in: terminal)
                try await click("Esc:cancel", in: terminal)
                try await terminal.wait(for: "nothing was changed")
                #expect(try await demo.source(toggles) == before)

                try await terminal.press("M")
                try await terminal.wait(for: "the terminal's again")
                #expect(try await terminal.variable("mouse_any_flag") == "0")
                try await click("q:quit", in: terminal)
                try await terminal.press("?")
                try await terminal.wait(for: "Help: Workflows")
            }
        }

        @Test(.timeLimit(.minutes(30)), arguments: [true, false])
        func `a stopped console gives the mouse back, and takes it again`(
            byKey: Bool
        ) async throws {
            try await Demo.with { demo in
                let terminal = demo.terminal
                try await terminal.press("M")
                try await terminal.wait(for: "mouse on")
                let process = try #require(try await terminal.child())
                if byKey {
                    try await terminal.press("C-z")
                } else {
                    kill(process, SIGTSTP)
                }
                #expect(try await eventually { Self.isStopped(process) })
                // The process may have stopped before tmux has read what it wrote last.
                #expect(
                    try await eventually {
                        let mouse = try await terminal.variable("mouse_any_flag")
                        let screen = try await terminal.variable("alternate_on")
                        return mouse == "0" && screen == "0"
                    }
                )
                kill(process, SIGCONT)
                try await terminal.wait(for: TerminalTests.tabs[0], "mouse on")
                #expect(
                    try await eventually { try await terminal.variable("mouse_any_flag") == "1" }
                )
                try await terminal.press("7")
                try await terminal.wait(for: TerminalTests.tabs[6])
            }
        }

        private static func isStopped(_ process: Int32) -> Bool {
            let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            return stat?.contains(") T ") == true
        }

        @Test(.timeLimit(.minutes(30)))
        func `the settings may turn it on`() async throws {
            let folder = try TestFolder()
            let settings = folder.file("cutover")
            try FileManager.default.createDirectory(
                atPath: settings,
                withIntermediateDirectories: true
            )
            try Data("mouse = true\n".utf8)
                .write(to: URL(fileURLWithPath: settings + "/config.toml"))
            try await Pair.with { pair in
                let environment = ["XDG_CONFIG_HOME": folder.path]
                try await pair.withConsole(environment: environment) { terminal in
                    try await terminal.wait(for: "mouse on")
                    #expect(try await terminal.variable("mouse_any_flag") == "1")
                }
            }
        }
    }
}
