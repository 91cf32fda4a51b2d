import Crypto

/// What is compared of one table, and by which rules.
struct TableComparison: Sendable {
    let source: Catalog.Table
    let targetName: String
    let schema: String
    /// The columns, the key's first when there is one.
    private(set) var columns: [Column]
    /// The number of key columns in front; 0 when rows can only be compared as a whole.
    let keyWidth: Int
    /// Columns that only one side has.
    let unmatched: [String]
    /// Columns that the run left out, with the reason.
    let skipped: [String]
    let sequence: (column: String, name: String)?
    /// Columns with values so large that the server sums them up instead of sending them.
    var summed: Set<Int> = []
    /// The rows that are compared; all when nil.
    var scope: Scope?
    /// Whether the source has a large row, so that one is in memory at a time.
    var hasLargeRows = false

    /// A part of the rows, as conditions on both sides that choose the same ones.
    struct Scope: Sendable {
        let source: String
        let target: String
    }

    /// A column of both sides.
    struct Column: Sendable {
        let source: String
        let target: String
        let rule: EqualityRule
        /// The conversions that the run applied, nil without any.
        let reading: ConvertedReading?
        /// The expression that the run read in place of the stored value.
        let expression: String?

        /// Whether the stored value itself is what the target has.
        var isAsStored: Bool { reading == nil && expression == nil }
    }

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
        let known = NameTable(present.map { ($0.name, $0) })
        var skipped = source.losses.compactMap { loss in
            loss.column.map { "\($0) is left out: \(loss.reason)" }
        }
        let visible = source.columns.filter { $0.generation != .hidden }
        var matched: [Column] = []
        var unmatched: [String] = []
        for column in visible {
            let record = names.record(column.name, of: source.name)
            if let reason = record?.skip {
                skipped.append("\(column.name) is skipped: \(reason)")
                continue
            }
            let name = names.column(column.name, of: source.name)
            if let found = known[name] {
                let rule = EqualityRule(type: found.type)
                // What was sent as text and is a number there, the server has read.
                let isReadByServer =
                    record?.type == TargetType.text.sql && (rule == .numeric || rule == .single)
                matched.append(
                    Column(
                        source: column.name,
                        target: name,
                        rule: rule,
                        reading: record.flatMap {
                            ConvertedReading(
                                $0.conversions,
                                length: found.length,
                                readsNumbers: isReadByServer
                            )
                        },
                        expression: record?.expression
                    )
                )
            } else {
                unmatched.append("\(column.name) is not in the target")
            }
        }
        let taken = NameSet(matched.map(\.target))
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
        columns =
            keys
            + matched.filter { column in !keys.contains { $0.source.isExactly(column.source) } }
        keyWidth = keys.count
        self.unmatched = unmatched
        self.skipped = skipped
        sequence = present.first { $0.sequence != nil }.map { ($0.name, $0.sequence ?? "") }
    }

    /// The same without the columns of which the target has what an expression reads.
    func withoutExpressions() -> TableComparison {
        var comparison = self
        comparison.columns.removeAll { $0.expression != nil }
        return comparison
    }

    /// The primary key, when both sides order its columns in the same way.
    private static func key(
        of table: Catalog.Table,
        _ columns: [Column]
    ) -> [Column] {
        let names = table.primaryKey.compactMap(\.name)
        let found = names.compactMap { name in
            columns.first { $0.source.foldedName == name.foldedName }
        }
        // A converted key comes in another order than the stored one.
        guard found.count == names.count,
            found.allSatisfy({ $0.rule.isOrdered && $0.isAsStored })
        else { return [] }
        return found
    }

    var rules: [EqualityRule] { columns.map(\.rule) }

    var readings: [ConvertedReading?] { columns.map(\.reading) }

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
        let list = sourceColumns.joined(separator: ", ")
        return "SELECT \(list.isEmpty ? "1" : list) FROM "
            + "\(SourceConnection.quote(source.storedName))\(sourcePart)\(sourceOrder)"
    }

    /// The same where rows are large: first the rowids in key order, then one row at a time by its
    /// rowid; nil where rows have none.
    ///
    /// A statement keeps the memory of the largest value of each column until it is reset.
    var largeSourceQueries: (rowids: String, row: String)? {
        guard hasLargeRows, case .rowid(let rowid) = RowIdentity(source) else { return nil }
        let table = SourceConnection.quote(source.storedName)
        let name = SourceConnection.quote(rowid)
        return (
            "SELECT \(name) FROM \(table)\(sourcePart)\(sourceOrder)",
            "SELECT \(sourceColumns.joined(separator: ", ")) FROM \(table) WHERE \(name) = ?"
        )
    }

    /// The compared columns, and the rowid behind them.
    private var sourceColumns: [String] {
        let quote = SourceConnection.quote
        var selected = columns.map { $0.expression.map(RowReader.sql) ?? quote($0.source) }
        if case .rowid(let name) = RowIdentity(source) { selected.append(quote(name)) }
        return selected
    }

    private var sourcePart: String { scope.map { " WHERE \($0.source)" } ?? "" }

    private var sourceOrder: String {
        let quote = SourceConnection.quote
        var order = columns.prefix(keyWidth).map { "\(quote($0.source)) COLLATE BINARY" }
        // Ordering by the alias itself, without a collation, walks the table's own tree.
        if source.rowidAlias != nil, keyWidth == 1 { order = [quote(columns[0].source)] }
        return order.isEmpty ? "" : " ORDER BY " + order.joined(separator: ", ")
    }

    /// The value itself behind a byte 0, or, when it is large, its size and SHA-256 behind a 1.
    private static func sum(_ value: String, _ rule: EqualityRule) -> String {
        let bytes = rule == .bytes ? value : "convert_to(\(value), 'UTF8')"
        return """
            CASE WHEN octet_length(\(value)) > \(CanonicalRow.largeValue)
            THEN '\\x01'::bytea || int8send(octet_length(\(value))::bigint) || sha256(\(bytes))
            ELSE '\\x00'::bytea || \(bytes) END
            """
    }

    /// Finds columns of the target with large values.
    ///
    /// Values that are stored within their rows are small, so tables without others cost nothing.
    ///
    /// - Parameter connection: A connection to the target.
    /// - Throws: ``TargetError``.
    mutating func findLarge(_ connection: TargetConnection) throws(TargetError) {
        let kinds: [EqualityRule] = [.text, .bytes, .textForm]
        let candidates = columns.indices.dropFirst(keyWidth)
            .filter { kinds.contains(columns[$0].rule) }
        guard !candidates.isEmpty else { return }
        let outside = try connection.query(
            "SELECT reltoastrelid <> 0 AND pg_relation_size(reltoastrelid) > 0 "
                + "FROM pg_class WHERE oid = $1::regclass",
            [.text(qualifiedName)]
        )
        guard outside.first == "t" else { return }
        let quote = TargetConnection.quote
        let sizes = candidates.map { index in
            let column = columns[index].rule.selected(quote(columns[index].target))
            return "coalesce(max(octet_length(\(column))), 0)"
        }
        let largest =
            try connection.query(
                "SELECT \(sizes.joined(separator: ", ")) FROM \(qualifiedName)"
            ).rows.first ?? []
        for (index, text) in zip(candidates, largest) {
            let size = text.flatMap { Int($0) } ?? 0
            if size > CanonicalRow.largeValue { summed.insert(index) }
        }
    }

    /// The target's rows in the same order.
    var targetQuery: String {
        let quote = TargetConnection.quote
        let list = columns.indices.map { index in
            let selected = columns[index].rule.selected(quote(columns[index].target))
            return summed.contains(index) ? Self.sum(selected, columns[index].rule) : selected
        }.joined(separator: ", ")
        let order = columns.prefix(keyWidth).map { $0.rule.ordered(quote($0.target)) }
        let sorted = order.isEmpty ? "" : " ORDER BY " + order.joined(separator: ", ")
        let part = scope.map { " WHERE \($0.target)" } ?? ""
        return "COPY (SELECT \(list.isEmpty ? "1" : list) FROM \(qualifiedName)\(part)\(sorted)) "
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
