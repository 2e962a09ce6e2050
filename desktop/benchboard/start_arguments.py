"""The arguments with which the program opens its window instead of running a command."""

from collections.abc import Sequence
from typing import Final

_LINK: Final = "benchboard:"
"""How a link to a view of the window begins, in any case (RFC 3986, 3.1)."""
_DATABASES: Final = (".db", ".sqlite", ".sqlite3")


def names_database(argument: str) -> bool:
    """Whether `argument` is the name of a database file, which the window opens if it exists."""
    return argument.endswith(_DATABASES)


def link_address(argument: str) -> str | None:
    """The address in a link to a view of the window, such as `bench/live`; None if `argument` is no link.

    What isn't UTF-8 in it becomes question marks: such text can't be hashed, stored or sent to a server.
    """
    if argument[: len(_LINK)].lower() != _LINK:
        return None
    return argument[len(_LINK) :].strip("/").encode("utf-8", "replace").decode()


def link_to(address: str) -> str:
    """The link to a view of the window, as `link_address` reads it."""
    return f"{_LINK}//{address}"


def opens_window(arguments: Sequence[str]) -> bool:
    """Whether the window opens with these `arguments`, taking it that a database file they name exists."""
    return not arguments or (
        len(arguments) == 1 and (link_address(arguments[0]) is not None or names_database(arguments[0]))
    )
