"""Reads CAN databases (DBC, KCD, SYM, ARXML) from files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchboard.canbus.dbc import CanDatabase, Message, parse_database
from benchboard.errors import Invalid, NotFound, Unavailable
from benchboard.file_ownership import kind_text
from benchboard.i18n import _, system_reason

_MAX_BYTES: Final = 32_000_000
"""The largest databases of whole vehicles have about ten million bytes."""


def load_databases(paths: Sequence[Path]) -> CanDatabase:
    """The messages of these files. Raises `NotFound` (`dbc.gone`), `Unavailable` (`dbc.not-read`) and `Invalid`
    (`dbc.format`, `dbc.unreadable`, `dbc.too-large`).
    """
    return CanDatabase([message for path in paths for message in _load(path)])


def _load(path: Path) -> tuple[Message, ...]:
    try:
        if path.exists() and not path.is_file():
            raise Invalid("dbc.format", _("“{name}” isn't a CAN database.").format(name=path.name), why=kind_text(path))
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except FileNotFoundError as error:
        what = _("“{name}” doesn't exist in {folder}.").format(name=path.name, folder=path.parent)
        raise NotFound("dbc.gone", what, do=_("Check the file's name and its folder.")) from error
    except OSError as error:
        what = _("“{name}” can't be read.").format(name=path.name)
        raise Unavailable("dbc.not-read", what, why=system_reason(error)) from error
    if len(content) > _MAX_BYTES:
        what = _("“{name}” is too large for a CAN database.").format(name=path.name)
        raise Invalid("dbc.too-large", what, do=_("Choose a DBC, KCD, SYM or ARXML file."))
    return parse_database(path.name, content)
