"""Decodes the images of a document, and draws them with their widgets' settings.

Decoding is for a worker thread (`WidgetQueryRunner`). Each image is kept in several sizes, each half of the one before,
like mipmaps: a tile is drawn from the next larger one, which is sharp, and the time depends on the tile's size alone.
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

_MAX_PAGE_PIXELS: Final = 24_000_000
"""Pixels of all decoded images of a page together: about 100 MB."""
_UNSCALED_COUNT: Final = 4
"""Up to this many images get the same share of the pixels."""
_MIN_SIDE: Final = 64
"""The side in pixels below which no smaller size is kept."""
_VECTOR_PIXEL_RATIO: Final = 3.0
"""The pixels of an image per point in vector output, which can be enlarged."""
_VECTOR_ENGINES: Final = (QPaintEngine.Type.Pdf, QPaintEngine.Type.SVG, QPaintEngine.Type.Picture)


class DecodedImage:
    """A decoded image in several sizes (`levels`), the largest first, each half of the one before."""

    def __init__(self, image: QImage) -> None:
        levels = [image]
        while min(levels[-1].width(), levels[-1].height()) > 2 * _MIN_SIDE:
            levels.append(_halved(levels[-1]))
        self.levels = tuple(levels)

    @property
    def size(self) -> QSizeF:
        """Its size in pixels."""
        return QSizeF(self.levels[0].size())

    def level_for(self, size: QSizeF) -> QImage:
        """The smallest level that is at least as large as `size`."""
        fit = [one for one in self.levels if one.width() >= size.width() and one.height() >= size.height()]
        return fit[-1] if fit else self.levels[0]


class _Key(NamedTuple):
    text: str
    pixels: int


_cache: WeakValueDictionary[_Key, DecodedImage] = WeakValueDictionary()
"""The images that are shown now, shared among all pages."""
_lock = threading.Lock()


def pixels_per_image(count: int) -> int:
    """The pixels that each of `count` images of a page may have."""
    among = _UNSCALED_COUNT
    while among < count:
        among *= 2
    return _MAX_PAGE_PIXELS // among


def decode_data_uri(text: str, pixels: int) -> DecodedImage:
    """Decode the data URI of an image, to at most `pixels` pixels. Raises `Invalid`. Not for the main thread."""
    key = _Key(text, pixels)
    with _lock:
        found = _cache.get(key)
    if found is None:
        head, data = images.parse_data_uri(text)
        image = read_image(head, data, pixels)
        form = QImage.Format
        clear = form.Format_ARGB32_Premultiplied if image.hasAlphaChannel() else form.Format_RGB32
        found = DecodedImage(image.convertToFormat(clear))
        with _lock:
            _cache[key] = found
    return found


def read_image(head: images.ImageHeader, data: bytes, pixels: int) -> QImage:
    """Decode the file of an image, upright, to at most `pixels` pixels. Raises `Invalid`."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(head.form.encode()))
    reader.setDecideFormatFromContent(False)
    reader.setAutoTransform(True)
    # Qt must be about to decode the size that was checked, and not another one from elsewhere in the file.
    size_matches = reader.size() == QSize(head.width, head.height)
    shrink = (pixels / (head.width * head.height)) ** 0.5
    if shrink < 1:
        reader.setScaledSize(QSize(max(1, int(head.width * shrink)), max(1, int(head.height * shrink))))
    image = reader.read() if size_matches else QImage()
    if image.isNull():
        raise Invalid(
            "image.damaged",
            _("The image is damaged or incomplete."),
            do=_("Save it again and choose the new file."),
        )
    return image


def paint_picture(painter: QPainter, body: QRectF, widget: WidgetContent, picture: DecodedImage) -> None:
    """Draw an image in the body of a tile, according to the widget's settings `fit` and `align`."""
    target, part = _placement(body, picture.size, str(widget.setting("fit")), str(widget.setting("align")))
    engine = painter.paintEngine()
    is_vector = engine is not None and engine.type() in _VECTOR_ENGINES
    transform, device = painter.transform(), painter.device()
    pixel_ratio = _VECTOR_PIXEL_RATIO if is_vector else device.devicePixelRatio() if device is not None else 1.0
    scale = QSizeF(abs(transform.m11()) or 1.0, abs(transform.m22()) or 1.0) * pixel_ratio
    whole = QSizeF(target.width() / part.width(), target.height() / part.height())
    image = picture.level_for(QSizeF(whole.width() * scale.width(), whole.height() * scale.height()))
    source = QRectF(part.left() * image.width(), part.top() * image.height(),
                    part.width() * image.width(), part.height() * image.height())  # fmt: skip
    painter.save()
    painter.setClipRect(body, Qt.ClipOperation.IntersectClip)
    if is_vector:
        _paint_alt_text(painter, target.intersected(body), str(widget.setting("alt")))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(target, image, source)
    painter.restore()


def _paint_alt_text(painter: QPainter, box: QRectF, alt: str) -> None:
    """Draw the alternative text below the image, invisible, for search and screen readers in vector output."""
    if alt:
        font = theme().font("caption")
        painter.setFont(font)
        painter.setPen(theme().color("surface"))
        shown = QFontMetricsF(font).elidedText(alt, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)


def _placement(body: QRectF, size: QSizeF, fit: str, align: str) -> tuple[QRectF, QRectF]:
    """The rectangle that an image is drawn in, and which part of the image (0 to 1 in both directions)."""
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


def _halved(image: QImage) -> QImage:
    size = QSize(max(1, image.width() // 2), max(1, image.height() // 2))
    return image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
