"""Draws the content of a tile: its header, then a chart, table, number, text or image, or a message instead."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFontInfo,
    QFontMetricsF,
    QImage,
    QPainter,
    QPalette,
    QPen,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextListFormat,
    QTextOption,
)

from benchboard.analytics import periods
from benchboard.analytics.pivoted_table import PivotTable
from benchboard.analytics.queries import ResultTable
from benchboard.analytics.relations import RELATIONS
from benchboard.analytics.subtotal_rows import has_subtotals
from benchboard.dashboards.document.series_settings import right_series, series_colours
from benchboard.dashboards.document.time_range import Period
from benchboard.dashboards.document.widget_kinds import IMAGE, MAX_TITLE, PIVOT, WidgetContent
from benchboard.dashboards.period_before import PeriodBefore
from benchboard.dashboards.variables.variable_queries import names_in
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.document.editor import DataOffer
from benchboard.ui.studio.tiles import error_painting, image_painting
from benchboard.ui.studio.tiles.click_targets import Audience, Links
from benchboard.ui.studio.tiles.drawing_failures import drawing_error
from benchboard.ui.studio.tiles.kinds import bars, charts, main_figures, missing_periods, pies, skeleton
from benchboard.ui.studio.tiles.kinds.drawings import DRAWINGS
from benchboard.ui.studio.tiles.kinds.pivot import pivot_mismatch, shown_table
from benchboard.ui.studio.tiles.kinds.row_limit_note import row_limit_note
from benchboard.ui.studio.tiles.no_query import paint_no_query, paint_with_button
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series import chart_note
from benchboard.ui.studio.tiles.series.chart_legend import LegendTarget
from benchboard.ui.studio.tiles.series.chart_table import ChartTable, chart_table
from benchboard.ui.studio.tiles.series.stacking import STACKED_KINDS, why_not_stacked
from benchboard.ui.studio.tiles.stats import currency_card, metric_card, stat_tiles
from benchboard.ui.studio.tiles.stats.metric_card import MetricCard
from benchboard.ui.studio.tiles.stats.stat_rows import several_series_advice, several_series_reason
from benchboard.ui.studio.tiles.tables import table_painting
from benchboard.ui.studio.tiles.tile_notes import TileNote
from benchboard.ui.theme import theme
from benchboard.ui.time_format import utc_span
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.empty_state import paint_empty_tile
from benchboard.ui.widgets.skeleton import paint_bars

HEADER: Final = 32
LOCK: Final = "ph.lock-simple"
_PAD: Final = 12
_TITLE_LEFT: Final = 21.0
"""Pixels from the icon's left edge to the title."""
_NOTE_GAP: Final = 12.0
_MOST_TITLE: Final = 160.0
"""Pixels of a title that a note beside it leaves to it."""
_MIN_TITLE: Final = 56.0
"""Width in pixels below which the icon beside a title is omitted."""
_CHARTS: Final = ("line_chart", "area_chart", "bar_chart", "pie_chart")
_GROUPING: Final = frozenset({*_CHARTS, "heatmap", PIVOT})
"""The kinds that draw each row as a group."""
_MAX_CHARACTERS: Final = 10_000
_MAX_LINES: Final = 300
"""Most lines of a text that are laid out: more than a tile shows. Qt takes minutes for a list of 50,000 items."""
_MAX_ADDRESS: Final = 120
_INDENT: Final = 14.0
_NUMBERED: Final = (
    QTextListFormat.Style.ListDecimal,
    QTextListFormat.Style.ListLowerAlpha,
    QTextListFormat.Style.ListUpperAlpha,
    QTextListFormat.Style.ListLowerRoman,
    QTextListFormat.Style.ListUpperRoman,
)
_LINK_PROPERTIES: Final = (
    QTextFormat.Property.IsAnchor,
    QTextFormat.Property.AnchorHref,
    QTextFormat.Property.ForegroundBrush,
    QTextFormat.Property.FontUnderline,
    QTextFormat.Property.TextUnderlineStyle,
)
"""What Qt gives the text of a link in Markdown."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def paint_frame(
    painter: QPainter, box: QRectF, edge: str = "tile.border", *, hollow: bool = False, dashed: bool = False
) -> None:
    """Draw the frame of a tile, with its edge in this colour of the theme."""
    radius = theme().px("radius.tile")
    style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().color(edge), 1, style))
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else theme().color("surface"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.restore()


def paint_content(
    painter: QPainter,
    size: QSizeF,
    widget: WidgetContent,
    result: QueryResult | None,
    *,
    locked: bool = False,
    badge: str = "",
    notes: Sequence[TileNote] = (),
    audience: Audience = "show",
    row: Sequence[MetricCard] = (),
    offer: DataOffer = "",
    title_first: bool = False,
) -> Links:
    """Draw everything inside the frame of a tile, with a `badge` and the marks of `notes` at the end of its header.
    Returns its links. `row`: of a metric card, all that stand side by side with it, itself included. `offer`: what
    helps it if it has no query. `title_first`: as in `paint_header`.
    """
    can_stop = result is not None and result.slow and audience in ("edit", "read")
    stop = _paint_loading_header(painter, size) if can_stop else None
    end = stop.left() - 8 if stop else size.width() - _PAD
    if locked:
        paint_icon(painter, LOCK, QRectF(end - 14, 10, 14, 14), theme().color("text.muted"))
        end -= 20
    if badge:
        end = paint_badge(painter, badge, end, HEADER / 2 + 1) - 8
    for note in [one for one in notes if one.icon]:
        end = _paint_words(painter, widget, note, end)
        _paint_note(painter, note, QRectF(end - 14, 10, 14, 14))
        end -= 20
    end = _paint_limit(painter, widget, row_limit_note(widget, result), end)
    paint_header(painter, widget, end, title_first=title_first)
    painter.setClipRect(QRectF(1, 1, size.width() - 2, size.height() - 2))
    links = paint_body(painter, body_of(size), widget, result, audience, row, offer)
    return replace(links, stop=stop, end=end)


def paint_failed(painter: QPainter, size: QSizeF, widget: WidgetContent, audience: Audience = "show") -> Links:
    """Draw everything inside the frame of a tile whose content can't be drawn. Returns its links."""
    radius = theme().px("radius.tile") - 1
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("surface"))
    painter.drawRoundedRect(QRectF(QPointF(0, 0), size).adjusted(1, 1, -1, -1), radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    paint_header(painter, widget, size.width() - _PAD)
    return paint_failed_body(painter, body_of(size), audience)


def paint_failed_body(painter: QPainter, body: QRectF, audience: Audience = "show") -> Links:
    """Draw that a widget's content can't be drawn, without frame and header. Returns its links."""
    painter.fillRect(body, theme().color("surface"))
    return error_painting.paint_error(painter, body, drawing_error(), audience)


def _paint_words(painter: QPainter, widget: WidgetContent, note: TileNote, end: float) -> float:
    """Draw what a mark means behind its icon, unless the title needs that room. Returns where the icon ends."""
    font = theme().font("caption")
    title = QFontMetricsF(theme().font("body_strong")).horizontalAdvance(widget.title or widget.kind_name)
    begin = end - QFontMetricsF(font).horizontalAdvance(note.words) - 1
    if not note.words or begin - 18 - _NOTE_GAP < _PAD + _TITLE_LEFT + min(title, _MOST_TITLE):
        return end
    painter.setFont(font)
    painter.setPen(theme().color(note.role))
    painter.drawText(QRectF(begin, 1, end - begin, HEADER), _RIGHT, note.words)
    return begin - 4


def _paint_limit(painter: QPainter, widget: WidgetContent, words: str, end: float) -> float:
    """Draw beside the end of a header that rows are left out, unless the title needs that room. Returns where it
    begins."""
    font = theme().font("caption")
    title = QFontMetricsF(theme().font("body_strong")).horizontalAdvance(widget.title or widget.kind_name)
    begin = end - QFontMetricsF(font).horizontalAdvance(words) - 1
    if not words or begin - _NOTE_GAP < _PAD + _TITLE_LEFT + min(title, _MOST_TITLE):
        return end
    painter.setFont(font)
    painter.setPen(theme().color("text.muted"))
    painter.drawText(QRectF(begin, 1, end - begin, HEADER), _RIGHT, words)
    return begin - _NOTE_GAP


def _paint_note(painter: QPainter, note: TileNote, box: QRectF) -> None:
    colour = theme().color(note.role)
    paint_icon(painter, note.icon, box, colour)
    if note.struck:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("surface"), 3))
        painter.drawLine(box.topLeft(), box.bottomRight())
        painter.setPen(QPen(colour, 1.2))
        painter.drawLine(box.topLeft(), box.bottomRight())
        painter.restore()


def paint_badge(painter: QPainter, text: str, end: float, middle: float) -> float:
    """Draw a badge that ends at x = `end`. Returns where it begins."""
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
    """The rectangle of a badge that ends at x = `end`."""
    width = QFontMetricsF(theme().font("caption")).horizontalAdvance(text) + 12
    return QRectF(end - width, middle - 9, width, 18)


def header_badge(size: QSizeF, text: str, links: Links, *, locked: bool) -> QRectF:
    """The rectangle of the badge in the header of a tile."""
    end = (links.stop.left() - 8 if links.stop else size.width() - _PAD) - (20 if locked else 0)
    return badge_box(text, end, HEADER / 2 + 1)


def body_of(size: QSizeF) -> QRectF:
    """The rectangle of a tile below its header."""
    return QRectF(_PAD, HEADER, size.width() - 2 * _PAD, size.height() - HEADER - _PAD)


def paint_body(
    painter: QPainter,
    body: QRectF,
    widget: WidgetContent,
    result: QueryResult | None,
    audience: Audience = "show",
    row: Sequence[MetricCard] = (),
    offer: DataOffer = "",
) -> Links:
    """Draw a widget's content, without frame and header. Returns its links."""
    if widget.kind is None:
        paint_empty_tile(painter, body, widget.icon, unknown_kind_text(widget), unknown_kind_advice(widget))
    elif widget.kind.type == IMAGE:
        _paint_image(painter, body, widget, result, audience)
    elif not widget.kind.query:
        ink = "text" if widget.setting("text") else "text.muted"
        _paint_markdown(painter, body, str(widget.setting("text")) or text_prompt(widget, audience), ink)
    elif result is None:
        return paint_no_query(painter, body, offer, audience)
    else:
        return _paint_result(painter, body, widget, result, audience, row)
    return Links()


def text_prompt(widget: WidgetContent, audience: Audience) -> str:
    """What an empty text widget says to users who can edit it; empty for all others."""
    prompts = [setting.prompt for setting in (widget.kind.settings if widget.kind else ()) if setting.prompt]
    return _(prompts[0]) if prompts and audience == "edit" else ""


def unknown_kind_text(widget: WidgetContent) -> str:
    """The message on a widget of an unknown kind; for an imported one, the name of its original kind."""
    name = number_format.truncate(widget.kind_name, MAX_TITLE)
    if widget.kind_name != widget.type:
        return name
    return _("This version can't show “{kind}” widgets.").format(kind=name)


def unknown_kind_advice(widget: WidgetContent) -> str:
    """What becomes of a widget of an unknown kind, as the report of an import says it too."""
    if widget.kind_name != widget.type:
        return _("Benchboard can't show this widget. Its Grafana settings are kept.")
    return _("The widget is kept unchanged.")


def summary(widget: WidgetContent, result: QueryResult | None) -> str:
    """The content of a tile as text, for screen readers."""
    return ", ".join(part for part in (_content_summary(widget, result), row_limit_note(widget, result)) if part)


def _content_summary(widget: WidgetContent, result: QueryResult | None) -> str:
    if widget.kind is None:
        return unknown_kind_text(widget)
    if widget.kind.type == IMAGE:
        return _image_summary(widget, result)
    if result is None and widget.kind.query:
        return _("No query yet.")
    if result is None or result.is_pending:
        return ""
    if result.error is not None:
        return result.error.what
    kind = widget.kind.type
    if result.table is not None and result.table.rows and mismatch_reason(widget, result.table) is None:
        if kind == "metric_card":
            return _card_summary(widget, result.table, result.before)
        if kind == "gauge":
            return stat_tiles.gauge_summary(widget, result.table)
    count = len(result.table.rows) if result.table is not None else 0
    if result.table is not None and not count:
        return " ".join(part for part in no_rows_of(result, result.table) if part)
    rows = ngettext("{count} row", "{count} rows", count).format(count=count)
    drawing = DRAWINGS.get(kind)
    if drawing is not None and result.table is not None and drawing.mismatch(widget, result.table) is None:
        return drawing.summary(widget, result, result.table)
    shown = shown_table(widget, result)
    if isinstance(shown, PivotTable):
        columns = len(shown.column_keys) * len(shown.places.values)
        counts = ngettext("{count} column", "{count} columns", columns).format(count=columns)
        count = shown.data_row_count
        rows = ngettext("{count} row", "{count} rows", count).format(count=count)
        return ", ".join((shown.caption, rows, counts))
    if kind == "pie_chart" and result.table is not None and mismatch_reason(widget, result.table) is None:
        figures = main_figures.slices_text(result.table, number_format.unit(widget))
        return "; ".join(part for part in (rows, figures) if part)
    is_chart = kind in ("line_chart", "area_chart", "bar_chart")
    if not is_chart or result.table is None:
        return rows
    drawn = missing_periods.drawn_table(widget, result)
    figures = (
        "" if mismatch_reason(widget, result.table) else main_figures.series_text(drawn, number_format.unit(widget))
    )
    notes = [charts.undrawn_text(drawn), drawn.missing_note, chart_note.text(drawn, number_format.unit(widget))]
    notes += [charts.zero_text(drawn)] if kind == "line_chart" else []
    return ", ".join(part for part in (rows, charts.series_by_text(drawn), figures, *notes) if part)


def _card_summary(widget: WidgetContent, table: ResultTable, before: PeriodBefore | None) -> str:
    """The number of a card, its change, and the period that it compares with."""
    if amounts := currency_card.currency_amounts(table, before):
        return currency_card.summary(widget, amounts)
    stat = stat_tiles.StatValue.of(table, before)
    change = metric_card.card_change(widget, stat)
    if change is None:
        return stat.formatted(widget)
    sign = {1: "+", 0: "", -1: "−"}[change.sign]  # a minus sign
    period = utc_span(before.period.start, before.period.end) if before is not None else ""
    against = _("compared with {period}").format(period=period) if period else ""
    parts = (stat.formatted(widget), sign + change.size if change.size else "", change.words, against)
    return ", ".join(part for part in parts if part)


def _paint_image(
    painter: QPainter, body: QRectF, widget: WidgetContent, result: QueryResult | None, audience: Audience
) -> None:
    if not widget.setting("picture"):
        what, do = _no_picture(widget)
        paint_empty_tile(painter, body, "ph.image", what, do if audience == "edit" else "")
    elif result is not None and result.error is not None:
        paint_empty_tile(painter, body, "ph.warning-circle", result.error.what, result.error.do)
    elif result is not None and result.picture is not None:
        if body.width() > 1 and body.height() > 1:
            image_painting.paint_picture(painter, body, widget, result.picture)
    elif result is not None and result.late:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("grid"))
        painter.drawRoundedRect(body, 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _no_picture(widget: WidgetContent) -> tuple[str, str]:
    """The message of an image widget without an image, and what to do. A linked image is named, but never fetched."""
    url = widget.config.get("url")
    if isinstance(url, str) and url:
        where = number_format.truncate(" ".join(url.split()), _MAX_ADDRESS)
        what = _("This image links to {address}").format(address=where)
        return what, _("Benchboard doesn't load linked images. Choose, drop or paste the image itself.")
    return _("No image yet."), _("Choose one on the right, drop a file here, or paste one.")


def _image_summary(widget: WidgetContent, result: QueryResult | None) -> str:
    if not widget.setting("picture"):
        return _no_picture(widget)[0]
    if result is not None and result.error is not None:
        return result.error.what
    return str(widget.setting("alt"))


def _paint_loading_header(painter: QPainter, size: QSizeF) -> QRectF:
    """Draw at the end of the header that the widget is loading, and a link to stop that.

    Returns the link's rectangle.
    """
    font = theme().font("caption")
    word, link = _("Loading"), _("Stop")
    metrics = QFontMetricsF(font)
    spot = QRectF(size.width() - _PAD - metrics.horizontalAdvance(link), 1, metrics.horizontalAdvance(link), HEADER)
    painter.setFont(font)
    painter.setPen(theme().color("accent.text"))
    painter.drawText(spot, _RIGHT, link)
    width = metrics.horizontalAdvance(word)
    painter.setPen(theme().color("text.muted"))
    painter.drawText(QRectF(spot.left() - 8 - width, 1, width, HEADER), _LEFT, word)
    return spot.adjusted(-8 - width, 0, 0, 0)


def paint_header(painter: QPainter, widget: WidgetContent, end: float, *, title_first: bool = False) -> None:
    """Draw the icon of the kind and the title up to x = `end`, shortened if need be: tiles side by side all have their
    icons. Where only a letter or two would be left, the title stands alone; with `title_first`, where it would be cut
    at all."""
    font, name = theme().font("body_strong"), number_format.truncate(widget.title or widget.kind_name, MAX_TITLE)
    metrics, room = QFontMetricsF(font), QRectF(_PAD + _TITLE_LEFT, 1, max(0.0, end - _PAD - _TITLE_LEFT), HEADER)
    least = metrics.horizontalAdvance(name)
    if room.width() >= (least if title_first else min(_MIN_TITLE, least)):
        paint_icon(painter, widget.icon, QRectF(_PAD, 10, 14, 14), theme().color("text.muted"))
    else:
        room.setLeft(_PAD)
    painter.setFont(font)
    painter.setPen(theme().color("text"))
    painter.drawText(room, _LEFT, metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width()))


def _paint_result(
    painter: QPainter,
    body: QRectF,
    widget: WidgetContent,
    result: QueryResult,
    audience: Audience,
    row: Sequence[MetricCard],
) -> Links:
    can_edit = audience == "edit"
    if result.error is not None:
        return error_painting.paint_error(painter, body, result.error, audience)
    if result.table is None:
        if result.late:
            _paint_skeleton(painter, body, widget)
    elif not result.table.rows:
        return _paint_no_rows(painter, body, result, result.table, audience)
    elif (why := mismatch_reason(widget, result.table)) is not None:
        do = mismatch_advice(widget, result.table) if can_edit else ""
        paint_empty_tile(painter, body, "ph.warning-circle", why, do)
    else:
        return Links(legend=_paint_table_as(painter, body, widget, result, result.table, audience, row))
    return Links()


def _paint_no_rows(
    painter: QPainter, body: QRectF, result: QueryResult, table: ResultTable, audience: Audience
) -> Links:
    is_live = audience in ("edit", "read")  # an export and a presentation have neither a bar nor links
    if result.quiet and is_live:
        paint_empty_tile(painter, body, "ph.tray", _("No rows"))
        return Links()
    texts, elsewhere = no_rows_of(result, table), result.data_elsewhere
    if elsewhere is None or not is_live:
        paint_empty_tile(painter, body, "ph.tray", *texts)
        return Links()
    return Links(period=paint_with_button(painter, body, "ph.tray", texts, show_period_text(elsewhere)))


def show_period_text(period: Period) -> str:
    """The title of a button that shows a period."""
    return _("Show {period}").format(period=utc_span(period.start, period.end))


def card_of(widget: WidgetContent, result: QueryResult | None, size: QSizeF) -> MetricCard | None:
    """The metric card in a tile of this size; None if the tile shows none, or has no number yet, or several."""
    if widget.kind is None or widget.kind.type != "metric_card" or result is None or result.error is not None:
        return None
    if result.table is None or not result.table.rows or mismatch_reason(widget, result.table) is not None:
        return None
    if currency_card.currency_amounts(result.table):
        return None  # its numbers have sizes of their own
    return MetricCard(widget, stat_tiles.StatValue.of(result.table, result.before), body_of(size).size())


def no_rows_texts(table: ResultTable) -> tuple[str, str]:
    """The message of a result without rows, and what to do; the second is empty where nothing can be advised."""
    if table.empty_relation:
        relation = RELATIONS[table.empty_relation]
        return _(relation.no_rows), _(relation.no_rows_advice)
    return _("The query returned no rows."), ""


def no_rows_of(result: QueryResult, table: ResultTable) -> tuple[str, str]:
    """The message of a widget without rows: with the filters and the time range that its query names, which may leave
    none, or with when the data are, if that is known to be at other times."""
    if result.data_elsewhere is not None:
        span = utc_span(result.data_elsewhere.start, result.data_elsewhere.end)
        return _("No data in this time range."), _("The data are from {period}.").format(period=span)
    what, do = no_rows_texts(table)
    if do:
        return what, do
    limits = [_("Filtered by {filters}.").format(filters=result.filters)] if result.filters else []
    if result.period is not None and {"from", "to"} & {*names_in(result.query)}:
        span = utc_span(result.period.start, result.period.end)
        limits.append(_("The time range is {period} (UTC).").format(period=span))
    return what, " ".join(limits)


def mismatch_reason(widget: WidgetContent, table: ResultTable) -> str | None:
    """Why this kind of widget can't show a result; None if it can."""
    kind = widget.kind.type if widget.kind else ""
    if kind in _GROUPING and has_subtotals(table, widget.query):
        return _("The result has rows of totals, which would be drawn as groups.")
    if (drawing := DRAWINGS.get(kind)) is not None:
        return why[0] if (why := drawing.mismatch(widget, table)) is not None else None
    if kind == PIVOT:
        return why[0] if (why := pivot_mismatch(widget, table)) is not None else None
    found = [index for index, column in enumerate(table.columns) if number_format.is_numeric(column)]
    if kind in ("metric_card", "gauge") and not found:
        return _("The query returned no numbers.")
    if kind == "metric_card" and currency_card.currency_amounts(table):
        return None
    if kind in ("metric_card", "gauge") and (several := several_series_reason(table)) is not None:
        return currency_card.reason() if currency_card.currency_amounts(table) else several
    if kind == "gauge":
        low, high = stat_tiles.gauge_range(widget, table)
        if low >= high:
            ends = {"low": number_format.abbreviate(low), "high": number_format.abbreviate(high)}
            return _("The minimum, {low}, must be below the maximum, {high}.").format(**ends)
    if kind in _CHARTS and not any(index > 0 for index in found):
        return _("No numeric column to plot after the first column.")
    if kind in _CHARTS and all(value is None for k in found if k for value in number_format.column_numbers(table, k)):
        return _("The query returned no numbers.")
    if kind == "pie_chart" and pies.has_mixed_currencies(table):
        return _("These amounts are in different currencies, so they have no total.")
    if kind == "pie_chart" and (names := pies.repeated_names(table)):
        return _("Several rows have the same “{x}”.").format(x=names)
    if kind not in _CHARTS or kind == "pie_chart":
        return None
    return _repeated_x(kind, table) or _stack_reason(widget, table) or _log_reason(widget, table)


def _repeated_x(kind: str, table: ResultTable) -> str | None:
    """Why a chart can't tell the rows of a result apart; None if it can. Bars without a time are one for each row."""
    drawn = chart_table(table)
    is_row_each = (
        kind == "bar_chart" and not drawn.series_by and periods.moments([row[0] for row in table.rows]) is None
    )
    if not drawn.repeats_x or is_row_each:
        return None
    x = table.columns[0].title
    if drawn.series_by:
        return _("Several rows have the same “{x}” and “{series}”.").format(x=x, series=drawn.series_by)
    return _("Several rows have the same “{x}”.").format(x=x)


def _stack_reason(widget: WidgetContent, table: ResultTable) -> str | None:
    """Why a chart can't stack a result as its settings say; None if it can."""
    if widget.kind is None or widget.kind.type not in STACKED_KINDS or widget.setting("stack") in ("auto", "off"):
        return None
    return why_not_stacked(widget, replace(chart_table(table), right=right_series(widget)), table)


def _log_reason(widget: WidgetContent, table: ResultTable) -> str | None:
    """Why a chart can't have a logarithmic axis as its settings say; None if it can."""
    if widget.kind is None or widget.kind.type not in _CHARTS[:3] or widget.setting("scale") != "log":
        return None
    drawn = replace(chart_table(table), right=right_series(widget))
    found = [index for index, column in enumerate(drawn.columns) if index and number_format.is_numeric(column)]
    left = [index for index in found if not drawn.is_right(index)]
    values = [value for index in left for value in number_format.column_numbers(drawn, index)]
    if any(value is not None and value <= 0 for value in values):
        return _("A logarithmic axis has no place for values of 0 or less.")
    return None


def mismatch_advice(widget: WidgetContent, table: ResultTable) -> str:
    """What to do about a result that the widget can't show."""
    if widget.kind is not None and widget.kind.type in _GROUPING and has_subtotals(table, widget.query):
        return _("Group without ROLLUP, CUBE or GROUPING SETS, or use a table.")
    drawing = DRAWINGS.get(widget.kind.type) if widget.kind is not None else None
    if drawing is not None and (why := drawing.mismatch(widget, table)) is not None and why[1]:
        return why[1]
    if widget.kind is not None and widget.kind.type == PIVOT and (why := pivot_mismatch(widget, table)) and why[1]:
        return why[1]
    if widget.kind is not None and widget.kind.type == "pie_chart" and pies.has_mixed_currencies(table):
        return _("Filter by one currency, or use a table.")
    is_stat = widget.kind is not None and widget.kind.type in ("metric_card", "gauge")
    if is_stat and several_series_reason(table) is not None:
        if currency_card.currency_amounts(table):
            return _("Filter by one currency, or use a metric card, bars or a table.")
        return several_series_advice()
    is_pie = widget.kind is not None and widget.kind.type == "pie_chart"
    if is_pie and pies.repeated_names(table):
        return _("Group by it in the query, or use a table.")
    if widget.kind is not None and _repeated_x(widget.kind.type, table) is not None:
        return _("Group by it in the query, select a text column that names the series, or use a table.")
    if _log_reason(widget, table) is not None:
        return _("Set the scale to Linear, or filter the rows.")
    if _stack_reason(widget, table) is not None:
        return _("Set the stacking to Off, or filter the rows.")
    return _(widget.kind.takes) if widget.kind is not None else ""


def _paint_table_as(
    painter: QPainter,
    body: QRectF,
    widget: WidgetContent,
    result: QueryResult,
    table: ResultTable,
    audience: Audience,
    row: Sequence[MetricCard],
) -> tuple[LegendTarget, ...]:
    """Draw a result as the kind of its widget; returns the names of its legend that can be clicked."""
    kind = widget.kind.type if widget.kind else ""
    if (drawing := DRAWINGS.get(kind)) is not None:
        drawing.paint(painter, body, widget, result, table)
    elif kind == "metric_card" and (amounts := currency_card.currency_amounts(table, result.before)):
        currency_card.paint(painter, body, widget, amounts)
    elif kind == "metric_card":
        metric_card.paint(painter, body, widget, table, before=result.before, row=row, wall=audience == "wall")
    elif kind == "gauge":
        stat_tiles.paint_gauge(painter, body, widget, table)
    elif (shown := shown_table(widget, result)) is not None:
        table_painting.paint_table(painter, body, shown, audience)
    elif kind == "pie_chart":
        return pies.paint_pie(
            painter, body, table, number_format.unit(widget), result.colours, result.legend, series_colours(widget)
        )
    else:
        paint: Callable[[QPainter, QRectF, ChartTable, str], tuple[LegendTarget, ...]] = {
            "line_chart": charts.paint_lines,
            "area_chart": charts.paint_areas,
            "bar_chart": bars.paint,
        }[kind]
        drawn, own = missing_periods.drawn_table(widget, result), number_format.unit(widget)
        chart_note.paint(painter, body, drawn, own)
        return paint(painter, chart_note.box_below(body, drawn, own), drawn, own)
    return ()


class _MarkdownDocument(QTextDocument):
    """A document of Markdown without HTML, which loads nothing from the disk or the network."""

    def loadResource(self, _type: int, _name: QUrl | str) -> Any:
        # Must return an image: without one, Qt opens the name as a file by itself.
        blank = QImage(1, 1, QImage.Format.Format_ARGB32)
        blank.fill(Qt.GlobalColor.transparent)
        return blank


def markdown_document(markdown: str) -> QTextDocument:
    """The document of a Markdown text."""
    document, font = _MarkdownDocument(), theme().font("body")
    document.setDefaultFont(font)
    document.setDocumentMargin(0)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    lines = number_format.truncate(markdown, _MAX_CHARACTERS).split("\n")
    lines = [*lines[:_MAX_LINES], "…"] if len(lines) > _MAX_LINES else lines
    document.setMarkdown("\n".join(lines), QTextDocument.MarkdownFeature.MarkdownNoHTML)
    _draw_links_as_text(document)
    document.setIndentWidth(_indent(document, QFontMetricsF(font)))
    _set_line_heights(document)
    return document


def _draw_links_as_text(document: QTextDocument) -> None:
    """Take the look of a link from the text of each: a click on a dashboard opens none, whatever its scheme."""
    cursor, block = QTextCursor(document), document.begin()
    while block.isValid():
        at = block.begin()
        links = []
        while not at.atEnd():
            if at.fragment().charFormat().isAnchor():
                links.append((at.fragment().position(), at.fragment().length(), at.fragment().charFormat()))
            at += 1
        for start, length, look in links:
            for name in _LINK_PROPERTIES:
                look.clearProperty(name)
            cursor.setPosition(start)
            cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(look)
        block = block.next()


def _set_line_heights(document: QTextDocument) -> None:
    """Set the tokens' line height; a heading gets that of a title, in proportion to its size."""
    cursor = QTextCursor(document)
    block = document.begin()
    while block.isValid():
        step = "title" if block.blockFormat().headingLevel() else "body"
        distance = round(QFontInfo(block.charFormat().font()).pixelSize() * theme().line_height(step))
        spaced = QTextBlockFormat()
        spaced.setLineHeight(distance, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
        cursor.setPosition(block.position())
        cursor.mergeBlockFormat(spaced)
        block = block.next()


def _indent(document: QTextDocument, metrics: QFontMetricsF) -> float:
    """The indent of lists, wide enough for the longest of their numbers."""
    widest, block = 0.0, document.begin()
    while block.isValid():
        listed = block.textList()
        if listed is not None and listed.format().style() in _NUMBERED:
            widest = max(widest, metrics.horizontalAdvance(f"{listed.itemText(block)} "))
        block = block.next()
    return max(_INDENT, math.ceil(widest) + 2.0)


def _paint_markdown(painter: QPainter, body: QRectF, markdown: str, ink: str = "text") -> None:
    document = markdown_document(markdown)
    document.setTextWidth(body.width())
    context = QAbstractTextDocumentLayout.PaintContext()
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Text, theme().color(ink))
    context.palette = palette
    painter.save()
    painter.translate(body.topLeft())
    painter.setClipRect(QRectF(0, 0, body.width(), body.height()), Qt.ClipOperation.IntersectClip)
    context.clip = QRectF(0, 0, body.width(), body.height())
    document.documentLayout().draw(painter, context)
    painter.restore()


def _paint_skeleton(painter: QPainter, body: QRectF, widget: WidgetContent) -> None:
    """Draw the placeholder of a widget that is loading: pale shapes of its kind."""
    kind = widget.kind.type if widget.kind else ""
    if kind in ("metric_card", "gauge"):
        high = QRectF(body.left(), body.bottom() - 52, body.width() * 0.45, 24)
        paint_bars(painter, [high, QRectF(body.left(), body.bottom() - 14, body.width() * 0.6, 10)])
    elif kind in ("table", PIVOT):
        for row in range(int(body.height() // table_painting.ROW_HEIGHT)):
            y = body.top() + row * table_painting.ROW_HEIGHT + 7
            columns = ((0.0, 0.38), (0.5, 0.2), (0.8, 0.2))
            at = [(body.left() + body.width() * left, body.width() * width) for left, width in columns]
            paint_bars(painter, [QRectF(left, y, width, 10) for left, width in at])
    elif kind in ("line_chart", "area_chart", "pie_chart"):
        skeleton.paint(painter, body, kind)
    else:
        count = max(3, int(body.width() // 40))
        heights = [body.height() * (0.35 + 0.12 * ((place * 3) % 5)) for place in range(count)]
        step = body.width() / count
        paint_bars(
            painter,
            [
                QRectF(body.left() + place * step, body.bottom() - height, step - 12, height)
                for place, height in enumerate(heights)
            ],
        )
