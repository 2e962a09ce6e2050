"""Shows who else is on an open dashboard and what they have selected, and reports the same of this window."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol
from uuid import uuid4

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from benchboard.dashboards import presence
from benchboard.dashboards.presence import Viewer, Viewers
from benchboard.dashboards.presence_reports import PresenceReports, Shown
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number
from benchboard.ui.session_watch import POLL_MS
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.panes.toolbar import PageToolbar
from benchboard.ui.studio.panes.widget_finder import WidgetFinder
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.people_row import ShownPerson

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession


class WatchedPage(Protocol):
    """An open dashboard, as far as others see it."""

    dashboard_id: str

    @property
    def selected(self) -> tuple[str, ...]: ...
    def show_viewers(self, viewers: tuple[Viewer, ...]) -> None: ...


class PresenceWatch(QObject):
    """Reports the dashboard in front to the others, and tells it who else is there: at once, then every `POLL_MS`."""

    exchanged = Signal()
    """A report or a look at the others has ended."""

    def __init__(self, context: "Context") -> None:
        super().__init__(context.changed)
        self._context = context
        self._window_id = str(uuid4())
        self._page: WatchedPage | None = None
        self._reports = PresenceReports()
        self._is_busy = self._is_wanted = False
        self.clock: Callable[[], float] = time.monotonic
        """Seconds, only forward."""
        self._poll_timer = QTimer(self, interval=POLL_MS)
        self._poll_timer.timeout.connect(self._exchange)
        self._report_timer = QTimer(self, singleShot=True)
        self._report_timer.timeout.connect(self._exchange)

    @staticmethod
    def of(context: "Context") -> "PresenceWatch":
        """The instance of a session's window, shared by its pages."""
        return context.changed.findChild(PresenceWatch) or PresenceWatch(context)

    def enter(self, page: WatchedPage) -> None:
        """This page is in front now."""
        self._page = page
        self._poll_timer.start()
        self.follow(page)

    def follow(self, page: WatchedPage) -> None:
        """Something else may be selected on a page."""
        if page is self._page:
            self._reports = self._reports.showing(Shown(page.dashboard_id, page.selected))
            self._schedule()

    def leave(self, page: WatchedPage) -> None:
        """This page isn't in front any more; another one may follow at once."""
        if page is self._page:
            self._page = None
            self._poll_timer.stop()
            self._reports = self._reports.showing(Shown())
            self._schedule()

    def _schedule(self) -> None:
        due = self._reports.due_in(self.clock())
        if due is None:
            self._report_timer.stop()
        elif not self._is_busy:
            self._report_timer.start(round(due * 1000))

    def _exchange(self) -> None:
        """Report what is due, and look for the others."""
        if self._is_busy:
            return
        page, context, window_id = self._page, self._context, self._window_id
        due = self._reports.due_in(self.clock())
        shown = self._reports.shown if due == 0 else None
        if shown is not None:
            self._reports = self._reports.sent(self.clock())
        elif page is None:
            return
        looked_at = "" if page is None else page.dashboard_id

        def exchange(session: "DatabaseSession") -> Viewers:
            # Not a change of the window's tasks: those are shown as being saved, and wait for each other.
            if shown is not None:
                with context.database.change() as change:
                    if shown.dashboard_id:
                        presence.report(change, context.actor, window_id, shown.dashboard_id, shown.selected)
                    else:
                        presence.leave(change, context.actor, window_id)
            if not looked_at:
                return Viewers()
            return presence.viewers(session, context.actor, looked_at, window_id=window_id)

        def failed(_error: AppError) -> None:
            # The page itself says what is wrong with the database, or with the user's access.
            self._reports = self._reports.failed(self.clock())
            self._end_exchange(looked_at, Viewers())

        self._is_busy = True
        context.tasks.read(self, exchange, lambda found: self._end_exchange(looked_at, found), failed)

    def _end_exchange(self, dashboard_id: str, found: Viewers) -> None:
        self._is_busy = False
        if self._page is not None and self._page.dashboard_id == dashboard_id:
            self._reports = self._reports.found(others=found.others)
            self._page.show_viewers(found.present)
        self._schedule()
        self.exchanged.emit()


class _Other(NamedTuple):
    """A person on the dashboard, in one window or several, and what they have selected of what is shown here."""

    user_id: str
    name: str
    selected: tuple[str, ...]


class PagePresence(QObject):
    """Shows the others of one page: in its toolbar, and as frames on its canvas. Reports it while it is in front."""

    def __init__(
        self,
        context: "Context",
        dashboard_id: str,
        page: QWidget,
        canvas: Canvas,
        bar: PageToolbar,
        finder: WidgetFinder,
        when_painted: Callable[[Callable[[], object]], object],
    ) -> None:  # fmt: skip
        """`when_painted` calls its argument once the page has loaded and is painted, or now if it is."""
        super().__init__(page)
        self._when_painted = when_painted
        self.dashboard_id = dashboard_id
        self._context, self._page, self._canvas, self._bar, self._finder = context, page, canvas, bar, finder
        self._editor = canvas.editor
        self._watch = PresenceWatch.of(context)
        self._viewers: tuple[Viewer, ...] = ()
        self._names: dict[str, str] = {}
        bar.people.chosen.connect(self._go_to)
        self._editor.selection_changed.connect(lambda: self._watch.follow(self))
        self._editor.changed.connect(self._show)
        page.installEventFilter(self)

    @property
    def selected(self) -> tuple[str, ...]:
        """The selected items of the document; for copies of a repeated item that item."""
        sources = self._editor.sources
        return tuple(dict.fromkeys(sources.get(one, one) for one in self._editor.selection))

    def show_viewers(self, viewers: tuple[Viewer, ...]) -> None:
        """Show these windows of others, and tell a screen reader who came or left."""
        self._viewers = viewers
        self._show()
        names = {one.user_id: one.name for one in viewers}
        came = [name for user_id, name in names.items() if user_id not in self._names]
        left = [name for user_id, name in self._names.items() if user_id not in names]
        self._names = names
        sentences = [_("{name} is on this dashboard too.").format(name=name) for name in came]
        sentences += [_("{name} has left this dashboard.").format(name=name) for name in left]
        announce(self._bar, " ".join(sentences))

    def eventFilter(self, _page: QObject, event: QEvent) -> bool:
        # A spontaneous one is about the whole window, such as when it is minimised.
        if event.type() == QEvent.Type.Show and not event.spontaneous():
            self._when_painted(self._enter)
        elif event.type() == QEvent.Type.Hide and not event.spontaneous():
            self._watch.leave(self)
            self._viewers, self._names = (), {}
            self._show()
        return False

    def _enter(self) -> None:
        if self._page.isVisible():  # it may have been left before it was painted
            self._watch.enter(self)

    def _show(self) -> None:
        others = self._others()
        self._bar.show_people([ShownPerson(one.user_id, one.name, self._doing(one)) for one in others])
        self._canvas.show_others((one.name, one.selected) for one in others if one.selected)

    def _others(self) -> list[_Other]:
        """The people of all windows, with those items that this page has too."""
        known = self._editor.page.paths
        found: dict[str, _Other] = {}
        for one in self._viewers:
            before = found.get(one.user_id, _Other(one.user_id, one.name, ()))
            selected = dict.fromkeys((*before.selected, *(item for item in one.selected if item in known)))
            found[one.user_id] = before._replace(selected=tuple(selected))
        return list(found.values())

    def _doing(self, other: _Other) -> str:
        """A sentence about what a person has selected."""
        if not other.selected:
            return _("{name} is on this dashboard").format(name=other.name)
        if len(other.selected) == 1:
            title = self._editor.name(other.selected[0])
            return _("{name} has selected {widget}").format(name=other.name, widget=title)
        count = len(other.selected)
        words = ngettext("{name} has selected {count} widget", "{name} has selected {count} widgets", count)
        return words.format(name=other.name, count=number(count))

    def _go_to(self, user_id: str) -> None:
        """Go to what a person has selected."""
        other = next((one for one in self._others() if one.user_id == user_id), None)
        if other is None:
            return
        if not other.selected:
            self._context.problems.refuse(_("{name} has nothing selected.").format(name=other.name))
            return
        self._finder.go_to(other.selected[0])
