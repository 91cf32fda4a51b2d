import Dispatch
import Foundation
import Synchronization

/// The clock of the write freeze: it starts when no write can pass any more, and when the budget
/// is used up it breaks whatever the cutover waits for.
final class FreezeClock: Sendable {
    /// The seconds that writes may be blocked.
    let budget: Double
    private let started = ContinuousClock.now
    private let ended = Mutex<Double?>(nil)
    private let stop = DispatchSemaphore(value: 0)

    /// Starts the clock.
    ///
    /// - Parameters:
    ///   - budget: The seconds that writes may be blocked.
    ///   - breakers: What is done when they are used up, from another thread.
    init(budget: Double, _ breakers: [@Sendable () -> Void]) {
        self.budget = budget
        let stop = stop
        let thread = Thread {
            guard stop.wait(timeout: .now() + budget) == .timedOut else { return }
            for breaker in breakers { breaker() }
        }
        thread.name = "freeze clock"
        thread.start()
    }

    deinit { stop.signal() }

    /// The seconds that writes have been blocked; fixed once they are not any more.
    var seconds: Double {
        ended.withLock { $0 } ?? started.duration(to: .now).seconds
    }

    /// Whether more than the budget is used.
    var isOver: Bool { seconds > budget }

    /// Stops the clock: writes pass again.
    func end() {
        let now = started.duration(to: .now).seconds
        ended.withLock { if $0 == nil { $0 = now } }
        stop.signal()
    }

    /// Stops the caller when the budget is used up.
    ///
    /// - Throws: ``MigrationError`` of code `gateClosed`.
    func check() throws(MigrationError) {
        if isOver { throw failure() }
    }

    /// That the budget was used up.
    ///
    /// - Parameter silence: For how many seconds a question had no answer when the clock broke it off;
    ///   nil when none was waited for.
    /// - Returns: The error, which names a server that was silent and not the budget alone.
    func failure(unansweredFor silence: Double? = nil) -> MigrationError {
        let place = MigrationError.Place("switch")
        // A question that was only just put says nothing of the server.
        guard let silence, silence >= min(1, budget / 2) else {
            return MigrationError(
                .gateClosed,
                // With the digits that were asked for: a short budget must not read as none.
                String(format: "the write freeze took longer than its budget of %g s", budget),
                place: place,
                remedy: "try again when the target is faster or less changes wait, or give "
                    + "--freeze-budget S"
            )
        }
        return MigrationError(
            .gateClosed,
            String(
                format: "PostgreSQL did not answer: a question had no answer for %.1f s when the "
                    + "write freeze's budget of %g s was used up",
                silence,
                budget
            ),
            place: place,
            remedy: "look at the server's machine and at the way there, then try again"
        )
    }
}

/// How long a way back has blocked writes on both sides, also by a process that was killed on it.
struct WriteBlock {
    private var began: ContinuousClock.Instant?
    private var ended: Double?
    private var earlier = 0.0

    /// Starts the clock; the first time counts.
    ///
    /// - Parameter earlier: The seconds for which writes have been blocked already.
    mutating func begin(earlier: Double? = nil) {
        guard began == nil else { return }
        began = .now
        self.earlier = earlier ?? 0
    }

    /// Stops it: a side takes writes again.
    mutating func end() {
        if ended == nil { ended = seconds }
    }

    /// The seconds; fixed once writes pass again, and 0 when they were never blocked.
    var seconds: Double { ended ?? began.map { earlier + $0.duration(to: .now).seconds } ?? 0 }
}
