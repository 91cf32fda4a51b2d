import Crypto
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
        // Until its end a switch writes the file that it has closed; the fence tells other writes.
        if !isSettled(look) || !look.memory.isSettled { look.memory.file = nil }
        let path = look.options.source
        guard let now = OldFileStamp(path) else {
            return .bad(
                "the SQLite file is gone",
                remedy: "put the kept copy back: cutover revert names the commands"
            )
        }
        let before = look.memory.file ?? now
        look.memory.file = before
        if now != before, look.memory.refusedFile != now {
            // What the remedy of this alarm puts back is the closed file again.
            if now.isCopy(path, of: look.options) {
                look.memory.file = now
            } else {
                look.memory.refusedFile = now
            }
        }
        guard now == look.memory.file else {
            return .bad(
                "the SQLite file was written since the watch began: \(now.difference(from: before))",
                remedy: "find who holds it: see old_file_holders; cutover verify names rows"
            )
        }
        return .good("closed, and not written since the watch began", .init(0, "rows", limit: 0))
    }

    /// Whether no program of ours is at work on the file.
    private static func isSettled(_ look: WatchLook) -> Bool {
        look.status.process.map { $0.verb == "console" } ?? true
    }

    static func holders(_ look: WatchLook) -> WatchFinding {
        guard look.isTargetLive, look.status.finalAt == nil else {
            _ = look.openings.take()
            look.memory.isSettled = false
            return notYet
        }
        // A switch writes the file until its end, and so do the workers until the handover.
        let isSettled = isSettled(look)
        let noted = look.openings.take()
        let (now, opened) = isSettled && look.memory.isSettled ? noted : ([], 0)
        look.memory.isSettled = isSettled
        let held = FileHolders.of(look.options.source).filter { $0.verb == nil }
        let holders = held + now.filter { seen in !held.contains { $0.pid == seen.pid } }
        let figure = WatchFinding.Figure(Double(holders.count), "processes", limit: 0)
        guard holders.isEmpty else {
            return .bad(
                GateWords.list(holders.map { "pid \($0.pid): \($0.command)" }),
                figure,
                remedy: "end these processes, or give them the new database and start them again"
            )
        }
        // It was too short to be met; read-only opening, as ours and a backup's, does not count.
        guard opened == 0 else {
            return .bad(
                "opened for writing and closed again since the last look: "
                    + GateWords.count(opened, "time"),
                .init(Double(opened), "openings", limit: 0),
                remedy: "find the program: a timer, a script or an old worker that still has the "
                    + "path; the fence refuses its writes"
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

    /// Whether the file is what was kept of the closed one at the switch.
    func isCopy(_ path: String, of options: Options) -> Bool {
        guard log == 0, let copy = ClosedCopy.read(options, token: nil), Int(size) == copy.sizeBytes
        else { return false }
        return (try? SHA256.hexadecimal(ofFile: path)) == copy.sha256
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
