import Foundation
import MigrationEngine

/// A file that the operator asked for; one that is there already is never written over.
enum NewFile {
    /// Writes a file.
    ///
    /// - Parameters:
    ///   - text: What goes in.
    ///   - path: Where; `~` stands for the home folder.
    /// - Throws: ``MigrationError`` of code `io`.
    static func write(_ text: String, to path: String) throws(MigrationError) {
        let path = NSString(string: path).expandingTildeInPath
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
        } catch let error as CocoaError where error.code == .fileWriteFileExists {
            throw MigrationError(
                .fileFailed,
                "\(path) exists, and a file is never written over",
                place: .init("console", path: path),
                remedy: "give another name"
            )
        } catch {
            throw MigrationError(
                .fileFailed,
                "\(path) cannot be written",
                place: .init("console", path: path),
                remedy: "give a file in a folder that can be written",
                cause: .text("\(error.localizedDescription)")
            )
        }
    }
}
