"""The faults that a walk through the screens looks for are found, and nothing else is."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.theme import Theme
from benchboard.ui.widgets import Elided, Paragraph, Select, Toolbar
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.surfaces import scroll_area
from support.layout_faults import OurWords, faults

WORDS = OurWords({"Save the changes", "Delete", "Loading…", "{count} dashboards in all"})


@pytest.fixture
def window(qtbot: QtBot, light: Theme) -> QWidget:
    window = QWidget()
    window.resize(600, 400)
    qtbot.addWidget(window)
    window.show()
    return window


def _place(widget: QWidget, window: QWidget, x: int, y: int, width: int, height: int = 24) -> None:
    widget.setParent(window)
    widget.setGeometry(QRect(x, y, width, height))
    widget.show()


def test_window_whose_text_is_whole_has_no_faults(window: QWidget) -> None:
    field = QLineEdit("a long path that somebody typed, which scrolls with the cursor")
    scrolled = QWidget()
    for row in range(20):
        _place(QLabel(f"row {row}"), scrolled, 0, 30 * row, 100)
    scrolled.setMinimumSize(100, 600)
    _place(QLabel("Save the changes"), window, 10, 10, 200)
    _place(Elided("Northwind Test Lab, the second floor"), window, 10, 40, 90)
    _place(QLabel("Loading…"), window, 10, 70, 90)
    _place(field, window, 10, 100, 100)
    _place(scroll_area(scrolled), window, 300, 10, 200, 100)
    assert faults(window, WORDS) == []


def test_each_fault_of_a_layout_is_found(window: QWidget) -> None:
    hidden = QWidget()
    _place(QLabel("Save the changes"), window, 10, 10, 60)
    _place(Elided("Save the changes"), window, 10, 40, 90)
    _place(Paragraph("one two three four five six seven"), window, 10, 70, 60, 30)
    _place(QLabel("Northwind"), window, 200, 10, 80)
    _place(QLabel("Test Lab"), window, 220, 14, 80)
    _place(hidden, window, 200, 60, 100)
    _place(QPushButton("Delete"), hidden, 60, 0, 80)
    placeholder = QLineEdit()
    placeholder.setPlaceholderText("12 dashboards in all")
    _place(placeholder, window, 200, 100, 60)
    found = "\n".join(faults(window, WORDS))
    for expected in (
        "cut off by 4", "elided: 'Save t", "'three' (Paragraph", "overprinted: 'Northwind' and 'Test Lab'",
        "overlapping: QLabel and QLabel", "beyond QWidget by 40 × 0 px: QPushButton", "QLineEdit",
    ):  # fmt: skip
        assert expected in found, (expected, found)


def test_texts_that_share_a_line_are_elided_only_where_both_do_not_fit(qtbot: QtBot, window: QWidget) -> None:
    line = QWidget()
    name, kind = Elided("Average order of euro shops", fits_text=True), Elided("Gauge", fits_text=True)
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    for text in (name, kind):
        row.addWidget(text)
    row.addStretch(1)
    whole = line.sizeHint().width()
    _place(line, window, 0, 0, whole)
    qtbot.waitUntil(lambda: kind.width() > 0 and kind.geometry().right() < whole)
    assert (name.toolTip(), kind.toolTip()) == ("", "")
    line.setFixedWidth(whole - 20)
    qtbot.waitUntil(lambda: name.toolTip() == name.text())
    assert kind.toolTip() == ""
    name.setText("Orders")
    qtbot.waitUntil(lambda: name.toolTip() == "")


def test_toolbar_without_room_shows_icons_alone_from_the_first_button_on(qtbot: QtBot, window: QWidget) -> None:
    bar = Toolbar("Dashboards")
    first, second = Button("Import dashboard", icon="ph.upload-simple"), Button("Create dashboard", icon="ph.plus")
    bar.add(Select([("", "All")]))
    for button in (first, second):
        bar.add_right(button)
    bar.shorten(first, second)
    whole = bar.minimumSizeHint().width()
    _place(bar, window, 0, 300, whole, 48)
    for width, texts in (
        (whole, (True, True)),
        (whole - 1, (False, True)),
        (300, (False, False)),
        (whole, (True, True)),
    ):
        bar.setFixedWidth(width)
        qtbot.waitUntil(lambda texts=texts: (bool(first.text()), bool(second.text())) == texts)
        assert first.toolTip() == ("" if texts[0] else "Import dashboard")
        assert bar.layout().minimumSize().width() <= width or not any(texts)


def test_toolbar_whose_buttons_are_all_hidden_has_its_title(qtbot: QtBot, window: QWidget) -> None:
    """Explore had no title until a query ran: it was hidden before the window had its width."""
    bar = Toolbar("Explore")
    cancel = Button("Cancel query", icon="ph.x")
    bar.add_right(cancel)
    bar.shorten(cancel)
    _place(bar, window, 0, 300, 40, 48)
    title = next(label for label in bar.findChildren(QLabel) if label.text() == "Explore")
    bar.setFixedWidth(40)
    qtbot.waitUntil(title.isHidden)
    cancel.hide()
    bar.setFixedWidth(600)
    qtbot.waitUntil(lambda: not title.isHidden())


def test_toolbar_at_rest_is_not_laid_out_again(qtbot: QtBot, window: QWidget) -> None:
    bar = Toolbar("Dashboards")
    button = Button("Create dashboard", icon="ph.plus")
    bar.add_right(button)
    bar.shorten(button)
    _place(bar, window, 0, 300, 300, 48)
    asked = []

    class Watcher(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            asked.append(event.type() == QEvent.Type.LayoutRequest)
            return False

    watcher = Watcher()
    bar.installEventFilter(watcher)
    for _pass in range(10):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
    asked.clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
    assert not any(asked)
    button.setText("Create a dashboard from this template")
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
    assert any(asked)
