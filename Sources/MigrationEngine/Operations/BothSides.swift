/// Reads an order or an article from both sides at once, for one thread.
///
/// A side that cannot be read does not hide the other. What was written on one side and waits to
/// come to the other is no difference: the run's log is looked at before and after both readings.
package final class BothSides {
    let options: Options
    let source: LiveReader
    let target: LiveReader
    /// What was costly to read is given again for ten times as long as it took.
    private var last: (key: String, value: SideComparison, until: ContinuousClock.Instant)?
    /// The figures of both sides are costly in themselves: they are kept in the same way.
    private var lastFigures: (value: DashboardSides, until: ContinuousClock.Instant)?
    private static let longestMemory = Duration.seconds(60)

    /// Makes a reader; it connects when it first reads.
    ///
    /// - Parameter options: Where the sides are, and the profile.
    package init(options: Options) {
        self.options = options
        source = LiveReader(options: options, side: .source)
        target = LiveReader(options: options, side: .target)
    }

    /// Compares an order: its fields, its items and its history.
    ///
    /// - Parameter number: The order's number.
    /// - Returns: What both sides have.
    /// - Throws: ``MigrationError`` of the source when neither side can be read.
    package func order(_ number: String) throws(MigrationError) -> SideComparison {
        try remembered("order \(number)") { () throws(MigrationError) in
            let sides = try Sides(self) { reader throws(MigrationError) in
                try reader.order(number)
            }
            return OrderLines(number, sides, row: row(sides)).comparison
        }
    }

    /// Compares an article: its stock, the formula behind it, its lots and its movements.
    ///
    /// - Parameter sku: The article.
    /// - Returns: What both sides have.
    /// - Throws: ``MigrationError`` of the source when neither side can be read.
    package func article(_ sku: String) throws(MigrationError) -> SideComparison {
        try remembered("article \(sku)") { () throws(MigrationError) in
            let sides = try Sides(self) { reader throws(MigrationError) in
                try reader.article(sku)
            }
            return ArticleLines(sku, sides).comparison
        }
    }

    /// Compares the units on hand of articles.
    ///
    /// - Parameter skus: The articles, at most a page of them.
    /// - Returns: What both sides have.
    /// - Throws: ``MigrationError`` of the source when neither side can be read.
    package func stock(_ skus: [String]) throws(MigrationError) -> StockComparison {
        let sides = try Sides(self) { reader throws(MigrationError) in
            try reader.onHand(skus)
        }
        var comparison = StockComparison(
            rows: [:],
            waiting: sides.pending.words,
            sourceError: sides.sourceError?.message,
            targetError: sides.targetError?.message
        )
        let table = sides.source?.table ?? sides.target?.table ?? ""
        for sku in skus {
            let (left, right) = (sides.source?.units[sku], sides.target?.units[sku])
            let key = sides.key(sku)
            var lines = ComparedLines(pending: sides.pending, isBoth: sides.isBoth)
            lines.add(
                "stock",
                sku,
                left.map { $0.map { "\($0)" } ?? "?" },
                right.map { $0.map { "\($0)" } ?? "?" },
                waits: sides.pending.holds(table, key)
            )
            comparison.rows[sku] = .init(
                source: left ?? nil,
                target: right ?? nil,
                verdict: lines.lines.first?.verdict ?? .unknown
            )
        }
        return comparison
    }

    /// Reads the application's own figures, and whether a write that waits may explain a difference.
    ///
    /// - Returns: What each side says, or why it says nothing.
    package func dashboards() -> DashboardSides {
        if let lastFigures, ContinuousClock.now < lastFigures.until { return lastFigures.value }
        let start = ContinuousClock.now
        var figures = DashboardSides()
        do throws(MigrationError) {
            let sides = try Sides(self) { reader throws(MigrationError) in
                try reader.dashboard(isFresh: true)
            }
            figures.pages[.source] = sides.source
            figures.pages[.target] = sides.target
            figures.errors[.source] = sides.sourceError
            figures.errors[.target] = sides.targetError
            if !sides.pending.isEmpty {
                figures.explanation = sides.pending.verdict
                figures.waiting = sides.pending.words
            }
        } catch {
            for side in Side.allCases { figures.errors[side] = error }
        }
        let end = ContinuousClock.now
        lastFigures =
            figures.errors.isEmpty
            ? (figures, end + min((end - start) * 10, Self.longestMemory)) : nil
        return figures
    }

    /// The cells of an order, by the rules by which both sides are verified.
    ///
    /// Nil where a row cannot be looked up so, for instance because the key of the list is not the
    /// table's primary key.
    private func row(_ sides: Sides<SideOrder>) -> RowReport? {
        guard sides.isBoth, let order = sides.source?.key == nil ? sides.target : sides.source,
            let key = order.key
        else { return nil }
        return try? Verification.row(options, table: order.view.table, key: [key])
    }

    private func remembered(
        _ key: String,
        _ work: () throws(MigrationError) -> SideComparison
    ) throws(MigrationError) -> SideComparison {
        if let last, last.key == key, ContinuousClock.now < last.until { return last.value }
        let start = ContinuousClock.now
        let value = try work()
        let end = ContinuousClock.now
        // A side that could not be read may be there again the next moment.
        let isWhole = value.sourceError == nil && value.targetError == nil
        last = isWhole ? (key, value, end + min((end - start) * 10, Self.longestMemory)) : nil
        return value
    }
}

// because its connections belong to one thread
@available(*, unavailable)
extension BothSides: Sendable {}

/// The same reading of both sides, and the writes that were under way meanwhile.
struct Sides<Value> {
    private(set) var source: Value?
    private(set) var target: Value?
    private(set) var sourceError: MigrationError?
    private(set) var targetError: MigrationError?
    private(set) var pending = PendingWrites()

    /// Whether both sides were read.
    var isBoth: Bool { source != nil && target != nil }

    /// Reads both sides.
    ///
    /// - Parameters:
    ///   - both: The readers.
    ///   - work: The reading.
    /// - Throws: ``MigrationError`` of the source when neither side can be read.
    init(
        _ both: BothSides,
        _ work: (LiveReader) throws(MigrationError) -> Value
    ) throws(MigrationError) {
        var mark: PendingWrites.Mark?
        do throws(MigrationError) {
            mark = try PendingWrites.mark(both.target, schema: both.options.schema)
            target = try work(both.target)
        } catch {
            targetError = error
        }
        do throws(MigrationError) {
            source = try work(both.source)
        } catch {
            guard target != nil else { throw error }
            sourceError = error
        }
        guard isBoth, let mark else { return }
        do throws(MigrationError) {
            pending = try PendingWrites(behind: mark, source: both.source, target: both.target)
        } catch {
            pending = .unknown(behind: mark)
        }
    }
}

extension Sides where Value == SideStock {
    /// The key of an article's row, where it is known.
    func key(_ sku: String) -> [String: String?] {
        source?.keys[sku] ?? target?.keys[sku] ?? [:]
    }
}

/// The units on hand of one side.
struct SideStock {
    var table = ""
    /// The units by article; nil for what is no number.
    var units: [String: Int64?] = [:]
    /// What is known of each row's key.
    var keys: [String: [String: String?]] = [:]
}

extension LiveReader {
    /// Reads the units on hand of articles.
    ///
    /// - Parameter skus: The articles.
    /// - Returns: The units; articles that this side does not have are left out.
    /// - Throws: ``MigrationError``.
    func onHand(_ skus: [String]) throws(MigrationError) -> SideStock {
        try read("inventory") { session throws(LiveFailure) in
            let (view, relation) = try session.choose(session.profile.inventory, "inventory")
            var stock = SideStock()
            stock.table = view.table
            guard let column = relation.column(view.sku), let onHand = relation.sql(view.onHand)
            else { return stock }
            let values = skus.prefix(Self.largestPage).compactMap {
                LiveValue($0, as: column.kind)
            }
            guard !values.isEmpty else { return stock }
            let sku = SourceConnection.quote(column.name)
            // The log of writes names a row by its key, which is often called so.
            let rows = try session.connection.rows(
                """
                SELECT \(sku), \(onHand), \(relation.sql("id") ?? "NULL") FROM \(relation.sql)
                WHERE \(sku) IN (\(values.map { _ in "?" }.joined(separator: ", ")))
                """,
                values
            )
            for row in rows {
                guard let sku = row[0] else { continue }
                stock.units[sku] = .some(StoredText.integer(row[1]))
                stock.keys[sku] = [view.sku: sku]
                if let id = row[2] { stock.keys[sku]?["id"] = id }
            }
            return stock
        }
    }
}
