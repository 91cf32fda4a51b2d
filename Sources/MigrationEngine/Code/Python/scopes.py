"""Which function, class or file gives a name its value, and in which statements."""
import ast

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


class Scope:
    """The assignments of one function (or the file), and the scope around it."""

    def __init__(self, node, parent=None):
        self.node = node
        self.parent = parent
        self.assigned = {}
        self.added = {}
        self.appended = {}
        self.loops = {}
        # Names that get a value in a way that is not followed.
        self.others = set()
        # Functions and classes, by their names.
        self.defined = {}
        self.parameters = []
        if isinstance(node, _FUNCTIONS):
            given = node.args
            self.parameters = [
                item.arg for item in given.posonlyargs + given.args + given.kwonlyargs]
            self.parameters += [item.arg for item in (given.vararg, given.kwarg) if item]

    def note(self, node):
        """Takes one statement or expression of this scope into the tables."""
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name):
                self.assigned.setdefault(target.id, []).append(node)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            self.assigned.setdefault(node.target.id, []).append(node)
        elif isinstance(node, ast.NamedExpr):
            self.assigned.setdefault(node.target.id, []).append(node)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            self.added.setdefault(node.target.id, []).append(node)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            if isinstance(node.target, ast.Name):
                self.loops.setdefault(node.target.id, []).append(node.iter)
            else:
                self._other(node.target)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                self._other(item.optional_vars)
        elif type(node).__name__ in ("ExceptHandler", "MatchAs", "MatchStar") and node.name:
            self.others.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self.others.update(item.asname or item.name for item in node.names)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self.defined.setdefault(node.name, []).append(node)
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if len(node.targets) > 1 or not isinstance(target, ast.Name):
                    self._other(target)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                self._other(target)
        elif (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
              and node.func.attr in ("append", "extend") and len(node.args) == 1
              and isinstance(node.func.value, ast.Name)):
            self.appended.setdefault(node.func.value.id, []).append(node)

    def _other(self, target):
        """Notes the names of a target that is no single name."""
        if isinstance(target, ast.Name):
            self.others.add(target.id)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for item in target.elts:
                self._other(item)
        elif isinstance(target, ast.Starred):
            self._other(target.value)

    def gives(self, name, seen_from):
        """Whether this scope gives a name its value, functions and classes included."""
        if self is not seen_from and isinstance(self.node, ast.ClassDef):
            # A function does not see the names of the class around it.
            return False
        return name in self.assigned or name in self.loops or name in self.parameters or (
            name in self.others or name in self.defined)

    def find(self, name):
        """The scope that gives this name its value, or None."""
        scope = self
        while scope is not None:
            if scope is not self and isinstance(scope.node, ast.ClassDef):
                # A function does not see the names of the class around it.
                scope = scope.parent
                continue
            if name in scope.assigned or name in scope.loops or name in scope.parameters or (
                    name in scope.others):
                return scope
            scope = scope.parent
        return None


class Scopes:
    """The scope of every node of one file."""

    def __init__(self, tree):
        self.of = {}
        self.parents = {}
        self.classes = {}
        # Names that a function gives to the scope around it: what they are worth is not followed.
        self.shared = set()
        self.set_attributes = set()
        self.module = Scope(tree)
        waiting = [(tree, self.module)]
        while waiting:
            node, scope = waiting.pop()
            self.of[node] = scope
            scope.note(node)
            if isinstance(node, ast.ClassDef):
                self.classes[node.name] = node
            elif isinstance(node, (ast.Global, ast.Nonlocal)):
                self.shared.update(node.names)
            elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                self.set_attributes.add(node.attr)
            inner = scope
            if isinstance(node, _FUNCTIONS + COMPREHENSIONS):
                inner = Scope(node, scope)
                self.of[node] = inner
            elif isinstance(node, ast.ClassDef):
                inner = Scope(node, scope)
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node
                waiting.append((child, inner))
        # The walk above goes from the last child to the first: order matters for `+=`.
        for scope in set(self.of.values()):
            for table in (scope.assigned, scope.added, scope.appended):
                for nodes in table.values():
                    nodes.sort(key=lambda node: (node.lineno, node.col_offset))

    def enclosing(self, node, kinds):
        """The nearest node around this one that is of these kinds, or None."""
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, kinds):
                return node
        return None
