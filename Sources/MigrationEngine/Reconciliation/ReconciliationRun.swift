import Foundation

/// One run of the checks: both sides, and how a live run stands between them.
final class ReconciliationRun {
    let profile: Profile
    let sides: [Side]
    private(set) var liveSide: Side?
    private(set) var sourceError: MigrationError?
    private(set) var targetError: MigrationError?

    private let options: Options
    private let source: ReconciledSide
    private let target: ReconciledSide
    private let keys: [CheckedKey]
    private let cancellation: Cancellation
    private let now = Date()
    private let deadline: ContinuousClock.Instant
    private let aside: NameTable<Int>

    /// Opens the sides.
    ///
    /// - Parameters:
    ///   - options: Where they are.
    ///   - settings: Which of them are read.
    ///   - cancellation: Stops the run.
    /// - Throws: ``MigrationError`` when no side can be read, or the one that was asked for cannot.
    init(
        _ options: Options,
        _ settings: Reconciliation.Settings,
        _ cancellation: Cancellation
    ) throws(MigrationError) {
        self.options = options
        self.cancellation = cancellation
        deadline = .now.advanced(by: .seconds(max(0, settings.wait)))
        source = ReconciledSide(.source, options, cancellation)
        target = ReconciledSide(.target, options, cancellation)
        var profiles: [Side: Profile] = [:]
        for side in [source, target] where settings.side ?? side.reader.side == side.reader.side {
            do throws(MigrationError) {
                profiles[side.reader.side] = try side.reader.profile()
            } catch {
                guard settings.side == nil else { throw error }
                if side.reader.side == .source { sourceError = error } else { targetError = error }
            }
        }
        guard let profile = profiles[.source] ?? profiles[.target] else {
            throw sourceError ?? targetError
                ?? MigrationError(
                    .internal,
                    "no side was asked",
                    place: .init("reconcile"),
                    remedy: "report it with the command that was given"
                )
        }
        self.profile = profile
        sides = Side.allCases.filter { profiles[$0] != nil }
        keys = try (sides.contains(.source) ? source : target).foreignKeys()
        liveSide = sides.count == 2 ? try? LiveSide.current(options) : nil
        let quarantine = sides.count == 2 ? try? Self.quarantined(target, options.schema) : nil
        aside = quarantine ?? [:]
    }

    /// The rows of each table that are in quarantine and were not brought to the target since.
    private static func quarantined(
        _ target: ReconciledSide,
        _ schema: String
    ) throws(MigrationError) -> NameTable<Int> {
        try target.reader.read("reconcile") { session throws(LiveFailure) in
            guard let connection = session.connection.target else { return [:] }
            do throws(TargetError) {
                guard let run = try RunState.newestRun(connection, in: schema) else { return [:] }
                let reader = try QuarantineReader(connection, run: run.id)
                var rows: NameTable<Int> = [:]
                for group in try reader.groups(QuarantineSelection()) {
                    let left = group.waiting + group.accepted
                    if left > 0 { rows[group.table] = (rows[group.table] ?? 0) + left }
                }
                return rows
            } catch {
                throw .target(error)
            }
        }
    }

    /// Runs a check; while writes wait to be followed that may explain a difference, again.
    ///
    /// - Parameter group: The check, once for each shape of the database.
    /// - Returns: What became of it.
    /// - Throws: ``MigrationError`` when it is stopped.
    func check(
        _ group: [Profile.Check]
    ) throws(MigrationError) -> ReconciliationReport.Check {
        while true {
            var judged = judge(group[0])
            for other in group.dropFirst() where judged.verdict == .notApplicable {
                judged = judge(other)
            }
            try cancellation.check("reconcile", kept: .untouched)
            guard judged.verdict == .waiting, ContinuousClock.now < deadline else { return judged }
            usleep(200_000)
        }
    }

    /// Of more that were found, the others are not asked after: one is enough.
    private static let mostAsked = 1_000

    private func judge(_ check: Profile.Check) -> ReconciliationReport.Check {
        // What was followed before the first reading and what was written after the second: both
        // are looked at, so that no write between them passes for a fault.
        let mark =
            sides.count == 2
            ? (try? PendingWrites.mark(target.reader, schema: options.schema)) ?? nil : nil
        var readings: [Side: Result<CheckReading, CheckObstacle>] = [:]
        for side in [target, source] where sides.contains(side.reader.side) {
            readings[side.reader.side] = side.read(check, keys, now: now)
        }
        var pending = PendingWrites()
        if let mark {
            do throws(MigrationError) {
                pending = try PendingWrites(
                    behind: mark,
                    source: source.reader,
                    target: target.reader
                )
            } catch {
                pending = .unknown(behind: mark)
            }
        }
        var lost: [String] = []
        if liveSide == .target, let old = readings[.source]?.reading,
            let new = readings[.target]?.reading
        {
            let known = old.isWhole ? Set(old.found.map(\.key)) : []
            let found = new.found.map(\.key).filter { !known.contains($0) }
            do throws(MigrationError) {
                lost = try source.parents(check, keys, among: Array(found.prefix(Self.mostAsked)))
            } catch {
                readings[.source] = .failure(.failed(error.message))
            }
        }
        return CheckJudge(
            check: check,
            source: readings[.source],
            target: readings[.target],
            pending: pending,
            isTargetLive: liveSide == .target,
            hasRun: mark != nil,
            aside: aside,
            lost: lost
        ).check
    }
}

// because its connections belong to one thread
@available(*, unavailable)
extension ReconciliationRun: Sendable {}
