import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The business checks on a migrated sample: equal at first, and each fault is named.
@Suite(.postgres, .database, .timeLimit(.minutes(30)))
struct ReconcileTests {
    private let folder: TestFolder
    private let cutover: CutoverCommand

    init() async throws {
        folder = try TestFolder()
        cutover = CutoverCommand(source: folder.file("ora.db"), target: TestDatabase.url)
    }

    private func migrate(
        _ shape: SampleSource.Schema = .production,
        before sql: String = "",
        _ options: [String] = []
    ) async throws {
        try await makeSample(cutover.source, shape, orders: 60)
        if !sql.isEmpty { _ = try await sqlite3(cutover.source, sql) }
        let run = try await cutover("migrate", options)
        try #require(run.status == 0, "\(run)")
    }

    private func check(_ name: String, _ options: [String] = []) async throws -> JSON {
        let run = try await cutover("reconcile", ["--check", name, "--wait", "0"] + options)
        let check = run.json["checks"].named(name)
        try #require(check["verdict"].string != nil, "\(run)")
        let bad = ["differs", "violated", "failed", "waiting"]
        #expect(run.status == (bad.contains(check["verdict"].string ?? "") ? 1 : 0), "\(run)")
        return check
    }

    @Test(arguments: SampleSource.Schema.allCases)
    func `on a clean sample every check holds and both sides are equal`(
        shape: SampleSource.Schema
    ) async throws {
        try await migrate(shape)
        let run = try await cutover("reconcile")
        #expect(run.status == 0, "\(run)")
        #expect(run.json["ok"].bool == true)
        #expect(run.json["sides"].list.compactMap(\.string) == ["source", "target"])
        for check in run.json["checks"].list {
            let verdict = check["verdict"].string ?? ""
            #expect(["good", "inherited", "not_applicable"].contains(verdict), "\(check)")
            #expect(check["source"]["figure"] == check["target"]["figure"], "\(check)")
            #expect(check["meaning"].string?.isEmpty == false)
        }
        // What the shop's own history spoiled stands in both, and is told apart from a fault.
        let inherited = run.json["checks"].list.filter { $0["verdict"].string == "inherited" }
        let names = Set(inherited.compactMap { $0["name"].string })
        #expect(names.isSubset(of: ["shipped_without_items", "items_against_shipped", "dates"]))
        #expect(names.contains("dates") == (shape == .production))
        let missing = run.json["checks"].list.filter { $0["verdict"].string == "not_applicable" }
        #expect(shape == .production ? missing.isEmpty : !missing.isEmpty)
    }

    /// A check, the fault that is planted in PostgreSQL, and what must be named.
    private static let faults: [(check: String, sql: String, words: String)] = [
        (
            "orphans",
            """
            UPDATE order_items_inbox SET order_inbox_id = 987654
                WHERE id = (SELECT min(id) FROM order_items_inbox)
            """,
            "order_items_inbox.order_inbox_id 987654"
        ),
        (
            "orders_without_items",
            """
            DELETE FROM order_items_inbox WHERE order_inbox_id =
                (SELECT max(id) FROM orders_inbox WHERE status = 'shipped')
            """,
            "orders_inbox without order_items_inbox.order_inbox_id"
        ),
        (
            "childless",
            "DELETE FROM bundle_components WHERE bundle_sku_id = 7",
            "bundle_skus without bundle_components.bundle_sku_id 7"
        ),
        (
            "bundles_without_components", "DELETE FROM bundle_components WHERE bundle_sku_id = 8",
            "bundle_sku_id 8"
        ),
        (
            "shipped_without_items",
            """
            DELETE FROM shipped_items WHERE order_number =
                (SELECT min(order_number) FROM shipped_items WHERE order_number LIKE '69%')
            """,
            "shipped_orders without shipped_items.order_number 69"
        ),
        (
            "items_against_total",
            """
            UPDATE order_items_inbox SET quantity = quantity + 1000
                WHERE id = (SELECT max(id) FROM order_items_inbox)
            """,
            "order_number "
        ),
        (
            "items_against_shipped",
            """
            UPDATE shipped_items SET quantity_shipped = 4711
                WHERE id = (SELECT max(id) FROM shipped_items)
            """,
            "in shipped_items"
        ),
        (
            "shipped_without_shipment",
            "UPDATE orders_inbox SET order_number = '555555' WHERE id = (SELECT max(id) FROM "
                + "orders_inbox WHERE status = 'shipped')",
            "555555"
        ),
        (
            "stock_formula",
            "UPDATE inventory_current SET current_quantity = current_quantity + 1 WHERE sku = '17904'",
            "sku 17904"
        ),
        (
            "alert_levels", "UPDATE inventory_current SET alert_level = 'low' WHERE sku = '17612'",
            "sku 17612"
        ),
        ("units_to_ship", "UPDATE shipstation_metrics SET metric_value = 4242", "4242"),
        ("kpis", "UPDATE system_kpis SET orders_today = 4343", "orders_today"),
        ("dashboard", "UPDATE orders_inbox SET ship_state = 'HI' WHERE id % 2 = 0", "hawaiian"),
        (
            "rolling_averages",
            "UPDATE inventory_current SET weekly_avg_cents = 123400 WHERE sku = '18675'",
            "18675"
        ),
        ("singletons", "DELETE FROM sync_watermark", "sync_watermark"),
        (
            "dates",
            "UPDATE shipped_orders SET ship_date = '2091-05-06' WHERE id = 1 + "
                + "(SELECT min(id) FROM shipped_orders)",
            "shipped_orders.ship_date 2091-05-06"
        ),
        (
            "money",
            """
            UPDATE orders_inbox SET total_amount_cents = total_amount_cents + 1 WHERE id =
                (SELECT min(id) FROM orders_inbox WHERE total_amount_cents IS NOT NULL)
            """,
            "orders_inbox.total_amount_cents"
        ),
        (
            "mid_upload",
            """
            UPDATE orders_inbox SET status = 'uploaded', shipstation_order_id = '',
                updated_at = '2025-01-02 03:04:05', order_number = '777777'
            WHERE id = (SELECT min(id) FROM orders_inbox)
            """,
            "777777"
        ),
        (
            "parameters_unique",
            """
            INSERT INTO configuration_params (category, parameter_name, value)
            SELECT category, parameter_name, value FROM configuration_params
            WHERE parameter_name = 'LabelCents'
            """,
            "Rates LabelCents"
        ),
    ]

    @Test func `each fault that is planted is named by its check`() async throws {
        try await migrate()
        let names = Set(Self.faults.map(\.check))
        let listed = try await cutover("reconcile", "--list").json["checks"].list
        #expect(Set(listed.compactMap { $0["name"].string }) == names, "each has its fault")
        for fault in Self.faults {
            _ = try await psql(
                cutover.target,
                "SET session_replication_role = replica; \(fault.sql)"
            )
            let found = try await check(fault.check)
            #expect(found["verdict"].string == "differs", "\(fault.check): \(found)")
            let samples = found["samples"].list.map { sample in
                [sample["key"], sample["source"], sample["target"]].compactMap(\.string)
                    .joined(separator: " ")
            }
            #expect(samples.contains { $0.contains(fault.words) }, "\(fault.check): \(found)")
            #expect((1...5).contains(samples.count))
            #expect(found["remedy"].string?.isEmpty == false)
        }
    }

    @Test func `what was wrong before the move is told apart from what the move did`() async throws
    {
        try await migrate(
            before: """
                UPDATE orders_inbox SET total_items = total_items + 5
                    WHERE id = (SELECT max(id) FROM orders_inbox);
                UPDATE orders_inbox SET order_date = '2019-01-01'
                    WHERE id = (SELECT min(id) FROM orders_inbox);
                """
        )
        let total = try await check("items_against_total")
        #expect(total["verdict"].string == "violated", "\(total)")
        #expect(total["reason"].string?.contains("the same on both sides") == true)
        #expect(total["source"]["offending_rows"].int == 1)
        #expect(total["source"]["keys"] == total["target"]["keys"])
        let dates = try await check("dates")
        #expect(dates["verdict"].string == "inherited", "\(dates)")
        #expect("\(dates["samples"])".contains("orders_inbox.order_date 2019-01-01"))
        // One side alone cannot tell what is old.
        let alone = try await check("dates", ["--side", "target"])
        #expect(alone["verdict"].string == "uncompared", "\(alone)")
        #expect(alone["source"] == .null)
        let money = try await check("money", ["--side", "source"])
        #expect(money["verdict"].string == "uncompared", "\(money)")
    }

    @Test func `writes that wait to be followed are no fault, and those after the switch`()
        async throws
    {
        let live = try await LiveSource(folder, orders: 60)
        try await live.write(1)
        let waits = try await check("money")
        #expect(waits["verdict"].string == "waiting", "\(waits)")
        #expect(waits["reason"].string?.contains("wait to be followed") == true)
        #expect(try await check("bundles_without_components")["verdict"].string == "good")
        let followed = try await live.cutover("follow", "--until-lag-below", "1")
        try #require(followed.status == 0, "\(followed)")
        #expect(try await check("money")["verdict"].string == "good")
        let flipped = try await live.flip()
        try #require(flipped.status == 0, "\(flipped)")
        #expect(try await check("money")["verdict"].string == "good")
        _ = try await psql(
            live.cutover.target,
            """
            INSERT INTO orders_inbox (order_number, order_date, status, total_items)
                VALUES ('812345', '2026-02-03', 'pending', 4)
            """
        )
        let moved = try await check("money")
        #expect(moved["verdict"].string == "moved_on", "\(moved)")
        // The live side has to hold by itself all the same.
        let total = try await check("items_against_total")
        #expect(total["verdict"].string == "violated", "\(total)")
        #expect("\(total["samples"])".contains("812345"))
    }
    @Test func `items that are lost behind the switch are named among the writes since`()
        async throws
    {
        let live = try await LiveSource(folder, orders: 60)
        let flipped = try await live.flip()
        try #require(flipped.status == 0, "\(flipped)")
        let oldest = "SELECT min(order_inbox_id) FROM order_items_inbox"
        let order = try await psql(live.cutover.target, oldest)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        _ = try await psql(
            live.cutover.target,
            """
            INSERT INTO orders_inbox (order_number, order_date, status, total_items)
                VALUES ('812345', '2026-02-03', 'pending', 0);
            DELETE FROM order_items_inbox WHERE order_inbox_id = \(order);
            UPDATE orders_inbox SET total_items = 0 WHERE id = \(order);
            """
        )
        for name in ["orders_without_items", "childless"] {
            let found = try await check(name)
            #expect(found["verdict"].string == "violated", "\(found)")
            #expect(found["reason"].string?.contains("has rows in SQLite") == true, "\(found)")
            // The order that came since is no loss.
            #expect(found["samples"][0]["key"].string?.hasSuffix(" \(order)") == true, "\(found)")
        }
        let text = try await run(
            BuiltProducts.cutover,
            ["reconcile", "--source", live.path, "--target", live.cutover.target]
        )
        #expect(text.status == 1 && text.stdout.contains("moved on"), "\(text)")
    }

    @Test func `beside the simulated workers every check holds on both sides`() async throws {
        let live = try await LiveSource(folder, orders: 200)
        let workers = try StartedProgram(
            BuiltProducts.cutover,
            live.cutover.arguments("traffic", ["--rate", "60", "--flag-cache", "0"]),
            environment: live.cutover.variables
        )
        // Each kind of write was made some times.
        let path = live.path
        let isEnough = "SELECT coalesce(max(seq), 0) > 600 FROM _cutover_log"
        _ = try await eventually { try await sqlite3(path, isEnough) == "1" || workers.isGone }
        workers.send(SIGINT)
        #expect(await workers.end().status == 0)
        let followed = try await live.cutover("follow", "--until-lag-below", "1")
        try #require(followed.status == 0, "\(followed)")
        let run = try await live.cutover("reconcile")
        #expect(run.status == 0, "\(run)")
        let flipped = try await live.flip()
        try #require(flipped.status == 0, "\(flipped)")
        let after = try StartedProgram(
            BuiltProducts.cutover,
            live.cutover.arguments(
                "traffic",
                ["--side", "target", "--rate", "60", "--flag-cache", "0"]
            ),
            environment: live.cutover.variables
        )
        let target = live.cutover.target
        let most = try await psql(target, "SELECT max(id) FROM orders_inbox")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let isAtWork = "SELECT max(id) > \(most) + 40 FROM orders_inbox"
        _ = try await eventually { try await psql(target, isAtWork) == "t" || after.isGone }
        after.send(SIGINT)
        #expect(await after.end().status == 0)
        let later = try await live.cutover("reconcile")
        #expect(later.status == 0, "\(later)")
    }
}
