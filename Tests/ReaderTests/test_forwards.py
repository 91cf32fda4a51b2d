"""Functions that hand SQL on are followed, and every other use of them is told."""
import unittest

from support import Folder

CONNECT = "import sqlite3\nconn = sqlite3.connect('x.db')\ncursor = conn.cursor()\n"


class ForwardsTests(unittest.TestCase):
    HELPER = ("import sqlite3\nclass Base:\n    def both(self, sql, args=()):\n"
              "        return self.conn.execute(sql, args)\n"
              "def run(sql, args=()):\n    conn = sqlite3.connect('x.db')\n"
              "    try:\n        return conn.execute(sql, args).fetchall()\n    finally:\n        conn.close()\n"
              "def usual():\n    run('SELECT 0')\n    Base().both('SELECT 0')\n")

    def forwarded(self, content, **others):
        """(line, whether it is not known, its first text) of each statement of a file beside the helper."""
        folder = Folder(a=content, **({"helper": self.HELPER} | others))
        self.addCleanup(folder.remove)
        files = folder.scan()
        return [(item["line"], item["dynamic"], item["variants"][0]["text"])
                for item in files.get("a.py", {"statements": []})["statements"]]

    def test_a_function_that_hands_sql_on_is_followed_under_every_plain_name(self):
        for text in ("from helper import run as go\ngo('SELECT 1')", "from helper import run\ngo = run\ngo('SELECT 1')",
                     "import helper\ngo = helper.run\ngo('SELECT 1')", "import helper as h\n\nh.run('SELECT 1')",
                     "from helper import *\n\nrun('SELECT 1')", "from helper import run\n\nrun(sql='SELECT 1')",
                     "from helper import Base\nclass C(Base):\n    def f(self): self.both('SELECT 1')",
                     "from helper import Base\nclass C(Base):\n    def f(self): super().both('SELECT 1')",
                     "from helper import Base\n\nBase.both(Base(), 'SELECT 1')",
                     "from helper import run\nasync def f():\n    return await run('SELECT 1')",
                     "from helper import Base\nimport helper\nhelper.Base().both('SELECT 1')",
                     "import helper\nfrom helper import Base\nhelper.Base.both(x, 'SELECT 1')",
                     "from helper import run\ndef q(a, *rest): run(*rest)\nq(1, 'SELECT 1')",
                     "from helper import run\ndef q(label, text): run(args=(), sql=text)\nq('x', 'SELECT 1')",
                     "from helper import run\ndef q(text): run(text.strip())\nq('SELECT 1')",
                     "from helper import run\ndef execute(text): run(text)\nexecute('SELECT 1')"):
            found = self.forwarded(text + "\n")
            self.assertEqual([item[1:] for item in found], [(False, "SELECT 1")], text)

    def test_any_other_use_of_such_a_function_is_told(self):
        for text in ("import functools\nfrom helper import run\nf = functools.partial(run, 'SELECT 1')\nf()",
                     "from threading import Thread\nfrom helper import run\nThread(target=run, args=('SELECT 1',)).start()",
                     "from helper import run\n\nT = {'q': run}\nT['q']('SELECT 1')", "from helper import run\n\nT = [run]",
                     "import helper\n\ngetattr(helper, 'run')('SELECT 1')", "import helper\ndef f(n):\n    getattr(helper, n)('SELECT 1')",
                     "from helper import run\n\nrun(**{'sql': 'SELECT 1'})", "from helper import run\nA = ('SELECT 1',)\nrun(*A)",
                     "from helper import run\n\nx = run if 1 else None", "from helper import run\nclass A:\n    q = staticmethod(run)",
                     "from helper import run\n\n@run\ndef f(): return 'SELECT 1'", "from helper import run\n\nglobals()['run']('SELECT 1')",
                     "import helper\n\nvars(helper)['run']('SELECT 1')", "import helper\n\nhelper.__getattribute__('run')('SELECT 1')", "import helper\n\nhelper.__dict__['run']('SELECT 1')",
                     "from helper import run\n\nrun.delay('SELECT 1')", "from helper import Base\n\nx = [Base().both]",
                     "from helper import run\ndef f(q=run):\n    q('SELECT 1')", "from helper import run\n\neval(\"run('SELECT 1')\")",
                     "from helper import run\n\nlist(map(run, ['SELECT 1']))", "from helper import run\n\nrun(lambda: 'SELECT 1')",
                     "import importlib\n\nm = [importlib.import_module('helper').run]"):
            found = self.forwarded(text + "\n")
            self.assertEqual([item[1] for item in found], [True], text)
            self.assertIn(found[0][0], (2, 3), text)
        for text in ("from helper import Base\nb = Base()\nb.both(load())", "def f(b):\n    b.both(load())",
                     "from helper import Base\nb = Base()\nb.get(load())"):
            found = self.forwarded(text + "\n", helper=self.HELPER + "class D:\n    def get(self, sql):\n"
                                   "        self.conn.execute(sql)\nD().get('SELECT 0')\n")
            self.assertEqual([item[1] for item in found], [True], text)

    def test_what_only_has_the_same_name_is_no_statement(self):
        for text in ("import subprocess\nsubprocess.run(['ls'])\nmap(subprocess.run, [])\nsubprocess.run(x)",
                     "import asyncio, sqlite3\nasyncio.run(x())", "from jobs import run\nrun(x)\nmap(run, y)",
                     "def f(x):\n    run = 'text'\n    print(run, app().run)\n    if x is run: pass",
                     "def run(x): return x\nmap(run, [])\nrun(1)\n", "def f(x):\n    return {}.get(x)"):
            self.assertEqual(self.forwarded(text + "\n", jobs="def run(x):\n    pass\n", dao=(
                "class D:\n    def get(self, sql):\n        self.conn.execute(sql)\nD().get('SELECT 0')\n")), [], text)

    def test_a_function_that_nobody_is_known_to_call_runs_what_is_not_known(self):
        start = "import sqlite3\nconn = sqlite3.connect('x.db')\n"
        for text, expected in (
                ("def run(sql):\n    conn.execute(sql)\n", [(4, True, "\0")]),
                ("def run(sql):\n    conn.execute(sql)\nrun('SELECT 1')\n", [(5, False, "SELECT 1")]),
                ("def run(sql='SELECT 2'):\n    conn.execute(sql)\nrun()\n", [(4, False, "SELECT 2")]),
                ("def run(sql='SELECT 2'):\n    conn.execute(sql)\n", [(4, True, "\0"), (4, False, "SELECT 2")]),
                ("def run(sql, n):\n    sql += ' LIMIT 1'\n    conn.execute(sql)\nrun('SELECT 1', 1)\n",
                 [(5, True, "\0 LIMIT 1"), (6, False, "SELECT 1")]),
                ("def run(sql=None):\n    if sql is None:\n        sql = 'SELECT 3'\n    conn.execute(sql)\nrun()\n",
                 [(6, False, "SELECT 3")]),
                ("run = lambda sql: conn.execute(sql)\nrun('SELECT 1')\n", [(3, True, "\0")]),
                ("class Q:\n    def __call__(self, sql):\n        conn.execute(sql)\nQ()('SELECT 1')\n",
                 [(5, True, "\0")]),
                ("def deco(sql):\n    def inner(f):\n        return conn.execute(sql)\n    return inner\n"
                 "@deco('SELECT 1')\ndef f(): pass\n", [(7, False, "SELECT 1")]),
                ("def one(sql):\n    two(sql)\ndef two(sql):\n    conn.execute(sql)\n", [(4, True, "\0")])):
            self.assertEqual(self.forwarded(start + text), expected, text)

    def test_why_it_is_not_known_is_told(self):
        folder = Folder(a=CONNECT + "def run(sql):\n    conn.execute(sql)\nx = [run]\n")
        self.addCleanup(folder.remove)
        self.assertEqual([item["variants"][0]["holes"][0]["source"] for item in folder.scan()["a.py"]["statements"]],
                         ["conn.execute(sql) (no call of run was followed)", "run (run runs SQL, and is handed on here)"])

    def test_two_functions_of_one_name_are_read_in_either_way(self):
        self.assertEqual([item[1:] for item in self.forwarded(
            "from other import run\nrun('label', 'SELECT 1')\n",
            other="from helper import run as go\ndef run(label, text):\n    go(text)\n")],
            [(False, "SELECT 1")])

    def test_a_function_that_hands_on_several_texts_gives_a_statement_for_each(self):
        start = "import sqlite3\nconn = sqlite3.connect('x.db')\ndef move(a, b, n=0):\n    conn.execute(a)\n    conn.execute(b)\n"
        self.assertEqual(self.forwarded(start + "move('SELECT 1', b='SELECT 2')\nmove('SELECT 3', x)\n"),
                         [(6, False, "SELECT 1"), (6, False, "SELECT 2"), (7, False, "SELECT 3"), (7, True, "\0")])
        # The second one goes by another function that is known later only.
        self.assertEqual([item[1:] for item in self.forwarded(
            start.replace("    conn.execute(b)\n", "    later(b)\n")
            + "def later(q):\n    conn.execute(q)\nmove('SELECT 1', 'SELECT 2')\n")],
            [(False, "SELECT 1"), (False, "SELECT 2")])

    def test_a_statement_with_a_mistake_is_one(self):
        for text in ("COPY t FROM STDIN", "CALL f()", "DO $$ $$", "GRANT ALL ON t TO x", "SELCT 1", "MERGE INTO t"):
            for call in (f"cursor.execute('{text}')", f"conn.execute('{text}')"):
                self.assertEqual([item[2] for item in self.forwarded(CONNECT + call + "\n")], [text])
            self.assertEqual(self.forwarded(f"def f(conn):\n    conn.execute('{text}')\n")[0][2], text)
            self.assertEqual(self.forwarded(f"from helper import run\nrun('{text}')\n")[0][2], text)


if __name__ == "__main__":
    unittest.main()
