import Foundation
import MigrationEngine
import Synchronization

/// Work that takes its time: progress on standard error, and an orderly stop on Ctrl-C.
enum LongWork {
    /// Runs work on a thread of its own while this one waits.
    ///
    /// - Parameters:
    ///   - common: The common options.
    ///   - work: The work.
    /// - Returns: What the work returns.
    /// - Throws: What the work throws.
    static func run<Value: Sendable>(
        _ common: CommonOptions,
        _ work: @escaping @Sendable (Observer, Cancellation) throws(MigrationError) -> Value
    ) throws(MigrationError) -> Value {
        let cancellation = Cancellation()
        let printer = ProgressPrinter(isQuiet: false, ascii: common.ascii)
        let isStopping = Mutex(false)
        let signals = StopSignals {
            let isSecond = isStopping.withLock { isStopping in
                defer { isStopping = true }
                return isStopping
            }
            if isSecond { stopAtOnce(printer) }
            Output.message("\nstopping; press Ctrl-C again to stop at once")
            cancellation.cancel()
        }
        defer { signals.end() }
        let observer = Observer(progress: printer.show, log: printer.log)
        defer { printer.finish() }
        return try Background("engine") { () throws(MigrationError) in
            try work(observer, cancellation)
        }.value()
    }

    /// Ends the process with what it knows of the state that it leaves behind.
    private static func stopAtOnce(_ printer: ProgressPrinter) -> Never {
        let hook = RunningHook.kill() ? "; the hook was ended" : ""
        Output.message("\nstopped at once\(hook): \(left(printer.cutover))")
        _exit(75)
    }

    /// What a cutover leaves behind that is stopped now.
    private static func left(_ cutover: CutoverProgress?) -> String {
        guard let cutover else {
            return "what is committed stays, and the same command goes on; cutover status says "
                + "where it stands"
        }
        let step = cutover.steps.last.map { "at the step \($0.name), " } ?? ""
        if cutover.freezeSeconds != nil {
            return "\(step)no side takes the application's writes; cutover status says where it "
                + "stands, cutover revert ends it"
        }
        return cutover.isHandedOver
            ? "\(step)PostgreSQL takes the application's writes and the SQLite file is closed; "
                + "cutover switch finishes, cutover revert goes back"
            : "\(step)SQLite takes the application's writes; the next cutover switch, follow or "
                + "revert undoes what is left"
    }
}

/// Progress for people: one line that is rewritten on a terminal, else a line a phase.
final class ProgressPrinter: Sendable {
    private struct State {
        var phase = MigrationEngine.Progress.Phase.starting
        var hasLine = false
        var cutover: CutoverProgress?
    }

    private let state = Mutex(State())
    private let isTerminal: Bool
    private let isQuiet: Bool
    private let ascii: Bool

    init(isQuiet: Bool, ascii: Bool) {
        self.isQuiet = isQuiet
        self.ascii = ascii
        isTerminal = isatty(STDERR_FILENO) == 1
    }

    /// How a switch or a way back stands; nil outside of one.
    var cutover: CutoverProgress? { state.withLock(\.cutover) }

    /// Shows the newest progress.
    @Sendable
    func show(_ progress: MigrationEngine.Progress) {
        state.withLock { state in
            state.cutover = progress.cutover
            guard !isQuiet else { return }
            if isTerminal {
                state.hasLine = true
                Self.write("\r\u{1b}[2K" + String(line(progress).prefix(Self.width - 1)))
            } else if progress.phase != state.phase, progress.phase != .failed {
                Self.write(line(progress) + "\n")
            }
            state.phase = progress.phase
        }
    }

    /// Shows a line of the log, when it is more than information.
    @Sendable
    func log(_ line: LogLine) {
        // An error ends the work, and is printed as a whole at its end.
        guard line.level == .warning else { return }
        state.withLock { state in
            let start = state.hasLine ? "\r\u{1b}[2K" : ""
            state.hasLine = false
            let text = SafeText.visible(line.message)
            Self.write("\(start)\(line.level.rawValue): \(line.stage): \(text)\n")
        }
    }

    /// Leaves the terminal's line for what comes next.
    func finish() {
        state.withLock { state in
            if state.hasLine { Self.write("\r\u{1b}[2K") }
            state.hasLine = false
        }
    }

    private func line(_ progress: MigrationEngine.Progress) -> String {
        var parts = [progress.phase.rawValue]
        if let fraction = progress.fraction {
            parts.append(bar(fraction))
            parts.append("\(Int(fraction * 100)) %")
        }
        let rate = progress.tables.compactMap(\.rowsPerSecond).reduce(0, +)
        if rate > 0 { parts.append("\(Int(rate)) rows/s") }
        if let left = progress.remainingSeconds { parts.append("ETA \(Int(left.rounded(.up))) s") }
        if !progress.activity.isEmpty { parts.append(SafeText.visible(progress.activity)) }
        return parts.joined(separator: "  ")
    }

    private func bar(_ fraction: Double) -> String {
        let width = 24
        let done = min(width, max(0, Int(fraction * Double(width))))
        let (full, empty) = ascii ? ("#", ".") : ("█", "░")
        return String(repeating: full, count: done) + String(repeating: empty, count: width - done)
    }

    private static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private static func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
