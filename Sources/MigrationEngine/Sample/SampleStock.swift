/// A product of the sample shop.
struct SampleProduct {
    let sku: [UInt8]
    let name: String
    let palletCount: Int
    let lots: [[UInt8]]
    /// The count at the baseline's day.
    let initial: Int
    /// Units in an average week.
    let weekly: Int
    /// The stock that receipts aim at; one of them is low.
    let aim: Int

    private init(
        _ sku: String,
        _ name: String,
        pallet: Int,
        lots: [String],
        initial: Int,
        weekly: Int,
        aim: Int
    ) {
        self.sku = Array(sku.utf8)
        self.name = name
        palletCount = pallet
        self.lots = lots.map { Array($0.utf8) }
        self.initial = initial
        self.weekly = weekly
        self.aim = aim
    }

    /// The key products, with the pallet counts of the field notes.
    static let all = [
        SampleProduct(
            "17612",
            "Praxis Mouthwash 500 ml",
            pallet: 48,
            lots: ["250237", "250300", "250340"],
            initial: 1_019,
            weekly: 388,
            aim: 731
        ),
        SampleProduct(
            "17904",
            "Praxis Travel Kit",
            pallet: 64,
            lots: ["240276", "250240"],
            initial: 620,
            weekly: 21,
            aim: 412
        ),
        SampleProduct(
            "17914",
            "Praxis Refill \u{2013} Menthe fra\u{ee}che",
            pallet: 80,
            lots: ["240286", "250297", "250310"],
            initial: 96,
            weekly: 17,
            aim: 44
        ),
        SampleProduct(
            "18675",
            "Praxis Gum \"Sugar's Off\"",
            pallet: 48,
            lots: ["240231", "250140"],
            initial: 480,
            weekly: 9,
            aim: 0
        ),
        SampleProduct(
            "18795",
            "Praxis Sample Pack",
            pallet: 222,
            lots: ["11001", "11002", "11003"],
            initial: 350,
            weekly: 5,
            aim: 903
        ),
    ]
}

/// The running account of the stock, by the inventory formula.
///
/// current = baseline + received + repacked + adjusted up − adjusted down − shipped, of days later
/// than the baseline's.
struct SampleStock {
    private var net = SampleProduct.all.map(\.initial)

    mutating func ship(_ product: Int, _ quantity: Int, at moment: SampleMoment) {
        if moment.isAfterBaseline { net[product] -= quantity }
    }

    mutating func book(_ product: Int, _ quantity: Int, at moment: SampleMoment) {
        if moment.isAfterBaseline { net[product] += quantity }
    }

    func current(_ product: Int) -> Int { net[product] }

    /// What has to be received to reach the aim, and at least some pallets.
    func receiptDue(_ product: Int, pallets: Int) -> Int {
        let about = SampleProduct.all[product]
        return max(about.aim - net[product], pallets * about.palletCount)
    }
}
