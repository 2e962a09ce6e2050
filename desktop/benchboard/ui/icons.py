"""Icons: Phosphor's glyphs from the font in qtawesome, and a few of our own from resources/icons.

The glyphs are drawn here rather than by qtawesome, whose import reads ten fonts and costs a third of the start-up
budget (measured: 130 ms against 1.5 ms). Each icon gets its colour from the theme when it is drawn.
"""

import importlib.util
import json
import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QIcon,
    QIconEngine,
    QPaintEngine,
    QPainter,
    QPainterPath,
    QPixmap,
)

from benchboard import package_data

_log = logging.getLogger(__name__)
_NEWER: Final = {
    "broom": "ph.eraser",
    "circle-notch": "ph.spinner-gap",
    "list-magnifying-glass": "ph.magnifying-glass",
    "plugs": "bb.plug",
    "plugs-connected": "bb.plug",
    "pulse": "ph.activity",
    "seal-check": "ph.circle-wavy-check",
    "usb": "bb.dongle",
}
"""Names of Phosphor 2, which designers use, that the font (1.3) lacks, with their replacements."""

_Mode = QIcon.Mode
_State = QIcon.State


class _Glyph(QIconEngine):
    """Draws one icon in the present colour of the theme."""

    def __init__(self, name: str, role: str, on: str, color: Callable[[str], QColor]) -> None:
        super().__init__()
        self._name, self._role, self._on, self._color = name, role, on, color

    def clone(self) -> QIconEngine:
        return _Glyph(self._name, self._role, self._on, self._color)

    def paint(self, painter: QPainter, rect: QRect, mode: _Mode, state: _State) -> None:
        draw(painter, self._name, QRectF(rect), self._colour(mode, state))

    def pixmap(self, size: QSize, mode: _Mode, state: _State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: _Mode, state: _State, scale: float) -> QPixmap:
        return _pixmap(self._name, self._colour(mode, state).name(), size.width(), size.height(), scale)

    def _colour(self, mode: _Mode, state: _State) -> QColor:
        if mode == _Mode.Disabled:
            return self._color("text.disabled")
        return self._color(self._on if state == _State.On else self._role)


@cache
def themed(name: str, role: str, on: str, color: Callable[[str], QColor]) -> QIcon:
    """A QIcon that follows the theme; `color` returns a colour token each time it is drawn."""
    return QIcon(_Glyph(name, role, on, color))


def draw(painter: QPainter, name: str, rect: QRectF, colour: QColor) -> None:
    """Paint the icon `name` into `rect`."""
    family, glyph = _resolve(name)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if family == "bb":
        from PySide6.QtSvg import QSvgRenderer

        QSvgRenderer(QByteArray(_own(glyph).replace("currentColor", colour.name()).encode())).render(painter, rect)
    else:
        font = QFont(_phosphor())
        font.setPixelSize(max(1, round(min(rect.width(), rect.height()))))
        if _is_drawing(painter):
            _draw_outline(painter, font, _character(glyph), rect, colour)
        else:
            painter.setFont(font)
            painter.setPen(colour)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, _character(glyph))
    painter.restore()


def _is_drawing(painter: QPainter) -> bool:
    """Whether the target is an SVG file, whose readers don't have the font."""
    engine = painter.paintEngine()
    return engine is not None and engine.type() == QPaintEngine.Type.SVG


def _draw_outline(painter: QPainter, font: QFont, glyph: str, rect: QRectF, colour: QColor) -> None:
    path = QPainterPath()
    path.addText(0, 0, font, glyph)
    path.translate(rect.center() - path.boundingRect().center())
    painter.fillPath(path, colour)


@cache
def _resolve(name: str) -> tuple[str, str]:
    """The family and glyph for `name`. An unknown one is logged and drawn as a question mark."""
    family, _dot, glyph = name.partition(".")
    base = glyph.removesuffix("-fill")
    if family == "ph" and base in _NEWER:
        family, _dot, other = _NEWER[base].partition(".")
        glyph = other + glyph[len(base) :]
    if family == "bb" or glyph in _codes():
        return family, glyph
    _log.warning("there is no icon called %s", name)
    return "ph", "question"


@cache
def _pixmap(name: str, colour: str, width: int, height: int, scale: float) -> QPixmap:
    pixmap = QPixmap(QSize(width, height))
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        draw(painter, name, QRectF(QPoint(0, 0), QSize(width, height)), QColor(colour))
    pixmap.setDevicePixelRatio(scale)
    return pixmap


@cache
def _folder() -> Path:
    spec = importlib.util.find_spec("qtawesome")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("qtawesome is not installed")
    return Path(spec.submodule_search_locations[0]) / "fonts"


@cache
def _phosphor() -> str:
    number = QFontDatabase.addApplicationFont(str(next(_folder().glob("phosphor-[0-9]*.ttf"))))
    return QFontDatabase.applicationFontFamilies(number)[0]


@cache
def _codes() -> dict[str, str]:
    """The code of each of 4,500 glyphs, in hexadecimal: a window needs some forty."""
    codes: dict[str, str] = json.loads(next(_folder().glob("phosphor-charmap-*.json")).read_text(encoding="utf-8"))
    return codes


def _character(glyph: str) -> str:
    return chr(int(_codes()[glyph], 16))


@cache
def _own(name: str) -> str:
    return (package_data.resources_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
