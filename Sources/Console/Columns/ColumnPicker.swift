import MigrationEngine

/// The list of a list's columns; the screen shows the ones that are chosen at once.
struct ColumnPicker: Equatable, Sendable {
    var index = 0
    /// What was hidden when it was opened, to go back to.
    var before: Set<String>
}

extension Actions {
    static let columns: [Action] = [
        Action(
            .columns,
            "columns",
            [.character("v")],
            "choose the columns of the list",
            .list,
            in: panesOfLists,
            unless: { $0.wholeTable == nil ? "there is no list here" : nil }
        )
    ]
}

extension Table {
    /// The table without some of its columns; at least one stays.
    ///
    /// - Parameter hidden: The titles of the columns to leave out; one that is not there does
    ///   nothing.
    /// - Returns: The table with the other columns; as it was when none would be left.
    func without(_ hidden: Set<String>) -> Table {
        guard !hidden.isEmpty else { return self }
        let kept = columns.indices.filter { !hidden.contains(columns[$0].title) }
        guard !kept.isEmpty, kept.count < columns.count else { return self }
        func pick(_ row: Row) -> Row {
            Row(id: row.id) {
                let cells = row.cells
                return kept.compactMap { $0 < cells.count ? cells[$0] : nil }
            }
        }
        var result = self
        result.columns = kept.map { columns[$0] }
        result.rows = rows.map(pick)
        result.total = total.map(pick)
        return result
    }
}

extension Model {
    /// The table whose rows are opened, and not one row of it.
    private var openedTable: String? {
        guard pane == .tables, let detail, detail.row == nil else { return nil }
        return detail.id
    }

    /// The columns that are left out of the list that the cursor is in.
    var hiddenHere: Set<String> {
        get {
            if let openedTable { return hiddenInTables[openedTable] ?? [] }
            return detail == nil ? hiddenColumns[pane] ?? [] : []
        }
        set {
            if let openedTable {
                hiddenInTables[openedTable] = newValue
            } else if detail == nil {
                hiddenColumns[pane] = newValue
            }
        }
    }

    /// Opens the list of columns.
    mutating func pickColumns() {
        overlay = .columns(ColumnPicker(before: hiddenHere))
    }

    /// Every column of the list, and whether it is shown.
    var columnChoice: [(title: String, isShown: Bool)] {
        let hidden = hiddenHere
        return (wholeTable?.columns ?? []).map { ($0.title, !hidden.contains($0.title)) }
    }

    /// Takes a key into the list of columns.
    mutating func answer(_ picker: ColumnPicker, with key: Key) -> [Command] {
        var picker = picker
        let last = max(0, columnChoice.count - 1)
        switch key {
        case .escape, .character("q"):
            hiddenHere = picker.before
            overlay = nil
            return []
        case .enter:
            overlay = nil
            return keepColumns()
        case .character(" "): toggleColumn(picker.index)
        case .character("a"): hiddenHere = []
        case .down, .character("j"), .tab: picker.index = min(last, picker.index + 1)
        case .up, .character("k"), .backTab: picker.index = max(0, picker.index - 1)
        case .home, .character("g"): picker.index = 0
        case .end, .character("G"): picker.index = last
        default: break
        }
        overlay = .columns(picker)
        return []
    }

    /// Shows or hides a column; the last one stays.
    private mutating func toggleColumn(_ index: Int) {
        let choice = columnChoice
        guard choice.indices.contains(index) else { return }
        let (title, isShown) = choice[index]
        guard !isShown || choice.count(where: \.isShown) > 1 else {
            notify("one column stays", .promptError)
            return
        }
        var hidden = hiddenHere
        if isShown { hidden.insert(title) } else { hidden.remove(title) }
        hiddenHere = hidden
    }

    /// Keeps the choice for a list of the console; that for a table is kept while it runs.
    private func keepColumns() -> [Command] {
        guard openedTable == nil else { return [] }
        return [.keepColumns(pane, hidden: hiddenHere.sorted())]
    }
}
