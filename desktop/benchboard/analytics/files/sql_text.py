"""Names and texts from files, quoted for DuckDB's SQL. Whatever a file holds, it ends no name and no literal."""

import re
from collections.abc import Iterable
from pathlib import Path


def identifier(name: str) -> str:
    """A name of a table or a column. Raises ValueError for a null character, which DuckDB's parser ends at."""
    return f'"{_checked(name).replace(chr(34), chr(34) * 2)}"'


def literal(text: str) -> str:
    """A text as a literal, without escapes. Raises ValueError for a null character."""
    return f"'{_checked(text).replace(chr(39), chr(39) * 2)}'"


def literal_list(texts: Iterable[str]) -> str:
    """Texts as a list of literals."""
    return f"[{', '.join(map(literal, texts))}]"


def path_literals(paths: Iterable[Path]) -> str:
    """Files as a list of literals for DuckDB's readers, which take `log [1].csv` for a pattern: here it's that file."""
    return literal_list(map(_pattern, paths))


def allowed_names(paths: Iterable[Path]) -> tuple[str, ...]:
    """What DuckDB's `allowed_paths` must hold for `path_literals` to be read: each file, and its pattern if that is
    another text."""
    return tuple(dict.fromkeys(name for path in paths for name in (str(path), _pattern(path))))


def _pattern(path: Path) -> str:
    return re.sub(r"[\[*?]", r"[\g<0>]", str(path))


def _checked(text: str) -> str:
    if "\0" in text:
        raise ValueError("a null character in SQL")
    return text
