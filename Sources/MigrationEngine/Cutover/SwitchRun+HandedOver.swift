/// What an error behind the handover says, and why a handover was given up.
extension SwitchRun {
    /// Notes that the target is open: the clock stops, and what it shows is kept.
    func noteHandover() {
        clock?.end()
        session.tracker.cutover { cutover in
            cutover.freezeSeconds = nil
            cutover.isHandedOver = true
        }
        guard let clock else { return }
        // Only a figure: a server that is lost now keeps the one from before the commit.
        try? session.noteFreeze(clock.seconds)
    }

    /// Says of an error behind the handover that the application works on PostgreSQL.
    ///
    /// - Parameter error: What ended the steps behind the handover.
    /// - Returns: The error for the operator.
    func behindHandover(_ error: MigrationError) -> MigrationError {
        // Who has words of its own for it knows more.
        guard session.position.liveSide == .target, session.position.closedFor == nil,
            error.kept == session.kept || error.kept == .untouched
        else { return error }
        let since = session.position.switchedAt.map { " since \($0)" } ?? ""
        let isOfSource = error.place.side == .source
        return error.saying(
            "the application works on PostgreSQL\(since), but \(error.message)",
            kept:
                "PostgreSQL takes writes and has every row of before; the SQLite file is not used "
                + "any more, and toggles may be off still",
            remedy: isOfSource
                ? "leave the application on PostgreSQL. Toggles that are off: cutover workflows "
                    + "--side target, then enable; cutover status says whether a way back is left"
                : "\(error.remedy); then: cutover switch, which does what is left"
        )
    }

    /// Why it was undone: with the sessions that held a table when it was to be handed over.
    ///
    /// - Parameter reason: What ended it.
    /// - Returns: The words for the operator.
    func naming(_ reason: String) -> String {
        guard let contention, LockHolders.isAbout(contention) else { return reason }
        return "\(reason): \(LockHolders.naming(contention, session.options).message)"
    }
}
