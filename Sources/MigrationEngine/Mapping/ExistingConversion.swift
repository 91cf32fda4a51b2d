/// What conversions make of a value, against a column that the application's migrations made.
enum ExistingConversion {
    /// What a conversion gives.
    private enum Result {
        /// What it was given, or NULL.
        case same
        case text
        case number
        case moment
        case day
    }

    private static func result(_ conversion: Conversion) -> Result {
        switch conversion {
        case .emptyAsNull, .trim, .stripNUL, .replaceInvalidUTF8, .truncateToLength: .same
        case .numberAsText, .blobAsText: .text
        case .trueFalseWords, .decimalText: .number
        case .epochSeconds, .epochMillis, .julianDay, .offsetToUTC: .moment
        case .slashDate: .day
        }
    }

    /// Why conversions do not suit a column.
    ///
    /// The last one that makes something else of a value decides; those before it may lead to it.
    ///
    /// - Parameters:
    ///   - conversions: The conversions.
    ///   - column: The column of the target.
    /// - Returns: The reason; nil when they suit it.
    static func misfit(_ conversions: [Conversion], _ column: ExistingCatalog.Column) -> String? {
        let type = ExistingType(column)
        if conversions.contains(.truncateToLength), type.wire.length == nil {
            return "truncate_to_length needs a column varchar(n), and this one is \(column.type)"
        }
        guard let last = conversions.last(where: { result($0) != .same }) else { return nil }
        let (fits, words) =
            switch result(last) {
            case .same: (true, "")
            case .text: (type.takesText, "text")
            case .number: (type.takesNumbers(column), "a number")
            case .moment: (type.takesMoments(column), "a date and time")
            case .day: (type.takesMoments(column) || column.base == "date", "a date")
            }
        return fits ? nil : "\(last.rawValue) gives \(words), which \(column.type) does not hold"
    }
}

extension ExistingType {
    /// Whether text goes in as it stands, or by the server's reading.
    fileprivate var takesText: Bool {
        switch self {
        case .cast, .direct(.text), .direct(.varchar): true
        default: false
        }
    }

    fileprivate func takesNumbers(_ column: ExistingCatalog.Column) -> Bool {
        ["int2", "int4", "int8", "bool", "numeric", "float4", "float8"].contains(column.base)
    }

    fileprivate func takesMoments(_ column: ExistingCatalog.Column) -> Bool {
        switch self {
        case .direct(.text), .direct(.varchar): true
        default: ["timestamp", "timestamptz", "bpchar"].contains(column.base)
        }
    }
}
