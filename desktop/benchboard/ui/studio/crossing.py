"""What is dragged on one dashboard, carried over the tab of another and on into that one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QTabBar

from benchboard.dashboards import editing
from benchboard.dashboards.editing import Placed
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.canvas.gestures import Moving
from benchboard.ui.studio.canvas.hand import DWELL_MS, Guests

if TYPE_CHECKING:
    from benchboard.ui.studio.page import StudioPage

_CTRL = Qt.KeyboardModifier.ControlModifier


class Place(Protocol):
    """Where dashboards are open in tabs."""

    tabs: QTabBar

    @property
    def page(self) -> "StudioPage | None": ...
    def page_at(self, tab: int) -> "StudioPage | None": ...
    def bring_up(self, page: "StudioPage") -> None: ...


class Crossing(QObject):
    """Held for a while over another dashboard's tab, what is dragged goes on there. Let go of it is moved there, with
    Ctrl copied: a step of each dashboard. Esc, or letting go beside the page, leaves both as they were.

    Between the tab and letting go whatever the mouse does is for this, whichever widget it reaches: the one that was
    pressed is out of sight.
    """

    def __init__(self, place: Place, say: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._place, self._say = place, say
        self._tab = -1
        self._home: StudioPage | None = None
        """Where what is carried came from; None while nothing is."""
        self._here: StudioPage | None = None
        self._ids: tuple[str, ...] = ()
        self._body: Placed = ()
        self._guests: Guests | None = None
        self._at = QPoint()
        self._dwell = QTimer(self, interval=DWELL_MS, singleShot=True)
        self._dwell.timeout.connect(self._arrive)

    @property
    def under_way(self) -> bool:
        """Whether something is between two dashboards."""
        return self._home is not None

    def watch(self, page: "StudioPage") -> None:
        """Notice what is dragged on a page."""
        page.canvas.carried.connect(self._hover)

    def back(self) -> None:
        """Put everything back as it was."""
        home, here = self._home, self._here
        if home is not None and here is not None:
            self._end()
            here.canvas.cancel()
            self._place.bring_up(home)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if self._home is None or not _watched.isWidgetType():
            return False
        kind = event.type()
        if isinstance(event, QMouseEvent) and self._here is not self._place.page:
            self.back()  # a key brought another tab to front
            return True
        if kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._hover(event.globalPosition().toPoint())
            self._carry()
            return True
        if kind == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            if event.button() == Qt.MouseButton.LeftButton:
                self._drop(copies=bool(event.modifiers() & _CTRL))
            return True
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if kind == QEvent.Type.KeyPress:
                self.back()
            event.accept()
            return True
        return False

    def _hover(self, at: QPoint) -> None:
        """The pointer, with something in hand, is at a point of the screen."""
        tabs, self._at = self._place.tabs, at
        tab = tabs.tabAt(tabs.mapFromGlobal(at))
        tab = -1 if tab == tabs.currentIndex() else tab
        if tab != self._tab:
            self._tab = tab
            if tab >= 0:
                self._place.page_at(tab)  # nobody may have looked at it yet: it is read meanwhile
                self._dwell.start()
            else:
                self._dwell.stop()

    def _arrive(self) -> None:
        """It was held over a tab for long enough."""
        page, tab, self._tab = self._place.page_at(self._tab), self._tab, -1
        if page is None or not (self.under_way or self._held()):
            return
        if page.saving.state == "loading":
            self._tab = tab
            self._dwell.start()
            return
        if page.saving.state in ("failed", "conflict") or not page.editor.editable:
            self._tab = tab  # asked once for each time it comes there
            self._say(_("“{name}” cannot be changed now.").format(name=page.name))
            return
        if self.under_way or self._take_along():
            self._enter(page)

    def _held(self) -> Moving | None:
        """What the pointer moves on the page in front, if it does."""
        front = self._place.page
        gesture = front.canvas.hand.gesture if front is not None and front.canvas.hand.guest is None else None
        return gesture if isinstance(gesture, Moving) else None

    def _take_along(self) -> bool:
        home, gesture = self._place.page, self._held()
        if home is None or gesture is None:
            return False
        self._ids = tuple(gesture.body)
        self._body = editing.copied(home.editor.page, self._ids)
        home.canvas.cancel()
        self._home = self._here = home
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]  # there is one while a window is
        self._say(_("Let go to move it here; with Ctrl it is copied. Esc takes it back."))
        return True

    def _enter(self, page: "StudioPage") -> None:
        assert self._home is not None and self._here is not None  # noqa: PT018
        self._here.canvas.cancel()
        self._here = page
        taken = set(page.editor.page.paths)
        fresh = tuple((editing.renewed(item, taken), cell) for item, cell in self._body)
        count = len(fresh)
        title = ngettext("Bring {count} widget from “{name}”", "Bring {count} widgets from “{name}”", count)
        self._guests = Guests(title.format(count=count, name=self._home.name), fresh)
        self._place.bring_up(page)
        self._carry()

    def _carry(self) -> None:
        """Show what letting go here would lead to."""
        page = self._here
        assert page is not None and self._guests is not None  # noqa: PT018
        if page is not self._home:
            page.canvas.guest_at(self._guests, self._at)
            return
        canvas, view = page.canvas, page.canvas.viewport()
        spot = view.mapFromGlobal(self._at)
        if not view.rect().contains(spot) or self._ids[0] not in canvas.tiles:
            canvas.cancel()
        elif canvas.busy:
            canvas.hand.follow(canvas.mapToScene(spot))
        else:
            box, editor = canvas.tiles[self._ids[0]].rect, page.editor
            start = QPointF(box.center().x(), box.top() + 16 * canvas.zoom)
            moving = Moving(canvas.page, editor.page, self._ids, start, editor.document.compact)
            canvas.hand.begin(moving, canvas.mapToScene(spot))

    def _drop(self, *, copies: bool) -> None:
        home, here = self._home, self._here
        assert home is not None and here is not None  # noqa: PT018
        if not here.canvas.busy:
            self.back()
            return
        ids, before = self._ids, here.editor.document
        self._end()
        if here is home:
            home.canvas.hand.end()
            return
        here.canvas.drop_guest()
        if here.editor.document is before:
            self._place.bring_up(home)  # it was refused, in words
        elif not copies:
            editor = home.editor
            title = ngettext("Take {count} widget to “{name}”", "Take {count} widgets to “{name}”", len(ids))
            rest = editor.page.without(ids, editor.document.compact)
            editor.take(title.format(count=len(ids), name=here.name), rest, ())

    def _end(self) -> None:
        self._dwell.stop()
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]  # likewise
        self._home = self._here = self._guests = None
        self._tab, self._ids, self._body = -1, (), ()
