"""A paged table: its rows, or a placeholder (loading, empty, no match, an error), the footer and the bar of actions for
ticked rows.
"""

from collections.abc import Callable, Hashable, Sequence
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QEvent, QMimeData, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number, pgettext
from benchboard.ui.paged.paged_cards import CardFace, CardsPage, PagedCards
from benchboard.ui.paged.paged_cells import tick_column
from benchboard.ui.paged.paged_model import PagedTableModel, count_text
from benchboard.ui.paged.paged_rows import PagedRows
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, announce, modal_dialog, tell_current, tell_focus, untold
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.drawer import Drawer
from benchboard.ui.widgets.empty_state import EmptyState
from benchboard.ui.widgets.focus import turn_to
from benchboard.ui.widgets.labels import Elided, Text, hairline
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.widgets.skeleton import Skeleton
from benchboard.ui.widgets.surfaces import Toolbar, set_surface
from benchboard.ui.widgets.tab_order import tab_stops
from benchboard.ui.widgets.toasts import keep_toasts_above

Row = TypeVar("Row")
QUIET_MS = 150
_PICTURED = 60
"""Height of a row with a picture, in pixels."""
_NEIGHBOURS = 200
"""Most rows beside the current one of which one takes its place when it is gone."""


class PagedTable(QWidget, Generic[Row]):
    """A list with sorting, selection and opening of rows.

    `current_changed` emits the row for the detail pane (by click or arrows; None if there is none), `activated` is
    emitted on Enter or a double click, `menu_requested` on a right click or the Menu key with a point of the screen,
    `selectionChanged` when the ticks change. `/` is handled by the view: it focuses its filter.
    With `day`, the rows of a list that is sorted by that time have a heading above each day. `add_cards` lets it show
    its rows as cards too.
    """

    accessible_role = Role.Grouping
    activated = Signal(object)
    current_changed = Signal(object)
    menu_requested = Signal(object, QPoint)
    selectionChanged = Signal()

    def __init__(
        self,
        model: "PagedTableModel[Row]",
        *,
        label: str,
        name: str,
        empty: EmptyState | None = None,
        no_match: NoMatch | None = None,
        ticks: bool = True,
        bulk: Sequence[QWidget] = (),
        row_height: str = "standard",
        row_menu: bool = False,
        footer: QWidget | None = None,
        day: Callable[[Row], datetime] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.model: PagedTableModel[Row] = model
        self.setAccessibleName(label)  # it has the focus while there are no rows
        set_surface(self, "surface")
        tall = any(column.second or column.avatars for column in model.columns)
        pictured = any(column.picture for column in model.columns)
        height = theme().px(f"table.row.{'two_line' if tall else row_height}") - (4 if tall else 0)
        if pictured:
            height = _PICTURED
        self.view = PagedRows(model, ticks, height, self, menu=row_menu, day=day)
        self.view.setObjectName(name)
        self.view.setAccessibleName(label)
        self._empty = empty or EmptyState("ph.tray", _("No entries yet"))
        self._no_match = no_match or NoMatch(pgettext("no match", "entries"))
        self._error = EmptyState("ph.warning-circle", "", _("Try again"), model.retry, role="error")
        self._error.action.setObjectName(f"{name}_retry")
        self._footer = _PagedFooter(self, model, footer)
        keep_toasts_above(self._footer)
        self._bulk = _BulkBar(self, model, bulk, self._footer)
        self._stack = QStackedLayout()
        self._loading_bars = Skeleton(height=height, top=theme().px("table.header"), left=tick_column())
        for page in (self.view, self._loading_bars, self._empty, self._no_match, self._error):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._stack, 1)
        column.addWidget(self._footer)
        column.addWidget(self._bulk)
        self._column = column
        self._below: QWidget | None = None
        self._row_height = height
        self.cards: PagedCards | None = None
        """Its rows as cards, if it has them."""
        self._cards_page: CardsPage | None = None
        self._shows_cards = False
        self.avoids: Callable[[Row], bool] = lambda _row: False
        """Which row becomes current in the place of one that is gone only if there is no other."""
        self._saved_position: object = None
        self._saved_words = ""
        """What the current row said before the list was read again, without figures and times."""
        self._loaded_listing = model.listing
        self._restoring = False
        self._took_row = False
        """Whether the list made the current row current when it got the focus, and the user hasn't clicked it since."""
        self._put_away = False
        """Whether the details of the current row were closed: it stays current, and they stay closed until it is opened
        or another row is current."""
        self._announced: object = None
        self.tells_changed_row = True
        """Whether a screen reader is told of the current row again where it changed: not if the result is told."""
        self.count_words: Callable[[], str] | None = None
        """What a screen reader is told of the rows after a filter changed, in place of their number; empty: nothing."""
        """The search and filters whose result was read out last."""
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._toolbar_buttons: tuple[QWidget, ...] = ()
        self._connect_model(model)
        QTimer.singleShot(QUIET_MS, self, self._show_state)

    def begin_with(self, button: Button, *more: QWidget) -> None:
        """Show this primary button of the toolbar, and what else there is to do with rows, only while there are rows:
        an empty list has the same action in its middle."""
        self._toolbar_buttons = (button, *more)
        action = self._empty.action
        action.set_kind("primary")
        action.setObjectName(button.objectName())
        action.disable(button.reason)

    def set_covered(self, pixels: int) -> None:
        """Have what can be read and clicked to the left of what covers this width at the right end."""
        self.view.set_covered(pixels)
        self._bulk.set_covered(pixels)

    def show_below(self, widget: QWidget) -> None:
        """Show a widget at the bottom, as high as it wants to be, while the rows leave it room."""
        self._below = widget
        self._column.insertWidget(1, widget)
        self.model.loaded.connect(self._fit_below)
        self._fit_below()

    def _fit_below(self) -> None:
        """Show what is below the rows, or leave it out."""
        if self._below is None:
            return
        count = self.model.rowCount()
        rows = theme().px("table.header") + count * self._row_height
        foot = 0 if self._footer.isHidden() else self._footer.maximumHeight()
        height, least = self.height() - foot, self._stack.minimumSize().height()
        needed = self._below.sizeHint().height()
        self._below.setVisible(count > 0 and height - max(rows, least) >= needed)
        self._below.setFixedHeight(needed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_below()

    def explain_bulk(self, why: str) -> None:
        """Say beside the number of ticked rows why nothing can be done with them; empty if something can."""
        self._bulk.explain(why)

    def drag_with(self, data: Callable[[Sequence[Row]], QMimeData]) -> None:
        """Let rows be dragged, as this data: the ticked ones together."""
        self.model.drag_data = data
        self.view.setDragEnabled(True)

    def add_cards(self, face: "CardFace[Row]") -> PagedCards:
        """Make cards of its rows, to be shown in place of the table by `show_cards`."""
        self.cards = cards = PagedCards(self.model, face, self, ticks=self.view.ticks)
        cards.setObjectName(f"{self.view.objectName()}_cards")
        cards.setAccessibleName(self.view.accessibleName())
        cards.setSelectionModel(self.view.selectionModel())  # what is current stays so
        # Each of the two views forgets what is current when the rows are read again: it is restored after both.
        self.model.modelReset.disconnect(self._restore_position)
        self.model.modelReset.connect(self._restore_position)
        cards.opened.connect(self._open)
        cards.menu_requested.connect(lambda row, spot: self.menu_requested.emit(self.model.row(row), spot))
        self._cards_page = CardsPage(self.view, cards, self)
        self._stack.addWidget(self._cards_page)
        return cards

    def show_cards(self, shown: bool) -> None:
        """Show the rows as cards, or as a table."""
        if self._cards_page is None or shown == self._shows_cards:
            return
        self._shows_cards = shown
        current = self.view.currentIndex()
        if current.isValid():  # cards know the first column alone
            self.view.setCurrentIndex(current.siblingAtColumn(0))
        self._show_state()
        if current.isValid() and self.cards is not None:
            (self.cards if shown else self.view).scrollTo(self.view.currentIndex())

    @property
    def rows_page(self) -> QWidget:
        """What shows the rows: the table, or the cards."""
        return self._cards_page if self._shows_cards and self._cards_page is not None else self.view

    def selected(self) -> list[Row]:
        """The ticked rows."""
        return self.model.ticks()

    def _connect_model(self, model: "PagedTableModel[Row]") -> None:
        model.modelAboutToBeReset.connect(self._save_position)
        model.modelReset.connect(self._restore_position)
        model.loaded.connect(self.view.place_day_headings)
        model.loaded.connect(self._show_state)
        model.failed.connect(self._show_state)
        model.failed.connect(self.forget_made)
        model.ticked.connect(self.selectionChanged)
        self.view.opened.connect(self._open)
        self.view.menu_requested.connect(lambda index, spot: self.menu_requested.emit(model.row(index), spot))
        self.view.selectionModel().currentRowChanged.connect(self._current_moved)
        self.view.clicked.connect(self._clicked)
        model.setParent(self)  # after the view among the children, so that the view is deleted first

    def _open(self, index: int) -> None:
        self._put_away = False
        self.activated.emit(self.model.row(index))

    def current(self) -> Row | None:
        """The row with the keyboard cursor, or None."""
        index = self.view.currentIndex()
        return self.model.row(index.row()) if index.isValid() else None

    def take_ringed(self) -> Row | None:
        """The current row, or else the one with the ring, which becomes current: for a key that acts on it."""
        self.view.take_ringed()
        return self.current()

    def make_current(self, identity: object) -> bool:
        """Make the row with `identity` current, if it is loaded; returns whether it is."""
        at = self._unfolded(identity)
        if at >= 0:
            self.view.setCurrentIndex(self.model.index(at, 0))
        return at >= 0

    def _unfolded(self, identity: object) -> int:
        """The row with `identity`, after its line was unfolded; -1 if it is not loaded."""
        at = self.model.find_folded(identity)
        if at >= 0:
            self.model.unfold(at)
        return self.model.find(identity)

    def expect_made(self) -> None:
        """A row was just made, which is being read: no other row is told to a screen reader until `enter_made` or
        `forget_made`."""
        self.view.awaits_row = True

    def forget_made(self) -> None:
        """No row that was just made is about to become current any more."""
        if self.view.awaits_row:
            self.view.awaits_row = False
            tell_current(self.view)

    def enter_made(self) -> None:
        """Give the keys to the list, in which a row that was just made is current; not behind a dialog, such as one
        that shows a secret."""
        self.view.awaits_row = False
        if modal_dialog(self.window()) is None:
            self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def put_away(self) -> None:
        """Keep the current row current though its details were closed, and give it the keys."""
        self._put_away = self.view.currentIndex().isValid()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _clicked(self, index: QModelIndex) -> None:
        """Open the details of the current row again, or make a row that the list took the user's."""
        if (self._put_away or self._took_row) and index.row() == self.view.currentIndex().row():
            self._put_away = self._took_row = False
            self.current_changed.emit(self.model.row(index.row()))

    def clear_current(self) -> None:
        """Make no row current."""
        self.view.setCurrentIndex(QModelIndex())

    @property
    def moves_by_itself(self) -> bool:
        """While `current_changed` is emitted: whether the list made the row current, on arrival of the focus or when it
        was loaded again, and not the user.
        """
        return self.view.taking_focus or self._restoring

    def _current_moved(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if self._saved_position is None:
            self._put_away = False
            self._took_row = self.view.taking_focus
            self.current_changed.emit(self.model.row(current.row()) if current.isValid() else None)

    def _save_position(self) -> None:
        index = self.view.currentIndex()
        line = self.model.line(index.row()) if index.isValid() else None
        self._saved_position = (
            self.model.identity(line.row) if line is not None else None,
            line is not None and line.folded,
            self.view.verticalScrollBar().value(),
            self._neighbours(index.row()) if index.isValid() else (),
            self._loaded_listing,
        )
        self._saved_words = _words(self.model.row_text(index.row())) if index.isValid() else ""

    def _neighbours(self, row: int) -> tuple[Hashable, ...]:
        """The rows below this one, then those above it, and at last those that it `avoids`: the first that is still
        there takes its place."""
        rows = (*range(row + 1, self.model.rowCount()), *range(row - 1, -1, -1))
        beside = sorted(map(self.model.row, rows[:_NEIGHBOURS]), key=self.avoids)
        return tuple(map(self.model.identity, beside))

    def _is_beside(self, focused: QWidget) -> bool:
        """Whether a widget is in the details of the current row, or among the actions for ticked rows."""
        around = self.parentWidget()
        while around is not None and not isinstance(around, Drawer):
            around = around.parentWidget()
        return self._bulk.isAncestorOf(focused) or (around is not None and around.is_detail(focused))

    def _restore_position(self) -> None:
        if not isinstance(self._saved_position, tuple):
            return
        identity, folded, scroll, neighbours, listing = self._saved_position
        find = self.model.find_folded if folded else self._unfolded
        at = find(identity) if identity is not None else -1
        focused = self.window().focusWidget()
        is_beside = focused is not None and self._is_beside(focused)
        if at < 0 and listing == self.model.listing and (is_beside or focused in (self.view, self.cards)):
            # The row is gone, and the keys go on beside it.
            at = next((k for k in map(self.model.find_folded, neighbours) if k >= 0), -1)
            is_left = is_beside and at >= 0
        else:
            is_left = False
        if at >= 0:
            self.view.place_day_headings()  # first: they move the rows
            same = not is_left and _words(self.model.row_text(at)) == self._saved_words
            same = same or (not self.tells_changed_row and identity is not None and find(identity) == at)
            with untold() if same else nullcontext():  # a list is read again each time that one of its rows changes
                self.view.setCurrentIndex(self.model.index(at, 0))
            self.view.verticalScrollBar().setValue(scroll)
            if listing != self.model.listing:  # the row is elsewhere among those that match
                (self.cards if self._shows_cards and self.cards is not None else self.view).scrollTo(
                    self.view.currentIndex()
                )
        if is_left:  # with what the focus was in
            (self.cards if self._shows_cards and self.cards is not None else self.view).setFocus(
                Qt.FocusReason.OtherFocusReason
            )
        self._saved_position = None
        self._loaded_listing = self.model.listing
        # Details that were put away stay so, also when their row is gone and its neighbour is current.
        if identity is not None and not (at >= 0 and self._put_away):
            self._put_away = False
            self._restoring = True
            self.current_changed.emit(self.model.row(at) if at >= 0 else None)
            self._restoring = False

    def _show_state(self, _error: object = None) -> None:
        model = self.model
        page: QWidget = self.rows_page
        if not model.rowCount():
            listing = model.listing
            if model.error is not None:
                self._show_error(model.error)
                page = self._error
            elif self._stays_empty():
                page = self._empty
            elif model.loading or not model.requested:
                page = self._loading_bars
                widths = [
                    (max(self.view.columnWidth(at), one.width), one.width) for at, one in enumerate(model.columns)
                ]
                self._loading_bars.show_columns(widths)
            elif listing.search or model.filtered:
                self._no_match.show_query(listing.search, filtered=model.filtered)
                page = self._no_match
            else:
                page = self._empty
        if self._stack.currentWidget() is not page:
            shown, focused = self._stack.currentWidget(), QApplication.focusWidget()
            # It has the focus itself while there is no row or button that could have it.
            inside = shown is not None and focused is not None and (shown is focused or shown.isAncestorOf(focused))
            has_focus = inside or focused is self
            if has_focus:
                turn_to(self._stack, page, partial(self._focus_page, page))
            self._stack.setCurrentWidget(page)
        for button in self._toolbar_buttons:
            button.setVisible(page is not self._empty)
        if self.view.awaits_first_rows and page is not self._loading_bars:
            self.view.awaits_first_rows = False
            if self.view.hasFocus():
                tell_focus(self.view)
        self._footer.update_count()
        self._announce_result()

    def _stays_empty(self) -> bool:
        """Whether an empty list is read again: what is open at its buttons, and their focus, stay meanwhile."""
        is_whole = not self.model.listing.search and not self.model.filtered
        return self.model.loading and is_whole and self._stack.currentWidget() is self._empty

    def _focus_page(self, page: QWidget) -> None:
        """Focus a page; itself while there is no row or button that could have the focus."""
        stops = tab_stops(page)
        target = page if page is self.rows_page else stops[0] if stops else self
        if target is self:
            self.setAccessibleDescription(page.said if isinstance(page, EmptyState) else "")
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _announce_result(self) -> None:
        """Read out how many rows match after the search or a filter has changed."""
        model = self.model
        asked = (model.listing.search, tuple(sorted(model.listing.filters.items())))
        if model.loading or asked == self._announced:
            return
        first, self._announced = self._announced is None, asked
        if not first:
            self.tell_count()

    def tell_count(self) -> None:
        """Read out how many rows there are, or that there are none."""
        is_narrowed = bool(self.model.listing.search) or self.model.filtered
        none = self._no_match.sentence if is_narrowed else self._empty.sentence
        counted = self.count_words() if self.count_words is not None and not self.model.listing.search else None
        told = count_text(self.model) if counted is None else counted
        announce(self, told if self.model.rowCount() else none.text())

    def _show_error(self, error: AppError) -> None:
        self._error.sentence.setText(error.what)
        why = " ".join(part for part in (error.why, error.do) if part)
        self._error.why.setText(why)
        self._error.why.setVisible(bool(why))


def count_in(toolbar: Toolbar, model: "PagedTableModel[Any]") -> None:
    """Show in `toolbar`, beside its title, how many rows the list has, once all of them are loaded."""

    def show() -> None:
        toolbar.set_count(number(len(model.rows)) if model.at_end and model.rowCount() else "")

    model.loaded.connect(show)


class _PagedFooter(QWidget):
    """How many rows are loaded while there are more, or why loading stopped, and what a view says beside it. That all
    are there needs no line: the toolbar and the status bar count them.
    """

    def __init__(self, parent: QWidget, model: "PagedTableModel[Any]", beside: QWidget | None) -> None:
        super().__init__(parent)  # from the start: shown without one, it would be a window
        self._model, self._beside = model, beside
        self._gives_way = False
        self.setFixedHeight(theme().px("table.row.compact"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(hairline())
        line = QHBoxLayout()
        line.setContentsMargins(16, 0, 16, 0)
        self._text = Text("", "caption", "muted")
        self._retry = Button(_("Try again"), model.retry, kind="link")
        line.addWidget(self._text)
        line.addWidget(self._retry)
        line.addStretch(1)
        if beside is not None:
            line.addWidget(beside)
        column.addLayout(line, 1)
        self.update_count()

    def update_count(self) -> None:
        broken = self._model.error is not None and self._model.rowCount() > 0
        is_partial = broken or (self._model.rowCount() > 0 and not self._model.at_end)
        self._text.setText(count_text(self._model) if is_partial else "")
        self._text.set_tone("error" if broken else "muted")
        self._retry.setVisible(broken)
        self.setVisible((self._beside is not None or is_partial) and not self._gives_way)

    def give_way(self, gives_way: bool) -> None:
        """Hide while something else is in its place."""
        self._gives_way = gives_way
        self.update_count()


class _BulkBar(QWidget):
    """The actions for ticked rows; shown only while there are some, in place of the footer: the titles stay, and no row
    moves under the pointer.
    """

    def __init__(
        self, parent: QWidget, model: "PagedTableModel[Any]", actions: Sequence[QWidget], footer: "_PagedFooter"
    ) -> None:
        super().__init__(parent)
        self._model, self._footer = model, footer
        self._actions = actions
        self.setObjectName("bulk_bar")
        set_surface(self, "selection")
        self.setFixedHeight(theme().px("table.bulk_bar"))
        self._line = line = QHBoxLayout(self)
        line.setContentsMargins(16, 0, 10, 0)
        line.setSpacing(theme().px("spacing.2"))
        self._count = Text("", "body_strong")
        line.addWidget(self._count)
        self._why = Elided("", tone="secondary")
        line.addWidget(self._why, 1)
        for action in actions:
            line.addWidget(action)
        line.addWidget(
            Button("", model.clear_ticks, kind="quiet", icon="ph.x", tip=_("Clear selection"), name="bulk_clear")
        )
        self.hide()
        keep_toasts_above(self)
        model.ticked.connect(self._update)

    def explain(self, why: str) -> None:
        """Say why there are no actions; empty if there are."""
        self._why.setText(why)

    def set_covered(self, pixels: int) -> None:
        """Have the actions to the left of what covers this width."""
        self._line.setContentsMargins(16, 0, 10 + pixels, 0)
        self._shorten_to_width()

    def _update(self) -> None:
        count = len(self._model.ticks())
        text = ngettext("{count} selected", "{count} selected", count).format(count=number(count))
        if text != self._count.text() and (count or not self._model.ticks_went):  # what took the rows is told
            announce(self.parentWidget() or self, text)
        self._count.setText(text)
        focused = QApplication.focusWidget()
        if not count and focused is not None and self.isAncestorOf(focused):
            table = self.parentWidget()
            assert isinstance(table, PagedTable)
            table.rows_page.setFocus(Qt.FocusReason.OtherFocusReason)  # not to the next widget in the window
        shown = count > 0 and bool(self._actions)
        self._footer.give_way(shown)
        self.setVisible(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten_to_width()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._shorten_to_width()
        return super().event(event)

    def _shorten_to_width(self) -> None:
        """Where the width is short, show actions by their icons alone, from the first on."""
        shown = [one for one in self._actions if isinstance(one, Button) and not one.isHidden()]
        lacking = self._line.minimumSize().width() - self.width()
        lacking += sum(button.label_room() for button in shown if button.is_shortened)
        for button in shown:
            shortens = lacking > 0 and button.label_room() > 0
            lacking -= button.label_room() if shortens else 0
            button.show_label(not shortens)


def _words(text: str) -> str:
    """A row's text without its figures, which may be another each time that it is read, such as a load or a time."""
    return "".join(one for one in text if not one.isdecimal())
