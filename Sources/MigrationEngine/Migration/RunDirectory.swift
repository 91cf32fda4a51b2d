import Foundation

/// The folder beside the source that holds journal, backups, reports and logs.
package struct RunDirectory: Sendable {
    /// Its path.
    package let path: String
    /// The folder for backups.
    package var backups: String { path + "/backups" }
    /// The folder for reports.
    package var reports: String { path + "/reports" }
    /// The folder for logs.
    package var log: String { path + "/log" }
    /// The log of every run.
    package var runLog: String { log + "/cutover.jsonl" }
    /// The journal's file.
    package var journal: String { path + "/journal.db" }
    /// The file that names the process which owns the run, and is locked by it.
    package var lock: String { path + "/journal.lock" }

    /// Makes the folder and its parts, for the operator's eyes only.
    ///
    /// - Parameter path: The folder.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    package init(making path: String) throws(MigrationError) {
        self.path = path
        for folder in [path, path + "/backups", path + "/reports", path + "/log"] {
            guard mkdir(folder, 0o700) != 0, errno != EEXIST else { continue }
            throw MigrationError(
                .fileFailed,
                "the folder of the run cannot be made",
                place: .init("start", path: folder),
                remedy: "make the folder writable, or give another one with --run-dir DIR",
                cause: .system(errno: errno, call: "mkdir")
            )
        }
    }

    /// Names the folder without making it.
    ///
    /// - Parameter path: The folder.
    package init(existing path: String) { self.path = path }

    /// The bytes that an ordinary user can still write there; nil when the system does not tell.
    package var freeBytes: Int? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }
}
