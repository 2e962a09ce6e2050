"""The face of a tile: its header, then a chart, table, number or words, or the state it is in instead."""

import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPalette,
    QPen,
    QTextDocument,
    QTextOption,
)

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.dashboards.catalogue import IMAGE, MAX_TITLE, Widget
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.tiles import charts, figures, images, numbers
from benchboard.ui.studio.tiles.feeds import Answer
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon

HEADER: Final = 32
LOCK: Final = "ph.lock-simple"
_FOOTER: Final = 24
_PAD: Final = 12
_ROW: Final = 28
_MOST_SIGNS: Final = 10_000
_MOST_LINES: Final = 300
"""So much of a text is laid out: more than a tile shows, and Qt takes minutes for a list of 50,000 points."""
_MOST_SAID: Final = 2_000
"""So much of an error: a database may repeat the whole query in it."""
_MOST_ADDRESS: Final = 120
_NARROWEST: Final = 24.0
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Links:
    """Where a tile can be clicked for something: to ask again, to stop asking."""

    retry: QRectF | None = None
    stop: QRectF | None = None


def paint_frame(
    painter: QPainter, box: QRectF, edge: str = "border", *, hollow: bool = False, dashed: bool = False
) -> None:
    """A tile's frame, its edge in this colour."""
    radius = theme().px("radius.tile")
    style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().color(edge), 1, style))
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else theme().color("surface"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.restore()


def paint_face(
    painter: QPainter, size: QSizeF, widget: Widget, answer: Answer | None, *, locked: bool = False, badge: str = ""
) -> Links:
    """Draw everything inside a tile's frame, a `badge` at the end of its header; answers where its links stand."""
    stop = _paint_asking(painter, size) if answer is not None and answer.slow else None
    end = stop.left() - 8 if stop else size.width() - _PAD
    if locked:
        paint_icon(painter, LOCK, QRectF(end - 14, 10, 14, 14), theme().color("text.muted"))
        end -= 20
    if badge:
        end = paint_badge(painter, badge, end, HEADER / 2 + 1) - 8
    paint_header(painter, widget, end)
    return Links(_paint_body(painter, size, widget, answer), stop)


def paint_badge(painter: QPainter, text: str, end: float, middle: float) -> float:
    """A few letters on a field that ends at `end`; answers where it begins."""
    font, box = theme().font("caption"), badge_box(text, end, middle)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("selection"))
    painter.drawRoundedRect(box, 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setFont(font)
    painter.setPen(theme().color("accent.text"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    return box.left()


def badge_box(text: str, end: float, middle: float) -> QRectF:
    """The field a badge takes that ends at `end`."""
    width = QFontMetricsF(theme().font("caption")).horizontalAdvance(text) + 12
    return QRectF(end - width, middle - 9, width, 18)


def header_badge(size: QSizeF, text: str, links: Links, *, locked: bool) -> QRectF:
    """Where in the header of a tile its badge stands."""
    end = (links.stop.left() - 8 if links.stop else size.width() - _PAD) - (20 if locked else 0)
    return badge_box(text, end, HEADER / 2 + 1)


def body_of(size: QSizeF) -> QRectF:
    """Where on a tile its content is."""
    return QRectF(_PAD, HEADER, size.width() - 2 * _PAD, size.height() - HEADER - _PAD)


def _paint_body(painter: QPainter, size: QSizeF, widget: Widget, answer: Answer | None) -> QRectF | None:
    body = body_of(size)
    painter.setClipRect(QRectF(1, 1, size.width() - 2, size.height() - 2))
    if widget.kind is None:
        _paint_sentence(painter, body, widget.icon, unknown(widget), _("It is kept as it is."))
        return None
    if widget.kind.type == IMAGE:
        _paint_image(painter, body, widget, answer)
        return None
    if not widget.kind.query:
        _paint_prose(painter, body, str(widget.setting("text")))
        return None
    return _paint_answer(painter, body, widget, answer)


def unknown(widget: Widget) -> str:
    """What stands in the place of a widget of no kind this program has: what it was, where an import said that."""
    name = figures.cut(widget.kind_name, MAX_TITLE)
    if widget.kind_name != widget.type:
        return name
    return _("“{kind}” is no widget this version can show.").format(kind=name)


def summary(widget: Widget, answer: Answer | None) -> str:
    """What a tile shows, in words for those who do not see it."""
    if widget.kind is None:
        return unknown(widget)
    if widget.kind.type == IMAGE:
        return _image_summary(widget, answer)
    if answer is None or answer.waited_for:
        return ""
    if answer.error is not None:
        return answer.error.what
    kind = widget.kind.type
    if answer.table is not None and answer.table.rows and _unfit(widget, answer.table) is None:
        if kind == "metric_card":
            return numbers.Figure.of(answer.table).shown(widget)
        if kind == "gauge":
            return numbers.gauge_summary(widget, answer.table)
    count = len(answer.table.rows) if answer.table is not None else 0
    return ngettext("{count} row", "{count} rows", count).format(count=count)


def _paint_image(painter: QPainter, body: QRectF, widget: Widget, answer: Answer | None) -> None:
    if not widget.setting("picture"):
        what, do = _no_picture(widget)
        _paint_sentence(painter, body, "ph.image", what, do)
    elif answer is not None and answer.error is not None:
        _paint_sentence(painter, body, "ph.warning-circle", answer.error.what, answer.error.do)
    elif answer is not None and answer.picture is not None:
        if body.width() > 1 and body.height() > 1:
            images.paint_picture(painter, body, widget, answer.picture)
    elif answer is not None and answer.late:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("grid"))
        painter.drawRoundedRect(body, 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _no_picture(widget: Widget) -> tuple[str, str]:
    """What stands in the place of a picture that is not there, and what to do. One that was to come from elsewhere says
    from where: nothing that a document names is ever fetched."""
    url = widget.config.get("url")
    if isinstance(url, str) and url:
        where = figures.cut(" ".join(url.split()), _MOST_ADDRESS)
        what = _("The picture was to come from {address}").format(address=where)
        return what, _("Nothing is fetched from there. Choose, drop or paste the picture itself.")
    return _("There is no picture yet."), _("Choose one at the right, drop a file here, or paste one.")


def _image_summary(widget: Widget, answer: Answer | None) -> str:
    if not widget.setting("picture"):
        return _no_picture(widget)[0]
    if answer is not None and answer.error is not None:
        return answer.error.what
    return str(widget.setting("alt"))


def _paint_asking(painter: QPainter, size: QSizeF) -> QRectF:
    """At the end of the header: an answer is awaited, and how to stop that."""
    font = theme().font("caption")
    word, link = _("Asking"), _("Stop")
    metrics = QFontMetricsF(font)
    spot = QRectF(size.width() - _PAD - metrics.horizontalAdvance(link), 1, metrics.horizontalAdvance(link), HEADER)
    painter.setFont(font)
    painter.setPen(theme().color("accent.text"))
    painter.drawText(spot, _RIGHT, link)
    width = metrics.horizontalAdvance(word)
    painter.setPen(theme().color("text.muted"))
    painter.drawText(QRectF(spot.left() - 8 - width, 1, width, HEADER), _LEFT, word)
    return spot.adjusted(-8 - width, 0, 0, 0)


def paint_header(painter: QPainter, widget: Widget, end: float) -> None:
    icon = widget.icon
    paint_icon(painter, icon, QRectF(_PAD, 10, 14, 14), theme().color("text.muted"))
    font = theme().font("body_strong")
    painter.setFont(font)
    painter.setPen(theme().color("text"))
    room = QRectF(_PAD + 21, 1, max(0.0, end - _PAD - 21), HEADER)
    name = figures.cut(widget.title or widget.kind_name, MAX_TITLE)
    painter.drawText(room, _LEFT, QFontMetricsF(font).elidedText(name, Qt.TextElideMode.ElideRight, room.width()))


def _paint_answer(painter: QPainter, body: QRectF, widget: Widget, answer: Answer | None) -> QRectF | None:
    if answer is None:
        _paint_sentence(painter, body, "ph.code", _("There is no query yet."), _("Write one at the right."))
    elif answer.error is not None:
        return _paint_error(painter, body, answer.error)
    elif answer.table is None:
        if answer.late:
            _paint_bars(painter, body, widget)
    elif not answer.table.rows:
        _paint_sentence(painter, body, "ph.tray", _("The query has no rows."), "")
    elif (why := _unfit(widget, answer.table)) is not None:
        _paint_sentence(painter, body, "ph.warning-circle", why, _(widget.kind.takes) if widget.kind else "")
    else:
        _paint_table_as(widget.kind.type if widget.kind else "", painter, body, widget, answer.table)
    return None


def _unfit(widget: Widget, table: ResultTable) -> str | None:
    """Why this kind cannot show that answer."""
    kind = widget.kind.type if widget.kind else ""
    found = [index for index, column in enumerate(table.columns) if figures.numeric(column)]
    if kind in ("metric_card", "gauge") and not found:
        return _("The query answers no number.")
    if kind == "gauge":
        low, high = numbers.span(widget)
        if low >= high:
            ends = {"low": figures.short(low), "high": figures.short(high)}
            return _("The gauge begins at {low} and ends at {high}.").format(**ends)
    if kind in ("line_chart", "area_chart", "bar_chart", "pie_chart") and not any(index > 0 for index in found):
        return _("The query answers no number after its first column.")
    return None


def _paint_table_as(kind: str, painter: QPainter, body: QRectF, widget: Widget, table: ResultTable) -> None:
    if kind == "metric_card":
        numbers.paint_metric(painter, body, widget, table)
    elif kind == "gauge":
        numbers.paint_gauge(painter, body, widget, table)
    elif kind == "table":
        _paint_rows(painter, body, table)
    else:
        paint: Callable[[QPainter, QRectF, ResultTable, str], None] = {
            "line_chart": charts.paint_lines,
            "area_chart": charts.paint_areas,
            "bar_chart": charts.paint_bars,
            "pie_chart": charts.paint_pie,
        }[kind]
        paint(painter, body, table, figures.unit(widget))


def _paint_rows(painter: QPainter, body: QRectF, table: ResultTable) -> None:
    fits = max(1, int((body.height() - _ROW + 4) // _ROW))
    cut = len(table.rows) > fits
    if cut:
        fits = max(1, int((body.height() - _ROW - _FOOTER + 8) // _ROW))
    rows = table.rows[:fits]
    cells = [[figures.text(cell) for cell in row] for row in rows]
    _even_decimals(table, rows, cells)
    lefts, widths = _columns(body, table, cells)
    heading, font = theme().font("caption"), theme().font("body")
    heading.setWeight(QFont.Weight.Medium)
    line = QPen(theme().color("grid"), 1)
    for place, texts in enumerate([[figures.name(column) for column in table.columns], *cells]):
        top = body.top() + place * _ROW
        painter.setFont(font if place else heading)
        painter.setPen(theme().color("text" if place else "text.secondary"))
        metrics = QFontMetricsF(painter.font())
        for column, left, width, value in zip(table.columns, lefts, widths, texts, strict=True):
            align = _RIGHT if figures.numeric(column) else _LEFT
            shown = metrics.elidedText(value, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QRectF(left, top, width, _ROW), align, shown)
        if place < len(cells) or cut:
            painter.setPen(line)
            y = top + _ROW - 0.5
            painter.drawLine(QPointF(body.left(), y), QPointF(body.right(), y))
    if cut:
        more = f"{len(table.rows)}+" if table.truncated else str(len(table.rows))
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text.muted"))
        spot = QRectF(body.left(), body.bottom() - _FOOTER + 10, body.width(), _FOOTER - 8)
        painter.drawText(spot, _LEFT, _("{shown} of {count} rows").format(shown=len(rows), count=more))


def _even_decimals(table: ResultTable, rows: Sequence[tuple[Cell, ...]], cells: list[list[str]]) -> None:
    """All numbers of a column get as many decimals as the one that has most, so that they stand under each other."""
    for index, column in enumerate(table.columns):
        if column.kind == "decimal":
            known = [row[index] for row in rows]
            most = max((figures.places(value) for value in known if isinstance(value, Decimal)), default=0)
            for row, value in zip(cells, known, strict=True):
                row[index] = figures.number(value, min(max(most, 2), 4))


def _columns(body: QRectF, table: ResultTable, cells: Sequence[Sequence[str]]) -> tuple[list[float], list[float]]:
    """Where the columns stand: as wide as their content, the room left over shared."""
    metrics, gap = QFontMetricsF(theme().font("body")), 16.0
    heads = [figures.name(column) for column in table.columns]
    needs = [
        max([metrics.horizontalAdvance(text) for text in (head, *(row[k] for row in cells))]) + 2
        for k, head in enumerate(heads)
    ]
    room = body.width() - gap * (len(needs) - 1)
    spare = room - sum(needs)
    if spare > 0:
        needs = [need + spare / len(needs) for need in needs]
    else:
        soft = {k for k, column in enumerate(table.columns) if not figures.numeric(column)} or set(range(len(needs)))
        level = _level([needs[k] for k in soft], spare)
        needs = [min(need, level) if k in soft else need for k, need in enumerate(needs)]
    lefts, x = [], body.left()
    for need in needs:
        lefts.append(x)
        x += need + gap
    return lefts, needs


def _level(needs: Sequence[float], spare: float) -> float:
    """How wide columns may be that are `-spare` too wide together. The widest give way: a narrow one keeps its few
    letters."""
    left = sum(needs) + spare
    for place, need in enumerate(sorted(needs)):
        if need * (len(needs) - place) >= left:
            return max(_NARROWEST, left / (len(needs) - place))
        left -= need
    return max(needs)


class _Words(QTextDocument):
    """Markdown for reading: no HTML, and nothing is fetched, neither from the disk nor from anywhere else."""

    def loadResource(self, _type: int, _name: QUrl | str) -> Any:
        # Something must be answered: where nothing is, Qt opens the name as a file itself.
        nothing = QImage(1, 1, QImage.Format.Format_ARGB32)
        nothing.fill(Qt.GlobalColor.transparent)
        return nothing


def _paint_prose(painter: QPainter, body: QRectF, markdown: str) -> None:
    words = _Words()
    words.setDefaultFont(theme().font("body"))
    words.setDocumentMargin(0)
    words.setIndentWidth(14)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    words.setDefaultTextOption(option)
    lines = figures.cut(markdown, _MOST_SIGNS).split("\n")
    lines = [*lines[:_MOST_LINES], "…"] if len(lines) > _MOST_LINES else lines
    words.setMarkdown("\n".join(lines), QTextDocument.MarkdownFeature.MarkdownNoHTML)
    words.setTextWidth(body.width())
    context = QAbstractTextDocumentLayout.PaintContext()
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Text, theme().color("text"))
    palette.setColor(QPalette.ColorRole.Link, theme().color("accent.text"))
    context.palette = palette
    painter.save()
    painter.translate(body.topLeft())
    painter.setClipRect(QRectF(0, 0, body.width(), body.height()))
    context.clip = QRectF(0, 0, body.width(), body.height())
    words.documentLayout().draw(painter, context)
    painter.restore()


def _paint_sentence(painter: QPainter, body: QRectF, icon: str, what: str, do: str) -> None:
    """A state in words, in the middle of the tile."""
    metrics = QFontMetricsF(theme().font("body"))
    wrap = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter)
    need = metrics.boundingRect(QRectF(0, 0, body.width(), 999), wrap, what).height()
    more = metrics.boundingRect(QRectF(0, 0, body.width(), 999), wrap, do).height() if do else 0
    if need + more > body.height():
        more, do = 0, ""
    mark = 24 if body.height() > need + more + 40 else 0
    top = body.center().y() - (need + more + (mark + 8 if mark else 0)) / 2
    if mark:
        paint_icon(painter, icon, QRectF(body.center().x() - mark / 2, top, mark, mark), theme().color("text.muted"))
        top += mark + 8
    painter.setFont(theme().font("body"))
    painter.setPen(theme().color("text.secondary"))
    painter.drawText(QRectF(body.left(), top, body.width(), need + 2), wrap, what)
    painter.setPen(theme().color("text.muted"))
    painter.drawText(QRectF(body.left(), top + need + 2, body.width(), more + 2), wrap, do)


def _paint_error(painter: QPainter, body: QRectF, error: AppError) -> QRectF:
    """What happened, then what to do: at the top left, with the way to try again as a link."""
    font = theme().font("body")
    metrics = QFontMetricsF(font)
    paint_icon(painter, "ph.warning-circle", QRectF(body.left(), body.top() + 4, 16, 16), theme().color("error"))
    room = body.adjusted(24, 2, 0, 0)
    wrap = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    painter.setFont(font)
    link = QRectF(room.left(), body.bottom() - 18, metrics.horizontalAdvance(_("Try again")), 18)
    top = room.top()
    for text, tone in ((error.what, "text"), (" ".join(part for part in (error.why, error.do) if part), "text.muted")):
        box = QRectF(room.left(), top, room.width(), max(0.0, link.top() - top - 2))
        painter.setPen(theme().color(tone))
        shown, need = fitting(metrics, text, box.size(), wrap)
        painter.drawText(box, wrap, shown)
        top += need + 2
    painter.setPen(theme().color("accent.text"))
    painter.drawText(link, _LEFT, _("Try again"))
    return link


def fitting(metrics: QFontMetricsF, text: str, room: QSizeF, wrap: int) -> tuple[str, float]:
    """As many words of `text` as fit, with an ellipsis where some do not, and how high they stand."""

    def height(shown: str) -> float:
        return metrics.boundingRect(QRectF(0, 0, room.width(), 9999), wrap, shown).height()

    text = figures.cut(text, _MOST_SAID)
    if (whole := height(text)) <= room.height():
        return text, whole
    words = text.split()
    fits = bisect.bisect_left(range(len(words)), True, key=lambda n: height(_cut(words, n + 1)) > room.height())
    shown = _cut(words, fits) if fits else ""
    return shown, height(shown) if shown else 0.0


def _cut(words: Sequence[str], count: int) -> str:
    return " ".join(words[:count]) + " …"


def _paint_bars(painter: QPainter, body: QRectF, widget: Widget) -> None:
    """Loading: pale bars in the shape of what comes."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("grid"))
    kind = widget.kind.type if widget.kind else ""
    if kind in ("metric_card", "gauge"):
        painter.drawRoundedRect(QRectF(body.left(), body.bottom() - 52, body.width() * 0.45, 24), 4, 4)
        painter.drawRoundedRect(QRectF(body.left(), body.bottom() - 14, body.width() * 0.6, 10), 3, 3)
    elif kind == "table":
        for row in range(int(body.height() // _ROW)):
            y = body.top() + row * _ROW + 9
            for left, width in ((0.0, 0.38), (0.5, 0.2), (0.8, 0.2)):
                painter.drawRoundedRect(QRectF(body.left() + body.width() * left, y, body.width() * width, 10), 3, 3)
    else:
        count = max(3, int(body.width() // 40))
        for place in range(count):
            height = body.height() * (0.35 + 0.12 * ((place * 3) % 5))
            left = body.left() + place * body.width() / count
            painter.drawRoundedRect(QRectF(left, body.bottom() - height, body.width() / count - 12, height), 3, 3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
