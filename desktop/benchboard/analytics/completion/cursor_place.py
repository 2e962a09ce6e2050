"""What a query expects at the cursor: a table, an expression, the keyword that goes on after one, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from benchboard.analytics.completion.query_outline import Outline, OutlineNode
from benchboard.analytics.completion.table_scope import CLAUSES, SET_OPERATORS
from benchboard.analytics.query_builder.question import Dialect

Expected = Literal["nothing", "words", "table", "operand", "variable", "member", "join", "name_list", "type"]
"""`words`: only the keywords. `member`: what stands after a dot. `join`: the condition of a join. `name_list`: names of
columns in the brackets of USING."""
_OPERAND_WORDS: Final = ("CASE", "NOT", "NULL", "CAST", "TRUE", "FALSE", "EXISTS", "INTERVAL")
_JOINS: Final = ("JOIN", "LEFT JOIN", "INNER JOIN", "FULL JOIN", "RIGHT JOIN", "CROSS JOIN")
_COMPARISONS: Final = ("IN", "BETWEEN", "LIKE", "IS NULL", "IS NOT NULL", "NOT IN", "NOT LIKE", "AND", "OR")
_ENDINGS: Final = ("LIMIT", "UNION", "UNION ALL", "EXCEPT", "INTERSECT")
_AFTER: Final[Mapping[str, tuple[str, ...]]] = {
    "select": ("FROM", "AS", "OVER", "AND", "OR", "IS NULL", "IS NOT NULL", "IN", "BETWEEN", "LIKE"),
    "from": ("WHERE", "GROUP BY", "ORDER BY", *_JOINS, "AS", *_ENDINGS),
    "join": ("ON", "USING", "AS"),
    "on": ("AND", "OR", "WHERE", "GROUP BY", "ORDER BY", *_JOINS, *_COMPARISONS[:-2], *_ENDINGS),
    "where": ("AND", "OR", "GROUP BY", "ORDER BY", *_COMPARISONS[:-2], *_ENDINGS),
    "group": ("HAVING", "ORDER BY", *_ENDINGS),
    "having": ("AND", "OR", "ORDER BY", *_COMPARISONS[:-2], *_ENDINGS),
    "qualify": ("AND", "OR", "ORDER BY", *_COMPARISONS[:-2], *_ENDINGS),
    "order": ("DESC", "ASC", "NULLS LAST", "NULLS FIRST", "LIMIT", "OFFSET"),
    "limit": ("OFFSET", "UNION", "UNION ALL"),
    "offset": ("LIMIT",),
    "": ("UNION", "UNION ALL", "EXCEPT", "INTERSECT", "ORDER BY", "LIMIT"),
}
"""The keywords that go on after an expression or a table, by clause."""
_AFTER_KEYWORD: Final[Mapping[str, tuple[str, ...]]] = {
    "group": ("BY",), "order": ("BY",), "partition": ("BY",), "nulls": ("FIRST", "LAST"),
    "left": ("JOIN", "OUTER JOIN"), "right": ("JOIN", "OUTER JOIN"), "full": ("JOIN", "OUTER JOIN"),
    "inner": ("JOIN",), "cross": ("JOIN",), "outer": ("JOIN",), "natural": ("JOIN",), "asof": ("JOIN",),
    "semi": ("JOIN",), "is": ("NULL", "NOT NULL", "TRUE", "FALSE", "DISTINCT FROM"),
    "union": ("SELECT", "ALL"), "except": ("SELECT", "ALL"), "intersect": ("SELECT", "ALL"),
    "with": ("RECURSIVE",), "asc": ("NULLS LAST", "NULLS FIRST", "LIMIT", "OFFSET"),
    "desc": ("NULLS LAST", "NULLS FIRST", "LIMIT", "OFFSET"),
}  # fmt: skip
_NO_OPERAND: Final = frozenset(("as", "using", "over", "interval", "recursive", "tablesample", "values", "window"))
_OPERAND_ENDS: Final = frozenset(("null", "true", "false", "end", "current"))
_NOT_IN_MYSQL: Final = frozenset(("FULL JOIN", "NULLS LAST", "NULLS FIRST", "EXCEPT", "INTERSECT"))


@dataclass(frozen=True, slots=True)
class CursorPlace:
    """What is expected. `words`: keywords that fit, the likeliest first; `qualifier`: the names before a dot."""

    expected: Expected
    clause: str = ""
    words: tuple[str, ...] = ()
    qualifier: tuple[str, ...] = ()
    is_start: bool = False
    """Whether it begins a query."""


def cursor_place(query: Outline, dialect: Dialect, prefix: str) -> CursorPlace:
    """What is expected at the cursor, where a word that begins with `prefix` is written."""
    nodes = query.path[-1]
    at = next(place for place, one in enumerate(nodes) if one.kind == "cursor")
    before = nodes[:at]
    if prefix.startswith(":"):
        return CursorPlace("variable")
    if before and before[-1].text == ".":
        return _member(query, before)
    found = _place(query, before, dialect)
    words = tuple(one for one in found.words if dialect != "mysql" or one not in _NOT_IN_MYSQL)
    return CursorPlace(found.expected, found.clause, words, is_start=found.is_start)


def _member(query: Outline, before: list[OutlineNode]) -> CursorPlace:
    names: list[str] = []
    at = len(before) - 1
    while at > 0 and before[at].text == "." and before[at - 1].kind in ("word", "name"):
        names.insert(0, before[at - 1].text)
        at -= 2
    if not names:
        return CursorPlace("nothing")
    clause, previous = _clause(query, before), before[at] if at >= 0 else None
    is_table = clause in ("from", "join") and previous is not None and _expects_table(previous)
    return CursorPlace("member", "from" if is_table else clause, qualifier=tuple(names))


def _expects_table(previous: OutlineNode) -> bool:
    return previous.is_keyword("from", "join", "lateral") or previous.text == ","


def _clause(query: Outline, before: list[OutlineNode]) -> str:
    """The clause at the end of some nodes, or of the nodes around them: a keyword of `CLAUSES`, or `join`, `on`,
    `over`, `using`, `cast`."""
    for depth in range(len(query.path) - 1, -1, -1):
        nodes = before
        if depth < len(query.path) - 1:
            child = query.brackets[depth]
            place = next(at for at, one in enumerate(query.path[depth]) if one is child)
            nodes = query.path[depth][:place]
        for one in reversed(nodes):
            if one.kind == "keyword" and one.text in SET_OPERATORS:
                return ""
            if one.kind == "keyword" and (one.text in CLAUSES or one.text in ("join", "on", "with")):
                return one.text
        if depth and query.brackets[depth - 1].opener in ("over", "using", "cast"):
            return query.brackets[depth - 1].opener
    return ""


def _place(query: Outline, before: list[OutlineNode], dialect: Dialect) -> CursorPlace:
    around = query.brackets[-1] if query.brackets else None
    if not before:
        return _first(query, around, dialect)
    previous, clause = before[-1], _clause(query, before)
    if previous.kind == "keyword":
        return _after_keyword(before, clause, around, dialect)
    if previous.kind == "sign" and not (previous.text == "*" and _is_all(before)):
        return _after_sign(previous, clause, around)
    if previous.text == "*" and clause == "select":
        return CursorPlace("words", clause, ("FROM",))
    return _after_operand(before, clause, around)


def _first(query: Outline, around: OutlineNode | None, dialect: Dialect) -> CursorPlace:
    """What is expected at the start of a query, or of brackets."""
    if around is None:
        return CursorPlace("words", "", ("SELECT", "WITH", *(("FROM",) if dialect == "duckdb" else ())), is_start=True)
    outside = query.path[-2]
    place = next(at for at, one in enumerate(outside) if one is around)
    clause = _clause(query, [])
    if around.opener == "using":
        return CursorPlace("name_list", "using")
    if around.opener == "over":
        return CursorPlace("words", "over", ("PARTITION BY", "ORDER BY"))
    if around.opener in ("from", "join", "lateral") or (clause in ("from", "join") and around.opener == ","):
        return CursorPlace("table", "from", ("SELECT",))
    if around.opener in ("as", "materialized") or around.opener in SET_OPERATORS:
        is_name = place and outside[place - 1].is_name and around.opener == "as"
        return CursorPlace("nothing" if is_name else "words", "", ("SELECT",), is_start=True)
    if around.opener == "exists":
        return CursorPlace("words", "", ("SELECT",), is_start=True)
    if around.opener == "in":
        return CursorPlace("operand", clause, ("SELECT",))
    if around.is_call:
        first = ("DISTINCT",) if around.opener in ("count", "sum", "avg", "string_agg", "array_agg", "list") else ()
        return CursorPlace("operand", clause, (*first, "CASE", "CAST", "NOT", "NULL"))
    if clause in ("", "with") and not around.opener:
        return CursorPlace("words", "", ("SELECT",), is_start=True)
    if clause == "with":
        return CursorPlace("nothing")
    return CursorPlace("operand", clause, (*_OPERAND_WORDS, "SELECT"))


def _after_keyword(before: list[OutlineNode], clause: str, around: OutlineNode | None, dialect: Dialect) -> CursorPlace:
    word, second = before[-1].text, before[-2] if len(before) > 1 else None
    if word in ("from", "join", "lateral") and not (around is not None and around.is_call and word == "from"):
        is_plain = second is not None and second.is_keyword("cross", "natural")
        return CursorPlace(
            "table", "from" if is_plain else clause, ("LATERAL",) if word != "lateral" and dialect != "mysql" else ()
        )
    if word == "on":
        return CursorPlace("join", clause, ("NOT",))
    if word == "select":
        return CursorPlace("operand", clause, ("DISTINCT", *_OPERAND_WORDS))
    if word == "all" and second is not None and second.is_keyword(*SET_OPERATORS):
        return CursorPlace("words", "", ("SELECT",), is_start=True)
    if word == "as":
        return CursorPlace("type" if around is not None and around.opener == "cast" else "nothing")
    if word == "not":
        if second is not None and (second.is_name or second.kind in ("number", "text", "brackets", "variable")):
            return CursorPlace("words", clause, ("IN", "LIKE", "BETWEEN"))
        return CursorPlace("words" if second is not None and second.is_keyword("is") else "operand", clause,
                           ("NULL", "DISTINCT FROM") if second is not None and second.is_keyword("is")
                           else ("EXISTS", "NULL", "CASE"))  # fmt: skip
    if word == "case":
        return CursorPlace("operand", clause, ("WHEN",))
    if word in _OPERAND_ENDS:
        return _after_operand(before, clause, around)
    if word in _AFTER_KEYWORD:
        return CursorPlace("words", clause, _AFTER_KEYWORD[word], is_start=word in SET_OPERATORS)
    if word in _NO_OPERAND or word in ("limit", "offset", "fetch"):
        return CursorPlace("nothing", clause)
    if word == "in":
        return CursorPlace("variable", "in")
    return CursorPlace("operand", clause, _OPERAND_WORDS)


def _after_sign(previous: OutlineNode, clause: str, around: OutlineNode | None) -> CursorPlace:
    if previous.text == "::":
        return CursorPlace("type", clause)
    if clause == "using":
        return CursorPlace("name_list", clause)
    if previous.text == "," and clause in ("from", "join", "on") and not (around is not None and around.is_call):
        return CursorPlace("table", "from")
    if clause == "with" or (previous.text == "," and clause in ("limit", "offset")):
        return CursorPlace("nothing")
    return CursorPlace("operand", clause, _OPERAND_WORDS)


def _is_all(before: list[OutlineNode]) -> bool:
    """Whether the `*` at the end stands for all columns, and isn't a product."""
    if len(before) < 2:
        return True
    second = before[-2]
    return second.text in (",", ".") or second.is_keyword("select", "distinct", "all")


def _after_operand(before: list[OutlineNode], clause: str, around: OutlineNode | None) -> CursorPlace:
    if _is_in_case(before):
        return CursorPlace("words", clause, ("WHEN", "THEN", "ELSE", "END", "AND", "OR", *_COMPARISONS[:-2]))
    if around is not None and around.opener == "cast":
        return CursorPlace("words", clause, ("AS",))
    if around is not None and around.is_call and around.opener == "extract":
        return CursorPlace("words", clause, ("FROM",))
    if around is not None and (around.opener == "over" or _is_window(before)):
        ends = ("ORDER BY", "ROWS BETWEEN") if not any(one.is_keyword("order") for one in before) else ("DESC", "ASC")
        return CursorPlace("words", clause, ends)
    has_clause = any(one.kind == "keyword" and one.text in CLAUSES for one in before)
    if around is not None and not has_clause:
        calls = ("ORDER BY",) if around.is_call else ()
        return CursorPlace("words", clause, ("AND", "OR", *_COMPARISONS[:-2], *calls))
    if clause == "with":
        return CursorPlace("words", clause, ("SELECT",) if before[-1].kind == "brackets" else ("AS",))
    if clause == "join" and not _has_table(before):
        clause = "from"
    words = _AFTER.get(clause, _AFTER[""])
    return CursorPlace("words", clause, tuple(one for one in words if _fits(one, before)))


def _fits(word: str, before: list[OutlineNode]) -> bool:
    """Whether a keyword fits after what is written: AS where there is no alias yet, OVER after a function."""
    last, second = before[-1], before[-2] if len(before) > 1 else None
    if word == "OVER":
        return last.kind == "brackets" and last.is_call
    if word != "AS" or second is None or last.kind == "brackets":
        return True
    is_operand = second.is_name or second.kind in ("number", "text", "brackets", "variable")
    return not (last.is_name and (is_operand or second.is_keyword("as", "end")))


def _has_table(before: list[OutlineNode]) -> bool:
    """Whether a table follows the last JOIN, so that its condition is next; CROSS and NATURAL ones have none."""
    last = max(at for at, one in enumerate(before) if one.is_keyword("join"))
    return last == 0 or not before[last - 1].is_keyword("cross", "natural")


def _is_in_case(before: list[OutlineNode]) -> bool:
    depth = 0
    for one in reversed(before):
        if one.is_keyword("end"):
            depth += 1
        elif one.is_keyword("case"):
            if depth == 0:
                return True
            depth -= 1
    return False


def _is_window(before: list[OutlineNode]) -> bool:
    return any(one.is_keyword("partition") for one in before)
