"""How the Python around the statements uses SQLite: imports, connections, cursors, errors, paths."""
import ast
import re

import sqltext
from rules import ERROR, WARNING

DATABASE_FILE = re.compile(r"(?:^|[\s/\"'=:])([\w.~${}-]*\w\.(?:db|sqlite|sqlite3|db3))(?=$|[\s\"'?;,)])")
CONNECTION_NAMES = {"conn", "connection", "con", "database"}
_ERRORS = {"Error", "Warning", "DatabaseError", "IntegrityError", "OperationalError",
           "ProgrammingError", "InterfaceError", "InternalError", "DataError", "NotSupportedError"}
_WRITES = {"INSERT", "UPDATE", "DELETE", "REPLACE"}


class Usage:
    """The findings of one file's Python."""

    def __init__(self, file, layers):
        self.file = file
        self.scopes = file.scopes
        self.layers = layers
        self.found = []

    def add(self, node, rule, severity, message, suggestion):
        """Notes a finding where a node begins."""
        start, _ = self.file.lines.span(node)
        self.found.append((start, rule, severity, message, suggestion))

    def all(self, calls, wrappers):
        """Every finding of this file, calls included."""
        for node in self.scopes.of:
            method = getattr(self, "_" + type(node).__name__.lower(), None)
            if method is not None:
                method(node)
        for call in calls:
            self._statement(call, wrappers)
        return self.found

    def _import(self, node):
        if any(name.name.split(".")[0] == "sqlite3" for name in node.names):
            self.add(node, "sqlite-import", ERROR, "this file speaks to SQLite by itself: the switch "
                     "of the connection does not reach it", "import the adapter instead")

    def _importfrom(self, node):
        module = node.module or ""
        if module.split(".")[0] == "sqlite3":
            self._import(ast.copy_location(ast.Import(names=[ast.alias(name="sqlite3")]), node))
        elif is_layer(module, [name.name for name in node.names], self.layers):
            self.add(node, "layer-import", ERROR, "imports the SQLite layer directly: after the "
                     "switch this file goes on with the old database file",
                     "import the same names from the adapter")

    def _attribute(self, node):
        owner = node.value
        if isinstance(owner, ast.Name) and owner.id in self.file.sqlite_names:
            if node.attr in _ERRORS:
                self.add(node, "sqlite-error", ERROR, f"PostgreSQL's driver raises its own errors: "
                         f"sqlite3.{node.attr} is never caught", f"the adapter's {node.attr}")
        if node.attr == "lastrowid":
            self.add(node, "lastrowid", ERROR, "is 0 or None with PostgreSQL's drivers: rows get a "
                     "wrong parent", "INSERT … RETURNING id, then read the row")
        if node.attr == "row_factory" and isinstance(node.ctx, ast.Store):
            self.add(node, "row-factory", ERROR, "PostgreSQL's drivers have no such attribute of "
                     "sqlite3's kind", "the adapter's rows are read by place and by name")

    def _call(self, node):
        function = node.func
        if not isinstance(function, ast.Attribute):
            return
        owner = function.value
        if isinstance(owner, ast.Name) and owner.id in self.file.sqlite_names and (
                function.attr == "connect"):
            self.add(node, "sqlite-connect", ERROR, "opens the old file whatever the switch says: "
                     "this part goes on reading and writing a dead file", "get_connection()")
        if function.attr == "executescript":
            self.add(node, "executescript", ERROR, "PostgreSQL's drivers have no executescript()",
                     "one execute() of the whole script, or the adapter's executescript()")
        if function.attr in ("execute", "executemany") and self._is_connection(owner, node):
            self.add(node, "conn-execute", ERROR, "psycopg2's connections have no "
                     f"{function.attr}(): AttributeError", "the adapter's connection has it; or "
                     "take a cursor first")

    def _constant(self, node):
        if not isinstance(node.value, str):
            return
        parent = self.scopes.parents.get(node)
        if isinstance(parent, ast.Expr):
            return
        if node.value == "database is locked" or (
                "database is locked" in node.value and isinstance(parent, ast.Compare)):
            self.add(node, "locked-retry", ERROR, "PostgreSQL never says this: nothing is tried "
                     "again", "retry on SQLSTATE 40001 and 40P01; the adapter's with_retry()")
        if DATABASE_FILE.search(node.value) and len(node.value) < 200 and "\n" not in node.value:
            if not self._inside_connect(node):
                self.add(node, "database-path", WARNING, "the path of the SQLite file: whoever uses "
                         "it after the switch works on the old data", "DATABASE_URL")

    def _try(self, node):
        loop = self.scopes.enclosing(node, (ast.For, ast.While, ast.With, ast.FunctionDef))
        if not self._swallows(node):
            return
        if not isinstance(loop, (ast.For, ast.While)):
            self._goes_on(node)
            return
        around = loop
        while around is not None and not isinstance(around, (ast.FunctionDef, ast.Module)):
            around = self.scopes.enclosing(
                around, (ast.With, ast.FunctionDef, ast.AsyncFunctionDef))
            if isinstance(around, ast.With) and self._opens(around):
                self.add(node, "error-in-transaction", ERROR, "on PostgreSQL the first error aborts "
                         "the transaction: every later statement of it fails and nothing is kept",
                         "a SAVEPOINT for each round; the adapter's transaction("
                         "keep_after_error=True)")
                return

    def _goes_on(self, node):
        """An error that is passed over outside of a loop, and statements that follow it."""
        function = self.scopes.enclosing(
            node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module))
        if not any(self._runs(part) for item in node.body for part in ast.walk(item)):
            return
        after = [part for part in ast.walk(function) if self._runs(part, "commit")
                 and (part.lineno, part.col_offset) > (node.end_lineno, node.end_col_offset)]
        stays = any(not isinstance(handler.body[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break))
                    and not any(isinstance(part, ast.Attribute) and part.attr in (
                        "rollback", "exit", "_exit") for part in ast.walk(handler))
                    for handler in node.handlers)
        if stays and (after or any(
                isinstance(part, ast.With) and self._opens(part) for part in self._around(node))):
            self.add(node, "error-in-transaction", ERROR, "on PostgreSQL the first error aborts the "
                     "transaction: what follows in it fails and nothing is kept",
                     "a SAVEPOINT around it; the adapter's transaction(keep_after_error=True)")

    def _around(self, node):
        while not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
            yield node
            node = self.scopes.parents[node]

    @staticmethod
    def _runs(node, *more):
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and (
            node.func.attr in ("execute", "executemany", "executescript", *more))

    def _swallows(self, node):
        for handler in node.handlers:
            if any(isinstance(part, ast.Raise) for part in ast.walk(handler)):
                continue
            caught = ast.unparse(handler.type) if handler.type is not None else "Exception"
            if "Exception" in caught or any(
                    caught.startswith(name + ".") for name in self.file.sqlite_names):
                return True
        return False

    def _opens(self, node):
        return any(opens(item.context_expr) for item in node.items)

    def _is_connection(self, owner, node):
        if isinstance(owner, ast.Call):
            return opens(owner)
        if isinstance(owner, ast.Attribute):
            return owner.attr.lstrip("_") in CONNECTION_NAMES
        if not isinstance(owner, ast.Name):
            return False
        scope = self.scopes.of[node]
        home = scope.find(owner.id)
        if home is not None and owner.id in home.assigned:
            return any(opens(item.value) for item in home.assigned[owner.id])
        return owner.id in CONNECTION_NAMES

    def _inside_connect(self, node):
        parent = self.scopes.parents.get(node)
        return (isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute)
                and parent.func.attr == "connect")

    def _statement(self, call, wrappers):
        if not wrappers.reads(call.name) or call.receiver is not None:
            return
        text = call.texts[0].value
        if sqltext.verb(text) in _WRITES and not re.search(
                r"\bRETURNING\b", sqltext.masked(text), re.IGNORECASE):
            self.add(call.node, "query-without-rows", ERROR, f"{call.name}() fetches, and this "
                     "statement has no rows: \"no results to fetch\", and the write is rolled back",
                     "execute_update(); the adapter's execute_query() takes it too")


def opens(node):
    """Whether an expression gives a connection."""
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return name in ("connect", "get_connection", "get_db_connection", "get_db", "transaction")


def is_layer(module, names, layers):
    """Whether an import takes from a module that is the SQLite layer."""
    last = module.split(".")[-1]
    return last in layers or any(name in layers for name in names if not module.startswith("."))


def of_shell(line):
    """The finding of one line of a shell script: (column, rule, severity, message, suggestion).

    Warnings: such a line does not fail on PostgreSQL, it goes on working on the old file, and only
    a person can tell what it is for.
    """
    if line.lstrip().startswith("#"):
        return None
    match = re.search(r"(?<![\w./-])sqlite3(?=\s|\.connect|$)", line)
    if match:
        return (match.start(), "shell-sqlite", WARNING, "reads or writes the old file after the "
                "switch", "psql -v ON_ERROR_STOP=1 \"$DATABASE_URL\" -c …")
    match = DATABASE_FILE.search(line)
    if not match:
        return None
    if re.match(r"\s*(?:cp|mv|rsync|tar|gzip|scp)\b", line):
        return (match.start(1), "shell-copy", WARNING, "copies the file without its write-ahead log: "
                "committed rows are missing in the copy; and after the switch it is the old data",
                "cutover backup before the switch, pg_dump after it")
    return (match.start(1), "database-path", WARNING, "the path of the SQLite file: whoever uses it "
            "after the switch works on the old data", "DATABASE_URL")
