import TestSupport
import Testing

extension TerminalTests {
    /// Names and values of a database cannot steer the terminal.
    @Suite struct HostileText {
        /// A new title, a line break, blinking red, C1, and a text that turns round.
        private static let hostile = """
            'evil' || char(27) || ']0;TITLE' || char(7) || char(10) || char(27) || '[5;31mred'
                || char(155) || '2J' || char(144) || char(8238) || 'txet' || char(8294) || '.'
            """

        @Test func `names reach the screen as pictures of what is in them`() async throws {
            try await Pair.with { pair in
                _ = try await sqlite3(
                    pair.source,
                    """
                    UPDATE orders_inbox SET customer_name = \(Self.hostile);
                    UPDATE workflow_controls SET workflow_name = \(Self.hostile)
                    WHERE workflow_name = (SELECT min(workflow_name) FROM workflow_controls);
                    """
                )
                let bytes = pair.folder.file("bytes")
                try await pair.withConsole { terminal in
                    let title = try await terminal.variable("pane_title")
                    try await terminal.record(to: bytes)
                    try await visit(terminal)
                    #expect(try await terminal.variable("pane_title") == title)
                    try await terminal.press("q")
                    #expect(try await terminal.status() == 0)
                }
                let sent = try Recording(path: bytes)
                #expect(sent.text.contains("evil␛]0;TITLE␇␊"))
                #expect(!sent.text.contains("\u{1B}]"))
                #expect(!sent.text.contains("\u{1B}[5;31m"))
                #expect(sent.hostileScalars == [])
            }
        }

        /// Shows the names in a list, a detail, a question, a message and the log.
        private func visit(_ terminal: TmuxDriver) async throws {
            try await terminal.press("5")
            try await terminal.wait(for: tabs[4], "evil␛]0;T")
            try await terminal.press("Enter")
            try await terminal.wait(for: "both sides", "customer", "evil␛]0;TITLE␇␊␛[")
            try await terminal.press("Escape", "4")
            try await terminal.wait(for: tabs[3], "evil␛]0;TITLE")
            try await terminal.press("End", "Home", "/")
            try await terminal.type("evil")
            try await terminal.press("Enter")
            try await terminal.wait(for: "▸evil")
            try await terminal.press("Space")
            try await terminal.wait(for: "y:yes")
            try await terminal.press("y")
            try await terminal.wait(until: "the switch") { $0.contains(/evil.*is o(n|ff)/) }
            try await terminal.press("7")
            try await terminal.wait(for: tabs[6], "workflow evil␛]0;TITLE")
        }
    }
}
