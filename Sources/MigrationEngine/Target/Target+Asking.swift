/// Asking the target: for those who look at it, once or again and again.
extension Target {
    /// Connects with settings of the session.
    ///
    /// - Parameters:
    ///   - options: The options.
    ///   - stage: The stage that connects, which is what the connection is for, too.
    ///   - settings: The session's settings, as statements.
    /// - Returns: The connection and its address.
    /// - Throws: ``MigrationError``.
    static func connect(
        _ options: Options,
        stage: String,
        settings: String
    ) throws(MigrationError) -> (TargetConnection, TargetAddress) {
        let (target, address) = try connect(options, stage: stage, purpose: stage)
        do throws(TargetError) {
            try target.execute(settings)
        } catch {
            throw TargetFailure.wrap(error, stage: stage, address: address)
        }
        return (target, address)
    }

    /// Asks the target; a wish to stop ends the question that runs.
    ///
    /// - Parameters:
    ///   - connection: The connection and its address.
    ///   - stage: The stage that asks.
    ///   - cancellation: The wish to stop.
    ///   - onLoss: Is told when the connection is gone.
    ///   - work: The questions.
    /// - Returns: What the work returns.
    /// - Throws: ``MigrationError``.
    static func ask<Value>(
        _ connection: (target: TargetConnection, address: TargetAddress),
        stage: String,
        _ cancellation: Cancellation,
        onLoss: () -> Void = {},
        _ work: (TargetConnection) throws(TargetError) -> Value
    ) throws(MigrationError) -> Value {
        let stop = connection.target.stopper()
        do throws(TargetError) {
            return try cancellation.whileRunning(stop) { () throws(TargetError) in
                try work(connection.target)
            }
        } catch {
            if error.isConnectionLost { onLoss() }
            throw TargetFailure.wrap(
                error,
                stage: stage,
                address: connection.address,
                cancellation: cancellation
            )
        }
    }
}
