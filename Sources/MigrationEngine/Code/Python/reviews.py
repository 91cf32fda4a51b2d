"""What a person writes beside a call whose text only the running program knows."""
import io
import re
import tokenize

_MARK = re.compile(r"#\s*cutover:\s*reviewed(?:\s+(?P<reason>\S.*))?\s*$")
_NEGATION = re.compile(r"(?:not|no|never|un\w+|isn't|todo|fixme|nicht|nein)\b", re.IGNORECASE)


def comments(source):
    """Such comments: (line, whether it stands alone). A text that reads the same is no comment."""
    if "cutover:" not in source:
        return []
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        match = _MARK.match(token.string)
        if match and not _NEGATION.match(match.group("reason") or ""):
            found.append((token.start[0], token.line.lstrip().startswith("#")))
    return found


def reviewed(found, calls):
    """The calls that comments speak of: each comment of one call, or of none.

    One beside a call speaks of the innermost that stands in its line; one alone, of the call that
    begins in the next line. Where that could be two calls it speaks of neither.
    """
    nodes = {call.node for call in calls}
    chosen = set()
    for line, is_alone in found:
        if is_alone:
            met = _in_line(nodes, line + 1, begins=True)
        else:
            met = _in_line(nodes, line)
        inner = [node for node in met
                 if not any(other is not node and _holds(node, other) for other in met)]
        if len(inner) == 1 and not (is_alone and len(met) > 1):
            chosen.add(inner[0])
    return chosen


def _in_line(nodes, line, begins=False):
    return [node for node in nodes
            if node.lineno == line or (not begins and node.lineno < line <= node.end_lineno)]


def _holds(outer, inner):
    return ((outer.lineno, outer.col_offset) <= (inner.lineno, inner.col_offset)
            and (inner.end_lineno, inner.end_col_offset) <= (
                outer.end_lineno, outer.end_col_offset))
