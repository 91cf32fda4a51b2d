/// Writes each step of a cutover into the journal before it acts, and how it ended.
final class StepRecorder {
    private let session: FollowSession
    private(set) var steps: [SwitchReport.Step] = []
    private var started = ContinuousClock.now
    /// The step under way.
    private(set) var current: String?
    /// Whether a step that the journal cannot hold is not begun.
    ///
    /// So it is before the handover, where not to begin costs nothing; behind it the application
    /// waits for what is left to be done.
    private var isStrict: Bool { session.position.liveSide == .source && !isOnTheWayBack }
    /// Whether what is left leads the application back to its source.
    var isOnTheWayBack = false

    init(_ session: FollowSession) { self.session = session }

    /// The names of the steps that were begun.
    var names: [String] { steps.map(\.name) }

    /// Runs a step.
    ///
    /// - Parameters:
    ///   - name: Its name, which is that of the phase that it leads to.
    ///   - work: The step.
    /// - Throws: What the work throws.
    func run(
        _ name: String,
        _ work: () throws(MigrationError) -> Void
    ) throws(MigrationError) {
        started = .now
        current = name
        steps.append(.init(name: name, seconds: 0, outcome: "failed"))
        if isStrict {
            try session.journal.phase(name, of: session.run.id)
        } else {
            note { () throws(MigrationError) in
                try session.journal.phase(name, of: session.run.id)
            }
        }
        session.tracker.log(.info, "cutover", "\(name): \(StepWords.sentence(name, session))")
        session.tracker.activity(name)
        publish()
        try work()
        end("done")
    }

    /// Writes the journal where a full disk must not stop what the application waits for.
    ///
    /// - Parameter work: What writes it.
    func note(_ work: () throws(MigrationError) -> Void) {
        do throws(MigrationError) {
            try work()
        } catch {
            session.tracker.log(.warning, "journal", error.message)
        }
    }

    /// Notes that the step under way failed.
    ///
    /// - Parameters:
    ///   - reason: Why.
    ///   - isWished: Whether the operator has ended it, which is no failure of anything.
    func fail(_ reason: String, isWished: Bool = false) {
        guard current != nil else { return }
        end("failed")
        session.tracker.log(isWished ? .warning : .error, "cutover", reason)
    }

    /// Notes that the step under way has succeeded after all: only its answer was lost.
    func succeed() {
        guard current != nil else { return }
        end("done")
    }

    private func end(_ outcome: String) {
        guard let last = steps.indices.last else { return }
        steps[last].seconds = started.duration(to: .now).seconds
        steps[last].outcome = outcome
        current = nil
        publish()
    }

    /// Tells the observer at once, whatever was told a moment ago.
    private func publish() {
        let running = current
        session.tracker.cutover { cutover in
            cutover.steps = steps.enumerated().map { place, step in
                let isRunning = running != nil && place == steps.count - 1
                return .init(
                    name: step.name,
                    seconds: isRunning ? nil : step.seconds,
                    outcome: isRunning ? "running" : step.outcome
                )
            }
        }
    }
}
