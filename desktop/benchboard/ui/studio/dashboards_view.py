"""The Dashboards view: the list of dashboards, and the open ones in tabs beside it."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from benchboard.dashboards import favourites, library, thumbnail_data
from benchboard.dashboards.access.dashboard_permissions import Level
from benchboard.dashboards.favourites import favourite_title
from benchboard.dashboards.journal import crash_journal
from benchboard.dashboards.layout import Layout
from benchboard.dashboards.library import StoredDashboard
from benchboard.dashboards.open_tabs import OpenTab, RestoredTabs
from benchboard.dashboards.page_layouts import page_layouts
from benchboard.dashboards.templates import NEW_TITLE
from benchboard.dashboards.variables import variable_state
from benchboard.errors import NotFound
from benchboard.i18n import _
from benchboard.ui.commands import Handler, Handlers, install_shortcuts
from benchboard.ui.sections import PageItem, PendingConflict
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.cross_page_drag import CrossPageDrag
from benchboard.ui.studio.document.document_store import HOME, DashboardStore
from benchboard.ui.studio.document.recovery import account_of
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.studio.import_export.json_import import IMPORT_NOTICE, Imported
from benchboard.ui.studio.library.dashboard_actions import RenameDialog, open_menu
from benchboard.ui.studio.library.dashboard_list import DashboardList
from benchboard.ui.studio.library.folder_pane import place_titles
from benchboard.ui.studio.page_commands import PageCommands
from benchboard.ui.studio.rotation import interval_of
from benchboard.ui.studio.studio_commands import DASHBOARDS
from benchboard.ui.studio.tab_bar import DashboardTabStrip
from benchboard.ui.studio.tab_restore import TabRestorer, UnloadedTab
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import BannerPlace, Button
from benchboard.ui.widgets.accessible import announce, focus_told_once, tell_current_tab
from benchboard.ui.widgets.after_paint import AfterPaint
from benchboard.ui.widgets.focus import turn_to

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class DashboardsView(QWidget):
    """Address: `studio/dashboards`, `studio/dashboards/<id>`, `studio/dashboards/new` and `studio/dashboards/import`;
    `<id>/show/<widget>` goes to a widget of one, `<id>/query/<widget>` to its query."""

    unsaved_changed = Signal()
    presenting_changed = Signal(bool)
    banner_place_changed = Signal()
    document_changed = Signal()
    """Another dashboard is in front, or the one in front has another name."""
    address = "studio/dashboards"

    def __init__(self, context: "Context") -> None:
        super().__init__()
        self._context = context
        self.setObjectName("studio_dashboards")
        self.library = DashboardList(context)
        self.document_tabs = DashboardTabStrip()
        self.tabs = self.document_tabs.tabs
        self.tabs.addTab(place_titles()[""])
        self._stack = QStackedWidget()
        self._stack.addWidget(self.library)
        self._stack.currentChanged.connect(lambda _at: self.banner_place_changed.emit())
        self.cross_page_drag = CrossPageDrag.of(context)
        self.cross_page_drag.add_container(self)
        self._presents = False
        """Whether the dashboard in front is presented."""
        self._lay_out()
        self.setFocusProxy(self.library)
        self.tabs.currentChanged.connect(self._show)
        self.tabs.entered.connect(lambda: self.setFocus(Qt.FocusReason.ShortcutFocusReason))
        self.library.open_requested.connect(self._open_from_list)
        self.library.imported.connect(self._open_imported)
        self.library.title_changed.connect(self.document_changed)
        self.library.created.connect(self._open_new)
        self.library.template_requested.connect(
            lambda dashboard_id: self.open(dashboard_id).run_when_loaded("studio.start_from_template")
        )
        self.library.commands.removed.connect(self._close_deleted)
        self.library.commands.stored.connect(self._note_stored)
        self.tabs.rename_requested.connect(self._rename)
        self.tabs.close_requested.connect(self._close)
        self.tabs.menu_requested.connect(self._open_menu)
        install_shortcuts(self, DASHBOARDS, self._tab_handlers())
        self._is_turning = False
        """Whether a presentation is passing from one dashboard to another."""
        self._opened_from_list = ""
        """The id of the dashboard in front if it was opened from the list; else empty."""
        self._shown_last: str | None = None
        """The id of the dashboard that was shown last."""
        self._pending_menu: tuple[StudioPage, QPoint] | None = None
        """The page whose context menu was requested while it was loading, and the menu's position."""
        self._created: dict[str, StoredDashboard] = {}
        """Dashboards that were just created and are about to be opened, by their ids."""
        self._favourites: frozenset[str] = frozenset()
        """The ids of the user's favourites."""
        context.changed.watch(self, {"dashboard_favourites"}, self._read_favourites)
        self._read_favourites()
        self._tab_restorer = TabRestorer(context, self._current_tabs, self._restore_tabs, self)
        context.tasks.read(self, self._sweep, lambda _count: None)

    def _lay_out(self) -> None:
        self._whole = whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.document_tabs)
        whole.addWidget(self._stack, 1)
        self._show_tabs()

    def _show_tabs(self) -> None:
        """Show the tabs where there is something to switch between, other than while presenting."""
        self.document_tabs.setVisible(self.tabs.count() > 1 and not self._presents)
        self.document_tabs.room_changed.emit()

    def take_document_tabs(self) -> None:
        """Show the tabs in a row above the dashboards."""
        if self._whole.indexOf(self.document_tabs) < 0:
            self._whole.insertWidget(0, self.document_tabs)
            self.document_tabs.set_in_header(False)
            self.document_tabs.setVisible(self.tabs.count() > 1 and not self._presents)
            self._whole.activate()

    def _read_favourites(self) -> None:
        actor = self._context.actor
        self._context.tasks.read(
            self,
            lambda session: favourites.favourite_ids(session, actor),
            self._show_favourites,
            lambda _error: None,  # the list says if the database can't be used
        )

    def _show_favourites(self, ids: frozenset[str]) -> None:
        self._favourites = ids
        for page in self.pages:
            page.bar.show_favourite(_id_of(page) in ids)

    def _sweep(self, session: DatabaseSession) -> int:
        """Delete local data about dashboards that the user has no access to any more."""
        context = self._context

        def visible(keys: Collection[str]) -> set[str]:
            return {HOME} | library.visible_ids(session, context.actor, keys)

        account_files = context.workspace.home, context.workspace.vault, account_of(context)
        variable_state.sweep(*account_files, visible)
        thumbnail_data.sweep(*account_files, visible)
        return crash_journal.sweep(*account_files, visible)

    def _tab_handlers(self) -> dict[str, Handler]:
        return {
            "studio.close_dashboard": Handler(lambda: self._close(self.tabs.currentIndex())),
            "studio.next_dashboard": Handler(partial(self._step, 1)),
            "studio.previous_dashboard": Handler(partial(self._step, -1)),
        }

    def command_handlers(self) -> Handlers:
        """The commands of the tabs, and those of the dashboard in front."""
        tabs = self._tab_handlers() if self.tabs.count() > 1 else {}
        if self.page is None:
            return {one: handler for one, handler in tabs.items() if one != "studio.close_dashboard"}
        return {**tabs, **self.page.command_handlers()}

    def refresh_view(self) -> None:
        """Say which data of the dashboard in front are outdated."""
        if self.page is not None:
            self.page.refresh_view()

    def page_items(self) -> Sequence[PageItem]:
        """The widgets of the dashboard in front."""
        return self.page.page_items() if self.page is not None else ()

    @property
    def banner_place(self) -> BannerPlace | None:
        """Where the dashboard in front, or the list, shows banners."""
        front = self._stack.currentWidget()
        return front.banner_place if isinstance(front, StudioPage | DashboardList) else None

    def panes(self) -> list[QWidget]:
        """The tabs, and the panes of the dashboard in front, or the list."""
        inside = self.page.panes() if self.page is not None else self.library.panes()
        return [*([self.tabs] if self.tabs.isVisible() else []), *inside]

    @property
    def pages(self) -> list[StudioPage]:
        """The open dashboards that were shown at least once, in the order of their tabs."""
        return [page for page in self._tab_widgets if isinstance(page, StudioPage)]

    @property
    def _tab_widgets(self) -> list[StudioPage | UnloadedTab]:
        widgets = (self._stack.widget(k) for k in range(1, self._stack.count()))
        return [widget for widget in widgets if isinstance(widget, StudioPage | UnloadedTab)]

    @property
    def page(self) -> StudioPage | None:
        """The dashboard in front; None if the list is in front."""
        now = self._stack.currentWidget()
        return now if isinstance(now, StudioPage) else None

    def page_at(self, tab: int) -> StudioPage | None:
        """The page of a tab, which starts loading if it was not shown yet; None for the list's tab."""
        there = self._stack.widget(tab)
        if isinstance(there, UnloadedTab):
            there = self._load_tab(tab, there)
        return there if isinstance(there, StudioPage) else None

    def tab_at(self, spot: QPoint) -> int:
        """The tab of another page at a point of the screen, or -1."""
        tab = self.tabs.tabAt(self.tabs.mapFromGlobal(spot)) if self.tabs.isVisible() else -1
        return -1 if tab == self.tabs.currentIndex() else tab

    def bring_to_front(self, page: StudioPage) -> None:
        """Show an open dashboard."""
        self.tabs.setCurrentIndex(self._stack.indexOf(page))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._record_opening()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.cross_page_drag.container_hidden()

    def open_route(self, rest: str) -> None:
        """Open the view, or the dashboard or dialog that the rest of the address names."""
        which, _slash, wish = rest.partition("/")
        if which == "new":
            self.library.create_dashboard()
        elif which == "list":
            self.tabs.setCurrentIndex(0)
            self.library.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif which == "import":
            self.tabs.setCurrentIndex(0)
            self.library.choose_import_file()
        elif which in ("trash", "favourites", "recent"):
            self.tabs.setCurrentIndex(0)
            self.library.show_place(which)
        elif which == "folder":
            self.tabs.setCurrentIndex(0)
            self.library.create_folder()
        elif which:
            self.open(which).open_route(wish)

    def open(self, dashboard_id: str) -> StudioPage:
        """Show a dashboard, opening it if necessary."""
        place = self._tab_of(dashboard_id)
        if place < 0:
            place = self._stack.count()
            self.insert_tab(place, OpenTab(dashboard_id), _("Opening"))
        self.tabs.setCurrentIndex(place)
        self._show(place)
        shown = self._stack.widget(place)
        assert isinstance(shown, StudioPage)
        return shown

    def page_of(self, dashboard_id: str) -> StudioPage:
        """The page of a dashboard, in a tab that is opened for it if necessary, and stays behind the one in front."""
        place = self._tab_of(dashboard_id)
        if place < 0:
            place = self._stack.count()
            self.insert_tab(place, OpenTab(dashboard_id), _("Opening"))
        page = self.page_at(place)
        assert page is not None
        return page

    def _note_stored(self, dashboard_id: str, base: int, version: int, title: str) -> None:
        """Let the page of a dashboard know that it was stored from here: it isn't told as a change made elsewhere."""
        for page in self.pages:
            if page.store.dashboard_id == dashboard_id:
                page.saving.note_own(base, version, title)

    def _open_from_list(self, dashboard_id: str) -> None:
        self.open(dashboard_id)
        self._opened_from_list = dashboard_id

    @property
    def can_step_back(self) -> bool:
        """Whether the dashboard in front was opened from the list."""
        return self.page is not None and self.page.store.dashboard_id == self._opened_from_list

    def step_back(self) -> None:
        """Return to the list."""
        self._opened_from_list = ""
        self.open_route("list")

    def show_start(self) -> None:
        """Show the list."""
        self.open_route("list")

    def _open_new(self, dashboard_id: str) -> None:
        """Open a dashboard that was just created, and ask for its name at once: letters typed now are meant for it."""
        page = self.open(dashboard_id)
        dialog = RenameDialog(self.window(), _(NEW_TITLE), created=True)
        dialog.name_entered.connect(lambda name: page.when_loaded(partial(page.editor.rename, name)))
        dialog.open()

    def _open_imported(self, imported: Imported) -> None:
        """Open a dashboard that was just imported; above it, once it is painted, the report of its conversion."""
        key, commands = imported.dashboard.card.id, self.library.commands
        self._created[key] = imported.dashboard
        page = self.open(key)
        if imported.report.lines:
            show = partial(AfterPaint, page.canvas.viewport(), partial(commands.show_report, key))
            page.saving.loaded.connect(show, Qt.ConnectionType.SingleShotConnection)

    def insert_tab(self, tab: int, view: OpenTab, name: str) -> None:
        """Add a tab for a dashboard, which is loaded when the tab is first shown."""
        self._stack.insertWidget(tab, UnloadedTab(view))
        self.tabs.set_tab_name(self.tabs.insertTab(tab, ""), name)
        shut = Button(
            "",
            lambda: self._close(self._tab_of(view.dashboard_id)),
            kind="quiet",
            icon="ph.x",
            size="sm",
            tip=_("Close"),
        )
        shut.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Ctrl+W closes from the keyboard
        self.tabs.setTabButton(tab, QTabBar.ButtonPosition.RightSide, shut)
        self._show_tabs()
        self._tab_restorer.schedule_save()

    def _load_tab(self, tab: int, unloaded: UnloadedTab) -> StudioPage:
        """Create the page of a dashboard whose tab is shown for the first time."""
        key = unloaded.view.dashboard_id
        store = DashboardStore(self._context.actor, key, self._created.pop(key, None))
        page = StudioPage(self._context, store, PageCommands, self._stack)  # styled once, in its place
        page.setObjectName(f"studio_page_{key}")
        page.bar.show_favourite(key in self._favourites)
        page.unsaved_changed.connect(self.unsaved_changed)
        page.presenting_changed.connect(self._present)
        page.banner_place_changed.connect(self.banner_place_changed)
        page.presented.pages_around = partial(self._pages_around, page)
        page.presented.passed_end.connect(partial(self._present_next, page))
        page.dashboard_handlers = partial(self._page_menu_handlers, page)
        self.cross_page_drag.watch(page)
        page.name_changed.connect(lambda name: self._set_tab_name(page, name))
        page.saving.loaded.connect(lambda: self._open_pending_menu(page))
        page.saving.state_changed.connect(lambda: self._show_failure(page))
        page.saving.state_changed.connect(self._show_presented_page)
        self._stack.insertWidget(tab, page)
        self._stack.removeWidget(unloaded)
        unloaded.deleteLater()
        self._tab_restorer.watch(page, unloaded.view)
        return page

    def _current_tabs(self) -> tuple[list[StudioPage | UnloadedTab], str]:
        kept = [one for one in self._tab_widgets if isinstance(one, UnloadedTab) or not _is_missing(one)]
        front = self.page if self.page in kept else None
        return kept, (front.store.dashboard_id or "") if front is not None else ""

    def _restore_tabs(self, found: RestoredTabs) -> None:
        """Restore the saved tabs around those that were opened meanwhile, which stay in front."""
        place = 1
        for view in found.tabs.views:
            there = self._tab_of(view.dashboard_id)
            if there < 0:
                self.insert_tab(place, view, found.names[view.dashboard_id])
            place = (there if there >= 0 else place) + 1
        if self.page is None and found.tabs.front:
            self.open(found.tabs.front)

    def close_page(self, page: StudioPage | None) -> None:
        """Save and close an open dashboard; one with an unresolved conflict stays open."""
        if page is not None and page.prepare_close():
            self._remove_told(page)

    def _close(self, tab: int) -> None:
        there = self._stack.widget(tab)
        if isinstance(there, UnloadedTab):
            self._remove_told(there)
        elif isinstance(there, StudioPage):
            self.close_page(there)
        else:
            announce(self, _("The list of dashboards can't be closed."), again=True)

    def _remove_told(self, page: StudioPage | UnloadedTab) -> None:
        """Remove a tab, and tell a screen reader which one, after where the focus is now."""
        name = self.tabs.tab_name(self._stack.indexOf(page))
        with focus_told_once():
            self._remove(page)
            announce(self, _("“{name}” closed").format(name=name), again=True)
        tell_current_tab(self.tabs)

    def prepare_close(self) -> bool:
        """Store unsaved edits; returns False if a page has an unresolved conflict, and shows it."""
        for page in self.pages:
            if not page.prepare_close():
                self.tabs.setCurrentIndex(self._stack.indexOf(page))
                return False
        return True

    def finish_close(self) -> None:
        """End pending work: the view is closing."""
        self._tab_restorer.finish()
        for page in self.pages:
            page.finish_close()

    def unsaved(self) -> str:
        """The names of the pages that would lose edits if the view closed now."""
        return ", ".join(name for page in self.pages if (name := page.unsaved()))

    def content_text(self) -> str:
        """How many widgets the dashboard has that is shown; the list says its rows."""
        return self.page.content_text() if self.page is not None else ""

    def says_saved(self) -> bool:
        """Whether a dashboard is shown, and no other one has anything unsaved."""
        shown = self.page
        return shown is not None and not any(page.unsaved() for page in self.pages if page is not shown)

    def conflicts(self) -> list[PendingConflict]:
        """The unresolved conflicts of all open dashboards."""
        return [decision for page in self.pages for decision in page.conflicts()]

    def _tab_of(self, dashboard_id: str) -> int:
        return next((k for k, one in enumerate(self._tab_widgets, 1) if _id_of(one) == dashboard_id), -1)

    def _show(self, tab: int) -> None:
        if self.page_at(tab) is not None:
            self._context.problems.dismiss(IMPORT_NOTICE)  # one is done with the file that failed
        now: QWidget = self.page_at(tab) or self.library
        by_arrow = self.tabs.hasFocus()  # arrows go from tab to tab, Enter or Down from there to the dashboard
        if self.isVisible() and not by_arrow and (shown := self._stack.widget(tab)) is not None:
            turn_to(self._stack, shown, partial(now.setFocus, Qt.FocusReason.OtherFocusReason))
        self._stack.setCurrentIndex(tab)
        self._tab_restorer.schedule_save()
        self.document_changed.emit()
        self.setFocusProxy(now)
        if self.isVisible():
            self._record_opening()

    def _record_opening(self) -> None:
        """Record which dashboard is shown now, for the list of those opened lately; one that is loading, once it is
        painted.
        """
        page, actor = self.page, self._context.actor
        shown = _id_of(page) if page is not None else None

        def record() -> None:
            self._context.tasks.change(
                self,
                lambda session: favourites.record_opening(session, actor, shown or ""),
                lambda _done: None,
                lambda _error: None,  # the page itself says if the database can't be used
            )

        if page is not None and shown != self._shown_last:
            page.when_painted(record)
        self._shown_last = shown

    def leave_by_escape(self) -> bool:
        """Return from a widget in full size to the dashboard in front."""
        return self.page is not None and self.page.leave_by_escape()

    def stop_presenting(self) -> None:
        """End the presentation of the dashboard in front."""
        if self.page is not None:
            self.page.stop_presenting()

    def _present(self, presenting: bool) -> None:
        """Hide the tabs while a dashboard is presented."""
        if self._is_turning and not presenting:
            return
        self._presents = presenting
        self._show_tabs()
        if presenting and not self._is_turning:
            self._read_layouts()
        self.presenting_changed.emit(presenting)

    def _read_layouts(self) -> None:
        """Read the layouts of the tabs that aren't loaded, to count the pages of a presentation that rotates."""
        ids = [one.view.dashboard_id for one in self._tab_widgets if isinstance(one, UnloadedTab)]
        if ids and interval_of(self._context.settings.present_every):
            actor = self._context.actor
            self._context.tasks.read(
                self, lambda session: page_layouts(session, actor, ids), self._count_pages, lambda _error: None
            )

    def _count_pages(self, layouts: dict[str, Layout]) -> None:
        for one in self._tab_widgets:
            if isinstance(one, UnloadedTab):
                one.layout_of_page = layouts.get(one.view.dashboard_id)
        self._show_presented_page()

    def _show_presented_page(self) -> None:
        """Show anew which page of how many is presented."""
        if self.page is not None:
            self.page.presented.show_page()

    def _pages_around(self, page: StudioPage) -> tuple[int, int] | None:
        """How many pages a presentation has before and after those of a dashboard: those of the other open ones, if
        they rotate; None while one of them isn't known.
        """
        if page.saving.state == "loading":
            return None
        if not interval_of(self._context.settings.present_every):
            return 0, 0
        at, before, after = self._stack.indexOf(page) - 1, 0, 0
        for place, one in enumerate(self._tab_widgets):
            if one is page:
                continue
            count = _page_count(one, page.canvas)
            if count is None:
                return None
            before, after = (before + count, after) if place < at else (before, after + count)
        return before, after

    def _present_next(self, page: StudioPage, by: int) -> None:
        """Present the next open dashboard (1) or the one before (-1) in place of this one."""
        widgets, at = self._tab_widgets, self._stack.indexOf(page) - 1
        tabs = [(at + by * step) % len(widgets) for step in range(1, len(widgets))]
        tab = next((tab + 1 for tab in tabs if not _has_failed(widgets[tab])), -1)
        target = self.page_at(tab) if tab > 0 else None
        if target is None:
            return
        self._is_turning, is_paused = True, page.presented.rotation.paused
        try:
            page.stop_presenting()
            self.tabs.setCurrentIndex(tab)
            target.presentation.start(at_end=by < 0)
            if is_paused:
                target.presented.rotation.toggle()
        finally:
            self._is_turning = False

    def _step(self, by: int) -> None:
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + by) % self.tabs.count())

    def _rename(self, tab: int) -> None:
        page = self.page_at(tab)
        if page is not None:
            self.bring_to_front(page)
            page.run("studio.rename_dashboard")

    def _open_menu(self, tab: int, spot: QPoint) -> None:
        page = self.page_at(tab)
        if page is not None and page.saving.state == "loading":
            self._pending_menu = page, spot
        if page is None or not (offered := self._dashboard_handlers(page)):
            return
        close = Handler(lambda: self.close_page(page), title=_("Close"))
        open_menu(self, {**offered, "studio.close_dashboard": close}, spot, scope=DASHBOARDS)

    def _dashboard_handlers(self, page: StudioPage) -> dict[str, Handler]:
        """The commands for the dashboard of a page, as in the list; none until it is loaded. Its edits are stored
        before it is copied or moved to the trash.
        """
        stored, key = page.saving.stored, page.store.dashboard_id
        if stored is None or key is None:
            return {}
        level: Level = "own" if stored.may_share else "edit" if stored.may_edit else "view"

        def after_saving(run: Callable[[], object]) -> None:
            page.commit()
            page.saving.finish()
            run()

        commands = self.library.commands
        offered = commands.handlers_for(
            key,
            page.name,
            level,
            rename=lambda: self._rename(self._stack.indexOf(page)),
            discard=partial(after_saving, partial(commands.move, [key], into=True)),
            favourite=key in self._favourites,
        )
        copy = Handler(partial(after_saving, partial(commands.duplicate, [key])))
        return {**offered, "studio.dashboards.duplicate": copy}

    def _page_menu_handlers(self, page: StudioPage) -> Handlers:
        """Those of `_dashboard_handlers` that the page has no command for, with titles that say what they are about:
        on a page, “Duplicate” could also mean a widget.
        """
        titles = {
            "studio.dashboards.copy_link": _("Copy link to dashboard"),
            "studio.dashboards.favourite": favourite_title(page.store.dashboard_id in self._favourites),
            "studio.dashboards.move": _("Move dashboard to folder"),
            "studio.dashboards.duplicate": _("Duplicate dashboard"),
            "studio.dashboards.report": "",
            "studio.dashboards.discard": _("Move dashboard to the trash"),
        }
        found = self._dashboard_handlers(page)
        return {one: found[one]._replace(title=title, has_key=False) for one, title in titles.items() if one in found}

    def _open_pending_menu(self, page: StudioPage) -> None:
        """Open the context menu that was requested while its dashboard was loading."""
        if self._pending_menu is not None and self._pending_menu[0] is page:
            (_page, spot), self._pending_menu = self._pending_menu, None
            self._open_menu(self._stack.indexOf(page), spot)

    def document_name(self) -> str:
        """The name of the tab in front; of the list, what it lists."""
        return self.library.title if self.tabs.currentIndex() == 0 else self.tabs.tab_name(self.tabs.currentIndex())

    def _set_tab_name(self, page: StudioPage, name: str) -> None:
        tab = self._stack.indexOf(page)
        before = self.tabs.tabText(tab)
        self.tabs.set_tab_name(tab, name)
        if self.tabs.tabText(tab) != before:
            self.document_tabs.room_changed.emit()
            self.document_changed.emit()

    def _show_failure(self, page: StudioPage) -> None:
        """Show on the tab that its dashboard couldn't be opened; the page says why and what to do."""
        if page.saving.state == "failed":
            self._set_tab_name(page, _("Couldn't open"))
            self._tab_restorer.schedule_save()

    def _close_deleted(self, ids: tuple[str, ...]) -> None:
        for one in self._tab_widgets:
            if _id_of(one) in ids:
                self._remove(one)

    def _remove(self, page: StudioPage | UnloadedTab) -> None:
        if isinstance(page, StudioPage):
            self.cross_page_drag.abort_and_return()
            page.finish_close()
            self._tab_restorer.forget(page)
        place = self._stack.indexOf(page)
        self._stack.removeWidget(page)
        self.tabs.removeTab(place)
        self._show_tabs()
        page.deleteLater()
        self._tab_restorer.schedule_save()
        self.unsaved_changed.emit()


def _id_of(one: StudioPage | UnloadedTab) -> str | None:
    return one.view.dashboard_id if isinstance(one, UnloadedTab) else one.store.dashboard_id


def _page_count(one: StudioPage | UnloadedTab, canvas: Canvas) -> int | None:
    """How many pages an open dashboard has where `canvas` presents another one; None while that isn't known."""
    if isinstance(one, UnloadedTab):
        breakpoint_name, layout = one.view.breakpoint, one.layout_of_page
    elif _has_failed(one):
        return 0
    else:
        breakpoint_name = one.editor.breakpoint
        layout = one.editor.layout if one.saving.state != "loading" else None
    if breakpoint_name:
        return 1  # a tablet's or phone's page scrolls
    return None if layout is None else len(canvas.wall_of(layout).screens)


def _has_failed(one: StudioPage | UnloadedTab) -> bool:
    """Whether a dashboard can't be presented because it couldn't be opened."""
    return isinstance(one, StudioPage) and one.saving.state == "failed"


def _is_missing(page: StudioPage) -> bool:
    """Whether the page's dashboard doesn't exist, or isn't shared with this person."""
    return page.saving.state == "failed" and isinstance(page.saving.problem, NotFound)
