import Foundation

/// Removes everything of ours from both sides: the verb `clean`.
public enum Clean {
    /// Removes the capture from the source, puts back what rests in the target, and drops the
    /// schema `cutover` there; the application's tables stay.
    ///
    /// When the application works on the target, this is the point of no return: the log of its
    /// writes ends, and the source stays closed, so that no stray process writes it unseen.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - isFinal: Whether the point of no return may be passed.
    /// - Returns: What was removed.
    /// - Throws: ``MigrationError``.
    public static func run(
        _ options: Options,
        isFinal: Bool = false
    ) throws(MigrationError) -> CleanReport {
        try options.requireWritable("clean")
        let earlier = try FinalHandover.read(options, "clean")
        if let earlier, !isFinal {
            throw earlier.refusal("clean", options, .gateClosed)
        }
        let (target, address) = try Target.connect(options, stage: "clean", purpose: "clean")
        let directory = try RunDirectory(making: options.runDirectory)
        let journal = try Journal(owning: directory)
        try TargetClaim(target: target, address: address).take("clean")
        if try isCopyOfAnother(options, target, address) {
            return try cleanCopy(options, journal)
        }
        let left = try left(options, target, address)
        guard isFinal || left == nil else { throw ending(left, address) }
        // The target first: until it is whole, the source keeps the log of what it lacks.
        let restored: [String]?
        do {
            restored = try clean(target)
        } catch {
            throw LockHolders.naming(FollowSession.wrap(error, options, address, "clean"), options)
        }
        let final = left.map { left in
            earlier
                ?? FinalHandover(
                    run: left.run ?? "",
                    target: address.redacted,
                    switchedAt: left.switchedAt,
                    at: Journal.moment(Date().timeIntervalSince1970)
                )
        }
        if left == nil { try undo(options) }
        let removal = try Capture.remove(options.source, final: final)
        try journal.action(
            final == nil ? "clean" : "clean --final",
            before: nil,
            after: "\(removal.removed.count) objects of the source, schema cutover of the target"
                + (final.map { "; \($0.words)" } ?? "")
        )
        if let run = left?.run {
            let detail = "the point of no return is passed"
            try journal.rest(run, phase: CutoverPhase.final.rawValue, detail: detail)
        }
        var report = CleanReport(
            ok: true,
            removedFromSource: removal.removed,
            changedByApplication: removal.changedByApplication,
            removedFromTarget: restored != nil,
            restored: restored ?? [],
            sourceStaysClosed: final != nil
        )
        report.keptInSource = removal.kept
        report.switchedAt = final?.switchedAt
        report.finalAt = final?.at
        return report
    }

    /// A source that the application has left.
    private struct Left {
        /// The run, and when it was switched; nil when an earlier clean was killed halfway.
        var run: String?
        var switchedAt: String?
    }

    private static func ending(_ left: Left?, _ address: TargetAddress) -> MigrationError {
        let isHalfway = left?.run == nil
        return MigrationError(
            .gateClosed,
            isHalfway
                ? "the application works on PostgreSQL, and an earlier clean has ended the way back"
                : "the application works on PostgreSQL since \(left?.switchedAt ?? "the switch"): "
                    + "to clean now ends the way back",
            place: .init("clean", side: .target, path: address.redacted),
            remedy: isHalfway
                ? "finish it with: cutover clean --final"
                : "go back first with: cutover revert; or pass the point of no return with: "
                    + "cutover clean --final"
        )
    }

    /// Looks whether the application has left the source, also when an earlier clean was killed
    /// halfway; nil when it has not.
    private static func left(
        _ options: Options,
        _ target: TargetConnection,
        _ address: TargetAddress
    ) throws(MigrationError) -> Left? {
        let source = try SourceFile.open(options.source, stage: "clean")
        do {
            let newest = try RunState.newestRun(target, in: options.schema)
            if let newest, try SourceFence.isForeign(to: newest.id, source) {
                throw SourceFence.foreign(options, "clean")
            }
            // The target knows it, whatever file stands at the path by now.
            if let newest, let position = try RunState.position(of: newest.id, target) {
                guard position.liveSide == .target else { return nil }
                return Left(run: newest.id, switchedAt: position.switchedAt)
            }
            return try SourceFence.isForGood(source) ? Left() : nil
        } catch {
            throw FollowSession.wrap(error, options, address, "clean")
        }
    }

    /// Gives the toggles of a cutover that did not come to its end their earlier values.
    private static func undo(_ options: Options) throws(MigrationError) {
        let toggles = try SavedToggles(options)
        let source = try SourceFile.open(options.source, stage: "clean", access: .readWrite)
        try SourceTransaction(source, options.source, "clean", 10_000).run {
            connection throws(SourceError) in
            try SourceFence.remove(connection)
            try toggles.restore(connection)
        }
    }

    /// Cleans the target in one transaction; nil when there is nothing of ours.
    private static func clean(_ target: TargetConnection) throws -> [String]? {
        guard try target.query("SELECT to_regclass('cutover.run')").first != nil else { return nil }
        return try target.transaction {
            try target.execute("SET LOCAL lock_timeout = '30s'")
            var restored: [String] = []
            let runs = try target.query("SELECT run_id FROM cutover.run ORDER BY started_at").rows
            for run in runs.compactMap({ $0[0] }) {
                let side = try RunState.position(of: run, target)?.liveSide
                restored += try LiveTarget(target: target, run: run)
                    .dissolve(isResting: side == .source)
            }
            try target.execute("SET LOCAL client_min_messages = warning")
            try target.execute("DROP SCHEMA cutover CASCADE")
            return restored
        }
    }
}

/// What `clean` removed.
public struct CleanReport: Codable, Sendable {
    /// Whether everything is gone that is to go.
    public var ok: Bool
    /// The objects that the source does not have any more.
    public var removedFromSource: [String]
    /// What the application itself changed in its schema since the capture was installed.
    public var changedByApplication: [String]
    /// Whether the target had a schema `cutover`.
    public var removedFromTarget: Bool
    /// Keys and triggers that were put back.
    public var restored: [String]
    /// Whether the source's writes stay blocked, because the application has left it for good.
    public var sourceStaysClosed: Bool
    /// Our objects that stay in the source: the fence, where its writes stay blocked.
    public var keptInSource: [String] = []
    /// When PostgreSQL took over, as UTC; nil when it is not the side that is live.
    @ExplicitNull public var switchedAt: String? = nil
    /// When the point of no return was passed, as UTC; nil when it was not.
    @ExplicitNull public var finalAt: String? = nil
    /// Whether the source was a copy of a file that a run has: then the target was left alone.
    public var wasCopy = false
}
