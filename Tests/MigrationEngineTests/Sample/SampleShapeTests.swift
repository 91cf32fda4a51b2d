import MigrationEngine
import TestSupport
import Testing

/// What a sample of each shape holds.
struct SampleShapeTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func sample(_ schema: SampleSource.Schema) async throws -> (String, SampleReport) {
        let path = folder.file("ora.db")
        let report = try await onThread {
            try SampleSource.write(path: path, schema: schema, orders: 2_000, seed: 7)
        }
        return (path, report)
    }

    /// Counts of the schema: tables, indexes with a statement of their own, STRICT tables.
    private let schemaCounts = """
        SELECT count(*) FILTER (WHERE type = 'table' AND name NOT LIKE 'sqlite_%'),
          count(*) FILTER (WHERE type = 'index' AND sql IS NOT NULL),
          count(*) FILTER (WHERE sql LIKE '%) STRICT')
        FROM sqlite_schema;
        """

    @Test func `production has 19 tables, 13 of them STRICT, 25 indexes and its quirks`()
        async throws
    {
        let (path, report) = try await sample(.production)
        #expect(try await sqlite3(path, schemaCounts) == "19|25|13")
        #expect(report.tables.count == 19)
        let quoted = try await sqlite3(
            path,
            #"SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE TABLE "%' ORDER BY name;"#
        )
        #expect(quoted == "inventory_transactions\norders_inbox")
        let columns =
            "SELECT count(*), max(CASE cid WHEN 34 THEN name END) "
            + "FROM pragma_table_info('orders_inbox');"
        #expect(try await sqlite3(path, columns) == "35|tracking_number")
    }

    @Test func `production's small tables have their usual sizes`() async throws {
        let (_, report) = try await sample(.production)
        let rows = Dictionary(uniqueKeysWithValues: report.tables.map { ($0.name, $0.rows) })
        let usual = [
            "configuration_params": 49, "workflow_controls": 5, "bundle_skus": 51,
            "bundle_components": 56, "sku_lot": 13, "inventory_current": 5,
            "inventory_transactions": 40, "system_kpis": 1, "lot_inventory": 5, "workflows": 3,
            "sync_watermark": 2, "weekly_shipped_history": 260, "shipstation_metrics": 1,
            "orders_inbox": 2_000,
        ]
        for (table, count) in usual {
            #expect(rows[table] == count, "\(table)")
        }
    }

    @Test func `the plan has 12 tables, 11 indexes and about 5.5 rows an order`() async throws {
        let (path, report) = try await sample(.plan)
        #expect(try await sqlite3(path, schemaCounts) == "12|11|0")
        #expect((10_000...12_000).contains(report.rows))
    }

    @Test(arguments: SampleSource.Schema.allCases)
    func `the report counts what the file holds`(schema: SampleSource.Schema) async throws {
        let (path, report) = try await sample(schema)
        let counts = report.tables.map { "SELECT count(*) FROM \"\($0.name)\";" }
        let answer = try await sqlite3(path, counts.joined(separator: "\n"))
        #expect(answer == report.tables.map { "\($0.rows)" }.joined(separator: "\n"))
    }

    @Test(arguments: SampleSource.Schema.allCases)
    func `ids are sparse and the sequences stand above them`(
        schema: SampleSource.Schema
    ) async throws {
        let (path, _) = try await sample(schema)
        let answer = try await sqlite3(
            path,
            """
            SELECT max(id) - min(id) + 1 > count(*),
              (SELECT seq FROM sqlite_sequence WHERE name = 'orders_inbox') > max(id)
            FROM orders_inbox;
            """
        )
        #expect(answer == "1|1")
    }

    @Test func `the plan's values fit the plan's types`() async throws {
        let (path, _) = try await sample(.plan)
        let declared = try await sqlite3(
            path,
            """
            SELECT m.name || ' ' || c.name || ' ' || c.type FROM sqlite_schema m,
              pragma_table_info(m.name) c
            WHERE m.type = 'table' AND (c.type = 'TIMESTAMP' OR c.type LIKE 'VARCHAR%');
            """
        )
        var checks: [String] = []
        for line in declared.split(separator: "\n") {
            let parts = line.split(separator: " ")
            let (table, column, type) = (parts[0], parts[1], parts[2])
            let misfit =
                type == "TIMESTAMP"
                ? "datetime(\(column)) IS NULL"
                : "length(\(column)) > \(type.filter(\.isNumber))"
            checks.append(
                "SELECT '\(line)', count(*) FROM \(table) "
                    + "WHERE \(column) IS NOT NULL AND \(misfit) HAVING count(*) > 0;"
            )
        }
        #expect(checks.count > 40)
        #expect(try await sqlite3(path, checks.joined(separator: "\n")) == "")
    }

    @Test func `NULL and the empty text both stand for none, and texts are not only ASCII`()
        async throws
    {
        let (path, _) = try await sample(.production)
        let answer = try await sqlite3(
            path,
            """
            SELECT sum(ship_company IS NULL) > 0, sum(ship_company = '') > 0,
              sum(length(ship_name) < length(CAST(ship_name AS BLOB))) > 0,
              sum(ship_name LIKE '%''%') > 0, sum(status = 'pending') > 0,
              sum(ship_state = 'HI') > 0, sum(ship_country IN ('CA', 'Canada')) > 0
            FROM orders_inbox;
            SELECT count(*) FROM weekly_shipped_history WHERE created_at LIKE '____-__-__T%.______';
            SELECT value FROM configuration_params WHERE value IN (' ', 'None', '9/22/2025')
            ORDER BY value;
            SELECT group_concat(workflow_name) FROM workflow_controls WHERE enabled = 0;
            """
        )
        #expect(answer == "1|1|1|1|1|1|1\n1\n \n9/22/2025\nNone\norders-cleanup")
    }
}
