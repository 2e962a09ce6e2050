"""Names in a query that somebody writes: in quotes only where the language needs them."""

import re
from typing import Final

from sqlglot.generators.mysql import MySQLGenerator

from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.analytics.sql_text import KEYWORDS

_ANY_CASE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def written_name(name: str, dialect: Dialect, quote: str = "") -> str:
    """A name as it is written in a query; always in quotes after somebody began one with a quotation mark."""
    if dialect == "mysql":
        is_plain = _ANY_CASE.fullmatch(name) is not None and not _is_reserved(name)
        return name if is_plain and not quote else quote_name(name, dialect)
    if quote:
        return '"' + name.replace('"', '""') + '"'
    # DuckDB finds a name in any case, PostgreSQL takes one without quotes for one in small letters.
    if dialect == "duckdb" and _ANY_CASE.fullmatch(name) and quote_name(name.lower()) == name.lower():
        return name
    return quote_name(name, dialect)


def written_table(name: str, dialect: Dialect, quote: str = "") -> str:
    """A table's name likewise. On PostgreSQL, what is before its first dot is its schema."""
    parts = name.split(".", 1) if dialect == "postgresql" else [name]
    return ".".join(written_name(part, dialect, quote) for part in parts)


def _is_reserved(name: str) -> bool:
    word = name.lower()
    return word in KEYWORDS or word in MySQLGenerator.RESERVED_KEYWORDS or quote_name(word) != word
