"""The text of a query as an editor sees it: its words, the brackets that belong together, lines indented and commented.

The text may be unfinished at any place. Nothing here knows whether it is a query.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

TokenKind = Literal["keyword", "function", "word", "name", "text", "number", "variable", "comment", "sign"]
"""`name`: in double or back quotes. `function`: a word before a bracket. `text`: in single quotes."""
INDENT: Final = "  "
COMMENT: Final = "--"
KEYWORDS: Final = frozenset(
    """
    all and any as asc asof between by case cast cross desc distinct else end except exists false fetch filter following
    for from full group having ilike in inner intersect interval is join lateral left like limit natural not null nulls
    offset on or order outer over partition preceding qualify range recursive respect right rows select semi similar
    some tablesample then to true unbounded union using values when where window with within
    """.split()  # noqa: SIM905  # a list of them would be a page long
)
"""Words that editors set apart."""
_ALSO_FUNCTIONS: Final = frozenset(("cast", "left", "right"))
"""Keywords that are functions before a bracket."""
_PARTS: Final = re.compile(
    r"""
    (?P<space>\s+)
    | (?P<line>--[^\n]*)
    | (?P<block>/\*)
    | (?P<dollar>\$(?P<tag>[^\W\d]\w*|)\$)
    | (?P<text>'(?:[^']|'')*(?P<text_end>'|\Z))
    | (?P<name>"(?:[^"]|"")*(?P<name_end>"|\Z)|`(?:[^`]|``)*(?:`|\Z))
    | (?P<cast>::|:=)
    | (?P<variable>(?<![\w"'\])}\[$]):[^\W\d]\w*)
    | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<sign>->>?|[<>=!|&\#@~^?%]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK: Final = re.compile(r"/\*|\*/")
_OPENING, _CLOSING = "([{", ")]}"
_BEFORE_BRACKET: Final = re.compile(r"\s*\(")


class SqlToken(NamedTuple):
    """A word or a sign of a text, with its place in characters. `is_open`: a text, a name or a comment that doesn't
    end."""

    kind: TokenKind
    start: int
    end: int
    is_open: bool = False


def tokens(text: str) -> Iterator[SqlToken]:
    """The words and signs of a text, comments included."""
    at = 0
    while at < len(text):
        found = _PARTS.match(text, at)
        assert found is not None, "any sign is one"
        start, at = at, found.end()
        if found["space"] is not None:
            continue
        if found["block"] is not None:
            at, is_open = _after_block(text, at)
            yield SqlToken("comment", start, at, is_open)
        elif found["dollar"] is not None:
            end = text.find(found["dollar"], at)
            at = end + len(found["dollar"]) if end >= 0 else len(text)
            yield SqlToken("text", start, at, end < 0)
        else:
            yield SqlToken(_kind(found, text), start, at, _is_unclosed(found))


def lacks_tables(text: str) -> bool:
    """Whether a text begins a query of columns, without FROM as yet."""
    words = [text[one.start : one.end].lower() for one in tokens(text) if one.kind == "keyword"]
    return bool(words) and words[0] in ("select", "with") and "from" not in words


def _kind(found: re.Match[str], text: str) -> TokenKind:
    if found["line"] is not None:
        return "comment"
    if found["word"] is not None:
        before_bracket = _BEFORE_BRACKET.match(text, found.end()) is not None
        word = found["word"].lower()
        if word in KEYWORDS and not (before_bracket and word in _ALSO_FUNCTIONS):
            return "keyword"
        return "function" if before_bracket else "word"
    for kind in ("text", "name", "variable", "number"):
        if found[kind] is not None:
            return kind
    return "sign"


def _is_unclosed(found: re.Match[str]) -> bool:
    if found["text"] is not None:
        return not found["text_end"]
    return found["name"] is not None and (len(found[0]) < 2 or found[0][-1] != found[0][0])


def _after_block(text: str, at: int) -> tuple[int, bool]:
    """The end of a block comment that began before `at`, and whether it has none; comments may hold comments."""
    depth = 1
    while depth and (found := _BLOCK.search(text, at)) is not None:
        depth += 1 if found[0] == "/*" else -1
        at = found.end()
    return (len(text), True) if depth else (at, False)


def matching_brackets(text: str, cursor: int) -> tuple[int, ...]:
    """The places of the bracket beside the cursor and of the one that it belongs to; the first alone where it has none,
    and nothing where the cursor isn't beside one."""
    stack: list[tuple[str, int]] = []
    pairs: dict[int, int] = {}
    places = set()
    for token in tokens(text):
        sign = text[token.start : token.end]
        if token.kind != "sign" or sign not in _OPENING + _CLOSING:
            continue
        places.add(token.start)
        if sign in _OPENING:
            stack.append((sign, token.start))
        elif stack and _OPENING.index(stack[-1][0]) == _CLOSING.index(sign):
            start = stack.pop()[1]
            pairs[start], pairs[token.start] = token.start, start
    beside = next((place for place in (cursor - 1, cursor) if place in places), None)
    if beside is None:
        return ()
    return (beside, pairs[beside]) if beside in pairs else (beside,)


def statements(text: str) -> list[tuple[int, int]]:
    """Where each of the queries of a text begins and ends, without the semicolons between them and the space around."""
    found: list[tuple[int, int]] = []
    start = end = -1
    for one in tokens(text):
        if text[one.start : one.end] == ";":
            found += [(start, end)] if start >= 0 else []
            start = -1
        elif one.kind != "comment" or start >= 0:
            start, end = one.start if start < 0 else start, one.end
    return [*found, (start, end)] if start >= 0 else found


def statement_at(text: str, cursor: int) -> tuple[int, int] | None:
    """The query that the cursor is in or directly after; None where the text has one query only, or none."""
    known = statements(text)
    if len(known) < 2:
        return None
    return next((one for one in reversed(known) if one[0] <= cursor), known[0])


def indented(lines: Sequence[str]) -> list[str]:
    """The lines one step further in; empty ones stay empty."""
    return [INDENT + line if line.strip() else line for line in lines]


def outdented(lines: Sequence[str]) -> list[str]:
    """The lines one step further out, as far as they are indented."""
    return [line[min(len(INDENT), len(line) - len(line.lstrip())) :] for line in lines]


def comments_toggled(lines: Sequence[str]) -> list[str]:
    """The lines without `--`, if all of them have it; else with it, below each other. Empty lines stay empty."""
    written = [line for line in lines if line.strip()]
    if written and all(line.lstrip().startswith(COMMENT) for line in written):
        return [_uncommented(line) for line in lines]
    indent = min((len(line) - len(line.lstrip()) for line in written), default=0)
    return [f"{line[:indent]}{COMMENT} {line[indent:]}" if line.strip() else line for line in lines]


def _uncommented(line: str) -> str:
    rest = line.lstrip()
    if not rest:
        return line
    indent = line[: len(line) - len(rest)]
    return indent + rest.removeprefix(COMMENT).removeprefix(" ")
