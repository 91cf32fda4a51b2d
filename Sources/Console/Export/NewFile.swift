import Foundation
import MigrationEngine

/// A file that the operator asked for; one that is there already is never written over.
enum NewFile {
    /// Writes a file for the operator's eyes, whole or not at all.
    ///
    /// - Parameters:
    ///   - text: What goes in.
    ///   - path: Where; `~` stands for the home folder.
    /// - Returns: The whole path of the file.
    /// - Throws: ``MigrationError`` of code `io`.
    @discardableResult
    static func write(_ text: String, to path: String) throws(MigrationError) -> String {
        let path = URL(fileURLWithPath: expanded(path)).path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw errno == EEXIST ? exists(path) : failed(path, errno: errno, call: "open")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: Data(text.utf8))
            try file.synchronize()
        } catch {
            let number = errno
            // A half of a list would be taken for the list.
            unlink(path)
            throw failed(path, errno: number, call: "write")
        }
        return path
    }

    /// The home folder is the one that a shell would say.
    private static func expanded(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/"),
            let home = ProcessInfo.processInfo.environment["HOME"], !home.isEmpty
        else { return NSString(string: path).expandingTildeInPath }
        return home + path.dropFirst()
    }

    private static func exists(_ path: String) -> MigrationError {
        MigrationError(
            .fileFailed,
            "\(path) exists, and a file is never written over",
            place: .init("console", path: path),
            remedy: "give another name"
        )
    }

    private static func failed(_ path: String, errno number: Int32, call: String) -> MigrationError
    {
        MigrationError(
            .fileFailed,
            "\(path) cannot be written; nothing of it was kept",
            place: .init("console", path: path),
            remedy: "give a file in a folder that can be written, on a disk with room",
            cause: .system(errno: number, call: call)
        )
    }
}
