"""A statement's text as the rules see it: what is code, what is a string, where placeholders are."""
import re

_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<string>'(?:[^']|'')*(?:'|\Z))
      | (?P<name>"(?:[^"]|"")*(?:"|\Z)|`[^`]*(?:`|\Z)|\[[^\]\n]*\])""",
    re.DOTALL | re.VERBOSE)
_PLACEHOLDER = re.compile(r"\?\d*|(?<![:\w]):[A-Za-z_]\w*|%\((\w+)\)s|%s")
_VERB = re.compile(
    r"^[\s(]*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|VALUES|CREATE|DROP|ALTER|PRAGMA|BEGIN|COMMIT|"
    r"END|ROLLBACK|SAVEPOINT|RELEASE|ATTACH|DETACH|VACUUM|ANALYZE|REINDEX|EXPLAIN|TRUNCATE|LOCK|"
    r"SET|SHOW|START)\b", re.IGNORECASE)

# What else a statement of PostgreSQL begins with: words that sentences begin with, too.
_BEGINS = re.compile(
    r"^[\s(]*(?:COPY|CALL|DO|GRANT|REVOKE|MERGE|COMMENT|REFRESH|LISTEN|UNLISTEN|NOTIFY|PREPARE|EXECUTE|"
    r"DEALLOCATE|CLUSTER|CHECKPOINT|DISCARD|DECLARE|FETCH|MOVE|CLOSE|IMPORT|SECURITY|REASSIGN|RESET|"
    r"LOAD|TABLE|ABORT)\s+\S", re.IGNORECASE)


def masked(sql):
    """The text with the insides of strings, quoted names and comments blanked; same length."""
    def blank(match):
        word = match.group()
        if match.lastgroup == "comment":
            return "".join("\n" if part == "\n" else " " for part in word)
        return word[0] + " " * (len(word) - 2) + word[-1] if len(word) > 1 else word
    return _TOKEN.sub(blank, sql)


def quoted_names(sql):
    """The double-quoted words: (start, end)."""
    return [(match.start(), match.end()) for match in _TOKEN.finditer(sql)
            if match.lastgroup == "name" and match.group().startswith('"')]


def strings(sql):
    """The single-quoted strings: (start, end)."""
    return [(match.start(), match.end()) for match in _TOKEN.finditer(sql)
            if match.lastgroup == "string"]


def placeholders(sql):
    """The placeholders in order: (start, end, word)."""
    return [(match.start(), match.end(), match.group())
            for match in _PLACEHOLDER.finditer(masked(sql))]


def verb(sql):
    """The first word of a statement in capitals, or None when this is no SQL."""
    match = _VERB.match(masked(sql).replace("\x00", " "))
    return match.group(1).upper() if match else None


def may_begin(sql):
    """Whether a text begins with a word with which only PostgreSQL's statements do."""
    return _BEGINS.match(masked(sql)) is not None


def looks_whole(sql):
    """Whether a text that no call takes is still a statement, and no sentence about one."""
    text = masked(sql)
    return re.match(
        r"^\s*(SELECT\b.+\bFROM\s+[\w\"]+|INSERT\s+(OR\s+\w+\s+)?INTO\s+\w+\s*(\(|VALUES|SELECT)|"
        r"UPDATE\s+\w+\s+SET\s+\w+\s*=|DELETE\s+FROM\s+\w+(\s+WHERE\s|\s*;?\s*$)|"
        r"CREATE\s+(TABLE|INDEX|UNIQUE)\b)", text, re.IGNORECASE | re.DOTALL) is not None


def split(sql):
    """The statements of a script: (start, end), without their semicolons."""
    text, start = masked(sql), 0
    for match in re.finditer(r";|\Z", text):
        if text[start:match.start()].strip():
            yield start, match.start()
        start = match.end()
