"""A picture from outside brought into the form a dashboard keeps: still, upright, small, and saying nothing besides.

It is decoded and written anew, so that neither where a photograph was taken nor anything else that a file carries
beside its picture goes along. Nothing here is for the window's thread but `offered`.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QSize, Qt
from PySide6.QtGui import QColorSpace, QImage, QImageReader, QPainter

from benchboard.dashboards import images
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.studio.tiles.images import opened


class Bitmap(NamedTuple):
    """A BMP as other programs put it on the clipboard, not decoded yet. No file of that form is taken."""

    data: bytes


Source = Path | bytes | Bitmap | QImage
FILTER: Final = "*.png *.jpg *.jpeg *.webp"
_LONG_SIDE: Final = 2_048
"""Pixels: sharp across a whole page that is shown at 200 %, and within the bytes a picture may take."""
_SHORTEST: Final = 64
_QUALITIES: Final = (88, 78)
_RAW: Final = ("image/png", "image/jpeg", "image/webp")
_BITMAP: Final = ("image/bmp", "image/x-bmp", "image/x-MS-bmp")


def offered(data: QMimeData) -> list[Source]:
    """The pictures that were dropped or copied: the picture itself, or files of this computer. Not what lies at an
    address elsewhere, which nobody fetches."""
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


def made(source: Source, check: Callable[[], None]) -> tuple[str, float]:
    """A picture as a document says it, and its height for a width of 1. `check` raises where it is to end early.

    Raises `Invalid`, in a sentence that names the file, for what is no picture that can be taken.
    """
    try:
        form, image = _read(source)
        check()
        image = _plain(image)
        for attempt, data in _attempts(form, image):
            check()
            if len(data) <= images.MAX_BYTES:
                text = images.written(attempt, data)
                images.read(text)  # what could not be shown is not kept
                return text, image.height() / image.width()
    except Invalid as error:
        if not isinstance(source, Path):
            raise
        what = _("{file}: {what}").format(file=source.name, what=error.what)
        raise Invalid(error.code, what, why=error.why, do=error.do) from error
    raise Invalid("image.too-large", _("The picture cannot be brought down to {limit} KiB.").format(
        limit=images.MAX_BYTES // 1024))  # fmt: skip


def _read(source: Source) -> tuple[str, QImage]:
    if isinstance(source, Bitmap):
        return "png", _opened_bitmap(source.data)
    if isinstance(source, QImage):
        _require_small(source.size())
        return "png", source
    data = _content(source) if isinstance(source, Path) else source
    if len(data) > images.MAX_FILE:
        most = images.MAX_FILE // 1024 // 1024
        raise Invalid(
            "image.too-long",
            _("The picture is larger than {limit} MiB.").format(limit=most),
            do=_("Make it smaller first."),
        )
    head = images.head(data)
    longest = max(head.width, head.height)
    shrink = min(1.0, _LONG_SIDE / longest)
    return head.form, opened(head, data, max(1, int(head.width * head.height * shrink * shrink)))


def _opened_bitmap(data: bytes) -> QImage:
    holder = QBuffer()
    holder.setData(QByteArray(data))
    holder.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(holder, QByteArray(b"bmp"))
    reader.setDecideFormatFromContent(False)
    size = reader.size()
    size.setHeight(abs(size.height()))  # below zero where its rows begin at the top
    image = QImage()
    if not size.isEmpty():
        _require_small(size)
        image = reader.read()
    if image.isNull():
        raise Invalid("image.damaged", _("The picture is damaged or not all there."))
    return image


def _require_small(size: QSize) -> None:
    if size.width() * size.height() > images.MAX_FILE_PIXELS:
        raise Invalid("image.too-large", _("The picture is too large."), do=_("Make it smaller first."))


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():  # a pipe would be waited for, a device never ends
            raise Invalid("image.file", _("This is no file."), do=_("Choose another one."))
        with path.open("rb") as file:
            return file.read(images.MAX_FILE + 1)
    except OSError as error:
        raise Invalid("image.file", _("It cannot be read."), why=error.strerror or "") from error


def _plain(image: QImage) -> QImage:
    """The picture alone, in the colours of a screen, as large as it is kept."""
    screen = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    if image.colorSpace().isValid() and image.colorSpace() != screen:
        converted = image.convertedToColorSpace(screen)
        image = image if converted.isNull() else converted
    if max(image.width(), image.height()) > _LONG_SIDE:
        image = _scaled(image, _LONG_SIDE / max(image.width(), image.height()))
    clear = _is_clear(image)
    form = QImage.Format.Format_ARGB32_Premultiplied if clear else QImage.Format.Format_RGB32
    plain = QImage(image.size(), form)
    if plain.isNull():
        raise Invalid("image.damaged", _("The picture is damaged or not all there."))
    plain.fill(Qt.GlobalColor.transparent if clear else Qt.GlobalColor.white)
    image.setDevicePixelRatio(1.0)
    with QPainter(plain) as painter:
        painter.drawImage(0, 0, image)
    return plain


def _is_clear(image: QImage) -> bool:
    """Whether anything of it can be seen through."""
    if not image.hasAlphaChannel():
        return False
    alpha = image.convertToFormat(QImage.Format.Format_Alpha8)
    rows = bytes(alpha.constBits())
    line, width = alpha.bytesPerLine(), alpha.width()
    return any(rows[y * line : y * line + width].count(b"\xff") != width for y in range(alpha.height()))


def _attempts(form: str, image: QImage) -> Iterator[tuple[str, bytes]]:
    """The picture as files, each smaller than the one before: without loss where it was, then with, then of fewer
    pixels."""
    while min(image.width(), image.height()) >= 1:
        if form == "png":
            yield "png", _file(image, "png", -1)
        lossy = "webp" if image.hasAlphaChannel() or form == "webp" else "jpeg"
        for quality in _QUALITIES:
            yield lossy, _file(image, lossy, quality)
        if max(image.width(), image.height()) <= _SHORTEST:
            return
        image = _scaled(image, 0.75)


def _scaled(image: QImage, by: float) -> QImage:
    size = QSize(max(1, round(image.width() * by)), max(1, round(image.height() * by)))
    return image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)


def _file(image: QImage, form: str, quality: int) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, form, quality)  # type: ignore[call-overload]  # PySide's stub knows files only
    return bytes(content.data())
