"""What opens slides into its place, unless the platform asks for no motion."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QAbstractAnimation, QPoint, QRect, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui import motion
from benchboard.ui.problems import Notice
from benchboard.ui.theme import Theme
from benchboard.ui.widgets.banners import Banner
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.dialog import Dialog
from benchboard.ui.widgets.drawer import Drawer
from benchboard.ui.widgets.popover import Popover
from benchboard.ui.widgets.slide import FROM_BELOW, FROM_RIGHT, slide_in
from benchboard.ui.widgets.toasts import Toast


@pytest.fixture
def window(qtbot: QtBot, light: Theme) -> QWidget:
    return _window(qtbot)


def _window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def moving(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The platform asks for motion."""
    monkeypatch.setenv(motion.SWITCH, "0")
    motion.is_reduced.cache_clear()
    yield
    motion.is_reduced.cache_clear()


def _drawer(window: QWidget) -> QWidget:
    detail = QWidget()
    drawer = Drawer(QWidget(), detail)
    drawer.setParent(window)
    drawer.setGeometry(window.rect())
    drawer.show()
    drawer.show_detail(True)
    return detail


def _toast(window: QWidget) -> QWidget:
    toast = Toast("Saved", None, window)
    toast.appear()
    return toast


def _banner(window: QWidget) -> QWidget:
    column = QVBoxLayout(window)
    banner = Banner(Notice("ttyACM4 is busy.", "modem-manager holds it.", "warn"))
    column.addWidget(banner)
    column.addStretch(1)
    banner.show()
    return banner


def _popover(window: QWidget) -> QWidget:
    anchor = Button("Open")
    anchor.setParent(window)
    anchor.show()
    popover = Popover(anchor, width=200)
    popover.open()
    return popover


def _dialog(window: QWidget) -> QWidget:
    dialog = Dialog(window, "Delete it")
    dialog.open()
    return dialog.frame


KINDS = [_drawer, _toast, _banner, _popover, _dialog]


def _running(window: QWidget) -> list[QAbstractAnimation]:
    return window.findChildren(QAbstractAnimation)


@pytest.mark.parametrize("opened", KINDS)
def test_slide_with_reduced_motion_does_not_happen(window: QWidget, opened: Callable[[QWidget], QWidget]) -> None:
    opened(window)
    assert _running(window) == []


@pytest.mark.parametrize("opened", KINDS)
def test_slide_ends_where_the_widget_stands_without_motion(
    qtbot: QtBot, window: QWidget, opened: Callable[[QWidget], QWidget], request: pytest.FixtureRequest
) -> None:
    still = opened(window)
    place = QRect(still.geometry())
    Popover.close_any()
    request.getfixturevalue("moving")
    another = _window(qtbot)
    widget = opened(another)
    assert widget.pos() != place.topLeft(), "it is on its way"
    assert widget.size() == place.size(), "nothing is laid out anew on the way"
    qtbot.waitUntil(lambda: not _running(another))
    assert widget.geometry() == place


@pytest.mark.usefixtures("moving")
@pytest.mark.parametrize("y", [100, 540])
def test_slide_of_popover_leaves_its_anchor_free(window: QWidget, y: int) -> None:
    anchor = Button("Open")
    anchor.setParent(window)
    anchor.move(100, y)
    anchor.show()
    popover = Popover(anchor, width=200)
    popover.open()
    assert _running(window)
    assert not popover.frame().translated(popover.pos()).intersects(anchor.geometry())
    Popover.close_any()


@pytest.mark.usefixtures("moving")
def test_slide_of_widget_that_is_moved_meanwhile_ends_at_its_new_place(qtbot: QtBot, window: QWidget) -> None:
    widget = QWidget(window)
    widget.setGeometry(100, 100, 50, 50)
    widget.show()
    slide_in(widget, FROM_RIGHT)
    widget.move(300, 200)
    qtbot.waitUntil(lambda: not _running(window))
    assert widget.pos() == QPoint(300, 200)


@pytest.mark.usefixtures("moving")
def test_slide_begun_again_meanwhile_ends_at_the_same_place(qtbot: QtBot, window: QWidget) -> None:
    widget = QWidget(window)
    widget.setGeometry(100, 100, 50, 50)
    widget.show()
    slide_in(widget, FROM_RIGHT)
    slide_in(widget, FROM_BELOW)
    assert widget.pos() == QPoint(100, 112)
    qtbot.waitUntil(lambda: not _running(window))
    assert widget.pos() == QPoint(100, 100)


@pytest.mark.usefixtures("moving")
def test_slide_of_button_that_is_pressed_meanwhile_does_not_delay_it(qtbot: QtBot, window: QWidget) -> None:
    pressed: list[bool] = []
    button = Button("Save", lambda: pressed.append(True))
    button.setParent(window)
    button.move(100, 100)
    button.show()
    slide_in(button, FROM_BELOW)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pressed == [True]
    assert _running(window), "while it is on its way"


@pytest.mark.usefixtures("moving")
def test_slide_of_widget_that_is_deleted_meanwhile_ends(qtbot: QtBot, window: QWidget) -> None:
    widget = QWidget(window)
    widget.show()
    slide_in(widget, FROM_RIGHT)
    widget.deleteLater()
    qtbot.waitUntil(lambda: not window.children())
    assert _running(window) == []
