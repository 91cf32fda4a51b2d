"""Puts a rewritten statement back into the text it came from, changing only what must change.

The transpiler writes a statement anew: its own blanks, capitals and word choices. What really
differs between the two dialects is what differs between its SQLite and its PostgreSQL writing of
the same statement; only that is carried over into the original.
"""
from difflib import SequenceMatcher

import sqlglot


class Piece:
    """One token: where it stands and what makes it equal to another."""

    def __init__(self, text, start, end, sql):
        self.start, self.end = start, end
        raw = sql[start:end]
        self.key = raw if raw[:1] in "'\"`" else raw.lower()


def tokens(sql, dialect):
    """The tokens of a statement, with their places."""
    return [Piece(token.text, token.start, token.end + 1, sql)
            for token in sqlglot.tokenize(sql, read=dialect)]


def _blocks(first, second):
    matcher = SequenceMatcher(None, [piece.key for piece in first],
                              [piece.key for piece in second], autojunk=False)
    return matcher.get_opcodes()


def merged(original, plain, rewritten):
    """The edits (start, end, text) that bring what differs between the two writings into the original.

    None when the three cannot be brought together.
    """
    try:
        source, base, goal = (tokens(original, "sqlite"), tokens(plain, "sqlite"),
                              tokens(rewritten, "postgres"))
    except sqlglot.errors.SqlglotError:
        return None
    place = {}
    for word, first, last, other, _ in _blocks(source, base):
        if word == "equal":
            for step in range(last - first):
                place[other + step] = first + step
    hunks = []
    for word, first, last, start, end in _blocks(base, goal):
        if word == "equal":
            continue
        # Outwards, until both ends stand beside a word that the original has too.
        while first > 0 and (first - 1) not in place:
            first, start = first - 1, start - 1
        while last < len(base) and last not in place:
            last, end = last + 1, end + 1
        if hunks and hunks[-1][1] >= first and first >= hunks[-1][0]:
            hunks[-1] = (hunks[-1][0], last, hunks[-1][2], end)
        else:
            hunks.append((first, last, start, end))
    edits = []
    for first, last, start, end in hunks:
        left = place[first - 1] + 1 if first > 0 else 0
        right = place[last] if last < len(base) else len(source)
        if left > right:
            return None
        edits.append(_edit(original, rewritten, source, goal, (left, right), (start, end)))
    return edits + _spellings(original, source, base, place, edits)


def _spellings(original, source, base, place, edits):
    """What both writings spell otherwise than the original, and PostgreSQL does not read: == and `a`."""
    result = _options(original, source, place, edits)
    back = {index: number for number, index in place.items()}
    for index, piece in enumerate(source):
        if piece.key != "==" and piece.key[0] not in "`[":
            continue
        if any(first <= piece.start < last for first, last, _ in edits):
            continue
        number = back.get(index - 1)
        if index == 0 or number is None or number + 1 >= len(base):
            continue
        result.append((piece.start, piece.end, "=" if piece.key == "==" else
                       '"' + original[piece.start + 1:piece.end - 1] + '"'))
    return result


def _options(original, source, place, edits):
    """The words after a table's columns that only SQLite has."""
    kept = set(place.values())
    at = len(source)
    while at > 0 and at - 1 not in kept and source[at - 1].key in (
            "strict", "without", "rowid", ","):
        at -= 1
    if at in (0, len(source)) or any(last > source[at - 1].end for _, last, _ in edits):
        return []
    return [(source[at - 1].end, source[-1].end, "")]


def _edit(original, rewritten, source, goal, kept, given):
    (left, right), (start, end) = kept, given
    text = rewritten[goal[start].start:goal[end - 1].end] if end > start else ""
    if left == right and not text:
        place = source[left - 1].end if left > 0 else 0
        return place, place, ""
    if left == right:
        return _insertion(original, source, left, text, _around(rewritten, goal, start, end))
    first, last = source[left].start, source[right - 1].end
    if not text and left > 0:
        first = source[left - 1].end
        glued = original[last:last + 1].strip() and rewritten[:1]
        if glued and original[first - 1:first].isalnum() and original[last].isalnum():
            text = " "
    return first, last, text


def _around(rewritten, goal, start, end):
    """The blanks before and after some words of the rewritten statement."""
    before = rewritten[goal[start - 1].end:goal[start].start] if start > 0 else ""
    after = rewritten[goal[end - 1].end:goal[end].start] if end < len(goal) else ""
    return before, after


def _insertion(original, source, left, text, blanks):
    before, after = blanks
    if left == 0:
        return 0, 0, text + after
    at = source[left - 1].end
    following = source[left].start if left < len(source) else len(original)
    if before and not after and left < len(source):
        return following, following, ("" if following > at else before) + text
    return at, at, before + text + (after if following == at else "")


def applied(text, edits):
    """The text with the edits made."""
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    return text
