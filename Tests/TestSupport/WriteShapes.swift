public import Testing

/// A table with the writes that are tried on it.
public struct WriteShape: Sendable, CustomTestStringConvertible {
    /// What is particular to it.
    public var name: String
    /// Makes and fills it.
    public var schema: String
    /// The writes.
    ///
    /// `{n}` stands for a small number, `{s}` for a short text, `{b}` for bytes, and
    /// `{v}` for a value of any class; one each time that it stands there.
    public var writes: [String]

    /// What is particular to it.
    public var testDescription: String { name }

    /// States a shape.
    ///
    /// - Parameters:
    ///   - name: What is particular to it.
    ///   - schema: Makes and fills it.
    ///   - writes: The writes.
    public init(_ name: String, _ schema: String, _ writes: [String]) {
        (self.name, self.schema, self.writes) = (name, schema, writes)
    }

    /// The writes that suit each table with an id, a unique column `a` and a column `b`.
    static func usual(_ table: String, value: String = "{n}") -> [String] {
        [
            "INSERT INTO \(table) (a, b) VALUES (\(value), {v})",
            "INSERT OR IGNORE INTO \(table) (a, b) VALUES (\(value), {v}), (\(value), {v})",
            "INSERT OR FAIL INTO \(table) (a, b) VALUES (\(value), 1), (\(value), 2), (\(value), 3)",
            "REPLACE INTO \(table) (a, b) VALUES (\(value), {v})",
            "INSERT OR REPLACE INTO \(table) (a, b) SELECT \(value), b FROM \(table) LIMIT 3",
            "UPDATE \(table) SET b = {v} WHERE a = \(value)",
            "UPDATE \(table) SET a = \(value) WHERE a = \(value)",
            "UPDATE OR REPLACE \(table) SET a = \(value) WHERE a = \(value)",
            "UPDATE OR REPLACE \(table) SET a = \(value)",
            "UPDATE OR IGNORE \(table) SET a = \(value), b = {v}",
            "UPDATE OR FAIL \(table) SET a = a + 1",
            "DELETE FROM \(table) WHERE a = \(value)",
            "INSERT INTO \(table) (a, b) VALUES (\(value), {v}) ON CONFLICT DO NOTHING",
            "INSERT INTO \(table) (a, b) VALUES (\(value), {v}), (\(value), {v}) RETURNING a",
        ]
    }

    /// The writes that suit a table whose rows have a given rowid.
    static func byID(_ table: String, _ id: String) -> [String] {
        [
            "INSERT INTO \(table) (\(id), a, b) VALUES ({n}, {n}, {v})",
            "INSERT OR REPLACE INTO \(table) (\(id), a, b) VALUES ({n}, {n}, {v})",
            "INSERT OR REPLACE INTO \(table) (\(id), a, b) VALUES (NULL, {n}, {v})",
            "UPDATE OR REPLACE \(table) SET \(id) = {n} WHERE \(id) = {n}",
            "UPDATE \(table) SET \(id) = \(id) + {n} WHERE a = {n}",
            "UPDATE OR REPLACE \(table) SET \(id) = {n}, a = {n} WHERE a > {n}",
        ]
    }

    /// Shapes of keys.
    public static let keys: [WriteShape] = [
        WriteShape(
            "INTEGER PRIMARY KEY beside two unique keys",
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a INT UNIQUE, b, UNIQUE (b, a));
            INSERT INTO t VALUES (1, 1, 'x'), (2, 2, NULL), (3, 3, x'00ff');
            """,
            usual("t") + byID("t", "id") + [
                "INSERT INTO t (a, b) VALUES ({n}, {v}) ON CONFLICT (a) DO UPDATE SET b = excluded.b",
                "INSERT INTO t (id, a, b) VALUES ({n}, {n}, 1) ON CONFLICT (id) DO UPDATE "
                    + "SET id = id + 10, a = excluded.a",
                "UPDATE t SET a = CASE a WHEN 1 THEN -2 WHEN 2 THEN -1 ELSE a END; "
                    + "UPDATE t SET a = -a WHERE a < 0",
            ]
        ),
        WriteShape(
            "AUTOINCREMENT",
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT UNIQUE, b);
            INSERT INTO t (a, b) VALUES (1, 1), (2, 2);
            """,
            usual("t") + byID("t", "id") + ["DELETE FROM t"]
        ),
        WriteShape(
            "an id in a unique index of more columns",
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b);
            CREATE UNIQUE INDEX i ON t (id, a);
            CREATE UNIQUE INDEX j ON t (a, id DESC);
            INSERT INTO t VALUES (1, 1, 'x'), (2, 2, NULL);
            """,
            usual("t") + byID("t", "id")
        ),
        WriteShape(
            "an expression of the id in a unique index",
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b, c AS (id % 5));
            CREATE UNIQUE INDEX i ON t (id % 4);
            CREATE UNIQUE INDEX j ON t (c);
            CREATE UNIQUE INDEX k ON t (a) WHERE id > 2;
            INSERT INTO t VALUES (1, 1, 'x'), (2, 2, NULL);
            """,
            usual("t") + byID("t", "id")
        ),
        WriteShape(
            "a text key",
            """
            CREATE TABLE t (a TEXT PRIMARY KEY, b);
            INSERT INTO t VALUES ('a', 1), ('b', 2), (NULL, 3), (NULL, 4);
            """,
            usual("t", value: "{s}") + byID("t", "rowid") + ["UPDATE t SET b = {v} WHERE a IS NULL"]
        ),
        WriteShape(
            "a key without affinity",
            """
            CREATE TABLE t (a PRIMARY KEY, b UNIQUE);
            INSERT INTO t VALUES (1, 1), ('1', 2), (x'31', 3), (NULL, 4), (2.5, 5);
            """,
            usual("t", value: "{v}") + usual("t") + [
                "REPLACE INTO t VALUES ({n} * 1.0, {n})",
                "UPDATE OR REPLACE t SET a = {n} * 1.0 WHERE b = {n}",
            ]
        ),
        WriteShape(
            "a composite key",
            """
            CREATE TABLE t (k TEXT, a INT NOT NULL, b, PRIMARY KEY (k, a));
            INSERT INTO t VALUES ('a', 1, 1), ('a', 2, 2), (NULL, 3, 3);
            """,
            usual("t") + [
                "REPLACE INTO t VALUES ({s}, {n}, {v})",
                "UPDATE OR REPLACE t SET k = {s}, a = {n} WHERE a = {n}",
                "INSERT INTO t VALUES ({s}, {n}, 1) ON CONFLICT (k, a) DO UPDATE SET k = 'z', b = 2",
                "INSERT INTO t VALUES ({s}, {n}, 1) ON CONFLICT DO UPDATE SET b = b + 1",
            ]
        ),
        WriteShape(
            "WITHOUT ROWID with a second unique key",
            """
            CREATE TABLE t (k TEXT, a INT, b UNIQUE, PRIMARY KEY (a, k DESC)) WITHOUT ROWID;
            INSERT INTO t VALUES ('a', 1, 1), ('b', 2, 2);
            """,
            [
                "INSERT INTO t VALUES ({s}, {n}, {v})",
                "REPLACE INTO t VALUES ({s}, {n}, {v})",
                "UPDATE OR REPLACE t SET b = {v} WHERE a = {n}",
                "UPDATE OR REPLACE t SET k = {s} WHERE a = {n}",
                "UPDATE OR IGNORE t SET a = a + 1",
                "DELETE FROM t WHERE a = {n}",
                "INSERT OR IGNORE INTO t SELECT k || 'x', a, b || 'x' FROM t",
            ]
        ),
        WriteShape(
            "keys that only a collation takes for the same",
            """
            CREATE TABLE t (a TEXT COLLATE NOCASE PRIMARY KEY, b COLLATE RTRIM UNIQUE);
            CREATE TABLE u (a TEXT COLLATE RTRIM PRIMARY KEY, b) WITHOUT ROWID;
            CREATE UNIQUE INDEX i ON u (b COLLATE NOCASE);
            INSERT INTO t VALUES ('a', 'a'), ('b', 'b');
            INSERT INTO u VALUES ('a', 'a'), ('b', 'b');
            """,
            usual("t", value: "{s}") + usual("u", value: "{s}") + [
                "REPLACE INTO t VALUES ({s}, {s})", "REPLACE INTO u VALUES ({s}, {s})",
                "UPDATE OR REPLACE t SET a = {s} WHERE b = {s}",
                "UPDATE OR REPLACE t SET a = upper(a)", "UPDATE t SET a = lower(a)",
                "UPDATE OR REPLACE u SET b = {s} WHERE a = {s}",
            ]
        ),
        WriteShape(
            "a BLOB key",
            "CREATE TABLE t (a BLOB PRIMARY KEY, b ANY) STRICT;",
            usual("t", value: "{b}") + usual("t", value: "{s}")
        ),
        WriteShape(
            "a unique key that is not null, and no primary key",
            """
            CREATE TABLE t (a INT NOT NULL UNIQUE, b, c TEXT);
            CREATE UNIQUE INDEX i ON t (b);
            INSERT INTO t VALUES (1, 1, 'x'), (2, 2, 'y');
            """,
            usual("t") + byID("t", "rowid") + ["REPLACE INTO t (a, b) VALUES ({n}, {n})"]
        ),
        WriteShape(
            "a unique key that can be null, and no primary key",
            "CREATE TABLE t (a INT UNIQUE, b); INSERT INTO t VALUES (1, 1), (NULL, 2);",
            usual("t") + byID("t", "rowid")
        ),
        WriteShape(
            "no key at all",
            "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 1), (1, 1), (NULL, x'00');",
            usual("t", value: "{v}") + byID("t", "rowid") + ["DELETE FROM t"]
        ),
    ]
}
