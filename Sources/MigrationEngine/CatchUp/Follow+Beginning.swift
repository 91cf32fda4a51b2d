import Foundation

/// The first moments of `follow`: a server that was there and is lost is waited for from the start.
extension Follow {
    /// Takes up the run.
    ///
    /// A server that never answered ends it at once: its address may be wrong. One that has answered
    /// is waited for as later on, whatever was read from it when the connection broke.
    static func begin(
        _ options: Options,
        _ settings: Settings,
        _ tracker: ProgressTracker,
        _ cancellation: Cancellation
    ) throws(MigrationError) -> FollowSession {
        let started = ContinuousClock.now
        var wasReached = false
        var wait = 0.1
        while true {
            do throws(MigrationError) {
                return try FollowSession(options, stage: "follow", tracker, cancellation) {
                    wasReached = true
                }
            } catch {
                // The server may not have noticed yet that the session before this one is gone.
                let mayPass =
                    error.code == .targetUnavailable || error.code == .runBusy && wait > 0.1
                let isOver =
                    settings.duration.map { started.duration(to: .now).seconds >= $0 } ?? false
                guard wasReached, mayPass, !isOver, !cancellation.isCancelled,
                    error.code == .targetUnavailable || wait < longestBusy
                else { throw error }
                tracker.log(.warning, "follow", "waiting: \(error.message)")
                pause(wait, cancellation)
                wait = min(longestWait, wait * 2)
            }
        }
    }

    /// Between two attempts, growing up to this.
    private static let longestWait = 5.0
    /// A claim that lasts longer than the attempts up to this pause is another process's.
    private static let longestBusy = 5.0

    private static func pause(_ seconds: Double, _ cancellation: Cancellation) {
        let end = ContinuousClock.now.advanced(by: .seconds(seconds))
        while ContinuousClock.now < end, !cancellation.isCancelled { usleep(50_000) }
    }
}
