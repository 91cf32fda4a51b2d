extension LiveReader {
    /// Reads the items of an order, first what was ordered, then what was shipped.
    ///
    /// Shipped items are found also when the order itself was purged.
    ///
    /// - Parameter orderNumber: The order's number.
    /// - Returns: The items, at most a thousand of each kind.
    /// - Throws: ``MigrationError``.
    package func orderItems(orderNumber: String) throws(MigrationError) -> [OrderItem] {
        try read("orders") { session throws(LiveFailure) in
            let (view, relation) = try session.choose(session.profile.orders, "orders")
            let query = ItemsQuery(session: session, view: view, relation: relation)
            return try session.connection.snapshot { () throws(LiveFailure) in
                var items: [OrderItem] = []
                for lines in view.lines {
                    items += try query.items(lines, of: orderNumber)
                }
                return items
            }
        }
    }
}

/// The queries behind the items of an order.
struct ItemsQuery {
    let session: LiveSession
    let view: Profile.Orders
    let relation: LiveShape.Relation

    /// Reads the items of one kind.
    ///
    /// - Parameters:
    ///   - lines: Where they are.
    ///   - orderNumber: The order's number.
    /// - Returns: The items.
    /// - Throws: ``LiveFailure``.
    func items(
        _ lines: Profile.Lines,
        of orderNumber: String
    ) throws(LiveFailure) -> [OrderItem] {
        switch lines.place {
        case .json(let column):
            let text = try order(column, number: orderNumber)
            return (StoredText.list(text) ?? []).prefix(LiveReader.largestPage)
                .compactMap { entry in
                    (entry as? [String: Any]).map { Self.item($0, lines) }
                }
        case .table(let name, let join, let matches):
            // The number itself is known without the order, which may be purged.
            let reference =
                matches == view.number
                ? orderNumber : try order(matches, number: orderNumber)
            guard let reference else { return [] }
            return try items(lines, table: name, join: join, reference: reference)
        }
    }

    /// Reads a column of an order.
    ///
    /// - Parameters:
    ///   - column: The column in the profile.
    ///   - number: The order's number.
    /// - Returns: Its value; nil without one, or without the order.
    /// - Throws: ``LiveFailure``.
    func order(_ column: String, number: String) throws(LiveFailure) -> String? {
        guard let wanted = relation.sql(column), let key = relation.column(view.number),
            let value = LiveValue(number, as: key.kind)
        else { return nil }
        let rows = try session.connection.rows(
            """
            SELECT \(wanted) FROM \(relation.sql)
            WHERE \(SourceConnection.quote(key.name)) = ? LIMIT 1
            """,
            [value]
        )
        return rows.first?.first ?? nil
    }

    private func items(
        _ lines: Profile.Lines,
        table name: String,
        join: String,
        reference: String
    ) throws(LiveFailure) -> [OrderItem] {
        guard let table = session.shape.relation(name) else {
            throw .front(session.missing("the table \"\(name)\"", of: name, for: "orders"))
        }
        func column(_ names: [String]) -> String? {
            names.lazy.compactMap { table.sql($0) }.first
        }
        guard let joined = table.column(join), let sku = column(lines.sku),
            let quantity = column(lines.quantity)
        else {
            let columns = ([join] + lines.sku + lines.quantity).joined(separator: "\", \"")
            let thing = "the columns \"\(columns)\" in \"\(name)\""
            throw .front(session.missing(thing, of: name, for: "orders"))
        }
        guard let value = LiveValue(reference, as: joined.kind) else { return [] }
        let rows = try session.connection.rows(
            """
            SELECT \(sku), \(column(lines.lot) ?? "NULL"), \(quantity) FROM \(table.sql)
            WHERE \(SourceConnection.quote(joined.name)) = ?
            ORDER BY 1, 2 LIMIT \(LiveReader.largestPage)
            """,
            [value]
        )
        return rows.map { row in
            OrderItem(
                sku: row[0] ?? "",
                lot: row[1].flatMap { $0.isEmpty ? nil : $0 },
                quantity: StoredText.integer(row[2]) ?? 0,
                kind: lines.kind
            )
        }
    }

    private static func item(_ entry: [String: Any], _ lines: Profile.Lines) -> OrderItem {
        func text(_ keys: [String]) -> String? {
            let value = keys.lazy.compactMap { entry[$0] }.first
            // JSON may hold a SKU as a number.
            return (value as? String) ?? (value as? Int64).map { String($0) }
        }
        return OrderItem(
            sku: text(lines.sku) ?? "",
            lot: text(lines.lot).flatMap { $0.isEmpty ? nil : $0 },
            quantity: StoredText.integer(text(lines.quantity)) ?? 0,
            kind: lines.kind
        )
    }
}
