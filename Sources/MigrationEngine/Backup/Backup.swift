import Crypto
import Foundation

/// The backup that is also the snapshot: online copy, integrity, checksum, counts, schema.
public enum Backup {
    /// Makes a backup of the source in the folder of the run.
    ///
    /// - Parameters:
    ///   - options: The source and the folder.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Stops it.
    /// - Returns: What was made.
    /// - Throws: ``MigrationError``; nothing half done is left in the folder.
    public static func run(
        _ options: Options,
        observer: Observer = Observer(),
        cancellation: Cancellation = Cancellation()
    ) throws(MigrationError) -> BackupReport {
        try run(options, tracker: ProgressTracker(observer), cancellation: cancellation)
    }

    static func run(
        _ options: Options,
        tracker: ProgressTracker,
        cancellation: Cancellation
    ) throws(MigrationError) -> BackupReport {
        try options.requireWritable("backup")
        let started = ContinuousClock.now
        let source = try SourceFile.open(options.source, stage: "backup")
        let directory = try RunDirectory(making: options.runDirectory)
        tracker.keepLog(in: directory)
        try checkSpace(source, in: directory)
        let files = BackupFiles(in: directory.backups, for: options.source)
        tracker.begin(.backup, "copying \(options.source)")
        Failpoint.reach(.backupBegun)
        do {
            try copy(source, to: files, tracker: tracker, cancellation: cancellation)
            var report = try check(files, of: options, tracker, cancellation)
            report.seconds = started.duration(to: .now).seconds
            tracker.log(.info, "backup", "made \(report.path), SHA-256 \(report.sha256)")
            return report
        } catch {
            files.removeAll()
            throw error
        }
    }

    /// Takes the backup of an unfinished run up again, after its checksum was compared.
    static func reopen(
        _ run: Journal.Run,
        _ sha256: String
    ) throws(MigrationError) -> BackupReport {
        guard try SHA256.hexadecimal(ofFile: run.backupPath) == sha256 else {
            throw MigrationError(
                .differentRun,
                "the backup of the unfinished run was changed",
                place: .init("backup", path: run.backupPath),
                kept: .other("the rows that the run committed stay in the target"),
                remedy: "drop the run's tables and schema cutover, then migrate again"
            )
        }
        let stem = String(run.backupPath.dropLast(3))
        var status = stat()
        stat(run.backupPath, &status)
        return BackupReport(
            path: run.backupPath,
            sha256: sha256,
            sizeBytes: Int(status.st_size),
            rowCountsPath: stem + ".counts.txt",
            schemaPath: stem + ".schema.sql",
            tables: [],
            seconds: 0
        )
    }

    private static func checkSpace(
        _ source: SourceConnection,
        in directory: RunDirectory
    ) throws(MigrationError) {
        let pages = (try? source.integer("PRAGMA page_count")) ?? 0
        let pageSize = (try? source.integer("PRAGMA page_size")) ?? 0
        let needed = Int(pages * pageSize) + 1_048_576
        guard let free = directory.freeBytes, free < needed else { return }
        throw MigrationError(
            .diskFull,
            "the backup needs \(needed) bytes, and \(free) are free",
            place: .init("backup", path: directory.backups),
            remedy: "free space, or give a folder on another disk with --run-dir DIR"
        )
    }

    private static func copy(
        _ source: SourceConnection,
        to files: BackupFiles,
        tracker: ProgressTracker,
        cancellation: Cancellation
    ) throws(MigrationError) {
        do throws(SourceError) {
            let destination = try SourceConnection(path: files.partial, access: .create)
            // What is written here is synced and checked as a whole before it gets its name.
            try destination.execute("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF")
            let backup = OnlineBackup(from: source, to: destination) {
                note($0, tracker, "backup")
            }
            let isComplete = try backup.run { fraction in
                tracker.fraction(fraction)
                Failpoint.reach(.backupCopying)
                return !cancellation.isCancelled
            }
            Failpoint.reach(.backupCopied)
            guard !isComplete else { return }
        } catch {
            let path = error.isAboutWriting ? files.partial : source.path
            throw SourceFile.failure(error, path: path, stage: "backup")
        }
        try cancellation.check("backup", kept: .untouched)
    }

    /// Says how long the application had to wait.
    static func note(_ held: Duration, _ tracker: ProgressTracker, _ stage: String) {
        let seconds = String(format: "%.2f", held.seconds)
        tracker.log(
            .info,
            stage,
            "the source is written all the time: for the copy its writers waited \(seconds) s"
        )
    }

    private static func check(
        _ files: BackupFiles,
        of options: Options,
        _ tracker: ProgressTracker,
        _ cancellation: Cancellation
    ) throws(MigrationError) -> BackupReport {
        // The check reads every page of every tree; meanwhile another thread waits for the disk
        // and reads every byte for the checksum.
        let digest = Background { () throws(MigrationError) in
            try files.sync()
            return try SHA256.hexadecimal(ofFile: files.partial)
        }
        let counted: [BackupReport.TableRows]
        let schema: String
        do throws(SourceError) {
            let copy = try SourceConnection(path: files.partial, access: .immutable)
            try copy.readHeader()
            tracker.activity("checking the backup")
            let interrupt = copy.interrupter()
            try cancellation.whileRunning(interrupt) { () throws(SourceError) in
                try checkPages(copy)
            }
            (counted, schema) = try describe(copy)
        } catch {
            _ = try? digest.value()
            // The copy holds the source's pages as they are, and is gone in a moment.
            let path = error.isAboutWriting ? files.partial : options.source
            throw SourceFile.failure(error, path: path, stage: "backup")
        }
        let sha256 = try digest.value()
        try files.publish(sha256: sha256, counts: counted, schema: schema)
        return BackupReport(
            path: files.database,
            sha256: sha256,
            sizeBytes: files.size,
            rowCountsPath: files.counts,
            schemaPath: files.schema,
            tables: counted,
            seconds: 0
        )
    }

    private static func checkPages(_ copy: SourceConnection) throws(SourceError) {
        guard let found = try IntegrityCheck.damage(copy).first else { return }
        // 11 is SQLITE_CORRUPT.
        throw SourceError(resultCode: 11, message: found, sql: "PRAGMA quick_check")
    }

    private static func describe(
        _ copy: SourceConnection
    ) throws(SourceError) -> ([BackupReport.TableRows], String) {
        var counts: [BackupReport.TableRows] = []
        for table in try CatalogReader.read(copy).migratedTables {
            let rows = try copy.integer(
                "SELECT count(*) FROM \(SourceConnection.quote(table.storedName))"
            )
            counts.append(.init(name: table.name, rows: Int(rows ?? 0)))
        }
        var schema = ""
        try copy.query("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid") {
            row in
            schema += (row.text(0) ?? "") + ";\n"
        }
        return (counts, schema)
    }
}

extension SHA256 {
    /// The SHA-256 of a file, read in pieces.
    ///
    /// - Parameter path: The file.
    /// - Returns: Sixty-four hexadecimal digits.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    static func hexadecimal(ofFile path: String) throws(MigrationError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fileFailure(path, "open") }
        defer { close(descriptor) }
        var hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count == 0 { return hash.finalize().hexadecimal }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw fileFailure(path, "read") }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    private static func fileFailure(_ path: String, _ call: String) -> MigrationError {
        MigrationError(
            .fileFailed,
            "a file cannot be read",
            place: .init("backup", path: path),
            remedy: "check the disk and the rights of the file",
            cause: .system(errno: errno, call: call)
        )
    }
}
