/// The migration plan's twelve tables, as its section 2.2 writes them.
enum PlanSchema {
    /// A table.
    struct Table: Sendable {
        /// Its name.
        let name: String
        /// Its columns.
        let columns: [Column]
        /// The column of the primary key.
        let primaryKey: String
        /// UNIQUE constraints.
        var uniques: [[String]] = []
        /// The foreign key: child's column and parent table, whose column has the same name.
        var parent: (column: String, table: String)?
        /// Indexes: name and column.
        var indexes: [(name: String, column: String)] = []
    }

    /// A column.
    struct Column: Sendable {
        /// Its name.
        let name: String
        /// Its type.
        let type: TargetType
        /// Whether it is SERIAL.
        var isSerial = false
        /// Whether NULL is refused.
        var isNotNull = false
        /// The default.
        var defaultValue: String?
        /// The CHECK expression.
        var check: String?

        /// The type as the plan spells it.
        var spelledType: String { isSerial ? "SERIAL" : type.sql.uppercased() }
    }

    /// The extension that the plan asks for and does not use.
    static let preamble = TargetSchema.Statement(
        object: "extension uuid-ossp",
        sql: "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\"",
        isOptional: true
    )

    private static let id = Column(name: "id", type: .integer, isSerial: true, isNotNull: true)

    private static func text(
        _ name: String,
        _ length: Int? = nil,
        isNotNull: Bool = false,
        defaultValue: String? = nil
    ) -> Column {
        Column(
            name: name,
            type: length.map { .varchar($0) } ?? .text,
            isNotNull: isNotNull,
            defaultValue: defaultValue
        )
    }

    private static func time(_ name: String, isNow: Bool = false) -> Column {
        Column(name: name, type: .timestamp, defaultValue: isNow ? "CURRENT_TIMESTAMP" : nil)
    }

    private static func number(
        _ name: String,
        isNotNull: Bool = false,
        defaultValue: String? = nil,
        check: String? = nil
    ) -> Column {
        Column(
            name: name,
            type: .integer,
            isNotNull: isNotNull,
            defaultValue: defaultValue,
            check: check
        )
    }

    private static func flag(
        _ name: String,
        isNotNull: Bool = false,
        defaultValue: String
    ) -> Column {
        Column(name: name, type: .boolean, isNotNull: isNotNull, defaultValue: defaultValue)
    }

    /// The tables, in the plan's order.
    static let tables: [Table] = [
        Table(
            name: "configuration_params",
            columns: [
                id, text("category", 50, isNotNull: true),
                text("parameter_name", 100, isNotNull: true), text("value"), text("sku", 50),
                text("notes"), time("last_updated", isNow: true),
            ],
            primaryKey: "id",
            uniques: [["category", "parameter_name", "sku"]]
        ),
        Table(
            name: "workflow_controls",
            columns: [
                text("workflow_name", 100, isNotNull: true),
                flag("enabled", isNotNull: true, defaultValue: "TRUE"),
                time("last_updated", isNow: true), text("updated_by", 50),
            ],
            primaryKey: "workflow_name"
        ),
        Table(
            name: "bundle_skus",
            columns: [
                text("bundle_sku", 50, isNotNull: true), text("bundle_name", 200),
                time("created_at", isNow: true),
            ],
            primaryKey: "bundle_sku"
        ),
        Table(
            name: "bundle_components",
            columns: [
                id, text("bundle_sku", 50, isNotNull: true),
                text("component_sku", 50, isNotNull: true),
                number("quantity", isNotNull: true, check: "quantity > 0"),
                time("created_at", isNow: true),
            ],
            primaryKey: "id",
            uniques: [["bundle_sku", "component_sku"]],
            parent: ("bundle_sku", "bundle_skus"),
            indexes: [("idx_bundle_components_bundle", "bundle_sku")]
        ),
        Table(
            name: "sku_lot",
            columns: [
                id, text("sku", 50, isNotNull: true), text("lot", 50, isNotNull: true),
                flag("is_active", defaultValue: "TRUE"), time("created_at", isNow: true),
                time("updated_at", isNow: true),
            ],
            primaryKey: "id",
            uniques: [["sku", "lot"]]
        ),
        Table(
            name: "orders_inbox",
            columns: [
                id, text("order_number", 50, isNotNull: true), time("order_date"),
                text("customer_name", 200), text("shipping_method", 100), number("total_amount"),
                text("items_json"), text("source", 50, defaultValue: "'XML'"),
                time("import_date", isNow: true),
                flag("uploaded_to_shipstation", defaultValue: "FALSE"), time("upload_date"),
                text("shipstation_order_id", 50), text("status", 50, defaultValue: "'pending'"),
            ],
            primaryKey: "id",
            uniques: [["order_number"]],
            indexes: [
                ("idx_orders_inbox_status", "status"),
                ("idx_orders_inbox_upload", "uploaded_to_shipstation"),
            ]
        ),
        Table(
            name: "shipped_orders",
            columns: [
                text("order_number", 50, isNotNull: true), time("order_date"), time("ship_date"),
                text("customer_name", 200), text("carrier", 100), text("service", 100),
                text("tracking_number", 100), text("shipstation_order_id", 50),
                text("warehouse", 100), text("import_source", 50, defaultValue: "'ShipStation'"),
                time("last_updated", isNow: true),
            ],
            primaryKey: "order_number",
            indexes: [("idx_shipped_orders_ship_date", "ship_date")]
        ),
        Table(
            name: "shipped_items",
            columns: [
                id, text("order_number", 50, isNotNull: true), text("sku", 50, isNotNull: true),
                text("lot_number", 50),
                number("quantity", isNotNull: true, check: "quantity > 0"), time("ship_date"),
            ],
            primaryKey: "id",
            parent: ("order_number", "shipped_orders"),
            indexes: [
                ("idx_shipped_items_order", "order_number"), ("idx_shipped_items_sku", "sku"),
                ("idx_shipped_items_ship_date", "ship_date"),
            ]
        ),
        Table(
            name: "inventory_current",
            columns: [
                text("sku", 50, isNotNull: true), number("quantity_on_hand", defaultValue: "0"),
                number("reorder_point", defaultValue: "0"), time("last_updated", isNow: true),
            ],
            primaryKey: "sku"
        ),
        Table(
            name: "inventory_transactions",
            columns: [
                id, time("transaction_date", isNow: true), text("sku", 50, isNotNull: true),
                text("transaction_type", 50, isNotNull: true), number("quantity", isNotNull: true),
                text("lot_number", 50), text("reference_order", 50), text("notes"),
                time("created_at", isNow: true),
            ],
            primaryKey: "id",
            indexes: [
                ("idx_inventory_transactions_sku", "sku"),
                ("idx_inventory_transactions_date", "transaction_date"),
            ]
        ),
        Table(
            name: "system_kpis",
            columns: [
                text("metric_name", 100, isNotNull: true), text("metric_value"),
                time("last_updated", isNow: true),
            ],
            primaryKey: "metric_name"
        ),
        Table(
            name: "shipping_violations",
            columns: [
                id, text("order_number", 50), text("violation_type", 100),
                text("expected_value", 200), text("actual_value", 200),
                text("severity", 20, defaultValue: "'medium'"), time("detected_at", isNow: true),
                time("resolved_at"), text("resolved_by", 100), text("notes"),
            ],
            primaryKey: "id",
            parent: ("order_number", "shipped_orders"),
            indexes: [
                ("idx_shipping_violations_order", "order_number"),
                ("idx_shipping_violations_resolved", "resolved_at"),
            ]
        ),
    ]
}
