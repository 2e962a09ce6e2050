"""What the card of a dashboard shows, and the line of the user's favourites above the list of dashboards."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QMimeData, QPoint, QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.dashboards import library
from benchboard.dashboards.library import DashboardSummary
from benchboard.i18n import _
from benchboard.paging import Listing, Page
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_cards import CardFace, PagedCards
from benchboard.ui.paged.paged_model import Column, Mark, PagedTableModel
from benchboard.ui.studio.library.strip_heading import StripHeading
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import refresh_times, relative_time
from benchboard.ui.widgets import Button
from benchboard.ui.widgets.labels import hairline
from benchboard.ui.widgets.surfaces import set_surface

_MOST: Final = 12
"""Most favourites that are read for the line."""

Picture = Callable[[QPainter, QRectF, DashboardSummary], None]


def star_mark(card: DashboardSummary) -> Mark | None:
    """The star of a dashboard, which adds it to the favourites or removes it; none in the trash."""
    if card.deleted_at is not None:
        return None
    return Mark("warn", "", "ph.star-fill") if card.favourite else Mark("neutral", "", "ph.star")


def card_text(card: DashboardSummary) -> str:
    """The folder of a dashboard, or without one whose it is, and when it was opened last."""
    opened = _("not opened yet")
    if card.opened_at is not None:
        opened = _("opened {when}").format(when=relative_time(card.opened_at))
    return f"{card.folder or card.owner} · {opened}"


def folder_badge(card: DashboardSummary) -> Mark | None:
    """The folder of a dashboard; None without one, and in the trash."""
    return Mark("neutral", card.folder, "ph.folder") if card.folder and card.deleted_at is None else None


def dashboard_face(
    picture: Picture, second: Callable[[DashboardSummary], str] = card_text
) -> CardFace[DashboardSummary]:
    """The card of a dashboard."""
    return CardFace(picture, lambda card: card.name, second, star_mark)


class FavouriteCards(QWidget):
    """The favourites by name, as many as have room side by side; hidden while there are none, or `set_wanted` says
    that they aren't wanted. `all_requested` asks for the list of all of them.
    """

    opened = Signal(object)
    menu_requested = Signal(object, QPoint)
    star_clicked = Signal(object)
    all_requested = Signal()
    loaded = Signal()

    def __init__(
        self, context: Context, picture: Picture, drag_data: Callable[[Sequence[DashboardSummary]], QMimeData]
    ) -> None:
        super().__init__()
        self._context = context
        self._wanted = True
        set_surface(self, "surface")
        names: Column[DashboardSummary] = Column(
            "name", _("Name"), lambda card: card.name, second=card_text, tooltip=lambda card: card.name
        )
        self.model: PagedTableModel[DashboardSummary] = PagedTableModel(
            context.tasks, self._fetch, (names,), self, page=_MOST
        )
        self.model.drag_data = drag_data
        self.cards = PagedCards(self.model, dashboard_face(picture), self, ticks=False, one_line=True)
        self.cards.setObjectName("library_favourites")
        self.cards.setAccessibleName(_("Favourites"))
        self._all = Button(_("Show all"), self.all_requested.emit, kind="link", name="library_favourites_all")
        self._heading = StripHeading(_("Favourites"), self._all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._heading)
        column.addWidget(self.cards)
        column.addSpacing(8)
        column.addWidget(hairline())
        self.setFocusProxy(self.cards)
        row = self.model.row
        self.cards.opened.connect(lambda at: self.opened.emit(row(at)))
        self.cards.menu_requested.connect(lambda at, spot: self.menu_requested.emit(row(at), spot))
        self.cards.mark_clicked.connect(lambda at: self.star_clicked.emit(row(at)))
        self.model.loaded.connect(self._show)
        refresh_times(self.cards.viewport())
        self.hide()
        self.model.listing = Listing(filters={"which": "favourites"}, sort="name")

    def _fetch(
        self, session: DatabaseSession, listing: Listing, after: str | None, limit: int
    ) -> Page[DashboardSummary]:
        return library.list_dashboards(session, self._context.actor, listing, after=after, limit=limit)

    def current(self) -> DashboardSummary | None:
        """The favourite with the keyboard cursor."""
        index = self.cards.currentIndex()
        return self.model.row(index.row()) if index.isValid() else None

    def set_wanted(self, wanted: bool) -> None:
        """Show the favourites, if there are any, or hide them."""
        self._wanted = wanted
        self._show()

    def show_count(self, count: int) -> None:
        """Say how many favourites there are."""
        self._heading.show_count(count)
        self._show_all_button()

    def _show(self) -> None:
        self.setVisible(self._wanted and self.model.rowCount() > 0)
        self._show_all_button()
        self.loaded.emit()

    def _show_all_button(self) -> None:
        self._all.setVisible(self.model.rowCount() > self.cards.columns)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_all_button()
