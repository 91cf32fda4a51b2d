/// Which comparisons count for the gate: PostgreSQL could be written up to the newest change of
/// sides, so one from before it says nothing of what stands there now.
struct ComparedSince {
    private let change: (at: String, words: String)?

    /// Asks the journal and the target for the newest change of sides.
    ///
    /// - Parameter context: The two sides.
    /// - Throws: ``MigrationError``.
    init(_ context: CheckContext) throws(MigrationError) {
        let turn = try Turn.newest(of: try context.run().id, in: context.directory)
        change = Turn.newestChange(turn, try context.position())
    }

    /// Whether the sides have changed at all.
    var hasChanged: Bool { change != nil }

    /// Whether a comparison counts.
    ///
    /// - Parameter at: When it was made, in UTC.
    /// - Returns: False when it was made before the newest change of sides.
    func counts(_ at: String) -> Bool { change.map { at >= $0.at } ?? true }

    /// What is found where the newest comparison does not count.
    ///
    /// - Parameter newest: The newest comparison.
    /// - Returns: The closed gate; nil when it counts.
    func closed(_ newest: Journal.Verified) -> GateFinding? {
        let remedy = "cutover follow --until-lag-below 1, then cutover verify"
        if let change, !counts(Journal.moment(newest.at)) {
            return .closed(
                "nothing was compared since \(change.words), and PostgreSQL could be written "
                    + "before it",
                remedy: remedy,
                for: "since \(change.at)"
            )
        }
        // The way back behind it was killed, and left nothing in the journal.
        guard newest.report?.liveSide == .target else { return nil }
        return .closed(
            "nothing was compared since PostgreSQL took the writes",
            remedy: remedy,
            for: "of PostgreSQL"
        )
    }
}
