import Foundation

extension Profile {
    /// Reads a profile's text.
    ///
    /// - Parameters:
    ///   - text: TOML.
    ///   - path: The file or built-in name, for errors.
    /// - Throws: ``MigrationError`` of code `configuration` with line and column.
    init(toml text: String, path: String) throws(MigrationError) {
        let root = try ProfileDocument(path: path, text: text).parse()
        self.init(name: try root.requiredText("name"))
        summary = try root.text("summary") ?? ""
        workflows = try root.tables("workflows", Self.workflows)
        orders = try root.tables("orders", Self.orders)
        inventory = try root.tables("inventory", Self.inventory)
        transactions = try root.tables("transactions", Self.transactions)
        lots = try root.tables("lots", Self.lots)
        formulas = try root.tables("formula", Self.formula)
        dailyUse = try root.tables("daily_use", Self.variant)
        figures = try root.tables("figure", Self.figure)
        gates = try Self.gates(root)
        checks = try Self.checks(root)
        intervals = try root.table("intervals")?.seconds() ?? [:]
        scripts = try root.table("scripts")?.entries() ?? [:]
        watermarks = try root.tables("watermarks", Self.watermark)
        jobs = try root.tables("jobs", Self.jobs)
        watch = try Self.watch(root)
        if let table = try root.table("environment") {
            environment = EnvironmentSwitch(
                variable: try table.requiredText("variable"),
                on: try table.requiredText("on"),
                off: try table.requiredText("off"),
                address: try table.text("address")
            )
            try table.refuseUnknownKeys()
        }
        if let table = try root.table("code") {
            let directory = try table.requiredText("directory")
            // What a profile names stands beside it.
            let beside = URL(fileURLWithPath: path).deletingLastPathComponent()
            codeDirectory =
                URL(fileURLWithPath: directory, relativeTo: beside)
                .standardizedFileURL.path
            try table.refuseUnknownKeys()
        }
        parameters = try root.table("parameters")?.entries() ?? [:]
        types = try root.table("types")?.entries() ?? [:]
        rules = try Self.rules(root, types: types)
        base = try root.text("extends")
        try root.refuseUnknownKeys()
    }

    private static func workflows(_ table: ProfileTable) throws(MigrationError) -> Workflows {
        Workflows(
            shape: try table.text("shape") ?? "",
            table: try table.requiredText("table"),
            name: try table.requiredText("name"),
            enabled: try table.requiredText("enabled"),
            lastUpdated: try table.text("last_updated"),
            updatedBy: try table.text("updated_by"),
            lastRun: try table.text("last_run"),
            heartbeat: try table.text("heartbeat"),
            names: try table.texts("names")
        )
    }

    private static func watch(_ root: ProfileTable) throws(MigrationError) -> WatchLimits {
        var limits = WatchLimits()
        guard let table = try root.table("watch") else { return limits }
        func number(_ key: String) throws(MigrationError) -> Int64? {
            guard let value = try table.integer(key) else { return nil }
            guard value > 0 else { throw table.wrong(key, "a number above zero") }
            return value
        }
        limits.slowMilliseconds =
            try number("slow_ms").map(Double.init) ?? limits.slowMilliseconds
        limits.longSeconds = try number("long_seconds").map(Double.init) ?? limits.longSeconds
        limits.blockedSeconds =
            try number("blocked_seconds").map(Double.init) ?? limits.blockedSeconds
        limits.pool = try number("pool").map { Int($0) }
        try table.refuseUnknownKeys()
        return limits
    }

    private static func watermark(_ table: ProfileTable) throws(MigrationError) -> Watermark {
        Watermark(
            table: try table.requiredText("table"),
            column: try table.requiredText("column"),
            seconds: try seconds(table),
            workflow: try table.text("workflow"),
            zone: try table.text("zone")
        )
    }

    private static func seconds(_ table: ProfileTable) throws(MigrationError) -> Double {
        let seconds = try table.integer("seconds") ?? 3_600
        guard seconds > 0 else { throw table.wrong("seconds", "a number above zero") }
        return Double(seconds)
    }

    private static func jobs(_ table: ProfileTable) throws(MigrationError) -> Jobs {
        Jobs(
            table: try table.requiredText("table"),
            name: try table.requiredText("name"),
            state: try table.requiredText("state"),
            running: try table.text("running") ?? "running",
            since: try table.requiredText("since"),
            seconds: try seconds(table),
            zone: try table.text("zone")
        )
    }

    private static func orders(_ table: ProfileTable) throws(MigrationError) -> Orders {
        let cents: Int64
        switch try table.text("total_unit") ?? "cents" {
        case "cents": cents = 1
        case "whole": cents = 100
        default: throw table.wrong("total_unit", "\"cents\" or \"whole\"")
        }
        return Orders(
            shape: try table.text("shape") ?? "",
            table: try table.requiredText("table"),
            key: try table.requiredText("key"),
            number: try table.requiredText("number"),
            date: try table.text("date"),
            customer: try table.texts("customer"),
            status: try table.text("status"),
            total: try table.text("total"),
            totalCents: cents,
            items: try itemCount(table),
            lines: try table.tables("lines", lines),
            history: try table.tables("history", event),
            statuses: try table.texts("statuses")
        )
    }

    private static func itemCount(_ table: ProfileTable) throws(MigrationError) -> ItemCount {
        let column = try table.text("items_column")
        let json = try table.text("items_json")
        let sum = try table.text("items_sum")
        let join = try table.text("items_join")
        let matches = try table.text("items_matches")
        if let name = try table.text("items_table") {
            guard let join, let matches else {
                throw table.wrong("items_table", "given together with items_join and items_matches")
            }
            return .table(name: name, join: join, matches: matches, sum: sum)
        }
        if let column { return .column(column) }
        return json.map { .json($0) } ?? .unknown
    }

    private static func lines(_ table: ProfileTable) throws(MigrationError) -> Lines {
        let place: Lines.Place
        if let column = try table.text("json") {
            place = .json(column: column)
        } else {
            place = .table(
                name: try table.requiredText("table"),
                join: try table.requiredText("join"),
                matches: try table.requiredText("matches")
            )
        }
        let kind = try table.requiredText("kind")
        guard kind == "ordered" || kind == "shipped" else {
            throw table.wrong("kind", "\"ordered\" or \"shipped\"")
        }
        return Lines(
            kind: kind,
            place: place,
            sku: try table.texts("sku"),
            lot: try table.texts("lot"),
            quantity: try table.texts("quantity")
        )
    }

    private static func inventory(_ table: ProfileTable) throws(MigrationError) -> Inventory {
        Inventory(
            shape: try table.text("shape") ?? "",
            table: try table.requiredText("table"),
            sku: try table.requiredText("sku"),
            name: try table.text("name"),
            onHand: try table.requiredText("on_hand"),
            reorderPoint: try table.text("reorder_point"),
            level: try table.text("level"),
            criticalAt: try table.integer("critical_at") ?? 0,
            lowBelow: try table.integer("low_below") ?? 50,
            use: try table.text("use"),
            useOfOneADay: try useOfOneADay(table)
        )
    }

    private static func transactions(
        _ table: ProfileTable
    ) throws(MigrationError) -> Transactions {
        Transactions(
            shape: try table.text("shape") ?? "",
            table: try table.requiredText("table"),
            key: try table.text("key"),
            date: try table.requiredText("date"),
            sku: try table.requiredText("sku"),
            type: try table.requiredText("type"),
            quantity: try table.requiredText("quantity"),
            notes: try table.text("notes")
        )
    }

    private static func figure(_ table: ProfileTable) throws(MigrationError) -> Figure {
        Figure(
            name: try table.requiredText("name"),
            variants: try table.tables("variant", variant)
        )
    }

    static func variant(_ table: ProfileTable) throws(MigrationError) -> Figure.Variant {
        let portable = try table.text("sql")
        guard let sqlite = try table.text("sqlite") ?? portable,
            let postgres = try table.text("postgres") ?? portable
        else {
            throw table.wrong("sql", "given, or both sqlite and postgres instead")
        }
        return Figure.Variant(
            needs: try table.texts("needs"),
            sqlite: sqlite,
            postgres: postgres
        )
    }
}
