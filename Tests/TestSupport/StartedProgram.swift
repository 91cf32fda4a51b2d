import Foundation
import Synchronization

/// A program that runs while a test watches it and sends it signals.
public final class StartedProgram: Sendable {
    /// Its process id.
    public let pid: Int32
    private let folder: TestFolder
    private let ended: Task<Int32, Never>

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: Its absolute path.
    ///   - arguments: The arguments after the name.
    ///   - environment: Variables set on top of ours.
    /// - Throws: The system's error.
    public init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:]
    ) throws {
        folder = try TestFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        for name in ["stdout", "stderr"] {
            try Data().write(to: URL(fileURLWithPath: folder.file(name)))
        }
        process.standardOutput = try Self.open(folder.file("stdout"))
        process.standardError = try Self.open(folder.file("stderr"))
        process.standardInput = FileHandle.nullDevice
        let (ends, end) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            let isSignal = process.terminationReason == .uncaughtSignal
            end.yield(process.terminationStatus + (isSignal ? 128 : 0))
            end.finish()
        }
        try process.run()
        pid = process.processIdentifier
        ended = Task {
            for await status in ends { return status }
            return -1
        }
    }

    private static func open(_ path: String) throws -> FileHandle {
        try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    /// Sends a signal.
    ///
    /// - Parameter number: The signal.
    public func send(_ number: Int32) { kill(pid, number) }

    /// What it has written to standard error so far.
    public var words: String {
        (try? String(contentsOfFile: folder.file("stderr"), encoding: .utf8)) ?? ""
    }

    /// What it has written to standard output so far.
    public var output: String {
        (try? String(contentsOfFile: folder.file("stdout"), encoding: .utf8)) ?? ""
    }

    /// Whether it halts, as after SIGSTOP.
    public var isHalted: Bool {
        let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return status?.split(separator: ")").last?.hasPrefix(" T") == true
    }

    /// Whether it has ended.
    public var isGone: Bool { kill(pid, 0) != 0 }

    /// Waits for the end.
    ///
    /// - Returns: The exit status, or 128 + the signal, and what it wrote.
    public func end() async -> ProgramRun {
        let status = await ended.value
        return ProgramRun(
            status: status,
            stdout: (try? String(contentsOfFile: folder.file("stdout"), encoding: .utf8)) ?? "",
            stderr: (try? String(contentsOfFile: folder.file("stderr"), encoding: .utf8)) ?? ""
        )
    }
}
