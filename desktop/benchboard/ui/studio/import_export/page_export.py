"""Exports a page as PNG, SVG or PDF, or prints it.

It is painted in slices between the window's events, and written atomically, so that no file is ever incomplete.
"""

import queue
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QObject, QRect, QRectF, QSize, QSizeF, QTimer
from PySide6.QtGui import QImage, QPageSize, QPaintDevice, QPainter, QPdfWriter

from benchboard.dashboards.document.widget_kinds import IMAGE, widget_of
from benchboard.errors import AppError, Invalid, Unavailable
from benchboard.i18n import _
from benchboard.ui.file_export import save_file
from benchboard.ui.studio.import_export import export_heading
from benchboard.ui.studio.tiles import page_picture
from benchboard.ui.studio.tiles.page_picture import PagePicture
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.tasks import Progress, Work
from benchboard.ui.theme import theme

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

    from benchboard.ui.context import Context

Format = Literal["png", "svg", "pdf"]
_SLICE: Final = 0.012
"""Seconds of painting before other events are handled."""
_MAX_PIXELS: Final = 120_000_000
"""Most pixels of a picture: half a gigabyte of memory while it is made."""
_DPI: Final = 96
_MOST_NAME_BYTES: Final = 200
_MAX_PDF_POINTS: Final = 14_400
"""Longest PDF page, in points."""

Answers = Callable[[str], QueryResult | None]


def file_name(title: str) -> str:
    """A title as a file name, without an extension: of 200 bytes at most, for file systems take 255 with it."""
    words = " ".join(re.sub(r'[\\/:*?"<>|\x00-\x1f]+', " ", title).split()).strip(". ")
    short = words[:100].encode("utf-8", "ignore")[:_MOST_NAME_BYTES].decode("utf-8", "ignore").strip(". ")
    return short or _("Dashboard")


def size_of(sheet: PagePicture, facts: Sequence[str]) -> QSizeF:
    """Size of a sheet with its heading, in pixels."""
    return sheet.size + QSizeF(0, export_heading.height(facts, sheet.size.width()))


class PageExport(QObject):
    """One page being painted and written; `facts` say below its title what it is filtered by. The status bar shows its
    progress and can cancel it."""

    def __init__(
        self,
        context: "Context",
        sheet: PagePicture,
        answers: Answers,
        title: str,
        owner: QObject,
        facts: Sequence[str] = (),
    ) -> None:
        super().__init__(owner)
        self._context, self._sheet, self._answers, self._title = context, sheet, answers, title
        self._facts = tuple(facts)
        self._messages: queue.Queue[tuple[int, int] | Callable[[], bytes]] = queue.Queue()
        self._paint_timer = QTimer(self, interval=0)
        self._paint_timer.timeout.connect(self._paint_slice)
        self._steps: Iterator[None] = iter(())
        self._painter = QPainter()
        self._theme_context: Callable[[], AbstractContextManager[None]] = nullcontext
        self._done = 0
        self._work: Work | None = None
        self._device: QObject | QPaintDevice | None = None
        """Keeps alive what the painter paints on."""
        self._finish: Callable[[], Callable[[], bytes]] = lambda: bytes

    def start(self, form: Format, path: Path, *, scale: int = 1) -> None:
        """Paint the sheet and write it to `path`. Raises `Invalid` if the picture is too large."""
        {"png": self._as_png, "svg": self._as_svg, "pdf": self._as_pdf}[form](scale)
        self._steps = page_picture.paint(self._painter, self._sheet, self._answers)

        self._work = save_file(
            self._context,
            self,
            path,
            lambda progress: (self._bytes(progress), None),
            lambda _result: self.deleteLater(),
            self._stopped,
        )
        self._paint_timer.start()

    def _paint_slice(self) -> None:
        """Paint for at most `_SLICE` seconds."""
        if self._work is not None and self._work.cancelled:
            self._stop()
            return
        until = monotonic() + _SLICE
        try:
            with self._theme_context():
                for _step in self._steps:
                    self._done += 1
                    if monotonic() >= until:
                        self._messages.put((self._done, len(self._sheet.ids)))
                        return
        except Exception:
            # Otherwise the next slice would find nothing left to paint, and an incomplete page would be written.
            self._stop()
            if self._work is not None:
                self._work.cancel()
            raise
        self._stop()
        self._messages.put(self._finish())

    def _bytes(self, progress: Progress) -> bytes:
        """Wait for the painting to finish and encode the file's content. Runs on a worker."""
        while True:
            progress.check()
            try:
                message = self._messages.get(timeout=0.1)
            except queue.Empty:
                continue
            if isinstance(message, tuple):
                progress.report(*message)
            else:
                return message()

    def _stop(self) -> None:
        self._paint_timer.stop()
        if self._painter.isActive():
            self._painter.end()

    def _stopped(self, error: AppError) -> None:
        self._stop()
        self._context.problems.show(error)
        self.deleteLater()

    def _as_png(self, scale: int) -> None:
        size = (size_of(self._sheet, self._facts) * scale).toSize()
        if size.width() * size.height() > _MAX_PIXELS or max(size.width(), size.height()) > 32_000:
            raise Invalid(
                "studio.too-large",
                _("The image is too large: {width} × {height} pixels.").format(
                    width=size.width(), height=size.height()
                ),
                do=_("Choose a smaller scale or export as PDF."),
            )
        image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        # While it is painted its resolution is the screen's: font sizes are in points, and the device pixel ratio
        # makes them larger already.
        image.setDotsPerMeterX(round(_DPI / 0.0254))
        image.setDotsPerMeterY(round(_DPI / 0.0254))
        image.setDevicePixelRatio(scale)
        self._painter.begin(image)
        for key, words in (("Title", self._title), ("Description", self._description())):
            if words:
                image.setText(key, words)
        self._head()
        self._finish = lambda: lambda: _png(image, scale)

    def _as_svg(self, _scale: int) -> None:
        from PySide6.QtSvg import QSvgGenerator

        buffer, drawing = _OutputBuffer(self), QSvgGenerator()
        size = size_of(self._sheet, self._facts).toSize()
        drawing.setOutputDevice(buffer)
        drawing.setResolution(_DPI)
        drawing.setSize(size)
        drawing.setViewBox(QRect(0, 0, size.width(), size.height()))
        drawing.setTitle(self._title)
        drawing.setDescription(self._description())
        self._painter.begin(drawing)
        self._head()
        self._device = drawing
        self._finish = buffer.content

    def _as_pdf(self, _scale: int) -> None:
        buffer = _OutputBuffer(self)
        paper = QPdfWriter(buffer)
        size = size_of(self._sheet, self._facts) * (72 / _DPI)
        shrink = min(1.0, _MAX_PDF_POINTS / max(size.width(), size.height()))
        paper.setResolution(_DPI)
        paper.setPageMargins(QMarginsF(0, 0, 0, 0))
        paper.setPageSize(QPageSize(size * shrink, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
        paper.setTitle(self._title)
        paper.setCreator("Benchboard")
        self._painter.begin(paper)
        self._painter.scale(shrink, shrink)
        with theme().on_paper():
            self._head()
        self._theme_context = theme().on_paper
        self._device = paper
        self._finish = buffer.content

    def _head(self) -> None:
        """Draw the heading, and move the origin below it."""
        export_heading.paint_head(
            self._painter, self._sheet.size.width(), self._title, export_heading.timestamp_text(), self._facts
        )
        self._painter.translate(0, export_heading.height(self._facts, self._sheet.size.width()))

    def _description(self) -> str:
        return "\n".join(part for part in (" · ".join(self._facts), image_descriptions(self._sheet)) if part)


def image_descriptions(sheet: PagePicture) -> str:
    """The alternative texts of the images on a sheet."""
    widgets = (widget_of(sheet.page.item(name)) for name in sheet.ids)
    texts = (str(widget.setting("alt")) for widget in widgets if widget.kind is not None and widget.kind.type == IMAGE)
    return "\n".join(words for words in texts if words)


class _OutputBuffer(QBuffer):
    """A buffer whose content is taken once, after it was written."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.open(QIODevice.OpenModeFlag.WriteOnly)

    def content(self) -> Callable[[], bytes]:
        content = bytes(self.data().data())
        return lambda: content


def _png(image: QImage, scale: int) -> bytes:
    """Encode the picture as PNG with its resolution, so that its size on paper is the same at every scale."""
    image.setDotsPerMeterX(round(_DPI * scale / 0.0254))
    image.setDotsPerMeterY(round(_DPI * scale / 0.0254))
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # PySide's stub accepts file names only
    return bytes(content.data())


# Printing


def printers() -> list[str]:
    """The printers of this computer, by name."""
    from PySide6.QtPrintSupport import QPrinterInfo

    return QPrinterInfo.availablePrinterNames()


def no_printer() -> Unavailable:
    """The error for a computer without a printer."""
    return Unavailable(
        "studio.no-printer",
        _("No printer found on this computer."),
        do=_("Export as PDF and print it from another computer."),
    )


def print_sheet(printer: "QPrinter", sheet: PagePicture, answers: Answers, title: str = "") -> int:
    """Print the sheet as wide as the paper, split between tiles if it is longer, with its title and the date in the
    footer; returns the number of pages.
    """
    printer.setResolution(_DPI)
    painter = QPainter()
    if not painter.begin(printer):
        raise Unavailable(
            "studio.print",
            _("The printer didn't accept the job."),
            do=_("Check that the printer is on, then print again."),
        )
    with painter:
        room, moment = QSizeF(QSize(printer.width(), printer.height())), export_heading.timestamp_text()
        room.setHeight(room.height() - export_heading.FOOT)
        shrink = min(1.0, room.width() / sheet.size.width())
        pages = _pages(sheet, room.height() / shrink)
        with theme().on_paper():
            for number, (top, bottom) in enumerate(pages):
                if number:
                    printer.newPage()
                painter.save()
                painter.scale(shrink, shrink)
                painter.setClipRect(QRect(0, 0, round(sheet.size.width()), round(bottom - top)))
                painter.translate(0, -top)
                on_it = [
                    name for name in sheet.ids if sheet.rect(name).bottom() > top and sheet.rect(name).top() < bottom
                ]
                for _step in page_picture.paint(painter, sheet, answers, on_it):
                    pass
                painter.restore()
                foot = QRectF(0, room.height(), room.width(), export_heading.FOOT)
                export_heading.paint_foot(painter, foot, title, moment, number + 1, len(pages))
    return len(pages)


def _pages(sheet: PagePicture, room: float) -> list[tuple[float, float]]:
    """Top and bottom of each page, in the sheet's pixels."""
    cuts, pages, top = sheet.page_breaks(), [], 0.0
    bottom = sheet.size.height()
    while bottom - top > room + 1:
        fitting = [cut for cut in cuts if top < cut <= top + room]
        end = (fitting[-1] + 2) if fitting and fitting[-1] > top + room * 0.3 else top + room
        pages.append((top, end))
        top = end
    return [*pages, (top, bottom)]
