"""Each statement on both databases with the same rows: the same answer, or the difference was told.

SOURCE is the SQLite file made by Fixtures/meaning.sql, DATABASE_URL the same after `migrate`,
TRANSPILER the folder of the transpiler's package.
"""
import copy
import os
import sqlite3
import sys
import unittest
from datetime import datetime

from support import LAID_OUT
from test_adapter import loaded

sys.path.insert(0, LAID_OUT)
sys.path.append(os.environ["TRANSPILER"])
sys.dont_write_bytecode = True

import convert  # noqa: E402
import rules  # noqa: E402
from literals import Text  # noqa: E402
from schema import Schema  # noqa: E402

TABLES = ("t", "u", "p", "q", "child")
SHAPES = {bool: "boolean", int: "integer", float: "real", str: "text", type(None): "null", datetime: "datetime"}

# What gives the same on both, with nothing to tell of it.
SAME = [
    "SELECT id FROM t WHERE flag = 1", "SELECT id FROM t WHERE flag IN (0, 1)",
    "SELECT sum(flag) FROM t", "UPDATE t SET flag = NOT flag",
    ("UPDATE t SET flag = ? WHERE id = ?", (1, 1)), ("SELECT id FROM t WHERE flag = ?", (True,)),
    "SELECT name FROM t WHERE name LIKE 'ä%'", "SELECT name FROM t WHERE note LIKE 'a\\b%'",
    ("SELECT name FROM t WHERE note LIKE ?", ("A\\b%",)),
    ("SELECT name FROM t WHERE note LIKE ?", ("ends\\",)),
    ("SELECT name FROM t WHERE name LIKE '%' || ? || '%'", ("A",)),
    ("SELECT name FROM t WHERE name LIKE ? ESCAPE '!'", ("%!_",)),
    "SELECT id FROM t WHERE mark = 'RED'", ("SELECT id FROM t WHERE mark = ?", ("RED",)),
    "SELECT mark FROM t ORDER BY mark, id", "SELECT id FROM t WHERE mark BETWEEN 'a' AND 'h'",
    "SELECT a.id, b.id FROM t a JOIN t b ON a.mark = b.mark", "SELECT id FROM t WHERE mark <> 'red'",
    "SELECT id FROM t WHERE mark IN ('RED', 'GREEN')", "SELECT name FROM t ORDER BY name COLLATE NOCASE",
    "SELECT id FROM t ORDER BY id LIMIT 2, 3", "SELECT id FROM t LIMIT -1",
    "SELECT id FROM t ORDER BY id LIMIT 2 OFFSET -1", "SELECT name || NULL FROM t",
    "SELECT 1 << 62, id << 3, id >> 1 FROM t", "SELECT CAST(name AS VARCHAR(2)), CAST(id AS CHAR(1)) FROM t",
    "SELECT name || flag FROM t", "SELECT name || (n = 1) FROM t", "SELECT id FROM t WHERE name = \"alpha\"", "SELECT id FROM t WHERE n == 1",
    ("SELECT id FROM t WHERE n IS ?", (None,)), ("SELECT id FROM t WHERE note IS NOT ?", ("One",)),
    "SELECT id / 2 FROM t", "SELECT id / n FROM t", "SELECT -7 / 2, -7 % 2", "SELECT n % 4 FROM t",
    "SELECT round(r), round(r, 1) FROM t", "SELECT round(2.5), round(-2.5), round(0.5)",
    "SELECT CAST(note AS INTEGER) FROM t", "SELECT CAST(note AS REAL) FROM t",
    "SELECT CAST(r AS INTEGER), CAST(3.7 AS INTEGER), CAST(-3.7 AS INTEGER) FROM t",
    "SELECT CAST(flag AS TEXT), CAST(flag AS INTEGER) FROM t", ("SELECT CAST(? AS INTEGER)", (2.7,)),
    "SELECT (SELECT name FROM t ORDER BY id)", "SELECT id FROM t WHERE n = (SELECT k FROM u)",
    "SELECT substr(name, -2), substr(name, 2, 3), substr(name, 0, 3) FROM t",
    "SELECT strftime('%Y-%m', at), strftime('%d/%m/%Y', at) FROM t",
    "SELECT round((julianday(at) - julianday(day)) * 24, 2) FROM t",
    "SELECT date('2025-01-31', '+1 day'), date('2025-01-31', 'start of month', '-1 day')",
    "SELECT coalesce(n, 0), ifnull(note, 'x'), nullif(note, '') FROM t",
    "SELECT name FROM t ORDER BY n", "SELECT name FROM t ORDER BY n DESC, id",
    "SELECT rowid, name FROM t", "SELECT t.name, sum(c.qty) FROM t LEFT JOIN child c ON c.t_id = t.id GROUP BY t.id",
    ("INSERT OR REPLACE INTO p (pk, v) VALUES (?, ?)", ("k1", 9)),
    ("INSERT OR REPLACE INTO u (b, a, c) VALUES ('x', 1, 'new')", None),
    "INSERT OR IGNORE INTO p (pk, v) VALUES ('k1', 1), ('a', 2), ('a', 3)",
    "INSERT INTO p (pk, v) VALUES ('k1', 1) ON CONFLICT (pk) DO UPDATE SET v = p.v + excluded.v",
    "INSERT INTO t (id, name) VALUES (NULL, 'zz')", "UPDATE t SET note = flag",
    "UPDATE t SET note = (SELECT sku FROM child WHERE t_id = t.id ORDER BY id)",
    "UPDATE t SET at = datetime('2025-02-02 01:02:03')", "UPDATE t SET moment = date('2025-02-02')",
    "DELETE FROM child WHERE sku NOT IN ('s1')", "DELETE FROM t WHERE id = 1",
    ("SELECT id FROM t WHERE id = :id OR n = :id", {"id": 1}),
    "SELECT coalesce(sum(qty), 0) / 7, -sum(qty) / 2, (sum(qty) - sum(id)) / 2 FROM child",
    "WITH s AS (SELECT sum(qty) AS x FROM child) SELECT x / 2 FROM s",
    "SELECT x / 2 FROM (SELECT sum(qty) AS x FROM child)", "SELECT total(n), total(r) FROM t WHERE id < 0",
    "SELECT sum(n) OVER (ORDER BY id) / 2 FROM t WHERE id <> 2", "SELECT id FROM t WHERE name > mark",
    "SELECT mark AS m, id FROM t ORDER BY m, id", "SELECT id, mark FROM t ORDER BY 2, 1",
    ("SELECT id FROM t WHERE ? IS NULL OR note = ?", ("One", "One")),
    ("SELECT '100%', id % 2, '?' FROM t WHERE id = ? -- 5% ?\n", (1,)),
    "SELECT n AS id FROM t ORDER BY id", "SELECT id, count(*) AS n, row_number() OVER (ORDER BY n, id) FROM t GROUP BY id ORDER BY id", "SELECT coalesce(n, k) AS x, t.id FROM t LEFT JOIN u ON u.a = t.id ORDER BY x, t.id, b",
    "SELECT t.id, c.qty FROM t LEFT JOIN child c ON c.t_id = t.id ORDER BY c.qty, t.id",
    "SELECT t.id, c.qty FROM child c RIGHT JOIN t ON c.t_id = t.id ORDER BY c.qty DESC, t.id",
    "SELECT active, count(*) AS c FROM t GROUP BY active HAVING c > 1", "SELECT flag AS f, count(*) FROM t GROUP BY flag HAVING f = 1",
    "SELECT active, sum(n) - 1 AS s FROM t GROUP BY active HAVING s * 2 > 1 AND count(*) > 0",
    "SELECT hex(name), hex(note), typeof(n), typeof(note), typeof(r), typeof(flag) FROM t",
    "SELECT max(n > 2), min(n > 2), total(flag), max(flag), sum(flag * n) FROM t", "SELECT avg(n > 2), avg(flag) FROM t",
    "SELECT flag + 0, -flag, 1 - flag, flag * 2, flag / 2, abs(flag), (n > 2) + (n > 5) FROM t",
    "SELECT id FROM t WHERE flag + active = 2", "UPDATE t SET n = n + flag",
]

# Numbers that are fractions in SQLite, whole ones as well, and stay so.
FRACTIONS = [
    "SELECT round(r), round(r, 0), round(r, 1) FROM t WHERE r IS NOT NULL ORDER BY id", "SELECT round(n) FROM t WHERE n > 0 ORDER BY id", "SELECT round(sum(n)), round(avg(n)) FROM t",
    "SELECT round(2.5), round(-2.5), round(3), round(7 / 2), round(round(2.4), 1)", "SELECT abs(round(r)) FROM t WHERE id = 3",
    "SELECT total(n), sum(r), avg(id), 5.0, 1.0 * id, CAST(id AS REAL) FROM t WHERE id = 1 GROUP BY id",
    "SELECT max(round(r)) FROM t", "SELECT round(CAST(id AS REAL) / 2) FROM t ORDER BY id",
]

# What may differ, and the rule that says so.
TOLD = [
    ("SELECT CAST(r AS TEXT) FROM t", None, "concat-number"),
    ("SELECT r || '' FROM t", None, "concat-number"), ("SELECT round(r) || '' FROM t", None, "concat-number"), ("UPDATE t SET note = r", None, "concat-number"),
    ("SELECT group_concat(r) FROM t", None, "concat-number"),
    ("SELECT group_concat(name) FROM t", None, "group-concat-order"),
    ("UPDATE t SET n = r WHERE id = 1", None, "fraction"),
    ("UPDATE t SET n = n * 1.5 WHERE id = 1", None, "fraction"),
    ("UPDATE t SET day = at", None, "date-form"), ("SELECT id FROM t WHERE at > day", None, "date-form"),
    ("SELECT id FROM t WHERE at = '2025-01-31T10:20:30'", None, "date-form"),
    ("SELECT id FROM t WHERE day >= ?", ("2025-01-31 00:00:00",), "date-text"),
    ("INSERT INTO t (name, at) VALUES (?, ?)", ("zz", "2025-01-01T10:00:00Z"), "date-text"),
    ("SELECT id FROM t ORDER BY id LIMIT ?", (-1,), "limit-below-zero"),
    ("SELECT max(n, 5) FROM t", None, "greatest-null"),
    ("SELECT date('2025-01-31', '+1 month')", None, "month-end"),
    ("SELECT active, name FROM t GROUP BY active", None, "group-by-bare"),
    ("SELECT datetime(moment) FROM t", None, "moment-text"),
    ("SELECT id << n FROM t", None, "shift"), ("SELECT id << 70 FROM t", None, "shift"),
    ("SELECT flag, n = 1 FROM t", None, "boolean-result"), ("SELECT * FROM t", None, "boolean-result"),
    ("SELECT id, flag FROM t UNION SELECT 1, 1 = 1", None, "boolean-result"),
    ("SELECT x.* FROM u, (SELECT * FROM t) x", None, "boolean-result"),
    ("UPDATE t SET n = 1 RETURNING *", None, "boolean-result"),
    ("SELECT coalesce(r, 0) FROM t", None, "number-form"), ("SELECT ifnull(r, 0) FROM t", None, "number-form"),
    ("SELECT CASE WHEN n > 1 THEN n ELSE r END FROM t", None, "number-form"), ("SELECT ceil(2.3)", None, "number-form"),
    ("SELECT iif(id > 2, r, n) FROM t", None, "number-form"), ("SELECT n FROM t UNION ALL SELECT r FROM t", None, "number-form"),
    ("SELECT sign(n), mod(7, 3) FROM t", None, "number-form"), ("SELECT n * 0.1 FROM t", None, "exact-fraction"),
    ("SELECT n * ? FROM t", (0.1,), "exact-fraction"), ("SELECT 0.1 + 0.2", None, "exact-fraction"),
    ("SELECT day FROM t UNION SELECT at FROM t", None, "date-form"), ("SELECT coalesce(at, day) FROM t", None, "date-form"),
    ("UPDATE t SET note = ? WHERE id = 1", (1e16,), "concat-number"),
    ("UPDATE t SET note = ? WHERE id = 1", (datetime(2025, 1, 2, 3, 4, 5, 500000),), "date-parameter"),
    ("SELECT id FROM t WHERE n = ?", ("abc",), "text-number"), ("UPDATE t SET r = ?", ("",), "text-number"),
    ("SELECT max(qty, 0) FROM t LEFT JOIN child c ON c.t_id = t.id", None, "greatest-null"),
]

# What has no form that surely means the same.
REFUSED = [
    "SELECT abs(random()) FROM t", "SELECT id FROM t WHERE random() > 0", "SELECT round(r, -2) FROM t",
    "SELECT day - 1 FROM t", "SELECT count(DISTINCT mark) FROM t", "SELECT mark FROM t GROUP BY mark",
    "SELECT '{\"a\":1}' -> 'a'", "SELECT json_extract('{\"a\":1}', '$.a')", "SELECT substr(name, 1, -1) FROM t",
    "SELECT active, max(n), name FROM t GROUP BY active", "SELECT datetime('2025-01-31 10:00:00+02:00')",
    "INSERT INTO t (name, note) VALUES ('zz', x'41')", "SELECT nullif(mark, 'RED') FROM t",
    "SELECT CASE mark WHEN 'RED' THEN 1 ELSE 0 END FROM t",
    "WITH x AS (SELECT id, mark FROM t) SELECT id FROM x WHERE mark = 'RED'",
    "SELECT typeof(day) FROM t", "SELECT typeof(n + r) FROM t", "SELECT hex(n) FROM t",
]


def plain(value):
    """A value as both databases have it: 1 and True and 1.0 are one."""
    if isinstance(value, (bool, float)) and value == int(value):
        return int(value)
    return round(value, 9) if isinstance(value, float) else value


def table(rows, is_ordered=False):
    """Rows that can be compared; new keys are not."""
    found = [tuple(plain(value) for value in row) for row in rows]
    return found if is_ordered else sorted(found, key=str)


class MeaningTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pg = loaded()
        cls.tables = {}
        for name, column, kind, must in cls.pg.execute_query(
                "SELECT c.relname, a.attname, format_type(a.atttypid, NULL), a.attnotnull FROM pg_class c "
                "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND c.relkind = 'r' "
                "AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname, a.attnum"):
            known = cls.tables.setdefault(name, {"columns": {}, "order": [], "keys": [], "primary": []})
            kind = "timestamp" if kind.startswith("timestamp") else kind
            known["columns"][column] = {"type": kind, "not_null": must}
            known["order"].append(column)
        for name, primary, columns in cls.pg.execute_query(
                "SELECT i.indrelid::regclass::text, i.indisprimary, string_agg(a.attname, ' ' ORDER BY a.attnum) "
                "FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) "
                "WHERE i.indisunique AND i.indrelid::regclass::text = ANY (%s) GROUP BY 1, 2, i.indexrelid",
                (list(TABLES),)):
            cls.tables[name]["keys"].append(columns.split())
            if primary:
                cls.tables[name]["primary"] = columns.split()
        cls.tables["t"]["columns"]["mark"]["collation"] = "NOCASE"

    def converted(self, sql, params):
        """The converter's answer, and the rules that tell of a difference."""
        shapes = ({name: SHAPES[type(value)] for name, value in params.items()}
                  if isinstance(params, dict) else [SHAPES[type(value)] for value in params or ()])
        style = "none" if params is None else "named" if isinstance(params, dict) else "sequence"
        answer = convert.convert(
            {"text": sql, "parameters": {"style": style, "shapes": shapes}},
            Schema(copy.deepcopy(self.tables)))
        told = {rule for rule, severity, *_ in rules.of_statement(Text(sql))
                if severity == "warning"} | {note["rule"] for note in answer.get("notes", [])}
        return answer, told

    def on_sqlite(self, sql, params):
        """The rows of a statement, or what the tables have after it."""
        connection = sqlite3.connect(os.environ["SOURCE"])
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            return self.seen(connection, sql, params or ())
        finally:
            connection.close()

    def on_postgresql(self, sql, params):
        """The same on the other side; nothing is committed."""
        connection = self.pg.get_connection()
        try:
            return self.seen(connection, sql, params)
        finally:
            connection.close()

    @staticmethod
    def seen(connection, sql, params):
        cursor = connection.cursor()
        cursor.execute(sql, params)
        if cursor.description is not None:
            return table(cursor.fetchall(), "ORDER BY" in sql)
        return {name: table(
            tuple(row) for row in connection.execute(f"SELECT * FROM {name}").fetchall())
                for name in TABLES}

    def test_what_both_answer_is_the_same(self):
        for case in SAME:
            sql, params = case if isinstance(case, tuple) else (case, None)
            with self.subTest(sql=sql, params=params):
                answer, _ = self.converted(sql, params)
                self.assertEqual(answer["state"], "converted", answer)
                self.pg.execute_query("SELECT setval(pg_get_serial_sequence('t', 'id'), 8)")
                self.assertEqual(self.on_postgresql(answer["driver"], params),
                                 self.on_sqlite(sql, params), answer["driver"])

    def test_a_fraction_stays_a_fraction_when_it_is_whole(self):
        for sql in FRACTIONS:
            with self.subTest(sql=sql):
                answer, _ = self.converted(sql, None)
                self.assertEqual(answer["state"], "converted", answer)
                found = self.pg.execute_query(answer["driver"])
                source = sqlite3.connect(os.environ["SOURCE"])
                self.addCleanup(source.close)
                self.assertEqual([repr(tuple(row)) for row in found],
                                 [repr(row) for row in source.execute(sql).fetchall()], answer["driver"])

    def test_what_may_differ_is_told(self):
        for sql, params, rule in TOLD:
            with self.subTest(sql=sql):
                answer, told = self.converted(sql, params)
                self.assertEqual(answer["state"], "converted", answer)
                self.assertIn(rule, told)

    def test_what_has_no_form_is_refused(self):
        for sql in REFUSED:
            with self.subTest(sql=sql):
                self.assertEqual(self.converted(sql, None)[0]["state"], "refused")


if __name__ == "__main__":
    unittest.main()
