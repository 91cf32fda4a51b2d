/// What the workers write in the shape of the migration plan.
enum PlanTraffic {
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
            operations: [uploaded, renumbered]
        ),
        TrafficRole(
            name: "unified-shipstation-sync",
            share: 18,
            enforcesForeignKeys: true,
            operations: [shipped, retracted, violated, resolved, unbundled]
        ),
        TrafficRole(
            name: "orders-cleanup",
            share: 3,
            enforcesForeignKeys: true,
            operations: [purged, unbundled]
        ),
        TrafficRole(
            name: "weekly-reporter",
            share: 7,
            enforcesForeignKeys: false,
            operations: [booked, unbooked, bundled, swapped]
        ),
        TrafficRole(
            name: "shipstation-units-refresher",
            obeysToggle: false,
            share: 5,
            enforcesForeignKeys: true,
            operations: [measured, rolled]
        ),
    ]

    /// The columns that identify rows; `id` where a table is not named.
    static let keys = [
        "shipped_orders": "order_number", "inventory_current": "sku",
        "system_kpis": "metric_name", "bundle_skus": "bundle_sku",
    ]

    private static let orderColumns = """
        order_number, order_date, customer_name, shipping_method, total_amount, items_json, \
        source, import_date, uploaded_to_shipstation, status
        """

    private static let imported = TrafficOperation(
        name: "import an order",
        weight: 5,
        steps: [
            .insert(
                "orders_inbox",
                orderColumns,
                ":number, :now, :name, :service_name, :cents, :json, 'XML', :now, :off, 'pending'",
                giving: "inbox"
            )
        ]
    )

    private static let reimported = TrafficOperation(
        name: "import an order again",
        weight: 1,
        steps: [
            .any("order_number AS number", from: "orders_inbox"),
            .replace(
                "orders_inbox",
                orderColumns,
                ":number, :iso, :name, :service_name, :cents, :json, 'XML', :now, :off, 'pending'",
                key: "order_number",
                where: "order_number = :number"
            ),
        ]
    )

    private static let purged = TrafficOperation(
        name: "purge the oldest order",
        weight: 4,
        steps: [
            .pick("id AS inbox", from: "orders_inbox", "ORDER BY id"),
            .delete("orders_inbox", where: "id = :inbox"),
        ]
    )

    private static let uploaded = TrafficOperation(
        name: "upload an order",
        weight: 8,
        steps: [
            .recent("id AS inbox", from: "orders_inbox"),
            .update(
                "orders_inbox",
                set: "status = 'uploaded', uploaded_to_shipstation = :on, upload_date = :now",
                where: "id = :inbox"
            ),
            .update(
                "orders_inbox",
                set: "status = 'awaiting_shipment', shipstation_order_id = :shipper",
                where: "id = :inbox"
            ),
        ]
    )

    private static let renumbered = TrafficOperation(
        name: "give a shipped order another number",
        weight: 2,
        isForBothSides: false,
        steps: [
            .pick(
                "order_number AS old",
                from: "shipped_orders",
                "WHERE order_number >= :digits ORDER BY order_number"
            ),
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
            .update(
                "shipping_violations",
                set: "order_number = :number",
                where: "order_number = :old",
                after: "order_number = :number"
            ),
        ]
    )

    private static let shipped = TrafficOperation(
        name: "take over a shipped order",
        weight: 8,
        steps: [
            .upsert(
                "shipped_orders",
                """
                order_number, order_date, ship_date, customer_name, carrier, service, \
                tracking_number, shipstation_order_id, warehouse, last_updated
                """,
                """
                :number, :now, :now, :name, :carrier, :service_name, :tracking, :shipper, 'Main', \
                :now
                """,
                key: "order_number",
                where: "order_number = :number"
            ),
            .insert(
                "shipped_items",
                "order_number, sku, lot_number, quantity, ship_date",
                ":number, :sku, :lot, :quantity, :now",
                giving: "item"
            ),
            .insert(
                "shipped_items",
                "order_number, sku, lot_number, quantity, ship_date",
                ":number, :sku, :none, :quantity, :now",
                giving: "item2"
            ),
            .update(
                "inventory_current",
                set: "quantity_on_hand = quantity_on_hand - 2 * :quantity, last_updated = :now",
                where: "sku = :sku"
            ),
        ]
    )

    // Only of today, so that what is given back was taken after the count.
    private static let retracted = TrafficOperation(
        name: "take back a shipment",
        weight: 2,
        steps: [
            .pick(
                "order_number AS number",
                from: "shipped_orders",
                "WHERE ship_date >= :today ORDER BY ship_date"
            ),
            .update(
                "inventory_current",
                set: """
                    quantity_on_hand = quantity_on_hand + (SELECT sum(s.quantity)
                        FROM shipped_items s
                        WHERE s.order_number = :number AND s.sku = inventory_current.sku)
                    """,
                where: "sku IN (SELECT sku FROM shipped_items WHERE order_number = :number)"
            ),
            .delete(
                "shipped_orders",
                where: "order_number = :number",
                also: [
                    .init("shipped_items", "order_number = :number"),
                    .init("shipping_violations", "order_number = :number"),
                ]
            ),
        ]
    )

    private static let violated = TrafficOperation(
        name: "find a violation",
        weight: 1,
        steps: [
            .pick(
                "order_number AS number",
                from: "shipped_orders",
                "WHERE order_number >= :digits ORDER BY order_number"
            ),
            .insert(
                "shipping_violations",
                """
                order_number, violation_type, expected_value, actual_value, severity, detected_at, \
                notes
                """,
                ":number, 'address_check', 'verified', :city, 'low', :now, :note",
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
                set: "resolved_at = :now, resolved_by = :name, notes = :note",
                where: "id = :violation"
            ),
        ]
    )

    private static let unbundled = TrafficOperation(
        name: "drop a bundle",
        weight: 1,
        steps: [
            .pick("bundle_sku AS bundle", from: "bundle_skus", "WHERE bundle_name = 'Trial'"),
            .delete(
                "bundle_skus",
                where: "bundle_sku = :bundle",
                also: [.init("bundle_components", "bundle_sku = :bundle")]
            ),
        ]
    )

    private static let booked = TrafficOperation(
        name: "book an adjustment",
        weight: 3,
        steps: [
            .insert(
                "inventory_transactions",
                "transaction_date, sku, transaction_type, quantity, lot_number, notes",
                ":now, :sku, 'Adjust Up', :quantity, :lot, :note",
                giving: "booking"
            ),
            .update(
                "inventory_current",
                set: "quantity_on_hand = quantity_on_hand + :quantity, last_updated = :now",
                where: "sku = :sku"
            ),
        ]
    )

    private static let unbooked = TrafficOperation(
        name: "take back an adjustment",
        weight: 1,
        steps: [
            .pick(
                "id AS booking, sku AS sku, quantity AS quantity",
                from: "inventory_transactions",
                """
                WHERE transaction_type = 'Adjust Up' AND transaction_date >= :today
                ORDER BY transaction_date
                """
            ),
            .delete("inventory_transactions", where: "id = :booking"),
            .update(
                "inventory_current",
                set: "quantity_on_hand = quantity_on_hand - :quantity, last_updated = :now",
                where: "sku = :sku"
            ),
        ]
    )

    private static let bundled = TrafficOperation(
        name: "make a bundle",
        weight: 1,
        steps: [
            .insert(
                "bundle_skus",
                "bundle_sku, bundle_name",
                ":unique, 'Trial'",
                where: "bundle_sku = :unique"
            ),
            .insert(
                "bundle_components",
                "bundle_sku, component_sku, quantity",
                ":unique, :sku, :quantity",
                giving: "component"
            ),
        ]
    )

    private static let swapped = TrafficOperation(
        name: "swap two lots",
        weight: 1,
        steps: LotTraffic.picks + TrafficStep.swap("sku_lot", "lot")
    )

    private static let measured = TrafficOperation(
        name: "measure the queue",
        weight: 3,
        steps: [
            .replace(
                "system_kpis",
                "metric_name, metric_value, last_updated",
                "'units_to_ship', :cents, :now",
                key: "metric_name",
                where: "metric_name = 'units_to_ship'"
            )
        ]
    )

    private static let rolled = TrafficOperation(
        name: "start a new measure, keep the last",
        weight: 1,
        steps: [
            .delete("system_kpis", where: "metric_name = 'queue_before'"),
            .update(
                "system_kpis",
                set: "metric_name = 'queue_before'",
                where: "metric_name = 'queue'",
                as: .keyChange,
                after: "metric_name = 'queue_before'"
            ),
            .insert(
                "system_kpis",
                "metric_name, metric_value, last_updated",
                "'queue', :note, :now",
                where: "metric_name = 'queue'"
            ),
        ]
    )
}

/// What both shapes have alike.
enum LotTraffic {
    /// Two lots of one product.
    static let picks: [TrafficStep] = [
        .any("id AS one, sku AS sku, lot AS value_one", from: "sku_lot"),
        .pick(
            "id AS two, lot AS value_two",
            from: "sku_lot",
            "WHERE sku = :sku AND id <> :one ORDER BY id"
        ),
    ]
}
