import Foundation
import MigrationEngine
import Synchronization

/// Progress for people: one line that is rewritten on a terminal, else a line at each news.
final class ProgressPrinter: Sendable {
    private struct State {
        var phase = MigrationEngine.Progress.Phase.starting
        /// The step of a cutover that was named last.
        var step: String?
        /// When the last line about a live run was written, in seconds of its clock.
        var lineAt = -1e9
        /// Whether workers were waited for then.
        var isCounting = false
        var hasLine = false
        var cutover: CutoverProgress?
    }

    /// Between two lines about a run that is followed, where nobody rewrites them.
    private static let lineSeconds = 30.0
    /// The same while workers are waited for.
    private static let countdownSeconds = 10.0

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
            // The end of a run is told by its result.
            guard !isQuiet, progress.phase != .done, progress.phase != .failed else { return }
            let text = line(progress)
            if isTerminal {
                state.hasLine = true
                Self.write("\r\u{1b}[2K" + ProgressLine.clipped(text, to: Self.width - 1))
            } else if isNews(progress, state) {
                state.lineAt = progress.elapsedSeconds
                Self.write(text + "\n")
            }
            state.phase = progress.phase
            state.step = progress.cutover?.steps.last?.name
            state.isCounting = progress.live?.countdownSeconds != nil
        }
    }

    private func isNews(_ progress: MigrationEngine.Progress, _ state: State) -> Bool {
        if let step = progress.cutover?.steps.last {
            guard step.outcome == "running" else { return false }
            let isCounting = progress.live?.countdownSeconds != nil
            guard step.name == state.step, isCounting == state.isCounting || !isCounting else {
                return true
            }
            return isCounting && progress.elapsedSeconds - state.lineAt >= Self.countdownSeconds
        }
        guard progress.phase == state.phase else { return true }
        return progress.phase == .follow && progress.live != nil
            && progress.elapsedSeconds - state.lineAt >= Self.lineSeconds
    }

    /// Shows a line of the log, when it is more than information.
    @Sendable
    func log(_ line: LogLine) {
        // How far a reading is has no phases or rows: its words are its progress.
        if line.level == .info, line.stage == "code" { return step(SafeText.visible(line.message)) }
        // An error ends the work, and is printed as a whole at its end.
        // The end of an alarm is worth a line as its beginning was.
        guard line.level == .warning || line.stage == "watch" else { return }
        state.withLock { state in
            let start = state.hasLine ? "\r\u{1b}[2K" : ""
            state.hasLine = false
            let text = SafeText.visible(line.message)
            Self.write("\(start)\(line.level.rawValue): \(line.stage): \(text)\n")
        }
    }

    private func step(_ text: String) {
        state.withLock { state in
            guard !isQuiet else { return }
            if isTerminal {
                state.hasLine = true
                Self.write("\r\u{1b}[2K" + ProgressLine.clipped(text, to: Self.width - 1))
            } else {
                Self.write(text + "\n")
            }
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
        SafeText.visible(ProgressLine.text(progress, ascii: ascii))
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
