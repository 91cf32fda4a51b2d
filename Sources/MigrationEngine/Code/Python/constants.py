"""Texts that a module gives to a name once, for the files that import them.

They are proven where they are used. Their place is in another file, so an edit of them there is none:
whoever uses one that must change is refused until it was changed by hand.
"""
import ast

_LONGEST = 20_000


class Constants:
    """The texts of every module of a folder, by name, or by class and name."""

    def __init__(self):
        # By the last part of the module's name, then by the whole of it.
        self.modules = {}

    def note(self, file):
        """Takes one parsed file."""
        found, several = {}, set()
        for scope, body in [("", file.tree.body)] + [
                (f"{node.name}.", node.body) for node in file.tree.body
                if isinstance(node, ast.ClassDef)]:
            for node in body:
                if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(
                        node.targets[0], ast.Name) and isinstance(node.value, ast.Constant) and (
                        isinstance(node.value.value, str) and len(node.value.value) < _LONGEST):
                    found[scope + node.targets[0].id] = node.value.value
        if not found:
            return
        seen = set()
        for node in ast.walk(file.tree):
            name = None
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                name = node.id
            elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                # Whatever it is an attribute of.
                several.add(node.attr)
            elif isinstance(node, (ast.Global, ast.Nonlocal)):
                several.update(node.names)
            if name in seen:
                several.add(name)
            seen.add(name)
        dotted = file.path[:-3].replace("/", ".") if file.path.endswith(".py") else file.path
        self.modules.setdefault(dotted.split(".")[-1], {})[dotted] = {
            name: text for name, text in found.items() if name.split(".")[-1] not in several}

    def text(self, origin, more):
        """The text behind an import and the attributes that follow it, or None."""
        if origin is None:
            return None
        module, name = origin
        names = [part for part in (name, *more) if part]
        # `from package import module` is an import of a module, too.
        ways = [(module, names)] + ([(f"{module}.{names[0]}" if module else names[0], names[1:])]
                                    if names else [])
        found = set()
        for wanted, rest in ways:
            for known, texts in self.modules.get(wanted.split(".")[-1], {}).items():
                if rest and wanted and (known == wanted or known.endswith("." + wanted)):
                    found.add(texts.get(".".join(rest)))
        return found.pop() if len(found) == 1 else None
