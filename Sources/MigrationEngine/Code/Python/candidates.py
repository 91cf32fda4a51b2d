"""Functions that give parameters of their own to calls: where the SQL and the values stand in them."""
import ast

METHODS = {"execute", "executemany", "executescript", "read_sql", "read_sql_query"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Beyond every list of arguments: of a parameter that is given by its name only.
_NOWHERE = 1_000_000


class Entry:
    """Where the SQL and the bound values stand among the arguments of one function."""

    def __init__(self, place, bound, word, fetches=False, has_default=False, is_method=False,
                 is_one_of_several=False):
        self.place, self.bound, self.word = place, bound, word
        self.fetches, self.has_default, self.is_method = fetches, has_default, is_method
        # Whether the function hands other parameters on as SQL, too.
        self.is_one_of_several = is_one_of_several

    @property
    def key(self):
        """What makes it equal to another."""
        return (self.place, self.bound, self.word, self.fetches, self.has_default, self.is_method,
                self.is_one_of_several)


# What a method of a connection or a cursor takes.
RUNS = Entry(0, 1, None)
# The keywords under which values are given.
VALUES = ("params", "parameters", "args", "values")


def handed(node):
    """The name of the parameter that an argument hands on as it is, or None; `*` before a list's."""
    if isinstance(node, ast.Starred):
        return "*" + node.value.id if isinstance(node.value, ast.Name) else None
    while isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in ("strip", "lstrip", "rstrip") and isinstance(node.func, ast.Attribute) and (
                not node.args):
            node = node.func.value
        elif name == "dedent" and len(node.args) == 1:
            node = node.args[0]
        else:
            return None
    return node.id if isinstance(node, ast.Name) else None


class _Handing:
    """A call to which a function gives parameters of its own; without the tree it was read from."""

    def __init__(self, node, args, words):
        self.callee = getattr(node.func, "attr", getattr(node.func, "id", None))
        owner = getattr(node.func, "value", None)
        self.owner = None if owner is None else getattr(owner, "attr", getattr(owner, "id", ""))
        self.args, self.words = args, words
        # What stands in the place of the values.
        self.values = [getattr(item, "id", "") for item in node.args]

    def sql(self, option):
        """The parameter that is handed on as the SQL, or None."""
        name = self.args[option.place] if option.place < len(self.args) else self.words.get(option.word)
        if name is None and self.args[:1] and (self.args[0] or "").startswith("*"):
            return self.args[0]
        return name

    def bound(self, option, rest):
        """The parameter that is handed on as the values, or None."""
        if option.bound is None or option.bound >= len(self.args):
            return None
        return rest if rest and self.values[option.bound] == rest else self.args[option.bound]


class Candidate:
    """A function that gives parameters of its own to calls."""

    def __init__(self, path, node, in_class):
        self.key = (path, node.name, node.lineno)
        self.name = node.name
        given = node.args
        self.names = [item.arg for item in given.posonlyargs + given.args]
        self.only = {item.arg for item in given.kwonlyargs}
        self.rest = given.vararg.arg if given.vararg else None
        is_static = any(ast.unparse(item).split(".")[-1] == "staticmethod"
                        for item in node.decorator_list)
        self.is_method = in_class and not is_static and bool(self.names)
        defaults = self.names[len(self.names) - len(given.defaults):] if given.defaults else []
        self.defaults = set(defaults) | {
            item.arg for item, value in zip(given.kwonlyargs, given.kw_defaults) if value}
        self.calls, self.fetches = [], False
        known = {*self.names, *self.only, *(["*" + self.rest] if self.rest else [])}
        met = []
        for part in ast.walk(node):
            if isinstance(part, ast.Attribute) and part.attr.startswith("fetch"):
                self.fetches = True
            if isinstance(part, ast.Call):
                args = [name if (name := handed(item)) in known else None for item in part.args]
                words = {item.arg: item.value.id for item in part.keywords if item.arg
                         and isinstance(item.value, ast.Name) and item.value.id in known}
                if any(args) or words:
                    met.append((part, args, words))
        if met:
            self.calls = [found for part, args, words in met
                          if (found := _Handing(part, args, words)).callee]

    def entries(self, wrappers):
        """An entry for each parameter that is handed on as SQL."""
        found = {}
        for call in self.calls:
            options = wrappers.entries(call.callee)
            if options and not wrappers.is_meant(self.key[0], call.callee, call.owner):
                options = []
            if call.callee in METHODS and call.owner is not None:
                options.insert(0, RUNS)
            for option in options:
                name = call.sql(option)
                if name is not None:
                    found.setdefault(name, []).append(
                        call.bound(option, self.rest))
        return [self._entry(name, ways, len(found) > 1) for name, ways in found.items()]

    def _entry(self, name, ways, is_one_of_several):
        bound = next((bound for bound in ways if bound is not None), None)
        return Entry(self._place(name), self._place(bound) if bound and bound != self.rest else None,
                     None if name.startswith("*") else name, self.fetches,
                     name in self.defaults, self.is_method, is_one_of_several)

    def _place(self, name):
        if name.startswith("*"):
            return len(self.names) - self.is_method
        return self.names.index(name) - self.is_method if name in self.names else _NOWHERE
