"""What is done with a widget's data from its menu: Explore, and a filter of the dashboard by a column."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget

from benchboard.analytics.data_models.model_sql import is_named
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.table_browser import BrowsedSource, list_tables
from benchboard.dashboards.document.document import Document
from benchboard.dashboards.document.widget_kinds import WidgetContent, WidgetKind, explored_settings, kind_of
from benchboard.dashboards.editing.column_filter import (
    FilterColumn,
    FilteredDocument,
    filter_by_column,
    filterable_queries,
    inlined,
    mapped_columns,
    places_of,
    present_filter,
    variable_of_range,
    with_page_filters,
)
from benchboard.dashboards.editing.query_return import OpenedQuery, ReturnedQuery, is_of_another_table, returned_query
from benchboard.dashboards.editing.range_filters import with_variable
from benchboard.dashboards.variables.variable_queries import names_in
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.data.explore.explore_view import ExploreView
from benchboard.ui.studio.data.explore.widget_origin import WidgetOrigin
from benchboard.ui.theme import theme
from benchboard.ui.widgets.menus import Menu, show_note

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession

_ADDRESS: Final = "studio/explore"
_LISTED: Final = 40
"""Most columns that the menu offers."""
_TEXTS: Final = 25
"""Most of them with text, so that numbers and times have room."""
_ICONS: Final[Mapping[ValueKind, str]] = {
    "integer": "ph.list-numbers", "decimal": "ph.hash", "timestamp": "ph.clock", "date": "ph.calendar-blank",
}  # fmt: skip


class WidgetDataActions(QObject):
    """Runs these commands for the widgets of a canvas."""

    filter_chosen = Signal(str)
    """A filter by a range was added, or one that the page has was chosen: the variable's name."""

    def __init__(self, context: "Context", canvas: Canvas, go_to: Callable[[str], object]) -> None:
        """`go_to` opens the page at a widget."""
        super().__init__(canvas)
        self._context, self._canvas, self._go_to = context, canvas, go_to
        canvas.explore_requested.connect(self.explore)
        canvas.filter_requested.connect(self.offer_columns)

    def explore(self, item_id: str) -> None:
        """Show the query of a widget in Explore, with the values that it is run with here. From there it can be written
        back."""
        editor, view = self._canvas.editor, self._context.view(_ADDRESS)
        if not isinstance(view, ExploreView):
            return
        widget, query = editor.widget(item_id), editor.state.view.opened_query(item_id)
        stored = widget.query
        values = {name: value for name, value in editor.values_of(item_id).items() if name in names_in(stored)}
        unfiltered = {name for name in values if name not in names_in(query)}
        opened: list[OpenedQuery] = []

        def text(source: BrowsedSource | None) -> str:
            dialect = source.question("").dialect if source is not None else "own"
            found = inlined(query, values, dialect)
            opened[:] = [OpenedQuery(stored, found, widget.data_source_id, dialect, values, unfiltered)]
            return found

        def is_there() -> bool:
            is_same = item_id in editor.page.paths and editor.widget(item_id).query == stored
            return bool(opened) and is_same and editor.editable

        def update(edited: str, kind: str, settings: Mapping[str, str], followed: str) -> None:
            if is_of_another_table(edited, opened[0]) and followed and self._follows_time():
                edited = followed
            self._update(item_id, returned_query(edited, opened[0]), kind_of(kind), settings)

        shown = editor.time_range if editor.uses_time(query) else None
        origin = WidgetOrigin(widget.title or widget.kind_name, widget.data_source_id, is_there, update)
        view.open_query(
            widget.data_source_id, text, shown, widget.type, origin if editor.editable else None,
            explored_settings(widget),
        )  # fmt: skip
        self._context.go(_ADDRESS)

    def _follows_time(self) -> bool:
        """Whether a widget of the page follows its time range."""
        editor = self._canvas.editor
        return any(editor.uses_time(one.query) for one in editor.widgets() if one.kind is not None and one.kind.query)

    def _update(
        self, item_id: str, returned: ReturnedQuery, kind: WidgetKind | None, settings: Mapping[str, str]
    ) -> None:
        """Write a query that was edited in Explore to its widget, with the page's filters whose columns it has, and
        show the widget."""
        actor = self._context.actor

        def write(sources: tuple[BrowsedSource, ...] = ()) -> None:
            editor = self._canvas.editor
            if item_id not in editor.page.paths:
                return
            text, filters = with_page_filters(
                editor.document, returned.text, editor.widget(item_id).data_source_id, sources, without=returned.lost
            )
            error = editor.set_explored(item_id, text, kind, settings)
            if error is not None:
                self._context.problems.show(error)
                return
            self._go_to(item_id)
            self._tell_updated(item_id, filters, returned.lost)

        self._context.tasks.read(self, lambda session: list_tables(session, actor), write, lambda _error: write())

    def _tell_updated(self, item_id: str, filters: Sequence[str], lost: Sequence[str]) -> None:
        editor = self._canvas.editor
        said = _("Updated “{name}”.").format(name=editor.widget(item_id).title or editor.widget(item_id).kind_name)
        labels = {one.name: one.label or one.name for one in editor.document.variables}
        lost = [label for name in lost if (label := labels.get(name, name)) not in filters]
        if filters:
            said += " " + _("It is filtered by {names} there.").format(names=", ".join(filters))
        if lost:
            said += " " + _("It is no longer filtered by {names}.").format(names=", ".join(lost))
        self._context.problems.toast(said, warning=bool(lost))

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
        actor, document = self._context.actor, self._canvas.editor.document

        def read(session: "DatabaseSession") -> tuple[dict[str, list[FilterColumn]], bool]:
            return _usable_columns(list_tables(session, actor), queries, document)

        def show(found: tuple[dict[str, list[FilterColumn]], bool]) -> None:
            usable, has_filterable = found
            if usable:
                done(usable)
            elif not has_filterable:
                what = _("No widget can be filtered by a column.")
                self._context.problems.refuse(f"{what} {_no_table()}")
            elif len(widgets) == 1:
                self._context.problems.refuse(_("The data of this widget have no column to filter by."))
            else:
                self._context.problems.refuse(_("The data of this dashboard have no column to filter by."))

        self._context.tasks.read(self, read, show)

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
                action.setObjectName(f"filter_{column.places.column}")
                present = present_filter(self._canvas.editor.document, column)
                icon = "ph.check" if present is not None else _ICONS.get(column.kind, "ph.funnel")
                action.setIcon(theme().icon(icon, "accent" if present is not None else "text.secondary"))
                if present is not None:
                    show_note(action, _("Is a filter"))
                action.setProperty("icon_name", icon)
                action.triggered.connect(lambda _on=False, column=column: self._filter(column))
        shown.aboutToHide.connect(shown.deleteLater)
        shown.popup(at)

    def _filter(self, column: FilterColumn) -> None:
        """Add the filter, or open the one that the page has, which then reaches what was added since."""
        editor = self._canvas.editor
        if column.kind != "text":
            self._filter_by_range(column)
            return
        present = present_filter(editor.document, column)
        found = filter_by_column(editor.document, column)
        if present is not None:
            if found.document != editor.document:
                self._apply(column, found)
            self.filter_chosen.emit(present.name)
            return
        if not found.taken:  # the page changed since the columns were read
            self._context.problems.refuse(_("No widget can be filtered by “{name}”.").format(name=column.title))
            return
        self._apply(column, found)

    def _apply(self, column: FilterColumn, found: FilteredDocument) -> None:
        """Filter the page as one step, and say how many widgets it reaches."""
        self._canvas.editor.apply_document(_("Filter dashboard by {name}").format(name=column.title), found.document)
        text = ngettext(
            "“{name}” filters {count} of {all} widgets.", "“{name}” filters {count} of {all} widgets.", found.queries
        )
        self._context.problems.toast(
            text.format(name=column.title, count=number(found.taken), all=number(found.queries))
        )

    def _filter_by_range(self, column: FilterColumn) -> None:
        """Add a range of a column to the page's filters, and open it."""
        editor = self._canvas.editor
        variable = variable_of_range(editor.document, column)
        if variable not in editor.document.variables:
            editor.apply_document(
                _("Filter dashboard by {name}").format(name=column.title), with_variable(editor.document, variable)
            )
        self.filter_chosen.emit(variable.name)


def _no_table() -> str:
    return _("Their queries read no table, or in a way that can't be filtered. Name a variable in them: IN (:name).")


def _usable_columns(
    sources: Sequence[BrowsedSource], queries: Mapping[str, str], document: Document
) -> tuple[dict[str, list[FilterColumn]], bool]:
    """The text columns of queried sources by which a query of the document can be filtered, by the source's name; and
    whether it has a query that can be filtered by any column."""
    asked = filterable_queries(document, {one.id: one.question("").dialect for one in sources})
    columns = _columns(sources, _with_joined(sources, queries))
    names = {one.id: one.name for one in sources}
    for mapped in mapped_columns((one for one in asked if one.source_id in queries), sources):
        columns.setdefault(names[mapped.places.source_id], []).insert(0, mapped)
    usable = {
        source: listed
        for source, found in columns.items()
        if (listed := [one for one in found if any(each.has(one.places, one.mapping) for each in asked)])
    }
    return usable, bool(asked)


def _with_joined(sources: Sequence[BrowsedSource], queries: Mapping[str, str]) -> dict[str, str]:
    """The queries over each source, and those over others that may join it, by its ID."""
    joining = " ".join(queries[one.id] for one in sources if one.id in queries and one.id and not one.server)
    found = dict(queries)
    for source in sources:
        if source.id and not source.server and source.id not in found and is_named(source.name, joining):
            found[source.id] = joining
    return found


def _columns(sources: Sequence[BrowsedSource], queries: Mapping[str, str]) -> dict[str, list[FilterColumn]]:
    """The columns of queried sources with text, then those with numbers and times, by the source's name, those of the
    tables that a query names first. A text that is in several tables or sources is listed once."""
    columns: dict[str, list[FilterColumn]] = {}
    known: set[tuple[str, str]] = set()
    for source in sources:
        if source.id not in queries:
            continue
        asked = queries[source.id]
        found: list[FilterColumn] = []
        ranges: list[FilterColumn] = []
        for table in source.tables_named_first(asked):
            for column in table.columns:
                if column.kind == "boolean" or column.is_id or column.aggregate is not None:
                    continue
                places = places_of(sources, source, table.name, column.name)
                if column.kind != "text":
                    ranges.append(FilterColumn(places, column.title, column.kind))
                elif (source.id, column.name) not in known:
                    known |= {(one.source_id, name) for one in places.sources for _table, name in one.columns}
                    found.append(FilterColumn(places, source.column_title(column.name, asked)))
        found = [*found[:_TEXTS], *_told_apart(ranges)]
        if found:
            columns[source.name] = found
    return columns


def _told_apart(columns: Sequence[FilterColumn]) -> list[FilterColumn]:
    """The columns with the table in the title of those that share one."""
    titles = [one.title for one in columns]
    return [
        replace(one, title=f"{one.title} ({one.places.table})") if titles.count(one.title) > 1 else one
        for one in columns
    ]
