import Foundation
import Synchronization

/// Simulated workers that go with the application: they write on whichever side is live.
///
/// The restart of the workers behind a switch, which an operator's hook does for a real
/// application, is done here by looking.
package final class LiveTraffic: Sendable {
    /// Between two looks at which side is live.
    private static let pause: useconds_t = 250_000

    private let options: Options
    private let settings: Traffic.Settings
    private let wish = Cancellation()
    private let thread = Mutex<Background<Void>?>(nil)

    /// Makes workers; none starts yet.
    ///
    /// - Parameters:
    ///   - options: Both sides.
    ///   - settings: How the workers write.
    package init(_ options: Options, settings: Traffic.Settings) {
        self.options = options
        self.settings = settings
    }

    /// Starts the workers; once.
    package func start() {
        thread.withLock { thread in
            guard thread == nil else { return }
            thread = Background("live traffic") { [self] in follow() }
        }
    }

    /// Lets each worker finish its cycle, and waits for that.
    package func stop() {
        wish.cancel()
        _ = try? thread.withLock { $0 }?.value()
    }

    private func follow() {
        var workers: (side: Side, traffic: Traffic)?
        var settings = settings
        while !wish.isCancelled {
            // A side that cannot be asked just now is asked again.
            if let live = try? LiveSide.current(options), live != workers?.side {
                workers?.traffic.stop()
                workers = nil
                let place: TrafficPlace =
                    live == .source
                    ? .source(path: options.source)
                    : .target(options.target, schema: options.schema)
                if let ledger = try? TrafficLedger(path: nil, isKept: false),
                    let made = try? Traffic(place, settings: settings, ledger: ledger)
                {
                    made.start()
                    workers = (live, made)
                    // Behind each change of sides other operations.
                    settings.seed &+= 1
                }
            }
            usleep(Self.pause)
        }
        workers?.traffic.stop()
    }
}
