"""What is done at the values of a dashboard's charts: filters of the dashboard, the rows behind a value, Explore."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QPoint

from benchboard.analytics.point_rows import few_valued
from benchboard.analytics.query_builder.point import broken_down, filter_value
from benchboard.analytics.query_builder.question import Operator, Question, Value
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource, list_tables
from benchboard.analytics.written_groups import written_groups
from benchboard.dashboards.document.time_range import TimeRange, absolute
from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.dashboards.editing.column_filter import inlined, places_of
from benchboard.dashboards.editing.column_places import ColumnPlaces, SourceTables
from benchboard.dashboards.editing.marked_query import read_marked, variable_of
from benchboard.dashboards.editing.reader_filters import PointSelection, ReaderFilter
from benchboard.dashboards.variables.filter_variables import values_query
from benchboard.dashboards.variables.repeat_expansion import VariableChoice
from benchboard.dashboards.variables.variable_queries import names_in
from benchboard.i18n import _
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.dashboard_links import DashboardLinks
from benchboard.ui.studio.data.explore.explore_view import ExploreView
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
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.results.tile_point import TilePoint
from benchboard.ui.system_clipboard import copy_text

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession

_EXPLORE = "studio/explore"


class _ColumnOrigin(NamedTuple):
    """Where a column of a question comes from: its table and name there, or the expression that calculates it."""

    table: str
    column: str
    expression: str = ""


class _Read(NamedTuple):
    """What was read of all sources, and of that of a widget: None where it isn't known. `columns` can be broken down
    by."""

    sources: tuple[BrowsedSource, ...]
    source: BrowsedSource | None
    question: Question | None
    point: ChartPoint
    columns: tuple[BrowsedColumn, ...]
    links: Mapping[str, str]
    """The names of the dashboards that the widget leads to, by their ids."""


class PointActions(QObject):
    """Opens the menus of the values of a canvas, and does what is chosen."""

    def __init__(self, context: "Context", canvas: Canvas, links: DashboardLinks) -> None:
        super().__init__(canvas)
        self._context, self._canvas, self._links = context, canvas, links
        canvas.point_requested.connect(self.open)

    def open(self, item_id: str, found: TilePoint, at: QPoint, adding: bool) -> None:
        """Read what is known of the source of a widget, then open the menu of one of its values at a point of the
        screen; `adding`: add the value to what is filtered by."""
        result = self._canvas.query_runner.result(item_id)
        if result is None or result.table is None:
            return
        editor, actor, rows = self._canvas.editor, self._context.actor, result.table.rows
        widget, text = editor.widget(item_id), result.query
        values = {name: value for name, value in editor.values_of(item_id).items() if name in names_in(text)}

        def read(session: "DatabaseSession") -> _Read:
            sources = list_tables(session, actor)
            source = next((one for one in sources if one.id == widget.data_source_id), None)
            dialect = source.question("").dialect if source is not None else None
            question = None
            if dialect is not None:
                question = from_sql(inlined(text, values, dialect), source_id=widget.data_source_id, dialect=dialect)
            point = chart_point(found, result, question, source, sources)
            if question is None and dialect is not None:
                written = written_groups(inlined(text, values, dialect), widget.data_source_id, dialect)
                point = written_point(found, result, written, source)
            return _Read(
                sources,
                source,
                question,
                point,
                few_valued_columns(partial(few_valued, session, actor), point),
                self._links.names(session, widget),
            )

        def show(known: _Read) -> None:
            shown = self._canvas.query_runner.result(item_id)
            # The same rows, not the same table: it may have been read again, or where the data end become known; or it
            # is being read now, and the value is still what was clicked.
            is_other = shown is not None and shown.table is not None and shown.table.rows != rows
            has_failed = shown is not None and shown.error is not None
            if item_id in self._canvas.tiles and not is_other and not has_failed:
                commands = _PointCommands(self._context, self._canvas, item_id, result, known, self._links)
                self._show(commands, at, adding=adding)

        self._context.tasks.read(self, read, show, long=True)

    def _show(self, commands: "_PointCommands", at: QPoint, *, adding: bool) -> None:
        offers = commands.offers()
        if not adding:
            open_point_menu(self._canvas, at, commands.point, offers, commands)
        elif offers.values:
            commands.filter_to(offers.values[-1], adding=True)


class _PointCommands:
    """The commands of one value."""

    def __init__(
        self,
        context: "Context",
        canvas: Canvas,
        item_id: str,
        result: QueryResult,
        known: _Read,
        links: DashboardLinks,
    ) -> None:
        self._links = links
        self._context, self._canvas, self._item_id, self._result = context, canvas, item_id, result
        self._editor, self._known, self.point = canvas.editor, known, known.point
        self._widget = canvas.editor.widget(item_id)
        self._time = canvas.editor.time_range

    def offers(self) -> Offers:
        """What can be done with it."""
        return Offers(
            self._filterable(),
            self.point.period is not None,
            self._known.columns,
            explores=True,
            links=[(name, partial(self._open_linked, one)) for one, name in self._known.links.items()],
        )

    def filter_title(self, name: str) -> str:
        """What *filter to this value* is called."""
        return _("Filter dashboard by {name}").format(name=name)

    def filter_to(self, value: PointGroup, *, adding: bool = False) -> None:
        """Keep the rows with this value alone; `adding`: and those with the values that are filtered by already."""
        selection = self._of_variable(value, adding=adding) or self._of_filter(value, adding=adding)
        if selection is not None:
            self._editor.add_point_selection(selection)

    def exclude(self, value: PointGroup) -> None:
        """Leave out the rows with this value."""
        title = _("{name}: not {values}").format(name=value.title, values=value.name)
        found = self._filter(value, "filled" if value.value is None else "none_of")
        if found is not None:
            self._editor.add_point_selection(PointSelection(title, self._origin, found))
            if note := excluded_note(value, self.point.question, self._result.table):
                self._context.problems.toast(note, warning=True)

    def select_period(self) -> None:
        """Show the period of the point alone."""
        if (selection := self._of_period()) is not None:
            self._editor.add_point_selection(selection)

    def show_rows(self) -> None:
        """Show the rows behind the point."""
        period = self._result.period
        variables = dict(period.values) if period is not None else {}
        window = self._canvas.window()
        PointRowsDialog(self._context, window, self.point, variables, partial(self._open, kind="table")).open()

    def break_down(self, column: str) -> None:
        """Show what the point consists of, by another column, in Explore."""
        question = self.point.question
        if question is not None:
            found = broken_down(question, self.point.filters or (), self.point.point, column)
            self._open(to_sql(found), kind="")

    def explore(self) -> None:
        """Open the query in Explore."""
        self._canvas.explore_requested.emit(self._item_id)

    def copy(self) -> None:
        """Copy the value."""
        copy_text(self.point.text)
        self._context.problems.toast(_("Copied {value}").format(value=self.point.text))

    def _open(self, text: str, kind: str) -> None:
        view = self._context.view(_EXPLORE)
        if isinstance(view, ExploreView):
            period = self._result.period
            shown: TimeRange | None = self._time if period is None or self._time is None else absolute(period)
            uses_time = any(name in names_in(text) for name in ("from", "to", "interval"))
            view.open_query(self._widget.data_source_id, lambda _source: text, shown if uses_time else None, kind)
            self._context.go(_EXPLORE)

    def _filterable(self) -> list[PointGroup]:
        """The values that the dashboard can be filtered by."""
        if self.point.is_written:  # such a query isn't filtered by the dashboard
            return []
        return [one for one in self.point.values if not one.group.unit and self._place(one) is not None]

    @property
    def _origin(self) -> str:
        shown = widget_of(self._editor.rendered(self._editor.page.item(self._item_id)))
        return shown.title or shown.kind_name

    def _place(self, value: PointGroup) -> _ColumnOrigin | None:
        question, column = self.point.question, value.group.column
        if question is None:
            return None
        calculated = next((one for one in question.calculations if one.name == column), None)
        if calculated is not None:
            return _ColumnOrigin(question.table, column, calculated.expression)
        for join in question.joins:
            theirs = next((name for name, output in join.columns if output == column), None)
            if theirs is not None:
                return _ColumnOrigin(join.table, theirs) if not join.source else None
        return _ColumnOrigin(question.table, column)

    def _open_linked(self, dashboard_id: str) -> None:
        """Open a dashboard with the value: filtered by it, and for its period alone."""
        conditions = [found for one in self._filterable() if (found := self._of_filter(one, adding=False)) is not None]
        period = self._of_period()
        self._links.open(dashboard_id, [*conditions, *([period] if period is not None else [])])

    def _of_period(self) -> PointSelection | None:
        if self.point.period is None:
            return None
        name = next((one.name for one in self.point.values if one.group.unit), "")
        before = self._editor.state.reader.time
        return PointSelection(name, self._origin, time=absolute(self.point.period), time_before=before)

    def _filter(self, value: PointGroup, operator: Operator, values: Sequence[Value] = ()) -> ReaderFilter | None:
        place, source = self._place(value), self._known.source
        if place is None or source is None or self.point.question is None:
            return None
        if place.expression:
            alone = SourceTables(source.id, source.name, source.question("").dialect, ())
            places = ColumnPlaces(source.id, place.table, place.column, (alone,))
        else:
            places = places_of(self._known.sources, source, place.table, place.column)
        listed = () if value.value is None else (*values, filter_value(value.value))
        return ReaderFilter(places, operator, tuple(dict.fromkeys(listed)), place.expression)

    def _of_filter(self, value: PointGroup, *, adding: bool) -> PointSelection | None:
        found = self._filter(value, "empty" if value.value is None else "one_of")
        if found is None:
            return None
        title = value.text
        if adding:
            known = next((one for one in self._editor.point_selections if _same_column(one.filter, found)), None)
            if known is not None and known.filter is not None and not set(found.values) <= set(known.filter.values):
                found = replace(found, values=(*known.filter.values, *found.values))
                title = _("{names}, {name}").format(names=known.title, name=value.name)
        return PointSelection(title, self._origin, found)

    def _of_variable(self, value: PointGroup, *, adding: bool) -> PointSelection | None:
        """The selection of a value of the variable that the dashboard filters this column by; None if it has none."""
        place, source = self._place(value), self._known.source
        if not isinstance(value.value, str) or not value.value or place is None or source is None:
            return None
        dialect, document = source.question("").dialect, self._editor.reader_document
        marked = read_marked(self._widget.query, self._widget.data_source_id, dialect)
        name = variable_of(marked, value.group.column) if marked is not None else ""
        query = values_query(place.table, place.column, dialect)
        variable = next(
            (one for one in document.variables if one.name == name)
            if name
            else (one for one in document.variables if (one.query, one.data_source_id) == (query, source.id)),
            None,
        )
        if variable is None or variable.type == "text" or value.value not in (*variable.values, *variable.chosen):
            return None
        values: tuple[str, ...] = (value.value,)
        title = value.text
        if adding and variable.multiple and not variable.all_chosen and value.value not in variable.chosen:
            values = (*variable.chosen, value.value)
            title = _("{name}: {values}").format(name=value.title, values=", ".join(values))
        return PointSelection(
            title, self._origin, variable=variable.name, choice=VariableChoice(values),
            choice_before=self._editor.choices.get(variable.name),
        )  # fmt: skip


def _same_column(one: ReaderFilter | None, other: ReaderFilter) -> bool:
    return one is not None and one.same_column_as(other) and one.operator == other.operator
