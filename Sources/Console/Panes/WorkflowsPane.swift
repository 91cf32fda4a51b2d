import MigrationEngine

/// The application's toggles on the side that is live.
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
        return .table(
            Table(
                columns: [
                    .init("WORKFLOW"), .init("ENABLED", 7), .init("CHANGED", 16, rank: 1),
                    .init("BY", 10, rank: 3), .init("LAST RUN", 16, rank: 2),
                ],
                rows: page.workflows.map { workflow in
                    Table.Row(
                        id: workflow.name,
                        Span(workflow.name),
                        Words.toggle(workflow.enabled),
                        Span(Words.minute(workflow.lastUpdated), .textMuted),
                        Span(workflow.updatedBy ?? "-", .textMuted),
                        Span(Words.minute(workflow.lastRunAt), .textMuted)
                    )
                },
                least: 20
            )
        )
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
        return lines + [[Span("A toggle is switched on the live side, after y.", .textMuted)]]
    }
}
