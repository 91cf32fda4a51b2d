import Foundation

/// The writing of an application's files: one at a time for a folder, and told as far as it came.
final class CodeWriting {
    /// How many files an error names.
    private static let few = 10

    private let folder: String
    private let lock: Int32

    /// Takes the folder.
    ///
    /// - Parameter folder: The application's folder, absolute.
    /// - Throws: ``MigrationError`` of code `runBusy` while another command writes there.
    init(_ folder: String) throws(MigrationError) {
        self.folder = folder
        lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // Where a folder cannot be locked, as on some network drives, the digests have to do.
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
        throw MigrationError(
            .runBusy,
            "another cutover code fix --write is at work in this folder",
            place: .init("code", path: folder),
            kept: .other("this command changed no file of the application"),
            remedy: "wait for its end, then run the same command again"
        )
    }

    deinit { if lock >= 0 { close(lock) } }

    /// Puts into an error which files were written before it.
    ///
    /// - Parameters:
    ///   - error: What ended the work.
    ///   - backup: The folder with the files as they were.
    /// - Returns: The error for the operator.
    func telling(_ error: MigrationError, _ backup: String) -> MigrationError {
        let (written, kept) = files(backup)
        sweep(kept)
        guard !written.isEmpty else {
            try? FileManager.default.removeItem(atPath: backup)
            return error
        }
        let names = written.prefix(Self.few).joined(separator: ", ")
        let more = written.count > Self.few ? ", …" : ""
        let count = written.count == 1 ? "1 file" : "\(written.count) files"
        return MigrationError(
            error.code,
            error.message,
            place: error.place,
            kept: .other(
                SafeText.visible(
                    "\(count) of the application \(written.count == 1 ? "was" : "were") written: "
                        + "\(names)\(more); as they were: \(backup)"
                )
            ),
            remedy:
                "run the same command again for the rest, or put back the files of that folder; "
                + "\(error.remedy)",
            cause: error.cause
        )
    }

    /// The files that are kept, and those of them that are no longer what was kept.
    private func files(_ backup: String) -> (written: [String], kept: [String]) {
        var status = stat()
        let kept = (FileManager.default.enumerator(atPath: backup)?.allObjects ?? [])
            .compactMap { $0 as? String }.sorted()
            .filter { lstat("\(backup)/\($0)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG }
        let written = kept.filter { name in
            FileManager.default.contents(atPath: "\(backup)/\(name)")
                != FileManager.default.contents(atPath: "\(folder)/\(name)")
        }
        return (written, kept)
    }

    /// Removes the new file that did not come to take an old one's place.
    private func sweep(_ kept: [String]) {
        for below in Set(kept.map { ($0 as NSString).deletingLastPathComponent }) {
            let place = below.isEmpty ? folder : "\(folder)/\(below)"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
            for name in names where name.hasPrefix(".cutover-") && name.hasSuffix(".new") {
                unlink("\(place)/\(name)")
            }
        }
    }
}
