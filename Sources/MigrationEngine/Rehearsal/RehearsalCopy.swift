import Foundation

/// The copy of the operator's source that a rehearsal works on: an online backup without anything
/// of ours in it, as if no run had ever begun.
final class RehearsalCopy {
    /// The real source.
    let path: String
    /// What identifies the real source.
    let fingerprint: String
    /// The rows of all its tables.
    let rows: Int
    /// What the operator should know of the source.
    private(set) var notes: [String] = []

    private let folder: String
    private var pristine: String { folder + "/copy.db" }
    private let cancellation: Cancellation

    /// Copies the source and takes everything of ours out of the copy.
    ///
    /// - Parameters:
    ///   - options: The source.
    ///   - folder: An empty folder of the rehearsal.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Stops it.
    /// - Throws: ``MigrationError``.
    init(
        _ options: Options,
        in folder: String,
        _ observer: Observer,
        _ cancellation: Cancellation
    ) throws(MigrationError) {
        self.folder = folder
        self.cancellation = cancellation
        path = options.source
        let source = try SourceFile.open(options.source, stage: "rehearse")
        do throws(SourceError) {
            fingerprint = try SourceFile.fingerprint(source, path: options.source)
        } catch {
            throw SourceFile.failure(error, path: options.source, stage: "rehearse")
        }
        let tracker = ProgressTracker(observer)
        tracker.begin(.backup, "copying \(options.source) for the rehearsal")
        let copy = folder + "/copy.db"
        try Self.copy(source, to: copy, cancellation) { tracker.fraction($0) }
        let cleaned = Options(source: copy, target: "", profile: options.profile)
        let isHandedOver = try Self.clean(cleaned)
        do throws(SourceError) {
            let connection = try SourceConnection(path: copy, access: .readOnly)
            var rows = 0
            for table in try CatalogReader.read(connection).migratedTables {
                let name = SourceConnection.quote(table.storedName)
                rows += Int(try connection.integer("SELECT count(*) FROM \(name)") ?? 0)
            }
            self.rows = rows
        } catch {
            throw SourceFile.failure(error, path: copy, stage: "rehearse")
        }
        if isHandedOver {
            notes.append(
                "the application works on PostgreSQL already: what was rehearsed is the file that "
                    + "it has left"
            )
        }
    }

    /// The source of a run; the last run takes the copy itself.
    ///
    /// - Parameters:
    ///   - number: The run.
    ///   - isLast: Whether no run comes behind it.
    /// - Returns: The path.
    /// - Throws: ``MigrationError``.
    func source(_ number: Int, isLast: Bool) throws(MigrationError) -> String {
        let place = folder(of: number)
        guard mkdir(place, 0o700) == 0 else { throw failure(place, "mkdir") }
        let file = place + "/source.db"
        if isLast {
            guard rename(pristine, file) == 0 else { throw failure(file, "rename") }
        } else {
            let source = try SourceFile.open(pristine, stage: "rehearse")
            try Self.copy(source, to: file, cancellation) { _ in }
        }
        return file
    }

    /// Removes what a run has left.
    ///
    /// - Parameter number: The run.
    func remove(_ number: Int) { try? FileManager.default.removeItem(atPath: folder(of: number)) }

    private func folder(of number: Int) -> String { "\(folder)/run-\(number)" }

    private static func copy(
        _ source: SourceConnection,
        to path: String,
        _ cancellation: Cancellation,
        progress: (Double) -> Void
    ) throws(MigrationError) {
        do throws(SourceError) {
            let destination = try SourceConnection(path: path, access: .create)
            // Nothing that is copied here outlives the rehearsal.
            try destination.execute("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF")
            let isComplete = try OnlineBackup(from: source, to: destination).run { fraction in
                progress(fraction)
                return !cancellation.isCancelled
            }
            guard !isComplete else { return }
        } catch {
            let place = error.isAboutWriting ? path : source.path
            throw SourceFile.failure(error, path: place, stage: "rehearse")
        }
        try cancellation.check("rehearse", kept: .untouched)
    }

    /// Takes everything of ours out of the copy; toggles that a cutover under way has turned off
    /// get their values back.
    ///
    /// - Returns: Whether the application has left the source for good.
    private static func clean(_ options: Options) throws(MigrationError) -> Bool {
        let toggles = try SavedToggles(options)
        let source = try SourceFile.open(options.source, stage: "rehearse", access: .readWrite)
        let isForGood = try SourceTransaction(source, options.source, "rehearse", 10_000).run {
            connection throws(SourceError) in
            let state = try SourceFence.state(connection)
            try SourceFence.remove(connection)
            try toggles.restore(connection)
            guard case .up(let until) = state else { return false }
            return until >= SourceFence.forGood
        }
        _ = try Capture.remove(options.source)
        return isForGood
    }

    private func failure(_ path: String, _ call: String) -> MigrationError {
        MigrationError(
            .fileFailed,
            "the copy for the rehearsal cannot be made",
            place: .init("rehearse", path: path),
            remedy: "check the rights and the space of the folder, or set TMPDIR to another one",
            cause: .system(errno: errno, call: call)
        )
    }
}
