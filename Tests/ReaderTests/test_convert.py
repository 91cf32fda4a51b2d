"""What a statement becomes. Needs the transpiler: run by the Python that has it."""
import ast
import copy
import json
import os
import re
import sys
import unittest

from support import LAID_OUT, Folder, run_reader

sys.path.insert(0, LAID_OUT)
sys.dont_write_bytecode = True

import convert  # noqa: E402
from schema import Schema  # noqa: E402

TEXT, NUMBER = {"type": "text", "not_null": False}, {"type": "bigint", "not_null": False}
SCHEMA = {"tables": {
    "t": {"columns": {
        "id": {"type": "bigint", "not_null": True}, "name": {"type": "text", "not_null": True},
        "note": TEXT, "n": NUMBER, "on_off": {"type": "boolean", "not_null": True},
        "day": {"type": "date", "not_null": True}, "at": {"type": "timestamp", "not_null": False},
        "moment": TEXT, "r": {"type": "double precision", "not_null": False},
        "mark": {"type": "text", "not_null": False, "collation": "NOCASE"}}, "keys": [["id"], ["name"]], "primary": ["id"]},
    "u": {"columns": {"a": NUMBER, "b": NUMBER, "c": NUMBER}, "keys": [["a"], ["b"]],
          "primary": ["a"]},
}}
NOW = "timezone('UTC', statement_timestamp())"
AS_TEXT = f"to_char({NOW}, 'YYYY-MM-DD HH24:MI:SS')"
AS_MOMENT = f"date_trunc('second', {NOW})"


def ask(text, shapes=None, style="none", **more):
    """The converter's answer to one statement."""
    bound = {"style": "sequence" if shapes is not None and style == "none" else style,
             "shapes": shapes or []}
    question = {"text": text, "parameters": bound} | more
    return convert.convert(question, Schema(copy.deepcopy(SCHEMA["tables"])))


class ConvertTests(unittest.TestCase):
    def becomes(self, text, expected, shapes=None, **more):
        answer = ask(text, shapes, **more)
        self.assertEqual(answer["state"], "converted", answer)
        self.assertEqual(answer["driver"], expected)
        edited = text
        for start, end, part in reversed(answer["edits"]):
            edited = edited[:start] + part + edited[end:]
        self.assertEqual(edited, expected, "the edits make the same text")
        return answer

    def refused(self, text, word):
        answer = ask(text)
        self.assertEqual(answer["state"], "refused", answer)
        self.assertIn(word, answer["reason"])

    def test_only_what_must_change_changes(self):
        self.becomes(
            "select  id,\n  name  -- why\nfrom t where name NOT like ? AND note is not null",
            "select  id,\n  name  -- why\nfrom t where name NOT ILIKE %s ESCAPE '' AND note is not null",
            ["text"])
        same = "SELECT a.id , a.name FROM t AS a WHERE a.n != 3 and a.id in (1, 2)"
        self.becomes(same, same)

    def test_negations_stay(self):
        for text in ("name NOT LIKE 'a'", "note IS NOT NULL", "n NOT IN (1)",
                     "n NOT BETWEEN 1 AND 2", "NOT (n = 1)"):
            driver = ask(f"SELECT id FROM t WHERE {text} AND id = ?", ["integer"])["driver"]
            self.assertIn("NOT", driver)

    def test_placeholders_and_percent_signs(self):
        self.becomes("SELECT id FROM t WHERE name = ? AND note = '?100%'",
                     "SELECT id FROM t WHERE name = %s AND note = '?100%'", ["text"])
        self.becomes("SELECT id FROM t WHERE note = '5%'", "SELECT id FROM t WHERE note = '5%'")
        self.becomes("SELECT id FROM t WHERE name = :a OR note = :a",
                     "SELECT id FROM t WHERE name = %(a)s OR note = %(a)s", style="named")
        self.becomes("SELECT id FROM t LIMIT ?, ?", "SELECT id FROM t OFFSET %s LIMIT %s",
                     ["integer", "integer"])
        self.becomes("SELECT id FROM t LIMIT 5, 2", "SELECT id FROM t LIMIT 2 OFFSET 5")
        self.assertEqual(ask("SELECT ? WHERE name = %s", ["text"])["state"], "refused")

    def test_moments_take_the_type_that_they_meet(self):
        self.becomes("SELECT id FROM t WHERE moment > datetime('now', '-2 hours')",
                     "SELECT id FROM t WHERE moment > to_char("
                     f"{NOW} - INTERVAL '2 hours', 'YYYY-MM-DD HH24:MI:SS')")
        self.becomes("SELECT id FROM t WHERE at > datetime('now')",
                     f"SELECT id FROM t WHERE at > {AS_MOMENT}")
        self.becomes("SELECT id FROM t WHERE day = date('now', '+1 day')",
                     f"SELECT id FROM t WHERE day = CAST({NOW} + INTERVAL '1 day' AS date)")
        self.becomes("UPDATE t SET moment = CURRENT_TIMESTAMP, at = CURRENT_TIMESTAMP",
                     f"UPDATE t SET moment = {AS_TEXT}, at = {AS_MOMENT}")
        self.becomes("INSERT INTO t (name, moment, at) VALUES (?, datetime('now'), datetime('now'))",
                     f"INSERT INTO t (name, moment, at) VALUES (%s, {AS_TEXT}, {AS_MOMENT})",
                     ["text"])
        self.becomes("SELECT strftime('%Y-W', moment), strftime('%s', at) FROM t",
                     "SELECT to_char(CAST( moment AS TIMESTAMP), 'YYYY-\"W\"'), "
                     "CAST(EXTRACT(EPOCH FROM at) AS BIGINT) FROM t")
        self.refused("SELECT datetime('now', 'localtime')", "localtime")
        self.refused("SELECT strftime('%W', at) FROM t", "%W")

    def test_truth_values_and_types(self):
        self.becomes("SELECT id FROM t WHERE on_off = 1 AND n = 1",
                     "SELECT id FROM t WHERE on_off = TRUE AND n = 1")
        self.becomes("UPDATE t SET on_off = ? WHERE id = ?",
                     "UPDATE t SET on_off = CAST(CAST(%s AS INTEGER) AS BOOLEAN) WHERE id = %s",
                     ["integer", "integer"])
        same = "UPDATE t SET on_off = %s WHERE id = %s"
        self.becomes(same.replace("%s", "?"), same, ["boolean", "integer"])
        self.becomes("SELECT id FROM t WHERE note >= ?",
                     "SELECT id FROM t WHERE note >= CAST(%s AS TEXT)", ["date"])
        self.becomes("SELECT id FROM t WHERE note = 5", "SELECT id FROM t WHERE note = '5'")
        self.becomes('SELECT id FROM t WHERE note = "x" AND "name" = \'y\'',
                     "SELECT id FROM t WHERE note = 'x' AND \"name\" = 'y'")

    def test_keys(self):
        self.becomes("INSERT OR IGNORE INTO t (name) VALUES (?)",
                     "INSERT INTO t (name) VALUES (%s) ON CONFLICT DO NOTHING", ["text"])
        answer = self.becomes(
            "INSERT OR REPLACE INTO t (name, n) VALUES (?, ?)",
            "INSERT INTO t (name, n) VALUES (%s, %s) ON CONFLICT(name) DO UPDATE SET "
            "note = DEFAULT, n = EXCLUDED.n, on_off = DEFAULT, day = DEFAULT, at = DEFAULT, "
            "moment = DEFAULT, r = DEFAULT, mark = DEFAULT", ["text", "integer"])
        self.assertIn("insert-or-replace", [note["rule"] for note in answer["notes"]])
        self.refused("INSERT OR REPLACE INTO u (a, b) VALUES (1, 2)", "2 keys")
        self.refused("INSERT OR REPLACE INTO no_such (a) VALUES (1)", "no_such")
        self.becomes("INSERT INTO t (name) VALUES (?)",
                     "INSERT INTO t (name) VALUES (%s) RETURNING id", ["text"], wants_key=True)

    def test_order_and_groups(self):
        self.becomes("SELECT id FROM t ORDER BY note, name, n DESC",
                     "SELECT id FROM t ORDER BY note NULLS FIRST, name, n DESC NULLS LAST")
        self.becomes("SELECT name, note, COUNT(*) FROM t GROUP BY name",
                     "SELECT name, MIN(note) AS note, COUNT(*) FROM t GROUP BY name")
        same = "SELECT id, note, COUNT(*) FROM t GROUP BY id"
        self.becomes(same, same)
        same = "SELECT note AS kind, COUNT(*) FROM t GROUP BY kind"
        self.becomes(same, same)
        same = "SELECT note, COUNT(*) FROM t GROUP BY 1"
        self.becomes(same, same)
        self.refused("SELECT name, note, MAX(n) FROM t GROUP BY name", "min() or max()")

    def test_numbers(self):
        self.becomes("SELECT SUM(n) / 7 FROM t", "SELECT CAST(SUM(n) AS BIGINT) / 7 FROM t")
        self.becomes("SELECT n / id FROM t", "SELECT n / NULLIF(id, 0) FROM t")
        self.assertIn("[0-9]+", ask("SELECT CAST(note AS INTEGER) FROM t")["driver"])
        self.becomes("SELECT IFNULL(note, ''), GROUP_CONCAT(name) FROM t WHERE n == 1",
                     "SELECT COALESCE(note, ''), STRING_AGG(name, ',') FROM t WHERE n = 1")

    def test_what_has_no_form_is_refused(self):
        for text in ("PRAGMA foreign_keys = ON", "ATTACH 'x.db' AS x", "SELECT FROM WHERE ("):
            self.assertEqual(ask(text)["state"], "refused")

    def test_a_percent_sign_stays_however_the_call_is_known(self):
        text = "SELECT id FROM t WHERE note = '50% off' AND id % 7 = 1 AND name = 'x%%'"
        for style in ("none", "sequence", "unknown"):
            for speaks in ("sqlite", "either"):
                self.becomes(text, text, style=style, speaks=speaks)

    def test_postgresql_stays_as_it_is(self):
        text = "SELECT id FROM t WHERE name LIKE %s AND note = '5%%' ORDER BY note"
        self.becomes(text, text, ["text"])
        text = "SELECT date_trunc('day', at) FROM t ORDER BY note"
        self.becomes(text, text, speaks="postgresql")

    def test_edits_survive_every_kind_of_literal(self):
        folder = Folder()
        self.addCleanup(folder.remove)
        source = (
            "import sqlite3\nc = sqlite3.connect('x.db').cursor()\n"
            "c.execute('SELECT id FROM t WHERE moment > datetime(\\'now\\')')\n"
            "c.execute(\"SELECT id FROM t WHERE moment > date\" \"('now') AND\"\n"
            "          ' name LIKE ? ', ('%',))\n"
            "c.execute(f'''SELECT id FROM t WHERE name = ? AND note = '{{' LIMIT {1}''', ('a',))\n"
            "c.execute(r\"SELECT id FROM t WHERE note = '\\d%' AND name = ?\", ('ü',))\n")
        folder.write("a.py", source)
        scanned = folder.scan()["a.py"]
        variants = []
        for statement in scanned["statements"]:
            for variant in statement["variants"]:
                answer = run_reader("convert", given=json.dumps({
                    "schema": SCHEMA, "statements": [{
                        "text": variant["text"], "parameters": statement["parameters"]}]}))
                variants.append({"spans": variant["spans"],
                                 "edits": answer["answers"][0]["edits"]})
        done = run_reader("fix", folder.path, given=json.dumps({
            "files": [{"path_bytes": scanned["path_bytes"], "digest": scanned["digest"],
                       "statements": [{"variants": variants}]}],
            "adapter": {"package": "", "layers": []}, "write": False, "backup": ""}))["files"][0]
        self.assertEqual(done["state"], "fixed", done)
        for line in ("+c.execute('SELECT id FROM t WHERE moment > to_char(timezone(\\'UTC\\', ",
                     "+          ' name ILIKE %s ESCAPE \\'\\' ', ('%',))", "name = %s AND note = '{{' LIMIT {1}",
                     "note = '\\d%' AND name = %s"):
            self.assertIn(line, done["diff"])

    def noted(self, text, rule, shapes=None):
        answer = ask(text, shapes)
        self.assertEqual(answer["state"], "converted", answer)
        self.assertIn(rule, [note["rule"] for note in answer["notes"]], text)

    def test_what_both_take_and_answer_otherwise_is_brought_over(self):
        self.becomes("INSERT INTO t (id, name) VALUES (NULL, ?)",
                     "INSERT INTO t (id, name) VALUES (DEFAULT, %s)", ["text"])
        self.becomes("SELECT substr(name, -3) FROM t", "SELECT RIGHT(name,3) FROM t")
        self.becomes("SELECT id FROM t LIMIT -1 OFFSET 5", "SELECT id FROM t LIMIT ALL OFFSET 5")
        self.becomes("UPDATE t SET note = ? WHERE id = ?",
                     "UPDATE t SET note = CAST(CAST(%s AS INTEGER) AS TEXT) WHERE id = %s",
                     ["boolean", "integer"])
        self.becomes("SELECT id FROM t WHERE name LIKE 'a\\b%'",
                     "SELECT id FROM t WHERE name ILIKE 'a\\\\b%'")
        self.assertIn("CAST(CAST(on_off AS INT) AS TEXT)",
                      ask("SELECT name || on_off FROM t")["driver"])
        self.assertIn("NULLIF(n, 0)", ask("SELECT id % n FROM t")["driver"])
        self.becomes("SELECT id % 7 FROM t", "SELECT id % 7 FROM t")

    def test_what_both_take_and_answer_otherwise_is_told_or_refused(self):
        self.refused("UPDATE t SET n = 1.5 WHERE id = 1", "whole numbers")
        self.refused("INSERT INTO t (n) VALUES (2.5)", "whole numbers")
        self.refused("SELECT substr(name, -3, 2) FROM t", "from the end")
        self.noted("SELECT max(n, 5) FROM t", "greatest-null")
        self.noted("SELECT date(moment, '+1 month') FROM t", "month-end")
        self.noted("SELECT strftime('%s', at) FROM t", "strftime-number")
        self.noted("SELECT lower(name) FROM t", "case-unicode")
        self.noted("UPDATE t SET n = ? WHERE id = ?", "fraction", ["real", "integer"])
        self.noted("SELECT substr(name, n) FROM t", "substr-start")
        answer = ask("INSERT INTO t (id, name) VALUES (?, ?)", ["null", "text"])
        self.assertEqual(answer["state"], "refused")

    def test_what_passes_over_capitals_goes_on_to_do_so(self):
        self.becomes("SELECT id FROM t WHERE mark = 'RED' AND name = 'RED'",
                     "SELECT id FROM t WHERE LOWER(mark) = 'red' AND name = 'RED'")
        self.becomes("SELECT id FROM t WHERE mark IN (?, 'B')",
                     "SELECT id FROM t WHERE LOWER(mark) IN (LOWER(%s), 'b')", ["text"])
        self.becomes("SELECT id FROM t WHERE name = ? COLLATE NOCASE",
                     "SELECT id FROM t WHERE LOWER(name) = LOWER(%s )", ["text"])
        self.becomes("SELECT id FROM t ORDER BY name COLLATE NOCASE",
                     "SELECT id FROM t ORDER BY LOWER(name ) NULLS FIRST")
        self.becomes("SELECT id, mark FROM t WHERE mark LIKE 'a%'",
                     "SELECT id, mark FROM t WHERE mark ILIKE 'a%'")
        for text in ("SELECT DISTINCT mark FROM t", "SELECT COUNT(*) FROM t GROUP BY mark",
                     "SELECT MAX(mark) FROM t", "SELECT mark FROM t UNION SELECT name FROM t",
                     "SELECT id FROM t WHERE mark IN (SELECT name FROM t)"):
            self.refused(text, "capitals")
        self.refused("SELECT id FROM t WHERE name = 'a' COLLATE RTRIM", "RTRIM")

    def test_days_that_are_multiplied_stay_exact(self):
        def expected(rest):
            return f"SELECT EXTRACT(EPOCH FROM (at - CAST(day AS TIMESTAMP))){rest} FROM t".replace(" ", "")
        for times, rest in (("* 86400", ""), ("* 24", " * 24 / 86400.0"), ("* 24 * 60", " * 1440 / 86400.0"),
                            ("* 24 * 3600", "")):
            answer = ask(f"SELECT (julianday(at) - julianday(day)) {times} FROM t")
            self.assertEqual(answer["driver"].replace(" ", ""), expected(rest))

    def test_a_number_is_rounded_and_cut_off_as_before(self):
        self.becomes("SELECT round(r, 1), round(n) FROM t",
                     "SELECT round(CAST(r AS DECIMAL), 1), round(n) FROM t")
        self.assertIn("TRUNC(3.7)", ask("SELECT CAST(3.7 AS INTEGER)")["driver"])
        self.assertIn("CAST(on_off AS INT)", ask("SELECT CAST(on_off AS INTEGER) FROM t")["driver"])
        self.becomes("SELECT CAST(on_off AS TEXT) FROM t",
                     "SELECT CAST(CAST(on_off AS INT) AS TEXT) FROM t")
        self.assertIn("[0-9]", ask("SELECT CAST(note AS REAL) FROM t")["driver"])

    def test_a_query_for_one_value_gives_its_first_row(self):
        self.becomes("SELECT (SELECT note FROM t WHERE n = 1)",
                     "SELECT (SELECT note FROM t WHERE n = 1 LIMIT 1)")
        for same in ("SELECT (SELECT note FROM t WHERE id = 1)", "SELECT (SELECT COUNT(*) FROM t)",
                     "SELECT id FROM t WHERE id IN (SELECT n FROM t)",
                     "SELECT (SELECT t.note FROM t WHERE t.name = u.a AND t.n > 1) FROM u",
                     "INSERT INTO u (a) SELECT n FROM t", "SELECT a FROM (SELECT a FROM u) AS x"):
            self.becomes(same, same)

    def test_what_is_kept_as_another_kind_is_brought_over_or_told(self):
        self.becomes("UPDATE t SET note = on_off", "UPDATE t SET note = CAST(CAST(on_off AS INT) AS TEXT)")
        for text in ("UPDATE t SET n = r", "UPDATE t SET n = n * 1.5", "UPDATE t SET n = (SELECT avg(r) FROM t)",
                     "INSERT INTO u (a) SELECT r FROM t"):
            self.noted(text, "fraction")
        self.noted("UPDATE t SET note = r", "concat-number")
        for text in ("UPDATE t SET day = at", "UPDATE t SET at = date('now')",
                     "SELECT id FROM t WHERE at > day", "SELECT id FROM t WHERE at = '2025-01-01T00:00:00'",
                     "SELECT id FROM t WHERE at > '2025-01-01'"):
            self.noted(text, "date-form")
        for text in ("SELECT id FROM t WHERE at >= '2025-01-01'", "SELECT id FROM t WHERE day = '2025-01-01'"):
            self.assertEqual(ask(text)["notes"], [])
        self.noted("SELECT id FROM t WHERE at >= ?", "date-text", ["text"])
        self.noted("SELECT id FROM t WHERE name = ?", "value-kind", ["unknown"])
        self.noted("SELECT on_off FROM t", "boolean-result")
        self.noted("SELECT id FROM t LIMIT ?", "limit-below-zero", ["unknown"])
        self.noted("SELECT group_concat(name) FROM t", "group-concat-order")
        self.refused("SELECT day - 1 FROM t", "reckoned")
        self.refused("UPDATE t SET note = x'41'", "bytes")
        self.refused("SELECT json_extract(note, '$.a') FROM t", "JSON_EXTRACT(note, '$.a') answers otherwise")
        self.refused("SELECT note ->> 'a' FROM t", "otherwise")
        self.refused("SELECT datetime('2025-01-01 00:00:00+02:00')", "offset")

    def test_numbers_of_floating_point_stay_so(self):
        self.becomes(
            "SELECT 1e3, -1e2, 1E3 * n, 100000000000000000000, 9223372036854775807, -9223372036854775808, 1.5 FROM t",
            "SELECT 1e3::double precision, -1e2::double precision, 1E3::double precision * n, "
            "100000000000000000000::double precision, 9223372036854775807, -9223372036854775808, 1.5 FROM t")
        self.noted("SELECT COALESCE(n, 1e3) FROM t", "number-form")
        self.noted("INSERT INTO t (name, note) VALUES ('a', 1e3)", "concat-number")
        self.refused("SELECT id FROM t WHERE note = 1e3", "beside a column of text")
        same = "SELECT CAST(1e3 AS DOUBLE PRECISION) FROM t"
        self.becomes(same, same)

    def test_a_fraction_that_may_be_bound_into_whole_numbers_is_told(self):
        for text in ("UPDATE t SET n = ? WHERE id = 1", "UPDATE t SET n = COALESCE(?, n)", "UPDATE t SET n = IFNULL(n, ?) - 1",
                     "UPDATE t SET n = CASE WHEN id = 1 THEN ? ELSE n END", "INSERT INTO t (n) VALUES (? * 2)",
                     "INSERT INTO t (n) SELECT ?", "INSERT INTO t (n) VALUES (1) ON CONFLICT(id) DO UPDATE SET n = n + ?"):
            self.noted(text, "value-kind", ["unknown"])
            self.noted(text, "fraction", ["real"])
            self.assertFalse({"fraction", "value-kind"} & {note["rule"] for note in ask(text, ["integer"])["notes"]}, text)
        for text in ("UPDATE t SET n = CAST(? AS INTEGER)", "UPDATE t SET n = CASE WHEN id = ? THEN 1 ELSE n END"):
            self.assertEqual(ask(text, ["unknown"])["notes"], [], text)

    def test_a_moment_that_a_table_fills_in_has_the_form_of_a_migrated_one(self):
        self.becomes("CREATE TABLE x (a DATETIME DEFAULT CURRENT_TIMESTAMP, b TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)",
                     f"CREATE TABLE x (a TIMESTAMP DEFAULT {AS_MOMENT}, b TEXT NOT NULL DEFAULT {AS_TEXT})")

    def test_what_is_told_only_does_not_say_that_it_is_written(self):
        notes = ask("SELECT r || '' FROM t WHERE name LIKE 'a%' LIMIT ?", ["unknown"])["notes"]
        self.assertEqual({note["rule"]: note["suggestion"] is None for note in notes},
                         {"concat-number": False, "like-case": True, "limit-below-zero": False})

    def test_a_pattern_of_the_program_keeps_its_backslashes(self):
        self.becomes("SELECT id FROM t WHERE name LIKE ?",
                     "SELECT id FROM t WHERE name ILIKE %s ESCAPE ''", ["text"])
        self.becomes("SELECT id FROM t WHERE name NOT LIKE '%' || ? || '%'",
                     "SELECT id FROM t WHERE name NOT ILIKE '%' || %s || '%' ESCAPE ''", ["text"])
        self.becomes("SELECT id FROM t WHERE name LIKE ? ESCAPE '!'",
                     "SELECT id FROM t WHERE name ILIKE %s ESCAPE '!'", ["text"])

    def test_a_layer_that_binds_by_itself_keeps_its_names(self):
        same = "SELECT COALESCE(note, '') FROM t WHERE id = :id AND name LIKE 'a%'"
        self.becomes(same, same, keeps=True, style="named")
        self.assertIn("$1", ask("SELECT id FROM t WHERE id = :id", keeps=True)["server"])

    def test_what_was_converted_once_stays_as_it_is(self):
        """Every statement of these tests and of those of the meaning, in a file that may be either."""
        here = os.path.dirname(os.path.abspath(__file__))
        texts = set()
        for name in ("test_convert.py", "test_meaning.py"):
            with open(os.path.join(here, name), encoding="utf-8") as file:
                texts |= {node.value for node in ast.walk(ast.parse(file.read()))
                          if isinstance(node, ast.Constant) and isinstance(node.value, str)
                          and re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|REPLACE|BEGIN|CREATE) ", node.value)}
        texts |= {"BEGIN IMMEDIATE", "SELECT datetime('now')", "SELECT time('now'), unixepoch('now')",
                  "SELECT name FROM sqlite_master WHERE type = 'table'", "SELECT total(n) FROM t", "SELECT `name` FROM t",
                  "CREATE TABLE x (id INTEGER PRIMARY KEY AUTOINCREMENT, at DATETIME DEFAULT (datetime('now'))) STRICT"}
        count = 0
        for text in sorted(texts):
            for shapes in (None, ["unknown"] * text.count("?")):
                first = ask(text, shapes, style="named" if ":" in text and shapes is not None else "none")
                if first["state"] != "converted":
                    continue
                count += bool(first["edits"])
                second = ask(first["driver"], shapes, style="sequence" if shapes is not None else "none",
                             speaks="either")
                self.assertEqual((second["state"], second.get("edits")), ("converted", []),
                                 (text, first["driver"], second))
        self.assertGreater(count, 200)

    def test_what_a_person_wrote_for_postgresql_stays_as_it_is(self):
        for same in ("SELECT to_char(now(), 'YYYY')", "SELECT id FROM t WHERE name ILIKE 'a%' ORDER BY note",
                     "SELECT n::text FROM t"):
            self.becomes(same, same)
        self.becomes("SELECT id FROM t WHERE at > now() - INTERVAL '1 day' AND name = ?",
                     "SELECT id FROM t WHERE at > now() - INTERVAL '1 day' AND name = %s", ["text"])
        # In a string it is none of PostgreSQL's words.
        self.becomes("SELECT id FROM t WHERE note = 'ILIKE' AND name LIKE 'a'",
                     "SELECT id FROM t WHERE note = 'ILIKE' AND name ILIKE 'a'")

    def test_what_no_server_plans_has_its_own_advice(self):
        def how(text, **more):
            parts = ask(text, **more)["statements"]
            return [(part["how"], part.get("reason") or "") for part in parts]
        for text, word in (("ANALYZE t", "as it stands"), ("VACUUM", "autocommit"), ("REINDEX INDEX i", "lock"),
                           ("ALTER TABLE t ADD COLUMN x TEXT", "IF NOT EXISTS"), ("DROP TABLE t", "CASCADE"),
                           ("GRANT ALL ON t TO x", "copy"), ("CALL f()", "copy"), ("EXPLAIN SELECT 1", "one text")):
            for more in ({}, {"speaks": "postgresql"}):
                self.assertEqual([item[0] for item in how(text, **more)], ["unplanned"], text)
                self.assertIn(word, how(text, **more)[0][1])
        for text in ("REINDEX", "REINDEX t", "VACUUM INTO 'x'", "EXPLAIN QUERY PLAN SELECT 1", "SELCT 1", "foo bar"):
            self.assertEqual([item[0] for item in how(text)], ["unproven"], text)
        self.assertEqual([item[0] for item in how("ANALYZE; SELECT id FROM t; VACUUM")],
                         ["unplanned", "plan", "unplanned"])
        self.becomes("ALTER TABLE t ADD COLUMN at DATETIME", "ALTER TABLE t ADD COLUMN at TIMESTAMP")
        self.assertEqual(how("MERGE INTO t USING u ON t.id = u.a WHEN MATCHED THEN DELETE")[0][0], "plan")

    def test_the_key_of_on_conflict_is_looked_for_where_the_server_is_not_asked(self):
        def arbiter(text):
            return ask(text)["statements"][0]["arbiter"]
        self.assertIsNone(arbiter("INSERT INTO t (name) VALUES ('a') ON CONFLICT (name) DO NOTHING"))
        self.assertIsNone(arbiter("INSERT INTO t (name) VALUES ('a') ON CONFLICT DO NOTHING"))
        self.assertIn("unique key", arbiter("INSERT INTO t (name) VALUES ('a') ON CONFLICT (n) DO NOTHING"))


if __name__ == "__main__":
    unittest.main()
