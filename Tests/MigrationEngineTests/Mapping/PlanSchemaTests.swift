import Testing

@testable import MigrationEngine

@Suite struct PlanSchemaTests {
    /// The plan's tables as an application on SQLite would declare them.
    private static let source = """
        CREATE TABLE configuration_params (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            category TEXT NOT NULL,
            parameter_name TEXT NOT NULL,
            value TEXT,
            sku TEXT,
            notes TEXT,
            last_updated DATETIME DEFAULT CURRENT_TIMESTAMP,
            UNIQUE(category, parameter_name, sku)
        );
        CREATE TABLE workflow_controls (
            workflow_name TEXT PRIMARY KEY,
            enabled BOOLEAN NOT NULL DEFAULT TRUE,
            last_updated DATETIME DEFAULT CURRENT_TIMESTAMP,
            updated_by TEXT
        );
        CREATE TABLE bundle_skus (
            bundle_sku TEXT PRIMARY KEY,
            bundle_name TEXT,
            created_at DATETIME DEFAULT CURRENT_TIMESTAMP
        );
        CREATE TABLE bundle_components (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            bundle_sku TEXT NOT NULL,
            component_sku TEXT NOT NULL,
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            created_at DATETIME DEFAULT CURRENT_TIMESTAMP,
            FOREIGN KEY (bundle_sku) REFERENCES bundle_skus(bundle_sku) ON DELETE CASCADE,
            UNIQUE(bundle_sku, component_sku)
        );
        CREATE TABLE sku_lot (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            sku TEXT NOT NULL,
            lot TEXT NOT NULL,
            is_active BOOLEAN DEFAULT TRUE,
            created_at DATETIME DEFAULT CURRENT_TIMESTAMP,
            updated_at DATETIME DEFAULT CURRENT_TIMESTAMP,
            UNIQUE(sku, lot)
        );
        CREATE TABLE orders_inbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            order_number TEXT UNIQUE NOT NULL,
            order_date DATETIME,
            customer_name TEXT,
            shipping_method TEXT,
            total_amount INTEGER,
            items_json TEXT,
            source TEXT DEFAULT 'XML',
            import_date DATETIME DEFAULT CURRENT_TIMESTAMP,
            uploaded_to_shipstation BOOLEAN DEFAULT FALSE,
            upload_date DATETIME,
            shipstation_order_id TEXT,
            status TEXT DEFAULT 'pending'
        );
        CREATE TABLE shipped_orders (
            order_number TEXT PRIMARY KEY,
            order_date DATETIME,
            ship_date DATETIME,
            customer_name TEXT,
            carrier TEXT,
            service TEXT,
            tracking_number TEXT,
            shipstation_order_id TEXT,
            warehouse TEXT,
            import_source TEXT DEFAULT 'ShipStation',
            last_updated DATETIME DEFAULT CURRENT_TIMESTAMP
        );
        CREATE TABLE shipped_items (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            order_number TEXT NOT NULL,
            sku TEXT NOT NULL,
            lot_number TEXT,
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            ship_date DATETIME,
            FOREIGN KEY (order_number) REFERENCES shipped_orders(order_number) ON DELETE CASCADE
        );
        CREATE TABLE inventory_current (
            sku TEXT PRIMARY KEY,
            quantity_on_hand INTEGER DEFAULT 0,
            reorder_point INTEGER DEFAULT 0,
            last_updated DATETIME DEFAULT CURRENT_TIMESTAMP
        );
        CREATE TABLE inventory_transactions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            transaction_date DATETIME DEFAULT CURRENT_TIMESTAMP,
            sku TEXT NOT NULL,
            transaction_type TEXT NOT NULL,
            quantity INTEGER NOT NULL,
            lot_number TEXT,
            reference_order TEXT,
            notes TEXT,
            created_at DATETIME DEFAULT CURRENT_TIMESTAMP
        );
        CREATE TABLE system_kpis (
            metric_name TEXT PRIMARY KEY,
            metric_value TEXT,
            last_updated DATETIME DEFAULT CURRENT_TIMESTAMP
        );
        CREATE TABLE shipping_violations (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            order_number TEXT,
            violation_type TEXT,
            expected_value TEXT,
            actual_value TEXT,
            severity TEXT DEFAULT 'medium',
            detected_at DATETIME DEFAULT CURRENT_TIMESTAMP,
            resolved_at DATETIME,
            resolved_by TEXT,
            notes TEXT,
            FOREIGN KEY (order_number) REFERENCES shipped_orders(order_number) ON DELETE CASCADE
        );
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

    @Test func `the plan's shape gets the plan's DDL`() throws {
        let schema = Mapping.schema(catalog: try catalog(of: Self.source), census: Census())
        #expect(schema.mode == .plan)
        #expect(schema.tables.map(\.identity).filter { $0 == "id" }.count == 7)
        #expect(schema.preamble.map(\.isOptional) == [true])
        #expect(
            schema.ddl == """
                CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
                CREATE TABLE public.configuration_params (
                    id SERIAL,
                    category VARCHAR(50) NOT NULL,
                    parameter_name VARCHAR(100) NOT NULL,
                    value TEXT,
                    sku VARCHAR(50),
                    notes TEXT,
                    last_updated TIMESTAMP DEFAULT CURRENT_TIMESTAMP
                );
                CREATE TABLE public.workflow_controls (
                    workflow_name VARCHAR(100) NOT NULL,
                    enabled BOOLEAN DEFAULT TRUE NOT NULL,
                    last_updated TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
                    updated_by VARCHAR(50)
                );
                CREATE TABLE public.bundle_skus (
                    bundle_sku VARCHAR(50) NOT NULL,
                    bundle_name VARCHAR(200),
                    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
                );
                CREATE TABLE public.bundle_components (
                    id SERIAL,
                    bundle_sku VARCHAR(50) NOT NULL,
                    component_sku VARCHAR(50) NOT NULL,
                    quantity INTEGER NOT NULL,
                    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
                );
                CREATE TABLE public.sku_lot (
                    id SERIAL,
                    sku VARCHAR(50) NOT NULL,
                    lot VARCHAR(50) NOT NULL,
                    is_active BOOLEAN DEFAULT TRUE,
                    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
                    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
                );
                CREATE TABLE public.orders_inbox (
                    id SERIAL,
                    order_number VARCHAR(50) NOT NULL,
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
                CREATE TABLE public.shipped_orders (
                    order_number VARCHAR(50) NOT NULL,
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
                CREATE TABLE public.shipped_items (
                    id SERIAL,
                    order_number VARCHAR(50) NOT NULL,
                    sku VARCHAR(50) NOT NULL,
                    lot_number VARCHAR(50),
                    quantity INTEGER NOT NULL,
                    ship_date TIMESTAMP
                );
                CREATE TABLE public.inventory_current (
                    sku VARCHAR(50) NOT NULL,
                    quantity_on_hand INTEGER DEFAULT 0,
                    reorder_point INTEGER DEFAULT 0,
                    last_updated TIMESTAMP DEFAULT CURRENT_TIMESTAMP
                );
                CREATE TABLE public.inventory_transactions (
                    id SERIAL,
                    transaction_date TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
                    sku VARCHAR(50) NOT NULL,
                    transaction_type VARCHAR(50) NOT NULL,
                    quantity INTEGER NOT NULL,
                    lot_number VARCHAR(50),
                    reference_order VARCHAR(50),
                    notes TEXT,
                    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
                );
                CREATE TABLE public.system_kpis (
                    metric_name VARCHAR(100) NOT NULL,
                    metric_value TEXT,
                    last_updated TIMESTAMP DEFAULT CURRENT_TIMESTAMP
                );
                CREATE TABLE public.shipping_violations (
                    id SERIAL,
                    order_number VARCHAR(50),
                    violation_type VARCHAR(100),
                    expected_value VARCHAR(200),
                    actual_value VARCHAR(200),
                    severity VARCHAR(20) DEFAULT 'medium',
                    detected_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
                    resolved_at TIMESTAMP,
                    resolved_by VARCHAR(100),
                    notes TEXT
                );
                ALTER TABLE public.configuration_params ADD CONSTRAINT configuration_params_pkey \
                PRIMARY KEY (id);
                ALTER TABLE public.configuration_params ADD CONSTRAINT \
                configuration_params_category_parameter_name_sku_key UNIQUE (category, parameter_name, \
                sku);
                ALTER TABLE public.workflow_controls ADD CONSTRAINT workflow_controls_pkey PRIMARY KEY \
                (workflow_name);
                ALTER TABLE public.bundle_skus ADD CONSTRAINT bundle_skus_pkey PRIMARY KEY (bundle_sku);
                ALTER TABLE public.bundle_components ADD CONSTRAINT bundle_components_pkey PRIMARY KEY \
                (id);
                ALTER TABLE public.bundle_components ADD CONSTRAINT \
                bundle_components_bundle_sku_component_sku_key UNIQUE (bundle_sku, component_sku);
                ALTER TABLE public.sku_lot ADD CONSTRAINT sku_lot_pkey PRIMARY KEY (id);
                ALTER TABLE public.sku_lot ADD CONSTRAINT sku_lot_sku_lot_key UNIQUE (sku, lot);
                ALTER TABLE public.orders_inbox ADD CONSTRAINT orders_inbox_pkey PRIMARY KEY (id);
                ALTER TABLE public.orders_inbox ADD CONSTRAINT orders_inbox_order_number_key UNIQUE \
                (order_number);
                ALTER TABLE public.shipped_orders ADD CONSTRAINT shipped_orders_pkey PRIMARY KEY \
                (order_number);
                ALTER TABLE public.shipped_items ADD CONSTRAINT shipped_items_pkey PRIMARY KEY (id);
                ALTER TABLE public.inventory_current ADD CONSTRAINT inventory_current_pkey PRIMARY KEY \
                (sku);
                ALTER TABLE public.inventory_transactions ADD CONSTRAINT inventory_transactions_pkey \
                PRIMARY KEY (id);
                ALTER TABLE public.system_kpis ADD CONSTRAINT system_kpis_pkey PRIMARY KEY \
                (metric_name);
                ALTER TABLE public.shipping_violations ADD CONSTRAINT shipping_violations_pkey PRIMARY \
                KEY (id);
                CREATE INDEX idx_bundle_components_bundle ON public.bundle_components (bundle_sku);
                CREATE INDEX idx_orders_inbox_status ON public.orders_inbox (status);
                CREATE INDEX idx_orders_inbox_upload ON public.orders_inbox (uploaded_to_shipstation);
                CREATE INDEX idx_shipped_orders_ship_date ON public.shipped_orders (ship_date);
                CREATE INDEX idx_shipped_items_order ON public.shipped_items (order_number);
                CREATE INDEX idx_shipped_items_sku ON public.shipped_items (sku);
                CREATE INDEX idx_shipped_items_ship_date ON public.shipped_items (ship_date);
                CREATE INDEX idx_inventory_transactions_sku ON public.inventory_transactions (sku);
                CREATE INDEX idx_inventory_transactions_date ON public.inventory_transactions \
                (transaction_date);
                CREATE INDEX idx_shipping_violations_order ON public.shipping_violations (order_number);
                CREATE INDEX idx_shipping_violations_resolved ON public.shipping_violations \
                (resolved_at);
                ALTER TABLE public.bundle_components ADD CONSTRAINT bundle_components_quantity_check \
                CHECK (quantity > 0);
                ALTER TABLE public.shipped_items ADD CONSTRAINT shipped_items_quantity_check CHECK \
                (quantity > 0);
                ALTER TABLE public.bundle_components ADD CONSTRAINT bundle_components_bundle_sku_fkey \
                FOREIGN KEY (bundle_sku) REFERENCES public.bundle_skus (bundle_sku) ON DELETE CASCADE;
                ALTER TABLE public.shipped_items ADD CONSTRAINT shipped_items_order_number_fkey FOREIGN \
                KEY (order_number) REFERENCES public.shipped_orders (order_number) ON DELETE CASCADE;
                ALTER TABLE public.shipping_violations ADD CONSTRAINT \
                shipping_violations_order_number_fkey FOREIGN KEY (order_number) REFERENCES \
                public.shipped_orders (order_number) ON DELETE CASCADE;

                """
        )
    }

    @Test func `one table or column more or less is not the plan`() throws {
        let more = try catalog(of: Self.source + ";CREATE TABLE other (a);")
        #expect(Mapping.planMismatch(more) == "the plan has no table \"other\"")
        #expect(Mapping.schema(catalog: more, census: Census()).mode == .derive)
        let column = try catalog(of: Self.source + ";ALTER TABLE sku_lot ADD COLUMN extra TEXT;")
        #expect(Mapping.planMismatch(column) == "the plan has no column \"sku_lot.extra\"")
        let less = try catalog(of: Self.source + ";DROP TABLE system_kpis;")
        #expect(Mapping.planMismatch(less) == "the plan's table \"system_kpis\" is missing")
        let renamed = try catalog(
            of: Self.source + ";ALTER TABLE sku_lot RENAME COLUMN is_active TO active;"
        )
        #expect(
            Mapping.planMismatch(renamed) == "the plan's column \"sku_lot.is_active\" is missing"
        )
        #expect(Mapping.planMismatch(try catalog(of: Self.source)) == nil)
    }

    @Test func `derive is derive even for the plan's shape`() throws {
        let schema = Mapping.schema(
            catalog: try catalog(of: Self.source),
            census: Census(),
            mode: .derive
        )
        #expect(schema.mode == .derive)
        #expect(schema.ddl.contains("GENERATED BY DEFAULT AS IDENTITY"))
    }

    @Test func `what the plan lacks is said`() throws {
        let sql = Self.source.replacing(
            "bundle_name TEXT,",
            with: "bundle_name TEXT NOT NULL DEFAULT 'none' CHECK (bundle_name <> ''),"
        )
        let schema = Mapping.schema(catalog: try catalog(of: sql), census: Census())
        let dropped = schema.decisions.filter { $0.outcome == .dropped }
        #expect(dropped.map(\.subject) == ["not null", "default", "check"])
        #expect(dropped.allSatisfy { $0.reason == "the plan's DDL does not have it" })
        #expect(dropped.allSatisfy { $0.table == "bundle_skus" })
    }

    @Test func `of a view the plan says that it is not made, and what derive makes of it`() throws {
        let sql =
            Self.source + "CREATE VIEW known AS SELECT count(*) AS n FROM bundle_skus;"
            + "CREATE VIEW other AS SELECT json(bundle_name) AS j FROM bundle_skus;"
        let schema = Mapping.schema(catalog: try catalog(of: sql), census: Census())
        try #require(schema.mode == .plan)
        let views = schema.decisions.filter { $0.subject == "view" }
        #expect(views.map(\.table) == ["known", "other"])
        #expect(views.allSatisfy { $0.outcome == .dropped && $0.target.isEmpty })
        #expect(views.first?.reason.contains("--mode derive makes it (translated)") == true)
        #expect(views.last?.reason.contains("no function with the meaning of json") == true)
        #expect(!schema.ddl.contains("CREATE VIEW"))
    }
}
