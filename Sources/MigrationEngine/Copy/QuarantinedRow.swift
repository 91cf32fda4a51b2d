import Crypto

/// A row that does not fit: which one, where, and why; its values are read from the source again.
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
}

/// A row of a chunk that does not fit, by its place; small, because there can be as many as rows.
struct Misplaced: Sendable {
    /// The place among all rows of the chunk, from 0.
    var place: Int
    /// The column in the source; nil when the row as a whole breaks a constraint.
    var column: String?
    /// Why, without the value.
    var reason: String
    /// The server's SQLSTATE when the server refused it.
    var sqlState: String?
}

/// What identifies a row of the source: the primary key, or the rowid without one.
package struct RowKey: Sendable, Hashable {
    /// The names of the key's columns.
    package var names: [String]
    /// Their values.
    package var values: [SourceValue]
    /// Whether the value is the row's rowid, which is no value of a primary key.
    package var isRowid = false

    /// The key of a row that only its rowid tells from others.
    ///
    /// - Parameter values: The rowid.
    /// - Returns: The key.
    package static func rowid(_ values: [SourceValue]) -> RowKey {
        RowKey(names: ["rowid"], values: values, isRowid: true)
    }

    /// The key for people, such as `id 48211`.
    package var description: String {
        zip(names, values).map { "\($0) \($1.display)" }.joined(separator: ", ")
    }

    /// What the bytes of a rowid begin with; no class of a value has this number.
    private static let rowidMark: UInt8 = 16

    /// The key as bytes, each value with its class, so that equal keys and only they are equal.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = isRowid ? [Self.rowidMark] : []
        for value in values {
            let content = value.storedBytes ?? []
            bytes.append(value.storageClass.code)
            withUnsafeBytes(of: UInt32(content.count).bigEndian) { bytes += $0 }
            bytes += content
        }
        return bytes
    }

    /// Reads the values of a key from its bytes.
    ///
    /// - Parameter bytes: What ``bytes`` gave.
    /// - Returns: The values; nil when the bytes are not those of a key.
    package static func values(_ bytes: [UInt8]) -> [SourceValue]? {
        var values: [SourceValue] = []
        var rest = isRowid(bytes) ? bytes.dropFirst() : bytes[...]
        while rest.count >= 5 {
            let code = rest.removeFirst()
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard rest.count >= length,
                let name = StorageClass.allCases.first(where: { $0.code == code }),
                let value = SourceValue(name, stored: Array(rest.prefix(length)))
            else { return nil }
            values.append(value)
            rest = rest.dropFirst(length)
        }
        return rest.isEmpty ? values : nil
    }

    /// Whether the bytes of a key are those of a rowid.
    ///
    /// - Parameter bytes: What ``bytes`` gave.
    /// - Returns: Whether they are; false for a rowid that an earlier version wrote.
    package static func isRowid(_ bytes: [UInt8]) -> Bool { bytes.first == rowidMark }

    /// The bytes of a row's key in `cutover.quarantine`, in SQL.
    ///
    /// Earlier versions wrote a rowid like a key of one integer; their text of the key tells it.
    package static let storedBytes = """
        CASE WHEN key_text ~ '^rowid -?[0-9]+$' AND get_byte(key_bytes || '\\x00'::bytea, 0) = 1
            AND NOT EXISTS (SELECT FROM unnest(columns) c WHERE lower(c) = 'rowid')
        THEN '\\x10'::bytea || key_bytes ELSE key_bytes END
        """
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

    /// Reads a value from its storage class and its stored bytes.
    ///
    /// - Parameters:
    ///   - storageClass: The class.
    ///   - stored: What ``storedBytes`` gave; not looked at for NULL.
    package init?(_ storageClass: StorageClass, stored: [UInt8]) {
        let digits = { String(decoding: stored, as: UTF8.self) }
        switch storageClass {
        case .null: self = .null
        case .integer:
            guard let value = Int64(digits()) else { return nil }
            self = .integer(value)
        case .real:
            guard let value = Double(digits()) else { return nil }
            self = .real(value)
        case .text: self = .text(stored)
        case .blob: self = .blob(stored)
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

extension SourceStatement {
    /// Bytes above which a value stands in a key by its size and SHA-256 only.
    private static let longestKeyValue = 1 << 16

    /// A value of the current row as part of a key: long ones by their checksum.
    ///
    /// - Parameter column: The column, from 0.
    /// - Returns: The value, or what stands for it.
    package func keyValue(_ column: Int) -> SourceValue {
        let kind = storageClass(column)
        guard kind == .text || kind == .blob else { return value(column) }
        let stored = malformedText(column) ?? bytes(column)
        guard stored.count > Self.longestKeyValue else { return value(column) }
        var hash = SHA256()
        hash.update(bufferPointer: stored)
        let sum = Array("\(stored.count) bytes, SHA-256 \(hash.finalize().hexadecimal)".utf8)
        return kind == .text ? .text(sum) : .blob(sum)
    }
}

extension RowReader {
    /// Reads the key of a row.
    ///
    /// - Parameters:
    ///   - identity: Gives the identity of the row.
    ///   - value: Gives the key's part for a stored column, by its place among ``columns``.
    /// - Returns: The primary key when it has no NULL, else the rowid, else the whole row.
    package func key(
        identity: () -> [SourceValue],
        value: (Int) -> SourceValue
    ) -> RowKey {
        let names = table.primaryKey.compactMap(\.name)
        let places = names.compactMap { name in
            columns.firstIndex { $0.name.foldedName == name.foldedName }
        }
        if !names.isEmpty, places.count == names.count {
            let values = places.map(value)
            if !values.contains(.null) { return RowKey(names: names, values: values) }
        }
        if case .rowid = self.identity { return .rowid(identity()) }
        return RowKey(names: columns.map(\.name), values: columns.indices.map(value))
    }

    /// Reads the key of a row from its identity and its values.
    ///
    /// - Parameters:
    ///   - identity: The identity of the row.
    ///   - values: All its stored values.
    /// - Returns: The key.
    package func key(identity: [SourceValue], values: [SourceValue]) -> RowKey {
        key(identity: { identity }, value: { values[$0] })
    }

    /// Reads the key of the current row of a statement of ``open(_:_:)``.
    ///
    /// - Parameter statement: The statement.
    /// - Returns: The key.
    package func key(of statement: SourceStatement) -> RowKey {
        key(
            identity: { identity(of: statement) },
            value: { statement.keyValue(storedPlace($0)) }
        )
    }
}
