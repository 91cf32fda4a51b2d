import Foundation

/// The file of a sample, under another name until it is complete.
struct SampleFile: ~Copyable {
    let path: String
    let partial: String

    init(path: String) {
        self.path = path
        partial = "\(path).partial-\(getpid())"
    }

    // Completed or not, nothing of that name stays.
    deinit {
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(partial + suffix) }
    }

    /// Refuses a path at which something is, also the leavings of another database.
    static func refuseExisting(_ path: String) throws(MigrationError) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            var found = stat()
            guard lstat(path + suffix, &found) != 0 else {
                throw existing(path + suffix)
            }
        }
    }

    /// Gives the file its name, unless another took it meanwhile.
    borrowing func complete() throws(MigrationError) {
        // link, unlike rename, never replaces what is there.
        guard link(partial, path) != 0 else { return }
        let code = errno
        if code == EEXIST { throw Self.existing(path) }
        // A file system without hard links.
        guard access(path, F_OK) != 0, rename(partial, path) == 0 else {
            throw MigrationError(
                .fileFailed,
                "the sample is complete but cannot get its name",
                place: .init("sample", path: path),
                remedy: "choose another path",
                cause: .system(errno: code, call: "link")
            )
        }
    }

    borrowing func failure(_ error: SourceError) -> MigrationError {
        let isFull = error.primaryCode == 13  // SQLITE_FULL
        return MigrationError(
            isFull ? .diskFull : .fileFailed,
            isFull ? "the disk is full" : "the sample cannot be written",
            place: .init("sample", path: path),
            kept: .other("the unfinished file was removed"),
            remedy: isFull
                ? "free some space or choose another path, then run the command again"
                : "check that the folder exists and that you may write to it",
            cause: error.cause
        )
    }

    static func size(_ path: String) -> Int {
        var found = stat()
        return stat(path, &found) == 0 ? Int(found.st_size) : 0
    }

    private static func existing(_ path: String) -> MigrationError {
        MigrationError(
            .fileFailed,
            "this file exists, and a sample never overwrites",
            place: .init("sample", path: path),
            remedy: "choose another path, or remove the file yourself"
        )
    }
}
