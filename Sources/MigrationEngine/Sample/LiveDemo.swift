/// The live part of a demo: simulated workers write while the run goes the whole way and back.
package enum LiveDemo {
    /// What happened.
    package struct Report: Encodable, Sendable {
        /// Whether the way there and back lost nothing.
        package var ok: Bool
        /// The gates in front of the switch, with what the demo signed and overrode.
        package var check: CheckReport
        /// Catch-up before the switch.
        package var follow: FollowReport
        /// The switch.
        package var `switch`: SwitchReport
        /// The way back.
        package var revert: RevertReport
        /// What the workers did on SQLite, until the switch.
        package var trafficSource: TrafficReport?
        /// What they did on PostgreSQL, between switch and revert.
        package var trafficTarget: TrafficReport?
        /// Writes that the workers saw committed.
        package var committedWrites: Int
        /// Committed rows that the target did not have after the switch; none when all is well.
        package var lostAfterSwitch: [LedgerCheck.Loss]
        /// Committed rows that the source did not have after the way back; none when all is well.
        package var lostAfterRevert: [LedgerCheck.Loss]
    }

    /// Goes the whole way with workers that write, and back.
    ///
    /// - Parameters:
    ///   - options: Both sides; the source was not migrated yet.
    ///   - rate: The writes a second of all workers.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Stops it.
    /// - Returns: The migration and what came after it.
    /// - Throws: ``MigrationError``.
    package static func run(
        _ options: Options,
        rate: Double,
        observer: Observer,
        cancellation: Cancellation
    ) throws(MigrationError) -> (migrate: MigrateReport, live: Report) {
        var settings = WholeWay.Settings()
        settings.rate = rate
        let way = try WholeWay(
            options,
            settings,
            observer: observer,
            cancellation: cancellation
        ).run()
        let report = Report(
            ok: way.switch.ok && way.revert.ok && way.lostAfterSwitch.isEmpty
                && way.lostAfterRevert.isEmpty,
            check: way.check,
            follow: way.follow,
            switch: way.switch,
            revert: way.revert,
            trafficSource: way.trafficSource,
            trafficTarget: way.trafficTarget,
            committedWrites: way.committedWrites,
            lostAfterSwitch: way.lostAfterSwitch,
            lostAfterRevert: way.lostAfterRevert
        )
        return (way.migrate, report)
    }

    /// Signs what a person signs, and says that there was no rehearsal.
    ///
    /// - Parameter options: Both sides of a demo.
    /// - Throws: ``MigrationError``.
    package static func sign(_ options: Options) throws(MigrationError) {
        let note = "a demo on synthetic data"
        try CutoverCheck.sign(options, nil, by: "demo", note: note)
        try CutoverCheck.override(options, "rehearsal", by: "demo", note: note)
    }
}
