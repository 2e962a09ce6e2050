"""What the widgets of dashboards showed an account last, in as little as a thumbnail draws of it.

An `AccountFile` with the suffix `.bbt`: dashboard → widget → `[text, [[value, …], …], [colour, …]]`. It has what this
account has seen, and no other account reads it. It is only a copy: one that can't be read is empty.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchboard.dashboards.account_file import AccountFile
from benchboard.errors import Unavailable
from benchboard.i18n import _
from benchboard.vault import Vault

MAX_DASHBOARDS: Final = 200
"""Most dashboards whose data are kept: those shown last."""
MAX_WIDGETS: Final = 24
"""Most widgets of a dashboard whose data are kept: the first are in its thumbnail."""
MAX_SERIES: Final = 4
MAX_POINTS: Final = 32
MAX_TEXT: Final = 16
FULL: Final = 100
"""The largest value of a series."""
NO_COLOUR: Final = -1
"""In place of the number of a colour: what is drawn stands for several values, as “Other” does."""
_MAX_COLOURS: Final = 64


@dataclass(frozen=True, slots=True)
class ShownData:
    """The number that a widget showed, as text; or its series, each value from 0 to `FULL` of the height or None for a
    gap, and of a pie its shares. `colours`: the numbers of the colours of the series, of a pie those of its shares;
    empty where they have those of their places.
    """

    text: str = ""
    series: tuple[tuple[int | None, ...], ...] = ()
    colours: tuple[int, ...] = ()

    def colour(self, place: int) -> int:
        """The number of the colour of a series, or a share; `NO_COLOUR` for none."""
        return self.colours[place] if place < len(self.colours) else place


PageData = Mapping[str, ShownData]
"""The data of a dashboard's widgets, by their ids."""


def in_percent(series: Sequence[Sequence[float | None]], low: float, high: float) -> tuple[tuple[int | None, ...], ...]:
    """The first series with at most `MAX_POINTS` of their values each, evenly picked, from 0 at `low` to `FULL` at
    `high`."""
    height = (high - low) or 1.0
    return tuple(
        tuple(
            None if value is None else round(FULL * min(1.0, max(0.0, (value - low) / height)))
            for value in _picked(values)
        )
        for values in series[:MAX_SERIES]
    )


def _picked(values: Sequence[float | None]) -> list[float | None]:
    """At most `MAX_POINTS` of these values, with the first and the last."""
    if len(values) <= MAX_POINTS:
        return list(values)
    step = (len(values) - 1) / (MAX_POINTS - 1)
    return [values[round(step * place)] for place in range(MAX_POINTS)]


def load(home: Path, vault: Vault, account: Sequence[str]) -> dict[str, dict[str, ShownData]]:
    """What this account saw last of each dashboard; empty if it can't be read. Waits for the disk and the vault."""
    try:
        known = _file(home, vault, account).read()
    except (OSError, Unavailable):
        return {}
    return {dashboard: _page(raw) for dashboard, raw in known.items()}


def save(home: Path, vault: Vault, account: Sequence[str], shown: Mapping[str, PageData]) -> None:
    """Write what this account saw now on these dashboards. Waits for the disk and the vault. Raises `Unavailable`."""
    file = _file(home, vault, account)
    with file.locked(_refusal()):
        known = file.read()
        for dashboard, page in shown.items():
            known.pop(dashboard, None)  # the last is the newest
            if page:
                known[dashboard] = {
                    widget: [one.text[:MAX_TEXT], one.series, one.colours]
                    for widget, one in list(page.items())[:MAX_WIDGETS]
                }
        file.write(known)


def sweep(home: Path, vault: Vault, account: Sequence[str], visible: Callable[[set[str]], set[str]]) -> None:
    """Delete the data of dashboards that the account doesn't see any more; `visible` returns those that it does.

    Waits for the disk and the vault. Raises `Unavailable`.
    """
    _file(home, vault, account).sweep(visible, _refusal())


def _refusal() -> str:
    return _("Can't save the data of thumbnails in {folder}.")


def _file(home: Path, vault: Vault, account: Sequence[str]) -> AccountFile:
    return AccountFile(home, vault, account, ".bbt", "thumbnails", MAX_DASHBOARDS)


def _page(raw: object) -> dict[str, ShownData]:
    """The data of a dashboard as they were written; invalid ones are dropped."""
    pairs = raw.items() if isinstance(raw, dict) else ()
    return {widget: shown for widget, one in pairs if (shown := _shown(one)) is not None}


def _shown(raw: Any) -> ShownData | None:
    match raw:
        case [str(text), list(series), list(colours)] if all(isinstance(one, list) for one in series):
            values = [value for one in series for value in one]
            are_numbers = all(value is None or (isinstance(value, int) and 0 <= value <= FULL) for value in values)
            if are_numbers and all(isinstance(one, int) and NO_COLOUR <= one < _MAX_COLOURS for one in colours):
                shown = tuple(tuple(one[:MAX_POINTS]) for one in series[:MAX_SERIES])
                return ShownData(text[:MAX_TEXT], shown, tuple(colours[:MAX_POINTS]))
    return None
