import Foundation

/// The runbook's record beside the source: runs, steps, operator's actions, timings.
///
/// One process owns it under a lock; others read it. Passwords never get here: the target is
/// written in its redacted form.
package final class Journal {
    private let connection: SourceConnection
    private let lock: FileLock?

    private static let create = """
        PRAGMA journal_mode = WAL;
        CREATE TABLE IF NOT EXISTS run (
            id TEXT PRIMARY KEY, source_path TEXT NOT NULL, source_fingerprint TEXT NOT NULL,
            target TEXT NOT NULL, target_fingerprint TEXT NOT NULL, mode TEXT NOT NULL,
            backup_path TEXT, backup_sha256 TEXT, backup_size INTEGER, phase TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
            started_at REAL NOT NULL, ended_at REAL, report TEXT) STRICT;
        CREATE TABLE IF NOT EXISTS step (
            id INTEGER PRIMARY KEY, run_id TEXT NOT NULL REFERENCES run, name TEXT NOT NULL,
            started_at REAL NOT NULL, ended_at REAL, outcome TEXT, detail TEXT) STRICT;
        CREATE TABLE IF NOT EXISTS action (
            id INTEGER PRIMARY KEY, at REAL NOT NULL, who TEXT NOT NULL, terminal TEXT,
            action TEXT NOT NULL, before TEXT, after TEXT) STRICT;
        CREATE TABLE IF NOT EXISTS verification (
            id INTEGER PRIMARY KEY, run_id TEXT NOT NULL, at REAL NOT NULL,
            ok INTEGER NOT NULL, verdict TEXT NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS verified_report (
            verification_id INTEGER PRIMARY KEY, report TEXT NOT NULL) STRICT;
        """

    /// A run, as the journal knows it.
    package struct Run: Sendable, Equatable {
        package var id: String
        package var sourceFingerprint: String
        package var target: String
        package var targetFingerprint: String
        package var mode: String
        package var backupPath: String
        package var backupSHA256: String
        package var phase: String
        package var state: String
        package var startedAt: Double
        package var endedAt: Double?
        package var report: String?
    }

    /// Opens the journal for writing and keeps other processes from doing the same.
    ///
    /// - Parameter directory: The folder of the run.
    /// - Throws: ``MigrationError`` of code `runBusy` when another process has it.
    package init(owning directory: RunDirectory) throws(MigrationError) {
        lock = try FileLock(directory)
        connection = try Self.attempt(directory) { () throws(SourceError) in
            let connection = try SourceConnection(path: directory.journal, access: .create)
            try connection.execute(Self.create)
            // Whoever began them is gone, else the lock would not be ours.
            try connection.execute(
                """
                UPDATE step SET outcome = 'failed', detail = 'the process ended'
                    WHERE ended_at IS NULL AND outcome IS NULL;
                UPDATE run SET state = 'failed' WHERE state = 'running';
                """
            )
            return connection
        }
    }

    /// Opens the journal for short writes beside its owner, such as an operator's action.
    ///
    /// - Parameter directory: The folder of the run.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    package init(sharing directory: RunDirectory) throws(MigrationError) {
        lock = nil
        connection = try Self.attempt(directory) { () throws(SourceError) in
            let connection = try SourceConnection(path: directory.journal, access: .create)
            try connection.execute(Self.create)
            return connection
        }
    }

    /// Reads the newest run of a folder, if there is one.
    ///
    /// - Parameter directory: The folder of the run; need not exist.
    /// - Returns: The run.
    /// - Throws: ``MigrationError`` of code `fileFailed` when the journal cannot be read.
    package static func newestRun(in directory: RunDirectory) throws(MigrationError) -> Run? {
        guard access(directory.journal, F_OK) == 0 else { return nil }
        return try attempt(directory) { () throws(SourceError) in
            let connection = try SourceConnection(path: directory.journal, access: .readOnly)
            return try runs(connection, "ORDER BY started_at DESC LIMIT 1", []).first
        }
    }

    /// Finds a run.
    package func run(_ id: String) throws(MigrationError) -> Run? {
        try write { connection throws(SourceError) in
            try Self.runs(connection, "WHERE id = ?", [.string(id)]).first
        }
    }

    /// Writes down a run before it begins.
    package func begin(_ run: Run, sourcePath: String) throws(MigrationError) {
        try write { connection throws(SourceError) in
            try connection.prepare(
                """
                INSERT INTO run (id, source_path, source_fingerprint, target, target_fingerprint,
                    mode, backup_path, backup_sha256, phase, state, started_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?)
                """
            ).run([
                .string(run.id), .string(sourcePath), .string(run.sourceFingerprint),
                .string(run.target), .string(run.targetFingerprint), .string(run.mode),
                .string(run.backupPath), .string(run.backupSHA256), .string(run.phase),
                .real(run.startedAt),
            ])
        }
    }

    /// Announces a phase before it is visible from outside, and ends the one before.
    package func phase(_ phase: String, of run: String) throws(MigrationError) {
        let now = SourceValue.real(Date().timeIntervalSince1970)
        try write { connection throws(SourceError) in
            try connection.prepare(
                "UPDATE step SET ended_at = ?, outcome = 'done' "
                    + "WHERE run_id = ? AND ended_at IS NULL AND outcome IS NULL"
            ).run([now, .string(run)])
            try connection.prepare("INSERT INTO step (run_id, name, started_at) VALUES (?, ?, ?)")
                .run([.string(run), .string(phase), now])
            try connection.prepare("UPDATE run SET phase = ?, state = 'running' WHERE id = ?")
                .run([.string(phase), .string(run)])
        }
    }

    /// Writes down how a run ended; what is known of a run that came to its end before stays.
    package func end(
        _ run: String,
        state: String,
        detail: String,
        report: String?
    ) throws(MigrationError) {
        let now = SourceValue.real(Date().timeIntervalSince1970)
        try write { connection throws(SourceError) in
            try connection.prepare(
                """
                UPDATE step SET ended_at = ?, outcome = ?, detail = ?
                WHERE run_id = ? AND ended_at IS NULL AND outcome IS NULL
                """
            ).run([now, .string(state), .string(detail), .string(run)])
            // A command given once more that fails takes nothing from a run that was at its end.
            let known = try connection.integer(
                "SELECT count(*) FROM run WHERE id = ? AND report IS NOT NULL",
                [.string(run)]
            )
            let isOver = report == nil && known == 1
            guard !isOver else {
                try connection.prepare("UPDATE run SET state = 'done' WHERE id = ?")
                    .run([.string(run)])
                return
            }
            try connection.prepare(
                """
                UPDATE run SET state = ?, ended_at = ?, report = ?,
                    phase = CASE ? WHEN 'done' THEN 'done' ELSE phase END WHERE id = ?
                """
            ).run([
                .string(state), now, report.map { .string($0) } ?? .null, .string(state),
                .string(run),
            ])
        }
    }

    /// Ends the step under way and says where the run rests; its report stays.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - phase: Where it rests.
    ///   - detail: How the last step ended.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    package func rest(_ run: String, phase: String, detail: String) throws(MigrationError) {
        let now = SourceValue.real(Date().timeIntervalSince1970)
        try write { connection throws(SourceError) in
            try connection.prepare(
                """
                UPDATE step SET ended_at = ?, outcome = 'done', detail = ?
                WHERE run_id = ? AND ended_at IS NULL AND outcome IS NULL
                """
            ).run([now, .string(detail), .string(run)])
            try connection.prepare("UPDATE run SET phase = ?, state = 'done' WHERE id = ?")
                .run([.string(phase), .string(run)])
        }
    }

    /// Writes down what the operator did.
    package func action(_ action: String, before: String?, after: String?) throws(MigrationError) {
        try write { connection throws(SourceError) in
            try connection.prepare(
                "INSERT INTO action (at, who, terminal, action, before, after) VALUES (?,?,?,?,?,?)"
            ).run([
                .real(Date().timeIntervalSince1970), .string(NSUserName()),
                ttyname(0).map { .string(String(cString: $0)) } ?? .null, .string(action),
                before.map { .string($0) } ?? .null, after.map { .string($0) } ?? .null,
            ])
        }
    }

    /// Writes down what the operator did to a source, beside whatever run owns its journal.
    ///
    /// - Parameters:
    ///   - options: The source and its folder.
    ///   - action: The action.
    ///   - before: The state before it.
    ///   - after: The state after it.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    package static func record(
        _ options: Options,
        _ action: String,
        before: String?,
        after: String?
    ) throws(MigrationError) {
        try Journal(sharing: RunDirectory(making: options.runDirectory))
            .action(action, before: before, after: after)
    }

    func write<Value>(
        _ work: (SourceConnection) throws(SourceError) -> Value
    ) throws(MigrationError) -> Value {
        do throws(SourceError) {
            try connection.execute("BEGIN IMMEDIATE")
            let value = try work(connection)
            try connection.execute("COMMIT")
            return value
        } catch {
            try? connection.execute("ROLLBACK")
            throw Self.failure(error, connection.path)
        }
    }

    static func attempt<Value>(
        _ directory: RunDirectory,
        _ work: () throws(SourceError) -> Value
    ) throws(MigrationError) -> Value {
        do throws(SourceError) {
            return try work()
        } catch {
            throw failure(error, directory.journal)
        }
    }

    private static func failure(_ error: SourceError, _ path: String) -> MigrationError {
        MigrationError(
            .fileFailed,
            "the journal cannot be read or written",
            place: .init("journal", path: path),
            kept: .other("the target is as it was before this step"),
            remedy: "check disk space and rights of the folder, or give another with --run-dir DIR",
            cause: error.cause
        )
    }

    static func runs(
        _ connection: SourceConnection,
        _ rest: String,
        _ values: [SourceValue]
    ) throws(SourceError) -> [Run] {
        var found: [Run] = []
        try connection.query(
            """
            SELECT id, source_fingerprint, target, target_fingerprint, mode, backup_path,
                backup_sha256, phase, state, started_at, ended_at, report FROM run \(rest)
            """,
            values
        ) { row in
            found.append(
                Run(
                    id: row.text(0) ?? "",
                    sourceFingerprint: row.text(1) ?? "",
                    target: row.text(2) ?? "",
                    targetFingerprint: row.text(3) ?? "",
                    mode: row.text(4) ?? "",
                    backupPath: row.text(5) ?? "",
                    backupSHA256: row.text(6) ?? "",
                    phase: row.text(7) ?? "",
                    state: row.text(8) ?? "",
                    startedAt: row.real(9),
                    endedAt: row.storageClass(10) == .null ? nil : row.real(10),
                    report: row.text(11)
                )
            )
        }
        return found
    }
}

/// A lock on a file that ends with the process, however it ends.
final class FileLock {
    private let descriptor: Int32

    init(_ directory: RunDirectory) throws(MigrationError) {
        let path = directory.lock
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw MigrationError(
                .fileFailed,
                "the lock of the run cannot be made",
                place: .init("start", path: path),
                remedy: "check the rights of the folder, or give another with --run-dir DIR",
                cause: .system(errno: errno, call: "open")
            )
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            var buffer = [UInt8](repeating: 0, count: 20)
            let length = max(0, read(descriptor, &buffer, buffer.count))
            let pid = String(decoding: buffer[..<length], as: UTF8.self)
            close(descriptor)
            throw Self.busy(Int32(pid).flatMap { OurProcess.of($0) }, pid, path, number)
        }
        ftruncate(descriptor, 0)
        let owner = Array(String(getpid()).utf8)
        _ = pwrite(descriptor, owner, owner.count, 0)
    }

    deinit { close(descriptor) }

    private static func busy(
        _ owner: OurProcess?,
        _ pid: String,
        _ path: String,
        _ number: Int32
    ) -> MigrationError {
        let who = owner.map { "cutover \($0.verb), pid \($0.pid), " } ?? "pid \(pid), "
        return MigrationError(
            .runBusy,
            "another process works on this source: \(who)"
                + (owner.map { "started as: \($0.command)" } ?? "which we may not look at"),
            place: .init("start", path: path),
            kept: .other("nothing was changed; the other process goes on"),
            remedy: owner?.remedy
                ?? "wait for it, or stop it; then run the same command again",
            cause: .system(errno: number, call: "flock")
        )
    }
}
