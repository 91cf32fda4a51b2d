import Foundation
import Synchronization

/// Work on a thread of its own, because blocking C calls must not hold the cooperative pool.
package final class Background<Value: Sendable>: Sendable {
    private let outcome = Mutex<Result<Value, MigrationError>?>(nil)
    private let done = DispatchSemaphore(value: 0)

    /// Starts the work.
    ///
    /// - Parameters:
    ///   - name: The thread's name, for people who look at the process.
    ///   - work: The work.
    package init(
        _ name: String = "cutover",
        _ work: @escaping @Sendable () throws(MigrationError) -> Value
    ) {
        let thread = Thread { [self] in
            let result: Result<Value, MigrationError>
            do throws(MigrationError) {
                result = .success(try work())
            } catch {
                result = .failure(error)
            }
            outcome.withLock { $0 = result }
            done.signal()
        }
        thread.name = name
        // The parser of expressions recurses; 512 KiB would limit what it can read.
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Waits for the work's end.
    ///
    /// - Returns: What the work returned.
    /// - Throws: What the work threw.
    package func value() throws(MigrationError) -> Value {
        done.wait()
        done.signal()
        guard let result = outcome.withLock({ $0 }) else {
            preconditionFailure("the outcome is set before the semaphore is signalled")
        }
        return try result.get()
    }
}

extension Duration {
    /// The duration in seconds.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
