"""Converts an image file into the form that a dashboard stores: still, upright, small and without metadata.

It is decoded and encoded again to remove metadata, such as the place where a photograph was taken. Only `sources_in` is
for the main thread.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QSize, Qt
from PySide6.QtGui import QColorSpace, QImage, QImageReader, QPainter

from benchboard.dashboards.document import images
from benchboard.errors import Invalid
from benchboard.i18n import _, system_reason
from benchboard.ui.studio.tiles.image_painting import read_image


class Bitmap(NamedTuple):
    """A BMP from the clipboard, not decoded yet. BMP files are not accepted."""

    data: bytes


ImageSource = Path | bytes | Bitmap | QImage
FILTER: Final = "*.png *.jpg *.jpeg *.webp"
_LONG_SIDE: Final = 2_048
"""Pixels: sharp across a whole page at 200 % zoom, and small enough for the size limit of an image."""
_MIN_SIDE: Final = 64
_QUALITIES: Final = (88, 78)
_RAW: Final = ("image/png", "image/jpeg", "image/webp")
_BITMAP: Final = ("image/bmp", "image/x-bmp", "image/x-MS-bmp")


def sources_in(data: QMimeData) -> list[ImageSource]:
    """The images in dropped or copied data: image data, or local files. Remote addresses are never fetched."""
    for form in _RAW:
        if data.hasFormat(form):
            return [bytes(data.data(form).data()[: images.MAX_FILE + 1])]
    if data.hasUrls():
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if files:
            return list(files)
    for form in _BITMAP:
        if data.hasFormat(form):
            return [Bitmap(bytes(data.data(form).data()))]
    if data.hasImage():
        image = data.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return [image]
    return []


def convert(source: ImageSource, check: Callable[[], None]) -> tuple[str, float]:
    """An image in the form a document stores, and its ratio of height to width. `check` raises to cancel.

    Raises `Invalid`, with the file's name, if it isn't an image or isn't acceptable.
    """
    try:
        form, image = _read(source)
        check()
        image = _normalized(image)
        for attempt, data in _attempts(form, image):
            check()
            if len(data) <= images.MAX_BYTES:
                text = images.to_data_uri(attempt, data)
                images.parse_data_uri(text)  # raises if the image could not be shown
                return text, image.height() / image.width()
    except Invalid as error:
        if not isinstance(source, Path):
            raise
        what = _("{file}: {what}").format(file=source.name, what=error.what)
        raise Invalid(error.code, what, why=error.why, do=error.do) from error
    raise Invalid("image.too-large", _("This image can't be compressed to {limit} KiB.").format(
        limit=images.MAX_BYTES // 1024))  # fmt: skip


def _read(source: ImageSource) -> tuple[str, QImage]:
    if isinstance(source, Bitmap):
        return "png", _decode_bitmap(source.data)
    if isinstance(source, QImage):
        _require_small(source.size())
        return "png", source
    data = _content(source) if isinstance(source, Path) else source
    if len(data) > images.MAX_FILE:
        most = images.MAX_FILE // 1024 // 1024
        raise Invalid(
            "image.too-long",
            _("The image is larger than {limit} MiB.").format(limit=most),
            do=_("Make it smaller, then try again."),
        )
    head = images.read_header(data)
    longest = max(head.width, head.height)
    shrink = min(1.0, _LONG_SIDE / longest)
    return head.form, read_image(head, data, max(1, int(head.width * head.height * shrink * shrink)))


def _decode_bitmap(data: bytes) -> QImage:
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"bmp"))
    reader.setDecideFormatFromContent(False)
    size = reader.size()
    size.setHeight(abs(size.height()))  # negative if the rows start at the top
    image = QImage()
    if not size.isEmpty():
        _require_small(size)
        image = reader.read()
    if image.isNull():
        raise Invalid("image.damaged", _("The image is damaged or incomplete."))
    return image


def _require_small(size: QSize) -> None:
    if size.width() * size.height() > images.MAX_FILE_PIXELS:
        raise Invalid("image.too-large", _("The image is too large."), do=_("Make it smaller, then try again."))


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():  # reading a pipe would wait, reading a device would never end
            raise Invalid("image.file", _("This isn't a file."), do=_("Choose another file."))
        with path.open("rb") as file:
            return file.read(images.MAX_FILE + 1)
    except OSError as error:
        raise Invalid("image.file", _("The file can't be read."), why=system_reason(error)) from error


def _normalized(image: QImage) -> QImage:
    """The pixels alone, in sRGB, at the size that is stored."""
    screen = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    if image.colorSpace().isValid() and image.colorSpace() != screen:
        converted = image.convertedToColorSpace(screen)
        image = image if converted.isNull() else converted
    if max(image.width(), image.height()) > _LONG_SIDE:
        image = _scaled(image, _LONG_SIDE / max(image.width(), image.height()))
    clear = _has_transparency(image)
    form = QImage.Format.Format_ARGB32_Premultiplied if clear else QImage.Format.Format_RGB32
    plain = QImage(image.size(), form)
    if plain.isNull():
        raise Invalid("image.damaged", _("The image is damaged or incomplete."))
    plain.fill(Qt.GlobalColor.transparent if clear else Qt.GlobalColor.white)
    image.setDevicePixelRatio(1.0)
    with QPainter(plain) as painter:
        painter.drawImage(0, 0, image)
    return plain


def _has_transparency(image: QImage) -> bool:
    """Whether any pixel is not opaque."""
    if not image.hasAlphaChannel():
        return False
    alpha = image.convertToFormat(QImage.Format.Format_Alpha8)
    rows = bytes(alpha.constBits())
    line, width = alpha.bytesPerLine(), alpha.width()
    return any(rows[y * line : y * line + width].count(b"\xff") != width for y in range(alpha.height()))


def _attempts(form: str, image: QImage) -> Iterator[tuple[str, bytes]]:
    """Encoded images, each smaller than the one before: lossless if it was, then lossy, then with fewer pixels."""
    while min(image.width(), image.height()) >= 1:
        if form == "png":
            yield "png", _file(image, "png", -1)
        lossy = "webp" if image.hasAlphaChannel() or form == "webp" else "jpeg"
        for quality in _QUALITIES:
            yield lossy, _file(image, lossy, quality)
        if max(image.width(), image.height()) <= _MIN_SIDE:
            return
        image = _scaled(image, 0.75)


def _scaled(image: QImage, by: float) -> QImage:
    size = QSize(max(1, round(image.width() * by)), max(1, round(image.height() * by)))
    return image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)


def _file(image: QImage, form: str, quality: int) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, form, quality)  # type: ignore[call-overload]  # PySide's stub accepts file names only
    return bytes(content.data())
