"""The list of dashboards: search, open, create, import, share and delete."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QRectF, QTimer, Signal, SignalInstance
from PySide6.QtGui import QHideEvent, QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from benchboard.dashboards import folders, library
from benchboard.dashboards.access.dashboard_permissions import level_title, shares_title
from benchboard.dashboards.document.document import empty
from benchboard.dashboards.favourites import favourite_title
from benchboard.dashboards.folders import Folder
from benchboard.dashboards.library import DashboardSummary
from benchboard.dashboards.templates import NEW_TITLE
from benchboard.dashboards.trash_retention import TRASH_RETENTION, days_left
from benchboard.i18n import _, ngettext, number, pgettext
from benchboard.paging import Listing, Page, Scalar
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import REGISTRY, Handler, install_shortcuts, run_handler
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_export import ask_and_export
from benchboard.ui.paged.paged_model import Column, Mark, PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable, count_in
from benchboard.ui.problems import Action
from benchboard.ui.studio.data_access import widget_data, widgets_denied
from benchboard.ui.studio.import_export.json_import import Imported, import_dashboard
from benchboard.ui.studio.library.dashboard_actions import DashboardActions, open_menu
from benchboard.ui.studio.library.favourite_cards import (
    FavouriteCards,
    card_text,
    dashboard_face,
    folder_badge,
    star_mark,
)
from benchboard.ui.studio.library.folder_pane import FOLDER, PLACE_ICONS, FolderPane, dashboards_mime, place_titles
from benchboard.ui.studio.library.recent_row import RecentRow
from benchboard.ui.studio.library.strip_heading import StripHeading
from benchboard.ui.studio.library.thumbnail_column import ThumbnailColumn
from benchboard.ui.studio.studio_commands import FOLDER_MENU, FOLDERS, LIST
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import full_time, refresh_times, relative_time
from benchboard.ui.widgets import BannerPlace, Button, EmptyState, Toolbar, fill_column, search_field
from benchboard.ui.widgets.buttons import Kind, SegmentedControl
from benchboard.ui.widgets.choice_card import ChoiceCard
from benchboard.ui.widgets.file_dialog import FileDialog, open_file_dialog
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.window_commands import LIST_UNDO, undo_handlers

TABLES = (
    "dashboards", "widgets", "dashboard_shares", "dashboard_team_shares", "team_members", "users",
    "dashboard_folders", "dashboard_folder_entries", "dashboard_favourites", "dashboard_openings",
)  # fmt: skip
_TRASH_NOTICE: Final = "library.trash"
"""The key of the notice that a requested dashboard is in the trash."""
_LEAST_LIST: Final = 500
"""The height from which there is room for the favourites above the list, in pixels."""
_HIDDEN_MS: Final = 1_000
"""How long a list that isn't shown waits before it follows a change."""
_LEAST_RECENT: Final = 640
"""The height from which there is room for those opened last, too."""
_CSV_COLUMNS: Final = (
    *("id", "name", "description", "owner", "level", "public", "shares", "widgets"),
    *("created_at", "updated_at", "deleted_at"),
)


class DashboardList(QWidget):
    """All dashboards that the user can see, and those in the trash. `open_requested` asks to open one, `imported` is
    emitted for one from a file, `created` for a new empty one, `template_requested` for one that is to get a template's
    widgets."""

    open_requested = Signal(str)
    imported = Signal(object)
    created = Signal(str)
    template_requested = Signal(str)
    title_changed = Signal()
    """Something else is listed."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._wanted_place = ""
        """The key of a folder that is to be shown once it is in the pane."""
        self.commands = DashboardActions(context, self)
        self.setObjectName("studio_library")
        self._thumbnails = ThumbnailColumn(context, self)
        self._model: PagedTableModel[DashboardSummary] = PagedTableModel(
            context.tasks, self._fetch, _columns(self._thumbnails.paint), self
        )
        self._model.loaded.connect(self._load_thumbnails)
        self._toolbar = Toolbar(place_titles()[""])
        self._search = search_field(
            self, "library_search", _("Name or owner"), self._searched, label=_("Filter dashboards")
        )
        self.pane = FolderPane()
        self._toolbar.add(self._search)
        self._import = Button(
            _("Import dashboard"),
            self.choose_import_file,
            icon="ph.upload-simple",
            tip=_("Import dashboard"),
            name="library_import",
        )
        self._new = Button(
            _("Create dashboard"), self.create_dashboard, kind="primary", icon="ph.plus", name="library_new"
        )
        self._switch = SegmentedControl(
            [("list", _("List")), ("grid", _("Grid"))],
            label=_("Show dashboards as"),
            icons={"list": "ph.list-bullets", "grid": "ph.squares-four"},
        )
        self._switch.show_label(False)
        self._switch.selected.connect(self._choose_layout)
        self._toolbar.add_right(self._switch)
        export = Button(_("Export CSV"), self._export, icon="ph.download-simple", name="library_export")
        self._toolbar.add_right(export)
        self._toolbar.add_right(self._import)
        self._toolbar.add_right(self._new)
        self._new.shorten_to(_("Create"))
        self._toolbar.shorten(export, self._import, self._new)
        self._table: PagedTable[DashboardSummary] = PagedTable(
            self._model,
            label=_("Dashboards"),
            name="library_table",
            empty=self._empty_state(),
            no_match=_NoDashboards(self.pane, self._show_all, self.create_dashboard),
            bulk=self._bulk(),
            row_menu=True,
        )
        self._cards = self._table.add_cards(dashboard_face(self._thumbnails.paint_large, _card_text))
        self.favourites = FavouriteCards(context, self._thumbnails.paint_large, _dragged)
        self.recent = RecentRow(context, self._thumbnails.paint)
        self._thumbnails.loaded.connect(self.recent.update_pictures)
        for viewport in (self._table.view.viewport(), self._cards.viewport(), self.favourites.cards.viewport()):
            self._thumbnails.loaded.connect(viewport.update)
        self._heading = StripHeading(_("All dashboards"))
        self._model.loaded.connect(self._update_bulk_buttons)  # what is ticked may have changed
        self.banner_place = BannerPlace()
        beside = QWidget()
        line = QHBoxLayout(beside)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.pane)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.favourites)
        column.addWidget(self.recent)
        column.addWidget(self._heading)
        column.addWidget(self._table, 1)
        line.addLayout(column, 1)
        fill_column(self, self._toolbar, self.banner_place, beside)
        self._show_layout(context.settings.dashboards_layout or "list")
        self._table.activated.connect(self._open)
        self._table.menu_requested.connect(self._open_menu)
        self._table.selectionChanged.connect(self._update_bulk_buttons)
        self._table.view.clicked.connect(self._clicked)
        self._table.drag_with(_dragged)
        self._cards.mark_clicked.connect(lambda row: self.commands.folders.toggle_favourite([self._model.row(row).id]))
        self._connect_pane()
        self._connect_strips()
        self._install_keys(self._table.view, self._table.take_ringed)
        self._install_keys(self._cards, self._table.current)
        self._install_keys(self.favourites.cards, self.favourites.current)
        install_shortcuts(self, LIST_UNDO, undo_handlers(context.problems))
        refresh_times(self._table.view.viewport())
        refresh_times(self._cards.viewport())
        self._refresh_timer = QTimer(self, interval=_HIDDEN_MS, singleShot=True)
        self._refresh_timer.timeout.connect(self._refresh)
        context.changed.watch(self, TABLES, self._refresh_in_time)
        count_in(self._toolbar, self._model)
        self._table.count_words = self._counted
        self._table.tells_changed_row = False
        self._model.listing = Listing(sort="updated_at", descending=True)
        self._update_bulk_buttons()
        self._read_pane()

    def _connect_pane(self) -> None:
        pane, folders_ = self.pane, self.commands.folders
        pane.selected.connect(self._place_chosen)
        pane.dropped.connect(folders_.move)
        pane.folder_dropped.connect(folders_.move_folder)
        pane.menu_requested.connect(self._open_folder_menu)
        pane.create_requested.connect(self.create_folder)
        folders_.created.connect(self._show_created)
        commands = REGISTRY.of_scope(FOLDERS)
        handlers = {command.id: Handler(partial(self._run_at_folder, command.id)) for command in commands}
        install_shortcuts(pane.tree, FOLDERS, handlers)

    def _connect_strips(self) -> None:
        favourites = self.favourites
        favourites.opened.connect(self._open)
        favourites.menu_requested.connect(self._open_favourite_menu)
        favourites.star_clicked.connect(lambda card: self.commands.folders.toggle_favourite([card.id]))
        favourites.all_requested.connect(lambda: self.show_place("favourites"))
        favourites.model.loaded.connect(self._load_thumbnails)
        favourites.model.loaded.connect(self._show_heading)
        recent = self.recent
        recent.opened.connect(self._open)
        recent.menu_requested.connect(self._open_favourite_menu)
        recent.all_requested.connect(lambda: self.show_place("recent"))
        recent.model.loaded.connect(self._load_thumbnails)
        recent.model.loaded.connect(self._show_heading)
        self._model.loaded.connect(self._show_favourites)

    def _install_keys(self, view: QWidget, current: Callable[[], DashboardSummary | None]) -> None:
        """Let the keys of the list's commands act on the current row of a view."""
        with_keys = REGISTRY.of_scope(LIST)
        handlers = {command.id: Handler(partial(self._run_at, current, command.id)) for command in with_keys}
        install_shortcuts(view, LIST, handlers)

    def panes(self) -> list[QWidget]:
        """The visible panes in F6 order."""
        parts = (self._toolbar, self.pane, self.favourites, self.recent, self._table)
        return [part for part in parts if part.isVisible()]

    # List or grid

    def _choose_layout(self, key: str) -> None:
        had_focus = self._table.rows_page.focusProxy() or self._table.rows_page
        focused = had_focus.hasFocus()
        self._show_layout(key)
        if focused:
            self.setFocus()
        self._context.apply_settings(replace(self._context.settings, dashboards_layout=key))

    def _show_layout(self, key: str) -> None:
        """Show the dashboards as a list, or as cards in a grid."""
        self._switch.set_current(key if key == "grid" else "list")
        self._table.show_cards(key == "grid")
        self.setFocusProxy(self._cards if key == "grid" else self._table.view)
        self._show_favourites()

    def _show_favourites(self) -> None:
        """Show the favourites and those opened last above the list of all dashboards, where there is room for them and
        nothing is searched for. Among cards they would be there twice.
        """
        listing, is_list = self._model.listing, self._switch.current() == "list"
        shows_all = not self.pane.current() and not listing.search
        self.favourites.set_wanted(shows_all and is_list and self.height() >= _LEAST_LIST)
        self.recent.set_wanted(shows_all and is_list and self.height() >= _LEAST_RECENT)
        self._show_heading()

    def _show_heading(self) -> None:
        """Say above the list what it has, where other dashboards are listed above it."""
        self._heading.setVisible(not (self.favourites.isHidden() and self.recent.isHidden()))

    def _load_thumbnails(self) -> None:
        self._thumbnails.load([*self._model.rows, *self.favourites.model.rows, *self.recent.model.rows])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_favourites()

    def create_folder(self) -> None:
        """Ask for the name of a new folder, in the selected one."""
        self.commands.folders.ask_name(self.pane.current_folder())

    def _show_created(self, folder_id: str) -> None:
        self._wanted_place = FOLDER + folder_id
        self._read_pane()

    def _run_at_folder(self, command_id: str) -> None:
        folder = self.pane.current_folder()
        if folder is not None:
            self.commands.folders.handlers_for(folder)[command_id].run()

    def _open_folder_menu(self, folder: Folder, spot: QPoint) -> None:
        handlers = self.commands.folders.handlers_for(folder)
        command_menu(self, FOLDER_MENU, handlers, scope=FOLDERS, label=_("Folder actions"), name="folder_menu").popup(
            spot
        )

    def _refresh_in_time(self) -> None:
        """Refresh now, or a little later while a dashboard is in front, or is imported: it may still be opening."""
        if self.isVisible() and not self._context.tasks.running:
            self._refresh()
        elif not self._refresh_timer.isActive():
            self._refresh_timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._thumbnails.set_shown(True)
        if self._refresh_timer.isActive():
            self._refresh()

    def _refresh(self) -> None:
        self._refresh_timer.stop()
        self._model.refresh()
        self.favourites.model.refresh()
        self.recent.model.refresh()
        self._read_pane()

    def _read_pane(self) -> None:
        """Read the folders, and how many dashboards each row of the pane lists."""
        actor = self._context.actor

        def op(session: DatabaseSession) -> tuple[dict[str, int], tuple[Folder, ...]]:
            counts = {key: library.count_dashboards(session, actor, key or None) for key in place_titles()}
            return counts, folders.list_folders(session, actor)

        self._context.tasks.read(self, op, self._show_pane)

    def _show_pane(self, found: tuple[dict[str, int], tuple[Folder, ...]]) -> None:
        there = self.pane.show_counts(*found)
        self._show_title()
        self.favourites.show_count(found[0].get("favourites", 0))
        self.recent.show_count(found[0].get("recent", 0))
        self._heading.show_count(found[0].get("", 0))
        wanted, self._wanted_place = self._wanted_place, ""
        if wanted and self.pane.folder_of(wanted) is not None:
            self.pane.set_current(wanted)
            self._place_chosen(wanted)
        elif not there:  # someone deleted the folder that was listed
            self._place_chosen("")

    def _clicked(self, index: QModelIndex) -> None:
        card = self._model.row(index.row())
        if self._model.columns[index.column()].key == "favourite" and card.deleted_at is None:
            self.commands.folders.toggle_favourite([card.id])

    def _empty_state(self) -> EmptyState:
        how = _("Start from a template, or add widgets yourself.")
        what = f"{widget_data(self._context.actor, self._context.workspace.location)} {how}"
        empty = EmptyState("ph.squares-four", _("No dashboards yet"), why=what)
        empty.offer(
            ChoiceCard("ph.plus", _("Create dashboard"), _("An empty page for your own widgets"),
                       self.create_dashboard, name="library_create"),
            ChoiceCard("ph.layout", _("Start from a template"), _("A page with its widgets in place"),
                       self._create_from_template, name="library_template",
                       reason=widgets_denied(self._context.actor)),
            ChoiceCard("ph.upload-simple", _("Import dashboard"), _("A file from Benchboard or Grafana"),
                       self.choose_import_file, name="library_import_first"),
        )  # fmt: skip
        return empty

    def create_dashboard(self) -> None:
        """Create an empty dashboard; the view opens it and asks for its name."""
        self._create(self.created)

    def _create_from_template(self) -> None:
        """Create an empty dashboard; the view opens it and shows the templates."""
        self._create(self.template_requested)

    def _create(self, made_signal: SignalInstance) -> None:
        actor, folder = self._context.actor, self.pane.current_folder()

        def op(session: DatabaseSession) -> str:
            made = library.create(session, actor, empty(_(NEW_TITLE))).card.id
            if folder is not None:
                folders.move_dashboards(session, actor, [made], folder.id)
            return made

        self._context.tasks.change(self, op, made_signal.emit)

    def _fetch(
        self, session: DatabaseSession, listing: Listing, after: str | None, limit: int
    ) -> Page[DashboardSummary]:
        actor = self._context.actor
        return library.list_dashboards(session, actor, library.everything(actor, listing), after=after, limit=limit)

    def _open(self, card: DashboardSummary) -> None:
        if card.deleted_at is None:
            self.open_requested.emit(card.id)
        else:
            back = [Action(_("Restore and open"), lambda: self._restore_and_open(card))] if card.level == "own" else []
            self._context.problems.notice(
                _("“{name}” is in the trash.").format(name=card.name), _("Restore it first."), *back, key=_TRASH_NOTICE
            )

    def _restore_and_open(self, card: DashboardSummary) -> None:
        actor = self._context.actor
        self._context.tasks.change(
            self,
            lambda session: library.restore(session, actor, [card.id]),
            lambda _count: self.open_requested.emit(card.id),
        )

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._thumbnails.set_shown(False)
        self._context.problems.dismiss(_TRASH_NOTICE)  # the user has gone elsewhere, or the dashboard is open

    # Rows

    def _searched(self, text: str) -> None:
        self._set_listing(replace(self._model.listing, search=text.strip()))

    @property
    def title(self) -> str:
        """What is listed."""
        return self._toolbar.title()

    def _show_title(self) -> None:
        if self.title != self.pane.title:
            self._toolbar.set_title(self.pane.title)
            self.title_changed.emit()

    def _place_chosen(self, key: str) -> None:
        """List what a row of the pane stands for."""
        self._show_title()
        sort = {"trash": "deleted_at", "recent": "opened_at"}.get(key, "updated_at")
        filters: dict[str, Scalar] = {"which": key} if key else {}
        if key.startswith(FOLDER):
            filters = {"folder_id": key.removeprefix(FOLDER)}
        self._set_listing(Listing(self._search.text().strip(), filters, sort, descending=True))

    def _counted(self) -> str:
        """What is listed, and how many dashboards; nothing where the pane's row, which was just read, says it."""
        if self.pane.tree.hasFocus():
            return ""
        count = len(self._model.rows)
        words = ngettext("{count} dashboard", "{count} dashboards", count).format(count=number(count))
        return f"{self.pane.title}, {words}" if self._model.at_end else self.pane.title

    def show_trash(self) -> None:
        """Show the dashboards in the trash."""
        self.show_place("trash")

    def _show_all(self) -> None:
        self.show_place("")

    def show_place(self, key: str) -> None:
        """Show what a row of the pane lists: one of `library.WHICH_FILTERS`, or with an empty key all."""
        self._search.clear()
        self.pane.set_current(key)
        self._place_chosen(key)

    def _set_listing(self, listing: Listing) -> None:
        self._model.clear_ticks()
        self._model.listing = listing
        self._update_bulk_buttons()

    def _export(self) -> None:
        ask_and_export(self._context, self, self._model, self._fetch, _CSV_COLUMNS, _("dashboards"))

    # Selected rows

    def _bulk(self) -> list[QWidget]:
        run = {
            "rename": self._rename,
            "share": self._share,
            "favourite": lambda: self.commands.folders.toggle_favourite(self._ids()),
            "move": lambda: self.commands.folders.ask_move(self._ids()),
            "duplicate": lambda: self.commands.duplicate(self._ids()),
            "discard": lambda: self._move(into=True),
            "restore": lambda: self._move(into=False),
            "delete": lambda: self.commands.delete(self._ids()),
        }
        self._bulk_buttons = {name: _button(name, run[name]) for name in run}
        return list(self._bulk_buttons.values())

    def _update_bulk_buttons(self) -> None:
        ticked = self._table.selected()
        in_trash = self.pane.current() == "trash"
        for name, button in self._bulk_buttons.items():
            button.setVisible((name in ("restore", "delete")) == in_trash)
        one = "" if len(ticked) == 1 else _("Select one dashboard.")
        may_edit = "" if all(card.level != "view" for card in ticked) else _("You have view-only access.")
        owned = "" if all(card.level == "own" for card in ticked) else _("You don't own all of these dashboards.")
        self._bulk_buttons["rename"].disable(one or may_edit)
        self._bulk_buttons["favourite"].set_title(favourite_title(all(card.favourite for card in ticked)))
        self._bulk_buttons["move"].disable(may_edit)
        self._bulk_buttons["share"].disable(one)
        for name in ("discard", "restore", "delete"):
            self._bulk_buttons[name].disable(owned)

    def _rename(self) -> None:
        (card,) = self._table.selected()
        self.commands.rename(card.id, card.name)

    def _share(self) -> None:
        (card,) = self._table.selected()
        self.commands.share(card.id, card.name)

    def _move(self, *, into: bool) -> None:
        ids = self._ids()
        self._model.clear_ticks()
        self.commands.move(ids, into=into)

    def _open_menu(self, card: DashboardSummary, spot: QPoint) -> None:
        open_menu(self, self._handlers_at(card), spot, scope=LIST)

    def _open_favourite_menu(self, card: DashboardSummary, spot: QPoint) -> None:
        open_menu(self, self._handlers_of(card), spot, scope=LIST)

    def _handlers_at(self, card: DashboardSummary) -> dict[str, Handler]:
        """The commands of a row, or of all selected rows if it is one of several."""
        trashed = card.deleted_at is not None
        commands, ticked = self.commands, self._table.selected()
        if len(ticked) > 1 and card.id in {one.id for one in ticked}:
            owned = all(one.level == "own" for one in ticked)
            move = partial(self._move, into=not trashed)  # clears the selection too
            movable = all(one.level != "view" for one in ticked)
            ids = [one.id for one in ticked]
            starred = all(one.favourite for one in ticked)
            return commands.handlers_for_many(ids, owned, move, trashed=trashed, movable=movable, favourites=starred)
        return self._handlers_of(card)

    def _handlers_of(self, card: DashboardSummary) -> dict[str, Handler]:
        """The commands of one dashboard."""
        if card.deleted_at is not None:
            return self.commands.handlers_in_trash(card.id, card.level)
        opening = {"studio.dashboards.open": Handler(partial(self._open, card))}
        return opening | self.commands.handlers_for(card.id, card.name, card.level, favourite=card.favourite)

    def _run_at(self, current: Callable[[], DashboardSummary | None], command_id: str) -> None:
        """Run a command for the current row of a view, if the row has that command."""
        card = current()
        handler = self._handlers_at(card).get(command_id) if card is not None else None
        if handler is not None:
            run_handler(handler, self._context.problems.refuse)

    def _ids(self) -> list[str]:
        return [card.id for card in self._table.selected()]

    # Import

    def choose_import_file(self) -> None:
        """Ask for the file to import."""
        dialog = FileDialog(self.window(), _("Import dashboard"), "", _("Dashboards (*.json)"))
        dialog.setObjectName("library_import_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.import_file)
        dialog.finished.connect(dialog.deleteLater)
        open_file_dialog(dialog)

    def import_file(self, path: str) -> None:
        """Import a dashboard from a Benchboard or Grafana file; the report is shown once it is open."""

        folder, actor = self.pane.current_folder(), self._context.actor

        def done(imported: Imported) -> None:
            if folder is not None:
                moved = [imported.dashboard.card.id], folder.id
                self._context.tasks.change(
                    self, lambda session: folders.move_dashboards(session, actor, *moved), lambda _moved: None
                )
            if imported.report.lines:
                self.commands.keep_report(imported)
            self.imported.emit(imported)

        import_dashboard(self._context, self, path, done)


class _NoDashboards(NoMatch):
    """That no dashboard matches; with a filter and no search, that the filter has none, and the next step."""

    def __init__(self, pane: FolderPane, show_all: Callable[[], object], create: Callable[[], object]) -> None:
        super().__init__(pgettext("no match", "dashboards"), self._act, self._filter_names)
        self._pane, self._show_all, self._create = pane, show_all, create
        self._offers_creation = False

    def show_query(self, search: str, *, filtered: bool) -> None:
        super().show_query(search, filtered=filtered)
        which = "" if search else self._pane.current()
        in_folder = which.startswith(FOLDER)
        self._offers_creation = which == "mine" or in_folder
        icons = {**PLACE_ICONS, "": "ph.funnel"}
        self.icon.show_icon("ph.folder" if in_folder else icons.get(which, "ph.funnel"))
        why = _why_nothing(which)
        self.why.setText(why)
        self.why.setVisible(bool(why))
        if which:
            title = _("Create dashboard") if self._offers_creation else _("Show all dashboards")
            self.sentence.setText(_("No dashboards in this folder.") if in_folder else library.nothing_in(which))
            self.action.set_title(title)

    def _filter_names(self) -> list[str]:
        folder = self._pane.current_folder()
        if folder is not None:
            return [folder.name]
        return [title for key, title in place_titles().items() if key and key == self._pane.current()]

    def _act(self) -> None:
        (self._create if self._offers_creation else self._show_all)()


def _why_nothing(which: str) -> str:
    """What a filter without dashboards is for; empty if that is plain."""
    if which.startswith(FOLDER):
        return _("Drag dashboards onto the folder, or choose Move to folder.")
    if which == "favourites":
        return _("To add a dashboard, select the star in its row, or in the toolbar while it is open.")
    if which == "recent":
        days = library.RECENT.days
        opened = ngettext("Dashboards that you opened in the last {count} day are listed here.",
                          "Dashboards that you opened in the last {count} days are listed here.", days)  # fmt: skip
        return opened.format(count=days)
    if which == "shared":
        return _("When someone shares a dashboard with you or your team, it's listed here.")
    if which == "public":
        return _("To share a dashboard with everyone, open it and select Share.")
    if which != "trash":
        return ""
    days = TRASH_RETENTION.days
    kept = ngettext(
        "Dashboards in the trash can be restored for {count} day.",
        "Dashboards in the trash can be restored for {count} days.",
        days,
    )
    return kept.format(count=days)


def _button(name: str, run: Callable[[], object]) -> Button:
    """A button for the selected rows."""
    command = REGISTRY[f"studio.dashboards.{name}"]
    kind: Kind = "danger" if name in ("discard", "delete") else "plain"
    return Button(command.text, run, kind=kind, icon=command.icon, size="sm", name=f"library_{name}")


def _access(card: DashboardSummary) -> Mark:
    icon = {"own": "ph.user", "view": "ph.eye", "edit": "ph.pencil-simple"}[card.level]
    return Mark("neutral", level_title(card.level), icon)


def _shared(card: DashboardSummary) -> str:
    return shares_title(public=card.public, people=card.shares - card.team_shares, teams=card.team_shares)


def _star_tip(card: DashboardSummary) -> str:
    if card.deleted_at is not None:
        return ""
    return favourite_title(card.favourite)


def _star_text(card: DashboardSummary) -> str:
    """What the cell with the star is called; empty in the trash, where there is none."""
    if card.deleted_at is not None:
        return ""
    return _("Favourite, yes") if card.favourite else _("Favourite, no")


def _opened(card: DashboardSummary) -> str:
    return relative_time(card.opened_at) if card.opened_at is not None else _("Never")


def _description(card: DashboardSummary) -> str:
    """The description; for one in the trash, when it was deleted and how many days are left to restore it."""
    if card.deleted_at is None:
        return card.description.split("\n")[0]
    left = days_left(card.deleted_at)
    days = ngettext("{count} day left", "{count} days left", left).format(count=left)
    who = card.deleted_by or _("someone")
    return _("Deleted {when} by {who} · {days}").format(when=relative_time(card.deleted_at), who=who, days=days)


def _card_text(card: DashboardSummary) -> str:
    """The line below the name on a card; for one in the trash, when it was deleted."""
    return card_text(card) if card.deleted_at is None else _description(card)


def _dragged(cards: Sequence[DashboardSummary]) -> QMimeData:
    return dashboards_mime([card.id for card in cards])


def _whole_description(card: DashboardSummary) -> str:
    """The name and all lines of the description."""
    return f"{card.name}\n{card.description}".strip()


def _columns(thumbnail: Callable[[QPainter, QRectF, DashboardSummary], None]) -> tuple[Column[DashboardSummary], ...]:
    return (
        Column("name", _("Name"), lambda card: card.name, sortable=True, width=300, stretch=True, most=640,
               opens=lambda card: card.deleted_at is None,
               second=_description, picture=thumbnail, tooltip=_whole_description),
        Column("favourite", _("Favourite"), lambda card: _("Favourite") if card.favourite else "", untitled=True,
               width=48, mark=star_mark, tooltip=_star_tip, acts=True, read_alone=_star_text),
        Column("owner", _("Owner"), lambda card: card.owner, sortable=True, width=200, fits=True,
               spoken="titled", avatar=lambda card: card.owner),
        Column("folder", _("Folder"), lambda card: card.folder or "–", sortable=True, width=180, fits=True,
               muted=True, mark=folder_badge, spoken="titled", optional=True, sparse=True,
               tooltip=lambda card: card.folder or ""),
        Column("access", _("Access"), lambda card: _access(card).text, badge=_access, width=180, fits=True,
               optional=True),
        Column("opened_at", _("Last opened"), _opened, sortable=True, width=110, muted=True, optional=True,
               spoken="never", tooltip=lambda card: full_time(card.opened_at) if card.opened_at is not None else ""),
        Column("shares", _("Shared with"), _shared, width=200, fits=True, muted=True, tooltip=_shared,
               optional=True, sparse=True, spoken="titled"),
        Column("widgets", _("Widgets"), lambda card: f"{card.widgets}", align_right=True, width=90,
               optional=True, spoken="never"),
        Column("updated_at", _("Last changed"), lambda card: relative_time(card.updated_at), sortable=True, width=110,
               muted=True, spoken="titled", tooltip=lambda card: full_time(card.updated_at)),
    )  # fmt: skip
