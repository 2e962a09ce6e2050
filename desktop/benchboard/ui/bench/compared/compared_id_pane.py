"""The details of the ID that is selected among those of two compared recordings: what differs, and how often it comes
over time in both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.canbus.frame_statistics import IdStatistics
from benchboard.canbus.id_densities import IdDensities
from benchboard.i18n import _, number
from benchboard.ui.bench.compared.rate_plot import IdRate, RatePlot
from benchboard.ui.bench.recording_tables import ComparisonRow, difference_text, time_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, KeyValue, Paragraph, Text
from benchboard.ui.widgets.detail_pane import DetailHeader, DetailPane, DetailSection
from benchboard.ui.widgets.key_value import FigureColumns
from benchboard.ui.widgets.labels import hairline
from benchboard.ui.widgets.legend import Legend, LegendEntry

_DASHED: Final = (4.0, 3.0)


@dataclass(frozen=True, slots=True)
class ComparedTraffic:
    """How often each ID of the two recordings came when."""

    first: IdDensities
    second: IdDensities

    @property
    def seconds(self) -> float:
        """The length (s) of the longer one."""
        return max(self.first.seconds, self.second.seconds)


class ComparedIdPane(DetailPane):
    """`frames_wanted`: the user wants to see the frames of the ID, whose row it has."""

    frames_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__("compared_id")
        self._row: ComparisonRow | None = None
        header = DetailHeader(self.close_button(), icon="ph.arrows-left-right", mono=True)
        self._head = header
        self._frames = Button(_("Show frames"), self._show_frames, icon="ph.rows", name="compared_show_frames")
        self.head.addWidget(header)
        self.head.addWidget(hairline())
        self._difference = Paragraph("")
        difference = DetailSection(_("Difference"))
        self._why_none = Text("", "caption", "muted")
        difference.fill(self._difference, _in_line(self._frames, self._why_none))
        self.plot = RatePlot()
        self._sides = Legend()
        self._unit = Text(_("frames/s, from both starts"), "caption", "muted")
        self._over_time = DetailSection(_("Frames over time"), self._unit)
        self._over_time.fill(self.plot, self._sides)
        self._figures = KeyValue(ruled=True, label=_("Figures of A and B"))
        figures = DetailSection(_("Figures"), FigureColumns("AB", titles=True))
        figures.fill(self._figures)
        for part in (difference, hairline(), self._over_time, hairline(), figures):
            self.column.addWidget(part)
        self.column.addStretch(1)

    def _show_frames(self) -> None:
        if self._row is not None:
            self.frames_wanted.emit(self._row)

    def show_row(self, row: ComparisonRow, traffic: ComparedTraffic | None) -> None:
        """Show this ID; without the `traffic` of the recordings, only what differs."""
        self._row = row
        one = row.compared
        self._head.name.setText(row.id)
        self._head.below.setText(row.name)
        self._head.below.setVisible(bool(row.name))
        self._difference.setText(difference_text(row))
        why = "" if one.first is not None else _("Only in B")
        self._frames.disable(why)
        self._why_none.setText(why)
        self._why_none.setVisible(bool(why))
        lines = _lines(row, traffic)
        self._over_time.setVisible(any(line is not None for line in lines))
        if traffic is not None:
            self.plot.show_lines(*lines, traffic.seconds)
        self._sides.show_entries(lambda: [
            LegendEntry(theme().chart(place), name, _rate_text(side), dash=dash)
            for place, (name, side, dash) in enumerate((("A", one.first, ()), ("B", one.second, _DASHED)))
        ])  # fmt: skip
        said = _("{first} in A, {second} in B")
        self._figures.show_rows([
            (name, FigureColumns(sides, said.format(first=sides[0], second=sides[1]))) for name, sides in _figures(row)
        ])  # fmt: skip


def _in_line(*widgets: QWidget) -> QWidget:
    """These beside each other at the left."""
    made = QWidget()
    line = QHBoxLayout(made)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(theme().px("spacing.2"))
    for widget in widgets:
        line.addWidget(widget)
    line.addStretch(1)
    return made


def _lines(row: ComparisonRow, traffic: ComparedTraffic | None) -> tuple[IdRate | None, IdRate | None]:
    if traffic is None:
        return None, None

    def line(side: IdStatistics | None, densities: IdDensities) -> IdRate | None:
        return IdRate(densities, side.key, side.count) if side is not None and densities.knows(side.key) else None

    return line(row.compared.first, traffic.first), line(row.compared.second, traffic.second)


def _rate_text(side: IdStatistics | None) -> str:
    if side is None:
        return _("not at all")
    rate = side.rounded_rate
    return _("{rate} frames/s").format(rate=number(rate, side.rate_decimals)) if rate is not None else "–"


def _figures(row: ComparisonRow) -> list[tuple[str, Sequence[str]]]:
    """The figures of both sides, A before B."""
    sides = (row.compared.first, row.compared.second)

    def period(key: str) -> Sequence[str]:
        return [time_text(side, getattr(side, key) if side is not None else None) for side in sides]

    return [
        (_("Count"), [number(side.count) if side is not None else "0" for side in sides]),
        (_("Mean (ms)"), period("mean_s")),
        (_("Min (ms)"), period("min_s")),
        (_("Max (ms)"), period("max_s")),
        (_("Jitter (ms)"), period("jitter_s")),
        (_("Changes"), [number(side.changes) if side is not None else "–" for side in sides]),
    ]
