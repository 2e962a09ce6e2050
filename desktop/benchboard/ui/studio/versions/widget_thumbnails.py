"""Pictures of tiles outside the canvas, for comparing versions and resolving conflicts."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QTextDocument, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.dashboards.document.document import Document, empty
from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.dashboards.layout import ROW, Cell, Item, Layout
from benchboard.dashboards.variables.repeat_expansion import VariableChoice
from benchboard.dashboards.variables.variable_state import Selections
from benchboard.dashboards.versions.diff import WordRun
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.container_painting import paint_heading, tab_boxes
from benchboard.ui.studio.tiles.drawing_failures import draw_or_report
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.studio.tiles.renderers import HEADER, paint_content, paint_failed, paint_frame, paint_header
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.variable_options import VariableQueryRunner
from benchboard.ui.theme import theme

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_PAD: Final = 12
_MAX_CHARACTERS: Final = 10_000
_MAX_RUNS: Final = 1_000


class ThumbnailAnswers(QObject):
    """The query results of one document's widgets, loaded in the background.

    `choices` are the variable values that the reader selected; a variable without one has the document's value.
    `came` emits the id of a widget with a new result.
    """

    came = Signal(str)

    def __init__(
        self,
        context: "Context",
        parent: QObject | None = None,
        *,
        choices: Mapping[str, VariableChoice] | None = None,
    ) -> None:
        super().__init__(parent)
        self._editor, self._selected = Editor(self), Selections(dict(choices or {}))
        self._query_runner = WidgetQueryRunner(context, self._editor, self)
        self._query_runner.result_changed.connect(self.came)
        self._variable_runner = VariableQueryRunner(context, self._editor, self)  # “All” stands for what is there now

    def ask(self, document: Document) -> None:
        """Run the queries of this document's widgets."""
        self._editor.load(document, self._selected)

    def load_widget(self, item: Item | None, variables: Document) -> None:
        """Run the query of one widget, with the variables of a document."""
        pairs = [(item, Cell(0, 0, 1, 1))] if item is not None and not item.panes else []
        self.ask(Document(Layout.of(1, pairs), variables=variables.variables))

    def of(self, item_id: str) -> QueryResult | None:
        """The present result of a widget."""
        return self._query_runner.result(item_id)

    @property
    def busy(self) -> bool:
        """Whether a result is being loaded."""
        return self._query_runner.busy or self._variable_runner.busy

    def stop(self) -> None:
        """Cancel all queries: the thumbnails are not shown any more."""
        self._editor.load(empty())
        self._query_runner.cancel_all()
        self._variable_runner.cancel_all()


def render_tile(
    item: Item,
    size: QSizeF,
    result: QueryResult | None,
    sharp: float,
    *,
    edge: str = "tile.border",
    runs: Sequence[WordRun] = (),
) -> QPixmap:
    """Render an item's tile, its frame in colour `edge`.

    With `runs` it shows how its text changed instead of the text.
    """
    pixels = QSize(max(1, math.ceil(size.width() * sharp)), max(1, math.ceil(size.height() * sharp)))
    made = QPixmap(pixels)
    made.setDevicePixelRatio(sharp)
    made.fill(Qt.GlobalColor.transparent)
    with QPainter(made) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        box = QRectF(QPointF(0, 0), size)
        if item.type != ROW or edge != "tile.border":  # a row has no frame, as on its page
            paint_frame(painter, box, edge, hollow=bool(item.panes))
        if item.panes:
            paint_heading(painter, item, size.width(), tab_boxes(item, size.width()))
        elif runs:
            paint_header(painter, widget_of(item), size.width() - _PAD, title_first=True)
            _paint_runs(painter, QRectF(_PAD, HEADER, size.width() - 2 * _PAD, size.height() - HEADER - _PAD), runs)
        else:
            widget = widget_of(item)
            draw_or_report(
                painter,
                lambda: paint_content(painter, size, widget, result, title_first=True),
                lambda: paint_failed(painter, size, widget),
            )
    return made


def _paint_runs(painter: QPainter, box: QRectF, runs: Sequence[WordRun]) -> None:
    """Paint a text with removed words struck out and added ones highlighted; colour is not the only sign."""
    words = QTextDocument()
    words.setDefaultFont(theme().font("body"))
    words.setDocumentMargin(0)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    words.setDefaultTextOption(option)
    runs = _truncate_runs(runs)
    words.setHtml("".join(_run_markup(run, after) for after, run in zip((None, *runs), runs, strict=False)))
    words.setTextWidth(box.width())
    painter.save()
    painter.translate(box.topLeft())
    painter.setClipRect(QRectF(0, 0, box.width(), box.height()))
    words.drawContents(painter, QRectF(0, 0, box.width(), box.height()))
    painter.restore()


def _truncate_runs(runs: Sequence[WordRun]) -> list[WordRun]:
    """The first runs, with no more text than a tile shows: Qt lays out all of it."""
    shown, room = list[WordRun](), _MAX_CHARACTERS
    for run in runs[:_MAX_RUNS]:
        if room > 0:
            shown.append(run._replace(text=number_format.truncate(run.text, room)))
            room -= len(run.text)
    return shown


def _run_markup(run: WordRun, after: WordRun | None) -> str:
    apart = " " if after is not None and (after.kind, run.kind) == ("gone", "new") and run.text.strip() else ""
    text = escape(run.text).replace("\n", "<br>")
    role = {"same": "text", "gone": "error", "new": "ok"}[run.kind]
    back = "" if run.kind == "same" else f"background:{theme().color(f'{role}.soft').name()};"
    line = {"gone": "text-decoration:line-through;", "new": "text-decoration:underline;"}.get(run.kind, "")
    return f"{apart}<span style='white-space:pre-wrap;color:{theme().color(role).name()};{back}{line}'>{text}</span>"


class TileView(QWidget):
    """One widget's tile by itself, or a sentence if there is none."""

    def __init__(self, answers: ThumbnailAnswers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results, self._empty_text = answers, ""
        self._item: Item | None = None
        self._runs: Sequence[WordRun] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(170)
        answers.came.connect(self._answer_changed)

    def show_item(self, item: Item | None, runs: Sequence[WordRun] = (), *, none: str = "") -> None:
        """Show this item, or with `runs` how its text changed; `none` is the sentence without an item."""
        self._item, self._runs, self._empty_text = item, runs, none
        self.setAccessibleName(self._empty_text if item is None else widget_of(item).title or widget_of(item).kind_name)
        self.update()

    def _answer_changed(self, _item_id: str) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            box = QRectF(self.rect())
            if self._item is None:
                paint_frame(painter, box, "border.strong", hollow=True, dashed=True)
                painter.setPen(theme().color("text.muted"))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._empty_text)
            else:
                result = self._results.of(self._item.id)
                shown = render_tile(self._item, box.size(), result, self.devicePixelRatioF(), runs=self._runs)
                painter.drawPixmap(QPointF(0, 0), shown)
