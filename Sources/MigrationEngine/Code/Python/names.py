"""What SQLite calls the columns of a result that nobody gave a name: the text of the expression.

PostgreSQL calls them otherwise (`count`, `sum`, `?column?`). Who reads `row["COUNT(*)"]` therefore reads
nothing there, until the expression has that text as its alias.
"""
import re

import sqltext

_TOKEN = re.compile(r"(?:\b[xX])?'(?:[^']|'')*'?|\"(?:[^\"]|\"\")*\"?|`[^`]*`?|\[[^\]\n]*\]|\w+|\|\||\S")
_ENDS = {"FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "EXCEPT", "INTERSECT"}
# Behind one of these a word is a part of the expression, and no name of it.
_OPERATORS = {"AND", "OR", "NOT", "IS", "IN", "LIKE", "GLOB", "MATCH", "REGEXP", "BETWEEN", "ESCAPE", "COLLATE",
              "CASE", "WHEN", "THEN", "ELSE", "OVER", "EXISTS", "FROM", "DISTINCT", "ALL"}
# Words that end an expression and name nothing.
_LAST = {"NULL", "ISNULL", "NOTNULL"}
_LONGEST = 63


class Item:
    """One column of a result: where its expression ends, what SQLite calls it, and how."""

    def __init__(self, kind, name, start, end):
        # `made` for the text of an expression, `given` for an alias, `column` or `star`; `handed` for a column
        # that has its capitals from an alias inside, `held` for such an alias that is named elsewhere, too.
        self.kind, self.name = kind, name
        self.start, self.end = start, end
        # Of a query in FROM, whose columns * hands on.
        self.is_inner = False

    @property
    def is_too_long(self):
        """Whether PostgreSQL would cut the name off."""
        return len(self.name.encode("utf-8", "replace")) > _LONGEST


class _Tokens:
    def __init__(self, sql):
        self.sql = sql
        code = sqltext.masked(sql)
        self.places = [match.span() for match in _TOKEN.finditer(code)]
        self.words = [sql[start:end] for start, end in self.places]
        self.upper = [word.upper() for word in self.words]
        # Where the bracket that opens at a place is closed.
        self.closing, opened = {}, []
        for place, word in enumerate(self.words):
            if word == "(":
                opened.append(place)
            elif word == ")" and opened:
                self.closing[opened.pop()] = place

    def after(self, place, end):
        """The place behind a token, or behind the brackets that it opens."""
        return min(self.closing.get(place, end), end) + 1 if self.words[place] == "(" else place + 1


def unquoted(word):
    """A name without its quotes."""
    if word[:1] in "\"'`":
        return word[1:-1].replace(word[0] * 2, word[0])
    return word[1:-1] if word[:1] == "[" else word


def every(sql):
    """The columns of every query of a statement, those of the result first: (result, all)."""
    tokens = _Tokens(sql)
    if sum(1 for _ in sqltext.split(sql)) != 1:
        return [], []
    result = _reached(tokens, 0, len(tokens.words), {}, 0)
    others = [item for place, word in enumerate(tokens.upper) if word == "SELECT"
              for item in _items(tokens, place + 1, _end_of(tokens, place))[0]]
    seen = {item.start for item in result}
    return result, result + [item for item in others if item.start not in seen]


def _end_of(tokens, place):
    """Where the brackets around a token end."""
    return min((last for first, last in tokens.closing.items() if first < place < last),
               default=len(tokens.words))


def _reached(tokens, start, end, known, depth):
    """The columns that a query gives; `known` are the queries that WITH has named."""
    if depth > 20 or start >= end:
        return []
    while tokens.words[start] == "(" and start + 1 < end:
        start += 1
    word = tokens.upper[start]
    if word == "WITH":
        start, known = _named(tokens, start + 1, end, dict(known))
        return _reached(tokens, start, end, known, depth + 1)
    if word in ("INSERT", "UPDATE", "DELETE", "REPLACE"):
        place = start
        while place < end and tokens.upper[place] != "RETURNING":
            place = tokens.after(place, end)
        return _items(tokens, place + 1, end)[0]
    if word != "SELECT":
        return []
    items, place = _items(tokens, start + 1, end)
    if not any(item.kind in ("star", "column") for item in items):
        return items
    inner = _sources(tokens, place, end, known, depth)
    names = {item.name.lower(): item.name for item in inner if _is_lowered(item)}
    items = [Item("handed", names[item.name.lower()], item.start, item.end)
             if item.kind == "column" and item.name.lower() in names and tokens.sql[item.end - 1] not in "\"`]"
             else item for item in items]
    if not any(item.kind == "star" for item in items):
        return items
    for item in inner:
        item.is_inner = True
    return [item for item in items if item.kind != "star"] + inner


def _is_lowered(item):
    """Whether PostgreSQL writes a name small that has capitals in SQLite."""
    return item.name != item.name.lower() and (
        item.kind in ("handed", "held") or (item.kind == "given" and item.name[0] not in "\"'`["))


def _is_held(tokens, item):
    """Whether the name of a column of a query in FROM is written elsewhere, too, where quotes would be missing."""
    around = [(first, last) for first, last in tokens.closing.items()
              if tokens.places[first][0] < item.start < tokens.places[last][0]]
    first, last = max(around, default=(0, len(tokens.words)))
    is_ordered = False
    for place, word in enumerate(tokens.words):
        is_inside = first < place < last
        is_ordered = is_inside and (is_ordered or tokens.upper[place] in ("ORDER", "GROUP", "HAVING"))
        if unquoted(word).lower() == item.name.lower() and (not is_inside or is_ordered):
            return True
    return False


def _named(tokens, place, end, known):
    """Takes the queries of a WITH; the place of what follows them."""
    if place < end and tokens.upper[place] == "RECURSIVE":
        place += 1
    while place < end:
        name, is_listed = unquoted(tokens.words[place]).lower(), False
        place += 1
        if place < end and tokens.words[place] == "(":
            is_listed, place = True, tokens.after(place, end)
        while place < end and tokens.upper[place] in ("AS", "NOT", "MATERIALIZED"):
            place += 1
        if place >= end or tokens.words[place] != "(":
            break
        known[name] = None if is_listed else (place + 1, tokens.closing.get(place, end), dict(known))
        place = tokens.after(place, end)
        if place >= end or tokens.words[place] != ",":
            break
        place += 1
    return place, known


def _sources(tokens, place, end, known, depth):
    """The columns of the queries in FROM, which * hands on."""
    found, begins = [], False
    while place < end and tokens.upper[place] not in _ENDS - {"FROM"} and tokens.words[place] != ";":
        word = tokens.upper[place]
        if begins and word == "(":
            found += _reached(tokens, place + 1, tokens.closing.get(place, end), known, depth + 1)
        elif begins and known.get(unquoted(tokens.words[place]).lower()) is not None:
            first, last, around = known[unquoted(tokens.words[place]).lower()]
            found += _reached(tokens, first, last, around, depth + 1)
        begins = word in ("FROM", "JOIN", ",")
        place = tokens.after(place, end)
    return found


def _items(tokens, place, end):
    """The columns of a list, and the place behind it."""
    items, start, first = [], place, True
    while True:
        if first and place < end and tokens.upper[place] in ("DISTINCT", "ALL"):
            place = start = place + 1
        first = False
        while place < end and tokens.words[place] not in (",", ";") and not (
                tokens.upper[place] in _ENDS and not _is_compared(tokens, place)):
            place = tokens.after(place, end)
        place = min(place, end)
        if place > start:
            items.append(_item(tokens, start, place))
        if place >= end or tokens.words[place] != ",":
            return items, place
        place = start = place + 1


def _is_compared(tokens, place):
    return tokens.upper[place] == "FROM" and tokens.upper[place - 1] == "DISTINCT" and (
        tokens.upper[place - 2] in ("IS", "NOT"))


def _item(tokens, start, end):
    words, upper = tokens.words[start:end], tokens.upper[start:end]
    first, last = tokens.places[start][0], tokens.places[end - 1][1]
    if words[-1] == "*" and (len(words) == 1 or words[-2] == "."):
        return Item("star", "", first, last)
    if _is_alias(words, upper):
        return Item("given", words[-1], *tokens.places[end - 1])
    inner = words
    while len(inner) > 2 and inner[0] == "(" and inner[-1] == ")":
        inner = inner[1:-1]
    if len(inner) % 2 and all(
            word == "." if place % 2 else _is_name(word) for place, word in enumerate(inner)):
        return Item("column", unquoted(inner[-1]), first, last)
    # Up to the word that follows, or to the end: comments behind it belong to it.
    following = tokens.places[end][0] if end < len(tokens.places) else len(tokens.sql)
    return Item("made", tokens.sql[first:following].rstrip(), first, last)


def _is_name(word):
    return word[0] in '"`[' or word[-1] != "'" and (word[0].isalpha() or word[0] == "_") and word.upper() not in (
        "NULL", "TRUE", "FALSE", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME")


def _is_alias(words, upper):
    if len(words) < 2 or not (words[-1][0] in "\"'`[_" or words[-1][0].isalpha()):
        return False
    before = upper[-2]
    if before == "AS":
        return True
    if before in _OPERATORS or upper[-1] in _LAST or not (
            before[0].isalnum() or before[0] in "_)\"'`[?"):
        return False
    # The END of a CASE, unless that was ended before.
    return upper[-1] != "END" or _open(upper) <= 0


def _open(upper):
    depth = 0
    for word in upper[:-1]:
        depth += (word == "CASE") - (word == "END")
    return depth


def known(sql):
    """Every name that the columns of a statement have: made up, given, or in quotes anywhere."""
    yield from (unquoted(sql[start:end]) for start, end in sqltext.quoted_names(sql))
    yield from (unquoted(item.name) if item.kind == "given" else item.name for item in every(sql)[1])


def quoted(name):
    """A name that keeps its letters."""
    return '"' + name.replace('"', '""') + '"'


def wanted(sql, keys, matter):
    """(item, why) of each column that PostgreSQL would name otherwise, and whose name is read.

    `why` is `text` when a text of the program is the name, `query` when a query around it is, `all`
    when all names of the row are taken.
    """
    result, others = every(sql)
    asked = {unquoted(sql[start:end]).lower() for start, end in sqltext.quoted_names(sql)}
    for place, item in enumerate(others):
        if "\x00" in item.name:
            continue
        in_result = place < len(result)
        if item.kind == "made":
            if in_result and keys.has(item.name):
                yield item, "text"
            elif not (in_result and not item.is_inner) and item.name.lower() in asked:
                yield item, "query"
            elif in_result and matter:
                yield item, "all"
        elif in_result and matter and _is_lowered(item):
            if item.is_inner and _is_held(_Tokens(sql), item):
                item.kind = "held"
            yield item, "all"
