"""Every view, and every part of the gallery, answers a screen reader at any time: also while it is being built.

Dialogs, panes and menus are asked on each screen of `support.sizes_screens`, in the walk by keys.
"""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui import admin, bench, studio
from benchboard.ui.gallery.samples import samples
from benchboard.ui.shell import settings_view
from benchboard.ui.shell.shell import Shell
from benchboard.ui.theme import Theme
from benchboard.ui.widgets import accessible_factory
from support.reader_questions import asked_when_named, wrong_answers


@pytest.fixture(autouse=True)
def screen_reader() -> Iterator[None]:
    before = QAccessible.isActive()
    QAccessible.setActive(True)
    accessible_factory.install()
    yield
    QAccessible.setActive(before)


def test_every_view_answers_a_screen_reader_while_it_is_built_and_after(open_local: Callable[[str], Shell]) -> None:
    with asked_when_named() as faults:
        shell = open_local("settings")
        for room in (bench.ROOM, studio.ROOM, admin.ROOM, settings_view.ROOM):
            for view in room.views:
                shell.go(f"{room.key}/{view.key}")
                QApplication.processEvents()
                faults += [f"{room.key}/{view.key}: {fault}" for fault in wrong_answers(shell.window())]
    assert not faults, "\n".join(faults)


def test_every_part_of_the_gallery_answers_a_screen_reader(qtbot: QtBot, light: Theme) -> None:
    with asked_when_named() as faults:
        for sample in samples():
            holder = QWidget()
            qtbot.addWidget(holder)
            sample.build().setParent(holder)
            holder.show()
            faults += [f"{sample.part}, {sample.state}: {fault}" for fault in wrong_answers(holder)]
            holder.hide()
    assert not faults, "\n".join(faults)
