import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Gates about the source and the application, each planted closed and opened again.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct SourceGateTests {
    @Test func `a schema that changed since the capture closes its gate, and opens it again`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        try await live.expect("schema_unchanged", "open")
        try await live.expect("tables", "open", "19 tables")
        _ = try await sqlite3(live.path, "CREATE TABLE nobody_planned (id INTEGER PRIMARY KEY);")
        let gates = try await live.check().json["gates"]
        for name in ["schema_unchanged", "tables"] {
            let gate = gates.named(name)
            #expect(gate["state"].string == "closed", "\(gate)")
            #expect(gate["reason"].string?.contains("nobody_planned") == true, "\(gate)")
        }
        let status = try await live.cutover("status")
        let seen = status.json["gates"].named("schema_unchanged")
        #expect(seen["state"].string == "closed", "\(status)")
        _ = try await sqlite3(live.path, "DROP TABLE nobody_planned;")
        try await live.expect("schema_unchanged", "open")
        try await live.expect("tables", "open")
    }

    @Test func `rows without a parent close the gate of the references`() async throws {
        let live = try await LiveSource(TestFolder())
        try await live.expect("references", "open", "foreign keys")
        _ = try await sqlite3(
            live.path,
            """
            INSERT INTO order_items_inbox (id, order_inbox_id, sku, quantity)
                VALUES (990001, 990002, '17612', 1);
            """
        )
        try await live.follow()
        try await live.expectClosed("references", "1 row of order_items_inbox without")
        _ = try await sqlite3(live.path, "DELETE FROM order_items_inbox WHERE id = 990001;")
        try await live.follow()
        try await live.expect("references", "open")
    }

    @Test func `many changes wait, and the toggles wait with them`() async throws {
        let live = try await LiveSource(TestFolder())
        try await live.expect("lag", "open", "0 changes")
        _ = try await sqlite3(
            live.path,
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
            INSERT INTO inventory_transactions (date, sku, quantity, transaction_type)
                SELECT '2026-01-02', '17612', i, 'Receive' FROM n;
            UPDATE workflow_controls SET enabled = 0 WHERE workflow_name = 'xml-import';
            """
        )
        let run = try await live.check()
        #expect(run.json["gates"].named("lag")["state"].string == "waiting", "\(run)")
        let toggles = run.json["gates"].named("toggles")
        #expect(toggles["state"].string == "waiting", "\(toggles)")
        #expect(toggles["reason"].string?.contains("xml-import") == true, "\(toggles)")
        // What waits keeps nobody from the switch, which waits itself.
        #expect(run.status == 0 && run.json["ok"].bool == true, "\(run)")
        try await live.follow()
        try await live.expect("lag", "open")
        try await live.expect("toggles", "open", "xml-import off")
        _ = try await psql(
            live.cutover.target,
            """
            SELECT set_config('cutover.writer', run_id, false) FROM cutover.run;
            UPDATE workflow_controls SET enabled = NOT enabled WHERE workflow_name = 'xml-import';
            """
        )
        try await live.expectClosed("toggles", "xml-import")
    }

    @Test func `the processes that have the file open are named`() async throws {
        let live = try await LiveSource(TestFolder())
        let shell = try StartedProgram("/bin/sh", ["-c", "exec 3< \(live.path); kill -STOP $$"])
        let isNamed = try await eventually {
            let gate = try await live.gate("file_holders")
            return gate["state"].string == "open"
                && gate["reason"].string?.contains("\(shell.pid) ") == true
        }
        #expect(isNamed)
        shell.send(SIGCONT)
        _ = await shell.end()
    }

    @Test func `a query of the profile that finds rows closes its gate`() async throws {
        let live = try await LiveSource(TestFolder())
        let double = """
            INSERT INTO configuration_params (category, parameter_name, value, sku)
                SELECT category, parameter_name, value, NULL FROM configuration_params
                WHERE sku IS NULL GROUP BY category, parameter_name LIMIT
            """
        try await live.expect("parameters_unique", "open")
        _ = try await sqlite3(live.path, "\(double) 1;")
        try await live.expectClosed("parameters_unique", "1 row found")
        let phrase = "override parameters_unique"
        let passed = try await live.check(
            "--override",
            "parameters_unique",
            "--by",
            "Ada",
            "--note",
            "the second is harmless",
            "--confirm",
            phrase
        )
        #expect(passed.status == 0, "\(passed)")
        // An override is for what was seen, not for whatever comes.
        _ = try await sqlite3(live.path, "\(double) 2;")
        let lapsed = try await live.check()
        #expect(lapsed.status == 1, "\(lapsed)")
        try await live.expectClosed("parameters_unique", "the override by Ada was for something")
        _ = try await sqlite3(
            live.path,
            """
            DELETE FROM configuration_params WHERE rowid NOT IN (
                SELECT min(rowid) FROM configuration_params
                GROUP BY category, parameter_name, sku);
            UPDATE orders_inbox SET status = 'uploaded', shipstation_order_id = NULL,
                updated_at = '2025-01-02 03:04:05'
                WHERE id IN (SELECT id FROM orders_inbox LIMIT 3);
            """
        )
        try await live.expect("parameters_unique", "open")
        try await live.expectClosed("orders_mid_upload", "3 rows found")
        _ = try await sqlite3(
            live.path,
            "UPDATE orders_inbox SET status = 'pending' WHERE updated_at = '2025-01-02 03:04:05';"
        )
        try await live.expect("orders_mid_upload", "open")
    }

    @Test func `a profile adds gates of its own, and one whose query fails is closed`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let profile = live.folder.file("shop.toml")
        try """
        name = "shop"
        extends = "ora"

        [[workflows]]
        table = "workflow_controls"
        name = "workflow_name"
        enabled = "enabled"
        names = ["xml-import", "not-there"]

        [[gates]]
        name = "warehouse_told"
        title = "the warehouse knows"

        [[gates]]
        name = "quiet"
        title = "no order waits"
        [[gates.variant]]
        sql = "SELECT 1 FROM orders_inbox WHERE no_such_column = 1"

        [[gates]]
        name = "elsewhere"
        title = "no row of another application"
        [[gates.variant]]
        needs = ["other_table.id"]
        sql = "SELECT 1 FROM other_table"
        """.write(toFile: profile, atomically: true, encoding: .utf8)
        let given = ["--profile", profile]
        let run = try await live.cutover("check", given)
        let gates = run.json["gates"]
        #expect(gates.named("warehouse_told")["kind"].string == "person", "\(run)")
        #expect(gates.named("warehouse_told")["state"].string == "closed", "\(run)")
        // A probe that fails is a closed gate, never a zero.
        #expect(gates.named("quiet")["state"].string == "closed", "\(run)")
        #expect(gates.named("quiet")["reason"].string?.contains("no_such_column") == true)
        #expect(gates.named("elsewhere")["state"].string == "open", "\(run)")
        #expect(gates.named("toggles")["state"].string == "closed", "\(run)")
        #expect(gates.named("toggles")["reason"].string?.contains("not-there") == true)
        #expect(gates.named("parameters_unique")["state"].string == "open", "\(run)")
        let signed = try await live.cutover(
            "check",
            given + ["--sign", "warehouse_told", "--by", "Ada"]
        )
        #expect(signed.json["gates"].named("warehouse_told")["state"].string == "open", "\(signed)")
        let clash = live.folder.file("clash.toml")
        try """
        name = "clash"
        [[gates]]
        name = "live_run"
        title = "mine"
        """.write(toFile: clash, atomically: true, encoding: .utf8)
        let refused = try await live.cutover("check", ["--profile", clash])
        #expect(refused.status == 78, "\(refused)")
    }

    @Test func `writes that no trigger sees close a gate, tables without a key are told`()
        async throws
    {
        let folder = try TestFolder()
        let path = folder.file("shop.db")
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE plain (a TEXT);
            INSERT INTO plain VALUES ('x');
            """
        )
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let migrated = try await cutover("migrate", "--live")
        try #require(migrated.status == 0, "\(migrated)")
        // As an earlier version began a run, which did not refuse virtual tables.
        let unseen = "INSERT INTO _cutover_table (name, key) VALUES ('notes', NULL);"
        _ = try await sqlite3(path, unseen)
        let run = try await cutover("check")
        let gates = run.json["gates"]
        #expect(gates.named("unseen_writes")["state"].string == "closed", "\(run)")
        #expect(gates.named("unseen_writes")["reason"].string?.contains("notes") == true)
        #expect(gates.named("keyless_tables")["state"].string == "open", "\(run)")
        #expect(gates.named("keyless_tables")["reason"].string?.contains("plain") == true)
        // Without words about the application nobody has to be paused.
        #expect(gates.named("toggles")["state"].string == "open", "\(run)")
        let passed = try await cutover(
            "check",
            "--override",
            "unseen_writes",
            "--by",
            "Ada",
            "--note",
            "nobody writes notes",
            "--confirm",
            "override unseen_writes"
        )
        let gate = passed.json["gates"].named("unseen_writes")
        #expect(gate["decision"]["by"].string == "Ada", "\(passed)")
        #expect(gate["decision"]["is_override"].bool == true)
    }
}
