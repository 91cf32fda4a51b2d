import Foundation

/// Sees to it that a way back loses no write that got into the closed source: without the
/// operator's word it refuses them, with it they are written to a file before anything is changed.
final class StrayKeeper {
    private let session: FollowSession
    private let isAllowed: Bool
    /// What was found, once the target was closed.
    private(set) var found = StrayRows.Found()
    /// Where the rows were written down; nil when there were none.
    private(set) var file: String?
    /// The newest entry of the log that was looked at; no later one may come before the replay.
    private(set) var head: Int64?

    /// What is said of the rows that come along; nil when there are none.
    var note: String? {
        file.map { file in
            "\(found.rows) rows that were written in the closed SQLite file were not as PostgreSQL "
                + "had them; \(found.conflicts) of them it had written, too, and its rows stand; all "
                + "are listed in \(file)"
        }
    }

    init(_ session: FollowSession, isAllowed: Bool) {
        self.session = session
        self.isAllowed = isAllowed
    }

    /// Looks before anything is changed.
    ///
    /// - Throws: ``MigrationError`` when the file is not the one that was closed, or when there are
    ///   strays that nobody has allowed.
    func require() throws(MigrationError) {
        let finding = try look()
        guard !isAllowed, !finding.strayWrites.isEmpty else { return }
        let found = try compare { _ in }
        guard found.rows == 0 else { throw refusal(found) }
    }

    /// Closes the file again, if it is open, and writes down what got in; for when the target is
    /// closed, too.
    ///
    /// - Parameter writer: Writes the source.
    /// - Throws: ``MigrationError``; then nothing but the fence was changed.
    func keep(_ writer: SourceWriter) throws(MigrationError) {
        if try look().state != .up {
            try writer.write("revert", .seconds(30)) { connection throws(SourceError) in
                try SourceFence.mend(connection)
            }
        }
        do throws(SourceError) {
            head = try ChangeLog.head(session.source).seq
        } catch {
            throw session.wrap(error, "revert")
        }
        guard try !look().strayWrites.isEmpty else { return }
        guard isAllowed else {
            found = try compare { _ in }
            guard found.rows == 0 else { throw refusal(found) }
            return
        }
        try write()
    }

    private func look() throws(MigrationError) -> SourceFenceStatus {
        do {
            let fenced = try FencedSource(
                session.options,
                session.run,
                session.position,
                session.target
            )
            let finding = try fenced.look(session.source)
            guard finding.isVouched else { throw fenced.failure(finding, "revert") }
            return finding.status
        } catch {
            throw session.wrap(error, "revert")
        }
    }

    private func compare(
        _ emit: (StrayRows.Row) throws -> Void
    ) throws(MigrationError) -> StrayRows.Found {
        do {
            guard let mark = try SourceFence.mark(session.source) else { return .init() }
            return try StrayRows(
                session.source,
                session.target,
                run: session.run.id,
                behind: mark.head,
                session.cancellation
            ).find(emit)
        } catch is CancellationWish {
            throw MigrationError(
                .interrupted,
                "stopped on request",
                place: .init("revert"),
                kept: .other("PostgreSQL has all that was written there"),
                remedy: "run the same command again"
            )
        } catch {
            throw session.wrap(error, "revert")
        }
    }

    /// Writes the rows into the folder of the run.
    private func write() throws(MigrationError) {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyyMMdd_HHmmss"
        let name = "strays-\(formatter.string(from: Date()))-\(getpid()).jsonl"
        let path = URL(fileURLWithPath: session.directory.path + "/" + name).path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path, "open") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do throws(MigrationError) {
            found = try compare { row in
                let line = try encoder.encode(row) + Data("\n".utf8)
                do {
                    try handle.write(contentsOf: line)
                } catch {
                    throw self.failure(path, "write")
                }
            }
            guard fsync(descriptor) == 0 else { throw failure(path, "fsync") }
        } catch {
            unlink(path)
            throw error
        }
        guard found.rows > 0 else {
            unlink(path)
            return
        }
        file = path
        try session.journal.action(
            "accept strays",
            before: found.tables.words,
            after: "\(found.rows) rows, \(found.conflicts) conflicts, kept in \(path)"
        )
    }

    private func failure(_ path: String, _ call: String) -> MigrationError {
        let number = errno
        return MigrationError(
            number == ENOSPC ? .diskFull : .fileFailed,
            "the rows that were written in the closed file cannot be kept",
            place: .init("revert", path: path),
            kept: .other("both sides are as they were"),
            remedy: "free space or check the rights of the folder, then run the same command again",
            cause: .system(errno: number, call: call)
        )
    }

    private func refusal(_ found: StrayRows.Found) -> MigrationError {
        let conflicts =
            found.conflicts == 0
            ? "" : "; \(found.conflicts) of them were written on PostgreSQL, too"
        return MigrationError(
            .sourceReplaced,
            "\(found.rows) rows of the closed SQLite file are not as PostgreSQL has them, because "
                + "something wrote the file since the switch: \(found.tables.words)\(conflicts)",
            place: .init("revert", side: .source, path: session.options.source),
            kept: .other("the application goes on working on PostgreSQL; nothing was changed"),
            remedy:
                "to keep these rows: cutover revert --accept-strays, which lists them in a file "
                + "first and lets PostgreSQL's row stand where it has written the same; to go back "
                + "without them: "
                + ClosedCopy.wayBack(session.options, token: nil)
        )
    }
}
