"""Forty charts as Benchboard draws them, beside the same data in matplotlib, as pictures to look at.

    PYTHONPATH=tests QT_QPA_PLATFORM=offscreen python benchmarks/charts_vs_matplotlib.py --out charts

Writes four charts a picture, for both themes: ours at the left. matplotlib isn't a dependency: without it (`pip install
matplotlib`) the right half is empty. Prints how long ours take; what a chart must not do is in the tests.
"""

import argparse
import io
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from benchboard import package_data
from benchboard.dashboards.document.widget_kinds import kind_of, new_item, widget_of, with_fields
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.renderers import paint_content, paint_frame
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.theme import Mode, start_theme, theme
from support.chart_cases import ChartCase, cases

_GAP = 12


def draw(case: ChartCase, size: QSizeF) -> QImage:
    """A chart as a tile of this size shows it."""
    kind = kind_of(case.kind)
    assert kind is not None
    widget = widget_of(with_fields(new_item(kind, "w"), title=case.name, config={"unit": case.unit}))
    picture = QImage(size.toSize(), QImage.Format.Format_ARGB32)
    picture.fill(theme().color("canvas"))
    with QPainter(picture) as painter:
        paint_frame(painter, QRectF(QPointF(0, 0), size))
        paint_content(painter, size, widget, QueryResult("q", case.table))
    return picture


def reference(case: ChartCase, size: QSizeF, mode: Mode) -> QImage | None:
    """The same data drawn by matplotlib with its defaults; None without matplotlib, or where it fails."""
    try:
        import matplotlib as mpl
    except ImportError:
        return None
    mpl.use("agg")
    from matplotlib import pyplot

    with pyplot.style.context("dark_background" if mode == "dark" else "default"), suppress(ValueError):
        figure, axes = pyplot.subplots(figsize=(size.width() / 100, size.height() / 100), dpi=100, layout="constrained")
        _plot(axes, case)
        axes.set_title(case.name, fontsize=9)
        axes.tick_params(labelsize=8)
        data = io.BytesIO()
        figure.savefig(data, format="png")
        pyplot.close(figure)
        return QImage.fromData(data.getvalue())
    return None


def _plot(axes: Any, case: ChartCase) -> None:
    table, xs = case.table, [row[0] for row in case.table.rows]
    columns = list(range(1, len(table.columns)))
    values = {k: number_format.column_numbers(table, k) for k in columns}
    if case.kind == "pie_chart":
        axes.pie([value or 0.0 for value in values[1]], labels=xs)
        return
    for place, k in enumerate(columns):
        numbers = [float("nan") if value is None else value for value in values[k]]
        if case.kind == "bar_chart" and len(columns) > 1:
            width = 0.8 / len(columns)
            axes.bar([row + width * place for row in range(len(xs))], numbers, width)
        elif case.kind == "bar_chart":
            axes.bar(xs, numbers)
        elif case.kind == "area_chart":
            axes.fill_between(xs, numbers, alpha=0.4)
        else:
            axes.plot(xs, numbers)
    if len(columns) > 1:
        axes.legend([table.columns[k].title for k in columns], fontsize=8)


def page(drawn: Sequence[ChartCase], size: QSizeF, mode: Mode) -> QImage:
    """Charts below each other, ours at the left."""
    width, height = int(size.width()), int(size.height())
    sheet = QImage(2 * width + 3 * _GAP, len(drawn) * (height + _GAP) + _GAP, QImage.Format.Format_ARGB32)
    sheet.fill(theme().color("canvas"))
    with QPainter(sheet) as painter:
        for row, case in enumerate(drawn):
            y = _GAP + row * (height + _GAP)
            painter.drawImage(QPointF(_GAP, y), draw(case, size))
            beside = reference(case, size, mode)
            if beside is not None:
                painter.drawImage(QPointF(2 * _GAP + width, y), beside)
    return sheet


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="folder of the pictures; without it, only the time is printed")
    parser.add_argument("--size", default="460x250", help="of a tile, in pixels")
    parser.add_argument("--only", default="", help="part of the names of the charts to draw")
    options = parser.parse_args()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    size, found = QSizeF(*map(int, options.size.split("x"))), [one for one in cases() if options.only in one.name]
    modes: tuple[Mode, Mode] = ("light", "dark")
    for mode in modes:
        start_theme(package_data.resources_folder() / "themes" / "tokens.json", mode)
        if options.out is not None:
            options.out.mkdir(parents=True, exist_ok=True)
            for start in range(0, len(found), 4):
                page(found[start : start + 4], size, mode).save(str(options.out / f"{mode}_{start // 4 + 1:02}.png"))
        started = time.perf_counter()
        for case in found:
            draw(case, size)
        print(f"{mode}: {len(found)} charts, {(time.perf_counter() - started) / len(found) * 1000:.2f} ms each")
    app.quit()


if __name__ == "__main__":
    main()
