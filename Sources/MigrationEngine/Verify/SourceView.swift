import Foundation

/// One consistent view of the source for several threads.
///
/// A backup is one by itself. A live file is copied to a temporary one first: several readers of
/// a live file would see several moments, and a long reader keeps the application from writing
/// (rollback mode) or its log from shrinking (WAL mode).
final class SourceView: Sendable {
    /// The file that is read.
    let path: String
    private let isTemporary: Bool

    /// Views a backup, which nobody writes.
    init(snapshot: String) {
        path = snapshot
        isTemporary = false
    }

    /// Views the live source.
    init(
        _ options: Options,
        _ tracker: ProgressTracker,
        _ cancellation: Cancellation
    ) throws(MigrationError) {
        let source = try SourceFile.open(options.source, stage: "verify")
        tracker.activity("copying the source, so that nobody has to wait")
        let folder = FileManager.default.temporaryDirectory.path
        path = "\(folder)/cutover-verify-\(UUID().uuidString.lowercased()).db"
        isTemporary = true
        do throws(SourceError) {
            let copy = try SourceConnection(path: path, access: .create)
            try copy.execute("PRAGMA synchronous = OFF")
            chmod(path, 0o600)
            _ = try OnlineBackup(from: source, to: copy).run { fraction in
                tracker.fraction(fraction)
                return !cancellation.isCancelled
            }
        } catch {
            unlink(path)
            throw SourceFile.failure(error, path: options.source, stage: "verify")
        }
        do throws(MigrationError) {
            try cancellation.check("verify", kept: .untouched)
        } catch {
            unlink(path)
            throw error
        }
    }

    deinit {
        if isTemporary { unlink(path) }
    }

    /// Opens a connection for one thread.
    func open() throws(SourceError) -> SourceConnection {
        let connection = try SourceConnection(path: path, access: .immutable)
        try connection.readHeader()
        return connection
    }
}
