"""Studio in a real window on a real X server, arranged from outside by xdotool: mouse and keys.

What is stored after each gesture is what the pure engine makes of the layout before it.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text

from benchboard import workspace
from benchboard.dashboards import home_layout
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.layout import (
    Cell,
    ContainerDrag,
    ContainerResize,
    Direction,
    Handle,
    Layout,
    PageIndex,
    collapsed,
    fitted,
    nudged,
    walk_items,
)
from benchboard.identity import authentication
from benchboard.identity.permissions import Client
from benchboard.settings import Settings
from support import window_probe, xscreen
from support.databases import unbound
from support.waiting import until
from support.xscreen import Xdotool

pytestmark = pytest.mark.skipif(bool(xscreen.missing), reason=f"not installed here: {', '.join(xscreen.missing)}")

ANALYST = "analyst@example.com"
STORED = text(
    "SELECT config, dashboard_layouts.version FROM dashboard_layouts JOIN users ON users.id = user_id"
    " WHERE users.email = :email"
).bindparams(email=ANALYST)
HEADER = 14
"""Pixels from a widget's top to the middle of its header, or of a container's heading."""


def _text(item_id: str, x: int, y: int, w: int, h: int) -> dict[str, Any]:
    return {"id": item_id, "type": "text", "title": item_id, "position": {"x": x, "y": y, "w": w, "h": h}}


START = {
    "format": "benchboard/dashboard", "version": 2, "title": "", "columns": 12,
    "items": [
        _text("a", 0, 0, 3, 2), _text("b", 3, 0, 3, 2), _text("c", 6, 0, 3, 2), _text("d", 9, 0, 3, 2),
        {"id": "row", "type": "row", "title": "Row", "position": {"x": 0, "y": 2, "w": 12, "h": 1},
         "items": [_text("in-row", 0, 3, 4, 2)]},
        {"id": "group", "type": "group", "title": "Group", "position": {"x": 0, "y": 5, "w": 6, "h": 4},
         "items": [_text("in-group", 0, 0, 3, 3)]},
        {"id": "tabs", "type": "tabs", "title": "Tabs", "active": "one", "position": {"x": 6, "y": 5, "w": 6, "h": 4},
         "tabs": [{"id": "one", "title": "One", "items": [_text("in-one", 0, 0, 3, 3)]},
                  {"id": "two", "title": "Two", "items": [_text("in-two", 0, 0, 6, 3)]}]},
    ],
}  # fmt: skip


Target = tuple[tuple[str, int], ...]
"""A grid of a page: the containers around it, each with which of its panes."""


class Box(NamedTuple):
    """A rectangle of the screen."""

    x: int
    y: int
    w: int
    h: int


class Shown(NamedTuple):
    """The page as the window's probe reports it: tiles on the screen, selection, whether a drag is under way."""

    tiles: Mapping[str, Box]
    chosen: Sequence[str]
    held: bool


def places(layout: Layout) -> dict[str, tuple[Target, Cell, bool]]:
    """Where everything lies, what is hidden too: the grid, the cell in it, whether it is closed."""
    return {found.item.id: (found.path, found.cell, found.item.collapsed) for found in walk_items(layout)}


class Studio:
    """The window from outside: xdotool, its probe, and its database."""

    def __init__(self, window: "subprocess.Popen[str]", hand: Xdotool, opened: workspace.Workspace) -> None:
        self._window, self.hand, self._opened = window, hand, opened
        self._presses = 0

    def told(self, what: str) -> Any:
        assert self._window.stdin is not None
        assert self._window.stdout is not None
        self._window.stdin.write(f"{what}\n")
        self._window.stdin.flush()
        answer = self._window.stdout.readline()
        assert answer, "the window has gone"
        return json.loads(answer)

    def shown(self) -> Shown:
        told = until(lambda: self.told("page"), "the page")
        return Shown({name: Box(*box) for name, box in told["tiles"].items()}, told["chosen"], told["held"])

    def press(self, name: str) -> None:
        """Click a widget of the window, once it can be seen and has come to rest."""
        seen: list[object] = [None]

        def at_rest() -> Any:
            seen.append(self.told(name))
            return seen[-1] if seen[-1] == seen[-2] else None

        box = Box(*until(at_rest, f"“{name}”"))
        self.hand("mousemove", box.x + box.w // 2, box.y + box.h // 2, "click", 1)

    def stored(self) -> tuple[Layout, int]:
        """What the database has, seen by another connection, and its version."""
        with unbound(self._opened.database).read() as session:
            config, version = session.execute(STORED).one()
        return parse_document(json.loads(config)).layout, version

    def expect(self, wanted: Layout, what: str) -> None:
        """Wait until the database has that layout, and the window is done with it."""
        after = places(fitted(wanted))
        until(lambda: places(self.stored()[0]) == after and not self.shown().held, what, 60)

    def header(self, item_id: str) -> tuple[int, int]:
        """A point of a widget's header in its first column, another one than the last: twice the same is a double
        click."""
        self._presses += 1
        box = self.shown().tiles[item_id]
        return box.x + 12 + 22 * (self._presses % 2), box.y + HEADER

    def choose(self, item_id: str, *, adding: bool = False) -> None:
        x, y = self.header(item_id)
        self.hand("mousemove", x, y, *(["keydown", "shift"] if adding else []), "click", 1, "keyup", "shift")
        until(lambda: item_id in self.shown().chosen, f"“{item_id}” chosen")

    def keys(self, *keys: str) -> None:
        self.hand("key", *keys)

    def pull(self, start: tuple[int, int], by: tuple[int, int]) -> None:
        """Press there and go so far in steps of 8 px; the button stays down."""
        (x, y), (dx, dy) = start, by
        steps = max(2, (abs(dx) + abs(dy)) // 8)
        way: list[object] = ["mousemove", x, y, "mousedown", 1]
        for step in range(1, steps + 1):
            way += ["mousemove", x + dx * step // steps, y + dy * step // steps, "sleep", 0.004]
        self.hand(*way)

    def let_go(self) -> None:
        self.hand("mouseup", 1)

    def measure(self) -> None:
        """Learn from two widgets that lie side by side at the start, two rows high, how wide the gaps are and how high
        a row is with its gap."""
        tiles = self.shown().tiles
        self._gap = tiles["b"].x - tiles["a"].x - tiles["a"].w
        self._rise = (tiles["a"].h + self._gap) // 2

    def pixels(self, columns: int, rows: int) -> tuple[int, int]:
        """How far so many columns and rows are; the row is as wide as the grid."""
        return round(columns * (self.shown().tiles["row"].w + self._gap) / 12), rows * self._rise

    # Gestures, and what the engine makes of each

    def carry(self, ids: Sequence[str], to: tuple[int, int], into: Target = ()) -> Layout:
        """Drag the chosen `ids` by the first one's header to a column and row of the page; the pointer is then in its
        first field. What must come of it."""
        layout = self.stored()[0]
        page = PageIndex(layout)
        carry, here = ContainerDrag(page, ids), page.shown[ids[0]]
        target = carry.target(*to)
        assert target == into, f"{to} lies in {target}"
        self.pull(self.header(ids[0]), self.pixels(to[0] - here.x, to[1] - here.y))
        until(lambda: self.shown().held, "something in hand")
        return carry.drop(target, *to)

    def stretch(self, item_id: str, handle: Handle, by: tuple[int, int]) -> Layout:
        """Pull the chosen widget's handle at its lower right corner, or at an edge of it."""
        page, box = PageIndex(self.stored()[0]), self.shown().tiles[item_id]
        cell = page.shown[item_id]
        x = box.x + box.w - 1 if "e" in handle else box.x + box.w // 2
        y = box.y + box.h - 1 if "s" in handle else box.y + box.h // 2
        self.pull((x, y), self.pixels(*by))
        until(lambda: self.shown().held, "a handle in hand")
        return ContainerResize(page, item_id, handle).drop(cell.w + by[0], cell.h + by[1])

    def jumped(self, item_id: str, way: Direction) -> Layout:
        """Where Alt and an arrow must bring the chosen widget."""
        page = PageIndex(self.stored()[0])
        path = page.path(item_id)
        return page.with_pane(path, nudged(page.pane(path), [item_id], way), "vertical")


@pytest.fixture(scope="module")
def window(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """The window, entered as the analyst, whose home page is `START`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCHBOARD_KEYRING", "off")
        yield from _opened(demo_template, tmp_path_factory.mktemp("studio"))


def _opened(demo_template: Path, folder: Path) -> Iterator[Studio]:
    home = shutil.copytree(demo_template, folder / "home")
    Settings(language="en", appearance="light").save(home)
    opened = workspace.open_demo(home)
    with unbound(opened.database).change() as session:
        admin = authentication.operator_actor(session, client=Client.here())
        home_layout.save_home(
            session, authentication.actor_for_email(session, admin, email=ANALYST), START, base_version=None
        )
    with xscreen.screen() as display, (folder / "said").open("w") as said:
        modules = os.pathsep.join(path for path in sys.path if path)
        environment = {**os.environ, "PYTHONPATH": modules, "DISPLAY": display, "BENCHBOARD_HOME": str(home)}
        environment.pop("QT_QPA_PLATFORM", None)
        process = subprocess.Popen(
            [sys.executable, "-m", window_probe.__name__], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
        )  # fmt: skip
        hand = Xdotool(display)

        def there() -> str:
            if process.poll() is not None:
                xscreen.skip_without_qt_libraries((folder / "said").read_text().strip())
            return hand("search", "--onlyvisible", "--name", "^Benchboard$")

        try:
            ident = until(there, "the window").splitlines()[0]
            hand("windowmove", ident, 0, 0, "windowsize", ident, 1440, 900, "windowfocus", "--sync", ident)
            entered = Studio(process, hand, opened)
            entered.press("open_demo")
            entered.press("demo_analyst")
            entered.press("rail_studio")
            until(lambda: "tabs" in entered.shown().tiles, "the page")
            entered.measure()
            yield entered
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=120)
            opened.close()
    assert "Traceback" not in (folder / "said").read_text()


@pytest.fixture
def studio(window: Studio) -> Iterator[Studio]:
    """The window with `START` on its page, and put back to that by Ctrl+Z afterwards."""
    yield window
    window.let_go()
    window.keys("Escape", *["ctrl+z"] * 20)
    window.expect(parse_document(START).layout, "every step back")
    window.keys("Escape")
    until(lambda: not window.shown().chosen, "nothing chosen")


def test_real_studio_move_and_resize_are_stored_and_undone(studio: Studio) -> None:
    start, first = studio.stored()
    wanted = studio.carry(["a"], (3, 0))
    studio.let_go()
    studio.expect(wanted, "one dragged by its header")
    assert places(wanted) != places(start)

    studio.choose("c")
    studio.choose("d", adding=True)
    wanted = studio.carry(["d", "c"], (4, 0))
    studio.let_go()
    studio.expect(wanted, "two dragged as one body")
    cells = PageIndex(wanted).shown
    assert cells["d"].x - cells["c"].x == 3, "they stay as they lay to each other"

    studio.choose("b")
    wanted = studio.stretch("b", "se", (1, 1))
    studio.let_go()
    studio.expect(wanted, "a corner pulled")
    before, version = studio.stored()

    studio.choose("a")
    page = PageIndex(before)
    carry, here = ContainerDrag(page, ["a"]), page.shown["a"]
    studio.keys("Right")
    studio.expect(carry.drop((), here.x + 1, here.y), "an arrow key")
    wanted = studio.jumped("a", "right")
    studio.keys("alt+Right")
    studio.expect(wanted, "Alt and an arrow")
    assert places(wanted) != places(before)
    studio.keys("ctrl+z", "ctrl+z")
    studio.expect(before, "two steps back")
    assert first < version < studio.stored()[1], "each was stored, the way back too"


def test_real_studio_drag_on_escape_restores_everything(studio: Studio) -> None:
    start, version = studio.stored()
    before = studio.shown().tiles
    wanted = studio.carry(["a"], (6, 0))
    assert places(wanted) != places(start), "letting go would have changed something"
    until(lambda: studio.shown().tiles["c"] != before["c"], "the neighbour giving way")
    studio.keys("Escape")
    until(lambda: not studio.shown().held, "nothing in hand")
    studio.let_go()
    assert studio.shown().tiles == before
    # The next gesture begins at the start, and is the first that is stored.
    wanted = studio.carry(["b"], (6, 0))
    studio.let_go()
    studio.expect(wanted, "what was dragged afterwards")
    assert studio.stored()[1] == version + 1


def test_real_studio_drag_into_containers_is_stored(studio: Studio) -> None:
    for item_id, to, into in (
        ("a", (3, 6), (("group", 0),)),
        ("b", (9, 6), (("tabs", 0),)),
        ("c", (4, 3), (("row", 0),)),
    ):
        wanted = studio.carry([item_id], to, into)
        studio.let_go()
        studio.expect(wanted, f"“{item_id}” in its container")
        assert PageIndex(studio.stored()[0]).path(item_id) == into
    row = studio.shown().tiles["row"]
    wanted = collapsed(PageIndex(studio.stored()[0]), "row", True, "vertical")
    studio.hand("mousemove", row.x + 8, row.y + HEADER, "click", 1)
    studio.expect(wanted, "the row closed by its caret")


def test_real_studio_drag_over_a_header_tab_moves_to_that_page(studio: Studio) -> None:
    start, _version = studio.stored()
    studio.keys("ctrl+k")
    until(lambda: studio.told("palette_field"), "the palette")
    studio.hand("type", "shop rev")

    def gone_there() -> bool:
        if studio.told("palette_field"):
            studio.keys("Return")  # nothing happens until it is found
        told = studio.told("page")
        return bool(told and told["tiles"] and "a" not in told["tiles"])

    until(gone_there, "the dashboard")
    theirs = set(studio.shown().tiles)
    studio.press("tab_studio_home")
    until(lambda: "a" in studio.shown().tiles, "the home page")
    studio.choose("a")
    studio.pull(studio.header("a"), (40, 40))
    until(lambda: studio.shown().held, "something in hand")
    tab = Box(*until(lambda: studio.told("tab_studio_dashboards"), "the other place"))
    studio.hand("mousemove", tab.x + tab.w // 2, tab.y + tab.h // 2)
    until(lambda: "a" not in studio.shown().tiles, "the dashboard, come to front")
    page = Box(*until(lambda: studio.told("studio_canvas"), "its page"))
    for step in range(8):
        studio.hand("mousemove", page.x + 200, page.y + 200 + 8 * step)
    until(lambda: studio.shown().held, "in hand there")
    studio.let_go()
    until(lambda: studio.shown().chosen == ["a"] and not studio.shown().held, "let go of there")
    assert set(studio.shown().tiles) == {*theirs, "a"}
    without = PageIndex(start).without(["a"], "vertical")
    until(lambda: places(studio.stored()[0]) == places(without), "gone from home")
    studio.keys("ctrl+z")
    until(lambda: set(studio.shown().tiles) == theirs, "taken back there")
    studio.press("tab_studio_home")
    studio.expect(start, "and back")
