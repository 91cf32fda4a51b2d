"""Where both servers take a statement and answer otherwise: brought over, refused, or told.

Each function takes the rewriting and a node of the statement, and answers the node that comes in its
place, or None.
"""
import decimal
import re

from sqlglot import exp

import kinds
from refusal import Refused

_NUMBERS = ("double precision", "numeric", "real")
_WHOLE = ("bigint", "integer", "smallint")


def raw(text):
    """A piece of PostgreSQL that is written as it is."""
    return exp.Var(this=text)


def bare(node):
    """What stands inside of brackets."""
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def minus(node):
    """The number behind a minus sign, as text, or None."""
    node = bare(node)
    if isinstance(node, exp.Neg) and isinstance(bare(node.this), exp.Literal):
        return bare(node.this).name
    return None


def is_fraction(node):
    """Whether a number has a part behind the point that is not 0."""
    node = bare(node)
    node = bare(node.this) if isinstance(node, exp.Neg) else node
    if not isinstance(node, exp.Literal) or node.is_string:
        return False
    try:
        return float(node.name) != int(float(node.name))
    except (ValueError, OverflowError):
        return True


def stored(rewriting, node):
    """The column that takes a value as it stands: (type, whether it is the key), or None."""
    parent = node.parent
    while isinstance(parent, (exp.Paren, exp.Neg)):
        node, parent = parent, parent.parent
    if isinstance(parent, exp.EQ) and isinstance(parent.parent, (exp.Update, exp.OnConflict)) and (
            parent.expression is node and isinstance(parent.this, exp.Column)):
        return rewriting.schema.type_of(parent.this), False
    if not (isinstance(parent, exp.Tuple) and isinstance(parent.parent, exp.Values)
            and isinstance(parent.parent.parent, exp.Insert)):
        return None
    insert = parent.parent.parent
    place = next(at for at, other in enumerate(parent.expressions) if other is node)
    table = insert.this.this if isinstance(insert.this, exp.Schema) else insert.this
    known = rewriting.schema.table(table.name)
    if known is None:
        return None
    names = ([column.name.lower() for column in insert.this.expressions]
             if isinstance(insert.this, exp.Schema) else list(known["columns"]))
    if place >= len(names) or names[place] not in known["columns"]:
        return None
    kind = known["columns"][names[place]]["type"]
    return kind, (known.get("primary") or []) == [names[place]] and kind in _WHOLE


def null(rewriting, node):
    """NULL for a key that counts up takes the next number."""
    met = stored(rewriting, node)
    if met is not None and met[1]:
        rewriting.note("null-key", "NULL for the key takes the next number: DEFAULT there")
        return raw("DEFAULT")
    return None


def literal(rewriting, node):
    """A fraction for a whole-number column is rounded there and kept here."""
    met = stored(rewriting, node)
    if met is not None and met[0] in _WHOLE and is_fraction(node):
        raise Refused(f"{node.name} into a column of whole numbers: SQLite keeps it, PostgreSQL "
                      "rounds it")
    if met is not None and met[0] == "text" and kinds.is_real(node):
        rewriting.note("concat-number", "a number of this kind is written otherwise as text: 1000.0 by SQLite, 1000 by "
                       "PostgreSQL")


def real(node):
    """A number of floating point in SQLite's eyes is one there, too."""
    if not kinds.is_real(node) or (isinstance(node.parent, exp.Cast) and node.parent.to.is_type("double")):
        return None
    return raw(f"{node.name}::double precision")


def bound(rewriting, node, shape):
    """A bound value that would be kept otherwise."""
    met = stored(rewriting, node)
    if met is None:
        return None
    if met[1] and shape == "null":
        raise Refused("None for the key: SQLite takes the next number, PostgreSQL refuses it; "
                      "leave the column out")
    if met[0] == "text" and shape in ("real", "number"):
        rewriting.note("concat-number", "a number of this kind is written otherwise as text: 1.0e+16 by SQLite, "
                       "10000000000000000 by PostgreSQL")
    if met[0] == "text" and shape == "datetime":
        rewriting.note("date-parameter", "a moment loses the zeros of its fraction and of its offset there: .5 for "
                       ".500000, +00 for +00:00")
    return None


def reckoned(rewriting, node):
    """A fraction that no floating point number is exactly: SQLite reckons with the nearest one."""
    for side in (node.this, node.expression):
        inside = bare(side)
        inside = bare(inside.this) if isinstance(inside, exp.Neg) else inside
        place = kinds.is_placed(inside) and rewriting.shapes.get(int(inside.name[len(kinds.PLACE):])) in ("real", "number")
        if place or (isinstance(inside, exp.Literal) and not inside.is_string and not _is_exact(inside.name)):
            other = node.expression if side is node.this else node.this
            if kinds.kind(other, rewriting.schema) != "double precision":
                rewriting.note("exact-fraction", "reckoned exactly there, and as floating point in SQLite: the last "
                               "digits may differ (0.3, and 0.30000000000000004)")


def _is_exact(number):
    try:
        return decimal.Decimal(number) == decimal.Decimal(float(number))
    except (decimal.InvalidOperation, ValueError, OverflowError):
        return True


def digits(rewriting, node):
    """hex() of a text."""
    if kinds.kind(node.this, rewriting.schema) == "bytea":
        return raw(f"UPPER(ENCODE(COALESCE({node.this.sql('postgres')}, ''), 'hex'))")
    if kinds.kind(node.this, rewriting.schema) != "text":
        raise Refused("hex() of what is neither text nor bytes")
    return raw(f"UPPER(ENCODE(CONVERT_TO(COALESCE({node.this.sql('postgres')}, ''), 'UTF8'), 'hex'))")


_TYPE_NAMES = {"bigint": "integer", "boolean": "integer", "double precision": "real", "text": "text",
               "bytea": "blob"}


def type_name(rewriting, node):
    """typeof() of a column: all of its values have its type there."""
    known = _TYPE_NAMES.get(kinds.kind(node.this, rewriting.schema)) if isinstance(node.this, exp.Column) else None
    if known is None:
        raise Refused("typeof() of what is no column of numbers, text or bytes")
    return raw(f"CASE WHEN {node.this.sql('postgres')} IS NULL THEN 'null' ELSE '{known}' END")


def having(rewriting, node):
    """A name of the result in HAVING stands for its expression; PostgreSQL knows columns only."""
    select = node.parent
    given = {item.alias.lower(): item.this for item in select.expressions if item.alias}
    for column in list(node.find_all(exp.Column)):
        name = column.name.lower()
        if not column.table and name in given and column.find_ancestor(exp.Select) is select and (
                rewriting.schema.column(column) is None and not column.find_ancestor(exp.AggFunc)):
            whole = given[name].copy()
            is_plain = isinstance(whole, (exp.Column, exp.Func, exp.Paren, exp.Var))
            column.replace(whole if is_plain else exp.Paren(this=whole))


def numbered(rewriting, node):
    """Functions that give a whole number on one side and a fraction on the other."""
    if not isinstance(node, exp.Sign) and kinds.kind(node.this, rewriting.schema) == "double precision":
        return
    rewriting.note("number-form", f"{node.sql('sqlite').split('(')[0].lower()}() gives whole numbers and fractions "
                   "otherwise there: 2 for 2.0, or 1.0 for 1")


def boolean(rewriting, node):
    """A truth value for a text column is 1 or 0 as before."""
    return raw(f"CAST(CAST({node.name} AS INTEGER) AS TEXT)")


def substring(rewriting, node):
    """A start that counts from the end."""
    start = node.args.get("start")
    length = node.args.get("length")
    if length is not None and minus(length) is not None:
        raise Refused("substr() of a length below 0 has no form that means the same")
    number = minus(start) if start is not None else None
    if number is not None:
        if node.args.get("length") is not None:
            raise Refused("substr() from the end with a length has no form that means the same")
        return exp.Anonymous(this="RIGHT", expressions=[node.this, exp.Literal.number(number)])
    if start is not None and not isinstance(bare(start), exp.Literal):
        rewriting.note("substr-start", "a start below 0 counts from the end in SQLite, and not on "
                       "PostgreSQL")
    return None


def limit(rewriting, node):
    """LIMIT -1 is no limit."""
    if node.expression is not None and minus(node.expression) is not None:
        node.set("expression", raw("ALL"))
    _counted(rewriting, node)
    return None


def offset(rewriting, node):
    """OFFSET -1 is none."""
    if node.expression is not None and minus(node.expression) is not None:
        node.set("expression", exp.Literal.number(0))
    _counted(rewriting, node)
    return None


def _counted(rewriting, node):
    if node.expression is not None and node.expression.find(exp.Column) is not None:
        rewriting.note("limit-below-zero", "a bound number below 0 is no limit in SQLite and an error "
                       "on PostgreSQL")


def rounded(node, kind):
    """A half goes away from 0: PostgreSQL does so with exact numbers only. The answer is a fraction."""
    inside = bare(node.this)
    is_exact = kind in ("bigint", "numeric", "text") or (
        isinstance(inside, exp.Cast) and inside.to.is_type("decimal"))
    if not is_exact:
        node.set("this", exp.Cast(this=node.this, to=exp.DataType.build("decimal")))
    places = node.args.get("decimals")
    if places is not None and minus(places) is not None:
        raise Refused("round() to places before the point: SQLite rounds to a whole number there")
    if kind == "text" or (places is not None and not (isinstance(bare(places), exp.Literal) and places.name == "0")):
        return None
    is_fraction_already = isinstance(inside, exp.Column) and kind == "bigint" and places is None
    around = node.parent
    while isinstance(around, (exp.Paren, exp.Trunc)):
        around = around.parent
    if is_fraction_already or (isinstance(around, exp.Cast) and not around.to.is_type("text", "varchar", "char")):
        return None
    # Without places the exact number is a whole one there, and 3.0 in SQLite.
    return exp.Cast(this=node.copy(), to=exp.DataType.build("double"))


def cast(rewriting, node, kind, inside):
    """A number or a truth value as text; dirty text as a number."""
    if node.to.is_type("text", "varchar", "char", "nchar", "nvarchar"):
        # A length in a cast cuts nothing off in SQLite.
        node.set("to", exp.DataType.build("text"))
        if kind == "boolean":
            return kinds.as_text(node.this)
        if kind in ("double precision", "numeric"):
            rewriting.note("concat-number", "a whole number of this kind is written 1.0 by SQLite "
                           "and 1 by PostgreSQL")
        return None
    if kind == "text" and node.to.is_type("float", "double", "decimal") and not isinstance(
            node.this, exp.Literal):
        rewriting.note("cast-dirty", "text that is no number gives 0 as before, instead of an error")
        number = "'^[[:space:]]*([+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?)'"
        return raw(f"CAST(COALESCE(SUBSTRING({inside} FROM {number}), CASE WHEN {inside} IS NOT NULL "
                   "THEN '0' END) AS DOUBLE PRECISION)")
    return None


def together(rewriting, node, kind):
    """The order in which texts are put together, and what numbers look like in them."""
    if not isinstance(node.this, exp.Order):
        rewriting.note("group-concat-order", "neither database promises an order here, and they do "
                       "not have the same")
    if kind in _NUMBERS:
        rewriting.note("concat-number", "a whole number of this kind is written 1.0 by SQLite and 1 "
                       "by PostgreSQL")


def chance(node):
    """A number by chance is a fraction there; only an order by it is the same."""
    if not isinstance(node.parent, exp.Ordered):
        raise Refused("random() is a whole number of 64 bits in SQLite, and a fraction between 0 and 1 on PostgreSQL")


def shifted(rewriting, node):
    """Bits that are moved further than the type is wide."""
    if isinstance(bare(node.this), exp.Literal):
        node.set("this", exp.Cast(this=node.this, to=exp.DataType.build("bigint")))
    given = bare(node.expression)
    if not (isinstance(given, exp.Literal) and given.name.isdigit() and int(given.name) < 64):
        rewriting.note("shift", "bits that are moved by 64 and more, or by less than 0, come back on the other side "
                       "there; SQLite gives 0, or moves them the other way")


def several(rewriting, node):
    """The largest or smallest of several values, of which one may be NULL."""
    given = [node.this, *node.expressions]
    certain = all(
        isinstance(bare(item), exp.Literal)
        or (isinstance(item, exp.Column) and (rewriting.schema.column(item) or {}).get("not_null"))
        for item in given)
    if len(given) > 1 and not certain:
        rewriting.note("greatest-null", "max() and min() of several values are NULL in SQLite when "
                       "one is NULL; GREATEST and LEAST pass it over")
    return None


def joined(rewriting, node):
    """Truth values and fractions that become text."""
    for side in (node.this, node.expression):
        inside = bare(side)
        kind = kinds.kind(inside, rewriting.schema)
        if kind == "boolean":
            inside.replace(kinds.as_text(inside))
        elif kind in _NUMBERS:
            rewriting.note("concat-number", "a whole number of this kind is written 1.0 by SQLite "
                           "and 1 by PostgreSQL")
    return None


def modulo(rewriting, node):
    """A rest of nothing is NULL; fractions are cut off first."""
    for side in (node.this, node.expression):
        if is_fraction(side) or rewriting.schema.type_of(bare(side)) in _NUMBERS:
            rewriting.note("modulo", "SQLite cuts fractions off before %, PostgreSQL reckons with "
                           "them, or refuses")
    divisor = node.expression
    inside = bare(divisor)
    if isinstance(inside, exp.Literal) and inside.name.strip("0.") != "":
        return None
    if not isinstance(divisor, exp.Nullif):
        node.set("expression", exp.Nullif(this=bare(divisor).copy(),
                                          expression=exp.Literal.number(0)))
    return None


def pattern(rewriting, node):
    """A backslash in a pattern is a character of its own in SQLite."""
    given = bare(node.expression)
    if isinstance(node.parent, exp.Escape):
        return None
    if isinstance(given, exp.Literal) and given.is_string and "\\" in given.name:
        given.replace(exp.Literal.string(given.name.replace("\\", "\\\\")))
        rewriting.note("like-backslash", "a backslash in a pattern means the next character there: "
                       "it is doubled")
    return None


def letters(rewriting, node):
    """Capitals and small letters beyond ASCII."""
    given = bare(node.this)
    if not (isinstance(given, exp.Literal) and given.name.isascii()):
        rewriting.note("case-unicode", "SQLite changes the case of ASCII letters only, PostgreSQL "
                       "of all")
    return None


def moment(rewriting, name, given):
    """Months have different lengths; seconds are text in SQLite."""
    first = given[1] if name == "strftime" and len(given) > 1 else given[0] if given else None
    if isinstance(first, exp.Literal) and re.search(r"[+-]\d\d:\d\d$", first.name):
        raise Refused("a moment with an offset: SQLite brings it to UTC, PostgreSQL passes it over")
    if isinstance(first, exp.Column) and kinds.kind(first, rewriting.schema) in (None, "text"):
        rewriting.note("moment-text", "text that is no moment is an error there and NULL in SQLite; an "
                       "offset such as +02:00 is passed over")
    from_start = False
    for modifier in given[1:]:
        word = modifier.name.lower() if isinstance(modifier, exp.Literal) else ""
        if word.startswith(("start of month", "start of year")):
            from_start = True
        elif ("month" in word or "year" in word) and not from_start:
            rewriting.note("month-end", "a month after the 31st SQLite goes over into the next "
                           "month, PostgreSQL stays at the last day")
        elif "day" in word:
            from_start = False
    if name == "strftime" and given and isinstance(given[0], exp.Literal) and given[0].name == "%s":
        rewriting.note("strftime-number", "strftime('%s') is text in SQLite, and a number there")
