import Foundation
import Synchronization
import TestSupport
import Testing

extension TerminalTests {
    /// A terminal that takes no output, such as that of a line which stalls.
    @Suite struct StalledTerminal {
        /// The process's main thread is in a write to its terminal, as the system tells it.
        private static func isHeldUp(_ process: Int32) -> Bool {
            let path = "/proc/\(process)/task/\(process)/syscall"
            let call = try? String(contentsOfFile: path, encoding: .utf8)
            return call?.hasPrefix("1 0x1 ") == true
        }

        @Test(.timeLimit(.minutes(30)), arguments: [SIGTERM, SIGHUP, SIGINT, SIGUSR1])
        func `a terminal that nobody reads holds up no end`(signal: Int32) async throws {
            let folder = try TestFolder()
            _ = try await sqlite3(folder.file("shop.db"), "CREATE TABLE orders (id INTEGER)")
            var (opened, own): (Int32, Int32) = (-1, -1)
            var size = winsize()
            (size.ws_col, size.ws_row) = (200, 60)
            try #require(openpty(&opened, &own, nil, nil, &size) == 0)
            let terminal = opened
            defer { close(terminal) }
            let console = Process()
            console.executableURL = URL(fileURLWithPath: BuiltProducts.cutover)
            console.arguments = [
                "--source", folder.file("shop.db"),
                "--target", "postgresql://127.0.0.1:1/none", "console",
            ]
            console.environment = [
                "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "HOME": folder.path,
                "PATH": "/usr/bin:/bin",
            ]
            let ends = FileHandle(fileDescriptor: own, closeOnDealloc: true)
            console.standardInput = ends
            console.standardOutput = ends
            console.standardError = FileHandle.nullDevice
            try console.run()
            let process = console.processIdentifier
            defer { kill(process, SIGKILL) }
            // Each repaints the screen, until no byte of it is taken any more, look after look.
            let looks = Mutex(0)
            let isHeldUp = try await eventually {
                var repaint: UInt8 = 0x0c
                _ = write(terminal, &repaint, 1)
                return looks.withLock { looks in
                    looks = Self.isHeldUp(process) ? looks + 1 : 0
                    return looks == 20
                }
            }
            try #require(isHeldUp)
            kill(process, signal)
            #expect(try await eventually { !console.isRunning })
            #expect(console.terminationStatus == 128 + signal)
        }
    }
}
