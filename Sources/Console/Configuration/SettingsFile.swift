import Foundation
import Synchronization

/// The operator's file of settings while the console is open: read again whenever it changes.
final class SettingsFile: Sendable {
    /// What tells one state of the file from another.
    private struct Stamp: Equatable {
        var path: String?
        var seconds = 0
        var nanoseconds = 0
        var bytes = 0
        var inode: UInt64 = 0
    }

    private let environment: [String: String]
    private let seen: Mutex<Stamp?> = Mutex(nil)

    /// The file of a process; another one may come to count while the console is open.
    ///
    /// - Parameter environment: The variables of the process, which say where it is.
    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        self.environment = environment
    }

    /// Reads the file.
    ///
    /// - Parameter always: Whether it is read also when it is as it was.
    /// - Returns: What it says, the standard without a file, or nil when nothing has changed.
    func read(always: Bool = false) -> Result<ConsoleSettings, ConsoleSettings.Problem>? {
        let path = ConsoleSettings.path(environment)
        let stamp = Self.stamp(path)
        let isNew = seen.withLock { seen in
            defer { seen = stamp }
            return seen != stamp
        }
        guard isNew || always else { return nil }
        guard let path else { return .success(.standard) }
        return Result { () throws(ConsoleSettings.Problem) in try ConsoleSettings.read(path) }
    }

    private static func stamp(_ path: String?) -> Stamp {
        var found = stat()
        guard let path, stat(path, &found) == 0 else { return Stamp(path: path) }
        return Stamp(
            path: path,
            seconds: Int(found.st_mtim.tv_sec),
            nanoseconds: Int(found.st_mtim.tv_nsec),
            bytes: Int(found.st_size),
            inode: UInt64(found.st_ino)
        )
    }
}
