/// The sample in the shape of the production system: nineteen tables.
struct ProductionSample: SampleShape {
    static let lineWeights = [40, 30, 18, 8, 4]

    let workflows: SampleTable
    let inventory: SampleTable
    let shippedOrders: SampleTable
    let shippedItems: SampleTable
    let weekly: SampleTable
    let kpis: SampleTable
    let parameters: SampleTable
    let transactions: SampleTable
    let items: SampleTable
    let bundles: SampleTable
    let components: SampleTable
    let lots: SampleTable
    let lineItems: SampleTable
    let metrics: SampleTable
    let watermarks: SampleTable
    let violations: SampleTable
    let inbox: SampleTable
    let lotInventory: SampleTable
    let toggles: SampleTable

    var stock = SampleStock()
    var pending = 0
    var waiting = 0
    var revenue = 0
    /// Units a week × 100 of each product.
    var averages: [Int] = []
    private var strays = 0

    init(in file: SourceConnection) throws(SourceError) {
        workflows = try SampleTable("workflows", in: file)
        inventory = try SampleTable("inventory_current", in: file)
        shippedOrders = try SampleTable("shipped_orders", in: file, firstID: 840)
        shippedItems = try SampleTable("shipped_items", in: file, firstID: 1_310)
        weekly = try SampleTable("weekly_shipped_history", in: file)
        kpis = try SampleTable("system_kpis", in: file, firstID: 12)
        parameters = try SampleTable("configuration_params", in: file)
        transactions = try SampleTable("inventory_transactions", in: file)
        items = try SampleTable("order_items_inbox", in: file, firstID: 20_417)
        bundles = try SampleTable("bundle_skus", in: file)
        components = try SampleTable("bundle_components", in: file)
        lots = try SampleTable("sku_lot", in: file)
        lineItems = try SampleTable("shipstation_order_line_items", in: file, firstID: 95)
        metrics = try SampleTable("shipstation_metrics", in: file)
        watermarks = try SampleTable("sync_watermark", in: file)
        violations = try SampleTable("shipping_violations", in: file)
        inbox = try SampleTable("orders_inbox", in: file, firstID: 2_203)
        lotInventory = try SampleTable("lot_inventory", in: file)
        toggles = try SampleTable("workflow_controls", in: file)
    }

    var written: [SampleTable] {
        [
            workflows, inventory, shippedOrders, shippedItems, weekly, kpis, parameters,
            transactions, items, bundles, components, lots, lineItems, metrics, watermarks,
            violations, inbox, lotInventory, toggles,
        ]
    }

    mutating func write(
        _ order: SampleOrder,
        _ random: inout SampleRandom
    ) throws(SourceError) {
        let id = inbox.nextID(&random)
        try writeInbox(order, id, &random)
        for line in order.lines {
            let product = SampleProduct.all[line.product]
            let sku = SourceValue.text(product.sku)
            try items.insert([
                items.nextID(&random), id, sku,
                random.percent(30)
                    ? Self.lotName(product, line.lot) : SampleCustomer.none(&random),
                .int(line.quantity), .null,
            ])
            if let uploaded = order.uploaded, !order.isManual {
                try lineItems.insert([
                    lineItems.nextID(&random), id, sku, order.shipperID, uploaded.stamp,
                ])
            }
        }
        switch order.status {
        case .pending: pending += 1
        case .awaitingShipment: waiting += order.units
        default: break
        }
        try examine(order, id, &random)
        if let shipped = order.shipped { try ship(order, at: shipped, &random) }
    }

    private func writeInbox(
        _ order: SampleOrder,
        _ id: SourceValue,
        _ random: inout SampleRandom
    ) throws(SourceError) {
        let customer = order.customer
        // Many bill to the address they ship to, and then the columns may be empty.
        let bill: [SourceValue] =
            switch random.weighted([60, 25, 15]) {
            case 0: customer.address
            case 1: Array(repeating: .null, count: 9)
            default: [customer.name] + Array(repeating: .empty, count: 8)
            }
        let reason: SourceValue =
            switch order.status {
            case .failed: random.pick(Self.failures)
            case .uploaded: .string("run-20251015-115501")
            default: SampleCustomer.none(&random)
            }
        let service = order.service
        let shipping: [SourceValue] =
            order.uploaded == nil
            ? [.null, .null, .null, .null]
            : [service.carrier, service.carrierID, service.code, service.name]
        try inbox.insert(
            [
                id, order.number, order.placed.date, customer.email,
                Self.statuses[order.status] ?? .null, order.shipperID, .int(order.units),
                random.percent(56) ? .null : .int(order.cents),
                order.isManual ? Self.manual : Self.shop, order.placed.stamp, order.changed.stamp,
                reason,
            ] + customer.address + bill + shipping + [order.tracking]
        )
    }

    private mutating func ship(
        _ order: SampleOrder,
        at moment: SampleMoment,
        _ random: inout SampleRandom
    ) throws(SourceError) {
        let date = moment.date
        let created = moment.adding(seconds: 300).stamp
        let service = order.service
        try shippedOrders.insert([
            shippedOrders.nextID(&random), date, order.number, order.customer.email,
            .int(order.units), order.shipperID, created, service.carrier, service.carrierID,
            service.code, service.name,
        ])
        revenue += order.cents
        // A wrong sync brought some rows a second time, without lot and long before the baseline;
        // a few others lost their order.
        let isStray = strays < 33 && shippedOrders.rows % 7 == 3
        let isLost = shippedOrders.rows % 401 == 200
        for (index, line) in order.lines.enumerated() {
            let product = SampleProduct.all[line.product]
            let sku = SourceValue.text(product.sku)
            let withoutLot = random.percent(3) && !isStray
            try shippedItems.insert([
                shippedItems.nextID(&random), date,
                withoutLot ? .empty : Self.lotName(product, line.lot), sku, .int(line.quantity),
                isLost ? .null : order.number, created, order.tracking,
            ])
            stock.ship(line.product, line.quantity, at: moment)
            if isStray && index == 0 {
                strays += 1
                try shippedItems.insert([
                    shippedItems.nextID(&random),
                    SampleMoment(2024, 4, 1 + strays % 28).date, .empty, sku,
                    .int(line.quantity), order.number, created, .empty,
                ])
            }
        }
    }

    private func examine(
        _ order: SampleOrder,
        _ id: SourceValue,
        _ random: inout SampleRandom
    ) throws(SourceError) {
        let service = order.service
        let rule: (type: SourceValue, expected: SourceValue, actual: SourceValue)
        switch order.customer.region {
        case .hawaii: rule = (Self.hawaii, SampleService.twoDay.code, service.code)
        case .canada: rule = (Self.canada, SampleService.abroad.code, service.code)
        case .key: rule = (Self.key, SampleService.ground.carrier, service.carrier)
        case .abroad, .domestic: return
        }
        guard rule.expected != rule.actual else { return }
        let isResolved = random.percent(50)
        let found = order.placed.adding(seconds: 900)
        try violations.insert([
            violations.nextID(&random), id, order.number, rule.type, rule.expected,
            random.percent(10) ? .null : rule.actual, found.stamp,
            isResolved ? found.adding(seconds: 7_200).stamp : .null,
            .int(isResolved ? 1 : 0),
        ])
    }
}

extension ProductionSample {
    /// The text `SKU - LOT`.
    private static func lotName(_ product: SampleProduct, _ lot: Int) -> SourceValue {
        var text = SampleText()
        text.add(product.sku)
        text.add(" - ")
        text.add(product.lots[lot])
        return text.value
    }

    private static let statuses = Dictionary(
        uniqueKeysWithValues: SampleOrder.Status.allCases.map {
            ($0, SourceValue.string($0.rawValue))
        }
    )
    private static let hawaii = SourceValue.string("hawaiian_service")
    private static let canada = SourceValue.string("canadian_service")
    private static let key = SourceValue.string("brightwater_carrier")
    private static let shop = SourceValue.string("X-Cart")
    private static let manual = SourceValue.string("ShipStation Manual")
    private static let failures = SampleNames.values(
        "HTTP 429 from the shipper|address refused: \u{201e}Postfach\u{201c}|no SKU is active"
    )
}
