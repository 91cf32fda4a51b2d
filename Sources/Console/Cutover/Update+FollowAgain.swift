import MigrationEngine

/// Following that ended because its server was away: it is begun again without being asked.
struct FollowAgain: Sendable, Equatable {
    /// The shortest and the longest time between an end and the next beginning, in seconds.
    private static let (shortest, longest) = (2.0, 60.0)

    /// When it ended.
    private(set) var endedAt: Double
    /// How long is waited at least, because it may end again at once.
    private(set) var wait: Double

    /// Notes an end.
    ///
    /// - Parameters:
    ///   - endedAt: When it ended.
    ///   - last: The end before this one, when nothing was followed between the two.
    init(endedAt: Double, after last: FollowAgain?) {
        self.endedAt = endedAt
        wait = last.map { min(Self.longest, $0.wait * 2) } ?? Self.shortest
    }
}

extension Model {
    /// Notes that following ended with an error, and whether it goes on by itself.
    mutating func noteFollowEnd(_ error: MigrationError) {
        let isPassing = error.code == .targetUnavailable || error.code == .runBusy
        // With the refreshing off nobody would see that the server is back.
        guard isPassing, leaving == nil, refreshSeconds != .infinity,
            cutover.knownPhase == .following
        else {
            cutover.followAgain = nil
            return fail(error)
        }
        // No failure: that would outlast the server's absence. The engine has logged it.
        cutover.followAgain = FollowAgain(endedAt: now, after: cutover.followAgain)
        notify("following ended: \(error.message); \(Self.goesOn)", .promptError)
    }

    /// What is said of following that has ended so.
    static let goesOn = "it goes on by itself once PostgreSQL answers"

    /// Whether following goes on by itself.
    var isFollowedAgain: Bool { cutover.followAgain != nil && isPostponed }

    /// Begins to follow again when a look that is newer than the end found the server.
    mutating func followAgainIfDue() -> [Command] {
        guard let again = cutover.followAgain, isPostponed, cutover.silence == nil,
            leaving == nil, now - again.endedAt >= again.wait,
            let answeredAt = cutover.answeredAt, answeredAt > again.endedAt
        else { return [] }
        append(
            LogLine(
                time: now,
                level: .info,
                stage: "follow",
                message: "PostgreSQL answers: following goes on by itself"
            )
        )
        return begin(.follow)
    }
}
