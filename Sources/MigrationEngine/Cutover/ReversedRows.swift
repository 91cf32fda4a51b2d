/// Finds rows of one table of the source and what the quarantine says of them.
final class ReversedRows {
    let table: ReversedTable
    let source: SourceConnection
    private let quarantine: NameTable<QuarantinedRows>
    private var statements: [String: SourceStatement] = [:]
    /// Where keys stand that no index finds, by their canonical form.
    private var index: [[UInt8]: [[SourceValue]]]?

    init(
        _ table: ReversedTable,
        _ source: SourceConnection,
        _ quarantine: NameTable<QuarantinedRows>
    ) {
        self.table = table
        self.source = source
        self.quarantine = quarantine
    }

    /// A statement that is compiled once.
    func prepared(_ sql: String) throws(SourceError) -> SourceStatement {
        if let statement = statements[sql] {
            statement.reset()
            return statement
        }
        let statement = try source.prepare(sql)
        statements[sql] = statement
        return statement
    }

    /// Lets go of what was compiled and of what was learned of the table's rows.
    func forget() {
        statements.removeAll()
        index = nil
    }

    private static func list(_ columns: [String]) -> String {
        columns.map(SourceConnection.quote).joined(separator: ", ")
    }

    // MARK: - Finding

    /// Whether every key is stored in one way only.
    var isDirect: Bool {
        let part = table.parts[0]
        return part.key.allSatisfy { place in
            let column = part.columns[place]
            return column.rule.isDirectKey && column.reading == nil
        }
    }

    /// Learns where the keys stand that no index finds.
    ///
    /// - Parameter keys: Gives the canonical forms of the keys that will be asked for.
    /// - Throws: ``SourceError`` or ``TargetError``.
    func learn(_ keys: () throws -> Set<[UInt8]>) throws {
        guard !isDirect else { return }
        let wanted = try keys()
        let part = table.parts[0]
        let columns = part.key.map { part.columns[$0] }
        let canonicalizer = SourceCanonicalizer(
            rules: columns.map(\.rule),
            readings: columns.map(\.reading)
        )
        let row = CanonicalRow(width: columns.count)
        let width = table.handle.count
        var found: [[UInt8]: [[SourceValue]]] = [:]
        try source.query(
            "SELECT \(Self.list(table.handle + columns.map(\.name))) FROM \(table.qualifiedName)"
        ) { statement in
            canonicalizer.fill(row, statement, from: width)
            let key = Array(row.buffer.bytes)
            guard wanted.contains(key) else { return }
            found[key, default: []].append((0..<width).map { statement.value($0) })
        }
        index = found
    }

    /// Finds the row with a key.
    ///
    /// - Parameters:
    ///   - key: The key as values of the target.
    ///   - canonical: The key in the canonical form.
    /// - Returns: The row's handle; nil when there is none. A row that the target has is taken
    ///   before one that is in quarantine.
    /// - Throws: ``SourceError``.
    func handle(
        _ key: [TargetValue],
        _ canonical: () -> [UInt8]
    ) throws(SourceError) -> [SourceValue]? {
        if let index {
            let found = index[canonical()] ?? []
            for handle in found where try quarantined(handle) == nil { return handle }
            return found.first
        }
        let values = key.compactMap(\.asKey)
        guard values.count == key.count else { return nil }
        return try handle(stored: values)
    }

    /// A statement that stands on a row: the cells of a part as they are compared.
    ///
    /// - Returns: The statement, to be reset; nil when the row is gone.
    /// - Throws: ``SourceError``.
    func cells(
        _ part: ReversedTable.Part,
        _ handle: [SourceValue]
    ) throws(SourceError) -> SourceStatement? {
        let statement = try prepared(
            "SELECT \(part.selection.joined(separator: ", ")) FROM \(table.qualifiedName) "
                + "WHERE \(table.isHandle(from: 1))"
        )
        try statement.bind(handle)
        return try statement.step() ? statement : nil
    }

    // MARK: - Quarantine

    /// Rows that the operator has given another key in the target: the new one, as it was chosen,
    /// and the key of the row in the source.
    func moved() -> [(key: [SourceValue], stored: [SourceValue])] {
        let part = table.parts[0]
        let edits = quarantine[part.source.name]?.edits ?? [:]
        let names = part.key.map { part.columns[$0].name.foldedName }
        return edits.values.compactMap { edit in
            guard names.contains(where: { edit.edited[$0] != nil }) else { return nil }
            let stored = names.compactMap { edit.stored[$0] }
            let key = names.compactMap { edit.edited[$0] ?? edit.stored[$0] }
            return key.count == names.count && stored.count == names.count ? (key, stored) : nil
        }
    }

    /// Finds the row of the source whose key is stored as it was read.
    ///
    /// - Parameter key: The key.
    /// - Returns: The row's handle; nil when there is none.
    /// - Throws: ``SourceError``.
    func handle(stored key: [SourceValue]) throws(SourceError) -> [SourceValue]? {
        let statement = try prepared(
            "SELECT \(Self.list(table.handle)) FROM \(table.qualifiedName) "
                + "WHERE \(table.isKey(from: 1))"
        )
        try statement.bind(key)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return table.handle.indices.map { statement.value($0) }
    }

    /// Whether the quarantine holds a row, in any of its parts.
    ///
    /// - Parameter handle: The row.
    /// - Returns: The key by which a part's row is in quarantine, with the part; nil when none is.
    /// - Throws: ``SourceError``.
    func quarantined(
        _ handle: [SourceValue]
    ) throws(SourceError) -> ReverseSummary.Overwritten? {
        for part in table.parts {
            if let found = try quarantined(part, handle) { return found }
        }
        return nil
    }

    /// Whether the quarantine holds the row of a part.
    func quarantined(
        _ part: ReversedTable.Part,
        _ handle: [SourceValue]
    ) throws(SourceError) -> ReverseSummary.Overwritten? {
        guard let rows = quarantine[part.source.name], !rows.isEmpty else { return nil }
        let names = part.source.primaryKey.compactMap(\.name)
        let statement = try prepared(
            "SELECT \(Self.list(table.handle + names)) FROM \(table.qualifiedName) "
                + "WHERE \(table.isHandle(from: 1))"
        )
        try statement.bind(handle)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        let width = table.handle.count
        let values = names.indices.map { statement.keyValue(width + $0) }
        // A row that no key tells from others went there by its rowid, as in a verification.
        let goesByRowid = table.hasRowid && (values.isEmpty || values.contains(.null))
        let key = (goesByRowid ? .rowid(handle) : RowKey(names: [], values: values)).bytes
        guard rows.holds(key) || rows.edits[key] != nil else { return nil }
        return .init(table: part.source.name, key: key.hexadecimal)
    }

    /// Whether the target lacks a row because of the quarantine.
    func isAbsent(_ found: ReverseSummary.Overwritten) -> Bool {
        quarantine[found.table]?.holds([UInt8](hexadecimal: found.key)) ?? false
    }
}
