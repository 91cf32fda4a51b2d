import Foundation

/// The switch: pause, fence, drain, verify, open the target, restore the toggles: the verb `switch`.
public enum Switch {
    /// What `switch` can be told.
    public struct Settings: Sendable, Equatable {
        /// The seconds that writes may be blocked.
        public var freezeBudget: Double
        /// The seconds that workers may act on an old toggle.
        public var flagCache: Double
        /// The file in which the application's variable is switched.
        public var environmentFile: String?
        /// The operator's command, run when the target is open.
        public var hook: String?
        /// The workflow that is turned on first; nil for the first that was on.
        public var canary: String?
        /// Whether a copy of the closed source is kept for the way back.
        package var keepsCopy = true
        /// Whether it is tried out on sides that are thrown away.
        package var isRehearsal = false

        /// Makes settings; the defaults are those of the command.
        ///
        /// - Parameters:
        ///   - freezeBudget: The seconds that writes may be blocked.
        ///   - flagCache: The seconds that workers may act on an old toggle.
        ///   - environmentFile: The file in which the application's variable is switched.
        ///   - hook: The operator's command.
        ///   - canary: The workflow that is turned on first.
        public init(
            freezeBudget: Double = 30,
            flagCache: Double = 55,
            environmentFile: String? = nil,
            hook: String? = nil,
            canary: String? = nil
        ) {
            self.freezeBudget = freezeBudget
            self.flagCache = flagCache
            self.environmentFile = environmentFile
            self.hook = hook
            self.canary = canary
        }
    }

    /// Hands the application over to the target, or leaves everything as it was.
    ///
    /// A process that was killed on the way is made good first: what it had begun is undone, or,
    /// once the target is open, finished.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - settings: How.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Undoes it, until the target is open.
    /// - Returns: What was done; `ok` is false when it was undone.
    /// - Throws: ``MigrationError`` when it could not begin, or could not be undone.
    public static func run(
        _ options: Options,
        _ settings: Settings = Settings(),
        observer: Observer = Observer(),
        cancellation: Cancellation = Cancellation()
    ) throws(MigrationError) -> SwitchReport {
        try options.requireWritable("switch")
        try FreeDescriptors.require("switch")
        let notes = try settings.check(options)
        let tracker = ProgressTracker(observer)
        do throws(MigrationError) {
            tracker.begin(.starting, "connecting")
            let session: FollowSession
            do throws(MigrationError) {
                session = try FollowSession(options, stage: "switch", tracker, cancellation)
            } catch {
                guard let report = try Refence(options, tracker).run(because: error) else {
                    throw ClosedCopy.helping(error, options)
                }
                tracker.begin(.done, report.summary)
                return report
            }
            let run = try SwitchRun(session, settings)
            run.warnings = notes
            let report: SwitchReport
            do throws(MigrationError) {
                report = try run.perform()
            } catch {
                // A redeployment in this very moment: that file must not take writes either.
                guard let closed = try Refence(options, tracker).finish(run, because: error) else {
                    throw error
                }
                report = closed
            }
            session.keepOutcome("switch", report)
            tracker.begin(.done, report.summary)
            return report
        } catch {
            tracker.fail(error)
            throw error
        }
    }
}

/// What `switch` did.
public struct SwitchReport: Codable, Sendable {
    /// Whether the application works on the target now, and the source is closed as it should be.
    public var ok: Bool
    /// What came out: `switched` or `undone`.
    public var outcome: Outcome
    /// Why it was undone, or what is wrong with the source; nil when all is well.
    @ExplicitNull public var reason: String?
    /// The seconds during which no side took the application's writes; where the hook failed behind
    /// the handover, those of the way back are counted, too.
    public var writeFreezeSeconds: Double
    /// Changes that were applied while writes were blocked.
    public var drainedChanges: Int
    /// Questions to the target in that time, each of which waited for its answer.
    public var freezeRoundTrips = 0
    /// The steps, in order.
    public var steps: [Step]
    /// The toggles, each with its earlier value, which it has again.
    public var togglesRestored: [Toggle]
    /// Processes of the application that had the source open when writes were blocked.
    public var holders: [Holder]
    /// What the operator should know beside.
    public var warnings: [String]
    /// When the target took over, as UTC; nil when it did not.
    @ExplicitNull public var switchedAt: String? = nil
    /// Whether an earlier switch had done it all, so that the figures are those of that one.
    public var alreadyDone = false
    /// Whether it was undone because the operator asked for it; nil, as an earlier version wrote it
    /// down, stands for false.
    public var isAborted: Bool? = false

    /// What is told as the reason then.
    ///
    /// - Parameter cancellation: The wish, which knows whose it is.
    /// - Returns: The reason.
    static func aborted(_ cancellation: Cancellation) -> String {
        "aborted by \(cancellation.wisher)"
    }

    /// How a switch came out.
    public enum Outcome: String, Codable, Sendable {
        case switched
        case undone
    }

    /// One step.
    public struct Step: Codable, Sendable {
        /// Its name.
        public var name: String
        /// How long it took.
        public var seconds: Double
        /// How it came out: `done`, `failed` or `skipped`.
        public var outcome: String
    }

    /// A toggle.
    public struct Toggle: Codable, Sendable, Equatable {
        /// The workflow.
        public var name: String
        /// Whether it is on.
        public var enabled: Bool
    }

    /// A process.
    public struct Holder: Codable, Sendable, Equatable {
        /// Its number.
        public var pid: Int32
        /// Its command line.
        public var command: String
        /// Its verb, when it is one of ours; nil for a process of the application.
        @ExplicitNull public var verb: String? = nil
    }

    /// The outcome in a sentence.
    public var summary: String {
        let blocked = String(format: "; writes were blocked for %.2f s", writeFreezeSeconds)
        switch outcome {
        case .switched where !ok:
            return "the application works on PostgreSQL, BUT \(reason ?? "")"
        case .switched where alreadyDone:
            let time = switchedAt ?? "an earlier switch"
            return "the application works on PostgreSQL since \(time); nothing was done"
        case .switched: return "the application works on PostgreSQL\(blocked)"
        case .undone where isAborted == true:
            let aborted = reason ?? "aborted by the operator"
            return "\(aborted), everything undone: the application works on SQLite as before"
                + (writeFreezeSeconds > 0 ? blocked : "")
        case .undone:
            return "undone, the application works on SQLite as before: \(reason ?? "")"
                + (writeFreezeSeconds > 0 ? blocked : "")
        }
    }
}
