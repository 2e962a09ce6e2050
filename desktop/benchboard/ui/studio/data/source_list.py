"""The list of data sources, with the details of one beside it."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Signal
from PySide6.QtWidgets import QWidget

from benchboard.analytics.relations import RELATIONS
from benchboard.analytics.sources.copies import delete_removed
from benchboard.analytics.sources.file_import import source_copies
from benchboard.analytics.sources.kinds import CONNECTABLE_KINDS, source_kinds
from benchboard.errors import NotFound
from benchboard.i18n import _, pgettext
from benchboard.identity.permissions import has_permission
from benchboard.paging import Listing, Page
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import REGISTRY, Handler, Handlers, install_shortcuts, run_handler
from benchboard.ui.context import LIVE_BUS, Context
from benchboard.ui.paged.paged_model import PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.problems import Action
from benchboard.ui.studio.data.data_commands import SOURCE_MENU, SOURCES
from benchboard.ui.studio.data.mark_buttons import MarkButtons
from benchboard.ui.studio.data.source_actions import SourceActions
from benchboard.ui.studio.data.source_pane import SourcePane
from benchboard.ui.studio.data.source_rows import (
    SourceRow,
    all_rows,
    can_refresh,
    checked_text,
    read_rows,
    source_columns,
)
from benchboard.ui.studio.data_access import can_have_orders
from benchboard.ui.studio.data_cards import sample_card
from benchboard.ui.studio.recovered_sources import RecoveredSources
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import clock_minutes, refresh_times
from benchboard.ui.widgets import BannerPlace, Button, EmptyState, MenuItem, Toolbar, fill_column, menu, search_field
from benchboard.ui.widgets.choice_card import ChoiceCard
from benchboard.ui.widgets.drawer import Drawer
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.widgets.tab_order import focus_content
from benchboard.ui.window_commands import LIST_UNDO, undo_handlers

TABLES = frozenset({"data_sources"})
_USED_BY = frozenset({"data_models", "widgets", "dashboards", "dashboard_layouts", "alerts"})
"""The tables whose rows tell what uses a source."""


class SourceList(QWidget):
    """The sources of the organisation. `file_wanted`, `server_wanted` (with its kind) and `sample_wanted` ask for data
    to be added."""

    file_wanted = Signal()
    folder_wanted = Signal()
    server_wanted = Signal(str)
    sample_wanted = Signal()

    def __init__(self, context: Context, *, explores: bool) -> None:
        super().__init__()
        self.setObjectName("source_list")
        self._context = context
        self._pending = ""
        self.actions_for_sources = SourceActions(context, self, explores=explores)
        self._recovered = RecoveredSources(context, self)
        self._model: PagedTableModel[SourceRow] = PagedTableModel(context.tasks, self._fetch, source_columns(), self)
        self._toolbar = toolbar = Toolbar(_("Data sources"))
        self._search = search_field(self, "sources_search", _("Name"), self._searched, label=_("Filter data sources"))
        toolbar.add(self._search)
        self.add_button = Button(
            _("Add data"), self.open_add_menu, kind="primary", icon="ph.plus", menu=True, name="sources_add"
        )
        may_write = has_permission(context.actor, "sources:write")
        self.add_button.disable("" if may_write else _("Your role can't change data sources."))
        toolbar.add_right(self.add_button)
        self._table: PagedTable[SourceRow] = PagedTable(
            self._model,
            label=_("Data sources"),
            name="sources_table",
            empty=self._empty_state(may_write=may_write),
            no_match=NoMatch(pgettext("no match", "data sources"), self._search.clear),
            ticks=False,
            row_menu=True,
        )
        self.pane = SourcePane(context)
        self._body = Drawer(self._table, self.pane)
        self._body.covers.connect(self._table.set_covered)
        self.banner_place = BannerPlace()
        fill_column(self, toolbar, self.banner_place, self._body)
        self.setFocusProxy(self._table.view)
        self._model.loaded.connect(self._loaded)
        self._table.current_changed.connect(self._show_row)
        self._table.activated.connect(self._open)
        self._table.menu_requested.connect(self._open_menu)
        MarkButtons(self._table.view, self._is_button, self._press)
        self.pane.closed.connect(self._close_detail)
        handlers = {one.id: Handler(partial(self._run_at_current, one.id)) for one in REGISTRY.of_scope(SOURCES)}
        install_shortcuts(self._table.view, SOURCES, handlers)
        install_shortcuts(self, LIST_UNDO, undo_handlers(context.problems))
        refresh_times(self._table.view.viewport(), self._refresh_detail_time)
        context.changed.watch(self, TABLES, self._model.refresh)
        context.changed.watch(self, {LIVE_BUS}, self._model.refresh)
        context.changed.watch(self, _USED_BY, self._follow_uses)
        self.actions_for_sources.restored.connect(self.select)
        self.actions_for_sources.copied.connect(self.select)
        context.tasks.read(self, self._delete_removed, lambda _none: None, lambda _error: None)  # another time
        self.actions_for_sources.not_refreshed.connect(self.refresh_files)  # its file may be gone since it was listed
        self._model.listing = Listing(sort="name")

    def _delete_removed(self, _session: DatabaseSession) -> None:
        database, actor = self._context.database, self._context.actor

        def in_use(source_id: str) -> tuple[Path, ...]:
            try:
                return source_copies(database, actor, source_id)
            except NotFound:
                return ()

        delete_removed(self._context.workspace.home, actor.organisation_id, in_use)

    def _refresh_detail_time(self) -> None:
        """Keep the time in the details that of the list, of which a single row may have been repainted."""
        if self.pane.refresh_time():
            self._table.view.viewport().update()

    def _empty_state(self, *, may_write: bool) -> EmptyState:
        actor, location = self._context.actor, self._context.workspace.location
        own = can_have_orders(location) and any(has_permission(actor, one.permission) for one in RELATIONS.values())
        title = _("No data of your own yet") if own else _("No data sources yet")
        also = "\n" + _("Benchboard's own orders are already in Explore.") if own else ""
        if not may_write:
            why = _("Data sources that colleagues add are listed here.")
            return EmptyState("ph.database", title, why=why + also)
        why = _("Drop files or a folder anywhere here, or choose what to add.")
        empty = EmptyState("ph.database", title, why=why + also)
        server = ChoiceCard(
            "ph.plugs-connected", _("Database server or REST API"), _("PostgreSQL, MySQL, MariaDB, or JSON by HTTP"),
            lambda: menu(server, self._servers(), name="add_server_menu"), name="sources_empty_server",
        )  # fmt: skip
        empty.offer(
            ChoiceCard("ph.file-text", _("File"), _("CSV, Excel, Parquet, SQLite, DuckDB, or a recording of a CAN bus"),
                       self.file_wanted.emit, name="sources_empty_file"),
            ChoiceCard("ph.folder", _("Folder"), _("Many files at once; those of one kind become one table"),
                       self.folder_wanted.emit, name="sources_empty_folder"),
            server,
            sample_card(self.sample_wanted.emit, "sources_sample"),
        )  # fmt: skip
        return empty

    def _servers(self) -> list[MenuItem]:
        return [
            MenuItem(
                source_kinds()[kind].title, partial(self.server_wanted.emit, kind), "ph.plugs-connected",
                name=f"server_{kind}",
            )
            for kind in CONNECTABLE_KINDS
            if kind != "can_live" or has_permission(self._context.actor, "dongles:read")
        ]  # fmt: skip

    def open_add_menu(self) -> None:
        """Ask what is added."""
        items = [
            MenuItem(_("File"), self.file_wanted.emit, "ph.file-text", name="add_file"),
            MenuItem(_("Folder"), self.folder_wanted.emit, "ph.folder", name="add_folder"),
            *self._servers(),
            MenuItem(_("Sample data"), self.sample_wanted.emit, "ph.table", name="add_sample"),
        ]
        menu(self.add_button, items, name="add_data_menu")

    def refresh_files(self) -> None:
        """Look at all of them and their files again."""
        if self._model.requested:
            self._model.refresh()

    def tell_news(self) -> None:
        """Look at the files of all sources again, and say which have changed."""
        actor = self._context.actor
        self._context.tasks.read(self, lambda session: all_rows(session, actor), self._tell)

    def _tell(self, rows: tuple[SourceRow, ...]) -> None:
        if not rows:
            return
        changed = [row.source for row in rows if row.news == "changed"]

        def refresh() -> None:
            for source in changed:
                self.actions_for_sources.refresh(source.id, source.name)

        can_refresh = changed and not self.actions_for_sources.why_read_only()
        action = Action(_("Refresh data"), refresh) if can_refresh else None
        self._context.problems.toast(checked_text(rows, clock_minutes()), action=action)

    def select(self, source_id: str) -> None:
        """Select a source, once it is in the list."""
        if not self._table.make_current(source_id):
            self._pending = source_id
            if self._search.text():
                self._search.clear()

    def command_handlers(self) -> Handlers:
        """The commands for the selected source."""
        row = self._table.current()
        return self._handlers_at(row) if row is not None else {}

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        return [self._toolbar, self._table, *([self.pane] if self.pane.isVisible() else [])]

    def _fetch(self, session: DatabaseSession, listing: Listing, after: str | None, limit: int) -> Page[SourceRow]:
        return read_rows(session, self._context.actor, listing, after, limit)

    def _searched(self, text: str) -> None:
        self._model.listing = replace(self._model.listing, search=text.strip())

    def _loaded(self) -> None:
        self._body.keep_place(bool(self._model.rows))
        for row in self._model.rows:
            if row.source.recovered:
                self._recovered.note(row.id)
        if self._pending and self._table.make_current(self._pending):
            self._pending = ""

    def _show_row(self, row: SourceRow | None) -> None:
        if row is not None:
            self.pane.show_source(row, self._handlers_at(row))
        self._body.show_detail(row is not None)

    def _open(self, row: SourceRow) -> None:
        """Explore a source, or show its details in a program that can't."""
        explore = self._handlers_at(row).get("studio.sources.explore")
        if explore is not None:
            run_handler(explore, self._context.problems.refuse)
        else:
            self._show_row(row)
            focus_content(self.pane)

    def _handlers_at(self, row: SourceRow) -> dict[str, Handler]:
        def table() -> str:
            return self.pane.table or next(iter(row.source.tables), "")

        return self.actions_for_sources.handlers_for(row, table)

    def _is_button(self, index: QModelIndex) -> bool:
        """Whether a cell is one: the status of a source that has changed, or what uses a source."""
        key, row = self._model.columns[index.column()].key, self._model.row(index.row())
        return (key == "status" and can_refresh(row)) or (key == "uses" and bool(row.uses))

    def _press(self, index: QModelIndex) -> None:
        """Read a source again that has changed, or list what uses one."""
        name = "refresh" if self._model.columns[index.column()].key == "status" else "uses"
        handlers = self._handlers_at(self._model.row(index.row()))
        run_handler(handlers[f"studio.sources.{name}"], self._context.problems.refuse)

    def _follow_uses(self) -> None:
        """Say what uses each source now, while the list is seen: it is read again when it is shown."""
        if self.isVisible():
            self.refresh_files()

    def _open_menu(self, row: SourceRow, spot: QPoint) -> None:
        handlers = self._handlers_at(row)
        command_menu(self, SOURCE_MENU, handlers, scope=SOURCES, label=_("Actions"), name="sources_menu").popup(spot)

    def _run_at_current(self, command_id: str) -> None:
        row = self._table.take_ringed()
        handler = self._handlers_at(row).get(command_id) if row is not None else None
        if handler is not None:
            run_handler(handler, self._context.problems.refuse)

    def _close_detail(self) -> None:
        self._body.show_detail(False)
        self._table.put_away()
