import Foundation
import TestSupport
import Testing

/// `inspect` as people and scripts meet it, and as `migrate` then bears it out.
@Suite(.postgres, .database)
struct InspectCommandTests {
    private let folder: TestFolder
    private var path: String { folder.file("source.db") }

    init() throws { folder = try TestFolder() }

    private static let hostile = """
        CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, s TEXT NOT NULL, z NUMERIC, x);
        INSERT INTO t SELECT value, value, 's', value, 'x' FROM generate_series(1, 40);
        UPDATE t SET n = 'many' WHERE id IN (2, 5);
        UPDATE t SET s = 'a' || char(0) WHERE id = 7;
        UPDATE t SET s = CAST(x'ff' AS TEXT) WHERE id = 8;
        UPDATE t SET z = 9e999 WHERE id = 9;
        UPDATE t SET x = x'00' WHERE id = 10;
        CREATE TABLE u (k TEXT PRIMARY KEY, at TIMESTAMP UNIQUE, d DATE, t REFERENCES t);
        INSERT INTO u VALUES ('a', '2024-01-01 00:00:00', '2024-02-30', 1),
            ('b', '2024-01-01 00:00:00.0', '2024-02-28', 1), ('c', NULL, NULL, 99);
        """

    @Test func `what inspect sends to quarantine is what migrate puts there`() async throws {
        _ = try await sqlite3(path, Self.hostile)
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let inspected = try await cutover("inspect")
        #expect(inspected.status == 0, "\(inspected)")
        var foretold: Set<String> = []
        for table in inspected.tables.list {
            let name = table["name"].string ?? ""
            let all = table["columns"].list.flatMap { $0["problems"].list } + table["problems"].list
            for problem in all where problem["outcome"].string == "quarantine" {
                for key in problem["sample_keys"].list {
                    foretold.insert("\(name)|\(key.string ?? "")")
                }
                #expect(problem["rows"].int == problem["sample_keys"].list.count)
            }
        }
        for orphan in inspected.json["orphans"].list where orphan["rows"].int != 0 {
            #expect(orphan["outcome"].string == "quarantine")
            for key in orphan["sample_keys"].list {
                foretold.insert("\(orphan["table"].string ?? "")|\(key.string ?? "")")
            }
        }
        let migrated = try await cutover("migrate")
        #expect(migrated.status == 1, "\(migrated)")
        let found = try await psql(
            TestDatabase.url,
            "SELECT table_name, key_text FROM cutover.quarantine;"
        ).split(separator: "\n").map(String.init)
        #expect(Set(found) == foretold)
        #expect(found.count == 8)
    }

    @Test func `the text is at most 80 columns wide and safe for a terminal`() async throws {
        let script = """
            CREATE TABLE "evil\u{1b}]0;owned\u{7} \(String(repeating: "n", count: 200))" (
                "c\u{1b}[31m" TEXT, wide TEXT);
            INSERT INTO "evil\u{1b}]0;owned\u{7} \(String(repeating: "n", count: 200))"
                VALUES ('x' || char(27) || '[2J', hex(zeroblob(400))), (x'00', 'y');
            """
        _ = try await sqlite3(path, Self.hostile + script)
        for options in [[], ["--ascii"]] {
            let outcome = try await run(
                BuiltProducts.cutover,
                ["inspect", "--source", path, "--target", TestDatabase.url] + options
            )
            #expect(outcome.status == 0)
            let lines = outcome.stdout.split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= 80 })
            let hostile = outcome.stdout.unicodeScalars.filter { $0.value < 32 && $0 != "\n" }
            #expect(hostile.isEmpty)
            #expect(outcome.stdout.contains("! n"))
            #expect(outcome.stdout.contains("do: "))
            #expect(!outcome.stdout.contains(String(repeating: "0", count: 100)))
        }
    }

    @Test func `a damaged source is refused with the way on, and inspect shows the rest`()
        async throws
    {
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT);
            INSERT INTO t SELECT value, printf('row-%06d-', value) FROM generate_series(1, 5000);
            CREATE TABLE whole (a); INSERT INTO whole VALUES (1), (2);
            """
        )
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let place = try #require(bytes.range(of: Data("row-002500-".utf8))?.lowerBound)
        let page = place / 4_096 * 4_096
        bytes.replaceSubrange(page..<page + 4_096, with: Data(repeating: 0xa5, count: 4_096))
        try bytes.write(to: URL(fileURLWithPath: path))
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        for verb in ["migrate", "backup", "plan"] {
            let refused = try await cutover(verb)
            #expect(refused.status == 65, "\(verb) \(refused)")
            #expect(refused.code == "source_corrupt", "\(verb) \(refused)")
            let remedy = refused.json["error"]["remedy"].string ?? ""
            #expect(remedy.contains("cutover inspect"), "\(verb): \(remedy)")
            #expect(remedy.contains("sqlite3 \(path) .recover"), "\(verb): \(remedy)")
        }
        let inspected = try await cutover("inspect")
        #expect(inspected.status == 65)
        #expect(inspected.json["integrity"]["ok"] == .bool(false))
        let hurt = inspected.json["integrity"]["tables"].named("t")
        let read = hurt["rows_read"].int ?? 0
        #expect((4_700..<5_000).contains(read))
        #expect(hurt["unreadable"].list.count == 1)
        #expect(inspected.tables.named("whole")["rows"].int == 2)
        let text = try await run(
            BuiltProducts.cutover,
            ["inspect", "--source", path, "--target", TestDatabase.url]
        )
        #expect(text.status == 65)
        #expect(text.stdout.contains("DAMAGED"))
        #expect(text.stdout.contains("could not be read: rowids "))
    }
}
