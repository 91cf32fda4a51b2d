import MigrationEngine

/// The plan of a switch for people.
enum SwitchPlanText {
    static func text(_ plan: SwitchPlan) -> String {
        var lines = [
            "from \(SafeText.visible(plan.source)) to \(SafeText.visible(plan.target)); "
                + "nothing is done",
            "",
        ]
        for (number, step) in plan.steps.enumerated() {
            let failure =
                switch step.onFailure {
                case "undo": "if it fails: undone"
                case "revert": "if it fails: back to SQLite with every write"
                default: "if it fails: noted"
                }
            lines.append("\(number + 1). \(step.name): \(SafeText.visible(step.action))")
            lines += step.details.map { "     \(SafeText.visible($0))" }
            lines.append("     writes: \(step.writes); \(failure)")
        }
        lines.append("")
        lines += plan.warnings.map { "note: \(SafeText.visible($0))" }
        lines.append(
            "write freeze: \(RehearseCommand.span(plan.expectedFreezeSeconds)), budget "
                + RehearseCommand.seconds(plan.freezeBudgetSeconds)
        )
        return lines.joined(separator: "\n")
    }
}
