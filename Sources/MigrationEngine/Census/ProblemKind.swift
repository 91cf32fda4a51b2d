/// The kinds of problems that `inspect` names, see <doc:Census>.
package enum ProblemKind: String, Sendable, CaseIterable {
    case nullInNotNull = "null_in_not_null"
    case nulInside = "nul_inside"
    case invalidUTF8 = "invalid_utf8"
    case invalidUTF16 = "invalid_utf16"
    case otherClass = "other_class"
    case notBoolean = "not_boolean"
    case notDate = "not_a_date"
    case dateOutOfRange = "date_out_of_range"
    case offset = "offset"
    case beyondRange = "beyond_range"
    case tooLong = "too_long"
    case infinite = "infinite"
    case negativeZero = "negative_zero"
    case other = "does_not_fit"
    case notJSON = "not_json"
    case nullInKey = "null_in_key"
    case duplicateKey = "duplicate_key"

    /// What to do about rows that do not arrive.
    var remedy: String {
        switch self {
        case .nullInNotNull: "give the rows a value in the source"
        case .nulInside: "take the NUL out in the source, or store the value as BLOB"
        case .invalidUTF8, .invalidUTF16: "write the text again, or store its bytes as BLOB"
        case .otherClass: "store the values in the column's own class, or declare another type"
        case .notBoolean: "make them 0 or 1, or declare the column INTEGER"
        case .notDate, .dateOutOfRange: "correct the dates, or declare the column TEXT"
        case .offset: "store UTC without an offset, or declare the column TEXT"
        case .beyondRange: "correct the numbers, or declare a wider type"
        case .tooLong: "shorten the values, or declare a longer type"
        case .infinite: "correct the numbers, or declare the column REAL"
        case .negativeZero: "make it 0, or declare the column REAL"
        case .notJSON: "correct the texts, or ask for text in a profile"
        case .other: "correct the values in the source"
        case .nullInKey: "give the rows a key, and PRIMARY KEY is kept"
        case .duplicateKey: "make the keys differ in the source, or delete the rows"
        }
    }

    /// The conversions of a profile that can keep such values, among those that suit the column.
    ///
    /// - Parameters:
    ///   - target: The column.
    ///   - stored: What is stored in it.
    /// - Returns: The conversions.
    func conversions(_ target: TargetColumn, _ stored: ColumnCensus) -> [Conversion] {
        let marks: [Conversion] = [.stripNUL, .replaceInvalidUTF8]
        let suiting = TypeEvidence.conversions(target.type, stored)
        let found: [Conversion] =
            switch self {
            case .nulInside: [.stripNUL]
            case .invalidUTF8: [.replaceInvalidUTF8]
            case .tooLong: target.type.length == nil ? [] : [.truncateToLength]
            case .otherClass, .notBoolean, .notDate, .offset, .other, .notJSON:
                suiting.filter { !marks.contains($0) }
            case .nullInNotNull, .invalidUTF16, .dateOutOfRange, .beyondRange, .infinite,
                .negativeZero, .nullInKey, .duplicateKey:
                []
            }
        return found.filter { !target.conversions.contains($0) }
    }

    /// What to know about rows that arrive all the same.
    static let keptRemedy = "nothing to do; the application should expect such values"
}
