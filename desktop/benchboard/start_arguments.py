"""The arguments with which the program opens its window instead of running a command."""

from collections.abc import Sequence
from typing import Final

LINK: Final = "benchboard:"
"""How a link to a view of the window begins."""
_DATABASES: Final = (".db", ".sqlite", ".sqlite3")


def names_database(argument: str) -> bool:
    """Whether `argument` is the name of a database file, which the window opens if it exists."""
    return argument.endswith(_DATABASES)


def opens_window(arguments: Sequence[str]) -> bool:
    """Whether the window opens with these `arguments`, taking it that a database file they name exists."""
    return not arguments or (len(arguments) == 1 and (arguments[0].startswith(LINK) or names_database(arguments[0])))
