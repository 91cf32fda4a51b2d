"""A table or an index of the application as it is made for the time of a proof.

It is written anew from what the text says, as a temporary table that only the proof sees: names, types,
keys, and expressions of known parts. The text itself is never run, because CREATE TABLE … AS runs
whatever its query calls. References are left out and only named: one would lock the other table.
"""
import sqlglot
from sqlglot import exp

_KNOWN_TYPES = {
    "SMALLINT", "INT", "BIGINT", "SERIAL", "BIGSERIAL", "SMALLSERIAL", "FLOAT", "DOUBLE", "DECIMAL",
    "TEXT", "VARCHAR", "CHAR", "BPCHAR", "VARBINARY", "BINARY", "BOOLEAN", "DATE", "TIME", "TIMETZ",
    "TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMPNTZ", "INTERVAL", "JSON", "JSONB", "UUID",
}
_KNOWN_PARTS = tuple(getattr(exp, name) for name in (
    "Create Schema Table Identifier ColumnDef DataType DataTypeParam ColumnConstraint "
    "NotNullColumnConstraint PrimaryKeyColumnConstraint UniqueColumnConstraint "
    "DefaultColumnConstraint CheckColumnConstraint GeneratedAsIdentityColumnConstraint "
    "CollateColumnConstraint Constraint PrimaryKey Index IndexParameters Ordered Where Column "
    "Literal Boolean Null Var EQ NEQ GT GTE LT LTE And Or Not Is In Between Like ILike Paren Tuple "
    "Add Sub Mul Div Mod Neg DPipe Concat Case If Cast Interval CurrentTimestamp CurrentDate "
    "CurrentTime AtTimeZone Localtime Localtimestamp TimestampTrunc Extract Round TimeToStr Lower Upper Length Coalesce Trim Abs").split())
_KNOWN_CALLS = {"now", "timezone", "to_char", "statement_timestamp", "transaction_timestamp",
                "clock_timestamp", "date_trunc"}
_KNOWN_METHODS = {"btree", "hash", "gin", "gist", "brin"}


class NotMade(Exception):
    """What is not made for a proof; the text says why. `certain` when it fails on PostgreSQL as well."""

    def __init__(self, reason, certain=False):
        super().__init__(reason)
        self.certain = certain


def made(sql):
    """{"sql", "how", "table", "needs", "reason"} of a CREATE; None when it makes neither."""
    try:
        tree = sqlglot.parse_one(sql, read="postgres")
    except (sqlglot.errors.SqlglotError, RecursionError):
        return None
    kind = str(tree.args.get("kind") or "").lower() if isinstance(tree, exp.Create) else ""
    if kind not in ("table", "index"):
        return None
    table = tree.find(exp.Table) if kind == "table" else tree.this.args.get("table")
    result = {"sql": "", "how": f"create-{kind}", "table": table.name if table else "",
              "needs": []}
    try:
        result["needs"] = _referenced(tree)
        _examine(tree, table)
    except NotMade as error:
        return dict(result, reason=str(error), certain=error.certain)
    table.set("db", exp.to_identifier("pg_temp"))
    # What is made once is there for every other place that makes it.
    tree.set("exists", True)
    return dict(result, sql=tree.sql("postgres"))


def _referenced(tree):
    """Takes the references out; the names of their tables."""
    names = []
    for node in list(tree.find_all(exp.Reference)):
        target = node.find(exp.Table)
        if target is not None:
            names.append(target.name)
        holder = node.parent
        if isinstance(holder, exp.ForeignKey):
            node = holder
            holder = node.parent
        if isinstance(holder, exp.Constraint) and len(holder.expressions) > 1:
            raise NotMade("a constraint of several parts")
        (holder if isinstance(holder, (exp.ColumnConstraint, exp.Constraint)) else node).pop()
    return names


def _examine(tree, table):
    wanted = {"this", "kind", "exists", "unique"}
    if tree.args.get("expression") is not None:
        raise NotMade("it takes its rows from a query, and a proof runs none")
    if any(value for name, value in tree.args.items() if name not in wanted):
        raise NotMade("it has more than a list of columns")
    if table is None or set(name for name, value in table.args.items() if value) != {"this"}:
        raise NotMade("its table is named with more than a name")
    if tree.args["kind"].lower() == "table":
        if not isinstance(tree.this, exp.Schema):
            raise NotMade("it has no list of columns")
        for column in tree.this.expressions:
            if isinstance(column, exp.Identifier):
                raise NotMade(f"column {column.name} has no type, and PostgreSQL needs one", True)
    elif not tree.this.name:
        raise NotMade("an index without a name")
    for node in tree.walk():
        _part(node)


def _part(node):
    if isinstance(node, exp.Anonymous) and node.name.lower() in _KNOWN_CALLS:
        return
    if type(node) not in _KNOWN_PARTS:
        raise NotMade(f"it has a part that is not made for a proof: {node.sql('postgres')[:60]}")
    if isinstance(node, exp.DataType) and getattr(node.this, "name", "") not in _KNOWN_TYPES:
        raise NotMade(f"it has a type that is not made for a proof: {node.sql('postgres')[:60]}")
    if isinstance(node, exp.Index) and any(
            value for name, value in node.args.items()
            if name not in ("this", "table", "params", "unique")):
        raise NotMade("an index of an uncommon form")
    if isinstance(node, exp.IndexParameters):
        method = node.args.get("using")
        if method is not None and method.name.lower() not in _KNOWN_METHODS:
            raise NotMade("an index of an uncommon method")
