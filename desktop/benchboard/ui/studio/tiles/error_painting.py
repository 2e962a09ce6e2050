"""Draws the error of a failed query on its tile: what happened, what to do, and links."""

import bisect
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from benchboard.errors import AppError, Denied, Invalid
from benchboard.i18n import _
from benchboard.ui.studio.tiles.click_targets import Audience, Links
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.paragraph import PaintedParagraph

_MAX_TEXT: Final = 2_000
"""Most characters of an error that are shown: a database may repeat the whole query in it."""
_LINK_HEIGHT: Final = 18.0
_INDENT: Final = 24.0
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def paint_error(painter: QPainter, body: QRectF, error: AppError, audience: Audience) -> Links:
    """Draw what happened, then what to do, then links below. Returns where the links are."""
    font = theme().font("body")
    metrics = QFontMetricsF(font)
    links = _links(body, metrics, error, audience)
    bottom = body.bottom() - (_LINK_HEIGHT if links != Links() else 0)
    room = QRectF(body.left() + _INDENT, body.top(), body.width() - _INDENT, max(bottom - body.top(), metrics.height()))
    paint_icon(painter, "ph.warning-circle", QRectF(body.left(), body.top() + 1, 16, 16), theme().color("error"))
    painter.setFont(font)
    top = room.top()
    for text, tone in ((error.what, "text"), (" ".join(part for part in (error.why, error.do) if part), "text.muted")):
        box = QRectF(room.left(), top, room.width(), max(0.0, room.bottom() - top))
        painter.setPen(theme().color(tone))
        top += _paint_text(painter, metrics, box, text, required=tone == "text")
    painter.setPen(theme().color("accent.text"))
    for spot, word in ((links.edit, _("Edit query")), (links.retry, _("Try again"))):
        if spot is not None:
            shown = metrics.elidedText(word, Qt.TextElideMode.ElideRight, body.right() - spot.left())
            painter.drawText(spot, _LEFT, shown)
    return links


def _paint_text(painter: QPainter, metrics: QFontMetricsF, box: QRectF, text: str, *, required: bool) -> float:
    """Draw as many words as fit; of a `required` text at least the beginning of a line. Returns its height."""
    shown, need = fit_text(text, box.size())
    if shown:
        PaintedParagraph(shown, box.width()).paint(painter, box.topLeft())
    elif required:
        line = number_format.truncate(text, _MAX_TEXT)
        need = metrics.height()
        painter.drawText(box, int(_LEFT), metrics.elidedText(line, Qt.TextElideMode.ElideRight, box.width()))
    return need


def _links(room: QRectF, metrics: QFontMetricsF, error: AppError, audience: Audience) -> Links:
    """The rectangles of the links: a query that is wrong can only be edited, a denied one neither;
    any other cause may have passed."""
    wrong = isinstance(error, Invalid)
    # Asking again doesn't give a permission.
    if audience in ("show", "wall") or isinstance(error, Denied) or (wrong and audience != "edit"):
        return Links()
    width = metrics.horizontalAdvance(_("Edit query") if wrong else _("Try again"))
    left = room.left() + max(0.0, min(_INDENT, room.width() - width))
    spot = QRectF(left, room.bottom() - _LINK_HEIGHT, min(width, room.right() - left), _LINK_HEIGHT)
    return Links(edit=spot) if wrong else Links(retry=spot)


def fit_text(text: str, room: QSizeF) -> tuple[str, float]:
    """As many words of `text` as fit, with an ellipsis if some don't, and their height."""

    def height(shown: str) -> float:
        return PaintedParagraph(shown, room.width()).height

    text = number_format.truncate(text, _MAX_TEXT)
    if (whole := height(text)) <= room.height():
        return text, whole
    words = text.split()
    word_count = bisect.bisect_left(
        range(len(words)), True, key=lambda n: height(_first_words(words, n + 1)) > room.height()
    )
    shown = _first_words(words, word_count) if word_count else ""
    return shown, height(shown) if shown else 0.0


def _first_words(words: Sequence[str], count: int) -> str:
    return " ".join(words[:count]) + " …"
