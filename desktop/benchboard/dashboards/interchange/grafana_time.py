"""The time range and the refresh interval of a Grafana dashboard, there and back."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from benchboard.dashboards.document.document import Document
from benchboard.dashboards.document.time_range import DEFAULT, REFRESH_SECONDS, TimeRange
from benchboard.dashboards.interchange.conversion_report import ReportLine
from benchboard.dashboards.interchange.panel_import import one_line
from benchboard.errors import Invalid
from benchboard.i18n import _

_INTERVAL: Final = re.compile(r"(\d{1,6})([smhd])", re.ASCII)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def import_time(raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[ReportLine]]:
    """`time` and `refresh` of the document for a dashboard, where they have any effect here, and the lines of the
    report.
    """
    fields: dict[str, Any] = {}
    lines = []
    given = raw.get("time")
    found = _time(given)
    if found is not None:
        fields["time"] = {"from": found.start, "to": found.end}
    elif isinstance(given, Mapping) and (given.get("from") or given.get("to")):
        what = _("Its time range “{range}” isn't supported; it's kept for export.")
        shown = one_line(f"{given.get('from')} – {given.get('to')}")[:80]
        lines.append(ReportLine("", "", "kept", what.format(range=shown), _("The default time range is shown.")))
    seconds, exact = _refresh(raw.get("refresh"))
    if seconds:
        fields["refresh"] = seconds
    if seconds and not exact:
        what = _("It refreshes every {seconds} seconds, the nearest interval to “{interval}”.")
        what = what.format(seconds=seconds, interval=one_line(str(raw["refresh"]))[:20])
        lines.append(ReportLine("", "", "changed", what, ""))
    return fields, lines


def time_changes(document: Document, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The fields `time` and `refresh` of a dashboard that differ from those `raw` it was imported with."""
    changes: dict[str, Any] = {}
    if document.time != _time(raw.get("time")):
        now = document.time or DEFAULT
        before = raw.get("time")
        changes["time"] = {**(before if isinstance(before, Mapping) else {}), "from": now.start, "to": now.end}
    if document.refresh != _refresh(raw.get("refresh"))[0]:
        changes["refresh"] = refresh_text(document.refresh)
    return changes


def refresh_text(seconds: int) -> str:
    """A refresh interval as Grafana writes it: `30s`, `5m`, `1h`; empty for none."""
    if not seconds:
        return ""
    unit = next(unit for unit in ("h", "m", "s") if seconds % _SECONDS[unit] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


def _time(given: object) -> TimeRange | None:
    """The time range in a dashboard's `time`; None if there is none that is supported."""
    if not isinstance(given, Mapping):
        return None
    start, end = given.get("from"), given.get("to")
    if not isinstance(start, str) or not isinstance(end, str):
        return None
    found = TimeRange(start, end)
    try:
        found.period(datetime.now(UTC))
    except Invalid:
        return None
    return found


def _refresh(given: object) -> tuple[int, bool]:
    """The nearest number of seconds that is offered, the longer of two as near, and whether it is the same; 0 for no
    refresh.
    """
    match = _INTERVAL.fullmatch(given) if isinstance(given, str) else None
    if match is None or not int(match[1]):
        return 0, True
    wanted = int(match[1]) * _SECONDS[match[2]]
    found = min(REFRESH_SECONDS, key=lambda seconds: (abs(seconds - wanted), -seconds))
    return found, found == wanted
