"""Decodes the images of a document, and draws them as their widgets say.

Decoding is for a worker thread (`WidgetQueryRunner`). Each image is kept in several sizes, each half of the one before,
like mipmaps: a tile is drawn from the next larger one, which is sharp, and takes time by the size of the tile alone.
"""

import threading
from typing import Final, NamedTuple
from weakref import WeakValueDictionary

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QImageReader, QPaintEngine, QPainter

from benchboard.dashboards.document import images
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.theme import theme

_ROOM: Final = 24_000_000
"""Pixels of all the pictures a page shows, a hundred megabytes."""
_FEW: Final = 4
"""So many share it without being made smaller."""
_LEAST: Final = 64
"""Pixels below which no further half is kept."""
_FINE: Final = 3.0
"""Pixels a picture has for each of the sheet's, at most, in a drawing that can be enlarged."""
_DRAWINGS: Final = (QPaintEngine.Type.Pdf, QPaintEngine.Type.SVG, QPaintEngine.Type.Picture)


class DecodedImage:
    """A picture, ready to be drawn: the largest first, each further one half of it."""

    def __init__(self, image: QImage) -> None:
        levels = [image]
        while min(levels[-1].width(), levels[-1].height()) > 2 * _LEAST:
            levels.append(_half(levels[-1]))
        self.levels = tuple(levels)

    @property
    def size(self) -> QSizeF:
        """How large it is, in pixels of its own."""
        return QSizeF(self.levels[0].size())

    def near(self, size: QSizeF) -> QImage:
        """The smallest that is no smaller than this."""
        fit = [one for one in self.levels if one.width() >= size.width() and one.height() >= size.height()]
        return fit[-1] if fit else self.levels[0]


class _Key(NamedTuple):
    text: str
    pixels: int


_known: WeakValueDictionary[_Key, DecodedImage] = WeakValueDictionary()
"""What any page shows at the moment: a second one that shows the same has no copy of its own."""
_lock = threading.Lock()


def pixels_per_image(count: int) -> int:
    """How many pixels each picture may have on a page that shows so many."""
    among = _FEW
    while among < count:
        among *= 2
    return _ROOM // among


def decode_data_uri(text: str, pixels: int) -> DecodedImage:
    """The picture a document says, in so many pixels at most. Raises `Invalid`, in a sentence. Not for the window's
    thread."""
    key = _Key(text, pixels)
    with _lock:
        there = _known.get(key)
    if there is None:
        head, data = images.parse_data_uri(text)
        image = read_image(head, data, pixels)
        form = QImage.Format
        clear = form.Format_ARGB32_Premultiplied if image.hasAlphaChannel() else form.Format_RGB32
        there = DecodedImage(image.convertToFormat(clear))
        with _lock:
            _known[key] = there
    return there


def read_image(head: images.ImageHeader, data: bytes, pixels: int) -> QImage:
    """A picture's file as a picture, turned as its camera was held, with so many pixels at most. Raises `Invalid`."""
    holder = QBuffer()
    holder.setData(QByteArray(data))
    holder.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(holder, QByteArray(head.form.encode()))
    reader.setDecideFormatFromContent(False)
    reader.setAutoTransform(True)
    # What its reader is going to decode is what was bounded, and not what the file says elsewhere.
    agreed = reader.size() == QSize(head.width, head.height)
    shrink = (pixels / (head.width * head.height)) ** 0.5
    if shrink < 1:
        reader.setScaledSize(QSize(max(1, int(head.width * shrink)), max(1, int(head.height * shrink))))
    image = reader.read() if agreed else QImage()
    if image.isNull():
        raise Invalid(
            "image.damaged",
            _("The image is damaged or incomplete."),
            do=_("Save it again and choose the new file."),
        )
    return image


def paint_picture(painter: QPainter, body: QRectF, widget: WidgetContent, picture: DecodedImage) -> None:
    """Draw a picture in a tile's body."""
    target, part = _placed(body, picture.size, str(widget.setting("fit")), str(widget.setting("align")))
    engine = painter.paintEngine()
    drawing = engine is not None and engine.type() in _DRAWINGS
    transform, device = painter.transform(), painter.device()
    sharp = _FINE if drawing else device.devicePixelRatio() if device is not None else 1.0
    scale = QSizeF(abs(transform.m11()) or 1.0, abs(transform.m22()) or 1.0) * sharp
    whole = QSizeF(target.width() / part.width(), target.height() / part.height())
    image = picture.near(QSizeF(whole.width() * scale.width(), whole.height() * scale.height()))
    source = QRectF(part.left() * image.width(), part.top() * image.height(),
                    part.width() * image.width(), part.height() * image.height())  # fmt: skip
    painter.save()
    painter.setClipRect(body, Qt.ClipOperation.IntersectClip)
    if drawing:
        _paint_words(painter, target.intersected(body), str(widget.setting("alt")))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(target, image, source)
    painter.restore()


def _paint_words(painter: QPainter, box: QRectF, alt: str) -> None:
    """What it shows, below it: a drawing can be searched and read aloud, and nobody sees it."""
    if alt:
        font = theme().font("caption")
        painter.setFont(font)
        painter.setPen(theme().color("surface"))
        shown = QFontMetricsF(font).elidedText(alt, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)


def _placed(body: QRectF, size: QSizeF, fit: str, align: str) -> tuple[QRectF, QRectF]:
    """Where a picture is drawn, and which part of it (0 to 1 either way)."""
    if fit == "stretch":
        return body, QRectF(0, 0, 1, 1)
    across, down = {"left": (0.0, 0.5), "right": (1.0, 0.5), "top": (0.5, 0.0), "bottom": (0.5, 1.0)}.get(
        align, (0.5, 0.5)
    )
    scales = body.width() / size.width(), body.height() / size.height()
    if fit == "fill":
        scale = max(scales)
        w, h = body.width() / (size.width() * scale), body.height() / (size.height() * scale)
        return body, QRectF((1 - w) * across, (1 - h) * down, w, h)
    drawn = size * min(scales)
    spare = body.size() - drawn
    return QRectF(body.left() + spare.width() * across, body.top() + spare.height() * down,
                  drawn.width(), drawn.height()), QRectF(0, 0, 1, 1)  # fmt: skip


def _half(image: QImage) -> QImage:
    size = QSize(max(1, image.width() // 2), max(1, image.height() // 2))
    return image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
