"""The preview of a widget kind beside its button: a picture with sample data, and what its query should return."""

from typing import Final

from PySide6.QtCore import QObject, QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from benchboard.dashboards.document.widget_kinds import WidgetKind
from benchboard.i18n import _
from benchboard.ui.studio.panes import sample_data
from benchboard.ui.studio.tiles import page_picture
from benchboard.ui.theme import theme
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.surfaces import SHADOW, Floating

_ROOM: Final = QSize(264, 190)
_PAGE: Final = 820.0
"""Pixels: the width of the page on which the preview is painted before it is scaled down."""
_LARGEST: Final = 0.8
"""Largest scale, so that a preview of a small widget looks like a preview."""
_PAUSE_MS: Final = 350


class WidgetPreview(QObject):
    """Shown when the pointer has moved to a kind and rests there, or when its button gets the focus.

    It never takes mouse or keyboard events.
    """

    def __init__(self, palette: QWidget) -> None:
        super().__init__(palette)
        self._palette = palette
        self._next: tuple[QWidget, WidgetKind] | None = None
        self._shown: Floating | None = None
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self._show_next)

    @property
    def shown(self) -> Floating | None:
        """The preview that is shown."""
        return self._shown

    @property
    def is_pending(self) -> bool:
        """Whether a preview will be shown after the pause."""
        return self._pause.isActive()

    def show_later(self, button: QWidget, kind: WidgetKind) -> None:
        """Show the preview of `kind` beside `button` after a short pause, unless the pointer leaves before."""
        self._next = button, kind
        self._pause.start()

    def show_at(self, button: QWidget, kind: WidgetKind) -> None:
        """Show it beside the kind's button."""
        self.hide()
        card = _make_card(button.window(), kind)
        inside, size = button.window().rect(), card.sizeHint()
        corner = button.mapTo(button.window(), QPoint(0, -SHADOW))
        left = self._palette.mapTo(button.window(), QPoint(self._palette.width() + 6 - SHADOW, 0)).x()
        top = max(-SHADOW, min(corner.y(), inside.bottom() - size.height() + SHADOW))
        card.setGeometry(left, top, size.width(), size.height())
        card.show()
        card.raise_()
        self._shown = card

    def hide(self) -> None:
        """Hide it."""
        self._pause.stop()
        shown, self._shown = self._shown, None
        if shown is not None:
            shown.hide()
            shown.deleteLater()

    def _show_next(self) -> None:
        if self._next is not None and self._next[0].isVisible():
            self.show_at(*self._next)


def _make_card(window: QWidget, kind: WidgetKind) -> Floating:
    card = Floating(window)
    card.setObjectName("palette_card")
    card.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    column = QVBoxLayout(card.body)
    column.setContentsMargins(12, 12, 12, 12)
    column.setSpacing(8)
    column.addWidget(Text(_(kind.title), "body_strong"))
    small = QLabel()
    small.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    small.setPixmap(_thumbnail(kind, window.devicePixelRatioF()))
    column.addWidget(small)
    if kind.takes:
        column.addWidget(Paragraph(_(kind.takes), "caption", "secondary"))
    card.body.setFixedWidth(_ROOM.width() + 24)
    return card


def _thumbnail(kind: WidgetKind, sharp: float) -> QPixmap:
    """A picture of the kind, scaled to the available space."""
    page = sample_data.sample_page(kind)
    sheet = page_picture.PagePicture.of(page, _PAGE)
    size = sheet.size
    scale = min(_ROOM.width() / size.width(), _ROOM.height() / size.height(), _LARGEST)
    pixmap = QPixmap((size * scale * sharp).toSize())
    pixmap.fill(theme().color("canvas"))
    with QPainter(pixmap) as painter:
        painter.scale(scale * sharp, scale * sharp)
        for _step in page_picture.paint(painter, sheet, lambda item_id: sample_data.sample_answer(page, item_id)):
            pass
    pixmap.setDevicePixelRatio(sharp)
    return pixmap
