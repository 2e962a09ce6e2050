"""Errors in a query with their position in the text: `Invalid` with the facts `field`, `start` and `end`.

For a syntax error, the first unexpected word, and the keyword that was perhaps meant.
"""

import time
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, Final, NoReturn

import sqlglot
from sqlglot import Token, TokenType, exp
from sqlglot.errors import ParseError

from benchboard.errors import AppError, Invalid, Unavailable
from benchboard.i18n import _, in_sentence, number

FIRST_KEYWORDS: Final = ("SELECT", "WITH")
KEYWORDS: Final = (*FIRST_KEYWORDS, "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "UNION", "JOIN",
                    "LEFT", "INNER", "WHEN", "THEN", "BETWEEN")  # fmt: skip
_OTHER_STATEMENTS: Final = ("ATTACH", "DETACH", "PRAGMA", "EXPLAIN", "DESCRIBE", "SHOW", "ANALYZE", "USE", "SET",
                            "RESET", "BEGIN", "COMMIT", "ROLLBACK")  # fmt: skip
"""Statements that read or change settings rather than data. The parser may stumble over what follows the word."""
CHANGING_STATEMENTS: Final = ("INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "CREATE", "ALTER", "DROP", "GRANT",
                               "REVOKE", "COPY", "COMMENT", "REPLACE", "CALL", "DO", "VACUUM", "REFRESH", "LOCK",
                               "EXECUTE", "WITH")  # fmt: skip
_WRITTEN_OUT: Final = {"GROUP": "GROUP BY", "ORDER": "ORDER BY"}
_OPERAND_ENDS: Final = (TokenType.VAR, TokenType.IDENTIFIER, TokenType.R_PAREN, TokenType.NUMBER, TokenType.STRING,
                        TokenType.STAR)  # fmt: skip
"""A name can't follow these, but the next clause can."""
_ROW_COUNTS: Final = (TokenType.LIMIT, TokenType.OFFSET)
_NOT_A_NUMBER: Final = (*_ROW_COUNTS, TokenType.R_PAREN, TokenType.SEMICOLON)
_AROUND_FUNCTIONS: Final = (exp.Window, exp.WithinGroup, exp.Filter, exp.IgnoreNulls, exp.RespectNulls)
_OPERATORS: Final[dict[type[exp.Expr], str]] = {
    exp.Pow: "^", exp.RegexpLike: "~", exp.RegexpILike: "~*", exp.SimilarTo: "SIMILAR TO", exp.BitwiseAnd: "&",
    exp.BitwiseOr: "|", exp.BitwiseXor: "#", exp.BitwiseNot: "~", exp.BitwiseLeftShift: "<<",
    exp.BitwiseRightShift: ">>", exp.JSONExtract: "->", exp.JSONExtractScalar: "->>", exp.AtTimeZone: "AT TIME ZONE",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM", exp.NullSafeNEQ: "IS DISTINCT FROM", exp.Window: "OVER",
    exp.Tuple: "(…, …)",
}  # fmt: skip
"""The operators that sqlglot calls otherwise than the query."""
_SIMILARITY: Final = 0.7
"""How like a word or name is to one that is suggested in its place, from 0 to 1: “paid” isn't to “id” (0.67)."""
_ALL_COLUMNS: Final = 20
"""Up to so many columns are all named."""
_NEAREST_COLUMNS: Final = 10
_SHOWN: Final = 40
"""Characters of a word that an error shows."""


def position_of(node: exp.Expr) -> dict[str, Any]:
    """The position of `node` in the query's text: `start` and `end` (characters from 0, end exclusive), if known."""
    spans = [found.meta for found in node.walk() if "start" in found.meta]
    if not spans:
        return {}
    return {"start": min(int(span["start"]) for span in spans), "end": max(int(span["end"]) for span in spans) + 1}


def keep_written(node: exp.Expr, token: Token) -> None:
    """Note at a function its name in the query and the place of it: sqlglot has names of its own for many."""
    while isinstance(node, _AROUND_FUNCTIONS):
        node = node.this
    node.meta.setdefault("written", token.text)
    node.meta.setdefault("start", token.start)
    node.meta.setdefault("end", token.end)


def written_name(node: exp.Expr) -> str:
    """What the query calls a function or an operator."""
    if isinstance(node, exp.Dot):
        return f"{node.this.name}.{written_name(node.expression)}"
    if isinstance(node, exp.Anonymous):
        return str(node.name).lower()
    if "written" in node.meta:
        return str(node.meta["written"]).lower()
    if type(node) in _OPERATORS:
        return _OPERATORS[type(node)]
    return (node.sql_name() if isinstance(node, exp.Func) else node.key).lower()


def refuse(node: exp.Expr, code: str, what: str, do: str = "", *, meant: str = "") -> NoReturn:
    """Raise `Invalid` (`query.<code>`) at the place of `node`; `meant` is the name that was perhaps meant there."""
    raise Invalid(f"query.{code}", what, do=do, field="query", **position_of(node), **meant_fact(meant))


def meant_fact(meant: str) -> dict[str, Any]:
    """The fact `meant` of an error, the word that was perhaps meant at its place; none where that is empty."""
    return {"meant": meant} if meant else {}


def refuse_other_parts(node: exp.Expr, *known: str) -> None:
    """Refuse a node that has more than the parts named: a clause that is not translated must not slip through."""
    for name, value in node.args.items():
        if value and name not in known:
            part = value[0] if isinstance(value, list) else value
            if isinstance(part, exp.Lock) and name == "locks":
                refuse(node, "not-offered", _("{name} isn't supported here.").format(name="FOR UPDATE"))
            if isinstance(node, exp.Distinct) and name == "on":
                refuse(part, "not-offered", _("{name} isn't supported here.").format(name="DISTINCT ON"))
            if isinstance(node, exp.In) and name == "field":
                refuse(part, "not-offered", _("The values after IN must be in brackets."))
            if isinstance(node, exp.TableAlias) and name == "columns":
                refuse(part, "not-offered", _("Column names after a table's alias aren't supported."))
            if isinstance(part, exp.Identifier):
                refuse(part, "not-offered", _("{name} isn't supported here.").format(name=f"“{part.name[:_SHOWN]}”"))
            at = part if isinstance(part, exp.Expr) else node
            clause = (at.key if isinstance(part, exp.Expr) else name).upper().rstrip("_")
            refuse(at, "not-offered", _("{name} isn't supported here.").format(name=clause.replace("_", " ")))


def date_out_of_range(node: exp.Expr | None = None) -> Invalid:
    """The error of a date beyond the years that both engines and Python know; at `node` if the query shows it there."""
    return Invalid(
        "query.date",
        _("A date that the query calculates is out of range."),
        do=_("Years 1 to 9999 are supported."),
        field="query",
        **(position_of(node) if node is not None else {}),
    )


def too_slow(timeout: float, started: float) -> Unavailable:
    """The error of a query that took longer than `timeout` seconds since `started` (monotonic)."""
    return Unavailable(
        "query.timeout",
        _("The query took longer than {limit} s and was stopped.").format(limit=number(timeout)),
        do=_("Narrow it down, for example to fewer days, then try again."),
        elapsed=time.monotonic() - started,
    )


def too_much_memory() -> Unavailable:
    """The error of a query that needs too much memory."""
    return Unavailable(
        "query.memory",
        _("The query exceeded the memory limit and was stopped."),
        do=_("Narrow it down, for example to fewer columns or days, then try again."),
    )


def at_token(token: Token, code: str, what: str, do: str = "", *, meant: str = "") -> Invalid:
    """An error (`query.<code>`) at the place of a token; `meant` is the word that was perhaps meant there."""
    return Invalid(
        f"query.{code}", what, do=do, field="query", start=token.start, end=token.end + 1, **meant_fact(meant)
    )


def too_deep(token: Token) -> Invalid:
    """That brackets are nested too deeply, at the token where it was noticed."""
    return at_token(token, "too-deep", _("This query is nested too deeply."))


def syntax_error(text: str, error: ParseError) -> Invalid:
    """What the parser could not understand in a `text` that can be split into tokens."""
    tokens = sqlglot.tokenize(text, read="postgres")
    first_word = _first_word(tokens)
    if _is_other_statement(first_word):
        return not_a_select(text)
    if first_word is not None and (keyword := _similar_keyword(first_word, FIRST_KEYWORDS)):
        return _unexpected(first_word, keyword)
    first = error.errors[0] if error.errors else {}
    # By the parser's own lines and columns: it ends lines at other characters than Python does.
    reported = int(first.get("line") or 1), int(first.get("col") or 0)
    place = next((k for k, token in enumerate(tokens) if (token.line, token.col) >= reported), len(tokens) - 1)
    if place < 0:
        return Invalid("query.syntax", _("This query can't be parsed."), field="query", start=0, end=len(text))
    if (missing := _missing_row_count(tokens, place)) is not None:
        return missing
    # The parser takes a misspelt keyword for a name and stumbles over the word that follows it.
    candidates = ((place - 1, KEYWORDS), (place, KEYWORDS), (_group_start(tokens, place), FIRST_KEYWORDS))
    for at, keywords in candidates:
        after_operand = at > 0 and tokens[at - 1].token_type in _OPERAND_ENDS
        possible = keywords if after_operand else FIRST_KEYWORDS
        if at >= 0 and (keyword := _similar_keyword(tokens[at], possible)):
            return _unexpected(tokens[at], keyword)
    found = tokens[place]
    unexpected = "Unexpected" in str(first.get("description")) or found.token_type == TokenType.R_PAREN
    return _unexpected(found) if unexpected or place < len(tokens) - 1 else incomplete(found, text)


def not_a_select(text: str) -> Invalid:
    """The error that `text` is a statement but not a query, at its first keyword."""
    first_word = _first_word(sqlglot.tokenize(text, read="postgres"))
    if first_word is not None and (keyword := _similar_keyword(first_word, FIRST_KEYWORDS)):
        return _unexpected(first_word, keyword)
    what = _("Only SELECT is supported: queries can't change data.")
    if _is_other_statement(first_word):
        what = _("Only SELECT is supported.")
    elif first_word is None or first_word.text.upper() not in CHANGING_STATEMENTS:
        what = _("Start the query with SELECT or WITH.")
    start, end = (first_word.start, first_word.end + 1) if first_word is not None else (0, len(text))
    return Invalid("query.not-select", what, field="query", start=start, end=end)


def _is_other_statement(first_word: Token | None) -> bool:
    return first_word is not None and first_word.text.upper() in _OTHER_STATEMENTS


def _first_word(tokens: list[Token]) -> Token | None:
    return next((token for token in tokens if token.token_type != TokenType.L_PAREN), None)


def _group_start(tokens: list[Token], place: int) -> int:
    """The first token in the brackets around `place`; -1 outside of all."""
    depth = 0
    for at in range(place - 1, -1, -1):
        kind = tokens[at].token_type
        depth += (kind == TokenType.R_PAREN) - (kind == TokenType.L_PAREN)
        if depth < 0:
            return at + 1
    return -1


def _similar_keyword(token: Token, keywords: tuple[str, ...]) -> str:
    """The keyword that a name is perhaps a misspelling of; empty where none is like it."""
    return similar_keyword(token.text, keywords) if token.token_type == TokenType.VAR else ""


def similar_keyword(text: str, keywords: tuple[str, ...]) -> str:
    """The keyword that a word is perhaps a misspelling of; empty where none is like it."""
    word = text[:_SHOWN].upper()
    keyword = next(iter(get_close_matches(word, keywords, 1, _SIMILARITY)), "")
    return "" if word != keyword and word.startswith(keyword) else _WRITTEN_OUT.get(keyword, keyword)


def nearest_name(name: str, known: Iterable[str]) -> str:
    """The name that another one is perhaps a misspelling of; empty where none is like it."""
    return next(iter(get_close_matches(name, list(known), 1, _SIMILARITY)), "")


def column_advice(name: str, known: Sequence[str], *, complete: bool = True) -> str:
    """The advice to use the column that `name` is like, or else the columns there are, the nearest of very many;
    empty where none is known. Not `complete`: there are more than those `known`."""
    if close := nearest_name(name, known):
        return _("Did you mean “{name}”?").format(name=close)
    if not known:
        return ""
    if complete and len(known) <= _ALL_COLUMNS:
        return _("Available columns: {names}.").format(names=", ".join(known))
    nearest = get_close_matches(name, known, _NEAREST_COLUMNS, cutoff=0)
    return _("Available columns include {names}.").format(names=in_sentence(nearest))


def _missing_row_count(tokens: list[Token], place: int) -> Invalid | None:
    """That LIMIT or OFFSET, there or just before, is followed by nothing that could be a number."""
    for at in range(max(place - 2, 0), place + 1):
        ends = at + 1 == len(tokens) or tokens[at + 1].token_type in _NOT_A_NUMBER
        if tokens[at].token_type in _ROW_COUNTS and ends:
            what = _("A number is missing after “{word}”.").format(word=tokens[at].text[:_SHOWN])
            return at_token(tokens[at], "syntax", what)
    return None


def _unexpected(token: Token, keyword: str = "") -> Invalid:
    what = _("Unexpected “{word}”.").format(word=token.text[:_SHOWN])
    do = _("Did you mean “{name}”?").format(name=keyword) if keyword else ""
    return at_token(token, "syntax", what, do, meant=keyword)


def incomplete(token: Token, text: str) -> Invalid:
    """The error that what a keyword or sign needs is missing after it; the word is said as it stands in `text`."""
    word = " ".join(text[token.start : token.end + 1].split())  # a token has its words in capitals
    return at_token(token, "syntax", _("Something is missing after “{word}”.").format(word=word[:_SHOWN]))


def model_error(name: str, error: AppError) -> Invalid:
    """The error of a query over the data model `name`, which is broken: `error` says why."""
    why = " ".join(part for part in (error.what, error.why) if part)
    do = _("Edit the data model in the Models view.")
    return Invalid("query.model", _("The data model “{name}” is broken.").format(name=name[:80]), why=why, do=do,
                   field="query")  # fmt: skip
