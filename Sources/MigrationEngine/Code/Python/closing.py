"""Whether a connection that a function opens is closed, or handed on, on each way out of it.

SQLite's connections close themselves when nobody has them any more. One of a pool that is not given
back is lost for everybody.
"""
import ast

# A connection before it is opened, open, and closed or handed on.
_BEFORE, _OPEN, _DONE = "before", "open", "done"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_ENDS = {"exit", "_exit", "abort"}


class _Left(Exception):
    """A way out of the function on which the connection is still open."""


def is_left_open(function, opening, name):
    """Whether one way out of a function leaves open what `opening` gives to `name`."""
    ways = _Ways(function, opening, name)
    try:
        states = ways.block(function.body, {_BEFORE}, False)
        return _OPEN in states
    except _Left:
        return True


class _Ways:
    """The ways through one function, as far as one connection goes."""

    def __init__(self, function, opening, name):
        self.opening = opening
        self.name = name
        self.early = []
        self.is_shared = any(isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names
                             for node in ast.walk(function))

    def block(self, statements, states, is_kept):
        """What the connection can be after some statements; `is_kept` when a `finally` closes it."""
        for node in statements:
            states = self._statement(node, states, is_kept)
        return states

    def _statement(self, node, states, is_kept):
        if isinstance(node, ast.If):
            return self._chosen(node, states, is_kept)
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            return self._loop(node, states, is_kept)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return self._with(node, states, is_kept)
        if type(node).__name__ in ("Try", "TryStar"):
            return self._tried(node, states, is_kept)
        if type(node).__name__ == "Match":
            return set().union(states, *(self.block(case.body, set(states), is_kept)
                                         for case in node.cases))
        if isinstance(node, _FUNCTIONS + (ast.ClassDef,)):
            # One that closes it may be called by anybody.
            return self._done(states) if self._closes(node) else states
        return self._simple(node, states, is_kept)

    def _simple(self, node, states, is_kept):
        if isinstance(node, (ast.Break, ast.Continue)):
            if self.early:
                self.early[-1][type(node)] |= states
            return set()
        if self._closes(node) or self._hands_on(node):
            states = self._done(states)
        if isinstance(node, (ast.Return, ast.Raise)):
            return self._out(states, is_kept)
        if self._ends(node):
            return set()
        if self._gives(node):
            # What the name stood for before is lost.
            self._out(states, is_kept)
            return {_BEFORE} if not self._opens(node) else {_DONE} if self.is_shared else {_OPEN}
        return states

    def _out(self, states, is_kept):
        if _OPEN in states and not is_kept:
            raise _Left
        return set()

    @staticmethod
    def _done(states):
        return {_DONE if state == _OPEN else state for state in states}

    def _opens(self, node):
        return any(part is self.opening for part in ast.walk(node))

    def _gives(self, node):
        """Whether a statement gives the name a value."""
        return any(self._is_it(part) and isinstance(part.ctx, ast.Store) for part in ast.walk(node))

    def _is_it(self, node):
        return isinstance(node, ast.Name) and node.id == self.name

    def _closes(self, node):
        for part in ast.walk(node):
            if isinstance(part, ast.Attribute) and part.attr == "close" and self._is_it(part.value):
                return True
            if isinstance(part, ast.Call) and getattr(
                    part.func, "attr", getattr(part.func, "id", "")) in (
                    "return_connection", "closing", "aclosing") and any(
                    map(self._is_it, part.args)):
                return True
        return False

    def _hands_on(self, node):
        """Whether somebody else has the connection itself after this statement."""
        for part in ast.walk(node):
            if isinstance(part, (ast.Return, ast.Yield)) and part.value is not None and (
                    self._holds(part.value)):
                return True
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and (
                    part.func.attr in ("append", "add", "put", "put_nowait", "setdefault", "push",
                                       "enter_context", "insert", "set")) and any(
                    self._holds(item) for item in part.args):
                return True
        if isinstance(node, ast.Assign) and not self._opens(node):
            return self._holds(node.value)
        return False

    def _holds(self, node):
        """Whether a value is the connection, or an object that has it."""
        if self._is_it(node):
            return True
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            return any(map(self._holds, node.elts))
        if isinstance(node, ast.Dict):
            return any(map(self._holds, node.values))
        if isinstance(node, ast.IfExp):
            return self._holds(node.body) or self._holds(node.orelse)
        if isinstance(node, ast.Call):
            # An object that is made of it; a function that is called with it gives it back.
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            return called[:1].isupper() and any(
                map(self._holds, [*node.args, *(item.value for item in node.keywords)]))
        return False

    @staticmethod
    def _ends(node):
        call = node.value if isinstance(node, ast.Expr) else None
        return isinstance(call, ast.Call) and getattr(
            call.func, "attr", getattr(call.func, "id", "")) in _ENDS

    def _chosen(self, node, states, is_kept):
        taken, other = set(states), set(states)
        test, wanted = node.test, True
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test, wanted = test.operand, False
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(
                test.comparators[0], ast.Constant) and test.comparators[0].value is None:
            wanted = wanted == isinstance(test.ops[0], (ast.IsNot, ast.NotEq))
            test = test.left
        if self._is_it(test):
            # Where it is none, it is not open.
            (other if wanted else taken).discard(_OPEN)
        return self.block(node.body, taken, is_kept) | self.block(node.orelse, other, is_kept)

    def _loop(self, node, states, is_kept):
        self.early.append({ast.Break: set(), ast.Continue: set()})
        once = self.block(node.body, set(states), is_kept)
        early = self.early[-1]
        after = self.block(node.body, states | once | early[ast.Continue], is_kept)
        self.early.pop()
        rest = after | states | early[ast.Continue]
        if isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value:
            rest = set()
        return self.block(node.orelse, rest, is_kept) | early[ast.Break]

    def _with(self, node, states, is_kept):
        for item in node.items:
            if self._closes(item.context_expr) or self._hands_on(ast.Expr(item.context_expr)):
                states, is_kept = self._done(states), True
            elif item.context_expr is self.opening:
                states = {_OPEN}
        return self.block(node.body, states, is_kept)

    def _tried(self, node, states, is_kept):
        inside = is_kept or any(self._closes(part) for part in node.finalbody)
        seen, now = set(states), set(states)
        for part in node.body:
            now = self._statement(part, now, inside)
            seen |= now
        after = self.block(node.orelse, now, inside)
        for handler in node.handlers:
            after = after | self.block(handler.body, set(seen), True if all(
                isinstance(last, ast.Raise) for last in handler.body[-1:]) else inside)
        if inside and not is_kept:
            after = self._done(after)
        return self.block(node.finalbody, after, is_kept)
