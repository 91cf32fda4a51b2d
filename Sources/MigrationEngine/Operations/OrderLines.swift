/// An order of both sides as lines.
struct OrderLines {
    private let number: String
    private let sides: Sides<SideOrder>
    private let row: RowReport?

    /// Prepares the lines.
    ///
    /// - Parameters:
    ///   - number: The order's number.
    ///   - sides: What both sides have.
    ///   - row: Its cells, where they can be compared.
    init(_ number: String, _ sides: Sides<SideOrder>, row: RowReport?) {
        self.number = number
        self.sides = sides
        self.row = row
    }

    /// The lines with what they come to.
    var comparison: SideComparison {
        var lines = ComparedLines(pending: sides.pending, isBoth: sides.isBoth)
        addItems(&lines)
        addFields(&lines)
        addHistory(&lines)
        let isThere = [sides.source?.row, sides.target?.row].contains { $0 != nil }
        return SideComparison(
            subject: number,
            summary: lines.lines.isEmpty
                ? ComparedLines.none("order", isBoth: sides.isBoth)
                : lines.summary(
                    nothing: isThere ? "" : "the order itself is gone; ",
                    row: row.flatMap { $0.quarantine.isEmpty ? nil : $0.verdict }
                ),
            lines: lines.lines,
            waiting: sides.pending.words,
            sourceError: sides.sourceError?.message,
            targetError: sides.targetError?.message
        )
    }

    private var view: Profile.Orders? { sides.source?.view ?? sides.target?.view }

    private var key: [String: String?] {
        guard let view, let key = sides.source?.key ?? sides.target?.key else { return [:] }
        return [view.key: key, view.number: number]
    }

    private func waits(_ table: String) -> Bool {
        guard let view else { return false }
        let isOwn = table.foldedName == view.table.foldedName
        return sides.pending.holds(table, isOwn ? key : [:])
            // What refers to the order comes and goes with it.
            || sides.pending.holds(view.table, key)
    }

    private func addItems(_ lines: inout ComparedLines) {
        guard let view else { return }
        for kind in ["ordered", "shipped"] {
            let tables = view.lines.filter { $0.kind == kind }.map { line in
                if case .table(let name, _, _) = line.place { name } else { view.table }
            }
            lines.add(
                "item",
                Self.entries(sides.source?.items, kind),
                Self.entries(sides.target?.items, kind),
                waits: tables.contains { waits($0) }
            )
        }
    }

    /// Units by article and lot: an import deletes the items and writes them anew.
    private static func entries(_ items: [OrderItem]?, _ kind: String) -> [ComparedLines.Entry] {
        var names: [String] = []
        var units: [String: Int64] = [:]
        for item in items ?? [] where item.kind == kind {
            let name = ([kind, item.sku] + [item.lot].compactMap { $0 }).joined(separator: " ")
            if units[name] == nil { names.append(name) }
            units[name, default: 0] &+= item.quantity
        }
        return names.map { .init(name: $0, value: "\(units[$0] ?? 0)") }
    }

    private func addFields(_ lines: inout ComparedLines) {
        guard let view else { return }
        let waits = waits(view.table)
        if let row, row.inSource || row.inTarget {
            for cell in row.cells where cell.source ?? "" != "" || cell.target ?? "" != "" {
                let isOnBoth = row.inSource && row.inTarget
                lines.add(
                    "field",
                    cell.column,
                    cell.source,
                    cell.target,
                    isEqual: isOnBoth ? cell.equal : nil,
                    waits: waits
                )
            }
            return
        }
        let fields: [(String, (OrderRow) -> String?)] = [
            (view.date ?? "date", { $0.orderDate.map(StoredMoment.plain) }),
            ("customer", { $0.customer }), (view.status ?? "status", { $0.status }),
            (view.total ?? "total", { $0.totalCents.map { "\($0)" } }),
        ]
        for (name, value) in fields {
            let (left, right) = (sides.source?.row.flatMap(value), sides.target?.row.flatMap(value))
            guard left != nil || right != nil else { continue }
            lines.add("field", name, left, right, waits: waits)
        }
    }

    private func addHistory(_ lines: inout ComparedLines) {
        func entries(_ order: SideOrder?, _ table: String) -> [ComparedLines.Entry] {
            (order?.events ?? []).filter { $0.table == table }.map { _, event in
                ComparedLines.Entry(
                    name: "\(StoredMoment.plain(event.at)) \(event.kind)",
                    value: event.text ?? "yes"
                )
            }
        }
        var history = ComparedLines(pending: sides.pending, isBoth: sides.isBoth)
        var seen: Set<String> = []
        for table in view?.history.map(\.table) ?? [] where seen.insert(table).inserted {
            history.add(
                "history",
                entries(sides.source, table),
                entries(sides.target, table),
                waits: waits(table)
            )
        }
        lines.append(
            history.lines.enumerated()
                .sorted { ($0.element.name, $0.offset) < ($1.element.name, $1.offset) }
                .map(\.element)
        )
    }
}
