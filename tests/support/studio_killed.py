"""A window whose home page is edited by seeded random gestures until it is killed.

Arguments: the home folder with the demo in it, the seed. It prints a line of JSON for each gesture, `["done", steps on
the stack, steps taken, where the widgets lie]`, and `["kept"]` once the journal says that it is on the disk. With
`json` or `query` as a third argument the hand writes there what cannot be read, and the one line is that, once kept.
"""

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton

from benchboard import workspace
from benchboard.tour.driver import Driver
from benchboard.ui.app import Application
from benchboard.ui.studio import ROOM
from benchboard.ui.studio.editor_page import StudioPage
from support import demo

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_CTRL, _SHIFT, _NONE = (
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier,
)  # fmt: skip


def say(*words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


class RandomGestures:
    """Random gestures by mouse and keys."""

    def __init__(self, page: StudioPage, driver: Driver, seed: int) -> None:
        self._page, self._driver, self._chance = page, driver, random.Random(seed)

    def gesture(self) -> None:
        chance, page = self._chance, self._page
        page.editor.select([chance.choice([item.id for item in page.editor.layout.items])])
        ways: tuple[tuple[int, Callable[[], None]], ...] = (
            (4, lambda: self._key(chance.choice(_ARROWS), _NONE)),
            (2, lambda: self._key(chance.choice(_ARROWS), _SHIFT)),
            (2, self._drag),
            (1, lambda: self._key(Qt.Key.Key_D, _CTRL)),
            (1 if len(page.editor.layout) > 4 else 0, lambda: self._key(Qt.Key.Key_Delete, _NONE)),
            (3, lambda: self._key(Qt.Key.Key_Z, _CTRL)),
            (1, lambda: self._key(Qt.Key.Key_Z, _CTRL | _SHIFT)),
        )
        chance.choices([way for _often, way in ways], [often for often, _way in ways])[0]()

    def _key(self, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
        QTest.keyClick(self._page.canvas, key, modifier)

    def _drag(self) -> None:
        canvas = self._page.canvas
        box = canvas.mapFromScene(canvas.tiles[self._page.editor.selection[0]].rect).boundingRect()
        start = QPoint(box.left() + 40, box.top() + 16)
        by = QPoint(self._chance.randint(-300, 300), self._chance.randint(-100, 200))
        self._driver.drag(canvas.viewport(), start, start + by)


def write(page: StudioPage, driver: Driver, where: str, flush: Callable[[], bool]) -> None:
    """Write a text that is wrong, and go on waiting with the keyboard in it."""
    edit: QPlainTextEdit
    if where == "json":
        page.run("studio.show_json")
        edit = page.json_view.text
        driver.wait_until(lambda: "orders-week" in edit.toPlainText(), "the JSON")
    else:
        page.editor.select(["orders-week"])
        next(one for one in page.inspector.findChildren(QPushButton, "segment_sql") if one.isVisible()).click()
        edit = next(edit for edit in page.findChildren(QPlainTextEdit, "inspector_query") if edit.isVisible())
    QTest.keyClicks(edit, "sel {")
    recovery, wanted = page.saving.recovery, edit.toPlainText()
    place = "json" if where == "json" else "query/orders-week"

    def kept() -> bool:
        return recovery.draft_text(place) == wanted and flush() and recovery.keeps_draft(place)

    driver.wait_until(kept, "the draft")
    sys.stdout.write(json.dumps(wanted) + "\n")
    sys.stdout.flush()
    driver.wait_until(lambda: False, "the end")


def main(home: Path, seed: int, where: str = "") -> None:
    qt = QApplication(sys.argv[:1])
    qt.setStyle("Fusion")
    journals = demo.OpenJournals(pytest.MonkeyPatch())
    application = Application(home, lambda: (ROOM,))
    opened = workspace.open_demo(home)
    demo.enter(application, opened, demo.sign_in(opened), "studio/home")
    (page,) = application.window.findChildren(StudioPage)
    driver = Driver(application.window)
    driver.wait_until(lambda: page.saving.state == "saved", "the page")
    if where:
        write(page, driver, where, lambda: journals.flush(home, page))
    stack = page.editor.undo_stack
    hand = RandomGestures(page, driver, seed)
    while True:
        count, index = stack.count(), stack.position()
        hand.gesture()
        qt.processEvents()
        if (stack.count(), stack.position()) != (count, index):
            say("done", stack.count(), stack.position(), {item.id: cell for item, cell in page.editor.layout})
            assert journals.flush(home, page)
            say("kept")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
