"""Rows that a file reads by the names of their columns: PostgreSQL's drivers give plain tuples."""
import ast

from rules import WARNING

_ONE = {"fetchone"}
_MANY = {"fetchall", "fetchmany", "execute"}


class Rows:
    """Where one file reads rows by name."""

    def __init__(self, file, wrappers):
        self.file = file
        self.scopes = file.scopes
        self.readers = {name for name in wrappers.by_name if wrappers.reads(name)}

    def found(self):
        """The places, in the order of the file."""
        places = [node for node in self.scopes.of
                  if self._read_by_name(node) is not None
                  and self._is_row(self._read_by_name(node), self.scopes.of[node])]
        return sorted(places, key=lambda node: (node.lineno, node.col_offset))

    @staticmethod
    def _read_by_name(node):
        """What row['name'], dict(row) and row.keys() read, or None."""
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and isinstance(
                node.slice, ast.Constant) and isinstance(node.slice.value, str):
            return node.value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and (
                node.func.id == "dict" and len(node.args) == 1):
            return node.args[0]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and (
                node.func.attr == "keys" and not node.args):
            return node.func.value
        return None

    def told(self):
        """One finding: (node, rule, severity, message, suggestion), or None."""
        places = self.found()
        if not places:
            return None
        lines = sorted({node.lineno for node in places})
        words = ("line " if len(lines) == 1 else "lines ") + ", ".join(map(str, lines[:20])) + (", …" if len(lines) > 20 else "")
        return (places[0], "row-by-name", WARNING, "rows are read by the names of their columns: a "
                f"plain cursor of PostgreSQL's drivers gives tuples, a TypeError ({words})",
                "the adapter's rows are read by place and by name")

    def _is_row(self, node, scope, depth=0):
        if depth > 5:
            return False
        if isinstance(node, ast.Subscript):
            return self._are_rows(node.value, scope, depth + 1)
        if isinstance(node, ast.Call):
            return self._named(node) in _ONE
        if isinstance(node, ast.Name):
            home = scope.find(node.id)
            if home is None:
                return False
            given = home.assigned.get(node.id, [])
            outside = home.parent if home.parent is not None else home
            return any(self._is_row(item.value, home, depth + 1) for item in given) or any(
                self._are_rows(item, outside, depth + 1) or self._are_rows(item, home, depth + 1)
                for item in home.loops.get(node.id, []))
        return False

    def _are_rows(self, node, scope, depth):
        if depth > 5:
            return False
        if isinstance(node, ast.Call):
            name = self._named(node)
            return name in _MANY or name in self.readers
        if isinstance(node, ast.Name):
            home = scope.find(node.id)
            return home is not None and any(
                self._are_rows(item.value, home, depth + 1)
                for item in home.assigned.get(node.id, []))
        return False

    @staticmethod
    def _named(node):
        return getattr(node.func, "attr", getattr(node.func, "id", ""))
