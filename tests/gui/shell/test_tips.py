"""Tooltips: Qt takes text for markup by its look, and what stands in a database may look like anything."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from benchboard.ui.widgets.labels import Elided, plain_tip

HOSTILE = '<img src="file:///etc/hostname"><b>Dana</b> & co'


@pytest.mark.parametrize("text", [HOSTILE, "<b>x</b>", "<a href='file://attacker/share'>x", "<!-- x --><p>"])
def test_data_in_a_tooltip_is_never_markup(qtbot: QtBot, text: str) -> None:
    shown = plain_tip(text)
    label = QLabel(shown)
    qtbot.addWidget(label)
    label.setTextFormat(Qt.TextFormat.AutoText)
    document = QTextDocument()
    document.setHtml(shown)
    assert document.toPlainText() == text
    plain = QLabel(text)
    qtbot.addWidget(plain)
    plain.setTextFormat(Qt.TextFormat.PlainText)
    assert label.sizeHint() == plain.sizeHint()


@pytest.mark.parametrize("text", ["Dana Whitfield", "Ödünç & co", ""])
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert plain_tip(text) == text


def test_a_line_too_long_shows_its_markup_in_the_tooltip(qtbot: QtBot) -> None:
    line = Elided(HOSTILE)
    qtbot.addWidget(line)
    line.resize(20, 20)
    line.show()
    assert line.toolTip() == plain_tip(HOSTILE)
