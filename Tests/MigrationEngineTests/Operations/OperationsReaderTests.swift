import Testing

@testable import MigrationEngine

struct OperationsReaderTests {
    @Test func `a missing table is named`() throws {
        let shop = try OperationsShop("CREATE TABLE workflow_controls (x); CREATE TABLE t (x)")
        var options = shop.options
        options.profile = "ora"
        let error = migrationError { _ = try Operations.orders(options: options, side: .source) }
        #expect(error?.code == .configuration)
        #expect(error?.place.table == "orders_inbox")
        #expect(error?.message.contains("the table \"orders_inbox\"") == true)
        let toggles = migrationError { _ = try Workflows.list(options: options, side: .source) }
        #expect(toggles?.message.contains("the column \"workflow_name\"") == true)
    }

    @Test func `without words about the application the error says which profile is needed`() throws
    {
        let shop = try OperationsShop("CREATE TABLE t (x)")
        let reader = LiveReader(options: shop.options, side: .source)
        let errors = [
            migrationError { _ = try reader.orders() },
            migrationError { _ = try reader.inventory() },
            migrationError { _ = try reader.transactions(sku: "1") },
            migrationError { _ = try reader.dashboard() },
            migrationError { _ = try reader.workflows() },
        ]
        for error in errors {
            #expect(error?.code == .configuration)
            #expect(error?.remedy.contains("--profile ora") == true)
        }
    }

    @Test func `a missing file and a folder are told apart`() throws {
        var options = Options(source: "/nowhere/ora.db", target: "")
        let missing = migrationError { _ = try Operations.orders(options: options, side: .source) }
        #expect(missing?.code == .sourceMissing)
        options.source = "/tmp"
        let folder = migrationError { _ = try Operations.orders(options: options, side: .source) }
        #expect(folder?.code == .sourceIsDirectory)
    }

    @Test func `a reader keeps no lock between its reads`() throws {
        // Without WAL a lock of the reader would stop the writer at once.
        let shop = try OperationsShop(OperationsShop.production)
        let reader = LiveReader(options: shop.options, side: .source)
        _ = try reader.orders()
        _ = try reader.orders(search: "Fern")
        _ = try reader.orderItems(orderNumber: "700001")
        _ = try reader.dashboard()
        try shop.execute("UPDATE orders_inbox SET status = 'shipped'")
        #expect(try reader.orders().rows.map(\.status) == ["shipped", "shipped", "shipped"])
    }

    @Test func `a reader notices that the schema changed`() throws {
        let shop = try OperationsShop(OperationsShop.production)
        let reader = LiveReader(options: shop.options, side: .source)
        #expect(try reader.orders().rows.first?.items == 0)
        try shop.execute("DROP TABLE order_items_inbox")
        #expect(try reader.orders().rows.first?.items == nil)
        try shop.execute("DROP TABLE orders_inbox")
        #expect(migrationError { _ = try reader.orders() }?.code == .configuration)
    }

    @Test func `a reader notices that the file was replaced`() throws {
        let shop = try OperationsShop(OperationsShop.production)
        let reader = LiveReader(options: shop.options, side: .source)
        #expect(try reader.orders().rows.count == 3)
        try shop.replaceFile(OperationsShop.plan)
        #expect(try reader.orders().rows.count == 2)
    }

    @Test func `a reader that met an error reads on when the cause is gone`() throws {
        let shop = try OperationsShop("CREATE TABLE t (x)")
        let reader = LiveReader(options: shop.options, side: .source)
        #expect(migrationError { _ = try reader.orders() } != nil)
        try shop.execute("DROP TABLE t;" + OperationsShop.production)
        #expect(try reader.orders().rows.count == 3)
    }

    @Test func `the variant with most of its columns is chosen`() throws {
        let ora = try Profile.load("ora", catalog: nil)
        func shape(_ columns: [String]) -> LiveShape {
            LiveShape(relations: [
                .init(name: "ORDERS_INBOX", columns: columns.map { .init(name: $0, kind: .text) })
            ])
        }
        let production = shape(["id", "order_number", "status", "total_amount_cents", "ship_name"])
        #expect(production.choose(ora.orders)?.0.shape == "production")
        let plan = shape(["id", "order_number", "status", "total_amount", "items_json"])
        #expect(plan.choose(ora.orders)?.0.shape == "plan")
        #expect(shape(["id", "status"]).choose(ora.orders) == nil)
    }

    @Test(arguments: [
        ("\u{1B}[2J", "\u{241B}[2J"), ("a\nb\tc\r", "a\u{240A}b\u{2409}c\u{240D}"),
        ("\u{9B}31m", "\u{FFFD}31m"), ("\u{7F}", "\u{2421}"), ("x\u{202E}y", "x\u{FFFD}y"),
        ("x\u{2066}y\u{2069}", "x\u{FFFD}y\u{FFFD}"), ("\0", "\u{2400}"), ("Zoë 茶", "Zoë 茶"),
        ("a\r\nb", "a\u{240D}\u{240A}b"),
    ])
    func `control characters become visible stand-ins`(text: String, visible: String) {
        #expect(SafeText.visible(text) == visible)
    }

    @Test func `control characters in JSON become escapes of the same value`() {
        let json = SafeText.escaped(json: "{\"a\": \"\u{9B}x\u{7F}\u{202E}ë\"}\n")
        #expect(json == "{\"a\": \"\\u009bx\\u007f\\u202eë\"}\n")
    }

    @Test(arguments: [
        ("1", true), ("0", false), ("t", true), ("f", false), ("TRUE", true), ("false", false),
        ("0.0", false), ("2", true), ("", false),
    ])
    func `toggles are read as either database writes them`(text: String, isOn: Bool) {
        #expect(StoredText.isOn(text) == isOn)
    }

    @Test func `amounts that are no numbers or too large are unknown`() {
        #expect(StoredText.cents("12", unit: 100) == 1_200)
        #expect(StoredText.cents("12.345", unit: 100) == 1_235)
        #expect(StoredText.cents("9223372036854775807", unit: 100) == nil)
        #expect(StoredText.cents("1e300", unit: 1) == nil)
        #expect(StoredText.cents("None", unit: 1) == nil)
        #expect(StoredText.integer("nan") == nil)
    }
}
