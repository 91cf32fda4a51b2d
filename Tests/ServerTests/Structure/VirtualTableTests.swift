import MigrationEngine
import TestSupport
import Testing

/// Rows that stand in a virtual table and nowhere else arrive as rows of a table.
@Suite(.postgres, .database)
struct VirtualTableTests {
    private static let script = """
        CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT);
        INSERT INTO books VALUES (1, 'one'), (2, 'two');
        CREATE VIRTUAL TABLE notes USING fts5(title, body, seen UNINDEXED, tokenize = 'porter');
        INSERT INTO notes (rowid, title, body, seen) VALUES (7, 'Grüße', 'a body of text', 3),
            (-5, '', NULL, NULL), (900, 'x', 'y', 1);
        CREATE VIRTUAL TABLE pages USING fts4(subject, body, languageid="lang");
        INSERT INTO pages (docid, subject, body, lang) VALUES (3, 's', 'b', 2), (4, NULL, 'c', 0);
        CREATE VIRTUAL TABLE mails USING fts3(subject VARCHAR(9), body);
        INSERT INTO mails VALUES ('hello', 'world');
        CREATE VIRTUAL TABLE places USING rtree(id, x0, x1, y0, y1, +name TEXT);
        INSERT INTO places VALUES (1, 0.5, 2, 3, 4.25, 'n'), (12, -1, 1, -1, 1, NULL);
        CREATE VIRTUAL TABLE spans USING rtree_i32(id, low, high);
        INSERT INTO spans VALUES (5, -7, 70000);
        CREATE VIRTUAL TABLE bare USING fts5(a, content='');
        INSERT INTO bare (rowid, a) VALUES (1, 'gone');
        CREATE VIRTUAL TABLE outside USING fts5(title, content='books', content_rowid='id');
        CREATE VIRTUAL TABLE words USING fts5vocab(notes, row);
        """

    private static let own: [(table: String, columns: String)] = [
        ("notes", "rowid, title, body, seen"), ("pages", "rowid, subject, body, lang"),
        ("mails", "rowid, subject, body"), ("places", "id, x0, x1, y0, y1, name"),
        ("spans", "id, low, high"), ("books", "id, title"),
    ]

    @Test func `rows that only a virtual table holds arrive, its own tables do not`() async throws {
        let sides = try await BothSides(Self.script)
        try #require(sides.run.status == 0, "\(sides.run)")
        for (table, columns) in Self.own {
            let query = "SELECT \(columns) FROM \(table) ORDER BY 1;"
            let left = try await sides.inSource(query)
            let right = try await sides.inTarget(query)
            #expect(left.count > 0 && left != [""], "\(table)")
            BothSides.expectSame(left, right, table)
        }
        let tables = try await sides.inTarget(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
                + "ORDER BY relname COLLATE \"C\";"
        )
        #expect(tables == ["books", "mails", "notes", "pages", "places", "spans"])
        let verified = try await CutoverCommand(source: sides.source, target: TestDatabase.url)(
            "verify"
        )
        #expect(verified.status == 0, "\(verified)")
        #expect(verified.tables.named("notes")["source_rows"].int == 3)
        for object in ["bare", "outside", "words"] {
            #expect(sides.warnings(about: "virtual table of \(object)").count == 1, "\(object)")
        }
        _ = try await psql(TestDatabase.url, "UPDATE notes SET body = 'other' WHERE rowid = 7;")
        let again = try await CutoverCommand(source: sides.source, target: TestDatabase.url)(
            "verify"
        )
        #expect(again.status == 1)
        #expect(again.tables.named("notes")["samples"][0]["column"].string == "body")
    }

    @Test func `a virtual table that cannot be read is never left out unseen`() async throws {
        let sides = try await BothSides(
            """
            CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1);
            .dbconfig defensive off
            PRAGMA writable_schema = ON;
            INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('table', 'gone',
                'gone', 0, 'CREATE VIRTUAL TABLE gone USING nosuchmodule(a, b)');
            """
        )
        #expect(sides.run.status == 1, "\(sides.run)")
        #expect(sides.warnings(about: "\"gone\" was not copied").count == 1, "\(sides.run)")
        #expect(try await sides.inTarget("SELECT a FROM t;") == ["1"])
        let verified = try await CutoverCommand(source: sides.source, target: TestDatabase.url)(
            "verify"
        )
        #expect(verified.status == 1)
        #expect(verified.tables.named("gone")["status"].string == "missing", "\(verified)")
    }
}
