import MigrationEngine

@testable import Console
@testable import MigrationEngine

/// What the panes show that look at any application.
extension Samples {
    /// Panes of which everything was read, and there is nothing.
    static func nothing(columns: Int = 80, rows: Int = 24) -> Model {
        var model = empty(columns: columns, rows: rows)
        model.sides.value = []
        model.workflows = loaded(WorkflowsPage(side: .source, workflows: []))
        model.orders = loaded(OrdersPage(side: .source, rows: [], nextKey: nil))
        model.inventory = loaded(InventoryPage(side: .source, rows: [], nextKey: nil))
        model.browsing.dashboards = loaded(DashboardSides())
        model.browsing.quarantine = loaded(QuarantinePage(run: "r1", groups: [], rows: []))
        model.browsing.tables = loaded(TablesPage(side: .source, tables: []))
        return model
    }

    /// Panes that could not be read.
    static func failed(columns: Int = 80, rows: Int = 24) -> Model {
        var model = empty(columns: columns, rows: rows)
        model.failure = error
        model.sides.error = error
        model.workflows.error = error
        model.orders.error = error
        model.inventory.error = error
        model.browsing.dashboards.error = error
        model.browsing.quarantine.error = error
        model.browsing.tables.error = error
        model.watch.error = error
        return model
    }

    static var browsing: Browsing {
        var browsing = Browsing()
        browsing.dashboards = loaded(dashboards)
        browsing.quarantine = loaded(quarantine)
        browsing.quarantineRow = loaded(quarantinedRow)
        browsing.tables = loaded(tablesPage)
        browsing.rows = loaded(tableRows)
        return browsing
    }

    private static var dashboards: DashboardSides {
        func page(_ side: Side, _ units: String) -> DashboardPage {
            DashboardPage(
                side: side,
                figures: [
                    .init(name: "pending_uploads", value: "12", note: nil),
                    .init(name: "units_to_ship", value: units, note: nil),
                    .init(name: "benco_orders", value: nil, note: "needs the table \"benco\""),
                ]
            )
        }
        var sides = DashboardSides()
        sides.pages = [.source: page(.source, "190"), .target: page(.target, "188")]
        return sides
    }

    /// What accepting some rows gives.
    static func accepted(_ rows: Int) -> AcceptReport {
        AcceptReport(
            accepted: rows,
            already: 0,
            replayed: 0,
            waiting: 0,
            reason: "counted by hand",
            by: "ada"
        )
    }

    /// What trying two rows again gives.
    static var replayed: ReplayReport {
        ReplayReport(
            ok: false,
            replayed: 1,
            refused: 1,
            already: 0,
            rows: [
                .init(
                    id: 1,
                    table: "shipped_items",
                    key: "id 1042",
                    outcome: "replayed",
                    reason: nil
                ),
                .init(
                    id: 2,
                    table: "shipped_items",
                    key: "id 1107",
                    outcome: "refused",
                    reason: "text in an integer column"
                ),
            ]
        )
    }

    /// What an errand gives.
    static var answer: Answer {
        Answer(
            title: "Backup made",
            summary: "backup made: /srv/ora.db.cutover/backups/1.db",
            lines: ["/srv/ora.db.cutover/backups/1.db", "", "size    4 MB"],
            taken: "/srv/ora.db.cutover/backups/1.db"
        )
    }

    private static var quarantine: QuarantinePage {
        QuarantinePage(
            run: "r1",
            groups: [
                .init(
                    table: "shipped_items",
                    column: "quantity",
                    reason: "text in an integer column",
                    rows: 2,
                    waiting: 1,
                    accepted: 1,
                    replayed: 0
                )
            ],
            rows: [
                quarantined(1, "id 1042", .waiting), quarantined(2, "id 1107", .accepted),
            ]
        )
    }

    private static func quarantined(
        _ id: Int64,
        _ key: String,
        _ state: QuarantineState
    ) -> QuarantineRow {
        QuarantineRow(
            id: id,
            table: "shipped_items",
            key: key,
            column: "quantity",
            reason: "text in an integer column",
            sqlState: nil,
            state: state,
            quarantinedAt: "2025-10-14T14:01:55Z",
            acceptedAt: state == .accepted ? "2025-10-14T14:02:01Z" : nil,
            acceptedBy: state == .accepted ? "ada" : nil,
            acceptReason: state == .accepted ? "counted again by hand" : nil,
            replayedAt: nil,
            replayedBy: nil,
            editedColumns: []
        )
    }

    private static var quarantinedRow: QuarantineDetail {
        QuarantineDetail(
            row: quarantined(1, "id 1042", .waiting),
            values: [
                .init(
                    column: "id",
                    storageClass: "integer",
                    bytes: 2,
                    value: "1042",
                    isCut: false,
                    edited: nil
                ),
                .init(
                    column: "quantity",
                    storageClass: "text",
                    bytes: 5,
                    value: "15 pc",
                    isCut: false,
                    edited: nil
                ),
            ],
            source: "unchanged",
            note: nil
        )
    }

    private static var tablesPage: TablesPage {
        TablesPage(
            side: .source,
            tables: [
                .init(name: "bundle_skus", columns: 4, estimatedRows: 51),
                .init(name: "orders_inbox", columns: 41, estimatedRows: 348),
                .init(name: "shipped_items", columns: 7, estimatedRows: 1_108),
                .init(name: "sku_lot", columns: 4, estimatedRows: nil),
            ]
        )
    }

    static let tableRows = TableRowsPage(
        side: .source,
        table: "shipped_items",
        columns: ["id", "ship_date", "base_sku", "sku_lot", "quantity", "order_number", "note"],
        rows: (1...3).map { number in
            TableRowsPage.Row(
                key: TableKey(literals: ["\(number)"]),
                values: [
                    "\(number)", "2025-10-1\(number)", "17612", "17612 - 250237", "\(number * 3)",
                    "10089\(number)", nil,
                ]
            )
        },
        nextKey: TableKey(literals: ["3"])
    )
}
