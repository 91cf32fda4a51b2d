/// What one side knows of an article.
struct SideArticle {
    /// A part of what the stock must come to.
    struct Part: Equatable {
        var name: String
        /// The units with their sign; nil when they cannot be read.
        var units: Int64?
        /// The tables that they were read from.
        var tables: Set<String>
    }

    /// A lot.
    struct Lot: Equatable {
        var lot: String
        /// What is stored of it, in words.
        var text: String
    }

    /// Whether this side knows the article at all.
    var isThere: Bool { row != nil || !lots.isEmpty || !movements.isEmpty }

    /// The article as the list shows it; nil when this side does not have it.
    var row: InventoryRow?
    var inventoryTable = ""
    /// Whether its days left come from its own row, and not from a mean that each side read at
    /// another time.
    var hasStoredUse = false
    var parts: [Part] = []
    var lots: [Lot] = []
    var lotTable = ""
    /// The movements, newest first, and whether there are older ones.
    var movements: [InventoryTransaction] = []
    var movementTable = ""
    var hasMoreMovements = false

    /// What the stock must come to; nil when a part of it is not known.
    var formula: Int64? {
        guard !parts.isEmpty else { return nil }
        var sum: Int64 = 0
        for part in parts {
            guard let units = part.units else { return nil }
            let (next, isTooLarge) = sum.addingReportingOverflow(units)
            guard !isTooLarge else { return nil }
            sum = next
        }
        return sum
    }
}

extension LiveReader {
    /// The most movements of an article that are compared.
    private static let mostMovements = 100

    /// Reads everything that the database knows of an article.
    ///
    /// - Parameter sku: The article.
    /// - Returns: The article; without a row when this side does not have it.
    /// - Throws: ``MigrationError``.
    func article(_ sku: String) throws(MigrationError) -> SideArticle {
        var article = SideArticle()
        article.row = try inventory(search: sku, limit: Self.largestPage).rows
            .first { $0.sku == sku }
        try read("inventory") { session throws(LiveFailure) in
            let (view, relation) = try session.choose(session.profile.inventory, "inventory")
            article.inventoryTable = view.table
            article.hasStoredUse = relation.sql(view.use) != nil
            // One view for the parts and what they must come to: the application goes on writing.
            try session.connection.snapshot { () throws(LiveFailure) in
                if let units = try onHand(session, view, relation, sku) {
                    article.row?.onHand = units
                }
                article.parts = try parts(session, sku)
            }
            (article.lots, article.lotTable) = try lots(session, sku)
            let movements = session.shape.choose(session.profile.transactions)
            article.movementTable = movements?.0.table ?? ""
        }
        guard !article.movementTable.isEmpty else { return article }
        let movements = try transactions(sku: sku, limit: Self.mostMovements + 1)
        article.hasMoreMovements = movements.count > Self.mostMovements
        article.movements = Array(movements.prefix(Self.mostMovements))
        return article
    }

    private func onHand(
        _ session: LiveSession,
        _ view: Profile.Inventory,
        _ relation: LiveShape.Relation,
        _ sku: String
    ) throws(LiveFailure) -> Int64? {
        guard let column = relation.column(view.sku), let onHand = relation.sql(view.onHand),
            let value = LiveValue(sku, as: column.kind)
        else { return nil }
        let rows = try session.connection.rows(
            """
            SELECT \(onHand) FROM \(relation.sql)
            WHERE \(SourceConnection.quote(column.name)) = ?
            """,
            [value]
        )
        return StoredText.integer(rows.first?.first ?? nil)
    }

    /// The parts of what an article's stock must come to.
    func parts(
        _ session: LiveSession,
        _ sku: String
    ) throws(LiveFailure) -> [SideArticle.Part] {
        let formulas = session.profile.formulas
        // A side that lacks a table shows what it has of the formula that fits best.
        let formula =
            formulas.first { formula in
                formula.parts.allSatisfy { session.shape.missing($0.query.needs) == nil }
            }
            ?? formulas.max { left, right in
                known(left, session) < known(right, session)
            }
        var parts: [SideArticle.Part] = []
        for part in formula?.parts ?? [] {
            let found = try session.optionalRows(part.query, ["sku": sku])
            let units = StoredText.integer(found?.first?.first ?? nil)
            parts.append(
                SideArticle.Part(
                    name: part.name,
                    units: part.isSubtracted ? units.map { 0 &- $0 } : units,
                    tables: Set(part.query.needs.map { String($0.prefix { $0 != "." }) })
                )
            )
        }
        return parts
    }

    private func known(_ formula: Profile.Formula, _ session: LiveSession) -> Int {
        formula.parts.count { session.shape.missing($0.query.needs) == nil }
    }

    private func lots(
        _ session: LiveSession,
        _ sku: String
    ) throws(LiveFailure) -> ([SideArticle.Lot], String) {
        guard let (view, relation) = session.shape.choose(session.profile.lots),
            let column = relation.column(view.sku), let value = LiveValue(sku, as: column.kind),
            let lot = relation.sql(view.lot)
        else { return ([], session.profile.lots.first?.table ?? "") }
        let columns = [view.initial, view.adjustment, view.received, view.status]
            .map { relation.sql($0) ?? "NULL" }
        let rows = try session.connection.rows(
            """
            SELECT \(lot), \(columns.joined(separator: ", ")) FROM \(relation.sql)
            WHERE \(SourceConnection.quote(column.name)) = ?
            ORDER BY 1 LIMIT \(Self.largestPage)
            """,
            [value]
        )
        let lots = rows.map { row in
            var words = [row[1] ?? "-"]
            if let adjustment = StoredText.integer(row[2]), adjustment != 0 {
                words.append(adjustment > 0 ? "+\(adjustment)" : "\(adjustment)")
            }
            words += [row[3].map(StoredMoment.plain), row[4]].compactMap { $0 }
            return SideArticle.Lot(lot: row[0] ?? "", text: words.joined(separator: " "))
        }
        return (lots, view.table)
    }
}
