"""Who reads the columns of a result by their names, and by which.

SQLite's own name of an expression matters where a text of the program is that name, and where all names of
a row are taken: made a dict, listed, handed to a template. The rows are followed from the statement's
function to those that call it and to those that it gives them to, by the functions' names.
"""
import ast
import re

import names
from rules import ERROR, WARNING

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_TEMPLATES = {"render_template", "render_template_string", "render", "TemplateResponse", "stream_template"}
# Calls whose answer is a dict, and no row.
_DICTS = {"dict", "defaultdict", "OrderedDict", "Counter", "loads", "load", "json", "get_json", "vars", "globals"}
# What makes a dict of a row, by the names of its columns.
_TAKERS = {"dict", "OrderedDict"}
# Who is given `dict` and makes none of a row.
_NO_TAKERS = {"isinstance", "issubclass", "defaultdict", "field", "cast", "map"}
_NO_ROW_CALLS = _DICTS | {"zip", "enumerate", "items"}
_OF_REQUESTS = {"environ", "args", "form", "headers", "cookies", "files"}
# What is no row.
_NO_ROWS = (ast.Dict, ast.DictComp, ast.ListComp, ast.List, ast.Tuple, ast.GeneratorExp, ast.Constant)
# A text that can be SQLite's own name of an expression.
_MADE = re.compile(r"\W|^\d|^(?:null|true|false|current_\w+)$", re.IGNORECASE)
_LONGEST_TEXT = 1000
# What surely is the name of an expression, wherever it is asked for.
_CALLED = re.compile(
    r"\s*(?:count|sum|avg|min|max|total|group_concat|abs|round|coalesce|ifnull|nullif|length|lower|upper|substr|trim|"
    r"date|datetime|time|strftime|julianday|unixepoch|cast|iif)\s*\(.*\)\s*", re.IGNORECASE | re.DOTALL)


def _name(node):
    return getattr(node, "attr", getattr(node, "id", ""))


class Function:
    """What of one function is needed to know whether the names of its rows matter."""

    def __init__(self, path, name, owner):
        self.name = name
        # The class around it, in its file.
        self.owner = (path, owner) if owner else None
        # Whether it takes names itself, or whoever has its rows does; takes those of what it is given;
        # gives something back; keeps something beyond its end.
        self.takes = self.is_asked = self.is_helper = self.gives = self.keeps = False
        self.called = set()


class Keys:
    """The functions of a folder that take the names of rows, and the texts that can be such names."""

    def __init__(self):
        self._texts = set()
        # Where a name is asked for that only SQLite makes up: (path, line, column, text).
        self.asked = []
        self.functions = {}
        self._by_name = {}

    def note(self, file):
        """Takes one parsed file."""
        self._takers = _takers(file.tree)
        self._function(file, file.tree, Function(file.path, "", ""), ())

    def _function(self, file, node, function, parameters):
        self.functions[(file.path, function.name, getattr(node, "lineno", 0))] = function
        self._by_name.setdefault(function.name, []).append(function)
        taken, rows = [], set(parameters)
        owner = node.name if isinstance(node, ast.ClassDef) else ""
        waiting = [(child, owner) for child in ast.iter_child_nodes(node)]
        while waiting:
            part, owner = waiting.pop()
            if isinstance(part, _FUNCTIONS):
                given = part.args
                inside = Function(file.path, part.name, owner)
                self._function(file, part, inside, [
                    item.arg for item in given.posonlyargs + given.args + given.kwonlyargs])
                # What a function inside of this one takes may be this one's.
                function.takes = function.takes or bool(function.name) and inside.takes
                continue
            if isinstance(part, ast.ClassDef):
                owner = part.name
            elif isinstance(part, (ast.For, ast.AsyncFor, ast.comprehension)) and (
                    isinstance(part.iter, ast.Name) and part.iter.id in rows):
                rows |= {item.id for item in ast.walk(part.target) if isinstance(item, ast.Name)}
            self._part(file, part, function)
            taken += _taken(part, self._takers)
            waiting += [(child, owner) for child in ast.iter_child_nodes(part)]
        if taken:
            dicts = _dicts(node)
            taken = [item for item in taken if _name(item) not in dicts]
        function.takes = function.takes or bool(taken)
        function.is_helper = any(isinstance(item, ast.Name) and item.id in rows for item in taken)

    def _part(self, file, part, function):
        if isinstance(part, ast.Constant):
            if isinstance(part.value, str) and len(part.value) < _LONGEST_TEXT and _MADE.search(part.value):
                self._texts.add(hash(part.value.lower()))
        elif isinstance(part, ast.Call):
            name = _name(part.func)
            function.called.add(name)
            function.takes = function.takes or name in _TEMPLATES or _hands_on(part, name, self._takers)
            if name == "get" and isinstance(part.func, ast.Attribute) and part.args:
                self._ask(file, part.args[0])
        elif isinstance(part, ast.Subscript):
            if isinstance(part.ctx, ast.Load):
                self._ask(file, part.slice)
        elif isinstance(part, (ast.Return, ast.Yield, ast.YieldFrom)):
            function.gives = function.gives or part.value is not None
        elif isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store) or isinstance(
                part, ast.Global):
            function.keeps = True

    def _ask(self, file, node):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CALLED.fullmatch(node.value):
            start, _ = file.lines.span(node)
            self.asked.append((file.path, *file.lines.place(start), node.value))

    def close(self):
        """Follows the rows through the functions, once every file was taken."""
        helpers = {item.name for item in self.functions.values() if item.is_helper}
        beside, waiting, followed = {}, [], {""}

        def ask(functions):
            for function in functions:
                if not function.is_asked:
                    function.is_asked = True
                    waiting.append(function)

        for function in self.functions.values():
            if function.keeps and function.owner is not None:
                beside.setdefault(function.owner, []).append(function)
        ask(item for item in self.functions.values() if item.takes or item.called & helpers)
        while waiting:
            function = waiting.pop()
            ask(beside.pop(function.owner, ()))
            # Each name once: what it stands for is the same for whoever calls it.
            for name in function.called - followed:
                ask(item for item in self._by_name.get(name, ()) if item.gives)
            followed |= function.called

    def giving(self, path, wrappers):
        """(name, line) of the functions of a file that hand SQL on, take the names of rows and give something back."""
        return {(function.name, line) for (where, _, line), function in self.functions.items()
                if where == path and function.takes and function.gives and function.name in wrappers.by_name}

    def has(self, name):
        """Whether a text of the program is this name."""
        return hash(name.lower()) in self._texts

    def matter(self, file, call, wrappers):
        """Whether the names of all columns of a call's result are taken somewhere."""
        if _is_by_place(call.node, file.scopes.parents):
            return False
        around = file.scopes.enclosing(call.node, _FUNCTIONS)
        key = (file.path, around.name, around.lineno) if around is not None else (file.path, "", 0)
        function = self.functions.get(key)
        return (function is not None and function.is_asked) or self._takes(call.name, wrappers, 5)

    def _takes(self, name, wrappers, depth):
        """Whether a function that is given the statement, or one that it hands it on to, takes the names."""
        return name in wrappers.by_name and depth > 0 and any(
            item.takes or any(self._takes(other, wrappers, depth - 1) for other in item.called - {name})
            for item in self._by_name.get(name, ()))


def _dicts(node):
    """The names that surely are dicts, or arguments by their names."""
    kinds = {}
    if isinstance(node, _FUNCTIONS) and node.args.kwarg:
        kinds[node.args.kwarg.arg] = True
    for part in ast.walk(node):
        if isinstance(part, ast.Assign) and len(part.targets) == 1 and isinstance(part.targets[0], ast.Name):
            value = part.value
            is_dict = isinstance(value, _NO_ROWS) or isinstance(value, ast.Call) and _name(value.func) in _DICTS
            kinds[part.targets[0].id] = kinds.get(part.targets[0].id, True) and is_dict
    return {name for name, is_dict in kinds.items() if is_dict}


def _takers(tree):
    """The names that make a dict in a file: `dict`, and what it is called by `d = dict`."""
    found = set(_TAKERS)
    for part in ast.walk(tree):
        value = getattr(part, "value", None)
        if isinstance(part, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and _name(value) in _TAKERS:
            found |= {_name(target) for target in getattr(part, "targets", None) or [part.target]}
        elif isinstance(part, ast.ImportFrom):
            found |= {item.asname for item in part.names if item.asname and item.name in _TAKERS}
    return found


def _hands_on(call, name, takers):
    """Whether a call is given what makes dicts, and may make them of rows: `dumps(rows, default=dict)`."""
    return name not in _NO_TAKERS and any(
        isinstance(value, ast.Name) and value.id in takers
        for value in [*call.args, *(item.value for item in call.keywords if item.arg != "default_factory")])


def _taken(part, takers):
    """The expressions whose names a place takes: dict(row), {**row}, row.keys(), cursor.description."""
    found = []
    if isinstance(part, ast.Call):
        if _name(part.func) in takers and len(part.args) == 1:
            found.append(part.args[0])
        elif _name(part.func) == "map" and part.args and _name(part.args[0]) in takers:
            found += part.args[1:]
        elif isinstance(part.func, ast.Attribute) and part.func.attr == "keys" and not part.args:
            found.append(part.func.value)
        elif isinstance(part.func, ast.Attribute) and part.func.attr == "update" and len(part.args) == 1:
            found.append(part.args[0])
        found += [item.value for item in part.keywords if item.arg is None]
    elif isinstance(part, ast.Dict):
        found += [value for key, value in zip(part.keys, part.values) if key is None]
    elif isinstance(part, ast.Attribute) and part.attr == "description" and isinstance(part.ctx, ast.Load):
        yield part.value
    for value in found:
        if isinstance(value, ast.Call) and _name(value.func) in _NO_ROW_CALLS or (
                isinstance(value, ast.Attribute) and value.attr in _OF_REQUESTS):
            continue
        if isinstance(value, (ast.Name, ast.Attribute, ast.Subscript, ast.Await, ast.Call)):
            yield value


def _is_by_place(node, parents):
    """Whether a result is read by a place where it is asked for: …fetchone()[0]."""
    while True:
        around = parents.get(node)
        if isinstance(around, ast.Attribute) and around.attr in ("fetchone", "fetchall"):
            node = around
        elif isinstance(around, ast.Call) and around.func is node:
            node = around
        else:
            break
    return isinstance(around, ast.Subscript) and isinstance(around.slice, ast.Constant) and isinstance(
        around.slice.value, int) and not (isinstance(node, ast.Call) and _name(node.func) == "fetchall")


class Told:
    """What is told of the names that SQLite makes up, and which of them are given by `fix`."""

    def __init__(self, keys):
        self.keys = keys
        self._known = set()

    def of(self, file, call, text, wrappers):
        """(item, finding) of each column whose name is read: `fix` gives the item its name."""
        self._known |= {name.lower() for name in names.known(text.value)}
        is_written = file.speaks == "postgresql"
        matter = not is_written and self.keys.matter(file, call, wrappers)
        for item, why in names.wanted(text.value, self.keys, matter):
            shown = " ".join(item.name.split())
            advice = f"AS {names.quoted(item.name)}"
            if item.kind in ("given", "handed", "held"):
                found = (ERROR, f"comes back as {shown.lower()}: PostgreSQL writes a name "
                         "without quotes small, and the names of the row are taken here", advice)
            elif why == "all":
                found = (WARNING if item.is_too_long else ERROR, f"SQLite calls this column {shown}, PostgreSQL has "
                         "another name for it, and the names of the row are taken here",
                         "give it an alias: PostgreSQL cuts a name off at 63 bytes" if item.is_too_long else advice)
            else:
                found = (ERROR, f"SQLite calls this column {shown}, and a text of the program is that name; PostgreSQL "
                         "has another name for it", advice)
            is_fixed = found[0] == ERROR and not is_written
            yield item if is_fixed else None, (item.start, *found)

    def unknown(self):
        """(path, finding) of each place that reads a name which no statement gives."""
        for path, line, column, text in self.keys.asked:
            if text.strip().lower() not in self._known:
                yield path, (line, column, "result-key", ERROR, "reads a column by the name that SQLite makes up, and "
                             "the statement that gives it was not found: PostgreSQL has another name for it",
                             f"give the column an alias in its statement, AS {names.quoted(text)}")
