import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// Every way of writing PostgreSQL reaches the source again.
@Suite(.postgres, .database)
struct ReverseWriteTests {
    private static let shop = """
        CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT UNIQUE, name TEXT,
            created_at DATETIME DEFAULT CURRENT_TIMESTAMP);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL
            REFERENCES customers (id) ON DELETE CASCADE ON UPDATE CASCADE, total REAL,
            paid BOOLEAN DEFAULT 0);
        CREATE TABLE items (order_id INTEGER, line INTEGER, sku TEXT,
            PRIMARY KEY (order_id, line)) WITHOUT ROWID;
        CREATE TABLE tags (tag TEXT PRIMARY KEY, n INTEGER);
        CREATE TABLE events (at DATETIME, words TEXT);
        CREATE TABLE files (name TEXT NOT NULL, version INTEGER NOT NULL, body BLOB,
            UNIQUE (name, version));
        INSERT INTO customers VALUES (1, 'a@x', 'A', '2025-10-15 04:50:27'), (2, 'b@x', 'B',
            '2025-10-15 04:50:28'), (3, 'c@x', 'C', '2025-10-15 04:50:29'), (7, 'g@x', 'G', NULL);
        DELETE FROM customers WHERE id = 7;
        INSERT INTO orders VALUES (1, 1, 9.5, 1), (2, 1, 3.0, 0), (3, 2, 7.25, 0), (4, 3, 1.0, 1);
        INSERT INTO items VALUES (1, 1, 'x'), (1, 2, 'y'), (2, 1, 'z'), (3, 1, 'w');
        INSERT INTO tags VALUES ('red', 1), ('blue', 2), ('Größe', 3);
        INSERT INTO events VALUES ('2025-10-15 04:50:27', 'one'), ('2025-10-15 04:50:27', 'one'),
            ('2025-10-16 00:00:00', 'two');
        INSERT INTO files VALUES ('a', 1, x'00'), ('a', 2, x'01'), ('b', 1, x'03');
        """

    private func made() async throws -> ReverseSides {
        let sides = try await ReverseSides(Self.shop)
        try await sides.switchOver()
        return sides
    }

    @Test(arguments: [
        "INSERT INTO orders (customer_id, total) VALUES (2, 4.5), (3, 5.5)",
        "UPDATE orders SET total = total + 1, paid = NOT paid WHERE id < 3",
        "DELETE FROM items WHERE order_id = 1",
        "INSERT INTO tags VALUES ('red', 9), ('new', 1) ON CONFLICT (tag) DO UPDATE SET n = 99",
        "INSERT INTO tags VALUES ('red', 9) ON CONFLICT DO NOTHING",
        "TRUNCATE items",
        "TRUNCATE items; INSERT INTO items VALUES (1, 1, 'x'), (9, 9, 'nine')",
        "COPY tags FROM STDIN;\ngreen\t4\nyellow\t5\n\\.\n",
        "UPDATE customers SET id = 20 WHERE id = 1; SELECT setval('customers_id_seq', 20)",
        "UPDATE tags SET tag = 'rot' WHERE tag = 'red'; UPDATE tags SET tag = 'red' WHERE n = 2",
        "UPDATE items SET line = line + 10",
        "DELETE FROM customers WHERE id = 1",
        "INSERT INTO events VALUES (NULL, 'three'), ('2025-10-15 04:50:27', 'one')",
        "DELETE FROM events WHERE ctid = (SELECT min(ctid) FROM events)",
        "UPDATE events SET words = 'changed' WHERE words = 'two'",
        "UPDATE files SET version = 3 - version WHERE name = 'b'; DELETE FROM files WHERE body = '\\x00'",
        "BEGIN; INSERT INTO tags VALUES ('gone', 1); SAVEPOINT s; DELETE FROM tags; ROLLBACK TO s; "
            + "UPDATE tags SET n = n + 1; COMMIT",
        "BEGIN; DELETE FROM orders; ROLLBACK; INSERT INTO tags VALUES ('x', 1); "
            + "DELETE FROM tags WHERE tag = 'x'",
        "SET session_replication_role = replica; UPDATE tags SET n = 7; DELETE FROM events",
        "SET bytea_output = escape; SET DateStyle = 'SQL, DMY'; SET extra_float_digits = -10; "
            + "UPDATE files SET body = '\\xff00' WHERE version = 1",
    ])
    func `a way of writing comes back`(script: String) async throws {
        let sides = try await made()
        _ = try await psql(sides.target, script + (script.hasSuffix("\n") ? "" : ";"))
        try await sides.back()
    }

    @Test func `two rows that swap a unique value come back`() async throws {
        let sides = try await made()
        _ = try await psql(
            sides.target,
            """
            UPDATE customers SET email = 'hold' WHERE id = 1;
            UPDATE customers SET email = 'a@x' WHERE id = 2;
            UPDATE customers SET email = 'b@x' WHERE id = 1;
            UPDATE files SET version = 9 WHERE name = 'a' AND version = 1;
            UPDATE files SET version = 1 WHERE name = 'a' AND version = 2;
            UPDATE files SET version = 2 WHERE name = 'a' AND version = 9;
            """
        )
        let rowids = "SELECT group_concat(rowid || name || hex(body)) FROM files ORDER BY rowid;"
        let summary = try await sides.back()
        #expect(summary.tables.first { $0.name == "customers" }?.updated == 2)
        #expect(try await sqlite3(sides.source, rowids).contains("a01"))
    }

    @Test func `an id that PostgreSQL has issued is not issued again`() async throws {
        let sides = try await made()
        _ = try await psql(
            sides.target,
            """
            INSERT INTO customers (email) VALUES ('new@x');
            BEGIN; INSERT INTO customers (email) VALUES ('lost@x'); ROLLBACK;
            INSERT INTO customers (email) VALUES ('late@x');
            DELETE FROM customers WHERE email = 'late@x';
            """
        )
        try await sides.back()
        let issued = try await sqlite3(
            sides.source,
            "INSERT INTO customers (email) VALUES ('after@x') RETURNING id;"
        )
        let first = try await sqlite3(
            sides.source,
            "SELECT id FROM customers WHERE email = 'new@x';"
        )
        #expect(first == "8")
        #expect(issued == "11")
    }

    @Test func `transactions that commit in another order than they wrote all come back`()
        async throws
    {
        let sides = try await made()
        let target = sides.target
        try await onThread {
            let first = try TargetConnection(try TargetAddress(target), purpose: "first")
            let second = try TargetConnection(try TargetAddress(target), purpose: "second")
            try first.execute("BEGIN; UPDATE tags SET n = 100 WHERE tag = 'red'")
            try second.execute("BEGIN; INSERT INTO tags VALUES ('second', 2)")
            try second.execute("COMMIT; UPDATE tags SET n = 5 WHERE tag = 'blue'")
            try first.execute("INSERT INTO tags VALUES ('first', 1); COMMIT")
        }
        try await sides.back()
    }

    @Test(.timeLimit(.minutes(30)))
    func `closing waits for a transaction that writes, and what it wrote comes back`()
        async throws
    {
        let sides = try await made()
        let target = sides.target
        try await onThread {
            let writer = try TargetConnection(try TargetAddress(target), purpose: "writer")
            let watcher = try TargetConnection(try TargetAddress(target), purpose: "watcher")
            let run = try #require(try RunState.newestRun(watcher)?.id)
            try writer.execute("BEGIN; INSERT INTO tags VALUES ('late', 1)")
            Thread.detachNewThread {
                guard let address = try? TargetAddress(target),
                    let closer = try? TargetConnection(address, purpose: "closer")
                else { return }
                try? closer.transaction {
                    try LiveTarget(target: closer, run: run).close("going back")
                }
            }
            let waiting =
                "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
                + "WHERE NOT l.granted AND a.datname = current_database()"
            while try watcher.query(waiting).integer == 0 {}
            try writer.execute("COMMIT")
        }
        try await sides.close()
        _ = try await sides.replay()
        try await sides.requireEqual()
        let late = try await sqlite3(sides.source, "SELECT count(*) FROM tags WHERE tag = 'late';")
        #expect(late == "1")
    }

    @Test func `a role without rights on our schema writes, and its writes are logged`()
        async throws
    {
        let sides = try await made()
        let role = "app_\(UUID().uuidString.prefix(8).lowercased())"
        _ = try await psql(
            sides.target,
            """
            CREATE ROLE \(role);
            GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO \(role);
            CREATE SCHEMA hostile AUTHORIZATION \(role);
            SET ROLE \(role); SET search_path = hostile, public;
            CREATE TABLE hostile.reverse_log (seq int);
            CREATE FUNCTION hostile.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql
                AS 'BEGIN RAISE EXCEPTION ''taken''; END';
            INSERT INTO tags VALUES ('role', 1); UPDATE orders SET total = 0; DELETE FROM items;
            TRUNCATE events;
            RESET ROLE; DROP SCHEMA hostile CASCADE; DROP OWNED BY \(role); DROP ROLE \(role);
            """
        )
        let summary = try await sides.back()
        #expect(summary.tables.map(\.name).sorted() == ["events", "items", "orders", "tags"])
    }

    @Test func `neither the fence nor the application's triggers act on what comes back`()
        async throws
    {
        let sides = try await ReverseSides(
            Self.shop + """
                CREATE TABLE audit (id INTEGER PRIMARY KEY, words TEXT);
                CREATE TRIGGER on_tag AFTER INSERT ON tags BEGIN
                    INSERT INTO audit (words) VALUES (NEW.tag); END;
                """
        )
        try await sides.switchOver()
        _ = try await sqlite3(
            sides.source,
            """
            CREATE TRIGGER "_cutover_fence_tags" /* cutover */ BEFORE INSERT ON tags BEGIN
                SELECT RAISE(ABORT, 'writes blocked'); END;
            """
        )
        let before = try await sqlite3(sides.source, "SELECT max(seq) FROM _cutover_log;")
        _ = try await psql(sides.target, "INSERT INTO tags VALUES ('t', 1);")
        try await sides.back()
        #expect(try await sqlite3(sides.source, "SELECT max(seq) FROM _cutover_log;") == before)
    }

    @Test func `a second time changes nothing, and what is written between comes along`()
        async throws
    {
        let sides = try await made()
        _ = try await psql(sides.target, "UPDATE tags SET n = 50; DELETE FROM items;")
        let first = try await sides.back()
        let dump = try await sqlite3(sides.source, ".dump")
        var second = try await sides.back()
        #expect(second.wasReplayed)
        second.wasReplayed = false
        #expect(second == first)
        #expect(try await sqlite3(sides.source, ".dump") == dump)
        try await sides.onTarget { target, run in
            try LiveTarget(target: target, run: run).open()
        }
        _ = try await psql(sides.target, "INSERT INTO tags VALUES ('more', 1);")
        let third = try await sides.back()
        #expect(!third.wasReplayed)
    }

    @Test func `a row in quarantine stays, unless PostgreSQL's application wrote its key`()
        async throws
    {
        let sides = try await ReverseSides(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, words TEXT);
            WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 50)
                INSERT INTO t SELECT x, x, 'w' FROM c;
            UPDATE t SET n = 'odd' WHERE id IN (3, 4, 5);
            """
        )
        try await sides.switchOver()
        _ = try await psql(
            sides.target,
            """
            INSERT INTO t VALUES (4, 44, 'mine'), (5, 55, 'brief'); DELETE FROM t WHERE id = 5;
            UPDATE t SET n = 0 WHERE id = 1;
            """
        )
        let summary = try await sides.back(independently: false)
        let rows = try await sides.rows("t", where: "id IN (1, 3, 4, 5)")
        #expect(rows == ["1 0 'w'", "3 'odd' 'w'", "4 44 'mine'", "5 'odd' 'w'"])
        #expect(summary.overwritten.count == 1)
    }

    @Test func `writes while the log is installed are not logged by our own catch-up`()
        async throws
    {
        let sides = try await made()
        let pending = try await sides.onTarget { target, run in
            let capture = ReverseCapture(target: target, run: run)
            #expect(try capture.isInstalled())
            return try capture.pending()
        }
        #expect(pending.rows == 0)
        _ = try await psql(sides.target, "UPDATE tags SET n = 1; UPDATE tags SET tag = tag || 'x';")
        let after = try await sides.onTarget { target, run in
            try ReverseCapture(target: target, run: run).pending()
        }
        #expect(after.byTable == ["tags": 9])
        try await sides.onTarget { target, run in
            let capture = ReverseCapture(target: target, run: run)
            try target.transaction { try capture.remove() }
            #expect(try !capture.isInstalled())
            try target.execute("INSERT INTO tags VALUES ('free', 1)")
            #expect(try capture.pending().rows == 0)
        }
    }

    @Test func `keys of every type and length come back, whatever the session's settings`()
        async throws
    {
        let types = [
            ("at", "DATETIME", "'2025-10-15 04:50:27.5'"), ("d", "DATE", "'2025-10-15'"),
            ("r", "REAL", "0.1"), ("n", "DECIMAL(20,5)", "12.5"), ("b", "BLOB", "x'00ff'"),
            ("t", "TEXT", "'Größe'"), ("f", "BOOLEAN", "1"), ("nc", "TEXT COLLATE NOCASE", "'Aa'"),
        ]
        let tables = types.map { name, type, value in
            "CREATE TABLE k_\(name) (k \(type) PRIMARY KEY, v INTEGER); "
                + "INSERT INTO k_\(name) VALUES (\(value), 1);"
        }
        let sides = try await ReverseSides(tables.joined(separator: "\n"))
        try await sides.switchOver()
        let fresh = [
            ("at", "'2026-01-02 03:04:05.123456'"), ("d", "'2026-01-02'"),
            ("r", "0.30000000000000004"), ("n", "98765.4321"), ("b", "repeat('x', 100000)::bytea"),
            ("t", "repeat('long', 50000)"), ("f", "false"), ("nc", "'bB'"),
        ]
        var script = """
            SET TimeZone = 'Asia/Kolkata'; SET extra_float_digits = -10; SET bytea_output = escape;
            """
        for (name, value) in fresh {
            script += "INSERT INTO k_\(name) VALUES (\(value), 2); UPDATE k_\(name) SET v = v + 10;"
        }
        script += "SET DateStyle = 'SQL, DMY'; UPDATE k_at SET v = v + 1; UPDATE k_d SET v = 7;"
        script += "UPDATE k_t SET k = k || 'x'; UPDATE k_at SET k = k + interval '1 day';"
        _ = try await psql(sides.target, script)
        let summary = try await sides.back()
        #expect(summary.tables.count == types.count)
        #expect(summary.tables.filter(\.isWhole).map(\.name) == [])
    }

    @Test func `a column of a key that gets another name fails no write, and refuses the way back`()
        async throws
    {
        let sides = try await made()
        _ = try await psql(
            sides.target,
            "ALTER TABLE tags RENAME COLUMN tag TO label; INSERT INTO tags VALUES ('x', 1); "
                + "UPDATE tags SET n = 2; DELETE FROM tags WHERE label = 'red';"
        )
        try await sides.close()
        let error = try await #require(throws: MigrationError.self) {
            _ = try await sides.replay()
        }
        #expect(error.code == .sourceRefusedRow && error.place.table == "tags")
        _ = try await psql(sides.target, "ALTER TABLE tags RENAME COLUMN label TO tag;")
        let summary = try await sides.back()
        #expect(summary.tables.first?.isWhole == true)
        #expect(summary.tables.first?.updated == 1 && summary.tables.first?.inserted == 1)
    }

    @Test func `columns that the profile leaves out or reads by an expression stay as they are`()
        async throws
    {
        let sides = try await ReverseSides(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, kept TEXT DEFAULT 'none', code TEXT DEFAULT 'C',
                n INTEGER);
            INSERT INTO t VALUES (1, 'secret', ' a ', 1), (2, NULL, 'b', 2);
            """,
            profile: """
                name = "t"
                summary = "t"
                extends = "generic"
                [[columns]]
                table = "t"
                column = "kept"
                skip = "not needed"
                [[columns]]
                table = "t"
                column = "code"
                expression = "upper(trim(code))"
                """
        )
        try await sides.switchOver()
        _ = try await psql(
            sides.target,
            "UPDATE t SET n = n + 10; UPDATE t SET code = 'Z' WHERE id = 2; "
                + "INSERT INTO t (id, code, n) VALUES (3, 'NEW', 3);"
        )
        try await sides.close()
        let summary = try await sides.replay()
        #expect(
            try await sides.rows("t") == [
                "1 'secret' ' a ' 11", "2 NULL 'b' 12", "3 'none' 'C' 3",
            ]
        )
        let notes = summary.tables.first?.notes ?? []
        #expect(notes.contains { $0.contains("code keep the stored value") }, "\(notes)")
        #expect(notes.contains { $0.contains("kept") }, "\(notes)")
        #expect(try await sides.differences().map(\.name) == [])
    }

    @Test func `rows that the operator mended on PostgreSQL come back as they were mended`()
        async throws
    {
        let sides = try await ReverseSides(
            """
            CREATE TABLE t (code BIGINT PRIMARY KEY, n INTEGER, words TEXT);
            WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 30)
                INSERT INTO t SELECT x, x, 'w' FROM c;
            INSERT INTO t VALUES ('bad', 5, 'moved'), ('worse', 6, 'gone');
            UPDATE t SET n = 'odd' WHERE code = 7;
            """
        )
        try await sides.switchOver()
        for (column, key, value) in [("code", "bad", 100), ("code", "worse", 101), ("n", "7", 12)] {
            let id = try await psql(
                sides.target,
                "SELECT id FROM cutover.quarantine WHERE key_text LIKE '% \(key)'"
            )
            let arguments = ["quarantine", "replay", id, "--set", "\(column)=\(value)"]
            let replayed = try await run(
                BuiltProducts.cutover,
                arguments + ["--source", sides.source, "--target", sides.target]
            )
            try #require(replayed.status == 0, "\(replayed)")
        }
        _ = try await psql(
            sides.target,
            "UPDATE t SET words = 'changed' WHERE code IN (7, 100); DELETE FROM t WHERE code = 101;"
        )
        try await sides.back(independently: false)
        let rows = try await sides.rows("t", where: "code NOT BETWEEN 1 AND 30 OR code = 7")
        #expect(rows == ["100 5 'changed'", "7 12 'changed'"])
    }
}
