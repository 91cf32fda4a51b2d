import Testing

@testable import MigrationEngine

struct OperationsOrdersTests {
    private func numbers(
        _ reader: LiveReader,
        search: String? = nil,
        status: String? = nil,
        limit: Int
    ) throws -> [String] {
        var numbers: [String] = []
        var after: String?
        repeat {
            let page = try reader.orders(
                search: search,
                status: status,
                limit: limit,
                after: after
            )
            #expect(page.rows.count <= limit)
            numbers += page.rows.map(\.orderNumber)
            after = page.nextKey
        } while after != nil
        return numbers
    }

    @Test func `orders of the production shape are read newest first`() throws {
        let shop = try OperationsShop(OperationsShop.production)
        let page = try Operations.orders(options: shop.options, side: .source)
        #expect(page.side == .source)
        #expect(page.nextKey == nil)
        #expect(page.rows.map(\.orderNumber) == ["700003", "700002", "700001"])
        // NULL and '' both stand for "none", so the next best name is taken.
        #expect(page.rows.map(\.customer) == ["c@example.com", "Ada Fern", "Harbor Tea"])
        #expect(page.rows.map(\.items) == [0, 3, 2])
        #expect(page.rows.map(\.totalCents) == [99, nil, 1_250])
        #expect(page.rows.map(\.status) == ["pending", "awaiting_shipment", "shipped"])
        #expect(page.rows.first?.orderDate == "2025-10-03")
    }

    @Test func `orders of the plan's shape are read newest first`() throws {
        let shop = try OperationsShop(OperationsShop.plan)
        let page = try Operations.orders(options: shop.options, side: .source)
        #expect(page.rows.map(\.orderNumber) == ["700002", "700001"])
        #expect(page.rows.map(\.customer) == [nil, "Ada Fern"])
        #expect(page.rows.map(\.items) == [nil, 2])
        #expect(page.rows.map(\.totalCents) == [nil, 1_250])
    }

    @Test(arguments: [1, 7, 100, 103, 1_000])
    func `pages cover every order exactly once`(limit: Int) throws {
        let shop = try OperationsShop(OperationsShop.production + OperationsShop.orders(100))
        let reader = LiveReader(options: shop.options, side: .source)
        let expected = (1...100).reversed().map { "N\(1_000 + $0)" }
        #expect(
            try numbers(reader, limit: limit) == expected + ["700003", "700002", "700001"]
        )
    }

    @Test(arguments: [(1, 1_000), (7, 3), (100, 10), (103, 1_000)], [nil, "on_hold"])
    func `the list is walked backward from its end as it is forward`(
        sizes: (limit: Int, slice: Int),
        status: String?
    ) throws {
        let shop = try OperationsShop(OperationsShop.production + OperationsShop.orders(100))
        let reader = LiveReader(options: shop.options, side: .source)
        reader.sliceRows = sizes.slice
        let forward = try numbers(reader, status: status, limit: sizes.limit)
        var (backward, keys): ([String], [String]) = ([], [])
        var place = PagePlace<String>.last
        while true {
            let page = try reader.orders(status: status, limit: sizes.limit, at: place)
            #expect(page.rows.count <= sizes.limit)
            #expect(page.edges.keys.count == page.rows.count)
            #expect(page.edges.unfinished == nil)
            backward = page.rows.map(\.orderNumber) + backward
            keys = page.edges.keys + keys
            guard page.edges.hasMoreBefore, let first = page.edges.keys.first else { break }
            place = .before(first)
        }
        #expect(backward == forward)
        let middle = keys[keys.count / 2]
        let from = try reader.orders(status: status, limit: 2, at: .from(middle))
        #expect(from.edges.keys == Array(keys[(keys.count / 2)...].prefix(2)))
        #expect(from.edges.hasMoreBefore)
    }

    @Test(arguments: [(1, 1_000), (7, 3), (103, 1_000)], [nil, "on_hold"])
    func `oldest first is the same list the other way round, page by page in both directions`(
        sizes: (limit: Int, slice: Int),
        status: String?
    ) throws {
        let shop = try OperationsShop(OperationsShop.production + OperationsShop.orders(100))
        let reader = LiveReader(options: shop.options, side: .source)
        reader.sliceRows = sizes.slice
        let newest = try numbers(reader, status: status, limit: sizes.limit)
        func page(_ place: PagePlace<String>) throws -> OrdersPage {
            try reader.orders(status: status, limit: sizes.limit, at: place, order: .oldestFirst)
        }
        var (forward, next) = ([String](), PagePlace<String>.first)
        while true {
            let read = try page(next)
            forward += read.rows.map(\.orderNumber)
            guard let key = read.nextKey else { break }
            next = .after(key)
        }
        #expect(forward == newest.reversed())
        var (backward, before) = ([String](), PagePlace<String>.last)
        while true {
            let read = try page(before)
            backward = read.rows.map(\.orderNumber) + backward
            guard read.edges.hasMoreBefore, let key = read.edges.keys.first else { break }
            before = .before(key)
        }
        #expect(backward == forward)
    }

    @Test func `a search that takes long says where it stopped, in both directions`() throws {
        let shop = try OperationsShop(OperationsShop.production + OperationsShop.orders(100))
        let reader = LiveReader(options: shop.options, side: .source)
        reader.sliceRows = 5
        for isBackward in [false, true] {
            var found: [String] = []
            var place: PagePlace<String> = isBackward ? .last : .first
            var questions = 0
            while questions < 100 {
                let page = try reader.orders(
                    status: "on_hold",
                    limit: 50,
                    at: place,
                    patience: .zero
                )
                questions += 1
                found +=
                    isBackward
                    ? page.rows.map(\.orderNumber).reversed()
                    : page.rows.map(\.orderNumber)
                guard let key = page.edges.unfinished else { break }
                #expect(page.edges.lookedAt == 5)
                place = isBackward ? .before(key) : .after(key)
            }
            #expect(found.count == 10)
            #expect(Set(found).count == 10)
            #expect(questions > 15)
        }
    }

    @Test func `an order that arrives between pages is not repeated and moves nothing`() throws {
        let shop = try OperationsShop(OperationsShop.production)
        let reader = LiveReader(options: shop.options, side: .source)
        let first = try reader.orders(limit: 2)
        try shop.execute(
            "INSERT INTO orders_inbox (order_number, order_date) VALUES ('700004', '2025-10-04')"
        )
        let second = try reader.orders(limit: 2, after: first.nextKey)
        #expect(second.rows.map(\.orderNumber) == ["700001"])
        #expect(second.nextKey == nil)
    }

    @Test(arguments: [3, 10, 1_000])
    func `filtered pages cover every match exactly once in slices`(slice: Int) throws {
        let shop = try OperationsShop(OperationsShop.production + OperationsShop.orders(100))
        let reader = LiveReader(options: shop.options, side: .source)
        reader.sliceRows = slice
        let held = stride(from: 100, through: 10, by: -10).map { "N\(1_000 + $0)" }
        #expect(try numbers(reader, status: "on_hold", limit: 3) == held)
        let customers = (1...100).reversed().filter { $0 % 7 == 3 }.map { "N\(1_000 + $0)" }
        #expect(try numbers(reader, search: "cUSTOMER 3", limit: 4) == customers)
    }

    @Test func `a search out of time stops with a key and goes on from there`() throws {
        let shop = try OperationsShop(OperationsShop.production + OperationsShop.orders(100))
        let reader = LiveReader(options: shop.options, side: .source)
        reader.sliceRows = 10
        reader.searchBudget = .zero
        let page = try reader.orders(search: "Ada Fern", limit: 5)
        #expect(page.rows.isEmpty)
        #expect(page.nextKey != nil)
        #expect(try numbers(reader, search: "Ada Fern", limit: 5) == ["700002"])
    }

    @Test func `an exact number gives that order alone`() throws {
        let shop = try OperationsShop(OperationsShop.production + OperationsShop.orders(30))
        let reader = LiveReader(options: shop.options, side: .source)
        #expect(try reader.orders(search: "N1001").rows.map(\.orderNumber) == ["N1001"])
        #expect(try reader.orders(search: "N1001", status: "shipped").rows.isEmpty)
    }

    @Test(arguments: ["%", "_", "!", "'", "\\"])
    func `wildcards in a search are ordinary characters`(character: String) throws {
        let shop = try OperationsShop(OperationsShop.production)
        let reader = LiveReader(options: shop.options, side: .source)
        #expect(try reader.orders(search: character).rows.isEmpty)
        let quoted = character.replacing("'", with: "''")
        try shop.execute("UPDATE orders_inbox SET ship_name = 'x\(quoted)y' WHERE id = 2")
        let page = try reader.orders(search: "X\(character)Y")
        #expect(page.rows.map(\.orderNumber) == ["700002"])
    }

    @Test func `a key that no page gave is refused`() throws {
        let shop = try OperationsShop(OperationsShop.production)
        let error = migrationError {
            _ = try Operations.orders(options: shop.options, side: .source, after: "x")
        }
        #expect(error?.code == .usage)
    }

    @Test func `items are what was ordered and what was shipped`() throws {
        let shop = try OperationsShop(OperationsShop.production)
        let reader = LiveReader(options: shop.options, side: .source)
        #expect(
            try reader.orderItems(orderNumber: "700001") == [
                OrderItem(sku: "17612", lot: "250300", quantity: 2, kind: "ordered"),
                OrderItem(sku: "17612", lot: "17612 - 250300", quantity: 1, kind: "shipped"),
            ]
        )
        #expect(
            try reader.orderItems(orderNumber: "700002") == [
                OrderItem(sku: "17612", lot: nil, quantity: 2, kind: "ordered"),
                OrderItem(sku: "17904", lot: nil, quantity: 1, kind: "ordered"),
            ]
        )
        // The order itself was purged, what was shipped is kept.
        #expect(
            try reader.orderItems(orderNumber: "600000") == [
                OrderItem(sku: "17612", lot: nil, quantity: 4, kind: "shipped")
            ]
        )
        #expect(try reader.orderItems(orderNumber: "nothing").isEmpty)
    }

    @Test func `items of the plan's shape come out of the JSON`() throws {
        let shop = try OperationsShop(OperationsShop.plan)
        let items = try Operations.orderItems(
            options: shop.options,
            side: .source,
            orderNumber: "700001"
        )
        #expect(
            items == [
                OrderItem(sku: "17612", lot: nil, quantity: 2, kind: "ordered"),
                OrderItem(sku: "17904", lot: "250300", quantity: 3, kind: "ordered"),
                OrderItem(sku: "17612", lot: "250300", quantity: 2, kind: "shipped"),
            ]
        )
    }

    @Test func `the number of items is unknown without their table, never zero`() throws {
        let shop = try OperationsShop(OperationsShop.production)
        try shop.execute("DROP TABLE order_items_inbox")
        let reader = LiveReader(options: shop.options, side: .source)
        #expect(try reader.orders().rows.map(\.items) == [nil, nil, nil])
        let error = migrationError { _ = try reader.orderItems(orderNumber: "700001") }
        #expect(error?.code == .configuration)
        #expect(error?.place.table == "order_items_inbox")
    }
}
