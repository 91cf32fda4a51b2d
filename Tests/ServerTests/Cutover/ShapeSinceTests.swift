import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Changes of PostgreSQL's schema behind the switch that change stored values, and fire no trigger.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct ShapeSinceTests {
    private static let tables = ["typed", "again", "cut", "past", "packed", "emptied", "same"]

    private static func sample(_ name: String) -> String {
        """
        CREATE TABLE \(name)(id INTEGER PRIMARY KEY, n REAL, a TEXT, b TEXT);
        INSERT INTO \(name) VALUES (1, 1.5, 'one', 'eins'), (2, 2.5, 'two', 'zwei');
        """
    }

    private func rows(_ live: LiveSource, _ table: String) async throws -> String {
        try await sqlite3(
            live.path,
            """
            SELECT group_concat(id || ',' || n || ',' || a || ',' || b, ';')
            FROM (SELECT * FROM \(table) ORDER BY id);
            """
        )
    }

    private func requireOnTarget(_ live: LiveSource) async throws {
        #expect(try await live.targetTakesWrites())
        #expect(!(try await live.sourceTakesWrites()))
    }

    @Test func `values that a change of the schema has made come back by a comparison`()
        async throws
    {
        let live = try await LiveSource(
            TestFolder(),
            tables: Self.tables.map(Self.sample).joined(separator: "\n")
        )
        let toggles = try await live.toggles()
        try #require(try await live.flip().status == 0)
        _ = try await psql(
            live.cutover.target,
            """
            ALTER TABLE typed ALTER COLUMN n TYPE double precision USING n * 2;
            ALTER TABLE again DROP COLUMN a;
            ALTER TABLE again ADD COLUMN a text NOT NULL DEFAULT 'new';
            ALTER TABLE cut ALTER COLUMN a TYPE varchar(2) USING left(a, 2);
            ALTER TABLE past DISABLE TRIGGER ALL;
            UPDATE past SET a = 'unseen' WHERE id = 1;
            ALTER TABLE past ENABLE TRIGGER ALL;
            ALTER TABLE past ENABLE ALWAYS TRIGGER cutover_reverse;
            ALTER TABLE past ENABLE ALWAYS TRIGGER cutover_reverse_truncate;
            TRUNCATE emptied;
            CREATE INDEX ON same (a);
            """
        )
        for words in ["VACUUM FULL packed", "VACUUM ANALYZE same"] {
            _ = try await psql(live.cutover.target, words)
        }
        let refused = try await live.goBack()
        #expect(refused.status == 1 && refused.code == "gate_closed", "\(refused)")
        let words = refused.json["error"]["message"].string ?? ""
        #expect(words.contains("again (the column a was made anew)"), "\(words)")
        #expect(words.contains("the type of a is character varying(2)"), "\(words)")
        #expect(words.contains("past (its log was switched off)"), "\(words)")
        #expect(words.contains("packed (its rows were written anew)"), "\(words)")
        #expect(words.contains("typed (its rows were written anew"), "\(words)")
        // Each row of an emptied table is compared anyway, and an index changes no row.
        #expect(!words.contains("emptied") && !words.contains("same"), "\(words)")
        let remedy = refused.json["error"]["remedy"].string ?? ""
        #expect(remedy.contains("cutover revert --compare"), "\(remedy)")
        try await requireOnTarget(live)
        let back = try await live.goBack(["--compare"])
        #expect(back.status == 0, "\(back)")
        #expect(try await rows(live, "typed") == "1,3.0,one,eins;2,5.0,two,zwei")
        #expect(try await rows(live, "again") == "1,1.5,new,eins;2,2.5,new,zwei")
        #expect(try await rows(live, "cut") == "1,1.5,on,eins;2,2.5,tw,zwei")
        #expect(try await rows(live, "past") == "1,1.5,unseen,eins;2,2.5,two,zwei")
        #expect(try await rows(live, "emptied").isEmpty)
        #expect(try await rows(live, "same") == rows(live, "packed"))
        try await live.requireOnSource(toggles)
        try await live.requireWholeAndClean()
    }

    @Test func `columns that are not those of the switch any more are refused by name`()
        async throws
    {
        let names = ["exchanged", "renamed", "dropped", "grown", "made"]
        let live = try await LiveSource(
            TestFolder(),
            tables: names.map(Self.sample).joined(separator: "\n")
        )
        let toggles = try await live.toggles()
        try #require(try await live.flip().status == 0)
        _ = try await psql(
            live.cutover.target,
            """
            ALTER TABLE exchanged RENAME a TO c; ALTER TABLE exchanged RENAME b TO a;
            ALTER TABLE exchanged RENAME c TO b;
            ALTER TABLE renamed RENAME a TO other;
            ALTER TABLE dropped DROP COLUMN a;
            ALTER TABLE grown ADD COLUMN token uuid DEFAULT gen_random_uuid();
            ALTER TABLE grown ADD COLUMN nothing text;
            ALTER TABLE made DROP COLUMN a;
            ALTER TABLE made ADD COLUMN a text GENERATED ALWAYS AS (b || '!') STORED;
            """
        )
        for options in [[], ["--compare"]] {
            let refused = try await live.goBack(options)
            #expect(refused.status == 65 && refused.code == "schema_changed", "\(refused)")
            let words = refused.json["error"]["message"].string ?? ""
            let told = [
                "exchanged: a has the name b now", "renamed: a has the name other now",
                "dropped: a was dropped", "made: a is generated now",
            ]
            for word in told { #expect(words.contains(word), "\(word): \(words)") }
            try await requireOnTarget(live)
        }
        _ = try await psql(
            live.cutover.target,
            """
            ALTER TABLE exchanged RENAME a TO c; ALTER TABLE exchanged RENAME b TO a;
            ALTER TABLE exchanged RENAME c TO b;
            ALTER TABLE renamed RENAME other TO a;
            ALTER TABLE dropped ADD COLUMN a text;
            UPDATE dropped SET a = 'later';
            ALTER TABLE made ALTER COLUMN a DROP EXPRESSION;
            """
        )
        let grown = try await live.goBack(["--compare"])
        #expect(grown.status == 65 && grown.code == "schema_changed", "\(grown)")
        let words = grown.json["error"]["message"].string ?? ""
        #expect(words.contains("grown: token was added and holds values"), "\(words)")
        #expect(!words.contains("nothing was added") && !words.contains("made"), "\(words)")
        try await requireOnTarget(live)
        _ = try await psql(
            live.cutover.target,
            "ALTER TABLE grown DROP COLUMN token; ALTER TABLE grown DROP COLUMN nothing"
        )
        let back = try await live.goBack(["--compare"])
        #expect(back.status == 0, "\(back)")
        #expect(try await rows(live, "exchanged") == "1,1.5,one,eins;2,2.5,two,zwei")
        #expect(try await rows(live, "dropped") == "1,1.5,later,eins;2,2.5,later,zwei")
        #expect(try await rows(live, "made") == "1,1.5,eins!,eins;2,2.5,zwei!,zwei")
        try await live.requireOnSource(toggles)
        try await live.requireWholeAndClean()
    }

    @Test func `a column that was added and is empty is told, and tables that exchanged names are`()
        async throws
    {
        let live = try await LiveSource(
            TestFolder(),
            tables: ["first", "second"].map(Self.sample).joined(separator: "\n")
        )
        try #require(try await live.flip().status == 0)
        let exchange = """
            ALTER TABLE first RENAME TO third; ALTER TABLE second RENAME TO first;
            ALTER TABLE third RENAME TO second;
            """
        _ = try await psql(
            live.cutover.target,
            exchange + "ALTER TABLE first ADD COLUMN nothing text;"
        )
        let refused = try await live.goBack()
        #expect(refused.status == 65 && refused.code == "schema_changed", "\(refused)")
        let words = refused.json["error"]["message"].string ?? ""
        #expect(words.contains("public.first was public.second at the switch"), "\(words)")
        try await requireOnTarget(live)
        _ = try await psql(live.cutover.target, exchange)
        let back = try await live.goBack()
        #expect(back.status == 0, "\(back)")
        let notes = back.json["notes"].list.compactMap(\.string)
        #expect(notes.contains { $0.contains("column nothing of second was added") }, "\(notes)")
    }

    @Test func `after a way back a whole comparison is wanted before it is switched again`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        try #require(try await live.flip().status == 0)
        try #require(try await live.goBack().status == 0)
        let gate = try await live.gate("verified")
        #expect(gate["state"].string == "closed", "\(gate)")
        let reason = gate["reason"].string ?? ""
        #expect(reason.hasPrefix("nothing was compared since the revert of "), "\(gate)")
        let phrase = "cut over \(try await live.database())"
        let run = try await live.cutover("switch", "--flag-cache", "0", "--confirm", phrase)
        #expect(run.status == 1 && run.code == "gate_closed", "\(run)")
        try await live.compare()
        #expect(try await live.gate("verified")["state"].string == "open")
        #expect(try await live.cutover("switch", "--confirm", phrase).status == 0)
    }
}
