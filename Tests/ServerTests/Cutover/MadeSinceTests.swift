import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Tables that PostgreSQL got after the switch, or has lost.
@Suite(.postgres, .database)
struct MadeSinceTests {
    private func requireOnTarget(_ live: LiveSource) async throws {
        #expect(try await live.targetTakesWrites())
        #expect(!(try await live.sourceTakesWrites()))
    }

    @Test func `a table made on PostgreSQL is not left behind without a word`() async throws {
        let live = try await LiveSource(TestFolder())
        let before = try await psql(
            live.cutover.target,
            "CREATE TABLE stood_before(id int); INSERT INTO stood_before VALUES (1); SELECT 1"
        )
        #expect(before.contains("1"))
        try #require(try await live.flip().status == 0)
        _ = try await psql(
            live.cutover.target,
            """
            CREATE TABLE brandnew(id int PRIMARY KEY, v text);
            INSERT INTO brandnew VALUES (1, 'a'), (2, 'b');
            CREATE SCHEMA more; CREATE TABLE more."Odd Name"(id int);
            INSERT INTO more."Odd Name" VALUES (1);
            CREATE TABLE made_empty(id int);
            CREATE VIEW seen AS SELECT 1 AS a;
            CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42';
            INSERT INTO orders_inbox (order_number, order_date, status)
                VALUES ('PG1', '2026-11-23', 'pending');
            """
        )
        let refused = try await live.goBack()
        #expect(refused.status == 65 && refused.code == "schema_changed", "\(refused)")
        let words = refused.json["error"]["message"].string ?? ""
        #expect(words.contains("public.brandnew with 2 rows"), "\(words)")
        #expect(words.contains("more.\"Odd Name\" with 1 row"), "\(words)")
        #expect(!words.contains("stood_before") && !words.contains("made_empty"), "\(words)")
        let remedy = refused.json["error"]["remedy"].string ?? ""
        #expect(remedy.contains("--leave-table 'public.brandnew'"), "\(remedy)")
        try await requireOnTarget(live)
        let wrong = try await live.goBack(["--leave-table", "orders_inbox"])
        #expect(wrong.status == 64, "\(wrong)")
        let half = try await live.goBack(["--leave-table", "brandnew"])
        #expect(half.status == 65, "\(half)")
        #expect(half.json["error"]["message"].string?.contains("brandnew") == false, "\(half)")
        let back = try await live.goBack(
            ["--leave-table", "brandnew", "--leave-table", "more.Odd Name"]
        )
        #expect(back.status == 0, "\(back)")
        let notes = back.json["notes"].list.compactMap(\.string).joined(separator: "\n")
        let told = ["brandnew stays", "with 2 rows", "Odd Name", "made_empty", "public.seen"]
        for word in told + ["answer()"] {
            #expect(notes.contains(word), "\(word): \(notes)")
        }
        let came = try await sqlite3(
            live.path,
            "SELECT count(*) FROM orders_inbox WHERE order_number = 'PG1';"
        )
        #expect(came == "1")
        let journal = try await sqlite3(
            live.path + ".cutover/journal.db",
            "SELECT count(*) FROM action WHERE action = 'leave-table' AND after LIKE '%brandnew%';"
        )
        #expect(journal == "1")
    }

    @Test func `a table of the run that has another name now is not passed over`() async throws {
        let live = try await LiveSource(TestFolder())
        try #require(try await live.flip().status == 0)
        _ = try await psql(
            live.cutover.target,
            """
            ALTER TABLE orders_inbox RENAME TO inbox;
            INSERT INTO inbox (order_number, order_date, status)
                VALUES ('PG1', '2026-11-23', 'pending');
            """
        )
        let refused = try await live.goBack()
        #expect(refused.status == 65 && refused.code == "schema_changed", "\(refused)")
        let words = refused.json["error"]["message"].string ?? ""
        #expect(words.contains("public.orders_inbox, its name is public.inbox now"), "\(words)")
        try await requireOnTarget(live)
        _ = try await psql(live.cutover.target, "ALTER TABLE inbox RENAME TO orders_inbox")
        let back = try await live.goBack()
        #expect(back.status == 0, "\(back)")
        let came = try await sqlite3(
            live.path,
            "SELECT count(*) FROM orders_inbox WHERE order_number = 'PG1';"
        )
        #expect(came == "1")
    }

    @Test func `a hook that makes a table and fails goes back, and the table is told`() async throws
    {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let hook = """
            psql -q "$CUTOVER_TARGET" -c "CREATE TABLE made_by_hook(id int); \
            INSERT INTO made_by_hook VALUES (1)"; exit 3
            """
        let run = try await live.flip(["--hook", hook])
        try await live.requireUndone(run, toggles)
        let notes = run.json["warnings"].list.compactMap(\.string)
        #expect(notes.contains { $0.contains("made_by_hook stays") }, "\(notes)")
    }
}
