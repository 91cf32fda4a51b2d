/// What the census says about a type: how many values fit it, and how sure that makes the choice.
enum TypeEvidence {
    /// The values that a type takes as they are, as far as the census can tell.
    ///
    /// - Parameters:
    ///   - type: The type.
    ///   - stored: What is stored.
    /// - Returns: The number; at most one too many where the shapes do not tell.
    static func fitting(_ type: TargetType, _ stored: ColumnCensus) -> Int {
        func shapes(_ shapes: ColumnCensus.Shape...) -> Int {
            shapes.reduce(0) { $0 + (stored.shapes[$1] ?? 0) }
        }
        let texts = max(0, stored.texts - shapes(.nulInside, .invalidUTF8, .invalidUTF16))
        switch type {
        case .bigint: return stored.integers
        case .integer: return stored.integers - shapes(.beyondInteger32)
        case .smallint: return isNarrow(stored) ? stored.integers : 0
        case .boolean: return shapes(.zeroOrOne)
        case .doublePrecision, .real: return stored.integers + stored.reals - shapes(.beyondDouble)
        case .numeric, .decimal: return stored.integers + stored.reals - shapes(.infinite)
        case .text, .varchar, .char, .json, .jsonb: return texts
        case .bytea: return stored.blobs
        case .date: return shapes(.date)
        case .timestamp:
            return shapes(.date, .timestamp, .timestampFraction, .timestampT)
        case .timestamptz:
            return shapes(.date, .timestamp, .timestampFraction, .timestampT, .timestampZone)
        case .time, .uuid: return texts
        }
    }

    private static func isNarrow(_ stored: ColumnCensus) -> Bool {
        let range = Int64(Int16.min)...Int64(Int16.max)
        return range.contains(stored.minimumInteger ?? 0)
            && range.contains(stored.maximumInteger ?? 0)
    }

    /// The counts that stand behind the choice of a type.
    ///
    /// - Parameters:
    ///   - stored: What is stored.
    ///   - type: The type.
    /// - Returns: Counts by storage class and shape, and how many values fit.
    static func counts(_ stored: ColumnCensus, _ type: TargetType) -> [String: Int] {
        var counts = ["values": stored.values, "fitting": fitting(type, stored)]
        let classes = [
            ("null", stored.nulls), ("integer", stored.integers), ("real", stored.reals),
            ("text", stored.texts), ("blob", stored.blobs),
        ]
        for (name, count) in classes where count > 0 { counts[name] = count }
        for (shape, count) in stored.shapes where count > 0 { counts[shape.rawValue] = count }
        return counts
    }

    /// How sure the choice of a type is.
    ///
    /// - Parameters:
    ///   - type: The type.
    ///   - stored: What is stored.
    ///   - isAsked: Whether somebody prescribed the type, so that it is what was declared.
    ///   - outcome: What became of the declared type.
    /// - Returns: The confidence.
    static func confidence(
        _ type: TargetType,
        _ stored: ColumnCensus,
        isAsked: Bool,
        _ outcome: TargetSchema.Decision.Outcome
    ) -> TargetSchema.Confidence {
        let fits = fitting(type, stored)
        guard stored.values > 0 else { return .medium }
        if fits == stored.values { return outcome == .changed && !isAsked ? .medium : .high }
        // Nine of ten values speak for what the column is meant to hold; less is a mixture.
        return fits * 10 >= stored.values * 9 ? .medium : .low
    }

    /// What becomes of values that do not fit, and which conversions would keep them.
    ///
    /// - Parameters:
    ///   - type: The type.
    ///   - stored: What is stored.
    /// - Returns: The end of a sentence; empty when all fit.
    static func advice(_ type: TargetType, _ stored: ColumnCensus) -> String {
        let odd = stored.values - fitting(type, stored)
        guard odd > 0 else { return "" }
        let names = conversions(type, stored).map(\.rawValue).joined(separator: ", ")
        let rows = odd == 1 ? "1 row goes" : "\(odd) rows go"
        return "; \(rows) to quarantine"
            + (names.isEmpty ? "" : " unless the profile asks for a conversion: \(names)")
    }

    /// The conversions that could keep values that do not fit.
    static func conversions(
        _ type: TargetType,
        _ stored: ColumnCensus
    ) -> [Conversion] {
        func has(_ shape: ColumnCensus.Shape) -> Bool { stored.shapes[shape] ?? 0 > 0 }
        let numbers = stored.integers + stored.reals
        var found: [Conversion] = []
        switch type {
        case .text, .varchar, .char, .json, .jsonb:
            if numbers > 0 { found.append(.numberAsText) }
            if stored.blobs > 0 { found.append(.blobAsText) }
            if has(.nulInside) { found.append(.stripNUL) }
            if has(.invalidUTF8) { found.append(.replaceInvalidUTF8) }
        case .boolean:
            if stored.texts > 0 { found.append(.trueFalseWords) }
        case .smallint, .integer, .bigint, .real, .doublePrecision, .numeric, .decimal:
            if stored.texts > 0 { found.append(.decimalText) }
        case .timestamp, .timestamptz, .date:
            if let epoch = epoch(stored) { found.append(epoch) }
            if type == .timestamp, has(.timestampZone) { found.append(.offsetToUTC) }
        case .bytea, .time, .uuid: break
        }
        if has(.emptyText), !type.isCollated { found.append(.emptyAsNull) }
        return found
    }

    /// The unit in which numbers of a column of times seem to count.
    private static func epoch(_ stored: ColumnCensus) -> Conversion? {
        // A Julian day of our time has seven digits, seconds have ten, milliseconds thirteen.
        let least = stored.minimumInteger.map(Double.init) ?? stored.minimumReal
        switch abs(least ?? 0) {
        case 1_000_000..<10_000_000: return .julianDay
        case 10_000_000..<100_000_000_000: return .epochSeconds
        case 100_000_000_000...: return .epochMillis
        default: return nil
        }
    }
}
