/// What `switch` would do, in order, with its figures: `switch --dry-run`.
public struct SwitchPlan: Codable, Sendable {
    /// Whether a switch could begin now: no gate is closed.
    public var ok = true
    /// Always true: nothing was done.
    public var dryRun = true
    /// The source.
    public var source: String
    /// The target, without a password.
    public var target: String
    /// The run that would be finished.
    public var runId: String
    /// The steps, in order.
    public var steps: [Step] = []
    /// What waits in the source.
    public var lag = FollowReport.Lag(rows: 0, seconds: 0)
    /// How long it would take to apply what waits now.
    public var estimatedDrainSeconds = 0.0
    /// How long writes would be blocked, as the last rehearsal says; nil without one.
    @ExplicitNull public var expectedFreezeSeconds: RehearsalReport.Span?
    /// The seconds that writes may be blocked.
    public var freezeBudgetSeconds: Double
    /// The seconds that workers may act on an old toggle.
    public var flagCacheSeconds: Double
    /// The toggles, each with the value that it has now and would have again.
    public var toggles: [SwitchReport.Toggle] = []
    /// Processes that have the source open now.
    public var holders: [SwitchReport.Holder] = []
    /// What the operator should know before it is done.
    public var warnings: [String] = []

    /// One step.
    public struct Step: Codable, Sendable, Equatable {
        /// Its name, as the report of a switch has it.
        public var name: String
        /// What it would do.
        public var action: String
        /// The same one by one.
        public var details: [String]
        /// What it would write: `source`, `target`, `file`, `outside` or `nothing`.
        public var writes: String
        /// What follows when it fails: `undo` or `revert`.
        public var onFailure: String
    }
}

extension Switch {
    /// Says what a switch would do; changes nothing on either side.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - settings: How it would be done.
    /// - Returns: The steps, in order.
    /// - Throws: ``MigrationError`` when it could not begin.
    public static func plan(
        _ options: Options,
        _ settings: Settings = Settings()
    ) throws(MigrationError) -> SwitchPlan {
        let notes = try settings.check(options)
        let reading = try SwitchReading(options)
        var plan = SwitchPlan(
            source: options.source,
            target: reading.address.redacted,
            runId: reading.run.id,
            freezeBudgetSeconds: settings.freezeBudget,
            flagCacheSeconds: settings.flagCache
        )
        plan.lag = reading.lag
        plan.estimatedDrainSeconds = Double(reading.lag.rows) / SwitchSteps.changesPerSecond
        plan.toggles = reading.toggles
        plan.holders = reading.holders
        if let evidence = RehearsalEvidence(options).read() {
            plan.expectedFreezeSeconds = evidence.predictedFreezeSeconds
            if evidence.sourceFingerprint != reading.run.sourceFingerprint {
                plan.warnings.append("the last rehearsal was one of another schema or file")
            }
        } else {
            plan.warnings.append("the freeze was not measured yet: cutover rehearse")
        }
        plan.warnings += notes + reading.warnings
        if reading.position.liveSide == .source {
            let closed = try CutoverCheck.run(options, .quick).gates.filter(\.blocks)
            plan.ok = closed.isEmpty
            plan.warnings += closed.map {
                "the gate \($0.name) is closed, the switch would not begin: \($0.reason)"
            }
        }
        let steps = SwitchSteps(options, settings, reading, plan.expectedFreezeSeconds)
        plan.steps = try steps.all()
        plan.warnings += steps.warnings
        return plan
    }
}
