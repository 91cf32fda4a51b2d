"""What kind of value an expression hands to a statement, as far as the code itself tells."""
import ast

_CALLS = {
    "int": "integer", "len": "integer", "round": "integer", "float": "real", "str": "text",
    "bool": "boolean", "repr": "text", "input": "text", "getenv": "text", "Decimal": "number", "bytes": "bytes",
}
_METHODS = {
    "isoformat": "text", "strftime": "text", "strip": "text", "lower": "text", "upper": "text",
    "replace": "text", "join": "text", "format": "text", "date": "date", "utcnow": "datetime",
    "now": "datetime", "fromtimestamp": "datetime", "strptime": "datetime",
}


# What comes from outside of the program as text: the parts of a web request, the environment, the command line.
_REQUEST = {"args", "form", "values", "cookies", "headers", "view_args", "GET", "POST", "COOKIES", "query_params",
            "path_params"}
_ROUTE = {"route", "get", "post", "put", "patch", "delete"}


def _is_text_table(node):
    """Whether a node is a table of texts from outside: `request.args`, `os.environ`, `sys.argv`."""
    if not isinstance(node, ast.Attribute):
        return isinstance(node, ast.Name) and node.id in ("environ", "argv")
    owner = node.value
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return (name == "request" and node.attr in _REQUEST) or (name, node.attr) in (("os", "environ"), ("sys", "argv"))


def _is_part_of_address(name, function):
    """Whether a parameter is a text of the address: `@app.route("/orders/<name>")` without a converter."""
    for call in getattr(function, "decorator_list", ()):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _ROUTE and (
                call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)):
            return any(f"<{kind}{name}>" in call.args[0].value for kind in ("", "string:", "path:"))
    return False


def shape(node, scope, depth=0):
    """integer, real, text, boolean, date, datetime, bytes, null, number, or unknown."""
    if depth > 8:
        return "unknown"
    if isinstance(node, ast.Constant):
        return _constant(node.value)
    if isinstance(node, ast.JoinedStr):
        return "text"
    if isinstance(node, (ast.Compare,)) or (
            isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
        return "boolean"
    if isinstance(node, ast.UnaryOp):
        return shape(node.operand, scope, depth + 1)
    if isinstance(node, ast.IfExp):
        return _same([shape(part, scope, depth + 1) for part in (node.body, node.orelse)])
    if isinstance(node, ast.BinOp):
        return _operation(node, scope, depth)
    if isinstance(node, ast.Call):
        return _call(node)
    if isinstance(node, ast.Subscript) and _is_text_table(node.value) and not isinstance(node.slice, ast.Slice):
        return "text"
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        return _same([shape(part, scope, depth + 1) for part in node.values])
    if isinstance(node, ast.Name):
        home = scope.find(node.id)
        if home is not None and node.id in home.parameters and not home.assigned.get(node.id) and (
                _is_part_of_address(node.id, home.node)):
            return "text"
        if home is None or node.id in home.parameters or node.id in home.loops or (
                node.id in home.others):
            return "unknown"
        return _same([shape(item.value, home, depth + 1) for item in home.assigned[node.id]])
    return "unknown"


def _constant(value):
    for kind, name in ((bool, "boolean"), (int, "integer"), (float, "real"), (str, "text"),
                       (bytes, "bytes")):
        if isinstance(value, kind):
            return name
    return "null" if value is None else "unknown"


def _same(shapes):
    known = {item for item in shapes if item != "null"}
    return known.pop() if len(known) == 1 else "unknown"


def _operation(node, scope, depth):
    left = shape(node.left, scope, depth + 1)
    right = shape(node.right, scope, depth + 1)
    if left in ("date", "datetime") and isinstance(node.op, (ast.Add, ast.Sub)):
        return left if right not in ("date", "datetime") else "unknown"
    if left == "text" and isinstance(node.op, (ast.Add, ast.Mod)):
        return "text"
    if right == "text" and isinstance(node.op, ast.Add):
        return "text"
    if left == right == "integer" and not isinstance(node.op, ast.Div):
        return "integer"
    return "unknown"


def _call(node):
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr in ("get", "pop") and _is_text_table(function.value):
        # `request.args.get("n", type=int)` makes of it what it says.
        return "unknown" if any(word.arg == "type" for word in node.keywords) else "text"
    if isinstance(function, ast.Attribute) and function.attr == "getenv":
        return "text"
    if isinstance(function, ast.Name):
        return _CALLS.get(function.id, "unknown")
    if isinstance(function, ast.Attribute):
        owner = function.value
        if function.attr == "today":
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            return {"date": "date", "datetime": "datetime"}.get(name, "unknown")
        return _METHODS.get(function.attr, "unknown")
    return "unknown"


def parameters(node, scope):
    """The shapes of what is bound: {"style", "shapes"} with a list, or a table by name."""
    if node is None:
        return {"style": "none", "shapes": []}
    if isinstance(node, ast.Name):
        home = scope.find(node.id)
        given = home.assigned.get(node.id, []) if home is not None else []
        if (len(given) == 1 and node.id not in home.added and node.id not in home.appended
                and isinstance(given[0].value, (ast.Tuple, ast.List, ast.Dict))
                and not home.loops.get(node.id) and node.id not in home.others):
            return parameters(given[0].value, home)
        return {"style": "unknown", "shapes": []}
    if isinstance(node, (ast.Tuple, ast.List)):
        if any(isinstance(item, ast.Starred) for item in node.elts):
            return {"style": "sequence", "shapes": []}
        return {"style": "sequence", "shapes": [shape(item, scope) for item in node.elts]}
    if isinstance(node, ast.Dict) and all(
            isinstance(key, ast.Constant) and isinstance(key.value, str) for key in node.keys):
        return {"style": "named", "shapes": {
            key.value: shape(value, scope) for key, value in zip(node.keys, node.values)}}
    if isinstance(node, (ast.ListComp, ast.BinOp)):
        return {"style": "sequence", "shapes": []}
    return {"style": "unknown", "shapes": []}
