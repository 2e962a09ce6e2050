"""The values of a live bus as files: what queries over a source of live CAN signals read.

Each file is written once and never changed, so that a query that reads it isn't disturbed: every second one with the
newest values, which the next one replaces, and every ten seconds one that stays until it is too old. `state.json` says
which of them count, and whether the bus is open. All is in Benchboard's home folder, for this account alone.
"""

import json
import re
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchboard import settings
from benchboard.analytics.files.scan import FileScan, ScanColumn
from benchboard.analytics.files.value_expressions import ColumnKind
from benchboard.errors import Unavailable
from benchboard.i18n import _
from benchboard.storage.models.base import is_id

TABLE: Final = "signals"
_SILENT_S: Final = 5.0
"""Without a word for this long, the program that read the bus has ended without saying so."""
VALUE_FILE: Final = re.compile(r"[0-9a-f]{32}\.parquet")
STATE_FILE: Final = "state.json"


@dataclass(frozen=True, slots=True)
class LiveState:
    """What is there of a live bus on this computer. `receives`: it is open now; `until`: the time of the newest value;
    `problem`: why its frames can't be decoded, as a sentence; empty if they can. `dropped`: frames that were lost,
    because the computer was too slow."""

    receives: bool = False
    until: datetime | None = None
    files: tuple[str, ...] = ()
    rows: int = 0
    problem: str = ""
    dropped: int = 0


def live_folder(source_id: str) -> Path:
    """The folder of the values of a source. Raises ValueError for what is no ID."""
    if not is_id(source_id):
        raise ValueError("no id")
    return live_parent() / source_id


def live_parent() -> Path:
    """The folder of the folders of all sources."""
    return settings.home() / "sources" / "live"


def live_scan(source_id: str) -> FileScan:
    """How the table of a source is read, as it is stored: without its files, which change every second. `state` is the
    name that the database gives the value; `lowest`, `highest` and `samples` are those of the tenth of a second that
    the row stands for."""
    titles: tuple[tuple[str, str, ColumnKind], ...] = (
        ("time", _("Time"), "timestamp"), ("message", _("Message"), "text"), ("signal", _("Signal"), "text"),
        ("value", _("Value"), "float"), ("unit", _("Unit"), "text"), ("state", _("State"), "text"),
        ("lowest", _("Lowest"), "float"), ("highest", _("Highest"), "float"), ("samples", _("Samples"), "integer"),
    )  # fmt: skip
    columns = (ScanColumn(name, title, kind, source=name, stored="same", checked=True) for name, title, kind in titles)
    return FileScan(live_folder(source_id), "parquet", columns=tuple(columns))


def read_state(folder: Path) -> LiveState:
    """What is there now. Of a folder without a state that can be read: nothing."""
    try:
        document = json.loads((folder / STATE_FILE).read_bytes())
        files = [one for one in document["files"] if VALUE_FILE.fullmatch(one["name"])]
        until = document["until"]
        silent = time.time() - float(document["written"])
        return LiveState(
            receives=document["open"] is True and silent < _SILENT_S,
            until=None if until is None else datetime.fromtimestamp(int(until) / 1e9, UTC),
            files=tuple(one["name"] for one in files),
            rows=sum(int(one["rows"]) for one in files),
            problem=str(document["problem"]),
            dropped=int(document["dropped"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return LiveState()


def current_live_scan(scan: FileScan, folder: Path) -> FileScan:
    """The scan with the files that count now. Raises `Unavailable` (`source.no-values`) without any."""
    state = read_state(folder)
    if not state.files:
        what = _("No values of this bus have been received on this computer yet.")
        raise Unavailable(
            "source.no-values", what, why=state.problem, do=_("Connect the dongle and open its live bus.")
        )
    return replace(scan, path=folder, files=state.files)


def remove_values(folder: Path) -> None:
    """Remove the values of a source that is gone. What isn't ours stays."""
    with suppress(OSError):
        for path in folder.iterdir():
            if VALUE_FILE.fullmatch(path.name) or path.name == STATE_FILE:
                path.unlink()
        folder.rmdir()
