"""The template gallery: dashboard templates with thumbnails of their pages."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QWidget

from benchboard.dashboards.document.widget_kinds import kind_of
from benchboard.dashboards.layout import PageIndex
from benchboard.dashboards.templates import TEMPLATES, Template
from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.dialog import Dialog
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.paragraph import PaintedParagraph, Paragraph
from benchboard.ui.widgets.surfaces import disable_viewport_fill

_ACROSS: Final = 4
_SIZE: Final = QSize(936, 588)
_ONE_ROW: Final = QSize(936, 380)
_RING_ROOM: Final = 3
"""Pixels around the cards for the focus ring of one."""


class TemplateGallery(Dialog):
    """A card for each template; pressing one uses it. `replaces` says what it replaces, if there is anything."""

    def __init__(
        self,
        window: QWidget,
        use: Callable[[Template], object],
        replaces: str = "",
        templates: Sequence[Template] = TEMPLATES,
    ) -> None:
        size = _SIZE if len(templates) > _ACROSS else _ONE_ROW
        super().__init__(window, _("Start from a template"), size=size, name="studio_gallery")
        self._use = use
        self.leave_room(_RING_ROOM)
        self._no_data = Paragraph("", tone="secondary")
        self._no_data.hide()
        for text in ([Text(replaces, tone="secondary")] if replaces else []) + [self._no_data]:
            text.setContentsMargins(_RING_ROOM, 0, _RING_ROOM, 0)
            self.content.addWidget(text)
        inside = QWidget()
        inside.setProperty("plain", True)
        square = QGridLayout(inside)
        square.setContentsMargins(_RING_ROOM, _RING_ROOM, _RING_ROOM, _RING_ROOM)
        square.setSpacing(theme().px("spacing.3"))
        self.cards = [_TemplateCard(template, self) for template in templates]
        for place, card in enumerate(self.cards):
            square.addWidget(card, place // _ACROSS, place % _ACROSS)
            card.clicked.connect(lambda _checked=False, card=card: self._choose(card.template))
        for column in range(_ACROSS):
            square.setColumnStretch(column, 1)
        area = QScrollArea()
        disable_viewport_fill(area)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        self.content.addWidget(area, 1)
        self.add_button(Button(_("Cancel"), self.leave, name="gallery_cancel"))

    def show_no_data(self, text: str) -> None:
        """Say that what the templates show doesn't exist yet, and what to do."""
        self._no_data.setText(text)
        self._no_data.setVisible(bool(text))

    def step(self, card: "_TemplateCard", by: int) -> None:
        """Move the focus to another card."""
        place = self.cards.index(card) + by
        if 0 <= place < len(self.cards):
            self.cards[place].setFocus(Qt.FocusReason.TabFocusReason)

    def _choose(self, template: Template) -> None:
        self.dismiss()
        self._use(template)


class _TemplateCard(Pressable):
    """A template's thumbnail, name and purpose."""

    def __init__(self, template: Template, gallery: TemplateGallery) -> None:
        super().__init__()
        self.template, self._gallery = template, gallery
        self._page = PageIndex(template.document.layout)
        self.setObjectName(f"template_{template.key}")
        self.setText(_(template.title))
        self.setAccessibleName(_(template.title))
        self.setAccessibleDescription(_(template.about))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(200, 190)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -_ACROSS, Qt.Key.Key_Down: _ACROSS}
        step = by.get(Qt.Key(event.key()))
        if step is not None:
            self._gallery.step(self, step)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            hot = self.underMouse() or self.hasFocus()
            radius = theme().px("radius.panel")
            painter.setPen(QPen(theme().color("accent" if hot else "border.strong"), 1))
            painter.setBrush(theme().color("row.hover" if self.underMouse() else "surface"))
            painter.drawRoundedRect(box, radius, radius)
            words = 62.0
            paint_miniature(painter, box.adjusted(10, 10, -10, -words - 6), self._page)
            room = QRectF(box.left() + 12, box.bottom() - words + 2, box.width() - 24, 18)
            painter.setFont(theme().font("body_strong"))
            painter.setPen(theme().color("text"))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self.text())
            painter.setPen(theme().color("text.muted"))
            painter.setClipRect(box)
            PaintedParagraph(_(self.template.about), room.width(), "caption").paint(
                painter, room.bottomLeft() + QPointF(0, 2)
            )


def paint_miniature(painter: QPainter, box: QRectF, page: PageIndex) -> None:
    """Draw a thumbnail of a page: a box for each widget, with its kind's icon if there is space."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("canvas"))
    painter.drawRoundedRect(box, 4, 4)
    inner = box.adjusted(5, 5, -5, -5)
    columns, bottom = page.layout.columns, max(page.layout.bottom, 1)
    wide, high = inner.width() / columns, min(inner.height() / bottom, inner.width() / columns)
    for name, cell in page.shown.items():
        item = page.item(name)
        spot = QRectF(inner.left() + cell.x * wide, inner.top() + cell.y * high, cell.w * wide, cell.h * high)
        if item.panes:
            line = QRectF(spot.left(), spot.top() + high / 2 - 1, spot.width(), 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("border.control"))
            painter.drawRoundedRect(line.adjusted(1, 0, -1, 0), 1, 1)
            continue
        spot.adjust(1, 1, -1, -1)
        painter.setPen(QPen(theme().color("border"), 1))
        painter.setBrush(theme().color("surface"))
        painter.drawRoundedRect(spot, 2, 2)
        kind = kind_of(item.type)
        side = min(14.0, spot.height() - 4, spot.width() - 4)
        if kind is not None and side >= 7:
            there = QRectF(spot.center().x() - side / 2, spot.center().y() - side / 2, side, side)
            paint_icon(painter, kind.icon, there, theme().color("text.muted"))
    painter.restore()
