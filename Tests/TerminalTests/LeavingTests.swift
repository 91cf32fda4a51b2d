import Foundation
import TestSupport
import Testing

extension TerminalTests {
    /// Every way out gives the terminal back and takes the demo's server down.
    @Suite struct Leaving {
        /// A way out of the console that is up.
        enum Way: CaseIterable, Sendable {
            case quit
            case controlC
            case terminate
            case hangUp
            case fault
            case abort

            var signal: Int32? {
                switch self {
                case .quit, .controlC: nil
                case .terminate: SIGTERM
                case .hangUp: SIGHUP
                case .fault: SIGSEGV
                case .abort: SIGABRT
                }
            }

            /// After a fault nothing but the terminal and the server is looked after.
            var removesFolder: Bool { self != .fault && self != .abort }
        }

        @Test(arguments: Way.allCases)
        func `the terminal, the server and the folder are given back`(way: Way) async throws {
            try await Demo.with { demo in
                let terminal = demo.terminal
                #expect(try await terminal.variable("alternate_on") == "1")
                #expect(!demo.processes.isEmpty)
                try await terminal.press("M")
                try await terminal.wait(for: "mouse on")
                #expect(try await terminal.variable("mouse_any_flag") == "1")
                try await leave(terminal, way)

                #expect(try await terminal.status() == Int(way.signal.map { 128 + $0 } ?? 0))
                #expect(try await terminal.variable("alternate_on") == "0")
                #expect(try await terminal.variable("cursor_flag") == "1")
                #expect(try await terminal.variable("mouse_any_flag") == "0")
                let screen = try await terminal.wait(for: TmuxDriver.prompt)
                #expect(screen.contains(/\sicanon/))
                #expect(screen.contains(/\secho\s/))
                #expect(screen.contains(/\sisig/))
                #expect(try await eventually(within: .seconds(60)) { demo.processes.isEmpty })
                #expect(
                    try await eventually(within: .seconds(60)) {
                        demo.leftovers.allSatisfy {
                            !way.removesFolder && $0.hasPrefix("cutover-demo-")
                        }
                    }
                )
            }
        }

        @Test func `a console that is killed leaves no server`() async throws {
            try await Demo.with { demo in
                kill(try #require(try await demo.terminal.child()), SIGKILL)
                #expect(try await demo.terminal.status() == 128 + 9)
                #expect(try await eventually(within: .seconds(60)) { demo.processes.isEmpty })
                #expect(
                    try await eventually(within: .seconds(60)) {
                        demo.leftovers.allSatisfy { $0.hasPrefix("cutover-demo-") }
                    }
                )
            }
        }

        @Test func `a terminal that goes away leaves nothing`() async throws {
            try await Demo.with { demo in
                let process = try #require(try await demo.terminal.child())
                try await demo.terminal.close()
                #expect(try await eventually(within: .seconds(60)) { kill(process, 0) == -1 })
                #expect(try await eventually(within: .seconds(60)) { demo.processes.isEmpty })
                #expect(try await eventually(within: .seconds(60)) { demo.leftovers.isEmpty })
            }
        }

        private func leave(_ terminal: TmuxDriver, _ way: Way) async throws {
            switch way {
            case .quit: try await terminal.press("q")
            case .controlC: try await terminal.press("C-c")
            case .terminate, .hangUp, .fault, .abort:
                kill(try #require(try await terminal.child()), try #require(way.signal))
            }
        }
    }
}
