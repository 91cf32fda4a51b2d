import Crypto

/// What is compared of one table, and by which rules.
struct TableComparison: Sendable {
    let source: Catalog.Table
    let targetName: String
    let schema: String
    /// The columns, the key's first when there is one.
    let columns: [(source: String, target: String, rule: EqualityRule)]
    /// The number of key columns in front; 0 when rows can only be compared as a whole.
    let keyWidth: Int
    /// Columns that only one side has.
    let unmatched: [String]
    let sequence: (column: String, name: String)?

    init(
        _ source: Catalog.Table,
        isUTF16: Bool,
        _ names: NameMap,
        _ target: TargetCatalog,
        schema: String
    ) {
        self.source = source
        self.schema = schema
        targetName = names.table(source.name)
        let present = target.tables[targetName] ?? []
        let known = Dictionary(present.map { ($0.name, $0) }) { first, _ in first }
        let visible = source.columns.filter { $0.generation != .hidden }
        var matched: [(source: String, target: String, rule: EqualityRule)] = []
        var unmatched: [String] = []
        for column in visible {
            let name = names.column(column.name, of: source.name)
            if let found = known[name] {
                matched.append((column.name, name, EqualityRule(type: found.type)))
            } else {
                unmatched.append("\(column.name) is not in the target")
            }
        }
        let taken = Set(matched.map(\.target))
        let table = targetName
        unmatched +=
            present
            .filter { !taken.contains($0.name) }
            .filter { names.isAside(.target, table, column: $0.name) == nil }
            .map { "\($0.name) is not in the source" }
        let key = Self.key(of: source, matched)
        // Rows with NULL in their key cannot be told apart by it, and UTF-16 sorts by other bytes.
        let isUsable = key.allSatisfy { column in
            known[column.target]?.isNotNull == true && !(isUTF16 && column.rule == .text)
        }
        let keys = isUsable ? key : []
        columns = keys + matched.filter { column in !keys.contains { $0.source == column.source } }
        keyWidth = keys.count
        self.unmatched = unmatched
        sequence = present.first { $0.sequence != nil }.map { ($0.name, $0.sequence ?? "") }
    }

    /// The primary key, when both sides order its columns in the same way.
    private static func key(
        of table: Catalog.Table,
        _ columns: [(source: String, target: String, rule: EqualityRule)]
    ) -> [(source: String, target: String, rule: EqualityRule)] {
        let names = table.primaryKey.compactMap(\.name)
        let found = names.compactMap { name in
            columns.first { $0.source.foldedName == name.foldedName }
        }
        guard found.count == names.count, found.allSatisfy({ $0.rule.isOrdered }) else { return [] }
        return found
    }

    var rules: [EqualityRule] { columns.map(\.rule) }

    var qualifiedName: String {
        "\(TargetConnection.quote(schema)).\(TargetConnection.quote(targetName))"
    }

    /// Whether the source's rows have a rowid, which the query then selects behind the columns.
    var hasRowid: Bool {
        if case .rowid = RowIdentity(source) { return true }
        return false
    }

    /// The source's rows in key order, with the rowid behind the compared columns.
    var sourceQuery: String {
        let quote = SourceConnection.quote
        var selected = columns.map { quote($0.source) }
        if case .rowid(let name) = RowIdentity(source) { selected.append(quote(name)) }
        let list = selected.joined(separator: ", ")
        var order = columns.prefix(keyWidth).map { "\(quote($0.source)) COLLATE BINARY" }
        // Ordering by the alias itself, without a collation, walks the table's own tree.
        if source.rowidAlias != nil, keyWidth == 1 { order = [quote(columns[0].source)] }
        let sorted = order.isEmpty ? "" : " ORDER BY " + order.joined(separator: ", ")
        return "SELECT \(list.isEmpty ? "1" : list) FROM \(quote(source.name))\(sorted)"
    }

    /// The target's rows in the same order.
    var targetQuery: String {
        let quote = TargetConnection.quote
        let list = columns.map { $0.rule.selected(quote($0.target)) }.joined(separator: ", ")
        let order = columns.prefix(keyWidth).map { $0.rule.ordered(quote($0.target)) }
        let sorted = order.isEmpty ? "" : " ORDER BY " + order.joined(separator: ", ")
        return "COPY (SELECT \(list.isEmpty ? "1" : list) FROM \(qualifiedName)\(sorted)) "
            + "TO STDOUT (FORMAT binary)"
    }
}

/// A digest over canonical rows in key order, fed in blocks.
struct RowDigest {
    private static let block = 1 << 16

    private var hash = SHA256()
    private let pending = ByteBuffer()

    init() {}

    /// Goes on from another digest, which goes on by itself.
    ///
    /// - Parameter other: The digest so far.
    init(copying other: RowDigest) {
        hash = other.hash
        pending.append(other.pending.bytes)
    }

    @inline(__always)
    mutating func add(_ row: CanonicalRow) {
        pending.append(row.buffer.bytes)
        if pending.count >= Self.block { flush() }
    }

    private mutating func flush() {
        hash.update(bufferPointer: pending.bytes)
        pending.truncate()
    }

    /// The digest as hexadecimal digits.
    mutating func finish() -> String {
        flush()
        return hash.finalize().hexadecimal
    }
}
