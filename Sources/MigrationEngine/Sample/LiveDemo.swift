import Foundation

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
        package var trafficSource: TrafficReport
        /// What they did on PostgreSQL, between switch and revert.
        package var trafficTarget: TrafficReport
        /// Writes that the workers saw committed.
        package var committedWrites: Int
        /// Committed rows that the target did not have after the switch; none when all is well.
        package var lostAfterSwitch: [LedgerCheck.Loss]
        /// Committed rows that the source did not have after the way back; none when all is well.
        package var lostAfterRevert: [LedgerCheck.Loss]
    }

    /// How long workers of the demo believe a toggle.
    private static let flagCache = 1.0
    /// Writes that the workers make on PostgreSQL before the way back.
    private static let writesOnTarget = 200

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
        let settings = Traffic.Settings(
            rate: rate,
            flagCache: .milliseconds(Int(flagCache * 600))
        )
        let workers = try Traffic(source: options.source, settings: settings)
        workers.start()
        defer { workers.stop() }
        let migrated = try Migration.run(
            options,
            .init(isLive: true),
            observer: observer,
            cancellation: cancellation
        )
        let followed = try Follow.run(
            options,
            .init(untilLagBelow: 20),
            observer: observer,
            cancellation: cancellation
        )
        let checked = try check(options, observer, cancellation)
        let switched = try Switch.run(
            options,
            .init(flagCache: flagCache),
            observer: observer,
            cancellation: cancellation
        )
        let onSource = workers.stop()
        let ledger = workers.ledger
        let target = TrafficPlace.target(options.target, schema: options.schema)
        let live = switched.ok ? target : .source(path: options.source)
        let lostAfterSwitch = try LedgerCheck.losses(ledger, in: live)
        let there = try Traffic(live, settings: settings, ledger: ledger)
        there.start()
        defer { there.stop() }
        let before = ledger.writes.count
        let end = ContinuousClock.now.advanced(by: .seconds(30))
        while ledger.writes.count < before + writesOnTarget, ContinuousClock.now < end {
            try cancellation.check("demo", kept: .untouched)
            usleep(20_000)
        }
        let onTarget = there.stop()
        let reverted = try Revert.run(options, observer: observer, cancellation: cancellation)
        let lostAfterRevert = try LedgerCheck.losses(
            ledger,
            in: .source(path: options.source)
        )
        let report = Report(
            ok: switched.ok && reverted.ok && lostAfterSwitch.isEmpty && lostAfterRevert.isEmpty,
            check: checked,
            follow: followed,
            switch: switched,
            revert: reverted,
            trafficSource: onSource,
            trafficTarget: onTarget,
            committedWrites: ledger.writes.count,
            lostAfterSwitch: lostAfterSwitch,
            lostAfterRevert: lostAfterRevert
        )
        return (migrated, report)
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

    /// Opens the gates that nobody opens in a demo, and looks at all of them.
    private static func check(
        _ options: Options,
        _ observer: Observer,
        _ cancellation: Cancellation
    ) throws(MigrationError) -> CheckReport {
        try sign(options)
        return try CutoverCheck.run(options, observer: observer, cancellation: cancellation)
    }
}
