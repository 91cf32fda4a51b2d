import MigrationEngine

extension Model {
    /// The list that the cursor is in: what was opened, or the pane's own.
    var focusedTable: Table? {
        guard detail != nil else { return table }
        if detail?.value != nil { return tableBehindWhole }
        guard case .table(let table) = detailContent?.body else { return nil }
        return table
    }

    /// The row under the cursor, in what was opened or in the pane's list.
    var focusedRow: Table.Row? {
        guard let detail else { return selectedRow }
        if detail.value != nil { return rowShownWhole }
        guard let rows = focusedTable?.rows, rows.indices.contains(detail.index) else { return nil }
        return rows[detail.index]
    }

    /// Whether the row under the cursor of what was opened can be opened in turn.
    var canOpenRow: Bool { detail?.value == nil && focusedRow != nil }

    // MARK: - Sorting

    /// Sorts by the column after the one that it is sorted by; after the last by none.
    mutating func sortByNextColumn() {
        let titles = table?.columns.map(\.title).filter { !$0.isEmpty } ?? []
        guard !titles.isEmpty else { return }
        if let sort = list.sort, let index = titles.firstIndex(of: sort.column) {
            let next = index + 1
            list.sort = next < titles.count ? ListState.Sort(column: titles[next]) : nil
        } else {
            list.sort = ListState.Sort(column: titles[0])
        }
        keepSelection()
        notify(list.sort.map { "sorted by \($0.column.lowercased())" } ?? "not sorted")
    }

    // MARK: - One box alone

    /// Gives the box that the keys go to the whole body, or puts the others beside it again.
    mutating func toggleZoom() {
        isZoomed.toggle()
        keepSelection()
    }

    // MARK: - Taking with one

    /// Why nothing can be copied, in words.
    var whyNotTaken: String? {
        focusedRow == nil && marks.isEmpty ? "no row is selected" : nil
    }

    /// Puts the row's name into the clipboard, or its value where it is one; those of the marked
    /// rows, one a line.
    mutating func copyName() -> [Command] {
        guard !marks.isEmpty, let rows = takenTable?.rows else {
            guard let row = focusedRow else { return [] }
            guard let place = focusedTable?.taken, row.cells.indices.contains(place) else {
                return copy(row.id, what: row.id)
            }
            let value = row.cells[place].map(\.text).joined()
            return copy(value, what: Width.clip(value, to: 40))
        }
        return copy(rows.map(\.id).joined(separator: "\n"), what: takenWords)
    }

    /// Puts the whole row into the clipboard; the marked rows, one a line.
    mutating func copyRow() -> [Command] {
        let rows = marks.isEmpty ? focusedRow.map { [$0] } : takenTable?.rows
        guard let rows else { return [] }
        let text = rows.map { TableExport.line($0, glyphs: identity.glyphs) }
            .joined(separator: "\n")
        return copy(text, what: marks.isEmpty ? text : takenWords)
    }

    private var takenWords: String { Figures.rows(marks.count, "marked row") }

    mutating func copy(_ text: String, what: String) -> [Command] {
        guard let sequence = Clipboard.sequence(for: text) else {
            notify(
                "too long for a terminal's clipboard; \(key(.export)) writes it to a file",
                .promptError
            )
            return []
        }
        notify("copied, if the terminal lets programs write its clipboard: \(what)")
        return [.writeToTerminal(sequence)]
    }

    /// Writes the list to a file with the time in its name.
    ///
    /// - Returns: What is to be done.
    mutating func export() -> [Command] {
        let moment = Figures.clock(now).filter(\.isNumber)
        return export(to: "cutover-\(pane.title.lowercased())-\(moment).csv")
    }

    /// Writes the list to a file.
    ///
    /// - Parameter path: Where; its end says the form.
    /// - Returns: What is to be done.
    mutating func export(to path: String) -> [Command] {
        guard let table = takenTable else {
            notify("there is no list here", .promptError)
            return []
        }
        guard let form = TableExport.Form(path: path) else {
            notify("the name must end with .csv or .json", .promptError)
            return []
        }
        let text = TableExport.text(table, form, glyphs: identity.glyphs)
        let part = isListPart ? " of a longer list" : ""
        let what = marks.isEmpty ? Figures.rows(table.rows.count) + part : takenWords
        return [.write(text, path: path, what: what)]
    }

    /// Says what became of a file.
    mutating func finishFile(_ path: String, what: String, failure: MigrationError?) {
        guard let failure else {
            notify("\(path): \(what)", .statusOK)
            return audit("\(what) written to \(path)")
        }
        // No run has failed: the operator gives another name.
        notify("nothing was written to \(path): \(failure.message)", .promptError)
        warn("nothing was written to \(path): \(failure.message)")
    }

    // MARK: - How often, and not at all

    /// Changes how often live lists are read.
    ///
    /// - Parameter steps: 1 for more often, -1 for less.
    mutating func changeInterval(by steps: Int) {
        let all = [0.5, 1, 2, 5, 10, 30, 60, .infinity]
        let now = all.lastIndex { $0 <= refreshSeconds } ?? 0
        refreshSeconds = all[min(max(0, now - steps), all.count - 1)]
        let key = keymap.label(of: .refresh)
        notify(
            refreshSeconds == .infinity
                ? "lists are read only with \(key)"
                : "lists are read every \(Figures.interval(refreshSeconds))"
        )
    }
}
