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
        return try Migration.run(options, live, observer: observer, cancellation: cancellation)
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
    package func status() throws -> RunStatus { try RunStatus.read(options) }

    /// See ``ConsoleEngine``.
    package func gates() throws -> [Gate] { try RunStatus.read(options).gates }

    /// See ``ConsoleEngine``.
    package func written() throws -> WrittenSince { try WrittenSince.read(options) }

    /// See ``ConsoleEngine``.
    package func sign(gate: String, by author: String) throws {
        throw MigrationError(
            .usage,
            "gates cannot be signed from the console yet",
            place: .init("gates"),
            remedy: "sign it with the verb: cutover check --help"
        )
    }
}
