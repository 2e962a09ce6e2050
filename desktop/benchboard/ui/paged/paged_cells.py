"""Paints a paged table's column titles and cells."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen, QTextLayout

from benchboard.i18n import _
from benchboard.paging import Line
from benchboard.ui.paged.paged_model import Column, Mark, repeated_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import badge_width, mark_width, paint_badge, paint_icon, paint_mark, paint_meter
from benchboard.ui.widgets.labels import paint_avatar

_DAY: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_NAME: Final = re.compile("(“[^”]*”)")
_ARROW: Final = 16
"""Width of a sorted column's arrow and the space before it, and of the arrow that unfolds a line, in pixels."""
_PICTURE: Final = (76, 48)
"""Width and height of a row's picture, in pixels."""
PICTURE_ROOM: Final = _PICTURE[0] + 12
"""What a picture takes of its cell's width, in pixels."""
_AVATAR: Final = 26
_AVATAR_STEP: Final = 20
_MOST_AVATARS: Final = 4
"""Most width and height of a person's circle, in pixels."""
_SAMPLE: Final = 14
"""Width of the line before a title, in pixels."""
_LINE: Final = 16
"""Height of a line below a cell's first one, in pixels."""
_GAP: Final = 8
"""Between a text, what follows it, and the arrow."""
_AVATARS_ROOM: Final = _AVATAR_STEP * (_MOST_AVATARS - 1) + _AVATAR + _GAP
"""What the circles of several people take of a cell's width, in pixels, however many they are: the names beside them
begin below each other."""


def edge_pad() -> int:
    """What the first column is set in by, in pixels: its text begins where the titles of bars and panes do."""
    return theme().px("spacing.4") - theme().px("table.cell_pad_x")


def tick_column() -> int:
    """The width of the column with the tick boxes, in pixels."""
    return theme().px("table.checkbox_col") + edge_pad()


def title_width(column: Column[Any]) -> int:
    """The width of a column whose title is shown whole, with the arrow of a sorted one, in pixels."""
    if column.untitled:
        return 2 * theme().px("table.cell_pad_x")
    arrow = (_ARROW if column.sortable else 0) + (_SAMPLE + _GAP if column.series is not None else 0)
    return QFontMetrics(_title_font()).horizontalAdvance(column.title) + arrow + 2 * theme().px("table.cell_pad_x") + 1


def fitting_width(column: Column[Any], rows: Iterable[Any]) -> int:
    """The width of a column in which all of these rows are shown whole, in pixels; at least its title's."""
    metrics = QFontMetrics(theme().font("body"))
    second_metrics = QFontMetrics(theme().font("mono" if column.second_mono else "caption"))
    room = 2 * theme().px("table.cell_pad_x") + 1
    widest = title_width(column)
    for row in rows:
        badge = column.badge(row) if column.badge is not None else None
        mark = column.mark(row) if column.mark is not None else None
        if badge is not None:
            wide = badge_width(badge.text)
        elif column.badges is not None:
            marks, detail = column.badges(row)
            wide = sum(badge_width(one.text) + _GAP for one in marks) + metrics.horizontalAdvance(detail)
        elif mark is not None:
            wide = mark_width(mark.text)
            if column.second is not None:
                wide = max(wide, mark_width("") + second_metrics.horizontalAdvance(column.second(row)))
        else:
            wide = metrics.horizontalAdvance(column.text(row)) + _tag_width(column, row)
            if column.second is not None and (second := column.second(row)):
                wide = QFontMetrics(_title_font()).horizontalAdvance(column.text(row)) + _tag_width(column, row)
                wide = max(wide, second_metrics.horizontalAdvance(second))
            elif column.names:
                wide = sum(width for _part, _font, width in _parts(column, column.text(row)))
            wide += _room_before(column, row)
        widest = max(widest, wide + room)
    return widest


def _room_before(column: Column[Any], row: Any) -> int:
    """What pictures and circles take before a cell's text, in pixels."""
    room = PICTURE_ROOM if column.picture is not None else 0
    room += column.meter_width + _GAP if column.meter is not None else 0
    room += column.drawing_width + _GAP if column.drawing is not None else 0
    room += _AVATAR + _GAP if column.avatar is not None else 0
    room += _AVATARS_ROOM if column.avatars is not None and column.avatars(row) else 0
    return room


def _tag_width(column: Column[Any], row: Any) -> int:
    """What a badge after a cell's text takes, in pixels."""
    tag = column.tag(row) if column.tag is not None else None
    return badge_width(tag.text) + _GAP if tag is not None else 0


def _title_font() -> QFont:
    font = theme().font("body")
    font.setWeight(font.Weight.Medium)
    return font


def paint_title(painter: QPainter, box: QRect, column: Column[Any], arrow: str) -> None:
    """Paint a column's title, followed by the icon `arrow` if it has one."""
    if column.untitled:
        return
    ink = theme().color("text.secondary")
    font = _title_font()
    painter.setFont(font)
    painter.setPen(ink)
    if arrow:
        box = box.adjusted(0, 0, -_ARROW, 0)
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(column.title, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, _alignment(column), shown)
    if column.series is not None:
        _paint_sample(painter, box, column, metrics.horizontalAdvance(shown))
    if arrow:
        end = box.right() if column.align_right else box.left() + metrics.horizontalAdvance(shown)
        paint_icon(painter, arrow, QRectF(end + 4, box.center().y() - 5, 12, 12), ink)


def _paint_sample(painter: QPainter, box: QRect, column: Column[Any], title: int) -> None:
    """The line of a series before the title of its column."""
    series = column.series or 0
    pen = QPen(theme().chart(series), 2)
    if series:
        pen.setDashPattern((2, 1.5))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    right = box.right() - title - _GAP if column.align_right else box.left() - _GAP
    painter.drawLine(QPointF(right - _SAMPLE, box.center().y() + 1), QPointF(right, box.center().y() + 1))


def paint_cell(painter: QPainter, box: QRectF, column: Column[Any], line: Line[Any]) -> None:
    """Paint the cell of `line` in `column`: a mark, a badge, or text."""
    row = line.row
    box = _paint_repeated(painter, box, column, line)
    if column.mark is not None and (mark := column.mark(row)) is not None:
        if column.align_right:
            box.setLeft(max(box.left(), box.right() - mark_width(mark.text)))
        if second := column.second(row) if column.second is not None else "":
            box = _paint_below_mark(painter, box, second)
        paint_mark(painter, box, mark.kind, mark.text, mark.icon)
    elif column.badge is not None and (badge := column.badge(row)) is not None:
        at = QPointF(box.left(), box.center().y() - 10)
        paint_badge(painter, at, badge.kind, badge.text, badge.icon)
    elif column.badges is not None:
        _paint_badges(painter, box, *column.badges(row))
    else:
        _paint_text(painter, _paint_pictures(painter, box, column, row), column, row)


def _paint_badges(painter: QPainter, box: QRectF, marks: Sequence[Mark], detail: str) -> None:
    """Draw badges one after the other, and what is written after them."""
    left = box.left()
    for mark in marks:
        paint_badge(painter, QPointF(left, box.center().y() - 10), mark.kind, mark.text, mark.icon)
        left += badge_width(mark.text) + _GAP
    rest = QRectF(left, box.top(), max(0.0, box.right() - left), box.height())
    _paint_line(painter, rest, detail, "body", "text.secondary", Qt.AlignmentFlag.AlignVCenter)


def _paint_below_mark(painter: QPainter, box: QRectF, second: str) -> QRectF:
    """Paint the second line of a cell with a mark, below its word; returns the rectangle left for the mark."""
    top, indent = box.center().y() - 18, mark_width("") - 1
    lower = QRectF(box.left() + indent, top + 19, box.width() - indent, _LINE)
    _paint_line(painter, lower, second, "caption", "text.muted", Qt.AlignmentFlag.AlignVCenter)
    return QRectF(box.left(), top, box.width(), 19)


def fold_button(box: QRectF, column: Column[Any], line: Line[Any]) -> QRectF:
    """The rectangle of the arrow that folds or unfolds the line; empty if it is the only one of its run."""
    if not repeated_text(column, line):
        return QRectF()
    title = sum(width for _part, _font, width in _parts(column, column.text(line.row)))
    rest = _count_width(box, column, line) + 2 * _GAP + _ARROW
    left = box.left() + min(title, max(0, box.width() - rest)) + rest - _ARROW
    return QRectF(left, box.center().y() - 8, _ARROW, 16)


def _count_width(box: QRectF, column: Column[Any], line: Line[Any]) -> int:
    """The width of how many rows the line stands for; 0 where that would leave the text less room than it takes: the
    arrow alone says then that there are more.
    """
    width = QFontMetrics(theme().font("caption")).horizontalAdvance(repeated_text(column, line))
    return width if box.width() >= 2 * (width + 2 * _GAP + _ARROW) else 0


def _paint_repeated(painter: QPainter, box: QRectF, column: Column[Any], line: Line[Any]) -> QRectF:
    """Draw, after the text, how many rows the line stands for; returns the rectangle left for the text. Rows below the
    first of an unfolded run are set in.
    """
    if column.repeated is None or not line.repeated:
        return box
    if not line.first:
        return box.adjusted(_ARROW, 0, 0, 0)
    arrow = fold_button(box, column, line)
    width = _count_width(box, column, line)
    spot = QRectF(arrow.left() - _GAP - width, box.top(), width + 1, box.height())
    if width:
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text.muted"))
        painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter, repeated_text(column, line))
    name = "ph.caret-right" if line.folded else "ph.caret-down"
    paint_icon(painter, name, QRectF(arrow.left() + 2, arrow.top() + 2, 12, 12), theme().color("text.muted"))
    return QRectF(box.left(), box.top(), spot.left() - _GAP - box.left(), box.height())


def _paint_pictures(painter: QPainter, box: QRectF, column: Column[Any], row: Any) -> QRectF:
    """Draw the picture, the meter and the avatar; returns the rectangle left for the text."""
    if column.picture is not None:
        wide, high = _PICTURE
        column.picture(painter, QRectF(box.left(), round(box.center().y() - high / 2), wide, high), row)
        box = box.adjusted(PICTURE_ROOM, 0, 0, 0)
    if column.meter is not None and (share := column.meter(row)) is not None:
        meter = QRectF(box.left(), box.top(), column.meter_width, box.height())
        paint_meter(painter, meter, share, "warn" if column.meter_warns and share > 0.6 else "info")
        box = box.adjusted(column.meter_width + _GAP, 0, 0, 0)
    if column.drawing is not None:
        column.drawing(painter, QRectF(box.left(), box.top(), column.drawing_width, box.height()), row)
        box = box.adjusted(column.drawing_width + _GAP, 0, 0, 0)
    if column.avatar is not None:
        side = min(float(_AVATAR), box.height() - 6)
        circle = QRectF(box.left(), box.center().y() - side / 2, side, side)
        paint_avatar(painter, circle, column.avatar(row))
        box = box.adjusted(side + 8, 0, 0, 0)
    if column.avatars is not None and (names := column.avatars(row)[:_MOST_AVATARS]):
        for at, name in enumerate(names):
            circle = QRectF(box.left() + at * _AVATAR_STEP, box.center().y() - _AVATAR / 2, _AVATAR, _AVATAR)
            paint_avatar(painter, circle, name)
        box = box.adjusted(_AVATARS_ROOM, 0, 0, 0)
    return box


def _paint_text(painter: QPainter, box: QRectF, column: Column[Any], row: Any) -> None:
    second = column.second(row) if column.second is not None else ""
    if not second and column.names:
        _paint_names(painter, box, column, column.text(row))
        return
    if not second:
        is_mono = column.mono(row) if callable(column.mono) else column.mono
        font, tone = (
            ("mono" if is_mono and column.text(row) != "–" else "body"),
            _tone(column, row),
        )
        box = _paint_tag(painter, box, column, row, font)
        _paint_line(painter, box, column.text(row), font, tone, _alignment(column), middle=column.middle)
        return
    font = "mono" if column.second_mono else "caption"
    lines = _lines(second, theme().font(font), int(box.width()), 2 if column.picture is not None else 1)
    top = box.center().y() - 18 - _LINE / 2 * (len(lines) - 1)
    upper = QRectF(box.left(), top, box.width(), 19)
    upper = _paint_tag(painter, upper, column, row, "body")
    _paint_line(painter, upper, column.text(row), "body", "text", _alignment(column), medium=True)
    for at, text in enumerate(lines):
        lower = QRectF(box.left(), top + 19 + _LINE * at, box.width(), _LINE)
        _paint_line(painter, lower, text, font, "text.muted", _alignment(column))


def _tone(column: Column[Any], row: Any) -> str:
    """The colour of a cell: what says that there is nothing stands back."""
    is_muted = column.muted(row) if callable(column.muted) else False
    text = column.text(row)
    if is_muted or text in ("–", _("Never")) or (column.zero_muted and text == "0"):
        return "text.muted"
    return "text.secondary" if column.muted is True else column.ink


def _paint_tag(painter: QPainter, box: QRectF, column: Column[Any], row: Any, font: str) -> QRectF:
    """Draw the badge after a cell's text; returns the rectangle left for the text."""
    tag = column.tag(row) if column.tag is not None else None
    if tag is None:
        return box
    text = QFontMetrics(_title_font() if column.second is not None else theme().font(font))
    room = max(0.0, box.width() - _tag_width(column, row))
    left = box.left() + min(float(text.horizontalAdvance(column.text(row))), room) + _GAP
    paint_badge(painter, QPointF(left, box.center().y() - 10), tag.kind, tag.text, tag.icon)
    return QRectF(box.left(), box.top(), left - _GAP - box.left(), box.height())


def _lines(text: str, font: QFont, width: int, most: int) -> list[str]:
    """A text in at most this many lines of this width; the last has all the rest, to be elided."""
    if most == 1 or QFontMetrics(font).horizontalAdvance(text) <= width:
        return [text]
    layout = QTextLayout(text, font)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(width)
    layout.endLayout()
    end = line.textLength()
    return [text[:end].rstrip(), text[end:].lstrip()]


def _parts(column: Column[Any], text: str) -> list[tuple[str, QFont, int]]:
    """What a cell's text is painted in: each part with its font and its width in pixels."""
    parts = _NAME.split(text) if column.names else [text]
    fonts = (theme().font("body"), _title_font())
    found = [(part, fonts[at % 2]) for at, part in enumerate(parts) if part]
    return [(part, font, QFontMetrics(font).horizontalAdvance(part)) for part, font in found]


def _paint_names(painter: QPainter, box: QRectF, column: Column[Any], text: str) -> None:
    """Draw a text whose names stand out, as far as there is room."""
    left, flags = box.left(), _alignment(column)
    painter.setPen(theme().color("text"))
    for part, font, width in _parts(column, text):
        room = box.right() - left
        painter.setFont(font)
        shown = part if width <= room else QFontMetrics(font).elidedText(part, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(left, box.top(), room + 1, box.height()), flags, shown)
        if shown != part:
            break
        left += width


def _alignment(column: Column[Any]) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.align_right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _paint_line(
    painter: QPainter,
    box: QRectF,
    text: str,
    font: str,
    tone: str,
    flags: Qt.AlignmentFlag,
    *,
    middle: bool = False,
    medium: bool = False,
) -> None:
    painter.setFont(_title_font() if medium else theme().font(font))
    painter.setPen(theme().color(tone))
    mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
    painter.drawText(box, flags, QFontMetrics(painter.font()).elidedText(text, mode, int(box.width())))


def paint_day(painter: QPainter, box: QRect, text: str, count: str, left: int) -> None:
    """Paint a cell's part of the heading above a day. Its text, and how many entries it has, begin at `left`, and may
    reach over several cells.
    """
    painter.save()
    painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
    painter.fillRect(box, theme().color("surface.alt"))
    painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), theme().color("border"))
    start = left + theme().px("table.cell_pad_x")
    for part, font, ink in ((text, "body_strong", "text"), (count, "caption", "text.muted")):
        painter.setFont(theme().font(font))
        painter.setPen(theme().color(ink))
        written = QRect(start, box.top(), painter.fontMetrics().horizontalAdvance(part) + 1, box.height() - 1)
        if written.intersects(box):
            painter.drawText(written, _DAY, part)
        start = written.right() + _GAP
    painter.restore()


def paint_ring(painter: QPainter, rect: QRect, first: bool, last: bool) -> None:
    """Paint a cell's part of the ring around its row: the next cell paints over what extends beyond this one."""
    painter.setPen(QPen(theme().color("focus"), 2))
    for y in (rect.top() + 1, rect.bottom()):
        painter.drawLine(rect.left(), y, rect.right() + 1, y)
    for x in ((rect.left() + 1,) if first else ()) + ((rect.right(),) if last else ()):
        painter.drawLine(x, rect.top() + 1, x, rect.bottom())
