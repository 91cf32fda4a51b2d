/// A row that did not fit, with everything that is needed to bring it back.
package struct QuarantinedRow: Sendable {
    /// The table in the source.
    package var table: String
    /// What identifies the row in the source.
    package var key: RowKey
    /// The column that does not fit; nil when the row as a whole breaks a constraint.
    package var column: String?
    /// Why, without the value.
    package var reason: String
    /// The server's SQLSTATE when the server refused it.
    package var sqlState: String?
    /// The stored columns.
    package var columns: [String]
    /// Their values, byte for byte.
    package var values: [SourceValue]
}

/// What identifies a row of the source: the primary key, or the rowid without one.
package struct RowKey: Sendable, Hashable {
    /// The names of the key's columns.
    package var names: [String]
    /// Their values.
    package var values: [SourceValue]

    /// The key for people, such as `id 48211`.
    package var description: String {
        zip(names, values).map { "\($0) \($1.display)" }.joined(separator: ", ")
    }

    /// The key as bytes, each value with its class, so that equal keys and only they are equal.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for value in values {
            let content = value.storedBytes ?? []
            bytes.append(value.storageClass.code)
            withUnsafeBytes(of: UInt32(content.count).bigEndian) { bytes += $0 }
            bytes += content
        }
        return bytes
    }
}

extension StorageClass {
    fileprivate var code: UInt8 {
        switch self {
        case .null: 0
        case .integer: 1
        case .real: 2
        case .text: 3
        case .blob: 4
        }
    }
}

extension SourceValue {
    /// The value as bytes that keep all of it: digits for numbers, the stored bytes otherwise.
    package var storedBytes: [UInt8]? {
        switch self {
        case .null: nil
        case .integer(let value): Array(String(value).utf8)
        // Swift prints as many digits as it takes to read the same double again.
        case .real(let value): Array(value.description.utf8)
        case .text(let bytes), .blob(let bytes): bytes
        }
    }

    /// The value for people, cut to a length that fits a line.
    package var display: String {
        switch self {
        case .null: "NULL"
        case .integer(let value): String(value)
        case .real(let value): value.description
        case .text(let bytes):
            String(decoding: bytes.prefix(80), as: UTF8.self) + (bytes.count > 80 ? "…" : "")
        case .blob(let bytes):
            "x'\(bytes.prefix(40).hexadecimal)'" + (bytes.count > 40 ? "…" : "")
        }
    }
}

extension RowReader {
    /// Reads the key of a row from its identity and its values.
    ///
    /// - Parameters:
    ///   - identity: The identity of the row.
    ///   - values: All its stored values.
    /// - Returns: The primary key when it has no NULL, else the rowid, else the whole row.
    package func key(identity: [SourceValue], values: [SourceValue]) -> RowKey {
        let names = table.primaryKey.compactMap(\.name)
        let keyValues = names.compactMap { name in
            columns.firstIndex { $0.name.foldedName == name.foldedName }.map { values[$0] }
        }
        if !names.isEmpty, keyValues.count == names.count, !keyValues.contains(.null) {
            return RowKey(names: names, values: keyValues)
        }
        if case .rowid = self.identity { return RowKey(names: ["rowid"], values: identity) }
        return RowKey(names: columns.map(\.name), values: values)
    }
}
