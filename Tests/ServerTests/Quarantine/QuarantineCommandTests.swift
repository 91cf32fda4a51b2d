import Foundation
import TestSupport
import Testing

/// What the operator does about rows that did not fit, and what `verify` says of it.
@Suite(.postgres, .database)
struct QuarantineCommandTests {
    private static let hostile = """
        CREATE TABLE parent (id INTEGER PRIMARY KEY, n INTEGER);
        CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent, note TEXT);
        CREATE TABLE odd (id INTEGER PRIMARY KEY, n INTEGER, t TEXT, b BLOB);
        INSERT INTO parent VALUES (1, 1), (2, 'two');
        INSERT INTO child VALUES (1, 1, 'stays'), (2, 2, 'its parent does not fit');
        INSERT INTO odd VALUES (1, 1, 'fits', NULL), (2, 'twelve', 'a' || char(27) || 'b', x'00ff');
        INSERT INTO odd VALUES (3, 3, CAST(x'610062' AS TEXT), NULL);
        """

    private func migrated(
        _ script: String = hostile
    ) async throws -> (TestFolder, CutoverCommand) {
        let folder = try TestFolder()
        let path = folder.file("hostile.db")
        _ = try await sqlite3(path, script)
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let run = try await cutover("migrate")
        #expect(run.status == 1, "\(run)")
        return (folder, cutover)
    }

    private func quarantine(
        _ cutover: CutoverCommand,
        _ arguments: String...
    ) async throws -> CutoverRun {
        try await cutover("quarantine", arguments)
    }

    /// The number of the one row in quarantine with a key.
    private func number(_ table: String, _ key: String) async throws -> String {
        try await psql(
            TestDatabase.url,
            "SELECT id FROM cutover.quarantine WHERE table_name = '\(table)' "
                + "AND key_text = '\(key)';"
        )
    }

    @Test func `list counts by reason and pages by number`() async throws {
        let (folder, cutover) = try await migrated()
        let first = try await quarantine(cutover, "list", "--limit", "3")
        #expect(first.status == 0, "\(first)")
        #expect(first.json["groups"].list.count == 4)
        #expect(first.json["groups"].list.allSatisfy { $0["waiting"].int == $0["rows"].int })
        #expect(first.json["rows"].list.count == 3)
        let next = try #require(first.json["next"].int)
        let second = try await quarantine(cutover, "list", "--after", String(next))
        #expect(second.json["rows"].list.count == 1)
        #expect(second.json["next"] == .null)
        let some = try await quarantine(cutover, "list", "--table", "odd", "--reason", "text with")
        #expect(some.json["rows"].list.map { $0["key"].string } == ["id 3"])
        #expect(exists(folder.path))
    }

    @Test func `show prints every value without control characters, and asks the source`()
        async throws
    {
        let (folder, cutover) = try await migrated()
        let id = try await number("odd", "id 2")
        let shown = try await quarantine(cutover, "show", id)
        #expect(shown.status == 0, "\(shown)")
        #expect(shown.json["source"].string == "unchanged")
        #expect(
            shown.json["values"].list.map { $0["value"].string }
                == ["2", "twelve", "a\u{241b}b", "x'00ff'"]
        )
        #expect(
            shown.json["values"].list.map { $0["storage_class"].string }
                == ["integer", "text", "text", "blob"]
        )
        _ = try await sqlite3(cutover.source, "UPDATE odd SET n = 'other' WHERE id = 2;")
        let changed = try await quarantine(cutover, "show", id)
        #expect(changed.json["source"].string == "changed")
        _ = try await sqlite3(cutover.source, "DELETE FROM odd WHERE id = 2;")
        #expect(try await quarantine(cutover, "show", id).json["source"].string == "gone")
        #expect(exists(folder.path))
    }

    @Test func `a row replayed with a chosen value is equal by edit, its bytes are kept`()
        async throws
    {
        let (folder, cutover) = try await migrated()
        let id = try await number("odd", "id 2")
        let replayed = try await quarantine(cutover, "replay", id, "--set", "n=12")
        #expect(replayed.status == 0, "\(replayed)")
        #expect(replayed.json["replayed"].int == 1)
        #expect(try await psql(TestDatabase.url, "SELECT n FROM odd WHERE id = 2;") == "12")
        let kept = try await psql(
            TestDatabase.url,
            """
            SELECT encode(row_values[2], 'escape'), edited_columns,
                encode(edited_values[1], 'escape'), replayed_by IS NOT NULL
            FROM cutover.quarantine WHERE id = \(id);
            """
        )
        #expect(kept == "twelve|{n}|12|t")
        let verified = try await cutover("verify")
        let table = verified.tables.named("odd")
        #expect(table["status"].string == "equal", "\(verified)")
        #expect(table["edited_rows"].int == 1)
        #expect(table["quarantined_rows"].int == 1)

        // Only what was chosen may differ.
        _ = try await psql(TestDatabase.url, "UPDATE odd SET t = 'altered' WHERE id = 2;")
        let altered = try await cutover("verify").tables.named("odd")
        #expect(altered["status"].string == "different")
        #expect(exists(folder.path))
    }

    @Test func `a row may be given another key, and verify follows it`() async throws {
        let (folder, cutover) = try await migrated()
        let id = try await number("odd", "id 2")
        let replayed = try await quarantine(
            cutover,
            "replay",
            id,
            "--set",
            "n=12",
            "--set",
            "id=1002",
            "--set-null",
            "b"
        )
        #expect(replayed.status == 0, "\(replayed)")
        let table = try await cutover("verify").tables.named("odd")
        #expect(table["status"].string == "equal", "\(table)")
        #expect(table["edited_rows"].int == 1)
        #expect(table["sequence"]["ok"].bool == true)
        _ = try await psql(TestDatabase.url, "DELETE FROM odd WHERE id = 1002;")
        let deleted = try await cutover("verify").tables.named("odd")
        #expect(deleted["missing"].int == 1, "\(deleted)")
        #expect(exists(folder.path))
    }

    @Test func `children come back behind their parent, refused rows keep both reasons`()
        async throws
    {
        let (folder, cutover) = try await migrated()
        let tried = try await quarantine(cutover, "replay", "--all")
        #expect(tried.status == 1, "\(tried)")
        #expect(tried.json["refused"].int == 4)
        #expect(tried.json["replayed"].int == 0)
        // Today the column is wide enough.
        _ = try await psql(TestDatabase.url, "ALTER TABLE parent ALTER COLUMN n TYPE text;")
        _ = try await psql(
            TestDatabase.url,
            "UPDATE cutover.quarantine SET id = DEFAULT WHERE table_name = 'parent';"
        )
        let again = try await quarantine(cutover, "replay", "--all")
        #expect(again.json["replayed"].int == 2, "\(again)")
        #expect(again.json["refused"].int == 2)
        #expect(try await psql(TestDatabase.url, "SELECT p FROM child WHERE id = 2;") == "2")
        let third = try await quarantine(cutover, "replay", "--all")
        #expect(third.json["already"].int == 2)
        let kept = "SELECT reason, refused_reason FROM cutover.quarantine WHERE key_text = 'id 3';"
        let reason = "text with a NUL, which text cannot hold"
        #expect(try await psql(TestDatabase.url, kept) == "\(reason)|\(reason)")
        let id = try await number("odd", "id 3")
        let edited = try await quarantine(cutover, "replay", id, "--set", "id=one")
        #expect(edited.json["refused"].int == 1, "\(edited)")
        let shown = try await quarantine(cutover, "show", id)
        #expect(shown.json["row"]["reason"].string == reason)
        #expect(shown.json["row"]["refused_column"].string == "id", "\(shown)")
        #expect(shown.json["row"]["refused_reason"].string != reason)
        #expect(exists(folder.path))
    }

    @Test func `accepted rows no longer count as findings, and are still named`() async throws {
        let (folder, cutover) = try await migrated()
        #expect(try await cutover("verify").status == 1)
        let id = try await number("odd", "id 3")
        let one = try await quarantine(cutover, "accept", id, "--reason", "a test record")
        #expect(one.json["accepted"].int == 1, "\(one)")
        #expect(one.json["waiting"].int == 3)
        #expect(try await cutover("verify").status == 1)
        let rest = try await quarantine(cutover, "accept", "--all", "--reason", "the rest")
        #expect(rest.json["accepted"].int == 3)
        #expect(rest.json["already"].int == 1)
        let verified = try await cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        #expect(verified.json["accepted_rows"].int == 4)
        #expect(verified.json["quarantined_rows"].int == 4)
        #expect(
            try await psql(
                TestDatabase.url,
                "SELECT accept_reason FROM cutover.quarantine WHERE id = \(id);"
            ) == "a test record"
        )
        let journal = try await sqlite3(
            cutover.source + ".cutover/journal.db",
            "SELECT action FROM action ORDER BY id;"
        )
        #expect(journal.split(separator: "\n").count == 2)
        #expect(journal.contains("the rest"))
        #expect(exists(folder.path))
    }

    @Test func `what is not there is said with what is`() async throws {
        let (folder, cutover) = try await migrated()
        let unknown = try await quarantine(cutover, "show", "999")
        #expect(unknown.status == 64)
        #expect(unknown.json["error"]["remedy"].string?.contains("2 of odd") == true, "\(unknown)")
        #expect(try await quarantine(cutover, "replay", "--table", "none").status == 64)
        #expect(try await quarantine(cutover, "replay").status == 64)
        #expect(try await quarantine(cutover, "accept", "1").status == 64)
        let refused = try await quarantine(cutover, "accept", "1", "--reason", "x", "--read-only")
        #expect(refused.code == "read_only", "\(refused)")
        #expect(try await quarantine(cutover, "replay", "1", "--set", "nope=1").status == 64)
        try await TestServer.withDatabase { empty in
            let other = CutoverCommand(source: cutover.source, target: empty)
            let none = try await other("quarantine", "list")
            #expect(none.status == 64)
            #expect(none.json["error"]["message"].string?.contains("no run") == true, "\(none)")
        }
        #expect(exists(folder.path))
    }

    @Test func `a quarantine of an earlier version is read, and gets its columns when needed`()
        async throws
    {
        let (folder, cutover) = try await migrated()
        _ = try await psql(
            TestDatabase.url,
            """
            ALTER TABLE cutover.quarantine DROP COLUMN accepted_at, DROP COLUMN accepted_by,
                DROP COLUMN accept_reason, DROP COLUMN replayed_at, DROP COLUMN replayed_by,
                DROP COLUMN edited_columns, DROP COLUMN edited_classes, DROP COLUMN edited_values;
            """
        )
        #expect(try await cutover("verify").json["quarantined_rows"].int == 4)
        #expect(try await quarantine(cutover, "list").json["rows"].list.count == 4)
        #expect(try await quarantine(cutover, "show", "1").status == 0)
        let accepted = try await quarantine(cutover, "accept", "--all", "--reason", "old")
        #expect(accepted.json["accepted"].int == 4, "\(accepted)")
        #expect(try await cutover("verify").status == 0)
        #expect(exists(folder.path))
    }

    @Test func `a second process does not work on the same quarantine`() async throws {
        let (folder, cutover) = try await migrated()
        let held = try StartedProgram(
            "/bin/sh",
            [
                "-c",
                "printf '%s\\n' \"SELECT pg_advisory_lock(hashtext('cutover migrate'));\" "
                    + "\"SELECT pg_sleep(60);\" | exec psql -XqAt '\(TestDatabase.url)'",
            ]
        )
        let isHeld = try await eventually {
            try await psql(
                TestDatabase.url,
                """
                SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
                """
            ) == "1"
        }
        #expect(isHeld)
        let busy = try await quarantine(cutover, "accept", "--all", "--reason", "no")
        #expect(busy.code == "run_busy", "\(busy)")
        _ = try await psql(
            TestDatabase.url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' "
                + "AND pid <> pg_backend_pid();"
        )
        _ = await held.end()
        #expect(exists(folder.path))
    }
}
