import TestSupport
import Testing

extension TerminalTests {
    /// The one thing that the operator changes on a live side.
    @Suite struct Workflows {
        private static let toggles = """
            SELECT workflow_name, enabled FROM workflow_controls ORDER BY workflow_name
            """

        @Test func `Space asks, n changes nothing, y switches the live side`() async throws {
            try await Demo.with(keepsSource: true) { demo in
                let terminal = demo.terminal
                let before = try await demo.source(Self.toggles)
                let first = before[0].split(separator: "|").map(String.init)
                try await terminal.press("4")
                try await terminal.wait(for: tabs[3], "▸\(first[0])")
                try await terminal.press("Space")
                try await terminal.wait(for: "Switch a workflow", first[0], "y:yes")
                #expect(try await demo.source(Self.toggles) == before)
                try await terminal.press("n")
                try await terminal.wait(for: "nothing was changed")
                #expect(try await demo.source(Self.toggles) == before)

                try await terminal.press("Space")
                try await terminal.wait(for: "y:yes")
                try await terminal.press("y")
                let isOn = first[1] == "0"
                try await terminal.wait(for: "\(first[0]) is \(isOn ? "on" : "off")")
                let after = try await demo.source(Self.toggles)
                #expect(after[0] == "\(first[0])|\(isOn ? 1 : 0)")
                #expect(after.dropFirst() == before.dropFirst())

                try await terminal.press("7")
                let change = "workflow \(first[0]) was switched \(isOn ? "on" : "off")"
                try await terminal.wait(for: tabs[6], "AUDIT", change)
                let journal = try #require(demo.source) + ".cutover/journal.db"
                let recorded = "SELECT action, before, after FROM action"
                #expect(
                    try await sqlite3(journal, recorded)
                        == "workflow \(first[0])|\(isOn ? "off|on" : "on|off")"
                )
            }
        }

        @Test func `u asks, and gives a toggle its value back`() async throws {
            try await Demo.with(keepsSource: true) { demo in
                let terminal = demo.terminal
                let before = try await demo.source(Self.toggles)
                let first = before[0].split(separator: "|").map(String.init)
                let isOn = first[1] == "1"
                try await terminal.press("4")
                try await terminal.wait(for: tabs[3], "▸\(first[0])")
                try await terminal.press("Space")
                try await terminal.wait(for: "y:yes")
                try await terminal.press("y")
                try await terminal.wait(for: "u undoes it: ", "u:undo")
                #expect(try await demo.source(Self.toggles) != before)
                try await terminal.press("u")
                try await terminal.wait(
                    for: "\(first[0]) goes \(isOn ? "ON" : "OFF") again",
                    "y:yes"
                )
                #expect(try await demo.source(Self.toggles) != before)
                try await terminal.press("y")
                try await terminal.wait(for: "\(first[0]) is \(isOn ? "on" : "off")")
                #expect(try await demo.source(Self.toggles) == before)
                try await terminal.press("7")
                try await terminal.wait(for: tabs[6], "AUDIT", "you asked for an undo")
                let journal = try #require(demo.source) + ".cutover/journal.db"
                let recorded = "SELECT before, after FROM action ORDER BY rowid"
                let words = isOn ? "on|off\noff|on" : "off|on\non|off"
                #expect(try await sqlite3(journal, recorded) == words)
            }
        }

        @Test func `a set is saved by w, and a gives its values back after the phrase`()
            async throws
        {
            try await Demo.with(keepsSource: true) { demo in
                let terminal = demo.terminal
                let before = try await demo.source(Self.toggles)
                let first = before[0].split(separator: "|").map(String.init)
                try await terminal.press("4")
                try await terminal.wait(for: tabs[3], "▸\(first[0])")
                try await terminal.press("w")
                try await terminal.wait(for: "workflows save")
                try await terminal.type("tonight")
                try await terminal.press("Enter")
                try await terminal.wait(for: "the toggles are saved as tonight", "1 saved set")
                try await terminal.press("Space")
                try await terminal.wait(for: "y:yes")
                try await terminal.press("y")
                try await terminal.wait(for: "\(first[0]) is \(first[1] == "0" ? "on" : "off")")
                #expect(try await demo.source(Self.toggles) != before)
                try await terminal.press("a")
                try await terminal.wait(for: "workflows apply tonight")
                try await terminal.type("tonight")
                try await terminal.press("Enter")
                try await terminal.wait(for: "Apply the set tonight", first[0])
                try await terminal.type("apply tonight")
                try await terminal.press("Tab", "Enter")
                try await terminal.wait(for: "\(first[0]) is \(first[1] == "0" ? "off" : "on")")
                #expect(try await demo.source(Self.toggles) == before)
            }
        }

        @Test func `a read-only console refuses Space with its reason`() async throws {
            try await Pair.with(isMigrated: true) { pair in
                let before = try await sqlite3(pair.source, Self.toggles)
                try await pair.withConsole(["--read-only"]) { terminal in
                    try await terminal.wait(for: "[RO]")
                    try await terminal.press("4")
                    try await terminal.wait(for: tabs[3], "[on ]")
                    try await terminal.press("Space")
                    try await terminal.wait(for: "read-only: toggle changes something")
                    try await terminal.press("A")
                    try await terminal.wait(for: "read-only: all off changes something")
                    try await terminal.press("1", "m")
                    try await terminal.wait(for: "read-only: migrate changes something")
                }
                #expect(try await sqlite3(pair.source, Self.toggles) == before)
            }
        }
    }
}
