import Foundation

/// One consistent view of the source for several threads.
///
/// A backup is one by itself. A live file is copied to a temporary one first: several readers of
/// a live file would see several moments, and a long reader keeps the application from writing
/// (rollback mode) or its log from shrinking (WAL mode).
final class SourceView: Sendable {
    /// The file that is read.
    let path: String
    /// The file that it is a view of.
    let source: String
    private let isTemporary: Bool
    private let passesOverDamage: Bool
    private static let copies = TemporaryPath(prefix: "cutover-verify-")

    /// Removes the copies of killed processes, which hold the shop's customers.
    static func removeLeftovers() { copies.removeLeftovers() }

    /// Views a backup, which nobody writes.
    init(snapshot: String) {
        path = snapshot
        source = snapshot
        isTemporary = false
        passesOverDamage = false
    }

    /// Views the live source.
    init(
        _ options: Options,
        _ tracker: ProgressTracker,
        _ cancellation: Cancellation,
        stage: String = "verify",
        passesOverDamage: Bool = false
    ) throws(MigrationError) {
        self.source = options.source
        self.passesOverDamage = passesOverDamage
        let source = try SourceFile.open(
            options.source,
            stage: stage,
            passesOverDamage: passesOverDamage
        )
        tracker.activity("copying the source, so that nobody has to wait")
        path = Self.copies.make(suffix: ".db")
        isTemporary = true
        // Made first and for our eyes only: it holds the shop's customers.
        let descriptor = Foundation.open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw MigrationError(
                .fileFailed,
                "the temporary copy of the source cannot be made",
                place: .init(stage, path: path),
                remedy: "give a folder that can be written with TMPDIR",
                cause: .system(errno: errno, call: "open")
            )
        }
        close(descriptor)
        do throws(SourceError) {
            let copy = try SourceConnection(path: path, access: .readWrite)
            try copy.execute("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF")
            let backup = OnlineBackup(from: source, to: copy) { Backup.note($0, tracker, stage) }
            _ = try backup.run { fraction in
                tracker.fraction(fraction)
                Failpoint.reach(.viewCopying)
                return !cancellation.isCancelled
            }
        } catch {
            unlink(path)
            let place = error.isAboutWriting ? path : options.source
            throw SourceFile.failure(error, path: place, stage: stage)
        }
        do throws(MigrationError) {
            Failpoint.reach(.viewMade)
            try cancellation.check(stage, kept: .untouched)
        } catch {
            unlink(path)
            throw error
        }
    }

    deinit { remove() }

    /// Removes the copy; what is open stays readable.
    ///
    /// Called at the end of the work and not left to the last reference: a thread that is about to
    /// end may hold it when the process does.
    func remove() {
        if isTemporary { unlink(path) }
    }

    /// Opens a connection for one thread.
    func open() throws(SourceError) -> SourceConnection {
        let connection = try SourceConnection(path: path, access: .immutable)
        if passesOverDamage { connection.passOverDamage() }
        try connection.readHeader()
        return connection
    }
}
