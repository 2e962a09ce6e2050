"""Tooltips have the colours of the theme. Their corners are square: round ones would need a compositor."""

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.theme import Theme


def _shown(qtbot: QtBot, words: str, over: QWidget) -> QImage:
    QToolTip.showText(over.mapToGlobal(QPoint(5, 5)), words, over)

    def found() -> list[QWidget]:
        return [one for one in QApplication.topLevelWidgets() if one.inherits("QTipLabel") and one.isVisible()]

    qtbot.waitUntil(lambda: len(found()) == 1)
    picture = found()[0].grab().toImage()
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not found())
    return picture


def test_tooltip_in_each_theme_has_its_colours(qtbot: QtBot, light: Theme) -> None:
    window = QLabel("over it")
    qtbot.addWidget(window)
    window.show()
    for mode in ("light", "dark"):
        light.set_appearance(mode)
        tip = _shown(qtbot, f"It is {mode}", window)
        assert tip.pixelColor(tip.width() // 2, 3) == light.color("tooltip")
        assert tip.pixelColor(tip.width() // 2, 0) == light.color("tooltip")
    light.set_appearance("light")
