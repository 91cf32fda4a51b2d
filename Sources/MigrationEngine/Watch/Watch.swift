import Foundation

/// The first hour and after: every criterion of success, looked at again and again.
public enum Watch {
    /// How it watches.
    public struct Settings: Sendable {
        /// Seconds between two looks.
        public var interval: Double
        /// Ends after so many seconds; nil when only a stop on request ends it.
        public var duration: Double?

        /// Makes settings.
        public init(interval: Double, duration: Double? = nil) {
            self.interval = interval
            self.duration = duration
        }
    }

    /// The criteria, in the order in which they are told.
    static let questions: [WatchQuestion] = [
        WatchQuestion("live_side", "PostgreSQL takes the application's writes") { look in
            ApplicationWatch.liveSide(look)
        },
        WatchQuestion("server", "this is the server that was migrated into") {
            look throws(MigrationError) in try ServerWatch.identity(look)
        },
        WatchQuestion("old_file", "nothing writes the old file") {
            look throws(MigrationError) in try OldFileWatch.untouched(look)
        },
        WatchQuestion("old_file_holders", "no process holds the old file") { look in
            OldFileWatch.holders(look)
        },
        WatchQuestion("new_orders", "new orders are in PostgreSQL only") {
            look throws(MigrationError) in try ApplicationWatch.newOrders(look)
        },
        WatchQuestion("workflows", "every enabled workflow ran within its interval") {
            look throws(MigrationError) in try ApplicationWatch.workflows(look)
        },
        WatchQuestion("watermarks", "the marks of the syncs advance") {
            look throws(MigrationError) in try ApplicationWatch.watermarks(look)
        },
        WatchQuestion("references", "no row is without its parent") {
            look throws(MigrationError) in try IntegrityWatch.references(look)
        },
        WatchQuestion("sequences", "every next id is above the highest") {
            look throws(MigrationError) in try IntegrityWatch.sequences(look)
        },
        WatchQuestion("probes", "the server answers within 100 ms in the mean") {
            look throws(MigrationError) in try ServerWatch.probes(look)
        },
        WatchQuestion("statements", "no statement takes 100 ms in the mean") {
            look throws(MigrationError) in try StatementWatch.statements(look)
        },
        WatchQuestion("connections", "less than 80 % of the connections are used") {
            look throws(MigrationError) in try ServerWatch.connections(look)
        },
        WatchQuestion("transactions", "no deadlock, and few transactions are rolled back") {
            look throws(MigrationError) in try ServerWatch.transactions(look)
        },
        WatchQuestion("long_transactions", "no transaction stays open") {
            look throws(MigrationError) in try ServerWatch.longTransactions(look)
        },
        WatchQuestion("blocked_sessions", "no session waits for another") {
            look throws(MigrationError) in try ServerWatch.blockedSessions(look)
        },
        WatchQuestion("room", "how large the database is") {
            look throws(MigrationError) in try ServerWatch.room(look)
        },
        WatchQuestion("vacuum", "dead rows are taken away, tables are analyzed") {
            look throws(MigrationError) in try ServerWatch.vacuum(look)
        },
        WatchQuestion("backups", "the server's own backups are young") {
            look throws(MigrationError) in try ServerWatch.backups(look)
        },
    ]

    /// Watches until the duration is over or a stop is asked for; writes to neither database.
    ///
    /// Figures and alarms are kept in the journal of the run's folder, where there is one.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - settings: How often, and how long.
    ///   - observer: Is told of each alarm that begins or ends.
    ///   - cancellation: Stops it.
    ///   - tell: Gets each look.
    /// - Returns: Whether every look was without an alarm.
    /// - Throws: ``MigrationError`` of the first connection; later a server that is gone is an alarm.
    public static func run(
        _ options: Options,
        _ settings: Settings,
        observer: Observer = Observer(),
        cancellation: Cancellation = Cancellation(),
        tell: (WatchReport) throws(MigrationError) -> Void
    ) throws(MigrationError) -> Bool {
        let look = try WatchLook(options, cancellation)
        try look.onTarget { target throws(TargetError) in try target.execute("SELECT 1") }
        let alarms = WatchAlarms(options, observer)
        var isGood = true
        while true {
            let begun = look.elapsed
            let report = report(look, alarms)
            isGood = isGood && report.ok
            try alarms.keep(report)
            try tell(report)
            if let duration = settings.duration, look.elapsed >= duration { return isGood }
            let most = settings.duration.map { $0 - look.elapsed } ?? settings.interval
            wait(min(settings.interval - (look.elapsed - begun), most), cancellation)
            guard !cancellation.isCancelled else { return isGood }
            try look.renew()
        }
    }

    private static func report(_ look: WatchLook, _ alarms: WatchAlarms) -> WatchReport {
        let now = Date().timeIntervalSince1970
        let elapsed = look.elapsed
        let server = look.server()
        let criteria = questions.map { question in
            let found = question.look(look)
            return WatchReport.Criterion(
                name: question.name,
                title: question.title,
                state: found.state,
                value: found.figure?.value,
                unit: found.figure?.unit,
                limit: found.figure?.limit,
                reason: found.reason,
                remedy: found.remedy,
                badSince: alarms.since(question.name, isBad: found.state == .bad, now: now)
            )
        }
        return WatchReport(
            at: Journal.moment(now),
            elapsedSeconds: elapsed,
            ok: !criteria.contains { $0.state == .bad },
            liveSide: look.status.liveSide,
            server: server,
            criteria: criteria
        )
    }

    /// Waits, and ends early when a stop is asked for.
    private static func wait(_ seconds: Double, _ cancellation: Cancellation) {
        let end = ContinuousClock.now.advanced(by: .seconds(max(0, seconds)))
        while ContinuousClock.now < end, !cancellation.isCancelled { usleep(50_000) }
    }
}
