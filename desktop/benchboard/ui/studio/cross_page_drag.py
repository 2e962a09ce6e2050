"""Drags widgets from one page to another: between open dashboards, and between them and the home page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from benchboard.dashboards.editing import page_edits
from benchboard.dashboards.editing.clipboard import ClipboardContent, scale_to_columns
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.canvas.interaction.drag_controller import DWELL_MS
from benchboard.ui.studio.canvas.interaction.insert import InsertInteraction, InsertPayload
from benchboard.ui.studio.canvas.interaction.move import MoveInteraction
from benchboard.ui.studio.cross_page_undo import CrossPageUndo

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.studio.editor_page import StudioPage

_CTRL: Final = Qt.KeyboardModifier.ControlModifier


class PageContainer(Protocol):
    """A view with pages in it: the one in front and those behind its tabs."""

    address: str

    @property
    def page(self) -> "StudioPage | None": ...
    def isVisible(self) -> bool: ...
    def tab_at(self, spot: QPoint) -> int:
        """The tab of another page at a point of the screen, or -1."""

    def page_at(self, tab: int) -> "StudioPage | None": ...
    def bring_to_front(self, page: "StudioPage") -> None: ...


class SinglePage(QObject):
    """The home page as a container with a single page."""

    address = "studio/home"

    def __init__(self, page: "StudioPage", drag: "CrossPageDrag") -> None:
        super().__init__(page)
        self.page: StudioPage | None = page
        self._drag = drag
        page.installEventFilter(self)
        drag.add_container(self)
        drag.watch(page)

    def isVisible(self) -> bool:
        return self.page is not None and self.page.isVisible()

    def tab_at(self, spot: QPoint) -> int:
        return -1

    def page_at(self, tab: int) -> "StudioPage | None":
        return None

    def bring_to_front(self, page: "StudioPage") -> None:
        """Do nothing: the page is visible whenever its view is."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide:
            self._drag.container_hidden()
        return False


class _DropTarget(NamedTuple):
    """What opens another page when the pointer rests on it during a drag."""

    kind: Literal["tab", "place"]
    tab: int = -1
    address: str = ""


class CrossPageDrag(QObject):
    """A drag that continues on another page. The user holds the dragged items over the tab of another dashboard, or
    over the section where the other pages are, until that page opens. Dropping them moves them there, or copies them
    with Ctrl: a step on each page. Esc, or a drop beside the page, leaves both pages unchanged.

    Until the drop, all mouse events are handled here, whichever widget they reach: the widget that was pressed is
    hidden.
    """

    def __init__(self, context: "Context") -> None:
        super().__init__(context.changed)
        self._context = context
        self._containers: list[PageContainer] = []
        self._target: _DropTarget | None = None
        self._source: StudioPage | None = None
        """The page that the items come from; None if no drag between pages is under way."""
        self._destination: StudioPage | None = None
        """The page that the pointer is on; None over a list of pages."""
        self._ids: tuple[str, ...] = ()
        self._body = ClipboardContent(())
        self._payload: InsertPayload | None = None
        """The dragged items as the destination inserts them; None as long as it can't."""
        self._pointer = QPoint()
        self._switching = self._rejection_shown = False
        self._dwell = QTimer(self, interval=DWELL_MS, singleShot=True)
        self._dwell.timeout.connect(self._dwell_elapsed)

    @staticmethod
    def of(context: "Context") -> "CrossPageDrag":
        """The instance of a session, shared by its views."""
        return context.changed.findChild(CrossPageDrag) or CrossPageDrag(context)

    @property
    def active(self) -> bool:
        """Whether a drag between pages is under way."""
        return self._source is not None

    def add_container(self, container: PageContainer) -> None:
        """Allow drags to and from a view with pages."""
        self._containers.append(container)

    def watch(self, page: "StudioPage") -> None:
        """Follow the drags on a page."""
        page.canvas.dragged.connect(self._hover)

    def abort_and_return(self) -> None:
        """Cancel the drag and show the page that it started on."""
        home = self._source
        self.abort()
        place = self._container_of(home) if home is not None else None
        if place is not None and not place.isVisible():
            self._context.go(place.address)

    def abort(self) -> None:
        """Cancel the drag: both pages are as they were."""
        home, here = self._source, self._destination
        if home is None:
            return
        place = self._container_of(home)
        self._end()
        if here is not None:
            here.canvas.cancel()
        if place is not None:
            place.bring_to_front(home)

    def container_hidden(self) -> None:
        """Cancel the drag because its view was hidden, unless the drag itself switched to another one."""
        if not self._switching:
            self.abort()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Not `watched.isWidgetType()`: for an object at the address of one just deleted, PySide may pass the old one's
        # wrapper, which has other methods.
        if self._source is None or not isinstance(watched, QWidget):
            return False
        kind = event.type()
        if isinstance(event, QMouseEvent) and self._destination is not self._front_page():
            self.abort_and_return()  # a keyboard shortcut switched tabs
            return True
        if kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._hover(event.globalPosition().toPoint())
            self._update_preview()
            return True
        if kind == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            if event.button() == Qt.MouseButton.LeftButton:
                self._drop(copies=bool(event.modifiers() & _CTRL))
            return True
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if kind == QEvent.Type.KeyPress:
                self.abort_and_return()
            event.accept()
            return True
        return False

    # Position of the drag

    def _front(self) -> PageContainer | None:
        return next((place for place in self._containers if place.isVisible()), None)

    def _front_page(self) -> "StudioPage | None":
        front = self._front()
        return front.page if front is not None else None

    def _container_of(self, page: "StudioPage") -> PageContainer | None:
        """The view that a page is open in."""
        homes = page.store.dashboard_id is None
        return next((place for place in self._containers if isinstance(place, SinglePage) == homes), None)

    def _hover(self, at: QPoint) -> None:
        """Handle a drag at a point of the screen: see whether it rests on a tab or section."""
        self._pointer = at
        door = self._target_at(at)
        if door == self._target:
            return
        self._target = door
        front = self._front()
        if door is None or front is None:
            self._dwell.stop()
            return
        front.page_at(door.tab)  # start loading a tab that was not shown yet
        self._dwell.start()

    def _target_at(self, at: QPoint) -> _DropTarget | None:
        front = self._front()
        if front is None:
            return None
        if (tab := front.tab_at(at)) >= 0:
            return _DropTarget("tab", tab)
        address = self._context.tab_at(at)
        return _DropTarget("place", address=address) if address not in ("", front.address) else None

    def _dwell_elapsed(self) -> None:
        """Switch to the tab or section that the pointer has rested on long enough."""
        door, front = self._target, self._front()
        if door is None or front is None or not (self.active or self._move_in_progress()):
            return
        if door.kind == "place":
            if self.active or self._pick_up():
                self._switch_container(door.address)
            return
        page = front.page_at(door.tab)
        if page is None:
            return
        if page.saving.state == "loading":
            self._dwell.start()
        elif not _can_drop(page):  # one request per visit of the tab
            self._show_rejection(page)
        elif self.active or self._pick_up():
            with self._switching_page():
                front.bring_to_front(page)
            self._enter_page(page)

    def _switch_container(self, address: str) -> None:
        """Show another section and continue on the page in front there."""
        with self._switching_page():
            self._context.go(address)
        self._enter_page(self._front_page())

    @contextmanager
    def _switching_page(self) -> Iterator[None]:
        self._switching, self._target = True, None
        try:
            yield
        finally:
            self._switching = False

    # The dragged items

    def _move_in_progress(self) -> MoveInteraction | None:
        """The move gesture on the page in front, if one is under way."""
        front = self._front_page()
        interaction = front.canvas.drag.interaction if front is not None else None
        return (
            interaction
            if isinstance(interaction, MoveInteraction) and not isinstance(interaction, InsertInteraction)
            else None
        )

    def _pick_up(self) -> bool:
        home, move = self._front_page(), self._move_in_progress()
        if home is None or move is None:
            return False
        self._ids = tuple(move.body)
        self._body = home.editor.copied(self._ids)
        home.canvas.cancel()
        self._source = self._destination = home
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]  # a window is open
        self._context.problems.toast(_hint())
        return True

    def _enter_page(self, page: "StudioPage | None") -> None:
        """Continue on a page, or on a list of pages, where only another tab can be the target."""
        if self._destination is not None:
            self._destination.canvas.cancel()
        self._destination, self._payload, self._rejection_shown = page, None, False
        self._update_preview()

    def _payload_for(self, page: "StudioPage") -> InsertPayload | None:
        """The dragged items with ids that are unused on the page; None as long as the page can't take them."""
        if self._payload is None and page.saving.state != "loading":
            if _can_drop(page):
                self._payload = self._make_payload(page)
            elif not self._rejection_shown:
                self._rejection_shown = True
                self._show_rejection(page)
        return self._payload

    def _make_payload(self, page: "StudioPage") -> InsertPayload:
        assert self._source is not None
        taken = set(page.editor.page.paths)
        body = scale_to_columns(self._body, self._source.editor.layout.columns, page.editor.layout.columns)
        fresh = tuple((page_edits.renewed(item, taken), cell) for item, cell in body.items)
        count = len(fresh)
        title = ngettext("Add {count} widget from “{name}”", "Add {count} widgets from “{name}”", count)
        return InsertPayload(title.format(count=count, name=self._source.name), fresh, self._body.variables)

    def _update_preview(self) -> None:
        """Preview the result of a drop at this position."""
        page = self._destination
        if page is None:
            return
        if page is not self._source:
            payload = self._payload_for(page)
            if payload is not None:
                page.canvas.drag_new(payload, self._pointer)
            return
        canvas, view = page.canvas, page.canvas.viewport()
        spot = view.mapFromGlobal(self._pointer)
        if not view.rect().contains(spot) or self._ids[0] not in canvas.tiles:
            canvas.cancel()
        elif canvas.busy:
            canvas.drag.move_to(canvas.mapToScene(spot))
        else:
            box = canvas.tiles[self._ids[0]].rect
            start = QPointF(box.center().x(), box.top() + 16 * canvas.zoom)
            canvas.drag.start(MoveInteraction(canvas, self._ids, start), canvas.mapToScene(spot))

    def _drop(self, *, copies: bool) -> None:
        home, here = self._source, self._destination
        assert home is not None
        if here is None or not here.canvas.busy:
            self.abort_and_return()
            return
        if here is home:
            self._end()
            home.canvas.drag.finish()
            return
        ids, before = self._ids, here.editor.document
        here.canvas.drop_new()
        if here.editor.document is before:
            self.abort_and_return()  # the page rejected it with a message
            return
        self._end()
        if not copies:
            editor = home.editor
            title = ngettext("Move {count} widget to “{name}”", "Move {count} widgets to “{name}”", len(ids))
            rest = editor.page.without(ids, editor.document.compact)
            before = editor.document
            editor.apply_layout(title.format(count=len(ids), name=here.name), rest, ())
            if editor.document is not before:
                CrossPageUndo.of(self._context).record(home, here)

    def _show_rejection(self, page: "StudioPage") -> None:
        self._context.problems.refuse(_("“{name}” can't be edited right now.").format(name=page.name))

    def _end(self) -> None:
        self._context.problems.withdraw(_hint())
        self._dwell.stop()
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]  # likewise
        self._source = self._destination = self._payload = self._target = None
        self._ids, self._body = (), ClipboardContent(())


def _hint() -> str:
    return _("Release to move here. Hold Ctrl to copy, or press Esc to cancel.")


def _can_drop(page: "StudioPage") -> bool:
    return page.saving.state not in ("loading", "failed", "conflict") and page.editor.editable
