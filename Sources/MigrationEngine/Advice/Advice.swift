import Foundation

/// Looks at the target for what is slow, missing, unused or failing: the verb `advise`.
///
/// It runs nothing that writes, no statement of the application, and nothing of what it advises.
public enum Advice {
    /// From where on something is worth a word.
    public struct Settings: Sendable {
        /// Milliseconds in the mean from which a statement is slow.
        public var slowMilliseconds: Double
        /// Rows from which a table is large.
        public var largeRows: Int
        /// Days for which the server must have counted before an index is called unused.
        public var unusedAfterDays: Double

        /// Makes settings.
        ///
        /// - Parameters:
        ///   - slowMilliseconds: Milliseconds in the mean from which a statement is slow.
        ///   - largeRows: Rows from which a table is large.
        ///   - unusedAfterDays: Days of counting before an index is called unused.
        public init(
            slowMilliseconds: Double = 100,
            largeRows: Int = 10_000,
            unusedAfterDays: Double = 7
        ) {
            self.slowMilliseconds = slowMilliseconds
            self.largeRows = largeRows
            self.unusedAfterDays = unusedAfterDays
        }
    }

    private typealias Question =
        @Sendable (AdviceLook) throws(MigrationError) -> AdviceAnswer

    /// The troubles that a move is known for: also `check` tells of them.
    private static let known: [(name: String, ask: Question)] = [
        ("pool_exhausted", { look throws(MigrationError) in try TroubleAdvice.pool(look) }),
        ("orphans", { look throws(MigrationError) in try TroubleAdvice.orphans(look) }),
        ("type_mismatch", { look throws(MigrationError) in try TroubleAdvice.types(look) }),
        ("slow_statement", { look throws(MigrationError) in try StatementAdvice.slow(look) }),
    ]

    private static let questions: [(name: String, ask: Question)] = [
        ("unindexed_reference", { look throws(MigrationError) in try IndexAdvice.keys(look) }),
        ("sequential_scans", { look throws(MigrationError) in try IndexAdvice.scans(look) }),
        ("unused_index", { look throws(MigrationError) in try IndexAdvice.unused(look) }),
        ("duplicate_index", { look throws(MigrationError) in try IndexAdvice.duplicates(look) }),
        ("never_analyzed", { look throws(MigrationError) in try IndexAdvice.analyzed(look) }),
    ]

    /// Looks; a question that cannot be asked is told as unknown, and the others are asked.
    ///
    /// - Parameters:
    ///   - options: The target.
    ///   - settings: From where on something is worth a word.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Stops it.
    /// - Returns: What was found.
    /// - Throws: ``MigrationError`` when the server cannot be reached, or when it is stopped.
    public static func run(
        _ options: Options,
        _ settings: Settings = Settings(),
        observer: Observer = Observer(),
        cancellation: Cancellation = Cancellation()
    ) throws(MigrationError) -> AdviceReport {
        let patience = TargetPatience(statementSeconds: AdviceLook.limit, cancellation)
        return try patience.look { () throws(MigrationError) in
            try look(options, settings, observer, cancellation)
        }
    }

    private static func look(
        _ options: Options,
        _ settings: Settings,
        _ observer: Observer,
        _ cancellation: Cancellation
    ) throws(MigrationError) -> AdviceReport {
        let started = ContinuousClock.now
        let tracker = ProgressTracker(observer)
        tracker.begin(.starting, "looking at the server")
        let look = try AdviceLook(options, settings, cancellation)
        let answer = try ask(known + questions, look, tracker, cancellation, for: "advise")
        let findings = answer.findings
        let faults = findings.filter { $0.severity == .fault }
        return AdviceReport(
            ok: faults.isEmpty,
            target: look.address.redacted,
            version: look.version,
            findings: faults + findings.filter { $0.severity != .fault },
            unknown: answer.unknown,
            seconds: started.secondsToNow
        )
    }

    /// Looks for the known troubles only; a server that cannot be asked is unknown, not an error.
    ///
    /// - Parameters:
    ///   - options: The target.
    ///   - tracker: Is told how far it is.
    ///   - cancellation: Stops it.
    /// - Returns: What was found.
    /// - Throws: ``MigrationError`` when it is stopped.
    static func troubles(
        _ options: Options,
        _ tracker: ProgressTracker,
        _ cancellation: Cancellation
    ) throws(MigrationError) -> AdviceAnswer {
        let look: AdviceLook
        do throws(MigrationError) {
            look = try AdviceLook(options, Settings(), cancellation)
        } catch {
            try cancellation.check("check", kept: .untouched)
            var answer = AdviceAnswer()
            for question in known { answer.miss(question.name, error) }
            return answer
        }
        return try ask(known, look, tracker, cancellation, for: "check")
    }

    private static func ask(
        _ questions: [(name: String, ask: Question)],
        _ look: AdviceLook,
        _ tracker: ProgressTracker,
        _ cancellation: Cancellation,
        for stage: String
    ) throws(MigrationError) -> AdviceAnswer {
        var whole = AdviceAnswer()
        for question in questions {
            try cancellation.check(stage, kept: .untouched)
            tracker.activity(question.name)
            do throws(MigrationError) {
                let answer = try question.ask(look)
                whole.findings += answer.findings
                whole.unknown += answer.unknown
            } catch {
                try cancellation.check(stage, kept: .untouched)
                whole.miss(question.name, error)
            }
        }
        return whole
    }
}
