/// One row of `configuration_params`.
struct SampleParameter {
    let category: String
    let name: String
    let value: String
    var sku: SourceValue = .null
    var notes: SourceValue = .null

    /// The 49 parameters: thirty of a product, nineteen of none.
    static let all: [SampleParameter] = perProduct + general

    private static let perProduct: [SampleParameter] = SampleProduct.all.flatMap { product in
        let sku = SourceValue.text(product.sku)
        return [
            SampleParameter(
                category: "InitialInventory",
                name: "EOD_Prior_Week",
                value: "\(product.initial)",
                sku: sku,
                notes: .string("counted at the end of 2025-09-19")
            ),
            SampleParameter(
                category: "PalletConfig",
                name: "PalletCount",
                value: "\(product.palletCount)",
                sku: sku
            ),
            SampleParameter(
                category: "Key Products",
                name: "Name",
                value: product.name,
                sku: sku,
                notes: .empty
            ),
            SampleParameter(
                category: "Reorder",
                name: "Point",
                value: "50",
                sku: sku
            ),
            SampleParameter(
                category: "Reorder",
                name: "LeadDays",
                value: "\(7 + product.weekly % 14)",
                sku: sku
            ),
            SampleParameter(
                category: "Labels",
                name: "ShortName",
                value: String(product.name.dropFirst("Praxis ".count)),
                sku: sku
            ),
        ]
    }

    // Blank, the word None, dates as M/D/YYYY, decimal numbers beside cents: all as text.
    private static let general: [SampleParameter] = [
        ("Rates", "OrderCharge", "4.25", .null),
        ("Rates", "PackageCharge", "0.75", .null),
        ("Rates", "SpaceRentalRate", "0.45", .null),
        ("Rates", "MonthlyMinimumCents", "30000", .string("in cents, unlike the others")),
        ("Rates", "LabelCents", "68", .null),
        ("Rates", "InsertCents", "3", .empty),
        ("Inventory", "EOD_Prior_Week_Date", "9/19/2025", .null),
        ("Inventory", "CurrentReportStart", "9/22/2025", .null),
        ("Inventory", "CurrentReportEnd", "10/5/2025", .null),
        ("Inventory", "HoldUntil", " ", .null),
        ("Inventory", "LastCycleCountBy", "None", .null),
        ("Dates", "FiscalYearStart", "1/1/2025", .null),
        ("Dates", "NextHoliday", "11/27/2025", .string("Thanksgiving \u{1f983}")),
        ("System", "RefreshSeconds", "60", .null),
        ("System", "PurgeAfterDays", "60", .null),
        ("System", "PickupThreshold", "185", .null),
        ("System", "Contact", "warehouse@example.com", .empty),
        (
            "System", "Greeting", "Willkommen, \u{3088}\u{3046}\u{3053}\u{305d}, c'est l'heure",
            .null
        ),
        ("System", "Separator", "'\";\\", .string("kept as it is")),
    ].map { SampleParameter(category: $0, name: $1, value: $2, notes: $3) }

    /// The moment at which parameter number `index` was last changed.
    static func changed(_ index: Int) -> SampleMoment {
        SampleMoment(2025, 9, 19, hour: 17).adding(days: index % 20, seconds: index * 61)
    }
}

/// A bundle: a SKU that stands for pieces of others.
struct SampleBundle {
    let sku: String
    let name: String
    /// Product and pieces of it; never the same product twice.
    let components: [(product: Int, pieces: Int)]
    var isActive: Bool { sku != "18297" }

    /// The 51 bundles; five of them have two components, which makes 56.
    static let all: [SampleBundle] = (0..<51).map { index in
        let first = index % SampleProduct.all.count
        let pieces = index == 0 ? 40 : [2, 3, 4, 6, 12, 15, 24][index % 7]
        var components = [(product: first, pieces: pieces)]
        if index % 10 == 9 {
            components.append((product: (first + 1) % SampleProduct.all.count, pieces: 1))
        }
        return SampleBundle(
            sku: index == 0 ? "18225" : "\(18_246 + index)",
            name: "\(pieces) \u{d7} \(SampleProduct.all[first].name)"
                + (components.count > 1 ? " + 1" : ""),
            components: components
        )
    }
}

/// The workflows and their toggles: all on but the cleanup, which was switched off on purpose.
enum SampleWorkflows {
    static let toggles: [(name: String, enabled: Bool)] = [
        ("xml-import", true),
        ("shipstation-upload", true),
        ("unified-shipstation-sync", true),
        ("orders-cleanup", false),
        ("weekly-reporter", true),
    ]
}
