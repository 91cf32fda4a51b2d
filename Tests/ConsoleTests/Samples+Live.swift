import MigrationEngine

@testable import Console
@testable import MigrationEngine

/// Models of a live run.
extension Samples {
    /// A run that is followed.
    static func following(columns: Int = 80, rows: Int = 24) -> Model {
        var model = live(.following, columns: columns, rows: rows)
        model.operation = Model.Operation(kind: .follow, startedAt: now - 60)
        model.progressAt = now
        model.cutover.lag = LiveProgress(
            lagRows: 12,
            lagSeconds: 0.4,
            appliedChanges: 12_345,
            changesPerSecond: 1_204
        )
        model.cutover.lagAt = now
        return model
    }

    /// A run in a phase, as asking tells it; nobody works on it.
    static func live(_ phase: CutoverPhase, columns: Int = 80, rows: Int = 24) -> Model {
        var model = filled(columns: columns, rows: rows)
        model.verification?.tables.removeAll { $0.status != .equal }
        model.verification?.ok = true
        model.cutover.knownPhase = phase
        model.identity.liveSide = phase.targetTakesWrites ? .target : .source
        model.cutover.status.value = status(phase)
        model.cutover.status.loadedAt = now - 1
        model.cutover.status.askedAt = now - 1
        model.cutover.gates.value = gates
        model.cutover.gates.askedAt = now - 1
        model.cutover.written.value = written
        model.cutover.written.askedAt = now - 1
        model.cutover.written.loadedAt = now - 1
        // An alarm is a state of its own, see `LostTargetTests`.
        model.watch.value?.report.criteria.removeAll { $0.state == .bad }
        model.watch.askedAt = now - 1
        return model
    }

    /// A cutover under way, with the steps that were begun.
    static func cuttingOver(
        _ names: String...,
        columns: Int = 80,
        rows: Int = 24,
        change: (inout CutoverProgress) -> Void = { _ in }
    ) -> Model {
        var model = live(.following, columns: columns, rows: rows)
        _ = model.begin(.cutOver)
        var progress = Progress()
        var cutover = CutoverProgress()
        cutover.steps = names.enumerated().map { place, name in
            let isLast = place == names.count - 1
            return .init(
                name: name,
                seconds: isLast ? nil : 0.54,
                outcome: isLast ? "running" : "done"
            )
        }
        change(&cutover)
        progress.cutover = cutover
        progress.live = LiveProgress(
            lagRows: 3,
            lagSeconds: 0.1,
            appliedChanges: 40,
            changesPerSecond: 0,
            countdownSeconds: names.last == "pausing" ? 43 : nil
        )
        _ = model.update(.progress(progress))
        return model
    }

    static func status(_ phase: CutoverPhase) -> RunStatus {
        let isPaused = phase.wayBack == .undo
        var status = RunStatus(
            phase: phase.rawValue,
            source: "ora.db",
            target: "postgresql://ora_prod",
            lag: .init(rows: 12, seconds: 0.4),
            tables: .init(done: 12, total: 12),
            copiedRows: 3_414,
            quarantinedRows: 0,
            verified: true,
            gates: gates,
            writeFreezeSeconds: phase == .fenced ? 3.2 : nil,
            workflows: [
                .init(
                    name: "xml-import",
                    enabledSource: !isPaused,
                    enabledTarget: phase == .watching,
                    saved: isPaused ? true : nil
                ),
                .init(
                    name: "unified-shipstation-sync",
                    enabledSource: !isPaused,
                    enabledTarget: phase == .watching,
                    saved: isPaused ? true : nil
                ),
                .init(
                    name: "orders-cleanup",
                    enabledSource: false,
                    enabledTarget: false,
                    saved: isPaused ? false : nil
                ),
            ],
            notes: []
        )
        status.isRunning = false
        status.writesBlocked = phase == .fenced
        return status
    }

    static let gates: [Gate] = [
        Gate(
            "copy_verified",
            title: "every cell of the copy is equal",
            kind: .machine,
            state: .open,
            reason: "12 tables equal at 14:01:58Z"
        ),
        Gate(
            "disk_space",
            title: "the target's disk has room",
            kind: .machine,
            state: .open,
            reason: "41 GB free"
        ),
        Gate(
            "team_told",
            title: "the team knows of the cutover",
            kind: .person,
            state: .closed,
            reason: "nobody has signed it",
            remedy: "sign it when the team knows"
        ),
        Gate(
            "caught_up",
            title: "the target is close behind",
            kind: .machine,
            state: .waiting,
            reason: "12 changes wait",
            remedy: "wait for the catch-up"
        ),
    ]

    static var openGates: [Gate] {
        gates.map { gate in
            var open = gate
            open.state = .open
            open.remedy = nil
            return open
        }
    }

    static let written = WrittenSince(tables: [
        .init(name: "orders_inbox", writes: 41), .init(name: "shipped_items", writes: 7),
    ])

    static let followed = FollowReport(
        ok: true,
        appliedChanges: 12_345,
        writtenRows: 12_000,
        quarantinedRows: 0,
        lag: .init(rows: 3, seconds: 0.1),
        position: 12_345,
        reconnects: 0,
        waited: [],
        seconds: 60,
        comparedRows: 12_000,
        differences: []
    )

    private static let steps: [SwitchReport.Step] = [
        .init(name: "following", seconds: 0.54, outcome: "done"),
        .init(name: "pausing", seconds: 55.31, outcome: "done"),
        .init(name: "fenced", seconds: 0.04, outcome: "done"),
        .init(name: "drained", seconds: 0.12, outcome: "done"),
        .init(name: "verified", seconds: 0.21, outcome: "done"),
        .init(name: "switched", seconds: 0.13, outcome: "done"),
        .init(name: "toggles", seconds: 0.02, outcome: "done"),
        .init(name: "keys", seconds: 0.02, outcome: "done"),
    ]

    static let switched = SwitchReport(
        ok: true,
        outcome: .switched,
        reason: nil,
        writeFreezeSeconds: 0.41,
        drainedChanges: 17,
        steps: steps,
        togglesRestored: toggles,
        holders: [.init(pid: 4_711, command: "python app.py")],
        warnings: []
    )

    static let undone = SwitchReport(
        ok: false,
        outcome: .undone,
        reason: "the write freeze took longer than its budget of 30.0 s",
        writeFreezeSeconds: 30.2,
        drainedChanges: 17,
        steps: Array(steps.prefix(3)) + [.init(name: "drained", seconds: 30, outcome: "failed")],
        togglesRestored: toggles,
        holders: [],
        warnings: []
    )

    private static let toggles: [SwitchReport.Toggle] = [
        .init(name: "xml-import", enabled: true), .init(name: "orders-cleanup", enabled: false),
    ]

    static var reverted: RevertReport {
        var orders = ReverseSummary.Table(name: "orders_inbox", changes: 41, isWhole: false)
        orders.inserted = 38
        orders.updated = 3
        orders.insertedKeys = ["id 3001", "id 3002", "id 3003", "id 3004"]
        var items = ReverseSummary.Table(name: "shipped_items", changes: 7, isWhole: false)
        items.deleted = 7
        return RevertReport(
            ok: true,
            replayedChanges: 48,
            steps: [
                .init(name: "target-closed", seconds: 0.04, outcome: "done"),
                .init(name: "replayed", seconds: 0.61, outcome: "done"),
                .init(name: "environment-back", seconds: 0.01, outcome: "done"),
                .init(name: "handed-back", seconds: 0.11, outcome: "done"),
                .init(name: "verified", seconds: 0.21, outcome: "done"),
                .init(name: "source-open", seconds: 0.05, outcome: "done"),
            ],
            tables: [orders, items],
            notes: []
        )
    }
}
