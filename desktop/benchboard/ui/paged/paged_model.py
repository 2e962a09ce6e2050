"""The model of all paged tables: rows are fetched by keyset page on a worker, never all at once.

    model = PagedTableModel(ctx.tasks, lambda s, listing, after, limit: people.list_people(
        s, ctx.actor, listing, after=after, limit=limit), COLUMNS, self)

Sorting, searching and filtering are new queries: setting `listing` starts again at the first page, and pages of an
older query are dropped by their generation number. A refresh keeps the rows on screen until the new ones arrive.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, Final, Generic, Literal, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter

from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, number
from benchboard.paging import Line, Listing, Page, fold
from benchboard.ui.tasks import DatabaseSession, Tasks, Work
from benchboard.ui.widgets.badges import Kind
from benchboard.ui.widgets.labels import plain_tooltip

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
Spoken = Literal["plain", "titled", "never"]
Fetch = Callable[[DatabaseSession, Listing, str | None, int], Page[Row]]
PAGE = 100
NO_VALUE: Final = "–"
"""What a cell without a value shows."""
_MAX_REFRESH = 1000


@dataclass(frozen=True, slots=True)
class Mark:
    """A state in a cell: kind (its colour and default icon) and a word."""

    kind: Kind
    text: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column. `key` is the name to sort by. `text` is the text of the cell, also for screen readers and copying.

    At most one of `mark` (coloured word), `badge`, `badges` (several, and what is written after them) and `meter`
    (share 0 to 1 before the text) draws the cell instead of plain text; `second` is a smaller second line (rows are
    then 44 px or more), `avatar` a person's circle before it,
    `picture` draws a picture before it in the rectangle that it is given (rows are then 60 px, and a `second` line that
    is too long is wrapped once).
    `repeated` follows the text of a line that stands for several rows, or is the first of several unfolded ones.
    `width` is in pixels; a column with `stretch` takes spare width up to `most`, without one no more than what the
    loaded rows need, and at most the widest cell of the tokens: the columns stand beside each other at the left.
    """

    key: str
    title: str
    text: Callable[[Row], str]
    sortable: bool = False
    align_right: bool = False
    tooltip: Callable[[Row], str] | None = None
    second: Callable[[Row], str] | None = None
    second_mono: bool = False
    avatar: Callable[[Row], str] | None = None
    avatars: Callable[[Row], Sequence[str]] | None = None
    """The circles of several people before the text, each over the end of the one before it (rows are then 44 px)."""
    picture: Callable[[QPainter, QRectF, Row], None] | None = None
    mark: Callable[[Row], Mark | None] | None = None
    badge: Callable[[Row], Mark | None] | None = None
    badges: Callable[[Row], tuple[Sequence[Mark], str]] | None = None
    meter: Callable[[Row], float | None] | None = None
    meter_width: int = 52
    meter_warns: bool = True
    """Whether a share of more than 60 % is trouble, as of a bus that is busy."""
    drawing: Callable[[QPainter, QRectF, Row], None] | None = None
    """Draws before the text, in a rectangle of `drawing_width` and the height of the row."""
    drawing_width: int = 64
    series: int | None = None
    """The number of the chart's colour whose line stands before the title; dashed from the second one on."""
    tag: Callable[[Row], Mark | None] | None = None
    """A badge after the text, for the few rows that have one."""
    repeated: "Callable[[Line[Row]], str] | None" = None
    mono: bool | Callable[[Row], bool] = False
    muted: bool | Callable[[Row], bool] = False
    zero_muted: bool = False
    """Whether a 0 stands back, as where there usually is none."""
    ink: str = "text"
    """The colour of a text that says something, as `accent.text` for the ID of a frame, as a list of frames has it."""
    middle: bool = False
    """Whether a text too long is elided in its middle: the end of a path says more than its folders."""
    names: bool = False
    """Whether what the text has in quotation marks, the name of a thing, stands out."""
    width: int = 120
    stretch: bool = False
    most: int = 0
    optional: bool = False
    """Whether the column is left out where the others would be cut off. Never the first or the last one."""
    sparse: bool = False
    """Whether the column is left out while no row that is loaded has a text in it. Never the first or the last one."""
    fits: bool = False
    """Whether the column is only as wide as what the loaded rows have in it, and its title; `width` is then the most,
    or `most` where the column stretches and there is spare width.
    Not for a text that gets longer while it is shown, such as how long ago something was."""
    whole: bool = False
    """Whether its cells are never elided, such as times, which say nothing without their end: others are, before it."""
    untitled: bool = False
    """Whether nothing stands above its cells, whose icon says enough: a tooltip and screen readers tell the title."""
    speech: Callable[[Row], str] | None = None
    """What is read out in place of the text with the row: that may say less, as a time below the heading of its day."""
    read_alone: Callable[[Row], str] | None = None
    """What is read out in place of the text of a cell that is reached alone, as of an icon."""
    spoken: Spoken = "plain"
    """How a cell is read out with its row: `titled` with the title, as numbers always are, or `never`."""
    opens: Callable[[Row], bool] | None = None
    """Whether a click on this row's cell opens the row; one on another cell only selects it."""
    acts: bool = False
    """Whether a click on a cell does something by itself, so that a double click there doesn't open the row."""


class PagedTableModel(QAbstractTableModel, Generic[Row]):
    """The loaded rows of a list that may have millions.

    Rows are identified by `identity` (their `id`), so that ticks survive a refresh. With `repeats`, rows that repeat
    each other are folded into one line (by `fold`), while the list is sorted by time.

    Signals: `loaded` after every page, `failed` with the error that stopped one, `ticked` when the set of ticked rows
    changed.
    """

    loaded = Signal()
    failed = Signal(object)
    ticked = Signal()

    def __init__(
        self,
        tasks: Tasks,
        fetch: "Fetch[Row]",
        columns: "tuple[Column[Row], ...]",
        parent: QObject,
        *,
        identity: Callable[[Row], Hashable] = attrgetter("id"),
        page: int = PAGE,
        own_filters: frozenset[str] = frozenset(),
        repeats: Callable[[Row], Hashable | None] | None = None,
    ) -> None:
        super().__init__(parent)
        self._repeats = repeats
        self._unfolded: set[Hashable] = set()
        self._own_filters = own_filters
        self._tasks = tasks
        self._fetch = fetch
        self.columns = columns
        self._identity = identity
        self._page = page
        self._rows: list[Row] = []
        self._lines: list[Line[Row]] = []
        self._next: str | None = None
        self._last_request: tuple[str | None, int] = (None, page)
        """After which key, and how many rows."""
        self._listing = Listing()
        self._generation = 0
        self._work: Work | None = None
        self.ticks_went = False
        """While `ticked` is emitted: whether ticked rows are gone, by neither the user's ticks nor a filter."""
        self._loaded_listing = self._listing
        self._ticks: dict[Hashable, Row] = {}
        self.checkable = False
        """Whether its rows have check boxes: set by the view that draws them."""
        self.drag_data: Callable[[Sequence[Row]], QMimeData] | None = None
        """What rows are dragged as; None if they can't be dragged."""
        self.requested = False
        self.error: AppError | None = None

    @property
    def listing(self) -> Listing:
        """The query; setting it starts again at the first page."""
        return self._listing

    @listing.setter
    def listing(self, listing: Listing) -> None:
        if listing == self._listing and self.requested:
            return
        self._listing = listing
        self._request(None, self._page)

    @property
    def filtered(self) -> bool:
        """Whether the query has filters besides those that make the list (`own_filters`)."""
        return bool(self._listing.filters.keys() - self._own_filters)

    @property
    def loading(self) -> bool:
        """Whether a page is being loaded."""
        return self._work is not None

    @property
    def at_end(self) -> bool:
        """Whether all rows have been loaded."""
        return self.requested and not self.loading and self.error is None and self._next is None

    def refresh(self) -> None:
        """Load the shown rows again; they stay until the new ones arrive."""
        self._request(None, min(max(self._page, len(self._rows)), _MAX_REFRESH))

    def retry(self) -> None:
        """Load the page that failed again."""
        self._request(*self._last_request)

    def row(self, index: int) -> Row:
        return self._lines[index].row

    def line(self, index: int) -> Line[Row]:
        """A line of the list: a row, or the first of those it stands for."""
        return self._lines[index]

    def unfold(self, index: int) -> None:
        """Show each row of a folded line."""
        line = self._lines[index]
        if line.folded:
            self._unfolded.update(map(self._identity, line.run))
            self.beginInsertRows(QModelIndex(), index + 1, index + len(line.run) - 1)
            self._lines[index : index + 1] = [Line(row, line.run) for row in line.run]
            self.endInsertRows()

    def fold(self, index: int) -> int:
        """Fold the rows that repeat each other at this one into one line; returns its index."""
        line = self._lines[index]
        if line.folded or not line.repeated:
            return index
        self._unfolded.difference_update(map(self._identity, line.run))
        first = index - next(at for at, row in enumerate(line.run) if row is line.row)
        self.beginRemoveRows(QModelIndex(), first + 1, first + len(line.run) - 1)
        self._lines[first : first + len(line.run)] = [Line(line.run[0], line.run, folded=True)]
        self.endRemoveRows()
        return first

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows loaded so far."""
        return tuple(self._rows)

    def find(self, identity: Hashable) -> int:
        """The row with `identity`; -1 if it is not loaded, or folded."""
        return next((i for i, line in enumerate(self._lines) if self._identity(line.row) == identity), -1)

    def find_folded(self, identity: Hashable) -> int:
        """The row with `identity`, or the line that it is folded in; -1 if it is not loaded."""
        shown = (line.run if line.folded else (line.row,) for line in self._lines)
        return next((i for i, rows in enumerate(shown) if any(self._identity(row) == identity for row in rows)), -1)

    def identity(self, row: Row) -> Hashable:
        return self._identity(row)

    def dragged(self, index: int) -> list[Row]:
        """The rows that a drag of one takes: all ticked ones if it is one of them."""
        return self.ticks() if self.is_ticked(index) else [self.row(index)]

    def is_ticked(self, index: int) -> bool:
        return self._identity(self._lines[index].row) in self._ticks

    def ticks(self) -> list[Row]:
        """The ticked rows, in the order they were ticked."""
        return list(self._ticks.values())

    def tick(self, first: int, last: int, on: bool) -> None:
        """Tick or untick the rows from `first` to `last`."""
        for row in (line.row for line in self._lines[first : last + 1]):
            if on:
                self._ticks[self._identity(row)] = row
            else:
                self._ticks.pop(self._identity(row), None)
        self._repaint()
        self.ticked.emit()

    def clear_ticks(self) -> None:
        if self._ticks:
            self._ticks.clear()
            self._repaint()
            self.ticked.emit()

    # QAbstractTableModel

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - likewise
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line, column = self._lines[index.row()], self.columns[index.column()]
        row = line.row
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 0:
            return self.row_text(index.row())
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and index.column() == 0:
            return self.place_text(index.row())
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and column.acts and column.tooltip is not None:
            return column.tooltip(row)  # what Enter does there
        if role == Qt.ItemDataRole.AccessibleTextRole and column.read_alone is not None:
            return column.read_alone(row)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._cell_text(line, column, with_second=role == Qt.ItemDataRole.AccessibleTextRole)
        if role == Qt.ItemDataRole.CheckStateRole and self.checkable and index.column() == 0:
            return Qt.CheckState.Checked if self.is_ticked(index.row()) else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(column.tooltip(row)) if column.tooltip else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.align_right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def row_text(self, index: int) -> str:
        """A whole row for screen readers, the columns in order; those without a value are left out."""
        line, texts = self._lines[index], list[str]()
        for column in self.columns:
            text = self._cell_text(line, column, with_second=True) if column.spoken != "never" else ""
            text = column.speech(line.row) if text and column.speech is not None else text
            if text in ("", NO_VALUE):
                continue
            text = text.removesuffix(".")  # a sentence, before a comma
            titled = column.title and (column.align_right or column.spoken == "titled")
            texts.append(_("{name}: {values}").format(name=column.title, values=text) if titled else text)
        return ", ".join(texts)

    def place_text(self, index: int) -> str:
        """A row's place for screen readers: among all rows, those that are folded too, or those loaded so far."""
        before = sum(len(line.run) if line.folded else 1 for line in self._lines[:index])
        place, count = number(before + 1), number(len(self._rows))
        words = _("{place} of {count}") if self._next is None else _("{place} of the {count} loaded")
        return words.format(place=place, count=count)

    @staticmethod
    def _cell_text(line: Line[Row], column: Column[Row], *, with_second: bool) -> str:
        second = column.second(line.row) if column.second and with_second else ""
        tag = column.tag(line.row) if column.tag and with_second else None
        parts = column.text(line.row), tag.text if tag is not None else "", second, repeated_text(column, line)
        return ", ".join(part for part in parts if part)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self.columns[section].title
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return self.heading_text(section)
            if role == Qt.ItemDataRole.ToolTipRole and self.columns[section].untitled:
                return plain_tooltip(self.columns[section].title)
            if role == Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if self.columns[section].align_right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def heading_text(self, section: int) -> str:
        """A column's title and, if the list is sorted by it, in which order."""
        title, listing = self.columns[section].title or _("Actions"), self._listing
        if not self.columns[section].sortable or listing.sort != self.columns[section].key:
            return title
        order = _("sorted in descending order") if listing.descending else _("sorted in ascending order")
        return f"{title}, {order}"

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if self.drag_data is not None:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags | Qt.ItemFlag.ItemIsUserCheckable if self.checkable and index.column() == 0 else flags

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self.columns) and self.columns[column].sortable:
            descending = order == Qt.SortOrder.DescendingOrder
            self.listing = replace(self._listing, sort=self.columns[column].key, descending=descending)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._next is not None and not self.loading and self.error is None

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._request(self._next, self._page)

    # Loading pages

    def _request(self, after: str | None, limit: int) -> None:
        self.requested = True
        self._last_request = (after, limit)
        self._generation += 1
        generation, listing, fetch = self._generation, self._listing, self._fetch
        if self._work is not None:
            self._work.cancel()
        self.error = None
        self._work = self._tasks.read(
            self,
            lambda session: fetch(session, listing, after, limit),
            lambda page: self._on_page(generation, after, page),
            lambda error: self._on_failed(generation, error),
        )

    def _on_page(self, generation: int, after: str | None, page: Page[Row]) -> None:
        if generation != self._generation:
            return
        self._work = None
        if after is None:
            self.beginResetModel()
            self._rows = list(page.rows)
            self._lines = self._lines_of(self._rows)
            self._next = page.next_key
            self.endResetModel()
            self._refresh_ticks()
        else:
            self._next = page.next_key
            self._append(page.rows)
        self.loaded.emit()

    def _append(self, rows: tuple[Row, ...]) -> None:
        """Add a page's rows; its first ones may belong to the last line."""
        last = self._lines[-1].run if self._lines else ()
        start = len(self._lines) - (1 if self._lines and self._lines[-1].folded else len(last))
        lines = self._lines_of([*last, *rows])
        first, kept = len(self._lines), len(self._lines) - start
        self._rows.extend(rows)
        self._lines[start:] = lines[:kept]
        if kept:
            self.dataChanged.emit(self.index(start, 0), self.index(first - 1, len(self.columns) - 1))
        if lines[kept:]:
            self.beginInsertRows(QModelIndex(), first, first + len(lines) - kept - 1)
            self._lines.extend(lines[kept:])
            self.endInsertRows()
        elif self._next is not None:
            self.fetchMore(QModelIndex())  # no line was added, so the view doesn't ask for the next page

    def _lines_of(self, rows: list[Row]) -> list[Line[Row]]:
        if self._repeats is None or self._listing.sort != "at":
            return [Line(row, (row,)) for row in rows]
        return fold(rows, self._repeats, self._identity, self._unfolded)

    def _on_failed(self, generation: int, error: AppError) -> None:
        if generation != self._generation or isinstance(error, Cancelled):
            return
        self._work = None
        self.error = error
        self.failed.emit(error)

    def _refresh_ticks(self) -> None:
        """Update ticked rows that still exist; untick the others."""
        loaded = {self._identity(row): row for row in self._rows}
        remaining = {key: loaded[key] for key in self._ticks if key in loaded}
        changed = remaining.keys() != self._ticks.keys()
        self._ticks = remaining
        listing, self._loaded_listing = self._loaded_listing, self._listing
        if changed:
            self.ticks_went = listing == self._listing
            self.ticked.emit()
            self.ticks_went = False

    def _repaint(self) -> None:
        if self._lines:
            last = self.index(len(self._lines) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)


def repeated_text(column: "Column[Row]", line: "Line[Row]") -> str:
    """What follows a cell's text: of which rows its line is the first, if the column says it."""
    return column.repeated(line) if column.repeated is not None and line.repeated and line.first else ""


def count_text(model: "PagedTableModel[Any]") -> str:
    """The footer's text about how many rows are shown."""
    shown = number(len(model.rows))
    if model.error is not None and model.rowCount():
        return model.error.what
    if model.loading and not model.rowCount():
        return ""
    if model.loading:
        return _("{count} loaded, loading more").format(count=shown)
    if not model.at_end:
        return _("{count} loaded, scroll for more").format(count=shown)
    if model.listing.search or model.filtered:
        return _("{count} matching").format(count=shown)
    return _("{count} total").format(count=shown)
