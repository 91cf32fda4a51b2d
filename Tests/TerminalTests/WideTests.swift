import Foundation
import TestSupport
import Testing

extension TerminalTests {
    /// A wide terminal, and the proof of the code that is stopped.
    @Suite struct Wide {
        @Test(.timeLimit(.minutes(30)))
        func `what the cursor rests on is read on a wide screen, without Enter`() async throws {
            try await Pair.with(isMigrated: true) { pair in
                try await pair.withConsole { terminal in
                    try await terminal.resize(columns: 200, rows: 60)
                    try await terminal.press("5")
                    try await terminal.wait(
                        for: "Orders in SQLite",
                        "on both sides",
                        "both sides are equal"
                    )
                    try await terminal.press("6", "j")
                    try await terminal.wait(
                        for: "Inventory in SQLite",
                        "on both sides",
                        "= comes to"
                    )
                    try await terminal.press("0")
                    try await terminal.wait(for: "▸bundle_components", "component_sku", "rows read")
                    try await terminal.press("Enter", "j")
                    try await terminal.wait(for: "bundle_components > 2", "COLUMN", "VALUE")
                    try await terminal.press("Enter", "Escape", "Escape")
                    try await terminal.wait(until: "the list has the keys again") {
                        !$0.contains("bundle_components > ")
                    }
                }
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func `x stops the proof of the code, and the pane says what was kept`() async throws {
            let folder = try TestFolder()
            // A reader of code that never ends: it waits for a line that nobody writes.
            let (line, reader) = (folder.file("line"), folder.file("python"))
            try #require(mkfifo(line, 0o600) == 0)
            try "#!/bin/sh\nread word < \(line)\n".write(
                toFile: reader,
                atomically: true,
                encoding: .utf8
            )
            try #require(chmod(reader, 0o755) == 0)
            try await Pair.with { pair in
                try await pair.withConsole(
                    ["--code", folder.path],
                    environment: ["CUTOVER_PYTHON": reader]
                ) { terminal in
                    try await terminal.press("C", "r")
                    try await terminal.wait(for: "proving its statements", "x:stop the proof")
                    try await terminal.press("x")
                    try await terminal.wait(
                        for: "The proof was stopped by you.",
                        "kept: no file of the application was changed"
                    )
                    try await terminal.press("7")
                    try await terminal.wait(for: "you asked to stop the proof of the code")
                }
            }
            withExtendedLifetime(folder) {}
        }
    }
}
