"""What kind of value an expression of a statement has, and what is kept where another kind is kept.

SQLite keeps in a column what it is given. PostgreSQL makes of it what the column's type says: a
fraction is rounded, a truth value becomes a word, a moment loses its time of day. None of this is an
error there, so it is brought over here, or told.
"""
import re

from sqlglot import exp

import moments
from refusal import Refused
from schema import tables_of

PLACE = "cutover_place_"
FRACTION = "the column has whole numbers there: a fraction is rounded, and SQLite kept it"
WHOLE = ("bigint", "integer", "smallint")
MOMENTS = ("date", "timestamp", "timestamp with time zone")
COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_TRUTHS = (*COMPARISONS, exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between, exp.Like, exp.ILike,
           exp.Exists, exp.Boolean, exp.Escape)
_FORMS = {
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "timestamp": re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"),
}


def bare(node):
    """What stands inside of brackets and signs."""
    while isinstance(node, (exp.Paren, exp.Neg, exp.Alias)):
        node = node.this
    return node


def is_real(node):
    """Whether a number is one of floating point in SQLite, and another one on PostgreSQL: 1e3, or one beyond 64 bits."""
    if node.is_string:
        return False
    if node.name.isdigit():
        most = 2 ** 63 if isinstance(node.parent, exp.Neg) else 2 ** 63 - 1
        return int(node.name) > most
    return re.fullmatch(r"[\d.]+e[+-]?\d+", node.name, re.I) is not None


def _wider(kinds):
    kinds = set(kinds)
    if None in kinds and len(kinds) > 1:
        kinds.discard(None)
    for kind in ("double precision", "numeric", "text"):
        if kind in kinds:
            return kind
    return kinds.pop() if len(kinds) == 1 else None


def kind(node, schema):
    """The kind of an expression: a type's name as the target has it, or None where it is not known."""
    node = bare(node)
    if isinstance(node, exp.Column):
        known = schema.type_of(node)
        return "bigint" if known in WHOLE else "double precision" if known == "real" else known
    if isinstance(node, exp.Literal):
        if node.is_string:
            return "text"
        return "double precision" if is_real(node) else "bigint" if node.name.isdigit() else "numeric"
    if isinstance(node, _TRUTHS):
        return "boolean"
    if isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Div)):
        return _wider([kind(node.this, schema), kind(node.expression, schema)])
    if isinstance(node, exp.Avg):
        inside = kind(node.this, schema)
        return inside if inside == "double precision" else "numeric"
    if isinstance(node, (exp.Sum, exp.Max, exp.Min, exp.Abs)):
        return kind(node.this, schema)
    if isinstance(node, exp.Round):
        return "numeric" if node.args.get("decimals") is not None else "double precision"
    if isinstance(node, exp.Cast) and node.to.is_type("double", "decimal"):
        return "double precision" if node.to.is_type("double") else "numeric"
    if isinstance(node, (exp.DPipe, exp.Lower, exp.Upper, exp.Substring, exp.Trim)):
        return "text"
    if isinstance(node, exp.Coalesce):
        return _wider([kind(part, schema) for part in [node.this, *node.expressions]])
    if isinstance(node, exp.Case):
        parts = [part.args["true"] for part in node.args.get("ifs") or []]
        return _wider([kind(part, schema) for part in
                       [*parts, *([node.args["default"]] if node.args.get("default") else [])]])
    if isinstance(node, (exp.Subquery, exp.Select)):
        select = node.this if isinstance(node, exp.Subquery) else node
        if isinstance(select, exp.Select) and len(select.expressions) == 1:
            return kind(select.expressions[0], schema)
    return None


def is_placed(node):
    """Whether a node stands for a bound value."""
    return isinstance(node, exp.Column) and node.name.startswith(PLACE)


def as_number(node):
    """A truth value as the number that SQLite has for it."""
    return exp.Cast(this=node.copy(), to=exp.DataType.build("int"))


def as_text(node):
    """A truth value as the text that SQLite makes of it."""
    return exp.Cast(this=as_number(node), to=exp.DataType.build("text"))


def assigned(rewriting):
    """(the type of the column, the expression) of everything that the statement keeps."""
    tree, schema = rewriting.tree, rewriting.schema
    for update in tree.find_all(exp.Update, exp.OnConflict):
        for item in update.expressions:
            if isinstance(item, exp.EQ) and isinstance(item.this, exp.Column):
                yield schema.type_of(item.this), item.expression
    for insert in tree.find_all(exp.Insert):
        table = insert.this.this if isinstance(insert.this, exp.Schema) else insert.this
        known = schema.table(table.name) if isinstance(table, exp.Table) else None
        if known is None:
            continue
        names = ([column.name.lower() for column in insert.this.expressions]
                 if isinstance(insert.this, exp.Schema) else list(known["columns"]))
        for row in _rows(insert.expression):
            for name, value in zip(names, row):
                if name in known["columns"]:
                    yield known["columns"][name]["type"], value


def _rows(given):
    if isinstance(given, exp.Values):
        return [row.expressions for row in given.expressions if isinstance(row, exp.Tuple)]
    if isinstance(given, exp.Select):
        return [given.expressions]
    return []


def keep(rewriting):
    """Brings over, or tells, what another type than the column's would be kept as."""
    for wanted, value in list(assigned(rewriting)):
        inside = bare(value)
        if wanted in WHOLE:
            _whole(rewriting, value)
        if wanted is None or is_placed(inside) or isinstance(inside, exp.Literal):
            continue
        if isinstance(inside, exp.HexString) and wanted != "bytea":
            raise Refused("bytes into a column that has no bytes there")
        found = kind(inside, rewriting.schema) or _moment(inside)
        if wanted in WHOLE and found in ("double precision", "numeric"):
            rewriting.note("fraction", FRACTION)
        elif wanted == "text" and found == "boolean":
            inside.replace(as_text(inside))
        elif wanted == "text" and found == "double precision":
            _told_number(rewriting)
        elif wanted in MOMENTS and found in MOMENTS and wanted != found:
            rewriting.note("date-form", "a date and a moment are brought to one kind there, and "
                           "SQLite kept the text as it was")


_CONDITIONS = (*_TRUTHS, exp.Subquery, exp.Select, exp.Cast, exp.Round, exp.Trunc, exp.Floor, exp.Ceil)


def _whole(rewriting, value):
    """The bound values of which something goes into a column of whole numbers."""
    for node in value.walk(prune=lambda node: isinstance(node, _CONDITIONS)):
        if not is_placed(node):
            continue
        shape = rewriting.shapes.get(int(node.name[len(PLACE):]), "unknown")
        if shape in ("real", "number"):
            rewriting.note("fraction", FRACTION)
        elif shape == "unknown":
            rewriting.note("value-kind", "")


def _moment(node):
    """The kind of moment that a function of time gives beside such a column."""
    found = moments.arguments(node)
    return {"datetime": "timestamp", "date": "date"}.get(found[0]) if found is not None else None


def _told_number(rewriting):
    rewriting.note("concat-number", "a whole number of this kind is written 1.0 by SQLite and 1 by "
                   "PostgreSQL")


def compare(rewriting):
    """Texts of moments that are compared as moments."""
    for node in list(rewriting.tree.find_all(*COMPARISONS)):
        if isinstance(node.parent, (exp.Update, exp.OnConflict)):
            continue
        first, second = (kind(side, rewriting.schema) if isinstance(bare(side), exp.Column)
                         else _moment(bare(side)) for side in (node.this, node.expression))
        from_midnight = (first, second) == ("timestamp", "date") and isinstance(
            node, (exp.GTE, exp.LT)) and not isinstance(bare(node.expression), exp.Column)
        if first in MOMENTS and second in MOMENTS and first != second and not from_midnight:
            rewriting.note("date-form", "a date and a moment are compared as moments there, and "
                           "SQLite compared their texts")
        for wanted, other in ((first, node.expression), (second, node.this)):
            other = bare(other)
            if wanted in _FORMS and isinstance(other, exp.Literal) and other.is_string:
                _literal(rewriting, node, wanted, other)
    for node in rewriting.tree.find_all(exp.Between):
        wanted = kind(node.this, rewriting.schema)
        for other in (node.args["low"], node.args["high"]):
            if wanted in _FORMS and isinstance(other, exp.Literal) and not _FORMS[
                    wanted].fullmatch(other.name):
                _told_form(rewriting)


def _literal(rewriting, node, wanted, other):
    if _FORMS[wanted].fullmatch(other.name):
        return
    is_left = bare(node.this) is other
    same = (exp.LTE, exp.GT) if is_left else (exp.GTE, exp.LT)
    # From midnight on, or before it: a date alone says the same in both.
    if wanted == "timestamp" and _FORMS["date"].fullmatch(other.name) and isinstance(node, same):
        return
    _told_form(rewriting)


def _told_form(rewriting):
    rewriting.note("date-form", "this text is compared as a moment there, and SQLite compared the "
                   "characters: a date alone is its midnight, a T is a blank")


def bound(rewriting, node, met, shape):
    """A value of a kind that the code does not show, where the kind decides."""
    if met in MOMENTS and shape in ("unknown", "text"):
        rewriting.note("date-text", "a text bound here is read as a moment there: '' is an error, and "
                       "another form than SQLite's is brought to its form")
    elif shape == "unknown" and met == "text":
        rewriting.note("value-kind", "")
    elif shape == "text" and met in (*WHOLE, "double precision", "numeric", "real"):
        rewriting.note("text-number", "a text is bound beside a column of numbers: one that is no number ('' or 'abc') "
                       "finds nothing in SQLite, and is kept as it is; PostgreSQL refuses it")
    elif shape == "unknown" and isinstance(node.parent, (exp.If, exp.Where, exp.And, exp.Or, exp.Not)):
        rewriting.note("value-kind", "")


def reckon(rewriting, node):
    """Days that are added to a date."""
    for side in (node.this, node.expression):
        inside = bare(side)
        if isinstance(inside, exp.Column) and rewriting.schema.type_of(inside) in MOMENTS:
            raise Refused("a date that is reckoned with: SQLite takes its year, PostgreSQL its days")


def counted(rewriting):
    """Truth values that are reckoned with are 1 and 0."""
    for node in list(rewriting.tree.find_all(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Abs,
                                             exp.Avg, exp.Max, exp.Min)):
        for part in [node.this, node.args.get("expression"), *(node.args.get("expressions") or [])]:
            if part is not None and not isinstance(part, exp.Neg) and kind(part, rewriting.schema) == "boolean":
                part.replace(as_number(part))


_INTO = {
    ("bigint", "double precision"): (
        "number-form", "whole numbers and fractions are brought to one type there: what SQLite gives as 0 comes back "
        "as 0.0"),
    ("date", "timestamp"): (
        "date-form", "a date and a moment are brought to one kind there, and SQLite gives each text as it is"),
}


def mixed(rewriting):
    """Values of several types in one place: each keeps its own in SQLite, PostgreSQL has one for all."""
    for node in rewriting.tree.find_all(exp.Coalesce, exp.Case, exp.If, exp.SetOperation, exp.Anonymous):
        for parts in _branches(node):
            found = {kind(part, rewriting.schema) for part in parts}
            for pair, (rule, message) in _INTO.items():
                if found >= set(pair):
                    rewriting.note(rule, message)


def _branches(node):
    """The values of which a node gives one: for a set operation those of each column."""
    if isinstance(node, exp.SetOperation):
        return list(zip(_given(node.this), _given(node.expression)))
    if isinstance(node, exp.Case):
        return [[part.args["true"] for part in node.args.get("ifs") or []] + [
            part for part in [node.args.get("default")] if part is not None]]
    if isinstance(node, exp.If):
        return [[node.args["true"], node.args["false"]]] if node.args.get("false") is not None else []
    if isinstance(node, exp.Anonymous):
        return [node.expressions] if node.name.lower() == "ifnu__" else []
    return [[node.this, *node.expressions]]


def results(rewriting):
    """Truth values among the results."""
    if any(_are_truths(item, rewriting) for item in _given(rewriting.tree)):
        rewriting.note("boolean-result", "comes back as True or False: they equal 1 and 0, but are printed and joined "
                       "as True and False, are true and false in JSON, and never `is 1`")


def _given(tree):
    """The columns that a statement answers."""
    if isinstance(tree, exp.SetOperation):
        return [*_given(tree.this), *_given(tree.expression)]
    if isinstance(tree, (exp.Subquery, exp.Paren)):
        return _given(tree.this)
    returning = tree.args.get("returning")
    return tree.expressions if isinstance(tree, exp.Select) else returning.expressions if returning else []


def _are_truths(item, rewriting):
    if not (isinstance(item, exp.Star) or (isinstance(item, exp.Column) and isinstance(item.this, exp.Star))):
        return kind(item, rewriting.schema) == "boolean"
    scope = item.find_ancestor(exp.Select, exp.Insert, exp.Update, exp.Delete)
    named = item.table.lower() if isinstance(item, exp.Column) else ""
    for name, table in tables_of(scope):
        known = rewriting.schema.table(table)
        if named in ("", name) and known is not None and any(
                column["type"] == "boolean" for column in known["columns"].values()):
            return True
    sources = [scope.args.get("from_") or scope.args.get("from"), *(scope.args.get("joins") or [])]
    return any(isinstance(source.this, exp.Subquery) and named in ("", source.this.alias.lower()) and any(
        _are_truths(inner, rewriting) for inner in _given(source.this)) for source in sources if source is not None)


def summed(rewriting, node):
    """A sum of whole numbers is a whole number: PostgreSQL's is none, and divided it is not cut off."""
    total = node.this if isinstance(node, exp.Window) else node
    if total is node and isinstance(node.parent, exp.Window):
        return None
    found = kind(total.this, rewriting.schema)
    if found == "boolean":
        total.set("this", as_number(total.this))
        return None
    if found in ("double precision", "numeric", "text"):
        return None
    around, is_inner = node, False
    while around.parent is not None and not is_inner:
        around = around.parent
        # What a query inside of another gives may be divided there.
        is_inner = isinstance(around, (exp.Div, exp.Mod, exp.Subquery, exp.CTE, exp.Insert))
    if not is_inner or (isinstance(node.parent, exp.Cast) and node.parent.to.is_type("bigint")):
        return None
    rewriting.note("sum-type", "divided as a whole number, as before")
    return exp.Cast(this=node.copy(), to=exp.DataType.build("bigint"))


def subquery(node):
    """A query that stands for one value gives its first row in SQLite."""
    select = node.this
    if not isinstance(select, exp.Select) or select.args.get("limit") or isinstance(
            node.parent, (exp.From, exp.Join, exp.In, exp.Exists, exp.Any, exp.All, exp.Union,
                          exp.Except, exp.Intersect, exp.Lateral, exp.Insert)):
        return None
    if not select.args.get("from_") and not select.args.get("from"):
        return None
    whole = all(isinstance(bare(item), exp.AggFunc) or bare(item).find(exp.AggFunc) is not None
                for item in select.expressions)
    if whole and not select.args.get("group"):
        return None
    return select
