import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Orders and articles as both sides have them.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct BothSidesTests {
    private static let script = """
        PRAGMA journal_mode = WAL;
        CREATE TABLE workflow_controls (workflow_name TEXT PRIMARY KEY, enabled BOOLEAN NOT NULL);
        CREATE TABLE orders_inbox (id INTEGER PRIMARY KEY AUTOINCREMENT,
            order_number TEXT NOT NULL UNIQUE, order_date DATE NOT NULL, status TEXT NOT NULL,
            ship_name TEXT, total_amount_cents INTEGER, created_at DATETIME);
        CREATE TABLE order_items_inbox (id INTEGER PRIMARY KEY AUTOINCREMENT,
            order_inbox_id INTEGER NOT NULL, sku TEXT NOT NULL, sku_lot TEXT,
            quantity INTEGER NOT NULL);
        CREATE TABLE shipped_items (id INTEGER PRIMARY KEY, base_sku TEXT NOT NULL,
            sku_lot TEXT NOT NULL, quantity_shipped INTEGER NOT NULL, order_number TEXT,
            ship_date TEXT);
        CREATE TABLE inventory_current (id INTEGER PRIMARY KEY AUTOINCREMENT,
            sku TEXT NOT NULL UNIQUE, current_quantity INTEGER NOT NULL, weekly_avg_cents INTEGER);
        INSERT INTO orders_inbox VALUES
            (1, '700001', '2025-10-01', 'shipped', 'Ada', 1250, '2025-10-01 08:00:00'),
            (2, '700002', '2025-10-02', 'pending', 'Fern', NULL, '2025-10-02 08:00:00'),
            (3, '700003', '2025-10-03', 'pending', 'Rue', 70, NULL);
        INSERT INTO order_items_inbox VALUES (1, 1, '17612', '250300', 2), (2, 2, '17904', NULL, 1),
            (3, 2, '17612', '', 2);
        INSERT INTO shipped_items VALUES (1, '17612', '17612 - 250300', 2, '700001', '2025-10-04');
        INSERT INTO inventory_current VALUES (1, '17612', 731, 7000), (2, '17904', 12, NULL),
            (3, '17914', 5, 700);
        """

    /// Lines by their names.
    private func lines(_ run: CutoverRun) -> [String: JSON] {
        Dictionary(
            run.json["comparison"]["lines"].list.map { ($0["name"].string ?? "", $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private func verdicts(_ run: CutoverRun) -> Set<String> {
        Set(run.json["comparison"]["lines"].list.compactMap { $0["verdict"].string })
    }

    private func tamper(_ script: String) async throws {
        _ = try await psql(
            TestDatabase.url,
            "SELECT set_config('cutover.writer', run_id, false) FROM cutover.run; \(script)"
        )
    }

    @Test(arguments: ["production", "plan"])
    func `every order and article of a sample is equal on both sides, and the formula comes out`(
        schema: String
    ) async throws {
        let folder = try TestFolder()
        let source = folder.file("ora.db")
        let shape: SampleSource.Schema = schema == "plan" ? .plan : .production
        try await makeSample(source, shape, orders: 60)
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        let migrated = try await cutover("migrate")
        try #require(migrated.status == 0, "\(migrated)")
        let numbers = try await sqlite3(
            source,
            "SELECT order_number FROM orders_inbox ORDER BY id LIMIT 12"
        )
        for number in numbers.split(separator: "\n") {
            let run = try await cutover("orders", "--order", String(number))
            #expect(run.status == 0 && verdicts(run) == ["equal"], "\(run)")
            #expect(run.json["comparison"]["summary"].string == "both sides are equal")
        }
        let skus = try await sqlite3(source, "SELECT sku FROM inventory_current ORDER BY 1")
            .split(separator: "\n")
        for sku in skus {
            let run = try await cutover("inventory", "--sku", String(sku))
            #expect(run.status == 0 && verdicts(run) == ["equal"], "\(run)")
            #expect(lines(run)["on hand is"]?["target"].string == "as it must be", "\(run)")
        }
        let stock = try await cutover("inventory", "--compare")
        #expect(stock.status == 0, "\(stock)")
        let rows = stock.json["sides"]["rows"]
        #expect(skus.allSatisfy { rows[String($0)]["verdict"].string == "equal" }, "\(stock)")
        if schema == "production" {
            #expect(stock.json["rows"].list.allSatisfy { $0["days_left"].int != nil }, "\(stock)")
        }
    }

    @Test
    func `what waits to be followed is no difference, and a difference does not hide behind it`()
        async throws
    {
        let live = try await LiveRun(Self.script)
        try await live.migrate()
        try await tamper(
            """
            UPDATE orders_inbox SET ship_name = 'Rust' WHERE id = 3;
            UPDATE inventory_current SET current_quantity = 6 WHERE sku = '17914';
            """
        )
        try await live.write(
            """
            UPDATE orders_inbox SET status = 'uploaded' WHERE id = 2;
            DELETE FROM order_items_inbox WHERE id = 3;
            UPDATE inventory_current SET current_quantity = 700 WHERE sku = '17612';
            INSERT INTO orders_inbox VALUES (4, '700004', '2025-10-05', 'pending', 'New', 5, NULL);
            """
        )
        var run = try await live.cutover("orders", "--order", "700002")
        #expect(run.status == 0, "\(run)")
        #expect(lines(run)["status"]?["verdict"].string == "waits", "\(run)")
        #expect(lines(run)["status"]?["source"].string == "uploaded")
        #expect(lines(run)["status"]?["target"].string == "pending")
        #expect(lines(run)["ordered 17612"]?["verdict"].string == "waits", "\(run)")
        #expect(lines(run)["ship_name"]?["verdict"].string == "equal")
        #expect(
            run.json["comparison"]["waiting"].string == "4 changes of SQLite wait to be followed"
        )
        run = try await live.cutover("orders", "--order", "700004")
        #expect(run.status == 0 && verdicts(run) == ["waits"], "\(run)")
        run = try await live.cutover("orders", "--order", "700003")
        #expect(run.status == 1, "\(run)")
        #expect(lines(run)["ship_name"]?["verdict"].string == "differs", "\(run)")
        #expect(lines(run)["ship_name"]?["source"].string == "Rue")
        #expect(lines(run)["ship_name"]?["target"].string == "Rust")
        run = try await live.cutover("inventory", "--compare")
        #expect(run.status == 1, "\(run)")
        let stock = run.json["sides"]["rows"]
        #expect(stock["17612"]["verdict"].string == "waits", "\(run)")
        #expect(stock["17904"]["verdict"].string == "equal")
        #expect(stock["17914"]["verdict"].string == "differs")
        #expect(stock["17914"]["target"].int == 6)

        try await live.follow()
        run = try await live.cutover("orders", "--order", "700002")
        #expect(run.status == 0 && verdicts(run) == ["equal"], "\(run)")
        run = try await live.cutover("orders", "--order", "700004")
        #expect(run.status == 0 && verdicts(run) == ["equal"], "\(run)")
        try await tamper("DELETE FROM order_items_inbox WHERE order_inbox_id = 1")
        run = try await live.cutover("orders", "--order", "700001")
        #expect(run.status == 1, "\(run)")
        #expect(lines(run)["ordered 17612 250300"]?["verdict"].string == "only_source", "\(run)")
        #expect(lines(run)["shipped 17612 17612 - 250300"]?["verdict"].string == "equal", "\(run)")
    }

    @Test func `a side that is down is named, and the other one is shown without a claim`()
        async throws
    {
        let live = try await LiveRun(Self.script)
        try await live.migrate()
        var cutover = live.cutover
        cutover.target = "postgresql:///nothing?host=\(live.folder.file("no-such-socket"))"
        var run = try await cutover("orders", "--order", "700001")
        #expect(run.status == 0, "\(run)")
        #expect(verdicts(run) == ["unknown"], "\(run)")
        #expect(lines(run)["ordered 17612 250300"]?["source"].string == "2", "\(run)")
        #expect(run.json["comparison"]["target_error"].string != nil)
        #expect(run.json["comparison"]["source_error"].string == nil)
        run = try await cutover("inventory", "--compare")
        #expect(run.status == 0, "\(run)")
        #expect(run.json["sides"]["rows"]["17612"]["verdict"].string == "unknown", "\(run)")

        cutover = live.cutover
        cutover.source = live.folder.file("gone.db")
        run = try await cutover("inventory", "--sku", "17612")
        #expect(run.status == 0, "\(run)")
        #expect(verdicts(run) == ["unknown"], "\(run)")
        #expect(lines(run)["on hand"]?["target"].string == "731", "\(run)")
        #expect(run.json["comparison"]["source_error"].string != nil)

        cutover.target = "postgresql:///nothing?host=\(live.folder.file("no-such-socket"))"
        run = try await cutover("inventory", "--sku", "17612")
        #expect(run.status != 0 && run.code != nil, "\(run)")
    }

    @Test func `figures that differ by what waits wait, and differ once nothing does`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let options = Options(source: live.path, target: live.cutover.target)
        func figures() async throws -> (DashboardSides, differ: Int) {
            try await onThread {
                let sides = MigrationEngine.BothSides(options: options).dashboards()
                #expect(sides.errors.isEmpty, "\(sides.errors)")
                let source = sides.pages[.source]?.figures.map(\.value) ?? []
                let target = sides.pages[.target]?.figures.map(\.value) ?? []
                return (sides, zip(source, target).count { $0 != $1 })
            }
        }
        var (sides, differ) = try await figures()
        #expect(sides.explanation == nil && differ == 0)
        try await live.write(1)
        (sides, differ) = try await figures()
        #expect(sides.explanation == .waits && differ > 0, "\(sides)")
        #expect(sides.waiting?.contains("wait to be followed") == true)
        let followed = try await live.cutover("follow", "--until-lag-below", "1")
        try #require(followed.status == 0, "\(followed)")
        (sides, differ) = try await figures()
        #expect(sides.explanation == nil && differ == 0, "\(sides)")

        // Behind the switch nothing is followed that way: the live side has moved on.
        let flipped = try await live.flip()
        try #require(flipped.status == 0, "\(flipped)")
        _ = try await psql(
            live.cutover.target,
            """
            UPDATE inventory_current SET current_quantity = current_quantity - 3;
            UPDATE orders_inbox SET status = 'failed' WHERE status = 'pending';
            """
        )
        (sides, differ) = try await figures()
        #expect(sides.explanation == .movedOn && differ > 0, "\(sides)")
        let stock = try await live.cutover("inventory", "--compare")
        #expect(stock.status == 0, "\(stock)")
        let rows = stock.json["sides"]["rows"]
        #expect(rows["17612"]["verdict"].string == "moved_on", "\(stock)")
    }
}
