import Foundation

/// Removes everything of ours from both sides: the verb `clean`.
public enum Clean {
    /// Removes the capture from the source, puts back what rests in the target, and drops the
    /// schema `cutover` there; the application's tables stay.
    ///
    /// - Parameter options: The two sides.
    /// - Returns: What was removed.
    /// - Throws: ``MigrationError``.
    public static func run(_ options: Options) throws(MigrationError) -> CleanReport {
        try options.requireWritable("clean")
        let (target, address) = try Target.connect(options, stage: "clean", purpose: "clean")
        let directory = try RunDirectory(making: options.runDirectory)
        let journal = try Journal(owning: directory)
        try TargetClaim(target: target, address: address).take("clean")
        // The target first: until it is whole, the source keeps the log of what it lacks.
        let restored: [String]?
        do {
            restored = try clean(target)
        } catch {
            throw FollowSession.wrap(error, options, address, "clean")
        }
        let removal = try Capture.remove(options.source)
        try journal.action(
            "clean",
            before: nil,
            after: "\(removal.removed.count) objects of the source, schema cutover of the target"
        )
        return CleanReport(
            ok: true,
            removedFromSource: removal.removed,
            changedByApplication: removal.changedByApplication,
            removedFromTarget: restored != nil,
            restored: restored ?? []
        )
    }

    /// Cleans the target in one transaction; nil when there is nothing of ours.
    private static func clean(_ target: TargetConnection) throws -> [String]? {
        guard try target.query("SELECT to_regclass('cutover.run')").first != nil else { return nil }
        return try target.transaction {
            try target.execute("SET LOCAL lock_timeout = '30s'")
            var restored: [String] = []
            let runs = try target.query("SELECT run_id FROM cutover.run ORDER BY started_at").rows
            for run in runs.compactMap({ $0[0] }) {
                restored += try LiveTarget(target: target, run: run).dissolve()
            }
            try target.execute("SET LOCAL client_min_messages = warning")
            try target.execute("DROP SCHEMA cutover CASCADE")
            return restored
        }
    }
}

/// What `clean` removed.
public struct CleanReport: Codable, Sendable {
    /// Whether nothing of ours is left.
    public var ok: Bool
    /// The objects that the source does not have any more.
    public var removedFromSource: [String]
    /// What the application itself changed in its schema since the capture was installed.
    public var changedByApplication: [String]
    /// Whether the target had a schema `cutover`.
    public var removedFromTarget: Bool
    /// Keys and triggers that were put back.
    public var restored: [String]
}
