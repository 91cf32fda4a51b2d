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
        case .other: "correct the values in the source"
        case .nullInKey: "give the rows a key, and PRIMARY KEY is kept"
        case .duplicateKey: "make the keys differ in the source, or delete the rows"
        }
    }

    /// What to know about rows that arrive all the same.
    static let keptRemedy = "nothing to do; the application should expect such values"
}
