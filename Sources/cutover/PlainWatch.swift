import ArgumentParser
import Dispatch
import Foundation
import MigrationEngine

/// The status as lines, again whenever it changes: for pipes, for terminals that show lines only,
/// and for screen readers.
struct PlainWatch {
    let options: Options
    /// Seconds between two looks.
    let interval: Double

    /// Prints everything once, then each line that has changed, until a signal ends it or nobody
    /// reads any more.
    ///
    /// - Throws: ``MigrationError`` of the first look; later ones are lines.
    func run() throws {
        let ended = DispatchSemaphore(value: 0)
        let signals = StopSignals { _ in ended.signal() }
        defer { signals.end() }
        var shown = Self.lines(try RunStatus.read(options))
        try put(shown)
        while ended.wait(timeout: .now() + interval) == .timedOut, !isReaderGone {
            let lines = look()
            try put(Self.changes(from: shown, to: lines).map { "\(Self.clock())  \($0)" })
            shown = lines
        }
    }

    /// The lines that are new, and the names of those that are gone.
    ///
    /// - Parameters:
    ///   - before: What was printed.
    ///   - after: What holds now.
    /// - Returns: What is to be printed.
    static func changes(from before: [String], to after: [String]) -> [String] {
        let known = Set(before)
        let names = Set(after.map(name))
        let gone = before.map(name).filter { !names.contains($0) }
        return after.filter { !known.contains($0) } + gone.map { "\($0): no more" }
    }

    /// Whether whoever read the pipe has closed it: asked, because a status that does not change
    /// writes nothing that could fail.
    private var isReaderGone: Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&output, 1, 0) > 0 && output.revents & Int16(POLLERR | POLLNVAL) != 0
    }

    private func look() -> [String] {
        do throws(MigrationError) {
            return Self.lines(try RunStatus.read(options))
        } catch {
            return ["error:       \(SafeText.visible(error.message))"]
        }
    }

    private static func lines(_ status: RunStatus) -> [String] {
        StatusCommand.text(status).split(separator: "\n").map(String.init)
    }

    /// What a line is about; a workflow's line by the workflow, too.
    private static func name(_ line: String) -> String {
        let parts = line.split(separator: ":", maxSplits: 2).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        return parts.first == "workflow" && parts.count > 2
            ? "workflow \(parts[1])" : parts.first ?? line
    }

    private static func clock() -> String {
        Date().formatted(.iso8601.time(includingFractionalSeconds: false)) + "Z"
    }

    private func put(_ lines: [String]) throws {
        guard !lines.isEmpty else { return }
        do {
            try FileHandle.standardOutput.write(
                contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8)
            )
        } catch {
            throw MigrationError(
                .fileFailed,
                "the status cannot be printed",
                place: .init("status"),
                remedy: "look whether whoever reads it is still there"
            )
        }
    }
}
