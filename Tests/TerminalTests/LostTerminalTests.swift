import Foundation
import TestSupport
import Testing

extension TerminalTests {
    /// A console that loses its terminal, or is told to end, in the middle of a cutover.
    @Suite struct LostTerminal {
        /// How the console is told.
        enum Way: String, CaseIterable, Sendable {
            /// The terminal goes away: SIGHUP, and the end of the input.
            case lost
            case terminate
            /// SIGTERM, again and again.
            case insist
        }

        @Test(
            .timeLimit(.minutes(30)),
            arguments: Way.allCases,
            ["toggles-off", "fenced", "freeze-verified", "handover-written", "handed-over"]
        )
        func `one side takes writes and every toggle is right`(
            way: Way,
            moment: String
        ) async throws {
            try await LiveConsole.withPair(
                isMigrated: true,
                ["--flag-cache", "0"],
                environment: ["CUTOVER_FAILPOINT": "\(moment)=pause"]
            ) { console in
                let terminal = console.terminal
                try await terminal.wait(for: "SQLite LIVE", "NOT FOLLOWED")
                let before = try await console.toggles()
                try await console.type("cut over \(console.database)", after: "c")
                let process = try #require(try await terminal.child())
                // It halts with writes blocked, or shortly before or behind.
                #expect(try await eventually { Self.isStopped(process) })
                switch way {
                case .lost: try await terminal.takeAway()
                case .terminate: kill(process, SIGTERM)
                case .insist: for _ in 0..<5 { kill(process, SIGTERM) }
                }
                kill(process, SIGCONT)
                if way == .insist { for _ in 0..<20 { kill(process, SIGTERM) } }
                #expect(try await eventually { kill(process, 0) == -1 })

                let isBack = await console.sourceTakesWrites()
                let isOver = try await console.targetTakesWrites()
                #expect(isBack != isOver, "source \(isBack), target \(isOver)")
                if moment == "handed-over" { #expect(isOver) }
                if isBack {
                    #expect(try await console.toggles() == before)
                    #expect(try await console.leftovers().isEmpty)
                } else {
                    #expect(try await console.targetToggles() == before)
                }
            }
        }

        private static func isStopped(_ process: Int32) -> Bool {
            let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            return stat?.contains(") T ") == true
        }

        @Test(.timeLimit(.minutes(30)))
        func `a server that stalls in the freeze holds up neither the writes nor the end`()
            async throws
        {
            try await TestServer.withDatabase(beside: true) { url in
                let proxy = try ServerProxy(to: url)
                try await LiveConsole.withPair(
                    isMigrated: true,
                    target: proxy.url,
                    database: url,
                    ["--flag-cache", "0", "--freeze-budget", "2"],
                    environment: ["CUTOVER_FAILPOINT": "fenced=pause"]
                ) { console in
                    let terminal = console.terminal
                    try await terminal.wait(for: "SQLite LIVE", "NOT FOLLOWED")
                    let before = try await console.toggles()
                    try await console.type("cut over \(console.database)", after: "c")
                    let process = try #require(try await terminal.child())
                    #expect(try await eventually { Self.isStopped(process) })
                    proxy.set(.stalled)
                    try await terminal.takeAway()
                    kill(process, SIGCONT)
                    #expect(try await eventually { await console.sourceTakesWrites() })
                    proxy.set(.open)
                    #expect(try await eventually { kill(process, 0) == -1 })
                    #expect(try await console.toggles() == before)
                    #expect(try await console.leftovers().isEmpty)
                }
            }
        }
    }
}
