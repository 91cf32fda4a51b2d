import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Whatever is changed behind the engine's back, verify names it.
@Suite(.postgres, .database)
struct VerifyFindsTests {
    /// A finished migration of a small source.
    private func migrated(_ script: String) async throws -> (TestFolder, CutoverCommand) {
        let folder = try TestFolder()
        let path = folder.file("small.db")
        _ = try await sqlite3(path, script)
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let run = try await cutover("migrate")
        try #require(run.status == 0, "\(run)")
        return (folder, cutover)
    }

    private static let shop = """
        CREATE TABLE item (id INTEGER PRIMARY KEY AUTOINCREMENT, sku TEXT NOT NULL UNIQUE,
            price REAL, on_sale BOOLEAN, made DATE, seen TIMESTAMP, pic BLOB, n NUMERIC);
        INSERT INTO item VALUES
            (1, 'A-1', 4.25, 1, '2024-02-29', '2024-02-29 12:00:00', x'00ff', 1.5),
            (2, 'A-2', NULL, 0, NULL, '2024-03-01 00:00:00.5', x'', 20),
            (3, 'A-3', 0.1, NULL, '2024-12-31', NULL, NULL, NULL);
        CREATE TABLE part (id INTEGER PRIMARY KEY, item INTEGER REFERENCES item(id) ON DELETE CASCADE,
            name TEXT);
        INSERT INTO part VALUES (1, 1, 'lid'), (2, 1, ''), (3, 2, NULL);
        """

    static let cells: [(String, String, String, String, String)] = [
        ("sku = 'a-1'", "1", "sku", "A-1", "a-1"),
        ("price = 4.250000000000001", "1", "price", "4.25", "4.250000000000001"),
        ("on_sale = false", "1", "on_sale", "true", "false"),
        ("made = '2024-02-28'", "1", "made", "2024-02-29", "2024-02-28"),
        (
            "seen = '2024-02-29 12:00:00.000001'", "1", "seen", "2024-02-29 12:00:00.000000",
            "2024-02-29 12:00:00.000001"
        ),
        ("pic = '\\x00fe'", "1", "pic", "x'00ff'", "x'00fe'"),
        ("n = 1.50000000000000000001", "1", "n", "1.5", "1.50000000000000000001"),
        ("n = 'NaN'", "2", "n", "20", "NaN"),
    ]

    @Test(arguments: cells)
    func `one changed cell is named with key, column and both values`(
        change: String,
        id: String,
        column: String,
        source: String,
        target: String
    ) async throws {
        let (folder, cutover) = try await migrated(Self.shop)
        _ = try await psql(TestDatabase.url, "UPDATE item SET \(change) WHERE id = \(id);")
        let verified = try await cutover("verify")
        #expect(verified.status == 1, "\(verified)")
        #expect(verified.json["ok"] == .bool(false))
        let table = verified.tables.named("item")
        #expect(table["status"].string == "different")
        #expect(table["different"].int == 1)
        #expect(table["digest"] != table["target_digest"])
        let sample = table["samples"][0]
        #expect(sample["kind"].string == "different")
        #expect(sample["key"].string == id)
        #expect(sample["column"].string == column)
        #expect(sample["source"].string == source)
        #expect(sample["target"].string == target)
        #expect(table["samples"].list.count == 1)
        #expect(verified.tables.named("part")["status"].string == "equal")
        #expect(exists(folder.path))
    }

    @Test func `NULL is no empty text and no empty bytes`() async throws {
        let (folder, cutover) = try await migrated(Self.shop)
        _ = try await psql(
            TestDatabase.url,
            """
            UPDATE part SET name = NULL WHERE id = 2; UPDATE part SET name = '' WHERE id = 3;
            UPDATE item SET pic = NULL WHERE id = 2; UPDATE item SET pic = '' WHERE id = 3;
            """
        )
        let verified = try await cutover("verify")
        #expect(verified.status == 1)
        let parts = verified.tables.named("part")["samples"]
        #expect(parts[0]["source"].string == "" && parts[0]["target"] == .null)
        #expect(parts[1]["source"] == .null && parts[1]["target"].string == "")
        #expect(verified.tables.named("item")["different"].int == 2)
        #expect(exists(folder.path))
    }

    @Test func `a deleted row is missing, an inserted one extra`() async throws {
        let (folder, cutover) = try await migrated(Self.shop)
        _ = try await psql(
            TestDatabase.url,
            """
            DELETE FROM part WHERE id = 2;
            INSERT INTO part (id, item, name) VALUES (0, 1, 'first'), (99, 1, 'last');
            """
        )
        let table = try await cutover("verify").tables.named("part")
        #expect(table["status"].string == "different")
        #expect(table["missing"].int == 1 && table["extra"].int == 2)
        #expect(table["different"].int == 0)
        let found = table["samples"].list.map {
            "\($0["kind"].string ?? "") \($0["key"].string ?? "")"
        }
        #expect(found == ["extra 0", "missing 2", "extra 99"])
        let counted = try await cutover("verify", "--counts-only")
        #expect(counted.status == 1)
        #expect(counted.tables.named("part")["target_rows"].int == 4)
        #expect(exists(folder.path))
    }

    @Test func `a dropped table is missing, one that nobody planned is named`() async throws {
        let (folder, cutover) = try await migrated(Self.shop)
        _ = try await psql(
            TestDatabase.url,
            "DROP TABLE part; CREATE TABLE stray (a int); INSERT INTO stray VALUES (1), (2);"
        )
        let verified = try await cutover("verify")
        #expect(verified.status == 1)
        #expect(verified.tables.named("part")["status"].string == "missing")
        #expect(verified.tables.named("part")["missing"].int == 3)
        #expect(verified.tables.named("stray")["status"].string == "unplanned")
        #expect(verified.tables.named("stray")["extra"].int == 2)
        _ = try await sqlite3(cutover.source, "CREATE TABLE late (a); INSERT INTO late VALUES (1);")
        let late = try await cutover("verify")
        #expect(late.tables.named("late")["status"].string == "unplanned")
        #expect(late.tables.named("late")["target_rows"] == .null)
        #expect(exists(folder.path))
    }

    @Test func `a column that only one side has is told`() async throws {
        let (folder, cutover) = try await migrated(Self.shop)
        _ = try await psql(
            TestDatabase.url,
            "ALTER TABLE part DROP COLUMN name; ALTER TABLE item ADD COLUMN more int;"
        )
        let verified = try await cutover("verify")
        #expect(verified.status == 1)
        #expect(verified.tables.named("part")["note"].string == "name is not in the target")
        #expect(verified.tables.named("item")["note"].string == "more is not in the source")
        #expect(verified.tables.named("item")["status"].string == "different")
        #expect(exists(folder.path))
    }

    @Test func `a sequence that was set back is found`() async throws {
        let (folder, cutover) = try await migrated(Self.shop)
        let before = try await cutover("verify").tables.named("item")["sequence"]
        #expect(before["next_value"].int == 4 && before["ok"] == .bool(true))
        _ = try await psql(
            TestDatabase.url,
            "SELECT setval(pg_get_serial_sequence('item', 'id'), 2);"
        )
        let verified = try await cutover("verify")
        #expect(verified.status == 1, "\(verified)")
        let sequence = verified.tables.named("item")["sequence"]
        #expect(sequence["next_value"].int == 3 && sequence["maximum"].int == 3)
        #expect(sequence["ok"] == .bool(false))
        #expect(exists(folder.path))
    }

    @Test func `orphans made in the target are counted`() async throws {
        let (folder, cutover) = try await migrated(Self.shop)
        _ = try await psql(
            TestDatabase.url,
            """
            ALTER TABLE part DROP CONSTRAINT part_item_fkey;
            UPDATE part SET item = 77 WHERE id IN (1, 3);
            """
        )
        let verified = try await cutover("verify")
        #expect(verified.status == 1)
        let key = verified.json["foreign_keys"][0]
        #expect(key["source_orphans"].int == 0 && key["target_orphans"].int == 2)
        #expect(key["table"].string == "part" && key["references"].string == "item")
        #expect(exists(folder.path))
    }

    @Test func `one table is compared when one is asked for`() async throws {
        let (folder, cutover) = try await migrated(Self.shop)
        _ = try await psql(TestDatabase.url, "UPDATE part SET name = 'x' WHERE id = 1;")
        let item = try await cutover("verify", "--table", "item")
        #expect(item.status == 0, "\(item)")
        #expect(item.tables.list.count == 1)
        #expect(try await cutover("verify", "--table", "part").status == 1)
        let unknown = try await cutover("verify", "--table", "parts")
        #expect(unknown.status == 64 && unknown.code == "usage")
        #expect(exists(folder.path))
    }

    @Test func `duplicate rows without a key are counted one by one`() async throws {
        let (folder, cutover) = try await migrated(
            """
            CREATE TABLE log (at TEXT, what TEXT);
            INSERT INTO log VALUES ('t', 'same'), ('t', 'same'), ('t', 'same'), ('u', NULL), (NULL, 'u');
            """
        )
        _ = try await psql(
            TestDatabase.url,
            """
            DELETE FROM log WHERE ctid = (SELECT min(ctid) FROM log WHERE what = 'same');
            INSERT INTO log VALUES ('u', NULL), ('v', 'new');
            """
        )
        let table = try await cutover("verify").tables.named("log")
        #expect(table["status"].string == "different")
        #expect(table["missing"].int == 1 && table["extra"].int == 2)
        let found = table["samples"].list.map {
            "\($0["kind"].string ?? "") \($0["key"].string ?? "")"
        }
        #expect(found == ["missing (t, same)", "extra (u, NULL)", "extra (v, new)"])
        #expect(exists(folder.path))
    }

    @Test func `a difference in a composite text key is named by the whole key`() async throws {
        let (folder, cutover) = try await migrated(
            """
            CREATE TABLE stock (place TEXT, sku TEXT, n INTEGER, PRIMARY KEY (sku, place))
                WITHOUT ROWID;
            INSERT INTO stock VALUES ('north', 'Ä', 1), ('South', 'a', 2), ('north', 'a', 3),
                ('', 'z', 4);
            """
        )
        _ = try await psql(
            TestDatabase.url,
            "UPDATE stock SET n = 5 WHERE (place, sku) = ('north', 'a');"
        )
        let table = try await cutover("verify").tables.named("stock")
        #expect(table["different"].int == 1 && table["missing"].int == 0)
        #expect(table["samples"][0]["key"].string == "a, north")
        #expect(table["samples"][0]["target"].string == "5")
        #expect(exists(folder.path))
    }

    @Test func `a change in the source after the migration is found`() async throws {
        let (folder, cutover) = try await migrated(Self.shop)
        _ = try await sqlite3(cutover.source, "UPDATE part SET name = 'changed' WHERE id = 1;")
        let verified = try await cutover("verify")
        #expect(verified.status == 1)
        #expect(verified.tables.named("part")["samples"][0]["source"].string == "changed")
        #expect(exists(folder.path))
    }
}
