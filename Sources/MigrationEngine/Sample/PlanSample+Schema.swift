extension PlanSample {
    /// The migration plan's twelve tables, as SQLite would declare them.
    static let tables = """
        CREATE TABLE configuration_params (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            category VARCHAR(50) NOT NULL,
            parameter_name VARCHAR(100) NOT NULL,
            value TEXT,
            sku VARCHAR(50),
            notes TEXT,
            last_updated TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
            UNIQUE(category, parameter_name, sku)
        );
        CREATE TABLE workflow_controls (
            workflow_name VARCHAR(100) PRIMARY KEY,
            enabled BOOLEAN NOT NULL DEFAULT TRUE,
            last_updated TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
            updated_by VARCHAR(50)
        );
        CREATE TABLE bundle_skus (
            bundle_sku VARCHAR(50) PRIMARY KEY,
            bundle_name VARCHAR(200),
            created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
        );
        CREATE TABLE bundle_components (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            bundle_sku VARCHAR(50) NOT NULL,
            component_sku VARCHAR(50) NOT NULL,
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
            FOREIGN KEY (bundle_sku) REFERENCES bundle_skus(bundle_sku) ON DELETE CASCADE,
            UNIQUE(bundle_sku, component_sku)
        );
        CREATE TABLE sku_lot (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            sku VARCHAR(50) NOT NULL,
            lot VARCHAR(50) NOT NULL,
            is_active BOOLEAN DEFAULT TRUE,
            created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
            updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
            UNIQUE(sku, lot)
        );
        CREATE TABLE orders_inbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            order_number VARCHAR(50) UNIQUE NOT NULL,
            order_date TIMESTAMP,
            customer_name VARCHAR(200),
            shipping_method VARCHAR(100),
            total_amount INTEGER,
            items_json TEXT,
            source VARCHAR(50) DEFAULT 'XML',
            import_date TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
            uploaded_to_shipstation BOOLEAN DEFAULT FALSE,
            upload_date TIMESTAMP,
            shipstation_order_id VARCHAR(50),
            status VARCHAR(50) DEFAULT 'pending'
        );
        CREATE TABLE shipped_orders (
            order_number VARCHAR(50) PRIMARY KEY,
            order_date TIMESTAMP,
            ship_date TIMESTAMP,
            customer_name VARCHAR(200),
            carrier VARCHAR(100),
            service VARCHAR(100),
            tracking_number VARCHAR(100),
            shipstation_order_id VARCHAR(50),
            warehouse VARCHAR(100),
            import_source VARCHAR(50) DEFAULT 'ShipStation',
            last_updated TIMESTAMP DEFAULT CURRENT_TIMESTAMP
        );
        CREATE TABLE shipped_items (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            order_number VARCHAR(50) NOT NULL,
            sku VARCHAR(50) NOT NULL,
            lot_number VARCHAR(50),
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            ship_date TIMESTAMP,
            FOREIGN KEY (order_number) REFERENCES shipped_orders(order_number) ON DELETE CASCADE
        );
        CREATE TABLE inventory_current (
            sku VARCHAR(50) PRIMARY KEY,
            quantity_on_hand INTEGER DEFAULT 0,
            reorder_point INTEGER DEFAULT 0,
            last_updated TIMESTAMP DEFAULT CURRENT_TIMESTAMP
        );
        CREATE TABLE inventory_transactions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            transaction_date TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
            sku VARCHAR(50) NOT NULL,
            transaction_type VARCHAR(50) NOT NULL,
            quantity INTEGER NOT NULL,
            lot_number VARCHAR(50),
            reference_order VARCHAR(50),
            notes TEXT,
            created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
        );
        CREATE TABLE system_kpis (
            metric_name VARCHAR(100) PRIMARY KEY,
            metric_value TEXT,
            last_updated TIMESTAMP DEFAULT CURRENT_TIMESTAMP
        );
        CREATE TABLE shipping_violations (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            order_number VARCHAR(50),
            violation_type VARCHAR(100),
            expected_value VARCHAR(200),
            actual_value VARCHAR(200),
            severity VARCHAR(20) DEFAULT 'medium',
            detected_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
            resolved_at TIMESTAMP,
            resolved_by VARCHAR(100),
            notes TEXT,
            FOREIGN KEY (order_number) REFERENCES shipped_orders(order_number) ON DELETE CASCADE
        );
        """

    /// The plan's eleven indexes.
    static let indexes = """
        CREATE INDEX idx_shipped_items_order ON shipped_items(order_number);
        CREATE INDEX idx_shipped_items_sku ON shipped_items(sku);
        CREATE INDEX idx_shipped_items_ship_date ON shipped_items(ship_date);
        CREATE INDEX idx_shipped_orders_ship_date ON shipped_orders(ship_date);
        CREATE INDEX idx_orders_inbox_status ON orders_inbox(status);
        CREATE INDEX idx_orders_inbox_upload ON orders_inbox(uploaded_to_shipstation);
        CREATE INDEX idx_bundle_components_bundle ON bundle_components(bundle_sku);
        CREATE INDEX idx_inventory_transactions_sku ON inventory_transactions(sku);
        CREATE INDEX idx_inventory_transactions_date ON inventory_transactions(transaction_date);
        CREATE INDEX idx_shipping_violations_order ON shipping_violations(order_number);
        CREATE INDEX idx_shipping_violations_resolved ON shipping_violations(resolved_at);
        """
}
