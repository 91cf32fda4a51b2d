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
        let signals = StopSignals { number in
            let isSecond = isStopping.withLock { isStopping in
                defer { isStopping = true }
                return isStopping
            }
            if isSecond { stopAtOnce(printer) }
            Output.message("\nstopping; press Ctrl-C again to stop at once")
            cancellation.cancel(by: wisher(number))
        }
        defer { signals.end() }
        let observer = Observer(progress: printer.show, log: printer.log)
        defer { printer.finish() }
        return try Background("engine") { () throws(MigrationError) in
            try work(observer, cancellation)
        }.value()
    }

    /// Who wants the stop; nil for the keys of the operator's terminal.
    private static func wisher(_ number: Int32) -> String? {
        switch number {
        case SIGTERM: "SIGTERM"
        case SIGHUP: "the loss of its terminal (SIGHUP)"
        default: nil
        }
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
        if cutover.freezeSeconds != nil, cutover.isAskedToTakeOver {
            return "\(step)SQLite is closed, and PostgreSQL was asked to take over: whether it has "
                + "is decided when it answers; then cutover switch finishes it or undoes it"
        }
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
