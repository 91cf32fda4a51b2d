import TestSupport
import Testing

extension TerminalTests {
    /// What the panes show, and what opens in them.
    @Suite struct Panes {
        @Test(arguments: [(80, 24), (120, 40)])
        func `every pane shows the data of both sides`(columns: Int, rows: Int) async throws {
            try await Demo.with(columns: columns, rows: rows, keepsSource: true) { demo in
                let terminal = demo.terminal
                try await terminal.wait(
                    for: "✓ verify",
                    "SQLite ora.db (live)",
                    "PostgreSQL ora",
                    "every cell is equal"
                )
                let inbox = try await demo.source("SELECT count(*) FROM orders_inbox")[0]
                let items = try await demo.source("SELECT count(*) FROM shipped_items")[0]
                try await terminal.press("2")
                let copied = try await terminal.wait(for: tabs[1], "TOTAL", "no row in quarantine")
                #expect(line("orders_inbox", in: copied).contains(" \(inbox) "))
                #expect(line("shipped_items", in: copied).contains(" \(items) "))

                try await terminal.press("3")
                let compared = try await terminal.wait(for: tabs[2], "12 tables: 12 equal")
                let pair = " \(items) +\(items) +0 +[0-9a-f]{5} = [0-9a-f]{5} ✓ equal"
                #expect(try line("shipped_items", in: compared).contains(Regex(pair)))

                try await terminal.press("4")
                let toggles = try await demo.source("SELECT workflow_name FROM workflow_controls")
                let listed = try await terminal.wait(for: tabs[3], "[on ]", "[off]")
                for name in toggles { #expect(listed.contains(name)) }

                try await terminal.press("5")
                let newest = try await demo.source(
                    "SELECT order_number FROM orders_inbox ORDER BY id DESC LIMIT 3"
                )
                let orders = try await terminal.wait(for: tabs[4], "200 orders")
                for number in newest { #expect(orders.contains(number)) }

                try await terminal.press("6")
                let stock = try await demo.source("SELECT sku FROM inventory_current")
                let shown = try await terminal.wait(for: tabs[5], "5 articles")
                for sku in stock { #expect(shown.contains(sku)) }

                try await terminal.press("7")
                try await terminal.wait(
                    for: tabs[6],
                    "comparing every cell",
                    "INFO",
                    "verified: 12 "
                )

                try await terminal.press("8")
                try await terminal.wait(for: tabs[7], "pending uploads", "BOTH SIDES", "✓ same")
                try await terminal.press("9")
                try await terminal.wait(for: tabs[8], "Every row fitted.")
                try await terminal.press("C")
                try await terminal.wait(for: tabs[10], "r reads the application's code")
                // A look at both sides, before any switch: what is about the time after is not known.
                try await terminal.press("W")
                try await terminal.wait(
                    for: tabs[11],
                    "Watch of ora, system ",
                    "live side",
                    "✓ good",
                    "· unknown",
                    " not known   looked at"
                )
            }
        }

        @Test func `any table is read row by row, from either side`() async throws {
            try await Demo.with(keepsSource: true) { demo in
                let terminal = demo.terminal
                try await terminal.press("0")
                try await terminal.wait(for: tabs[9], "Tables in SQLite", "bundle_components")
                try await terminal.press("Enter")
                try await terminal.wait(
                    for: "> bundle_components",
                    "rows read, the end of the table"
                )
                let last = try await demo.source("SELECT max(id) FROM bundle_components")[0]
                try await terminal.press("G", "Enter")
                try await terminal.wait(for: "> bundle_components > \(last)", "COLUMN")
                try await terminal.press("Escape", "Escape", "o")
                try await terminal.wait(for: "Tables in PostgreSQL", "bundle_components")
            }
        }

        @Test func `Enter opens and Esc closes a table, an order, an article`() async throws {
            try await Demo.with(keepsSource: true) { demo in
                let terminal = demo.terminal
                try await terminal.press("3", "Enter")
                try await terminal.wait(for: "missing 0   extra 0   changed 0", "digest ")
                try await terminal.press("Escape", "5")
                try await terminal.wait(for: tabs[4], "200 orders")
                try await terminal.press("Enter")
                let newest = try await demo.source(
                    "SELECT order_number, customer_name FROM orders_inbox ORDER BY id DESC LIMIT 1"
                )[0].split(separator: "|").map(String.init)
                try await terminal.wait(for: "Order \(newest[0])", newest[1], "BOTH SIDES")
                try await terminal.press("Escape", "6")
                try await terminal.wait(for: tabs[5], "5 articles")
                try await terminal.press("Enter")
                let sku = try await demo.source("SELECT min(sku) FROM inventory_current")[0]
                try await terminal.wait(for: "SKU \(sku) on both sides", "BOTH SIDES", "on hand")
                try await terminal.press("Escape")
                try await terminal.wait(for: "5 articles")
            }
        }

        @Test func `a filter narrows the orders, Esc clears it and never quits`() async throws {
            try await Demo.with(keepsSource: true) { demo in
                let terminal = demo.terminal
                let oldest = try await demo.source("SELECT min(order_number) FROM orders_inbox")[0]
                try await terminal.press("5")
                try await terminal.wait(for: "200 orders, more below")
                try await terminal.press("/")
                try await terminal.wait(for: "filter: _")
                try await terminal.type(oldest)
                try await terminal.press("Enter")
                let found = try await terminal.wait(for: "1 order ", "filter \(oldest)")
                #expect(found.contains("▸\(oldest)"))
                // What was found stays under the cursor, among its neighbours.
                try await terminal.press("Escape")
                try await terminal.wait(until: "all orders again") {
                    !$0.contains("filter \(oldest)") && $0.contains(" orders, ")
                        && $0.contains("▸\(oldest)")
                }
                try await terminal.press("Escape", "Escape", "Escape", "?")
                try await terminal.wait(for: "Help: Orders", "filter the rows")
                try await terminal.press("Escape")
                try await terminal.wait(until: "the help is closed") { !$0.contains("Help:") }
                #expect(try await terminal.variable("alternate_on") == "1")
            }
        }

        @Test func `a status finds its orders, an empty list says where it looked`() async throws {
            try await Demo.with(keepsSource: true) { demo in
                let terminal = demo.terminal
                let status = try await demo.source(
                    "SELECT status FROM orders_inbox ORDER BY id DESC LIMIT 1"
                )[0]
                try await terminal.press("5")
                try await terminal.wait(for: "200 orders, more below")
                try await terminal.press("/")
                try await terminal.type(status)
                try await terminal.press("Enter")
                let found = try await terminal.wait(for: "status \(status)", " orders")
                #expect(!found.contains("No order has"))
                // A single order that was found stays under the cursor, among its neighbours.
                try await terminal.press("Escape")
                try await terminal.wait(until: "all orders again") {
                    !$0.contains("status \(status)") && $0.contains(" orders, ")
                }
                try await terminal.press("/", "C-u")
                try await terminal.type("nobody")
                try await terminal.press("Enter")
                try await terminal.wait(for: "No number, customer or status matches \"nobody\"")
            }
        }

        @Test func `the screen follows the terminal's size`() async throws {
            try await Demo.with { demo in
                let terminal = demo.terminal
                try await terminal.press("3")
                try await terminal.wait(for: tabs[2], "12 tables: 12 equal")
                try await terminal.resize(columns: 120, rows: 40)
                try await terminal.wait(until: "a detail below the whole list") {
                    $0.split(separator: "\n").contains {
                        $0.contains("Verify ══") && $0.count == 120
                    }
                        && $0.contains("digest ")
                }
                try await terminal.resize(columns: 44, rows: 10)
                try await terminal.wait(for: "44x10 is too small", "12 tables equal", "q to quit")
                try await terminal.resize(columns: 80, rows: 24)
                try await terminal.wait(for: tabs[2], "12 tables: 12 equal", "q:quit")
            }
        }

        private func line(_ name: String, in screen: String) -> Substring {
            screen.split(separator: "\n").first { $0.contains("\(name) ") } ?? ""
        }
    }
}
