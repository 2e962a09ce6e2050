"""The dashboards that the user had open last, in the order of their tabs, with the state of each tab.

`<home>/open/<account>.json`, 0600, one for each account of each database. It has ids and scroll positions, never names:
the names, and whether this account still has access, are read from the database.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from benchboard.atomic_write import write_atomically
from benchboard.dashboards import library
from benchboard.dashboards.document.document import BREAKPOINTS
from benchboard.errors import Unavailable
from benchboard.file_ownership import open_ordinary
from benchboard.i18n import _, system_reason
from benchboard.identity.permissions import Actor

MAX_TABS: Final = 100
"""Most tabs that are kept, from the first."""
_MOST_BYTES: Final = 256 * 1024
_FARTHEST: Final = 1_000_000.0


@dataclass(frozen=True, slots=True)
class OpenTab:
    """The state of a tab: the grid row at the top, the zoom, the breakpoint, and whether it was presented."""

    dashboard_id: str
    row: float = 0.0
    zoom: float = 1.0
    breakpoint: str = ""
    presented: bool = False


@dataclass(frozen=True, slots=True)
class SavedTabs:
    """The open dashboards; `front` is the id of the one in front, empty for the list."""

    views: tuple[OpenTab, ...] = ()
    front: str = ""


@dataclass(frozen=True, slots=True)
class RestoredTabs:
    """The tabs that can be opened again. `names` has their titles; `missing` counts dashboards that are gone; `damaged`
    says that the file couldn't be read completely."""

    tabs: SavedTabs
    names: dict[str, str]
    missing: int
    damaged: str = ""


def save(home: Path, account: Sequence[str], sitting: SavedTabs) -> None:
    """Write the open tabs atomically, without those that a link opened for what can't be a dashboard's id. Raises
    `Unavailable`.
    """
    sitting = SavedTabs(tuple(view for view in sitting.views if _is_id(view.dashboard_id)), sitting.front)
    file = _file(home, account)
    try:
        file.parent.mkdir(exist_ok=True, mode=0o700)  # not the home folder, if that was removed
        write_atomically(file, json.dumps(asdict(sitting)).encode(), mode=0o600)
    except OSError as error:
        raise Unavailable(
            "sittings.unwritable",
            _("Can't save the list of open dashboards in {folder}.").format(folder=file.parent),
            why=system_reason(error),
            do=_("Check that the folder is writable and has free space."),
        ) from error


def load(home: Path, account: Sequence[str]) -> SavedTabs:
    """The tabs that this account had open here; of a damaged file those that can be read."""
    return _read(_file(home, account))[0]


def set_aside_damaged(home: Path, account: Sequence[str]) -> str:
    """Rename a file that can't be read, in whole or part, to `.json.broken`, before the next `save` overwrites it.

    Returns what to tell the user; empty if there is nothing wrong with it.
    """
    file = _file(home, account)
    if not _read(file)[1]:
        return ""
    what = _("The list of the dashboards that you had open can't be read completely.")
    aside = file.with_name(f"{file.name}.broken")
    try:
        file.replace(aside)
    except OSError:
        return what
    return " ".join((what, _("It was moved to {file}.").format(file=aside)))


def _read(file: Path) -> tuple[SavedTabs, bool]:
    """The tabs in a file, and whether some of it can't be read; there is nothing wrong with a missing one."""
    try:
        with open_ordinary(file) as opened:
            raw = json.loads(opened.read(_MOST_BYTES))
    except FileNotFoundError:
        return SavedTabs(), False
    except (OSError, ValueError, RecursionError):
        return SavedTabs(), True
    views, front = (raw.get("views"), raw.get("front")) if isinstance(raw, dict) else (None, None)
    if not isinstance(views, list):
        return SavedTabs(), True
    read = [view for one in views if (view := _view(one))]
    known = {view.dashboard_id: view for view in read[:MAX_TABS]}
    front = front if isinstance(front, str) and front in known else ""
    return SavedTabs(tuple(known.values()), front), len(read) < len(views)


def restore(session: Session, actor: Actor, sitting: SavedTabs) -> RestoredTabs:
    """The saved tabs that this account can still open, with their present names."""
    names = library.names(session, actor, [view.dashboard_id for view in sitting.views])
    left = tuple(view for view in sitting.views if view.dashboard_id in names)
    front = sitting.front if sitting.front in names else ""
    return RestoredTabs(SavedTabs(left, front), names, len(sitting.views) - len(left))


def _file(home: Path, account: Sequence[str]) -> Path:
    return home / "open" / f"{hashlib.sha256(chr(0).join(account).encode()).hexdigest()[:32]}.json"


def _is_id(dashboard_id: str) -> bool:
    try:
        return str(UUID(dashboard_id)) == dashboard_id
    except ValueError:
        return False


def _view(raw: Any) -> OpenTab | None:
    """A tab as it was written; each invalid field gets its default."""
    try:
        key = str(UUID(raw["dashboard_id"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    breakpoint_ = raw.get("breakpoint")
    return OpenTab(
        key,
        row=_number(raw.get("row"), 0.0, 0.0, _FARTHEST),
        zoom=_number(raw.get("zoom"), 1.0, 0.1, 10.0),
        breakpoint=breakpoint_ if breakpoint_ in BREAKPOINTS else "",
        presented=raw.get("presented") is True,
    )


def _number(raw: object, default: float, least: float, most: float) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not raw >= -_FARTHEST:  # rejects NaN, too
        return default
    return float(min(max(raw, least), most))
