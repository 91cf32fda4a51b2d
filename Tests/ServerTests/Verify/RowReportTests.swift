import Foundation
import MigrationEngine
import TestSupport
import Testing

/// One row on both sides, cell by cell.
@Suite(.postgres, .database)
struct RowReportTests {
    private func migrated(
        _ script: String,
        _ options: String...
    ) async throws -> (TestFolder, CutoverCommand) {
        let folder = try TestFolder()
        let path = folder.file("small.db")
        _ = try await sqlite3(path, script)
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let run = try await cutover("migrate", options)
        try #require(run.status == 0, "\(run)")
        return (folder, cutover)
    }

    private func cell(_ run: CutoverRun, _ column: String) -> JSON {
        run.json["cells"].list.first { $0["column"].string == column } ?? .null
    }

    @Test func `a row is shown with class, type, both values and the rule of each cell`()
        async throws
    {
        let (folder, cutover) = try await migrated(
            """
            CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL, pic BLOB, none TEXT);
            INSERT INTO item VALUES (-5, 'Ä', 0.1, x'00ff', NULL), (2, 'b', 1, NULL, '');
            """
        )
        let equal = try await cutover("verify", "--table", "ITEM", "--key", "-5")
        #expect(equal.status == 0, "\(equal)")
        #expect(equal.json["ok"] == .bool(true))
        #expect(equal.json["key"][0]["column"].string == "id")
        #expect(equal.json["cells"].list.count == 5)
        #expect(cell(equal, "name")["storage_class"].string == "text")
        #expect(cell(equal, "name")["target_type"].string == "text")
        #expect(cell(equal, "name")["rule"].string == "the same bytes of UTF-8")
        #expect(cell(equal, "pic")["source"].string == "x'00ff'")
        #expect(cell(equal, "none")["source"] == .null)

        _ = try await psql(
            TestDatabase.url,
            "UPDATE item SET price = 0.10000000000000002, name = E'\\u001b[31m' WHERE id = -5;"
        )
        let differs = try await cutover("verify", "--table", "item", "--key", "-5")
        #expect(differs.status == 1)
        let price = cell(differs, "price")
        #expect(price["equal"] == .bool(false))
        #expect(price["source"].string == "0.1")
        #expect(price["target"].string == "0.10000000000000002")
        #expect(price["source_bits"].string == "0x3fb999999999999a")
        #expect(price["target_bits"].string == "0x3fb999999999999b")
        #expect(cell(differs, "pic")["equal"] == .bool(true))
        let text = try await run(
            BuiltProducts.cutover,
            cutover.arguments("verify", ["--table", "item", "--key", "-5"]).filter {
                $0 != "--json"
            }
        )
        #expect(text.stdout.contains("2 of 5 cells differ"))
        #expect(text.stdout.contains("␛[31m") && !text.stdout.contains("\u{1b}"))
        #expect(exists(folder.path))
    }

    @Test func `a row of a composite key, one that is missing, one that nobody has`() async throws {
        let (folder, cutover) = try await migrated(
            """
            CREATE TABLE place (shelf TEXT NOT NULL, n INTEGER NOT NULL, sku TEXT,
                PRIMARY KEY (shelf, n)) WITHOUT ROWID;
            INSERT INTO place VALUES ('it''s', 1, 'a'), ('5', 2, 'b');
            """
        )
        func row(_ keys: String...) async throws -> CutoverRun {
            try await cutover(
                "verify",
                ["--table", "place"] + keys.flatMap { ["--key", $0] }
            )
        }
        #expect(try await row("it's", "1").status == 0)
        #expect(try await row("5", "2").status == 0)
        _ = try await psql(
            TestDatabase.url,
            "DELETE FROM place WHERE n = 2; INSERT INTO place VALUES ('x', 3, NULL);"
        )
        let missing = try await row("5", "2")
        #expect(missing.status == 1)
        #expect(missing.json["in_source"] == .bool(true))
        #expect(missing.json["in_target"] == .bool(false))
        let extra = try await row("x", "3")
        #expect(extra.json["in_source"] == .bool(false) && extra.json["in_target"] == .bool(true))
        for nobody in [try await row("x", "4"), try await row("x", "four")] {
            #expect(nobody.status == 1, "\(nobody)")
            #expect(nobody.json["cells"].list.isEmpty)
        }
        let short = try await row("5")
        #expect(short.status == 64 && short.code == "usage", "\(short)")
        #expect(short.json["error"]["message"].string?.contains("(shelf, n)") == true)
        #expect(exists(folder.path))
    }

    @Test func `a row in quarantine is shown with its reason`() async throws {
        let (folder, cutover) = try await migrated(
            """
            CREATE TABLE item (id INTEGER PRIMARY KEY, n INTEGER);
            INSERT INTO item VALUES (1, 1), (2, 2), (3, 'three');
            CREATE TABLE log (a TEXT);
            """,
            "--max-quarantined",
            "1"
        )
        let row = try await cutover("verify", "--table", "item", "--key", "3")
        #expect(row.status == 1)
        let entry = row.json["quarantine"][0]
        #expect(entry["column"].string == "n")
        #expect(entry["reason"].string == "text where bigint is expected")
        #expect(cell(row, "n")["source"].string == "three")
        #expect(cell(row, "n")["storage_class"].string == "text")
        #expect(exists(folder.path))
    }

    @Test func `a table that is not there is answered with those that are`() async throws {
        let (folder, cutover) = try await migrated(
            "CREATE TABLE item (id INTEGER PRIMARY KEY); CREATE TABLE log (a TEXT);"
        )
        for options in [["--table", "itm"], ["--table", "itm", "--key", "1"]] {
            let unknown = try await cutover("verify", options)
            #expect(unknown.status == 64 && unknown.code == "usage", "\(unknown)")
            #expect(unknown.json["error"]["remedy"].string?.contains("item, log") == true)
        }
        let keyless = try await cutover("verify", "--table", "log", "--key", "1")
        #expect(keyless.status == 64 && keyless.code == "usage", "\(keyless)")
        #expect(try await cutover("verify", "--key", "1").status == 64)
        #expect(exists(folder.path))
    }

    @Test func `an edited row is equal by edit, an accepted one is accepted, by key as well`()
        async throws
    {
        let (folder, cutover) = try await migrated(
            """
            CREATE TABLE odd (id INTEGER PRIMARY KEY, n INTEGER, t TEXT, r REAL, b BLOB, u, v TEXT);
            INSERT INTO odd VALUES (1, 1, 'a', 1.5, x'00', NULL, 'x'),
                (2, 'two', 'b', 2.5, NULL, NULL, ''), (3, 'three', 'c', 1, NULL, NULL, NULL),
                (4, 'four', 'd', 1, NULL, NULL, NULL);
            """,
            "--max-quarantined",
            "3"
        )
        let edits = ["1", "--set", "n=2", "--set", "t=other"]
        let replayed = try await cutover("quarantine", ["replay"] + edits)
        #expect(replayed.status == 0, "\(replayed)")
        let equal = try await cutover("verify", "--table", "odd", "--key", "2")
        #expect(equal.status == 0, "\(equal)")
        #expect(cell(equal, "n")["equal"] == .bool(true))
        #expect(cell(equal, "n")["edited"].string == "2")
        #expect(cell(equal, "n")["source"].string == "two")
        #expect(equal.json["quarantine"][0]["state"].string == "replayed")
        let text = try await run(
            BuiltProducts.cutover,
            cutover.arguments("verify", ["--table", "odd", "--key", "2"]).filter { $0 != "--json" }
        )
        #expect(text.stdout.contains("equal by edit: the operator chose n, t"), "\(text.stdout)")

        let moved = try await cutover(
            "quarantine",
            ["replay", "3", "--set", "n=4", "--set", "id=44"]
        )
        #expect(moved.status == 0, "\(moved)")
        let other = try await cutover("verify", "--table", "odd", "--key", "4")
        #expect(other.status == 0, "\(other)")

        let waits = try await cutover("verify", "--table", "odd", "--key", "3")
        #expect(waits.status == 1)
        _ = try await cutover("quarantine", "accept", "2", "--reason", "a test record")
        let accepted = try await cutover("verify", "--table", "odd", "--key", "3")
        #expect(accepted.status == 0, "\(accepted)")
        #expect(accepted.json["in_target"] == .bool(false))
        #expect(accepted.json["quarantine"][0]["state"].string == "accepted")
        #expect(
            accepted.json["quarantine"][0]["accepted"].string?.contains("a test record") == true
        )

        _ = try await psql(TestDatabase.url, "UPDATE odd SET t = 'b' WHERE id = 2;")
        let altered = try await cutover("verify", "--table", "odd", "--key", "2")
        #expect(altered.status == 1)
        #expect(cell(altered, "t")["equal"] == .bool(false))
        #expect(exists(folder.path))
    }

    @Test func `a table is found by its name in the target, too`() async throws {
        let folder = try TestFolder()
        let long = String(repeating: "long_", count: 14)
        let cutover = CutoverCommand(source: folder.file("a.db"), target: TestDatabase.url)
        _ = try await sqlite3(
            cutover.source,
            "CREATE TABLE \(long) (id INTEGER PRIMARY KEY); INSERT INTO \(long) VALUES (1);"
        )
        _ = try await cutover("migrate")
        let name = try await psql(
            TestDatabase.url,
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'long%';"
        )
        #expect(name != long)
        let row = try await cutover("verify", "--table", name, "--key", "1")
        #expect(row.status == 0, "\(row)")
        let table = try await cutover("verify", "--table", name)
        #expect(table.status == 0, "\(table)")
        #expect(table.tables.list.map { $0["name"].string } == [long])
    }
}
