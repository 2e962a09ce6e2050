"""Finds widgets on the page by title, kind, query or id, and goes to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.dashboards.editing import outline
from benchboard.i18n import _, pgettext
from benchboard.ui.commands import REGISTRY, key_cap
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.fields import Edit
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.no_match import NoMatchLine, results_text
from benchboard.ui.widgets.popover import Popover

_ROW_HEIGHT: Final = 44
_MAX_MATCHES: Final = 200
_VISIBLE_ROWS: Final = 7


@dataclass(frozen=True, slots=True)
class FindMatch:
    """An item that matches the search, and the part of it that matches (`where`)."""

    id: str
    title: str
    icon: str
    where: str


def find_widgets(editor: Editor, text: str) -> list[FindMatch]:
    """Items that match all words of `text`, including hidden ones: title matches first, then in reading order."""
    words = text.casefold().split()
    first: list[FindMatch] = []
    then: list[FindMatch] = []
    for item_id in _reading_order(outline.outline_entries(editor.layout)):
        item = editor.page.item(item_id)
        widget, shown = widget_of(item), widget_of(editor.rendered(item)).title
        what = widget.kind_name
        title, query = shown or what, " ".join(widget.query.split())
        whole = " ".join((title, widget.title, what, item.type, query, item.id)).casefold()
        if not all(word in whole for word in words):
            continue
        icon = widget.icon
        by_title = all(word in title.casefold() for word in words)
        in_query = bool(words) and not by_title and any(word in query.casefold() for word in words)
        (first if by_title else then).append(
            FindMatch(item.id, title, icon, query if in_query else f"{what} · {item.id}")
        )
    return [*first, *then][:_MAX_MATCHES]


def _reading_order(entries: Sequence[outline.OutlineEntry]) -> list[str]:
    order = []
    for entry in entries:
        order.append(entry.item.id)
        for _title, inside in entry.panes:
            order += _reading_order(inside)
    return order


class WidgetFinder:
    """Searches and goes to results; remembers the search, so that F3 continues it."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas, self._editor = canvas, canvas.editor
        self.text = ""

    def open(self, anchor: QWidget) -> None:
        """Open the search popover."""
        _FindPopover(anchor, self).open()

    @property
    def read_only(self) -> bool:
        """Whether the dashboard can't be edited."""
        return self._editor.read_only

    def find(self, text: str) -> list[FindMatch]:
        """Items that match `text`, which is remembered."""
        self.text = text
        return find_widgets(self._editor, text)

    def go_to(self, *item_ids: str) -> None:
        """Select these items, as far as they exist, and scroll to the first."""
        editor = self._editor
        known = [one for one in item_ids if one in editor.page.paths]
        if not known:
            return
        editor.reveal(known)
        tile = self._canvas.tiles.get(known[0])
        if tile is not None:
            self._canvas.ensureVisible(tile.rect, 12, 12)
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def next(self, by: int, ask: Callable[[], None]) -> None:
        """Go to the next (1) or previous (-1) match; calls `ask` if there is none or no search yet."""
        hits = [hit.id for hit in find_widgets(self._editor, self.text)] if self.text else []
        if not hits:
            ask()
            return
        chosen = self._editor.selection[-1] if self._editor.selection else ""
        at = hits.index(chosen) + by if chosen in hits else 0 if by > 0 else -1
        self.go_to(hits[at % len(hits)])


class _FindPopover(Popover):
    """A search field with the matches below."""

    def __init__(self, anchor: QWidget, finder: WidgetFinder) -> None:
        super().__init__(anchor, width=360, padding=8, name="studio_finding")
        self._finder = finder
        self._field = Edit(
            placeholder=_("Search by title, type, query or ID"), icon="ph.magnifying-glass", name="find_field"
        )
        self._field.setAccessibleName(_("Find widget"))
        self._list = QListWidget()
        self._list.setObjectName("find_list")
        self._list.setAccessibleName(_("Results"))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setMouseTracking(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setItemDelegate(_WidgetMatchDelegate(self._list))
        add = _("No widgets yet. Press {close}, then {key} to add one.")
        keys = {"close": key_cap("Esc"), "key": REGISTRY["studio.show_add_pane"].key}
        self._none = Text(_("No widgets yet.") if finder.read_only else add.format(**keys), tone="muted")
        self._no_match = NoMatchLine(pgettext("no match", "widgets"), self._field)
        hint = _("Enter to go there, {keys} for the next result.")
        self._hint = Text(hint.format(keys=REGISTRY["studio.find_next"].key), "caption", "muted")
        for widget in (self._field, self._list, self._none, self._no_match, self._hint):
            self.column.addWidget(widget)
        self._list.itemClicked.connect(self._go_to)
        self._field.textChanged.connect(self._search)
        self._field.installEventFilter(self)
        self._field.setText(finder.text)
        self._search(finder.text)

    def open(self) -> None:
        super().open()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)
        self._field.selectAll()

    def _search(self, text: str) -> None:
        hits = self._finder.find(text.strip())
        self._list.clear()
        for hit in hits:
            line = QListWidgetItem(hit.title)
            line.setData(Qt.ItemDataRole.UserRole, hit)
            line.setData(Qt.ItemDataRole.AccessibleDescriptionRole, hit.where)
            self._list.addItem(line)
        self._list.setCurrentRow(0)
        self._list.setFixedHeight(min(len(hits), _VISIBLE_ROWS) * _ROW_HEIGHT)
        self._list.setVisible(bool(hits))
        searched = bool(text.strip())
        self._none.setVisible(not hits and not searched)
        self._no_match.show_search(found=bool(hits) or not searched, counted=results_text(len(hits)))
        none = self._no_match.text() if searched else self._none.text()
        self._field.setAccessibleDescription(hits[0].title if hits else none)
        layout = self.body.layout()
        if layout is not None:
            layout.activate()
        if self.isVisible():
            self.move_into_place()

    def _go_to(self, line: QListWidgetItem | None) -> None:
        if line is None:
            return
        hit: FindMatch = line.data(Qt.ItemDataRole.UserRole)
        self._finder.go_to(hit.id)  # first: the focus would return to where it was otherwise, and be read there
        self.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key, count = event.key(), self._list.count()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and count:
                step = 1 if key == Qt.Key.Key_Down else -1
                self._list.setCurrentRow((self._list.currentRow() + step) % count)
                self._field.setAccessibleDescription(self._list.item(self._list.currentRow()).text())
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._go_to(self._list.currentItem())
                return True
        return super().eventFilter(watched, event)


class _WidgetMatchDelegate(QStyledItemDelegate):
    """Draws the icon and title of a match, and below them the part that matches."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, _ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect: QRect = option.rect
        hit: FindMatch = index.data(Qt.ItemDataRole.UserRole)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("selection" if chosen else "row.hover"))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 6, 6)
        spot = QRectF(rect.left() + 10, rect.top() + 8, 14, 14)
        paint_icon(painter, hit.icon, spot, theme().color("text.secondary"))
        for role, tone, text, top in (("body", "text", hit.title, 5), ("caption", "text.muted", hit.where, 23)):
            font = theme().font(role)
            room = QRectF(rect.left() + 34, rect.top() + top, rect.width() - 46, 18)
            painter.setFont(font)
            painter.setPen(theme().color(tone))
            shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()
