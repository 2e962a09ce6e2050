"""What a painter writes and where: for tests of layouts, which look at no pixels."""

from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree

from PySide6.QtCore import QBuffer, QIODevice, QRectF, QSize
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTransform
from PySide6.QtSvg import QSvgGenerator

_SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True, slots=True)
class PaintedText:
    """A text, its rectangle from the line it stands on up to its capitals, and its colour."""

    text: str
    box: QRectF
    colour: QColor


def painted_texts(size: QSize, paint: Callable[[QPainter], object]) -> list[PaintedText]:
    """The texts that `paint` writes on a picture of this size, in the order of writing."""
    buffer, generator = QBuffer(), QSvgGenerator()
    buffer.open(QIODevice.OpenModeFlag.ReadWrite)
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setResolution(96)
    with QPainter(generator) as painter:
        paint(painter)
    drawing = ElementTree.fromstring(bytes(buffer.data().data()))  # Qt wrote it
    return [
        _text(group.get("transform", ""), text)
        for group in drawing.iter(f"{_SVG}g")
        for text in group.findall(f"{_SVG}text")
    ]


def _text(transform: str, element: ElementTree.Element) -> PaintedText:
    font = QFont(element.get("font-family", "").split(","))
    font.setPixelSize(round(float(element.get("font-size", ""))))
    font.setWeight(QFont.Weight(int(element.get("font-weight", ""))))
    font.setFeature(QFont.Tag("tnum"), 1)
    metrics, text = QFontMetricsF(font), element.text or ""
    x, y = float(element.get("x", "")), float(element.get("y", ""))
    box = QRectF(x, y - metrics.capHeight(), metrics.horizontalAdvance(text), metrics.capHeight())
    matrix = QTransform(*map(float, transform.removeprefix("matrix(").removesuffix(")").split(",")))
    return PaintedText(text, matrix.mapRect(box), QColor(element.get("fill", "")))
