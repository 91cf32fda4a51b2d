import Foundation
import TestSupport
import Testing

/// What a profile says of tables that stand already is followed or refused, never passed over.
@Suite(.postgres, .database)
struct ExistingProfileTests {
    private func prepare(
        _ folder: TestFolder,
        source: String,
        target: String,
        profile: String
    ) async throws -> CutoverCommand {
        let path = folder.file("app.db")
        _ = try await sqlite3(path, source)
        _ = try await psql(TestDatabase.url, target)
        try ("name = \"app\"\n" + profile).write(
            toFile: folder.file("app.toml"),
            atomically: true,
            encoding: .utf8
        )
        return CutoverCommand(source: path, target: TestDatabase.url)
    }

    @Test func `a profile leaves out, renames and reads anew what goes into existing tables`()
        async throws
    {
        let folder = try TestFolder()
        let cutover = try await prepare(
            folder,
            source: """
                CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT, secret TEXT, at TEXT);
                CREATE TABLE log (id INTEGER PRIMARY KEY);
                INSERT INTO t VALUES (1, ' a', 's', '2024-01-01 10:00:00+02');
                INSERT INTO log VALUES (1), (2);
                """,
            target: "CREATE TABLE articles (id bigint PRIMARY KEY, sku text, at timestamptz);",
            profile: """
                [[tables]]
                table = "log"
                skip = "kept in the archive"
                [[tables]]
                table = "t"
                rename = "articles"
                [[columns]]
                table = "t"
                column = "code"
                rename = "sku"
                expression = "trim(code)"
                [[columns]]
                table = "t"
                column = "secret"
                skip = "never read"
                """
        )
        let profile = ["--mode", "existing", "--profile", folder.file("app.toml")]
        let plan = try await cutover("plan", profile)
        #expect(plan.status == 0, "\(plan)")
        let run = try await cutover("migrate", profile)
        try #require(run.status == 0, "\(run)")
        #expect(run.json["skipped"][0]["reason"].string == "kept in the archive")
        let found = try await psql(
            TestDatabase.url,
            "SELECT id, sku, at AT TIME ZONE 'UTC' FROM articles;"
        )
        #expect(found == "1|a|2024-01-01 08:00:00")
        let verdict = try await cutover("verify")
        #expect(verdict.status == 0, "\(verdict)")
        #expect(verdict.tables.named("log")["status"].string == "skipped")
        #expect(verdict.tables.named("t")["note"].string == "secret is skipped: never read")
        let again = try await cutover("migrate", profile)
        #expect(again.status == 0, "\(again)")
        #expect(again.json["already_done"].bool == true)
    }

    @Test(arguments: [
        ("type = \"varchar(9)\"", "own types"),
        ("conversions = [\"decimal_text\"]", "gives a number, which text does not hold"),
        ("conversions = [\"truncate_to_length\"]", "needs a column varchar(n)"),
    ])
    func `a rule that existing tables leave no room for is refused`(
        rule: String,
        words: String
    ) async throws {
        let folder = try TestFolder()
        let cutover = try await prepare(
            folder,
            source: "CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT);",
            target: "CREATE TABLE t (id bigint PRIMARY KEY, n text);",
            profile: "[[columns]]\ntable = \"t\"\ncolumn = \"n\"\n\(rule)\n"
        )
        let options = ["--mode", "existing", "--profile", folder.file("app.toml")]
        let refused = try await cutover("migrate", options)
        #expect(refused.status == 78, "\(refused)")
        #expect(refused.json["error"]["message"].string?.contains(words) == true, "\(refused)")
        let plan = try await cutover("plan", options)
        #expect(plan.program.stdout.contains(words), "\(plan)")
        #expect(try await targetSchemas() == ["public"])
    }

    @Test func `a row without a parent is found by its key in every spelling`() async throws {
        let folder = try TestFolder()
        let cutover = try await prepare(
            folder,
            source: """
                CREATE TABLE parent (id INTEGER PRIMARY KEY);
                CREATE TABLE child (id TEXT PRIMARY KEY NOT NULL, parent INTEGER);
                CREATE TABLE timed (at TEXT PRIMARY KEY NOT NULL, parent INTEGER);
                INSERT INTO parent VALUES (1);
                INSERT INTO child VALUES ('0A1B00000000400080000000000000FF', 7),
                    ('0a1b0000-0000-4000-8000-0000000000aa', 8),
                    ('0a1b0000-0000-4000-8000-0000000000ab', 1);
                """,
            target: """
                CREATE TABLE parent (id bigint PRIMARY KEY);
                CREATE TABLE child (id uuid PRIMARY KEY, parent bigint REFERENCES parent (id));
                CREATE TABLE timed (at timestamptz PRIMARY KEY,
                    parent bigint REFERENCES parent (id));
                """,
            profile: ""
        )
        let run = try await cutover("migrate", "--mode", "existing", "--max-quarantined", "2")
        #expect(run.status == 0, "\(run)")
        #expect(run.tables.named("child")["quarantined_rows"].int == 2)
        #expect(run.tables.named("child")["target_rows"].int == 1)
        // A time reads alike from many spellings, so its row is not guessed: the key waits.
        _ = try await psql(
            TestDatabase.url,
            "DROP SCHEMA cutover CASCADE; TRUNCATE parent, child, timed;"
        )
        _ = try await sqlite3(
            folder.file("app.db"),
            "INSERT INTO timed VALUES ('2024-01-01T10:00:00Z', 9);"
        )
        let waiting = try await cutover(
            "migrate",
            "--mode",
            "existing",
            "--max-quarantined",
            "9",
            "--no-verify"
        )
        #expect(waiting.status == 1, "\(waiting)")
        let warning = try #require(
            waiting.json["warnings"].list.compactMap(\.string).first { $0.contains("NOT VALID") }
        )
        let line = try #require(
            waiting.json["ledger"]["entries"].list.first {
                $0["target"].string == "foreign key timed_parent_fkey NOT VALID"
            }
        )
        let statement = "ALTER TABLE public.timed VALIDATE CONSTRAINT timed_parent_fkey"
        for text in [warning, line["reason"].string ?? ""] {
            #expect(text.contains("read values of theirs from text"), "\(text)")
            #expect(text.hasSuffix("then run: " + statement), "\(text)")
        }
        let search = try #require(
            warning.firstMatch(of: /See them with: (.*?); add their parents/).map { String($0.1) }
        )
        #expect(try await psql(TestDatabase.url, search + ";").hasSuffix("|9"))
        // What it says helps.
        _ = try await psql(TestDatabase.url, "INSERT INTO parent VALUES (9); \(statement);")
        let left = "SELECT count(*) FROM pg_constraint WHERE NOT convalidated;"
        #expect(try await psql(TestDatabase.url, left) == "0")
    }
}
