import Foundation

/// The room that a rehearsal needs, asked for before it begins.
enum RehearsalSpace {
    /// Copies of the source's size that stand at one time in the folder of the rehearsal: the copy,
    /// the one that a run works on, its backup, and the one that is compared.
    private static let copies = 4
    /// How much larger tables, indexes and log are on the private server; it has less to write
    /// again than this, so the check errs on the safe side.
    private static let serverFactor = 5
    /// An empty cluster, and what is small besides.
    private static let base = 100 << 20

    /// The bytes of a source, with what its log holds.
    ///
    /// - Parameter path: The source.
    /// - Returns: The bytes.
    /// - Throws: ``MigrationError`` when it cannot be read.
    static func size(of path: String) throws(MigrationError) -> Int {
        _ = try SourceFile.open(path, stage: "rehearse")
        return ["", "-wal"].reduce(0) { sum, suffix in
            var status = stat()
            return stat(path + suffix, &status) == 0 ? sum + Int(status.st_size) : sum
        }
    }

    /// Refuses a rehearsal for which there is no room.
    ///
    /// - Parameters:
    ///   - size: The bytes of the source.
    ///   - folder: The folder of the rehearsal, which need not exist yet.
    /// - Throws: ``MigrationError`` of code `diskFull`.
    static func check(_ size: Int, folder: String) throws(MigrationError) {
        let parent = URL(fileURLWithPath: folder).deletingLastPathComponent().path
        // The private server stands in the temporary folder.
        let temporary = FileManager.default.temporaryDirectory.path
        let (copied, served) = (copies * size, serverFactor * size + base)
        if device(parent) == device(temporary) {
            try require(copied + served, in: parent)
        } else {
            try require(copied, in: parent)
            try require(served, in: temporary)
        }
    }

    private static func device(_ path: String) -> UInt64? {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(status.st_dev) : nil
    }

    private static func require(_ needed: Int, in path: String) throws(MigrationError) {
        guard let free = RunDirectory(existing: path).freeBytes, free < needed else { return }
        throw MigrationError(
            .diskFull,
            "the rehearsal needs about \(needed >> 20) MiB, and \(free >> 20) MiB are free",
            place: .init("rehearse", path: path),
            remedy: "free space, or set TMPDIR to a folder on a larger disk"
        )
    }
}
