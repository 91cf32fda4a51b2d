import MigrationEngine
import TestSupport
import Testing

/// What a key or check forbids or does in SQLite it forbids or does in the target.
@Suite(.postgres, .database)
struct ConstraintBehaviourTests {
    private static let script = """
        CREATE TABLE a (id INTEGER PRIMARY KEY, b INTEGER REFERENCES b (id)
            DEFERRABLE INITIALLY DEFERRED);
        CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a DEFERRABLE INITIALLY DEFERRED);
        CREATE TABLE tree (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES tree ON DELETE CASCADE);
        CREATE TABLE pair (x INTEGER, y TEXT, PRIMARY KEY (x, y)) WITHOUT ROWID;
        CREATE TABLE child (id INTEGER PRIMARY KEY, x INTEGER, y TEXT,
            FOREIGN KEY (x, y) REFERENCES pair ON UPDATE CASCADE ON DELETE SET NULL);
        CREATE TABLE word (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE UNIQUE, kind TEXT, n INT);
        CREATE UNIQUE INDEX lowered ON word (lower(kind));
        CREATE UNIQUE INDEX open ON word (n) WHERE kind <> 'closed';
        CREATE INDEX downward ON word (n DESC, kind);
        CREATE TABLE strict (a INTEGER NOT NULL CHECK (a > 0), b TEXT,
            c INTEGER AS (a * 2) STORED, d INTEGER AS (c + 1) VIRTUAL) STRICT;
        INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1);
        INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2), (4, 4);
        INSERT INTO pair VALUES (1, 'p'), (2, 'q');
        INSERT INTO child VALUES (1, 1, 'p'), (2, 2, 'q'), (3, NULL, 'none');
        INSERT INTO word VALUES (1, 'Anna', 'K', 1), (2, 'änna', 'closed', 1);
        INSERT INTO strict (a, b) VALUES (5, 'x');
        """

    /// Statements, and whether both sides refuse them.
    private static let statements: [(sql: String, isRefused: Bool)] = [
        ("BEGIN; INSERT INTO a VALUES (2, 2); INSERT INTO b VALUES (2, 2); COMMIT;", false),
        ("INSERT INTO a VALUES (3, 99);", true),
        ("INSERT INTO tree VALUES (9, 77);", true),
        ("INSERT INTO tree VALUES (9, 9);", false),
        ("DELETE FROM tree WHERE id = 1;", false),
        ("INSERT INTO child VALUES (4, 1, 'zzz');", true),
        ("INSERT INTO child VALUES (4, NULL, 'zzz');", false),
        ("UPDATE pair SET x = 10 WHERE x = 1;", false),
        ("DELETE FROM pair WHERE x = 2;", false),
        ("INSERT INTO pair VALUES (NULL, 'x');", true),
        ("INSERT INTO word VALUES (3, 'ANNA', 'x', 7);", true),
        ("INSERT INTO word VALUES (3, 'ÄNNA', 'x', 7);", false),
        ("INSERT INTO word VALUES (4, 'b', 'k', 8);", true),
        ("INSERT INTO word VALUES (4, 'b', 'other', 1);", true),
        ("INSERT INTO word VALUES (4, NULL, NULL, 1), (5, NULL, NULL, 1);", false),
        ("INSERT INTO strict (a) VALUES (0);", true),
        ("INSERT INTO strict (a) VALUES (NULL);", true),
        ("INSERT INTO strict (a, b) VALUES ('text', 'x');", true),
        ("INSERT INTO strict (a) VALUES (21);", false),
        ("INSERT INTO strict (a, c) VALUES (1, 2);", true),
    ]

    private static let state = """
        SELECT id, b FROM a ORDER BY id; SELECT id, parent FROM tree ORDER BY id;
        SELECT x, y FROM pair ORDER BY x; SELECT id, x, y FROM child ORDER BY id;
        SELECT id, name, kind, n FROM word ORDER BY id; SELECT a, b, c, d FROM strict ORDER BY a;
        """

    @Test func `what a key forbids or does is the same on both sides`() async throws {
        let sides = try await BothSides(Self.script)
        try #require(sides.run.status == 0, "\(sides.run)")
        #expect(sides.warnings(about: "not carried over") == [])
        for (statement, isRefused) in Self.statements {
            let left = try await TestSupport.run(
                "sqlite3",
                ["-batch", sides.source],
                stdin: "PRAGMA foreign_keys = ON; \(statement)"
            )
            let right = try await sides.refusal(statement)
            #expect(left.stderr.contains("rror") == isRefused, "\(statement): \(left.stderr)")
            #expect((right != nil) == isRefused, "\(statement): \(right ?? "")")
            let source = try await sides.inSource(Self.state)
            let target = try await sides.inTarget(Self.state)
            #expect(source == target, "\(statement)")
        }
    }
}
