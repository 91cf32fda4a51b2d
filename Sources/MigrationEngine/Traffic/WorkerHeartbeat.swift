import Foundation

/// Writes beside the toggle that the worker ran, as the application's workers do.
///
/// It is a statement of its own and no write of the tally or of the ledger: nothing depends on it but
/// the eyes of a watch.
struct WorkerHeartbeat {
    /// Less often than the cycles: nobody looks at it more often.
    private static let pause = Duration.seconds(5)

    private let name: String
    private let statements: [TrafficSQL]
    private var written: ContinuousClock.Instant?

    /// Makes a heartbeat.
    ///
    /// - Parameters:
    ///   - name: The workflow.
    ///   - statements: Each writes the time `:now` for the workflow `:name`.
    init(_ name: String, _ statements: [TrafficSQL]) {
        self.name = name
        self.statements = statements
    }

    /// Says that the worker ran, when it has not said so for a while.
    ///
    /// - Parameter database: The worker's connection, outside of a transaction.
    mutating func beat(_ database: TrafficDatabase) {
        let moment = ContinuousClock.now
        guard written.map({ $0 + Self.pause <= moment }) ?? true else { return }
        let now = SampleMoment(seconds: Int(Date().timeIntervalSince1970)).stamp
        let values: [String: SourceValue] = ["now": now, "name": .string(name)]
        let isDone = statements.allSatisfy { statement in
            (try? database.write(statement, values, returning: nil)) != nil
        }
        // What was refused is tried again behind the next cycle.
        if isDone { written = moment }
    }
}
