"""The scan finds what is there, nothing else, and survives what it is given."""
import json
import os
import resource
import unittest
from collections import Counter

from support import FIXTURES, Folder, run_program, run_reader

CONNECT = "import sqlite3\nconn = sqlite3.connect('x.db')\ncursor = conn.cursor()\n"


class ScanTests(unittest.TestCase):
    def scan(self, content, name="a.py"):
        self.folder = Folder()
        self.addCleanup(self.folder.remove)
        self.folder.write(name, content)
        return self.folder.scan()[name]

    def rules(self, content):
        return [finding["rule"] for finding in self.scan(content)["findings"]]

    def texts(self, content):
        return [[variant["text"] for variant in statement["variants"]]
                for statement in self.scan(content)["statements"]]

    def test_the_sample_has_what_was_planted_and_nothing_else(self):
        root = os.path.join(FIXTURES, "ora-app")
        found = Counter()
        for file in run_reader("scan", root)["files"]:
            for finding in file["findings"]:
                with open(os.path.join(root, file["path"]), encoding="utf-8") as source:
                    line = source.read().split("\n")[finding["line"] - 1].strip()
                found[(file["path"], finding["rule"], line)] += 1
        with open(os.path.join(FIXTURES, "ora-app.planted.tsv"), encoding="utf-8") as listed:
            planted = Counter(tuple(line.rstrip("\n").split("\t"))
                              for line in listed if not line.startswith("#"))
        self.assertEqual(planted - found, Counter())
        self.assertEqual(found - planted, Counter())

    def test_every_character_knows_its_place(self):
        source = CONNECT + (
            "A = 'a\\x41\\n' \"b'\" \\\n   r'\\d' '''c\n\"d'''\n"
            "cursor.execute('SELECT ' f\"{1}x{{é\" f'{A!r}' ' FROM t' # why\n"
            "  ' WHERE ü = ?', (1,))\n"
            "cursor.execute('SELECT 1 WHERE ' + A)\n")
        file = self.scan(source)
        for statement in file["statements"]:
            for variant in statement["variants"]:
                self.assertNotIn("unmapped", variant["kinds"])
                for character, span in zip(variant["text"], variant["spans"]):
                    if span is not None and character.isalpha() and character != "A":
                        self.assertEqual(source[span[0]:span[1]], character)
        self.assertIn("WHERE ü = ?", file["statements"][0]["variants"][0]["text"])

    def test_what_comes_from_outside_is_text(self):
        source = CONNECT + (
            "import os, sys\n@app.route('/orders/<name>/<int:page>')\ndef show(name, page, other):\n"
            "    given = request.args.get('id')\n"
            "    cursor.execute('SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?', (name, page, other, given or '', request.form['id'],\n"
            "        request.args.get('n', type=int), os.environ['A'], sys.argv[1], input()))\n"
            "def free(name):\n    cursor.execute('SELECT ?', (name,))\n")
        shapes = [statement["parameters"]["shapes"] for statement in self.scan(source)["statements"]]
        text, unknown = "text", "unknown"
        self.assertEqual(shapes, [[text, unknown, unknown, text, text, unknown, text, text, text], [unknown]])

    def test_texts_are_followed_through_names_and_lists(self):
        self.assertEqual(self.texts(CONNECT + """
BASE = "SELECT a FROM t"
class Queries:
    ONE = "SELECT 1"
def f(given, x):
    sql = BASE + " WHERE b = ?"
    if x:
        sql += " AND c = ?"
    cursor.execute(sql, given)
    marks = ", ".join(["?"] * 3)
    cursor.execute("SELECT a FROM t WHERE b IN (%s)" % marks, given)
    cursor.execute("SELECT a FROM {} WHERE b IN ({})".format('t', ','.join(['?'] * len(given))))
    cursor.execute(Queries.ONE)
    cursor.execute(given)
    cursor.execute(f"SELECT a FROM {given}")
"""), [
            ["SELECT a FROM t WHERE b = ? AND c = ?", "SELECT a FROM t WHERE b = ?"],
            ["SELECT a FROM t WHERE b IN (?, ?, ?)"],
            ["SELECT a FROM t WHERE b IN (?)"],
            ["SELECT 1"], ["\x00"],
            ["SELECT a FROM \x00"]])

    def test_what_is_no_statement_is_not_taken_for_one(self):
        self.assertEqual(self.scan('''"""SELECT a FROM t WHERE b = ?"""
import logging
def f(pool, job):
    """INSERT OR REPLACE INTO t VALUES (?)"""
    logging.info("SELECT %s FROM t WHERE x LIKE ?", 1)
    print("DELETE FROM t WHERE a = ?")
    pool.execute(job)
    pool.execute("run the job?")
    url = "http://example.com/?q=1"
''')["findings"], [])

    def test_the_python_around_is_seen(self):
        self.assertEqual(set(self.rules(CONNECT + """
conn.row_factory = sqlite3.Row
def f():
    try:
        conn.execute("INSERT INTO t (a) VALUES (1)")
    except sqlite3.IntegrityError:
        return None
    conn.executescript("SELECT 1; SELECT 2")
    return cursor.lastrowid
""")), {"conn-execute", "executescript", "lastrowid", "row-factory", "sqlite-connect",
        "sqlite-error", "sqlite-import"})

    def test_wrappers_are_followed_over_files(self):
        folder = Folder(
            layer="import sqlite3\ndef get_connection():\n    return sqlite3.connect('x.db')\n"
                  "def run(sql, values=()):\n    return get_connection().execute(sql, values)\n",
            middle="from layer import run\ndef again(text):\n    return run(text)\n",
            top="from middle import again\nagain('SELECT a FROM t LIMIT 1, 2')\n")
        self.addCleanup(folder.remove)
        found = folder.scan()
        self.assertEqual([item["rule"] for item in found["top.py"]["findings"]], ["limit-comma"])
        self.assertEqual(found["layer.py"]["role"], "sqlite-layer")
        self.assertEqual([item["rule"] for item in found["middle.py"]["findings"]],
                         ["layer-import"])

    def test_a_name_that_is_imported_and_not_there_is_told(self):
        layer = ("import sqlite3\ndef get_connection():\n    return sqlite3.connect('x.db')\n")
        found = Folder(layer=layer, a="from layer import get_connection\n",
                       b="from layer import get_connection, get_db_connection\n",
                       c="from pg_utils import get_db\n", pg_utils="def get_connection():\n    pass\n")
        self.addCleanup(found.remove)
        told = {path: {item["rule"] for item in file["findings"]} for path, file in found.scan().items()}
        self.assertEqual(told["a.py"], {"layer-import"})
        self.assertEqual(told["b.py"], {"layer-import", "import-name"})
        self.assertEqual(told["c.py"], {"import-name"})

    def test_rows_that_are_read_by_name_are_told_once(self):
        file = self.scan(CONNECT + """
row = cursor.execute('SELECT a FROM t').fetchone()
print(row['a'], row[0], {}['a'])
for other in cursor.execute('SELECT b FROM t'):
    print(dict(other), dict([(1, 2)]))
""")
        told = [item["message"] for item in file["findings"] if item["rule"] == "row-by-name"]
        self.assertEqual(len(told), 1)
        self.assertIn("(lines 6, 8)", told[0])

    def test_a_percent_sign_written_twice_for_another_driver_is_told(self):
        for taken, lines in (("from pg_utils import get_connection\n", [4]), ("from db import get_connection\n", []),
                             ("import psycopg\nfrom db import get_connection\n", [])):
            file = self.scan(taken + "conn = get_connection()\nconn.execute(\"SELECT a FROM t WHERE b = '5%'\")\n"
                             "conn.execute(\"SELECT a % 2 FROM t WHERE b = '5%%'\")\n")
            self.assertEqual([item["line"] for item in file["findings"] if item["rule"] == "percent"], lines, taken)

    def test_lastrowid_is_tied_to_its_statement(self):
        statements = self.scan(CONNECT + """
def f():
    one = conn.execute("INSERT INTO t (a) VALUES (1)").lastrowid
    cur = conn.execute("INSERT INTO t (a) VALUES (2)")
    conn.execute("UPDATE t SET a = 3")
    two = cur.lastrowid
    cursor.execute("INSERT INTO t (a) VALUES (4)")
""")["statements"]
        self.assertEqual([item["wants_key"] for item in statements], [True, True, False, False])

    def test_nothing_of_the_application_is_run(self):
        folder = Folder()
        self.addCleanup(folder.remove)
        mark = os.path.join(folder.path, "it-ran")
        for name in ("a.py", "json.py", "ast.py", "sitecustomize.py", "scan.py", "conftest.py"):
            folder.write(name, f"import sqlite3\nopen({mark!r}, 'w')\n")
        folder.scan()
        self.assertFalse(os.path.exists(mark))

    def test_files_that_cannot_be_read_are_named_and_the_rest_goes_on(self):
        folder = Folder(good=CONNECT)
        self.addCleanup(folder.remove)
        folder.write("broken.py", "def f(:\n")
        folder.write("old.py", "import sqlite3\nprint 'SELECT 1'\n")
        folder.write("nul.py", b"a = 1\x00")
        folder.write("bytes.py", b"a = '\xff'\n")
        folder.write("lie.py", b"# -*- coding: no-such-thing -*-\na = 1\n")
        folder.write("deep.py", "a = " + "(" * 5000 + ")" * 5000)
        folder.write("sum.py", "a = " + "+".join(["1"] * 20000))
        folder.write("large.py", b"#" * (5 * 1024 * 1024))
        os.mkfifo(os.path.join(folder.path, "pipe.py"))
        found = folder.scan()
        for name, rule in (("broken.py", "unparsed"), ("old.py", "unparsed"),
                           ("nul.py", "unparsed"), ("bytes.py", "unreadable"),
                           ("lie.py", "unreadable"), ("deep.py", "unparsed"),
                           ("large.py", "unreadable")):
            self.assertEqual([item["rule"] for item in found[name]["findings"]], [rule], name)
        self.assertIn("Python 2", found["old.py"]["findings"][0]["message"])
        self.assertTrue(found["good.py"]["findings"])

    def test_other_encodings_keep_their_places(self):
        source = ("# -*- coding: latin-1 -*-\nimport sqlite3\n"
                  "c = sqlite3.connect('é.db').cursor()\nc.execute('SELECT \"ü\", a FROM t LIMIT 1, 2')\n")
        file = self.scan(source.encode("latin-1"))
        self.assertEqual(file["encoding"], "iso-8859-1")
        variant = file["statements"][0]["variants"][0]
        at = variant["text"].index("LIMIT")
        self.assertEqual(source[variant["spans"][at][0]:][:5], "LIMIT")
        marked = self.scan(b"\xef\xbb\xbfimport sqlite3\r\nc = 'x'\r\n")
        self.assertEqual(marked["findings"][0]["line"], 1)

    def test_links_are_not_followed_and_loops_end(self):
        folder = Folder(a=CONNECT)
        self.addCleanup(folder.remove)
        os.symlink(".", os.path.join(folder.path, "loop"))
        os.symlink("/", os.path.join(folder.path, "everything"))
        os.symlink("a.py", os.path.join(folder.path, "b.py"))
        found = folder.scan()
        self.assertEqual(sorted(found), ["a.py", "everything"])

    def test_names_of_any_bytes_come_through(self):
        folder = Folder()
        self.addCleanup(folder.remove)
        for name in (b"new\nline.py", b"\xff\xfe.py", b"quote\"'.py", b"-rf.py"):
            with open(os.path.join(os.fsencode(folder.path), name), "w") as file:
                file.write("import sqlite3\n")
        found = folder.scan()
        self.assertEqual(len(found), 4)
        self.assertIn(b"\xff\xfe.py".hex(), [file["path_bytes"] for file in found.values()])

    def test_shell_and_config_tell_the_path(self):
        folder = Folder()
        self.addCleanup(folder.remove)
        folder.write("run", "#!/bin/sh\n# sqlite3 x.db\nsqlite3 \"$F\" 'SELECT 1'\ncp ora.db b.db\n")
        folder.write("app.yaml", "name: x\ndatabase: /data/ora.sqlite3\n")
        folder.write("notes.txt", "sqlite3 ora.db\n")
        found = folder.scan()
        self.assertEqual([(item["line"], item["rule"]) for item in found["run"]["findings"]],
                         [(3, "shell-sqlite"), (4, "shell-copy")])
        self.assertEqual([item["rule"] for item in found["app.yaml"]["findings"]],
                         ["database-path"])
        self.assertNotIn("notes.txt", found)

    def test_a_name_that_stands_for_itself_ends(self):
        self.texts(CONNECT + "def f():\n    a = b\n    b = a + 'x'\n    a = b + a\n"
                   "    cursor.execute('SELECT ' + a)\n")

    def test_many_ways_stay_few(self):
        lines = "".join(f"    if x: sql += ' AND a{n} = ?'\n" for n in range(200))
        texts = self.texts(
            CONNECT + "def f(x):\n    sql = 'SELECT 1 WHERE 1 = 1'\n" + lines
            + "    cursor.execute(sql)\n")
        self.assertLessEqual(len(texts[0]), 12)

    def test_a_million_lines_are_read_in_bounded_memory_and_progress_is_told(self):
        folder = Folder()
        self.addCleanup(folder.remove)
        plain = "".join(
            f"def f{n}(x):\n    return [x + {n}, 'text', {{'a': x}}]\n" for n in range(2500))
        for number in range(200):
            content = CONNECT + plain if number % 40 == 0 else plain
            folder.write(f"p{number // 20}/m{number}.py", content)
        done = run_program("scan", folder.path)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["read_files"], 200)
        self.assertEqual(sum(1 for file in answer["files"] if file["findings"]), 5)
        self.assertRegex(done.stderr, r"scan: \d+ files")
        # Of the largest program that this test process has started, in KiB.
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, 512 * 1024)

    def test_a_file_that_changes_changes_the_fingerprint_and_a_touched_one_does_not(self):
        folder = Folder(a=CONNECT)
        self.addCleanup(folder.remove)
        folder.write("run.sh", "echo\n")
        folder.write("state.json", "{}\n")
        first = run_reader("scan", folder.path)["fingerprint"]
        self.assertEqual(first["files"], 2)
        self.assertEqual(run_reader("fingerprint", folder.path), first)
        self.assertEqual(run_reader("stamp", folder.path), dict(first, digest=None))
        folder.write("state.json", "{1}\n")
        self.assertEqual(run_reader("fingerprint", folder.path), first)
        os.utime(os.path.join(folder.path, "a.py"), (1, 1))
        touched = run_reader("fingerprint", folder.path)
        self.assertEqual(touched["digest"], first["digest"])
        self.assertNotEqual(touched["stamp"], first["stamp"])
        folder.write("b.py", "")
        self.assertNotEqual(run_reader("fingerprint", folder.path)["digest"], first["digest"])

    def test_more_files_than_are_read_are_told(self):
        folder = Folder(**{f"m{number}": "import sqlite3\n" for number in range(5)})
        self.addCleanup(folder.remove)
        found = {file["path"]: file for file in run_reader("scan", folder.path, most=3)["files"]}
        self.assertEqual([item["rule"] for item in found["m3.py"]["findings"]], ["left-out"])
        self.assertNotIn("m4.py", found)

    def test_sql_in_docstrings_and_logs_is_no_statement(self):
        file = self.scan(CONNECT + '''
def f(logger, x):
    """SELECT a FROM t WHERE b = ? LIMIT 1, 2"""
    logger.info("UPDATE t SET a = datetime(\'now\') WHERE b = ?")
    logger.debug(f"INSERT OR REPLACE INTO t VALUES ({x})")
    print("DELETE FROM t WHERE a = ?")
    raise ValueError("INSERT OR IGNORE INTO t VALUES (?) failed")
''')
        self.assertEqual(file["statements"], [])
        self.assertEqual({item["rule"] for item in file["findings"]},
                         {"sqlite-import", "sqlite-connect"})

    def rows(self, content, **others):
        folder = Folder(a=content, **others)
        self.addCleanup(folder.remove)
        file = folder.scan()["a.py"]
        return ([finding["rule"] for finding in file["findings"]],
                [(item["line"], item["dynamic"], item["reviewed"]) for item in file["statements"]])

    def test_a_text_that_is_taken_apart_by_its_characters_is_not_known(self):
        for text in ("'SELECT 1 WHERE a IN (' + ','.join('???') + ')'",
                     "f\"SELECT 1 WHERE a IN ({','.join(c for c in '?' * len(x))})\"",
                     "'SELECT 1 WHERE a IN (%s)' % ','.join('?,' * 3)"):
            rules, found = self.rows(CONNECT + f"cursor.execute({text}, x)\n")
            self.assertIn("placeholder-characters", rules)
            self.assertEqual(found, [(4, True, False)])

    def test_marks_that_are_repeated_and_joined_are_known(self):
        for text, marks in (("'SELECT 1 WHERE a IN (' + ','.join('?' * 3) + ')'", "?,?,?"),
                            ("f\"SELECT 1 WHERE a IN ({','.join('?' * len(x))})\"", "?"),
                            ("f\"SELECT 1 WHERE a IN ({','.join(['?'] * len(COLUMNS))})\"", "?,?"),
                            ("'SELECT 1 WHERE a IN (%s)' % ','.join(2 * '?')", "?,?")):
            self.assertEqual(
                self.texts(CONNECT + f"COLUMNS = ('a', 'b')\ncursor.execute({text}, x)\n"),
                [[f"SELECT 1 WHERE a IN ({marks})"]])

    def test_a_layer_that_binds_by_itself_keeps_its_names_and_what_it_makes_is_told(self):
        file = self.scan("""
from sqlalchemy import text, select
def f(session, x):
    session.execute(text('SELECT id FROM t WHERE id = :id'), {'id': 1})
    session.execute(select(x))
    session.query(x).filter_by(id=1).all()
    session.add(x)
    {1}.add(x)
    session.connection().exec_driver_sql('SELECT 1')
""")
        self.assertEqual([item["dynamic"] for item in file["statements"]], [False, True, True])
        self.assertTrue(file["statements"][0]["variants"][0]["keeps"])
        rules = {item["rule"]: item["message"] for item in file["findings"]}
        self.assertEqual(set(rules), {"other-driver", "made-statement"})
        self.assertIn("(lines 6, 7)", rules["made-statement"])
        told = self.scan("from app.models import Order\ndef f():\n    return Order.objects.all()\n")
        self.assertEqual([item["rule"] for item in told["findings"]], ["made-statement"])

    def test_what_is_formatted_is_read_as_it_arrives(self):
        self.assertEqual(self.texts(CONNECT + """
cursor.execute("SELECT %s FROM t WHERE a LIKE 'x%%'" % 'a')
cursor.execute("SELECT {1} FROM {0} WHERE b = '{{'".format('t', 'a'))
cursor.execute("SELECT {a} FROM {t}".format(t='t', a='a'))
cursor.execute(" ".join(["SELECT a", "FROM t", "WHERE b = ?"]), (1,))
"""), [["SELECT a FROM t WHERE a LIKE 'x%'"], ["SELECT a FROM t WHERE b = '{'"],
            ["SELECT a FROM t"], ["SELECT a FROM t WHERE b = ?"]])
        file = self.scan(CONNECT + "cursor.execute('SELECT %s FROM t WHERE b = ?' % 'a', (1,))\n")
        self.assertIn("placeholder-template", [item["rule"] for item in file["findings"]])
        variant = file["statements"][0]["variants"][0]
        self.assertIsNone(variant["spans"][variant["text"].index("?")])

    def test_calls_that_nobody_can_read_are_told(self):
        for text in ("conn.execute(LIST)", "conn.execute(Q.BY_NOTE)", "thing.execute(Q['recent'])",
                     "conn.execute(given + ' LIMIT 1')", "run = conn.execute", "await conn.execute_fetchall(x)"
                     .replace("await ", ""), "getattr(conn, 'execute')(x)", "list(map(conn.execute, x))",
                     "pd.read_sql(x, conn)", "conn.executemany(*x)", "manager.raw('SELECT 1')"):
            _, found = self.rows(CONNECT + "from consts import LIST\n" + text + "\n")
            self.assertEqual(found, [(5, True, False)], text)
        self.assertEqual(self.texts(CONNECT + "cursor.execute(dedent('SELECT 1'))\n"), [["SELECT 1"]])

    def test_a_name_with_several_values_is_no_constant(self):
        for text in ("SQL = 'SELECT 1'\ndef f():\n    global SQL\n    SQL = g()\ncursor.execute(SQL)\n",
                     "SQL = 'SELECT 1'\nSQL, n = g()\ncursor.execute(SQL)\n",
                     "SQL = 'SELECT 1'\ntry:\n    from x import SQL\nexcept E:\n    pass\ncursor.execute(SQL)\n",
                     "class Q:\n    A = 'SELECT 1'\nQ.A = g()\ncursor.execute(Q.A)\n"):
            _, found = self.rows(CONNECT + text)
            self.assertEqual([item[1] for item in found], [True], text)

    def test_each_way_through_a_function_is_a_statement_of_its_own(self):
        self.assertEqual(self.texts(CONNECT + """
def f(a, b, xs):
    sql = "SELECT 1 WHERE 1 = 1"
    if a:
        sql += " AND a = ?"
    if b:
        sql += " AND b = ?"
    elif xs:
        sql += " AND c = ?"
    else:
        return
    sql = sql + " LIMIT ?"
    cursor.execute(sql)
    sql = "SELECT 2"
def g(a):
    if a:
        sql = "SELECT a FROM t"
    else:
        sql = "SELECT b FROM t"
    sql += " WHERE id = ?"
    cursor.execute(sql)
def h(xs):
    sql = None
    for x in xs:
        sql = "SELECT 3"
        if x:
            break
    else:
        sql = "SELECT 4"
    cursor.execute(sql)
def i(x):
    sql = "SELECT 5"
    try:
        sql = "SELECT 6"
        sql = x(sql)
    except E:
        cursor.execute(sql)
def j(f):
    sql = "SELECT 7"
    for x in f:
        sql = f"{sql} AND a = ?"
    cursor.execute(sql)
"""), [["SELECT 1 WHERE 1 = 1 AND a = ? AND b = ? LIMIT ?",
             "SELECT 1 WHERE 1 = 1 AND b = ? LIMIT ?",
             "SELECT 1 WHERE 1 = 1 AND a = ? AND c = ? LIMIT ?",
             "SELECT 1 WHERE 1 = 1 AND c = ? LIMIT ?"],
            ["SELECT a FROM t WHERE id = ?", "SELECT b FROM t WHERE id = ?"],
            ["SELECT 4", "SELECT 3"], ["SELECT 5", "SELECT 6", "\x00"],
            ["SELECT 7", "SELECT 7 AND a = ?", "\x00 AND a = ? AND a = ?"]])

    def test_texts_of_other_modules_and_of_tables_are_known(self):
        folder = Folder(
            a=CONNECT + "from pack.queries import GET, Sql, TWICE\nfrom pack import queries\n"
                        "import pack.queries as q\nfrom nowhere import GONE\n"
                        "cursor.execute(GET + ' LIMIT 1')\ncursor.execute(Sql.ONE)\n"
                        "cursor.execute(queries.GET)\ncursor.execute(q.Sql.ONE)\n"
                        "cursor.execute(TWICE)\ncursor.execute(GONE)\ncursor.execute(q.CHANGED)\n",
            pack__queries="GET = 'SELECT 1'\nclass Sql:\n    ONE = 'SELECT 2'\n"
                          "TWICE = 'SELECT 3'\nTWICE = 'SELECT 4'\nCHANGED = 'SELECT 5'\n",
            other="import pack.queries\npack.queries.x = 1\n")
        self.addCleanup(folder.remove)
        found = folder.scan()["a.py"]["statements"]
        self.assertEqual([[item["text"] for item in one["variants"]] for one in found],
                         [["SELECT 1 LIMIT 1"], ["SELECT 2"], ["SELECT 1"], ["SELECT 2"], ["\0"],
                          ["\0"], ["SELECT 5"]])
        self.assertIsNone(found[1]["variants"][0]["spans"][0])
        self.assertEqual(self.texts(CONNECT + """
Q = {"a": "SELECT 1", "b": "SELECT 2"}
L = ["SELECT 3", "SELECT 4"]
M = {"a": "SELECT 5"}
M["a"] = g()
def f(x):
    cursor.execute(Q["a"])
    cursor.execute(Q[x])
    cursor.execute(L[1])
    cursor.execute(M["a"])
"""), [["SELECT 1"], ["SELECT 1", "SELECT 2"], ["SELECT 4"], ["\0"]])

    def test_equal_texts_of_two_places_are_both_edited(self):
        statement = self.scan(CONNECT + """
def f(a):
    if a:
        sql = "SELECT a FROM t WHERE b = ?"
    else:
        sql = "SELECT a FROM t WHERE b = ?"
    cursor.execute(sql, (a,))
""")["statements"][0]
        self.assertEqual(len({str(item["spans"]) for item in statement["variants"]}), 2)

    def test_many_ways_are_not_followed_for_ever(self):
        for body in ("".join(f"    if x[{n}]:\n        sql += ' AND a = ?'\n" for n in range(30)),
                     "    for y in x:\n" + "".join(
                         f"        if y == {n}:\n            sql = f'{{sql}} AND a = ?'\n"
                         for n in range(40))):
            _, found = self.rows(
                CONNECT + f"def f(x):\n    sql = 'SELECT 1'\n{body}    cursor.execute(sql, x)\n")
            self.assertEqual([item[1] for item in found], [True])

    def test_only_the_connection_to_the_application_is_brought_over(self):
        plain = "import sqlite3\n"
        for text in ("c = sqlite3.connect(':memory:')", "c = sqlite3.connect('file:x.db?mode=ro', uri=True)",
                     "c = sqlite3.connect('x.db', isolation_level=None)",
                     "c = sqlite3.connect('x.db', detect_types=1)",
                     "def f(where):\n    c = sqlite3.connect(where)\n    c.close()"):
            rules, found = self.rows(plain + text + "\n")
            self.assertIn("sqlite-connect-other", rules, text)
            self.assertEqual([item[1:] for item in found], [(True, False)], text)
        for text in ("c = sqlite3.connect('data/x.db', timeout=5)", "c = sqlite3.connect(DATABASE_PATH)",
                     "c = sqlite3.connect(os.environ.get('DB', 'x.db'))"):
            self.assertEqual(self.rows(plain + text + "\n")[0].count("sqlite-connect-other"), 0, text)
        rules, _ = self.rows(plain + "sqlite3.connect('x.db')\n",
                             b=plain + "sqlite3.connect('y.db')\n")
        self.assertIn("sqlite-connect-other", rules)
        rules, found = self.rows(plain + "sqlite3.connect('x.db').execute('SELECT 1')\n")
        self.assertIn("connect-unclosed", rules)
        rules, _ = self.rows(plain + "with sqlite3.connect('x.db') as c:\n    c.execute('SELECT 1')\n")
        self.assertIn("connect-unclosed", rules)
        rules, _ = self.rows(plain + "def f():\n    c = sqlite3.connect('x.db')\n    c.close()\n")
        self.assertNotIn("connect-unclosed", rules)

    def test_what_the_adapter_does_not_have_is_refused(self):
        for text in ("print(conn.total_changes)", "conn.backup(other)", "conn.create_function('f', 1, f)",
                     "conn.row_factory = lambda c, r: r", "list(conn.iterdump())"):
            _, found = self.rows(CONNECT + text + "  # cutover: reviewed\n")
            self.assertEqual([item[1:] for item in found], [(True, False)], text)
        for text in ("import aiosqlite", "from sqlalchemy import create_engine\ncreate_engine('sqlite:///x')",
                     "import pandas as pd\npd.read_sql('SELECT 1', engine)"):
            rules, found = self.rows(text + "\n")
            self.assertIn("other-driver", rules)
            self.assertTrue(found[0][1])

    def test_an_error_that_is_passed_over_in_a_transaction_is_told_outside_of_loops_too(self):
        start = CONNECT + "def f():\n    try:\n        conn.execute('DELETE FROM t')\n"
        rules, _ = self.rows(start + "    except sqlite3.IntegrityError:\n        pass\n"
                             "    conn.execute('DELETE FROM u')\n")
        self.assertIn("error-in-transaction", rules)
        rules, _ = self.rows(start + "    except sqlite3.IntegrityError:\n        conn.rollback()\n"
                             "    conn.execute('DELETE FROM u')\n")
        self.assertNotIn("error-in-transaction", rules)

    def test_a_review_speaks_of_one_call(self):
        for text, expected in (
                ("cursor.execute(x)  # cutover: reviewed", [True]),
                ("cursor.execute(x)  # cutover: reviewed with all tables", [True]),
                ("cursor.execute(x)  # cutover: reviewed-not", [False]),
                ("cursor.execute(x)  # cutover: reviewed: no", [False]),
                ("cursor.execute(x)  # cutover: reviewed not yet", [False]),
                ("cursor.execute(x); cursor.execute(y)  # cutover: reviewed", [False, False]),
                ("# cutover: reviewed\ncursor.execute(x)", [True]),
                ("# cutover: reviewed\ncursor.execute(x); cursor.execute(y)", [False, False]),
                ("cursor.execute(x,\n  cursor.execute(y)  # cutover: reviewed\n)", [False, True])):
            _, found = self.rows(CONNECT + text + "\n")
            self.assertEqual([item[2] for item in found], expected, text)

    def test_the_layer_is_known_before_and_after_the_fix(self):
        layer = ("import sqlite3\ndef get_connection():\n    return sqlite3.connect('x.db')\n")
        before = Folder(a="from data.db import get_connection\n", data__db=layer)
        after = Folder(a="from data.pg_utils import get_connection\n", data__db=layer)
        both = Folder(a="from data.pg_utils import get_connection\n", data__db=layer,
                      data__pg_utils="def get_connection():\n    pass\n")
        beside = Folder(data__a="from pg_utils import get_connection\n", data__db=layer)
        for folder in (before, after, both, beside):
            self.addCleanup(folder.remove)
            self.assertEqual(folder.scan()["data/db.py"]["role"], "sqlite-layer")
        self.assertEqual([item["rule"] for item in after.scan()["a.py"]["findings"]],
                         ["adapter-missing"])
        self.assertEqual(both.scan()["a.py"]["findings"], [])


if __name__ == "__main__":
    unittest.main()
