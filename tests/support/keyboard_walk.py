"""Walks all screens of the window with Tab and back, asks all that is on them what a screen reader asks, and prints as
lines of JSON what keyboards or screen readers miss.

`python -m support.keyboard_walk` runs in the `environment` of `sizes_walk`; one language, theme and size, as it is
about which widgets there are, and not about how they fit.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QApplication, QWidget

from benchboard.settings import Settings
from benchboard.tour.run import Tour
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.widgets.dialog import Scrim
from benchboard.ui.widgets.empty_state import EmptyState
from benchboard.ui.widgets.popover import Popover
from benchboard.ui.widgets.tab_order import scroll_into_view, tab_stops
from support.reader_questions import asked_when_named, wrong_answers
from support.sizes_screens import SCREENS

Role = QAccessible.Role
_NAMED: Final = {
    Role.Button, Role.ButtonMenu, Role.CheckBox, Role.RadioButton, Role.EditableText, Role.ComboBox, Role.PageTab,
    Role.PageTabList, Role.Table, Role.Tree, Role.List, Role.Dialog, Role.Slider, Role.SpinBox, Role.Canvas, Role.Chart,
    Role.Graphic, Role.Grouping, Role.ToolBar, Role.ProgressBar, Role.Splitter, Role.Link,
}  # fmt: skip
"""The roles of what a user works with, which needs a name."""
_RING: Final = 4
"""Pixels around a widget in which its focus may be drawn."""
_MOST_STOPS: Final = 120
_ROLELESS: Final = (Role.NoRole, Role.Client)
"""What a screen reader calls a filler, where an area that scrolls alone may be one."""


def main() -> int:
    """The exit status is 0 if the walk came to its end, whatever it found."""
    folder = Path(tempfile.mkdtemp(prefix="benchboard-keys-"))
    try:
        for screen, fault in walk(folder):
            sys.stdout.write(json.dumps({"screen": screen, "fault": fault}, ensure_ascii=False) + "\n")
            sys.stdout.flush()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def walk(folder: Path) -> Iterator[tuple[str, str]]:
    """What is wrong on each screen. A widget is named once, on the first screen that has it."""
    home = folder / "home"
    home.mkdir(parents=True)
    Settings(language="en", appearance="light").save(home)
    tour = Tour(folder, home)
    QAccessible.setActive(True)
    seen: set[str] = set()
    drawn: set[str] = set()
    try:
        with asked_when_named() as unanswered:
            for screen in SCREENS:
                screen.reach(tour.context)
                if screen.open is not None:
                    screen.open(tour.context)
                window = tour.context.driver.window
                _settle()
                for fault in (*unanswered, *wrong_answers(window), *_faults(window, drawn)):
                    if fault not in seen:
                        seen.add(fault)
                        yield screen.name, fault
                unanswered.clear()
    finally:
        tour.close()


def _faults(window: QWidget, drawn: set[str]) -> list[str]:
    """What is wrong twice: during a walk, data may come and a toast may go, which is no fault of the keys."""
    before = set(drawn)
    inactive = list(_inactive(window))
    first = [*_unnamed(window), *_tab_faults(window, drawn)]
    if not first:
        return inactive
    _settle()
    again = {*_unnamed(window), *_tab_faults(window, before)}
    return inactive + [fault for fault in first if fault in again]


def _settle() -> None:
    """Handle what is pending, layouts last: data may just have come."""
    for _turn in range(3):
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)


def _inactive(window: QWidget) -> Iterator[str]:
    """Whether something was shown as a window of its own: the keys don't come to ours any more."""
    if not window.isActiveWindow():
        yield "the window isn't active"
        window.activateWindow()
        QTest.qWaitForWindowActive(window)


def _called(widget: QWidget) -> str:
    parents, parent = [], widget.parentWidget()
    while parent is not None and len(parents) < 2:
        if parent.objectName():
            parents.append(parent.objectName())
        parent = parent.parentWidget()
    return f"{type(widget).__name__} {widget.objectName() or '?'} in {' in '.join(parents)}"


def _unnamed(window: QWidget) -> Iterator[str]:
    """The controls without a name, and buttons whose text is not a part of their name."""
    for told in _below(QAccessible.queryAccessibleInterface(window)):
        widget = told.object()
        if not isinstance(widget, QWidget):
            continue
        name = told.text(QAccessible.Text.Name)
        focusable = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
        if not name and (focusable or told.role() in _NAMED) and not _is_told_by_its_action(widget):
            yield f"no name: {told.role().name} {_called(widget)}"
        if focusable and told.role() in _ROLELESS and not isinstance(widget, QAbstractScrollArea):
            yield f"no role: {_called(widget)}"
        text = widget.text().replace("&", "") if isinstance(widget, QAbstractButton) else ""
        shown = text.rsplit(" +", 1)[0].casefold()  # without the count of what there is no room for
        shown = shown.removesuffix("…").rstrip()  # an elided name is the beginning of the whole one
        # The end of a text that changes with every second may be left out of the name.
        if text and shown not in name.casefold() and not shown.startswith(f"{name.casefold()}, "):
            yield f"shows “{text}” and is called “{name}”: {_called(widget)}"


def _is_told_by_its_action(widget: QWidget) -> bool:
    """Whether a widget is an empty state whose action, that the focus comes to, is described by what it says."""
    return isinstance(widget, EmptyState) and widget.action.accessibleDescription() == widget.said != ""


def _below(told: QAccessibleInterface | None) -> Iterator[QAccessibleInterface]:
    """Everything visible below an element, without the cells of tables and the items of lists."""
    if told is None or not told.isValid() or told.state().invisible:
        return
    yield told
    if told.role() not in (Role.Table, Role.List, Role.Tree, Role.ComboBox):
        for at in range(told.childCount()):
            yield from _below(told.child(at))


def _tab_faults(window: QWidget, drawn: set[str]) -> Iterator[str]:
    """The widgets that Tab doesn't reach or leave, and those whose focus isn't drawn."""
    top = _top(window)
    stops = tab_stops(top)
    if not stops:
        yield "nothing here takes the focus"
        return
    start = QApplication.focusWidget()
    stops[-1].setFocus(Qt.FocusReason.TabFocusReason)
    reached: list[QWidget] = []
    for _press in range(_MOST_STOPS):
        focused = QApplication.focusWidget()
        if focused is None or (reached and focused is reached[0]):
            break
        reached.append(focused)
        if isinstance(focused, Canvas):
            _go_to_last_item(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is focused:
            if stops == [focused]:
                break  # there is nothing else to go to
            yield f"Tab stays in: {_called(focused)}"
            break
        if (name := _called(focused)) not in drawn:
            drawn.add(name)
            if not _shows_focus(window, focused):
                yield f"focus isn't drawn: {name}"
    yield from _faults_back(stops, reached)
    for missed in stops:
        if missed not in reached and missed.isVisible() and missed.focusPolicy() & Qt.FocusPolicy.TabFocus:
            yield f"Tab doesn't reach: {_called(missed)}"
    if start is not None and start.isVisible():
        start.setFocus(Qt.FocusReason.OtherFocusReason)


def _faults_back(stops: list[QWidget], reached: list[QWidget]) -> Iterator[str]:
    """The widgets that Shift+Tab doesn't leave, and those that it doesn't come to in the order of Tab."""
    if len(reached) < 2:
        return
    reached[0].setFocus(Qt.FocusReason.BacktabFocusReason)
    back: list[QWidget] = []
    for _press in range(len(reached)):
        focused = QApplication.focusWidget()
        if focused is None or focused in back:
            break
        back.append(focused)
        if isinstance(focused, Canvas):
            _go_to_first_item(focused)
        QTest.keyClick(focused, Qt.Key.Key_Backtab)
        if QApplication.focusWidget() is focused:
            yield f"Shift+Tab stays in: {_called(focused)}"
            return
    expected = [one for one in [reached[0], *reversed(reached[1:])] if one in stops]
    came = [one for one in back if one in stops]
    for want, found in zip(expected, came, strict=False):
        if want is not found:
            yield f"Shift+Tab comes to {_called(found)} instead of {_called(want)}"
            return
    if len(came) < len(expected):
        yield f"Shift+Tab doesn't reach: {_called(expected[len(came)])}"


def _go_to_last_item(canvas: Canvas) -> None:
    """Where Tab leaves a canvas. At once: its items each take a Tab, and the inspector shows each that is selected."""
    order, current = canvas.editor.page.reading_order, canvas.item_focus.current
    canvas.item_focus.step(len(order) - 1 - order.index(current) if current else len(order))


def _go_to_first_item(canvas: Canvas) -> None:
    """Where Shift+Tab leaves it."""
    order, current = canvas.editor.page.reading_order, canvas.item_focus.current
    canvas.item_focus.step(-(order.index(current) if current else len(order)))


def _top(window: QWidget) -> QWidget:
    """What keeps the focus to itself: the open dialog or popover, or else the whole window."""
    over = [part for part in window.findChildren(QWidget) if isinstance(part, Scrim | Popover) and part.isVisible()]
    return over[-1] if over else window


def _shows_focus(window: QWidget, widget: QWidget) -> bool:
    """Whether the widget looks different with the focus, that Tab took away, than without."""
    other = QApplication.focusWidget()
    scroll_into_view(widget)  # Tab has gone on, and may have scrolled it away
    box = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()).adjusted(-_RING, -_RING, _RING, _RING)
    without = _picture(window, box)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    shown = _picture(window, box) != without
    if other is not None:
        other.setFocus(Qt.FocusReason.TabFocusReason)
    return shown


def _picture(window: QWidget, box: QRect) -> QImage:
    return window.grab(box & window.rect()).toImage()


if __name__ == "__main__":
    sys.exit(main())
