"""How the rows of frames and of their signals are drawn."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTableView

from benchboard.ui.bench.frame_row_model import NUMBERS, FrameRowModel, Index, alignment
from benchboard.ui.bench.frame_rows import (
    CHANNEL,
    CYCLE,
    DATA,
    ID,
    NAME,
    NODE,
    SIGNALS,
    TIME,
    TYPE,
    FrameRow,
    changed_bytes,
    is_error,
    kind,
    signals_text,
    type_text,
)
from benchboard.ui.motion import is_reduced
from benchboard.ui.paged.paged_cells import paint_ring
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon

FADES_S: Final = 0.6
"""Seconds in which the mark of a changed byte fades."""
EXPANDER: Final = 28
"""The width of the mark that expands a row, at the left of its first column."""
_CHANGE_RADIUS: Final = 3.0
_SENT: Final = 10.0
"""The size of the mark of a sent frame, which has the margin of its row."""
_FLAG: Final = 8.0
"""That of the mark of a trigger, which stands beside what expands the row."""
_COLOUR: Final = 6.0
"""The width of the colour of a selected row."""
_CYCLE_ICON: Final = 18
"""The room of the mark before a cycle."""
_CYCLE_MARGIN: Final = 8
"""What a long cycle may have of the margin at its left."""
_TEXTS: Final = (TYPE, *NUMBERS, NAME, NODE, SIGNALS, CHANNEL)
"""The columns in the font of the window; times, IDs and bytes are monospaced."""
_TONES: Final = {
    TIME: "text.muted", ID: "accent.text", TYPE: "text.muted", SIGNALS: "text.secondary", CHANNEL: "text.secondary",
    NODE: "text.secondary", **dict.fromkeys(NUMBERS, "text.secondary"),
}  # fmt: skip


class FrameDelegate(QStyledItemDelegate):
    """The cells of frames, lines between rows, the accent edge of the selected row. Of signals, only the ground."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(60, theme().px("table.row.compact"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        table, model = self.parent(), index.model()
        if not isinstance(model, FrameRowModel):
            return
        current = isinstance(table, QTableView) and table.currentIndex().row() == index.row()
        is_signal = model.signal_at(index.row()) is not None
        box = QRectF(option.rect)
        painter.save()
        rule = model.colour_rule(index.row())
        coloured = f"rule.{rule.colour}" if rule is not None else "surface"
        ground = "selection" if current else "surface.alt" if is_signal else coloured
        painter.fillRect(box, theme().color(ground))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), theme().color("grid"))
        first = not isinstance(table, QTableView) or index.column() == _first_column(table)
        if current and first:
            painter.fillRect(QRectF(box.left(), box.top(), 2, box.height()), theme().color("accent"))
            if rule is not None:  # the colour of a selected row is in its margin
                painter.fillRect(QRectF(box.left() + 4, box.top(), _COLOUR, box.height() - 1), theme().color(coloured))
        if current and isinstance(table, QTableView) and table.hasFocus():
            paint_ring(painter, option.rect, first, index.column() == _last_column(table))
        text_box = box.adjusted(12, 0, -12, 0)
        if first and model.mark_of(index.row()):
            _paint_margin(painter, box, "ph.flag-fill", "warn", _FLAG)
        elif first and not is_signal and model.row_at(index.row()).frame.sent:
            _paint_margin(painter, box, "ph.arrow-right", "accent.text")
        if first:
            if model.is_expandable(index.row()):
                caret = "ph.caret-down" if model.is_expanded(index.row()) else "ph.caret-right"
                spot = QRectF(box.left() + 10, box.center().y() - 6, 12, 12)
                paint_icon(painter, caret, spot, theme().color("text.muted"))
            if model.database.messages:
                text_box.setLeft(box.left() + EXPANDER)
        if not is_signal:  # its line goes across the columns
            self._paint_frame(painter, text_box, model, index)
        painter.restore()

    def _paint_frame(self, painter: QPainter, box: QRectF, model: FrameRowModel, index: Index) -> None:
        column, row = index.column(), model.row_at(index.row())
        past = model.is_past(index.row())
        silent = column in (TIME, CYCLE) and not past and model.silent_s(index.row()) is not None
        ink = theme().color(
            "text.muted" if past or silent else "error" if is_error(row) else _TONES.get(column, "text")
        )
        painter.setPen(ink)
        is_words = column in _TEXTS or (column == DATA and (row.frame.error or row.frame.remote))
        painter.setFont(theme().font("body" if is_words else "mono"))
        text = model.cell(index.row(), column)
        if column == TYPE and row.frame.sent:
            shown = kind(row.frame)
            painter.drawText(box, alignment(column), shown)
            if row.message is None:
                self._paint_sent_tag(painter, box, shown, row)
        elif column == NAME and row.frame.sent and row.message is not None:
            self._paint_sent_tag(painter, box, text, row, draws=True)
        elif column == CYCLE:
            is_off = model.is_off_cycle(row) and not past and not silent
            icon = "ph.pause" if silent else "ph.warning-fill" if is_off else ""
            if is_off:
                painter.setPen(theme().color("warn"))
            _paint_cycle(painter, box, model.cycle_texts(index.row()), icon)
        elif column == DATA:
            self._paint_data(painter, box, model, index.row(), text)
        elif column == SIGNALS:
            metrics = QFontMetricsF(painter.font())
            painter.drawText(
                box.adjusted(0, 0, 8, 0),
                alignment(column),
                signals_text(row, lambda text: metrics.horizontalAdvance(text) <= box.width() + 8),
            )
        else:
            if column == NAME:
                room, metrics = box.width() + 8, QFontMetricsF(painter.font())
                names = model.names_of(row)
                text = next((one for one in names if metrics.horizontalAdvance(one) <= room), names[-1])
            _draw(painter, box, text, column)

    def _paint_sent_tag(self, painter: QPainter, box: QRectF, text: str, row: FrameRow, *, draws: bool = False) -> None:
        """The word that says that this computer sent the frame, behind the name or else behind the kind: whole, or not
        at all, as an arrow in the margin says it too."""
        word, caption = type_text(row).split(", ")[-1], QFontMetricsF(theme().font("caption"))
        metrics, room = QFontMetricsF(painter.font()), caption.horizontalAdvance(word) + 16
        if draws:
            _draw(painter, box, text, NAME)
        if metrics.horizontalAdvance(text) + room <= box.width() + 8:
            left = box.left() + metrics.horizontalAdvance(f"{text} ")
            _paint_tag(painter, QRectF(left, box.top(), box.right() + 10 - left, box.height()), word)

    def _paint_data(self, painter: QPainter, box: QRectF, model: FrameRowModel, row: int, text: str) -> None:
        past = model.is_past(row)
        fresh = [] if past else model.fresh_changes(row, FADES_S)
        changed = [False] * len(fresh) if model.rolling or past else changed_bytes(model.row_at(row))
        if fresh and is_reduced():  # nothing fades where nothing moves
            fresh = [float(one > 0) for one in fresh]
        if any(changed) or any(fresh):
            has_colour = model.colour_rule(row) is not None
            self._paint_bytes(painter, box, text, changed, fresh, "surface" if has_colour else "byte.changed")
        else:
            _draw(painter, box, text, DATA)

    def _paint_bytes(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        changed: Sequence[bool],
        fresh: Sequence[float],
        ground: str,
    ) -> None:
        """Draw the data: what the last frame changed is bold, what changed a moment ago has a `ground` that fades."""
        regular, bold = theme().font("mono"), theme().font("mono")
        bold.setWeight(QFont.Weight.Bold)
        advance = QFontMetricsF(regular).horizontalAdvance("0")
        painter.setClipRect(box.adjusted(-2, 0, 2, 0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = QFontMetricsF(regular).height() + 4
        for place, share in enumerate(fresh):
            if share > 0:
                left = box.left() + 3 * place * advance
                joined = place + 1 < len(fresh) and fresh[place + 1] > 0
                width = (3 if joined else 2) * advance + 4
                spot = QRectF(left - 2, box.center().y() - height / 2, width, height)
                _fill(painter, spot, ground, share, joined=joined)
        for place, is_changed in enumerate(changed):
            painter.setFont(bold if is_changed else regular)
            part = QRectF(box.left() + 3 * place * advance, box.top(), 2 * advance + 4, box.height())
            painter.drawText(part, alignment(DATA), text[3 * place : 3 * place + 2])


def _fill(painter: QPainter, ground: QRectF, role: str, share: float, *, joined: bool) -> None:
    """Fill the ground of a byte; one that is `joined` with the next ends straight."""
    colour = QColor(theme().color(role))
    colour.setAlphaF(min(1.0, share))
    path = QPainterPath()
    path.addRoundedRect(ground.adjusted(0, 0, -4, 0) if joined else ground, _CHANGE_RADIUS, _CHANGE_RADIUS)
    painter.fillPath(path, colour)


def _draw(painter: QPainter, box: QRectF, text: str, column: int) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()) + 8)
    painter.drawText(box.adjusted(0, 0, 8, 0) if column not in NUMBERS else box, alignment(column), shown)


def _paint_cycle(painter: QPainter, box: QRectF, texts: Sequence[str], icon: str) -> None:
    """A cycle by the first of these texts that has room, the longest first, with an icon before it or none: a number
    without its first digits is another number."""
    metrics = QFontMetricsF(painter.font())
    room = box.width() + _CYCLE_MARGIN - (_CYCLE_ICON if icon else 0)
    text = next((one for one in texts if metrics.horizontalAdvance(one) <= room), texts[-1])
    painter.drawText(box.adjusted(-_CYCLE_MARGIN, 0, 0, 0), alignment(CYCLE), text)
    if icon:
        spot = QRectF(box.right() - metrics.horizontalAdvance(text) - _CYCLE_ICON, box.center().y() - 7, 14, 14)
        paint_icon(painter, icon, spot, painter.pen().color())


def _paint_tag(painter: QPainter, box: QRectF, text: str) -> None:
    """A word on a ground of its own, such as “sent”."""
    painter.setFont(theme().font("caption"))
    width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 10
    ground = QRectF(
        QPointF(box.left() + 2, box.center().y() - 9), QPointF(box.left() + 2 + width, box.center().y() + 8)
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.addRoundedRect(ground, 4, 4)
    painter.fillPath(path, theme().color("surface.alt"))
    painter.setPen(theme().color("text.secondary"))
    painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, text)


def _paint_margin(painter: QPainter, box: QRectF, icon: str, role: str, size: float = _SENT) -> None:
    """Mark a row, whichever columns are shown: with a flag if a trigger marks it, or an arrow that leaves if this
    computer sent its frame."""
    spot = QRectF(box.left() + 2, box.center().y() - size / 2, size, size)
    paint_icon(painter, icon, spot, theme().color(role))


def _first_column(table: QTableView) -> int:
    header = table.horizontalHeader()
    shown = (header.logicalIndex(place) for place in range(header.count()))
    return next((column for column in shown if not header.isSectionHidden(column)), 0)


def _last_column(table: QTableView) -> int:
    header = table.horizontalHeader()
    shown = (header.logicalIndex(place) for place in reversed(range(header.count())))
    return next((column for column in shown if not header.isSectionHidden(column)), 0)
