import MigrationEngine
import TestSupport
import Testing

/// A view gives the same rows on both sides, or is named with the reason.
@Suite(.postgres, .database)
struct ViewTests {
    private static let shop = """
        CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT COLLATE NOCASE,
            active BOOLEAN NOT NULL DEFAULT 1, born DATE, note TEXT);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers,
            cents INTEGER, weight REAL, status TEXT, placed_at DATETIME, paid BOOLEAN);
        CREATE TABLE "order lines" ("order" INTEGER, "line no" INTEGER, sku TEXT, qty INTEGER,
            PRIMARY KEY ("order", "line no")) WITHOUT ROWID;
        CREATE TABLE nodes (id INTEGER PRIMARY KEY, parent INTEGER, label TEXT);
        INSERT INTO customers VALUES (1, 'Zoë', 'Z@x.test', 1, '1980-02-29', NULL),
            (2, 'anna', 'A@X.test', 0, NULL, 'n'), (3, 'Bernd', NULL, 1, '1990-01-01', ''),
            (4, 'Änne', 'a@x.test', 1, '2001-07-01', 'm');
        INSERT INTO orders VALUES (1, 1, 1999, 0.5, 'open', '2024-01-05 10:00:00', 1),
            (2, 1, 501, 1.25, 'done', '2024-01-06 11:00:00', 0),
            (3, 2, NULL, NULL, 'done', '2024-02-01 00:00:00', NULL),
            (4, NULL, 7, 2.5, NULL, NULL, 1), (5, 3, 700, 3, 'open', '2024-02-03 09:08:07', 1);
        INSERT INTO "order lines" VALUES (1, 1, 'a', 2), (1, 2, 'b', 1), (2, 1, 'a', 5), (5, 1, 'C', 3);
        INSERT INTO nodes VALUES (1, NULL, 'root'), (2, 1, 'a'), (3, 1, 'b'), (4, 3, 'c');
        """

    /// Views that must arrive; each ends in its body.
    static let bodies = [
        "SELECT * FROM customers",
        "SELECT id, name AS who, active FROM customers WHERE active",
        "SELECT id FROM customers WHERE active = 1 AND note IS NOT NULL ORDER BY name DESC",
        "SELECT name, born FROM customers ORDER BY born, id",
        "SELECT name, note FROM customers ORDER BY note DESC, 1",
        "SELECT email, id FROM customers ORDER BY email, id DESC",
        "SELECT id FROM customers WHERE email = 'a@x.TEST' ORDER BY id",
        "SELECT count(*), count(note), count(DISTINCT active), sum(active) FROM customers",
        "SELECT sum(cents), total(cents), avg(cents), min(cents), max(cents), avg(weight) FROM orders",
        "SELECT sum(cents), count(*), total(cents), max(status) FROM orders WHERE id > 100",
        "SELECT c.name, o.* FROM customers c JOIN orders o ON o.customer_id = c.id ORDER BY o.id",
        "SELECT c.id, count(o.id) AS orders, sum(o.cents) AS cents, sum(o.cents) / count(*) AS mean "
            + "FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id "
            + "GROUP BY c.id HAVING count(*) >= 1 ORDER BY cents DESC, c.id",
        "SELECT status, sum(cents * 1.0) / count(*) FROM orders GROUP BY status ORDER BY status",
        "SELECT status, sum(paid = 1) AS paid, sum(CASE WHEN paid THEN cents ELSE 0 END) FROM orders "
            + "GROUP BY 1 ORDER BY 1",
        "SELECT strftime('%Y-%m', placed_at) AS month, count(*) AS n FROM orders "
            + "WHERE placed_at IS NOT NULL GROUP BY month ORDER BY month",
        "SELECT DISTINCT status FROM orders ORDER BY status",
        "SELECT id, name FROM customers UNION ALL SELECT id, status FROM orders ORDER BY 1, 2",
        "SELECT id FROM customers EXCEPT SELECT customer_id FROM orders ORDER BY id",
        "SELECT id FROM customers UNION SELECT customer_id FROM orders INTERSECT SELECT id FROM nodes",
        "SELECT id, cents, NULL AS x FROM orders UNION ALL SELECT id, weight, status FROM orders "
            + "ORDER BY 1, 2",
        "SELECT id, (SELECT name FROM customers WHERE id = orders.customer_id) AS who FROM orders "
            + "ORDER BY orders.id",
        "SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders WHERE customer_id = c.id "
            + "AND status = \"open\") ORDER BY name",
        "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders "
            + "WHERE customer_id IS NOT NULL) ORDER BY name",
        "SELECT \"order\", \"line no\" FROM \"order lines\" ORDER BY qty DESC LIMIT 2 OFFSET 1",
        "SELECT x.sku, x.n FROM (SELECT sku, sum(qty) AS n FROM \"order lines\" GROUP BY sku) x "
            + "WHERE x.n > 2 ORDER BY x.sku",
        "WITH big AS (SELECT * FROM orders WHERE cents > 600) SELECT count(*), max(id) FROM big",
        "WITH RECURSIVE tree(id, path, depth) AS (SELECT id, label, 0 FROM nodes WHERE parent IS NULL "
            + "UNION ALL SELECT n.id, tree.path || '/' || n.label, tree.depth + 1 FROM nodes n "
            + "JOIN tree ON n.parent = tree.id) SELECT * FROM tree ORDER BY path",
        "SELECT a.label, b.label FROM nodes a, nodes b WHERE a.parent = b.id ORDER BY a.id",
        "SELECT n.label, p.label FROM nodes n LEFT JOIN nodes p ON p.id = n.parent ORDER BY n.id",
        "SELECT id, label FROM nodes NATURAL JOIN (SELECT id FROM customers) ORDER BY id",
        "SELECT id, orders.cents, customers.name FROM orders JOIN customers USING (id) ORDER BY id",
        "SELECT cents / 100, cents % 100, cents / 100.0 FROM orders ORDER BY id",
        "SELECT rowid, name FROM customers ORDER BY rowid",
        "SELECT group_concat(sku) AS skus, group_concat(DISTINCT qty) FROM \"order lines\" "
            + "WHERE \"order\" = 2",
        "SELECT 1 AS one, 'two' AS two, 3.5, NULL",
        "VALUES (1, 'a'), (2, 'b')",
        "SELECT name FROM customers WHERE name LIKE 'ÄN%' OR name LIKE 'AN%' ORDER BY name",
        "SELECT max(name), min(name) FROM customers",
        "SELECT upper(name) || ':' || id AS label FROM customers ORDER BY label",
        "SELECT count(*) AS \"count(*)\", status FROM orders GROUP BY status ORDER BY 1 DESC, 2",
        "SELECT customer_id, max(placed_at) FROM orders GROUP BY customer_id ORDER BY 1",
        "SELECT id FROM orders WHERE placed_at < datetime('now') ORDER BY id DESC",
        "SELECT id, date(placed_at, '+1 month') AS due FROM orders ORDER BY id",
    ]

    /// Views whose rows would differ, with the reason.
    static let refused = [
        ("SELECT name, max(id) FROM customers", "neither grouped by nor aggregated"),
        ("SELECT name FROM customers GROUP BY active", "neither grouped by nor aggregated"),
        ("SELECT DISTINCT email FROM customers", "collation other than BINARY"),
        ("SELECT email, count(*) FROM customers GROUP BY email", "collation other than BINARY"),
        ("SELECT ntile(id) OVER (ORDER BY id) FROM customers", "window function ntile"),
        ("SELECT value FROM json_each('[1]')", "table function json_each"),
        ("SELECT id FROM customers UNION SELECT name FROM customers", "integer and text"),
        ("SELECT name + 1 FROM customers", "applied to text"),
        ("SELECT * FROM gone", "SQLite itself cannot read it"),
    ]

    @Test func `a view gives the same rows on both sides`() async throws {
        var script = Self.shop
        for (number, body) in Self.bodies.enumerated() {
            script += "\nCREATE VIEW \"v\(number)\" AS \(body);"
        }
        for (number, (body, _)) in Self.refused.enumerated() {
            script += "\nCREATE VIEW \"r\(number)\" AS \(body);"
        }
        // A view over views, declared before them.
        script += """

            CREATE VIEW a_later AS SELECT l.who FROM z_first l;
            CREATE VIEW z_first (who, n) AS SELECT name, count(*) FROM customers GROUP BY name;
            CREATE VIEW over_refused AS SELECT * FROM r0;
            """
        let sides = try await BothSides(script)
        try #require(sides.run.status == 0, "\(sides.run)")
        let names = Self.bodies.indices.map { "v\($0)" } + ["a_later", "z_first"]
        let made = Set(
            try await sides.inTarget(
                "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace;"
            )
        )
        for name in names {
            guard made.contains(name) else {
                Issue.record("\(name): \(sides.warnings(about: "view \(name):"))")
                continue
            }
            let isSorted =
                Int(name.dropFirst()).map { Self.bodies[$0].contains("ORDER BY") } ?? false
            var left = try await sides.inSource("SELECT * FROM \(name);")
            var right = try await sides.inTarget("SELECT * FROM \(name);")
            if !isSorted { (left, right) = (left.sorted(), right.sorted()) }
            let body = Int(name.dropFirst()).map { Self.bodies[$0] } ?? name
            BothSides.expectSame(left, right, body)
        }
        #expect(made.isDisjoint(with: Self.refused.indices.map { "r\($0)" } + ["over_refused"]))
    }

    @Test func `a view that is not carried over says why`() async throws {
        let source = try TestFolder()
        let file = source.file("views.db")
        var script = Self.shop
        for (number, (body, _)) in Self.refused.enumerated() {
            script += "\nCREATE VIEW r\(number) AS \(body);"
        }
        _ = try await sqlite3(file, script)
        let plan = try await CutoverCommand(source: file, target: TestDatabase.url)("plan")
        try #require(plan.status == 0, "\(plan)")
        let decisions = plan.json["decisions"].list
        for (number, (body, reason)) in Self.refused.enumerated() {
            let found = decisions.first {
                $0["subject"].string == "view" && $0["table"].string == "r\(number)"
            }
            #expect(found?["outcome"].string == "dropped", "\(body)")
            #expect(found?["reason"].string?.contains(reason) == true, "\(found ?? .null)")
            #expect(found?["source"].string?.contains(body) == true)
        }
    }

    @Test func `the columns of a view keep the names that SQLite gives them`() async throws {
        let sides = try await BothSides(
            """
            CREATE TABLE t (a INTEGER, "B c" TEXT); INSERT INTO t VALUES (1, 'x');
            CREATE VIEW v AS SELECT a, a AS A2, "B c", a + 1, count(*), t.a FROM t GROUP BY a, "B c";
            """
        )
        try #require(sides.run.status == 0, "\(sides.run)")
        let left = try await sides.inSource("SELECT name FROM pragma_table_info('v');")
        let right = try await sides.inTarget(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'v'::regclass AND attnum > 0 ORDER BY attnum;"
        )
        #expect(left == right)
    }

    @Test func `a view that the server refuses is dropped with its words, and the run goes on`()
        async throws
    {
        let sides = try await BothSides(
            """
            CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1);
            CREATE VIEW v AS SELECT 'x' AS k, count(*) AS n FROM t GROUP BY k;
            CREATE VIEW w AS SELECT a FROM t;
            """
        )
        try #require(sides.run.status == 0, "\(sides.run)")
        #expect(sides.warnings(about: "view v: the server refuses it: ").count == 1)
        let entry = sides.run.json["ledger"]["entries"].list.first { $0["table"].string == "v" }
        #expect(entry?["outcome"].string == "dropped", "\(entry ?? .null)")
        #expect(entry?["reason"].string?.contains("the server refuses it") == true)
        #expect(try await sides.inTarget("SELECT a FROM w;") == ["1"])
    }
}
