import Foundation
import TestSupport
import Testing

extension TerminalTests {
    /// The operator's file of settings in a real terminal.
    @Suite struct Settings {
        @Test(.timeLimit(.minutes(30)))
        func `a fault in config.toml is told and stops nobody, and a mended file acts at once`()
            async throws
        {
            let folder = try TestFolder()
            let path = folder.file("cutover/config.toml")
            try FileManager.default.createDirectory(
                atPath: folder.file("cutover"),
                withIntermediateDirectories: true
            )
            @Sendable func write(_ toml: String) throws {
                try Data(toml.utf8).write(to: URL(fileURLWithPath: path))
            }
            try write("[keys]\nmigrate-live = \"Hyper\"\n")
            let environment = ["XDG_CONFIG_HOME": folder.path]
            try await LiveConsole.withPair(environment: environment) { console in
                let terminal = console.terminal
                try await terminal.press("7")
                try await terminal.wait(for: "the settings are not used")
                // The row is cut at the edge; the opened line is whole.
                try await terminal.press("Enter")
                try await terminal.wait(for: "keys.migrate-live")
                try await terminal.press("Escape")
                try await terminal.press("1")
                try await terminal.wait(for: "B:live")
                try write("[keys]\nmigrate-live = \"F9\"\n")
                try await terminal.wait(for: "F9:live", "F9 does it live")
                try await terminal.press("F9")
                try await terminal.wait(for: "Migrate live", "y:yes")
                try await terminal.press("n")
                try await terminal.wait(for: "nothing was changed")
            }
        }
    }
}
