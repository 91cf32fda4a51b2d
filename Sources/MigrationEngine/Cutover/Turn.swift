import Foundation

/// The newest switch or way back, as the journal has it.
struct Turn {
    var verb: String
    var at: String
    var seconds: Double
    var isHandover: Bool
    /// Whether the application has worked on PostgreSQL before it or since.
    var changedSides: Bool

    private struct Report: Decodable {
        var ok: Bool
        var writeFreezeSeconds: Double
        var steps: [SwitchReport.Step]
    }

    /// Reads it; nil when there was none.
    static func newest(
        of run: String,
        in directory: RunDirectory
    ) throws(MigrationError) -> Turn? {
        let decoder = JSONDecoder.report
        let outcomes = try Journal.outcomes(of: run, in: directory)
        for outcome in outcomes.reversed() where outcome.verb != "gates" {
            let json = Data(outcome.report.utf8)
            // One that did nothing has no steps.
            guard let report = try? decoder.decode(Report.self, from: json),
                !report.steps.isEmpty
            else { continue }
            let names = Set(report.steps.filter { $0.outcome == "done" }.map(\.name))
            return Turn(
                verb: outcome.verb,
                at: outcome.at,
                seconds: report.writeFreezeSeconds,
                isHandover: outcome.verb == "switch" && report.ok,
                changedSides: !names.isDisjoint(with: ["switched", "target-closed"])
                    || (outcome.verb == "revert" && names.contains("source-open"))
            )
        }
        return nil
    }

    /// The newest change of sides: a comparison from before it is one of another moment.
    ///
    /// - Parameters:
    ///   - turn: The newest switch or way back that the journal knows.
    ///   - position: What the target says of the run.
    /// - Returns: When it was, in UTC, and what it was in words; nil when there was none.
    static func newestChange(
        _ turn: Turn?,
        _ position: RunState.Position
    ) -> (at: String, words: String)? {
        var event: (at: String, words: String)?
        if let turn, turn.changedSides {
            // A switch is told by the moment of its handover, its report comes later.
            let moment = turn.verb == "switch" ? position.switchedAt ?? turn.at : turn.at
            event = (turn.at, "the \(turn.verb) of \(moment)")
        }
        // A process that was killed has left nothing in the journal.
        if let at = position.switchedAt, event.map({ $0.at < at }) ?? true {
            event = (at, "the switch of \(at)")
        }
        return event
    }
}
