"""Boxes above the window: their first size, and their shadows."""

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.theme import Theme
from benchboard.ui.widgets.surfaces import SHADOW, paint_shadow
from benchboard.ui.widgets.value_tip import value_tip


def test_value_tip_has_at_once_the_size_of_another_text(light: Theme, qtbot: QtBot) -> None:
    """It had the size of the text before until the next move, so that longer texts lost their last letters."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show()
    tip, spot = value_tip(window), window.mapToGlobal(QPoint(100, 100))
    tip.show_at(spot, "<table><tr><td>5 Oct</td></tr></table>")
    short = tip.width()
    QApplication.processEvents()
    tip.show_at(spot, "<table><tr><td>Week of 21 Sep 2026, so far</td></tr></table>")
    assert tip.width() > short + 80


def test_shadow_of_a_small_frame_has_no_hard_edges(light: Theme) -> None:
    image = QImage(260, 180, QImage.Format.Format_ARGB32)
    image.fill(0)
    frame = QRect(60, 60, 140, 48)
    with QPainter(image) as painter:
        paint_shadow(painter, frame)
    outside = [(x, y) for y in range(179) for x in range(259) if not frame.adjusted(-1, -1, 1, 1).contains(x, y)]
    for x, y in outside:
        alpha = image.pixelColor(x, y).alpha()
        for other in (image.pixelColor(x + 1, y), image.pixelColor(x, y + 1)):
            assert abs(alpha - other.alpha()) < 12, (x, y)


def test_value_tip_stands_where_it_covers_the_fewest_points(light: Theme, qtbot: QtBot) -> None:
    """The values of a chart hid its highest line, right of the pointer."""
    assert light is not None
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 400)
    window.show()
    tip, spot = value_tip(window), QPoint(300, 200)
    text = "<br>".join(["5 Oct"] * 4)
    for points, is_right, is_below in (
        ([], True, True),
        ([QPoint(320 + 5 * at, 225) for at in range(9)], True, False),
        ([QPoint(320, y) for y in (120, 150, 180, 220, 250)], False, True),
    ):
        tip.show_at(window.mapToGlobal(spot), text, clear_of=[window.mapToGlobal(one) for one in points])
        box = tip.geometry().adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)
        assert (box.left() > spot.x(), box.top() > spot.y()) == (is_right, is_below)
        assert not any(box.contains(one) for one in points)
        assert window.rect().contains(box)
