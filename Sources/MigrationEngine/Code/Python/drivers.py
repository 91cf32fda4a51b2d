"""What SQLite's own driver does that the adapter does not, and other drivers than that.

A file that needs one of these is not brought over: its finding is an error, and a statement that
nobody can prove stands at the place, so that `fix` leaves the file as it is.
"""
import ast
import os

import closing
from layers import ADAPTER, SWITCH
from rules import ERROR, WARNING

_CLOSE = "close() it on each way out: in a finally, or contextlib.closing() around it"

# Modules that speak SQLite and nothing else.
_OTHERS = {
    "aiosqlite", "apsw", "pysqlite2", "pysqlite3", "sqlcipher3", "sqlite_utils", "sqlitedict",
    "aiosqlite3", "asqlite",
}
# Modules that speak to several databases: what they open is in an address somewhere.
_LAYERS = {
    "sqlalchemy", "flask_sqlalchemy", "sqlmodel", "peewee", "pony", "tortoise", "databases",
    "dataset", "records", "django", "ormar", "pandas", "polars",
}
# Calls of such layers whose SQL they make by themselves.
_MAKES = {
    "query", "filter", "filter_by", "scalars", "scalar", "bulk_create", "bulk_save_objects",
    "get_or_create", "update_or_create", "to_sql", "select_related",
}
_HARMLESS = {"timeout", "check_same_thread", "cached_statements"}
_FOREIGN = {
    "total_changes", "in_transaction", "iterdump", "create_function", "create_aggregate",
    "create_window_function", "create_collation", "set_authorizer", "set_progress_handler",
    "set_trace_callback", "enable_load_extension", "load_extension", "blobopen", "text_factory",
    "isolation_level", "autocommit", "setlimit", "getconfig", "setconfig",
}
_OF_CONNECTIONS = {"backup", "interrupt", "serialize", "deserialize"}
_SETTINGS = {"database_path", "db_path", "database_file", "db_file", "sqlite_path", "database",
             "db_name", "database_name"}
# What a setting's path is called when only the environment knows it.
SETTING = "$"


def path_of(node, scope, depth=0):
    """The name of the file that an expression surely is; SETTING for one of the settings; or None."""
    if depth > 8:
        return None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        value = node.value
        return None if value in ("", ":memory:") or ":" in value else os.path.basename(value)
    if isinstance(node, ast.Attribute):
        return SETTING if node.attr.lower() in _SETTINGS else None
    if isinstance(node, ast.Name):
        home = scope.find(node.id)
        if home is None or (node.id in home.others and node.id not in home.assigned):
            return SETTING if node.id.lower() in _SETTINGS else None
        given = home.assigned.get(node.id, [])
        if len(given) != 1 or node.id in home.parameters or node.id in home.others:
            return None
        return path_of(given[0].value, home, depth + 1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return path_of(node.right, scope, depth + 1)
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        return path_of(node.values[-1], scope, depth + 1)
    if isinstance(node, ast.Call):
        return _of_call(node, scope, depth)
    return None


def _of_call(node, scope, depth):
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name in ("getenv", "get") and node.args and "env" in ast.unparse(node.func):
        return path_of(node.args[1], scope, depth + 1) if len(node.args) > 1 else SETTING
    if name in ("str", "Path", "abspath", "join", "fspath", "expanduser", "resolve") and node.args:
        return path_of(node.args[-1], scope, depth + 1)
    return None


def connects(file):
    """The calls that open a file of SQLite."""
    return [node for node in file.scopes.of
            if isinstance(node, ast.Call) and (
                isinstance(node.func, ast.Attribute) and node.func.attr == "connect"
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in file.sqlite_names)]


def opened(file):
    """The names of the files that a file surely opens."""
    found = {path_of(node.args[0], file.scopes.of[node]) for node in connects(file) if node.args}
    return found - {None, SETTING}


class Foreign:
    """What of one file is not brought over: (node, rule, severity, message, suggestion)."""

    def __init__(self, file, databases, layers=()):
        self.file = file
        self.layers = layers
        self.scopes = file.scopes
        self.databases = databases
        self.found = []
        self.told = set()

    def all(self):
        """Every such place."""
        self._imports()
        self._made_statements()
        if self.file.sqlite_names:
            for node in connects(self.file):
                self._connect(node)
        for node in self.scopes.of:
            if isinstance(node, ast.Call) and self._is_lent(node):
                self._closed(node)
        if self.file.touches_database:
            for node in self.scopes.of:
                if isinstance(node, ast.Attribute):
                    self._attribute(node)
                elif isinstance(node, ast.ImportFrom) and (
                        node.module or "").split(".")[0] == "sqlite3":
                    self.add(node, "sqlite-use", "names of sqlite3 are imported one by one",
                             "import sqlite3, and its names through it")
        return self.found

    def add(self, node, rule, message, suggestion, severity=ERROR):
        """Notes a place."""
        self.found.append((node, rule, severity, message, suggestion))

    def _imports(self):
        for node in self.scopes.of:
            if isinstance(node, ast.Import):
                modules = [item.name for item in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module or ""]
            else:
                continue
            for module in modules:
                self._imported(node, module.split(".")[0])

    def _imported(self, node, module):
        speaks = "sqlite" in self.file.source.lower().replace("sqlite3.connect", "")
        if module in ("pandas", "polars"):
            if not any(word in self.file.source for word in ("read_sql", "to_sql", "read_database")):
                return
            speaks = True
        if module in _OTHERS or (module in _LAYERS and speaks):
            self.add(node, "other-driver", f"{module} goes to SQLite by its own way: nothing of this "
                     "file is brought over", "bring it over by hand, to PostgreSQL's driver")
        elif module in _LAYERS and module != "django" and module not in self.told:
            self.told.add(module)
            self.add(node, "other-driver", f"{module} may go to SQLite by its own way; its address "
                     "decides", "look where its address comes from", WARNING)

    def _made_statements(self):
        """Calls whose SQL a layer makes by itself: told once a file, with their lines."""
        modules = {name.split(".")[0] for name in self.file.modules}
        has_layer = bool(modules & (_LAYERS - {"pandas", "polars"}))
        has_models = has_layer or any("models" in name.split(".") for name in self.file.modules)
        found = [node for node in self.scopes.of
                 if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and (
                     (has_models and node.attr == "objects")
                     or (has_layer and self._is_made(node)))]
        if found:
            lines = sorted({node.lineno for node in found})
            words = ("line " if len(lines) == 1 else "lines ") + ", ".join(
                map(str, lines[:20])) + (", …" if len(lines) > 20 else "")
            calls = "1 call has its" if len(found) == 1 else f"{len(found)} calls have their"
            self.add(min(found, key=lambda node: (node.lineno, node.col_offset)), "made-statement",
                     f"{calls} SQL made by a layer: none of it is proven here ({words})", "run what calls them on PostgreSQL", WARNING)

    def _is_made(self, node):
        parent = self.scopes.parents.get(node)
        if not (isinstance(parent, ast.Call) and parent.func is node):
            return False
        owner = getattr(node.value, "attr", getattr(node.value, "id", ""))
        return node.attr in _MAKES or (
            node.attr in ("add", "add_all", "merge") and "session" in owner.lower())

    def _connect(self, node):
        reason = self._other_meaning(node)
        if reason:
            self.add(node, "sqlite-connect-other", reason, "bring it over by hand; the adapter's "
                     "connection is one to the application's PostgreSQL")
        self._closed(node)

    def _closed(self, node):
        """Tells a connection that nobody gives back."""
        function = self.scopes.enclosing(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        parent = self.scopes.parents.get(node)
        if isinstance(parent, ast.Attribute) and parent.attr != "close" and (
                function is not None or parent.attr.startswith("execute")):
            self._unclosed(node, "nobody closes this connection", "keep it under a name and close() it")
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if isinstance(parent, ast.withitem):
                self._unclosed(node, "with does not close a connection of SQLite", _CLOSE)
            return
        target = None
        if isinstance(parent, ast.withitem):
            target = parent.optional_vars
            if not isinstance(target, ast.Name):
                self._unclosed(node, "with does not close a connection of SQLite", _CLOSE)
                return
        elif isinstance(parent, ast.Assign) and len(parent.targets) == 1:
            target = parent.targets[0]
        elif isinstance(parent, (ast.AnnAssign, ast.NamedExpr)):
            target = parent.target
        if isinstance(target, ast.Name) and closing.is_left_open(function, node, target.id):
            self._unclosed(node, "with does not close a connection of SQLite" if isinstance(
                parent, ast.withitem) else "a way out of this function leaves this connection open",
                _CLOSE)

    def _unclosed(self, node, message, suggestion):
        self.add(node, "connect-unclosed", f"{message}, and the pool would lose one each time",
                 suggestion)

    def _is_lent(self, node):
        """Whether a call takes a connection from the layer or the adapter, which the pool lends."""
        function = node.func
        if getattr(function, "attr", getattr(function, "id", "")) != "get_connection":
            return False
        name = function.id if isinstance(function, ast.Name) else getattr(function.value, "id", "")
        module, part = self.file.taken.get(name) or ("", None)
        modules = {module.split(".")[-1], part} if isinstance(function, ast.Attribute) else {
            module.split(".")[-1]}
        return bool(modules & {*self.layers, ADAPTER, SWITCH})

    def _other_meaning(self, node):
        others = [item.arg or "**" for item in node.keywords if item.arg not in _HARMLESS | {
            "database"}]
        if others:
            return f"{', '.join(others)} has no counterpart on PostgreSQL"
        given = node.args + [item.value for item in node.keywords if item.arg == "database"]
        if not given or len(node.args) > 2 or any(isinstance(item, ast.Starred) for item in given):
            return "it is not known what is opened, or how"
        path = path_of(given[0] if node.args else given[-1], self.scopes.of[node])
        if path is None:
            return "what is opened is not surely the application's database"
        if path != SETTING and len(self.databases) > 1:
            return f"the application opens several files ({', '.join(sorted(self.databases))})"
        if path != SETTING and self.databases and path not in self.databases:
            return f"opens {path}, and the application's database is {', '.join(self.databases)}"
        return ""

    def _attribute(self, node):
        owner = node.value
        if node.attr in _FOREIGN or (
                node.attr in _OF_CONNECTIONS and isinstance(owner, ast.Name)
                and owner.id in ("conn", "connection", "con", "db", "source", "src", "dst")):
            self.add(node, "sqlite-use", f"PostgreSQL's connections have no {node.attr} of this kind",
                     "bring it over by hand")
        elif node.attr == "row_factory" and isinstance(node.ctx, ast.Store):
            parent = self.scopes.parents.get(node)
            value = parent.value if isinstance(parent, ast.Assign) else None
            if not (isinstance(value, ast.Attribute) and value.attr == "Row"
                    and isinstance(value.value, ast.Name)
                    and value.value.id in self.file.sqlite_names) or len(parent.targets) != 1:
                self.add(node, "row-factory-other", "rows of its own making: the adapter's are read by "
                         "place and by name", "make them from what fetchone() gives")


def of_layer(file, giving):
    """What the SQLite layer promises to its callers, and the adapter in its place does not.

    `giving` are the functions that make dicts of rows and give them back.
    """
    for node in connects(file):
        for item in node.keywords:
            yield from _kept_at_once(node, item.arg, item.value)
            if item.arg == "detect_types":
                yield (node, "layer-types", ERROR, "the layer's dates are objects (detect_types), the adapter's are text: "
                       "JSON and comparisons change", "take it out, and make dates of the text where they are needed")
    for node in file.scopes.of:
        if not (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)):
            continue
        around = file.scopes.parents.get(node)
        value = getattr(around, "value", None)
        yield from _kept_at_once(node, node.attr, value)
        if node.attr == "row_factory" and getattr(value, "attr", "") != "Row" and not (
                isinstance(value, ast.Constant) and value.value is None):
            yield (node, "layer-rows", ERROR, *_ROWS)
    for node in file.scopes.of:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (node.name, node.lineno) in giving:
            yield (node, "layer-rows", ERROR, *_ROWS)


_ROWS = ("the layer's rows are made anew here, as dicts or the like; the adapter's are tuples that are read by name, too: "
         "JSON of them is a list, and items() is not there",
         "let the layer give sqlite3.Row, and make dict(row) where one is needed: that is the same on both")


def _kept_at_once(node, name, value):
    is_none = isinstance(value, ast.Constant) and value.value is None
    is_false = isinstance(value, ast.Constant) and value.value is False
    named = isinstance(value, ast.Constant) and isinstance(value.value, str)
    if (name == "isolation_level" and not named) or (name == "autocommit" and not is_false and not is_none):
        yield (node, "layer-autocommit", ERROR, "the layer keeps each statement at once, the adapter what is committed: "
               "what a caller does not commit() is lost", "take it out, and commit() where something was written")


def names_rows(file):
    """Whether a file's connections give rows with names, and not tuples."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Attribute) and target.attr == "row_factory"
                for target in node.targets):
            if not (isinstance(node.value, ast.Constant) and node.value.value is None):
                return True
    return False
