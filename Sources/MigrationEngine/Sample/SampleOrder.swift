/// One order from the inbox to the shipment, the same in both shapes.
struct SampleOrder {
    /// The status life cycle of the inbox.
    enum Status: String, CaseIterable {
        case pending
        case uploaded
        case awaitingShipment = "awaiting_shipment"
        case failed
        case syncedManual = "synced_manual"
        case shipped
        case cancelled
        case onHold = "on_hold"
        case awaitingPayment = "awaiting_payment"
    }

    /// A product in an order.
    struct Line {
        let product: Int
        let lot: Int
        let quantity: Int
    }

    let number: SourceValue
    /// Keyed in by hand at the shipper's side; its number begins with 10.
    let isManual: Bool
    let placed: SampleMoment
    let status: Status
    let customer: SampleCustomer
    let lines: [Line]
    let cents: Int
    let uploaded: SampleMoment?
    let shipped: SampleMoment?
    let shipperID: SourceValue
    let service: SampleService
    let tracking: SourceValue

    var units: Int { lines.reduce(0) { $0 + $1.quantity } }
    /// The last moment at which the order changed.
    var changed: SampleMoment { shipped ?? uploaded ?? placed }
}

/// A carrier with its service.
struct SampleService {
    let carrier: SourceValue
    let carrierID: SourceValue
    let code: SourceValue
    let name: SourceValue

    private init(_ carrier: String, _ id: String, _ code: String, _ name: String) {
        self.carrier = .string(carrier)
        carrierID = .string(id)
        self.code = .string(code)
        self.name = .string(name)
    }

    static let ground = SampleService("fedex", "556346", "fedex_ground", "FedEx Ground\u{ae}")
    static let twoDay = SampleService("fedex", "556346", "fedex_2day", "FedEx 2Day\u{ae}")
    static let abroad = SampleService(
        "fedex",
        "556346",
        "fedex_international_ground",
        "FedEx International Ground\u{ae}"
    )
    static let other = SampleService("ups", "556351", "ups_ground", "UPS\u{ae} Ground")
}

/// The orders, oldest first, one at a time.
struct SampleOrders {
    private let count: Int
    private let lineWeights: [Int]
    private let width: Int
    private let recent: Int
    private var manual = 0
    private var entered = 0

    private static let span = 60 * 86_400

    /// Prepares orders.
    ///
    /// - Parameters:
    ///   - count: How many there will be.
    ///   - lineWeights: How likely an order has one line, two, and so on.
    init(count: Int, lineWeights: [Int]) {
        self.count = count
        self.lineWeights = lineWeights
        // Six digits, and more where a tenth of that range would not hold the manual orders.
        var digits = 6
        var room = 100_000
        while count > room {
            digits += 1
            room *= 10
        }
        width = digits
        recent = max(6, count * 6 / 100)
    }

    mutating func next(_ index: Int, _ random: inout SampleRandom) -> SampleOrder {
        let placed = SampleMoment.now.adding(
            seconds: -Self.span + index * Self.span / count + random.below(Self.span / count)
        )
        let isManual = random.percent(8)
        let status = status(index, isManual: isManual, &random)
        let customer = SampleCustomer(&random)
        let lines = lines(&random)
        let sent = ![.pending, .awaitingPayment, .failed].contains(status)
        let latest = SampleMoment.now.adding(seconds: -60)
        let uploaded = min(placed.adding(seconds: random.within(120...5_400)), latest)
        let shipped = min(uploaded.adding(seconds: random.within(14_400...259_200)), latest)
        let cents = lines.reduce(0) { $0 + $1.quantity * (495 + 310 * $1.product) }
        var tracking = SampleText()
        tracking.add("7489")
        tracking.add(number: random.below(100_000_000), width: 8)
        return SampleOrder(
            number: number(isManual: isManual),
            isManual: isManual,
            placed: placed,
            status: status,
            customer: customer,
            lines: lines,
            cents: cents,
            uploaded: sent ? uploaded : nil,
            shipped: status == .shipped ? shipped : nil,
            shipperID: sent
                ? .digits(220_000_000 + index * 7 + random.below(7))
                : SampleCustomer.none(&random),
            service: service(customer.region, &random),
            tracking: status == .shipped ? tracking.value : SampleCustomer.none(&random)
        )
    }

    private func status(
        _ index: Int,
        isManual: Bool,
        _ random: inout SampleRandom
    ) -> SampleOrder.Status {
        guard index >= count - recent else {
            let old: [SampleOrder.Status] = [.shipped, .cancelled, .failed, .syncedManual]
            let status = old[random.weighted([955, 33, 4, 8])]
            return status == .syncedManual && !isManual ? .shipped : status
        }
        let young: [SampleOrder.Status] = [
            .pending, .uploaded, .awaitingShipment, .onHold, .awaitingPayment, .failed,
            .cancelled, .shipped,
        ]
        let status = young[random.weighted([15, 5, 52, 5, 4, 3, 4, 12])]
        return isManual && status == .pending ? .awaitingShipment : status
    }

    private mutating func number(isManual: Bool) -> SourceValue {
        let unit = (0..<width - 2).reduce(1) { product, _ in product * 10 }
        if isManual {
            manual += 1
            return .digits(10 * unit + manual)
        }
        entered += 1
        return .digits(69 * unit + entered)
    }

    private func lines(_ random: inout SampleRandom) -> [SampleOrder.Line] {
        var left = Array(SampleProduct.all.indices)
        return (0...random.weighted(lineWeights)).map { _ in
            let product = left.remove(at: random.below(left.count))
            let quantity =
                switch random.weighted([40, 25, 20, 11, 4]) {
                case 0: 1
                case 1: 2
                case 2: random.within(3...5)
                case 3: random.within(6...12)
                // A bundle, expanded to its forty pieces.
                default: product == 0 ? 40 : 15
                }
            return SampleOrder.Line(
                product: product,
                lot: random.below(SampleProduct.all[product].lots.count),
                quantity: quantity
            )
        }
    }

    private func service(
        _ region: SampleCustomer.Region,
        _ random: inout SampleRandom
    ) -> SampleService {
        // One in thirty takes the wrong way: those are the shipping violations.
        let isWrong = random.below(30) == 0
        return switch region {
        case .hawaii: isWrong ? .ground : .twoDay
        case .canada: isWrong ? .ground : .abroad
        case .abroad: .abroad
        case .key: isWrong ? .other : .ground
        case .domestic: random.percent(85) ? .ground : .other
        }
    }
}
