extension FollowSession {
    /// Keeps how a step came out; a journal that cannot be written does not change that.
    ///
    /// - Parameters:
    ///   - verb: `switch` or `revert`.
    ///   - report: What it reported.
    func keepOutcome(_ verb: String, _ report: some Encodable) {
        do throws(MigrationError) {
            try journal.keep(verb, report, of: run.id)
        } catch {
            tracker.log(.warning, "journal", error.message)
        }
    }
}

/// The gates in front of a switch.
enum SwitchGates {
    /// Refuses to begin a cutover while a gate is closed; what was found is kept in the journal.
    ///
    /// Looked at while writes pass, on connections of its own, so that nothing of it counts for
    /// the freeze.
    ///
    /// - Parameters:
    ///   - session: The run that is to be switched.
    ///   - isRehearsal: Whether gates are passed on purpose, so that nobody is warned of them.
    /// - Throws: ``MigrationError`` of code `gateClosed` that names every closed gate.
    static func require(
        _ session: FollowSession,
        isRehearsal: Bool = false
    ) throws(MigrationError) {
        session.tracker.activity("looking at the gates")
        let report = try CutoverCheck.run(
            session.options,
            .quick,
            cancellation: session.cancellation
        )
        try session.journal.keep("gates", report, of: session.run.id)
        for gate in report.gates where gate.state == .closed && !gate.blocks {
            let by = gate.decision.map { ", overridden by \($0.by)" } ?? ""
            session.tracker.log(
                isRehearsal ? .info : .warning,
                "gates",
                "\(gate.name): \(gate.reason)\(by)"
            )
        }
        let closed = report.gates.filter(\.blocks)
        guard !closed.isEmpty else { return }
        let what = closed.count == 1 ? "a gate is" : "\(closed.count) gates are"
        throw MigrationError(
            .gateClosed,
            "\(what) closed: " + closed.map { "\($0.name): \($0.reason)" }.joined(separator: "; "),
            place: .init("gates"),
            kept: session.kept,
            remedy: closed.map { "\($0.name): \($0.remedy ?? "cutover check")" }
                .joined(separator: "; ")
        )
    }
}
