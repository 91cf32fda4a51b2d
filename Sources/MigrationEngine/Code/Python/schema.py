"""What the target has: tables, the types of their columns, their keys."""
from sqlglot import exp

from refusal import Refused


class Schema:
    """The target's tables as the server tells them.

    `tables[name]` is {"columns": {name: {"type", "not_null"}}, "keys": [[column, …]], "primary"}.
    """

    def __init__(self, tables):
        self.tables = {}
        for name, table in tables.items():
            columns = table["columns"]
            table["columns"] = {column: columns[column] for column in table.get("order") or columns}
            self.tables[name.lower()] = table

    def table(self, name):
        """One table, or None."""
        return self.tables.get(name.lower())

    def column(self, node):
        """What the target says of a column in its place in a statement, or None."""
        scope = node
        while scope is not None:
            scope = scope.find_ancestor(exp.Select, exp.Update, exp.Delete, exp.Insert)
            if scope is None:
                return None
            found = self._in(scope, node)
            if found is not None:
                return found
        return None

    def _in(self, scope, node):
        qualifier = node.table.lower()
        matches = []
        for name, table in tables_of(scope):
            loose = _may_lack(scope, name)
            if qualifier and qualifier != name and qualifier != "excluded":
                continue
            known = self.table(table)
            if known is not None:
                column = known["columns"].get(node.name.lower())
                if column is not None:
                    matches.append(column | {"not_null": False} if loose else column)
        return matches[0] if len(matches) == 1 or (matches and qualifier) else None

    def type_of(self, node):
        """The type of a column in its place, or None."""
        found = self.column(node) if isinstance(node, exp.Column) else None
        return found["type"] if found is not None else None

    def is_one_row(self, select):
        """Whether a query asks for one row by a whole key of its only table."""
        tables = tables_of(select)
        where = select.args.get("where")
        if len(tables) != 1 or select.args.get("joins") or where is None:
            return False
        known = self.table(tables[0][1])
        asked = set()
        for node in where.this.flatten() if isinstance(where.this, exp.And) else [where.this]:
            while isinstance(node, exp.Paren):
                node = node.this
            for side in (node.this, node.expression) if isinstance(node, exp.EQ) else ():
                if isinstance(side, exp.Column) and side.table.lower() in ("", tables[0][0]):
                    asked.add(side.name.lower())
        return known is not None and any(set(key) <= asked for key in known["keys"])

    def knows_all(self, scope):
        """Whether a statement, and those around it, take columns of known tables only."""
        while scope is not None:
            sources = [scope.args.get("from_") or scope.args.get("from"), *(scope.args.get("joins") or [])]
            if any(source is not None and not isinstance(source.this, exp.Table) for source in sources) or any(
                    self.table(table) is None for _, table in tables_of(scope)):
                return False
            scope = scope.find_ancestor(exp.Select, exp.Update, exp.Delete, exp.Insert)
        return True

    def conflict_key(self, table, columns):
        """The one key of a table that an INSERT of these columns can hit."""
        known = self.table(table)
        if known is None:
            raise Refused(f'the target has no table "{table}"')
        given = {column.lower() for column in columns}
        keys = {tuple(key) for key in known["keys"] if set(key) <= given}
        if len(keys) != 1:
            raise Refused(
                f'{len(keys)} keys of "{table}" can be hit by this INSERT; ON CONFLICT DO UPDATE '
                "needs exactly one")
        return list(keys.pop())


def _may_lack(scope, name):
    """Whether an outer join gives rows without a row of this table."""
    for join in scope.args.get("joins") or []:
        side = (join.side or "").upper()
        if side in ("RIGHT", "FULL") or (side == "LEFT" and join.this.alias_or_name.lower() == name):
            return True
    return False


def tables_of(scope):
    """(alias, table) of each table that a statement reads or writes at its own level."""
    found = []
    if isinstance(scope, exp.Select):
        origin = scope.args.get("from_") or scope.args.get("from")
        sources = [origin.this] if origin is not None else []
        sources += [join.this for join in scope.args.get("joins") or []]
    else:
        sources = [scope.this]
    for source in sources:
        if isinstance(source, exp.Schema):
            source = source.this
        if isinstance(source, exp.Table):
            found.append((source.alias_or_name.lower(), source.name))
    return found
