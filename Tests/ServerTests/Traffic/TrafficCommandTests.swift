import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// The verb `traffic`, and the simulated workers on PostgreSQL.
@Suite(.postgres, .database)
struct TrafficCommandTests {
    private let folder: TestFolder
    private let path: String

    init() throws {
        folder = try TestFolder()
        path = folder.file("ora.db")
    }

    private func cutover() -> CutoverCommand { .init(source: path, target: TestDatabase.url) }

    @Test func `traffic reports what it wrote, each write a line of the ledger`() async throws {
        try await makeSample(path, .production, orders: 200)
        let ledger = folder.file("ledger.jsonl")
        let run = try await cutover()(
            "traffic",
            "--rate",
            "200",
            "--duration",
            "1.5",
            "--ledger",
            ledger
        )
        #expect(run.status == 0, "\(run)")
        let writes = try #require(run.json["writes"].int)
        #expect(writes > 50, "\(run)")
        #expect(run.json["side"].string == "source")
        let text = try String(contentsOfFile: ledger, encoding: .utf8)
        let lines = try text.split(separator: "\n").map { try JSON(String($0)) }
        #expect(lines.count >= writes / 2)
        var last: [String: (sequence: Int, isThere: Bool)] = [:]
        for line in lines {
            let table = try #require(line["table"].string)
            let column = try #require(line["column"].string)
            let key = try #require(line["key"].string)
            let sequence = try #require(line["seq"].int)
            let name = "SELECT count(*) FROM \(table) WHERE \(column) = '\(key)';"
            guard sequence > last[name]?.sequence ?? 0 else { continue }
            last[name] = (sequence, line["row"] != .null)
        }
        let questions = last.keys.sorted()
        let answers = try await sqlite3(path, questions.joined(separator: "\n"))
            .split(separator: "\n").map { $0 == "1" }
        #expect(answers == questions.map { last[$0]?.isThere })
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a stop ends traffic with its report`(signal: Int32) async throws {
        try await makeSample(path, .plan, orders: 100)
        let program = try StartedProgram(
            BuiltProducts.cutover,
            cutover().arguments("traffic", ["--rate", "100"])
        )
        let ledger = path
        #expect(
            try await eventually {
                try await sqlite3(
                    ledger,
                    ".timeout 5000\nSELECT count(*) > 0 FROM system_kpis WHERE metric_name = 'queue';"
                ) == "1"
            }
        )
        program.send(signal)
        let run = CutoverRun(await program.end())
        #expect(run.status == 0, "\(run)")
        #expect(run.json["writes"].int ?? 0 > 0, "\(run)")
    }

    @Test func `the holder keeps the file open and writes nothing`() async throws {
        try await makeSample(path, .plan, orders: 20)
        let before = try await sqlite3(path, ".sha3sum")
        let program = try StartedProgram(
            BuiltProducts.cutover,
            cutover().arguments("traffic", ["--hold-only", "--duration", "4"])
        )
        let held = path
        let folder = "/proc/\(program.pid)/fd"
        #expect(
            try await eventually {
                let open = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
                return open.contains {
                    (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)"))
                        == held
                }
            }
        )
        let run = CutoverRun(await program.end())
        #expect(run.status == 0 && run.json["writes"].int == 0, "\(run)")
        #expect(try await sqlite3(path, ".sha3sum") == before)
    }

    @Test func `traffic refuses what it cannot write`() async throws {
        let missing = try await cutover()("traffic", "--duration", "1")
        #expect(missing.status == 66 && missing.code == "source_missing", "\(missing)")
        try await makeSample(path, .plan, orders: 10)
        let refused = try await cutover()("traffic", "--duration", "1", "--read-only")
        #expect(refused.status == 64 && refused.code == "read_only", "\(refused)")
        let target = try await cutover()("traffic", "--side", "target", "--duration", "1")
        #expect(target.status == 69, "\(target)")
    }

    @Test(arguments: SampleSource.Schema.allCases)
    func `the workers write on PostgreSQL too, and what they saw committed is there`(
        schema: SampleSource.Schema
    ) async throws {
        try await makeSample(path, schema, orders: 300)
        let migrated = try await cutover()("migrate")
        #expect(migrated.status == 0, "\(migrated)")
        let place = TrafficPlace.target(TestDatabase.url, schema: "public")
        let traffic = try await onThread {
            try Traffic(place, settings: .init(rate: 400, seed: 5))
        }
        traffic.start()
        // Until every worker had its turn; the sixth is off.
        let isEnough = try await eventually {
            traffic.report.writes > 300
                && traffic.report.workers.filter { $0.writes > 0 }.count >= 5
        }
        #expect(isEnough)
        let report = try await onThread { traffic.stop() }
        #expect(report.errors.keys.allSatisfy { ["constraint", "conflict"].contains($0) })
        let losses = try await onThread { try LedgerCheck.losses(traffic.ledger, in: place) }
        #expect(losses.isEmpty, "\(losses)")
        // On the source nothing of it was written.
        let missed = try await onThread { [path] in
            try LedgerCheck.losses(traffic.ledger, in: .source(path: path))
        }
        #expect(missed.count > 100)
    }

    @Test func `blocked writes on PostgreSQL are counted, and the workers go on`() async throws {
        try await makeSample(path, .plan, orders: 100)
        let migrated = try await cutover()("migrate")
        #expect(migrated.status == 0, "\(migrated)")
        _ = try await psql(
            TestDatabase.url,
            """
            CREATE FUNCTION block() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'writes blocked: test'; END $$;
            CREATE TRIGGER block BEFORE INSERT OR UPDATE OR DELETE ON orders_inbox
            FOR EACH STATEMENT EXECUTE FUNCTION block();
            """
        )
        let place = TrafficPlace.target(TestDatabase.url, schema: "public")
        let traffic = try await onThread { try Traffic(place, settings: .init(rate: 300)) }
        traffic.start()
        #expect(try await eventually { traffic.report.errors["writes_blocked"] ?? 0 > 5 })
        let importer = try #require(traffic.report.workers.first { $0.name == "xml-import" })
        #expect(importer.writes == 0)
        _ = try await psql(TestDatabase.url, "DROP TRIGGER block ON orders_inbox")
        #expect(
            try await eventually {
                traffic.report.workers.first { $0.name == "xml-import" }?.writes ?? 0 > 5
            }
        )
        try await onThread { _ = traffic.stop() }
    }
}
