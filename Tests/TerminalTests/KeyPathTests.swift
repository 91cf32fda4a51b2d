import Foundation
import TestSupport
import Testing

extension TerminalTests {
    /// Keys that no other test presses on a terminal.
    @Suite struct KeyPaths {
        @Test(.timeLimit(.minutes(30)))
        func `tabs, themes, intervals, holding, copying and dumping by keys`() async throws {
            let folder = try TestFolder()
            let dump = folder.file("screen.txt")
            try await Pair.with { pair in
                try await pair.withConsole(environment: ["XDG_CONFIG_HOME": folder.path]) {
                    terminal in
                    for tab in [1, 2, 3] {
                        try await terminal.press("Tab")
                        try await terminal.wait(for: tabs[tab])
                    }
                    try await terminal.press("BTab")
                    try await terminal.wait(for: tabs[2])
                    for (key, tab) in [("F5", 4), ("L", 6), ("0", 9), ("6", 5)] {
                        try await terminal.press(key)
                        try await terminal.wait(for: tabs[tab])
                    }
                    try await terminal.wait(for: " articles")
                    try await terminal.press("-")
                    try await terminal.wait(for: "lists are read every 5 s")
                    try await terminal.press("+")
                    try await terminal.wait(for: "lists are read every 2 s")
                    try await terminal.press("z")
                    try await terminal.wait(for: "the screen is held")
                    try await terminal.press("z")
                    try await terminal.wait(for: "the screen goes on")
                    try await terminal.press("s")
                    try await terminal.wait(for: "SKU ^")
                    try await terminal.press("S")
                    try await terminal.wait(for: "SKU v")
                    try await terminal.press("y")
                    try await terminal.wait(for: "copied, if the terminal lets")
                    try await terminal.press("T")
                    try await terminal.wait(for: "Themes", "harbor-light")
                    try await terminal.press("j", "Escape")
                    try await terminal.wait(until: "the list of themes is gone") {
                        !$0.contains("harbor-light")
                    }
                    try await terminal.press(":")
                    try await terminal.type("dump \(dump)")
                    try await terminal.press("Enter")
                    try await terminal.wait(for: "the screen as text")
                    try await terminal.press("C-l", ",")
                    try await terminal.wait(for: tabs[5])
                    try await terminal.press("Q")
                    #expect(try await terminal.status() == 0)
                }
                let text = try String(contentsOfFile: dump, encoding: .utf8)
                #expect(text.contains("[6 Inventory]") && !text.contains("\u{1b}"))
                #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count >= 24)
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func `verbs with options in the palette, and the keys in a file`() async throws {
            let folder = try TestFolder()
            let (keys, film) = (folder.file("keys.txt"), folder.file("film.cast"))
            try await Pair.with(isMigrated: true) { pair in
                let words = ["--log-keys", keys, "--record", film]
                try await pair.withConsole(words) { terminal in
                    try await terminal.press("5")
                    try await terminal.wait(for: "50 orders")
                    try await terminal.press(":")
                    try await terminal.type("orders --st")
                    try await terminal.wait(for: "orders --status")
                    try await terminal.press("Tab")
                    try await terminal.wait(for: "orders --status pending")
                    try await terminal.type("bogus")
                    try await terminal.wait(for: "there is no status \"bogus\"")
                    try await terminal.press("C-u")
                    try await terminal.type("verify --table sku_lot")
                    try await terminal.press("Enter")
                    try await terminal.wait(for: "verified: sku_lot is equal")
                    try await terminal.press(":")
                    try await terminal.type("rows sku_lot --side target")
                    try await terminal.press("Enter")
                    try await terminal.wait(for: tabs[9], "> sku_lot", "rows read")
                    try await terminal.press("Q")
                    #expect(try await terminal.status() == 0)
                }
                let log = try String(contentsOfFile: keys, encoding: .utf8)
                #expect(log.contains("\tOverview\t5\tshow-orders\n"))
                #expect(log.contains("\tOrders > palette\ttext\n"))
                #expect(log.contains("\tOrders > palette\tTab\n"))
                #expect(!log.contains("sku_lot") && !log.contains("bogus"))
                let cast = try String(contentsOfFile: film, encoding: .utf8)
                #expect(cast.hasPrefix("{\"version\": 2, \"width\": 80, \"height\": 24"))
                let again = try await run(
                    BuiltProducts.cutover,
                    ["console", "--log-keys", keys] + pair.options
                )
                #expect(again.status != 0)
                #expect(again.stderr.contains("is there already"))
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func `the ends of a long list are a key away`() async throws {
            try await Demo.with(keepsSource: true) { demo in
                let terminal = demo.terminal
                let numbers = try await demo.source(
                    "SELECT order_number FROM orders_inbox ORDER BY id"
                )
                let (oldest, newest) = (try #require(numbers.first), try #require(numbers.last))
                try #require(numbers.count > 250)
                try await terminal.press("5")
                try await terminal.wait(for: "200 orders, more below", newest)
                try await terminal.press("End")
                try await terminal.wait(for: "▸\(oldest)", "the end of the list; more above")
                try await terminal.press("Home")
                try await terminal.wait(for: "▸\(newest)", "more below")
                for _ in 0..<40 { try await terminal.press("PageDown") }
                try await terminal.wait(for: "▸\(oldest)")
                #expect(try await terminal.screen().contains("\(numbers.count) orders"))
            }
        }

        @Test(.timeLimit(.minutes(30)), arguments: [(120, 40), (200, 60)])
        func `what a key changes is one write, a whole screen as well`(
            columns: Int,
            rows: Int
        ) async throws {
            try await Demo.with(columns: columns, rows: rows) { demo in
                let terminal = demo.terminal
                let child = try #require(try await terminal.child())
                // Nothing is drawn any more but what a key asks for, and each minute the clock.
                for _ in 0..<8 { try await terminal.press("-") }
                try await terminal.wait(until: "no clock, and no message") {
                    $0.contains("REFRESH OFF") && !$0.contains("they are read only when asked")
                }
                func writes() throws -> Int {
                    let path = "/proc/\(child)/task/\(child)/io"
                    let io = try String(contentsOfFile: path, encoding: .utf8)
                    return try Int(#require(io.firstMatch(of: /syscw: (\d+)/)).1) ?? 0
                }
                var least = Int.max
                for _ in 0..<3 {
                    let before = try writes()
                    try await terminal.press("?")
                    try await terminal.wait(for: "Help: Overview", "Esc:close")
                    least = min(least, try writes() - before)
                    try await terminal.press("?")
                    try await terminal.wait(until: "no help") { !$0.contains("Help: Overview") }
                }
                #expect(least == 1)
            }
        }
    }
}
