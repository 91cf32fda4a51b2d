/// What the operator puts in the place of a stored value.
package struct QuarantineEdit: Sendable, Equatable {
    /// The column, as the source spells it.
    package var column: String
    /// The value.
    package var value: Value

    /// A value as the operator gives it.
    package enum Value: Sendable, Equatable {
        /// Words, read as the column's type asks for.
        case words(String)
        /// Bytes for a column of bytes.
        case bytes([UInt8])
        case null
    }

    /// Names bytes for a column.
    ///
    /// - Parameters:
    ///   - column: The column.
    ///   - hexadecimal: An even number of digits in lower case.
    package init(column: String, hexadecimal: String) {
        self.init(column: column, value: .bytes([UInt8](hexadecimal: hexadecimal)))
    }

    /// Names a value for a column.
    ///
    /// - Parameters:
    ///   - column: The column.
    ///   - value: The value.
    package init(column: String, value: Value) {
        self.column = column
        self.value = value
    }

    /// The first column that edits name more than once, in whatever case.
    ///
    /// - Parameter edits: The edits.
    /// - Returns: The column as it is named the second time; nil when there is none.
    package static func repeatedColumn(_ edits: [QuarantineEdit]) -> String? {
        var seen: NameSet = []
        return edits.first { !seen.insert($0.column.foldedName) }?.column
    }

    /// The value as SQLite would store it in a column of the target's type.
    ///
    /// Words that are not of the type stay text, which the encoder then refuses with the reason.
    func stored(as type: TargetType) -> SourceValue {
        switch value {
        case .null: return .null
        case .bytes(let bytes): return .blob(bytes)
        case .words(let words):
            switch type {
            case .bigint, .integer, .smallint:
                return Int64(words).map { .integer($0) } ?? .string(words)
            case .doublePrecision:
                if let integer = Int64(words) { return .integer(integer) }
                return Double(words).map { .real($0) } ?? .string(words)
            case .real:
                if let integer = Int64(words) { return .integer(integer) }
                return Float(words).map { .real(Double($0)) } ?? .string(words)
            case .numeric, .decimal:
                if let integer = Int64(words) { return .integer(integer) }
                // A number with a point keeps all of its digits.
                if DecimalDigits(Array(words.utf8)) != nil { return .string(words) }
                return Double(words).map { .real($0) } ?? .string(words)
            case .boolean:
                switch words.lowercased() {
                case "true", "t", "yes", "on", "1": return .integer(1)
                case "false", "f", "no", "off", "0": return .integer(0)
                default: return .string(words)
                }
            case .bytea: return .blob(Array(words.utf8))
            case .text, .varchar, .char, .date, .time, .timestamp, .timestamptz, .uuid, .json,
                .jsonb:
                return .string(words)
            }
        }
    }
}
