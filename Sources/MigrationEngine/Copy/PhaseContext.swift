import Synchronization

/// What the threads of a phase share: where both sides are, who is told, who may stop it.
struct PhaseContext: Sendable {
    let backup: String
    let address: TargetAddress
    let tracker: ProgressTracker
    let cancellation: Cancellation

    init(_ run: MigrationRun, backup: String) {
        self.backup = backup
        address = run.address
        tracker = run.tracker
        cancellation = run.cancellation
    }

    /// Opens the connections of one thread.
    func connect(_ stage: String) throws(MigrationError) -> (SourceConnection, TargetConnection) {
        let source: SourceConnection
        do throws(SourceError) {
            source = try SourceConnection(path: backup, access: .immutable)
            try source.readHeader()
        } catch {
            throw SourceFile.failure(error, path: backup, stage: stage)
        }
        do throws(TargetError) {
            let target = try TargetConnection(address, purpose: stage)
            // A checkpoint and its rows are one transaction: if the server crashes, both are
            // gone or both are there. Only the last commit of the run waits for the disk.
            try target.execute(
                "SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; "
                    + "SELECT pg_advisory_lock_shared(\(TargetConnection.workLock))"
            )
            target.noticeLostClient()
            return (source, target)
        } catch {
            throw TargetFailure.wrap(
                error,
                stage: stage,
                address: address,
                kept: .other("what the run has committed stays in the target")
            )
        }
    }

    /// Tells that a chunk is sent once more.
    func noteRetry(of chunk: Chunk, _ table: String, _ attempt: Int, _ error: TargetError) {
        tracker.log(
            .warning,
            "copy",
            "\(table): piece \(chunk.number) is sent once more, attempt \(attempt) of "
                + "\(ChunkRetry.attempts): \(error.message) (\(error.sqlState ?? ""))"
        )
    }

    func failure(
        _ error: TableCopy.Failure,
        table: String,
        copied: SharedCounter
    ) -> MigrationError {
        let kept = MigrationError.Kept.copying(rows: copied.value)
        switch error {
        case .source(let error):
            return SourceFile.failure(error, path: backup, stage: "copy", table: table, kept: kept)
        case .target(let error):
            return TargetFailure.wrap(
                error,
                stage: "copy",
                table: table,
                address: address,
                kept: kept,
                cancellation: cancellation
            )
        case .unaccounted(let problem):
            return MigrationError(
                .internal,
                problem,
                place: .init("copy", side: .target, table: table),
                kept: kept,
                remedy: "report it with the log of the run; nothing else may write the target's "
                    + "tables or schema cutover while a run is under way"
            )
        case .unkeepable(let row): return row.failure("copy", kept: kept)
        case .badRow(let row):
            return MigrationError(
                row.sqlState == nil ? .sourceData : .targetRefusedRow,
                "a row does not fit: \(row.reason)",
                place: .init(
                    "copy",
                    side: .source,
                    table: row.table,
                    column: row.column,
                    row: row.key.names.first == "rowid" ? row.key.description : nil
                ),
                kept: kept,
                remedy: "mend the row in the source, or run without --on-bad-row stop (in the "
                    + "profile: on_misfit = \"quarantine\") to keep it in quarantine"
            )
        case .cancelled:
            return MigrationError(
                .interrupted,
                "stopped on request",
                place: .init("copy", table: table),
                kept: kept,
                remedy: "run the same command again: it goes on where it stopped"
            )
        }
    }
}

/// How many items of each kind are left.
final class SharedCounts: Sendable {
    private let counts: Mutex<[Int]>

    init(_ items: [Int], count: Int) {
        counts = Mutex(
            items.reduce(into: Array(repeating: 0, count: count)) { $0[$1] += 1 }
        )
    }

    func decrement(_ index: Int) -> Int {
        counts.withLock { counts in
            counts[index] -= 1
            return counts[index]
        }
    }
}
