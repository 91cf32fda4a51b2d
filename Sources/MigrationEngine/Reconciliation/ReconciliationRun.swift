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
        return CheckJudge(
            check: check,
            source: readings[.source],
            target: readings[.target],
            pending: pending,
            isTargetLive: liveSide == .target,
            hasRun: mark != nil
        ).check
    }
}

// because its connections belong to one thread
@available(*, unavailable)
extension ReconciliationRun: Sendable {}
