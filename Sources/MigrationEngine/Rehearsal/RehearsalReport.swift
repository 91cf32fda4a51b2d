import Foundation

/// What a rehearsal found: the result of `rehearse`, and the evidence for the gate of that name.
public struct RehearsalReport: Codable, Sendable, Equatable {
    /// Whether every run went there and back, compared equal and lost nothing.
    public var ok: Bool
    /// When it ended, in UTC, ISO 8601.
    public var at: String
    /// The source that was copied.
    public var source: String
    /// What identifies that source.
    public var sourceFingerprint: String
    /// Its bytes.
    public var sourceBytes: Int
    /// Its rows.
    public var rows: Int
    /// The runs.
    public var runs: [Run]
    /// What `migrate --live` is expected to take, its comparison included.
    @ExplicitNull public var predictedMigrateSeconds: Span?
    /// What it is expected to take without the comparison: backup, copy, keys.
    @ExplicitNull public var predictedCopySeconds: Span?
    /// How long writes are expected to be blocked.
    @ExplicitNull public var predictedFreezeSeconds: Span?
    /// Who wrote meanwhile: `workers`, `light` or `none`.
    public var load: String
    /// The writes a second that were asked for.
    public var trafficRate: Double
    /// Where it was measured.
    public var machine: Machine
    /// How fast the real target answers; nil when it was not asked.
    @ExplicitNull public var target: TargetSpeed?
    /// What the operator should know of the figures.
    public var notes: [String]

    /// A range of seconds.
    public struct Span: Codable, Sendable, Equatable {
        /// The least.
        public var low: Double
        /// The most.
        public var high: Double
    }

    /// One way there and back.
    public struct Run: Codable, Sendable, Equatable {
        /// Whether it lost nothing.
        public var ok: Bool
        /// Why it did not; nil when it did.
        @ExplicitNull public var reason: String?
        /// How long all of it took.
        public var seconds: Double
        /// How long the migration took, its comparison included.
        public var migrateSeconds: Double
        /// How long backup, copy and keys took.
        public var copySeconds: Double
        /// How long it took to compare every cell at the end.
        public var verifySeconds: Double
        /// How long no side took writes.
        public var writeFreezeSeconds: Double
        /// Questions to the server, one after the other, in that time.
        public var freezeRoundTrips: Int
        /// Changes that were applied in that time.
        public var drainedChanges: Int
        /// Changes that were applied before it.
        public var followedChanges: Int
        /// Writes that the application saw committed.
        public var committedWrites: Int
        /// Those of them that one of the sides did not have; none when all is well.
        public var lostWrites: Int
        /// How long the way back took.
        public var revertSeconds: Double
        /// Log entries that the way back brought along.
        public var replayedChanges: Int
    }
}

/// The machine that something was measured on.
public struct Machine: Codable, Sendable, Equatable {
    /// Its processors.
    public var processors: Int
    /// Its memory in bytes.
    public var memoryBytes: UInt64
    /// Its system.
    public var system: String
    /// The version of the private server, 150018 for 15.18; nil when it did not say.
    @ExplicitNull public var postgresql: Int?
    /// The version of SQLite.
    public var sqlite: String

    init(_ local: TargetSpeed?) {
        let process = ProcessInfo.processInfo
        processors = process.activeProcessorCount
        memoryBytes = process.physicalMemory
        system = process.operatingSystemVersionString
        postgresql = local?.version
        let connection = try? SourceConnection(path: ":memory:", access: .create)
        sqlite = (try? connection?.first("SELECT sqlite_version()")?.display) ?? "unknown"
    }
}

extension RehearsalReport {
    init(
        _ copy: RehearsalCopy,
        _ size: Int,
        _ machine: Machine,
        _ settings: Rehearsal.Settings
    ) {
        self.init(
            ok: false,
            at: Date().formatted(.iso8601),
            source: SourceFile.realPath(copy.path),
            sourceFingerprint: copy.fingerprint,
            sourceBytes: size,
            rows: copy.rows,
            runs: [],
            predictedMigrateSeconds: nil,
            predictedCopySeconds: nil,
            predictedFreezeSeconds: nil,
            load: SimulatedLoad.Kind.none.rawValue,
            trafficRate: settings.trafficRate,
            machine: machine,
            target: nil,
            notes: copy.notes
        )
    }

    /// Notes who wrote during a run, and what it warned of.
    mutating func note(_ way: WholeWay.Outcome) {
        load = way.load.rawValue
        let gates = way.check.gates.filter { $0.blocks && $0.kind == .machine }.map {
            "the gate \($0.name) would have kept the switch from beginning: \($0.reason)"
        }
        for words in way.migrate.warnings + gates + way.switch.warnings
        where !notes.contains(words) {
            notes.append(words)
        }
    }
}

extension RehearsalReport.Run {
    init(_ way: WholeWay.Outcome, _ verified: VerifyReport, seconds: Double) {
        let lost = way.lostAfterSwitch.count + way.lostAfterRevert.count
        let compared = way.migrate.phases.filter { $0.name == "verify" }.map(\.seconds)
        self.init(
            ok: way.ok && verified.ok,
            reason: Self.reason(way, verified, lost),
            seconds: seconds,
            migrateSeconds: way.migrate.seconds,
            copySeconds: max(0, way.migrate.seconds - compared.reduce(0, +)),
            verifySeconds: verified.seconds,
            writeFreezeSeconds: way.switch.writeFreezeSeconds,
            freezeRoundTrips: way.switch.freezeRoundTrips,
            drainedChanges: way.switch.drainedChanges,
            followedChanges: way.follow.appliedChanges,
            committedWrites: way.committedWrites,
            lostWrites: lost,
            revertSeconds: way.revertSeconds,
            replayedChanges: way.revert.replayedChanges
        )
    }

    /// A run that did not come to its end.
    init(stoppedBy error: MigrationError) {
        self.init(
            ok: false,
            reason: "\(error.place.stage): \(error.message); \(error.remedy)",
            seconds: 0,
            migrateSeconds: 0,
            copySeconds: 0,
            verifySeconds: 0,
            writeFreezeSeconds: 0,
            freezeRoundTrips: 0,
            drainedChanges: 0,
            followedChanges: 0,
            committedWrites: 0,
            lostWrites: 0,
            revertSeconds: 0,
            replayedChanges: 0
        )
    }

    private static func reason(
        _ way: WholeWay.Outcome,
        _ verified: VerifyReport,
        _ lost: Int
    ) -> String? {
        if !way.migrate.ok {
            let rows = way.migrate.tables.reduce(0) { $0 + $1.quarantinedRows - $1.acceptedRows }
            return rows > 0
                ? "\(rows) rows do not fit: cutover inspect names them"
                : "the copy has findings: cutover migrate --dry-run names them"
        }
        if !way.switch.ok { return "the switch was undone: \(way.switch.reason ?? "")" }
        if lost > 0 { return "\(lost) committed writes were not where they should be" }
        if !way.revert.ok { return "rows that came back differ" }
        return verified.ok ? nil : "both sides differ at the end"
    }
}
