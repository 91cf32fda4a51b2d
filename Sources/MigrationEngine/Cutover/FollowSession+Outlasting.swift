import Foundation

/// What the application waits for is not given up because the server falls over once.
extension FollowSession {
    /// How long a server that is gone is waited for.
    static let longestAbsence = 60.0

    /// Does work on the target, and does it again on a new connection when the old one is lost.
    ///
    /// - Parameters:
    ///   - stage: What is done.
    ///   - work: The work; done twice, it must come to the same.
    /// - Returns: What the work returns.
    /// - Throws: ``MigrationError``; of code `targetUnavailable` when the server does not come back.
    func outlasting<Value>(
        _ stage: String,
        _ work: () throws -> Value
    ) throws(MigrationError) -> Value {
        var attempts = 0
        while true {
            do {
                return try work()
            } catch {
                let wrapped = wrap(error, stage)
                attempts += 1
                guard wrapped.code == .targetUnavailable, attempts < 20 else { throw wrapped }
                try reconnect(after: wrapped, stage)
            }
        }
    }

    /// Finds the server again.
    ///
    /// - Parameters:
    ///   - error: How it was lost.
    ///   - stage: Who needs it.
    /// - Throws: The error when it does not come back, or ``MigrationError`` of what stands there.
    func reconnect(after error: MigrationError, _ stage: String) throws(MigrationError) {
        tracker.log(.warning, stage, "waiting for the server: \(error.message)")
        let end = ContinuousClock.now.advanced(by: .seconds(Self.longestAbsence))
        while true {
            do throws(MigrationError) {
                return try reconnect()
            } catch {
                guard ContinuousClock.now < end,
                    error.code == .targetUnavailable || error.code == .runBusy
                else { throw error }
                usleep(200_000)
            }
        }
    }
}
