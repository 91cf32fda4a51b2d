/// What the simulated workers did.
package struct TrafficReport: Sendable, Encodable {
    /// What one worker did.
    package struct Worker: Sendable, Encodable {
        /// The worker's name.
        package let name: String
        /// Whether it reads its toggle.
        package let obeysToggle: Bool
        /// The statements that changed rows and were committed.
        package internal(set) var writes = 0
        /// The transactions that were committed.
        package internal(set) var cycles = 0
        /// The cycles that did not begin because the toggle was off.
        package internal(set) var skippedCycles = 0
        /// The cycles that found no row to work on.
        package internal(set) var emptyCycles = 0
        /// The cycles that failed; nothing of them is in the database.
        package internal(set) var failedCycles = 0
    }

    /// The side that was written.
    package let side: Side
    /// How long they worked.
    package internal(set) var seconds = 0.0
    /// The writes a second that were reached.
    package internal(set) var rate = 0.0
    /// The statements that changed rows and were committed, by what they are.
    package internal(set) var operations: [String: Int] = [:]
    /// The failed cycles, by what stopped them.
    package internal(set) var errors: [String: Int] = [:]
    /// What the database said the last time that it refused.
    package internal(set) var lastError: String?
    /// The longest time between two commits, in which the application could not write.
    package internal(set) var longestPauseSeconds = 0.0
    /// The workers.
    package internal(set) var workers: [Worker]

    /// The committed writes of all workers.
    package var writes: Int { workers.reduce(0) { $0 + $1.writes } }

    /// The cycles of all workers that did not begin because their toggle was off.
    package var skippedCycles: Int { workers.reduce(0) { $0 + $1.skippedCycles } }

    private enum CodingKeys: String, CodingKey {
        case side, seconds, rate, writes, operations, errors, lastError, longestPauseSeconds
        case skippedCycles, workers
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(side, forKey: .side)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(rate, forKey: .rate)
        try container.encode(writes, forKey: .writes)
        try container.encode(operations, forKey: .operations)
        try container.encode(errors, forKey: .errors)
        try container.encodeIfPresent(lastError, forKey: .lastError)
        try container.encode(longestPauseSeconds, forKey: .longestPauseSeconds)
        try container.encode(skippedCycles, forKey: .skippedCycles)
        try container.encode(workers, forKey: .workers)
    }
}
