import Crypto
import Foundation

/// The copy of the SQLite file as it was closed at the switch, kept beside it: when the file is
/// overwritten by an older one, this is what the way back begins from.
struct ClosedCopy: Codable, Equatable {
    /// Where it is.
    var path: String
    /// Its SHA-256.
    var sha256: String
    /// Its size.
    var sizeBytes: Int
    /// The token of the handover for which the file was closed.
    var token: String
    /// When it was written, in nanoseconds since 1970; nil for one of an earlier version.
    var modifiedAt: Int?

    /// What its entries in the journal are called.
    static let verb = "closed-copy"

    private static func place(in directory: RunDirectory) -> String {
        URL(fileURLWithPath: directory.path + "/closed.db").path
    }

    /// Reads what the journal knows of a run's copy.
    ///
    /// - Parameters:
    ///   - options: The source and its folder.
    ///   - token: The handover that it must be of; nil for the newest.
    /// - Returns: The copy; nil when there is none, or its file is not there as it was made.
    static func read(_ options: Options, token: String?) -> ClosedCopy? {
        guard let copy = recorded(options, token: token) else { return nil }
        var status = stat()
        guard stat(copy.path, &status) == 0, Int(status.st_size) == copy.sizeBytes else {
            return nil
        }
        return copy
    }

    /// Reads what the journal knows of a run's copy, whatever became of its file.
    ///
    /// - Parameters:
    ///   - options: The source and its folder.
    ///   - token: The handover that it must be of; nil for the newest.
    /// - Returns: The copy; nil when the journal knows of none.
    static func recorded(_ options: Options, token: String?) -> ClosedCopy? {
        let directory = RunDirectory(existing: options.runDirectory)
        let decoder = JSONDecoder.report
        guard let json = try? Journal.newestReport(verb, in: directory),
            let copy = try? decoder.decode(ClosedCopy.self, from: Data(json.utf8)),
            token == nil || copy.token == token
        else { return nil }
        return copy
    }

    /// What became of its file, by its size and time.
    var state: ClosedCopyStatus.State {
        var status = stat()
        guard stat(path, &status) == 0 else { return .missing }
        let isSame = Int(status.st_size) == sizeBytes
        let isOld = modifiedAt.map { $0 == Self.time(status) } ?? true
        return isSame && isOld ? .whole : .altered
    }

    private static func time(_ status: stat) -> Int {
        Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
    }

    /// Whether the copy's bytes are those that were written.
    private var isWhole: Bool { (try? SHA256.hexadecimal(ofFile: path)) == sha256 }

    /// Says how the closed file comes back to its place.
    ///
    /// - Parameters:
    ///   - options: The source and its folder.
    ///   - token: The handover that it must be of; nil for the newest.
    /// - Returns: The exact commands, or that there is no copy.
    static func wayBack(_ options: Options, token: String?) -> String {
        let elsewhere =
            "put the file back that stood at \(options.source) behind the switch, if it is still "
            + "somewhere; "
        guard let copy = read(options, token: token) else {
            return elsewhere + "no copy of it was kept, and PostgreSQL has everything"
        }
        guard copy.isWhole else {
            return elsewhere + "the copy at \(copy.path) was changed since it was made, and "
                + "PostgreSQL has everything"
        }
        return "first stop what writes the file; then put the closed one back with: "
            + copy.command(options.source) + " (SHA-256 \(copy.sha256)); the way back is open "
            + "again then"
    }

    /// Adds to the error of a file that is gone how it comes back.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - options: The source and its folder.
    /// - Returns: The error; the same when there is nothing to add.
    static func helping(_ error: MigrationError, _ options: Options) -> MigrationError {
        guard [.sourceMissing, .sourceNotDatabase, .sourceCorrupt].contains(error.code),
            LiveSide.isRemembered(options), read(options, token: nil) != nil
        else { return error }
        return MigrationError(
            error.code,
            error.message,
            place: error.place,
            kept: .other("the application goes on working on PostgreSQL; nothing was changed"),
            remedy: wayBack(options, token: nil),
            cause: error.cause
        )
    }

    /// The commands that put the copy in place and keep what stands there.
    private func command(_ source: String) -> String {
        let quoted = SafeText.shellWord
        let file = URL(fileURLWithPath: SourceFile.realPath(source)).path
        let aside = file + ".replaced"
        return "for s in '' -wal -shm -journal; do [ ! -e \(quoted(file))$s ] || "
            + "mv \(quoted(file))$s \(quoted(aside))$s; done; "
            + "cp -p \(quoted(path)) \(quoted(file))"
    }

    // MARK: - Making

    /// Room that must be left beside the copy.
    private static func needed(_ size: Int) -> Int { size + max(64 << 20, size / 10) }

    /// Makes the copy and writes it down; the one of an earlier switch gives way to it.
    ///
    /// - Parameters:
    ///   - session: The run; its target is live.
    ///   - fenced: What the file is compared with.
    /// - Throws: ``MigrationError``; then an earlier copy is as it was.
    static func make(
        _ session: FollowSession,
        _ fenced: FencedSource
    ) throws(MigrationError) {
        let path = place(in: session.directory)
        removeLeftovers(beside: path)
        let partial = "\(path).partial-\(getpid())"
        defer { unlink(partial) }
        try requireRoom(session)
        let isComplete: Bool
        do throws(SourceError) {
            let destination = try SourceConnection(path: partial, access: .create)
            try destination.execute("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF")
            isComplete = try OnlineBackup(from: session.source, to: destination).run {
                fraction in
                session.tracker.fraction(fraction)
                Failpoint.reach(.closedCopying)
                return !session.cancellation.isCancelled
            }
        } catch {
            let place = error.isAboutWriting ? partial : session.options.source
            throw SourceFile.failure(error, path: place, stage: "closed-copy", kept: kept)
        }
        if !isComplete { try session.cancellation.check("closed-copy", kept: kept) }
        let copy = try checked(partial, path, session, fenced)
        try publish(partial, path, session)
        try session.journal.keep(verb, copy, of: session.run.id)
        try session.journal.action(
            "closed copy",
            before: nil,
            after: "\(path), \(copy.sizeBytes) bytes, SHA-256 \(copy.sha256)"
        )
    }

    private static let kept = MigrationError.Kept.other(
        "the application works on PostgreSQL; only the copy of the closed file is not there"
    )

    private static func requireRoom(_ session: FollowSession) throws(MigrationError) {
        let pages = (try? session.source.integer("PRAGMA page_count")) ?? 0
        let pageSize = (try? session.source.integer("PRAGMA page_size")) ?? 0
        let needed = needed(Int(pages * pageSize))
        guard let free = session.directory.freeBytes, free < needed else { return }
        throw MigrationError(
            .diskFull,
            "a copy of the closed SQLite file needs \(needed) bytes, and \(free) are free",
            place: .init("closed-copy", path: session.directory.path),
            kept: kept,
            remedy: "free space, then run: cutover switch"
        )
    }

    /// Looks at what was copied, as a way back would.
    private static func checked(
        _ partial: String,
        _ path: String,
        _ session: FollowSession,
        _ fenced: FencedSource
    ) throws(MigrationError) -> ClosedCopy {
        let finding: FencedSource.Finding
        do throws(SourceError) {
            let made = try SourceConnection(path: partial, access: .immutable)
            try made.readHeader()
            if let damage = try IntegrityCheck.damage(made).first {
                throw SourceError(resultCode: 11, message: damage, sql: "PRAGMA quick_check")
            }
            finding = try fenced.look(made)
        } catch {
            throw SourceFile.failure(error, path: partial, stage: "closed-copy", kept: kept)
        }
        guard finding.status.isSound, let token = fenced.handovers.last?.token else {
            throw fenced.failure(finding, "closed-copy")
        }
        var status = stat()
        stat(partial, &status)
        return ClosedCopy(
            path: path,
            sha256: try SHA256.hexadecimal(ofFile: partial),
            sizeBytes: Int(status.st_size),
            token: token,
            modifiedAt: time(status)
        )
    }

    private static func publish(
        _ partial: String,
        _ path: String,
        _ session: FollowSession
    ) throws(MigrationError) {
        var status = stat()
        if stat(session.options.source, &status) == 0 {
            // Put back, it must be what it was to the application's processes.
            _ = chown(partial, status.st_uid, status.st_gid)
            chmod(partial, status.st_mode & 0o7777)
        }
        let descriptor = open(partial, O_RDONLY | O_CLOEXEC)
        let isKept = descriptor >= 0 && fsync(descriptor) == 0 && rename(partial, path) == 0
        let number = errno
        if descriptor >= 0 { close(descriptor) }
        guard !isKept else { return }
        throw MigrationError(
            number == ENOSPC ? .diskFull : .fileFailed,
            "the copy of the closed SQLite file cannot be written",
            place: .init("closed-copy", path: path),
            kept: kept,
            remedy: "check the disk and the rights of the folder, then run: cutover switch",
            cause: .system(errno: number, call: "rename")
        )
    }

    /// Removes what killed processes left beside it.
    private static func removeLeftovers(beside path: String) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        TemporaryPath.removeLeftovers(in: folder) { name in
            name.hasPrefix("closed.db.partial-") ? name.dropFirst("closed.db.partial-".count) : nil
        }
    }
}

extension Journal {
    /// Reads the newest report of a verb, of whatever run.
    ///
    /// - Parameters:
    ///   - verb: The verb.
    ///   - directory: The folder of the run; need not exist.
    /// - Returns: The report; nil when there is none.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    static func newestReport(
        _ verb: String,
        in directory: RunDirectory
    ) throws(MigrationError) -> String? {
        try read("outcome", in: directory) { connection throws(SourceError) -> String? in
            var found: String?
            try connection.query(
                "SELECT report FROM outcome WHERE verb = ? ORDER BY id DESC LIMIT 1",
                [.string(verb)]
            ) { row in found = row.text(0) }
            return found
        } ?? nil
    }
}
