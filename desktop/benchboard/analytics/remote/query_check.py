"""Checks a query for a database server before it is sent: one SELECT, over the source's tables, with known functions.

The server's own guards follow: a read-only transaction, and what its user may do.
"""

from collections.abc import Collection, Sequence
from typing import Final

from sqlglot import Token, TokenType, exp

from benchboard.analytics.query_errors import meant_fact, nearest_name, position_of, refuse
from benchboard.analytics.query_parser import Query, parse_query, tokenize_query
from benchboard.analytics.remote.functions import BEFORE_BRACKETS, allowed_functions
from benchboard.analytics.remote.query_text import QueryText, query_fault, read_text
from benchboard.errors import Invalid
from benchboard.i18n import _

_REFUSED_WORDS: Final = frozenset(("into", "outfile", "dumpfile", "load_file", "procedure", "share", "nextval"))
"""Keywords with which a SELECT writes or locks. A column of that name is written in quotes."""
_REFUSED_NODES: Final = (exp.DML, exp.Command, exp.Lock, exp.Into, exp.Create, exp.Set, exp.Parameter,
                         exp.SessionParameter)  # fmt: skip
_WORDS: Final = (TokenType.STRING, TokenType.NUMBER, TokenType.NATIONAL_STRING, TokenType.RAW_STRING)


def parse_checked(text: str, tables: Collection[str], *, mysql: bool) -> tuple[QueryText, Query]:
    """The query, which may be sent, and its tree. `tables`: the names that it may have in FROM. Raises `Invalid` with
    facts `start` and `end` for anything else."""
    found = read_text(text, mysql=mysql)
    try:
        query = parse_query(found.parsed, mysql=mysql)
        tokens = tokenize_query(found.parsed, mysql=mysql)
    except Invalid:
        raise
    except (RecursionError, MemoryError) as error:
        raise Invalid("query.too-deep", _("This query is nested too deeply."), field="query") from error
    except Exception as error:  # the words of an error are looked up in PostgreSQL's language, which may not fit
        what = _("This query can't be parsed.")
        raise Invalid("query.syntax", what, field="query", start=0, end=len(text)) from error
    _check_tokens(tokens, mysql=mysql)
    _check_nodes(query, {name.lower() for name in tables}, tables)
    return _without_semicolons(found, tokens), query


def check_text(text: str, tables: Collection[str], *, mysql: bool) -> QueryText:
    """The query alone of `parse_checked`."""
    return parse_checked(text, tables, mysql=mysql)[0]


def _check_tokens(tokens: Sequence[Token], *, mysql: bool) -> None:
    functions = allowed_functions(mysql=mysql)
    for place, token in enumerate(tokens):
        if token.token_type in _WORDS:
            continue
        quoted = token.token_type == TokenType.IDENTIFIER
        words = token.text.lower().split() or [""]
        name = token.text.lower() if quoted else words[-1]
        if not quoted and _REFUSED_WORDS.intersection(words):
            raise _not_offered(token)
        if mysql and (token.text.startswith("@") or token.token_type in (TokenType.PARAMETER, TokenType.COLON_EQ)):
            raise _not_offered(token)
        follows = tokens[place + 1] if place + 1 < len(tokens) else None
        if follows is None or follows.token_type != TokenType.L_PAREN or not (quoted or name[:1].isidentifier()):
            continue
        after_dot = place > 0 and tokens[place - 1].token_type == TokenType.DOT
        if after_dot or not (name in functions or (not quoted and name in BEFORE_BRACKETS)):
            raise _not_offered(token)


def _check_nodes(query: exp.Expr, known: Collection[str], tables: Collection[str]) -> None:
    ctes = set()
    for cte in query.find_all(exp.CTE):
        name = str(cte.alias).lower()
        # One would hide PostgreSQL's own table of that name in one part of the query, and let another part read it.
        if name.startswith("pg_") or not isinstance(cte.this, exp.Query):
            refuse(cte, "not-offered", _("“{name}” isn't supported in queries.").format(name=name[:40]))
        ctes.add(name)
    for node in query.walk():
        if isinstance(node, _REFUSED_NODES):
            refuse(node, "not-offered", _("{name} isn't supported here.").format(name=node.key.upper()))
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            name = f"{node.db}.{node.name}" if node.db else node.name
            if not node.catalog and (name.lower() in known or (not node.db and name.lower() in ctes)):
                continue
            what = _("There's no table “{name}”.").format(name=name[:80])
            listed = ", ".join(sorted(tables)[:20])
            do = _("Available tables: {names}.").format(names=listed) if listed else ""
            meant = nearest_name(name, sorted(tables)) if not node.db else ""
            do = _("Did you mean “{name}”?").format(name=meant) if meant else do
            raise Invalid("query.no-table", what, do=do, field="query", **position_of(node), **meant_fact(meant))


def _without_semicolons(found: QueryText, tokens: Sequence[Token]) -> QueryText:
    signs = list(found.text)
    for token in tokens:
        if token.token_type == TokenType.SEMICOLON:
            signs[token.start] = " "
    return QueryText("".join(signs), found.variables)


def _not_offered(token: Token) -> Invalid:
    what = _("“{name}” isn't supported in queries.").format(name=token.text[:40])
    return query_fault("not-offered", what, "", token.start, token.end + 1 - token.start)
