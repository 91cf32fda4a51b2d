/// What is remembered of one toggle, and until when.
///
/// The applications of this kind do so: an answer holds for 45 s, give or take ten, so that not all
/// workers ask in the same second. A freeze by toggles has to wait that long.
struct ToggleMemory: Sendable {
    /// How long an answer holds, in the middle.
    static let lifetime = Duration.seconds(45)
    /// How much of the lifetime chance may add or take away.
    static let jitter = 10.0 / 45

    /// The last answer; nil when there was none.
    private(set) var known: Bool?
    private var expires: ContinuousClock.Instant?

    /// Whether the last answer still holds.
    ///
    /// - Parameter now: The time.
    /// - Returns: Whether there is no need to ask again.
    func holds(at now: ContinuousClock.Instant) -> Bool { expires.map { now < $0 } ?? false }

    /// Remembers an answer.
    ///
    /// - Parameters:
    ///   - answer: The answer.
    ///   - now: The time.
    ///   - lifetime: How long it holds, in the middle.
    ///   - chance: From -1, the shortest time, to 1, the longest.
    mutating func keep(
        _ answer: Bool,
        at now: ContinuousClock.Instant,
        for lifetime: Duration,
        chance: Double
    ) {
        known = answer
        expires = now + lifetime * (1 + chance * Self.jitter)
    }
}
