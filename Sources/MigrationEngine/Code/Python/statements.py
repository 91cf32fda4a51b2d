"""Every call that runs SQL, with the text it runs and what it binds."""
import ast
import re

import sqltext
from literals import Text
from shapes import parameters
from texts import MOST_VARIANTS

METHODS = {"execute", "executemany", "executescript", "read_sql", "read_sql_query"}
# Methods of other drivers, and of cursors that nobody knows, which run SQL too.
_RUNS = re.compile(r"execute\w*|exec_driver_sql|read_sql\w*|raw")
_SPEAKS = re.compile(r"sql|cursor|\bdb\b|database|commit\(|engine|session", re.IGNORECASE)
# Layers that take :name for every database.
_BINDS = {"sqlalchemy", "flask_sqlalchemy", "sqlmodel", "databases"}
_NO_TEXT = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Lambda, ast.ListComp)


class Call:
    """One call that runs SQL."""

    def __init__(self, node, name, receiver, texts, bound):
        self.node = node
        self.name = name
        self.receiver = receiver
        self.texts = texts
        self.bound = bound
        self.key_reads = []
        self.is_reviewable = True

    @property
    def is_dynamic(self):
        """Whether a part of the text is known only when the program runs."""
        return any(text.holes for text in self.texts)


class Wrappers:
    """Functions that hand one of their parameters on to a call that runs SQL, in any file.

    `by_name` has, for each: the place of the SQL and of the bound values among the arguments, the
    SQL's keyword, and whether the function reads rows.
    """

    def __init__(self, candidates):
        self.by_name = {}
        grown = True
        while grown:
            grown = False
            for name, callee, entry in candidates:
                known = callee in METHODS or callee in self.by_name
                if known and name not in self.by_name and name not in METHODS:
                    self.by_name[name] = entry
                    grown = True


def candidates(tree):
    """The functions of one file that hand a parameter on as a call's first argument."""
    found = []
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        names = [item.arg for item in function.args.posonlyargs + function.args.args]
        handed = [node for node in ast.walk(function) if isinstance(node, ast.Call) and node.args
                  and isinstance(node.args[0], ast.Name) and node.args[0].id in names]
        for node in handed:
            callee = getattr(node.func, "attr", getattr(node.func, "id", None))
            if callee is None or (callee in METHODS and not isinstance(node.func, ast.Attribute)):
                continue
            is_method = names[:1] in (["self"], ["cls"])
            second = node.args[1] if len(node.args) > 1 else None
            bound = (names.index(second.id) - is_method
                     if isinstance(second, ast.Name) and second.id in names else None)
            fetches = any(isinstance(part, ast.Attribute) and part.attr.startswith("fetch")
                          for part in ast.walk(function))
            given = node.args[0].id
            found.append((function.name, callee,
                          (names.index(given) - is_method, bound, given, fetches)))
    return found


def call_of(node, wrappers):
    """(name, the SQL's expression, the bound values' expression, receiver) of a call, or None."""
    function = node.func
    if isinstance(function, ast.Attribute):
        name, receiver = function.attr, function.value
    elif isinstance(function, ast.Name):
        name, receiver = function.id, None
    else:
        return None
    keywords = {item.arg: item.value for item in node.keywords}
    if name in METHODS and receiver is not None:
        place, bound, word = 0, 1, None
    elif name in wrappers.by_name:
        place, bound, word, _ = wrappers.by_name[name]
    elif (receiver is not None and _RUNS.fullmatch(name)) or name in (
            "read_sql", "read_sql_query", "read_sql_table"):
        place, bound, word = 0, 1, None
    else:
        return None
    sql = node.args[place] if place < len(node.args) else None
    for candidate in (word, "sql", "query", "statement"):
        if sql is None and candidate in keywords:
            sql = keywords[candidate]
    # *values or **values: what is run is among them.
    sql = sql or keywords.get(None)
    if sql is None:
        return None
    values = node.args[bound] if bound is not None and bound < len(node.args) else None
    for candidate in ("params", "parameters", "args", "values"):
        if values is None:
            values = keywords.get(candidate)
    return name, sql, values, receiver


def calls(file, wrappers):
    """The calls of one file that run SQL, in the file's order."""
    found = []
    layered = not file.sqlite_names and any(
        module.split(".")[0] in _BINDS for module in file.modules)
    for node, scope in file.scopes.of.items():
        told = _handed_on(node, file)
        if told is not None:
            found.append(unknown(file, node, told))
        if not isinstance(node, ast.Call):
            continue
        parts = call_of(node, wrappers)
        if parts is None:
            continue
        name, sql, values, receiver = parts
        texts = file.resolver.texts(sql, scope, node.lineno)
        if texts is None:
            if isinstance(sql, _NO_TEXT):
                continue
            texts = [file.resolver.hole(sql)]
        texts = _distinct(texts)
        if layered:
            for text in texts:
                text.kinds.add("bound-by-layer")
        if len(texts) > MOST_VARIANTS:
            texts = texts[:MOST_VARIANTS - 1] + [file.resolver.hole(sql)]
        if not _is_statement(texts, name, node, file, wrappers):
            continue
        if name not in METHODS and name not in wrappers.by_name:
            # A method of something else: what it makes of the text is not known.
            texts = [*texts, file.resolver.hole(node)]
        if name == "executemany" and isinstance(values, ast.Name):
            values = _rows_of(values, scope)
        if name == "executemany":
            values = _row_of(values)
        bound = parameters(values, scope)
        if bound["style"] == "none" and _binds_anyway(name, wrappers):
            bound = {"style": "sequence", "shapes": []}
        found.append(Call(node, name, receiver, texts, bound))
    found.sort(key=lambda call: (call.node.lineno, call.node.col_offset))
    _note_key_reads(file, found)
    return found


def unknown(file, node, name, is_reviewable=True):
    """A statement that nobody can read: what stands there counts as one that is not known."""
    call = Call(node, name, None, [file.resolver.hole(node)], parameters(None, None))
    call.is_reviewable = is_reviewable
    return call


def _handed_on(node, file):
    """The name of a method that runs SQL and is handed on instead of called, or None."""
    if not file.touches_database:
        return None
    if isinstance(node, ast.Attribute) and node.attr in METHODS and isinstance(node.ctx, ast.Load):
        parent = file.scopes.parents.get(node)
        if not (isinstance(parent, ast.Call) and parent.func is node):
            return node.attr
    if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            and node.func.id in ("getattr", "methodcaller") and node.args):
        word = node.args[-1 if node.func.id == "methodcaller" else min(1, len(node.args) - 1)]
        if isinstance(word, ast.Constant) and word.value in METHODS:
            return word.value
    return None


def _binds_anyway(name, wrappers):
    """Whether a function of the application hands on a default, so that values are always bound.

    The adapter's own functions are not among them: without values they bind none.
    """
    return (name in wrappers.by_name and name not in METHODS
            and name not in ("execute_query", "execute_update") and wrappers.by_name[name][1] is not None)


def _note_key_reads(file, found):
    """Ties each `lastrowid` to the call that it speaks of: its own, or the last one of its cursor."""
    for node in file.scopes.of:
        if not (isinstance(node, ast.Attribute) and node.attr == "lastrowid"):
            continue
        scope = file.scopes.of[node]
        before = [call for call in found
                  if call.node is node.value or (
                      isinstance(node.value, ast.Name) and file.scopes.of[call.node] is scope
                      and node.value.id in _cursors(file, call)
                      and (call.node.end_lineno, call.node.end_col_offset) <= (
                          node.lineno, node.col_offset))]
        if before and before[-1].name == "execute":
            before[-1].key_reads.append(node)


def _cursors(file, call):
    """The names under which a call's cursor is known: whose method it is, and what takes it."""
    names = {call.receiver.id} if isinstance(call.receiver, ast.Name) else set()
    parent = file.scopes.parents.get(call.node)
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        names.add(parent.targets[0].id)
    return names


def _distinct(texts):
    kept, seen = [], set()
    for text in texts:
        # Equal texts of two places are two: each of them is edited.
        key = (text.value, tuple(text.spans))
        if key not in seen:
            seen.add(key)
            kept.append(text)
    return kept


def _is_statement(texts, name, node, file, wrappers):
    if all(text.kinds & {"parameter"} and text.value.strip() == Text.HOLE for text in texts):
        # What a function was given: its callers are the statements, if they are known as such.
        function = file.scopes.enclosing(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        given = getattr(function, "name", "")
        if given in wrappers.by_name or given in METHODS or not file.touches_database:
            return False
    if any(sqltext.verb(text.value) for text in texts):
        return True
    if not any(text.holes for text in texts) or name == "raw":
        return False
    return file.touches_database or _SPEAKS.search(file.source) is not None


def _rows_of(node, scope):
    home = scope.find(node.id)
    given = home.assigned.get(node.id, []) if home is not None else []
    if len(given) == 1:
        value = given[0].value
        appended = home.appended.get(node.id, [])
        if isinstance(value, ast.List) and not value.elts and len(appended) == 1:
            return ast.List(elts=[appended[0].args[0]], ctx=ast.Load())
        return value
    return node


def _row_of(node):
    if isinstance(node, (ast.ListComp, ast.GeneratorExp)):
        return node.elt
    if isinstance(node, (ast.List, ast.Tuple)) and node.elts:
        return node.elts[0]
    return node
