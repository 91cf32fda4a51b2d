/// A closer look at one column, for `inspect` alone: nothing that the mapping decides rests on it.
struct ColumnStudy: Sendable {
    /// The smallest text, at most ``textLimit`` bytes of it.
    private(set) var minimumText: [UInt8]?
    /// The largest text, at most ``textLimit`` bytes of it.
    private(set) var maximumText: [UInt8]?
    /// The longest text, in characters (code points).
    private(set) var longestCharacters = 0
    /// The longest BLOB, in bytes.
    private(set) var longestBlob = 0
    /// How many values are different.
    private(set) var distinct = DistinctSketch()
    /// How often each shape was met, by ``CloseShape``.
    private(set) var counts = [Int](repeating: 0, count: CloseShape.allCases.count)
    /// How many times have a fraction of that many digits.
    private(set) var fractionDigits: [Int: Int] = [:]

    /// As much of a text as tells it from others, and no more of what belongs to customers.
    static let textLimit = 96

    /// Looks at the value of a column in the current row.
    ///
    /// - Parameters:
    ///   - statement: A statement that stands on a row.
    ///   - column: The column, from 0.
    mutating func add(_ statement: SourceStatement, _ column: Int) {
        switch statement.storageClass(column) {
        case .null: break
        case .integer: distinct.add(hash: DistinctSketch.hash(statement.integer(column)))
        case .real:
            let value = statement.real(column)
            if value == 0, value.sign == .minus { count(.negativeZero) }
            distinct.add(hash: DistinctSketch.hash(value))
        case .text:
            if let malformed = statement.malformedText(column) {
                distinct.add(hash: DistinctSketch.hash(malformed, isText: false))
            } else {
                add(text: statement.bytes(column))
            }
        case .blob:
            let bytes = statement.bytes(column)
            longestBlob = max(longestBlob, bytes.count)
            distinct.add(hash: DistinctSketch.hash(bytes, isText: false))
        }
    }

    /// Looks at a text.
    ///
    /// - Parameter bytes: The text.
    mutating func add(text bytes: UnsafeRawBufferPointer) {
        distinct.add(hash: DistinctSketch.hash(bytes, isText: true))
        if minimumText.map({ Self.isOrdered(bytes, before: $0) }) ?? true {
            minimumText = Array(bytes.prefix(Self.textLimit))
        }
        if maximumText.map({ Self.isOrdered(bytes, after: $0) }) ?? true {
            maximumText = Array(bytes.prefix(Self.textLimit))
        }
        // There are never more characters than bytes.
        if bytes.count > longestCharacters {
            longestCharacters = max(longestCharacters, Self.characters(bytes))
        }
        guard !bytes.isEmpty else { return }
        TextShape.look(bytes) { count($0) }
        if bytes.count >= 16, bytes.count <= 40, bytes[4] == UInt8(ascii: "-") { addTime(bytes) }
    }

    private mutating func addTime(_ bytes: UnsafeRawBufferPointer) {
        guard let time = TimeText(bytes), time.hasTime else { return }
        if time.offsetMinutes != nil {
            count(bytes[bytes.count - 1] == UInt8(ascii: "Z") ? .utcZ : .utcOffset)
        }
        if time.fractionDigits > 0 { fractionDigits[time.fractionDigits, default: 0] += 1 }
    }

    private mutating func count(_ shape: CloseShape) { counts[shape.rawValue] += 1 }

    private static func isOrdered(_ bytes: UnsafeRawBufferPointer, before other: [UInt8]) -> Bool {
        bytes.prefix(textLimit).lexicographicallyPrecedes(other)
    }

    private static func isOrdered(_ bytes: UnsafeRawBufferPointer, after other: [UInt8]) -> Bool {
        other.lexicographicallyPrecedes(bytes.prefix(textLimit))
    }

    private static func characters(_ bytes: UnsafeRawBufferPointer) -> Int {
        var count = 0
        for byte in bytes where byte & 0xc0 != 0x80 { count += 1 }
        return count
    }

    /// Adds what another piece of the same column showed.
    ///
    /// - Parameter other: The other piece.
    mutating func merge(_ other: ColumnStudy) {
        if let text = other.minimumText,
            minimumText.map({ text.lexicographicallyPrecedes($0) }) ?? true
        {
            minimumText = text
        }
        if let text = other.maximumText,
            maximumText.map({ $0.lexicographicallyPrecedes(text) }) ?? true
        {
            maximumText = text
        }
        longestCharacters = max(longestCharacters, other.longestCharacters)
        longestBlob = max(longestBlob, other.longestBlob)
        distinct.merge(other.distinct)
        for index in counts.indices { counts[index] += other.counts[index] }
        fractionDigits.merge(other.fractionDigits) { $0 + $1 }
    }

    /// The shapes by their names in reports, those of a column's numbers as a whole included.
    ///
    /// - Parameter found: The census of the column.
    /// - Returns: How often each was met; none is 0.
    func shapes(with found: ColumnCensus) -> [String: Int] {
        var shapes: [String: Int] = [:]
        for (shape, count) in found.shapes { shapes[shape.rawValue] = count }
        for shape in CloseShape.allCases where counts[shape.rawValue] > 0 {
            shapes[shape.name] = counts[shape.rawValue]
        }
        if let first = found.minimumInteger, let last = found.maximumInteger {
            if Self.epochSeconds.contains(first), Self.epochSeconds.contains(last) {
                shapes["epoch_seconds"] = found.integers
            }
            if Self.epochMilliseconds.contains(first), Self.epochMilliseconds.contains(last) {
                shapes["epoch_milliseconds"] = found.integers
            }
        }
        if let first = found.minimumReal, let last = found.maximumReal,
            Self.julianDays.contains(first), Self.julianDays.contains(last)
        {
            shapes["julian_day"] = found.reals
        }
        return shapes
    }

    /// From 1990-01-01 to 2099-12-31: below it are counters, above it are milliseconds.
    static let epochSeconds: ClosedRange<Int64> = 631_152_000...4_102_444_799
    /// The same years in milliseconds.
    static let epochMilliseconds: ClosedRange<Int64> = 631_152_000_000...4_102_444_799_999
    /// From 1900-01-01 to 2099-12-31, days from noon to noon.
    static let julianDays: ClosedRange<Double> = 2_415_020.5...2_488_069.5
}
