"""The arguments with which the program opens its window instead of running a command."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote_to_bytes

_LINK: Final = "benchboard:"
"""How a link to a view of the window begins, in any case (RFC 3986, 3.1)."""
COMMANDS: Final = frozenset((
    "access", "audit", "can", "dashboard", "db", "dongle", "gallery", "invitation", "key", "layout", "login", "logout",
    "model", "oauth", "organisation", "query", "role", "session", "source", "team", "timing", "tour", "user", "whoami",
    "worker",
))  # fmt: skip
"""The first words that are commands, whatever files there are."""
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


def import_address(path: Path) -> str:
    """The address in the window that imports a file or folder; no link leads there."""
    return f"studio/data/!import/{quote(os.fsencode(path), safe='')}"


def imported_path(rest: str) -> Path | None:
    """The file or folder in the end of such an address, after the view; None if it is another one."""
    command, _slash, path = rest.partition("/")
    return Path(os.fsdecode(unquote_to_bytes(path))) if command == "!import" and path else None


def opens_window(arguments: Sequence[str]) -> bool:
    """Whether the window opens with these `arguments`, taking it that a file or folder they name exists."""
    if len(arguments) != 1:
        return not arguments
    return bool(arguments[0]) and arguments[0] not in COMMANDS and not arguments[0].startswith("-")
