"""A connection that the pool would lose is told; one that is closed or handed on is not."""
import unittest

from support import Folder

OPEN = "    conn = sqlite3.connect('x.db')\n"
LAYER = "import sqlite3\ndef get_connection():\n    return sqlite3.connect('x.db')\n"

CLOSED = [
    OPEN + "    conn.execute('SELECT 1')\n    conn.close()\n",
    OPEN + "    try:\n        return conn.execute('SELECT 1').fetchall()\n    finally:\n        conn.close()\n",
    "    conn = None\n    try:\n    " + OPEN + "        return 1\n    finally:\n        if conn:\n            conn.close()\n",
    OPEN + "    if x:\n        conn.close()\n        return 1\n    conn.close()\n    return 2\n",
    OPEN + "    with closing(conn):\n        return conn.execute('SELECT 1').fetchall()\n",
    "    with contextlib.closing(sqlite3.connect('x.db')) as conn:\n        return conn.execute('SELECT 1').fetchone()\n",
    OPEN + "    with closing(conn) as c, c:\n        if x: return 1\n",
    OPEN + "    return conn\n", "    return sqlite3.connect('x.db')\n", OPEN + "    return conn, conn.cursor()\n",
    OPEN + "    return Store(conn)\n", OPEN + "    x.conn = conn\n", OPEN + "    x['c'] = conn\n", OPEN + "    x.append(conn)\n",
    "    x.conn = sqlite3.connect('x.db')\n", OPEN + "    yield conn\n    conn.close()\n",
    OPEN + "    try:\n        yield conn\n    finally:\n        conn.close()\n",
    "    global conn\n" + OPEN, OPEN + "    atexit.register(conn.close)\n", "    sqlite3.connect('x.db').close()\n",
    OPEN + "    stack.enter_context(closing(conn))\n", OPEN + "    def end():\n        conn.close()\n    return end\n",
    "    for y in x:\n    " + OPEN + "        conn.close()\n",
    OPEN + "    while True:\n        if x:\n            break\n    conn.close()\n",
    OPEN + "    if not x:\n        sys.exit(1)\n    conn.close()\n",
    OPEN + "    try:\n        conn.execute('SELECT 1')\n    except E:\n        log()\n    conn.close()\n",
    OPEN + "    try:\n        conn.execute('SELECT 1')\n        conn.close()\n    except E:\n        raise\n",
    OPEN + "    match x:\n        case 1:\n            y = 1\n    conn.close()\n",
]
OPEN_LEFT = [
    OPEN + "    return conn.execute('SELECT 1')\n", OPEN + "    return conn.execute('SELECT 1').fetchall()\n",
    OPEN + "    return conn.cursor()\n", OPEN + "    if x:\n        return 1\n    conn.close()\n",
    OPEN + "    if x:\n        raise E\n    conn.close()\n", OPEN + "    return fetch(conn)\n",
    OPEN + "    if x:\n        conn.close()\n", OPEN + "    conn.execute('SELECT 1')\n",
    "    for y in x:\n    " + OPEN, "    with sqlite3.connect('x.db') as conn:\n        conn.execute('SELECT 1')\n",
    OPEN + "    with conn:\n        conn.execute('SELECT 1')\n",
    OPEN + "    try:\n        conn.execute('SELECT 1')\n        conn.close()\n    except E:\n        return None\n",
    OPEN + "    for y in x:\n        if y:\n            return y\n    conn.close()\n",
    "    return sqlite3.connect('x.db').execute('SELECT 1').fetchall()\n", "    c = sqlite3.connect('x.db').cursor()\n",
    OPEN + "    conn = sqlite3.connect('x.db')\n    conn.close()\n",
]


class ClosingTests(unittest.TestCase):
    def told(self, body, **others):
        """(severity of the finding, whether the file is held up), or None."""
        folder = Folder(a="import sqlite3\ndef f(x):\n" + body, **others)
        self.addCleanup(folder.remove)
        file = folder.scan()["a.py"]
        found = {item["severity"] for item in file["findings"] if item["rule"] == "connect-unclosed"}
        held = any(item["call"] == "connect-unclosed" and item["dynamic"] for item in file["statements"])
        return (found.pop(), held) if found else None

    def test_what_is_closed_or_handed_on_is_not_told(self):
        for body in CLOSED:
            self.assertIsNone(self.told(body), body)

    def test_what_a_way_out_leaves_open_is_an_error_and_the_file_is_left(self):
        for body in OPEN_LEFT:
            self.assertEqual(self.told(body), ("error", True), body)

    def test_a_connection_of_the_layer_is_lent_by_the_pool_too(self):
        for start in ("    from layer import get_connection\n    conn = get_connection()\n",
                      "    import layer\n    conn = layer.get_connection()\n"):
            self.assertEqual(self.told(start + "    return conn.execute('SELECT 1')\n", layer=LAYER),
                             ("error", True))
            self.assertIsNone(self.told(start + "    conn.close()\n", layer=LAYER))

    def test_what_only_the_layer_promises_is_told(self):
        def rules(connect, rows):
            folder = Folder(db=(
                f"import sqlite3\nSETTINGS = {{}}\ndef get_connection():\n  conn = sqlite3.connect('x.db', {connect})\n"
                "  conn.row_factory = sqlite3.Row\n  return conn\n"
                "def execute_query(sql, args=()):\n  conn = get_connection()\n  try:\n"
                f"    return {rows}\n  finally:\n    conn.close()\n"), a="from db import execute_query\n")
            self.addCleanup(folder.remove)
            return [finding["rule"] for finding in folder.scan()["db.py"]["findings"] if finding["severity"] == "error"]
        plain = "conn.execute(sql, args).fetchall()"
        self.assertEqual(rules("timeout=5", plain), [])
        self.assertEqual(rules("isolation_level='IMMEDIATE', **SETTINGS", plain), [])
        self.assertEqual(rules("isolation_level=None", plain), ["layer-autocommit"])
        self.assertEqual(rules("timeout=5); conn.isolation_level = (None", plain), ["layer-autocommit"])
        self.assertEqual(rules("detect_types=3", plain), ["layer-types"])
        self.assertEqual(rules("timeout=5", f"[dict(row) for row in {plain}]"), ["layer-rows"])
        self.assertEqual(rules("timeout=5", "[dict(row) for row in conn.execute(sql, args)]"), ["layer-rows"])
        self.assertEqual(rules("timeout=5); conn.row_factory = (lambda c, r: 0", plain), ["layer-rows"])


if __name__ == "__main__":
    unittest.main()
