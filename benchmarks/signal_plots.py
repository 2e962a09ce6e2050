"""Plotted signals on a bus with 20,000 frames/s: decoding, keeping hours of them, and drawing a picture of four plots.

    python benchmarks/signal_plots.py [--hours 1]

Decoding: of one second of frames, 4 of 20 identifiers plotted, against each of these frames decoded by its message.
Keeping: hours of one signal with 20,000 values/s, against numpy's extremes of the same values, eight by eight. Reading:
1,000 columns of a range, against numpy's extremes of 16,000 values. Drawing: four plots of 100 values/s and of 5,000,
against Qt alone that draws lines of as many points. CPU time of this thread.
"""

import argparse
import os
import statistics
import struct
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSize, QSizeF
from PySide6.QtGui import QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QApplication

from benchboard import package_data
from benchboard.canbus.dbc import Message, Signal
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.plot_set import PlotSet
from benchboard.canbus.signal_decoder import SignalDecoder, SignalKey
from benchboard.canbus.signal_histories import SignalHistories
from benchboard.canbus.signal_history import FACTOR, SignalHistory
from benchboard.ui.bench.plots.plot_painting import Scales, paint_plots
from benchboard.ui.theme import start_theme, theme
from support.measured import machine

RATE = 20_000
IDS, PLOTTED = 20, 4
BATCH = 1_000
COLUMNS = 1_000
SECOND = 1_000_000_000
SIZE = QSize(400, 640)
MESSAGES = [
    Message(f"M{n}", 0x100 + n, False, 8, tuple(Signal(f"S{k}", 16 * k, 16, scale=0.1) for k in range(4)))
    for n in range(IDS)
]


def cpu_ms(work: Callable[[], object], times: int) -> float:
    """The median CPU time of a call, in ms."""
    found = []
    for _time in range(times):
        start = time.thread_time()
        work()
        found.append((time.thread_time() - start) * 1000)
    return statistics.median(found)


def report(what: str, ours: float, floor: float, against: str) -> None:
    print(f"{what}: {ours:.2f} ms, {ours / floor:.2f} times {against} ({floor:.2f} ms)")


def decode() -> None:
    stamps = [Timestamp(n / RATE, TimeSource.DEVICE, 1e-6) for n in range(RATE)]
    data = [struct.pack("<HHHH", n & 0xFFFF, n & 0xFFF, 7, 9) for n in range(RATE)]
    frames = [Frame(0x100 + n % IDS, data=data[n], timestamp=stamps[n]) for n in range(RATE)]
    wanted = {SignalKey(one.frame_id, False, one.name, "S1"): one for one in MESSAGES[:PLOTTED]}
    decoder, by_id = SignalDecoder(wanted), {one.frame_id: one for one in wanted.values()}

    def alone() -> None:
        for frame in frames:
            if frame.id in by_id:
                by_id[frame.id].decode(frame.data)

    def ours() -> None:
        for at in range(0, RATE, BATCH):
            decoder.decode(frames[at : at + BATCH])

    report(f"decoding {PLOTTED} signals of 20,000 frames", cpu_ms(ours, 15), cpu_ms(alone, 15), "one by one")


def keep(hours: float) -> None:
    history, generator = SignalHistory(), np.random.default_rng(7)
    values = generator.normal(size=BATCH)
    steps = np.arange(BATCH, dtype=np.int64) * (SECOND // RATE)
    batches = round(hours * 3600 * RATE / BATCH)
    start = time.thread_time()
    for at in range(batches):
        history.append(steps + at * BATCH * (SECOND // RATE), values)
    ours = (time.thread_time() - start) * 1000 / batches

    def alone() -> None:
        np.minimum.reduce(values.reshape(-1, FACTOR), axis=1)
        np.maximum.reduce(values.reshape(-1, FACTOR), axis=1)

    report(f"keeping {BATCH} values, {hours:g} h of them", ours, cpu_ms(alone, 2_000), "numpy's extremes by eights")
    print(f"memory of {history.total:,} values: {history.memory_bytes / 1e6:.1f} MB")
    span = history.span
    assert span is not None
    many = generator.normal(size=16 * COLUMNS)
    places = np.arange(COLUMNS) * 16

    def floor() -> None:
        np.fmin.reduceat(many, places)
        np.fmax.reduceat(many, places)

    for seconds in (1, 60, 3600, round(hours * 3600)):
        found = history.read(span[1] - seconds * SECOND, span[1], COLUMNS)
        work = cpu_ms(lambda seconds=seconds: history.read(span[1] - seconds * SECOND, span[1], COLUMNS), 200)
        report(f"reading {seconds} s, {found.size} rows", work, cpu_ms(floor, 200), "numpy's extremes of 16,000 values")


def draw(rate: int) -> None:
    histories, plots = SignalHistories(), PlotSet()
    for message in MESSAGES[:PLOTTED]:
        key = SignalKey(message.frame_id, False, message.name, "S1")
        histories.add(key, message)
        plots = plots.with_signal(key)
        history = histories.history(key)
        assert history is not None
        times = np.arange(0, 60 * SECOND, SECOND // rate, dtype=np.int64)
        history.append(times, 100 * np.sin(times / SECOND) + 5 * np.sin(times / SECOND * 40))
    image = QImage(SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    scales: Scales = {}
    count = min(10 * rate, 2 * (SIZE.width() - 76))
    height = SIZE.height() / PLOTTED - 60
    xs = [76 + (SIZE.width() - 76) * n / count for n in range(count)]
    lines = [QPolygonF([QPointF(x, 40 + height * (0.5 + np.sin(x / 40) / 2.2)) for x in xs]) for _plot in range(4)]

    def picture() -> None:
        with QPainter(image) as painter:
            painter.fillRect(image.rect(), theme().color("surface"))
            paint_plots(painter, QSizeF(SIZE), plots, histories, (50 * SECOND, 60 * SECOND), scales)

    def alone() -> None:
        with QPainter(image) as painter:
            painter.fillRect(image.rect(), theme().color("surface"))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme().chart(0), 1.5))
            for line in lines:
                painter.drawPolyline(line)

    report(f"a picture of 4 plots, {rate} values/s", cpu_ms(picture, 100), cpu_ms(alone, 100), "Qt's lines alone")


def two_signals(values: NDArray[np.float64], rate: int) -> Callable[[], None]:
    """Draws two signals with these values in one plot, the second with a dashed line."""
    histories, plots = SignalHistories(), PlotSet()
    for place, name in enumerate(("S0", "S1")):
        key = SignalKey(MESSAGES[0].frame_id, False, MESSAGES[0].name, name)
        histories.add(key, MESSAGES[0])
        plots = plots.with_signal(key, 0 if place else None)
        history = histories.history(key)
        assert history is not None
        history.append(np.arange(len(values), dtype=np.int64) * (SECOND // rate), values)
    image = QImage(QSize(1_000, 400), QImage.Format.Format_ARGB32_Premultiplied)
    scales: Scales = {}

    def picture() -> None:
        with QPainter(image) as painter:
            painter.fillRect(image.rect(), theme().color("surface"))
            paint_plots(painter, QSizeF(image.size()), plots, histories, (0, 10 * SECOND), scales)

    return picture


def draw_jumps() -> None:
    """A signal that jumps its whole range 500 times a second, against one that moves slowly."""
    slow = two_signals(np.sin(np.arange(5_000) / 500), 500)
    jumps = two_signals(np.tile([0.0, 6_553.5], 2_500), 500)
    report("a picture of 2 signals that jump 500 times/s", cpu_ms(jumps, 20), cpu_ms(slow, 20), "two slow ones")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--hours", type=float, default=1.0)
    app = QApplication.instance() or QApplication([])
    start_theme(package_data.resources_folder() / "themes" / "tokens.json", "light")
    print(machine())
    decode()
    keep(parser.parse_args().hours)
    for rate in (100, 5_000):
        draw(rate)
    draw_jumps()
    del app


if __name__ == "__main__":
    main()
