import DequeModule
import Dispatch
import Foundation
import Synchronization

/// One thread that does one thing after the other.
///
/// Blocking calls of the engine run here, never on Swift's cooperative pool, which on a small
/// machine has two threads only.
final class Worker: Sendable {
    private let jobs = Mutex<Deque<@Sendable () -> Void>>([])
    private let count = DispatchSemaphore(value: 0)

    /// Starts the thread; it lives as long as the process.
    init(name: String) {
        let thread = Thread { [self] in
            while true {
                count.wait()
                let job = jobs.withLock { $0.popFirst() }
                job?()
            }
        }
        thread.name = name
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Adds work after everything that waits.
    func run(_ job: @escaping @Sendable () -> Void) {
        jobs.withLock { $0.append(job) }
        count.signal()
    }
}
