import Foundation
import TestSupport
import Testing

/// Conversions of a profile on their way into tables that stand already.
@Suite(.postgres, .database)
struct ExistingConversionTests {
    private static let source = """
        CREATE TABLE t (id INTEGER PRIMARY KEY, paid, amount, at, born, code, note, total, kind);
        INSERT INTO t VALUES
            (1, 'yes', '+01.50', 1700000000, '2/29/2024', ' ab ', 'longer', '12', 7),
            (2, 'NO', '2', '2024-01-01 10:00:00', '2024-03-01', 'cd', '', 13, 'x'),
            (3, 1, 0.25, NULL, NULL, NULL, 'abc', NULL, NULL),
            (4, 'maybe', '1', NULL, NULL, NULL, NULL, NULL, NULL),
            (5, 'y', '1.234', 1700000000.5, NULL, NULL, NULL, NULL, NULL),
            (6, 'y', '9.10', 1700000001, '1/1/2024', ' ef', NULL, '1', NULL);
        """

    private static let target = """
        CREATE TYPE kind AS ENUM ('7', 'x');
        CREATE TABLE t (id bigint PRIMARY KEY, paid boolean, amount numeric(10,2), at timestamptz,
            born date, code char(4), note varchar(3), total integer, kind kind,
            CONSTRAINT small CHECK (total <> 1));
        """

    private static func rules() -> String {
        [
            ("paid", "true_false_words"), ("amount", "decimal_text"), ("at", "epoch_seconds"),
            ("born", "slash_date"), ("code", "trim"),
            ("note", "empty_as_null\", \"truncate_to_length"), ("total", "decimal_text"),
            ("kind", "number_as_text"),
        ].map { column, conversion in
            "[[columns]]\ntable = \"t\"\ncolumn = \"\(column)\"\nconversions = [\"\(conversion)\"]\n"
        }.joined()
    }

    @Test func `converted values go into existing tables, are counted, verified and replayed`()
        async throws
    {
        let folder = try TestFolder()
        let path = folder.file("app.db")
        _ = try await sqlite3(path, Self.source)
        _ = try await psql(TestDatabase.url, Self.target)
        let profile = folder.file("app.toml")
        let text = "name = \"app\"\n" + Self.rules()
        try text.write(toFile: profile, atomically: true, encoding: .utf8)
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let options = ["--mode", "existing", "--profile", profile, "--max-quarantined", "3"]

        let plan = try await cutover("plan", Array(options.dropLast(2)))
        #expect(plan.program.stdout.contains("true_false_words"), "\(plan)")
        let run = try await cutover("migrate", options)
        try #require(run.status == 0, "\(run)")
        let columns = "id, paid, amount, at AT TIME ZONE 'UTC', born, code, note, total, kind"
        #expect(
            try await psql(TestDatabase.url, "SELECT \(columns) FROM t ORDER BY id;") == """
                1|t|1.50|2023-11-14 22:13:20|2024-02-29|ab  |lon|12|7
                2|f|2.00|2024-01-01 10:00:00|2024-03-01|cd  ||13|x
                3|t|0.25||||abc||
                """
        )
        #expect(
            try await psql(
                TestDatabase.url,
                "SELECT key_text, column_name FROM cutover.quarantine ORDER BY key_text;"
            ) == "id 4|paid\nid 5|amount\nid 6|"
        )
        #expect(
            try await counts()
                == "amount decimal_text 2, at epoch_seconds 1, born slash_date 1, code trim 1, "
                + "kind number_as_text 1, note empty_as_null 1, note truncate_to_length 1, "
                + "paid true_false_words 2, total decimal_text 1"
        )
        let verified = try await cutover("verify", "--profile", profile)
        #expect(verified.status == 0, "\(verified)")

        _ = try await psql(TestDatabase.url, "ALTER TABLE t DROP CONSTRAINT small;")
        let replayed = try await cutover("quarantine", "replay", "--all")
        #expect(replayed.json["replayed"].int == 1, "\(replayed)")
        let six = "SELECT \(columns) FROM t WHERE id = 6;"
        #expect(
            try await psql(TestDatabase.url, six)
                == "6|t|9.10|2023-11-14 22:13:21|2024-01-01|ef  ||1|"
        )
        #expect(try await counts().contains("amount decimal_text 3, at epoch_seconds 2"))
        let again = try await cutover("verify")
        #expect(again.status == 0, "\(again)")
        #expect(again.tables.named("t")["status"].string == "equal")
    }

    private func counts() async throws -> String {
        try await psql(
            TestDatabase.url,
            """
            SELECT string_agg(column_name || ' ' || conversion || ' ' || cells, ', '
                ORDER BY column_name, conversion) FROM cutover.conversion;
            """
        )
    }
}
