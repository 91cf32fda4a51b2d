extension LiveReader {
    /// Reads a page of articles, by their SKU.
    ///
    /// - Parameters:
    ///   - search: A part of the SKU or of the name.
    ///   - level: An alert level: `normal`, `low` or `critical`.
    ///   - limit: The most rows of the page.
    ///   - after: The key that the page before gave.
    /// - Returns: The page.
    /// - Throws: ``MigrationError``.
    package func inventory(
        search: String? = nil,
        level: String? = nil,
        limit: Int = 200,
        after: String? = nil
    ) throws(MigrationError) -> InventoryPage {
        try inventory(
            search: search,
            level: level,
            limit: limit,
            at: after.map { .after($0) } ?? .first
        )
    }

    /// Reads the articles of some place in the list, by their SKU.
    ///
    /// - Parameters:
    ///   - search: A part of the SKU or of the name.
    ///   - level: An alert level: `normal`, `low` or `critical`.
    ///   - limit: The most rows of the page.
    ///   - place: Where in the list.
    /// - Returns: The page with the keys of its rows.
    /// - Throws: ``MigrationError``.
    package func inventory(
        search: String? = nil,
        level: String? = nil,
        limit: Int = 200,
        at place: PagePlace<String>
    ) throws(MigrationError) -> InventoryPage {
        try read("inventory") { session throws(LiveFailure) in
            let (view, relation) = try session.choose(session.profile.inventory, "inventory")
            let limit = max(1, min(limit, Self.largestPage))
            let query = InventoryQuery(view: view, relation: relation)
            // One more than asked for tells whether there is a next page.
            let read = try session.connection.rows(
                query.sql(
                    hasSearch: search?.isEmpty == false,
                    hasLevel: level?.isEmpty == false,
                    at: place,
                    limit: limit + 1
                ),
                try query.values(session, search: search, level: level, after: place.key)
            )
            let hasMore = read.count > limit
            let rows = place.isBackward ? read.prefix(limit).reversed() : Array(read.prefix(limit))
            let use = try dailyUse(session, view, relation)
            var page = InventoryPage(side: side, rows: rows.map { query.row($0, use) })
            page.edges.keys = rows.map { $0[0] ?? "" }
            switch place {
            case .first, .after, .from:
                page.nextKey = hasMore ? page.edges.keys.last : nil
                page.edges.hasMoreBefore = place != .first
            case .before, .last:
                page.nextKey = place == .last ? nil : place.key
                page.edges.hasMoreBefore = hasMore
            }
            return page
        }
    }

    /// Reads the movements of an article's stock, newest first.
    ///
    /// - Parameters:
    ///   - sku: The article.
    ///   - limit: The most rows.
    /// - Returns: The movements.
    /// - Throws: ``MigrationError``.
    package func transactions(
        sku: String,
        limit: Int = 100
    ) throws(MigrationError) -> [InventoryTransaction] {
        try read("transactions") { session throws(LiveFailure) in
            let (view, relation) = try session.choose(
                session.profile.transactions,
                "transactions"
            )
            guard let column = relation.column(view.sku),
                let value = LiveValue(sku, as: column.kind)
            else { return [] }
            let date = relation.sql(view.date) ?? "NULL"
            let order = relation.sql(view.key).map { "\(date) DESC, \($0) DESC" } ?? "\(date) DESC"
            let rows = try session.connection.rows(
                """
                SELECT \(date), \(relation.sql(view.type) ?? "NULL"),
                    \(relation.sql(view.quantity) ?? "NULL"), \(relation.sql(view.notes) ?? "NULL")
                FROM \(relation.sql) WHERE \(SourceConnection.quote(column.name)) = ?
                ORDER BY \(order) LIMIT \(max(1, min(limit, Self.largestPage)))
                """,
                [value]
            )
            return rows.map { row in
                InventoryTransaction(
                    date: row[0],
                    type: row[1] ?? "",
                    quantity: StoredText.integer(row[2]) ?? 0,
                    notes: row[3]
                )
            }
        }
    }
}

/// The query behind a page of articles.
private struct InventoryQuery {
    let view: Profile.Inventory
    let relation: LiveShape.Relation

    func sql(
        hasSearch: Bool,
        hasLevel: Bool,
        at place: PagePlace<String>,
        limit: Int
    ) -> String {
        var conditions: [String] = []
        if hasSearch { conditions.append(LikePattern.condition(searched)) }
        if hasLevel { conditions.append("\(levelSQL) = ?") }
        if place.key != nil {
            let sign = (place.isBackward ? "<" : ">") + (place.includesKey ? "=" : "")
            conditions.append("\(sku) \(sign) ?")
        }
        return """
            SELECT \(sku), \(relation.sql(view.name) ?? "NULL"), \(onHand),
                \(relation.sql(view.reorderPoint) ?? "NULL"), \(levelSQL),
                \(relation.sql(view.use) ?? "NULL")
            FROM \(relation.sql)
            \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
            ORDER BY \(sku) \(place.isBackward ? "DESC" : "ASC") LIMIT \(limit)
            """
    }

    func values(
        _ session: LiveSession,
        search: String?,
        level: String?,
        after: String?
    ) throws(LiveFailure) -> [LiveValue] {
        var values: [LiveValue] = []
        if let search, !search.isEmpty {
            values += searched.map { _ in .text(LikePattern.containing(search)) }
        }
        if let level, !level.isEmpty { values.append(.text(level)) }
        guard let after else { return values }
        let kind = relation.column(view.sku)?.kind ?? .text
        guard let key = LiveValue(after, as: kind) else {
            throw .front(
                MigrationError(
                    .usage,
                    "--after is not a key that a page of articles ended with",
                    place: .init("inventory", side: session.connection.side),
                    remedy: "give the value of next_key, or leave --after out for the first page"
                )
            )
        }
        return values + [key]
    }

    func row(_ row: [String?], _ use: [String: Double]) -> InventoryRow {
        let onHand = StoredText.integer(row[2])
        let stored = row[5].flatMap { Double($0) }.map { $0 / Double(view.useOfOneADay) }
        return InventoryRow(
            sku: row[0] ?? "",
            name: row[1],
            onHand: onHand ?? 0,
            reorderPoint: StoredText.integer(row[3]),
            // Without a number of units there is no level either: never a reassuring one.
            level: onHand == nil ? "unknown" : row[4] ?? "unknown",
            daysLeft: DailyUse.daysLeft(onHand, stored ?? row[0].flatMap { use[$0] })
        )
    }

    private var sku: String { relation.sql(view.sku) ?? "NULL" }

    private var onHand: String { relation.sql(view.onHand) ?? "NULL" }

    private var searched: [String] { [sku] + [relation.sql(view.name)].compactMap { $0 } }

    private var levelSQL: String {
        relation.sql(view.level)
            ?? """
            CASE WHEN \(onHand) <= \(view.criticalAt) THEN 'critical'
                WHEN \(onHand) < \(view.lowBelow) THEN 'low' ELSE 'normal' END
            """
    }
}
