"""A query as nested brackets, with the cursor at its place among the words. It may be unfinished at any place."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from benchboard.analytics.sql_text import SqlToken, TokenKind, tokens

_OPENING, _CLOSING = "([{", ")]}"
_WITH_FROM: Final = frozenset(("extract", "trim", "substring", "overlay", "position"))
"""Functions whose arguments have a FROM of their own."""
_ENDS_ARGUMENTS: Final = frozenset(("from", "where", "group", "having", "limit"))
"""Keywords that no function has among its arguments: its bracket isn't closed yet."""


@dataclass(slots=True)
class OutlineNode:
    """A word, a sign, the cursor, or a pair of brackets with what is `inside`."""

    kind: TokenKind | Literal["brackets", "cursor"]
    text: str
    """As it is written; of a keyword in lower case."""
    inside: "list[OutlineNode]" = field(default_factory=list)
    opener: str = ""
    """Of brackets the word or sign directly before them, in lower case."""
    is_call: bool = False
    """Whether the brackets hold the arguments of a function."""

    def is_keyword(self, *words: str) -> bool:
        """Whether it is one of these keywords."""
        return self.kind == "keyword" and self.text in words

    @property
    def is_name(self) -> bool:
        """Whether it can name a table or a column."""
        return self.kind in ("word", "name", "function")


@dataclass(frozen=True, slots=True)
class Outline:
    """The statement with the cursor in it. `path`: the lists of nodes that the cursor is in, from the whole statement
    to the innermost brackets; `brackets`: the brackets of each but the first."""

    path: tuple[list[OutlineNode], ...]
    brackets: tuple[OutlineNode, ...]
    is_lower: bool
    """Whether most of its keywords are written in small letters."""


@dataclass(frozen=True, slots=True)
class CursorWord:
    """The word that is being written: characters `start` to `end` of the query, as far as the cursor is in it.
    `prefix`: what is before the cursor, without a quotation mark."""

    start: int
    end: int
    prefix: str
    quote: str = ""


def cursor_word(text: str, cursor: int) -> CursorWord | None:
    """The word at the cursor, which may be empty; None within a text, a comment or a number."""
    for one in tokens(text):
        if one.start >= cursor:
            break
        if one.end < cursor or (one.end == cursor and not _goes_on(one, text)):
            continue
        if one.kind == "name":
            end = cursor if one.is_open else one.end
            return CursorWord(one.start, end, text[one.start + 1 : cursor], text[one.start])
        if one.kind in ("word", "function", "keyword", "variable"):
            return CursorWord(one.start, one.end, text[one.start : cursor])
        if one.kind in ("text", "comment", "number"):
            return None
    if text[cursor - 1 : cursor] == ":" and text[cursor - 2 : cursor - 1] != ":":
        return CursorWord(cursor - 1, cursor, ":")
    return CursorWord(cursor, cursor, "")


def _goes_on(one: SqlToken, text: str) -> bool:
    """Whether what is written at the end of a word belongs to it."""
    if one.kind == "comment":
        return one.is_open or text.startswith("--", one.start)
    return one.is_open or one.kind in ("word", "function", "keyword", "variable", "number")


def outline(text: str, word: CursorWord) -> Outline:
    """The outline of the statement at the cursor, without the word there."""
    builder = _Builder()
    builder.read_all(text[: word.start])
    builder.add(OutlineNode("cursor", ""))
    builder.read_all(text[word.end :])
    return Outline(tuple(builder.cursor_path), tuple(builder.cursor_brackets), builder.lower > builder.upper)


class _Builder:
    def __init__(self) -> None:
        self._path: list[list[OutlineNode]] = [[]]
        self._brackets: list[OutlineNode] = []
        self.cursor_path: list[list[OutlineNode]] = []
        self.cursor_brackets: list[OutlineNode] = []
        self.lower = self.upper = 0
        self._is_over = False

    def add(self, node: OutlineNode) -> None:
        if node.kind == "cursor":
            self.cursor_path, self.cursor_brackets = list(self._path), list(self._brackets)
        self._path[-1].append(node)

    def read_all(self, text: str) -> None:
        """Add the words and signs of a part of the query."""
        for one in tokens(text):
            if one.kind != "comment":
                self._read(one.kind, text[one.start : one.end])

    def _read(self, kind: TokenKind, text: str) -> None:
        if self._is_over:
            return
        if kind == "keyword":
            self.lower += text.islower()
            self.upper += text.isupper()
            text = text.lower()
            while self._brackets and self._ends_call(text):
                self._leave()
            self.add(OutlineNode("keyword", text))
        elif kind == "sign" and text in _OPENING:
            self._enter()
        elif kind == "sign" and text in _CLOSING:
            if self._brackets:
                self._leave()
        elif kind == "sign" and text == ";" and not self._brackets:
            if self.cursor_path:
                self._is_over = True
            else:
                self._path = [[]]
        else:
            self.add(OutlineNode(kind, text))

    def _ends_call(self, keyword: str) -> bool:
        around = self._brackets[-1]
        is_query = any(one.is_keyword("select", "from", "with") for one in self._path[-1])
        return around.is_call and keyword in _ENDS_ARGUMENTS and around.opener not in _WITH_FROM and not is_query

    def _enter(self) -> None:
        before = self._path[-1][-1] if self._path[-1] else None
        opener = before.text.lower() if before is not None and before.kind != "cursor" else ""
        node = OutlineNode("brackets", "(", opener=opener, is_call=before is not None and before.kind == "function")
        self._path[-1].append(node)
        self._path.append(node.inside)
        self._brackets.append(node)

    def _leave(self) -> None:
        self._path.pop()
        self._brackets.pop()


def split(nodes: list[OutlineNode], *signs: str) -> Iterator[list[OutlineNode]]:
    """The parts of a list between commas, or other signs and keywords."""
    part: list[OutlineNode] = []
    for one in nodes:
        if one.kind in ("sign", "keyword") and one.text in signs:
            yield part
            part = []
        else:
            part.append(one)
    yield part
