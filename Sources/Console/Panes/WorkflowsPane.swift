import MigrationEngine

/// The application's toggles: on the side that is live, and in a live run on both.
struct WorkflowsPane: Pane {
    let id = PaneID.workflows

    func content(_ model: Model) -> PaneContent {
        PaneContent(title: "Workflows", body: body(model), footer: footer(model))
    }

    private func body(_ model: Model) -> PaneContent.Body {
        guard let page = model.workflows.value else {
            if let error = model.workflows.error { return .failed(error) }
            return .loading("the workflows")
        }
        guard !page.workflows.isEmpty else {
            return .empty([[Span("There is no workflow on this side.")]])
        }
        let isLive = model.phase != nil
        let hasScripts = page.workflows.contains { $0.script != nil }
        return .table(
            Table(
                columns: [.init("WORKFLOW")] + (isLive ? Self.bothSides : [.init("ENABLED", 7)]) + [
                    .init("CHANGED", 16, rank: 1), .init("BY", 8, rank: 3),
                    .init("LAST RUN", 11, rank: 2), .init("AGE", 5, .right),
                    .init("EVERY", 6, .right, rank: 4),
                ] + (hasScripts ? [.init("SCRIPT", 32, rank: 5)] : []),
                rows: page.workflows.map { workflow in
                    let toggles =
                        isLive
                        ? bothToggles(workflow, model) : [[Words.toggle(workflow.enabled)]]
                    return Table.Row(
                        id: workflow.name,
                        cells: [[Span(workflow.name)]] + toggles + [
                            [Span(Words.minute(workflow.lastUpdated), .textMuted)],
                            [Span(workflow.updatedBy ?? "-", .textMuted)],
                            [Span(lastRun(workflow), .textMuted)],
                            [age(workflow, model)],
                            [Span(every(workflow), .textMuted)],
                        ] + (hasScripts ? [[Span(workflow.script ?? "-", .textMuted)]] : [])
                    )
                },
                least: 20
            )
        )
    }

    /// The day and the minute of the last run; its age tells the year.
    private func lastRun(_ workflow: WorkflowRow) -> String {
        let minute = Words.minute(workflow.lastRunAt)
        guard minute.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}[ T].*/) != nil else {
            return minute
        }
        return String(minute.dropFirst(5))
    }

    /// How often the profile says that it runs.
    private func every(_ workflow: WorkflowRow) -> String {
        workflow.intervalSeconds.map { StoredTime.age($0) } ?? "-"
    }

    /// How long ago a workflow ran last.
    private func age(_ workflow: WorkflowRow, _ model: Model) -> Span {
        guard let moment = workflow.lastRunAt.flatMap(StoredTime.seconds) else {
            return Span("-", .textMuted)
        }
        return Span(StoredTime.age(model.now - moment), workflow.enabled ? .text : .textMuted)
    }

    // MARK: - A live run

    private static let bothSides: [Table.Column] = [
        .init("SQLITE", 6), .init("POSTGRES", 8), .init("SAVED", 5),
    ]

    /// The toggle on either side, and the value that a cutover has put by.
    private func bothToggles(_ workflow: WorkflowRow, _ model: Model) -> [Line] {
        let known = model.cutover.status.value?.workflows.first { $0.name == workflow.name }
        let isSource = model.identity.liveSide == .source
        var values = [known?.enabledSource, known?.enabledTarget]
        // Of the side that is live there are two readings; the newer one counts.
        if (model.workflows.loadedAt ?? 0) >= (model.cutover.status.loadedAt ?? 0) {
            values[isSource ? 0 : 1] = workflow.enabled
        }
        return values.map { [$0.map { Words.toggle($0) } ?? Span("-", .textMuted)] }
            + [[known?.saved.map { Words.toggle($0) } ?? Span("-", .textMuted)]]
    }

    private func footer(_ model: Model) -> [Line] {
        guard let page = model.workflows.value else { return [] }
        let on = page.workflows.count(where: \.enabled)
        let lines = Words.source(
            model.workflows,
            side: page.side,
            count: "\(on) on, \(page.workflows.count - on) off",
            model: model
        )
        return lines + [held(model)]
    }

    /// What a cutover does with the toggles right now.
    private func held(_ model: Model) -> Line {
        if let left = model.countdownSeconds {
            return [
                Span("All off. ", .statusWarn),
                Span("Workers may act on an old toggle for \(Figures.duration(left)) more."),
            ]
        }
        if model.cutover.status.value?.workflows.contains(where: { $0.saved != nil }) == true {
            return [Span("A cutover holds the toggles; each gets its value back.", .statusWarn)]
        }
        guard let sets = model.toggleSets.value, !sets.isEmpty else {
            return [Span("A toggle is switched on the live side, after y.", .textMuted)]
        }
        let names = sets.map(\.name).joined(separator: ", ")
        return [
            Span("\(Figures.rows(sets.count, "saved set")): ", .textMuted), Span(names),
            Span("   \(model.key(.applyToggleSet)) applies one", .textMuted),
        ]
    }
}
