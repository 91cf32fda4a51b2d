import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// Lists that are too long to be held: a window of them is here, and it goes wherever the cursor
/// goes.
@Suite struct WalkingTests {
    /// A side with many orders; the newest has the highest key.
    private struct Shop {
        var count: Int
        /// Orders that a search looks at before it gives back what it has.
        var patience = Int.max
        var asked: [PagePlace<String>] = []
        var most = 0

        static func row(_ key: Int) -> OrderRow {
            OrderRow(
                orderNumber: "N\(key)",
                orderDate: nil,
                customer: nil,
                status: key % 1_000 == 1 ? "failed" : "shipped",
                items: nil,
                totalCents: nil
            )
        }

        mutating func page(
            _ place: PagePlace<String>,
            status: String?,
            limit: Int
        ) -> OrdersPage {
            asked.append(place)
            most = max(most, limit)
            let given = place.key.flatMap { Int($0) } ?? 0
            let step = place.isBackward ? 1 : -1
            var key: Int
            switch place {
            case .first: key = count
            case .last: key = 1
            case .from: key = given
            case .after, .before: key = given + step
            }
            var (keys, looked) = ([Int](), 0)
            while (1...count).contains(key), keys.count <= limit, looked < patience {
                if status == nil || Self.row(key).status == status { keys.append(key) }
                key += step
                looked += 1
            }
            let hasMore = keys.count > limit
            let isUnfinished = !hasMore && (1...count).contains(key)
            var kept = Array(keys.prefix(limit))
            if place.isBackward { kept.reverse() }
            var page = OrdersPage(side: .source, rows: kept.map(Self.row), statuses: ["failed"])
            page.edges.keys = kept.map { "\($0)" }
            page.edges.unfinished = isUnfinished ? "\(key - step)" : nil
            page.edges.lookedAt = looked
            switch place {
            case .first, .after, .from:
                page.nextKey = hasMore ? kept.last.map { "\($0)" } : page.edges.unfinished
                page.edges.hasMoreBefore = place != .first
            case .before, .last:
                page.nextKey = place == .last ? nil : place.key
                page.edges.hasMoreBefore = hasMore || isUnfinished
            }
            return page
        }
    }

    /// Orders in the pane, with everything answered that is asked.
    private struct Pane {
        var shop: Shop
        var model: Model

        init(_ count: Int, patience: Int = .max) {
            shop = Shop(count: count, patience: patience)
            model = Samples.empty()
            model.pane = .orders
            answer(model.reload())
        }

        mutating func press(_ key: Key) { answer(model.update(.key(key))) }

        /// Answers until nothing is asked any more.
        mutating func answer(_ commands: [Command], rounds: Int = .max) {
            var (queue, left) = (commands, rounds)
            while !queue.isEmpty, left > 0 {
                guard
                    case .loadOrders(let ticket, _, _, let limit, let status, let place, _) =
                        queue.removeFirst()
                else { continue }
                left -= 1
                let page = shop.page(place, status: status, limit: limit)
                queue += model.update(.orders(ticket: ticket, .success(page)))
                #expect((model.orders.value?.rows.count ?? 0) <= Model.ordersHere)
            }
        }

        var selected: String? { model.selectedRow?.id }
        var text: String { Chrome.draw(model).text }
    }

    @Test(arguments: ["s", "S"])
    func `orders are asked for oldest first, and newest first again`(key: Character) {
        var model = Pane(4_000).model
        model.marks = Marks()
        #expect(Chrome.draw(model).text.contains("Orders in SQLite, newest first"))
        for (order, words) in [(OrdersOrder.oldestFirst, "oldest"), (.newestFirst, "newest")] {
            let asked = Command.loadOrders(
                ticket: model.orders.ticket + 1,
                side: .source,
                search: "",
                limit: 200,
                order: order
            )
            #expect(model.update(.key(.character(key))) == [asked])
            // What was read in another order is not mixed with it.
            #expect(model.orders.value == nil)
            #expect(Chrome.draw(model).text.contains("Orders in SQLite, \(words) first"))
        }
        // A page that goes on keeps the order.
        _ = model.update(.key(.character(key)))
        var page = OrdersPage(side: .source, rows: (1...200).map { Shop.row($0) }, nextKey: "200")
        page.edges.keys = (1...200).map { "\($0)" }
        _ = model.update(.orders(ticket: model.orders.ticket, .success(page)))
        guard case .loadOrders(_, _, _, _, _, .last, .oldestFirst)? = model.go(to: .end).first
        else {
            Issue.record("the end is asked for in another order")
            return
        }
    }

    @Test func `page by page the cursor passes every order, and comes back`() {
        var pane = Pane(4_000)
        #expect(pane.selected == "N4000")
        var seen = Set<String>()
        var presses = 0
        while pane.selected != "N1", presses < 1_000 {
            let before = pane.selected
            pane.press(.pageDown)
            presses += 1
            #expect(pane.selected != before, "the list stands still at \(before ?? "-")")
            for row in pane.model.orders.value?.rows ?? [] { seen.insert(row.orderNumber) }
        }
        #expect(seen.count == 4_000)
        #expect(pane.text.contains("the end of the list; more above"))
        while pane.selected != "N4000", presses < 2_000 {
            let before = pane.selected
            pane.press(.pageUp)
            presses += 1
            #expect(pane.selected != before, "the list stands still at \(before ?? "-")")
        }
        #expect(pane.selected == "N4000")
        #expect(pane.shop.most <= Model.ordersHere)
    }

    @Test func `End and Home read the ends and nothing between them`() {
        var pane = Pane(1_000_000)
        pane.shop.asked = []
        pane.press(.end)
        #expect(pane.selected == "N1")
        #expect(pane.shop.asked == [.last])
        #expect(pane.model.orders.value?.rows.count == Model.ordersOfPage)
        pane.press(.up)
        #expect(pane.selected == "N2")
        pane.press(.home)
        #expect(pane.selected == "N1000000")
        #expect(pane.shop.asked == [.last, .first])
    }

    @Test func `far below, reading again keeps the rows, the cursor and the place`() {
        var pane = Pane(100_000)
        for _ in 0..<100 { pane.press(.pageDown) }
        let (selected, rows) = (pane.selected, pane.model.orders.value?.rows)
        #expect(pane.model.orders.value?.edges.hasMoreBefore == true)
        pane.shop.count += 50
        pane.press(.character("r"))
        guard case .from? = pane.shop.asked.last else {
            Issue.record("\(String(describing: pane.shop.asked.last))")
            return
        }
        #expect(pane.selected == selected)
        #expect(pane.model.orders.value?.rows == rows)
        pane.press(.home)
        #expect(pane.selected == "N100050")
    }

    @Test func `new orders come in at the top, and the cursor stays on its order`() {
        var pane = Pane(1_000)
        pane.press(.down)
        pane.shop.count += 3
        pane.press(.character("r"))
        #expect(pane.selected == "N999")
        #expect(pane.model.orders.value?.rows.first?.orderNumber == "N1003")
    }

    @Test func `a search without an index says how far it is, and goes on by itself`() {
        var pane = Pane(50_000, patience: 2_000)
        let first = pane.model.update(.key(.character("f")))
        pane.answer(first, rounds: 1)
        #expect(pane.model.isSearching)
        #expect(pane.text.contains("searching ..."))
        #expect(pane.text.contains("2,000 orders looked at; Esc stops it"))
        // The answer to the first part asked for the next one.
        let place = PagePlace.after("48001")
        #expect(pane.model.orderWalk.place == place)
        let next = Command.loadOrders(
            ticket: pane.model.orders.ticket,
            side: .source,
            search: "",
            limit: Model.ordersOfPage,
            status: "failed",
            at: place
        )
        pane.answer([next])
        // Enough for the screen was found: more is looked for when the cursor goes there.
        let found = pane.model.orders.value?.rows.count ?? 0
        #expect(found >= 20 && found < 30)
        #expect(!pane.model.isSearching)
        #expect(!pane.text.contains("searching"))
        #expect(pane.text.contains("20,000 orders looked at so far; PgDn goes on"))
        for _ in 0..<5 { pane.press(.pageDown) }
        #expect(pane.model.orders.value?.rows.count == 50)
        #expect(!pane.text.contains("looked at"))
        // It is not begun again by itself, and nothing is called stale because of that.
        #expect(pane.model.update(.tick(Samples.now + 100)).isEmpty)
        #expect(pane.model.staleSeconds == nil)
    }

    @Test func `Esc stops a search and keeps what it found, PgDn goes on`() {
        var pane = Pane(50_000, patience: 2_000)
        pane.answer(pane.model.update(.key(.character("f"))), rounds: 2)
        let found = pane.model.orders.value?.rows.count
        pane.press(.escape)
        #expect(pane.model.comparing.statuses[.orders] == "failed")
        let ticket = pane.model.orders.ticket
        let late = pane.shop.page(pane.model.orderWalk.place, status: "failed", limit: 200)
        #expect(pane.model.update(.orders(ticket: ticket, .success(late))).isEmpty)
        #expect(pane.text.contains("stopped"))
        #expect((pane.model.orders.value?.rows.count ?? 0) >= found ?? 0)
        pane.press(.pageDown)
        #expect((pane.model.orders.value?.rows.count ?? 0) > (found ?? 0) + 5)
        pane.press(.character("f"))
        #expect(pane.model.comparing.statuses[.orders] == nil)
    }

    @Test func `Esc leaves a search at the order that was found, among its neighbours`() {
        var pane = Pane(100_000)
        pane.press(.character("f"))
        pane.press(.down)
        let found = pane.selected
        #expect(found == "N98001")
        pane.press(.escape)
        #expect(pane.model.comparing.statuses[.orders] == nil)
        #expect(pane.selected == found)
        pane.press(.up)
        #expect(pane.selected == "N98002")
        pane.press(.down)
        pane.press(.down)
        #expect(pane.selected == "N98000")
    }

    @Test func `the word of a status typed as a search is that status`() {
        var pane = Pane(10_000)
        for key in "/FAILED" { pane.press(.character(key)) }
        pane.press(.enter)
        #expect(pane.model.comparing.statuses[.orders] == "failed")
        #expect(pane.model.list.filter.isEmpty)
        #expect(pane.model.orders.value?.rows.count == 10)
    }

    @Test func `what is below the window is counted with a plus, never as a number`() {
        let pane = Pane(1_000_000)
        #expect(pane.text.contains("+ more below"))
        #expect(pane.text.contains("200 orders, more below"))
    }

    @Test func `a table is walked to its end and back, and no more than a window is here`() {
        var model = Samples.filled()
        model.pane = .tables
        model.detail = .init(id: "shipped_items")
        func page(_ keys: Range<Int>, _ place: PagePlace<TableKey>) -> TableRowsPage {
            var page = Samples.tableRows
            let values = page.rows[0].values
            page.rows = keys.map { .init(key: TableKey(literals: ["\($0)"]), values: values) }
            page.edges.keys = page.rows.map(\.key)
            page.edges.hasMoreBefore = keys.lowerBound > 0
            page.nextKey = keys.upperBound < 9_000 ? page.rows.last?.key : nil
            return page
        }
        func read(_ commands: [Command]) {
            guard case .browse(.rows(let ticket, _, _, let place))? = commands.first else { return }
            let given = place.key.flatMap { Int($0.literals[0]) } ?? 0
            let keys =
                switch place {
                case .first: 0..<200
                case .after: (given + 1)..<min(9_000, given + 201)
                case .from: given..<min(9_000, given + 200)
                case .before: max(0, given - 200)..<given
                case .last: 8_800..<9_000
                }
            let more = model.update(.browsed(.rows(ticket: ticket, .success(page(keys, place)))))
            #expect((model.browsing.rows.value?.rows.count ?? 0) <= Model.browsedRows)
            read(more)
        }
        func press(_ key: Key) { read(model.update(.key(key))) }
        model.browsing.rows.reset()
        read(model.walkRows(of: "shipped_items", to: .first))
        var (seen, presses) = (Set<String>(), 0)
        while model.focusedRow?.id != "8999", presses < 3_000 {
            press(.pageDown)
            presses += 1
            for row in model.browsing.rows.value?.rows ?? [] { seen.insert(row.key.text) }
        }
        #expect(seen.count == 9_000)
        press(.home)
        #expect(model.focusedRow?.id == "0")
        press(.end)
        #expect(model.focusedRow?.id == "8999")
        press(.pageUp)
        #expect(model.focusedRow?.id != "8999")
        #expect(Chrome.draw(model).text.contains("the end of the table"))
    }
}
