import Foundation

/// Tells the kind of a value that its column does not take, or that the application should know.
struct ProblemJudge {
    private let column: Catalog.Column
    private let target: TargetColumn?
    private let encoder: RowEncoder?
    /// What the declaration asks for, where the column becomes something else.
    private let declared: TargetType?

    /// Prepares for a column.
    ///
    /// - Parameters:
    ///   - column: The column.
    ///   - target: What it becomes; nil when the server computes it.
    init(_ column: Catalog.Column, _ target: TargetColumn?) {
        self.column = column
        self.target = target
        encoder = target.map { RowEncoder(columns: [$0]) }
        let wanted = Self.wanted(column.declaredType)
        let isAsStored = target?.expression == nil && target?.conversions.isEmpty == true
        declared = isAsStored && wanted != target?.type ? wanted : nil
    }

    /// The type that a declaration names which SQLite itself does not have.
    private static func wanted(_ declaredType: String) -> TargetType? {
        let name = declaredType.prefix { $0 != "(" }
        switch name.uppercased().trimmingCharacters(in: .whitespaces) {
        case "BOOL", "BOOLEAN": return .boolean
        case "DATE": return .date
        case "DATETIME", "TIMESTAMP": return .timestamp
        default: return nil
        }
    }

    /// What was found out about one value.
    struct Verdict {
        var kind: ProblemKind
        var outcome: InspectReport.Outcome
        var reason: String
    }

    /// Judges the value of a column in the current row, as the copy will.
    ///
    /// - Parameters:
    ///   - statement: A statement that stands on a row.
    ///   - index: The column of the statement.
    ///   - scratch: A buffer; its content is thrown away.
    /// - Returns: What is wrong; nil when nothing is.
    func verdict(
        _ statement: SourceStatement,
        _ index: Int,
        _ scratch: ByteBuffer
    ) -> Verdict? {
        let stored = statement.storageClass(index)
        scratch.truncate()
        if let encoder, let misfit = encoder.append(statement, from: index, to: scratch) {
            return Verdict(
                kind: kind(stored, statement, index, target?.type),
                outcome: .quarantine,
                reason: misfit.reason
            )
        }
        if stored != .null, let type = target?.type, !isJSON(scratch, type) {
            return Verdict(kind: .notJSON, outcome: .quarantine, reason: "not JSON")
        }
        if let declared, stored != .null,
            let verdict = verdict(statement, index, scratch, declared)
        {
            return verdict
        }
        if stored == .real, statement.real(index).isInfinite {
            return Verdict(kind: .infinite, outcome: .kept, reason: "infinite")
        }
        guard !column.affinity.keeps(stored) else { return nil }
        return Verdict(
            kind: .otherClass,
            outcome: .kept,
            reason: "\(stored.rawValue) in a column declared "
                + (column.declaredType.isEmpty ? "without a type" : column.declaredType)
        )
    }

    /// Whether the server will take what the encoder wrote for a column of JSON.
    private func isJSON(_ row: ByteBuffer, _ type: TargetType) -> Bool {
        guard type == .json || type == .jsonb else { return true }
        guard row.bytes.bigEndian(2, as: Int32.self) >= 0 else { return true }
        // The count of columns and the length stand in front, and the version of `jsonb`.
        let text =
            row.outside.first?.bytes
            ?? UnsafeRawBufferPointer(rebasing: row.bytes.dropFirst(type == .jsonb ? 7 : 6))
        return JSONText.isJSON(text, isBinary: type == .jsonb)
    }

    /// Why a value keeps its column from being what the declaration names.
    private func verdict(
        _ statement: SourceStatement,
        _ index: Int,
        _ scratch: ByteBuffer,
        _ declared: TargetType
    ) -> Verdict? {
        guard let target else { return nil }
        var wanted = target
        wanted.type = declared
        scratch.truncate()
        let encoder = RowEncoder(columns: [wanted])
        guard let misfit = encoder.append(statement, from: index, to: scratch) else { return nil }
        return Verdict(
            kind: kind(statement.storageClass(index), statement, index, declared),
            outcome: .changed,
            reason: "\(misfit.reason), so the column becomes \(target.type.sql)"
        )
    }

    private func kind(
        _ stored: StorageClass,
        _ statement: SourceStatement,
        _ index: Int,
        _ type: TargetType?
    ) -> ProblemKind {
        guard let type else { return .other }
        switch stored {
        case .null: return .nullInNotNull
        case .integer:
            switch type {
            case .boolean: return .notBoolean
            case .smallint, .integer, .doublePrecision: return .beyondRange
            default: return .otherClass
            }
        case .real:
            guard type == .numeric else { return .otherClass }
            return statement.real(index).isInfinite ? .infinite : .negativeZero
        case .text: return kind(ofText: statement, index, type)
        case .blob: return type == .bytea ? .tooLong : .otherClass
        }
    }

    private func kind(
        ofText statement: SourceStatement,
        _ index: Int,
        _ type: TargetType
    ) -> ProblemKind {
        if statement.malformedText(index) != nil { return .invalidUTF16 }
        let bytes = statement.bytes(index)
        switch type {
        case .date, .timestamp:
            if let time = TimeText(bytes) {
                return (time.offsetMinutes ?? 0) == 0 ? .notDate : .offset
            }
            var isOutOfRange = false
            if !bytes.isEmpty {
                TextShape.look(bytes) { if $0 == .dateOutOfRange { isOutOfRange = true } }
            }
            return isOutOfRange ? .dateOutOfRange : .notDate
        case .text, .varchar, .char, .json, .jsonb:
            if TextBytes.containsNUL(bytes) { return .nulInside }
            return TextBytes.isUTF8(bytes) ? .tooLong : .invalidUTF8
        case .time, .uuid, .timestamptz: return .other
        default: return .otherClass
        }
    }

    /// Whether the census alone leaves open that a value of the column has a problem.
    ///
    /// - Parameters:
    ///   - found: The census of the column.
    ///   - study: The closer look.
    /// - Returns: False when every value surely fits, and none is worth a word.
    func isOpen(_ found: ColumnCensus, _ study: ColumnStudy) -> Bool {
        if found.shapes[.infinite] != nil { return true }
        for stored in StorageClass.allCases
        where found.count(of: stored) > 0 && !column.affinity.keeps(stored) {
            return true
        }
        guard let target else { return false }
        // What is read or written is not what was counted.
        if target.expression != nil || !target.conversions.isEmpty { return true }
        if target.isNotNull, found.nulls > 0 { return true }
        if let declared, !surelyFits(found, study, declared) { return true }
        return !surelyFits(found, study, target.type)
    }

    private func surelyFits(
        _ found: ColumnCensus,
        _ study: ColumnStudy,
        _ type: TargetType
    ) -> Bool {
        let values = found.values
        func shape(_ shape: ColumnCensus.Shape) -> Int { found.shapes[shape] ?? 0 }
        let isCleanText =
            found.texts == values && shape(.nulInside) + shape(.invalidUTF8) == 0
            && shape(.invalidUTF16) == 0
        let numbers = found.integers + found.reals
        if values == 0 { return true }
        if type == .bigint { return found.integers == values }
        if type == .integer { return found.integers == values && shape(.beyondInteger32) == 0 }
        if type == .boolean { return shape(.zeroOrOne) == values }
        if type == .doublePrecision { return numbers == values && shape(.beyondDouble) == 0 }
        if type == .numeric {
            return numbers == values && shape(.infinite) == 0
                && study.counts[CloseShape.negativeZero.rawValue] == 0
        }
        if type == .text { return isCleanText && found.longestText < 1 << 30 }
        if case .varchar(let limit) = type { return isCleanText && found.longestText <= limit }
        if type == .bytea { return found.blobs == values && study.longestBlob < 1 << 30 }
        if type == .date { return shape(.date) == values }
        if type == .timestamp {
            let plain = shape(.date) + shape(.timestamp) + shape(.timestampFraction)
            return plain + shape(.timestampT) == values
        }
        return false
    }
}

extension ColumnCensus {
    fileprivate func count(of stored: StorageClass) -> Int {
        switch stored {
        case .null: nulls
        case .integer: integers
        case .real: reals
        case .text: texts
        case .blob: blobs
        }
    }
}

extension Catalog.Affinity {
    /// Whether a column of this affinity is meant to hold values of a class.
    fileprivate func keeps(_ storage: StorageClass) -> Bool {
        switch (self, storage) {
        case (_, .null), (.blob, _): true
        case (.integer, .integer), (.text, .text): true
        case (.real, .real), (.real, .integer): true
        case (.numeric, .integer), (.numeric, .real), (.numeric, .text): true
        default: false
        }
    }
}
