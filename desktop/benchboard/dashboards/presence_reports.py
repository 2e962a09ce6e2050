"""When a window reports what it shows, so that others see who is on a dashboard.

A report is a write. So the window reports at once which dashboard it shows, but keeps on reporting, and reports what is
selected, only while another window has reported the same dashboard: nobody writes for nobody.
"""

from dataclasses import dataclass, replace
from math import inf
from typing import Final

HEARTBEAT_S: Final = 10.0
"""A window with company reports this often, in seconds, even if nothing changes."""
PAUSE_S: Final = 0.5
"""Two reports are at least this far apart, in seconds."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a window shows: a dashboard (no id: none), and the ids of the items that are selected in it."""

    dashboard_id: str = ""
    selected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PresenceReports:
    """What a window shows, what it has reported, and when, in seconds of a clock that only goes forward."""

    shown: Shown = Shown()
    reported: Shown = Shown()
    reported_at: float = -inf
    has_company: bool = False
    """Whether another window has reported the dashboard, even if it hasn't done so for long."""

    def showing(self, shown: Shown) -> "PresenceReports":
        """The window shows this now."""
        company = self.has_company and shown.dashboard_id == self.shown.dashboard_id
        return replace(self, shown=shown, has_company=company)

    def found(self, *, others: bool) -> "PresenceReports":
        """Other windows were looked for."""
        return replace(self, has_company=others)

    def due_in(self, now: float) -> float | None:
        """In how many seconds what is shown is to be reported; None if it needn't be."""
        if self.shown.dashboard_id != self.reported.dashboard_id:
            wait = PAUSE_S
        elif not self.shown.dashboard_id or not self.has_company:
            return None
        else:
            wait = HEARTBEAT_S if self.shown == self.reported else PAUSE_S
        return max(0.0, self.reported_at + wait - now)

    def sent(self, now: float) -> "PresenceReports":
        """What is shown is reported now."""
        return replace(self, reported=self.shown, reported_at=now)

    def failed(self, now: float) -> "PresenceReports":
        """The last report couldn't be stored: the next one follows after a heartbeat's time."""
        return replace(self, reported=Shown(), reported_at=now + HEARTBEAT_S - PAUSE_S)
