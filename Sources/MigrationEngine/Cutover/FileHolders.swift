import Foundation

/// The processes that hold a file of the source open.
package enum FileHolders {
    /// A process.
    package struct Holder: Codable, Sendable, Equatable {
        /// Its number.
        public var pid: Int32
        /// Its command line, cut to a line.
        public var command: String
        /// Its verb, when it is one of ours that does not write as the application does.
        public var verb: String?
    }

    /// Finds the processes, apart from this one, that have the database or a companion open.
    ///
    /// Processes of other users are only seen by root.
    /// - SeeAlso: <https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html>
    ///
    /// - Parameter path: The database.
    /// - Returns: The processes by number.
    package static func of(_ path: String) -> [Holder] {
        var wanted: Set<[UInt64]> = []
        for suffix in ["", "-wal", "-shm", "-journal"] {
            var status = stat()
            guard stat(path + suffix, &status) == 0 else { continue }
            wanted.insert([UInt64(status.st_dev), UInt64(status.st_ino)])
        }
        let own = getpid()
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.compactMap { Int32($0) }.filter { $0 != own }.sorted().compactMap { pid in
            let folder = "/proc/\(pid)/fd"
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            let holds = files.contains { file in
                var status = stat()
                return stat("\(folder)/\(file)", &status) == 0
                    && wanted.contains([UInt64(status.st_dev), UInt64(status.st_ino)])
            }
            guard holds else { return nil }
            let own = OurProcess.of(pid).flatMap { $0.isWorker ? nil : $0.verb }
            return Holder(pid: pid, command: command(pid), verb: own)
        }
    }

    private static func command(_ pid: Int32) -> String {
        let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
        let words = String(decoding: bytes, as: UTF8.self).split(separator: "\0")
        return SafeText.visible(String(words.joined(separator: " ").prefix(200)))
    }
}
