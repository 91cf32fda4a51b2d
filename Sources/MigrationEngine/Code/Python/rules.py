"""What SQLite lets pass and PostgreSQL does not, or takes for something else: the statement's text.

A rule is a pattern over the code of a statement (strings and comments are blanked), with what will
happen on PostgreSQL and what to write instead.
"""
import re

import sqltext

ERROR, WARNING = "error", "warning"


class Rule:
    """One pattern of the statement's text."""

    def __init__(self, name, severity, pattern, message, suggestion):
        self.name = name
        self.severity = severity
        self.pattern = re.compile(pattern, re.IGNORECASE)
        self.message = message
        self.suggestion = suggestion


RULES = [
    Rule("insert-or-replace", ERROR, r"\bINSERT\s+OR\s+REPLACE\b|^\s*REPLACE\s+INTO\b",
         "PostgreSQL does not know OR REPLACE: the statement is a syntax error",
         "INSERT … ON CONFLICT (key) DO UPDATE; REPLACE also deleted the old row, so its id, its "
         "defaults and what hangs on it changed"),
    Rule("insert-or-ignore", ERROR, r"\bINSERT\s+OR\s+IGNORE\b",
         "PostgreSQL does not know OR IGNORE: the statement is a syntax error",
         "ON CONFLICT DO NOTHING; OR IGNORE also skipped rows that broke NOT NULL or CHECK, "
         "PostgreSQL refuses those"),
    Rule("insert-or", ERROR, r"\b(?:INSERT|UPDATE)\s+OR\s+(?:ABORT|FAIL|ROLLBACK)\b|"
         r"\bUPDATE\s+OR\s+(?:REPLACE|IGNORE)\b",
         "PostgreSQL does not know this OR clause: the statement is a syntax error",
         "leave the clause out and handle the refusal where the statement is called"),
    Rule("begin-immediate", ERROR, r"^\s*BEGIN\s+(?:IMMEDIATE|EXCLUSIVE|DEFERRED)\b",
         "PostgreSQL does not know this BEGIN: a syntax error; a plain BEGIN locks nothing, so two "
         "processes can take the same rows",
         "an advisory lock that ends with the transaction, or SELECT … FOR UPDATE SKIP LOCKED"),
    Rule("datetime-now", ERROR, r"\bdatetime\s*\(",
         "PostgreSQL has no function datetime()",
         "CURRENT_TIMESTAMP for a timestamp; to_char(timezone('UTC', now()), …) for a text column"),
    Rule("date-now", ERROR, r"\bdate\s*\(\s*'",
         "with a modifier PostgreSQL has no such function; without one it gives a date in the "
         "session's time zone where SQLite gave text in UTC",
         "CURRENT_DATE, CURRENT_DATE - INTERVAL '7 days'; as text beside a text column"),
    Rule("time-now", ERROR, r"\btime\s*\(\s*'", "PostgreSQL has no function time('now')",
         "to_char(timezone('UTC', now()), 'HH24:MI:SS')"),
    Rule("date-function", WARNING, r"\bdate\s*\((?!\s*')",
         "works on text too, but raises on text that is no date, where SQLite gave NULL",
         "CAST(column AS date) once the data is known to be clean"),
    Rule("julianday", ERROR, r"\bjulianday\s*\(", "PostgreSQL has no function julianday()",
         "EXTRACT(EPOCH FROM …) of the difference of two timestamps"),
    Rule("unixepoch", ERROR, r"\bunixepoch\s*\(", "PostgreSQL has no function unixepoch()",
         "EXTRACT(EPOCH FROM …)"),
    Rule("strftime", ERROR, r"\bstrftime\s*\(", "PostgreSQL has no function strftime()",
         "to_char(column::timestamp, 'YYYY-MM')"),
    Rule("current-timestamp", WARNING, r"\bCURRENT_TIMESTAMP\b",
         "in a text column PostgreSQL stores YYYY-MM-DD HH:MM:SS.ffffff+00 in the session's zone: "
         "two formats in one column",
         "to_char(timezone('UTC', now()), 'YYYY-MM-DD HH24:MI:SS') for text columns"),
    Rule("like-case", WARNING, r"\bLIKE\b",
         "LIKE tells capitals from small letters on PostgreSQL: rows drop out silently", "ILIKE"),
    Rule("glob", ERROR, r"\bGLOB\b", "PostgreSQL has no GLOB", "LIKE, or ~ with a pattern"),
    Rule("ifnull", ERROR, r"\bIFNULL\s*\(", "PostgreSQL has no function ifnull()", "COALESCE"),
    Rule("group-concat", ERROR, r"\bGROUP_CONCAT\s*\(", "PostgreSQL has no function group_concat()",
         "STRING_AGG(column, ',')"),
    Rule("rowid", ERROR, r"\b(?:rowid|_rowid_)\b", "PostgreSQL has no rowid", "the table's own key"),
    Rule("limit-comma", ERROR, r"\bLIMIT\s+[\w?:%()]+\s*,", "LIMIT a, b is a syntax error",
         "LIMIT b OFFSET a"),
    Rule("sum-type", WARNING, r"\b(?:SUM|AVG|TOTAL)\s*\(",
         "comes back as Decimal (JSON refuses it) and as NULL when there are no rows; divided by a "
         "whole number it is no longer rounded down",
         "`or 0`, int() or float() before it leaves the program; the adapter gives int and float"),
    Rule("cast-dirty", WARNING, r"\bCAST\s*\([^()]*\bAS\s+(?:INTEGER|INT|REAL|NUMERIC|DECIMAL|FLOAT|DOUBLE)\b",
         "PostgreSQL raises on text that is no number (a blank, the word None), SQLite gave 0",
         "take the digits out of the text first"),
    Rule("number-form", WARNING, r"\bMOD\s*\(", "gives 1.0 in SQLite and 1 on PostgreSQL",
         "CAST to one type, or the operator %"),
    Rule("pragma", ERROR, r"^\s*PRAGMA\b", "PostgreSQL has no PRAGMA",
         "leave it out: foreign keys are always on"),
    Rule("sqlite-master", ERROR, r"\bsqlite_(?:master|schema|sequence)\b",
         "this table does not exist on PostgreSQL", "information_schema, pg_catalog"),
    Rule("autoincrement", ERROR, r"\bAUTOINCREMENT\b", "PostgreSQL has no AUTOINCREMENT",
         "GENERATED BY DEFAULT AS IDENTITY"),
    Rule("strict", ERROR, r"\)\s*(?:WITHOUT\s+ROWID\s*,\s*)?STRICT\b|\)\s*WITHOUT\s+ROWID\b",
         "PostgreSQL has no such table option", "leave the word out"),
    Rule("type-name", ERROR, r"\bDATETIME\b(?!\s*\()", "PostgreSQL has no type DATETIME",
         "timestamp"),
    Rule("file-command", ERROR, r"^\s*(?:ATTACH|DETACH)\b",
         "PostgreSQL cannot attach a file", "a schema, or a second connection"),
]


def of_statement(text):
    """The rules that fire on a statement: (rule, severity, message, suggestion, index)."""
    sql = text.value
    code = sqltext.masked(sql)
    for rule in RULES:
        for match in rule.pattern.finditer(code):
            start = match.start() + len(match.group()) - len(match.group().lstrip())
            yield rule.name, rule.severity, rule.message, rule.suggestion, start
    yield from _of_placeholders(sql)
    for start, end in sqltext.quoted_names(sql):
        yield ("double-quoted", WARNING,
               "PostgreSQL reads double quotes as the name of a column, never as a string",
               "single quotes, if this is a string", start)


def _of_placeholders(sql):
    found = sqltext.placeholders(sql)
    styles = {"format" if word.startswith("%") else word[0] for _, _, word in found}
    if len(styles) > 1:
        yield ("placeholder-mixed", ERROR, "two kinds of placeholders in one statement: neither "
               "driver binds both", "%s for each", found[0][0])
        return
    if styles == {"?"}:
        yield ("placeholder", ERROR, f"PostgreSQL's drivers do not know ?: {len(found)} "
               f"placeholder{'s' if len(found) > 1 else ''} here; the statement is refused",
               "%s", found[0][0])
    elif styles == {":"}:
        yield ("placeholder-named", ERROR, "PostgreSQL's drivers do not know :name; the statement "
               "is refused", "%(name)s", found[0][0])


def of_percent(sql):
    """A percent sign that is written twice inside of quotes: (rule, severity, message, suggestion, index)."""
    for start, end in sqltext.strings(sql):
        if "%%" in sql[start:end]:
            yield ("percent", WARNING, "the adapter takes each % as itself, with values and without: %% in quotes "
                   "are two", "%", sql.index("%%", start))
            return
