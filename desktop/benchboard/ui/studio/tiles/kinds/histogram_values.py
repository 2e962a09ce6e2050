"""The values of a histogram: the interval and the rows of a bin, and how the keys go from bin to bin."""

from PySide6.QtCore import QLineF, QPointF

from benchboard.i18n import _, ngettext, number, percent
from benchboard.ui.studio.tiles.kinds.histogram import Histogram
from benchboard.ui.studio.tiles.kinds.value_map import ValueMap
from benchboard.ui.studio.tiles.results.readout import CrosshairShape, Readout, ReadoutLine
from benchboard.ui.studio.tiles.results.tile_point import TilePoint
from benchboard.ui.theme import theme


class HistogramValues(ValueMap):
    """The bins of a histogram. Keys walk from the lowest to the highest."""

    def __init__(self, chart: Histogram) -> None:
        self._chart = chart

    def __call__(self, spot: QPointF) -> Readout | None:
        chart = self._chart
        if not chart.axes.box.adjusted(-1, -1, 1, 1).contains(spot):
            return None
        place = chart.bin_at(spot.x())
        rows = chart.bins.counts[place]
        share = f"{number(rows)} · {percent(rows / chart.count * 100, 1)}"
        lines = [
            ReadoutLine(f"{chart.title}: {chart.range_text(place)}", muted=True),
            ReadoutLine(_("Rows"), theme().chart(0), value=share),
        ]
        lines += [ReadoutLine(chart.note, muted=True)] if chart.note else []
        shape = CrosshairShape(QLineF(), bars=(chart.bars[place],))
        return Readout(tuple(lines), follows_pointer=True, crosshair=shape)

    @property
    def row_count(self) -> int:
        return len(self._chart.bins.counts)

    def spots(self, row: int) -> list[QPointF]:
        return [self._chart.bars[row].center()]

    def point_at(self, spot: QPointF) -> TilePoint | None:
        """None: a bin is of no one value."""
        return None


def summary_text(chart: Histogram) -> str:
    """What a histogram shows, for screen readers."""
    counts = chart.bins.counts
    parts = [
        ngettext("{count} value", "{count} values", chart.count).format(count=number(chart.count)),
        chart.title,
        ngettext("{count} bin", "{count} bins", len(counts)).format(count=number(len(counts))),
        _("most rows: {range}").format(range=chart.range_text(counts.index(max(counts)))),
    ]
    return ", ".join([*parts, chart.note] if chart.note else parts)
