"""Functions that hand SQL on: which they are, under which names, and every use of such a name.

The callers of such a function are the statements. A name that is used in any other way than by a call
that was followed could reach SQL that nobody read, so that place is a statement that is not known.
"""
import ast
import os

from candidates import FUNCTIONS, METHODS, Candidate

SURE, MAYBE, NO = "sure", "maybe", "no"
# Names that methods of lists, tables, files and programs have: alone they say nothing.
_COMMON = {
    "add", "all", "append", "call", "copy", "count", "create", "delete", "do", "exists", "fetch", "filter", "find",
    "first", "format", "get", "get_all", "index", "info", "insert", "items", "join", "keys", "list", "load", "match",
    "one", "open", "pop", "post", "process", "put", "read", "remove", "replace", "run", "save", "search", "select",
    "send", "set", "sort", "split", "start", "strip", "submit", "sum", "update", "values", "write"}
# How many functions one behind the other are followed.
_MOST_ROUNDS = 60
# What of a function is read without running it.
_ABOUT = {"__name__", "__doc__", "__module__", "__qualname__", "cache_clear", "cache_info"}
_LOOKUPS = {"getattr", "methodcaller", "attrgetter", "__getattribute__"}
_TABLES = {"globals", "locals", "vars"}
_IMPORTS = ("import_module", "__import__", "sys.modules")


class Forwards:
    """What of every file of a folder is needed to know who hands SQL on."""

    def __init__(self):
        self.candidates = []
        # Other names: what stands on the right, and the names that it is given.
        self.aliases = {}
        self.files = {}

    def note(self, file):
        """Takes one parsed file."""
        aliases, stars = [], False
        waiting = [(file.tree, False)]
        while waiting:
            node, in_class = waiting.pop()
            if isinstance(node, FUNCTIONS):
                found = Candidate(file.path, node, in_class)
                if found.calls:
                    self.candidates.append(found)
            elif isinstance(node, ast.ImportFrom):
                stars = stars or any(item.name == "*" for item in node.names)
                aliases += [(item.asname, item.name) for item in node.names
                            if item.asname and item.asname != item.name]
            else:
                found = alias_of(node)
                if found is not None:
                    aliases.append(found)
            waiting += [(child, isinstance(node, ast.ClassDef))
                        for child in ast.iter_child_nodes(node)]
        for target, callee in aliases:
            self.aliases.setdefault(callee, set()).add(target)
        self.files[file.path] = (aliases, dict(file.taken), stars or any(
            isinstance(node, FUNCTIONS) and node.name == "__getattr__" for node in file.tree.body))

    def wrappers(self):
        """Who hands SQL on."""
        return Wrappers(self)


def alias_of(node):
    """(the new name, the old one) of an assignment that gives a name to a name, or None."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
        target = node.target
    else:
        return None
    old = getattr(node.value, "attr", getattr(node.value, "id", None))
    if isinstance(target, ast.Name) and isinstance(node.value, (ast.Name, ast.Attribute)) and (
            old not in METHODS):
        return target.id, old
    return None


class Wrappers:
    """Functions that hand one of their parameters on to a call that runs SQL, in any file."""

    def __init__(self, forwards=None):
        forwards = forwards or Forwards()
        # The entries of each name, and which functions and names of functions are meant.
        self.by_name = {}
        self.confirmed = set()
        # Of each such function its entries, and the parameters that it hands on.
        self.mine, self.handed = {}, {}
        self.methods, self.plain = set(), set()
        self.aliases = forwards.aliases
        # What was called and followed: names, and functions of one file.
        self.called, self.called_in = set(), set()
        self.files, self.origins, self.modules = {}, {}, {}
        for path, (aliases, taken, stars) in forwards.files.items():
            self.files[path] = (set(), stars)
            self.origins[path] = (aliases, taken)
            folder, name = os.path.split(path)
            last = os.path.splitext(name)[0]
            self.modules.setdefault(
                os.path.basename(folder) if last == "__init__" else last, []).append(path)
        waiting, grown = forwards.candidates, True
        rounds = _MOST_ROUNDS
        while grown and rounds:
            grown, rest, rounds = False, [], rounds - 1
            for candidate in waiting:
                entries = candidate.entries(self)
                known = {entry.key for entry in self.mine.get(candidate.key, ())}
                # Kept, because another of its parameters may turn out to be handed on.
                rest.append(candidate)
                if entries and {entry.key for entry in entries} != known:
                    grown = True
                    self._confirm(candidate, entries)
            waiting = rest
            grown = self._grow() or grown
        for path, (aliases, taken) in self.origins.items():
            own = self.files[path][0]
            own |= {new for new, old in aliases if old in self.by_name}
            own |= {name for name, origin in taken.items() if origin and origin[1] in self.by_name}
        for where, name, _ in self.confirmed:
            self.files[where][0].add(name)

    def _confirm(self, candidate, entries):
        self.confirmed.add(candidate.key)
        (self.methods if candidate.is_method else self.plain).add(candidate.name)
        own = self.by_name.setdefault(candidate.name, {})
        for entry in self.mine.pop(candidate.key, []):
            # What was known of it with fewer parameters.
            own.pop(entry.key, None)
        self.mine[candidate.key] = entries
        self.handed.setdefault(candidate.key, set()).update(entry.word or "*" for entry in entries)
        for entry in entries:
            if not (candidate.name in METHODS and candidate.is_method and entry.place == 0):
                own[entry.key] = entry
        if not own:
            del self.by_name[candidate.name]

    def _grow(self):
        grown = False
        for name in list(self.by_name):
            for target in self.aliases.get(name, ()):
                known = self.by_name.setdefault(target, {})
                for key, entry in self.by_name[name].items():
                    if key not in known:
                        known[key] = entry
                        grown = True
        return grown

    def entries(self, name):
        """The entries of a name."""
        return list(self.by_name.get(name, {}).values())

    def reads(self, name):
        """Whether a function of this name reads rows."""
        return any(entry.fetches for entry in self.entries(name))

    def is_forwarder(self, path, node, name=None):
        """Whether a function hands on what it is given, in a parameter if one is named."""
        if not isinstance(node, FUNCTIONS):
            return False
        handed = self.handed.get((path, node.name, node.lineno), set())
        return bool(handed) if name is None else ("*" if name.startswith("*") else name) in handed

    def note_call(self, file, function):
        """Notes that a call of a function was followed."""
        name = getattr(function, "attr", getattr(function, "id", ""))
        if isinstance(function, ast.Name) and self.stands_for(file, function) == SURE:
            self._note(file.path, name, 0)
        elif isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and (
                function.value.id in file.taken and self.stands_for(file, function) == SURE):
            module, part = file.taken[function.value.id]
            self._note_in(part or module, name, 0)
        else:
            self.called.add(name)

    def _note(self, path, name, depth):
        aliases, taken = self.origins.get(path, ((), {}))
        if any(where == path and other == name for where, other, _ in self.confirmed):
            self.called_in.add((path, name))
        for new, old in aliases:
            if new == name and old != name and depth < 9:
                self.called.add(old) if old not in self.files[path][0] else self._note(
                    path, old, depth + 1)
        module, part = taken.get(name) or (None, None)
        if module and part:
            self._note_in(module, part, depth + 1)

    def _note_in(self, module, name, depth):
        for path in self.modules.get(module.split(".")[-1], ()) if depth < 9 else ():
            if self.files[path][1] and name not in self.files[path][0]:
                self.called.add(name)
            self._note(path, name, depth + 1)

    def was_called(self, path, name):
        """Whether a call of a function of a file was followed."""
        return name in self.called or (path, name) in self.called_in

    # What a name stands for.

    def in_module(self, module, name):
        """Whether a module's name stands for a function that hands SQL on."""
        last = module.split(".")[-1]
        if not last:
            return MAYBE
        found = [self.files[path] for path in self.modules.get(last, [])]
        if any(name in own for own, _ in found):
            return SURE
        return MAYBE if any(stars for _, stars in found) else NO

    def stands_for(self, file, node):
        """Whether a Name or an Attribute stands for a function that hands SQL on."""
        if isinstance(node, ast.Name):
            return self._of_name(file, node)
        owner, name = node.value, node.attr
        if isinstance(owner, ast.Attribute) and ast.unparse(owner) in file.modules:
            parts = ast.unparse(owner).split(".")
            if parts[-1] in self.modules:
                return self.in_module(parts[-1], name)
            # A class of a module: of one that is not here it is not ours.
            return MAYBE if any(part in self.modules for part in parts) else NO
        if not isinstance(owner, ast.Name) or owner.id not in file.taken:
            return MAYBE
        home = file.scopes.of[owner].find(owner.id)
        origin = file.taken[owner.id]
        if origin is None or (home is not None and owner.id not in home.others):
            return MAYBE
        module, part = origin
        if part is None or part in self.modules:
            return self.in_module(part or module, name)
        # A class or an object of a module: of one that is not here it is not ours.
        return MAYBE if module.split(".")[-1] in self.modules or not module else NO

    def _of_name(self, file, node):
        name = node.id
        scope = home = file.scopes.of[node]
        while home is not None and not home.gives(name, scope):
            home = home.parent
        if home is None:
            return MAYBE if self.files.get(file.path, (0, True))[1] or (
                name in self.plain) else NO
        if name in home.defined:
            sure = any(self.is_forwarder(file.path, item) for item in home.defined[name])
            return SURE if sure else MAYBE if name in home.assigned else NO
        if name in home.assigned:
            return SURE if any((found := alias_of(item)) and found[1] in self.by_name
                               for item in home.assigned[name]) else NO
        if name in home.others and name in file.taken:
            module, part = file.taken[name] or ("", None)
            return self.in_module(module, part or name) if module else MAYBE
        return NO

    def is_meant(self, path, name, owner):
        """Whether a call in a file, on an object of this name or on none, may be of such a function."""
        aliases, taken = self.origins[path]
        if owner is None:
            return name in taken or self.files[path][1] or self._is_near(path, name) or any(
                new == name for new, _ in aliases)
        origin = taken.get(owner)
        if origin and origin[0] and not any(
                part in self.modules for part in (origin[0].split(".")[-1], origin[1])):
            return False
        return name not in _COMMON or is_database(owner) or self._is_near(path, name)

    def _is_near(self, path, name):
        """Whether a file defines such a function, or imports from a module that does."""
        _, taken = self.origins[path]
        paths = {path} | {other for origin in taken.values() if origin
                          for part in (origin[0].split(".")[-1], origin[1])
                          for other in self.modules.get(part, ())}
        return any(where in paths and other == name for where, other, _ in self.confirmed)

    def is_likely(self, file, name, receiver):
        """Whether a method of an object that the code does not show is one that hands SQL on."""
        if receiver is not None and name not in self.methods:
            return False
        return name not in _COMMON or self._is_near(file.path, name)

    def used(self, file):
        """The places where such a name is used otherwise than by a call: (node, name)."""
        parents = file.scopes.parents
        for node in file.scopes.of:
            if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
                name = getattr(node, "attr", getattr(node, "id", ""))
                if name in self.by_name and self._is_handed_on(file, node, parents.get(node)):
                    yield node, name
            elif isinstance(node, ast.Call):
                name = self._looked_up(file, node)
                if name is not None:
                    yield node, name
            elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and (
                    isinstance(node.slice.value, str) and node.slice.value in self.by_name):
                owner = node.value
                if (isinstance(owner, ast.Call) and getattr(owner.func, "id", "") in _TABLES) or (
                        isinstance(owner, ast.Attribute) and owner.attr == "__dict__"):
                    yield node, node.slice.value

    def _is_handed_on(self, file, node, parent):
        if isinstance(parent, ast.Call) and parent.func is node:
            return False
        if alias_of(parent) is not None and parent.value is node:
            # Followed under its new name.
            return False
        if isinstance(parent, ast.Compare) or (
                isinstance(parent, ast.Attribute) and parent.attr in _ABOUT):
            return False
        word = self.stands_for(file, node)
        if word != MAYBE or isinstance(node, ast.Name):
            return word != NO
        if node.attr in self.methods:
            return self.is_meant(file.path, node.attr, getattr(
                node.value, "attr", getattr(node.value, "id", "")))
        # A plain function is an attribute of a module only, and a module can come by any name.
        owner = node.value
        home = file.scopes.of[owner].find(owner.id) if isinstance(owner, ast.Name) else None
        return node.attr in self.plain and (
            (home is not None and owner.id in home.parameters and owner.id not in ("self", "cls"))
            or any(word in file.source for word in _IMPORTS))

    def _looked_up(self, file, node):
        """The name that getattr() and its kin look up, when it runs SQL or is not known."""
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called in ("eval", "exec") and isinstance(node.func, ast.Name) and node.args:
            return self._evaluated(file, node)
        if called not in _LOOKUPS or not node.args:
            return None
        if called == "getattr" and len(node.args) < 2:
            return None
        owner, words = (node.args[0], node.args[1:2]) if called == "getattr" else (None, node.args[:1])
        word = words[0]
        if isinstance(word, ast.Constant):
            value = str(word.value).split(".")[-1]
            return value if value in self.by_name or value in METHODS else None
        texts = file.resolver.texts(word, file.scopes.of[node], node.lineno) or []
        names = {text.value for text in texts}
        if texts and not any(text.holes for text in texts):
            return next((name for name in sorted(names)
                         if name in self.by_name or name in METHODS), None)
        return called if owner is not None and self._holds_sql(file, owner) else None

    def _holds_sql(self, file, owner):
        """Whether an object is a connection by its name, or a module that hands SQL on."""
        name = getattr(owner, "attr", getattr(owner, "id", ""))
        if is_database(name):
            return True
        origin = file.taken.get(name) if isinstance(owner, ast.Name) else None
        if origin is None:
            return False
        last = (origin[1] if origin[1] in self.modules else origin[0]).split(".")[-1]
        return any(self.files[path][0] for path in self.modules.get(last, []))

    def _evaluated(self, file, node):
        texts = file.resolver.texts(node.args[0], file.scopes.of[node], node.lineno) or []
        if any(text.holes for text in texts) or not texts:
            return node.func.id if file.touches_database else None
        words = METHODS | set(self.by_name)
        return node.func.id if any(word in text.value for text in texts for word in words) else None


def is_database(name):
    """Whether a name is one that connections, cursors and the like have."""
    name = name.lower().strip("_")
    return name in ("c", "cur", "curs", "db", "tx", "txn", "con", "sess") or any(
        part in name for part in ("conn", "cursor", "database", "sqlite", "session", "engine"))
