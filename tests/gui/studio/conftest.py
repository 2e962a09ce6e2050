"""Studio in the whole window, on a copy of the demo, as the demo's analyst; real mouse and key events."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from boards import PAGE, PLAIN, load
from dashboards_driver import DashboardsDriver
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QListView, QWidget
from pytestqt.qtbot import QtBot
from two_dashboards import TwoDashboards

from benchboard import workspace
from benchboard.dashboards import home_layout
from benchboard.dashboards.layout import Cell
from benchboard.identity import authentication
from benchboard.identity.authentication import SignedIn
from benchboard.identity.permissions import Actor
from benchboard.ui.app import Application
from benchboard.ui.context import Context
from benchboard.ui.studio import ROOM
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.studio.panes.limit_rows import LimitRows
from benchboard.ui.studio.panes.query_editor import QueryEdit
from support import demo
from support.databases import unbound


class Studio:
    """An open window at the home page, worked by mouse and keys."""

    def __init__(
        self,
        qtbot: QtBot,
        home: Path,
        journals: demo.OpenJournals,
        state: str = "saved",
        role: str = "analyst",
        signed_in: SignedIn | None = None,
    ) -> None:
        """`signed_in`: somebody who is signed in to this home already, whose database is ready."""
        self.qtbot = qtbot
        self.journals = journals
        self.home = home
        self._closed = False
        self.application = Application(home, lambda: (ROOM,))
        if signed_in is None:
            self.workspace = workspace.open_demo(home)
            signed_in = demo.sign_in(self.workspace, role)
        else:
            self.workspace = workspace.connect(home, demo_file=True)
        self.actor: Actor = signed_in.actor
        demo.enter(self.application, self.workspace, signed_in, "studio/home")
        self.application.window.activateWindow()
        qtbot.waitUntil(self.application.window.isActiveWindow)
        (self.page,) = self.application.window.findChildren(StudioPage)
        self.wait(lambda: self.page.saving.state == state and not self.page.query_runner.busy)
        self.canvas = self.page.canvas
        self.viewport = self.canvas.viewport()

    @property
    def context(self) -> Context:
        """What the window's screens share."""
        assert self.application.shell is not None
        return self.application.shell.context

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition)

    def add_limit(self, key: str) -> None:
        """Show the row of a limit that isn't set in the inspector, as the menu of *Add limit* does."""
        rows = next(one for one in self.page.inspector.findChildren(LimitRows) if one.isVisible())
        rows.add(key)

    def cells(self) -> dict[str, Cell]:
        return {item.id: cell for item, cell in self.page.editor.layout}

    def shown(self) -> dict[str, QRect]:
        """The tiles' rectangles in the view."""
        return {item_id: self.box(item_id) for item_id in self.canvas.tiles}

    def box(self, item_id: str) -> QRect:
        return self.canvas.mapFromScene(self.canvas.tiles[item_id].rect).boundingRect()

    def header(self, item_id: str) -> QPoint:
        box = self.box(item_id)
        return QPoint(box.left() + 40, box.top() + 16)

    def step(self) -> tuple[float, float]:
        """One column and one row, in pixels of the view."""
        page = self.canvas.grid
        return page.column + page.gap, page.row + page.gap

    def click(self, item_id: str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.mouseClick(self.viewport, Qt.MouseButton.LeftButton, modifier, self.header(item_id))

    def press(self, at: QPoint) -> None:
        self.qtbot.mousePress(self.viewport, Qt.MouseButton.LeftButton, pos=at)

    def glide(self, start: QPoint, end: QPoint, widget: QWidget | None = None, steps: int = 12) -> None:
        """Move the pressed mouse there in small steps."""
        for k in range(1, steps + 1):
            at = start + (end - start) * k / steps
            self.qtbot.mouseMove(widget or self.viewport, at)

    def release(self, at: QPoint) -> None:
        self.qtbot.mouseRelease(self.viewport, Qt.MouseButton.LeftButton, pos=at)

    def drag(self, start: QPoint, end: QPoint) -> None:
        self.press(start)
        self.glide(start, end)
        self.release(end)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(self.application.window.focusWidget() or self.canvas, key, modifier)

    def find(self, name: str) -> QWidget:
        (found,) = [widget for widget in self.page.findChildren(QWidget, name) if widget.isVisible()]
        return found

    def press_button(self, name: str) -> None:
        self.qtbot.mouseClick(self.find(name), Qt.MouseButton.LeftButton)

    def show_sql(self) -> QWidget:
        """Show the selected widget's query as SQL; its field."""
        self.press_button("segment_sql")
        return self.find("inspector_query")

    def write_query(self, item_id: str, words: str) -> QueryEdit:
        """Select a widget and type another query over its own; the focus stays in the field."""
        self.click(item_id)
        edit = self.show_sql()
        assert isinstance(edit, QueryEdit)
        self.qtbot.mouseClick(edit.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 60))
        self.qtbot.keyClick(edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.qtbot.keyClicks(edit, words)
        return edit

    def tick(self, words: str) -> None:
        """Click a value in the value list that is open."""
        (found,) = [one for one in self.application.window.findChildren(QListView, "choice_values") if one.isVisible()]
        model = found.model()
        index = next(at for k in range(model.rowCount()) if (at := model.index(k, 0)).data() == words)
        found.scrollTo(index)
        self.qtbot.mouseClick(found.viewport(), Qt.MouseButton.LeftButton, pos=found.visualRect(index).center())

    def press_in_window(self, name: str) -> None:
        """Click a widget above the page, such as a button of a popover."""
        (found,) = [one for one in self.application.window.findChildren(QWidget, name) if one.isVisible()]
        self.qtbot.mouseClick(found, Qt.MouseButton.LeftButton)

    def wait_until_saved(self) -> None:
        """Wait until every edit is stored and every query answered."""
        self.wait(
            lambda: not self.page.saving.dirty and self.page.saving.state == "saved" and not self.page.query_runner.busy
        )

    def stored(self) -> home_layout.HomeLayout:
        with unbound(self.workspace.database).read() as session:
            return home_layout.home_layout(session, self.actor)

    def store(self, document: object) -> None:
        """Store a home layout as another window of the same person does."""
        with unbound(self.workspace.database).change() as session:
            home_layout.save_home(session, self.actor, document, base_version=None)

    def close(self) -> None:
        """Close the window, once."""
        if self._closed:
            return
        self._closed = True
        demo.close(self.application)

    def discard(self) -> None:
        """Close the window, if it is open still; nobody looks at its database any more."""
        with demo.left_signed_in():
            self.close()


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with the demo in it, made once, to copy."""
    home = tmp_path_factory.mktemp("demo") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCHBOARD_KEYRING", "off")
        workspace.open_demo(home).close()
    return home


@pytest.fixture(scope="session")
def plain_template(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a home page of one text."""
    home = shutil.copytree(demo_template, tmp_path_factory.mktemp("plain") / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCHBOARD_KEYRING", "off")
        opened = workspace.open_demo(home)
        signed_in = demo.sign_in(opened)
        with unbound(opened.database).change() as session:
            home_layout.save_home(session, signed_in.actor, PLAIN, base_version=None)
            authentication.sign_out(session, signed_in.actor)
        opened.close()
    return home


class Entered(NamedTuple):
    """A home folder to copy, with the demo's analyst signed in: that takes a tenth of what a window takes to open."""

    home: Path
    signed_in: SignedIn


@pytest.fixture(scope="session")
def demo_entered(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Entered:
    """`demo_template`, entered."""
    return _entered(demo_template, tmp_path_factory.mktemp("entered") / "home")


@pytest.fixture(scope="session")
def plain_entered(plain_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Entered:
    """`plain_template`, entered."""
    return _entered(plain_template, tmp_path_factory.mktemp("entered") / "home")


def _entered(template: Path, home: Path) -> Entered:
    shutil.copytree(template, home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCHBOARD_KEYRING", "off")
        opened = workspace.open_demo(home)
        signed_in = demo.sign_in(opened)
        opened.close()
    return Entered(home, signed_in)


@pytest.fixture
def demo_home() -> None:
    """For a test of the demo's own home page; else that has one text, and nothing to query.

    A third of what a window takes to open goes into the demo's home page.
    """


@pytest.fixture
def open_studio(
    qtbot: QtBot, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Studio]]:
    """Opens a window on this test's copy of the demo, or in another home folder; closes them all at the end."""
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL", raising=False)
    template: Entered = request.getfixturevalue(
        "demo_entered" if "demo_home" in request.fixturenames else "plain_entered"
    )
    home = shutil.copytree(template.home, tmp_path / "home")
    opened: list[Studio] = []
    journals = demo.OpenJournals(monkeypatch)

    def another(folder: Path = home, state: str = "saved", role: str = "analyst") -> Studio:
        entered = template.signed_in if folder == home and role == "analyst" and not opened else None
        studio = Studio(qtbot, folder, journals, state, role, entered)
        opened.append(studio)
        return studio

    yield another
    for studio in opened:
        studio.discard()


@pytest.fixture
def studio(open_studio: Callable[[], Studio]) -> Studio:
    return open_studio()


@pytest.fixture
def board(studio: Studio) -> Studio:
    """A window whose page has widgets, a group, tabs and a row."""
    load(studio, PAGE)
    return studio


@pytest.fixture
def dashboards(studio: Studio) -> DashboardsDriver:
    return DashboardsDriver(studio)


@pytest.fixture
def two(studio: Studio) -> TwoDashboards:
    return TwoDashboards(studio)
