"""What the widgets of open dashboards show, remembered for the thumbnails in the list of dashboards."""

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from benchboard.analytics.queries import ResultTable
from benchboard.dashboards import thumbnail_data
from benchboard.dashboards.document.series_settings import series_colours
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.dashboards.thumbnail_data import (
    MAX_SERIES,
    MAX_TEXT,
    MAX_WIDGETS,
    NO_COLOUR,
    PageData,
    ShownData,
    in_percent,
)
from benchboard.errors import AppError
from benchboard.ui.studio.data_access import widgets_denied
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.recovery import account_of
from benchboard.ui.studio.tiles.kinds import pies
from benchboard.ui.studio.tiles.kinds.charts import shown_colours
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.studio.tiles.renderers import mismatch_reason
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series.chart_table import chart_table
from benchboard.ui.studio.tiles.stats import stat_tiles
from benchboard.ui.studio.tiles.stats.currency_card import currency_amounts
from benchboard.vault import Vault

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_log = logging.getLogger(__name__)
_SETTLE_MS: Final = 400
"""How long after its last result a page is looked at."""
_WRITE_MS: Final = 30_000
"""Least time between two writes: a page that reads its data every five seconds needn't write them as often."""
_FROM_ZERO: Final = ("area_chart", "bar_chart")
"""The charts whose values begin at zero."""


def shown_data(widget: WidgetContent, result: QueryResult) -> ShownData | None:
    """What a widget shows, in as little as a thumbnail draws; None where that is no number and no chart."""
    table, kind = result.table, widget.kind.type if widget.kind is not None else ""
    if table is None or not table.rows or mismatch_reason(widget, table) is not None:
        return None
    if kind == "metric_card":
        if currency_amounts(table):
            return None  # no one number
        return ShownData(_number(widget, stat_tiles.StatValue.of(table, result.before)))
    if kind == "gauge":
        stat, (low, high) = stat_tiles.StatValue.of(table), stat_tiles.gauge_range(widget, table)
        return ShownData(_number(widget, stat), in_percent([[stat.value]], low, high))
    if kind == "pie_chart":
        return _pie(widget, table, result)
    if kind in ("line_chart", *_FROM_ZERO):
        return _chart(widget, kind, table, result)
    return None


def _pie(widget: WidgetContent, table: ResultTable, result: QueryResult) -> ShownData:
    parts = pies.slices(table)[0]
    colours = pies.slice_colours(parts, result.colours, series_colours(widget))
    values, numbers = [one.value for one in parts], tuple(colours.get(one.key, NO_COLOUR) for one in parts)
    return ShownData(series=in_percent([values], 0.0, sum(values)), colours=numbers)


def _number(widget: WidgetContent, stat: stat_tiles.StatValue) -> str:
    """The number with its unit, shorter where that is long."""
    if stat.value is None:
        return ""
    unit, short = stat.unit(number_format.unit(widget)), number_format.abbreviate(stat.value, 1)
    texts = (stat.formatted(widget), unit.after(short), short)
    return next((text for text in texts if len(text) <= MAX_TEXT // 2), short)


def _chart(widget: WidgetContent, kind: str, table: ResultTable, result: QueryResult) -> ShownData:
    """The series of a chart in their colours; bars of several are as high as their sum, as these are stacked: there is
    no room for several beside each other."""
    drawn = replace(chart_table(table, result.colours), own_colours=series_colours(widget))
    numeric = [at for at, column in enumerate(drawn.columns) if at and number_format.is_numeric(column)][:MAX_SERIES]
    series = [number_format.column_numbers(drawn, at) for at in numeric]
    colours = tuple(shown_colours(drawn, numeric, drawn.colours))
    known = [value for values in series for value in values if value is not None]
    known += [0.0] if kind in _FROM_ZERO else []
    if kind == "bar_chart" and len(series) > 1:
        known = [0.0, *(sum(max(value or 0.0, 0.0) for value in values) for values in zip(*series, strict=True))]
    return ShownData(series=in_percent(series, min(known, default=0.0), max(known, default=0.0)), colours=colours)


class ShownDataStore(QObject):
    """The data that one account saw last on its dashboards. Written by a worker."""

    changed = Signal()
    """There are other data."""

    def __init__(self, context: "Context") -> None:
        super().__init__(context.changed)
        self._context = context
        self._file = _ThumbnailFile(context.workspace.home, context.workspace.vault, account_of(context))
        self._known: dict[str, PageData] = {}
        self.is_read = False
        """Whether what was stored has been read, if there was any."""
        self._writing = QTimer(self, interval=_WRITE_MS, singleShot=True)
        self._writing.timeout.connect(self._write)
        context.tasks.read(
            self, lambda _session: self._file.read(), self._add_stored, lambda _error: self._add_stored({})
        )

    @staticmethod
    def of(context: "Context") -> "ShownDataStore":
        """The instance of a session, shared by its pages and its list. Call it on the main thread."""
        return context.changed.findChild(ShownDataStore) or ShownDataStore(context)

    def page(self, dashboard_id: str) -> PageData:
        """What the widgets of a dashboard showed last, by their ids; nothing while the account may read no data."""
        return self._known.get(dashboard_id, {}) if not widgets_denied(self._context.actor) else {}

    def knows(self, dashboard_id: str) -> bool:
        """Whether what a dashboard shows was looked at, even if it is nothing that a thumbnail draws."""
        return dashboard_id in self._known

    def watch(self, dashboard_id: str, editor: Editor, runner: WidgetQueryRunner) -> None:
        """Remember what an open page shows, whenever all of its results are there."""
        timer = QTimer(runner, interval=_SETTLE_MS, singleShot=True)
        timer.timeout.connect(lambda: self._look(dashboard_id, editor, runner))
        runner.result_changed.connect(lambda _item_id: timer.start())

    def _look(self, dashboard_id: str, editor: Editor, runner: WidgetQueryRunner) -> None:
        if not runner.busy:
            self.remember(dashboard_id, page_data(editor.widgets(), runner))

    def remember(self, dashboard_id: str, page: PageData) -> None:
        """Remember what a dashboard shows now."""
        if page == self.page(dashboard_id):
            self._known.setdefault(dashboard_id, page)
            return
        self._known[dashboard_id] = self._file.unwritten[dashboard_id] = page
        if not page or not self._writing.isActive():  # what is to be forgotten doesn't wait
            self._write()
        self.changed.emit()

    def _write(self) -> None:
        file = self._file
        if file.unwritten:
            self._context.tasks.read(self, lambda _session: file.write(), lambda _done: None, lambda _error: None)
            self._writing.start()

    def _add_stored(self, stored: Mapping[str, PageData]) -> None:
        self._known = {**stored, **self._known}  # what was seen meanwhile is newer
        self.is_read = True
        self.changed.emit()


def page_data(widgets: Iterable[WidgetContent], runner: WidgetQueryRunner) -> dict[str, ShownData]:
    """What the first widgets show that have data."""
    found: dict[str, ShownData] = {}
    for widget in widgets:
        result = runner.result(widget.id)
        shown = shown_data(widget, result) if result is not None else None
        if shown is not None and len(found) < MAX_WIDGETS:
            found[widget.id] = shown
    return found


class _ThumbnailFile:
    """Reads and writes the file on any thread: it holds no Qt objects."""

    def __init__(self, home: Path, vault: Vault, account: Sequence[str]) -> None:
        self._home, self._vault, self._account = home, vault, account
        self._lock = threading.Lock()
        self.unwritten: dict[str, PageData] = {}

    def read(self) -> Mapping[str, PageData]:
        return thumbnail_data.load(self._home, self._vault, self._account)

    def write(self) -> None:
        with self._lock:
            shown, self.unwritten = self.unwritten, {}
            if not shown:
                return
            try:
                thumbnail_data.save(self._home, self._vault, self._account, shown)
            except AppError as error:  # the thumbnails show them until the program ends
                _log.warning("the data of thumbnails could not be saved: %s: %s", error.code, error.why)
