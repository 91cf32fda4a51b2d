import Foundation
import TestSupport
import Testing

extension TerminalTests {
    /// What the operator chooses in a list: rows, columns, and the whole screen for it.
    @Suite struct ListChoice {
        @Test(.timeLimit(.minutes(30)))
        func `a list alone, without a column, and its marked rows in a file`() async throws {
            let folder = try TestFolder()
            let settings = folder.file("cutover/config.toml")
            let path = folder.file("marked.csv")
            try await Pair.with { pair in
                let environment = ["XDG_CONFIG_HOME": folder.path]
                try await pair.withConsole(environment: environment) { terminal in
                    try await terminal.resize(columns: 120, rows: 40)
                    try await terminal.press("0")
                    try await terminal.wait(
                        for: "Tables in SQLite",
                        "bundle_skus",
                        "Enter shows its rows."
                    )
                    try await terminal.press("Z")
                    try await terminal.wait(until: "the list alone") {
                        $0.contains("zoomed") && !$0.contains("Enter shows its rows.")
                    }
                    try await terminal.press("Z")
                    try await terminal.wait(for: "Enter shows its rows.")

                    try await terminal.press("v", "j", "Space")
                    try await terminal.wait(for: "[ ] COLUMNS", "[x] TABLE")
                    try await terminal.press("Enter")
                    try await terminal.wait(for: "the columns, kept in", "ROWS, ABOUT")
                    let kept = try String(contentsOfFile: settings, encoding: .utf8)
                    #expect(kept.contains("tables = [\"COLUMNS\"]"))

                    try await terminal.press("Space", "j", "Space")
                    try await terminal.wait(for: "2 marked", "* bundle_components")
                    try await terminal.press(":")
                    try await terminal.type("export \(path)")
                    try await terminal.press("Enter")
                    try await terminal.wait(for: "2 marked rows")
                    let lines = try String(contentsOfFile: path, encoding: .utf8)
                        .split(separator: "\r\n")
                    #expect(lines.count == 3)
                    #expect(lines[0] == "TABLE,\"ROWS, ABOUT\"")
                    #expect(lines[1].hasPrefix("bundle_components,"))
                    try await terminal.press("Escape")
                    try await terminal.wait(for: "no row is marked any more")
                }
            }
        }
    }
}
