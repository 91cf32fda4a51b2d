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
        WatchQuestion(WatchQuestion.server, "this is the server that was migrated into") {
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
        WatchQuestion("jobs", "no job is stuck") {
            look throws(MigrationError) in try ApplicationWatch.jobs(look)
        },
        WatchQuestion("watermarks", "the marks of the syncs advance") {
            look throws(MigrationError) in try ApplicationWatch.watermarks(look)
        },
        WatchQuestion("tables", "every table that was migrated is there") {
            look throws(MigrationError) in try IntegrityWatch.tables(look)
        },
        WatchQuestion("references", "no row is without its parent") {
            look throws(MigrationError) in try IntegrityWatch.references(look)
        },
        WatchQuestion("sequences", "every next id is above the highest") {
            look throws(MigrationError) in try SequenceWatch.sequences(look)
        },
        WatchQuestion("clocks", "this machine's and the server's clock agree") {
            look throws(MigrationError) in try ServerWatch.clocks(look)
        },
        WatchQuestion("probes", "the server answers quickly") {
            look throws(MigrationError) in try ServerWatch.probes(look)
        },
        WatchQuestion("statements", "no statement is slow in the mean") {
            look throws(MigrationError) in try StatementWatch.statements(look)
        },
        WatchQuestion("connections", "less than 80 % of the connections are used") {
            look throws(MigrationError) in try ServerWatch.connections(look)
        },
        WatchQuestion("transactions", "no deadlock, and few transactions are rolled back") {
            look throws(MigrationError) in try SessionWatch.transactions(look)
        },
        WatchQuestion("long_transactions", "no transaction stays open") {
            look throws(MigrationError) in try SessionWatch.longTransactions(look)
        },
        WatchQuestion("blocked_sessions", "no session waits for another") {
            look throws(MigrationError) in try SessionWatch.blockedSessions(look)
        },
        WatchQuestion("room", "how large the database is") {
            look throws(MigrationError) in try RoomWatch.room(look)
        },
        WatchQuestion("vacuum", "dead rows are taken away, tables are analyzed") {
            look throws(MigrationError) in try RoomWatch.vacuum(look)
        },
        WatchQuestion("backups", "the server's own backups are young") {
            look throws(MigrationError) in try RoomWatch.backups(look)
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
        let session = try WatchSession(options, observer: observer, cancellation: cancellation)
        let started = ContinuousClock.now
        var isGood = true
        while true {
            let begun = started.secondsToNow
            guard let report = try session.look() else { return isGood }
            isGood = isGood && report.ok
            // Whatever becomes of the journal, what was found is told.
            try tell(report)
            session.keep(report)
            let elapsed = started.secondsToNow
            if let duration = settings.duration, elapsed >= duration { return isGood }
            let most = settings.duration.map { $0 - elapsed } ?? settings.interval
            session.wait(min(settings.interval - (elapsed - begun), most))
            guard !cancellation.isCancelled else { return isGood }
        }
    }
}
