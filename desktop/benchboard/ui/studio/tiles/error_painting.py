"""What stands on a tile whose query failed: what happened, what to do, and the ways to do it."""

import bisect
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from benchboard.errors import AppError, Invalid
from benchboard.i18n import _
from benchboard.ui.studio.tiles import number_format
from benchboard.ui.studio.tiles.click_targets import Audience, Links
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon

_MOST_SAID: Final = 2_000
"""So much of an error: a database may repeat the whole query in it."""
_LINK: Final = 18.0
_INDENT: Final = 24.0
_APART: Final = 16.0
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def paint_error(painter: QPainter, body: QRectF, error: AppError, audience: Audience) -> Links:
    """What happened, then what to do: at the top left, with the ways to go on as links below."""
    font = theme().font("body")
    metrics = QFontMetricsF(font)
    links = _links(body, metrics, error, audience)
    bottom = body.bottom() - (_LINK if links != Links() else 0)
    room = QRectF(body.left() + _INDENT, body.top(), body.width() - _INDENT, max(bottom - body.top(), metrics.height()))
    paint_icon(painter, "ph.warning-circle", QRectF(body.left(), body.top() + 1, 16, 16), theme().color("error"))
    painter.setFont(font)
    top = room.top()
    for text, tone in ((error.what, "text"), (" ".join(part for part in (error.why, error.do) if part), "text.muted")):
        box = QRectF(room.left(), top, room.width(), max(0.0, room.bottom() - top))
        painter.setPen(theme().color(tone))
        top += _paint_words(painter, metrics, box, text, least=tone == "text") + 2
    painter.setPen(theme().color("accent.text"))
    for spot, word in ((links.edit, _("Edit query")), (links.retry, _("Try again"))):
        if spot is not None:
            shown = metrics.elidedText(word, Qt.TextElideMode.ElideRight, body.right() - spot.left())
            painter.drawText(spot, _LEFT, shown)
    return links


def _paint_words(painter: QPainter, metrics: QFontMetricsF, box: QRectF, text: str, *, least: bool) -> float:
    """As many words as fit, and where they are the `least` there is to say, the beginning of a line at any rate."""
    wrap = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    shown, need = fitting(metrics, text, box.size(), wrap)
    if least and not shown:
        line = number_format.cut(text, _MOST_SAID)
        shown, need = metrics.elidedText(line, Qt.TextElideMode.ElideRight, box.width()), metrics.height()
        wrap = int(_LEFT)
    painter.drawText(box, wrap, shown)
    return need


def _links(room: QRectF, metrics: QFontMetricsF, error: AppError, audience: Audience) -> Links:
    """Where the links stand: side by side, or where there is no room for both the one that helps."""
    if audience == "show":
        return Links()
    line = QRectF(room.left(), room.bottom() - _LINK, room.width(), _LINK)
    both = [metrics.horizontalAdvance(word) for word in (_("Edit query"), _("Try again"))]
    line.setLeft(line.left() + max(0.0, min(_INDENT, line.width() - both[0] - both[1] - _APART)))
    edit, retry = (QRectF(line.topLeft(), QSizeF(min(width, line.width()), _LINK)) for width in both)
    if audience != "edit" or not isinstance(error, Invalid):
        return Links(retry=retry)
    retry.moveLeft(edit.right() + _APART)
    return Links(retry=retry if retry.right() <= line.right() else None, edit=edit)


def fitting(metrics: QFontMetricsF, text: str, room: QSizeF, wrap: int) -> tuple[str, float]:
    """As many words of `text` as fit, with an ellipsis where some do not, and how high they stand."""

    def height(shown: str) -> float:
        return metrics.boundingRect(QRectF(0, 0, room.width(), 9999), wrap, shown).height()

    text = number_format.cut(text, _MOST_SAID)
    if (whole := height(text)) <= room.height():
        return text, whole
    words = text.split()
    fits = bisect.bisect_left(range(len(words)), True, key=lambda n: height(_cut(words, n + 1)) > room.height())
    shown = _cut(words, fits) if fits else ""
    return shown, height(shown) if shown else 0.0


def _cut(words: Sequence[str], count: int) -> str:
    return " ".join(words[:count]) + " …"
