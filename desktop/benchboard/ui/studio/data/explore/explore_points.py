"""What is done at the values of Explore's chart and table: filters of the query, the rows behind a value, other
columns to see it by."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint

from benchboard.analytics.point_rows import few_valued
from benchboard.analytics.query_builder.point import broken_down, conditions, value_filter
from benchboard.analytics.query_builder.question import Dialect, Filter
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.table_browser import BrowsedColumn
from benchboard.analytics.written_groups import filtered_text, written_groups
from benchboard.dashboards.document.time_range import absolute
from benchboard.i18n import _
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.studio.data.explore.result_pane import ResultPane
from benchboard.ui.studio.panes.chart_point import (
    ChartPoint,
    PointGroup,
    chart_point,
    excluded_note,
    few_valued_columns,
    written_point,
)
from benchboard.ui.studio.panes.point_menu import Offers, open_point_menu
from benchboard.ui.studio.panes.point_rows_dialog import PointRowsDialog
from benchboard.ui.studio.tiles.results.tile_point import TilePoint
from benchboard.ui.system_clipboard import copy_text

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession


class ExplorePoints(QObject):
    """Opens the menus of the values of a result."""

    def __init__(
        self, context: "Context", exploration: Exploration, pane: ResultPane, rewrite: Callable[[str], object]
    ) -> None:
        super().__init__(pane)
        self._context, self._exploration, self._pane, self._rewrite = context, exploration, pane, rewrite
        pane.point_requested.connect(self.open)

    def open(self, found: TilePoint, at: QPoint) -> None:
        """Open the menu of a value at a point of the screen, as soon as it is known what it can be broken down by."""
        exploration, actor = self._exploration, self._context.actor
        state, result = exploration.state, exploration.drawn_result()
        if result is None or result.table is None or result.query != state.text:
            return
        source = exploration.source(state.source_id)
        if state.question is None:
            written = written_groups(state.text, state.source_id, _dialect(exploration))
            point = written_point(found, result, written, source)
        else:
            point = chart_point(found, result, state.question, source, exploration.sources)

        def read(session: "DatabaseSession") -> tuple[BrowsedColumn, ...]:
            return few_valued_columns(partial(few_valued, session, actor), point)

        def show(columns: tuple[BrowsedColumn, ...]) -> None:
            if exploration.state == state and self._pane.isVisible():
                commands = _ExploreCommands(self._context, exploration, self._pane, point, self._rewrite)
                open_point_menu(self._pane, at, point, commands.offers(columns), commands)

        self._context.tasks.read(self, read, show, long=True)


def _dialect(exploration: Exploration) -> Dialect:
    return exploration.empty_question(exploration.state.source_id, "").dialect


class _ExploreCommands:
    """The commands of one value."""

    def __init__(
        self,
        context: "Context",
        exploration: Exploration,
        pane: ResultPane,
        point: ChartPoint,
        rewrite: Callable[[str], object],
    ) -> None:
        self._rewrite = rewrite
        self._context, self._exploration, self._pane, self.point = context, exploration, pane, point
        interval = exploration.period()
        unit = interval.interval if interval is not None else ""
        timed = [pair for pair in point.point.groups if pair[0].unit]
        self._period_filters = conditions(timed, interval=unit) if timed else None  # type: ignore[arg-type]  # a unit

    def offers(self, columns: Sequence[BrowsedColumn]) -> Offers:
        """What can be done with it."""
        question = self.point.question
        filters = question.filters if question is not None else ()
        values = [
            one for one in self.point.values
            if not one.group.unit and value_filter(one.group.column, one.value) not in filters
        ]  # fmt: skip
        has_period = self.point.period is not None or bool(self._period_filters)
        return Offers(values if self.point.filters is not None else (), has_period, columns, explores=False)

    def filter_title(self, name: str) -> str:
        """What *filter to this value* is called."""
        return _("Filter to {name}").format(name=name)

    def filter_to(self, value: PointGroup) -> None:
        """Keep the rows with this value alone."""
        self._add([value_filter(value.group.column, value.value)])

    def exclude(self, value: PointGroup) -> None:
        """Leave out the rows with this value."""
        result = self._exploration.result
        note = excluded_note(value, self.point.question, result.table if result is not None else None)
        self._add([value_filter(value.group.column, value.value, excluded=True)])
        if note:
            self._context.problems.toast(note, warning=True)

    def select_period(self) -> None:
        """Show the period of the point alone."""
        if self.point.period is not None:
            self._exploration.set_time_range(absolute(self.point.period))
        else:
            self._add(self._period_filters or ())

    def show_rows(self) -> None:
        """Show the rows behind the point."""
        window, variables = self._pane.window(), self._exploration.variables()
        PointRowsDialog(self._context, window, self.point, variables, self._open).open()

    def break_down(self, column: str) -> None:
        """Show what the point consists of, by another column."""
        if self.point.question is not None:
            found = broken_down(self.point.question, self.point.filters or (), self.point.point, column)
            if self._exploration.state.mode == "sql":
                self._rewrite(to_sql(found))
            else:
                self._exploration.set_question(found, kind="")

    def explore(self) -> None:
        """It is open already."""

    def copy(self) -> None:
        """Copy the value."""
        copy_text(self.point.text)
        self._context.problems.toast(_("Copied {value}").format(value=self.point.text))

    def _open(self, text: str) -> None:
        state = self._exploration.state
        self._exploration.open_query(state.source_id, lambda _source: text, state.time_range, "table")

    def _add(self, filters: Sequence[Filter]) -> None:
        question = self.point.question
        if self._exploration.state.mode == "sql":
            # As it is written, with its comments.
            text = filtered_text(self._exploration.state.text, filters, _dialect(self._exploration))
            if text is not None:
                self._rewrite(text)
        elif question is not None:
            new = tuple(one for one in filters if one not in question.filters)
            self._exploration.set_question(replace(question, filters=(*question.filters, *new)))
