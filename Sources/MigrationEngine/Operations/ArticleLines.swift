/// An article of both sides as lines.
struct ArticleLines {
    private let sku: String
    private let sides: Sides<SideArticle>

    /// Prepares the lines.
    ///
    /// - Parameters:
    ///   - sku: The article.
    ///   - sides: What both sides have.
    init(_ sku: String, _ sides: Sides<SideArticle>) {
        self.sku = sku
        self.sides = sides
    }

    /// The lines with what they come to.
    var comparison: SideComparison {
        var lines = ComparedLines(pending: sides.pending, isBoth: sides.isBoth)
        if [sides.source, sides.target].contains(where: { $0?.isThere == true }) {
            addStock(&lines)
            addFormula(&lines)
            addLots(&lines)
            addMovements(&lines)
        }
        return SideComparison(
            subject: sku,
            summary: lines.lines.isEmpty
                ? ComparedLines.none("article", isBoth: sides.isBoth)
                : lines.summary(nothing: "", row: formulaFault),
            lines: lines.lines,
            waiting: sides.pending.words,
            sourceError: sides.sourceError?.message,
            targetError: sides.targetError?.message
        )
    }

    private func pair<Value>(_ value: (SideArticle) -> Value?) -> (Value?, Value?) {
        (sides.source.flatMap(value), sides.target.flatMap(value))
    }

    private func add(
        _ lines: inout ComparedLines,
        _ part: String,
        _ name: String,
        _ tables: Set<String>,
        _ value: (SideArticle) -> String?
    ) {
        let (left, right) = pair(value)
        guard left != nil || right != nil else { return }
        lines.add(part, name, left, right, waits: tables.contains { sides.pending.holds($0) })
    }

    private var stockTables: Set<String> {
        [sides.source?.inventoryTable ?? sides.target?.inventoryTable ?? ""]
    }

    private func addStock(_ lines: inout ComparedLines) {
        let tables = stockTables
        add(&lines, "stock", "on hand", tables) { article in
            article.row.map { $0.level == "unknown" ? "?" : "\($0.onHand)" }
        }
        add(&lines, "stock", "reorder at", tables) { article in
            article.row?.reorderPoint.map { "\($0)" }
        }
        add(&lines, "stock", "level", tables) { $0.row?.level }
        add(&lines, "stock", "days left", tables) { article in
            article.hasStoredUse ? article.row?.daysLeft.map { "\($0)" } : nil
        }
    }

    private func addFormula(_ lines: inout ComparedLines) {
        let source = sides.source?.parts ?? []
        let names = source.isEmpty ? sides.target?.parts ?? [] : source
        guard !names.isEmpty else { return }
        for part in names {
            add(&lines, "formula", part.name, part.tables) { article in
                article.parts.first { $0.name == part.name }?.units.map { Self.signed($0) } ?? "?"
            }
        }
        let tables = names.reduce(into: Set<String>()) { $0.formUnion($1.tables) }
        add(&lines, "formula", "comes to", tables) { article in
            article.formula.map { "\($0)" } ?? "?"
        }
        add(&lines, "formula", "on hand is", tables.union(stockTables)) { article in
            Self.agreement(article)
        }
    }

    /// What is on hand against what the formula comes to, of one side.
    private static func agreement(_ article: SideArticle) -> String {
        guard let formula = article.formula, let row = article.row, row.level != "unknown" else {
            return "not to be checked"
        }
        let off = row.onHand.subtractingReportingOverflow(formula).partialValue
        return off == 0 ? "as it must be" : "off by \(signed(off))"
    }

    /// A formula that does not come out, in words.
    private var formulaFault: String? {
        let faults = [("SQLite", sides.source), ("PostgreSQL", sides.target)]
            .compactMap { name, article -> String? in
                guard let words = article.map(Self.agreement), words.hasPrefix("off") else {
                    return nil
                }
                return "on hand is \(words) in \(name)"
            }
        return faults.isEmpty ? nil : faults.joined(separator: ", ")
    }

    private static func signed(_ units: Int64) -> String { units > 0 ? "+\(units)" : "\(units)" }

    private func addLots(_ lines: inout ComparedLines) {
        let table = sides.source?.lotTable ?? sides.target?.lotTable ?? ""
        func entries(_ article: SideArticle?) -> [ComparedLines.Entry] {
            (article?.lots ?? []).map { .init(name: "lot \($0.lot)", value: $0.text) }
        }
        lines.add(
            "lot",
            entries(sides.source),
            entries(sides.target),
            waits: sides.pending.holds(table)
        )
    }

    private func addMovements(_ lines: inout ComparedLines) {
        let table = sides.source?.movementTable ?? sides.target?.movementTable ?? ""
        // Where a side has older ones, only what both have read in full is compared.
        let oldest = [sides.source, sides.target].compactMap { article -> String? in
            guard let article, article.hasMoreMovements else { return nil }
            return article.movements.last?.date.map(StoredMoment.plain)
        }.max()
        func entries(_ article: SideArticle?) -> [ComparedLines.Entry] {
            (article?.movements ?? []).compactMap { movement in
                let date = movement.date.map(StoredMoment.plain) ?? "-"
                if let oldest, date <= oldest { return nil }
                let notes = movement.notes.map { " \($0)" } ?? ""
                return .init(
                    name: "\(date) \(movement.type)",
                    value: "\(movement.quantity)\(notes)"
                )
            }
        }
        lines.add(
            "movement",
            entries(sides.source),
            entries(sides.target),
            waits: sides.pending.holds(table)
        )
    }
}
