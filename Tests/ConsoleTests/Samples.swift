import MigrationEngine

@testable import Console
@testable import MigrationEngine

/// Models with invented data and a fixed clock.
enum Samples {
    /// 2025-10-14 14:02:07 UTC.
    static let now = 1_760_450_527.0

    static func empty(columns: Int = 80, rows: Int = 24) -> Model {
        var identity = Model.Identity()
        identity.environment = "DEMO"
        identity.sourceName = "ora.db"
        identity.targetName = "ora_prod"
        return Model(
            identity: identity,
            size: Size(columns: columns, rows: rows),
            now: now
        )
    }

    static func filled(columns: Int = 80, rows: Int = 24) -> Model {
        var model = empty(columns: columns, rows: rows)
        model.progress = progress
        model.progressAt = now
        model.lastPhase = .verify
        model.report = report
        model.verification = verification
        model.verifiedAt = now - 9
        model.log = log
        model.sides.value = [
            SideFacts(side: .source, facts: ["13 tables, 3.1 MB, WAL", "SQLite 3.40.1"]),
            SideFacts(side: .target, facts: ["PostgreSQL 15.18, UTF8", "12 tables"]),
        ]
        model.browsing = browsing
        model.workflows = loaded(workflows)
        model.orders = loaded(orders)
        model.inventory = loaded(inventory)
        model.comparing.stock = loaded(comparedStock)
        model.code = loaded(code)
        model.watch = .init(value: watch, loadedAt: now - 1)
        model.reconciliation = loaded(reconciliation)
        model.orderItems = loaded([
            OrderItem(sku: "17612", lot: "250237", quantity: 15, kind: "ordered"),
            OrderItem(sku: "17914", lot: nil, quantity: 2, kind: "ordered"),
        ])
        model.transactions = loaded([
            InventoryTransaction(
                date: "2025-10-13",
                type: "Receive",
                quantity: 300,
                notes: "pallet 7"
            ),
            InventoryTransaction(date: "2025-10-12", type: "Ship", quantity: -12, notes: nil),
        ])
        return model
    }

    /// A copy in the middle of its work.
    static func copying(columns: Int = 80, rows: Int = 24) -> Model {
        var model = empty(columns: columns, rows: rows)
        model.operation = Model.Operation(kind: .migrate, startedAt: now - 3)
        model.lastPhase = .copy
        model.progressAt = now
        var running = progress
        running.phase = .copy
        running.fraction = 0.41
        running.remainingSeconds = 4
        running.activity = "shipped_orders, chunk 3"
        for index in running.tables.indices where index > 8 {
            running.tables[index].state = .waiting
            running.tables[index].copiedRows = 0
            running.tables[index].quarantinedRows = 0
        }
        running.tables[8].state = .copying
        running.tables[8].copiedRows = 415
        running.tables[8].rowsPerSecond = 1_204
        running.tables[8].remainingSeconds = 1
        model.progress = running
        return model
    }

    static let error = MigrationError(
        .targetUnavailable,
        "the server does not answer",
        place: .init("connect", side: .target),
        remedy: "start the server, then press r",
        cause: .text("connection refused")
    )

    static let interrupted = MigrationError(
        .interrupted,
        "stopped",
        place: .init("backup"),
        kept: .untouched,
        remedy: "begin again"
    )

    static func loaded<Value: Sendable>(_ value: Value) -> Model.Loadable<Value> {
        var loadable = Model.Loadable<Value>()
        loadable.value = value
        loadable.loadedAt = now - 1
        loadable.askedAt = now - 1
        return loadable
    }

    private static let tables: [(String, Int)] = [
        ("configuration_params", 58), ("workflow_controls", 5), ("bundle_skus", 51),
        ("bundle_components", 192), ("sku_lot", 5), ("inventory_current", 5),
        ("inventory_transactions", 611), ("orders_inbox", 348), ("shipped_orders", 1_021),
        ("shipped_items", 1_108), ("system_kpis", 0), ("shipping_violations", 12),
    ]

    private static var progress: MigrationEngine.Progress {
        var progress = Progress()
        progress.phase = .done
        progress.elapsedSeconds = 4
        progress.tables = tables.map { name, rows in
            var table = TableProgress(name: name)
            table.sourceRows = rows
            table.copiedRows = name == "shipped_items" ? rows - 2 : rows
            table.quarantinedRows = name == "shipped_items" ? 2 : 0
            table.verifiedRows = rows
            table.state = .equal
            return table
        }
        return progress
    }

    private static var verification: VerifyReport {
        var reports = tables.enumerated().map { number, table in
            var report = VerifyReport.Table(name: table.0, status: .equal)
            report.sourceRows = table.1
            report.targetRows = table.1
            report.digest = "a91f\(number)c77013de"
            report.targetDigest = report.digest
            return report
        }
        reports[9].targetRows = 1_106
        reports[9].quarantinedRows = 2
        reports[9].status = .different
        reports[9].different = 1
        reports[9].missing = 1
        reports[9].targetDigest = "7f02aa31"
        reports[9].samples = [
            .init(key: "1042", column: "quantity", source: "15", target: "1", kind: "different"),
            .init(key: "1107", column: nil, source: nil, target: nil, kind: "missing"),
        ]
        reports[9].sequence = .init(
            name: "shipped_items_id_seq",
            nextValue: 1_107,
            maximum: 1_106,
            ok: true
        )
        var unplanned = VerifyReport.Table(name: "lot_inventory", status: .unplanned)
        unplanned.sourceRows = 5
        reports.append(unplanned)
        return VerifyReport(
            ok: false,
            tables: reports,
            foreignKeys: [
                .init(
                    table: "shipped_items",
                    references: "shipped_orders",
                    columns: ["order_number"],
                    sourceOrphans: 0,
                    targetOrphans: 0
                )
            ],
            countsOnly: false,
            seconds: 0.4
        )
    }

    private static var report: MigrateReport {
        MigrateReport(
            ok: false,
            mode: "plan",
            sourceFingerprint: "f00d",
            backup: BackupReport(
                path: "ora_pre.db",
                sha256: "00",
                sizeBytes: 1,
                rowCountsPath: "",
                schemaPath: "",
                tables: [],
                seconds: 0.2
            ),
            tables: [],
            phases: [
                .init(name: "backup", seconds: 0.4), .init(name: "census", seconds: 0.3),
                .init(name: "schema", seconds: 0.1), .init(name: "copy", seconds: 2.6),
                .init(name: "keys", seconds: 0.5), .init(name: "verify", seconds: 0.4),
            ],
            seconds: 4.3,
            warnings: [],
            verify: nil
        )
    }

    private static let log: [LogLine] = [
        LogLine(
            time: now - 15,
            level: .audit,
            stage: "console",
            message: "migrate was started"
        ),
        LogLine(
            time: now - 12,
            level: .info,
            stage: "copy",
            message: "shipped_orders: 1,021 rows"
        ),
        LogLine(
            time: now - 9,
            level: .error,
            stage: "verify",
            message: "lot_inventory is in the source and in no plan"
        ),
        LogLine(
            time: now - 9,
            level: .warning,
            stage: "verify",
            message: "shipped_items: 2 rows differ"
        ),
    ]

    private static let workflows = WorkflowsPage(
        side: .source,
        workflows: [
            WorkflowRow(
                name: "xml-import",
                enabled: true,
                lastUpdated: "2025-10-14 13:20:44",
                updatedBy: "operator",
                lastRunAt: "2025-10-14 14:01:30",
                intervalSeconds: 300,
                script: "src/scheduled_xml_import.py"
            ),
            WorkflowRow(
                name: "unified-shipstation-sync",
                enabled: true,
                lastUpdated: "2025-10-14 09:00:01",
                updatedBy: "system",
                lastRunAt: nil
            ),
            WorkflowRow(
                name: "orders-cleanup",
                enabled: false,
                lastUpdated: nil,
                updatedBy: nil,
                lastRunAt: nil
            ),
        ]
    )

    private static let orders = OrdersPage(
        side: .source,
        rows: [
            OrderRow(
                orderNumber: "100892",
                orderDate: "2025-10-14 13:58",
                customer: "Ada Lindqvist",
                status: "pending",
                items: 3,
                totalCents: 41_200
            ),
            OrderRow(
                orderNumber: "100891",
                orderDate: "2025-10-14 13:41",
                customer: "客服 株式会社",
                status: "uploaded",
                items: 2,
                totalCents: 9_650
            ),
            OrderRow(
                orderNumber: "100890",
                orderDate: nil,
                customer: "evil\u{1B}[2Jname\u{202E}",
                status: nil,
                items: nil,
                totalCents: nil
            ),
            OrderRow(
                orderNumber: "100889",
                orderDate: "2025-10-14 12:55",
                customer: "A customer with a name that is very much too long for its column",
                status: "shipped",
                items: 7,
                totalCents: 120_810
            ),
        ],
        nextKey: nil
    )

    private static let inventory = InventoryPage(
        side: .source,
        rows: [
            InventoryRow(
                sku: "17612",
                name: "PT Kit",
                onHand: 1_019,
                reorderPoint: 300,
                level: "normal",
                daysLeft: 31
            ),
            InventoryRow(
                sku: "17904",
                name: "Travel Kit",
                onHand: 19,
                reorderPoint: 50,
                level: "low",
                daysLeft: 1_204
            ),
            InventoryRow(
                sku: "18795",
                name: nil,
                onHand: -3,
                reorderPoint: nil,
                level: "critical"
            ),
        ]
    )
}
