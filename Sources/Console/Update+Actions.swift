import MigrationEngine

extension Model {
    /// Does what the table names; the caller has asked whether it is refused.
    ///
    /// - Parameter action: The action.
    /// - Returns: The commands it leads to.
    mutating func perform(_ action: Action.ID) -> [Command] {
        switch action {
        case .up: return move(by: -1)
        case .down: return move(by: 1)
        case .pageUp: return move(by: -pageLength)
        case .pageDown: return move(by: pageLength)
        case .first: return go(to: .beginning)
        case .last: return go(to: .end)
        case .open: return open()
        case .back: return back()
        case .nextPane: return show(offset: 1)
        case .previousPane: return show(offset: -1)
        case .show(let pane): return show(pane)
        case .filter: prompt = list.filter
        case .onlyProblems:
            showsOnlyProblems.toggle()
            keepSelection()
        case .level: nextLevel()
        case .toggleSide: return toggleSide()
        case .status: return selectNextStatus()
        case .refresh: return readAgain()
        case .migrate: askToMigrate()
        case .migrateLive: askToMigrateLive()
        case .follow: return operation?.kind == .follow ? stopOperation() : begin(.follow)
        case .cutOver: return openWizard(.cutOver)
        case .revert: return openWizard(.revert)
        case .verify: return compareSides()
        case .cancel:
            if stopsProof { return stopProof() }
            if stopsErrand { return stopErrand() }
            if beside != nil { return stopComparison() }
            askToCancel()
        case .toggleWorkflow: askToToggle()
        case .disableAllWorkflows: askToSwitchAll(on: false)
        case .enableAllWorkflows: askToSwitchAll(on: true)
        case .applyToggleSet: return typeSet("apply")
        case .saveToggleSet: return typeSet("save")
        case .undo: askToUndo()
        case .help: overlay = .help(first: 0)
        case .theme: return pickTheme()
        case .palette: overlay = .palette(Palette())
        case .sort where pane == .orders, .reverseSort where pane == .orders:
            return reverseOrders()
        case .sort: sortByNextColumn()
        case .reverseSort:
            list.sort?.isDescending.toggle()
            keepSelection()
        case .copyName: return copyName()
        case .copyRow: return copyRow()
        case .export: return export()
        case .mark: return markRow()
        case .columns: pickColumns()
        case .zoom: toggleZoom()
        case .mouse: return toggleMouse()
        case .hold: toggleHold()
        case .slower: changeInterval(by: -1)
        case .faster: changeInterval(by: 1)
        case .reloadSettings: return [.loadSettings(isAsked: true)]
        case .redraw: return [.repaint]
        case .suspend: return [.suspend]
        case .quit:
            detail?.marks = Marks()
            return detail == nil ? quit() : back()
        case .quitNow: return quit()
        case .acceptRows: askToAccept()
        case .replayRows: askToReplay()
        case .errand(let errand): return begin(errand)
        case .shell(let verb): tell(verb.rawValue)
        }
        return []
    }

    // MARK: - Moving

    private var pageLength: Int { max(1, layout.body.height - 5) }

    mutating func move(by rows: Int) -> [Command] {
        move(to: (detail?.index ?? list.index) + rows)
    }

    mutating func move(to index: Int) -> [Command] {
        if detail != nil {
            let count = detailContent?.rowCount ?? 0
            detail?.index = min(max(0, index), max(0, count - 1))
            return walkOn()
        }
        guard let rows = table?.rows, !rows.isEmpty else { return [] }
        let index = min(max(0, index), rows.count - 1)
        list.index = index
        // At the top of the log the cursor follows the newest line.
        list.selected = pane == .log && index == 0 ? nil : rows[index].id
        return walkOn()
    }

    /// Puts the cursor back on its row after rows came or went.
    mutating func keepSelection() {
        guard let rows = table?.rows else { return }
        if let selected = list.selected,
            let index = rows.firstIndex(where: { $0.id == selected })
        {
            list.index = index
        } else {
            list.index = min(list.index, max(0, rows.count - 1))
            if list.selected != nil, !rows.isEmpty { list.selected = rows[list.index].id }
        }
    }

    private mutating func show(offset: Int) -> [Command] {
        let count = PaneID.allCases.count
        let next = (pane.rawValue - 1 + offset + count) % count + 1
        return PaneID(rawValue: next).map { show($0) } ?? []
    }

    mutating func show(_ pane: PaneID) -> [Command] {
        guard pane != self.pane else { return [] }
        self.pane = pane
        isZoomed = false
        detail = nil
        prompt = nil
        keepSelection()
        return reload() + (pane == .workflows ? loadToggleSets() : [])
    }

    private mutating func open() -> [Command] {
        guard detail == nil else {
            let row = focusedRow?.id
            // The rows of a table have columns of their own; of every other the values are next.
            if pane == .tables, detail?.row == nil {
                detail?.row = row
            } else {
                detail?.value = row
            }
            detail?.index = 0
            return []
        }
        guard let row = selectedRow else { return [] }
        // What is open stays marked in the list, also when newer rows come above it.
        list.selected = row.id
        return open(row.id)
    }

    /// Opens what has an identity of its own in the pane.
    mutating func open(_ id: String) -> [Command] {
        detail = Detail(id: id)
        switch pane {
        case .orders:
            orderItems.reset()
            comparing.order.reset()
            return loadOrderItems(id) + compareOrder(id)
        case .inventory:
            transactions.reset()
            comparing.article.reset()
            return loadTransactions(id) + compareArticle(id)
        default: return loadOpened(id)
        }
    }

    private mutating func back() -> [Command] {
        if let value = detail?.value {
            let rows = focusedTable?.rows ?? []
            detail?.value = nil
            detail?.index = rows.firstIndex { $0.id == value } ?? 0
            return []
        }
        if let row = detail?.row {
            detail?.row = nil
            let rows = focusedTable?.rows ?? []
            detail?.index = rows.firstIndex { $0.id == row } ?? 0
            return []
        }
        if detail?.marks.isEmpty == false {
            return clearMarks()
        }
        if detail != nil {
            detail = nil
            return []
        }
        if isSearching { return stopSearching() }
        if comparing.statuses[pane] != nil || !list.filter.isEmpty, let found = walkToFound() {
            return found
        }
        if comparing.statuses[pane] != nil { return limit(to: nil) }
        return list.filter.isEmpty ? clearMarks() : applyFilter("")
    }

    // MARK: - Choosing what is shown

    private mutating func nextLevel() {
        let levels: [LogLine.Level] = [.info, .warning, .error]
        let now = levels.firstIndex(of: leastLevel) ?? 0
        leastLevel = levels[(now + 1) % levels.count]
        keepSelection()
    }

    private mutating func toggleSide() -> [Command] {
        side = side == .source ? .target : .source
        detail = nil
        forgetMarks()
        forgetRows(of: .orders)
        forgetRows(of: .inventory)
        browsing.tables.reset()
        return reload()
    }

    // MARK: - Asking first

    private mutating func askToMigrate() {
        var lines = [
            "Copies every table of \(identity.sourceName) into \(identity.targetName), "
                + "then compares every cell. The source is not written."
        ]
        if let run = earlier?.run, !run.isFinished {
            lines.append(
                "Goes on with the unfinished run: "
                    + "\(run.tables.done) of \(run.tables.total) tables are copied."
            )
        }
        overlay = .confirm(
            Confirmation(
                title: "Migrate",
                lines: lines,
                kind: .yesNo,
                consequence: .migrate
            )
        )
    }

    private mutating func askToMigrateLive() {
        overlay = .confirm(
            Confirmation(
                title: "Migrate live",
                lines: [
                    "Copies every table of \(identity.sourceName) into \(identity.targetName) while "
                        + "the application works on, then follows its writes until you cut over.",
                    "Triggers log the keys of written rows in \(identity.sourceName) "
                        + "(_cutover_log); cutover clean removes them.",
                ],
                kind: .yesNo,
                consequence: .migrateLive
            )
        )
    }

    private mutating func askToCancel() {
        let lines: [String] =
            switch operation?.kind {
            case .cutOver:
                [
                    "Takes the cutover back: writes pass again, every toggle gets its value back, "
                        + "the application goes on working on SQLite. Nothing is lost."
                ]
            case .follow:
                [
                    "Stops following. The source goes on logging its writes, so nothing is lost; "
                        + "\(key(.follow)) follows again from there."
                ]
            case .revert:
                [
                    "Stops the way back: the application goes on working on PostgreSQL. "
                        + "Nothing is lost; \(key(.revert)) begins again."
                ]
            default:
                [
                    "Stops the run after the chunk it is in. What was copied stays; the next run "
                        + "goes on from there."
                ]
            }
        overlay = .confirm(
            Confirmation(
                title: operation?.kind.mustFinish == true ? "Abort" : "Stop",
                lines: lines,
                kind: .yesNo,
                consequence: .cancel
            )
        )
    }

    private mutating func quit() -> [Command] {
        guard asksBeforeLeaving, leaving == nil else { return leave(.asked) }
        let lines =
            whyFinal == nil
            ? operation?.kind.mustFinish == true
                ? [
                    "The \(operation?.kind.noun ?? "") is under way. Quitting takes it back and "
                        + "waits until writes pass again."
                ]
                : [
                    "Something is running. Quitting stops it after the chunk it is in and waits "
                        + "until it has stopped; the next run goes on from there."
                ]
            : [
                "The \(operation?.kind.noun ?? "") can no longer be taken back. It is finished, "
                    + "then the console ends."
            ]
        overlay = .confirm(
            Confirmation(
                title: "Quit",
                lines: lines,
                kind: .yesNo,
                consequence: .quit
            )
        )
        return []
    }
}

extension Model.Identity {
    /// The name of a side as the screen writes it.
    func name(of side: Side) -> String { side == .source ? sourceName : targetName }
}
