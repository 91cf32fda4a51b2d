"""Every call that runs SQL, with the text it runs and what it binds."""
import ast
import re

import sqltext
from candidates import METHODS, RUNS, VALUES, handed
from forwards import MAYBE, NO, SURE, is_database
from literals import Text
from shapes import parameters
from texts import MOST_VARIANTS

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
        # A function that hands on what it is given: a statement only when nobody is known to call it.
        self.forwards = None

    @property
    def is_dynamic(self):
        """Whether a part of the text is known only when the program runs."""
        return any(text.holes for text in self.texts)


def call_of(node, file, wrappers):
    """(name, ways to read it, receiver, whose it is) of a call, or None.

    A way is a list of (the SQL's expression, the bound values'), of which one is meant. Several ways
    are several statements: the function hands on more than one of its parameters.
    """
    function = node.func
    if isinstance(function, ast.Attribute):
        name, receiver = function.attr, function.value
    elif isinstance(function, ast.Name):
        name, receiver = function.id, None
    else:
        return None
    entries = wrappers.entries(name)
    word = wrappers.stands_for(file, function) if entries else NO
    entries = entries if word != NO else []
    if name in METHODS and receiver is not None:
        entries = [RUNS, *(entry for entry in entries if entry.place)]
    elif not entries and ((receiver is not None and _RUNS.fullmatch(name)) or name in (
            "read_sql", "read_sql_query", "read_sql_table")):
        entries = [RUNS]
    shifted = 0
    if _named(receiver)[:1].isupper() and any(
            entry.is_method for entry in entries):
        # Through the class: the object comes first.
        shifted = 1
    ways = [[found for entry in entries if not entry.is_one_of_several
             for found in _given(node, entry, shifted)]]
    ways += [list(_given(node, entry, shifted)) for entry in entries if entry.is_one_of_several]
    ways = [options for options in ways if options]
    if not ways and any(entry.has_default for entry in entries):
        wrappers.note_call(file, node.func)
    return (name, ways, receiver, word) if ways else None


def _given(node, entry, shifted):
    """The SQL's expression and the bound values' of one way to read a call; nothing without SQL."""
    keywords = {item.arg: item.value for item in node.keywords}
    places = [entry.place, entry.place + 1] if shifted else [entry.place]
    for place in places:
        starred = next((item for item in node.args[:place + 1] if isinstance(item, ast.Starred)), None)
        sql = starred or (node.args[place] if place < len(node.args) else None)
        for candidate in (entry.word, "sql", "query", "statement", "operation"):
            if sql is None and candidate is not None:
                sql = keywords.get(candidate)
        # **values: what is run may be among them.
        if sql is None and None in keywords:
            sql = ast.copy_location(ast.Starred(value=keywords[None], ctx=ast.Load()), keywords[None])
        if sql is None:
            continue
        bound = None if entry.bound is None else entry.bound + place - entry.place
        values = node.args[bound] if bound is not None and bound < len(node.args) else None
        for candidate in VALUES:
            if values is None:
                values = keywords.get(candidate)
        yield sql, values


def calls(file, wrappers):
    """The calls of one file that run SQL, in the file's order."""
    found = []
    layered = not file.sqlite_names and any(
        module.split(".")[0] in _BINDS for module in file.modules)
    for node, name in wrappers.used(file):
        found.append(unknown(file, node, name, why=f"{name} runs SQL, and is handed on here"))
    for node, scope in file.scopes.of.items():
        told = _handed_on(node, file)
        if told is not None and all(call.node is not node for call in found):
            found.append(unknown(file, node, told, why=f"{told} runs SQL, and is handed on here"))
        if not isinstance(node, ast.Call):
            continue
        parts = call_of(node, file, wrappers)
        if parts is None:
            continue
        name, ways, receiver, word = parts
        for options in ways:
            found += _read(node, scope, file, wrappers, layered, (
                name, options, receiver, word if len(ways) == 1 or word == NO else MAYBE))
    found.sort(key=lambda call: (call.node.lineno, call.node.col_offset))
    _note_key_reads(file, found)
    return found


def _read(node, scope, file, wrappers, layered, parts):
    """The statements of one way to read a call."""
    name, options, receiver, word = parts
    chosen = _chosen(node, scope, options, file)
    if chosen is None and word != SURE:
        return []
    sql, values, texts = chosen or (*options[0], [file.resolver.hole(options[0][0])])
    texts = _distinct(texts)
    if name not in METHODS and name in wrappers.by_name and not any(
            sqltext.verb(text.value) for text in texts) and not wrappers.is_meant(
            file.path, name, None if receiver is None else _named(receiver)):
        # A method of another thing that has the same name.
        return []
    found = []
    forwarder = _forwarder(sql, scope, file, wrappers)
    if forwarder is not None:
        texts = _own_of_forwarder(found, node, name, sql, scope, file, texts, forwarder)
        wrappers.note_call(file, node.func)
        if not texts:
            return found
    if layered:
        for text in texts:
            text.kinds.add("bound-by-layer")
    if len(texts) > MOST_VARIANTS:
        texts = texts[:MOST_VARIANTS - 1] + [file.resolver.hole(sql)]
    if not _is_statement(texts, name, receiver, word, file) and not (
            any(text.holes for text in texts) and word != NO
            and wrappers.is_likely(file, name, receiver)):
        return found
    wrappers.note_call(file, node.func)
    if name not in METHODS and name not in wrappers.by_name:
        # A method of something else: what it makes of the text is not known.
        texts = [*texts, file.resolver.hole(node)]
    if name == "executemany" and isinstance(values, ast.Name):
        values = _rows_of(values, scope)
    if name == "executemany":
        values = _row_of(values)
    return [*found, Call(node, name, receiver, texts, parameters(values, scope))]


def _chosen(node, scope, options, file):
    """The SQL, the values and the texts of the way to read a call that gives a statement, if any does."""
    first = None
    for sql, values in options:
        texts = file.resolver.texts(sql, scope, node.lineno)
        if texts is None:
            if isinstance(sql, _NO_TEXT):
                continue
            texts = [file.resolver.hole(sql.value if isinstance(sql, ast.Starred) else sql)]
        if any(sqltext.verb(text.value) for text in texts):
            return sql, values, texts
        if first is None or (not any(text.holes for text in first[2])
                             and any(text.holes for text in texts)):
            first = (sql, values, texts)
    return first


def _forwarder(sql, scope, file, wrappers):
    """The function whose parameter a call hands on, when its callers are known as statements."""
    name = handed(sql)
    if name is None:
        return None
    home = scope.find(name.lstrip("*"))
    if home is None or name.lstrip("*") not in home.parameters:
        return None
    return home.node if wrappers.is_forwarder(file.path, home.node, name) else None


def _own_of_forwarder(found, node, name, sql, scope, file, texts, forwarder):
    """What a function that hands SQL on runs beside what it is given."""
    given = handed(sql)
    own = [text for text in texts if not (
        given.startswith("*") or (text.kinds & {"parameter"} and text.value.strip() == Text.HOLE))]
    home = scope.find(given.lstrip("*"))
    if given not in home.assigned and given not in home.added:
        own = file.resolver.defaults(given, home) + own
    provisional = unknown(file, node, name, why=f"no call of {forwarder.name} was followed")
    provisional.forwards = [file.path, forwarder.name]
    found.append(provisional)
    return _distinct(own)


def _named(node):
    """The last part of the name of an object."""
    return getattr(node, "attr", getattr(node, "id", ""))


def unknown(file, node, name, is_reviewable=True, why=""):
    """A statement that nobody can read: what stands there counts as one that is not known."""
    call = Call(node, name, None, [file.resolver.hole(node)], parameters(None, None))
    if why:
        call.texts[0].holes[0][1]["source"] += f" ({why})"
    call.is_reviewable = is_reviewable
    return call


def _handed_on(node, file):
    """The name of a method that runs SQL and is handed on instead of called, or None."""
    if isinstance(node, ast.Attribute) and node.attr in METHODS and isinstance(node.ctx, ast.Load):
        parent = file.scopes.parents.get(node)
        if not (isinstance(parent, ast.Call) and parent.func is node) and (
                _is_near_database(node.value, file)):
            return node.attr
    return None


def _is_near_database(receiver, file):
    """Whether something on which a method is called may be a connection or a cursor."""
    name = _named(receiver)
    return file.touches_database or is_database(name) or _SPEAKS.search(file.source) is not None


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


def _is_statement(texts, name, receiver, word, file):
    if word == SURE or any(sqltext.verb(text.value) for text in texts):
        return True
    if any(text.holes for text in texts):
        return name != "raw" and _is_near_database(receiver, file)
    # A whole text that begins like no statement: on a connection it is one, with a mistake in it.
    called = _named(receiver)
    return name in METHODS and (file.touches_database or is_database(called) or any(
        sqltext.may_begin(text.value) for text in texts))


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
