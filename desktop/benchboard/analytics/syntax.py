"""Where a query stops being one, in words: the first word that cannot be understood, and what was perhaps meant."""

from difflib import get_close_matches
from typing import Final

import sqlglot
from sqlglot import Token, TokenType
from sqlglot.errors import ParseError

from benchboard.errors import Invalid
from benchboard.i18n import _

_BEGINS: Final = ("SELECT", "WITH")
_CLAUSES: Final = (*_BEGINS, "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "UNION", "JOIN", "LEFT",
                   "INNER", "WHEN", "THEN", "BETWEEN")  # fmt: skip
_WHOLE: Final = {"GROUP": "GROUP BY", "ORDER": "ORDER BY"}
_OPERANDS: Final = (TokenType.VAR, TokenType.IDENTIFIER, TokenType.R_PAREN, TokenType.NUMBER, TokenType.STRING,
                    TokenType.STAR)  # fmt: skip
"""After these no name stands, but the next clause may."""
_COUNTED: Final = (TokenType.LIMIT, TokenType.OFFSET)
_NO_NUMBER: Final = (*_COUNTED, TokenType.R_PAREN, TokenType.SEMICOLON)
_LIKE: Final = 0.7
_SHOWN: Final = 40


def misread(text: str, error: ParseError) -> Invalid:
    """What the parser stumbled over in a `text` that it could take apart into words."""
    tokens = sqlglot.tokenize(text, read="postgres")
    begins = _first(tokens)
    if begins is not None and _meant(begins, _BEGINS):
        return _unexpected(begins, _meant(begins, _BEGINS))
    first = error.errors[0] if error.errors else {}
    # Lines and columns are the parser's own: not counted here, where other signs would end a line.
    at_fault = int(first.get("line") or 1), int(first.get("col") or 0)
    place = next((k for k, token in enumerate(tokens) if (token.line, token.col) >= at_fault), len(tokens) - 1)
    if place < 0:
        return Invalid("query.syntax", _("This query cannot be read."), field="query", start=0, end=len(text))
    if (count := _uncounted(tokens, place)) is not None:
        return count
    # What is no word of the language is taken for a name at first, and what follows it then makes no sense.
    for at, words in ((place - 1, _CLAUSES), (place, _CLAUSES), (_opening(tokens, place), _BEGINS)):
        follows = at > 0 and tokens[at - 1].token_type in _OPERANDS
        if at >= 0 and (meant := _meant(tokens[at], words if follows else _BEGINS)):
            return _unexpected(tokens[at], meant)
    found = tokens[place]
    unexpected = "Unexpected" in str(first.get("description")) or found.token_type == TokenType.R_PAREN
    return _unexpected(found) if unexpected or place < len(tokens) - 1 else _ends_early(found)


def no_select(text: str) -> Invalid:
    """That `text` can be read and is no query, at the word that says what it is."""
    begins = _first(sqlglot.tokenize(text, read="postgres"))
    if begins is not None and _meant(begins, _BEGINS):
        return _unexpected(begins, _meant(begins, _BEGINS))
    what = _("Only SELECT is offered: a query reads, it changes nothing.")
    start, end = (begins.start, begins.end + 1) if begins is not None else (0, len(text))
    return Invalid("query.not-select", what, field="query", start=start, end=end)


def _first(tokens: list[Token]) -> Token | None:
    return next((token for token in tokens if token.token_type != TokenType.L_PAREN), None)


def _opening(tokens: list[Token], place: int) -> int:
    """Where what stands in the brackets around a place begins; -1 outside of all."""
    depth = 0
    for at in range(place - 1, -1, -1):
        kind = tokens[at].token_type
        depth += (kind == TokenType.R_PAREN) - (kind == TokenType.L_PAREN)
        if depth < 0:
            return at + 1
    return -1


def _meant(token: Token, words: tuple[str, ...]) -> str:
    """Which of the language's words a name is perhaps written for; nothing where none is like it."""
    if token.token_type != TokenType.VAR:
        return ""
    word = token.text[:_SHOWN].upper()
    meant = next(iter(get_close_matches(word, words, 1, _LIKE)), "")
    return "" if word != meant and word.startswith(meant) else _WHOLE.get(meant, meant)


def _uncounted(tokens: list[Token], place: int) -> Invalid | None:
    """That LIMIT or OFFSET, there or just before, is followed by nothing that could be a number."""
    for at in range(max(place - 2, 0), place + 1):
        ends = at + 1 == len(tokens) or tokens[at + 1].token_type in _NO_NUMBER
        if tokens[at].token_type in _COUNTED and ends:
            what = _("After “{word}” a number is missing.").format(word=tokens[at].text[:_SHOWN])
            return Invalid("query.syntax", what, field="query", start=tokens[at].start, end=tokens[at].end + 1)
    return None


def _unexpected(token: Token, meant: str = "") -> Invalid:
    what = _("“{word}” was not expected here.").format(word=token.text[:_SHOWN])
    do = _("Did you mean “{name}”?").format(name=meant) if meant else ""
    return Invalid("query.syntax", what, do=do, field="query", start=token.start, end=token.end + 1)


def _ends_early(token: Token) -> Invalid:
    what = _("After “{word}” something is missing.").format(word=token.text[:_SHOWN])
    return Invalid("query.syntax", what, field="query", start=token.start, end=token.end + 1)
