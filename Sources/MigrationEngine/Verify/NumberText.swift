/// Text of a number, as columns take it whose text the server itself reads.
enum NumberText {
    /// Exponents beyond this make no number that `numeric` holds.
    private static let exponentLimit = 140_000

    /// Fills a cell with the number that a text spells.
    ///
    /// - Parameters:
    ///   - row: Gets the cell.
    ///   - bytes: The text.
    ///   - rule: The rule of the target's column.
    /// - Returns: Whether it spells a number that the column can hold.
    static func fill(
        _ row: CanonicalRow,
        _ bytes: UnsafeRawBufferPointer,
        _ rule: EqualityRule
    ) -> Bool {
        switch rule {
        case .numeric:
            guard let number = decimal(bytes) else { return false }
            row.string(.numeric, number)
        case .single:
            guard let number = single(bytes) else { return false }
            row.double(Double(number))
        default: return false
        }
        return true
    }

    /// The decimal number that a text spells.
    ///
    /// Negative zero is none: `numeric` has no such number, so it is equal to nothing there.
    ///
    /// - Parameter bytes: The text.
    /// - Returns: The number without an exponent and without zeros that say nothing; nil when the
    ///   text is no number.
    static func decimal(_ bytes: UnsafeRawBufferPointer) -> String? {
        guard let number = parts(bytes) else { return nil }
        let plain = DecimalText.plain(number.mantissa, exponent: number.exponent)
        guard number.isNegative else { return plain }
        return plain == "0" ? nil : "-" + plain
    }

    /// The number of four bytes that a text spells exactly.
    ///
    /// - Parameter bytes: The text.
    /// - Returns: The number; nil when the text is none, or has more digits than four bytes hold.
    static func single(_ bytes: UnsafeRawBufferPointer) -> Float? {
        guard parts(bytes) != nil, let text = String(bytes: bytes),
            let double = Double(text), let single = Float(exactly: double), single.isFinite
        else { return nil }
        return single
    }

    private typealias Parts = (isNegative: Bool, mantissa: String, exponent: Int)

    private static func parts(_ bytes: UnsafeRawBufferPointer) -> Parts? {
        guard let text = String(bytes: bytes),
            let found = text.wholeMatch(
                of: /(-?)([0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]([-+]?[0-9]+))?/
            )
        else { return nil }
        guard let exponent = found.3.map({ Int($0) }) ?? 0,
            exponent.magnitude <= exponentLimit
        else { return nil }
        // A point in front or behind stands for a zero.
        let mantissa = found.2.hasPrefix(".") ? "0\(found.2)" : String(found.2)
        return (!found.1.isEmpty, mantissa, exponent)
    }
}

extension String {
    /// Text of ASCII; nil for all other bytes.
    fileprivate init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
        self.init(decoding: bytes, as: UTF8.self)
    }
}
