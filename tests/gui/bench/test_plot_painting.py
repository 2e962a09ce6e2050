"""What drawing plots costs: bounded by the pixels of a chart, not by the frames."""

import re

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPainter, QPolygonF

from benchboard.canbus.dbc import Message, Signal
from benchboard.canbus.plot_set import PlotSet
from benchboard.canbus.signal_decoder import SignalKey
from benchboard.canbus.signal_histories import SignalHistories
from benchboard.ui.bench.plots.plot_painting import CursorLines, paint_plots
from benchboard.ui.theme import Theme

SECOND = 1_000_000_000
SIZE = QSize(800, 300)
MESSAGE = Message("M", 0x100, False, 8, (Signal("S", 0, 16), Signal("T", 16, 16)))


class LinePainter(QPainter):
    """Notes how wide each line is, in pixels of the screen if that is what it counts, and how many points it has; and
    the texts that are drawn."""

    def __init__(self, image: QImage) -> None:
        self.lines: list[tuple[float, bool, int]] = []
        self.texts: list[str] = []
        super().__init__(image)

    def drawText(self, place: QRectF, flags: int, text: str) -> None:  # type: ignore[override]
        self.texts.append(text)
        super().drawText(place, flags, text)

    def drawPolyline(self, line: QPolygonF) -> None:  # type: ignore[override]
        self.lines.append((self.pen().widthF(), self.pen().isCosmetic(), line.size()))
        super().drawPolyline(line)


def painted(rate: int, values: "np.ndarray[tuple[int], np.dtype[np.float64]]", names: tuple[str, ...] = ("S",)) -> (
    list[tuple[float, bool, int]]
):  # fmt: skip
    """The lines of a plot of ten seconds of these values, `rate` of them each second."""
    histories, plots = SignalHistories(), PlotSet()
    for place, name in enumerate(names):
        key = SignalKey(0x100, False, "M", name)
        histories.add(key, MESSAGE)
        plots = plots.with_signal(key, 0 if place else None)
        history = histories.history(key)
        assert history is not None
        history.append(np.arange(len(values), dtype=np.int64) * (SECOND // rate), values)
    image = QImage(SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    painter = LinePainter(image)
    paint_plots(painter, QSizeF(SIZE), plots, histories, (0, 10 * SECOND), {})
    painter.end()
    return painter.lines


@pytest.mark.parametrize("rate", [50, 500, 5_000])
def test_a_signal_that_jumps_its_whole_range_is_drawn_point_by_point(light: Theme, rate: int) -> None:
    """The outline of a wide line that crosses itself so often took seconds, and the rows of the live bus with it."""
    jumps = np.tile([0.0, 65_535.0], 5 * rate)
    for width, cosmetic, points in painted(rate, jumps, ("S", "T")):
        assert (width, cosmetic) == (1.0, True)
        assert points <= 4 * SIZE.width()


def test_a_signal_that_moves_slowly_keeps_its_wide_line(light: Theme) -> None:
    for rate in (50, 5_000):
        times = np.arange(10 * rate) / rate
        ((width, cosmetic, points),) = painted(rate, 100 * np.sin(times))
        assert width > 1
        assert not cosmetic
        assert points <= 4 * SIZE.width()


@pytest.mark.parametrize(("is_live", "said"), [(True, "No values yet"), (False, "No values")])
def test_a_plot_without_any_value_is_hatched_and_says_so(light: Theme, is_live: bool, said: str) -> None:
    """It was blank, as if it were broken."""
    signal = Signal("S", 0, 16, minimum=0, maximum=200)
    histories, key = SignalHistories(is_live=is_live), SignalKey(0x100, False, "M", "S")
    histories.add(key, Message("M", 0x100, False, 8, (signal,)))
    image = QImage(SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(light.color("surface"))
    painter = LinePainter(image)
    paint_plots(painter, QSizeF(SIZE), PlotSet().with_signal(key), histories, (0, 10 * SECOND), {})
    painter.end()
    assert said in painter.texts
    assert {"0", "100", "200"} <= set(painter.texts), "the axis of the values that the database allows"
    row = {image.pixelColor(x, 120).rgb() for x in range(100, 300)}
    assert len(row) > 1, "hatched"


@pytest.mark.parametrize("width", [260, 330, 800])
def test_the_axis_keeps_times_beside_the_letters_of_cursors(light: Theme, width: int) -> None:
    """In a narrow pane, cursors A and B were over the only ones."""
    histories, key = SignalHistories(), SignalKey(0x100, False, "M", "S")
    histories.add(key, MESSAGE)
    image = QImage(SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    painter = LinePainter(image)
    cursors = CursorLines((10 * SECOND // 3, 20 * SECOND // 3))
    size, plots = QSizeF(width, SIZE.height()), PlotSet().with_signal(key)
    paint_plots(painter, size, plots, histories, (0, 10 * SECOND), {}, cursors)
    painter.end()
    times = [text for text in painter.texts if re.fullmatch(r"\d\d:\d\d:\d\d", text)]
    assert len(times) >= 2
    assert len(times) == len({*times})


@pytest.mark.parametrize("tenths", range(25, 100, 5))
def test_the_axis_of_a_narrow_pane_has_two_times_whatever_it_spans(light: Theme, tenths: int) -> None:
    """In a pane of the live bus that had just begun, there was one, which says nothing of the distance."""
    histories, key = SignalHistories(), SignalKey(0x100, False, "M", "S")
    histories.add(key, MESSAGE)
    image = QImage(SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    painter = LinePainter(image)
    begin = 7 * SECOND // 10
    span = (begin, begin + tenths * SECOND // 10)
    paint_plots(painter, QSizeF(330, SIZE.height()), PlotSet().with_signal(key), histories, span, {})
    painter.end()
    assert len([text for text in painter.texts if re.match(r"\d\d:\d\d:\d\d", text)]) >= 2
