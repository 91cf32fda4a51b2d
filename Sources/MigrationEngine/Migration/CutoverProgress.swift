/// How a switch or a way back goes on: its steps, and the clock of the write freeze.
///
/// Sent at once whenever one of them changes, so that a console never shows writes as passing
/// while they are blocked.
public struct CutoverProgress: Sendable, Equatable {
    /// One step.
    public struct Step: Sendable, Equatable {
        /// Its name, which is that of the phase that it leads to.
        public var name: String
        /// How long it took; nil while it is under way.
        public var seconds: Double?
        /// How it came out: `running`, `done` or `failed`.
        public var outcome: String

        /// Makes a step.
        ///
        /// - Parameters:
        ///   - name: Its name.
        ///   - seconds: How long it took.
        ///   - outcome: How it came out.
        public init(name: String, seconds: Double?, outcome: String) {
            self.name = name
            self.seconds = seconds
            self.outcome = outcome
        }
    }

    /// The steps that were begun, in order.
    public var steps: [Step] = []
    /// How long no side has taken writes, at the moment of sending; nil while one does.
    public var freezeSeconds: Double?
    /// The seconds that this may last; nil where there is no limit.
    public var freezeBudget: Double?
    /// Whether the target is the side that takes writes, so that nothing can be undone any more.
    public var isHandedOver = false

    /// Whether the target was asked to commit that it takes over, so that only its answer decides.
    public var isAskedToTakeOver = false

    /// Makes the progress of a cutover that has not begun.
    public init() {}
}
