"""Makes the edits of proven statements, and of the Python around them, at their exact places.

A file is changed whole or not at all: one in which a single statement is not proven stays as it is,
because a file that is half of each is what broke production. Nothing is written unless asked for.
"""
import ast
import difflib
import json
import os
import re
import sys
import tempfile

import files
import scan
import sqltext
import statements
import texts
import usage
from forwards import Wrappers
from refusal import Refused

# What the adapter has, by the names under which an application knows its SQLite layer.
PROVIDED = {
    "get_connection", "return_connection", "transaction", "execute_query", "execute_update", "upsert",
    "is_workflow_enabled", "update_workflow_status", "with_retry", "close_pool", "Row", "Error",
    "DatabaseError", "IntegrityError", "OperationalError", "ProgrammingError", "DataError",
    "InterfaceError", "InternalError", "NotSupportedError",
}
# The new file before it takes the old one's place; the second is how it was named once.
_BESIDE = re.compile(r"\.cutover-\w+\.new|.+\.cutover-new", re.DOTALL)
_ERRORS = {name for name in PROVIDED if name.endswith("Error")}


_NOT_HERE = ("a part of a statement that must change is not written in this file as text, it comes from "
             "another module or a format: write it for PostgreSQL there first")


class Fix:
    """One file on its way."""

    def __init__(self, root, order, adapter):
        self.root = root
        self.path = os.fsdecode(bytes.fromhex(order["path_bytes"]))
        self.order = order
        self.package, self.layers = adapter["package"], set(adapter["layers"])
        content = files.read(root, self.path)
        self.file = scan.PythonFile(self.path, content)
        if self.file.digest != order["digest"]:
            raise Refused("the file changed since it was read")
        self.file.understand()
        self.content = content
        self.edits = {}
        # Looked at for each edit: where texts are, and which of them are repeated by a number.
        self.strings, self.repeated = [], []
        for node in self.file.scopes.of:
            if isinstance(node, ast.JoinedStr) or (
                    isinstance(node, ast.Constant) and isinstance(node.value, str)):
                self.strings.append(self.file.lines.span(node))
                if texts.repeated(self.file.scopes.parents.get(node)) is node:
                    self.repeated.append(node)

    def run(self):
        """The file's new text."""
        for statement in self.order["statements"]:
            for variant in statement["variants"]:
                self._statement(variant)
        self._around()
        self._keys()
        return self._applied()

    def change(self, start, end, text):
        """Notes one edit; the same edit twice is one."""
        known = self.edits.get((start, end))
        if known is not None and known != text:
            raise Refused("two statements share a text and need different forms of it")
        self.edits[(start, end)] = text

    def _applied(self):
        source = self.file.source
        ordered = sorted(self.edits.items())
        for (first, _), (second, _) in zip(ordered, ordered[1:]):
            if first[1] > second[0]:
                raise Refused("two edits overlap")
        for (start, end), text in reversed(ordered):
            source = source[:start] + text + source[end:]
        try:
            ast.parse(source)
        except SyntaxError as error:
            raise Refused(f"the edited file would not parse: {error.msg}") from None
        return source

    # The statements' own text.

    def _statement(self, variant):
        spans = [tuple(span) if span is not None else None for span in variant["spans"]]
        for start, end, text in variant["edits"]:
            if start == end:
                self._insert(spans, start, text)
            else:
                self._replace(spans, start, end, text)

    def _insert(self, spans, at, text):
        if at > 0 and spans[at - 1] is not None:
            place = spans[at - 1][1]
        elif at < len(spans) and spans[at] is not None:
            place = spans[at][0]
        else:
            raise Refused(_NOT_HERE)
        self.change(place, place, self._escaped(place, text))

    def _replace(self, spans, start, end, text):
        runs = []
        for span in spans[start:end]:
            if span is None:
                raise Refused(_NOT_HERE)
            if runs and runs[-1][1] == span[0]:
                runs[-1][1] = span[1]
            elif not runs or runs[-1][1] < span[0]:
                runs.append([span[0], span[1]])
            elif runs[-1] != [span[0], span[1]]:
                raise Refused("the statement's text stands in this file in another order")
        first = True
        for run_start, run_end in runs:
            self.change(run_start, run_end, self._escaped(run_start, text) if first else "")
            first = False

    def _escaped(self, place, text):
        """The text as the literal around this place must spell it."""
        prefix, quote = self._literal(place)
        self._listed(place)
        if "r" in prefix:
            if quote[0] in text or "\\" in text or (len(quote) == 1 and "\n" in text):
                raise Refused("a raw string would need a quote inside")
        else:
            text = text.replace("\\", "\\\\")
            inner = text[1:-1] if len(quote) == 3 and quote[0] * 2 not in text else ""
            # Between three quotes only one that would stand beside another is in the way.
            text = inner.join(part.replace(quote[0], "\\" + quote[0]) for part in (
                (text[0], text[-1]) if inner else (text, "")))
            if len(quote) == 1:
                text = text.replace("\n", "\\n").replace("\r", "\\r")
        return text.replace("{", "{{").replace("}", "}}") if "f" in prefix else text

    def _listed(self, place):
        """'?' * n that is joined becomes a list: '%s' * n would be taken apart."""
        for node in self.repeated:
            start, end = self.file.lines.span(node)
            if not start <= place <= end:
                continue
            around = self.file.scopes.parents.get(node)
            call = self.file.scopes.parents.get(around)
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "join":
                self.change(start, start, "[")
                self.change(end, end, "]")
            else:
                raise Refused(f"line {node.lineno}: '%s' * n would be taken apart by its characters")

    def _literal(self, place):
        source, best = self.file.source, None
        for start, end in self.strings:
            if start <= place <= end and (best is None or end - start >= best[1] - best[0]):
                best = (start, end)
        if best is None:
            raise Refused(_NOT_HERE)
        at = best[0]
        from literals import _literal_end, _skip_between
        while at < best[1]:
            match = re.compile(r"[rRbBuUfF]{0,3}").match(source, at)
            opening = match.end()
            quote = (source[opening] * 3 if source[opening:opening + 3] in ("'''", '"""')
                     else source[opening])
            closing = _literal_end(source, opening, best[1])
            if opening + len(quote) <= place <= closing - len(quote):
                return match.group().lower(), quote
            at = _skip_between(source, closing, best[1])
        raise Refused(_NOT_HERE)

    # The Python around them.

    def _around(self):
        nodes = list(self.file.scopes.of)
        names = self.file.sqlite_names
        for node in nodes:
            if isinstance(node, ast.ImportFrom):
                self._imported(node)
            elif isinstance(node, ast.Import) and any(
                    item.name.startswith("sqlite3") for item in node.names):
                if len(node.names) != 1:
                    raise Refused(f"line {node.lineno}: import sqlite3 on a line of its own first")
                line = (f"from {self.package} import {scan.ADAPTER}" if self.package
                        else f"import {scan.ADAPTER}")
                self.change(*self.file.lines.span(node), line)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (
                    node.value.id in names):
                self._sqlite(node)
            elif isinstance(node, ast.Try):
                self._kept(node)
        for node in nodes:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute) and (
                    node.targets[0].attr == "row_factory"):
                self._row_factory(node)

    def _imported(self, node):
        module = node.module or ""
        names = [item.name for item in node.names]
        if not usage.is_layer(module, names, self.layers):
            return
        start, end = self.file.lines.span(node)
        text = self.file.source[start:end]
        last = module.split(".")[-1]
        if last in self.layers:
            missing = sorted(set(names) - PROVIDED)
            if missing:
                raise Refused(f"line {node.lineno}: the adapter has no {', '.join(missing)}")
            at = start + text.index(module) + len(module) - len(last)
            self.change(at, at + len(last), scan.ADAPTER)
            return
        if len(names) != 1:
            raise Refused(f"line {node.lineno}: import the SQLite layer on a line of its own first")
        at = start + text.rindex("import")
        alias = node.names[0].asname or names[0]
        self.change(at, end, f"import {scan.ADAPTER} as {alias}")

    def _sqlite(self, node):
        start, end = self.file.lines.span(node)
        parent = self.file.scopes.parents.get(node)
        if node.attr in _ERRORS:
            self.change(start, end, f"{scan.ADAPTER}.{node.attr}")
        elif node.attr == "connect" and isinstance(parent, ast.Call) and parent.func is node:
            self.change(*self.file.lines.span(parent), f"{scan.ADAPTER}.get_connection()")
        elif not (node.attr == "Row" and isinstance(parent, ast.Assign)
                  and isinstance(parent.targets[0], ast.Attribute)):
            raise Refused(f"line {node.lineno}: sqlite3.{node.attr} has no counterpart")

    def _row_factory(self, node):
        start, end = self.file.lines.span(node)
        source = self.file.source
        line_start = self.file.lines.starts[node.lineno - 1]
        following = (self.file.lines.starts[node.end_lineno]
                     if node.end_lineno < len(self.file.lines.starts) else len(source))
        alone = not source[line_start:start].strip() and not source[end:following].strip()
        block = self.file.scopes.parents[node]
        siblings = next(part for part in (
            getattr(block, name, None) for name in ("body", "orelse", "finalbody"))
            if isinstance(part, list) and node in part)
        if alone and len(siblings) > 1:
            self.change(line_start, following, "")
        else:
            self.change(start, end, "pass")

    def _kept(self, node):
        found = usage.Usage(self.file, self.layers)
        found._try(node)
        if not found.found:
            return
        around = node
        while around is not None:
            around = self.file.scopes.enclosing(
                around, (ast.With, ast.FunctionDef, ast.AsyncFunctionDef, ast.Module))
            if not isinstance(around, ast.With):
                break
            for item in around.items:
                call = item.context_expr
                if usage.opens(call) and any(
                        word.arg == "keep_after_error" for word in call.keywords):
                    return
                if usage.opens(call) and not call.args and not call.keywords:
                    _, end = self.file.lines.span(call)
                    self.change(end - 1, end - 1, "keep_after_error=True")
                    return
        raise Refused(f"line {node.lineno}: an error is passed over inside a transaction that the "
                      "adapter does not open")

    def _keys(self):
        wrappers = Wrappers()
        tied = set()
        for call in statements.calls(self.file, wrappers):
            if len(call.key_reads) > 1:
                raise Refused(f"line {call.node.lineno}: lastrowid is read twice")
            # The statement must give the id back: one whose text stands with the callers does not.
            if call.key_reads and not (call.texts and all(
                    sqltext.verb(text.value) in ("INSERT", "REPLACE", "WITH")
                    for text in call.texts)):
                raise Refused(f"line {call.node.lineno}: lastrowid is read of a statement that is "
                              "no INSERT of this place; let the caller say RETURNING and read it")
            for node in call.key_reads:
                tied.add(node)
                _, end = self.file.lines.span(node)
                self.change(end - len("lastrowid"), end, "fetchone()[0]")
        for node in self.file.scopes.of:
            if isinstance(node, ast.Attribute) and node.attr == "lastrowid" and node not in tied:
                raise Refused(f"line {node.lineno}: the statement that lastrowid speaks of is not "
                              "known")


def main(root):
    """Reads {"files", "adapter", "write", "backup"} and prints what was done to each file."""
    parent = os.getppid()
    given = json.load(sys.stdin)
    root = os.path.abspath(root)
    results, swept = [], set()
    for order in given["files"]:
        path = os.fsdecode(bytes.fromhex(order["path_bytes"]))
        result = {"path": files.shown(path), "state": "unchanged", "reason": "", "diff": ""}
        try:
            fix = Fix(root, order, given["adapter"])
            new = fix.run()
            if new != fix.file.source:
                result["state"] = "fixed"
                result["diff"] = _diff(result["path"], fix.file.source, new)
                if given["write"]:
                    folder = os.path.dirname(os.path.join(root, path))
                    if folder not in swept:
                        swept.add(folder)
                        _sweep(folder)
                    _write(root, path, fix, new, given["backup"], parent)
        except (Refused, files.Unreadable, SyntaxError, UnicodeEncodeError, OSError) as error:
            result["state"], result["reason"] = "refused", str(error)
        results.append(result)
    json.dump({"files": results}, sys.stdout)
    sys.stdout.write("\n")


def _diff(path, old, new):
    name = path.replace("\n", "\\n")
    parts = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else line + "\n" for line in parts)


def _sweep(folder):
    """Removes what a run that was killed left: one run writes at a time."""
    for name in os.listdir(folder):
        if _BESIDE.fullmatch(name):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path):
                os.unlink(path)


def _write(root, path, fix, new, backup, parent):
    """The old file into the backup folder, then the new one in its place, at once."""
    kept = os.path.join(backup, path)
    os.makedirs(os.path.dirname(kept), exist_ok=True)
    with open(kept, "xb") as file:
        file.write(fix.content)
        file.flush()
        os.fsync(file.fileno())
    target = os.path.join(root, path)
    folder = os.path.dirname(target)
    beside = None
    try:
        before = os.lstat(target)
        descriptor, beside = tempfile.mkstemp(prefix=".cutover-", suffix=".new", dir=folder)
        with open(descriptor, "wb") as file:
            file.write(fix.file.mark + new.encode(fix.file.encoding))
            _same_owner(file.fileno(), before)
            os.fchmod(file.fileno(), before.st_mode & 0o7777)
            file.flush()
            os.fsync(file.fileno())
        if os.getppid() != parent:
            # Nobody is left who could tell the operator what was written.
            raise SystemExit(75)
        now = os.lstat(target)
        if _stamp(now) != _stamp(before) or files.read(root, path) != fix.content:
            raise Refused("it was changed meanwhile: run the command again")
        os.replace(beside, target)
    except BaseException:
        if beside is not None and os.path.exists(beside):
            os.unlink(beside)
        os.unlink(kept)
        raise
    _settle(folder)


def _same_owner(descriptor, before):
    made = os.fstat(descriptor)
    if (made.st_uid, made.st_gid) == (before.st_uid, before.st_gid):
        return
    try:
        os.fchown(descriptor, before.st_uid, before.st_gid)
    except PermissionError:
        raise Refused("its owner could not be kept: run the command as the file's owner") from None


def _stamp(status):
    return (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size, status.st_mode,
            status.st_uid, status.st_gid)


def _settle(folder):
    """Has the folder's entry on the disk, where the system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)
