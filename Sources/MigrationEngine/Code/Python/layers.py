"""Which file is the application's SQLite layer, and whether the adapter that is imported is there.

Before the switch the layer is what other files import. After it they import the adapter beside it,
and the layer is still what the way back needs.
"""
import ast
import os

# The name of the module that `code adapter` writes, and of the switch beside it.
ADAPTER = "pg_utils"
SWITCH = "database_settings"


def module_of(path):
    """The last part of a module's name."""
    return os.path.splitext(os.path.basename(path))[0]


def defined(tree):
    """The names that a module defines, or None when it takes all of another's."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if node.name == "__getattr__":
                return None
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = {item.asname or item.name.split(".")[0] for item in node.names}
            if "*" in names:
                return None
            found |= names
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


class Layers:
    """What the files of a folder are to each other, as far as the database goes."""

    def __init__(self):
        self.candidates = {}
        self.imported = set()
        self.folders = set()
        self.paths = set()
        self.connected = {}
        # What the layers and the adapter define, by the module's name; None when that is not known.
        self.names = {}

    def note(self, file):
        """Takes one parsed file."""
        self.paths.add(file.path)
        self.imported |= set(file.imported)
        self.imported |= {module.split(".")[-1] for module in file.imported.values()}
        for module in file.modules:
            *folder, last = module.split(".")
            if last == ADAPTER:
                self.folders.add("/".join(folder))
                if not folder:
                    # A program's own folder is on its path.
                    self.folders.add(os.path.dirname(file.path))
        if module_of(file.path) == ADAPTER:
            self.folders.add(os.path.dirname(file.path))
        if file.is_layer:
            self.candidates[file.path] = file.module
        if file.is_layer or module_of(file.path) == ADAPTER:
            known = self.names.get(file.module, set())
            mine = defined(file.tree)
            self.names[file.module] = None if known is None or mine is None else known | mine

    def found(self):
        """The layers: path and module."""
        found = {path: module for path, module in self.candidates.items()
                 if module in self.imported or self._is_beside(path)}
        # An adapter by a path of its own making: what stands as a layer is one.
        return found or (dict(self.candidates) if self.folders else {})

    def _is_beside(self, path):
        folder = os.path.dirname(path)
        return any(folder == other or (other and folder.endswith("/" + other))
                   for other in self.folders)

    def undefined(self, module, names):
        """The names that are taken from a layer or the adapter, and that it does not define."""
        known = self.names.get(module.split(".")[-1])
        return sorted(set(names) - known - {"*"}) if known is not None else []

    def missing(self, module):
        """Whether a module is the adapter or the switch, and no file of the folder is it."""
        *folder, last = module.split(".")
        if last not in (ADAPTER, SWITCH):
            return False
        wanted = "/".join([*folder, last])
        names = (wanted + ".py", wanted + "/__init__.py")
        return not any(path == name or path.endswith("/" + name)
                       for path in self.paths for name in names)
