import Dispatch
import Synchronization

/// The wish that all workers stop; it wakes those that wait.
final class TrafficStop: Sendable {
    private let isStated = Atomic<Bool>(false)
    private let wakes: [DispatchSemaphore]

    init(workers: Int) {
        wakes = (0..<workers).map { _ in DispatchSemaphore(value: 0) }
    }

    /// States the wish.
    func state() {
        isStated.store(true, ordering: .sequentiallyConsistent)
        for wake in wakes { wake.signal() }
    }

    /// Waits for a moment, or for the wish.
    ///
    /// - Parameters:
    ///   - moment: The moment; waited for on a clock that nobody sets.
    ///   - worker: Who waits.
    /// - Returns: Whether the wish was stated.
    func wait(until moment: ContinuousClock.Instant, worker: Int) -> Bool {
        let left = (moment - .now).inSeconds
        if left > 0, !isStated.load(ordering: .sequentiallyConsistent) {
            _ = wakes[worker].wait(timeout: .now() + left)
        }
        return isStated.load(ordering: .sequentiallyConsistent)
    }
}
