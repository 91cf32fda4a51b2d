/// The five storage classes of SQLite.
/// - SeeAlso: <https://www.sqlite.org/datatype3.html>
package enum StorageClass: String, Sendable, CaseIterable, Codable {
    case null
    case integer
    case real
    case text
    case blob
}

/// One stored value, byte for byte.
///
/// Text stays bytes: SQLite stores NULs and invalid UTF-8, which a `String` would alter.
package enum SourceValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text([UInt8])
    case blob([UInt8])

    /// Text from a Swift string.
    ///
    /// - Parameter string: The text.
    /// - Returns: Its UTF-8 bytes as a text value.
    package static func string(_ string: String) -> SourceValue { .text(Array(string.utf8)) }

    /// The storage class of the value.
    package var storageClass: StorageClass {
        switch self {
        case .null: .null
        case .integer: .integer
        case .real: .real
        case .text: .text
        case .blob: .blob
        }
    }
}
