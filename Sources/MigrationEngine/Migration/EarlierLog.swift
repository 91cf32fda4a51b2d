import Foundation

/// What the log of a run's folder holds from before: its last lines, oldest first.
package struct EarlierLog: Sendable, Equatable {
    /// The lines that could be read.
    package var lines: [LogLine]
    /// How many of those that were looked at are no lines of a log.
    package var unreadable: Int
    /// The file.
    package var path: String

    /// The lines that are looked at, at most.
    private static let mostLines = 500
    /// The bytes that are read, at most: the file of a run that is followed for weeks is large.
    private static let mostBytes = 512 * 1_024

    /// States what a log holds.
    ///
    /// - Parameters:
    ///   - lines: The lines, oldest first.
    ///   - unreadable: How many were no lines of a log.
    ///   - path: The file.
    package init(lines: [LogLine] = [], unreadable: Int = 0, path: String = "") {
        self.lines = lines
        self.unreadable = unreadable
        self.path = path
    }

    /// Reads the end of the log; a folder without one has no lines.
    ///
    /// - Parameter options: The source and its folder.
    /// - Returns: The last lines.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    package static func read(_ options: Options) throws(MigrationError) -> EarlierLog {
        let path = RunDirectory(existing: options.runDirectory).runLog
        let tail = try tail(of: path)
        var texts = tail.bytes.split(separator: UInt8(ascii: "\n"))
        // What stands in front of the first end of a line is the rest of one that was cut.
        if tail.isCut, !texts.isEmpty { texts.removeFirst() }
        let last = texts.suffix(mostLines)
        let lines = last.compactMap { line(Data($0)) }
        return EarlierLog(lines: lines, unreadable: last.count - lines.count, path: path)
    }

    /// One line as it is written.
    private struct Line: Decodable {
        let time: String
        let level: String
        let stage: String
        let message: String
    }

    private static func line(_ json: Data) -> LogLine? {
        guard let line = try? JSONDecoder().decode(Line.self, from: json),
            let level = LogLine.Level(rawValue: line.level),
            let time = try? Date.ISO8601FormatStyle(includingFractionalSeconds: true)
                .parse(line.time)
        else { return nil }
        // Whatever may have got into the file, the screen shows visible signs only.
        return LogLine(
            time: time.timeIntervalSince1970,
            level: level,
            stage: SafeText.visible(line.stage),
            message: SafeText.visible(line.message)
        )
    }

    /// The last bytes of a file, and whether others stand in front of them.
    private static func tail(
        of path: String
    ) throws(MigrationError) -> (bytes: [UInt8], isCut: Bool) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return ([], false) }
            throw unreadable(path, "open", errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path, "fstat", errno) }
        let size = Int(status.st_size)
        let start = max(0, size - mostBytes)
        var bytes = [UInt8](repeating: 0, count: size - start)
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                pread(
                    descriptor,
                    buffer.baseAddress?.advanced(by: filled),
                    buffer.count - filled,
                    off_t(start + filled)
                )
            }
            guard count >= 0 else { throw unreadable(path, "pread", errno) }
            // The file became shorter.
            guard count > 0 else { break }
            filled += count
        }
        return (Array(bytes.prefix(filled)), start > 0)
    }

    private static func unreadable(
        _ path: String,
        _ call: String,
        _ number: Int32
    ) -> MigrationError {
        MigrationError(
            .fileFailed,
            "the log of the run cannot be read",
            place: .init("log", path: path),
            remedy: "check the rights of the file; the run itself does not need it",
            cause: .system(errno: number, call: call)
        )
    }
}
