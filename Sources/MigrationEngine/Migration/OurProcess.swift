import Foundation

/// Another process of this program, told apart from the application's.
public struct OurProcess: Codable, Sendable, Equatable {
    /// Its number.
    public var pid: Int32
    /// Its verb, such as `follow`; `console` when it was started without one.
    public var verb: String
    /// Its command line, cut to a line; passwords are hidden by the process itself.
    public var command: String

    /// Finds out whether a process is one of ours.
    ///
    /// - Parameter pid: Its number.
    /// - Returns: The process; nil for another program or one that we may not look at.
    package static func of(_ pid: Int32) -> OurProcess? {
        guard let program = program(pid),
            program == Self.program(getpid()) || program.hasSuffix("/cutover")
        else { return nil }
        let words = words(of: pid)
        let command = SafeText.visible(String(words.joined(separator: " ").prefix(200)))
        return OurProcess(pid: pid, verb: verb(of: Array(words.dropFirst())), command: command)
    }

    /// Whether it writes as the application does: the simulated workers are strangers to a cutover.
    package var isWorker: Bool { verb == "traffic" }

    /// The process that owns the journal of a folder, and with it the run.
    ///
    /// - Parameter directory: The folder of the run; need not exist.
    /// - Returns: The process; nil when there is none, or its number tells nothing here.
    package static func owner(of directory: RunDirectory) -> OurProcess? {
        let path = directory.lock
        guard let data = FileManager.default.contents(atPath: path),
            let pid = Int32(String(decoding: data, as: UTF8.self)), pid != getpid(),
            holdsLock(pid, path)
        else { return nil }
        return of(pid)
    }

    /// How it is told.
    package var words: String { "cutover \(verb) (pid \(pid): \(command))" }

    /// What ends it, and what becomes of its work.
    package var remedy: String {
        switch verb {
        case "console", "demo":
            "press p in that console if it follows the source: it lets go of both sides, and p "
                + "follows on afterwards; or end it with Ctrl-C there or: kill -TERM \(pid). Then "
                + "run the same command again"
        case "follow":
            "stop it with Ctrl-C in its terminal, or with: kill -TERM \(pid); what it applied "
                + "stays. Then run the same command again"
        case "switch", "revert", "clean":
            "wait until it is done; watch it with: cutover status"
        default:
            "wait until it is done, or stop it with: kill -TERM \(pid); then run the same command "
                + "again"
        }
    }

    /// Asks the kernel, because a number in a file may be that of a process long gone.
    /// - SeeAlso: <https://man7.org/linux/man-pages/man5/proc_locks.5.html>
    private static func holdsLock(_ pid: Int32, _ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        guard let locks = FileManager.default.contents(atPath: "/proc/locks") else {
            return kill(pid, 0) == 0
        }
        return String(decoding: locks, as: UTF8.self).split(separator: "\n").contains { line in
            let fields = line.split(separator: " ").map(String.init)
            return fields.contains("FLOCK") && fields.contains("\(pid)")
                && fields.contains { $0.hasSuffix(":\(status.st_ino)") }
        }
    }

    private static func program(_ pid: Int32) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { readlink("/proc/\(pid)/exe", $0, bytes.count) } ?? -1
        }
        guard count > 0 else { return nil }
        let path = String(decoding: buffer[..<count], as: UTF8.self)
        // The kernel says so of a program that was built anew meanwhile.
        return path.hasSuffix(" (deleted)") ? String(path.dropLast(10)) : path
    }

    private static func words(of pid: Int32) -> [String] {
        let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\0").map(String.init)
    }

    /// The first word that is no common option: those may stand in front of the verb.
    private static func verb(of arguments: [String]) -> String {
        let withValue: Set = ["--source", "--target", "--profile", "--run-dir", "--schema"]
        var rest = arguments[...]
        while let word = rest.first, word.hasPrefix("-") {
            rest = rest.dropFirst(withValue.contains(word) ? 2 : 1)
        }
        return rest.first ?? "console"
    }
}
