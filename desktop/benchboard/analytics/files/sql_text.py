"""Names and texts from files, quoted for DuckDB's SQL. Whatever a file holds, it ends no name and no literal."""

from collections.abc import Iterable


def identifier(name: str) -> str:
    """A name of a table or a column. Raises ValueError for a null character, which DuckDB's parser ends at."""
    return f'"{_checked(name).replace(chr(34), chr(34) * 2)}"'


def literal(text: str) -> str:
    """A text as a literal, without escapes. Raises ValueError for a null character."""
    return f"'{_checked(text).replace(chr(39), chr(39) * 2)}'"


def literal_list(texts: Iterable[str]) -> str:
    """Texts as a list of literals."""
    return f"[{', '.join(map(literal, texts))}]"


def _checked(text: str) -> str:
    if "\0" in text:
        raise ValueError("a null character in SQL")
    return text
