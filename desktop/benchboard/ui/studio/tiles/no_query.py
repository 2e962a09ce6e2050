"""Draws a widget without a query, or without rows: what to do, and a button that does it."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from benchboard.i18n import _
from benchboard.ui.studio.document.editor import DataOffer
from benchboard.ui.studio.tiles.click_targets import Audience, Links
from benchboard.ui.theme import theme
from benchboard.ui.widgets.empty_state import paint_empty_tile
from benchboard.ui.widgets.paragraph import PaintedParagraph

_BUTTON: Final = 28.0
_GAP: Final = 10.0
_ICON: Final = 48.0
"""Space for the icon of an empty tile."""
_LEAST: Final = 20.0
"""Least height in which an empty tile says anything."""


def no_query_texts(offer: DataOffer) -> tuple[str, str, str]:
    """What is missing, what to do, and the title of the button; empty for none."""
    if offer == "add":
        return _("No data yet."), _("Add a file or connect to a database to show its data here."), _("Add data")
    if offer == "choose":
        do = _("Choose a data source, or write a query in the pane on the right.")
        return _("No query yet."), do, _("Choose a data source")
    return _("No query yet."), _("Write one in the pane on the right."), ""


def paint_no_query(painter: QPainter, body: QRectF, offer: DataOffer, audience: Audience) -> Links:
    """Draw the empty state; with the button for a reader who may edit. Returns where it is."""
    if audience != "edit":
        paint_empty_tile(painter, body, "ph.code", _("No query yet."))
        return Links()
    what, do, act = no_query_texts(offer)
    return Links(data=paint_with_button(painter, body, "ph.database" if offer else "ph.code", (what, do), act))


def paint_with_button(painter: QPainter, body: QRectF, icon: str, texts: tuple[str, str], act: str) -> QRectF | None:
    """Draw an empty tile with a button below its two texts; without it where it has no title, or no room. Returns where
    the button is."""
    metrics = QFontMetricsF(theme().font("body"))
    width = min(metrics.horizontalAdvance(act) + 24, body.width())
    if not act or body.height() < _LEAST + _GAP + _BUTTON:
        paint_empty_tile(painter, body, icon, *texts)
        return None
    centred = Qt.AlignmentFlag.AlignHCenter
    words = sum(PaintedParagraph(text, body.width(), alignment=centred).height for text in texts)
    height = min(words + _ICON, body.height() - _GAP - _BUTTON)
    top = body.center().y() - (height + _GAP + _BUTTON) / 2
    paint_empty_tile(painter, QRectF(body.left(), top, body.width(), height), icon, *texts)
    button = QRectF(QPointF(body.center().x() - width / 2, top + height + _GAP), QPointF(0, 0))
    button.setSize(QRectF(0, 0, width, _BUTTON).size())
    _paint_button(painter, button, metrics.elidedText(act, Qt.TextElideMode.ElideRight, width - 12))
    return button


def _paint_button(painter: QPainter, box: QRectF, text: str) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().color("border.control"), 1))
    painter.setBrush(theme().color("surface"))
    radius = theme().px("radius.control")
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.setFont(theme().font("body"))
    painter.setPen(theme().color("text"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
