import Foundation

/// Runs code that waits on a thread of its own, off Swift's cooperative pool.
///
/// - Parameter work: The code.
/// - Returns: Its result.
/// - Throws: Its error.
public func onThread<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Result { try work() }) }
        // What a C library and deep recursion of the tests may need.
        thread.stackSize = 8 << 20
        thread.start()
    }
}

/// Waits until a condition holds.
///
/// - Parameters:
///   - limit: The longest time to wait.
///   - condition: The condition.
/// - Returns: Whether it came to hold in time.
/// - Throws: The condition's error, or that of a cancelled test.
public func eventually(
    within limit: Duration = .seconds(20),
    _ condition: @Sendable () async throws -> Bool
) async throws -> Bool {
    let clock = ContinuousClock()
    // A machine full of other tests is slow; only what never comes true costs the time.
    let end = clock.now + max(limit, .seconds(900))
    while true {
        if try await condition() { return true }
        if clock.now >= end { return false }
        try await clock.sleep(for: .milliseconds(20))
    }
}
