import TestSupport
import Testing

@testable import MigrationEngine

/// Toggles and blocked writes, as the workers meet them.
struct TrafficToggleTests {
    private let folder: TestFolder
    private let path: String

    init() throws {
        folder = try TestFolder()
        path = folder.file("ora.db")
    }

    private func worker(_ name: String, _ traffic: Traffic) throws -> TrafficReport.Worker {
        try #require(traffic.report.workers.first { $0.name == name })
    }

    private func set(_ name: String, _ enabled: Bool) async throws {
        let options = Options(source: path, target: "", profile: "ora")
        _ = try await onThread {
            try Workflows.set(
                options: options,
                side: .source,
                name: name,
                enabled: enabled,
                by: "test"
            )
        }
    }

    @Test func `a worker whose toggle is off stops, the one without a toggle goes on`() async throws
    {
        try await makeSample(path, .production, orders: 300)
        let settings = Traffic.Settings(rate: 300, flagCache: .milliseconds(150))
        let traffic = try Traffic(source: path, settings: settings)
        traffic.start()
        #expect(try await eventually { try worker("xml-import", traffic).writes > 20 })
        #expect(try worker("xml-import", traffic).skippedCycles == 0)
        try await set("xml-import", false)
        #expect(
            try await eventually(within: .seconds(10)) {
                try worker("xml-import", traffic).skippedCycles > 0
            }
        )
        let stopped = try worker("xml-import", traffic).writes
        let free = try worker("shipstation-units-refresher", traffic).writes
        #expect(
            try await eventually {
                try worker("shipstation-units-refresher", traffic).writes > free + 10
                    && worker("xml-import", traffic).skippedCycles > 20
            }
        )
        #expect(try worker("xml-import", traffic).writes == stopped)
        try await set("xml-import", true)
        #expect(try await eventually { try worker("xml-import", traffic).writes > stopped })
        try await onThread { _ = traffic.stop() }
    }

    @Test
    func `a toggle that cannot be read leaves the last answer, and at first the worker is on`()
        async throws
    {
        try await makeSample(path, .plan, orders: 3)
        let path = path
        try await onThread {
            let place = TrafficPlace.source(path: path)
            let database = try TrafficDatabase(place, enforcesForeignKeys: false, name: "test")
            let writer = try SourceConnection(path: path, access: .readWrite)
            var random = SampleRandom(seed: 1)
            var off = ToggleCache("orders-cleanup", lifetime: .zero)
            var on = ToggleCache("xml-import", lifetime: .zero)
            var cached = ToggleCache("orders-cleanup", lifetime: .seconds(3_600))
            #expect(!off.isOn(database, &random))
            #expect(on.isOn(database, &random))
            #expect(!cached.isOn(database, &random))
            try writer.execute("UPDATE workflow_controls SET enabled = 1")
            #expect(off.isOn(database, &random))
            #expect(!cached.isOn(database, &random))
            try writer.execute("UPDATE workflow_controls SET enabled = 0")
            #expect(!off.isOn(database, &random))
            try writer.execute("DELETE FROM workflow_controls")
            #expect(!off.isOn(database, &random))
            try writer.execute("DROP TABLE workflow_controls")
            #expect(!off.isOn(database, &random))
            var fresh = ToggleCache("orders-cleanup", lifetime: .zero)
            #expect(fresh.isOn(database, &random))
            #expect(fresh.isOn(nil, &random))
        }
    }

    @Test func `blocked writes are counted, commit nothing, and the workers go on afterwards`()
        async throws
    {
        try await makeSample(path, .production, orders: 300)
        let traffic = try Traffic(source: path, settings: .init(rate: 500))
        traffic.start()
        #expect(try await eventually { traffic.report.writes > 50 })
        let tables = try await sqlite3(
            path,
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%';"
        ).split(separator: "\n")
        let triggers = tables.flatMap { table in
            ["INSERT", "UPDATE", "DELETE"].map { event in
                (name: "block_\(table)_\(event)", on: "BEFORE \(event) ON \(table)")
            }
        }
        let block = triggers.map {
            "CREATE TRIGGER \($0.name) \($0.on) BEGIN SELECT RAISE(ABORT, 'writes blocked: test'); END;"
        }
        let wait = ".timeout 5000\n"
        _ = try await sqlite3(
            path,
            wait + "BEGIN IMMEDIATE;" + block.joined() + "COMMIT;"
        )
        // What was committed before the triggers may be noted a moment after them.
        let seen = traffic.report.errors["writes_blocked"] ?? 0
        #expect(
            try await eventually { traffic.report.errors["writes_blocked"] ?? 0 > seen + 20 }
        )
        let before = traffic.report.writes
        let digest = try await sqlite3(path, wait + ".sha3sum")
        #expect(
            try await eventually { traffic.report.errors["writes_blocked"] ?? 0 > seen + 60 }
        )
        #expect(traffic.report.writes == before)
        #expect(try await sqlite3(path, wait + ".sha3sum") == digest)
        // On a full machine a worker may also find the file busy; that commits nothing either.
        let kinds: Set = ["writes_blocked", "constraint", "busy"]
        #expect(Set(traffic.report.errors.keys).isSubset(of: kinds))
        _ = try await sqlite3(
            path,
            wait + "BEGIN IMMEDIATE;" + triggers.map { "DROP TRIGGER \($0.name);" }.joined()
                + "COMMIT;"
        )
        #expect(try await eventually { traffic.report.writes > before + 50 })
        let path = path
        let losses = try await onThread {
            _ = traffic.stop()
            return try LedgerCheck.losses(traffic.ledger, in: .source(path: path))
        }
        #expect(losses.isEmpty, "\(losses)")
    }

    @Test(arguments: [
        (Int32(5), "database is locked", "busy"), (517, "database is locked", "busy"),
        (1_811, "writes blocked: the switch", "writes_blocked"), (1_811, "other", "constraint"),
        (2_067, "UNIQUE constraint failed", "constraint"), (13, "full", "disk_full"),
        (11, "malformed", "sqlite_11"),
    ])
    func `what stops a cycle is counted by its kind`(
        code: Int32,
        message: String,
        kind: String
    ) {
        let failure = TrafficFailure(SourceError(resultCode: code, message: message, sql: nil))
        #expect(failure.kind == kind)
    }
}
