"""Text that is too faint for what is behind it, however it is drawn: its pen's colour against the picture around it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QImage

from support.contrast import contrast
from support.painted_text import PaintedText

_SCALE: Final = 2
"""Pixels of the picture for one of the drawing: the strokes of small text then have pixels of their full colour."""
_HIDDEN: Final = 90
"""How far from a text's colour, in steps of red, green and blue together, all pixels are where something covers it."""
_BLENDED: Final = 0.05


def faint_texts(texts: Iterable[PaintedText], picture: QImage) -> Iterator[str]:
    """The texts with less than 4.5 to 1, or 3 for large and disabled text. `picture`: twice the size of the drawing."""
    image = picture.convertToFormat(QImage.Format.Format_RGB32)
    for text in texts:
        seen = text.ink.intersected(text.clip)
        box = QRectF(seen.topLeft() * _SCALE, seen.size() * _SCALE).toAlignedRect().intersected(image.rect())
        if box.width() < 4 or box.height() < 4 or 2 * seen.height() < text.ink.height():
            continue  # such as a list's last row, of which no more is seen than what the list's focus frame crosses
        pixels = _pixels(image, box)
        ground = _ground(image, box, between=not _is_icon(text.text))
        ink = _blended(text.colour, ground)
        if ink.rgb() not in pixels and all(_distance(ink, pixel) > _HIDDEN for pixel in pixels):
            continue
        is_disabled = text.widget is not None and not text.widget.isEnabled()
        measured, least = contrast(ink.name(), ground.name()), 3.0 if text.is_large or is_disabled else 4.5
        if measured < least - _BLENDED:
            yield f"faint: {text.text!r} {ink.name()} on {ground.name()}, {measured:.2f} of {least}"


def _pixels(image: QImage, box: QRect) -> Counter[int]:
    part = image.copy(box)
    return _counted(bytes(part.constBits()))


@lru_cache(maxsize=2_000)  # most of a window looks the same at the next size, and on the next screen
def _counted(pixels: bytes) -> Counter[int]:
    return Counter(memoryview(pixels).cast("I"))


def _is_icon(text: str) -> bool:
    """Whether it is a sign of an icon font, from Unicode's private use area."""
    return len(text) == 1 and "\ue000" <= text <= "\uf8ff"


def _ground(image: QImage, box: QRect, *, between: bool) -> QColor:
    """The most frequent colour around and `between` the letters; around alone for an icon, which may fill its box."""
    around = box.adjusted(-2, -2, 2, 2) if between else box.adjusted(-4, -4, 4, 4)
    pixels = _pixels(image, around.intersected(image.rect()))
    if not between:
        pixels = pixels - _pixels(image, box)  # not in place: what was counted is remembered
    return QColor.fromRgb(pixels.most_common(1)[0][0])


def _blended(ink: QColor, ground: QColor) -> QColor:
    part = ink.alphaF()
    mixed = (
        round(over * part + under * (1 - part))
        for over, under in zip(ink.getRgb()[:3], ground.getRgb()[:3], strict=True)  # type: ignore[index]
    )
    return QColor(*mixed)


def _distance(ink: QColor, pixel: int) -> int:
    other = QColor.fromRgb(pixel)
    return abs(ink.red() - other.red()) + abs(ink.green() - other.green()) + abs(ink.blue() - other.blue())
