"""Statements that no server plans: PREPARE takes queries, INSERT, UPDATE, DELETE and MERGE only.

Whether such a statement works is shown by running it, and a proof runs none. A person runs it and says
so; what surely fails as it stands is told as that.
"""
import re

import sqltext

# What is planned, what holds no name, and what the rewriting decides.
_OTHERS = {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "REPLACE", "MERGE", "TABLE", "BEGIN",
           "START", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "ATTACH", "DETACH"}
# PostgreSQL's own, as well as those that both have.
_KNOWN = {"TRUNCATE", "LOCK", "SET", "SHOW", "RESET", "COPY", "CALL", "DO", "GRANT", "REVOKE", "COMMENT",
          "REFRESH", "LISTEN", "UNLISTEN", "NOTIFY", "PREPARE", "EXECUTE", "DEALLOCATE", "CLUSTER",
          "CHECKPOINT", "DISCARD", "DECLARE", "FETCH", "MOVE", "CLOSE", "IMPORT", "SECURITY", "REASSIGN",
          "LOAD", "ABORT"}
_ONCE = "run it once on a copy of the target"
_ADVICE = {
    "ANALYZE": "ANALYZE works as it stands on PostgreSQL, for the whole database or for a table",
    "VACUUM": "PostgreSQL refuses VACUUM inside of a transaction, and by itself does what it is for "
              "(autovacuum): take the call out, or give it a connection with autocommit",
    "REINDEX": "REINDEX TABLE and REINDEX INDEX work, and lock the table meanwhile",
    "ALTER": "PostgreSQL takes it when the type is one of its own: run it once on the target, then "
             "statements that name the column are planned; ADD COLUMN IF NOT EXISTS may come again",
    "DROP": "DROP works as it stands; where another table refers to this one PostgreSQL wants CASCADE",
    "EXPLAIN": "EXPLAIN works, and its rows are other ones: one text a row",
    "CREATE": "PostgreSQL takes it when every name in it is there: run it once on a copy of the target",
}


def first_word(sql):
    """The first word of a statement in capitals, or nothing."""
    match = re.match(r"[\s(;]*(\w+)", sqltext.masked(sql))
    return match.group(1).upper() if match else ""


def verdict(sql):
    """("unplanned", advice) or ("unproven", why it fails) of a statement; None when it is planned."""
    word, code = first_word(sql), " ".join(sqltext.masked(sql).upper().split())
    if word in _OTHERS:
        return None
    if word == "CREATE":
        return _created(code)
    fails = _failing(word, code)
    if fails is not None:
        return "unproven", fails
    if word in _ADVICE:
        return "unplanned", f"no server plans {word}: {_ADVICE[word]}"
    if word in _KNOWN:
        return "unplanned", f"no server plans {word}: {_ONCE}"
    return "unproven", f"no statement begins with {word or sql.strip()[:20]!r}"


def _failing(word, code):
    if word == "REINDEX" and not re.match(r"REINDEX (\([^)]*\) )?(TABLE|INDEX|SCHEMA|DATABASE|SYSTEM)\b", code):
        return "a syntax error on PostgreSQL: write REINDEX TABLE name or REINDEX INDEX name"
    if word == "VACUUM" and re.search(r"\bINTO\b", code):
        return "PostgreSQL has no VACUUM INTO: pg_dump makes a copy"
    if word == "EXPLAIN" and code.startswith("EXPLAIN QUERY PLAN"):
        return "a syntax error on PostgreSQL: EXPLAIN, whose rows are other ones"
    if word == "DROP" and re.match(r"DROP TRIGGER\b(?!.*\bON\b)", code):
        return "a syntax error on PostgreSQL: DROP TRIGGER name ON table"
    return None


def _created(code):
    if re.match(r"CREATE (TEMP |TEMPORARY )?TRIGGER\b(?!.*\bEXECUTE (FUNCTION|PROCEDURE)\b)", code):
        return "unproven", "PostgreSQL's triggers call a function: write it by hand"
    if code.startswith("CREATE VIRTUAL"):
        return "unproven", "PostgreSQL has no virtual tables"
    if re.match(r"CREATE (TEMP |TEMPORARY )?VIEW IF NOT EXISTS\b", code):
        return "unproven", "a syntax error on PostgreSQL: CREATE OR REPLACE VIEW"
    if re.match(r"CREATE (\w+ )*?(TABLE|INDEX)\b", code):
        return None
    return "unplanned", f"no server plans CREATE: {_ADVICE['CREATE']}"
