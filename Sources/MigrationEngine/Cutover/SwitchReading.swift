import Foundation

/// What both sides say of a switch that is not done: read only, without a claim on either.
struct SwitchReading {
    let run: RunState.Run
    let position: RunState.Position
    let address: TargetAddress
    let catalog: Catalog
    let lag: FollowReport.Lag
    /// Rows that changed since the last comparison.
    let changedRows: Int
    /// Tables on which the fence is made.
    let fenced: [String]
    /// The toggles as they are, or as an unfinished cutover has put them by.
    let toggles: [SwitchReport.Toggle]
    let isUnfinished: Bool
    let holders: [SwitchReport.Holder]
    /// Tables of the target.
    let tables: Int
    let identities: Int
    /// Tables that each change copies as a whole.
    let whole: [String]
    let keys: Int
    let triggers: Int
    let keysToCheck: Int
    let warnings: [String]

    /// Reads both sides.
    ///
    /// - Parameter options: The two sides.
    /// - Throws: ``MigrationError``, as a switch would that cannot begin.
    init(_ options: Options) throws(MigrationError) {
        let source = try SourceFile.open(options.source, stage: "switch")
        try FinalHandover.refuse(source, options, "switch")
        let (target, address) = try Target.connect(options, stage: "switch", purpose: "plan")
        self.address = address
        do {
            // The server itself refuses whatever would write.
            try target.execute(
                "SET default_transaction_read_only = on; SET lock_timeout = '\(LockHolders.patience)'"
            )
            let newest = try RunState.newestRun(target, in: options.schema)
            let found = try newest.map { try RunState.position(of: $0.id, target) } ?? nil
            (run, position) = try FollowSession.require((newest, found), "switch", address)
            try SourceOwner.require(run.id, source, options, "switch")
            try SourcePlace(run, source, options.source).require(options, "switch")
            try source.execute("BEGIN")
            defer { try? source.execute("COMMIT") }
            try FollowSession.requireClosedSource(source, run, position, target, options, "switch")
            let capture = try FollowSession.requireCapture(source, position, options, "switch")
            let changes = try Capture.schemaChanges(source)
            guard changes.isEmpty else {
                throw FollowSession.changed(changes, options, "switch", position)
            }
            let waiting = try ChangeLog.waiting(after: position.seq, source)
            lag = .init(rows: waiting.rows, seconds: waiting.seconds)
            changedRows = try Self.changed(since: position.verifiedSeq ?? 0, capture, source)
            catalog = try CatalogReader.read(source)
            var seen: Set<String> = []
            fenced = catalog.tables.filter { $0.kind == .ordinary }.map(\.storedName)
                .filter { seen.insert($0).inserted }
            isUnfinished = try SavedToggles.areSaved(source)
            let saved = try SavedToggles.values(source)
            toggles =
                isUnfinished
                ? saved.map { .init(name: $0.name, enabled: $0.isOn) }
                : try Self.toggles(options)
            holders = FileHolders.of(options.source)
                .map { .init(pid: $0.pid, command: $0.command, verb: $0.verb) }
            let followed = try FollowedTable.all(capture, run: run.id, source, target)
            identities = try FollowSession.identities(of: followed, target).count
            whole = followed.values.filter(\.isWhole).map(\.captured.name).sorted()
            tables = try Self.count(target, "SELECT count(*) FROM (\(LiveTarget.tables)) t", run.id)
            let resting = "FROM cutover.resting WHERE run_id = $1 AND object LIKE"
            keys = try Self.count(target, "SELECT count(*) \(resting) 'foreign key %'", run.id)
            triggers = try Self.count(target, "SELECT count(*) \(resting) 'trigger %'", run.id)
            keysToCheck = try Self.count(target, "SELECT count(validate) \(resting) '%'", run.id)
            warnings = try Self.others(target)
        } catch {
            throw LockHolders.naming(
                FollowSession.wrap(error, options, address, "switch"),
                options
            )
        }
    }

    private static func count(
        _ target: TargetConnection,
        _ sql: String,
        _ run: String
    ) throws(TargetError) -> Int {
        Int(try target.query(sql, [.text(run)]).integer ?? 0)
    }

    private static func changed(
        since seq: Int64,
        _ capture: Capture,
        _ source: SourceConnection
    ) throws(SourceError) -> Int {
        let keys = (1...capture.width).map { "k\($0)" }.joined(separator: ", ")
        return Int(
            try source.integer(
                """
                SELECT count(*) FROM (SELECT DISTINCT t, \(keys) FROM _cutover_log WHERE seq > ?)
                """,
                [.integer(seq)]
            ) ?? 0
        )
    }

    private static func toggles(_ options: Options) throws(MigrationError) -> [SwitchReport.Toggle]
    {
        do throws(MigrationError) {
            return try Workflows.list(options: options, side: .source).workflows
                .map { .init(name: $0.name, enabled: $0.enabled) }
                .sorted { $0.name < $1.name }
        } catch {
            // An application without toggles has none to put by.
            guard error.code == .configuration else { throw error }
            return []
        }
    }

    /// Other processes of ours that work on the target: a switch waits for none of them.
    private static func others(_ target: TargetConnection) throws(TargetError) -> [String] {
        try target.query(
            """
            SELECT DISTINCT application_name FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
                AND application_name IN ('cutover follow', 'cutover switch', 'cutover migrate')
            """
        ).rows.compactMap { $0[0] }.map {
            "\($0) works on the target now: a switch begins only when it has ended"
        }
    }
}
