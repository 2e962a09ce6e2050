"""What is done with a widget's data from its menu: Explore, and a filter of the dashboard by a column."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QWidget

from benchboard.analytics.queries import run_query
from benchboard.analytics.query_builder.sql_words import quote_name, quote_table
from benchboard.analytics.table_browser import BrowsedSource, list_tables
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.dashboards.editing.column_filter import FilterColumn, filter_by_column, filterable_tables, inlined
from benchboard.dashboards.variables.variable_queries import names_in
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.data.explore.explore_view import ExploreView
from benchboard.ui.theme import theme
from benchboard.ui.widgets.menus import Menu

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession

_ADDRESS: Final = "studio/explore"
_LISTED: Final = 40
"""Most columns that the menu offers."""


class WidgetDataActions(QObject):
    """Runs these commands for the widgets of a canvas."""

    def __init__(self, context: "Context", canvas: Canvas) -> None:
        super().__init__(canvas)
        self._context, self._canvas = context, canvas
        canvas.explore_requested.connect(self.explore)
        canvas.filter_requested.connect(self.offer_columns)

    def explore(self, item_id: str) -> None:
        """Show the query of a widget in Explore, with the values that it is run with here."""
        editor, view = self._canvas.editor, self._context.view(_ADDRESS)
        if not isinstance(view, ExploreView):
            return
        widget, query = editor.widget(item_id), editor.state.view.query_of(item_id)
        named = {*names_in(query)}
        values = {name: value for name, value in editor.values_of(item_id).items() if name in named}

        def text(source: BrowsedSource | None) -> str:
            dialect = source.question("").dialect if source is not None else "own"
            return inlined(query, values, dialect)

        shown = editor.time_range if editor.uses_time(query) else None
        view.open_query(widget.data_source_id, text, shown, widget.type)
        self._context.go(_ADDRESS)

    def offer_columns(self, item_id: str) -> None:
        """Offer the text columns of the source that a widget reads; with an empty id those that the page reads."""
        if not item_id:
            self.offer_page_columns(self._canvas.viewport(), below=False)
            return
        self._read_columns([self._canvas.editor.widget(item_id)], partial(self._offer_at_widget, item_id))

    def offer_page_columns(self, anchor: QWidget, *, below: bool = True) -> None:
        """Offer, below `anchor` or at its top left corner, the text columns of all sources that the page reads."""
        widgets = [one for one in self._canvas.editor.widgets() if one.kind is not None and one.query.strip()]

        def show(columns: Mapping[str, list[FilterColumn]]) -> None:
            rect = anchor.rect()
            self._offer(columns, anchor.mapToGlobal(rect.bottomLeft() if below else rect.topLeft()))

        self._read_columns(widgets, show)

    def _read_columns(
        self, widgets: Sequence[WidgetContent], done: Callable[[Mapping[str, list[FilterColumn]]], object]
    ) -> None:
        """Read the text columns of each source that these widgets read, by its name."""
        queries: dict[str, str] = {}
        for widget in widgets:
            queries[widget.data_source_id] = f"{queries.get(widget.data_source_id, '')} {widget.query}"
        actor = self._context.actor

        def show(sources: tuple[BrowsedSource, ...]) -> None:
            found = {one.name: _columns(one, queries[one.id]) for one in sources if one.id in queries}
            columns = {name: listed for name, listed in found.items() if listed}
            usable = self._usable(columns)
            if usable:
                done(usable)
            elif columns:
                what = _("No widget can be filtered by a column.")
                self._context.problems.refuse(f"{what} {_by_hand()}")
            elif len(widgets) == 1:
                self._context.problems.refuse(_("The data of this widget have no column with text to filter by."))
            else:
                self._context.problems.refuse(_("The data of this dashboard have no column with text to filter by."))

        self._context.tasks.read(self, lambda session: list_tables(session, actor), show)

    def _usable(self, columns: Mapping[str, list[FilterColumn]]) -> dict[str, list[FilterColumn]]:
        """Those of the columns by which a widget of the page can be filtered."""
        document, found = self._canvas.editor.document, dict[str, list[FilterColumn]]()
        for source, listed in columns.items():
            places = {(one.source_id, one.dialect) for one in listed}
            tables = {place: filterable_tables(document, *place) for place in places}
            if usable := [one for one in listed if one.tables & tables[one.source_id, one.dialect]]:
                found[source] = usable
        return found

    def _offer_at_widget(self, item_id: str, columns: Mapping[str, list[FilterColumn]]) -> None:
        tile = self._canvas.tiles.get(item_id)
        if tile is not None:
            corner = self._canvas.mapFromScene(tile.rect).boundingRect().topLeft()
            self._offer(columns, self._canvas.viewport().mapToGlobal(corner))

    def _offer(self, columns: Mapping[str, list[FilterColumn]], at: QPoint) -> None:
        shown = Menu(self._canvas)
        shown.setObjectName("filter_columns")
        shown.setAccessibleName(_("Filter dashboard by column"))
        for source, listed in columns.items():
            for column in listed[:_LISTED]:
                title = f"{source}: {column.title}" if len(columns) > 1 else column.title
                action = shown.addAction(title.replace("&", "&&"))
                action.setObjectName(f"filter_{column.column}")
                action.setIcon(theme().icon("ph.funnel", "text.secondary"))
                action.setProperty("icon_name", "ph.funnel")
                action.triggered.connect(lambda _on=False, column=column: self._count_empty(column))
        shown.aboutToHide.connect(shown.deleteLater)
        shown.popup(at)

    def _count_empty(self, column: FilterColumn) -> None:
        """Find out how many rows have no value: no choice of values shows them."""
        name, table = quote_name(column.column, column.dialect), quote_table(column.table, column.dialect)
        text, actor = f"SELECT count(*) AS n FROM {table} WHERE {name} IS NULL", self._context.actor  # noqa: S608  # quoted

        def count(session: "DatabaseSession") -> int:
            table = run_query(session, actor, text, limit=1, source_id=column.source_id or None)
            return int(str(table.rows[0][0]))

        def failed(_error: AppError) -> None:
            self._filter(column, 0)  # the widgets say what is wrong

        self._context.tasks.read(self, count, partial(self._filter, column), failed, long=True)

    def _filter(self, column: FilterColumn, empty: int) -> None:
        editor = self._canvas.editor
        found = filter_by_column(editor.document, column)
        if not found.taken:
            what = _("No widget can be filtered by “{name}”.").format(name=column.title)
            self._context.problems.refuse(f"{what} {_by_hand()}")
            return
        editor.apply_document(_("Filter dashboard by {name}").format(name=column.title), found.document)
        text = ngettext(
            "“{name}” filters {count} of {all} widgets.", "“{name}” filters {count} of {all} widgets.", found.queries
        ).format(name=column.title, count=number(found.taken), all=number(found.queries))
        if empty:
            rows = ngettext(
                "{count} row without a value is left out.", "{count} rows without a value are left out.", empty
            )
            text += " " + rows.format(count=number(empty))
        self._context.problems.toast(text, warning=bool(empty))


def _by_hand() -> str:
    return _("Their queries were written by hand: add a variable and name it in them as IN (:name).")


def _columns(source: BrowsedSource, query: str) -> list[FilterColumn]:
    """The text columns of a source, those of the tables that a query names first."""
    words = {word.casefold() for word in query.replace('"', " ").replace("`", " ").split()}
    tables = sorted(source.tables, key=lambda one: one.name.casefold() not in words)
    found: dict[str, FilterColumn] = {}
    for table in tables:
        for column in table.columns:
            if column.kind == "text" and column.name not in found:
                having = frozenset(one.name for one in tables if one.column(column.name) is not None)
                dialect = source.question(table.name).dialect
                found[column.name] = FilterColumn(
                    source.id, table.name, column.name, column.title, having, dialect
                )  # fmt: skip
    return list(found.values())
