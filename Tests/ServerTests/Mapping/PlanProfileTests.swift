import Foundation
import TestSupport
import Testing

/// What `plan` says of a profile is what `migrate` with it does.
@Suite(.postgres, .database)
struct PlanProfileTests {
    private let folder: TestFolder
    private let cutover: CutoverCommand

    init() throws {
        folder = try TestFolder()
        cutover = CutoverCommand(source: folder.file("a.db"), target: TestDatabase.url)
    }

    private func profile(_ columns: String) throws -> String {
        let path = folder.file("profile.toml")
        try ("name = \"test\"\n" + columns).write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private func decision(_ plan: CutoverRun, _ column: String) -> JSON {
        plan.json["decisions"].list.first {
            $0["subject"].string == "type" && $0["column"].string == column
        } ?? .null
    }

    @Test func `values that conversions make fit are not called misfits`() async throws {
        _ = try await sqlite3(
            cutover.source,
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, at);
            INSERT INTO t VALUES (1, ''), (2, 1767225600), (3, '2026-01-02 03:04:05');
            """
        )
        let path = try profile(
            """
            [[columns]]
            table = "t"
            column = "at"
            type = "timestamptz"
            conversions = ["empty_as_null", "epoch_seconds"]
            """
        )
        let plan = try await cutover("plan", "--profile", path)
        let at = decision(plan, "at")
        #expect(at["reason"].string?.contains("quarantine") == false, "\(at)")
        #expect(at["reason"].string?.contains("all 3 values fit after empty_as_null") == true)
        #expect(at["confidence"].string == "high")
        let run = try await cutover("migrate", "--profile", path)
        #expect(run.status == 0, "\(run)")
    }

    @Test func `values that a prescribed type does not take are counted before the run`()
        async throws
    {
        let types = [
            "u": "uuid", "v": "varchar(3)", "c": "char(2)", "j": "jsonb", "r": "real",
            "n": "numeric(5,2)", "k": "time", "s": "smallint", "b": "jsonb",
        ]
        _ = try await sqlite3(
            cutover.source,
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, u TEXT, v TEXT, c TEXT, j TEXT, r REAL, n REAL,
                k TEXT, s INTEGER, b TEXT);
            INSERT INTO t VALUES
                (1, '00112233-4455-6677-8899-aabbccddeeff', 'abc', 'ab', '{"a": 1}', 0.5, 1.25,
                    '10:00', 1, '"\\ud83d\\ude00"');
            INSERT INTO t (id, u) VALUES (2, '00112233445566778899aabbccddeeff');
            INSERT INTO t (id, v) VALUES (3, 'abcd');
            INSERT INTO t (id, c) VALUES (4, 'abc');
            INSERT INTO t (id, j) VALUES (5, '{a: 1}');
            INSERT INTO t (id, r) VALUES (6, 0.1);
            INSERT INTO t (id, n) VALUES (7, 1.125);
            INSERT INTO t (id, k) VALUES (8, 'noon');
            INSERT INTO t (id, s) VALUES (9, 70000);
            INSERT INTO t (id, b) VALUES (10, '"\\u0000"'), (11, '"\\ud83d"'), (12, '7');
            """
        )
        let path = try profile(
            types.sorted { $0.key < $1.key }.map { name, type in
                "[[columns]]\ntable = \"t\"\ncolumn = \"\(name)\"\ntype = \"\(type)\"\n"
            }.joined()
        )
        let plan = try await cutover("plan", "--profile", path)
        for name in types.keys.sorted() {
            let found = decision(plan, name)
            #expect(found["confidence"].string != "high", "\(name): \(found)")
            #expect(found["evidence"]["fitting"].int == (name == "b" ? 2 : 1), "\(found)")
            let rows = name == "b" ? "2 rows go to quarantine" : "1 row goes to quarantine"
            #expect(found["reason"].string?.contains(rows) == true, "\(found)")
        }
        let inspected = try await cutover("inspect", "--profile", path)
        let columns = inspected.tables.named("t")["columns"]
        #expect(columns.named("j")["problems"][0]["kind"].string == "not_json", "\(columns)")
        let varchar = columns.named("v")["problems"][0]["remedy"].string
        #expect(varchar?.contains("conversions = [\"truncate_to_length\"]") == true)
        let run = try await cutover("migrate", "--profile", path)
        #expect(run.tables.named("t")["quarantined_rows"].int == 10, "\(run)")
    }
}
