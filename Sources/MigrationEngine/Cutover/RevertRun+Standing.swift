/// What an error on the way back says of where the application stands.
extension RevertRun {
    /// Puts it into an error: who takes writes, what is kept, and the next command.
    ///
    /// - Parameters:
    ///   - error: What ended the way back.
    ///   - session: The run.
    ///   - isClosed: Whether PostgreSQL is closed.
    /// - Returns: The error for the operator.
    static func standing(
        _ error: MigrationError,
        _ session: FollowSession,
        isClosed: Bool
    ) -> MigrationError {
        let named = LockHolders.naming(error, session.options)
        let isBack = session.position.liveSide == .source
        guard isBack || isClosed else {
            // What it says of its own accord is true.
            guard named.kept == session.kept else { return named }
            return named.saying(
                kept: "the application goes on working on PostgreSQL; nothing was changed"
            )
        }
        // Asked of the file itself: its commit may have come through and its answer not.
        let replayed = ((try? session.replayed()) ?? nil) != nil
        var remedy = named.remedy.replacing(
            "run the same command again",
            with: "run: cutover revert"
        )
        if !remedy.contains("cutover revert") { remedy += "; then: cutover revert" }
        if isBack || replayed {
            remedy += ". It finishes what is left"
        } else {
            remedy += ". It goes on; cutover switch opens PostgreSQL again instead"
        }
        return named.saying(
            "\(named.message); both sides refuse writes",
            kept: isBack || replayed
                ? "both sides refuse writes; the closed SQLite file has every row that was written "
                    + "on PostgreSQL"
                : "both sides refuse writes; nothing came back yet, PostgreSQL has all that was "
                    + "written there",
            remedy: remedy
        )
    }
}

extension MigrationError {
    /// The same error with other words about the state that is left behind.
    ///
    /// - Parameters:
    ///   - message: What happened; nil leaves it.
    ///   - kept: What was kept.
    ///   - remedy: What to do next; nil leaves it.
    /// - Returns: The error.
    func saying(
        _ message: String? = nil,
        kept: String,
        remedy: String? = nil
    ) -> MigrationError {
        MigrationError(
            code,
            message ?? self.message,
            place: place,
            kept: .other(kept),
            remedy: remedy ?? self.remedy,
            cause: cause
        )
    }
}
