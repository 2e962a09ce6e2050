"""Text as people search for it: without case and without accents, alike on both databases.

“ines” finds “İnes”, “oz” finds “Öz”, “isik” finds “Işık”. SQLite's own `lower` knows ASCII only, so it calls `fold`;
PostgreSQL does the same steps in SQL (letters without a decomposition, and scripts other than Latin, are lowered as
far as the database's collation can).
"""

import re
import unicodedata
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_MARKS: Final = re.compile("[\u0300-\u036f]")
# Latin letters that decompose to nothing, in both cases; and Greek's two forms of the small sigma.
_LETTERS: Final = ("ıøØłŁđĐς", "ioollddσ")
_TABLE: Final = str.maketrans(*_LETTERS)
FUNCTION: Final = "bb_fold"
"""The name under which a SQLite connection knows `fold`."""


def fold(text: str) -> str:
    """`text` decomposed (NFKD), without combining marks, in lower case."""
    if text.isascii():  # nothing to decompose; and SQLite calls this for every row that a search looks at
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).lower().translate(_TABLE)


def contains(column: ColumnElement[str] | Any, text: str) -> ColumnElement[bool]:
    """The condition that `column` holds `text` somewhere, folded; `%`, `_` and `\\` are themselves."""
    escaped = _plain(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return _Folded(column).like(bindparam(None, f"%{escaped}%", Text()), escape="\\")


def is_called(column: ColumnElement[str] | Any, text: str) -> ColumnElement[bool]:
    """The condition that `column` is `text`, folded."""
    return _Folded(column) == bindparam(None, _plain(text), Text())


def _plain(text: str) -> str:
    # No database keeps a NUL or half a surrogate pair, so nothing can hold one.
    return "".join(sign if sign != "\0" and not "\ud800" <= sign <= "\udfff" else "\ufffd" for sign in fold(text))


class _Folded(FunctionElement[str]):
    inherit_cache = True
    type = Text()
    name = FUNCTION


@compiles(_Folded, "sqlite")
def _on_sqlite(element: _Folded, compiler: SQLCompiler, **options: Any) -> str:
    return f"{FUNCTION}({compiler.process(element.clauses, **options)})"


@compiles(_Folded, "postgresql")
def _on_postgresql(element: _Folded, compiler: SQLCompiler, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    bare = f"regexp_replace(normalize({text}, NFKD), '[\\u0300-\\u036f]', '', 'g')"
    return f"translate(lower({bare}), '{_LETTERS[0]}', '{_LETTERS[1]}')"
