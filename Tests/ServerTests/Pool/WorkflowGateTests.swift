import Foundation
import MigrationEngine
import Synchronization
import TestSupport
import Testing

/// The memory of toggles, on a real server and with a clock of the test's own.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct WorkflowGateTests {
    private static let schema = """
        CREATE TABLE workflow_controls (workflow_name text PRIMARY KEY, enabled boolean NOT NULL,
            last_updated timestamp, updated_by text, note text);
        INSERT INTO workflow_controls VALUES ('upload', false, NULL, 'x', 'kept')
        """

    /// A time that only the test moves.
    private final class Clock: Sendable {
        private let start = ContinuousClock.now
        private let passed = Mutex(Duration.zero)

        var now: ContinuousClock.Instant { start + passed.withLock { $0 } }

        func set(_ seconds: Double) { passed.withLock { $0 = .seconds(seconds) } }
    }

    private let table = WorkflowGate.Table(
        "workflow_controls",
        workflow: "workflow_name",
        enabled: "enabled",
        lastUpdated: "last_updated",
        updatedBy: "updated_by"
    )

    private func gate(
        _ clock: Clock,
        chance: Double = 0,
        whenUnknown policy: WorkflowGate.FailurePolicy = .run
    ) throws -> WorkflowGate {
        WorkflowGate(
            try TargetPool(TestDatabase.url, .init(retry: .never)),
            table,
            whenUnknown: policy,
            lifetime: .seconds(45),
            now: { clock.now },
            chance: { chance }
        )
    }

    private func isOn(_ gate: WorkflowGate, _ name: String = "upload") async throws -> Bool {
        try await onThread { gate.isEnabled(name) }
    }

    @Test(arguments: [(-1.0, 35.0), (0, 45), (1, 55)])
    func `an answer holds for 45 s, give or take ten`(chance: Double, holds: Double) async throws {
        _ = try await psql(TestDatabase.url, Self.schema)
        let clock = Clock()
        let gate = try gate(clock, chance: chance)
        #expect(try await !isOn(gate))
        _ = try await psql(TestDatabase.url, "UPDATE workflow_controls SET enabled = true")
        clock.set(holds - 0.01)
        #expect(try await !isOn(gate))
        clock.set(holds + 0.01)
        #expect(try await isOn(gate))
    }

    @Test func `a toggle that cannot be read leaves the last answer, else the policy decides`()
        async throws
    {
        _ = try await psql(TestDatabase.url, Self.schema)
        let clock = Clock()
        let gate = try gate(clock)
        #expect(try await !isOn(gate))
        #expect(try await isOn(gate, "without a row"))
        _ = try await psql(TestDatabase.url, "DROP TABLE workflow_controls")
        clock.set(3_600)
        let last = try await onThread { gate.answer("upload") }
        #expect(!last.isEnabled)
        guard case .last(let error) = last.basis else {
            Issue.record("\(last)")
            return
        }
        #expect(error.code == .targetFailed)
        #expect(try await isOn(try self.gate(clock, whenUnknown: .run)))
        #expect(try await !isOn(try self.gate(clock, whenUnknown: .stay)))
    }

    @Test func `turning a workflow writes one row and is seen at once`() async throws {
        _ = try await psql(TestDatabase.url, Self.schema)
        let gate = try gate(Clock())
        #expect(try await !isOn(gate))
        try await onThread { try gate.set("upload", true, by: "night shift") }
        #expect(try await isOn(gate))
        try await onThread { try gate.set("new one", false) }
        #expect(
            try await psql(
                TestDatabase.url,
                """
                SELECT workflow_name, enabled, updated_by, note,
                    last_updated BETWEEN (now() AT TIME ZONE 'UTC') - interval '1 hour'
                        AND (now() AT TIME ZONE 'UTC') + interval '1 second'
                FROM workflow_controls ORDER BY 1
                """
            ) == "new one|f|system||t\nupload|t|night shift|kept|t"
        )
    }

    @Test func `a toggle that is a whole number is turned, too`() async throws {
        _ = try await psql(
            TestDatabase.url,
            "CREATE TABLE toggles (name text PRIMARY KEY, is_on integer NOT NULL)"
        )
        let pool = try TargetPool(TestDatabase.url)
        let gate = WorkflowGate(
            pool,
            .init("toggles", workflow: "name", enabled: "is_on"),
            whenUnknown: .stay
        )
        try await onThread { try gate.set("sync", false) }
        #expect(try await !isOn(gate, "sync"))
    }
}
