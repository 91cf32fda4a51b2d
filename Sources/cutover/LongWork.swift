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
        let signals = StopSignals {
            if cancellation.isCancelled { _exit(75) }
            Output.message("\nstopping; press Ctrl-C again to stop at once")
            cancellation.cancel()
        }
        defer { signals.end() }
        let printer = ProgressPrinter(isQuiet: false, ascii: common.ascii)
        let observer = Observer(progress: printer.show, log: printer.log)
        defer { printer.finish() }
        return try Background("engine") { () throws(MigrationError) in
            try work(observer, cancellation)
        }.value()
    }
}
