import Testing

@testable import MigrationEngine

struct WorkflowsTests {
    private let shop: OperationsShop

    init() throws { shop = try OperationsShop(OperationsShop.production) }

    private func stored(_ name: String) throws -> [SourceValue] {
        var values: [SourceValue] = []
        try shop.connection().query(
            "SELECT * FROM workflow_controls WHERE workflow_name = ?",
            [.string(name)]
        ) { row in values = (0..<row.columnCount).map { row.value($0) } }
        return values
    }

    @Test func `workflows are listed by name`() throws {
        let page = try Workflows.list(options: shop.options, side: .source)
        #expect(
            page.workflows == [
                WorkflowRow(
                    name: "orders-cleanup",
                    enabled: false,
                    lastUpdated: "2025-10-01 08:00:00",
                    updatedBy: "admin",
                    lastRunAt: nil,
                    intervalSeconds: 86_400,
                    script: "src/scheduled_cleanup.py"
                ),
                WorkflowRow(
                    name: "xml-import",
                    enabled: true,
                    lastUpdated: "2025-10-01 08:00:00",
                    updatedBy: "admin",
                    lastRunAt: "2025-10-09 07:00:00",
                    intervalSeconds: 300,
                    script: "src/scheduled_xml_import.py"
                ),
            ]
        )
    }

    @Test func `turning a workflow off keeps its other columns and the other workflows`() throws {
        let other = try stored("orders-cleanup")
        let before = try stored("xml-import")
        let row = try Workflows.set(
            options: shop.options,
            side: .source,
            name: "xml-import",
            enabled: false,
            by: "night shift"
        )
        let after = try stored("xml-import")
        #expect(!row.enabled && row.updatedBy == "night shift")
        #expect(after[1] == .integer(0))
        let stamp = try #require(row.lastUpdated)
        #expect(stamp.wholeMatch(of: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/) != nil)
        // SQLite's own clock: the same form, and UTC.
        let lag = try shop.connection().integer(
            "SELECT abs(strftime('%s', 'now') - strftime('%s', ?))",
            [.string(stamp)]
        )
        #expect(try #require(lag) < 60)
        #expect(after[3] == .string("night shift"))
        #expect([after[0], after[4]] == [before[0], before[4]])
        #expect(try stored("orders-cleanup") == other)
    }

    @Test func `an unknown workflow is refused with the names there are`() throws {
        let error = migrationError {
            _ = try Workflows.set(
                options: shop.options,
                side: .source,
                name: "xml_import",
                enabled: false,
                by: "test"
            )
        }
        #expect(error?.code == .usage)
        #expect(error?.remedy == "give one of: orders-cleanup, xml-import")
    }

    @Test func `a writer that holds the source is an error of its own`() throws {
        let writer = try shop.connection()
        try writer.execute("BEGIN IMMEDIATE; UPDATE workflow_controls SET updated_by = 'writer'")
        let error = migrationError {
            _ = try Workflows.set(
                options: shop.options,
                side: .source,
                name: "xml-import",
                enabled: false,
                by: "test",
                busyMilliseconds: 0
            )
        }
        #expect(error?.code == .sourceLocked)
        try writer.execute("ROLLBACK")
        #expect(try stored("xml-import")[1] == .integer(1))
    }

    @Test func `nothing is written under read-only`() throws {
        var options = shop.options
        options.isReadOnly = true
        let error = migrationError {
            _ = try Workflows.set(
                options: options,
                side: .source,
                name: "xml-import",
                enabled: false,
                by: "test"
            )
        }
        #expect(error?.code == .readOnly)
        #expect(try stored("xml-import")[1] == .integer(1))
    }

    @Test func `blocked writes are a closed gate`() throws {
        try shop.execute(
            """
            CREATE TRIGGER fence BEFORE UPDATE ON workflow_controls
            BEGIN SELECT RAISE(ABORT, 'writes blocked'); END
            """
        )
        let error = migrationError {
            _ = try Workflows.set(
                options: shop.options,
                side: .source,
                name: "xml-import",
                enabled: false,
                by: "test"
            )
        }
        #expect(error?.code == .gateClosed)
    }

    @Test func `live is the source until something switches`() throws {
        #expect(try SideChoice.live.side(shop.options) == .source)
        #expect(try SideChoice.target.side(shop.options) == .target)
    }
}
