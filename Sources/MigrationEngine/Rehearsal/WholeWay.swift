import Foundation

/// The whole way there and back between two sides that are nobody's: migrate, follow, switch, let
/// the application work on PostgreSQL, and revert; for the demo and the rehearsal.
package struct WholeWay: Sendable {
    /// How the way is gone.
    package struct Settings: Sendable {
        /// The writes a second of the simulated application.
        package var rate = 100.0
        /// How long its workers believe a toggle; they are ours, so it can be short.
        package var flagCache = 1.0
        /// How long the source is followed before the switch.
        package var follow = Follow.Settings(untilLagBelow: 20)
        /// Writes that the application makes on PostgreSQL before the way back.
        package var writesOnTarget = 200
        /// Whether an application that nobody knows may be stood in for by a light load.
        package var allowsLightLoad = false
        /// Who passes the gates, which speak of sides that are thrown away.
        package var author = "demo"
        /// What is noted for each gate.
        package var note = "a demo on synthetic data"
        /// Whether gates that are closed are passed, so that what comes behind them is timed, too.
        package var passesClosedGates = false

        /// Makes settings; the defaults are those of the demo.
        package init() {}
    }

    /// What happened.
    package struct Outcome: Sendable {
        /// The copy, compared.
        package var migrate: MigrateReport
        /// Catch-up before the switch.
        package var follow: FollowReport
        /// The gates in front of the switch, with what was signed and overridden.
        package var check: CheckReport
        /// The switch.
        package var `switch`: SwitchReport
        /// The way back.
        package var revert: RevertReport
        /// How long the way back took.
        package var revertSeconds: Double
        /// What the application did on SQLite; nil when nobody knows it.
        package var trafficSource: TrafficReport?
        /// What it did on PostgreSQL; nil when nobody knows it.
        package var trafficTarget: TrafficReport?
        /// Writes that the application saw committed.
        package var committedWrites: Int
        /// Committed rows that the target did not have after the switch; none when all is well.
        package var lostAfterSwitch: [LedgerCheck.Loss]
        /// Committed rows that the source did not have after the way back; none when all is well.
        package var lostAfterRevert: [LedgerCheck.Loss]
        /// Who wrote meanwhile.
        var load: SimulatedLoad.Kind

        /// Whether the way there and back lost nothing.
        package var ok: Bool {
            migrate.ok && `switch`.ok && revert.ok && lostAfterSwitch.isEmpty
                && lostAfterRevert.isEmpty
        }
    }

    private let options: Options
    private let settings: Settings
    private let observer: Observer
    private let cancellation: Cancellation

    /// Names the way.
    ///
    /// - Parameters:
    ///   - options: Both sides; the source was not migrated yet.
    ///   - settings: How.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Stops it.
    package init(
        _ options: Options,
        _ settings: Settings,
        observer: Observer,
        cancellation: Cancellation
    ) {
        self.options = options
        self.settings = settings
        self.observer = observer
        self.cancellation = cancellation
    }

    /// Takes away what gates would keep the switch from, and looks at them.
    ///
    /// The one place where that is done: signed is what a person signs, overridden that nobody
    /// rehearsed, and for a rehearsal whatever else may be passed closed. What may not is left to
    /// the switch, which refuses.
    private func passGates() throws(MigrationError) -> CheckReport {
        let (author, note) = (settings.author, settings.note)
        try CutoverCheck.sign(options, nil, by: author, note: note)
        try CutoverCheck.override(options, "rehearsal", by: author, note: note)
        let report = try CutoverCheck.run(
            options,
            observer: observer,
            cancellation: cancellation
        )
        for gate in report.gates where settings.passesClosedGates && gate.blocks {
            try? CutoverCheck.override(options, gate.name, by: author, note: note)
        }
        return report
    }

    /// Goes there and back.
    ///
    /// - Returns: What happened.
    /// - Throws: ``MigrationError``.
    package func run() throws(MigrationError) -> Outcome {
        let traffic = Traffic.Settings(
            rate: settings.rate,
            flagCache: .milliseconds(Int(settings.flagCache * 600))
        )
        let load = try SimulatedLoad(options.source, traffic, settings.allowsLightLoad)
        load.start()
        defer { load.stop() }
        let migrated = try Migration.run(
            options,
            .init(isLive: true),
            observer: observer,
            cancellation: cancellation
        )
        let followed = try Follow.run(
            options,
            settings.follow,
            observer: observer,
            cancellation: cancellation
        )
        let checked = try passGates()
        var way = Switch.Settings(flagCache: settings.flagCache)
        // Nothing of this lasts, and a large file would be copied once more.
        way.keepsCopy = false
        way.isRehearsal = true
        let switched = try Switch.run(
            options,
            way,
            observer: observer,
            cancellation: cancellation
        )
        let onSource = load.stop()
        try check()
        let target = TrafficPlace.target(options.target, schema: options.schema)
        let live = switched.ok ? target : .source(path: options.source)
        let lostAfterSwitch = try load.losses(in: live)
        let onTarget = try load.isKnown ? work(on: live, traffic, load.ledger) : nil
        let started = ContinuousClock.now
        let reverted = try Revert.run(options, observer: observer, cancellation: cancellation)
        let seconds = started.duration(to: .now).seconds
        return Outcome(
            migrate: migrated,
            follow: followed,
            check: checked,
            switch: switched,
            revert: reverted,
            revertSeconds: seconds,
            trafficSource: onSource,
            trafficTarget: onTarget,
            committedWrites: load.committed,
            lostAfterSwitch: lostAfterSwitch,
            lostAfterRevert: try load.losses(in: .source(path: options.source)),
            load: load.kind
        )
    }

    /// Lets the application work on the side that is live, for some writes.
    private func work(
        on live: TrafficPlace,
        _ traffic: Traffic.Settings,
        _ ledger: TrafficLedger
    ) throws(MigrationError) -> TrafficReport {
        let there = try Traffic(live, settings: traffic, ledger: ledger)
        there.start()
        defer { there.stop() }
        let before = ledger.writes.count
        let end = ContinuousClock.now.advanced(by: .seconds(30))
        while ledger.writes.count < before + settings.writesOnTarget, ContinuousClock.now < end {
            try check()
            usleep(20_000)
        }
        return there.stop()
    }

    private func check() throws(MigrationError) {
        try cancellation.check("rehearse", kept: .untouched)
    }
}
