package import MigrationEngine

/// The decisions of `plan` for people, for the command and for the console.
package enum PlanText {
    /// Writes the decisions of a mapping.
    ///
    /// - Parameter schema: What the source becomes.
    /// - Returns: The lines, one below the other.
    package static func text(_ schema: TargetSchema) -> String {
        let dropped = schema.decisions.filter { $0.outcome == .dropped }
        var lines = [
            "mode \(schema.mode.rawValue), \(Count.text(schema.tables.count, "table"))",
            totals(schema.decisions),
        ]
        if !dropped.isEmpty {
            lines += ["", "dropped"]
            lines += dropped.map { decision in
                let place = [decision.table, decision.column].compactMap { $0 }
                    .joined(separator: ".")
                return SafeText.visible("  \(decision.subject) of \(place): \(decision.reason)")
            }
        }
        var table = ""
        for decision in schema.decisions {
            if decision.table != table {
                table = decision.table
                lines += ["", SafeText.visible(table)]
            }
            let subject = [decision.column, decision.subject].compactMap { $0 }
                .joined(separator: " ")
            let change =
                decision.target.isEmpty || decision.target == decision.source
                ? decision.source : "\(decision.source) → \(decision.target)"
            let outcome = decision.outcome.rawValue
            let padding = String(repeating: " ", count: max(0, 10 - outcome.count))
            lines.append(
                SafeText.visible("  \(outcome)\(padding)  \(subject): \(change)")
            )
            let confidence = decision.confidence.map { " (confidence \($0.rawValue))" } ?? ""
            lines.append(SafeText.visible("              \(decision.reason)\(confidence)"))
        }
        return lines.joined(separator: "\n")
    }

    private static func totals(_ decisions: [TargetSchema.Decision]) -> String {
        let outcomes: [TargetSchema.Decision.Outcome] = [.kept, .translated, .changed, .dropped]
        return Count.text(decisions.count, "decision") + ": "
            + outcomes.map { outcome in
                "\(decisions.count { $0.outcome == outcome }) \(outcome.rawValue)"
            }.joined(separator: ", ")
    }
}
