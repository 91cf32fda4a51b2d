extension WriteShape {
    /// Kinds of columns, indexes, triggers and tables.
    public static let kinds: [WriteShape] = [
        WriteShape(
            "generated columns in unique keys",
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b, c AS (abs(a) % 3) UNIQUE,
                d TEXT GENERATED ALWAYS AS (lower(b)) STORED UNIQUE);
            INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y');
            """,
            usual("t") + byID("t", "id") + ["REPLACE INTO t (a, b) VALUES ({n}, {s})"]
        ),
        WriteShape(
            "partial, expression and collated unique indexes",
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b, c TEXT DEFAULT 'c');
            CREATE UNIQUE INDEX i1 ON t (a) WHERE b IS NOT NULL;
            CREATE UNIQUE INDEX i2 ON t (lower(c) COLLATE RTRIM, a % 3);
            CREATE UNIQUE INDEX i3 ON t (c COLLATE NOCASE) WHERE a > 3 AND "b" <> 'z' -- end
            ;
            CREATE UNIQUE INDEX i4 ON t ([a] + 1, [b] || "no column");
            INSERT INTO t VALUES (1, 1, 'x', 'A'), (2, 2, NULL, 'B'), (3, 3, 'y', 'C');
            """,
            usual("t") + byID("t", "id") + [
                "REPLACE INTO t (a, b, c) VALUES ({n}, {v}, {s})",
                "UPDATE OR REPLACE t SET c = {s} WHERE a = {n}",
                "UPDATE OR REPLACE t SET c = {s}, b = {s}, a = {n} WHERE id = {n}",
            ]
        ),
        WriteShape(
            "an index over JSON that is not always JSON",
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b);
            CREATE UNIQUE INDEX i ON t (json_extract(a, '$.k')) WHERE json_valid(a);
            CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT CHECK (json_valid(a)), b CHECK (id > 0));
            CREATE UNIQUE INDEX j ON u (json_extract(a, '$.k'));
            INSERT INTO t (a) VALUES ('{"k":1}'), ('broken'), ('{"k":2}');
            INSERT INTO u (a) VALUES ('{"k":1}'), ('{}'), ('{"k":2}');
            """,
            ["t", "u"].flatMap { table in
                [
                    "INSERT INTO \(table) (a, b) VALUES ('broken', {v})",
                    "INSERT OR IGNORE INTO \(table) (a, b) VALUES ('broken', 1), ('{\"k\":3}', 2)",
                    "REPLACE INTO \(table) (a, b) VALUES ('{\"k\":' || {n} || '}', {v})",
                    "REPLACE INTO \(table) (a, b) VALUES ('broken', {v})",
                    "UPDATE OR REPLACE \(table) SET a = '{\"k\":' || {n} || '}' WHERE id = {n}",
                    "UPDATE OR IGNORE \(table) SET a = 'broken' WHERE id = {n}",
                    "DELETE FROM \(table) WHERE id = {n}",
                ]
            }
        ),
        WriteShape(
            "rows that refer to rows of their own table, with cascades",
            """
            CREATE TABLE t (a INTEGER PRIMARY KEY, b INT UNIQUE REFERENCES t (a)
                ON DELETE CASCADE ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED);
            CREATE TABLE u (id INTEGER PRIMARY KEY, a INT UNIQUE, b INT DEFAULT 1
                REFERENCES t ON DELETE SET DEFAULT ON UPDATE SET NULL);
            INSERT INTO t VALUES (1, NULL), (2, 1), (3, 2), (4, 3);
            INSERT INTO u VALUES (1, 1, 2), (2, 2, 3), (3, 3, NULL);
            """,
            usual("t") + [
                "UPDATE OR REPLACE t SET a = {n} WHERE a = {n}", "UPDATE t SET a = a + 10",
                "REPLACE INTO t VALUES ({n}, {n})", "INSERT INTO t VALUES ({n}, {n})",
                "REPLACE INTO u (a, b) VALUES ({n}, {n})", "UPDATE u SET b = {n}", "DELETE FROM t",
                "INSERT OR IGNORE INTO t VALUES (1, NULL), (2, 1), (3, 2)",
            ]
        ),
        WriteShape(
            "triggers of the application",
            """
            CREATE TABLE t (a INTEGER PRIMARY KEY, b INT UNIQUE, c INT DEFAULT 0);
            CREATE TABLE u (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT, b TEXT);
            CREATE TRIGGER t1 BEFORE INSERT ON t WHEN NEW.a = 5 BEGIN SELECT RAISE(IGNORE); END;
            CREATE TRIGGER t2 AFTER INSERT ON t BEGIN
                UPDATE t SET c = c + 1 WHERE a = NEW.a; INSERT INTO u (a, b) VALUES (NEW.a, 'in'); END;
            CREATE TRIGGER t3 BEFORE UPDATE ON t WHEN NEW.b = 6 BEGIN
                SELECT RAISE(ABORT, 'no six'); END;
            CREATE TRIGGER t4 AFTER UPDATE OF b ON t BEGIN
                INSERT OR REPLACE INTO t (a, b) SELECT NEW.a + 20, NEW.b + 20 WHERE NEW.b < 20; END;
            CREATE TRIGGER t5 BEFORE DELETE ON t WHEN OLD.a = 3 BEGIN SELECT RAISE(IGNORE); END;
            CREATE TRIGGER t6 AFTER DELETE ON t BEGIN DELETE FROM u WHERE a = OLD.a; END;
            CREATE TRIGGER t7 BEFORE INSERT ON t WHEN NEW.b = 4 BEGIN
                INSERT OR IGNORE INTO t (a, b) VALUES (NEW.a + 1, NEW.b); END;
            INSERT INTO t (a, b) VALUES (1, 1), (2, 2), (3, 3);
            """,
            usual("t") + [
                "REPLACE INTO t (a, b) VALUES ({n}, {n})", "DELETE FROM t", "DELETE FROM u",
                "UPDATE OR REPLACE t SET b = {n} WHERE a = {n}", "UPDATE OR IGNORE t SET b = b + 1",
            ]
        ),
        WriteShape(
            "a view that is written",
            """
            CREATE TABLE t (a INTEGER PRIMARY KEY, b INT UNIQUE);
            CREATE VIEW v AS SELECT a, b FROM t;
            CREATE TRIGGER v1 INSTEAD OF INSERT ON v BEGIN
                INSERT OR REPLACE INTO t VALUES (NEW.a, NEW.b); END;
            CREATE TRIGGER v2 INSTEAD OF UPDATE ON v BEGIN
                UPDATE OR REPLACE t SET a = NEW.a, b = NEW.b WHERE a = OLD.a; END;
            CREATE TRIGGER v3 INSTEAD OF DELETE ON v BEGIN DELETE FROM t WHERE a = OLD.a; END;
            INSERT INTO t VALUES (1, 1), (2, 2);
            """,
            [
                "INSERT INTO v VALUES ({n}, {n})", "UPDATE v SET b = {n} WHERE a < {n}",
                "UPDATE v SET a = a + {n}", "DELETE FROM v WHERE b = {n}", "DELETE FROM t",
            ]
        ),
        WriteShape(
            "STRICT and CHECK",
            """
            CREATE TABLE t (a INT PRIMARY KEY, b ANY, c TEXT AS (a || 'c') UNIQUE, CHECK (a <> 3))
                STRICT, WITHOUT ROWID;
            INSERT INTO t VALUES (1, 'x'), (2, x'00');
            """,
            usual("t") + ["REPLACE INTO t (a, b) VALUES ({v}, {v})"]
        ),
        WriteShape(
            "conflict clauses in the table",
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, a INT UNIQUE ON CONFLICT REPLACE,
                b NOT NULL ON CONFLICT IGNORE, c INT DEFAULT 1, UNIQUE (a, b) ON CONFLICT IGNORE);
            INSERT INTO t (a, b) VALUES (1, 1), (2, 2), (3, 3);
            """,
            usual("t") + byID("t", "id")
        ),
        WriteShape(
            "names that need quotes",
            """
            CREATE TABLE "the ""select"" 'ü' [x]" ("order by" TEXT, "a""b" INT UNIQUE, "group",
                rowid TEXT DEFAULT 'r', PRIMARY KEY ("order by", "group"));
            CREATE UNIQUE INDEX "my index" ON "the ""select"" 'ü' [x]" (lower("group"));
            CREATE TABLE "values" (oid INT, _rowid_ INT, rowid INT UNIQUE);
            """,
            [
                "REPLACE INTO \"the \"\"select\"\" 'ü' [x]\" VALUES ({s}, {n}, {s}, {v})",
                "UPDATE OR REPLACE \"the \"\"select\"\" 'ü' [x]\" SET \"a\"\"b\" = {n}, \"group\" = {s}",
                "UPDATE OR IGNORE \"the \"\"select\"\" 'ü' [x]\" SET \"order by\" = {s}",
                "DELETE FROM \"the \"\"select\"\" 'ü' [x]\" WHERE \"a\"\"b\" = {n}",
                "REPLACE INTO \"values\" VALUES ({n}, {n}, {n})",
                "UPDATE OR REPLACE \"values\" SET rowid = {n}",
                "DELETE FROM \"values\" WHERE oid = {n}",
            ]
        ),
        WriteShape(
            "virtual tables beside",
            """
            CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE);
            CREATE VIRTUAL TABLE f USING fts5 (b, content = 't', content_rowid = 'a');
            CREATE VIRTUAL TABLE g USING fts5 (b);
            CREATE VIRTUAL TABLE r USING rtree (id, x0, x1);
            CREATE TRIGGER t1 AFTER INSERT ON t BEGIN
                INSERT INTO f (rowid, b) VALUES (NEW.a, NEW.b); INSERT INTO g VALUES (NEW.b);
                INSERT OR REPLACE INTO r VALUES (NEW.a, NEW.a, NEW.a + 1); END;
            CREATE TRIGGER t2 AFTER DELETE ON t BEGIN
                INSERT INTO f (f, rowid, b) VALUES ('delete', OLD.a, OLD.b); END;
            INSERT INTO t VALUES (1, 'one'), (2, 'two');
            """,
            [
                "INSERT INTO t VALUES ({n}, {s})", "REPLACE INTO t VALUES ({n}, {s})",
                "DELETE FROM t",
            ]
        ),
        WriteShape(
            "a wide table",
            "CREATE TABLE t (a INTEGER PRIMARY KEY, b UNIQUE, "
                + (1...1_200).map { "c\($0)" }.joined(separator: ", ") + ");",
            [
                "REPLACE INTO t (a, b, c7) VALUES ({n}, {n}, {v})",
                "UPDATE OR REPLACE t SET b = {n}, c900 = {v}", "DELETE FROM t WHERE a = {n}",
            ]
        ),
    ]
}
