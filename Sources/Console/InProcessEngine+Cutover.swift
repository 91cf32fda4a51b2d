package import MigrationEngine

/// What takes the application over and back: the same functions that the verbs call.
extension InProcessEngine {
    /// See ``ConsoleEngine``.
    package func migrateLive(
        observer: Observer,
        cancellation: Cancellation
    ) throws -> MigrateReport {
        var live = settings
        live.isLive = true
        let report = try Migration.run(
            options,
            live,
            observer: observer,
            cancellation: cancellation
        )
        try whenCopied(options)
        return report
    }

    /// See ``ConsoleEngine``.
    package func follow(
        observer: Observer,
        cancellation: Cancellation
    ) throws -> FollowReport {
        try Follow.run(options, observer: observer, cancellation: cancellation)
    }

    /// See ``ConsoleEngine``.
    package func cutOver(
        observer: Observer,
        cancellation: Cancellation
    ) throws -> SwitchReport {
        try Switch.run(options, cutover, observer: observer, cancellation: cancellation)
    }

    /// See ``ConsoleEngine``.
    package func revert(
        observer: Observer,
        cancellation: Cancellation
    ) throws -> RevertReport {
        try Revert.run(
            options,
            hook: cutover.hook,
            observer: observer,
            cancellation: cancellation
        )
    }

    /// See ``ConsoleEngine``.
    package func status(
        withGates: Bool,
        whenUnanswered: @escaping @Sendable () -> Void
    ) throws -> RunStatus {
        try RunStatus.read(options, withGates: withGates, whenUnanswered: whenUnanswered)
    }

    /// See ``ConsoleEngine``.
    package func gates() throws -> [Gate] { try CutoverCheck.run(options, .quick).gates }

    /// See ``ConsoleEngine``.
    package func written() throws -> WrittenSince { try WrittenSince.read(options) }

    /// See ``ConsoleEngine``.
    package func sign(gate: String?, by author: String) throws -> [String] {
        try CutoverCheck.sign(options, gate.map { [$0] }, by: author)
    }

    /// See ``ConsoleEngine``.
    package func override(gate: String, by author: String, note: String) throws {
        try CutoverCheck.override(options, gate, by: author, note: note)
    }
}
