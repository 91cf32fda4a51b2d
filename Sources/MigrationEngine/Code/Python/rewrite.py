"""Where SQLite and PostgreSQL mean different things by the same words: the statement is rewritten.

The transpiler knows the grammar of both. What it cannot know is the target's schema, and what it
does not know is SQLite's looseness: moments that are text, numbers that are truth values, keys that
REPLACE hits. Each rewriting leaves a note for whoever reads the findings.
"""
from sqlglot import exp

import collations
import differs
import kinds
import moments
from differs import raw
from refusal import Refused
from schema import tables_of

PLACE = "cutover_place_"
# What IFNULL is called on its way: the transpiler would take it for COALESCE at once.
IFNULL = "ifnu__"
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.NullSafeNEQ)
_JSON = tuple(getattr(exp, name) for name in dir(exp) if name.startswith(("JSON", "ParseJSON"))
              and isinstance(getattr(exp, name), type))


def placed(node):
    """The number of the placeholder that a node stands for, or None."""
    if isinstance(node, exp.Column) and node.name.startswith(PLACE):
        return int(node.name[len(PLACE):])
    return None


def _place(node, parent):
    """Where a node stands among its parent's; by itself, because equal ones may stand beside it."""
    return next(place for place, other in enumerate(parent.expressions) if other is node)


class Rewriting:
    """One statement on its way from SQLite to PostgreSQL."""

    def __init__(self, tree, schema, shapes):
        self.tree = tree
        self.schema = schema
        self.shapes = shapes
        self.notes = []

    def note(self, rule, message):
        """What the reader of the findings should know."""
        if (rule, message) not in self.notes:
            self.notes.append((rule, message))

    def run(self):
        """The rewritten tree."""
        self.tree = self._statement()
        for node in self.tree.find_all(exp.Having):
            differs.having(self, node)
        collations.apply(self)
        kinds.counted(self)
        kinds.keep(self)
        kinds.compare(self)
        kinds.mixed(self)
        kinds.results(self)
        for node in reversed(list(self.tree.bfs())):
            if isinstance(node, (*_JSON, exp.CurrentVersion)):
                while isinstance(node.parent, _JSON):
                    node = node.parent
                raise Refused(f"{node.sql('sqlite')[:60]} answers otherwise there, and is not brought "
                              "over")
            for kind in type(node).__mro__:
                method = getattr(self, "_" + kind.__name__.lower(), None)
                if method is not None:
                    replacement = method(node)
                    if replacement is not None and replacement is not node:
                        if node is self.tree:
                            self.tree = replacement
                        else:
                            node.replace(replacement)
                    break
        for select in list(self.tree.find_all(exp.Select)):
            self._grouped(select)
        return self.tree

    # What the whole statement is.

    def _statement(self):
        tree = self.tree
        if isinstance(tree, exp.Transaction):
            kind = str(tree.args.get("this") or "").upper()
            if kind in ("IMMEDIATE", "EXCLUSIVE"):
                self.note("begin-immediate", "one writer at a time is kept by an advisory lock "
                          "that ends with the transaction")
                return exp.Command(this="SELECT", expression=raw(
                    " pg_advisory_xact_lock(hashtext('one writer'))"))
            return tree
        if isinstance(tree, (exp.Pragma, exp.Attach, exp.Detach)):
            raise Refused("PostgreSQL has nothing like this; take the call out")
        if isinstance(tree, exp.Insert):
            return self._inserted(tree)
        if isinstance(tree, exp.Command):
            raise Refused("the transpiler cannot read this statement")
        return tree

    def _inserted(self, tree):
        choice = (tree.args.get("alternative") or "").upper()
        if not choice:
            return tree
        tree.set("alternative", None)
        if tree.args.get("conflict"):
            raise Refused(f"OR {choice} and ON CONFLICT in one statement")
        if choice == "IGNORE":
            tree.set("conflict", exp.OnConflict(action=exp.Var(this="DO NOTHING")))
            return tree
        if choice != "REPLACE":
            return tree
        table = tables_of(tree)[0][1]
        known = self.schema.table(table)
        if known is None:
            raise Refused(f'the target has no table "{table}"')
        columns = ([column.name for column in tree.this.expressions]
                   if isinstance(tree.this, exp.Schema) else list(known["columns"]))
        key = self.schema.conflict_key(table, columns)
        given = {column.lower() for column in columns}
        assignments = []
        for name in known["columns"]:
            if name in key or name in (known.get("primary") or []):
                continue
            value = f"EXCLUDED.{name}" if name in given else "DEFAULT"
            assignments.append(exp.EQ(this=exp.column(name), expression=raw(value)))
        tree.set("conflict", exp.OnConflict(
            action=exp.Var(this="DO UPDATE"), expressions=assignments,
            conflict_keys=[exp.column(name) for name in key]))
        self.note("insert-or-replace", "the row keeps its id; REPLACE gave it a new one")
        return tree

    # What a value meets.

    def _meets(self, node):
        """The type of the column that a value is compared with or stored in, or None."""
        parent = node.parent
        while isinstance(parent, (exp.Paren, exp.Coalesce)):
            node, parent = parent, parent.parent
        if isinstance(parent, (*_COMPARISONS, exp.NullSafeEQ)):
            other = parent.expression if parent.this is node else parent.this
            return self._type(other)
        if isinstance(parent, exp.Between):
            return self._type(parent.this)
        if isinstance(parent, exp.In) and parent.this is not node:
            return self._type(parent.this)
        if isinstance(parent, exp.Tuple) and isinstance(parent.parent, exp.Values):
            return self._stored(parent.parent.parent, _place(node, parent))
        if isinstance(parent, exp.Select) and isinstance(parent.parent, exp.Insert):
            return self._stored(parent.parent, _place(node, parent))
        return None

    def _stored(self, insert, place):
        if not isinstance(insert, exp.Insert):
            return None
        tables = tables_of(insert)
        known = self.schema.table(tables[0][1]) if tables else None
        if known is None:
            return None
        names = ([column.name.lower() for column in insert.this.expressions]
                 if isinstance(insert.this, exp.Schema) else list(known["columns"]))
        column = known["columns"].get(names[place]) if place < len(names) else None
        return column["type"] if column is not None else None

    def _type(self, node):
        while isinstance(node, exp.Paren):
            node = node.this
        place = placed(node)
        if place is not None:
            return {"date": "date", "datetime": "timestamp"}.get(self.shapes.get(place), "?")
        return self.schema.type_of(node)

    def _want(self, node, name):
        met = self._meets(node)
        if met == "?":
            # A value of unknown kind: a moment of its own type takes text and Python's dates.
            return "date" if name == "date" else "timestamp"
        if met is None:
            column = node.find_ancestor(exp.ColumnDef)
            kind = column.args.get("kind") if column is not None else None
            if kind is not None and "TIMESTAMP" in kind.sql("postgres").upper():
                return "timestamp"
            return None
        if met == "date":
            return "date"
        return "timestamp" if met.startswith("timestamp") else "text"

    def _func(self, node):
        if isinstance(node, exp.Anonymous) and node.name.lower() == IFNULL:
            return exp.Coalesce(this=node.expressions[0], expressions=node.expressions[1:])
        if isinstance(node, exp.Anonymous) and node.name.lower() == "total":
            given = node.expressions[0]
            given = kinds.as_number(given) if kinds.kind(given, self.schema) == "boolean" else given
            return raw(f"CAST(COALESCE(SUM({given.sql('postgres')}), 0) AS DOUBLE PRECISION)")
        found = moments.arguments(node)
        if found is None:
            return None
        name, given = found
        differs.moment(self, name, given)
        return raw(moments.written(name, given, self._want(node, name), self.schema.type_of))

    def _currenttimestamp(self, node):
        met = self._meets(node)
        column = node.find_ancestor(exp.ColumnDef)
        made = column.args.get("kind") if column is not None else None
        if made is not None:
            met = "text" if made.is_type(*exp.DataType.TEXT_TYPES) else (
                "timestamp" if made.is_type("timestamp", "timestampntz", "timestamptz", "datetime") else None)
        if met == "text":
            self.note("current-timestamp", "stays text of SQLite's form, in UTC")
            return raw(f"to_char({moments.NOW}, 'YYYY-MM-DD HH24:MI:SS')")
        if (met or "").startswith("timestamp"):
            return raw(f"date_trunc('second', {moments.NOW})")
        return None

    def _sub(self, node):
        sides = [self._unwrapped(side) for side in (node.this, node.expression)]
        # Both were rewritten already, from the inside out: two day numbers, one difference.
        ends = " / 86400.0 + 2440587.5)"
        starts = "(EXTRACT(EPOCH FROM "
        if all(isinstance(side, exp.Var) and side.name.startswith(starts)
               and side.name.endswith(ends) for side in sides):
            first, second = (side.name[len(starts):-len(ends) - 1] for side in sides)
            self.note("julianday-fraction", "SQLite reckons days as floating point: cut off to a "
                      "whole number it may be one less or more")
            return raw(f"EXTRACT(EPOCH FROM ({first} - {second})) / 86400.0")
        kinds.reckon(self, node)
        differs.reckoned(self, node)
        return None

    def _add(self, node):
        kinds.reckon(self, node)
        differs.reckoned(self, node)
        return None

    def _mul(self, node):
        differs.reckoned(self, node)
        return moments.multiplied(self._unwrapped(node.this), self._unwrapped(node.expression))

    @staticmethod
    def _unwrapped(node):
        while isinstance(node, exp.Paren):
            node = node.this
        return node

    # Truth values, text and numbers.

    def _column(self, node):
        place = placed(node)
        if place is not None:
            return self._bound(node, self.shapes.get(place, "unknown"))
        if node.this.args.get("quoted") and not node.table:
            return self._quoted(node)
        if node.name.lower() in ("rowid", "_rowid_") and self.schema.column(node) is None:
            return self._row(node)
        return None

    def _bound(self, node, shape):
        differs.bound(self, node, shape)
        met = self._meets(node)
        kinds.bound(self, node, met or (differs.stored(self, node) or (None,))[0], shape)
        if met == "text" and shape == "boolean":
            return differs.boolean(self, node)
        if met == "boolean" and shape != "boolean":
            self.note("boolean-integer", "the column is boolean there, and this value may be a "
                      "number: boolean = integer is an error")
            return raw(f"CAST(CAST({node.name} AS INTEGER) AS BOOLEAN)")
        compared = isinstance(node.parent, (*_COMPARISONS, exp.Between, exp.In))
        if met == "text" and compared and shape in ("date", "datetime", "integer"):
            rule = "number-parameter" if shape == "integer" else "date-parameter"
            self.note(rule, f"the column is text there, and this value is a {shape}: text against "
                      f"{shape} is an error")
            return raw(f"CAST({node.name} AS TEXT)")
        return None

    def _literal(self, node):
        differs.literal(self, node)
        met = self._meets(node)
        if met == "boolean" and not node.is_string and node.name in ("0", "1"):
            self.note("boolean-integer", "the column is boolean there: boolean = integer is an "
                      "error")
            return exp.Boolean(this=node.name == "1")
        if met == "text" and not node.is_string and isinstance(node.parent, _COMPARISONS):
            if kinds.is_real(node):
                raise Refused(f"{node.name} beside a column of text: SQLite compares the text that it makes of it")
            return exp.Literal.string(node.name)
        return differs.real(node)

    def _quoted(self, node):
        if self.schema.column(node) is not None:
            return None
        scope = node.find_ancestor(exp.Select, exp.Update, exp.Delete, exp.Insert)
        if scope is None or not self.schema.knows_all(scope):
            return None
        if isinstance(scope, exp.Select) and node.name in [
                item.alias for item in scope.expressions]:
            return None
        return exp.Literal.string(node.name)

    def _row(self, node):
        scope = node.find_ancestor(exp.Select, exp.Update, exp.Delete, exp.Insert)
        for name, table in tables_of(scope) if scope is not None else []:
            known = self.schema.table(table)
            if (not node.table or node.table.lower() == name) and known is not None:
                if len(known.get("primary") or []) == 1:
                    key = known["primary"][0]
                    if known["columns"][key]["type"] in ("bigint", "integer"):
                        return exp.column(key, table=node.args.get("table"))
        raise Refused("rowid, and the table has no whole number as its key")

    def _like(self, node):
        differs.pattern(self, node)
        self.note("like-case", "rows that differ in case only are found as before")
        found = exp.ILike(**node.args)
        given = self._unwrapped(node.expression)
        if isinstance(given, exp.Literal) or isinstance(node.parent, exp.Escape):
            return found
        # A backslash in a pattern that comes with the program is a character of its own, as before.
        return exp.Escape(this=found, expression=exp.Literal.string(""))

    def _cast(self, node):
        if node.args.get("to") is None:
            return None
        kind = kinds.kind(node.this, self.schema)
        inside = node.this.sql("postgres")
        if not node.to.is_type("int", "bigint"):
            return differs.cast(self, node, kind, inside)
        if kind == "boolean":
            return kinds.as_number(node.this)
        if kinds.is_placed(node.this) and self.shapes.get(placed(node.this)) == "real":
            kind = "numeric"
        if kind == "text":
            self.note("cast-dirty", "text that is no number gives 0 as before, instead of an error")
            return raw(f"CAST(COALESCE(SUBSTRING({inside} FROM '^[[:space:]]*([+-]?[0-9]+)'), "
                       f"CASE WHEN {inside} IS NOT NULL THEN '0' END) AS BIGINT)")
        if kind in ("double precision", "numeric", "real") or "EXTRACT(" in inside or "/" in inside:
            return raw(f"CAST(TRUNC({inside}) AS BIGINT)")
        return exp.Cast(this=node.this, to=exp.DataType.build("bigint"))

    def _div(self, node):
        differs.reckoned(self, node)
        divisor = self._unwrapped(node.expression)
        if isinstance(divisor, exp.Nullif) or (
                isinstance(divisor, exp.Literal) and divisor.name.strip("0.") != ""):
            node.set("safe", False)
        return None

    def _sum(self, node):
        return kinds.summed(self, node)

    def _window(self, node):
        return kinds.summed(self, node) if isinstance(node.this, exp.Sum) else None

    def _null(self, node):
        return differs.null(self, node)

    def _substring(self, node):
        return differs.substring(self, node)

    def _limit(self, node):
        return differs.limit(self, node)

    def _offset(self, node):
        return differs.offset(self, node)

    def _round(self, node):
        return differs.rounded(node, kinds.kind(node.this, self.schema))

    def _rand(self, node):
        return differs.chance(node)

    def _bitwiseleftshift(self, node):
        return differs.shifted(self, node)

    _bitwiserightshift = _bitwiseleftshift

    def _hexstring(self, node):
        return raw(f"decode('{node.name}', 'hex')")

    def _subquery(self, node):
        select = kinds.subquery(node)
        if select is not None and not self.schema.is_one_row(select):
            select.set("limit", exp.Limit(expression=exp.Literal.number(1)))
        if isinstance(node.parent, (exp.From, exp.Join)) and not node.alias:
            # PostgreSQL wants a name here.
            named = [other for other in self.tree.find_all(exp.Subquery) if other.alias]
            node.set("alias", exp.TableAlias(this=exp.to_identifier(f"rows_{len(named) + 1}")))
        return None

    def _max(self, node):
        return differs.several(self, node)

    _min = _greatest = _least = _max

    def _dpipe(self, node):
        return differs.joined(self, node)

    def _ceil(self, node):
        return differs.numbered(self, node)

    _floor = _trunc = _sign = _ceil

    def _hex(self, node):
        return differs.digits(self, node)

    def _typeof(self, node):
        return differs.type_name(self, node)

    def _mod(self, node):
        return differs.modulo(self, node)

    def _lower(self, node):
        return differs.letters(self, node)

    _upper = _lower

    def _groupconcat(self, node):
        kind = kinds.kind(node.this, self.schema)
        differs.together(self, node, kind)
        if kind == "boolean":
            node.set("this", kinds.as_text(node.this))
        elif kind is not None and kind != "text":
            node.set("this", exp.Cast(this=node.this, to=exp.DataType.build("text")))
        return None

    # Order, groups, tables.

    def _onconflict(self, node):
        keys = [key.this if isinstance(key, exp.Ordered) else key
                for key in node.args.get("conflict_keys") or []]
        node.set("conflict_keys", keys)
        return None

    def _ordered(self, node):
        inside = self._unwrapped(node.this)
        column = self.schema.column(inside) if isinstance(inside, exp.Column) else None
        if isinstance(inside, exp.Column) and not inside.table and not isinstance(node.parent.parent, exp.Window):
            # A name that the result has is meant before a column of the tables.
            select = node.find_ancestor(exp.Select)
            for item in select.expressions if select is not None else []:
                if item.alias and item.alias.lower() == inside.name.lower():
                    given = item.this
                    column = self.schema.column(given) if isinstance(given, exp.Column) else {
                        "not_null": isinstance(given, exp.Count)}
        if isinstance(node.parent, exp.OnConflict):
            return None
        certain = isinstance(inside, exp.Count) or (column is not None and column["not_null"])
        if certain or node.find_ancestor(exp.Create) is not None:
            node.set("nulls_first", bool(node.args.get("desc")))
        else:
            self.note("null-order", "NULL comes first in SQLite's order, last in PostgreSQL's")
        return None

    def _grouped(self, select):
        group = select.args.get("group")
        if group is None or not group.expressions:
            return
        keys = {item.sql("postgres") for item in group.expressions}
        named = {item.name.lower() for item in group.expressions if isinstance(item, exp.Column)}
        for item in group.expressions:
            # GROUP BY 2 is the second column of the result.
            if isinstance(item, exp.Literal) and not item.is_string and item.name.isdigit():
                place = int(item.name) - 1
                if place < len(select.expressions):
                    chosen = select.expressions[place]
                    keys.add((chosen.this if isinstance(chosen, exp.Alias) else chosen)
                             .sql("postgres"))
        for alias, table in tables_of(select):
            primary = (self.schema.table(table) or {}).get("primary") or []
            if primary and all(f"{alias}.{name}" in keys or name in named for name in primary):
                return
        bare = []
        for item in select.expressions:
            inside = item.this if isinstance(item, exp.Alias) else item
            if isinstance(inside, exp.Column) and inside.sql("postgres") not in keys and (
                    inside.name.lower() not in named) and item.alias.lower() not in named:
                bare.append((item, inside))
        if not bare:
            return
        if any(select.find_all(exp.Min, exp.Max)):
            raise Refused("a column outside of GROUP BY beside min() or max(): SQLite takes it from "
                          "that row, PostgreSQL has no such rule")
        self.note("group-by-bare", "a column that is not grouped: SQLite takes it from any row, "
                  "PostgreSQL refuses it; the smallest is taken")
        for item, inside in bare:
            smallest = exp.Min(this=inside.copy())
            item.replace(exp.alias_(smallest, item.alias or inside.name))
        order = select.args.get("order")
        aliases = {item.alias.lower() for item in select.expressions if item.alias}
        for item in order.expressions if order is not None else []:
            inside = item.this
            if isinstance(inside, exp.Column) and inside.sql("postgres") not in keys and (
                    inside.name.lower() not in named) and (
                    inside.table or inside.name.lower() not in aliases):
                item.set("this", exp.Min(this=inside.copy()))

    def _table(self, node):
        if node.name.lower() not in ("sqlite_master", "sqlite_schema"):
            return None
        named = any(column.table.lower() == node.name.lower()
                    for column in self.tree.find_all(exp.Column))
        name = node.alias or (node.name if named else "tables_here")
        if not any(isinstance(other, (exp.EQ, exp.In)) and isinstance(other.this, exp.Column)
                   and other.this.name == "type" for other in self.tree.find_all(exp.EQ, exp.In)):
            self.note("sqlite-master-indexes", "tables and views are listed there; SQLite's list has "
                      "indexes, triggers and tables of its own as well")
        return raw("(SELECT table_name AS name, CASE table_type WHEN 'VIEW' THEN 'view' ELSE "
                   "'table' END AS type FROM information_schema.tables WHERE table_schema = "
                   f"current_schema()) AS {name}")

    # Tables that the application makes.

    def _columndef(self, node):
        kind = node.args.get("kind")
        if kind is not None and kind.is_type("int"):
            node.set("kind", exp.DataType.build("bigint"))
        constraints = node.args.get("constraints") or []
        kinds = [type(item.args.get("kind")) for item in constraints]
        if exp.PrimaryKeyColumnConstraint in kinds and kind is not None and kind.is_type(
                "int", "bigint") and exp.AutoIncrementColumnConstraint not in kinds:
            node.append("constraints", exp.ColumnConstraint(
                kind=exp.AutoIncrementColumnConstraint()))
        return None

    def _strictproperty(self, node):
        node.pop()

    _withoutrowidproperty = _strictproperty
