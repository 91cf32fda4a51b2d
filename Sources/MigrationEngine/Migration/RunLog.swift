import Foundation
import Logging
import Synchronization

/// The log of a run: one JSON object a line in the run's folder, for people who look later.
///
/// Lines never hold row values or passwords; what may be shown is decided where a line is made.
struct RunLog: Sendable {
    private let logger: Logger

    /// Opens the log of a folder; a log that cannot be written is no reason to stop a run.
    ///
    /// - Parameter directory: The folder of the run.
    init(in directory: RunDirectory) {
        let file = LogFile(directory.runLog)
        logger = Logger(label: "cutover") { _ in LogFileHandler(file: file) }
    }

    /// Writes a line.
    ///
    /// - Parameter line: The line.
    func write(_ line: LogLine) {
        let level: Logger.Level =
            switch line.level {
            case .info: .info
            case .warning: .warning
            case .error: .error
            case .audit: .notice
            }
        logger.log(
            level: level,
            "\(line.message)",
            metadata: ["stage": "\(line.stage)", "level": "\(line.level.rawValue)"],
            source: line.stage
        )
    }
}

/// A file that lines are appended to, whole lines only.
private final class LogFile: Sendable {
    private let descriptor: Int32

    init(_ path: String) {
        // O_APPEND: several processes may write, and none cuts another's line.
        descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func append(_ line: [UInt8]) {
        guard descriptor >= 0 else { return }
        _ = Foundation.write(descriptor, line, line.count)
    }
}

/// Writes what swift-log hands over as one JSON object.
private struct LogFileHandler: LogHandler {
    let file: LogFile
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let line = Line(
            time: Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
            level: event.metadata?["level"].map { "\($0)" } ?? event.level.rawValue,
            stage: event.source,
            message: "\(event.message)"
        )
        guard let json = try? JSONEncoder.report.encode(line) else { return }
        file.append(Array(json) + [UInt8(ascii: "\n")])
    }

    private struct Line: Encodable {
        let time: String
        let level: String
        let stage: String
        let message: String
    }
}
