import Foundation
import TestSupport
import Testing

/// The views as commands, on SQLite alone.
struct OperationsCommandTests {
    private let folder: TestFolder
    private let source: String

    init() async throws {
        folder = try TestFolder()
        source = folder.file("ora.db")
        _ = try await sqlite3(
            source,
            """
            CREATE TABLE workflow_controls (workflow_name TEXT PRIMARY KEY, enabled BOOLEAN,
                last_updated TIMESTAMP, updated_by TEXT);
            INSERT INTO workflow_controls VALUES ('xml-import', 1, '2025-10-01 08:00:00', 'admin'),
                (char(27) || '[2J', 1, NULL, char(0x9b) || '31m');
            CREATE TABLE orders_inbox (id INTEGER PRIMARY KEY, order_number TEXT, status TEXT,
                ship_name TEXT, total_amount_cents INTEGER);
            INSERT INTO orders_inbox VALUES (1, '700001', 'pending', 'Zoë ' || char(27) || ']0;x'
                || char(7) || char(10) || char(0x202e) || char(0x85), 1250), (2, '700002', 'x', NULL, -5);
            CREATE TABLE inventory_current (sku TEXT PRIMARY KEY, current_quantity INTEGER,
                alert_level TEXT, product_name TEXT);
            INSERT INTO inventory_current VALUES ('17612', 7, 'low' || char(8), char(127) || 'Tea');
            """
        )
    }

    private func cutover(_ arguments: String...) async throws -> ProgramRun {
        try await cutover(arguments: arguments)
    }

    private func cutover(arguments: [String]) async throws -> ProgramRun {
        try await run(BuiltProducts.cutover, ["--source", source] + arguments)
    }

    private func object(_ run: ProgramRun) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(run.stdout.utf8))
        return try #require(value as? [String: Any])
    }

    @Test(
        arguments: ["orders", "inventory", "workflows", "dashboard"],
        [[], ["--json"], ["--ascii"]]
    )
    func `hostile text never reaches the terminal`(verb: String, options: [String]) async throws {
        let run = try await cutover(arguments: [verb] + options)
        #expect(run.status == 0, "\(run.stderr)")
        #expect(!run.stdout.isEmpty)
        for scalar in (run.stdout + run.stderr).unicodeScalars where scalar != "\n" {
            #expect(scalar.properties.generalCategory != .control)
            #expect(scalar.properties.generalCategory != .format)
        }
    }

    @Test func `a sum of items beyond all numbers is unknown, and hides no other order`()
        async throws
    {
        _ = try await sqlite3(
            source,
            """
            CREATE TABLE order_items_inbox (id INTEGER PRIMARY KEY, order_inbox_id INTEGER,
                quantity INTEGER);
            INSERT INTO order_items_inbox (order_inbox_id, quantity) VALUES
                (1, 9223372036854775807), (1, 9223372036854775807), (2, 2), (2, 3);
            """
        )
        let run = try await cutover("orders", "--json")
        #expect(run.status == 0, "\(run)")
        let rows = try JSON(run.stdout)["rows"].list
        #expect(rows.map { $0["order_number"].string } == ["700002", "700001"])
        #expect(rows.map { $0["items"].int } == [5, nil])
    }

    @Test func `an order is one line with aligned columns`() async throws {
        let run = try await cutover("orders", "--ascii")
        #expect(
            run.stdout == """
                orders in the source
                ORDER   DATE  CUSTOMER       STATUS   ITEMS  TOTAL
                700002  -     -              x            -  -0.05
                700001  -     Zo? ?]0;x????  pending      -  12.50

                """
        )
    }

    @Test func `json is one object with every key of the contract`() async throws {
        let page = try object(try await cutover("orders", "--json", "--limit", "1"))
        #expect(Set(page.keys) == ["side", "rows", "next_key", "statuses"])
        #expect(page["side"] as? String == "source")
        #expect(page["next_key"] as? String == "2")
        let row = try #require((page["rows"] as? [[String: Any]])?.first)
        #expect(
            Set(row.keys) == [
                "order_number", "order_date", "customer", "status", "items", "total_cents",
            ]
        )
        #expect(row["customer"] is NSNull)
        let last = try object(try await cutover("orders", "--json", "--after", "2"))
        #expect(last["next_key"] is NSNull)
        let stock = try object(try await cutover("inventory", "--json"))
        let article = try #require((stock["rows"] as? [[String: Any]])?.first)
        #expect(
            Set(article.keys) == ["sku", "name", "on_hand", "reorder_point", "level", "days_left"]
        )
    }

    @Test func `a workflow is turned off and listed`() async throws {
        let run = try await cutover("workflows", "disable", "xml-import", "--json", "--by", "me")
        #expect(run.status == 0, "\(run.stderr)")
        let list = try #require(try object(run)["workflows"] as? [[String: Any]])
        let row = try #require(list.first { $0["name"] as? String == "xml-import" })
        #expect(row["enabled"] as? Bool == false)
        #expect(row["updated_by"] as? String == "me")
        #expect(
            try await sqlite3(
                source,
                "SELECT enabled FROM workflow_controls WHERE workflow_name = 'xml-import'"
            ) == "0"
        )
    }

    @Test func `toggles are saved under a name, all turned off and given back`() async throws {
        let toggles = """
            SELECT enabled, updated_by FROM workflow_controls WHERE workflow_name = 'xml-import'
            """
        _ = try await sqlite3(
            source,
            "INSERT INTO workflow_controls VALUES ('orders-cleanup', 0, NULL, 'admin')"
        )
        let none = try await cutover("workflows", "sets")
        #expect(none.stdout == "no set is saved: cutover workflows save NAME\n")
        let saved = try await cutover("workflows", "save", "before", "--by", "me", "--json")
        #expect(saved.status == 0, "\(saved.stderr)")
        let set = try #require((try object(saved)["sets"] as? [[String: Any]])?.first)
        #expect(Set(set.keys) == ["name", "side", "at", "by", "toggles"])
        #expect(set["by"] as? String == "me")

        let off = try await cutover("workflows", "disable", "--all", "--by", "me")
        #expect(off.stdout.contains("xml-import is off in the source"))
        #expect(!off.stdout.contains("orders-cleanup is off in the source"))
        #expect(try await sqlite3(source, toggles) == "0|me")

        let back = try await cutover("workflows", "apply", "before", "--by", "you")
        #expect(back.stdout.contains("xml-import is on in the source"), "\(back)")
        #expect(try await sqlite3(source, toggles) == "1|you")
        let cleanup =
            "SELECT enabled, updated_by FROM workflow_controls WHERE workflow_name = 'orders-cleanup'"
        #expect(try await sqlite3(source, cleanup) == "0|admin")
        let again = try await cutover("workflows", "apply", "before")
        #expect(again.stdout.hasPrefix("every toggle has that value already"))
        let sets = try await cutover("workflows", "sets")
        #expect(sets.stdout.contains("before"))
    }

    @Test(
        arguments: [
            (["workflows", "enable", "x", "--all"], 64), (["workflows", "apply", "none"], 64),
            (["workflows", "sets", "x"], 64), (["workflows", "save"], 64),
            (["--read-only", "workflows", "save", "x"], 64), (["workflows", "--all"], 64),
            (["workflows", "enable"], 64), (["workflows", "enable", "nothing"], 64),
            (["orders", "--limit", "0"], 64), (["orders", "--after", "x"], 64),
            (["orders", "--side", "both"], 64), (["--read-only", "workflows", "disable", "x"], 64),
            (["orders", "--profile", "generic"], 78),
        ] as [([String], Int32)]
    )
    func `what is wrong decides the exit status`(arguments: [String], status: Int32) async throws {
        let run = try await cutover(arguments: arguments)
        #expect(run.status == status, "\(run.stderr)")
        #expect(run.stdout.isEmpty)
    }
}
