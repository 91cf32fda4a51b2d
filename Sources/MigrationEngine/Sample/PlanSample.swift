/// The sample in the shape of the migration plan: twelve tables, about 5.5 rows an order.
struct PlanSample: SampleShape {
    static let lineWeights = [22, 24, 24, 18, 12]

    let parameters: SampleTable
    let workflows: SampleTable
    let bundles: SampleTable
    let components: SampleTable
    let lots: SampleTable
    let inbox: SampleTable
    let shippedOrders: SampleTable
    let shippedItems: SampleTable
    let inventory: SampleTable
    let transactions: SampleTable
    let kpis: SampleTable
    let violations: SampleTable

    var stock = SampleStock()
    var pending = 0
    var waiting = 0

    init(in file: SourceConnection) throws(SourceError) {
        parameters = try SampleTable("configuration_params", in: file)
        workflows = try SampleTable("workflow_controls", in: file)
        bundles = try SampleTable("bundle_skus", in: file)
        components = try SampleTable("bundle_components", in: file)
        lots = try SampleTable("sku_lot", in: file)
        inbox = try SampleTable("orders_inbox", in: file, firstID: 3_061)
        shippedOrders = try SampleTable("shipped_orders", in: file)
        shippedItems = try SampleTable("shipped_items", in: file, firstID: 211)
        inventory = try SampleTable("inventory_current", in: file)
        transactions = try SampleTable("inventory_transactions", in: file, firstID: 17)
        kpis = try SampleTable("system_kpis", in: file)
        violations = try SampleTable("shipping_violations", in: file)
    }

    var written: [SampleTable] {
        [
            parameters, workflows, bundles, components, lots, inbox, shippedOrders, shippedItems,
            inventory, transactions, kpis, violations,
        ]
    }

    mutating func write(
        _ order: SampleOrder,
        _ random: inout SampleRandom
    ) throws(SourceError) {
        let ordered = Self.shape(order.placed, &random)
        let customer = random.percent(2) ? SampleCustomer.none(&random) : order.customer.name
        try inbox.insert([
            inbox.nextID(&random), order.number, ordered, customer,
            random.percent(4) ? SampleCustomer.none(&random) : order.service.name,
            random.percent(55) ? .null : .int(order.cents), Self.json(order.lines),
            order.isManual ? Self.manual : Self.xml,
            order.placed.adding(seconds: 95).stamp, .int(order.uploaded == nil ? 0 : 1),
            order.uploaded.map { Self.shape($0, &random) } ?? .null, order.shipperID,
            Self.statuses[order.status] ?? .null,
        ])
        switch order.status {
        case .pending: pending += 1
        case .awaitingShipment: waiting += order.units
        default: break
        }
        if random.percent(6) { try receive(at: order.placed, &random) }
        guard let shipped = order.shipped else { return }
        try ship(order, at: shipped, ordered: ordered, customer: customer, &random)
        try examine(order, at: shipped, &random)
    }

    private mutating func ship(
        _ order: SampleOrder,
        at moment: SampleMoment,
        ordered: SourceValue,
        customer: SourceValue,
        _ random: inout SampleRandom
    ) throws(SourceError) {
        // On the baseline's day without a time, so that the formula holds for dates compared as
        // text too.
        let date =
            moment.day == SampleMoment.baseline.day ? moment.date : Self.shape(moment, &random)
        try shippedOrders.insert([
            order.number, ordered, date, customer, order.service.carrier, order.service.name,
            order.tracking, order.shipperID, random.pick(Self.warehouses),
            order.isManual ? Self.manual : Self.shipper, moment.adding(seconds: 300).stamp,
        ])
        for (index, line) in order.lines.enumerated() {
            let product = SampleProduct.all[line.product]
            let sku = SourceValue.text(product.sku)
            let lot: SourceValue =
                random.percent(4)
                ? SampleCustomer.none(&random) : .text(product.lots[line.lot])
            try shippedItems.insert([
                shippedItems.nextID(&random), order.number, sku, lot, .int(line.quantity), date,
            ])
            stock.ship(line.product, line.quantity, at: moment)
            guard index == 0 else { continue }
            try transactions.insert([
                transactions.nextID(&random), date, sku, Self.shipType, .int(line.quantity), lot,
                order.number, random.percent(70) ? .null : .empty, moment.stamp,
            ])
        }
    }

    private mutating func receive(
        at moment: SampleMoment,
        _ random: inout SampleRandom
    ) throws(SourceError) {
        // Nothing is booked on the day of the count.
        guard moment.day != SampleMoment.baseline.day else { return }
        let product = random.below(SampleProduct.all.count)
        let kind = random.weighted([70, 14, 8, 8])
        let quantity = kind == 0 ? random.within(8...48) : random.within(1...6)
        try book(product, kind, quantity, at: moment, &random)
    }

    mutating func book(
        _ product: Int,
        _ kind: Int,
        _ quantity: Int,
        at moment: SampleMoment,
        _ random: inout SampleRandom
    ) throws(SourceError) {
        let about = SampleProduct.all[product]
        try transactions.insert([
            transactions.nextID(&random), Self.shape(moment, &random), .text(about.sku),
            Self.types[kind], .int(quantity), .text(random.pick(about.lots)),
            SampleCustomer.none(&random), random.pick(Self.remarks), moment.stamp,
        ])
        stock.book(product, kind == 3 ? -quantity : quantity, at: moment)
    }

    private func examine(
        _ order: SampleOrder,
        at moment: SampleMoment,
        _ random: inout SampleRandom
    ) throws(SourceError) {
        guard random.percent(order.customer.region == .domestic ? 5 : 10) else { return }
        let isResolved = random.percent(70)
        let rule = Self.rules[order.customer.region] ?? Self.addressRule
        let wrong = order.service.code == rule.expected ? SampleService.other.code : nil
        let actual = rule.actual ?? wrong ?? order.service.code
        try violations.insert([
            violations.nextID(&random), order.number, rule.type, rule.expected,
            random.percent(10) ? SampleCustomer.none(&random) : actual,
            random.pick(Self.severities), moment.adding(seconds: 600).stamp,
            isResolved ? Self.shape(moment.adding(days: 1), &random) : .null,
            isResolved ? random.pick(Self.people) : SampleCustomer.none(&random),
            random.pick(Self.remarks),
        ])
    }
}

extension PlanSample {
    /// A moment in one of the three forms that the file has.
    static func shape(_ moment: SampleMoment, _ random: inout SampleRandom) -> SourceValue {
        switch random.weighted([84, 10, 6]) {
        case 0: moment.stamp
        case 1: moment.date
        default: moment.stamp(separator: UInt8(ascii: "T"))
        }
    }

    private static func json(_ lines: [SampleOrder.Line]) -> SourceValue {
        var text = SampleText()
        for (index, line) in lines.enumerated() {
            let product = SampleProduct.all[line.product]
            text.add(index == 0 ? #"[{"sku":""# : #",{"sku":""#)
            text.add(product.sku)
            text.add(#"","qty":"#)
            text.add(number: line.quantity)
            text.add("}")
        }
        text.add("]")
        return text.value
    }

    private static let statuses = Dictionary(
        uniqueKeysWithValues: SampleOrder.Status.allCases.map {
            ($0, SourceValue.string($0.rawValue))
        }
    )
    /// What is expected of an order; the actual value is that of its service where none is given.
    private typealias Rule = (type: SourceValue, expected: SourceValue, actual: SourceValue?)

    private static let rules: [SampleCustomer.Region: Rule] = [
        .hawaii: (.string("hawaiian_service"), SampleService.twoDay.code, nil),
        .canada: (.string("canadian_service"), SampleService.abroad.code, nil),
        .key: (.string("brightwater_carrier"), SampleService.ground.code, nil),
    ]
    private static let addressRule: Rule = (
        .string("address_check"), .string("verified"), .string("ZIP \u{2260} city")
    )
    private static let xml = SourceValue.string("XML")
    private static let manual = SourceValue.string("Manual")
    private static let shipper = SourceValue.string("ShipStation")
    private static let shipType = SourceValue.string("Ship")
    private static let types = SampleNames.values("Receive|Repack|Adjust Up|Adjust Down")
    private static let warehouses = SampleNames.values("Main|Main|Main|Annex B")
    private static let severities = SampleNames.values("medium|medium|low|high")
    private static let people = SampleNames.values("ops|S\u{f8}ren|auto-fix")
    private static let remarks: [SourceValue] = [
        .null, .null, .empty, .string("counted twice; ok \u{2705}"),
        .string("customer's note:\n\tleave at the back door"), .string("caf\u{e9} \u{2192} dock 3"),
    ]
}
