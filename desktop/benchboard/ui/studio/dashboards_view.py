"""Dashboards: the list of all, and beside it, in tabs, those that are open."""

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from benchboard.dashboards import library
from benchboard.dashboards.access.dashboard_permissions import Level
from benchboard.dashboards.journal import crash_journal
from benchboard.dashboards.open_tabs import OpenTab, RestoredTabs
from benchboard.dashboards.variables import variable_state
from benchboard.i18n import _
from benchboard.ui.commands import Handler, Handlers, install_shortcuts
from benchboard.ui.sections import PendingConflict
from benchboard.ui.studio.cross_page_drag import Crossing
from benchboard.ui.studio.document.document_store import HOME, DashboardStore
from benchboard.ui.studio.document.recovery import account_of
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.studio.library.dashboard_actions import open_menu
from benchboard.ui.studio.library.dashboard_list import Library
from benchboard.ui.studio.page_commands import PageCommands
from benchboard.ui.studio.tab_bar import OpenTabs
from benchboard.ui.studio.tab_restore import Reopening, Sleeping
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class Dashboards(QWidget):
    """Address: `studio/dashboards`, `studio/dashboards/<id>`, `studio/dashboards/new` and `studio/dashboards/import`;
    `<id>/show/<widget>` goes to a widget of one."""

    unsaved_changed = Signal()
    presenting_changed = Signal(bool)
    address = "studio/dashboards"

    def __init__(self, context: "Context") -> None:
        super().__init__()
        self._context = context
        self.setObjectName("studio_dashboards")
        self.library = Library(context)
        self.tabs = OpenTabs()
        self.tabs.addTab(_("All dashboards"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.library)
        self.crossing = Crossing.of(context)
        self.crossing.add(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self._stack, 1)
        self.setFocusProxy(self.library)
        self.tabs.currentChanged.connect(self._show)
        self.library.wanted.connect(self.open)
        self.library.commands.gone.connect(self._forget)
        self.tabs.rename_wanted.connect(self._rename)
        self.tabs.menu_wanted.connect(self._open_menu)
        install_shortcuts(self, self._tab_handlers())
        self._asked: tuple[StudioPage, QPoint] | None = None
        """Whose menu is wanted, and where, while it is being read."""
        self._reopening = Reopening(context, self._open_now, self._put_back, self)
        context.tasks.read(self, self._sweep, lambda _count: None)

    def _sweep(self, session: DatabaseSession) -> int:
        """Delete what is kept on this computer about dashboards that one does not see any more."""
        context = self._context

        def visible(keys: Collection[str]) -> set[str]:
            return {HOME} | library.visible_ids(session, context.actor, keys)

        kept = context.workspace.home, context.workspace.vault, account_of(context)
        variable_state.sweep(*kept, visible)
        return crash_journal.sweep(*kept, visible)

    def _tab_handlers(self) -> dict[str, Handler]:
        return {
            "studio.close_dashboard": Handler(lambda: self.close_page(self.page)),
            "studio.next_dashboard": Handler(partial(self._step, 1)),
            "studio.previous_dashboard": Handler(partial(self._step, -1)),
        }

    def command_handlers(self) -> Handlers:
        """The commands of the tabs, and those of the dashboard in front."""
        tabs = self._tab_handlers() if self.tabs.count() > 1 else {}
        if self.page is None:
            return {one: handler for one, handler in tabs.items() if one != "studio.close_dashboard"}
        return {**tabs, **self.page.command_handlers()}

    def panes(self) -> list[QWidget]:
        """The tabs, and the panes of the dashboard in front, or the list."""
        inside: list[QWidget] = self.page.panes() if self.page is not None else [self.library]
        return [*([self.tabs] if self.tabs.isVisible() else []), *inside]

    @property
    def pages(self) -> list[StudioPage]:
        """The open dashboards somebody has looked at, in the order of their tabs."""
        return [page for page in self._opened if isinstance(page, StudioPage)]

    @property
    def _opened(self) -> list[StudioPage | Sleeping]:
        found = (self._stack.widget(k) for k in range(1, self._stack.count()))
        return [one for one in found if isinstance(one, StudioPage | Sleeping)]

    @property
    def page(self) -> StudioPage | None:
        """The dashboard in front; None while the list is."""
        now = self._stack.currentWidget()
        return now if isinstance(now, StudioPage) else None

    def page_at(self, tab: int) -> StudioPage | None:
        """The dashboard of a tab, read from now on if nobody has looked at it yet; None for the list's."""
        there = self._stack.widget(tab)
        if isinstance(there, Sleeping):
            there = self._wake(tab, there)
        return there if isinstance(there, StudioPage) else None

    def tab_at(self, spot: QPoint) -> int:
        """The tab of another page at a point of the screen, else -1."""
        tab = self.tabs.tabAt(self.tabs.mapFromGlobal(spot)) if self.tabs.isVisible() else -1
        return -1 if tab == self.tabs.currentIndex() else tab

    def bring_up(self, page: StudioPage) -> None:
        """Show an open dashboard."""
        self.tabs.setCurrentIndex(self._stack.indexOf(page))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.crossing.hidden()

    def open_route(self, rest: str) -> None:
        """Somebody came here, perhaps for one dashboard."""
        which, _slash, wish = rest.partition("/")
        if which == "new":
            self.library.make()
        elif which == "import":
            self.tabs.setCurrentIndex(0)
            self.library.ask_file()
        elif which:
            self.open(which).open_route(wish)

    def open(self, dashboard_id: str) -> StudioPage:
        """Show a dashboard, opened if it is not yet."""
        place = self._place(dashboard_id)
        if place < 0:
            place = self._stack.count()
            self._put(place, OpenTab(dashboard_id), _("Opening"))
        self.tabs.setCurrentIndex(place)
        self._show(place)
        shown = self._stack.widget(place)
        assert isinstance(shown, StudioPage)
        return shown

    def _put(self, place: int, view: OpenTab, name: str) -> None:
        """Make a tab for a dashboard, which is read when somebody looks at it."""
        self._stack.insertWidget(place, Sleeping(view))
        self.tabs.call(self.tabs.insertTab(place, ""), name)
        shut = Button(
            "",
            lambda: self._close(self._place(view.dashboard_id)),
            kind="quiet",
            icon="ph.x",
            size="sm",
            tip=_("Close"),
        )
        shut.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Ctrl+W closes from the keyboard
        self.tabs.setTabButton(place, QTabBar.ButtonPosition.RightSide, shut)
        self._reopening.changed()

    def _wake(self, place: int, sleeping: Sleeping) -> StudioPage:
        """Make the page of a dashboard that somebody looks at for the first time."""
        key = sleeping.view.dashboard_id
        page = StudioPage(self._context, DashboardStore(self._context.actor, key), PageCommands)
        page.setObjectName(f"studio_page_{key}")
        page.unsaved_changed.connect(self.unsaved_changed)
        page.presenting_changed.connect(self._give_way)
        self.crossing.watch(page)
        page.named.connect(lambda name: self._name(page, name))
        page.saving.loaded.connect(lambda: self._answer(page))
        self._stack.insertWidget(place, page)
        self._stack.removeWidget(sleeping)
        sleeping.deleteLater()
        self._reopening.watch(page, sleeping.view)
        return page

    def _open_now(self) -> tuple[list[StudioPage | Sleeping], str]:
        front = self.page
        return self._opened, (front.store.dashboard_id or "") if front is not None else ""

    def _put_back(self, found: RestoredTabs) -> None:
        """Make the tabs of what was open before, around what somebody has opened meanwhile, which stays in front."""
        place = 1
        for view in found.tabs.views:
            there = self._place(view.dashboard_id)
            if there < 0:
                self._put(place, view, found.names[view.dashboard_id])
            place = (there if there >= 0 else place) + 1
        if self.page is None and found.tabs.front:
            self.open(found.tabs.front)

    def close_page(self, page: StudioPage | None) -> None:
        """Close an open dashboard, saved; one that waits for a decision stays."""
        if page is not None and page.prepare_close():
            self._remove(page)

    def _close(self, tab: int) -> None:
        there = self._stack.widget(tab)
        if isinstance(there, Sleeping):
            self._remove(there)
        elif isinstance(there, StudioPage):
            self.close_page(there)

    def prepare_close(self) -> bool:
        """Store what is not stored yet; stay where a decision is open."""
        for page in self.pages:
            if not page.prepare_close():
                self.tabs.setCurrentIndex(self._stack.indexOf(page))
                return False
        return True

    def finish_close(self) -> None:
        """End what is under way: the place goes."""
        self._reopening.finish()
        for page in self.pages:
            page.finish_close()

    def unsaved(self) -> str:
        """What would be lost if the place went away now."""
        return ", ".join(name for page in self.pages if (name := page.unsaved()))

    def conflicts(self) -> list[PendingConflict]:
        """What waits for a decision in whichever dashboard."""
        return [decision for page in self.pages for decision in page.conflicts()]

    def _place(self, dashboard_id: str) -> int:
        return next((k for k, one in enumerate(self._opened, 1) if _id_of(one) == dashboard_id), -1)

    def _show(self, place: int) -> None:
        self.page_at(place)
        self._stack.setCurrentIndex(place)
        self._reopening.changed()
        now: QWidget = self.page or self.library
        self.setFocusProxy(now)
        if self.isVisible():
            now.setFocus(Qt.FocusReason.OtherFocusReason)

    def stop_presenting(self) -> None:
        """Show the dashboard among its panes again."""
        if self.page is not None:
            self.page.stop_presenting()

    def _give_way(self, presenting: bool) -> None:
        """A dashboard is presented: nothing stands above it."""
        self.tabs.setVisible(not presenting)
        self.presenting_changed.emit(presenting)

    def _step(self, by: int) -> None:
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + by) % self.tabs.count())

    def _rename(self, tab: int) -> None:
        page = self.page_at(tab)
        if page is not None:
            self.bring_up(page)
            page.run("studio.rename_dashboard")

    def _open_menu(self, tab: int, spot: QPoint) -> None:
        page = self.page_at(tab)
        stored = page.saving.stored if page is not None else None
        if page is not None and page.saving.state == "loading":
            self._asked = page, spot
        if page is None or stored is None or page.store.dashboard_id is None:
            return
        key = page.store.dashboard_id
        level: Level = "own" if stored.may_share else "edit" if stored.may_edit else "view"

        def discard() -> None:
            page.save()
            page.saving.finish()
            self.library.commands.move([key], into=True)

        offered = self.library.commands.offered(
            key, page.name, level, rename=lambda: self._rename(tab), discard=discard
        )
        close = Handler(lambda: self.close_page(page), title=_("Close"))
        open_menu(self, {**offered, "studio.close_dashboard": close}, spot)

    def _answer(self, page: StudioPage) -> None:
        """A dashboard has been read: offer what was asked for meanwhile."""
        if self._asked is not None and self._asked[0] is page:
            (_page, spot), self._asked = self._asked, None
            self._open_menu(self._stack.indexOf(page), spot)

    def _name(self, page: StudioPage, name: str) -> None:
        self.tabs.call(self._stack.indexOf(page), name)

    def _forget(self, ids: tuple[str, ...]) -> None:
        for one in self._opened:
            if _id_of(one) in ids:
                self._remove(one)

    def _remove(self, page: StudioPage | Sleeping) -> None:
        if isinstance(page, StudioPage):
            self.crossing.back()
            page.finish_close()
            self._reopening.forget(page)
        place = self._stack.indexOf(page)
        self._stack.removeWidget(page)
        self.tabs.removeTab(place)
        page.deleteLater()
        self._reopening.changed()
        self.unsaved_changed.emit()


def _id_of(one: StudioPage | Sleeping) -> str | None:
    return one.view.dashboard_id if isinstance(one, Sleeping) else one.store.dashboard_id
