import Foundation

/// Paths of temporary files and folders, named after the process that made them.
///
/// A process that is killed cannot remove what it made; the next one does, because the name tells
/// whose it was.
package struct TemporaryPath: Sendable {
    /// What the names begin with.
    private let prefix: String
    private let folder = FileManager.default.temporaryDirectory.path

    /// Names a kind of temporary files or folders.
    ///
    /// - Parameter prefix: What the names begin with, ending with a hyphen.
    package init(prefix: String) { self.prefix = prefix }

    /// A path that nothing has, after the leftovers of killed processes were removed.
    ///
    /// - Parameter suffix: What the name ends with.
    /// - Returns: The path.
    package func make(suffix: String = "") -> String {
        removeLeftovers()
        return "\(folder)/\(prefix)\(getpid())-\(UUID().uuidString.prefix(8).lowercased())\(suffix)"
    }

    /// Removes what killed processes left behind.
    package func removeLeftovers() {
        Self.removeLeftovers(in: folder) { name in
            name.hasPrefix(prefix) ? name.dropFirst(prefix.count) : nil
        }
    }

    /// Whether a name's process is gone.
    ///
    /// - Parameter rest: The rest of a name from the process's number on.
    /// - Returns: False when the process runs, or there is no number.
    static func isOwnerGone(_ rest: Substring) -> Bool {
        guard let process = Int32(rest.prefix { $0.isNumber }) else { return false }
        return kill(process, 0) != 0 && errno == ESRCH
    }

    /// Removes what killed processes left behind.
    ///
    /// - Parameters:
    ///   - folder: The folder to look through.
    ///   - owner: Gives the rest of a name from the process's number on, nil for other names.
    static func removeLeftovers(in folder: String, owner: (String) -> Substring?) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names {
            guard let rest = owner(name), isOwnerGone(rest) else { continue }
            // Another user's leftovers cannot be removed, and are not ours to remove.
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }
}
