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

    private func removeLeftovers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let digits = name.dropFirst(prefix.count).prefix { $0 != "-" }
            guard let owner = Int32(digits), kill(owner, 0) != 0, errno == ESRCH else { continue }
            // Another user's leftovers cannot be removed, and are not ours to remove.
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }
}
