/// What the workers write in the shape of the production system.
enum ProductionTraffic {
    /// A worker's last run, and the job that comes to its end with one of them.
    static let heartbeat = [
        TrafficSQL("UPDATE workflow_controls SET last_run_at = :now WHERE workflow_name = :name"),
        TrafficSQL(
            """
            UPDATE workflows SET status = 'completed', last_run_at = :now, updated_at = :now
            WHERE name = 'daily_shipment_processor' AND :name = 'unified-shipstation-sync'
            """
        ),
    ]

    static let roles = [
        TrafficRole(
            name: "xml-import",
            share: 26,
            enforcesForeignKeys: false,
            operations: [imported, reimported, purged]
        ),
        TrafficRole(
            name: "shipstation-upload",
            share: 13,
            enforcesForeignKeys: false,
            operations: [uploaded, renumbered, reidentified]
        ),
        TrafficRole(
            name: "unified-shipstation-sync",
            share: 18,
            enforcesForeignKeys: true,
            operations: [shipped, tracked, entered, violated, resolved, cleaned, unbundled]
        ),
        TrafficRole(
            name: "orders-cleanup",
            share: 3,
            enforcesForeignKeys: true,
            operations: [cleaned, unbundled]
        ),
        TrafficRole(
            name: "weekly-reporter",
            share: 7,
            enforcesForeignKeys: false,
            operations: [booked, unbooked, bundled, swapped, reported]
        ),
        TrafficRole(
            name: "shipstation-units-refresher",
            obeysToggle: false,
            share: 5,
            enforcesForeignKeys: true,
            operations: [measured, counted, rolled]
        ),
    ]

    private static let orderColumns = """
        order_number, order_date, customer_email, status, total_items, total_amount_cents, \
        source_system, ship_name, ship_company, ship_street1, ship_street2, ship_city, ship_state, \
        ship_postal_code, ship_country, ship_phone, bill_name, shipping_service_code
        """
    private static let orderValues = """
        :number, :today, :email, 'pending', :quantity, :cents, :origin, :name, :company, :street1, \
        :street2, :city, :state, :postal_code, :country, :phone, :name, :service
        """

    /// The same, with two items of that quantity.
    private static let valuesOfTwoItems = orderValues.replacing(
        ":quantity",
        with: "2 * CAST(:quantity AS INTEGER)"
    )

    /// Changes a stock and the level that hangs on it, as the application does.
    private static func stock(_ quantity: String) -> TrafficStep {
        .update(
            "inventory_current",
            set: """
                current_quantity = current_quantity \(quantity),
                alert_level = CASE WHEN current_quantity \(quantity) <= 0 THEN 'critical'
                    WHEN current_quantity \(quantity) < 50 THEN 'low' ELSE 'normal' END,
                last_updated = :now
                """,
            where: "sku = :sku"
        )
    }

    private static func item(_ order: String, lot: String, _ name: String) -> TrafficStep {
        .insert(
            "order_items_inbox",
            "order_inbox_id, sku, sku_lot, quantity",
            "\(order), :sku, \(lot), :quantity",
            giving: name
        )
    }

    /// What hangs on an order; only the violations and items go with it by themselves.
    private static let children: [TrafficWrite.Rows] = [
        .init("order_items_inbox", "order_inbox_id = :inbox"),
        .init("shipping_violations", "order_id = :inbox"),
    ]

    private static let imported = TrafficOperation(
        name: "import an order",
        weight: 6,
        steps: [
            .insert("orders_inbox", orderColumns, valuesOfTwoItems, giving: "inbox"),
            item(":inbox", lot: ":lot", "item"),
            item(":inbox", lot: ":none", "item2"),
        ]
    )

    private static let reimported = TrafficOperation(
        name: "import the items of an order again",
        weight: 2,
        steps: [
            .recent("id AS inbox", from: "orders_inbox"),
            .delete("order_items_inbox", where: "order_inbox_id = :inbox"),
            item(":inbox", lot: ":lot", "item"),
            .update(
                "orders_inbox",
                set: "total_items = :quantity, updated_at = :now",
                where: "id = :inbox"
            ),
        ]
    )

    private static let purged = TrafficOperation(
        name: "purge the oldest order, child by child",
        weight: 3,
        steps: [
            .pick("id AS inbox", from: "orders_inbox", "ORDER BY id"),
            .delete("shipstation_order_line_items", where: "order_inbox_id = :inbox"),
            .delete("order_items_inbox", where: "order_inbox_id = :inbox"),
            .delete("shipping_violations", where: "order_id = :inbox"),
            .delete("orders_inbox", where: "id = :inbox"),
        ]
    )

    private static let cleaned = TrafficOperation(
        name: "purge the oldest order, children and all",
        weight: 2,
        steps: [
            .pick("id AS inbox", from: "orders_inbox", "ORDER BY id"),
            .delete("shipstation_order_line_items", where: "order_inbox_id = :inbox"),
            .delete("orders_inbox", where: "id = :inbox", also: children),
        ]
    )

    private static let uploaded = TrafficOperation(
        name: "upload an order",
        weight: 6,
        steps: [
            .recent("id AS inbox", from: "orders_inbox"),
            .update(
                "orders_inbox",
                set: "status = 'uploaded', failure_reason = :unique, updated_at = :now",
                where: "id = :inbox"
            ),
            .update(
                "orders_inbox",
                set: """
                    status = 'awaiting_shipment', failure_reason = :none,
                    shipstation_order_id = :shipper
                    """,
                where: "id = :inbox"
            ),
            .ignore(
                "shipstation_order_line_items",
                "order_inbox_id, sku, shipstation_order_id",
                ":inbox, :sku, :shipper",
                where: "order_inbox_id = :inbox"
            ),
        ]
    )

    private static let renumbered = TrafficOperation(
        name: "give a shipped order another number",
        weight: 1,
        isForBothSides: false,
        steps: [
            .any("order_number AS old", from: "shipped_orders"),
            .update(
                "shipped_orders",
                set: "order_number = :number",
                where: "order_number = :old",
                as: .keyChange,
                after: "order_number = :number"
            ),
            .update(
                "shipped_items",
                set: "order_number = :number",
                where: "order_number = :old",
                after: "order_number = :number"
            ),
        ]
    )

    private static let reidentified = TrafficOperation(
        name: "give an item another id",
        weight: 1,
        steps: [
            .any("id AS item, order_inbox_id AS inbox", from: "order_items_inbox"),
            .update(
                "order_items_inbox",
                // Above every id ever given, as AUTOINCREMENT would.
                set: """
                    id = 1 + (SELECT max(last) FROM (
                        SELECT max(i.id) AS last FROM order_items_inbox i UNION ALL
                        SELECT seq FROM sqlite_sequence WHERE name = 'order_items_inbox'))
                    """,
                where: "id = :item",
                as: .keyChange,
                onTarget: "id = DEFAULT",
                after: "order_inbox_id = :inbox"
            ),
        ]
    )

    private static let shipped = TrafficOperation(
        name: "take over a shipped order",
        weight: 6,
        steps: [
            .upsert(
                "shipped_orders",
                """
                order_number, ship_date, customer_email, total_items, shipstation_order_id, \
                shipping_carrier_code, shipping_service_code
                """,
                ":number, :today, :email, :quantity, :shipper, :carrier, :service",
                key: "order_number",
                where: "order_number = :number"
            ),
            .insert(
                "shipped_items",
                "ship_date, sku_lot, base_sku, quantity_shipped, order_number, tracking_number",
                ":today, :sku_lot, :sku, :quantity, :number, :tracking",
                giving: "item"
            ),
            stock("- :quantity"),
            .update(
                "sync_watermark",
                set: "last_sync_timestamp = :iso, updated_at = :now",
                where: "workflow_name = 'unified-shipstation-sync'"
            ),
        ]
    )

    // The same quantity, so that the stock still adds up; the id is a new one.
    private static let tracked = TrafficOperation(
        name: "take over shipped items again",
        weight: 3,
        steps: [
            .any(
                """
                ship_date AS day, sku_lot AS sku_lot, base_sku AS sku, order_number AS number, \
                quantity_shipped AS quantity
                """,
                from: "shipped_items",
                where: "order_number IS NOT NULL"
            ),
            .replace(
                "shipped_items",
                "ship_date, sku_lot, base_sku, quantity_shipped, order_number, tracking_number",
                ":day, :sku_lot, :sku, :quantity, :number, :tracking",
                key: "order_number, base_sku, sku_lot",
                where: "order_number = :number"
            ),
        ]
    )

    // REPLACE gives the order a new id and takes its items with it; the line items would forbid it.
    private static let entered = TrafficOperation(
        name: "take over a manual order again",
        weight: 2,
        steps: [
            .recent(
                "id AS inbox, order_number AS number",
                from: "orders_inbox",
                where: """
                    NOT EXISTS (SELECT 1 FROM shipstation_order_line_items l
                        WHERE l.order_inbox_id = orders_inbox.id)
                    """
            ),
            .replace(
                "orders_inbox",
                orderColumns,
                orderValues,
                key: "order_number",
                where: "order_number = :number",
                giving: "again",
                also: children
            ),
            // On PostgreSQL the order is updated instead, and keeps its items.
            .delete("order_items_inbox", where: "order_inbox_id = :again"),
            item(":again", lot: ":lot", "item"),
        ]
    )

    private static let violated = TrafficOperation(
        name: "find a violation",
        weight: 1,
        steps: [
            .recent("id AS inbox, order_number AS number", from: "orders_inbox"),
            .insert(
                "shipping_violations",
                "order_id, order_number, violation_type, expected_value, actual_value",
                ":inbox, :number, 'hawaiian_service', 'fedex_2day', :service",
                giving: "violation"
            ),
        ]
    )

    private static let resolved = TrafficOperation(
        name: "resolve a violation",
        weight: 1,
        steps: [
            .any("id AS violation", from: "shipping_violations"),
            .update(
                "shipping_violations",
                set: "is_resolved = :on, resolved_at = :now",
                where: "id = :violation"
            ),
        ]
    )

    private static let unbundled = TrafficOperation(
        name: "drop a bundle",
        weight: 1,
        steps: [
            .pick("id AS bundle", from: "bundle_skus", "WHERE description = 'Trial' ORDER BY id"),
            .delete(
                "bundle_skus",
                where: "id = :bundle",
                also: [.init("bundle_components", "bundle_sku_id = :bundle")]
            ),
        ]
    )

    private static let booked = TrafficOperation(
        name: "book an adjustment",
        weight: 3,
        steps: [
            .insert(
                "inventory_transactions",
                "date, sku, quantity, transaction_type, notes",
                ":day, :sku, :quantity, 'Adjust Up', :note",
                giving: "booking"
            ),
            stock("+ :quantity"),
        ]
    )

    private static let unbooked = TrafficOperation(
        name: "take back an adjustment",
        weight: 1,
        steps: [
            .pick(
                "id AS booking, sku AS sku, quantity AS quantity",
                from: "inventory_transactions",
                "WHERE transaction_type = 'Adjust Up' AND date >= :count_day ORDER BY date"
            ),
            .delete("inventory_transactions", where: "id = :booking"),
            stock("- :quantity"),
        ]
    )

    private static let bundled = TrafficOperation(
        name: "make a bundle",
        weight: 1,
        steps: [
            .insert(
                "bundle_skus",
                "bundle_sku, description",
                ":unique, 'Trial'",
                giving: "bundle"
            ),
            .insert(
                "bundle_components",
                "bundle_sku_id, component_sku, multiplier",
                ":bundle, :sku, :quantity",
                giving: "component"
            ),
        ]
    )

    private static let swapped = TrafficOperation(
        name: "swap two lots",
        weight: 1,
        steps: LotTraffic.picks + TrafficStep.swap("sku_lot", "lot")
    )

    private static let reported = TrafficOperation(
        name: "record a run",
        weight: 1,
        steps: [
            .update(
                "workflows",
                set: """
                    status = 'completed', last_run_at = :now, records_processed = :quantity,
                    details = :note, updated_at = :now
                    """,
                where: "name = 'weekly_reporter'"
            )
        ]
    )

    private static let measured = TrafficOperation(
        name: "measure the queue",
        weight: 3,
        steps: [
            .replace(
                "shipstation_metrics",
                "metric_name, metric_value, last_updated",
                "'units_to_ship', :cents, :now",
                key: "metric_name",
                where: "metric_name = 'units_to_ship'"
            )
        ]
    )

    private static let counted = TrafficOperation(
        name: "count the day",
        weight: 1,
        steps: [
            .upsert(
                "system_kpis",
                "snapshot_date, orders_today, system_status, total_revenue_cents",
                ":today, :quantity, 'online', :cents",
                key: "snapshot_date",
                where: "snapshot_date = :today"
            )
        ]
    )

    private static let rolled = TrafficOperation(
        name: "start a new measure, keep the last",
        weight: 1,
        steps: [
            .delete("shipstation_metrics", where: "metric_name = 'queue_before'"),
            .update(
                "shipstation_metrics",
                set: "metric_name = 'queue_before'",
                where: "metric_name = 'queue'",
                as: .keyChange,
                after: "metric_name = 'queue_before'"
            ),
            .insert(
                "shipstation_metrics",
                "metric_name, metric_value",
                "'queue', :quantity",
                giving: "metric"
            ),
        ]
    )
}
