"""What a name is worth at one place of a function: every way there, statement by statement.

A text that several `if`s build is as many texts as there are ways through them, and each of them is
a statement of its own. Ways that end before the place do not count.
"""
import ast

from literals import Text

# Before it has a value, and a value that is no text.
_UNSET, _NO_TEXT = object(), object()
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class TooMany(Exception):
    """More ways than are followed."""


class _Reached(Exception):
    """The place was reached; `states` is what the name can be there."""

    def __init__(self, states):
        super().__init__()
        self.states = states


def _joined(*several):
    """What can be after one of several ways, each once: equal texts of other places count twice."""
    found, seen = [], set()
    for states in several:
        for state in states:
            key = (state.value, tuple(state.spans)) if isinstance(state, Text) else state
            if key not in seen:
                seen.add(key)
                found.append(state)
    return found


class Paths:
    """The ways through one scope, as far as one name goes."""

    def __init__(self, resolver, home, name, most, depth):
        self.resolver = resolver
        self.home = home
        self.name = name
        self.most = most
        self.depth = depth
        self.around = set()
        # Loops that are being read, each with what leaves it early; and what `try` blocks see.
        self.early = []
        self.watching = []

    def at(self, use, start=None):
        """The texts that the name can be where it is used; None when it is none there.

        `start` is what a parameter can be when the function begins.
        """
        node = use
        while node is not self.home.node:
            self.around.add(node)
            node = self.resolver.scopes.parents[node]
        try:
            states = self._block(self.home.node.body, start or [_UNSET])
        except _Reached as reached:
            states = reached.states
        texts = [state for state in states if isinstance(state, Text)]
        if _NO_TEXT in states:
            return None if not texts else [*texts, self.resolver.hole(use)]
        return texts

    def _block(self, statements, states):
        for statement in statements:
            states = self._statement(statement, states)
            if len(states) > self.most:
                raise TooMany
        return states

    def _statement(self, node, states):
        kind = type(node)
        if kind in (ast.If,):
            self._head(node.test, states)
            return _joined(self._block(node.body, states), self._block(node.orelse, states))
        if kind in (ast.For, ast.AsyncFor, ast.While):
            return self._loop(node, states)
        if kind in (ast.With, ast.AsyncWith):
            for item in node.items:
                self._head(item, states)
            return self._block(node.body, states)
        if kind.__name__ in ("Try", "TryStar"):
            return self._tried(node, states)
        if kind.__name__ == "Match":
            self._head(node.subject, states)
            return _joined(states, *(self._block(case.body, states) for case in node.cases))
        if node in self.around:
            raise _Reached(states)
        if isinstance(node, _FUNCTIONS):
            return states
        if kind in (ast.Break, ast.Continue):
            if self.early:
                self.early[-1][kind].extend(states)
            return []
        if kind in (ast.Return, ast.Raise):
            return []
        return self._given(node, states)

    def _head(self, node, states):
        if node in self.around:
            raise _Reached(states)

    def _given(self, node, states):
        """After an assignment to the name, or any other statement."""
        if isinstance(node, ast.AugAssign) and self._is_name(node.target):
            more = self._texts(node.value, node)
            if not isinstance(node.op, ast.Add):
                more = None
            return self._kept(self._longer(states, more, node))
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if value is None or len(targets) != 1 or not self._is_name(targets[0]):
            return states
        parts = self._continued(value)
        if parts is not None:
            for part in parts:
                states = self._longer(states, self._texts(part, node), part)
            return self._kept(states)
        if isinstance(value, ast.Constant) and value.value is None:
            # Nobody runs None.
            return self._kept([_UNSET] if states else [])
        found = self._texts(value, node)
        return self._kept([_NO_TEXT] if found is None else found)

    def _kept(self, states):
        for seen in self.watching:
            seen.extend(states)
        return states

    def _is_name(self, node):
        return isinstance(node, ast.Name) and node.id == self.name

    def _texts(self, value, node):
        return self.resolver.texts(value, self.home, node.lineno, self.depth + 1)

    def _continued(self, value):
        """The parts that are added, when a value is the name itself and something more."""
        parts = []
        while isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            parts.insert(0, value.right)
            value = value.left
        return parts if parts and self._is_name(value) else None

    def _longer(self, states, more, node):
        if more is None:
            more = [self.resolver.hole(node if isinstance(node, ast.expr) else node.value)]
        result = []
        for state in states:
            if not isinstance(state, Text):
                # What was no text stays none; what has no value yet cannot grow.
                result += [state] if state is _NO_TEXT else []
                continue
            for part in more:
                longer = state + part
                longer.kinds.add("concatenation")
                result.append(longer)
                if len(result) > self.most:
                    raise TooMany
        return result

    def _loop(self, node, states):
        start = states
        if isinstance(node, ast.While):
            head = node.test
        else:
            head = node.iter
            self._head(head, states)
        body_start = self._from_loop(node, states)
        inside = any(part in self.around for part in node.body) or (
            isinstance(node, ast.While) and head in self.around)
        if inside:
            # Once around without looking for the place, then again from there.
            around, self.around = self.around, set()
            once, _ = self._round(node, body_start)
            self.around = around
            states = _joined(states, once)
            if head in self.around:
                raise _Reached(states)
            self._block(node.body, _joined(body_start, self._from_loop(node, once)))
        after, left = self._round(node, body_start)
        return _joined(self._block(node.orelse, _joined(start, after)), left)

    def _round(self, node, states):
        """What the name is after one round, and where the loop is left."""
        self.early.append({ast.Break: [], ast.Continue: []})
        after = self._block(node.body, states)
        early = self.early.pop()
        return _joined(after, early[ast.Continue]), _joined(early[ast.Break])

    def _from_loop(self, node, states):
        """What the name is at the start of a round: the loop may give it a value."""
        if isinstance(node, ast.While) or not self._is_name(node.target):
            return states
        found = self.resolver.elements(node.iter, self.home, node.lineno, self.depth + 1)
        return found or [self.resolver.hole(node.iter)]

    def _tried(self, node, states):
        seen = list(states)
        self.watching.append(seen)
        try:
            after = self._block(node.body, states)
        finally:
            self.watching.remove(seen)
        after = self._block(node.orelse, after)
        failed = _joined(seen)
        handled = [self._block(handler.body, failed) for handler in node.handlers]
        if any(part in self.around for part in node.finalbody):
            self._block(node.finalbody, _joined(after, failed, *handled))
        return self._block(node.finalbody, _joined(after, *handled))
