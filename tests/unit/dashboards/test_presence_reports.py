"""When windows report what they show: those with company see each other soon, and nobody writes for nobody."""

from dataclasses import dataclass, field

from hypothesis import example, given
from hypothesis import strategies as st

from benchboard.dashboards.presence_reports import HEARTBEAT_S, PAUSE_S, PresenceReports, Shown
from support.examples import examples

POLL_S = 2.0
EXPIRES_S = 30.0
STEP_S = 0.25


def test_alone_a_window_reports_its_dashboard_once() -> None:
    reports = PresenceReports().showing(Shown("a"))
    assert reports.due_in(0) == 0
    reports = reports.sent(0)
    assert reports.due_in(1000) is None
    assert reports.showing(Shown("a", ("w1",))).due_in(1000) is None
    assert reports.showing(Shown("b")).due_in(1000) == 0
    assert reports.showing(Shown()).due_in(1000) == 0
    assert reports.showing(Shown()).sent(1000).due_in(2000) is None


def test_with_company_it_reports_changes_soon_and_itself_now_and_then() -> None:
    reports = PresenceReports().showing(Shown("a")).sent(0).found(others=True)
    assert reports.due_in(0) == HEARTBEAT_S
    assert reports.due_in(100) == 0
    changed = reports.showing(Shown("a", ("w1",)))
    assert changed.due_in(0) == PAUSE_S
    assert changed.due_in(100) == 0
    assert changed.showing(Shown("a")).due_in(0) == HEARTBEAT_S  # as it was reported
    assert changed.found(others=False).due_in(0) is None


def test_after_a_failure_it_reports_again_after_a_heartbeats_time() -> None:
    reports = PresenceReports().showing(Shown("a")).sent(0).failed(1)
    assert reports.due_in(1) == HEARTBEAT_S
    assert reports.sent(11).due_in(12) is None


@dataclass
class _Window:
    reports: PresenceReports = field(default_factory=PresenceReports)
    alive: bool = True
    asleep: bool = False
    polled_at: float = -POLL_S
    seen: set[int] = field(default_factory=set)
    writes: list[float] = field(default_factory=list)


@dataclass
class _World:
    """Windows over one table: window → what it reported, and when."""

    windows: list[_Window] = field(default_factory=lambda: [_Window() for _ in range(3)])
    rows: dict[int, tuple[Shown, float]] = field(default_factory=dict)
    now: float = 0.0

    def run(self, seconds: float) -> None:
        for _step in range(round(seconds / STEP_S)):
            self.now += STEP_S
            for number, window in enumerate(self.windows):
                if window.alive and not window.asleep:
                    self._run(number, window)

    def _run(self, number: int, window: _Window) -> None:
        shown = window.reports.shown
        if shown.dashboard_id and self.now - window.polled_at >= POLL_S:
            window.polled_at = self.now
            rows = {
                k: at for k, (one, at) in self.rows.items() if one.dashboard_id == shown.dashboard_id and k != number
            }
            window.seen = {k for k, at in rows.items() if self.now - at <= EXPIRES_S}
            window.reports = window.reports.found(others=bool(rows))
        if window.reports.due_in(self.now) == 0:
            self.rows = {k: row for k, row in self.rows.items() if k == number or self.now - row[1] <= EXPIRES_S}
            self.rows.pop(number, None)
            if shown.dashboard_id:
                self.rows[number] = shown, self.now
            window.writes.append(self.now)
            window.reports = window.reports.sent(self.now)

    def company(self, number: int) -> set[int]:
        """The windows that this one should see."""
        here = self.windows[number].reports.shown.dashboard_id
        return {
            k for k, one in enumerate(self.windows)
            if k != number and one.alive and not one.asleep and one.reports.shown.dashboard_id == here
        }  # fmt: skip


_EVENTS = st.lists(
    st.tuples(
        st.sampled_from(("show", "select", "kill", "sleep", "wake", "wait")),
        st.integers(0, 2),
        st.sampled_from(("", "a", "b")),
        st.sampled_from((0.25, 3.0, 45.0)),
    ),
    max_size=12,
)
_BOTH = [("show", 0, "a", 0.25), ("show", 1, "a", 3.0)]


@examples(200, deadline=None)
@given(_EVENTS)
@example([*_BOTH, ("sleep", 0, "", 0.25), ("sleep", 1, "", 45.0), ("wake", 0, "", 45.0), ("wake", 1, "", 0.25)])
@example([*_BOTH, ("kill", 0, "", 0.25), ("sleep", 1, "", 45.0), ("wake", 1, "", 0.25), ("show", 2, "a", 0.25)])
def test_windows_see_exactly_who_is_there_soon_after_and_write_seldom(
    events: list[tuple[str, int, str, float]],
) -> None:
    world = _World()
    for what, number, dashboard, seconds in events:
        window = world.windows[number]
        shown = window.reports.shown
        if what == "show":
            window.reports = window.reports.showing(Shown(dashboard))
            window.seen = set()
        elif what == "select" and shown.dashboard_id:
            window.reports = window.reports.showing(Shown(shown.dashboard_id, (f"{world.now}",)))
        elif what == "kill":
            window.alive = False
        elif what in ("sleep", "wake"):
            window.asleep = what == "sleep"
        world.run(seconds)
    world.run(EXPIRES_S + 2 * POLL_S)  # those who were killed or sleep are gone by then
    world.run(2 * POLL_S + PAUSE_S)
    before = [len(one.writes) for one in world.windows]
    for number, window in enumerate(world.windows):
        if window.alive and not window.asleep and window.reports.shown.dashboard_id:
            assert window.seen == world.company(number)
            for other in window.seen:
                assert world.rows[other][0] == world.windows[other].reports.shown
        gaps = [later - sooner for sooner, later in zip(window.writes, window.writes[1:], strict=False)]
        assert all(gap >= PAUSE_S for gap in gaps)
    world.run(100)
    for number, window in enumerate(world.windows):
        beats = len(window.writes) - before[number]
        assert beats <= (11 if world.company(number) else 1)
