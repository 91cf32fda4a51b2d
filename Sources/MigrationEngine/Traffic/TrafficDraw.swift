import Foundation

/// Draws the values of a cycle: the same seed, worker and cycle give the same values.
///
/// Only the clock's time differs from run to run, as in the application.
struct TrafficDraw {
    /// The seed of the run.
    let seed: UInt64
    /// The worker's place among the workers.
    let worker: Int
    /// How many workers there are.
    let workers: Int
    /// What makes new order numbers new in this file: its largest order id at the start.
    let base: Int

    /// The random numbers of one cycle, whatever the cycles before it drew.
    ///
    /// - Parameter cycle: The number of the cycle.
    /// - Returns: The generator.
    func random(cycle: Int) -> SampleRandom {
        var seeds = SampleRandom(seed: seed &+ UInt64(worker) &* 0x9e37_79b9)
        return SampleRandom(seed: seeds.next() &+ UInt64(cycle) &* 0xd134_2543_de82_ef95)
    }

    /// Draws everything that an operation may use.
    ///
    /// - Parameters:
    ///   - cycle: The number of the cycle.
    ///   - random: The cycle's random numbers.
    /// - Returns: The values by name.
    func values(cycle: Int, _ random: inout SampleRandom) -> TrafficValues {
        let now = SampleMoment(seconds: Int(Date().timeIntervalSince1970))
        let place = cycle * workers + worker
        let day = SampleMoment.baseline.adding(days: 1)
        var values: TrafficValues = [
            "now": now.stamp, "iso": now.stamp(separator: UInt8(ascii: "T")), "today": now.date,
            "on": .integer(1), "off": .integer(0), "none": .null, "count_day": day.date,
            "day": day.adding(days: random.below(390)).date,
            "number": .string("\(base + 1)\(Self.padded(place))"),
            "unique": .string("T\(base + 1)-\(place)"),
            "random": .integer(Int64(random.below(1_000_000))),
            "digits": .string("\(random.within(100_000...999_999))"),
            "cents": .integer(Int64(random.within(500...90_000))),
            "shipper": .string("\(random.within(220_000_000...299_999_999))"),
            "tracking": .string("7489\(random.within(10_000_000...99_999_999))"),
            "origin": .string(random.percent(90) ? "X-Cart" : "Manual"),
            "note": random.pick(Self.notes),
        ]
        addGoods(&values, &random)
        addCustomer(&values, &random)
        return values
    }

    private func addGoods(_ values: inout TrafficValues, _ random: inout SampleRandom) {
        let product = random.pick(SampleProduct.all)
        let lot = random.pick(product.lots)
        let quantity = random.within(1...12)
        let service = random.pick([
            SampleService.ground, SampleService.ground, SampleService.twoDay, SampleService.other,
        ])
        let sku = String(decoding: product.sku, as: UTF8.self)
        values["sku"] = .text(product.sku)
        values["lot"] = .text(lot)
        values["sku_lot"] =
            random.percent(10)
            ? .string("") : .string("\(sku) - \(String(decoding: lot, as: UTF8.self))")
        values["quantity"] = .integer(Int64(quantity))
        values["json"] = .string(#"[{"sku":"\#(sku)","qty":\#(quantity)}]"#)
        values["carrier"] = service.carrier
        values["service"] = service.code
        values["service_name"] = service.name
    }

    private func addCustomer(_ values: inout TrafficValues, _ random: inout SampleRandom) {
        let customer = SampleCustomer(&random)
        values["name"] = customer.name
        values["email"] = customer.email
        values["company"] = customer.company
        values["street1"] = customer.street1
        values["street2"] = customer.street2
        values["city"] = customer.city
        values["state"] = customer.state
        values["postal_code"] = customer.postalCode
        values["country"] = customer.country
        values["phone"] = customer.phone
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    // What tends to be lost or altered on the way: nothing, the empty text, quotes, line breaks.
    private static let notes: [SourceValue] = [
        .null, .string(""), .string(" "), .string("customer's \"note\"\n\tline two"),
        .string("caf\u{e9} \u{2192} \u{1f4e6} e\u{301}"), .string("100%; DROP \\ {,}"),
    ]
}
