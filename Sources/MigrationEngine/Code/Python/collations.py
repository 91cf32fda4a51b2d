"""Columns and comparisons that pass over capitals, COLLATE NOCASE, in the target's words.

Every text of the target is compared byte by byte, so lower() there folds the letters of ASCII and no
others: what NOCASE does. The source says which columns are so; the target does not.
"""
from sqlglot import exp

from kinds import COMPARISONS, is_placed
from refusal import Refused

_KEYS = (exp.Max, exp.Min, exp.Distinct, exp.Group)


def _inside(node):
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _stated(node):
    """The collation that is written at an expression, or None."""
    inside = _inside(node)
    return inside.expression.name.upper() if isinstance(inside, exp.Collate) else None


def _own(node, schema):
    """The collation of the column that an expression is, or None."""
    inside = _inside(node)
    column = schema.column(inside) if isinstance(inside, exp.Column) else None
    return (column or {}).get("collation")


def _folded(node):
    inside = _inside(node)
    if isinstance(inside, exp.Collate):
        inside = _inside(inside.this)
    if isinstance(inside, exp.Literal) and inside.is_string and inside.name.isascii():
        return exp.Literal.string(inside.name.lower())
    if isinstance(inside, exp.Null):
        return inside.copy()
    return exp.Anonymous(this="LOWER", expressions=[inside.copy()])


def _chosen(sides, schema):
    """The collation by which values are compared: the stated one, else that of the first column."""
    found = [_stated(side) for side in sides]
    found += [_own(side, schema) or "BINARY" for side in sides
              if isinstance(_inside(side), exp.Column) and not is_placed(_inside(side))]
    name = next((item for item in found if item), None)
    if name not in (None, "NOCASE", "BINARY"):
        raise Refused(f"the collation {name} has no form on PostgreSQL")
    return name


def _meant(node):
    """What an order by the place or the name of a result is an order of."""
    select = node.find_ancestor(exp.Select)
    inside = _inside(node.this)
    items = select.expressions if select is not None and node.parent.parent is select else []
    if isinstance(inside, exp.Literal) and inside.name.isdigit() and int(inside.name) <= len(items):
        item = items[int(inside.name) - 1]
        return item.this if isinstance(item, exp.Alias) else item
    for item in items:
        if isinstance(inside, exp.Column) and not inside.table and isinstance(
                item, exp.Alias) and item.alias == inside.name:
            return item.this
    return node.this


def apply(rewriting):
    """Has the comparisons of such columns pass over capitals, as before."""
    tree, schema = rewriting.tree, rewriting.schema
    for node in list(tree.find_all(*COMPARISONS, exp.Is)):
        if isinstance(node.parent, (exp.Update, exp.OnConflict)):
            continue
        if _chosen([node.this, node.expression], schema) == "NOCASE":
            node.set("this", _folded(node.this))
            node.set("expression", _folded(node.expression))
    for node in list(tree.find_all(exp.Between)):
        if _chosen([node.this, node.args["low"], node.args["high"]], schema) == "NOCASE":
            for name in ("this", "low", "high"):
                node.set(name, _folded(node.args[name]))
    for node in list(tree.find_all(exp.In)):
        if _chosen([node.this], schema) == "NOCASE":
            if node.args.get("query") is not None:
                raise Refused("IN (SELECT …) of a column that passes over capitals")
            node.set("this", _folded(node.this))
            node.set("expressions", [_folded(item) for item in node.expressions])
    for node in list(tree.find_all(exp.Ordered)):
        if isinstance(node.parent, exp.OnConflict) or node.find_ancestor(exp.Create) is not None:
            continue
        meant = _meant(node)
        if _chosen([meant], schema) == "NOCASE":
            node.set("this", _folded(meant))
    for node in list(tree.find_all(exp.Column)):
        _refused(node, schema)
    for node in list(tree.find_all(exp.Collate)):
        if node.find_ancestor(exp.Create) is None:
            if isinstance(node.parent, (exp.Like, exp.ILike)):
                # LIKE passes over capitals in any case.
                node.replace(node.this)
                continue
            if node.expression.name.upper() != "BINARY":
                raise Refused(f"COLLATE {node.expression.name} in a place where it is not followed")
            node.replace(node.this)


def _refused(node, schema):
    """What groups or chooses by such a column picks one of several spellings."""
    if _own(node, schema) != "NOCASE":
        return
    select = node.find_ancestor(exp.Select)
    by_case = any(isinstance(around, (exp.Lower, exp.Upper)) or (
        isinstance(around, exp.Anonymous) and around.name == "LOWER")
        for around in _upwards(node))
    if by_case:
        return
    case = node.parent
    if isinstance(case, exp.Case) and case.this is node or isinstance(
            case, (exp.Nullif, exp.Greatest, exp.Least)) or isinstance(
            case, exp.Window) and case.this is not node:
        raise Refused(f"{node.name} passes over capitals in SQLite (COLLATE NOCASE), and this compares "
                      "it byte by byte; write lower() around both sides")
    if select is not None and (isinstance(select.parent, exp.CTE) or (
            isinstance(select.parent, exp.Subquery) and isinstance(
                select.parent.parent, (exp.From, exp.Join)))) and any(
            _inside(item.this if isinstance(item, exp.Alias) else item) is node
            for item in select.expressions):
        raise Refused(f"{node.name} passes over capitals in SQLite (COLLATE NOCASE), and what a query "
                      "around this one compares is not followed")
    if any(isinstance(around, _KEYS) for around in _upwards(node)) or (
            select is not None and select.args.get("distinct")
            and any(_inside(item.this if isinstance(item, exp.Alias) else item) is node
                    for item in select.expressions)) or (
            select is not None and isinstance(select.parent, (exp.Union, exp.Except, exp.Intersect))):
        raise Refused(f"{node.name} passes over capitals in SQLite (COLLATE NOCASE); here one of "
                      "several spellings would have to be chosen")


def _upwards(node):
    while node.parent is not None and not isinstance(node, exp.Select):
        node = node.parent
        yield node
