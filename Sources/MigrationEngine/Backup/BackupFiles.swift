import Foundation

/// The names of one backup's files; they appear under their final names only when complete.
struct BackupFiles: Sendable {
    let database: String
    /// The copy while it is being made and checked; the name tells whose it is.
    var partial: String { half(database) }
    var counts: String { stem + ".counts.txt" }
    var schema: String { stem + ".schema.sql" }
    var checksum: String { database + ".sha256" }
    private let stem: String
    private static let partialMark = ".partial-"

    /// Chooses names that no earlier backup has.
    ///
    /// - Parameters:
    ///   - folder: The folder for backups.
    ///   - source: The source, which gives the name.
    init(in folder: String, for source: String) {
        Self.removeLeftovers(in: folder)
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyyMMdd_HHmmss"
        let name = URL(fileURLWithPath: source).deletingPathExtension().lastPathComponent
        let base = "\(folder)/\(name)_\(formatter.string(from: Date()))"
        var candidate = base
        var number = 1
        while access(candidate + ".db", F_OK) == 0 {
            number += 1
            candidate = "\(base)_\(number)"
        }
        stem = candidate
        database = candidate + ".db"
    }

    /// Puts right what killed processes left behind: a copy without its final name goes, and what
    /// stands beside a copy that got its name gets its own.
    ///
    /// - Parameter folder: The folder for backups.
    static func removeLeftovers(in folder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names {
            guard let mark = name.range(of: partialMark),
                TemporaryPath.isOwnerGone(name[mark.upperBound...])
            else { continue }
            let last = name[..<mark.lowerBound]
            let beside = companions.first { last.hasSuffix($0.ending) }
            let database = beside.map { last.dropLast($0.ending.count) + $0.database } ?? ""
            if beside != nil, access("\(folder)/\(database)", F_OK) == 0 {
                rename("\(folder)/\(name)", "\(folder)/\(last)")
            } else {
                unlink("\(folder)/\(name)")
            }
        }
    }

    /// The endings of what stands beside a copy, and what the copy's own name has instead.
    private static let companions: [(ending: String, database: String)] = [
        (".db.sha256", ".db"), (".counts.txt", ".db"), (".schema.sql", ".db"),
    ]

    var size: Int {
        var status = stat()
        return stat(database, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Makes the copy durable before it is checked and named.
    func sync() throws(MigrationError) {
        let descriptor = open(partial, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0, fsync(descriptor) == 0 else { throw failure(partial, "fsync") }
        close(descriptor)
    }

    /// Writes the files beside the copy and gives the copy its final name.
    func publish(
        sha256: String,
        counts rows: [BackupReport.TableRows],
        schema ddl: String
    ) throws(MigrationError) {
        let name = URL(fileURLWithPath: database).lastPathComponent
        try write("\(sha256)  \(name)\n", to: half(checksum))
        try write(rows.map { "\($0.name)\t\($0.rows)\n" }.joined(), to: half(counts))
        try write(ddl, to: half(schema))
        Failpoint.reach(.backupDescribed)
        chmod(partial, 0o400)
        guard rename(partial, database) == 0 else { throw failure(database, "rename") }
        Failpoint.reach(.backupNamed)
        for path in [checksum, counts, schema] where rename(half(path), path) != 0 {
            throw failure(path, "rename")
        }
    }

    func removeAll() {
        let beside = [checksum, counts, schema]
        for path in [partial, partial + "-journal", database] + beside + beside.map(half) {
            unlink(path)
        }
    }

    /// The name of something that is not complete.
    private func half(_ path: String) -> String { path + Self.partialMark + String(getpid()) }

    private func write(_ text: String, to path: String) throws(MigrationError) {
        guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8)) else {
            throw failure(path, "write")
        }
    }

    private func failure(_ path: String, _ call: String) -> MigrationError {
        let number = errno
        return MigrationError(
            number == ENOSPC ? .diskFull : .fileFailed,
            "the backup cannot be written",
            place: .init("backup", path: path),
            remedy: "free space or check the rights of the folder, then run the command again",
            cause: .system(errno: number, call: call)
        )
    }
}
