import MigrationEngine
import TestSupport
import Testing

/// A trigger does the same on both sides, or is named with the reason.
@Suite(.postgres, .database)
struct TriggerTests {
    private static let shop = """
        CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT, qty INTEGER NOT NULL DEFAULT 0,
            flag BOOLEAN DEFAULT 0, changes INTEGER NOT NULL DEFAULT 0,
            updated_at TEXT DEFAULT 'never');
        CREATE TABLE log (id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT, item INTEGER, before INTEGER,
            after INTEGER);
        CREATE TABLE stats (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE ping (id INTEGER PRIMARY KEY, n INTEGER);
        CREATE TABLE pong (id INTEGER PRIMARY KEY, n INTEGER);
        INSERT INTO items (id, name, qty) VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3);
        INSERT INTO stats VALUES ('items', 3);
        INSERT INTO ping VALUES (1, 0); INSERT INTO pong VALUES (1, 0);
        """

    private static let triggers = """
        CREATE TRIGGER touched AFTER UPDATE ON items FOR EACH ROW BEGIN
            UPDATE items SET changes = changes + 1, updated_at = 'now' WHERE id = NEW.id; END;
        CREATE TRIGGER logged AFTER UPDATE OF qty ON items WHEN NEW.qty <> OLD.qty BEGIN
            INSERT INTO log (what, item, before, after) VALUES ('qty', NEW.id, OLD.qty, NEW.qty); END;
        CREATE TRIGGER counted AFTER INSERT ON items BEGIN
            UPDATE stats SET n = n + 1 WHERE name = 'items';
            INSERT INTO log (what, item, after) SELECT 'new ' || NEW.name, NEW.id, count(*) FROM stats;
        END;
        CREATE TRIGGER uncounted AFTER DELETE ON items BEGIN
            UPDATE stats SET n = n - 1 WHERE name = 'items';
            DELETE FROM log WHERE item = OLD.id; END;
        CREATE TRIGGER not_negative BEFORE UPDATE ON items WHEN NEW.qty < 0 BEGIN
            SELECT RAISE(ABORT, 'qty must not be negative'); END;
        CREATE TRIGGER named BEFORE INSERT ON items BEGIN
            SELECT CASE WHEN NEW.name IS NULL THEN RAISE(ABORT, 'a name, please')
                WHEN NEW.name = 'no' THEN RAISE(FAIL, 'not this one') END; END;
        CREATE TRIGGER ignored BEFORE INSERT ON items WHEN NEW.name = 'skip' BEGIN
            SELECT RAISE(IGNORE); END;
        CREATE TRIGGER kept BEFORE DELETE ON items BEGIN
            SELECT RAISE(ABORT, 'it is logged') WHERE EXISTS (SELECT 1 FROM log
                WHERE item = OLD.id AND what = 'qty'); END;
        CREATE TRIGGER to_pong AFTER UPDATE ON ping BEGIN UPDATE pong SET n = n + 1; END;
        CREATE TRIGGER to_ping AFTER UPDATE ON pong BEGIN UPDATE ping SET n = n + 1; END;
        CREATE VIEW item_names AS SELECT id, name FROM items;
        CREATE TRIGGER renamed INSTEAD OF UPDATE ON item_names BEGIN
            UPDATE items SET name = NEW.name WHERE id = OLD.id; END;
        """

    private static let statements = [
        "UPDATE items SET qty = qty + 10;",
        "UPDATE items SET qty = 5 WHERE id = 1;",
        "UPDATE items SET qty = 5 WHERE id = 1;",
        "UPDATE items SET name = 'z' WHERE id = 2;",
        "INSERT INTO items (id, name, qty) VALUES (10, 'new', 1), (11, 'newer', 2);",
        "INSERT INTO items (id, name) VALUES (12, 'skip'), (13, 'taken');",
        "INSERT INTO items (id, name) VALUES (14, NULL);",
        "INSERT INTO items (id, name) VALUES (16, 'no');",
        "UPDATE items SET qty = -1 WHERE id = 3;",
        "DELETE FROM items WHERE id = 1;",
        "DELETE FROM items WHERE id = 13;",
        "UPDATE ping SET n = n + 1;",
        "UPDATE pong SET n = n + 1;",
        "UPDATE item_names SET name = 'through the view' WHERE id = 3;",
    ]

    private static let state = """
        SELECT id, name, qty, changes, updated_at FROM items ORDER BY id;
        SELECT what, item, before, after FROM log ORDER BY item, what, after;
        SELECT name, n FROM stats ORDER BY name; SELECT n FROM ping; SELECT n FROM pong;
        """

    @Test func `triggers do the same on both sides, statement by statement`() async throws {
        let sides = try await BothSides(Self.shop + Self.triggers)
        try #require(sides.run.status == 0, "\(sides.run)")
        let made = try await sides.inTarget(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname COLLATE \"C\";"
        )
        #expect(
            made == [
                "counted", "ignored", "kept", "logged", "named", "not_negative", "renamed",
                "to_ping", "to_pong", "touched", "uncounted",
            ],
            "\(sides.warnings(about: "trigger"))"
        )
        // They are made after the rows, so none of them has fired.
        #expect(try await sides.inTarget(Self.state) == (try await sides.inSource(Self.state)))
        for statement in Self.statements {
            let left = try await TestSupport.run(
                "sqlite3",
                ["-batch", sides.source],
                stdin: statement
            )
            let right = try await sides.refusal(statement)
            // The shell ends with 0 for errors of its standard input's statements.
            let isRefused = left.stderr.contains("rror")
            #expect(isRefused == (right != nil), "\(statement): \(left.stderr) \(right ?? "")")
            if let right, isRefused { #expect(right.contains("23000"), "\(right)") }
            let source = try await sides.inSource(Self.state)
            let target = try await sides.inTarget(Self.state)
            #expect(source == target, "\(statement)")
        }
    }

    @Test func `a trigger that is not carried over is listed with its source`() async throws {
        let bodies = [
            ("AFTER INSERT ON items BEGIN SELECT 1; END", "does nothing unless it calls RAISE"),
            ("BEFORE UPDATE ON items BEGIN UPDATE items SET qty = 1; END", "writes its own table"),
            (
                "AFTER INSERT ON items BEGIN INSERT OR REPLACE INTO stats VALUES ('a', 1); END",
                "conflicts by OR REPLACE"
            ),
            (
                "BEFORE INSERT ON items BEGIN INSERT INTO log (item) VALUES (NEW.id); END",
                "reads the id before"
            ),
            ("AFTER INSERT ON items BEGIN SELECT RAISE(IGNORE); END", "behind the row"),
            (
                "AFTER INSERT ON items BEGIN INSERT INTO log (what) VALUES (quote(NEW.qty)); END",
                "meaning of quote"
            ),
        ]
        var script = Self.shop
        for (number, (body, _)) in bodies.enumerated() {
            script += "\nCREATE TRIGGER t\(number) \(body);"
        }
        let sides = try await BothSides(script)
        try #require(sides.run.status == 0, "\(sides.run)")
        let plan = try await CutoverCommand(source: sides.source, target: TestDatabase.url)("plan")
        let decisions = plan.json["decisions"].list
        for (number, (body, reason)) in bodies.enumerated() {
            let found = decisions.first { $0["subject"].string == "trigger t\(number)" }
            #expect(found?["outcome"].string == "dropped", "\(body)")
            #expect(found?["reason"].string?.contains(reason) == true, "\(found ?? .null)")
            #expect(found?["source"].string?.contains(body) == true)
        }
        #expect(
            try await sides.inTarget("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal;") == [
                "0"
            ]
        )
    }
}
