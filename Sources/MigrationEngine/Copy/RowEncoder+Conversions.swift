/// Rows of tables some of whose columns are converted on their way.
extension RowEncoder {
    func append(
        _ statement: SourceStatement,
        from first: Int,
        to buffer: ByteBuffer,
        _ converters: [ValueConverter?],
        _ tally: ConversionTally?
    ) -> Misfit? {
        let start = buffer.count
        tally?.dropRow()
        buffer.append(Int16(truncatingIfNeeded: fields.count))
        for index in fields.indices {
            let reason: String?
            if let converter = converters[index], statement.malformedText(first + index) == nil {
                reason = append(
                    converter.value(statement, first + index, tally),
                    fields[index],
                    to: buffer
                )
            } else {
                reason = append(fields[index], statement, first + index, to: buffer)
            }
            if let reason {
                buffer.truncate(to: max(start, 0))
                tally?.dropRow()
                return Misfit(column: index, reason: reason)
            }
        }
        return nil
    }

    /// Appends one converted cell; returns why it does not fit.
    func append(
        _ value: ValueConverter.Value,
        _ column: Field,
        to buffer: ByteBuffer
    ) -> String? {
        switch value {
        case .stored(.null):
            if column.isNotNull { return "NULL in a column that is NOT NULL in the target" }
            buffer.append(Int32(-1))
            return nil
        case .stored(.integer(let number)): return append(number, as: column.type, to: buffer)
        case .stored(.real(let number)): return append(number, as: column.type, to: buffer)
        case .stored(.text(let bytes)):
            return buffer.copyingLarge {
                bytes.withUnsafeBytes { append(text: $0, as: column.type, to: buffer) }
            }
        case .stored(.blob(let bytes)):
            return buffer.copyingLarge {
                bytes.withUnsafeBytes { append(blob: $0, as: column.type, to: buffer) }
            }
        case .decimal(let bytes): return append(decimal: bytes, as: column.type, to: buffer)
        }
    }

    /// A decimal number arrives whole or not at all, whatever the type's own digits are.
    private func append(
        decimal bytes: [UInt8],
        as type: TargetType,
        to buffer: ByteBuffer
    ) -> String? {
        guard let decimal = DecimalDigits(bytes), let numeric = decimal.numeric else {
            return "more digits than numeric holds"
        }
        switch type {
        case .numeric: numeric.append(to: buffer)
        case .decimal(let precision, let scale):
            return append(numeric, precision, scale, to: buffer)
        case .bigint, .integer, .smallint, .boolean:
            guard numeric.scale == 0 else { return "a decimal number that is not whole" }
            guard let number = decimal.integer else { return "beyond 64 bits" }
            return append(number, as: type, to: buffer)
        case .doublePrecision:
            guard let number = Double(decimal.text), NumericWire(number) == numeric else {
                return "a decimal number that double precision cannot hold exactly"
            }
            return append(number, as: type, to: buffer)
        case .real:
            // The shortest decimal form of the four bytes must be the number itself.
            guard let number = Float(decimal.text), number.isFinite,
                DecimalDigits(shortest: number)?.numeric == numeric
            else { return "a decimal number that real cannot hold exactly" }
            return append(Double(number), as: type, to: buffer)
        default: return "a decimal number where \(type.sql) is expected"
        }
        return nil
    }
}

/// A decimal number written as text: a sign, digits and one point, nothing else.
struct DecimalDigits {
    private let isNegative: Bool
    private let digits: [Int]
    /// How many of the digits stand in front of the point.
    private let point: Int

    /// Takes text apart.
    ///
    /// Fails for anything else, an exponent included.
    ///
    /// - Parameter bytes: The text.
    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        isNegative = rest.first == UInt8(ascii: "-")
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        var digits: [Int] = []
        var point: Int?
        for byte in rest {
            switch byte {
            case UInt8(ascii: "."):
                guard point == nil else { return nil }
                point = digits.count
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(Int(byte) - 48)
            default: return nil
            }
        }
        guard !digits.isEmpty else { return nil }
        self.digits = digits
        self.point = point ?? digits.count
    }

    /// Takes the shortest decimal form of four bytes apart.
    ///
    /// - Parameter value: The number.
    init?(shortest value: Float) {
        let parts = value.magnitude.description.split(separator: "e")
        let exponent = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".")
        isNegative = value < 0
        digits = mantissa.joined().utf8.map { Int($0) - 48 }
        point = mantissa[0].count + exponent
    }

    /// The number as the server reads it, nil when it has too many digits.
    var numeric: NumericWire? {
        NumericWire(digits: digits, point: point, isNegative: isNegative)
    }

    /// The digits in front of the point as an integer, nil beyond 64 bits.
    var integer: Int64? {
        let whole = digits.prefix(point).map(String.init).joined()
        return Int64((isNegative ? "-" : "") + (whole.isEmpty ? "0" : whole))
    }

    /// The number as Swift reads it.
    var text: String {
        let whole = digits.prefix(point).map(String.init).joined()
        let fraction = digits.dropFirst(point).map(String.init).joined()
        return (isNegative ? "-" : "") + (whole.isEmpty ? "0" : whole)
            + (fraction.isEmpty ? "" : ".\(fraction)")
    }
}
