"""Reads an application's folder and answers what in it speaks SQLite, as one JSON object.

Nothing of the application is imported or run: Python is read by Python's own parser, the rest line
by line.
"""
import ast
import hashlib
import json
import os
import re
import sys
import time
import warnings

import drivers
import files
import keys
import reviews
import rows
import rules
import sqltext
import statements
import usage
from constants import Constants
from fingerprint import Fingerprint
from forwards import Forwards
from layers import ADAPTER, SWITCH, Layers, module_of
from literals import Lines
from scopes import Scopes
from texts import Resolver


# What is wrong also in a file that goes by the adapter.
STILL_WRONG = {
    "placeholder", "placeholder-mixed", "placeholder-named", "insert-or-replace",
    "insert-or-ignore", "insert-or", "begin-immediate", "datetime-now", "julianday", "unixepoch",
    "strftime", "time-now", "ifnull", "group-concat", "limit-comma", "pragma", "sqlite-master",
    "autoincrement", "strict", "glob", "lastrowid", "layer-import", "database-path", "locked-retry",
    "adapter-missing", "import-name", "other-driver", "made-statement",
    "connect-unclosed", "result-name", "result-key", "percent",
}

# What PostgreSQL's drivers do not have, and the adapter has.
_OF_THE_CONNECTION = {"conn-execute", "executescript", "row-factory", "query-without-rows"}


class PythonFile:
    """One Python file, parsed."""

    def __init__(self, path, content):
        self.path = path
        self.digest = hashlib.sha256(content).hexdigest()
        self.source, self.encoding, self.mark = files.decoded(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.tree = ast.parse(self.source)
        self.lines = Lines(self.source)
        self.reviewed = reviews.comments(self.source)
        self.imported = {}
        self.modules = set()
        self.sqlite_names = set()
        self.functions = set()
        # What a local name is, when it comes from a module: the module, and the name in it or None.
        self.taken = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef):
                self.functions.add(node.name)
            elif isinstance(node, ast.Import):
                for name in node.names:
                    self.imported[name.asname or name.name] = name.name
                    self.modules.add(name.name)
                    if name.asname or "." not in name.name:
                        self._take(name.asname or name.name, (name.name, None))
                    if name.name in ("sqlite3", "sqlite3.dbapi2"):
                        self.sqlite_names.add(name.asname or "sqlite3")
            elif isinstance(node, ast.ImportFrom):
                self._taken_from(node)
        # A file that has the adapter, and SQLite nowhere, is read as PostgreSQL's.
        names = set(self.imported) | {module.split(".")[-1] for module in self.imported.values()}
        self.has_adapter = ADAPTER in names
        self.speaks = "postgresql" if not self.sqlite_names and (
            names & {ADAPTER, "psycopg", "psycopg2"}) else "sqlite"
        self.touches_database = bool(self.sqlite_names) or "sqlite3" in self.imported.values() or any(
            word in self.source for word in ("get_connection", "transaction(", "cursor("))

    def _taken_from(self, node):
        module = node.module or ""
        # Where a relative import leads, seen from this file.
        around = os.path.dirname(self.path).split("/") if os.path.dirname(self.path) else []
        above = around[:len(around) - node.level + 1] if node.level else []
        whole = ".".join([*above, *([module] if module else [])])
        self.modules.add(whole)
        for name in node.names:
            self.imported[name.asname or name.name] = module
            self._take(name.asname or name.name, (whole, name.name))
            self.modules.add(f"{whole}.{name.name}" if whole else name.name)

    def _take(self, name, origin):
        # Imported from two places it is either.
        self.taken[name] = origin if self.taken.get(name, origin) == origin else None

    def understand(self, constants=None):
        """Follows names and scopes; only for files that have something to say.

        `constants` are what the folder's modules give to names.
        """
        self.scopes = Scopes(self.tree)
        self.resolver = Resolver(self.source, self.lines, self.scopes)
        if constants is not None:
            self.resolver.elsewhere = lambda name, more: constants.text(self.taken.get(name), more)

    @property
    def module(self):
        """The last part of the module's name."""
        return module_of(self.path)

    @property
    def is_layer(self):
        """Whether this is the application's own SQLite layer, which the way back needs as it is."""
        if not self.sqlite_names or not self.functions & {
                "get_connection", "get_db_connection", "get_db"}:
            return False
        return any(
            isinstance(node, ast.Attribute) and node.attr == "connect"
            and isinstance(node.value, ast.Name) and node.value.id in self.sqlite_names
            for node in ast.walk(self.tree))


# What a file says nothing of is not looked at closer.
_SPEAKS = re.compile(r"sqlite|execut|sql|query|lastrowid|row_factory|cursor|\.db\b|\.objects\b|"
                     r"getattr|importlib|__import__",
                     re.IGNORECASE)


class Scan:
    """The whole folder, read twice: first what the files are to each other, then each for itself.

    One parsed file is held at a time, so that a large tree needs no more memory than a small one.
    """

    def __init__(self, root):
        self.root = root
        self.answers = []
        self.paths = []
        self.layers = Layers()
        self.databases = {}
        # The files whose connections give rows with names.
        self.row_makers = set()
        self.constants = Constants()
        self.forwards = Forwards()
        self.keys = keys.Keys()
        self.told = keys.Told(self.keys)
        self.plain = {}
        self.fingerprint = Fingerprint(root)

    def run(self):
        """The answer, as what JSON holds."""
        walk = files.Walk(self.root)
        for path in walk:
            self._guarded(path, self._first)
        found = self.layers.found()
        layers = set(found.values())
        wrappers = self.forwards.wrappers()
        self.keys.close()
        words = "|".join(re.escape(name) for name in [*layers, *wrappers.by_name, ADAPTER, SWITCH])
        named = re.compile(words or "(?!)")
        told = time.monotonic()
        for count, path in enumerate(self.paths):
            if time.monotonic() - told >= 1:
                told = time.monotonic()
                print(f"scan: {count} of {len(self.paths)} Python files", file=sys.stderr,
                      flush=True)
            self._guarded(path, lambda path: self._second(path, wrappers, found, named))
        for told in self.answers:
            # Nobody's call of it was followed: what it runs is known by no caller.
            told["statements"] = [item for item in told["statements"] if not (
                (name := item.pop("forwards", None)) and wrappers.was_called(*name))]
        by_path = {told["path"]: told for told in self.answers}
        for path, told in self.told.unknown():
            answered = by_path.get(files.shown(path), {"role": "unread"})
            if not answered["role"]:
                answered["findings"].append(finding(*told))
                answered["findings"].sort(key=lambda item: (item["line"], item["column"], item["rule"]))
        for path, reason in walk.left_out:
            self.answers.append(unread(path, reason, "left-out", "warning"))
        self.answers.sort(key=lambda item: item["path"])
        named_rows = bool(self.row_makers & set(found) if found else self.row_makers)
        return {"files": self.answers, "layers": sorted(layers), "named_rows": named_rows,
                "read_files": walk.count,
                "fingerprint": self.fingerprint.described()}

    def _guarded(self, path, step):
        try:
            step(path)
        except files.Unreadable as error:
            self.answers.append(unread(path, str(error), "unreadable", "error"))
        except SyntaxError as error:
            self.answers.append(unread(path, _syntax(error), "unparsed", "error", error))
        except (ValueError, RecursionError, MemoryError) as error:
            reason = f"cannot be parsed: {type(error).__name__}: {error}"
            self.answers.append(unread(path, reason, "unparsed", "error"))

    def _first(self, path):
        sort = files.kind_of(self.root, path)
        self.fingerprint.note(path, sort)
        if sort is None:
            return
        content = files.read(self.root, path)
        self.fingerprint.keep(path, content)
        if sort == "python":
            file = PythonFile(path, content)
            self.plain[path] = described_file(file, "", [], [])
            self.forwards.note(file)
            self.layers.note(file)
            self.constants.note(file)
            self.keys.note(file)
            if file.sqlite_names:
                file.understand()
                self.databases[path] = drivers.opened(file)
                if drivers.names_rows(file):
                    self.row_makers.add(path)
            self.paths.append(path)
        else:
            self._lines(path, sort, content)

    def _second(self, path, wrappers, layers, named):
        content = files.read(self.root, path)
        plain = self.plain.pop(path)
        if hashlib.sha256(content).hexdigest() != plain["digest"]:
            raise files.Unreadable("was changed while it was read")
        if module_of(path) in (ADAPTER, SWITCH):
            self.answers.append(dict(plain, role="adapter"))
            return
        source = files.decoded(content)[0]
        if not _SPEAKS.search(source) and not named.search(source):
            # Most files of a large tree: not parsed a second time.
            self.answers.append(plain)
            return
        file = PythonFile(path, content)
        file.understand(self.constants)
        self.answers.append(answer(file, wrappers, layers, self))

    def application_files(self, layers):
        """The database files that the layer opens, or, without one, all that are opened."""
        named = [self.databases.get(path, set()) for path in layers] or self.databases.values()
        found = set().union(*named)
        return found or set().union(*self.databases.values())

    def _lines(self, path, sort, content):
        found = []
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            line = line[:2000]
            if sort == "config" and line.lstrip().startswith(("#", ";", "//")):
                continue
            hit = usage.of_shell(line)
            if hit is not None:
                column, rule, severity, message, suggestion = hit
                found.append(finding(number, column + 1, rule, severity, message, suggestion))
        if found or sort == "shell":
            self.answers.append({"path": files.shown(path), "kind": sort, "role": "",
                                 "statements": [], "findings": found})


def _syntax(error):
    old = any(word in str(error.msg) for word in (
        "print", "exec", "multiple exception types", "invalid decimal literal",
        "leading zeros", "except"))
    hint = " (it reads as Python 2)" if old else ""
    return f"cannot be parsed: {error.msg}{hint}; what it says to the database is not known"


def unread(path, reason, rule, severity, error=None):
    """The answer for a file that is named only."""
    line = getattr(error, "lineno", None) or 1
    return {
        "path": files.shown(path), "kind": "unread", "role": "", "statements": [],
        "findings": [finding(line, 1, rule, severity, reason,
                             "read it by eye, or make it readable and scan again")]}


def finding(line, column, rule, severity, message, suggestion):
    """One finding as JSON has it."""
    return {"line": line, "column": column, "rule": rule, "severity": severity,
            "message": message, "suggestion": suggestion}


def answer(file, wrappers, layers, around):
    """The answer for one parsed Python file; `around` is the scan that knows the others."""
    layer = file.path in layers
    calls = statements.calls(file, wrappers)
    found = set()
    if layer:
        found.add((0, "sqlite-layer", "warning", "this is the SQLite layer: it stays as it is, for "
                   "the way back; nobody may import it after the switch",
                   "the adapter has the same functions"))
        found.update((file.lines.span(node)[0], *told) for node, *told in drivers.of_layer(
            file, around.keys.giving(file.path, wrappers)))
        calls = []
    else:
        found.update(usage.Usage(file, set(layers.values())).all(calls, wrappers))
        if file.speaks == "sqlite" and not file.sqlite_names and all(
                entry[1] != "layer-import" for entry in found):
            # Nothing in it says which: what it is given decides.
            file.speaks = "either"
        calls += _foreign(file, around.application_files(layers), set(layers.values()), found)
        found.update(_adapters(file, around.layers))
        by_name = rows.Rows(file, wrappers).told()
        if by_name is not None:
            start, _ = file.lines.span(by_name[0])
            found.add((start, *by_name[1:]))
    for call in calls:
        found.update(_of_kinds(file, call))
        for text in call.texts:
            found.update(_of_text(file, call, text))
            found.update(_of_names(file, call, text, around.told, wrappers))
    listed = []
    if file.speaks == "either":
        # It is given its connection: the adapter's has what these say is missing.
        found = {(entry[0], entry[1], rules.WARNING, *entry[3:]) if entry[1] in _OF_THE_CONNECTION
                 else entry for entry in found}
    if file.speaks == "postgresql":
        found = {entry for entry in found if entry[1] in STILL_WRONG}
    for start, *rest in sorted(found):
        line, column = file.lines.place(start)
        listed.append(finding(line, column, *rest))
    role = "sqlite-layer" if layer else ""
    chosen = reviews.reviewed(file.reviewed, calls)
    calls.sort(key=lambda call: (call.node.lineno, call.node.col_offset))
    return described_file(
        file, role, [described(file, call, chosen) for call in calls], listed)


def _foreign(file, databases, layers, found):
    """Statements that nobody can prove, where the file does what the adapter does not."""
    calls = []
    for node, *told in drivers.Foreign(file, databases, layers).all():
        start, _ = file.lines.span(node)
        found.add((start, *told))
        if told[1] == rules.ERROR and file.speaks != "postgresql":
            calls.append(statements.unknown(file, node, told[0], is_reviewable=False))
    return calls


def _adapters(file, known):
    """Imports of the adapter or the switch where no such file is."""
    for node in file.scopes.of:
        if isinstance(node, ast.Import):
            modules = [item.name for item in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            modules = [module] + [f"{module}.{item.name}".lstrip(".") for item in node.names]
        else:
            continue
        if isinstance(node, ast.ImportFrom):
            gone = known.undefined(node.module or "", [item.name for item in node.names])
            if gone:
                start, _ = file.lines.span(node)
                yield (start, "import-name", rules.ERROR, f"{node.module} has no "
                       f"{', '.join(gone)}: the program does not start", "import what is there")
        for module in modules:
            if known.missing(module):
                start, _ = file.lines.span(node)
                yield (start, "adapter-missing", rules.ERROR, f"imports {module}, and no such file "
                       "is there: the program does not start", "cutover code adapter DIR --write")


def _of_kinds(file, call):
    """What is told of the way in which a text is made."""
    start, _ = file.lines.span(call.node)
    kinds = set().union(*(text.kinds for text in call.texts))
    if "characters" in kinds:
        yield (start, "placeholder-characters", rules.ERROR, "a text is taken apart by its "
               "characters: '%s' in its place would be torn apart",
               "','.join(['%s'] * n): a list, not a text")
    if "template" in kinds and file.speaks != "postgresql":
        yield (start, "placeholder-template", rules.ERROR, "a placeholder stands in a text that goes "
               "through %: the % of %s would be taken by that", "%%s in such a text, or an f-string")


def described_file(file, role, statements_found, findings):
    """One Python file as JSON has it."""
    return {
        "path": files.shown(file.path), "path_bytes": os.fsencode(file.path).hex(),
        "kind": "python", "encoding": file.encoding, "digest": file.digest,
        "role": role, "speaks": file.speaks, "statements": statements_found,
        "findings": findings}


def _of_text(file, call, text):
    start, end = file.lines.span(call.node)
    told = list(rules.of_statement(text))
    if file.has_adapter:
        told += rules.of_percent(text.value)
    for rule, severity, message, suggestion, index in told:
        if rule in ("placeholder-named", "percent") and "bound-by-layer" in text.kinds:
            continue
        span = next((place for place in text.spans[index:] if place is not None), (start, end))
        yield span[0], rule, severity, message, suggestion


def _of_names(file, call, text, told, wrappers):
    """What is told of the columns of a text; notes those that `fix` gives their names."""
    text.names = []
    span = file.lines.span(call.node)
    for item, (index, *rest) in told.of(file, call, text, wrappers):
        if item is not None:
            text.names.append([item.start, item.end, item.kind, item.name])
        yield (next((place for place in text.spans[index:] if place is not None), span)[0], "result-name", *rest)


def described(file, call, chosen):
    """One statement as JSON has it."""
    start, end = file.lines.span(call.node)
    line, column = file.lines.place(start)
    variants = []
    for text in call.texts:
        variants.append({
            "text": text.value,
            "spans": [list(span) if span is not None else None for span in text.spans],
            "holes": [dict(what, index=index) for index, what in text.holes],
            "keeps": "bound-by-layer" in text.kinds, "names": getattr(text, "names", []),
            "kinds": sorted(text.kinds)})
    function = file.scopes.enclosing(call.node, (ast.FunctionDef, ast.AsyncFunctionDef))
    return {
        "line": line, "column": column, "start": start, "end": end, "call": call.name,
        "function": function.name if function is not None else "",
        "verb": sqltext.verb(call.texts[0].value) or "",
        "reviewed": call.is_reviewable and call.node in chosen,
        "dynamic": call.is_dynamic, "wants_key": bool(call.key_reads), "parameters": call.bound,
        "variants": variants, "forwards": call.forwards}


def main(root):
    """Prints the answer for a folder."""
    started = time.monotonic()
    root = os.path.abspath(root)
    result = Scan(root).run()
    result["seconds"] = round(time.monotonic() - started, 3)
    json.dump(result, sys.stdout)
    sys.stdout.write("\n")
