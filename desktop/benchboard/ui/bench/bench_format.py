"""How the bench writes figures, times and states: thin spaces, a space before the unit, times as people say them."""

from datetime import UTC, datetime

from benchboard.dongles.fleet import Dongle
from benchboard.i18n import _
from benchboard.paging import Unreadable
from benchboard.ui.bench.port_scanner import Here
from benchboard.ui.paged.paged_model import Mark
from benchboard.ui.time_format import lately, on_day


def number(value: float, decimals: int = 0) -> str:
    """`4 812`, `87.5`: a thin space every three digits."""
    return f"{value:,.{decimals}f}".replace(",", "\u2009")


def rate(bitrate: int | None) -> str:
    """`500k`, `1M`, `83.333k`; a dash where there is none."""
    if bitrate is None:
        return "–"
    if bitrate % 1_000_000 == 0:
        return f"{bitrate // 1_000_000}M"
    return f"{bitrate / 1000:g}k"


def ago(moment: datetime | None) -> str:
    """`now`, `4 s ago`, `14 min ago`, `17:42`, `Tue 17:42`, `12 Nov`."""
    if moment is None:
        return "–"
    if isinstance(moment, Unreadable):
        return _("unreadable")
    here, local = datetime.now(UTC).astimezone(), moment.astimezone()
    seconds = (here - local).total_seconds()
    if (said := lately(seconds)) is not None:
        return said
    return f"{local:%H:%M}" if seconds < 86_400 else on_day(local, here)


def exactly(moment: datetime | None) -> str:
    """The moment in full, for a tooltip."""
    if isinstance(moment, Unreadable):
        return _("The database holds an invalid time here.")
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S") if moment is not None else ""


def state_mark(dongle: Dongle | None, here: Here | None) -> Mark:
    """The state of a dongle in a mark and a word or two."""
    if here is not None and here.problem is not None:
        return Mark("error", _("Can't open"))
    if dongle is None or dongle.ownership_state == "UNCLAIMED":
        return Mark("info", _("Not paired"), "ph.plus-circle")
    if dongle.ownership_state == "CLAIM_PENDING":
        return Mark("warn", _("Pairing incomplete"), "ph.hourglass-medium")
    if dongle.ownership_state == "LOST":
        return Mark("error", _("Lost"), "ph.warning-circle-fill")
    if here is None:
        return Mark("neutral", _("Disconnected"), "ph.circle-dashed")
    return Mark("ok", _("Ready"))


def identity_mark(dongle: Dongle | None, here: Here | None) -> Mark:
    """Proven or observed; the two differ without colour."""
    if dongle is not None and not dongle.proven:
        return Mark("observed", _("Observed"))
    if dongle is None and here is not None and here.info is not None and not here.info.is_benchboard:
        return Mark("observed", _("Observed"))
    if dongle is None and (here is None or here.info is None):
        return Mark("neutral", _("Checking"), "ph.dots-three")
    return Mark("proven", _("Verified") if dongle is not None and dongle.identity_kind == "verified" else _("Proven"))
