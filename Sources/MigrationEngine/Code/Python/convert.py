"""Statements in, their forms for PostgreSQL out: for the driver, for the server, and the edits.

The server decides whether a form is right; this only proposes.
"""
import json
import logging
import re
import sys

import sqlglot
from sqlglot import exp

import names
import sqltext
import unplanned
from made import made
from merge import applied, merged
from refusal import Refused
from rewrite import IFNULL, PLACE, Rewriting
from schema import Schema, tables_of

_CASTS = {"integer": "integer", "real": "numeric", "number": "numeric", "boolean": "boolean",
          "date": "date", "datetime": "timestamp", "bytes": "bytea"}
# What holds no name that the target could lack.
_HARMLESS = {"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"}
# What no PostgreSQL takes, in a text of which a part is not known.
_SQLITE_ONLY = re.compile(
    r"\b(?:INSERT|UPDATE)\s+OR\s+\w+|^\s*REPLACE\s+INTO\b|^\s*(?:PRAGMA|ATTACH|DETACH)\b|"
    r"\bBEGIN\s+(?:IMMEDIATE|EXCLUSIVE|DEFERRED)\b|\b(?:AUTOINCREMENT|GLOB)\b|"
    r"\b(?:_rowid_|rowid|sqlite_(?:master|schema|sequence))\b|"
    r"\b(?:datetime|julianday|unixepoch|strftime|ifnull|group_concat|last_insert_rowid)\s*\(",
    re.I)
# What is rewritten although no server plans it.
_REWRITTEN = {"ALTER", "CREATE"}
# What no SQLite takes: a statement with it was written for PostgreSQL, by `fix` or by a person.
_POSTGRESQL_ONLY = re.compile(
    r"\b(?:to_char|to_date|to_timestamp|timezone|statement_timestamp|clock_timestamp|date_trunc|now|"
    r"string_agg|array_agg|right|left|greatest|least|decode|encode|regexp_replace|split_part|"
    r"pg_\w+|nextval|currval|setval)\s*\(|\bEXTRACT\s*\(\s*\w+\s+FROM\b|\bI?LIKE\s+(?:ANY|ALL)\b|"
    r"\bILIKE\b|\bINTERVAL\s+'|::\s*[a-z]|\bSUBSTRING\s*\([^()]*\sFROM\s|\binformation_schema\s*\.|"
    r"\bLIMIT\s+ALL\b|\bGENERATED\s+(?:BY\s+DEFAULT|ALWAYS)\s+AS\s+IDENTITY\b|\bFOR\s+UPDATE\b|"
    r"\bDISTINCT\s+ON\b|^\s*(?:MERGE|TABLE)\b", re.I)
_NULL = re.compile(r"\s+IS\s+(?:NOT\s+)?NULL\b", re.I)
_MARK = re.compile(PLACE + r"(\d+)")


# What is told only: nothing is written otherwise for it.
_LOOK = "nothing is changed for it: see whether it matters here"
_ADVICE = {
    "concat-number": "format the number in the program where its form matters",
    "group-concat-order": "ORDER BY inside of it where the order matters",
    "fraction": "round() where a whole number is meant; another type of the column where not",
    "date-text": "bind dates in the column's own form, and None for none",
    "limit-below-zero": "bind None, or no LIMIT, for no limit",
    "text-number": "int() or float() of it in the program, and an answer for what is no number",
    "number-form": "CAST both sides to one type, or format the number in the program, where its form matters",
    "exact-fraction": "round() where the result is compared or shown",
    "boolean-result": "int() where 1 and 0 are wanted",
} | {rule: _LOOK for rule in (
    "date-form", "greatest-null", "month-end", "strftime-number", "case-unicode", "substr-start",
    "modulo", "shift", "moment-text", "julianday-fraction", "sqlite-master-indexes")}


class Places:
    """The placeholders of a statement, each under a name that survives the transpiler."""

    def __init__(self, sql, keeps=False):
        self.found = sqltext.placeholders(sql)
        # Whoever binds them takes them as they are.
        self.keeps = keeps
        self.sql = sql
        self.styles = {"format" if word.startswith("%") else word[0] for _, _, word in self.found}
        parts, at = [], 0
        self.shifts = []
        for number, (start, end, _) in enumerate(self.found):
            parts += [sql[at:start], f"{PLACE}{number}"]
            at = end
        self.named = "".join(parts) + sql[at:]

    @property
    def by_name(self):
        """Whether the values are bound by name."""
        return any(word[0] == ":" or word.startswith("%(") for _, _, word in self.found)

    def name(self, number):
        """The name of a placeholder, or None."""
        word = self.found[number][2]
        if word.startswith("%("):
            return word[2:-2]
        return word[1:] if word[0] == ":" else None

    def driver(self, number):
        """The placeholder as PostgreSQL's drivers write it."""
        if self.keeps:
            return self.found[number][2]
        name = self.name(number)
        return f"%({name})s" if name else "%s"

    def back(self, offset):
        """The place in the statement of a place in the named text."""
        shift = 0
        for number, (start, end, _) in enumerate(self.found):
            length = len(f"{PLACE}{number}")
            if offset <= start + shift:
                break
            shift += length - (end - start)
        return offset - shift

    def forth(self, offset):
        """The place in the named text of a place in the statement."""
        return offset + sum(len(f"{PLACE}{number}") - (end - start)
                            for number, (start, end, _) in enumerate(self.found) if end <= offset)

    def shapes(self, bound):
        """The kind of value of each placeholder, by its number."""
        given = bound["shapes"]
        if isinstance(given, dict):
            return {number: given.get(self.name(number), "unknown")
                    for number in range(len(self.found))}
        if len(given) == len(self.found):
            return dict(enumerate(given))
        return {}


def convert(statement, schema):
    """One statement's answer."""
    sql = statement["text"]
    if "\x00" in sql:
        return {"state": "dynamic", "reason": _sqlite_in(sql, statement.get("speaks"))}
    places = Places(sql, statement.get("keeps"))
    if len(places.styles) > 1 or any(re.fullmatch(r"\?\d+", word) for _, _, word in places.found):
        return {"state": "refused", "reason": "placeholders of several kinds"}
    shapes = places.shapes(statement["parameters"])
    notes = []
    is_bound = statement["parameters"]["style"] != "none" and not places.keeps
    is_written = places.styles == {"format"} or statement.get("speaks") == "postgresql"
    if places.keeps or is_written:
        named, edits = places.named, []
        if is_bound:
            # Written for a driver's own connection; inside of quotes it says the same to the planner.
            named = named.replace("%%", "%")
    elif _POSTGRESQL_ONLY.search(sqltext.masked(sql)) and not statement.get("wants_key"):
        named, edits = places.named, []
    else:
        edits = []
        for start, end in sqltext.split(places.named):
            told = unplanned.verdict(places.named[start:end])
            if told is not None and unplanned.first_word(places.named[start:end]) not in _REWRITTEN:
                continue
            try:
                given = [(places.forth(first) - start, places.forth(last) - start, kind, name)
                         for first, last, kind, name in statement.get("names") or ()]
                more, told = _converted(places.named[start:end], schema, shapes, given)
                if statement.get("wants_key"):
                    more = _returning(places.named[start:end], schema, more)
            except (Refused, sqlglot.errors.SqlglotError, RecursionError) as error:
                reason = str(error).split("\n")[0][:300]
                return {"state": "refused", "reason": reason,
                        "server": _server(places.named, shapes)}
            edits += [(start + first, start + last, text) for first, last, text in more]
            notes += told
        named = applied(places.named, edits)
    order = [int(number) for number in _MARK.findall(named)]
    if not places.by_name and order != list(range(len(places.found))):
        return {"state": "refused", "reason": "its placeholders would change places"}
    return {
        "state": "converted", "server": _server(named, shapes),
        "statements": [_proof(_server(named[first:last], shapes), schema)
                       for first, last in sqltext.split(named)],
        "driver": sql if is_written and places.styles <= {"format"} else _driver(named, places),
        "edits": _edits(places, edits) if places.styles != {"format"} else [],
        "notes": [{"rule": rule, "message": message, "suggestion": _ADVICE.get(rule)}
                  for rule, message in notes]}


def _sqlite_in(sql, speaks):
    """What of a statement that nobody converts is SQLite only, or None."""
    if speaks == "postgresql":
        return None
    code = sqltext.masked(sql)
    words = [word for _, _, word in sqltext.placeholders(sql) if not word.startswith("%")]
    found = words[:1] + [" ".join(match.group().split()) for match in _SQLITE_ONLY.finditer(code)]
    return found[0] if found else None


def _returning(named, schema, edits):
    """The edits, and one more that makes an INSERT answer the id that lastrowid gave."""
    tree = sqlglot.parse_one(named, read="sqlite")
    table = tables_of(tree)[0][1] if isinstance(tree, exp.Insert) else ""
    primary = (schema.table(table) or {}).get("primary") or []
    if len(primary) != 1 or tree.args.get("alternative") or tree.args.get("returning"):
        raise Refused("lastrowid after a statement that may insert no row, or into a table "
                      "without a key of one column")
    end = len(named.rstrip())
    # What is put in at the same place comes before it.
    before = "".join(text for first, last, text in edits if first == last == end)
    kept = [edit for edit in edits if not edit[0] == edit[1] == end]
    return [*kept, (end, end, f"{before} RETURNING {primary[0]}")]


def _prepared(named):
    """The words that the transpiler takes for others under names of their own."""
    text = re.sub(r"^(\s*)REPLACE(\s+INTO)", r"\1INSERT OR REPLACE\2", named, flags=re.I)
    for match in re.finditer(r"\bIFNULL(?=\s*\()", sqltext.masked(text), re.I):
        text = text[:match.start()] + IFNULL + text[match.end():]
    return text


def _called(named, given):
    """The text with a name for each column that is read by the name that SQLite makes up."""
    for start, end, kind, name in sorted(given, reverse=True):
        if len(name.encode()) > 63:
            raise Refused(f"a column is read by the name that SQLite makes up, {name[:40]}…, and PostgreSQL cuts a name "
                          "off at 63 bytes: give it an alias, and read it by that")
        if kind == "held":
            raise Refused(f"{name} comes back as {name.lower()}: PostgreSQL writes a name without quotes small; put it "
                          "into quotes wherever the statement has it")
        written = names.quoted(name)
        named = (named[:end] + f" AS {written}" + named[end:] if kind in ("made", "handed")
                 else named[:start] + written + named[end:])
    return named


def _referred(tree, given, schema):
    """Where an alias that keeps its capitals now is ordered or grouped by, it is written in the same way."""
    select = tree
    while isinstance(select, exp.SetOperation):
        select = select.this
    parts = [part for owner, name in ((tree, "order"), (select, "order"), (select, "group"))
             if (part := owner.args.get(name)) is not None]
    for node in [item for part in parts for item in part.expressions]:
        column = node.this if isinstance(node, exp.Ordered) else node
        if isinstance(column, exp.Column) and not column.table and column.name.lower() in given and (
                isinstance(node, exp.Ordered) or schema.column(column) is None):
            column.set("this", exp.to_identifier(given[column.name.lower()], quoted=True))


def _converted(named, schema, shapes, given=()):
    """The edits in the named text, and notes."""
    text = _prepared(named)
    tree = sqlglot.parse_one(text, read="sqlite")
    plain = tree.sql("sqlite", comments=True)
    if re.search(r"\bLIMIT\s+\w+\s*,", sqltext.masked(text), re.I):
        plain = re.sub(r"LIMIT (\w+) OFFSET (\w+)", r"LIMIT \2, \1", plain)
    if given:
        tree = sqlglot.parse_one(_prepared(_called(named, given)), read="sqlite")
        _referred(tree, {name.lower(): name for _, _, kind, name in given if kind == "given"}, schema)
    rewriting = Rewriting(tree.copy(), schema, shapes)
    goal = rewriting.run().sql("postgres", comments=True)
    goal = _in_order(goal)
    edits = merged(text, plain, goal) if len(text) == len(named) else None
    if edits is None or not _same(applied(named, edits), goal):
        lead = len(named) - len(named.lstrip())
        edits = [(lead, len(named.rstrip()), goal)]
    # A form that the statement has already is no edit.
    return [edit for edit in edits if named[edit[0]:edit[1]] != edit[2]], rewriting.notes


def _in_order(goal):
    """LIMIT and OFFSET in the order in which their values are bound."""
    def swapped(match):
        first, second = int(match.group(1)), int(match.group(2))
        if second < first:
            return f"OFFSET {PLACE}{second} LIMIT {PLACE}{first}"
        return match.group()
    return re.sub(rf"LIMIT {PLACE}(\d+) OFFSET {PLACE}(\d+)", swapped, goal)


def _same(edited, goal):
    """Whether two writings are one statement."""
    try:
        first, second = (sqlglot.parse_one(text, read="postgres") for text in (edited, goal))
    except sqlglot.errors.SqlglotError:
        return False
    for tree in (first, second):
        for node in list(tree.walk()):
            node.comments = None
            if node.args.get("negate"):
                node.set("negate", None)
                if node is not tree:
                    node.replace(exp.Not(this=node.copy()))
    return first.sql("postgres", normalize=True) == second.sql("postgres", normalize=True)


def _server(named, shapes):
    """The form that is prepared: numbered parameters, of the type that Python's value has."""
    def numbered(match):
        place = int(match.group(1))
        cast = _CASTS.get(shapes.get(place))
        if cast is None and _NULL.match(named, match.end()):
            # Alone beside IS NULL it is of any type; the drivers put in a value, which has one.
            cast = "text"
        return f"CAST(${place + 1} AS {cast})" if cast else f"${place + 1}"
    return _MARK.sub(numbered, named)


def _arbiter(sql, schema):
    """What is wrong with the key of ON CONFLICT, for when the server is not asked; or None."""
    if "CONFLICT" not in sql.upper():
        return None
    try:
        tree = sqlglot.parse_one(sql, read="postgres")
    except (sqlglot.errors.SqlglotError, RecursionError):
        return "the key of its ON CONFLICT cannot be read"
    conflict = tree.find(exp.OnConflict)
    given = (conflict.args.get("conflict_keys") or []) if conflict is not None else []
    tables = tables_of(tree) if isinstance(tree, exp.Insert) else []
    if not given or not tables:
        return None
    keys = [key.this if isinstance(key, exp.Ordered) else key for key in given]
    known = schema.table(tables[0][1])
    names = {key.name.lower() for key in keys if isinstance(key, (exp.Column, exp.Identifier))}
    if len(names) == len(keys) and known is not None and any(
            set(key) == names for key in known["keys"]):
        return None
    return ("there is no unique key of exactly the columns that its ON CONFLICT names, and the server "
            "is not asked, because planning it could call a function of the target's own")


def _proof(sql, schema):
    """How a statement is proven: planned, made for the time of the proof, or not at all."""
    verb = sqltext.verb(sql)
    if verb == "CREATE":
        found = made(sql)
        if found is not None:
            return found
    told = unplanned.verdict(sql)
    if told is not None:
        return {"sql": sql.strip(), "how": told[0], "table": "", "reason": told[1]}
    if verb in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES") or (
            unplanned.first_word(sql) in ("MERGE", "TABLE")):
        how = "plan"
    else:
        how = "none" if verb in _HARMLESS else "unproven"
    return {"sql": sql.strip(), "how": how, "table": "", "arbiter": _arbiter(sql, schema)}


def _driver(named, places):
    """The form that Python hands to the adapter, for which a % is itself."""
    return _MARK.sub(lambda match: places.driver(int(match.group(1))), named)


def _edits(places, edits):
    """The edits in the statement's own text, placeholders included."""
    result, covered = [], []
    for start, end, text in edits:
        covered.append((start, end))
        result.append([places.back(start), places.back(end), _driver(text, places)])
    for match in _MARK.finditer(places.named):
        if not any(start <= match.start() and match.end() <= end for start, end in covered):
            number = int(match.group(1))
            start, end, word = places.found[number]
            if word != places.driver(number):
                result.append([start, end, places.driver(number)])
    return sorted(result)


def main():
    """Reads {"schema", "statements"} and prints the answers in the same order."""
    logging.disable(logging.CRITICAL)
    given = json.load(sys.stdin)
    schema = Schema(given["schema"]["tables"])
    answers = []
    for count, statement in enumerate(given["statements"], 1):
        try:
            answers.append(convert(statement, schema))
        except Exception as error:  # A statement that the transpiler trips over is one statement.
            answers.append({"state": "refused", "reason": f"{type(error).__name__}: {error}"[:300]})
        if count % 200 == 0:
            print(f"convert: {count} of {len(given['statements'])}", file=sys.stderr, flush=True)
    json.dump({"answers": answers, "transpiler": sqlglot.__version__}, sys.stdout)
    sys.stdout.write("\n")
