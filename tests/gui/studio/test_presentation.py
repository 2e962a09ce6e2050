"""What belongs to a presentation beyond the page: the window's state, what is announced, motion, and the rotation."""

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget
from two_dashboards import TwoDashboards

from benchboard.dashboards import library
from benchboard.dashboards.document.document import Variable, parse_document
from benchboard.dashboards.open_tabs import OpenTab
from benchboard.ui import motion
from benchboard.ui.shell import shell
from benchboard.ui.studio import presentation_parts
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.studio.rotation import Rotation
from benchboard.ui.widgets import accessible
from benchboard.ui.widgets.choice_card import ChoiceCard
from benchboard.ui.widgets.empty_state import EmptyState
from benchboard.ui.widgets.toasts import Toast
from benchboard.ui.widgets.value_tip import value_tip
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

State = Qt.WindowState


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window believes that there is a screen to fill."""
    monkeypatch.setattr(shell, "QGuiApplication", SimpleNamespace(platformName=lambda: "xcb"))


@pytest.fixture
def reduced_motion(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[bool]:
    """Whether the user asks for no motion: the parameter."""
    monkeypatch.setenv(motion.SWITCH, "1" if request.param else "0")
    motion.is_reduced.cache_clear()
    yield request.param
    motion.is_reduced.cache_clear()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What a screen reader reads out from now on."""
    sentences: list[str] = []

    def note(event: QAccessibleEvent) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            sentences.append(event.message())

    monkeypatch.setattr(accessible, "send", note)
    before = QAccessible.isActive()
    QAccessible.setActive(True)
    yield sentences
    QAccessible.setActive(before)


@pytest.mark.usefixtures("screen")
@pytest.mark.parametrize("before", [State.WindowNoState, State.WindowMaximized, State.WindowFullScreen])
def test_presentation_fills_the_screen_and_restores_the_state_of_the_window(studio: "Studio", before: State) -> None:
    window = studio.application.window
    window.setWindowState(before)
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    assert window.windowState() == before | State.WindowFullScreen
    studio.key(Qt.Key.Key_Escape)
    assert window.windowState() == before


@pytest.mark.usefixtures("screen")
def test_presentation_goes_on_in_another_language_and_then_leaves_the_full_screen(studio: "Studio") -> None:
    application, context = studio.application, studio.context
    application.window.setWindowState(State.WindowMaximized)
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)

    def presenting() -> list[StudioPage]:
        assert application.shell is not None
        return [page for page in application.shell.findChildren(StudioPage) if page.presentation.on]

    try:
        context.apply_settings(replace(context.settings, language="tr"))
        studio.wait(lambda: bool(presenting()))
        (page,) = presenting()
        assert page is not studio.page
        assert application.window.isFullScreen()
        studio.qtbot.keyClick(page.canvas, Qt.Key.Key_Escape)
        assert application.window.windowState() == State.WindowMaximized
    finally:
        context.apply_settings(replace(context.settings, language="en"))


def test_presentation_is_announced_when_it_begins_and_ends(studio: "Studio", heard: list[str]) -> None:
    studio.page.editor.apply_document("Rename", replace(studio.page.editor.document, title="Line 2"))
    heard.clear()
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    (begun,) = [words for words in heard if words.startswith("Presenting")]
    assert begun.startswith("Presenting Line 2. Esc to exit")
    assert not [words for words in heard if words.startswith("Page ")], "there is only one"
    heard.clear()
    studio.key(Qt.Key.Key_Escape)
    assert heard.count("The presentation has ended.") == 1


@pytest.mark.parametrize("reduced_motion", [False, True], indirect=True)
def test_presentation_hint_fades_or_goes_at_once_without_motion(reduced_motion: bool, studio: "Studio") -> None:
    hint = studio.page.presented.hint
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    assert hint.isVisible()
    hint.fade()
    assert hint.isVisible() is not reduced_motion
    studio.wait(lambda: not hint.isVisible())


@pytest.mark.parametrize("reduced_motion", [False, True], indirect=True)
def test_rotation_grows_its_line_evenly_or_each_second_without_motion(reduced_motion: bool) -> None:
    parent = QObject()
    timer = Rotation(parent).findChild(QTimer)
    assert timer is not None
    assert timer.interval() == (1_000 if reduced_motion else 100)


@pytest.mark.usefixtures("demo_home")
def test_rotation_reads_the_data_again_at_each_turn(studio: "Studio") -> None:
    studio.application.window.resize(1024, 700)
    canvas, runner, rotation = studio.canvas, studio.page.query_runner, studio.page.presented.rotation
    shown = studio.canvas.tiles
    before = runner.read_since(shown)
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    studio.wait(lambda: not runner.busy and runner.read_since(shown) > before)
    begun = runner.read_since(shown)
    rotation.due.connect(rotation.stop)
    rotation.start(0.05)
    studio.wait(lambda: canvas.screen_index == 1)
    studio.wait(lambda: not runner.busy and runner.read_since(shown) > begun)


@pytest.mark.usefixtures("demo_home")
def test_values_under_the_pointer_go_with_their_screen(studio: "Studio") -> None:
    """They stayed above the tiles of the next one."""
    studio.application.window.resize(1024, 700)
    canvas, tip = studio.canvas, value_tip(studio.canvas)
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    studio.wait(lambda: not studio.page.query_runner.busy)
    (tile, *_rest) = [one for one in canvas.tiles.values() if one.isVisible() and one.item.type == "line_chart"]

    def is_shown() -> bool:
        """Move the mouse there; a result that arrives then hides the values until it moves again."""
        at = canvas.mapFromScene(tile.rect.center())
        for step in (QPoint(1, 0), QPoint(0, 0)):  # a mouse that is there already does not move
            studio.qtbot.mouseMove(studio.viewport, at + step)
        return tip.isVisible() and canvas.hover.crosshair.isVisible()

    studio.wait(is_shown)
    studio.key(Qt.Key.Key_Right)
    assert canvas.screen_index == 1
    assert not tip.isVisible()
    assert not canvas.hover.crosshair.isVisible()


@pytest.mark.usefixtures("demo_home")
def test_rotation_begins_again_when_the_page_is_turned_by_hand(studio: "Studio") -> None:
    studio.application.window.resize(1024, 700)
    rotation = studio.page.presented.rotation
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    rotation.start(60)
    studio.wait(lambda: rotation.share > 0)
    studio.key(Qt.Key.Key_Right)
    assert (studio.canvas.screen_index, rotation.share) == (1, 0)


def test_rotation_that_is_paused_stays_paused_on_another_dashboard(two: TwoDashboards) -> None:
    context = two.studio.context
    context.apply_settings(replace(context.settings, present_every="30"))
    two.qtbot.keyClick(two.first.canvas, Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    two.qtbot.keyClick(two.first.canvas, Qt.Key.Key_Space)
    two.qtbot.keyClick(two.first.canvas, Qt.Key.Key_Right)
    assert two.place.page is two.second
    assert two.second.presented.rotation.paused
    assert context.status.text("hint") == "Page 1 of 2, paused"
    two.qtbot.keyClick(two.second.canvas, Qt.Key.Key_Space)
    two.qtbot.keyClick(two.second.canvas, Qt.Key.Key_Left)
    assert two.place.page is two.first
    assert not two.first.presented.rotation.paused


def test_presentation_counts_the_pages_of_dashboards_that_are_not_loaded_yet(two: TwoDashboards) -> None:
    """Each counted as one page until it was shown, so the total grew during the first round."""
    context, place = two.studio.context, two.place
    tall = [{"id": f"w{k}", "type": "text", "title": "w", "position": {"x": 0, "y": 20 * k, "w": 4, "h": 20}}
            for k in range(3)]  # fmt: skip
    raw = {"format": "benchboard/dashboard", "version": 2, "title": "Tall", "columns": 12, "items": tall}
    with unbound(two.studio.workspace.database).change() as session:
        tab = OpenTab(library.create(session, two.studio.actor, parse_document(raw)).card.id)
    place.insert_tab(3, tab, "Tall")
    context.apply_settings(replace(context.settings, present_every="300"))
    two.qtbot.keyClick(two.first.canvas, Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    assert context.status.text("hint").startswith("Next page in ")
    assert two.first.presented.dots.count == 0
    two.studio.wait(lambda: context.status.text("hint").startswith("Page 2 of 5,"))
    for page in (3, 4, 5, 1, 2):
        focused = two.studio.application.window.focusWidget()
        assert focused is not None
        two.qtbot.keyClick(focused, Qt.Key.Key_Right)
        two.studio.wait(lambda: context.status.text("hint").startswith("Page "))
        assert context.status.text("hint").startswith(f"Page {page} of 5,")


def test_presentation_hint_has_a_key_cap_for_each_key(studio: "Studio") -> None:
    hint = studio.page.presented.hint
    hint.appear([("{key} to exit", {"key": "Esc"}), ("To turn: {a} {b}", {"a": "←", "b": "→"})], 14)
    assert hint.text == hint.accessibleName() == "Esc to exit · To turn: Left and Right"
    assert [text for sentence in hint.sentences for text, is_key in sentence if is_key] == ["Esc", "←", "→"]
    narrow = hint.width()
    hint.appear([("{key} to exit", {"key": "Esc"}), ("To turn: {a} {b}", {"a": "←", "b": "→"})], 28)
    assert hint.width() == pytest.approx(2 * narrow, rel=0.1)


def test_presentation_of_an_empty_page_says_only_that_it_is_empty(studio: "Studio") -> None:
    studio.page.editor.load(parse_document([]))

    def notice() -> EmptyState:
        found = studio.find("studio_empty")
        assert isinstance(found, EmptyState)
        return found

    assert notice().findChildren(ChoiceCard)
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    assert not notice().findChildren(ChoiceCard)
    assert not notice().why.isVisible()
    studio.key(Qt.Key.Key_Escape)
    assert notice().findChildren(ChoiceCard)


@pytest.mark.parametrize(("variables", "width"), [(0, 1440), (1, 1440), (3, 1440), (3, 1024), (8, 1024)])
def test_presentation_shortens_its_title_and_then_its_variables(
    studio: "Studio", variables: int, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside a long title, the variables got a scroll bar."""
    # How wide the date beside the variables is depends on the day.
    monkeypatch.setattr(presentation_parts, "weekday_and_date", lambda _now: "Thu 26 Nov")
    title, page = "Northwind overview of every shop, its orders and its refunds this week", studio.page
    town = "A town with a long name in the north"
    made = tuple(Variable(f"v{k}", f"Town {k}", "list", values=(town, "B"), chosen=(town,)) for k in range(variables))
    page.editor.apply_document("Rename", replace(page.editor.document, title=title, variables=made))
    studio.application.window.resize(width, 700)
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    shown, bar = page.presented.title, page.variables
    needed = shown.fontMetrics().horizontalAdvance(title)
    studio.wait(lambda: page.presented.header.width() == width)
    studio.wait(lambda: (shown.width() < needed) is (variables > 0 or width < 1440))
    assert shown.geometry().right() < page.presented.state.x()
    assert not bar.horizontalScrollBar().isVisible()
    if not variables:
        return
    buttons = [one for one in bar.findChildren(QAbstractButton) if one.isVisible()]
    fields = [one for one in buttons if one.objectName() != "variables_more"]
    studio.wait(lambda: all(bar.rect().contains(QRect(one.mapTo(bar, QPoint()), one.size())) for one in buttons))
    assert len(fields) == variables or f"+{variables - len(fields)}" in [one.text() for one in buttons]
    for field in fields:
        assert field.text().startswith(("Town", "A town", "A to"))
        assert town in field.text() or town in field.toolTip()


def test_presentation_opens_variables_without_room_by_keyboard(studio: "Studio") -> None:
    """“+3” was a text: the variables behind it couldn't be changed on a wall."""
    page = studio.page
    made = [Variable(f"v{k}", f"Town {k}", "list", values=("Kiel", "Bremen"), chosen=("Kiel",)) for k in range(8)]
    made.append(Variable("word", "Word", "text", chosen=("a",)))
    page.editor.apply_document("Add", replace(page.editor.document, variables=tuple(made)))
    studio.application.window.resize(1024, 700)
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    bar = page.variables
    studio.wait(lambda: any(one.isVisible() for one in bar.findChildren(QAbstractButton, "variables_more")))
    more = next(one for one in bar.findChildren(QAbstractButton, "variables_more") if one.isVisible())
    assert more.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert more.accessibleName().endswith("Town 7, Word")

    def in_window(name: str) -> QWidget:
        return next(one for one in studio.application.window.findChildren(QWidget, name) if one.isVisible())

    def open_last(up: int) -> None:
        more.setFocus()
        studio.qtbot.keyClick(more, Qt.Key.Key_Space)
        row = in_window(f"more_{made[-up].name}")
        row.setFocus()
        studio.qtbot.keyClick(row, Qt.Key.Key_Return)

    open_last(2)
    studio.qtbot.keyClick(in_window("variable_choice"), Qt.Key.Key_Escape)
    open_last(1)
    edit = studio.application.window.focusWidget()
    assert isinstance(edit, QLineEdit)
    studio.qtbot.keyClicks(edit, "b")
    studio.qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert page.editor.reader_document.variables[-1].chosen == ("b",)


def test_presentation_shows_toasts_above_its_hint(studio: "Studio") -> None:
    window = studio.application.window
    studio.context.problems.toast("Moved")
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    presented = studio.page.presented
    studio.wait(lambda: not window.findChildren(Toast))  # what was just edited is no news here
    studio.context.problems.toast("Saved line-2.pdf")

    def place(part: QWidget) -> QRect:
        return QRect(part.mapTo(window, QPoint(0, 0)), part.size())

    (toast,) = window.findChildren(Toast)
    studio.wait(lambda: place(toast).bottom() < place(presented.hint).top())
    canvas, hint = studio.page.canvas, place(presented.hint)
    tiles = [tile.rect for tile in canvas.tiles.values() if tile.isVisible()]
    lowest = max(canvas.viewport().mapTo(window, canvas.mapFromScene(tile.bottomLeft())).y() for tile in tiles)
    assert lowest <= hint.top()
    assert hint.bottom() <= place(presented.dots).bottom()
    assert hint.right() < place(presented.dots).center().x()


@pytest.mark.usefixtures("demo_home")
def test_tab_reaches_widgets_of_the_next_screen_which_is_shown(studio: "Studio") -> None:
    studio.application.window.resize(1024, 700)
    canvas = studio.canvas
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    assert canvas.wall is not None
    assert len(canvas.wall.screens) > 1
    order = studio.page.editor.page.reading_order
    for item_id in order:
        studio.qtbot.keyClick(canvas, Qt.Key.Key_Tab)
        assert studio.page.editor.selection == (item_id,)
        row = studio.page.editor.page.shown[item_id][1]
        assert canvas.screen_index == canvas.wall.screen_of(row)
    assert canvas.screen_index > 0
    studio.qtbot.keyClick(canvas, Qt.Key.Key_Backtab)
    assert studio.page.editor.selection == (order[-2],)


@pytest.mark.usefixtures("demo_home")
def test_presentation_says_which_page_was_turned_to(studio: "Studio", heard: list[str]) -> None:
    studio.application.window.resize(1024, 700)
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    assert studio.canvas.wall is not None
    count = len(studio.canvas.wall.screens)
    assert count > 1
    heard.clear()
    studio.key(Qt.Key.Key_Tab)
    heard.clear()
    studio.key(Qt.Key.Key_Right)
    assert f"Page 2 of {count}" in heard


@pytest.mark.usefixtures("demo_home")
def test_presentation_leaves_the_widget_of_the_screen_before(studio: "Studio") -> None:
    studio.application.window.resize(1024, 700)
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    canvas, page = studio.canvas, studio.page.editor.page
    assert canvas.wall is not None
    screens = [canvas.wall.screen_of(page.shown[one][1]) for one in page.reading_order]
    studio.qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    assert studio.page.editor.selection == (page.reading_order[0],)
    studio.key(Qt.Key.Key_Right)
    assert studio.page.editor.selection == ()  # it would be on a widget that isn't shown
    studio.qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    assert studio.page.editor.selection == (page.reading_order[screens.index(1)],)
    assert canvas.screen_index == 1


def test_presentation_of_one_page_says_why_an_arrow_does_nothing(studio: "Studio", heard: list[str]) -> None:
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    heard.clear()
    studio.key(Qt.Key.Key_Right)
    assert heard == ["There's only one page."]


def test_presentation_has_an_edit_button_while_the_pointer_is_shown(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    studio.wait(lambda: studio.page.presentation.on)
    edit, display = studio.find("present_edit"), studio.page.presented
    display.idle.timeout.emit()
    assert not edit.isVisible()
    display.wake()
    studio.wait(edit.isVisible)
    studio.qtbot.mouseClick(edit, Qt.MouseButton.LeftButton)
    studio.wait(lambda: not studio.page.presentation.on)
    assert not edit.isVisible()
