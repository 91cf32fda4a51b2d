import TestSupport
import Testing

@testable import MigrationEngine

/// The simulated workers on real SQLite files.
struct TrafficTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func sample(
        _ schema: SampleSource.Schema,
        _ name: String = "ora.db",
        orders: Int = 400
    ) async throws -> String {
        let path = folder.file(name)
        try await makeSample(path, schema, orders: orders)
        return path
    }

    private struct Did: Equatable {
        var worker: String
        var key: CommittedWrite.Key
        var kind: TrafficKind
    }

    @Test(arguments: SampleSource.Schema.allCases)
    func `the same file and seed give the same writes`(schema: SampleSource.Schema) async throws {
        var runs: [[Did]] = []
        for (index, seed) in [UInt64(3), 3, 4].enumerated() {
            let path = try await sample(schema, "\(index).db")
            let traffic = try Traffic(source: path, settings: .init(seed: seed))
            try await onThread { _ = traffic.run(cycles: 300) }
            runs.append(
                traffic.committed.map { Did(worker: $0.worker, key: $0.key, kind: $0.kind) }
            )
        }
        #expect(runs[0].count > 300)
        #expect(runs[0] == runs[1])
        #expect(runs[0] != runs[2])
    }

    @Test(arguments: SampleSource.Schema.allCases)
    func `the workers write 3 inserts to 2 updates to 1 delete, of every kind`(
        schema: SampleSource.Schema
    ) async throws {
        let path = try await sample(schema, orders: 1_000)
        let traffic = try Traffic(source: path)
        let report = try await onThread { traffic.run(cycles: 3_000) }
        let counts = report.operations
        for kind in TrafficKind.allCases {
            #expect(counts[kind.rawValue] ?? 0 > 0, "no \(kind.rawValue) in \(counts)")
        }
        func share(_ kinds: TrafficKind...) -> Double {
            Double(kinds.reduce(0) { $0 + (counts[$1.rawValue] ?? 0) }) / Double(report.writes)
        }
        #expect(abs(share(.insert, .upsert, .replace) - 3.0 / 6) < 0.06, "\(counts)")
        #expect(abs(share(.update, .keyChange, .uniqueSwap) - 2.0 / 6) < 0.06, "\(counts)")
        #expect(abs(share(.delete, .cascade) - 1.0 / 6) < 0.06, "\(counts)")
        // The sample has the cleanup off.
        #expect(report.skippedCycles > 0)
        // Only a booking that stands there already is refused now and then.
        #expect(report.errors.filter { $0.key != "constraint" }.isEmpty, "\(report.errors)")
        #expect(report.errors.values.reduce(0, +) < 30, "\(report.errors)")
    }

    @Test(
        arguments: SampleSource.Schema.allCases,
        ["wal", "delete"]
    )
    func `the ledger's last state of each row is what the file holds`(
        schema: SampleSource.Schema,
        journal: String
    ) async throws {
        let path = try await sample(schema)
        _ = try await sqlite3(path, "PRAGMA journal_mode = \(journal);")
        let traffic = try Traffic(source: path, settings: .init(rate: 400, seed: 9))
        traffic.start()
        // Until every worker had its turn, however busy the machine is.
        let isEnough = try await eventually(within: .seconds(120)) {
            traffic.report.writes > 400
                && traffic.report.workers.filter { $0.writes > 0 }.count >= 5
        }
        #expect(isEnough)
        let report = try await onThread { traffic.stop() }
        let sound = try await sqlite3(path, "PRAGMA integrity_check; PRAGMA foreign_key_check;")
        #expect(sound == "ok")
        let writes = traffic.committed
        #expect(Set(writes.map(\.sequence)).count == writes.count)
        // The sixth is off, but fails open where the file is locked too long for its toggle.
        let active = report.workers.filter { $0.writes > 0 }.count
        #expect(active >= 5)
        #expect(Set(writes.map(\.worker)).count == active)
        try await onThread {
            #expect(try LedgerCheck.losses(traffic.ledger, in: .source(path: path)).isEmpty)
            let file = try SourceConnection(path: path, access: .readOnly)
            for (key, write) in traffic.ledger.lastStates {
                var found: [String: SourceValue]?
                try file.query(
                    "SELECT * FROM \(key.table) WHERE \(key.column) = ?",
                    [.string(key.value)]
                ) { row in
                    let columns = (0..<row.columnCount).map { (row.name($0), row.value($0)) }
                    found = Dictionary(uniqueKeysWithValues: columns)
                }
                #expect(found == write.row, "\(key)")
            }
        }
    }

    @Test func `a committed write that is not there is found`() async throws {
        let path = try await sample(.production)
        let traffic = try Traffic(source: path)
        try await onThread { _ = traffic.run(cycles: 60) }
        let states = traffic.ledger.lastStates.values
        let left = try #require(states.first { $0.row != nil && $0.key.table == "orders_inbox" })
        let gone = try #require(
            states.first { $0.row == nil && $0.key.table == "order_items_inbox" }
        )
        _ = try await sqlite3(
            path,
            """
            UPDATE orders_inbox SET ship_city = 'elsewhere' WHERE id = \(left.key.value);
            INSERT INTO order_items_inbox (id, order_inbox_id, sku, quantity)
                SELECT \(gone.key.value), max(id), '17612', 1 FROM orders_inbox;
            """
        )
        let losses = try await onThread {
            try LedgerCheck.losses(traffic.ledger, in: .source(path: path))
        }
        #expect(losses.map(\.table) == ["order_items_inbox", "orders_inbox"])
        #expect(losses.map(\.key) == [gone.key.value, left.key.value])
        #expect(losses.map(\.column) == [nil, "ship_city"])
    }

    @Test func `a file that the workers do not know is refused`() async throws {
        let path = folder.file("other.db")
        _ = try await sqlite3(path, "CREATE TABLE orders (id INTEGER PRIMARY KEY);")
        let error = migrationError { _ = try Traffic(source: path) }
        #expect(error?.code == .sourceFailed)
        let missing = folder.file("missing.db")
        #expect(migrationError { _ = try Traffic(source: missing) }?.code == .sourceMissing)
    }

    @Test(arguments: [
        ("1", "t", true), ("0", "f", true), ("1", "f", false), ("4.50", "4.5", true),
        ("2026-01-02 03:04:05", "2026-01-02T03:04:05Z", true),
        ("2026-01-02 03:04:05", "2026-01-02 03:04:05+00", true),
        ("2026-01-02 03:04:05.500", "2026-01-02 03:04:05.5", true),
        ("2026-01-02", "2026-01-02 00:00:00", true),
        ("2026-01-02", "2026-01-02 00:00:01", false), ("", " ", false), ("a", "a ", false),
    ])
    func `a value counts as the same in the writing of either side`(
        left: String,
        right: String,
        isSame: Bool
    ) {
        #expect(LedgerCheck.isSame(left, right) == isSame)
        #expect(!LedgerCheck.isSame(left, nil))
    }
}
