"""Columns that are read by the names which SQLite makes up: found, given those names, the same on both.

Needs what test_meaning needs.
"""
import json
import os
import sqlite3
import sys
import unittest

from support import LAID_OUT, Folder, run_reader
from test_meaning import MeaningTests, plain

sys.path.insert(0, LAID_OUT)
sys.dont_write_bytecode = True

import convert  # noqa: E402
import names  # noqa: E402
from schema import Schema  # noqa: E402

START = "import sqlite3\nconn = sqlite3.connect('x.db')\nconn.row_factory = sqlite3.Row\n"
# Each column, and its name as a text of the program or by taking all of the row's.
QUERIES = [
    "SELECT COUNT(*) FROM t", "SELECT count( * ), SUM(n) /* all */ , id FROM t GROUP BY id ORDER BY id",
    "SELECT COUNT(*) -- why\n FROM t", "SELECT n + 1, -n, (n), \"name\", t.name, 'x', NULL, 5.0 FROM t ORDER BY id",
    "SELECT COUNT(*) FROM t UNION SELECT 7 ORDER BY 1", "SELECT * FROM (SELECT COUNT(*) FROM t)",
    "WITH x AS (SELECT sum(n) FROM t), y AS (SELECT * FROM x) SELECT * FROM y",
    "SELECT \"COUNT(*)\" FROM (SELECT COUNT(*) FROM t)", "SELECT \"most\" FROM (SELECT max(n) AS most FROM t)",
    "SELECT (SELECT max(n) FROM t), CASE WHEN 1 = 1 THEN 'END' END, CASE WHEN 1 = 1 THEN 2 END five",
    "SELECT name || '100%' || ? FROM t WHERE id = ?", "SELECT count(*)from t", "SELECT IFNULL(n, 0), max(id, 3) FROM t",
    "SELECT date('now', 'start of year') > '2020', strftime('%Y', at) FROM t", "SELECT x'41', 'say \"x\"' || id FROM t WHERE id = 1",
    "SELECT id IS NOT NULL, id IN (1, 2), id NOTNULL, EXISTS (SELECT 1) FROM t",
    "SELECT COUNT(*) AS OrderCount, active AS IsActive FROM t GROUP BY isactive ORDER BY ordercount DESC, IsActive",
    "SELECT active A_B FROM t UNION SELECT 3 ORDER BY a_b", "SELECT COUNT(*), COUNT(*), count(*) FROM t",
    "WITH x AS (SELECT id AS MyId FROM t) SELECT MyId, x.myid, 1 AS One FROM x WHERE MYID > 0 ORDER BY MyId",
    "SELECT * FROM (SELECT name AS Name, n FROM t WHERE id = 1)", "SELECT ID, t.Name FROM t WHERE id = 1",
    "WITH x AS (SELECT id AS MyId FROM t), y AS (SELECT MyId FROM x) SELECT MYID FROM y ORDER BY 1",
    "INSERT INTO p (pk, v) VALUES ('zz', 1) RETURNING v + 1, upper(pk)", "UPDATE t SET n = 1 WHERE id = 1 RETURNING n+1",
]


class Every:
    """Stands for a program that has every name as a text."""

    def has(self, _):
        return True


class NamesTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        MeaningTests.setUpClass.__func__(cls)

    def program(self, source, speaks=None):
        folder = Folder(a=START + source)
        self.addCleanup(folder.remove)
        self.folder = folder
        return folder.scan()["a.py"]

    def told(self, source):
        return [(finding["line"] - 3, finding["severity"]) for finding in self.program(source)["findings"]
                if finding["rule"] in ("result-name", "result-key")]

    def fixed(self, source):
        """The program as `fix` writes it."""
        scanned = self.program(source)
        statements = []
        for statement in scanned["statements"]:
            variants = []
            for variant in statement["variants"]:
                answer = convert.convert(
                    {"text": variant["text"], "parameters": statement["parameters"], "speaks": scanned["speaks"],
                     "names": variant["names"]}, Schema(json.loads(json.dumps(self.tables))))
                self.assertEqual(answer["state"], "converted", answer)
                variants.append({"spans": variant["spans"], "edits": answer["edits"]})
            statements.append({"variants": variants})
        done = run_reader("fix", self.folder.path, given=json.dumps({
            "files": [{"path_bytes": scanned["path_bytes"], "digest": scanned["digest"], "statements": statements}],
            "adapter": {"package": "", "layers": []}, "write": True, "backup": self.folder.path + "/kept"}))["files"][0]
        self.assertEqual(done["state"], "fixed", done)
        with open(os.path.join(self.folder.path, "a.py"), encoding="utf-8") as file:
            return file.read()

    def test_a_dict_under_another_name_takes_the_names_of_a_row(self):
        for taken in ("d = dict\nfor r in rows:\n    d(r)\n", "from collections import OrderedDict as O\nO(rows[0])\n",
                      "import collections\ncollections.OrderedDict(rows[0])\n", "class T:\n    made = dict\nT.made(rows[0])\n",
                      "import json\njson.dumps(rows, default=dict)\n", "d = dict\nlist(map(d, rows))\n"):
            with self.subTest(taken=taken):
                source = "rows = conn.execute('SELECT COUNT(*) FROM t').fetchall()\n"
                self.assertEqual(self.told(source + taken), [(1, "error")])
        self.assertEqual(self.told(source + "isinstance(rows[0], dict)\nprint(rows[0][0])\n"), [])

    def test_a_result_has_the_same_names_on_both(self):
        for sql in QUERIES:
            params = ("a", 1)[:sql.count("?")] or None
            with self.subTest(sql=sql):
                given = [[item.start, item.end, item.kind, item.name]
                         for item, _ in names.wanted(sql, Every(), True)]
                answer = convert.convert(
                    {"text": sql, "names": given,
                     "parameters": {"style": "sequence" if params else "none", "shapes": ["text", "integer"] if params else []}},
                    Schema(json.loads(json.dumps(self.tables))))
                self.assertEqual(answer["state"], "converted", answer)
                source, target = sqlite3.connect(os.environ["SOURCE"]), self.pg.get_connection()
                source.row_factory = sqlite3.Row
                try:
                    old = source.execute(sql, params or ()).fetchone()
                    new = target.execute(answer["driver"], params).fetchone()
                    self.assertEqual(new.keys(), old.keys(), answer["driver"])
                    for name in old.keys():
                        self.assertEqual(plain(new[name.upper()]), plain(old[name]), (name, answer["driver"]))
                finally:
                    source.close()
                    target.close()
                again = convert.convert({"text": answer["driver"], "names": [
                    [item.start, item.end, item.kind, item.name] for item, _ in names.wanted(answer["driver"], Every(), True)],
                    "speaks": "either", "parameters": {"style": "sequence" if params else "none", "shapes": []}},
                    Schema(json.loads(json.dumps(self.tables))))
                self.assertEqual(again["edits"], [], "a second fix changes nothing")

    def test_a_name_that_a_text_of_the_program_is_is_given(self):
        source = self.fixed(
            "row = conn.execute('SELECT COUNT(*), SUM(n) FROM t WHERE id < ?', (100,)).fetchone()\n"
            "found = [row['count(*)'], row[1]]\n"
            "many = conn.execute(\"\"\"SELECT SUM(n),\n  max(n,\n 2) FROM t\"\"\").fetchone()\n"
            "key = '''max(n,\n 2)'''\nfound.append(many[key])\n"
            "more = conn.execute('SELECT max(n, '\n  'id)').fetchone()['max(n, id)'], conn.execute('SELECT 1 +\\n 2').fetchone()['1 +\\n 2']\n")
        self.assertIn("'SELECT COUNT(*) AS \"COUNT(*)\", SUM(n) FROM t WHERE id < %s'", source)
        self.assertIn('"""SELECT SUM(n),\n  GREATEST(n,\n 2) AS "max(n,\n 2)\\" FROM t""")', source)
        self.assertIn("'id) AS \"max(n, id)\"')", source)
        self.assertIn("'SELECT 1 +\\n 2 AS \"1 +\\n 2\"'", source)
        self.assertEqual([item for item in self.folder.scan()["a.py"]["findings"] if item["rule"] == "result-name"], [])

    def test_names_that_are_taken_as_a_whole_are_given(self):
        for use in ("return dict(rows[0])", "return [dict(row) for row in rows]", "return list(map(dict, rows))",
                    "return rows[0].keys()", "return show(**rows[0])", "return {**rows[0], 'a': 1}", "a = {}; a.update(rows[0])",
                    "return render_template('a.html', rows=rows)", "return plain(rows)", "return rows",
                    "self.rows = rows", "return cursor.description"):
            with self.subTest(use=use):
                self.assertEqual(self.told(
                    "def plain(given):\n  return [dict(row) for row in given]\n"
                    "class A:\n def f(self):\n"
                    "  rows = conn.execute('SELECT COUNT(*), id, n AS Most FROM t').fetchall()\n"
                    f"  {use}\n"
                    " def g(self):\n  return [dict(row) for row in self.rows]\n"
                    "def h(a):\n  for row in a.f():\n    print(dict(row))\n"), [(5, "error"), (5, "error")])

    def test_a_row_that_is_read_by_place_needs_no_name(self):
        self.assertEqual(self.told(
            "def f(x):\n  n = conn.execute('SELECT COUNT(*) FROM t').fetchone()[0]\n  return dict(x), n\n"
            "def g():\n  return conn.execute('SELECT COUNT(*) FROM t').fetchone()[0]\n"
            "def h(**more):\n  other = {'a': 1}\n"
            "  return conn.execute('SELECT SUM(n) FROM t'), other.keys(), call(**more), dict(zip('ab', 'cd'))\n"), [])

    def test_a_name_that_no_statement_gives_is_told_where_it_is_read(self):
        self.assertEqual(self.told(
            "column = input()\nrow = conn.execute(f'SELECT COUNT({column}) FROM t').fetchone()\n"
            "a = row['COUNT(id)']\nb = row.get('sum(n)', 0)\nc = {}['Price (EUR)'], row['total']\n"), [(3, "error"), (4, "error")])
        self.assertEqual(self.told(
            "t = input()\nrow = conn.execute(f'SELECT COUNT(*) FROM {t}').fetchone()\na = row['COUNT(*)']\n"), [(2, "error")])
        self.assertEqual(self.told(
            "row = conn.execute('SELECT COUNT(*) AS \"COUNT(*)\" FROM t').fetchone()\na = row['COUNT(*)']\n"), [])

    def test_a_name_inside_that_quotes_would_part_from_its_other_places_is_refused(self):
        for sql in ("SELECT * FROM (SELECT id AS MyId FROM t) x WHERE x.MyId = 1",
                    "SELECT * FROM (SELECT upper(name) AS Name FROM t ORDER BY Name LIMIT 1)",
                    "WITH x AS (SELECT id AS MyId FROM t), y AS (SELECT MyId FROM x) SELECT * FROM y"):
            with self.subTest(sql=sql):
                self.assertEqual(self.told(f"print(dict(conn.execute('{sql}').fetchone()))\n"), [(1, "error")])
                given = [[item.start, item.end, item.kind, item.name] for item, _ in names.wanted(sql, Every(), True)]
                answer = convert.convert({"text": sql, "names": given, "parameters": {"style": "none", "shapes": []}},
                                         Schema(json.loads(json.dumps(self.tables))))
                self.assertEqual(answer["state"], "refused", answer)
                self.assertIn("without quotes small", answer["reason"])

    def test_a_name_that_is_too_long_there_is_refused_or_told(self):
        long = "SUM(" + "n + " * 20 + "1)"
        answer = convert.convert({"text": f"SELECT {long} FROM t", "names": [[7, 7 + len(long), "made", long]],
                                  "parameters": {"style": "none", "shapes": []}}, Schema(json.loads(json.dumps(self.tables))))
        self.assertEqual(answer["state"], "refused")
        self.assertIn("63 bytes", answer["reason"])
        self.assertEqual(self.told(f"print(dict(conn.execute('SELECT {long} FROM t').fetchone()))\n"), [(1, "warning")])


def load_tests(loader, _, __):
    """The tests of this file; those that came with an import run with their own."""
    return loader.loadTestsFromTestCase(NamesTests)


if __name__ == "__main__":
    unittest.main()
