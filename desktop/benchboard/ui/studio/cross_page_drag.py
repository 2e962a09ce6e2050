"""What is dragged on one page, carried over the tab of another and on into that one: between open dashboards, and
between them and the home page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from benchboard.dashboards.editing import page_edits
from benchboard.dashboards.editing.clipboard import ClipboardContent, scale_to_columns
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.canvas.interaction.drag_controller import DWELL_MS
from benchboard.ui.studio.canvas.interaction.insert import InsertInteraction, InsertPayload
from benchboard.ui.studio.canvas.interaction.move import MoveInteraction
from benchboard.ui.studio.cross_page_undo import Moves

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.studio.editor_page import StudioPage

_CTRL: Final = Qt.KeyboardModifier.ControlModifier


class Place(Protocol):
    """A place of the room with pages in it, the one in front and those behind its tabs."""

    address: str

    @property
    def page(self) -> "StudioPage | None": ...
    def isVisible(self) -> bool: ...
    def tab_at(self, spot: QPoint) -> int:
        """The tab of another page at a point of the screen, else -1."""

    def page_at(self, tab: int) -> "StudioPage | None": ...
    def bring_up(self, page: "StudioPage") -> None: ...


class OnePage(QObject):
    """The home page as a place: there is no other page in it."""

    address = "studio/home"

    def __init__(self, page: "StudioPage", crossing: "Crossing") -> None:
        super().__init__(page)
        self.page: StudioPage | None = page
        self._crossing = crossing
        page.installEventFilter(self)
        crossing.add(self)
        crossing.watch(page)

    def isVisible(self) -> bool:
        return self.page is not None and self.page.isVisible()

    def tab_at(self, spot: QPoint) -> int:
        return -1

    def page_at(self, tab: int) -> "StudioPage | None":
        return None

    def bring_up(self, page: "StudioPage") -> None:
        """It is there whenever the place is."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide:
            self._crossing.hidden()
        return False


class _Door(NamedTuple):
    """What leads to another page when something is held over it."""

    kind: Literal["tab", "place"]
    tab: int = -1
    address: str = ""


class Crossing(QObject):
    """Held for a while over the tab of another dashboard, or of the place where others are, what is dragged goes on
    there. Let go of it is moved there, with Ctrl copied: a step of each page. Esc, or letting go beside the page,
    leaves both as they were.

    Between the tab and letting go whatever the mouse does is for this, whichever widget it reaches: the one that was
    pressed is out of sight.
    """

    def __init__(self, context: "Context") -> None:
        super().__init__(context.changed)
        self._context = context
        self._places: list[Place] = []
        self._door: _Door | None = None
        self._home: StudioPage | None = None
        """Where what is carried came from; None while nothing is."""
        self._here: StudioPage | None = None
        """The page it is carried on; None over a list of pages."""
        self._ids: tuple[str, ...] = ()
        self._body = ClipboardContent(())
        self._payload: InsertPayload | None = None
        """What is carried as the page takes it that it is carried on; None as long as that one cannot."""
        self._at = QPoint()
        self._turning = self._said = False
        self._dwell = QTimer(self, interval=DWELL_MS, singleShot=True)
        self._dwell.timeout.connect(self._arrive)

    @staticmethod
    def of(context: "Context") -> "Crossing":
        """The one of a session, for all its places."""
        return context.changed.findChild(Crossing) or Crossing(context)

    @property
    def under_way(self) -> bool:
        """Whether something is between two pages."""
        return self._home is not None

    def add(self, place: Place) -> None:
        """Let things be carried to and from a place."""
        self._places.append(place)

    def watch(self, page: "StudioPage") -> None:
        """Notice what is dragged on a page."""
        page.canvas.dragged.connect(self._hover)

    def back(self) -> None:
        """Put everything back as it was, and show where it came from."""
        home = self._home
        self.leave()
        place = self._place_of(home) if home is not None else None
        if place is not None and not place.isVisible():
            self._context.go(place.address)

    def leave(self) -> None:
        """Put everything back as it was."""
        home, here = self._home, self._here
        if home is None:
            return
        place = self._place_of(home)
        self._end()
        if here is not None:
            here.canvas.cancel()
        if place is not None:
            place.bring_up(home)

    def hidden(self) -> None:
        """A place is out of sight: somebody went elsewhere, unless what is carried did."""
        if not self._turning:
            self.leave()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if self._home is None or not _watched.isWidgetType():
            return False
        kind = event.type()
        if isinstance(event, QMouseEvent) and self._here is not self._front_page():
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

    # Where it is

    def _front(self) -> Place | None:
        return next((place for place in self._places if place.isVisible()), None)

    def _front_page(self) -> "StudioPage | None":
        front = self._front()
        return front.page if front is not None else None

    def _place_of(self, page: "StudioPage") -> Place | None:
        """The place a page is open in."""
        homes = page.store.dashboard_id is None
        return next((place for place in self._places if isinstance(place, OnePage) == homes), None)

    def _hover(self, at: QPoint) -> None:
        """The pointer, with something in hand, is at a point of the screen."""
        self._at = at
        door = self._door_at(at)
        if door == self._door:
            return
        self._door = door
        front = self._front()
        if door is None or front is None:
            self._dwell.stop()
            return
        front.page_at(door.tab)  # nobody may have looked at it yet: it is read meanwhile
        self._dwell.start()

    def _door_at(self, at: QPoint) -> _Door | None:
        front = self._front()
        if front is None:
            return None
        if (tab := front.tab_at(at)) >= 0:
            return _Door("tab", tab)
        address = self._context.tab_at(at)
        return _Door("place", address=address) if address not in ("", front.address) else None

    def _arrive(self) -> None:
        """It was held over a door for long enough."""
        door, front = self._door, self._front()
        if door is None or front is None or not (self.under_way or self._held()):
            return
        if door.kind == "place":
            if self.under_way or self._take_along():
                self._go(door.address)
            return
        page = front.page_at(door.tab)
        if page is None:
            return
        if page.saving.state == "loading":
            self._dwell.start()
        elif not _takes(page):  # asked once for each time it comes there
            self._refuse(page)
        elif self.under_way or self._take_along():
            with self._turned():
                front.bring_up(page)
            self._enter(page)

    def _go(self, address: str) -> None:
        """Show another place, and go on upon what is in front there."""
        with self._turned():
            self._context.go(address)
        self._enter(self._front_page())

    @contextmanager
    def _turned(self) -> Iterator[None]:
        self._turning, self._door = True, None
        try:
            yield
        finally:
            self._turning = False

    # What is carried

    def _held(self) -> MoveInteraction | None:
        """What the pointer moves on the page in front, if it does."""
        front = self._front_page()
        interaction = front.canvas.drag.interaction if front is not None else None
        return (
            interaction
            if isinstance(interaction, MoveInteraction) and not isinstance(interaction, InsertInteraction)
            else None
        )

    def _take_along(self) -> bool:
        home, move = self._front_page(), self._held()
        if home is None or move is None:
            return False
        self._ids = tuple(move.body)
        self._body = home.editor.copied(self._ids)
        home.canvas.cancel()
        self._home = self._here = home
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]  # there is one while a window is
        self._context.problems.toast(_hint())
        return True

    def _enter(self, page: "StudioPage | None") -> None:
        """Go on upon a page, or upon a list of pages, where only another tab leads on."""
        if self._here is not None:
            self._here.canvas.cancel()
        self._here, self._payload, self._said = page, None, False
        self._carry()

    def _welcomed(self, page: "StudioPage") -> InsertPayload | None:
        """What is carried, under ids that the page has not; None as long as it cannot be put there."""
        if self._payload is None and page.saving.state != "loading":
            if _takes(page):
                self._payload = self._as_guests(page)
            elif not self._said:
                self._said = True
                self._refuse(page)
        return self._payload

    def _as_guests(self, page: "StudioPage") -> InsertPayload:
        assert self._home is not None
        taken = set(page.editor.page.paths)
        body = scale_to_columns(self._body, self._home.editor.layout.columns, page.editor.layout.columns)
        fresh = tuple((page_edits.renewed(item, taken), cell) for item, cell in body.items)
        count = len(fresh)
        title = ngettext("Add {count} widget from “{name}”", "Add {count} widgets from “{name}”", count)
        return InsertPayload(title.format(count=count, name=self._home.name), fresh, self._body.variables)

    def _carry(self) -> None:
        """Show what letting go here would lead to."""
        page = self._here
        if page is None:
            return
        if page is not self._home:
            payload = self._welcomed(page)
            if payload is not None:
                page.canvas.drag_new(payload, self._at)
            return
        canvas, view = page.canvas, page.canvas.viewport()
        spot = view.mapFromGlobal(self._at)
        if not view.rect().contains(spot) or self._ids[0] not in canvas.tiles:
            canvas.cancel()
        elif canvas.busy:
            canvas.drag.move_to(canvas.mapToScene(spot))
        else:
            box = canvas.tiles[self._ids[0]].rect
            start = QPointF(box.center().x(), box.top() + 16 * canvas.zoom)
            canvas.drag.start(MoveInteraction(canvas, self._ids, start), canvas.mapToScene(spot))

    def _drop(self, *, copies: bool) -> None:
        home, here = self._home, self._here
        assert home is not None
        if here is None or not here.canvas.busy:
            self.back()
            return
        if here is home:
            self._end()
            home.canvas.drag.finish()
            return
        ids, before = self._ids, here.editor.document
        here.canvas.drop_new()
        if here.editor.document is before:
            self.back()  # it was refused, in words
            return
        self._end()
        if not copies:
            editor = home.editor
            title = ngettext("Move {count} widget to “{name}”", "Move {count} widgets to “{name}”", len(ids))
            rest = editor.page.without(ids, editor.document.compact)
            before = editor.document
            editor.apply_layout(title.format(count=len(ids), name=here.name), rest, ())
            if editor.document is not before:
                Moves.of(self._context).moved(home, here)

    def _refuse(self, page: "StudioPage") -> None:
        self._context.problems.toast(_("“{name}” can't be edited right now.").format(name=page.name))

    def _end(self) -> None:
        self._context.problems.withdraw(_hint())
        self._dwell.stop()
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]  # likewise
        self._home = self._here = self._payload = self._door = None
        self._ids, self._body = (), ClipboardContent(())


def _hint() -> str:
    return _("Release to move here. Hold Ctrl to copy, or press Esc to cancel.")


def _takes(page: "StudioPage") -> bool:
    return page.saving.state not in ("loading", "failed", "conflict") and page.editor.editable
