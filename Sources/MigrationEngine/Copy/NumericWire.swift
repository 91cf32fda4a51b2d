/// A number in PostgreSQL's binary form of `numeric`: digits to the base of 10,000.
///
/// - SeeAlso: `numeric_send` in PostgreSQL's `numeric.c`
struct NumericWire: Equatable {
    private var digits: [Int16] = []
    /// The power of 10,000 of the first digit.
    private var weight: Int16 = 0
    private var isNegative = false
    /// Decimal digits behind the point.
    private(set) var scale: Int16 = 0

    init(_ value: Int64) {
        isNegative = value < 0
        var rest = value.magnitude
        while rest > 0 {
            digits.insert(Int16(rest % 10_000), at: 0)
            rest /= 10_000
        }
        weight = Int16(max(0, digits.count - 1))
        dropTrailingZeros()
    }

    /// Makes the shortest decimal number that reads back as the same double.
    ///
    /// Fails for an infinity.
    ///
    /// - Parameter value: The number.
    init?(_ value: Double) {
        guard value.isFinite else { return nil }
        isNegative = value < 0
        // Swift prints the shortest digits that give the same double again.
        let parts = value.magnitude.description.split(separator: "e")
        let exponent = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".")
        fill(mantissa.joined().utf8.map { Int($0) - 48 }, point: mantissa[0].count + exponent)
    }

    /// Makes a number from its decimal digits.
    ///
    /// Fails when it has more digits than `numeric` holds.
    ///
    /// - Parameters:
    ///   - digits: The digits, the highest first.
    ///   - point: How many of them stand in front of the point.
    ///   - isNegative: Whether it is below zero.
    init?(digits: [Int], point: Int, isNegative: Bool) {
        guard point <= 131_072, digits.count - point <= 16_383 else { return nil }
        self.isNegative = isNegative
        fill(digits, point: point)
    }

    private mutating func fill(_ decimals: [Int], point: Int) {
        var decimal = decimals
        var point = point
        while decimal.last == 0 { decimal.removeLast() }
        let zeros = decimal.prefix { $0 == 0 }.count
        decimal.removeFirst(zeros)
        point -= zeros
        guard !decimal.isEmpty else {
            isNegative = false
            return
        }
        scale = Int16(clamping: max(0, decimal.count - point))
        let leading = ((point % 4) + 4) % 4
        let padding = leading == 0 ? 0 : 4 - leading
        decimal.insert(contentsOf: [Int](repeating: 0, count: padding), at: 0)
        weight = Int16((point + padding) / 4 - 1)
        while decimal.count % 4 != 0 { decimal.append(0) }
        digits = stride(from: 0, to: decimal.count, by: 4).map { start in
            Int16(decimal[start..<start + 4].reduce(0) { $0 * 10 + $1 })
        }
    }

    /// Decimal digits in front of the point, 0 for a number below 1.
    var wholeDigits: Int {
        guard weight >= 0, let first = digits.first else { return 0 }
        return Int(weight) * 4 + String(first).count
    }

    private mutating func dropTrailingZeros() {
        while digits.last == 0 { digits.removeLast() }
    }

    func append(to buffer: ByteBuffer) {
        buffer.append(Int32(8 + 2 * digits.count))
        buffer.append(Int16(digits.count))
        buffer.append(weight)
        buffer.append(UInt16(isNegative ? 0x4000 : 0))
        buffer.append(scale)
        for digit in digits { buffer.append(digit) }
    }
}
