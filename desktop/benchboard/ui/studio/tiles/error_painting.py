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
_READ_WIDTH: Final = 420.0
"""The width in pixels from which a text is broken into lines."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def paint_error(painter: QPainter, body: QRectF, error: AppError, audience: Audience) -> Links:
    """Draw what happened, then what to do, then links below, together in the middle. Returns where the links are."""
    font = theme().font("body")
    metrics = QFontMetricsF(font)
    texts = [error.what, " ".join(part for part in (error.why, error.do) if part)]
    word = _link_word(error, audience)
    block = _block_width(body, metrics, [*texts, word])
    left = body.left() + (body.width() - block) / 2
    below = _LINK_HEIGHT if word else 0.0
    room = QSizeF(block - _INDENT, max(body.height() - below, metrics.height()))
    lines = _fitted_lines(metrics, texts, room)
    height = sum(high for _text, high in lines) + below
    top = body.top() + max(0.0, (body.height() - height) / 2)
    paint_icon(painter, "ph.warning-circle", QRectF(left, top + 1, 16, 16), theme().color("error"))
    painter.setFont(font)
    for (text, high), tone in zip(lines, ("text", "text.muted"), strict=True):
        box = QRectF(left + _INDENT, top, room.width(), high)
        painter.setPen(theme().color(tone))
        _paint_text(painter, metrics, box, text)
        top += high
    if not word:
        return Links()
    spot = _link_spot(body, left, top, metrics.horizontalAdvance(word))
    painter.setPen(theme().color("accent.text"))
    painter.drawText(spot, _LEFT, metrics.elidedText(word, Qt.TextElideMode.ElideRight, spot.width()))
    return Links(edit=spot) if isinstance(error, Invalid) else Links(retry=spot)


def _block_width(body: QRectF, metrics: QFontMetricsF, texts: Sequence[str]) -> float:
    """The width of the icon and the texts, which are broken into lines where they are longer than is read well."""
    longest = max(metrics.horizontalAdvance(text[:_MAX_TEXT]) for text in texts)
    return min(body.width(), _INDENT + min(longest + 1, _READ_WIDTH))


def _fitted_lines(metrics: QFontMetricsF, texts: Sequence[str], room: QSizeF) -> list[tuple[str, float]]:
    """As much of each text as fits, with its height; of the first one at least the beginning of a line."""
    lines: list[tuple[str, float]] = []
    left = room.height()
    for place, text in enumerate(texts):
        shown, high = fit_text(text, QSizeF(room.width(), max(0.0, left)))
        if not shown and place == 0:
            line = number_format.truncate(text, _MAX_TEXT)
            shown, high = metrics.elidedText(line, Qt.TextElideMode.ElideRight, room.width()), metrics.height()
        high = high if shown else 0.0
        lines.append((shown, high))
        left -= high
    return lines


def _paint_text(painter: QPainter, metrics: QFontMetricsF, box: QRectF, text: str) -> None:
    """Draw a text that fits."""
    if text and box.height() <= metrics.height():
        painter.drawText(box, int(_LEFT), text)
    elif text:
        PaintedParagraph(text, box.width()).paint(painter, box.topLeft())


def _link_word(error: AppError, audience: Audience) -> str:
    """What a link offers: a query that is wrong can only be edited, a denied one neither; any other cause may have
    passed. Empty for no link."""
    wrong = isinstance(error, Invalid)
    # Asking again doesn't give a permission.
    if audience in ("show", "wall") or isinstance(error, Denied) or (wrong and audience != "edit"):
        return ""
    return _("Edit query") if wrong else _("Try again")


def _link_spot(body: QRectF, left: float, top: float, width: float) -> QRectF:
    """The rectangle of the link below the texts, whole inside the tile."""
    start = left + max(0.0, min(_INDENT, body.right() - left - width))
    below = min(top, body.bottom() - _LINK_HEIGHT)
    return QRectF(start, below, min(width, body.right() - start), _LINK_HEIGHT)


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
