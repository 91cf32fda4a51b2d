import MigrationEngine

extension Actions {
    /// Lists whose rows have keys of their own.
    static let panesOfLists: Set<PaneID> = [.orders, .inventory, .quarantine, .tables]

    static let marks: [Action] = [
        Action(
            .mark,
            "mark",
            [.character(" ")],
            "mark the row, or take its mark away; y, Y and e take the marked rows",
            .list,
            in: panesOfLists,
            rank: 7,
            wording: { model in
                let keys = [Action.ID.copyName, .copyRow, .export].map { model.key($0) }
                return (
                    "mark",
                    "mark the row, or take its mark away; \(keys[0]), \(keys[1]) and \(keys[2]) "
                        + "take the marked rows"
                )
            },
            unless: { $0.whyNoMark }
        )
    ]
}

extension Model {
    /// The marks of the list that the cursor is in.
    var marks: Marks {
        get {
            guard let detail else { return list.marks }
            return detail.row == nil ? detail.marks : Marks()
        }
        set {
            if detail == nil { list.marks = newValue } else { detail?.marks = newValue }
        }
    }

    /// Why the row under the cursor cannot be marked, in words.
    fileprivate var whyNoMark: String? {
        if let detail, pane != .tables || detail.row != nil {
            return "these rows cannot be marked; close the detail first"
        }
        return focusedRow == nil ? "no row is selected" : nil
    }

    /// Marks the row under the cursor and goes on to the next.
    mutating func markRow() -> [Command] {
        guard let id = focusedRow?.id,
            let row = wholeTable?.rows.first(where: { $0.id == id })
        else { return [] }
        guard marks.toggle(row) else {
            notify(
                "\(Figures.count(Marks.most)) rows can be marked at most; without marks "
                    + "\(key(.export)) takes the whole list",
                .promptError
            )
            return []
        }
        return move(by: 1)
    }

    /// Takes the marks of the list away.
    mutating func clearMarks() -> [Command] {
        marks = Marks()
        notify("no row is marked any more")
        return []
    }

    /// Takes every mark of the side away, whose rows are no longer the ones that are shown.
    mutating func forgetMarks() {
        for pane in [PaneID.orders, .inventory, .tables] { lists[pane]?.marks = Marks() }
    }

    /// What is copied and exported: the marked rows when there are any, else the list.
    ///
    /// A marked row that is not in the list any more is taken as it was.
    var takenTable: Table? {
        let marks = marks
        guard !marks.isEmpty, var table = wholeTable else { return focusedTable }
        let here = table.rows.filter { marks.ids.contains($0.id) }
        let known = Set(here.map(\.id))
        table.rows = here + marks.rows.filter { !known.contains($0.id) }
        return table.without(hiddenHere)
    }
}
