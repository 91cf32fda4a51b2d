/// Whose file `clean` may take everything out of.
extension Clean {
    /// Looks whose the source is.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - target: A connection to the target.
    ///   - address: Its address.
    /// - Returns: True for a copy of a file that a run has, which is open: only the copy may be
    ///   cleaned, because the run goes on elsewhere.
    /// - Throws: ``MigrationError`` of code `differentRun` when another run has the source.
    static func isCopyOfAnother(
        _ options: Options,
        _ target: TargetConnection,
        _ address: TargetAddress
    ) throws(MigrationError) -> Bool {
        let source = try SourceFile.open(options.source, stage: "clean")
        do {
            guard let owner = try SourceOwner.read(source) else { return false }
            let isHeld = try SourceOwner.isHeld(source)
            guard owner.owns(fileAt: options.source) else {
                guard !isHeld else {
                    throw SourceOwner.Conflict.copied(owner, isFenced: true)
                        .failure(options, "clean")
                }
                return true
            }
            let targetID = try Target.fingerprint(target)
            if try owner.goes(into: targetID, address) || runs(target).contains(owner.run) {
                return false
            }
            // A run whose database was dropped cannot be ended by anybody else.
            if try owner.isGone(from: target, targetID), !isHeld { return false }
            throw SourceOwner.Conflict.owned(owner, isFenced: isHeld).failure(options, "clean")
        } catch {
            throw FollowSession.wrap(error, options, address, "clean")
        }
    }

    private static func runs(_ target: TargetConnection) throws(TargetError) -> [String] {
        guard try target.query("SELECT to_regclass('cutover.run')").first != nil else { return [] }
        return try target.query("SELECT run_id FROM cutover.run").rows.compactMap { $0[0] }
    }

    /// Takes everything of ours out of a copy, and leaves the target alone.
    static func cleanCopy(
        _ options: Options,
        _ journal: Journal
    ) throws(MigrationError) -> CleanReport {
        let removal = try Capture.remove(options.source)
        try journal.action(
            "clean",
            before: nil,
            after:
                "\(removal.removed.count) objects of a copy of the source; the target is untouched"
        )
        var report = CleanReport(
            ok: true,
            removedFromSource: removal.removed,
            changedByApplication: removal.changedByApplication,
            removedFromTarget: false,
            restored: [],
            sourceStaysClosed: false
        )
        report.wasCopy = true
        return report
    }
}
