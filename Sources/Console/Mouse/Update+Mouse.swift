import MigrationEngine

extension Actions {
    static let mouse: [Action] = [
        Action(
            .mouse,
            "mouse",
            [.character("M")],
            "take the mouse from the terminal, or give it back; Shift selects text meanwhile",
            .global
        )
    ]
}

extension Model {
    /// Rows that a step of the wheel goes.
    private static let wheelRows = 3

    /// Takes the mouse from the terminal, or gives it back.
    mutating func toggleMouse() -> [Command] {
        isMouseOn.toggle()
        notify(
            isMouseOn
                ? "the mouse is the console's; Shift selects text, \(key(.mouse)) gives it back"
                : "the mouse is the terminal's again"
        )
        return [.setMouse(isMouseOn)]
    }

    /// Takes what the mouse did: never more than the keys could do, and never a yes.
    mutating func point(_ pointer: Pointer) -> [Command] {
        // Late events of a mouse that was given back, and a screen on which nothing can be met.
        guard isMouseOn, !isPasting, layout.kind != .tooSmall else { return [] }
        switch pointer {
        case .wheelUp: return turnWheel(.up, by: -Self.wheelRows)
        case .wheelDown: return turnWheel(.down, by: Self.wheelRows)
        case .click(let x, let y): return click(x: x, y: y)
        }
    }

    private mutating func turnWheel(_ key: Key, by rows: Int) -> [Command] {
        switch overlay {
        case nil:
            guard prompt == nil else { return [] }
            guard held.isEmpty else {
                moveHeld(by: rows)
                return []
            }
            return move(by: rows)
        case .help, .outcome, .answer: return (0..<Self.wheelRows).flatMap { _ in press(key) }
        case .palette, .themes, .columns: return press(key)
        case .confirm, .wizard, .running, .decision: return []
        }
    }

    private mutating func click(x: Int, y: Int) -> [Command] {
        guard heldAt == nil || overlay != nil else {
            // What is under the mouse is not what the screen shows.
            letGo()
            notify("the screen goes on")
            return []
        }
        guard let spot = Chrome.draw(self).spot(x: x, y: y) else { return [] }
        if overlay != nil { return clickOverlay(spot) }
        if prompt != nil {
            guard case .key(let key) = spot else { return [] }
            return press(key)
        }
        switch spot {
        case .pane(let pane): return attempt(.show(pane))
        case .action(let id): return attempt(id)
        case .column(let title): return sortByClick(title)
        case .row(let index): return clickRow(index)
        case .detailRow(let index):
            if detail?.index == index { return canOpenRow ? attempt(.open) : [] }
            return move(to: index)
        case .explanation: return attempt(.open)
        case .key, .entry: return []
        }
    }

    /// The first click selects a row, the second opens it.
    private mutating func clickRow(_ index: Int) -> [Command] {
        guard detail == nil else {
            detail = nil
            return move(to: index)
        }
        let canOpen = Actions.actions(in: pane).contains { $0.id == .open }
        return list.index == index && canOpen ? attempt(.open) : move(to: index)
    }

    /// Sorts by a column; once more the other way round, and then not at all.
    private mutating func sortByClick(_ title: String) -> [Command] {
        guard let action = Actions.actions(in: pane).first(where: { $0.id == .sort }) else {
            notify("this list comes page by page in an order of its own")
            return []
        }
        if pane == .orders {
            // The key alone can be walked through the other way.
            if title == "ORDER" { return attempt(.sort) }
            notify("orders come page by page, \(ordersWords); a click on ORDER turns that round")
            return []
        }
        if let reason = action.refusal(in: self) {
            notify(reason, .promptError)
            return []
        }
        switch list.sort {
        case let sort? where sort.column == title && sort.isDescending: list.sort = nil
        case let sort? where sort.column == title: list.sort?.isDescending = true
        default: list.sort = ListState.Sort(column: title)
        }
        keepSelection()
        return []
    }

    private mutating func clickOverlay(_ spot: Spot) -> [Command] {
        switch (overlay, spot) {
        // A question is answered by the keyboard; only its end is a click away.
        case (.confirm, .key(.escape)), (.wizard, .key(.escape)), (.decision, .key(.escape)):
            return press(.escape)
        case (.confirm, _), (.wizard, _), (.decision, _): return []
        case (_, .key(let key)): return press(key)
        case (.palette(var palette), .entry(let index)):
            guard palette.index != index else { return press(.enter) }
            palette.index = index
            overlay = .palette(palette)
            return []
        case (.themes(let picker), .entry(let index)):
            return picker.index == index ? press(.enter) : preview(picker, index)
        case (.columns(var picker), .entry(let index)):
            picker.index = index
            overlay = .columns(picker)
            return press(.character(" "))
        default: return []
        }
    }
}
