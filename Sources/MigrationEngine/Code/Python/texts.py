"""The texts that an expression can be: constants, names, sums, formats and joins are followed."""
import ast
import re

import sqltext
from literals import Text, Unmapped, literal
from paths import Paths, TooMany
from scopes import COMPREHENSIONS

MOST_VARIANTS = 64
_DEPTH = 25
_MOST_WALKS = 400
_FIELD = re.compile(r"%[sdr]|\{\w*\}")


def repeated(node):
    """The `?` of '?' * n, or None: joined as it stands, each of its characters is a part."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        for part in (node.left, node.right):
            if isinstance(part, ast.Constant) and part.value == "?":
                return part
    return None


def _template(text, style):
    """A text that is formatted: what the formatting reads as its own cannot be put into it."""
    told = "?:%" if style == "%" else "{}"
    spans = [None if character in told else span
             for character, span in zip(text.value, text.spans)]
    kinds = set(text.kinds)
    if style == "%" and any(
            word[0] in "?:" for _, _, word in sqltext.placeholders(text.value)):
        kinds.add("template")
    return Text(text.value, spans, text.holes, kinds)


class Resolver:
    """Follows an expression to the texts that it can be."""

    def __init__(self, source, lines, scopes):
        self.source = source
        self.lines = lines
        self.scopes = scopes
        # What names are worth at their places, and which of them are being asked for.
        self.elsewhere = None
        self._known = {}
        self._asked = set()
        self._circles = 0
        self._walks = _MOST_WALKS

    def texts(self, node, scope, before=None, depth=0):
        """Every text that the expression can be, or None when it is no string.

        `before` is the line at which the text is used: what a name gets later does not count.
        """
        if depth > _DEPTH:
            return [self._hole(node)]
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.JoinedStr):
            return self._formatted(node, scope, before, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._sum(node, scope, before, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            return self._percent(node, scope, before, depth)
        if isinstance(node, ast.IfExp):
            both = [self.texts(part, scope, before, depth + 1) for part in (node.body, node.orelse)]
            return None if None in both else self._few(both[0] + both[1], node)
        if isinstance(node, ast.Name):
            return self._name(node, scope, before, depth)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, scope, depth)
        if isinstance(node, ast.Subscript):
            return self._entry(node, scope, depth)
        if isinstance(node, ast.Call):
            return self._call(node, scope, before, depth)
        return None

    def hole(self, node):
        """The text of an expression that is known only when the program runs."""
        return self._hole(node)

    def _few(self, texts, node):
        """The texts, and one that is not known instead of those that are too many."""
        if len(texts) <= MOST_VARIANTS:
            return texts
        return texts[:MOST_VARIANTS - 1] + [self._hole(node)]

    def _hole(self, node, kind="expression"):
        start, end = self.lines.span(node)
        return Text.hole({"source": self.source[start:end], "line": node.lineno}, kind)

    def _constant(self, node):
        if not isinstance(node.value, str):
            return None
        try:
            return [literal(self.source, self.lines, node, None)]
        except Unmapped:
            return [Text(node.value, kinds=["unmapped"])]

    def _formatted(self, node, scope, before, depth):
        fields = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                fields.append(self._field(part, scope, before, depth))
        combinations = [[]]
        for choices in fields:
            combinations = [done + [choice] for done in combinations for choice in choices]
            if len(combinations) > MOST_VARIANTS:
                return [self._hole(node)]
        result = []
        for chosen in combinations:
            remaining = list(chosen)
            try:
                text = literal(self.source, self.lines, node, lambda _: remaining.pop(0))
            except Unmapped:
                return [self._hole(node)]
            text.kinds.add("f-string")
            result.append(text)
        return result

    def _field(self, part, scope, before, depth):
        value = part.value
        if part.format_spec is None and part.conversion == -1:
            found = self._values(value, scope, before, depth)
            if found is not None:
                return found
        return [self._hole(value)]

    def _values(self, node, scope, before, depth):
        """The texts of an expression that is put into a string; numbers become text too."""
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return [Text(str(node.value))]
        if isinstance(node, ast.Name):
            home = scope.find(node.id)
            if home is not None and home.parent is None and len(home.assigned.get(node.id, [])) == 1:
                value = home.assigned[node.id][0].value
                if isinstance(value, ast.Constant) and isinstance(value.value, int):
                    return [Text(str(value.value))]
        return self.texts(node, scope, before, depth + 1)

    def _sum(self, node, scope, before, depth):
        left = self.texts(node.left, scope, before, depth + 1)
        right = self.texts(node.right, scope, before, depth + 1)
        if left is None and right is None:
            return None
        left = left or [self._hole(node.left)]
        right = right or [self._hole(node.right)]
        result = [first + second for first in left for second in right]
        for text in result:
            text.kinds.add("concatenation")
        result = self._few(result, node)
        return result

    def _percent(self, node, scope, before, depth):
        left = self.texts(node.left, scope, before, depth + 1)
        if left is None:
            return None
        values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        return [self._filled(text, "%", values, scope, before, depth) for text in left]

    def _filled(self, text, style, values, scope, before, depth, named=None):
        pattern = (r"%%|%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]" if style == "%"
                   else r"\{\{|\}\}|\{[^{}]*\}")
        text = _template(text, style)
        result, at, count = Text(kinds={"format"} | text.kinds), 0, -1
        for match in re.finditer(pattern, text.value):
            result = result + text.slice(at, match.start())
            at = match.end()
            if match.group() in ("%%", "{{", "}}"):
                # Two are written, one arrives; an edit of it has no place in the file.
                result = result + Text(match.group()[0])
                continue
            count += 1
            found = None
            if not _FIELD.fullmatch(match.group()):
                result = result + Text.hole({"source": match.group(), "line": 0}, "expression")
                continue
            word = match.group()[1:-1] if style == "{" else ""
            value = (named or {}).get(word)
            place = int(word) if word.isdigit() else count
            if (not word or word.isdigit()) and place < len(values):
                value = values[place]
            if value is not None:
                found = self._values(value, scope, before, depth)
            if found is not None and len(found) == 1:
                result = result + found[0]
            elif value is not None:
                result = result + self._hole(value)
            else:
                result = result + Text.hole({"source": match.group(), "line": 0}, "expression")
        return result + text.slice(at, len(text.value))

    def _name(self, node, scope, before, depth):
        home = scope.find(node.id)
        if home is None:
            return [self._hole(node)]
        if node.id in home.parameters:
            return self._parameter(node, home, depth)
        if node.id in self.scopes.shared or node.id in home.others:
            return self._imported(node.id, [], home, node)
        if node.id in home.loops and node.id not in home.assigned:
            found = []
            # What a comprehension runs over is worth what it is worth outside of it.
            outside = home.parent if isinstance(home.node, COMPREHENSIONS) else home
            for iterable in home.loops[node.id]:
                found += self.elements(iterable, outside, before, depth + 1) or [self._hole(node)]
            return self._few(found, node)
        if self._function_of(node) is home.node:
            return self._on_the_way(node, home, depth)
        # Seen from another function: whoever runs first decides, unless there is one value only.
        given = home.assigned.get(node.id, [])
        if len(given) != 1 or node.id in home.added or node.id in home.loops:
            return [self._hole(node)]
        return self.texts(given[0].value, home, given[0].lineno, depth + 1)

    def _parameter(self, node, home, depth):
        """What a parameter can be: its default, what callers give, what is made of it."""
        given = [self._hole(node, "parameter")]
        if not any(node.id in names for names in (
                home.assigned, home.added, home.loops, home.others)):
            return given
        if node.id in home.others or node.id in home.loops or node.id in self.scopes.shared or (
                self._function_of(node) is not home.node):
            return [self._hole(node)]
        return self._on_the_way(node, home, depth, self.defaults(node.id, home, depth) + given)

    def defaults(self, name, home, depth=0):
        """The texts that a parameter has when nobody gives one."""
        given = home.node.args
        places = given.posonlyargs + given.args
        pairs = list(zip(places[len(places) - len(given.defaults):], given.defaults))
        pairs += zip(given.kwonlyargs, given.kw_defaults)
        for item, value in pairs:
            if item.arg == name and value is not None:
                return self.texts(value, home.parent, None, depth + 1) or []
        return []

    def _imported(self, name, more, home, node):
        """A text of another module, when the name is surely that; its place is not in this file."""
        text = None
        if self.elsewhere is not None and home.parent is None and name not in home.assigned and (
                name not in home.loops and name not in home.added and name not in self.scopes.shared):
            text = self.elsewhere(name, more)
        return [self._hole(node) if text is None else Text(text, kinds=["elsewhere"])]

    def _entry(self, node, scope, depth):
        """An entry of a table or list that is written out once and only read; all, if any may be."""
        if not isinstance(node.value, ast.Name):
            return None
        home = scope.find(node.value.id)
        given = home.assigned.get(node.value.id, []) if home is not None else []
        if len(given) != 1 or not self._is_only_read(node.value.id, home):
            return [self._hole(node)]
        held = given[0].value
        values = held.values if isinstance(held, ast.Dict) else getattr(held, "elts", None)
        if not values or (isinstance(held, ast.Dict) and None in held.keys) or any(
                isinstance(value, ast.Starred) for value in values):
            return [self._hole(node)]
        if isinstance(node.slice, ast.Constant):
            if isinstance(held, ast.Dict):
                values = [value for key, value in zip(held.keys, values)
                          if not isinstance(key, ast.Constant) or key.value == node.slice.value]
            elif isinstance(node.slice.value, int) and node.slice.value < len(values):
                values = [values[node.slice.value]]
        found = []
        for value in values:
            found += self.texts(value, home, None, depth + 1) or [self._hole(value)]
        return self._few(found, node) or [self._hole(node)]

    def _is_only_read(self, name, home):
        if name in home.others or name in home.parameters or name in self.scopes.shared or (
                name in home.added or name in home.appended or name in home.loops):
            return False
        for node in self.scopes.of:
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
                around = self.scopes.parents.get(node)
                if not (isinstance(around, ast.Subscript) and around.value is node
                        and isinstance(around.ctx, ast.Load)) and not isinstance(
                        around, (ast.Compare, ast.For, ast.comprehension)) and not (
                        isinstance(around, ast.Attribute)
                        and around.attr in ("items", "values", "keys", "get")):
                    return False
        return True

    def _function_of(self, node):
        """The node of the scope that runs a place: comprehensions run within theirs."""
        parents = self.scopes.parents
        while node in parents:
            child, node = node, parents[node]
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if child in node.body:
                    return node
            elif isinstance(node, (ast.Lambda, ast.ClassDef)):
                return node
        return node

    def _on_the_way(self, node, home, depth, start=None):
        """What a name can be at a place of the function that gives it its value."""
        if node in self._known:
            return self._known[node]
        if node in self._asked:
            self._circles += 1
            return [self._hole(node)]
        self._walks = self._walks - 1 if self._asked else _MOST_WALKS
        if self._walks < 0 or isinstance(home.node, COMPREHENSIONS + (ast.Lambda,)) or any(
                isinstance(item, ast.NamedExpr) for item in home.assigned.get(node.id, [])):
            return [self._hole(node)]
        circles = self._circles
        self._asked.add(node)
        try:
            found = Paths(self, home, node.id, MOST_VARIANTS, depth).at(node, start)
        except TooMany:
            found = [self._hole(node)]
        finally:
            self._asked.discard(node)
        if found == []:
            found = [self._hole(node)]
        if circles == self._circles or not self._asked:
            self._known[node] = found
        return found

    def _attribute(self, node, scope, depth):
        owner = node.value
        names = [node.attr]
        while isinstance(owner, ast.Attribute):
            names.insert(0, owner.attr)
            owner = owner.value
        if isinstance(owner, ast.Name) and owner.id not in ("self", "cls") and (
                owner.id not in self.scopes.classes and not set(names) & self.scopes.set_attributes):
            home = scope.find(owner.id)
            return self._imported(owner.id, names, home, node) if home else [self._hole(node)]
        owner = node.value
        body = None
        if isinstance(owner, ast.Name) and owner.id in self.scopes.classes:
            body = self.scopes.classes[owner.id]
        elif isinstance(owner, ast.Name) and owner.id in ("self", "cls"):
            body = self.scopes.enclosing(node, ast.ClassDef)
        if body is not None:
            given = [item for item in body.body
                     if isinstance(item, (ast.Assign, ast.AugAssign, ast.AnnAssign))
                     and any(isinstance(target, ast.Name) and target.id == node.attr
                             for target in getattr(item, "targets", [getattr(item, "target", 0)]))]
            if len(given) == 1 and isinstance(given[0], ast.Assign) and (
                    node.attr not in self.scopes.set_attributes):
                found = self.texts(given[0].value, self.scopes.of[given[0]], None, depth + 1)
                return found or [self._hole(node)]
        return [self._hole(node)]

    def _call(self, node, scope, before, depth):
        function = node.func
        if isinstance(function, ast.Attribute):
            if function.attr == "join" and len(node.args) == 1:
                return self._joined(node, scope, before, depth)
            if function.attr == "format":
                texts = self.texts(function.value, scope, before, depth + 1)
                if texts is None:
                    return None
                named = {item.arg: item.value for item in node.keywords}
                return [self._filled(text, "{", node.args, scope, before, depth, named)
                        for text in texts]
            if function.attr in ("strip", "lstrip", "rstrip") and not node.args:
                return self.texts(function.value, scope, before, depth + 1)
        name = getattr(function, "attr", getattr(function, "id", ""))
        if name in ("dedent", "text") and len(node.args) == 1:
            texts = self.texts(node.args[0], scope, before, depth + 1)
            for text in texts or [] if name == "text" else []:
                # SQLAlchemy's: it has :name for every database, and sees to % by itself.
                text.kinds.add("bound-by-layer")
            return texts
        return [self._hole(node)]

    def _joined(self, node, scope, before, depth):
        separator = self.texts(node.func.value, scope, before, depth + 1)
        given = node.args[0]
        mark = repeated(given)
        if mark is not None and separator and len(separator) == 1:
            return self._times(self._constant(mark)[0], separator[0], given, scope)
        if separator and len(separator) == 1 and isinstance(given, (ast.List, ast.Tuple)):
            return self._whole(given, Text(separator[0].value), scope, before, depth)
        parts = self.elements(given, scope, before, depth + 1)
        if not separator or len(separator) != 1 or not parts:
            return [self._hole(node)]
        if any("characters" in part.kinds for part in parts):
            return [self._hole(node, "characters")]
        if isinstance(node.args[0], ast.Name):
            # A list that is filled by the way: all of its elements at once.
            result = parts[0]
            for part in parts[1:]:
                result = result + Text(separator[0].value) + part
            result.kinds.add("join")
            return [result]
        for part in parts:
            part.kinds.add("join")
        if len(parts) == 1 and isinstance(given, ast.BinOp):
            return self._times(parts[0], separator[0], given, scope)
        return self._few(parts, node)

    def _times(self, text, separator, node, scope):
        """A text that is repeated by a number: so often, or once where the number is not known."""
        number = next((found for found in (self._number(part, scope)
                                           for part in (node.left, node.right)) if found), 1)
        result = text
        for _ in range(min(number, 200) - 1):
            result = result + Text(separator.value) + text
        return [result]

    @staticmethod
    def _number(node, scope):
        """A number that is written, or the length of a list that is, or None."""
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and (
                node.func.id == "len" and len(node.args) == 1 and isinstance(node.args[0], ast.Name)):
            name = node.args[0].id
            home = scope.find(name)
            given = home.assigned.get(name, []) if home is not None else []
            held = given[0].value if len(given) == 1 else None
            if isinstance(held, (ast.List, ast.Tuple)) and held.elts and not any(
                    isinstance(item, ast.Starred) for item in held.elts) and (
                    name not in home.appended and name not in home.added
                    and name not in home.others and name not in home.loops):
                return len(held.elts)
        return None

    def _whole(self, node, separator, scope, before, depth):
        """A list that is written out and joined: all of its elements, in every way they can be."""
        result = [Text(kinds=["join"])]
        for place, item in enumerate(node.elts):
            more = None
            if not isinstance(item, ast.Starred):
                more = self.texts(item, scope, before, depth + 1)
            more = more or [self._hole(item)]
            lead = separator if place else Text()
            result = self._few([first + lead + second for first in result for second in more], node)
        return result

    def elements(self, node, scope, before, depth):
        """The texts that an iterable gives, each once; None when they are not known."""
        if depth > _DEPTH:
            return None
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            found = []
            for item in node.elts:
                found += self.texts(item, scope, before, depth + 1) or [self._hole(item)]
            return found
        if isinstance(node, (ast.GeneratorExp, ast.ListComp, ast.SetComp)):
            return self.texts(node.elt, self.scopes.of[node], before, depth + 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            for part in (node.left, node.right):
                found = self.elements(part, scope, before, depth + 1)
                if found:
                    return found
            return None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            # Taken apart by its characters: what replaces one of them would be torn apart too.
            return [self._hole(node, "characters")]
        if isinstance(node, ast.Name):
            return self._listed(node, scope, before, depth)
        return None

    def _listed(self, node, scope, before, depth):
        home = scope.find(node.id)
        if home is None or node.id in home.parameters or node.id in home.loops:
            return None
        found = []
        for item in home.assigned.get(node.id, []) + home.added.get(node.id, []):
            more = self.elements(item.value, home, item.lineno, depth + 1)
            if more is None:
                return None
            found += more
        for item in home.appended.get(node.id, []):
            if item.func.attr == "extend":
                more = self.elements(item.args[0], home, item.lineno, depth + 1)
            else:
                more = self.texts(item.args[0], home, item.lineno, depth + 1)
            found += more or [self._hole(item.args[0])]
        return found
