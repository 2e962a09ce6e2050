"""A query laid out anew: clauses below each other, long lists one by one. Only spaces, line breaks and the case of
keywords change: names, functions, parameters and comments stay as they were written, unlike with a printer that writes
a query from its tree.
"""

import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from benchboard.analytics import duckdb_parser
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_parser import parse_query
from benchboard.analytics.sql_text import INDENT, SqlToken, tokens
from benchboard.errors import Invalid
from benchboard.i18n import _

WIDTH: Final = 88
"""Characters of a line, where its parts allow it."""
_SHORT: Final = 50
"""Characters of a subquery that stays in one line."""
_CLAUSES: Final = frozenset(
    ("SELECT", "FROM", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET", "UNION", "EXCEPT", "INTERSECT", "WITH",
     "WINDOW", "QUALIFY", "FETCH")
)  # fmt: skip
_JOINS: Final = frozenset(("JOIN", "LEFT", "RIGHT", "INNER", "FULL", "CROSS", "NATURAL", "SEMI", "ASOF"))
_SECOND: Final = {"GROUP": ("BY",), "ORDER": ("BY",), "SELECT": ("DISTINCT", "ALL"), "UNION": ("ALL", "DISTINCT"),
                  "EXCEPT": ("ALL",), "INTERSECT": ("ALL",), "WITH": ("RECURSIVE",)}  # fmt: skip
_UPPER: Final = frozenset(
    """
    ALL AND AS ASC BETWEEN BY CASE CROSS DESC DISTINCT ELSE END EXCEPT EXISTS FROM FULL GROUP HAVING ILIKE IN INNER
    INTERSECT IS JOIN LEFT LIKE LIMIT NATURAL NOT NULL OFFSET ON OR ORDER OUTER OVER PARTITION RECURSIVE RIGHT SELECT
    QUALIFY THEN UNION USING WHEN WHERE WITH
    """.split()  # noqa: SIM905  # a list of them would be a page long
)
"""Keywords that are written in capitals: the others may be names of columns."""
_SPACED: Final = frozenset(("=", "<>", "!=", "<", ">", "<=", ">=", "||"))
_TIGHT_BEFORE: Final = frozenset((",", ")", "]", ";", ".", "::"))
_TIGHT_AFTER: Final = frozenset(("(", "[", ".", "::"))


def formatted_query(text: str, dialect: Dialect) -> str:
    """The query laid out anew, in the language of its source. Raises `Invalid` for one that can't be parsed, and where
    the result would be another query."""
    before = _tree(text, dialect)
    found = "\n".join(_FormattedText(text).lines())
    try:
        is_same = _tree(found, dialect) == before and sorted(_comments(found)) == sorted(_comments(text))
    except Invalid:
        is_same = False
    if not is_same:
        raise Invalid("query.format", _("This query can't be formatted without changing it."), field="query")
    return found


def _tree(text: str, dialect: Dialect) -> Any:
    """What a query means, to be compared."""
    if dialect == "duckdb":
        return _without_places(duckdb_parser.parse_query(text).select)
    return parse_query(text, mysql=dialect == "mysql")


def _without_places(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_places(value) for key, value in node.items() if not key.startswith("query_location")}
    return [_without_places(one) for one in node] if isinstance(node, list) else node


def _comments(text: str) -> list[str]:
    return [text[one.start : one.end].strip() for one in tokens(text) if one.kind == "comment"]


@dataclass(slots=True)
class _Word:
    """A word or a sign, or what is in a pair of brackets (`inside`, with `text` the first of the two). `comments`
    follow it; `is_apart`: there was space before it."""

    text: str
    kind: str = "sign"
    is_apart: bool = True
    inside: "list[_Word] | None" = None
    closing: str = ""
    comments: list[str] = field(default_factory=list)

    @property
    def keyword(self) -> str:
        return self.text.upper() if self.kind == "keyword" else ""

    def has_comment(self) -> bool:
        return bool(self.comments) or any(one.has_comment() for one in self.inside or ())

    @property
    def is_query(self) -> bool:
        """Whether it is a subquery."""
        first = self.inside[0] if self.inside else None
        return first is not None and (first.keyword in ("SELECT", "WITH") or first.is_query)


class _FormattedText:
    def __init__(self, text: str) -> None:
        self._text = text
        self._found = list(tokens(text))
        self._at = 0
        self._leading: list[str] = []

    def lines(self) -> list[str]:
        words = self._words()
        return [*self._leading, *_query_lines(words, "")]

    def _words(self) -> list[_Word]:
        """The words up to the bracket that closes, or the end."""
        found: list[_Word] = []
        while self._at < len(self._found):
            token = self._found[self._at]
            word = self._text[token.start : token.end]
            if word in (")", "]", "}") and token.kind == "sign":
                return found
            self._at += 1
            if token.kind == "comment":
                (found[-1].comments if found else self._leading).append(word.rstrip())
                continue
            one = _Word(self._cased(token, found), token.kind, self._is_apart(token))
            if word in ("(", "[", "{") and token.kind == "sign":
                self._bracket(one)
            found.append(one)
        return found

    def _bracket(self, one: _Word) -> None:
        outer, self._leading = self._leading, []
        one.inside = self._words()
        if self._leading and one.inside:
            one.inside[0].comments[:0] = self._leading
        elif self._leading:
            one.comments += self._leading
        self._leading = outer
        if self._at < len(self._found):
            token = self._found[self._at]
            one.closing = self._text[token.start : token.end]
            self._at += 1

    def _is_apart(self, token: SqlToken) -> bool:
        return token.start > 0 and self._text[token.start - 1].isspace()

    def _cased(self, token: SqlToken, before: Sequence[_Word]) -> str:
        word = self._text[token.start : token.end]
        is_name = bool(before) and before[-1].text == "."
        return word.upper() if token.kind == "keyword" and word.upper() in _UPPER and not is_name else word


def _query_lines(words: Sequence[_Word], indent: str) -> list[str]:
    """The lines of a query."""
    return [line for clause in _clauses(words) for line in _clause_lines(clause, indent)]


def _clauses(words: Sequence[_Word]) -> Iterator[list[_Word]]:
    """The clauses of a query, joins among them; each begins with its keyword."""
    clause: list[_Word] = []
    for place, one in enumerate(words):
        before = words[place - 1].keyword if place else ""
        begins = one.keyword in _CLAUSES or (one.keyword in _JOINS and before not in _JOINS | {"OUTER"})
        if (before, one.keyword) in (("DISTINCT", "FROM"), ("WITHIN", "GROUP")):
            begins = False  # IS DISTINCT FROM, WITHIN GROUP
        if begins and clause:
            yield clause
            clause = []
        clause.append(one)
    if clause:
        yield clause


def _clause_lines(clause: Sequence[_Word], indent: str) -> list[str]:
    size = next((k for k in range(1, len(clause)) if clause[k].keyword not in _follow(clause[0])), len(clause))
    head, rest = clause[:size], clause[size:]
    start = _flat(head)
    last = rest[-1] if rest else head[-1]
    if not any(one.has_comment() for one in clause[:-1]) and not _has_inner_comment(last):
        line = indent + _flat(clause)
        if len(line) <= WIDTH and not any(_is_long(one) for one in clause):
            return _commented([line], last.comments, indent)
    keyword = clause[0].keyword
    if keyword in ("WHERE", "HAVING", "QUALIFY"):
        return _conditions(start, head, rest, indent)
    on = next((k for k, one in enumerate(rest) if one.keyword == "ON"), None)
    if keyword in _JOINS and on is not None:
        joined = _item_lines(rest[:on], indent, f"{start} ", head)
        return [*joined, *_conditions("ON", rest[on : on + 1], rest[on + 1 :], indent + INDENT)]
    if keyword in ("SELECT", "GROUP", "ORDER") and rest:
        return [*_commented([indent + start], _all_comments(head), indent), *_list_lines(rest, indent + INDENT, "")]
    if keyword in ("WITH", "FROM", "WINDOW") and rest:
        return _list_lines(rest, indent, f"{start} ", head)
    return _item_lines(rest, indent, f"{start} ", head) if rest else _commented([indent + start], last.comments, indent)


def _follow(first: _Word) -> Collection[str]:
    """The keywords that belong to the one that a clause begins with."""
    return _JOINS | {"OUTER"} if first.keyword in _JOINS else _SECOND.get(first.keyword, ())


def _conditions(start: str, head: Sequence[_Word], rest: Sequence[_Word], indent: str) -> list[str]:
    """Conditions below each other, each after the word that joins it to the one before."""
    sign = "OR" if any(one.keyword == "OR" for one in rest) else "AND"
    parts: list[list[_Word]] = [[]]
    between = False
    for one in rest:
        if one.keyword == sign and not (sign == "AND" and between):
            parts.append([])
        between = one.keyword == "BETWEEN" or (between and one.keyword != "AND")
        parts[-1].append(one)
    lines = _item_lines(parts[0], indent, f"{start} ", head)
    for part in parts[1:]:
        lines += _item_lines(part, indent + INDENT, "")
    return lines


def _list_lines(words: Sequence[_Word], indent: str, start: str, head: Sequence[_Word] = ()) -> list[str]:
    """What commas separate, below each other; a comment behind a comma stays behind it."""
    items: list[tuple[list[_Word], bool, list[str]]] = []
    item: list[_Word] = []
    for place, one in enumerate(words):
        if one.text == ",":
            items.append((item, True, one.comments))
            item = []
        else:
            item.append(one)
            if place + 1 == len(words):
                items.append((item, False, []))
    lines = []
    for item, comma, comments in items:
        last = item[-1:] if item and item[-1].comments else []
        behind = [*(last[0].comments if last else ()), *comments]
        bare = [*item[:-1], replace(last[0], comments=[])] if last else item
        found = _item_lines(bare, indent, start, head)
        found[-1] += "," if comma else ""
        lines += _commented(found, behind, indent)
        start, head = "", ()
    return lines


def _item_lines(words: Sequence[_Word], indent: str, start: str, head: Sequence[_Word] = ()) -> list[str]:
    """The lines of some words, the first behind `start`, whose comments are those of `head`."""
    lines: list[str] = []
    line = indent + start
    deeper = indent + INDENT
    if comments := _all_comments(head):
        lines += _commented([line.rstrip()], comments, indent)
        line = deeper
    is_long = len(line + _flat(words)) > WIDTH
    before: _Word | None = None
    for one in words:
        if is_long and one.keyword in ("WHEN", "ELSE", "END") and line.strip():
            lines.append(line.rstrip())
            line = deeper if one.keyword != "END" else indent
            before = None
        gap = _gap(before, one) if line.strip() and before is not None else ""
        flat = _flat([one])
        if one.inside is not None and (_is_long(one) or _has_inner_comment(one) or len(line + gap + flat) > WIDTH):
            lines.append(line + gap + one.text)
            inner = _query_lines if one.is_query else partial(_list_lines, start="")
            lines += inner(one.inside, deeper)
            line = indent + one.closing
        else:
            line += gap + flat
        before = one
        if one.comments and one is not words[-1]:
            lines += _commented([line], one.comments, indent)
            line, before = deeper, None
    if line.strip():
        lines.append(line)
    return _commented(lines, words[-1].comments if words else [], indent)


def _commented(lines: list[str], comments: Sequence[str], indent: str) -> list[str]:
    """Lines with comments behind the last of them; what follows one that reaches to the end of its line is below it."""
    found = list(lines)
    for comment in comments:
        ends = "--" in found[-1] and any(one.kind == "comment" and found[-1][one.start :].startswith("--")
                                         for one in tokens(found[-1]))  # fmt: skip
        if ends:
            found.append(indent + comment)
        else:
            found[-1] += f" {comment}"
    return found


def _is_long(one: _Word) -> bool:
    """Whether what is in brackets has several lines: a subquery does unless it is short."""
    if one.inside is None:
        return False
    return (one.is_query and len(_flat([one])) > _SHORT) or any(_is_long(inner) for inner in one.inside)


def _has_inner_comment(one: _Word) -> bool:
    return any(inner.has_comment() for inner in one.inside or ())


def _all_comments(words: Iterable[_Word]) -> list[str]:
    return [comment for one in words for comment in one.comments]


def _flat(words: Sequence[_Word]) -> str:
    """Words in one line, without comments."""
    parts: list[str] = []
    for before, one in itertools.pairwise((None, *words)):
        assert one is not None
        parts += (_gap(before, one), one.text)
        if one.inside is not None:
            parts += (_flat(one.inside), one.closing)
    return "".join(parts)


def _gap(before: _Word | None, one: _Word) -> str:
    """What is between two words in a line."""
    if before is None or one.text in _TIGHT_BEFORE or (before.text in _TIGHT_AFTER and before.inside is None):
        return ""
    if one.inside is not None and before.kind in ("function", "name", "word"):
        return "" if before.kind == "function" or not one.is_apart else " "
    if before.text == "," or before.text in _SPACED or one.text in _SPACED or before.kind == "keyword":
        return " "
    return " " if one.is_apart else ""
