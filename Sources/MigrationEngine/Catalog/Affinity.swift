extension Catalog.Affinity {
    /// Derives the affinity from a declared type, by SQLite's five rules in their order.
    ///
    /// - Parameters:
    ///   - declaredType: The type as written.
    ///   - isStrict: Whether the table is STRICT, where ANY keeps every value as it is.
    init(declaredType: String, isStrict: Bool = false) {
        let type = declaredType.uppercased()
        // > https://www.sqlite.org/datatype3.html#determination_of_column_affinity
        if isStrict, type == "ANY" {
            self = .blob
        } else if type.contains("INT") {
            self = .integer
        } else if ["CHAR", "CLOB", "TEXT"].contains(where: type.contains) {
            self = .text
        } else if type.isEmpty || type.contains("BLOB") {
            self = .blob
        } else if ["REAL", "FLOA", "DOUB"].contains(where: type.contains) {
            self = .real
        } else {
            self = .numeric
        }
    }
}

extension String {
    /// The name as SQLite compares names, for comparing only: ASCII letters in lower case, and every
    /// other byte as a character of its own, because Swift takes some different texts for the same.
    var foldedName: String {
        var folded = String.UnicodeScalarView()
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                folded.append(Unicode.Scalar(byte + 32))
            case ..<0x80: folded.append(Unicode.Scalar(byte))
            default: folded.append(Self.privateUse(byte))
            }
        }
        return String(folded)
    }

    /// The text with its ASCII letters in lower case, all others untouched.
    var lowercasedASCII: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    guard ("A"..."Z").contains(scalar) else { return scalar }
                    return Unicode.Scalar(UInt8(scalar.value) + 32)
                }
            )
        )
    }

    /// A character that combines with no other one.
    private static func privateUse(_ byte: UInt8) -> Unicode.Scalar {
        Unicode.Scalar(0xe000 + UInt16(byte)) ?? Unicode.Scalar(byte)
    }
}
