/// Which type a column gets, from its declaration and from what is stored in it.
struct TypeRule {
    /// The type.
    let type: TargetType
    /// What became of the declared type.
    let outcome: TargetSchema.Decision.Outcome
    /// The reason, with the counts that speak for it.
    let reason: String
    /// What the census counted.
    private(set) var evidence: [String: Int] = [:]
    /// How sure the choice is.
    private(set) var confidence = TargetSchema.Confidence.medium

    private init(
        _ type: TargetType,
        _ reason: String,
        _ outcome: TargetSchema.Decision.Outcome = .translated
    ) {
        self.type = type
        self.reason = reason
        self.outcome = outcome
    }

    /// Decides.
    ///
    /// - Parameters:
    ///   - column: The column.
    ///   - table: Its table.
    ///   - census: What is stored, nil when it was not counted.
    ///   - asked: The type that the operator prescribes.
    init(
        _ column: Catalog.Column,
        of table: Catalog.Table,
        census: ColumnCensus?,
        asked: TargetType? = nil
    ) {
        let stored = census ?? ColumnCensus()
        if let asked {
            self = Self(asked, "the profile says so" + Self.misfits(asked, stored), .changed)
        } else {
            self.init(column, table, stored)
        }
        evidence = TypeEvidence.counts(stored, type)
        confidence = TypeEvidence.confidence(type, stored, isAsked: asked != nil, outcome)
    }

    private init(_ column: Catalog.Column, _ table: Catalog.Table, _ stored: ColumnCensus) {
        if table.rowidAlias?.foldedName == column.name.foldedName {
            self = Self(.bigint, "INTEGER PRIMARY KEY is the rowid, a number of 64 bits")
            return
        }
        let name = Self.baseName(column.declaredType)
        switch name {
        case "BOOL", "BOOLEAN": self = Self.boolean(column, stored)
        case "DATE": self = Self.date(column, stored)
        case "DATETIME", "TIMESTAMP", "TIMESTAMP WITHOUT TIME ZONE":
            self = Self.timestamp(column, stored)
        case "JSON", "JSONB", "UUID", "GUID", "TIME":
            self = Self.evident(column, stored, name)
        // These have integer affinity only because INT stands somewhere in the name.
        case "ANY", "", "INTERVAL", "POINT", "MULTIPOINT":
            self = Self.evident(column, stored, name)
        default: self = Self.affinity(column, stored, name)
        }
    }

    /// The declared type in upper case without length and precision.
    private static func baseName(_ declaredType: String) -> String {
        let name = declaredType.prefix { $0 != "(" }
        return name.split(whereSeparator: \.isWhitespace).joined(separator: " ").uppercased()
    }

    // MARK: - Types that SQLite does not have

    private static func boolean(_ column: Catalog.Column, _ stored: ColumnCensus) -> Self {
        let truths = stored.shapes[.zeroOrOne] ?? 0
        guard truths == stored.values else {
            return byStorage(
                column,
                .boolean,
                truths,
                stored,
                "\(truths) of \(stored.values) values are 0 or 1"
            )
        }
        let evidence = stored.values == 0 ? "none is stored" : "all \(truths) values are 0 or 1"
        return Self(.boolean, "declared \(column.declaredType), \(evidence)")
    }

    private static func date(_ column: Catalog.Column, _ stored: ColumnCensus) -> Self {
        let dates = stored.shapes[.date] ?? 0
        guard dates == stored.values else {
            return byStorage(
                column,
                .date,
                dates,
                stored,
                "\(dates) of \(stored.values) values are dates"
            )
        }
        let evidence =
            dates == 0 ? "none is stored" : "all \(dates) values are real dates YYYY-MM-DD"
        return Self(.date, "declared \(column.declaredType), \(evidence)")
    }

    private static func timestamp(_ column: Catalog.Column, _ stored: ColumnCensus) -> Self {
        let whole = stored.shapes[.timestamp] ?? 0
        let fractions = stored.shapes[.timestampFraction] ?? 0
        guard whole + fractions == stored.values else {
            let zones = stored.shapes[.timestampZone] ?? 0
            return byStorage(
                column,
                .timestamp,
                whole + fractions,
                stored,
                "\(whole + fractions) of \(stored.values) values are YYYY-MM-DD HH:MM:SS"
                    + (zones == 0 ? "" : ", \(zones) have a zone that timestamp would drop")
            )
        }
        var reason = "declared \(column.declaredType), "
        reason += stored.values == 0 ? "none is stored" : "all \(stored.values) values are such"
        if fractions > 0 {
            // At most six digits, which is what timestamp holds; only zeros at the end can go.
            reason += "; \(fractions) have a fraction of at most six digits, which is kept"
        }
        return Self(.timestamp, reason)
    }

    /// The declared type, unless another one takes more of what is stored.
    private static func byStorage(
        _ column: Catalog.Column,
        _ declared: TargetType,
        _ fits: Int,
        _ stored: ColumnCensus,
        _ finding: String
    ) -> Self {
        let best = widest(stored)
        if fits >= best.fits {
            return Self(
                declared,
                "declared \(column.declaredType), \(finding)" + odd(fits, stored)
                    + TypeEvidence.advice(declared, stored)
            )
        }
        return Self(
            best.type,
            "declared \(column.declaredType), but \(finding)" + odd(best.fits, stored)
                + TypeEvidence.advice(best.type, stored),
            .changed
        )
    }

    /// What the values are that a type does not take: they will be in quarantine.
    private static func odd(_ fits: Int, _ stored: ColumnCensus) -> String {
        let odd = stored.values - fits
        guard odd > 0 else { return ": \(counts(stored))" }
        return "; \(odd) \(odd == 1 ? "value does" : "values do") not fit: \(counts(stored))"
    }

    /// What the operator should know about values that the type does not take.
    private static func misfits(_ type: TargetType, _ stored: ColumnCensus) -> String {
        let odd = max(0, stored.values - TypeEvidence.fitting(type, stored))
        return odd == 0
            ? ""
            : "; at least \(odd) values do not fit it as they are stored"
                + TypeEvidence.advice(type, stored)
    }

    // MARK: - Evidence

    private static func evident(
        _ column: Catalog.Column,
        _ stored: ColumnCensus,
        _ name: String
    ) -> Self {
        let declared = name.isEmpty ? "no declared type" : "declared \(column.declaredType)"
        guard stored.values > 0 else {
            return Self(.text, "\(declared), none is stored: text takes what SQLite gives out")
        }
        guard let type = oneType(stored) else {
            let best = widest(stored)
            return Self(
                best.type,
                "\(declared), several kinds are stored" + odd(best.fits, stored)
                    + TypeEvidence.advice(best.type, stored),
                .changed
            )
        }
        let reason =
            type == .text && !name.isEmpty && name != "ANY"
            ? "\(declared); text keeps every spelling as it was stored: \(counts(stored))"
            : "\(declared), all values are of one kind: \(counts(stored))"
        return Self(type, reason)
    }

    /// The one type that holds everything that is stored, nil without values or without one.
    private static func oneType(_ stored: ColumnCensus) -> TargetType? {
        switch stored.values {
        case 0: nil
        case stored.integers: .bigint
        case stored.reals: .doublePrecision
        case stored.texts: .text
        case stored.blobs: .bytea
        case stored.integers + stored.reals: .numeric
        default: nil
        }
    }

    /// The type that holds most of what is stored, so that a few odd values cost only their rows.
    private static func widest(_ stored: ColumnCensus) -> (type: TargetType, fits: Int) {
        let numbers = stored.integers + stored.reals
        let number: TargetType =
            stored.reals == 0 ? .bigint : (stored.integers == 0 ? .doublePrecision : .numeric)
        var best: (type: TargetType, fits: Int) = (.text, stored.texts)
        if numbers > best.fits { best = (number, numbers) }
        if stored.blobs > best.fits { best = (.bytea, stored.blobs) }
        return best
    }

    private static func counts(_ stored: ColumnCensus) -> String {
        let kinds = [
            (stored.integers, "integer"), (stored.reals, "real"), (stored.texts, "text"),
            (stored.blobs, "blob"),
        ]
        let present = kinds.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return present.isEmpty ? "none" : present.joined(separator: ", ")
    }

    // MARK: - Affinity

    private static func affinity(
        _ column: Catalog.Column,
        _ stored: ColumnCensus,
        _ name: String
    ) -> Self {
        switch column.affinity {
        case .integer:
            // SQLite turns whole reals into integers here, so what is still real has a fraction.
            if stored.reals > stored.integers, stored.integers + stored.reals == stored.values {
                return Self(.numeric, "most values have a fraction: \(counts(stored))", .changed)
            }
            return fitting(.bigint, stored.integers, stored, "SQLite's integers have 64 bits")
        case .real:
            return fitting(
                .doublePrecision,
                stored.reals + stored.integers,
                stored,
                "SQLite's reals have 8 bytes"
            )
        case .text:
            let hasLength = column.declaredType.contains("(")
            return fitting(
                .text,
                stored.texts,
                stored,
                hasLength ? "SQLite does not enforce the length" : "the application stores text"
            )
        case .blob: return fitting(.bytea, stored.blobs, stored, "bytes stay bytes")
        case .numeric:
            let isNumber = ["NUMERIC", "DECIMAL", "DEC", "NUMBER"].contains(name)
            guard isNumber else { return evident(column, stored, name) }
            return fitting(
                .numeric,
                stored.integers + stored.reals,
                stored,
                "numeric holds whole and real numbers to the digit"
            )
        }
    }

    /// The type by affinity, unless nothing that is stored fits it and one other type fits all.
    private static func fitting(
        _ type: TargetType,
        _ fits: Int,
        _ stored: ColumnCensus,
        _ reason: String
    ) -> Self {
        if fits == stored.values { return Self(type, reason + TypeEvidence.advice(type, stored)) }
        if fits == 0, let other = oneType(stored) {
            return Self(other, "no value fits \(type.sql): \(counts(stored))", .changed)
        }
        return Self(type, reason + odd(fits, stored) + TypeEvidence.advice(type, stored))
    }
}
