/// The queries behind a page of orders.
struct OrdersQuery {
    /// An order with the key by which the list continues.
    struct KeyedRow {
        var key: String
        var row: OrderRow
    }

    /// A key beyond which orders are read.
    struct Bound {
        var key: LiveValue
        /// Whether the order with the key belongs to them.
        var isIncluded: Bool
    }

    let session: LiveSession
    let view: Profile.Orders
    let relation: LiveShape.Relation
    let search: String?
    let status: String?
    private let order: OrdersOrder
    private let keyKind: LiveShape.Kind
    private let keySQL: String
    private let numberSQL: String

    /// Prepares the queries.
    ///
    /// - Parameters:
    ///   - session: What is read.
    ///   - view: The variant of the view.
    ///   - relation: Its table.
    ///   - search: What is looked for.
    ///   - status: The status that is asked for.
    ///   - order: Which end of the key the list begins with.
    /// - Throws: ``LiveFailure`` when the table lacks a column that the request needs.
    init(
        session: LiveSession,
        view: Profile.Orders,
        relation: LiveShape.Relation,
        search: String?,
        status: String?,
        order: OrdersOrder = .newestFirst
    ) throws(LiveFailure) {
        guard let key = relation.column(view.key), let number = relation.sql(view.number) else {
            throw .front(session.missing("the key", of: view.table, for: "orders"))
        }
        if status != nil, relation.sql(view.status) == nil {
            let column = "a status column in \"\(view.table)\""
            throw .front(session.missing(column, of: view.table, for: "orders"))
        }
        self.session = session
        self.view = view
        self.relation = relation
        self.search = search
        self.status = status
        self.order = order
        keyKind = key.kind
        keySQL = SourceConnection.quote(key.name)
        numberSQL = number
    }

    /// Whether many rows may have to be looked at before a page is full.
    var needsSlices: Bool {
        if search != nil { return true }
        guard status != nil, let column = view.status.flatMap(relation.column) else { return false }
        return !relation.indexed.contains(column.name)
    }

    /// Reads a key that an earlier page gave.
    ///
    /// - Parameter text: The key.
    /// - Returns: The value.
    /// - Throws: ``LiveFailure`` with an error of code `usage`.
    func key(_ text: String) throws(LiveFailure) -> LiveValue {
        guard let value = LiveValue(text, as: keyKind) else {
            throw .front(
                MigrationError(
                    .usage,
                    "--after is not a key that a page of orders ended with",
                    place: .init("orders", side: session.connection.side),
                    remedy: "give the value of next_key, or leave --after out for the newest"
                )
            )
        }
        return value
    }

    /// The order whose number is exactly the search.
    ///
    /// - Returns: The order, or nil when there is none or it has another status.
    /// - Throws: ``LiveFailure``.
    func exact() throws(LiveFailure) -> KeyedRow? {
        guard let search, let number = relation.column(view.number),
            let value = LiveValue(search, as: number.kind)
        else { return nil }
        var conditions = ["\(numberSQL) = ?"]
        var values = [value]
        if let status, let column = relation.sql(view.status) {
            conditions.append("\(column) = ?")
            values.append(.text(status))
        }
        return try select(conditions, values, isBackward: false, limit: 1).first
    }

    /// Finds the far end of a slice.
    ///
    /// - Parameters:
    ///   - bound: Where the slice begins; nil for an end of the list.
    ///   - isBackward: Whether it reaches toward the beginning of the list.
    ///   - count: The rows of the slice.
    /// - Returns: The last key of the slice, or nil when it reaches the end of the list.
    /// - Throws: ``LiveFailure``.
    func boundary(
        beyond bound: Bound?,
        isBackward: Bool,
        _ count: Int
    ) throws(LiveFailure) -> String? {
        let condition = bound.map { "WHERE \(keySQL) \(sign($0, isBackward)) ?" } ?? ""
        let rows = try session.connection.rows(
            """
            SELECT \(keySQL) FROM \(relation.sql) \(condition)
            ORDER BY \(keySQL) \(ascends(isBackward) ? "ASC" : "DESC") LIMIT 1 OFFSET \(count - 1)
            """,
            [bound?.key].compactMap { $0 }
        )
        return rows.first?.first ?? nil
    }

    /// Reads orders in the order of the list, or the other way round when they are read backward.
    ///
    /// - Parameters:
    ///   - bound: Where the first order may be; nil for an end of the list.
    ///   - boundary: The last key that may be read; nil for the other end of the list.
    ///   - isBackward: Whether they are read toward the beginning of the list.
    ///   - limit: The most rows.
    /// - Returns: The orders with their keys.
    /// - Throws: ``LiveFailure``.
    func rows(
        beyond bound: Bound?,
        to boundary: String?,
        isBackward: Bool,
        limit: Int
    ) throws(LiveFailure) -> [KeyedRow] {
        var conditions: [String] = []
        var values: [LiveValue] = []
        if let bound {
            conditions.append("\(keySQL) \(sign(bound, isBackward)) ?")
            values.append(bound.key)
        }
        if let boundary {
            conditions.append("\(keySQL) \(ascends(isBackward) ? "<=" : ">=") ?")
            values.append(try key(boundary))
        }
        if let status, let column = relation.sql(view.status) {
            conditions.append("\(column) = ?")
            values.append(.text(status))
        }
        if let search {
            let columns = [numberSQL] + view.customer.compactMap { relation.sql($0) }
            conditions.append(LikePattern.condition(columns))
            values += columns.map { _ in .text(LikePattern.containing(search)) }
        }
        return try select(conditions, values, isBackward: isBackward, limit: limit)
    }

    /// Whether the keys grow on the way.
    private func ascends(_ isBackward: Bool) -> Bool { isBackward != (order == .oldestFirst) }

    private func sign(_ bound: Bound, _ isBackward: Bool) -> String {
        (ascends(isBackward) ? ">" : "<") + (bound.isIncluded ? "=" : "")
    }

    private func select(
        _ conditions: [String],
        _ values: [LiveValue],
        isBackward: Bool,
        limit: Int
    ) throws(LiveFailure) -> [KeyedRow] {
        let sql = """
            SELECT \(keySQL), \(numberSQL), \(relation.sql(view.date) ?? "NULL"),
                \(customerSQL), \(relation.sql(view.status) ?? "NULL"),
                \(relation.sql(view.total) ?? "NULL"), \(itemsSQL), \(matchesSQL)
            FROM \(relation.sql)
            \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
            ORDER BY \(keySQL) \(ascends(isBackward) ? "ASC" : "DESC") LIMIT \(limit)
            """
        // One view for the orders and their items: imports delete and re-insert the items.
        return try session.connection.snapshot { () throws(LiveFailure) in
            let rows = try session.connection.rows(sql, values)
            let counts = try itemCounts(rows.compactMap { $0[7] })
            return rows.map { row in
                KeyedRow(
                    key: row[0] ?? "",
                    row: OrderRow(
                        orderNumber: row[1] ?? "",
                        orderDate: row[2],
                        customer: row[3],
                        status: row[4],
                        items: items(row, counts),
                        totalCents: StoredText.cents(row[5], unit: view.totalCents)
                    )
                )
            }
        }
    }

    private var customerSQL: String {
        // NULL and '' both stand for "none".
        let names = view.customer.compactMap { relation.sql($0) }
            .map { "NULLIF(TRIM(CAST(\($0) AS TEXT)), '')" }
        return switch names.count {
        case 0: "NULL"
        case 1: names[0]
        default: "COALESCE(\(names.joined(separator: ", ")))"
        }
    }

    private var itemsSQL: String {
        switch view.items {
        case .column(let column), .json(let column): relation.sql(column) ?? "NULL"
        case .unknown, .table: "NULL"
        }
    }

    private var matchesSQL: String {
        guard case .table(_, _, let matches, _) = view.items else { return "NULL" }
        return relation.sql(matches) ?? "NULL"
    }

    private func items(_ row: [String?], _ counts: [String: Int?]?) -> Int? {
        switch view.items {
        case .unknown: nil
        case .column: StoredText.integer(row[6]).map(Int.init)
        case .json: StoredText.list(row[6])?.count
        case .table: counts.flatMap { counts in row[7].flatMap { counts[$0] ?? 0 } }
        }
    }

    /// Counts the items of a page's orders in one query.
    ///
    /// - Parameter orders: The values that the items refer to.
    /// - Returns: The counts, nil for one that is beyond all numbers; nil when the table is not
    ///   there, so that they are unknown.
    /// - Throws: ``LiveFailure``.
    private func itemCounts(_ orders: [String]) throws(LiveFailure) -> [String: Int?]? {
        guard case .table(let name, let join, _, let sum) = view.items,
            let table = session.shape.relation(name), let column = table.column(join)
        else { return nil }
        guard !orders.isEmpty else { return [:] }
        let joinSQL = SourceConnection.quote(column.name)
        var measure = "COUNT(*)"
        if let sum {
            guard let column = table.sql(sum) else { return nil }
            measure =
                switch session.connection.side {
                // SUM ends the whole query when one order's quantities overflow; total() is exact
                // up to 2^53.
                // > https://www.sqlite.org/lang_aggfunc.html#sumunc
                case .source: "CASE WHEN abs(total(\(column))) < 9e15 THEN total(\(column)) END"
                case .target: "COALESCE(SUM(\(column)), 0)"
                }
        }
        let values = orders.compactMap { LiveValue($0, as: column.kind) }
        let rows = try session.connection.rows(
            """
            SELECT \(joinSQL), \(measure) FROM \(table.sql)
            WHERE \(joinSQL) IN (\(values.map { _ in "?" }.joined(separator: ", ")))
            GROUP BY \(joinSQL)
            """,
            values
        )
        var counts: [String: Int?] = [:]
        for row in rows {
            guard let order = row[0] else { continue }
            counts[order] = .some(StoredText.integer(row[1]).map(Int.init))
        }
        return counts
    }
}
