"""Parses a query: text to a syntax tree (sqlglot), in a time that does not explode, whatever the text is."""

import itertools
import logging
import re
from collections.abc import Callable, Sequence
from typing import Final

from sqlglot import Token, TokenType, exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.mysql import MySQL
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.parser import Parser
from sqlglot.parsers.duckdb import DuckDBParser
from sqlglot.parsers.mysql import MySQLParser
from sqlglot.parsers.postgres import PostgresParser

from benchboard.analytics.name_scope import MAX_NAME
from benchboard.analytics.query_errors import (
    at_token,
    incomplete,
    keep_written,
    not_a_select,
    refuse,
    syntax_error,
    too_deep,
)
from benchboard.errors import Invalid
from benchboard.i18n import _

Query = exp.Select | exp.SetOperation

MAX_TEXT: Final = 20_000
MAX_NODES: Final = 4_000
MAX_DEPTH: Final = 100
"""Brackets inside brackets."""
_OPENING: Final = (TokenType.L_PAREN, TokenType.L_BRACE)
_CLOSING: Final = (TokenType.R_PAREN, TokenType.R_BRACE)
_LISTING: Final = (TokenType.GROUP_BY, TokenType.ORDER_BY, TokenType.PARTITION_BY)
_CLAUSE_STARTS: Final = (
    *_CLOSING, *_LISTING, TokenType.SEMICOLON, TokenType.HAVING, TokenType.WHERE, TokenType.LIMIT, TokenType.OFFSET,
    TokenType.FETCH, TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT, TokenType.WINDOW,
)  # fmt: skip
"""What can't begin the list after one of `_LISTING`."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# The parser logs warnings with the query's own text in them, which a terminal might obey.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


def parse_query(text: str, *, mysql: bool = False) -> Query:
    """The one SELECT in `text`, in PostgreSQL's language or in MySQL's. Raises `Invalid` for anything else."""
    return _parsed(text, _BoundedMysql() if mysql else _BoundedPostgres())


def _parsed(text: str, dialect: "_Dialect") -> Query:
    if len(text) > MAX_TEXT or "\0" in text:
        raise Invalid(
            "query.too-long", _("A query can have up to {limit} characters.").format(limit=MAX_TEXT), field="query"
        )
    if half := find_surrogate(text):
        raise Invalid(
            "query.syntax", _("This query can't be parsed."), field="query", start=half.start(), end=half.end()
        )
    statements = _statements(text, dialect)
    if not statements:
        raise Invalid("query.empty", _("No query yet."), do=_("Write one that starts with SELECT."), field="query")
    if len(statements) > 1:
        refuse(statements[1], "several", _("Only one query is allowed."), _("Keep one and remove the “;”."))
    statement = statements[0]
    if not isinstance(statement, exp.Select | exp.SetOperation):
        raise not_a_select(text)
    if any(count == MAX_NODES for count, _node in enumerate(statement.walk())):
        raise Invalid("query.too-long", _("This query is too complex."), field="query")
    return statement


def parse_duckdb(text: str) -> Query:
    """The same in DuckDB's language, as far as sqlglot reads it: to learn about a query, not to check it. DuckDB's own
    parser decides what runs (`duckdb_parser`)."""
    return _parsed(text, _BoundedDuckdb())


def find_surrogate(text: str) -> re.Match[str] | None:
    """Half of a surrogate pair in `text`, which is no character: no engine can be sent it."""
    return _SURROGATE.search(text)


def tokenize_query(text: str, *, mysql: bool) -> list[Token]:
    """The words and signs of a text that `parse_query` parsed."""
    return list((_BoundedMysql() if mysql else _BoundedPostgres()).tokenize(text))


def _statements(text: str, dialect: "_Dialect") -> list[exp.Expr]:
    try:
        tokens = _with_variable_names(dialect.tokenize(text))
        _check_tokens(tokens, text)
        found = dialect.parser().parse(tokens, text)
        # A semicolon is a statement of its own where a comment follows it.
        return [one for one in found if one is not None and not isinstance(one, exp.Semicolon)]
    except Invalid:
        raise
    except ParseError as error:
        raise syntax_error(text, error) from error
    except SqlglotError as error:
        raise Invalid(
            "query.syntax",
            _("This query is incomplete."),
            do=_("Check for an unclosed quote or bracket."),
            field="query",
            start=len(text.rstrip()) - 1,
            end=len(text),
        ) from error
    except (RecursionError, MemoryError):
        raise
    except Exception as error:
        # The parser fails in ways of its own on some texts: it writes a number of thousands of digits into a message,
        # which Python refuses, or looks for a part that is not there. Whatever it is, the text is what is wrong.
        raise Invalid(
            "query.syntax", _("This query can't be parsed."), field="query", start=0, end=len(text)
        ) from error


def _with_variable_names(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the word of each `:word` as a name, also where it is a keyword (`:from`, `:interval`)."""
    found = list(tokens)
    for place, (colon, word) in enumerate(itertools.pairwise(tokens), 1):
        is_variable = colon.token_type == TokenType.COLON and word.text.isidentifier()
        if is_variable and word.token_type != TokenType.IDENTIFIER:
            found[place] = Token(TokenType.VAR, word.text, word.line, word.col, word.start, word.end, word.comments)
    return found


def _check_tokens(tokens: Sequence[Token], text: str) -> None:
    """Refuse what the parser would take long to read, and what is no part of the language offered anyway: brackets
    more than `MAX_DEPTH` deep, which it reads by recursion; arrays; names of thousands of characters, of which it
    would parse those in quotes; and GROUP BY and the like without anything after it."""
    depth = 0
    for token in tokens:
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        if depth > MAX_DEPTH:
            raise too_deep(token)
        if token.token_type == TokenType.L_BRACKET:
            raise at_token(token, "not-offered", _("“{name}” isn't supported in queries.").format(name=token.text))
        if token.token_type == TokenType.IDENTIFIER and len(token.text.encode()) > MAX_NAME:
            raise at_token(token, "name", _("“{name}” can't be used as a name.").format(name=token.text[:80]))
    # The parser takes an empty list for none, and the database then fails at what follows.
    for token, following in itertools.zip_longest(tokens, tokens[1:]):
        if token.token_type in _LISTING and (following is None or following.token_type in _CLAUSE_STARTS):
            raise incomplete(token, text)


class _Bounded(Parser):
    """A parser that reads no query more than twice over, and keeps the names of functions as they are written.

    When sqlglot guesses wrong, it goes back and parses the same tokens in another way: in nested brackets after the
    name of a type (`decimal(decimal(…`, `struct<struct<…`) twice as often at every level, for hours at level 40. A
    query in the language offered here rereads less than one token in five.
    """

    def reset(self) -> None:
        super().reset()
        self._reread = 0

    def _parse_function_call(
        self,
        functions: dict[str, Callable[..., object]] | None = None,
        anonymous: bool = False,
        optional_parens: bool = True,
        any_token: bool = False,
    ) -> exp.Expr | None:
        token = self._curr
        found = super()._parse_function_call(functions, anonymous, optional_parens, any_token)
        if token and isinstance(found, exp.Expr):
            keep_written(found, token)
        return found

    def _retreat(self, index: int) -> None:
        self._reread += max(self._index - index, 0)
        if self._reread > self._tokens_size + 20:
            raise too_deep(self._curr or self._prev)
        super()._retreat(index)


class _BoundedPostgresParser(_Bounded, PostgresParser):
    pass


class _BoundedMysqlParser(_Bounded, MySQLParser):
    pass


class _BoundedDuckdbParser(_Bounded, DuckDBParser):
    pass


class _BoundedPostgres(Postgres):
    """PostgreSQL, read with bounds also where the parser parses what stands in quotes (`x::"decimal(…"`)."""

    Parser = _BoundedPostgresParser


class _BoundedMysql(MySQL):
    """MySQL and MariaDB, read with the same bounds."""

    Parser = _BoundedMysqlParser


class _BoundedDuckdb(DuckDB):
    """DuckDB, read with the same bounds."""

    Parser = _BoundedDuckdbParser


_Dialect = _BoundedDuckdb | _BoundedMysql | _BoundedPostgres
