import Foundation

/// The whole way on a copy of the operator's source and a private server, timed: the verb
/// `rehearse`.
///
/// The source is only read, once; whatever goes on with it meanwhile goes on. See the page
/// Rehearsal.
public enum Rehearsal {
    /// What `rehearse` can be told.
    public struct Settings: Sendable {
        /// How often the way is gone.
        public var runs: Int
        /// The writes a second of the simulated application.
        public var trafficRate: Double
        /// The seconds that the source is followed before the switch.
        public var duration: Double
        /// The seconds that the simulated workers may act on an old toggle.
        public var flagCache: Double
        /// The folder in which copies, journals and backups stay; nil for none.
        public var keep: String?

        /// Makes settings; the defaults are those of the command.
        ///
        /// - Parameters:
        ///   - runs: How often the way is gone.
        ///   - trafficRate: The writes a second.
        ///   - duration: The seconds that the source is followed.
        ///   - flagCache: The seconds that workers may act on an old toggle.
        ///   - keep: The folder in which everything stays.
        public init(
            runs: Int = 2,
            trafficRate: Double = 100,
            duration: Double = 5,
            flagCache: Double = 1,
            keep: String? = nil
        ) {
            self.runs = runs
            self.trafficRate = trafficRate
            self.duration = duration
            self.flagCache = flagCache
            self.keep = keep
        }
    }

    /// Goes the whole way on a copy, and keeps what it found as evidence beside the source.
    ///
    /// - Parameters:
    ///   - options: The source, and the real target, which is only asked how fast it answers.
    ///   - settings: How.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Stops it; nothing stays behind.
    /// - Returns: What was found.
    /// - Throws: ``MigrationError``.
    public static func run(
        _ options: Options,
        _ settings: Settings = Settings(),
        observer: Observer = Observer(),
        cancellation: Cancellation = Cancellation()
    ) throws(MigrationError) -> RehearsalReport {
        try options.requireWritable("rehearse")
        let report: RehearsalReport
        do throws(MigrationError) {
            report = try RehearsalRun(options, settings, observer, cancellation).perform()
        } catch {
            guard error.code != .interrupted else { throw stopped(settings) }
            throw error
        }
        try RehearsalEvidence(options).keep(report)
        return report
    }

    private static func stopped(_ settings: Settings) -> MigrationError {
        MigrationError(
            .interrupted,
            "stopped on request",
            place: .init("rehearse", path: settings.keep),
            kept: .other(
                settings.keep == nil
                    ? "nothing: the source was only read, the copy and the private server are gone"
                    : "the copy in the folder that was to be kept; the source was only read"
            ),
            remedy: "run the same command again: it begins anew"
        )
    }
}

/// One rehearsal, on the thread that called it.
struct RehearsalRun {
    private let options: Options
    private let settings: Rehearsal.Settings
    private let observer: Observer
    private let cancellation: Cancellation

    init(
        _ options: Options,
        _ settings: Rehearsal.Settings,
        _ observer: Observer,
        _ cancellation: Cancellation
    ) {
        self.options = options
        self.settings = settings
        self.observer = observer
        self.cancellation = cancellation
    }

    /// Makes copy and server, goes the way on them, and takes both away.
    func perform() throws(MigrationError) -> RehearsalReport {
        let size = try RehearsalSpace.size(of: options.source)
        let folder = settings.keep ?? TemporaryPath(prefix: "cutover-rehearsal-").make()
        try RehearsalSpace.check(size, folder: folder)
        try Self.make(folder)
        defer { if settings.keep == nil { try? FileManager.default.removeItem(atPath: folder) } }
        let copy = try RehearsalCopy(options, in: folder, observer, cancellation)
        let server = try LocalServer.temporary()
        let result: Result<RehearsalReport, MigrationError>
        do throws(MigrationError) {
            result = .success(try rehearse(copy, server, size))
        } catch {
            result = .failure(error)
        }
        try server.stop()
        return try result.get()
    }

    private func rehearse(
        _ copy: RehearsalCopy,
        _ server: LocalServer,
        _ size: Int
    ) throws(MigrationError) -> RehearsalReport {
        let local = try? TargetSpeed(server.url())
        let remote = TargetSpeed.ofReal(options)
        var report = RehearsalReport(copy, size, Machine(local), settings)
        for number in 1...max(1, settings.runs) {
            try cancellation.check("rehearse", kept: .untouched)
            do throws(MigrationError) {
                report.runs.append(try once(number, copy, server, &report))
            } catch {
                guard error.code != .interrupted, !cancellation.isCancelled else { throw error }
                // What would have stopped the real night must not leave an earlier "ok" standing.
                report.runs.append(.init(stoppedBy: error))
            }
            guard report.runs.last?.ok == true else { break }
        }
        report.predict(local: local, remote)
        return report
    }

    /// Goes the way once, on a fresh copy and an empty database.
    private func once(
        _ number: Int,
        _ copy: RehearsalCopy,
        _ server: LocalServer,
        _ report: inout RehearsalReport
    ) throws(MigrationError) -> RehearsalReport.Run {
        let database = "rehearsal_\(number)"
        let source = try copy.source(number, isLast: number == max(1, settings.runs))
        try server.createDatabase(database)
        let sides = Options(
            source: source,
            target: server.url(database: database),
            profile: options.profile,
            schema: options.schema
        )
        let watching = observer.prefixed("run \(number) of \(max(1, settings.runs))")
        var way = WholeWay.Settings()
        way.rate = settings.trafficRate
        way.flagCache = settings.flagCache
        way.follow = Follow.Settings(duration: settings.duration)
        way.allowsLightLoad = true
        way.author = "rehearsal"
        way.note = "a rehearsal on a copy"
        way.passesClosedGates = true
        let started = ContinuousClock.now
        let outcome = try WholeWay(
            sides,
            way,
            observer: watching,
            cancellation: cancellation
        ).run()
        let verified = try Verification.run(
            sides,
            observer: watching,
            cancellation: cancellation
        )
        report.note(outcome)
        let run = RehearsalReport.Run(
            outcome,
            verified,
            seconds: started.duration(to: .now).seconds
        )
        try server.dropDatabase(database)
        if settings.keep == nil { copy.remove(number) }
        return run
    }

    private static func make(_ folder: String) throws(MigrationError) {
        guard mkdir(folder, 0o700) == 0 else {
            throw MigrationError(
                .fileFailed,
                "the folder of the rehearsal cannot be made",
                place: .init("rehearse", path: folder),
                remedy: "give a folder that does not exist with --keep DIR, or set TMPDIR",
                cause: .system(errno: errno, call: "mkdir")
            )
        }
    }
}

extension Observer {
    /// The same observer, told in front of each activity what it belongs to.
    fileprivate func prefixed(_ words: String) -> Observer {
        let (progress, log) = (progress, log)
        return Observer(
            progress: { news in
                var news = news
                news.activity = news.activity.isEmpty ? words : "\(words): \(news.activity)"
                progress(news)
            },
            log: log
        )
    }
}
