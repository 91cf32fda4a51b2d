"""SQLite's functions of time, in PostgreSQL's words.

SQLite's moments are text in UTC. Beside a text column they stay text of the same form; beside a
timestamp or date column they become that type, always in UTC whatever the session's zone is.
"""
import re

from sqlglot import exp

from refusal import Refused

NOW = "timezone('UTC', statement_timestamp())"
_MODIFIER = re.compile(r"^\s*([+-]?)(\d+(?:\.\d+)?)\s*(second|minute|hour|day|month|year)s?\s*$", re.I)
_FORMATS = {
    "Y": "YYYY", "m": "MM", "d": "DD", "H": "HH24", "M": "MI", "S": "SS", "j": "DDD", "%": "%",
    "f": "SS.MS", "F": "YYYY-MM-DD", "T": "HH24:MI:SS", "R": "HH24:MI", "I": "HH12", "p": "AM",
    "G": "IYYY", "V": "IW",
}


def arguments(node):
    """The function's name in small letters and its arguments, or None when it is none of these."""
    if isinstance(node, exp.Anonymous):
        name = node.name.lower()
        if name in ("datetime", "date", "time", "julianday", "unixepoch", "strftime"):
            return name, node.expressions
        return None
    if isinstance(node, exp.TimeToStr):
        # The parser wraps the moment; what was written is inside.
        inside = node.this
        while isinstance(inside, (exp.TsOrDsToTimestamp, exp.Cast, exp.TsOrDsToDate)):
            inside = inside.this
        return "strftime", [node.args["format"], inside]
    if isinstance(node, exp.Date):
        return "date", [node.this, *node.expressions] if node.this else []
    if isinstance(node, exp.Datetime):
        return "datetime", [part for part in (node.this, node.args.get("expression")) if part]
    if isinstance(node, exp.TsOrDsToDate):
        return "date", [node.this]
    return None


def _is_now(node):
    return node is None or (isinstance(node, exp.Literal) and node.is_string
                            and node.name.lower() == "now")


def instant(given, type_of):
    """A timestamp in UTC from a function's arguments: the moment and its modifiers."""
    first = given[0] if given else None
    if _is_now(first):
        result = NOW
    elif isinstance(first, exp.Column) and (type_of(first) or "").startswith("timestamp"):
        result = first.sql("postgres")
    else:
        result = f"CAST({first.sql('postgres')} AS TIMESTAMP)"
    for modifier in given[1:]:
        result = _moved(result, modifier)
    return result


def _moved(result, modifier):
    if not (isinstance(modifier, exp.Literal) and modifier.is_string):
        return f"{result} + CAST({modifier.sql('postgres')} AS INTERVAL)"
    word = modifier.name.strip().lower()
    match = _MODIFIER.match(word)
    if match:
        sign = "-" if match.group(1) == "-" else "+"
        number = match.group(2)
        return f"{result} {sign} INTERVAL '{number} {match.group(3)}{'' if number == '1' else 's'}'"
    if word in ("start of day", "start of month", "start of year"):
        return f"date_trunc('{word.split()[-1]}', {result})"
    raise Refused(f"the modifier '{word}' has no form on PostgreSQL that means the same")


_DAYS = re.compile(r"EXTRACT\(EPOCH FROM \((.*)\)\)(?: \* (\d+))? / 86400\.0", re.DOTALL)


def multiplied(first, second):
    """A difference in days times hours, minutes or seconds: exact, because it is divided last."""
    for days, number in ((first, second), (second, first)):
        match = _DAYS.fullmatch(days.name) if isinstance(days, exp.Var) else None
        if match is None or not isinstance(number, exp.Literal) or not re.fullmatch(
                r"\d+(\.0)?", number.name):
            continue
        times = int(match.group(2) or 1) * int(float(number.name))
        seconds = f"EXTRACT(EPOCH FROM ({match.group(1)}))"
        if times % 86400 == 0:
            times //= 86400
            return exp.Var(this=seconds if times == 1 else f"{seconds} * {times}")
        return exp.Var(this=f"{seconds} * {times} / 86400.0")
    return None


def _format(pattern):
    result, at = "", 0
    while at < len(pattern):
        if pattern[at] == "%":
            word = _FORMATS.get(pattern[at + 1:at + 2])
            if word is None:
                raise Refused(f"strftime's %{pattern[at + 1:at + 2]} has no form in to_char")
            result += word
            at += 2
        else:
            character = pattern[at]
            result += f'"{character}"' if character.isalpha() else character
            at += 1
    return result


def written(name, given, want, type_of):
    """The function in PostgreSQL's words; `want` is text, timestamp, date, or None for free."""
    if name == "strftime":
        if not given or not isinstance(given[0], exp.Literal):
            raise Refused("strftime with a format that is not a constant")
        pattern = given[0].name
        moment = instant(given[1:], type_of)
        if pattern == "%s":
            return f"CAST(EXTRACT(EPOCH FROM {moment}) AS BIGINT)"
        return f"to_char({moment}, '{_format(pattern)}')"
    if name == "date" and want in ("date", "timestamp") and len(given) == 1 and not _is_now(given[0]):
        return f"CAST({given[0].sql('postgres')} AS DATE)"
    moment = instant(given, type_of)
    if name == "julianday":
        return f"(EXTRACT(EPOCH FROM {moment}) / 86400.0 + 2440587.5)"
    if name == "unixepoch":
        return f"CAST(EXTRACT(EPOCH FROM {moment}) AS BIGINT)"
    if name == "time":
        return f"to_char({moment}, 'HH24:MI:SS')"
    if name == "date":
        if want in ("date", "timestamp"):
            return f"CAST({moment} AS DATE)"
        return f"to_char({moment}, 'YYYY-MM-DD')"
    if want in ("date", "timestamp"):
        return f"date_trunc('second', {moment})"
    return f"to_char({moment}, 'YYYY-MM-DD HH24:MI:SS')"
