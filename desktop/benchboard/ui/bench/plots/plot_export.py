"""Plots as files: the values that are shown as CSV, and the picture as PNG."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from PySide6.QtCore import QBuffer, QIODevice, QSize, QSizeF
from PySide6.QtGui import QImage, QPainter

from benchboard.canbus.plot_set import PlotSet
from benchboard.csv_text import csv_bytes
from benchboard.errors import Unavailable
from benchboard.i18n import _
from benchboard.ui.bench.plots.plot_painting import CursorLines, Scales, paint_plots
from benchboard.ui.bench.plots.signal_source import SignalSource
from benchboard.ui.bench.plots.signal_texts import figure
from benchboard.ui.bench.plots.time_window import SECOND
from benchboard.ui.tasks import Progress
from benchboard.ui.theme import theme

_SCALE: Final = 2
_MOST_ROWS: Final = 1_000_000
"""Of each signal: a spreadsheet has as many rows."""


def csv_file(plots: PlotSet, source: SignalSource, span: tuple[int, int], progress: Progress) -> tuple[bytes, int]:
    """On a worker: the values between these times (Unix, ns), and how many rows these are: one for each value, or, of
    what is known only as buckets anymore, for each of these with its extremes.
    """
    rows = list(_rows(plots, source, span, progress))
    header = ("time", "message", "signal", "value", "unit", "name", "least", "largest")
    return csv_bytes(header, rows), len(rows)


def _rows(
    plots: PlotSet, source: SignalSource, span: tuple[int, int], progress: Progress
) -> Iterator[tuple[object, ...]]:
    for done, one in enumerate(plots.signals):
        progress.check()
        progress.report(done, len(plots.signals), one.key.signal)
        history, signal = source.history(one.key), source.signal(one.key)
        if history is None:
            continue
        rows = history.read(*span, _MOST_ROWS)
        unit = signal.unit if signal is not None else ""
        columns = (rows.begin, rows.first, rows.low, rows.high)
        for time, first, low, high in zip(*(column.tolist() for column in columns), strict=True):
            if span[0] <= time <= span[1] and first == first:
                name = figure(signal, first) if signal is not None and signal.choices else ""
                yield _utc(time), one.key.message, one.key.signal, first, unit, name, low, high


def _utc(time: int) -> datetime:
    second, rest = divmod(time, SECOND)
    return datetime.fromtimestamp(second, UTC) + timedelta(microseconds=rest // 1000)


def picture(
    size: QSize, plots: PlotSet, source: SignalSource, span: tuple[int, int], cursors: CursorLines | None
) -> QImage:
    """The plots as a picture of this size, twice as fine."""
    image = QImage(size * _SCALE, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(_SCALE)
    image.fill(theme().color("surface"))
    with QPainter(image) as painter:
        scales: Scales = {}
        paint_plots(painter, QSizeF(size), plots, source, span, scales, cursors)
    return image


def png_file(image: QImage) -> bytes:
    """On a worker: the picture as PNG. Raises `Unavailable` (`file.picture`)."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]  # its stub wants bytes
        raise Unavailable("file.picture", _("Couldn't make the picture."))
    return bytes(buffer.data().data())
