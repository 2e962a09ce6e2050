"""The dashboards that the user opened last, as small pictures in a row above the list of all of them."""

from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.dashboards import library
from benchboard.dashboards.library import DashboardSummary
from benchboard.i18n import _, number
from benchboard.paging import Listing, Page
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_model import Column, PagedTableModel
from benchboard.ui.studio.library.favourite_cards import Picture
from benchboard.ui.studio.library.strip_heading import StripHeading
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.theme import theme
from benchboard.ui.time_format import refresh_times, relative_time
from benchboard.ui.widgets import Button
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.labels import hairline, plain_tooltip
from benchboard.ui.widgets.layout_items import contents
from benchboard.ui.widgets.surfaces import set_surface
from benchboard.ui.widgets.tab_order import one_tab_stop

_MOST: Final = 6
"""Most dashboards in the row."""
_LEAST_WIDTH: Final = 200
"""The width from which one of them has room, in pixels."""
_PICTURE: Final = QSize(56, 36)
_HEIGHT: Final = 52


class RecentRow(QWidget):
    """The dashboards opened last, as many as have room; hidden while there are none, or `set_wanted` says that they
    aren't wanted. `all_requested` asks for the list of all of them.
    """

    opened = Signal(object)
    menu_requested = Signal(object, QPoint)
    all_requested = Signal()

    def __init__(self, context: Context, picture: Picture) -> None:
        super().__init__()
        self._context, self._picture = context, picture
        self._wanted = True
        self._count = 0
        set_surface(self, "surface")
        names: Column[DashboardSummary] = Column("name", _("Name"), lambda card: card.name)
        self.model: PagedTableModel[DashboardSummary] = PagedTableModel(
            context.tasks, self._fetch, (names,), self, page=_MOST
        )
        self._all = Button("", self.all_requested.emit, kind="link", name="library_recent_all")
        self._row = QWidget()
        self._row.setAccessibleName(_("Recent"))
        one_tab_stop(self._row)
        self._line = QHBoxLayout(self._row)
        self._line.setContentsMargins(8, 0, 8, 4)
        self._line.setSpacing(0)
        self._line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(StripHeading(_("Recent"), self._all))
        column.addWidget(self._row)
        column.addWidget(hairline())
        self.model.loaded.connect(self._fill)
        self.hide()
        self.model.listing = Listing(filters={"which": "recent"}, sort="opened_at", descending=True)

    def _fetch(
        self, session: DatabaseSession, listing: Listing, after: str | None, limit: int
    ) -> Page[DashboardSummary]:
        return library.list_dashboards(session, self._context.actor, listing, after=after, limit=limit)

    @property
    def entries(self) -> list["RecentEntry"]:
        """The dashboards in the row, the last one first; those without room are hidden."""
        return [one for one in contents(self._line) if isinstance(one, RecentEntry)]

    def set_wanted(self, wanted: bool) -> None:
        """Show the row, if it has any dashboards, or hide it."""
        self._wanted = wanted
        self.setVisible(wanted and self.model.rowCount() > 0)

    def show_count(self, count: int) -> None:
        """Say how many dashboards the list of those opened lately has."""
        self._count = count
        self._all.set_title(_("All {count}").format(count=number(count)))
        self._fit()

    def update_pictures(self) -> None:
        """Draw the pictures again: there are newer ones."""
        for entry in self.entries:
            entry.update()

    def _fill(self) -> None:
        """Show what was read; the same dashboards keep their entries, and with them the focus."""
        cards, entries = self.model.rows[:_MOST], self.entries
        for entry in entries[len(cards) :]:
            self._line.removeWidget(entry)
            entry.deleteLater()
        for place, card in enumerate(cards):
            if place < len(entries):
                entries[place].show_card(card)
                continue
            entry = RecentEntry(card, self._picture, f"library_recent_{place}")
            entry.clicked.connect(partial(self._open, entry))
            entry.menu_requested.connect(self.menu_requested)
            refresh_times(entry)
            self._line.insertWidget(place, entry)
        self._fit()
        self.set_wanted(self._wanted)

    def _open(self, entry: "RecentEntry", _checked: bool = False) -> None:
        self.opened.emit(entry.card)

    def _fit(self) -> None:
        """Give those that have room the same width, and hide the others; the link to all of them is for those."""
        width = self.width() - 16
        room = max(1, min(_MOST, width // _LEAST_WIDTH))
        for place, entry in enumerate(self.entries):
            entry.setFixedWidth(width // room)
            entry.setVisible(place < room)
        self._all.setVisible(self._count > min(room, len(self.entries)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class RecentEntry(Pressable):
    """One dashboard: its picture, its name and when it was opened; pressed as a whole."""

    menu_requested = Signal(object, QPoint)

    def __init__(self, card: DashboardSummary, picture: Picture, name: str) -> None:
        super().__init__()
        self._picture = picture
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(_HEIGHT)
        self.card = card
        self.show_card(card)

    def show_card(self, card: DashboardSummary) -> None:
        """Show this dashboard."""
        self.card = card
        self.setAccessibleName(card.name)
        self.setAccessibleDescription(self._when())
        self.setToolTip(plain_tooltip(card.name))
        self.update()

    def _when(self) -> str:
        return relative_time(self.card.opened_at) if self.card.opened_at is not None else ""

    def sizeHint(self) -> QSize:
        return QSize(_LEAST_WIDTH, _HEIGHT)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(self.card, event.globalPos())

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.underMouse() or self.isDown():
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().color("surface.alt" if self.isDown() else "row.hover"))
                radius = theme().px("radius.control")
                painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
            top = (self.height() - _PICTURE.height()) / 2
            self._picture(painter, QRectF(8, top, _PICTURE.width(), _PICTURE.height()), self.card)
            left = 8 + _PICTURE.width() + 8
            room = self.width() - left - 4
            lines = ((self.card.name, "body", "text", 7, 20), (self._when(), "caption", "text.muted", 27, 16))
            for text, font, tone, line, high in lines:
                painter.setFont(theme().font(font))
                painter.setPen(QPen(theme().color(tone)))
                shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room))
                painter.drawText(QRectF(left, line, room, high), Qt.AlignmentFlag.AlignVCenter, shown)
