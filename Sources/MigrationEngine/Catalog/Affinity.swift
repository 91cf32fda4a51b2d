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
    /// The name as SQLite compares names: ASCII letters in lower case, all others untouched.
    var foldedName: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    guard ("A"..."Z").contains(scalar) else { return scalar }
                    return Unicode.Scalar(UInt8(scalar.value) + 32)
                }
            )
        )
    }
}
