import Foundation

/// Criteria about the SQLite file behind the switch: nobody may write it, and nobody should hold it.
enum OldFileWatch {
    private static let notYet = WatchFinding.unknown(
        "SQLite takes the application's writes: there is no old file yet",
        remedy: "cutover switch hands over"
    )

    static func untouched(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        guard look.status.finalAt == nil else {
            return .unknown("the point of no return is passed: the old file is nobody's concern")
        }
        guard look.isTargetLive else {
            look.memory.file = nil
            return notYet
        }
        // While the server is gone, only the file itself tells.
        if let fence = look.status.sourceFence, !fence.isSound {
            return .bad(
                fence.reason ?? "the SQLite file cannot be looked at",
                .init(Double(fence.strayWrites.reduce(0) { $0 + $1.rows }), "rows", limit: 0),
                remedy: fence.remedy ?? "cutover status says what to do"
            )
        }
        let path = look.options.source
        guard let now = OldFileStamp(path) else {
            return .bad(
                "the SQLite file is gone",
                remedy: "put the kept copy back: cutover revert names the commands"
            )
        }
        let before = look.memory.file ?? now
        look.memory.file = before
        guard now == before else {
            return .bad(
                "the SQLite file was written since the watch began: \(now.difference(from: before))",
                remedy: "find who holds it: see old_file_holders; cutover verify names rows"
            )
        }
        return .good("closed, and not written since the watch began", .init(0, "rows", limit: 0))
    }

    static func holders(_ look: WatchLook) -> WatchFinding {
        guard look.isTargetLive else { return notYet }
        let holders = FileHolders.of(look.options.source).filter { $0.verb == nil }
        let figure = WatchFinding.Figure(Double(holders.count), "processes", limit: 0)
        guard holders.isEmpty else {
            return .bad(
                GateWords.list(holders.map { "pid \($0.pid): \($0.command)" }),
                figure,
                remedy: "end these processes, or give them the new database and start them again"
            )
        }
        let seen = getuid() == 0 ? "" : " that this user can see"
        return .good("no process\(seen) holds the file", figure)
    }
}

/// What tells whether a file was written: its content's version and its companion's size.
struct OldFileStamp: Equatable {
    private let identity: FileIdentity
    private let size: Int64
    private let modified: timespec
    private let log: Int64

    /// Looks at a file; nil when it is gone.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, let identity = FileIdentity(path) else { return nil }
        self.identity = identity
        size = Int64(status.st_size)
        modified = status.st_mtim
        var companion = stat()
        log = stat(path + "-wal", &companion) == 0 ? Int64(companion.st_size) : 0
    }

    static func == (one: OldFileStamp, other: OldFileStamp) -> Bool {
        one.identity == other.identity && one.size == other.size && one.log == other.log
            && one.modified.tv_sec == other.modified.tv_sec
            && one.modified.tv_nsec == other.modified.tv_nsec
    }

    /// What is not as before, in words.
    func difference(from before: OldFileStamp) -> String {
        if identity != before.identity { return "it is another file" }
        if log != before.log { return "its write-ahead log has another size" }
        return size == before.size ? "its time of modification" : "its size"
    }
}
