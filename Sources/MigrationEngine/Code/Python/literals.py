"""Which characters of a file spell which characters of a string.

Python's own parser says what a string is worth and where it begins and ends; for an edit inside it
one must also know which part of the file makes which character. This module reads the literals
between those two places, and its answer counts only when it spells what the parser said.
"""
import ast
import re

_PREFIX = re.compile(r"[rRbBuUfFtT]{0,3}(?='|\")")
_ESCAPE = re.compile(
    r"\\(?:\r\n|\n|\r|N\{[^}]*\}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)",
    re.DOTALL)


class Unmapped(Exception):
    """The literals could not be followed; the string is known, but not where its parts are."""


class Text:
    """A string with the place of each character: `spans[i]` is (start, end) in the file, or None.

    A part that is known only when the program runs stands as the one character HOLE, and `holes`
    has its index and the expression that fills it.
    """

    HOLE = "\x00"

    def __init__(self, value="", spans=None, holes=None, kinds=()):
        self.value = value
        self.spans = [None] * len(value) if spans is None else spans
        self.holes = [] if holes is None else holes
        self.kinds = set(kinds)

    def __add__(self, other):
        shift = len(self.value)
        return Text(
            self.value + other.value, self.spans + other.spans,
            self.holes + [(index + shift, what) for index, what in other.holes],
            self.kinds | other.kinds)

    def slice(self, start, end):
        """The characters from start to end, with their places."""
        holes = [(index - start, what) for index, what in self.holes if start <= index < end]
        return Text(self.value[start:end], self.spans[start:end], holes, self.kinds)

    @staticmethod
    def hole(what, kind):
        """One part that is not known before the program runs."""
        return Text(Text.HOLE, [None], [(0, what)], [kind])


class Lines:
    """Turns the parser's line and column into an offset in the text, and back."""

    def __init__(self, source):
        self.source = source
        self.starts = [0] + [match.end() for match in re.finditer(r"\r\n|\n|\r", source)]
        self.ascii = source.isascii()

    def offset(self, line, column):
        """The offset of a place as `ast` names it: columns there are bytes of UTF-8."""
        start = self.starts[line - 1]
        if self.ascii:
            return start + column
        end = self.starts[line] if line < len(self.starts) else len(self.source)
        return start + len(self.source[start:end].encode("utf-8")[:column].decode("utf-8", "ignore"))

    def place(self, offset):
        """The line and column (both from 1) of an offset."""
        low, high = 0, len(self.starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.starts[middle] <= offset else (low, middle)
        return low + 1, offset - self.starts[low] + 1

    def span(self, node):
        """The offsets at which a node begins and ends."""
        return (self.offset(node.lineno, node.col_offset),
                self.offset(node.end_lineno, node.end_col_offset))


def _skip_between(source, at, end):
    """The next place after blanks, comments and continued lines."""
    while at < end:
        if source[at] in " \t\f\r\n\\()":
            at += 1
        elif source[at] == "#":
            while at < end and source[at] not in "\r\n":
                at += 1
        else:
            break
    return at


def _replacement_end(source, at, end):
    """The place of the brace that closes the replacement field whose body begins at `at`."""
    depth = 0
    while at < end:
        character = source[at]
        match = _PREFIX.match(source, at)
        if match:
            at = _literal_end(source, match.end(), end)
            continue
        if character in "([{":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "}":
            if depth == 0:
                return at
            depth -= 1
        at += 1
    raise Unmapped


def _literal_end(source, at, end):
    """The place after the literal whose quotes begin at `at`."""
    quote = source[at] * 3 if source[at:at + 3] in ("'''", '"""') else source[at]
    at += len(quote)
    while at < end:
        if source[at] == "\\":
            at += 2
        elif source.startswith(quote, at):
            return at + len(quote)
        else:
            at += 1
    raise Unmapped


def _body(source, at, end, raw, formatted):
    """The pieces of a literal's inside: (value, start, end), or (None, start, end) for a field."""
    while at < end:
        character = source[at]
        if formatted and character in "{}":
            if source[at:at + 2] in ("{{", "}}"):
                yield character, at, at + 2
                at += 2
                continue
            close = _replacement_end(source, at + 1, end)
            yield None, at, close + 1
            at = close + 1
        elif character == "\\" and not raw:
            match = _ESCAPE.match(source, at, end)
            if match is None:
                raise Unmapped
            spelled = match.group()
            if spelled[1] in "\r\n":
                value = ""
            else:
                try:
                    value = ast.literal_eval('"' + spelled + '"')
                except (SyntaxError, ValueError):
                    raise Unmapped from None
            for part in value:
                yield part, at, match.end()
            at = match.end()
        elif source.startswith("\r\n", at):
            yield "\n", at, at + 2
            at += 2
        else:
            yield ("\n" if character == "\r" else character), at, at + 1
            at += 1


def pieces(source, start, end):
    """Every piece of the literals that stand one after another between two places."""
    at = _skip_between(source, start, end)
    while at < end:
        match = _PREFIX.match(source, at)
        if match is None:
            raise Unmapped
        prefix = match.group().lower()
        if "b" in prefix or "t" in prefix:
            raise Unmapped
        opening = match.end()
        quotes = 3 if source[opening:opening + 3] in ("'''", '"""') else 1
        raw, formatted = "r" in prefix, "f" in prefix
        if formatted:
            body = opening + quotes
            closing = _formatted_end(source, body, end, source[opening:opening + quotes], raw)
        else:
            closing = _literal_end(source, opening, end) - quotes
            body = opening + quotes
        yield from _body(source, body, closing, raw, formatted)
        at = _skip_between(source, closing + quotes, end)


def _formatted_end(source, at, end, quote, raw):
    """The place of the quotes that close an f-string whose body begins at `at`."""
    while at < end:
        if source[at] == "\\" and not raw:
            at += 2
        elif source[at:at + 2] == "{{":
            at += 2
        elif source[at] == "{":
            at = _replacement_end(source, at + 1, end) + 1
        elif source.startswith(quote, at):
            return at
        else:
            at += 1
    raise Unmapped


def literal(source, lines, node, field):
    """The text of a Constant or JoinedStr; `field` gives the Text of a replacement field.

    Raises Unmapped when the pieces do not spell what the parser read.
    """
    start, end = lines.span(node)
    if isinstance(node, ast.Constant):
        parts = [node.value]
        fields = []
    else:
        parts, fields = [""], []
        for value in node.values:
            if isinstance(value, ast.Constant):
                parts[-1] += value.value
            else:
                fields.append(value)
                parts.append("")
    spelled, spans, texts = "", [], []
    for value, first, last in pieces(source, start, end):
        if value is None:
            texts.append(Text(spelled, spans))
            spelled, spans = "", []
        else:
            spelled += value
            spans.append((first, last))
    texts.append(Text(spelled, spans))
    if [text.value for text in texts] != parts or len(fields) != len(texts) - 1:
        raise Unmapped
    whole = texts[0]
    for value, text in zip(fields, texts[1:]):
        whole = whole + field(value) + text
    return whole
