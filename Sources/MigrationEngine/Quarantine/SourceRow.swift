import Crypto

/// A row in quarantine as it is looked for in the source.
struct SourceRow: Sendable {
    /// One value, by what tells it from others.
    struct Value: Sendable {
        var column: String
        /// The storage class.
        var kind: String
        /// The SHA-256 of its stored bytes; nil for NULL.
        var sum: String?
    }

    /// Whether the source still has a row.
    enum State: String, Sendable {
        case unchanged
        case changed
        case gone
        case unknown
    }

    var table: String
    var keyText: String
    var key: [SourceValue]
    /// Whether the key is known to be the rowid.
    var isRowid = false
    var values: [Value]

    /// Looks for a row.
    ///
    /// - Parameters:
    ///   - row: The row.
    ///   - options: The source.
    /// - Returns: Whether it is there, and why that cannot be told.
    static func state(of row: SourceRow, in options: Options) -> (State, String?) {
        do throws(MigrationError) {
            let source = try SourceFile.open(options.source, stage: "quarantine")
            do throws(SourceError) {
                return try row.find(source)
            } catch {
                return (.unknown, "SQLite: \(error.message)")
            }
        } catch {
            return (.unknown, error.message)
        }
    }

    private func find(_ source: SourceConnection) throws(SourceError) -> (State, String?) {
        guard let table = try CatalogReader.read(source).table(table) else {
            return (.unknown, "the source has no such table")
        }
        let reader = RowReader(table, columns: values.map(\.column))
        guard reader.columns.count == values.count else {
            return (.unknown, "the source's table has other columns")
        }
        guard let names = keyNames(reader) else {
            return (.unknown, "the row has no key to find it by")
        }
        let quote = SourceConnection.quote
        let columns = reader.columns.map { quote($0.name) }.joined(separator: ", ")
        let condition = names.map { "\(quote($0)) = ? COLLATE BINARY" }
        let statement = try source.prepare(
            "SELECT \(columns.isEmpty ? "1" : columns) FROM \(quote(table.storedName)) "
                + "WHERE \(condition.joined(separator: " AND "))"
        )
        try statement.bind(key)
        guard try statement.step() else { return (.gone, nil) }
        let isWhole = values.indices.allSatisfy { isSame(values[$0], statement, $0) }
        return (isWhole ? .unchanged : .changed, nil)
    }

    /// The columns whose values the key holds; nil when they cannot be told.
    private func keyNames(_ reader: RowReader) -> [String]? {
        let declared = reader.table.primaryKey.compactMap(\.name)
        if !isRowid, !declared.isEmpty, declared.count == key.count,
            RowKey(names: declared, values: key).description.replacing("\0", with: "\u{2400}")
                == keyText
        {
            return declared
        }
        guard case .rowid(let name) = reader.identity, key.count == 1,
            RowKey.rowid(key).description == keyText
        else { return nil }
        return [name]
    }

    private func isSame(_ value: Value, _ statement: SourceStatement, _ column: Int) -> Bool {
        guard statement.storageClass(column).rawValue == value.kind else { return false }
        var hash = SHA256()
        switch statement.storageClass(column) {
        case .null: return value.sum == nil
        case .integer, .real:
            (statement.value(column).storedBytes ?? []).withUnsafeBytes {
                hash.update(bufferPointer: $0)
            }
        case .text, .blob:
            hash.update(
                bufferPointer: statement.malformedText(column) ?? statement.bytes(column)
            )
        }
        return hash.finalize().hexadecimal == value.sum
    }
}
