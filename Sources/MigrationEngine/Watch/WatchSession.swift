import Foundation

/// One watch: looks one after the other, each kept in the journal.
///
/// It belongs to one thread.
package final class WatchSession {
    private let seen: WatchLook
    private let alarms: WatchAlarms
    private var history: WatchHistory
    private var isFirst = true
    private let patience: TargetPatience

    /// Begins to watch.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - observer: Is told of each alarm that begins or ends.
    ///   - cancellation: Stops a look.
    /// - Throws: ``MigrationError`` when the server cannot be reached or the profile is wrong.
    package init(
        _ options: Options,
        observer: Observer = Observer(),
        cancellation: Cancellation = Cancellation()
    ) throws(MigrationError) {
        let patience = TargetPatience(
            statementSeconds: WatchLook.statementSeconds,
            cancellation
        )
        self.patience = patience
        seen = try patience.look { () throws(MigrationError) in
            try Self.first(options, cancellation)
        }
        alarms = WatchAlarms(options, observer)
        history = alarms.history()
    }

    /// Looks whether there is something to watch.
    private static func first(
        _ options: Options,
        _ cancellation: Cancellation
    ) throws(MigrationError) -> WatchLook {
        let look = try WatchLook(options, cancellation)
        try look.onTarget { target throws(TargetError) in try target.execute("SELECT 1") }
        do throws(MigrationError) {
            _ = try Profile.named(look)
        } catch {
            // With a wrong profile nearly everything would be unknown, and so without an alarm.
            if error.code == .configuration { throw error }
        }
        try IntegrityWatch.requireSchema(look)
        return look
    }

    /// Looks once more.
    ///
    /// - Returns: What was found; nil when a stop was asked for meanwhile.
    /// - Throws: ``MigrationError`` when it cannot be kept; a server that is gone is an alarm.
    package func next() throws(MigrationError) -> WatchReport? {
        let report = try look()
        if let report { keep(report) }
        return report
    }

    /// Keeps a look, and tells of each alarm that begins or ends.
    ///
    /// - Parameter report: The look.
    func keep(_ report: WatchReport) {
        alarms.keep(report)
        history.add(report)
    }

    /// Waits, and ends early when a stop is asked for; what opens the old file meanwhile is noted.
    ///
    /// - Parameter seconds: How long.
    func wait(_ seconds: Double) {
        let end = ContinuousClock.now.advanced(by: .seconds(max(0, seconds)))
        while ContinuousClock.now < end, !seen.cancellation.isCancelled {
            seen.openings.wait(milliseconds: 50)
        }
    }

    /// Looks once more, and keeps nothing.
    ///
    /// - Returns: What was found; nil when a stop was asked for meanwhile.
    /// - Throws: ``MigrationError``.
    func look() throws(MigrationError) -> WatchReport? {
        let isFirst = isFirst
        self.isFirst = false
        let report = try patience.look { () throws(MigrationError) in
            if !isFirst { try seen.renew() }
            return self.report()
        }
        // What was not asked to its end is no look, and ends no alarm.
        return seen.cancellation.isCancelled ? nil : report
    }

    /// Looks once more, and adds the figures of the looks before, those of earlier watches too.
    ///
    /// - Returns: The look with its history; nil when a stop was asked for meanwhile.
    /// - Throws: ``MigrationError``.
    package func listing() throws(MigrationError) -> WatchListing? {
        guard let report = try next() else { return nil }
        return WatchListing(report: report, history: history)
    }

    private func report() -> WatchReport {
        let look = seen
        let now = Date().timeIntervalSince1970
        let elapsed = look.elapsed
        let server = try? look.server()
        var found = Watch.questions.map { ($0, $0.look(look)) }
        if let lost = look.lost,
            let place = found.firstIndex(where: { $0.0.name == WatchQuestion.server })
        {
            found[place].1 = .gone(lost)
        }
        let criteria = found.map { question, found in
            WatchReport.Criterion(
                name: question.name,
                title: question.title,
                state: found.state,
                value: found.figure?.value,
                unit: found.figure?.unit,
                limit: found.figure?.limit,
                reason: found.reason,
                remedy: found.remedy,
                badSince: alarms.since(question.name, found, now: now)
            )
        }
        return WatchReport(
            at: Journal.moment(now),
            elapsedSeconds: elapsed,
            ok: !criteria.contains { $0.state == .bad },
            liveSide: look.status.liveSide,
            server: server?.0,
            criteria: criteria
        )
    }
}

// because its connections belong to one thread
@available(*, unavailable)
extension WatchSession: Sendable {}
