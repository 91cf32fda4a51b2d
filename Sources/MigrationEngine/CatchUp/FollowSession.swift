import Foundation

/// What follows a live source, on one thread: both connections, the claim and the position.
///
/// The target may go and come back; whoever drives the session decides how long to try.
final class FollowSession {
    /// Changes that are applied in one transaction.
    static let batch = set ?? 5_000
    /// The same where a reader of the source keeps the application from writing.
    static let smallBatch = set ?? 1_000
    /// `CUTOVER_BATCH_CHANGES` sets both for tests.
    private static let set = getenv("CUTOVER_BATCH_CHANGES")
        .flatMap { Int(String(cString: $0)) }.map { max(1, $0) }

    let options: Options
    let tracker: ProgressTracker
    let cancellation: Cancellation
    let directory: RunDirectory
    let journal: Journal
    let address: TargetAddress
    let source: SourceConnection
    private(set) var target: TargetConnection
    private(set) var run: RunState.Run
    var position: RunState.Position
    let capture: Capture
    private var reader: ChangeReader
    private var applier: ChangeApplier
    private let limit: Int
    /// Whether readers of the source keep no writer waiting.
    let hasWriteAheadLog: Bool
    private var schemaVersion: Int64?
    private let file: SourceFile.Identity
    private var backend: Backend?
    private(set) var identities: [Int64: Identity] = [:]
    /// Whether the source can have issued ids since the identities were set.
    var hasStaleIdentities = true
    /// Rows written and rows quarantined since the session began.
    private(set) var written = 0
    private(set) var quarantined = 0
    private(set) var changes = 0

    /// Takes up the live run of a source and a target.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - stage: Who takes it up.
    ///   - tracker: Is told what happens.
    ///   - cancellation: Stops it.
    ///   - reached: Is told that the server has answered.
    /// - Throws: ``MigrationError``.
    init(
        _ options: Options,
        stage: String,
        _ tracker: ProgressTracker,
        _ cancellation: Cancellation,
        reached: () -> Void = {}
    ) throws(MigrationError) {
        self.options = options
        self.tracker = tracker
        self.cancellation = cancellation
        // Taken before the file is opened: when it is exchanged in between, that is seen, too.
        let file = SourceFile.Identity(options.source)
        source = try SourceFile.open(options.source, stage: stage)
        guard let file, file == SourceFile.Identity(options.source) else {
            throw Self.replaced(options, stage)
        }
        self.file = file
        try FinalHandover.refuse(source, options, stage)
        let opened = try Target.connect(options, stage: stage, purpose: stage)
        (target, address) = opened
        reached()
        // A switch waits for nobody's lock for long while writes pass, and hears a wish to stop.
        let isSwitching = stage == "switch"
        let interruption = isSwitching ? TargetInterruption(opened.0) : nil
        let ear = interruption.map { cancellation.listen($0.stop) }
        defer {
            if let ear { cancellation.forget(ear) }
            interruption?.end()
        }
        Failpoint.reach(.sessionConnected)
        directory = try RunDirectory(making: options.runDirectory)
        journal = try Journal(owning: directory)
        tracker.keepLog(in: directory)
        try TargetClaim(target: target, address: address).take(stage)
        let found: (RunState.Run?, RunState.Position?)
        do throws(TargetError) {
            if isSwitching {
                try opened.0.execute("SET lock_timeout = '\(LockHolders.patience)'")
            }
            let run = try RunState.newestRun(opened.0, in: options.schema)
            found = (
                run,
                try run.map { run throws(TargetError) in
                    try RunState.position(of: run.id, opened.0)
                } ?? nil
            )
        } catch {
            throw LockHolders.naming(
                TargetFailure.wrap(error, stage: stage, address: opened.1),
                options
            )
        }
        (run, position) = try Self.require(found, stage, opened.1)
        do {
            try SourceOwner.require(run.id, source, options, stage)
            try SourcePlace(run, source, options.source).require(options, stage)
            try Self.keepCommits(target)
            try Self.requireClosedSource(source, run, position, target, options, stage)
            capture = try Self.requireCapture(source, position, options, stage)
            guard try SourceFile.fingerprint(source, path: options.source) == run.sourceFingerprint
            else {
                throw Self.changed(try Capture.schemaChanges(source), options, stage, position)
            }
            if position.liveSide == .target {
                try MadeSince.requireTables(of: run.id, target, address, stage)
                if stage == "revert" {
                    try ShapeSince.requireColumns(of: run.id, target, address)
                }
            }
            let tables = try FollowedTable.all(capture, run: run.id, source, target)
            reader = ChangeReader(source, capture, tables)
            applier = ChangeApplier(target, reader, run: run.id, cancellation)
            identities = try Self.identities(of: tables, target)
            backend = try Backend(target)
            let whole = tables.values.filter(\.isWhole).map(\.captured.name).sorted()
            if !whole.isEmpty {
                let words = "each change copies the whole table: " + whole.joined(separator: ", ")
                tracker.log(.info, stage, SafeText.visible(words))
            }
            let mode = try source.first("PRAGMA journal_mode")?.display ?? ""
            hasWriteAheadLog = mode.lowercased() == "wal"
            limit = hasWriteAheadLog ? Self.batch : Self.smallBatch
            let live = LiveTarget(target: target, run: run.id)
            if position.liveSide == .source {
                try noteOpenTables(live)
                try live.rest(patience: isSwitching ? LockHolders.patience : "30s")
                try live.enter()
            } else if isSwitching {
                // Behind the handover the application waits for what is left to be done.
                try target.execute("SET lock_timeout = 0")
            }
        } catch {
            let heard = isSwitching ? cancellation : nil
            throw LockHolders.naming(
                Self.wrap(error, options, opened.1, stage, .untouched, heard),
                options
            )
        }
    }

    // MARK: - Catching up

    /// Applies the next changes.
    ///
    /// - Returns: How many changes there were; 0 when the target holds all.
    /// - Throws: ``MigrationError``, or ``TargetError`` and ``SourceError`` that may pass.
    func catchUp() throws -> Int {
        guard try hasNews() else {
            try requireSameSource()
            return 0
        }
        // Asked before the source's transaction: nothing in it waits for the server.
        let known = try applier.quarantinedTables()
        var size = limit
        while true {
            let batch = try reader.read(
                after: position.seq,
                limit: size,
                isCuttable: size == limit,
                quarantined: known,
                check: requireSameSource,
                lost: { Self.shortened(options, "follow") }
            )
            defer { reader.end() }
            guard let batch else { return 0 }
            // The rows may come from a file that is not the application's any more.
            try requireSameFile()
            do throws(ChangeApplier.Failure) {
                let applied = try applier.apply(batch)
                position.seq = batch.last.seq
                position.at = batch.last.at
                position.read = batch.head
                hasStaleIdentities = true
                position.applied += Int64(applied.changes)
                changes += applied.changes
                written += applied.written
                quarantined += applied.quarantined
                return applied.changes
            } catch {
                switch error {
                case .conflict:
                    // The change that makes the value free comes soon: it was made at once.
                    size =
                        Swift.max(batch.count, size).multipliedReportingOverflow(by: 4).partialValue
                case .source(let error): throw error
                case .target(let error): throw error
                case .unkeepable(let row): throw row.failure("follow", kept: kept)
                case .copy(let failure, let table): throw wrapped(failure, table)
                case .overtaken: throw overtaken
                }
            }
        }
    }

    /// Whether the log ends elsewhere than the position.
    private func hasNews() throws(SourceError) -> Bool {
        do throws(SourceError) {
            return try ChangeLog.head(source).seq != position.seq
        } catch {
            guard error.isMistake else { throw error }
            // There is no log: whoever reads it says what that means.
            return true
        }
    }

    /// How far the target is behind.
    ///
    /// - Returns: Changes that wait, and the age of the oldest in seconds.
    /// - Throws: ``SourceError``.
    func lag() throws(SourceError) -> (rows: Int, seconds: Double) {
        try ChangeLog.waiting(after: position.seq, source)
    }

    /// Connects to a target that was gone, and reads where it stands.
    ///
    /// - Throws: ``MigrationError``.
    func reconnect() throws(MigrationError) {
        let fresh = try Target.connect(options, stage: "follow", purpose: "follow").0
        // Behind a broken line the server may believe that our session lives; its claim is ours.
        backend?.end(through: fresh)
        try TargetClaim(target: fresh, address: address, kept: kept).take("follow")
        do {
            // A lock that somebody holds must not keep the answer away for ever.
            try fresh.execute("SET lock_timeout = '10s'")
            try Self.keepCommits(fresh)
            try LiveTarget(target: fresh, run: run.id).enter()
            guard let position = try RunState.position(of: run.id, fresh) else {
                throw Self.notLive("follow", address)
            }
            try requireKnown(position)
            let tables = try FollowedTable.all(capture, run: run.id, source, fresh)
            identities = try Self.identities(of: tables, fresh)
            backend = try Backend(fresh)
            try fresh.execute("RESET lock_timeout")
            target = fresh
            self.position = position
            reader = ChangeReader(source, capture, tables)
            applier = ChangeApplier(fresh, reader, run: run.id, cancellation)
        } catch {
            throw Self.wrap(error, options, address, "follow", kept)
        }
    }

    private func requireKnown(_ position: RunState.Position) throws {
        guard position.captureID == capture.id else {
            throw Self.replaced(options, "follow", position)
        }
    }

    /// Makes sure that the path still names the file that is open.
    ///
    /// - Parameter stage: Who asks.
    /// - Throws: ``MigrationError`` of code `sourceReplaced`, also when there is no file any more.
    func requireSameFile(_ stage: String = "follow") throws(MigrationError) {
        guard SourceFile.Identity(options.source) == file else {
            throw Self.replaced(options, stage, position)
        }
    }

    /// Makes sure, inside the transaction that rows are read in, that this is the file and the
    /// schema that the run follows.
    private func requireSameSource() throws {
        try requireSameFile()
        let version = try source.integer("PRAGMA schema_version")
        if version != schemaVersion {
            guard try Capture.read(source)?.id == capture.id else {
                throw Self.replaced(options, "follow", position)
            }
            let changes = try Capture.schemaChanges(source)
            guard changes.isEmpty else { throw Self.changed(changes, options, "follow", position) }
            schemaVersion = version
        }
        try Self.requireMarks(source, position, options, "follow")
    }

    /// What stays if the session ends now.
    var kept: MigrationError.Kept {
        .other(
            "\(changes) changes are applied; the capture goes on, so nothing is missed meanwhile"
        )
    }

    /// Wraps an error of either side for the operator.
    func wrap(_ error: any Error, _ stage: String) -> MigrationError {
        Self.wrap(error, options, address, stage, kept, cancellation)
    }

    private func wrapped(_ failure: TableCopy.Failure, _ table: String) -> any Error {
        switch failure {
        case .source(let error): error
        case .target(let error): error
        case .unkeepable(let row): row.failure("follow", kept: kept)
        case .badRow(let row):
            MigrationError(
                .sourceData,
                "a row does not fit: \(row.reason)",
                place: .init("follow", side: .source, table: table, column: row.column),
                kept: kept,
                remedy: "mend the row in the source, then run the same command again"
            )
        case .cancelled:
            MigrationError(
                .interrupted,
                "stopped on request",
                place: .init("follow", table: table),
                kept: kept,
                remedy: "run the same command again: it goes on where it stopped"
            )
        case .unaccounted(let problem):
            MigrationError(
                .internal,
                problem,
                place: .init("follow", side: .target, table: table),
                kept: kept,
                remedy: "report it with the log of the run"
            )
        }
    }

    private var overtaken: MigrationError {
        MigrationError(
            .runBusy,
            "another process has moved the position of this run",
            place: .init("follow", side: .target, path: address.redacted),
            kept: kept,
            remedy: "stop the other process, then run the same command again"
        )
    }
}
