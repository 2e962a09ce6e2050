"""Dashboards: the list of all, and beside it, in tabs, those that are open."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from benchboard.dashboards import journal, library
from benchboard.dashboards.rights import Level
from benchboard.i18n import _
from benchboard.ui.studio.acts import act
from benchboard.ui.studio.crossing import Crossing
from benchboard.ui.studio.deeds import Deed, open_menu
from benchboard.ui.studio.library import Library
from benchboard.ui.studio.opentabs import OpenTabs
from benchboard.ui.studio.page import StudioPage
from benchboard.ui.studio.recovering import account_of
from benchboard.ui.studio.shelf import HOME, DashboardShelf
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class Dashboards(QWidget):
    """Address: `studio/dashboards`, `studio/dashboards/<id>`, `studio/dashboards/new`; `do/<act>` and `add/<kind>` are
    for the dashboard in front."""

    unsaved_changed = Signal()
    presenting_changed = Signal(bool)

    def __init__(self, context: "Context") -> None:
        super().__init__()
        self._context = context
        self.setObjectName("studio_dashboards")
        self.library = Library(context)
        tabs = OpenTabs()
        self.tabs: QTabBar = tabs
        self.tabs.addTab(_("All dashboards"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.library)
        self.crossing = Crossing(self, context.problems.toast, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self._stack, 1)
        self.setFocusProxy(self.library)
        self.tabs.currentChanged.connect(self._show)
        self.library.wanted.connect(self.open)
        self.library.deeds.gone.connect(self._forget)
        tabs.rename_wanted.connect(self._rename)
        tabs.menu_wanted.connect(self._offer_deeds)
        keys: tuple[tuple[str, Callable[[], object]], ...] = (
            ("close_page", lambda: self.close_page(self.page)),
            ("next_page", lambda: self._step(1)),
            ("previous_page", lambda: self._step(-1)),
        )
        for key, run in keys:
            shortcut = QShortcut(QKeySequence(act(key).keys[0]), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)
        context.tasks.read(self, self._sweep, lambda _count: None)

    def _sweep(self, session: DatabaseSession) -> int:
        """Let go of what is kept on this computer about dashboards that are gone."""
        context = self._context
        existing = lambda keys: {HOME} | library.existing(session, context.actor, keys)  # noqa: E731
        return journal.sweep(context.workspace.home, context.workspace.vault, account_of(context), existing)

    @property
    def pages(self) -> list[StudioPage]:
        """The open dashboards, in the order of their tabs."""
        found = (self._stack.widget(k) for k in range(1, self._stack.count()))
        return [page for page in found if isinstance(page, StudioPage)]

    @property
    def page(self) -> StudioPage | None:
        """The dashboard in front; None while the list is."""
        now = self._stack.currentWidget()
        return now if isinstance(now, StudioPage) else None

    def page_at(self, tab: int) -> StudioPage | None:
        """The dashboard of a tab; None for the list's."""
        there = self._stack.widget(tab)
        return there if isinstance(there, StudioPage) else None

    def bring_up(self, page: StudioPage) -> None:
        """Show an open dashboard."""
        self.tabs.setCurrentIndex(self._stack.indexOf(page))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.crossing.back()

    def opened(self, rest: str) -> None:
        """Somebody came here, perhaps for one dashboard."""
        which, _slash, wish = rest.partition("/")
        if which == "new":
            self.library.make()
        elif which in ("do", "add"):
            if self.page is not None:
                self.page.opened(rest)
            else:
                self._context.problems.notice(_("No dashboard is open."), _("Open one first."), key="studio.none")
        elif which:
            self.open(which).opened(wish)

    def open(self, dashboard_id: str) -> StudioPage:
        """Show a dashboard, opened if it is not yet."""
        place = self._place(dashboard_id)
        if place < 0:
            page = StudioPage(self._context, DashboardShelf(self._context.actor, dashboard_id))
            page.setObjectName(f"studio_page_{dashboard_id}")
            page.unsaved_changed.connect(self.unsaved_changed)
            page.presenting_changed.connect(self._give_way)
            self.crossing.watch(page)
            page.named.connect(lambda name: self._name(page, name))
            self._stack.addWidget(page)
            place = self.tabs.addTab(_("Opening"))
            shut = Button("", lambda: self.close_page(page), kind="quiet", icon="ph.x", size="sm", tip=_("Close"))
            shut.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Ctrl+W closes from the keyboard
            self.tabs.setTabButton(place, QTabBar.ButtonPosition.RightSide, shut)
        self.tabs.setCurrentIndex(place)
        self._show(place)
        shown = self._stack.widget(place)
        assert isinstance(shown, StudioPage)
        return shown

    def close_page(self, page: StudioPage | None) -> None:
        """Close an open dashboard, saved; one that waits for a decision stays."""
        if page is not None and page.closing():
            self._remove(page)

    def closing(self) -> bool:
        """Store what is not stored yet; stay where a decision is open."""
        for page in self.pages:
            if not page.closing():
                self.tabs.setCurrentIndex(self._stack.indexOf(page))
                return False
        return True

    def closed(self) -> None:
        """End what is under way: the place goes."""
        for page in self.pages:
            page.closed()

    def unsaved(self) -> str:
        """What would be lost if the place went away now."""
        return ", ".join(name for page in self.pages if (name := page.unsaved()))

    def _place(self, dashboard_id: str) -> int:
        found = (k for k, page in enumerate(self.pages, 1) if page.shelf.dashboard_id == dashboard_id)
        return next(found, -1)

    def _show(self, place: int) -> None:
        self._stack.setCurrentIndex(place)
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
        self.tabs.setVisible(not presenting and self.tabs.count() > 1)
        self.presenting_changed.emit(presenting)

    def _step(self, by: int) -> None:
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + by) % self.tabs.count())

    def _rename(self, tab: int) -> None:
        page = self.page_at(tab)
        if page is not None:
            self.bring_up(page)
            page.do("rename_dashboard")

    def _offer_deeds(self, tab: int, spot: QPoint) -> None:
        page = self.page_at(tab)
        stored = page.saving.stored if page is not None else None
        if page is None or stored is None or page.shelf.dashboard_id is None:
            return
        key = page.shelf.dashboard_id
        level: Level = "own" if stored.may_share else "edit" if stored.may_edit else "view"

        def discard() -> None:
            page.save()
            page.saving.finish()
            self.library.deeds.move([key], into=True)

        offered = self.library.deeds.offered(key, page.name, level, rename=lambda: self._rename(tab), discard=discard)
        close = Deed("close", _("Close"), "ph.x", lambda: self.close_page(page))
        open_menu(self, [*offered, close], spot)

    def _name(self, page: StudioPage, name: str) -> None:
        place = self._stack.indexOf(page)
        self.tabs.setTabText(place, name.replace("&", "&&"))
        self.tabs.setTabToolTip(place, "")

    def _forget(self, ids: tuple[str, ...]) -> None:
        for page in self.pages:
            if page.shelf.dashboard_id in ids:
                self._remove(page)

    def _remove(self, page: StudioPage) -> None:
        self.crossing.back()
        page.closed()
        place = self._stack.indexOf(page)
        self._stack.removeWidget(page)
        self.tabs.removeTab(place)
        page.deleteLater()
        self.unsaved_changed.emit()
