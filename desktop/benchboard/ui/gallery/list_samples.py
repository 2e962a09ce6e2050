"""Rows of a list and tiles in their states: rest, hover, selected, focus, disabled, loading, empty and failed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from benchboard.errors import AppError
from benchboard.paging import Listing, Page
from benchboard.ui import widgets
from benchboard.ui.gallery.sample import Sample, disabled, focused, hovered
from benchboard.ui.paged.paged_model import Column, Mark, PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.tasks import Tasks, Work
from benchboard.ui.widgets.list_row import ListRow
from benchboard.ui.widgets.skeleton import Skeleton

_TABLE: Final = (384, 216)
_TILE: Final = (184, 112)


def list_samples() -> Iterator[Sample]:
    """A row by itself, and a list in a table."""
    row = partial(_list_row, checked=False)
    yield Sample("ListRow", "rest", row, (184, 44))
    yield Sample("ListRow", "hover", partial(hovered, row), (184, 44))
    yield Sample("ListRow", "selected", partial(_list_row, checked=True), (184, 44))
    yield Sample("ListRow", "focus", partial(focused, row), (184, 52))
    yield Sample("ListRow", "with a badge", partial(_list_row, checked=False, badge="edited"), (184, 44))
    yield Sample("ListRow", "leads elsewhere", _leading_row, (184, 44))
    yield Sample("Skeleton", "loading", _loading_row, (184, 44))
    yield Sample("PagedTable", "rest, hover and selected", partial(_table, _DONGLES), _TABLE)
    yield Sample("PagedTable", "several ticked", partial(_table, _DONGLES, ticked=True), _TABLE)
    yield Sample("PagedTable", "empty", partial(_table, ()), _TABLE)
    yield Sample("PagedTable", "failed", partial(_table, None), _TABLE)


def tile_samples() -> Iterator[Sample]:
    """A card with a figure, as it stands among others."""
    yield Sample("Card", "rest", _tile, _TILE)
    yield Sample("Card", "selected", partial(_tile, selected=True), _TILE)
    yield Sample("Card", "focus", partial(focused, _tile), (_TILE[0], _TILE[1] + 8))
    yield Sample("Card", "disabled", partial(disabled, _tile), _TILE)
    yield Sample("Card", "loading", partial(_tile, _bars), _TILE)
    yield Sample("Card", "empty", partial(_tile, partial(_empty, "No orders in these dates.")), _TILE)
    yield Sample("Card", "failed", partial(_tile, partial(_empty, "The source didn't answer.", error=True)), _TILE)


@dataclass(frozen=True, slots=True)
class _Dongle:
    id: str
    name: str
    mark: Mark


_DONGLES: Final = (
    _Dongle("rest", "Battery tester 1", Mark("ok", "Ready")),
    _Dongle("hover", "Battery tester 2", Mark("warn", "Error passive")),
    _Dongle("selected", "Conveyor A, node 3", Mark("ok", "Ready")),
    _Dongle("rest", "Door module jig", Mark("error", "Bus off")),
)


class _AtOnce:
    """Reads as `Tasks` does, without a database, in the moment in which it is asked to."""

    def read(
        self,
        _owner: QObject,
        op: Callable[[None], Page[_Dongle]],
        done: Callable[[Page[_Dongle]], object],
        failed: Callable[[AppError], object],
    ) -> Work | None:
        try:
            page = op(None)
        except AppError as error:
            failed(error.with_traceback(None))  # whose frames would keep every part that was built so far
        else:
            done(page)
        return None


def _table(rows: tuple[_Dongle, ...] | None, *, ticked: bool = False) -> QWidget:
    """A table of these rows; None: they couldn't be read."""
    holder = QWidget()

    def fetch(_session: object, _listing: Listing, _after: str | None, _limit: int) -> Page[_Dongle]:
        if rows is None:
            raise AppError("gallery", "The list couldn't be read.", why="The database didn't answer.")
        return Page(rows, None)

    columns: tuple[Column[_Dongle], ...] = (
        Column("name", "Name", lambda row: row.name, sortable=True, width=140, stretch=True),
        Column("state", "Status", lambda row: row.mark.text, mark=lambda row: row.mark, width=140),
        Column("here", "", lambda row: "" if ticked else row.id, muted=True, width=76),
    )
    model = PagedTableModel(cast(Tasks, _AtOnce()), fetch, columns, holder, identity=lambda row: row.name)
    empty = widgets.EmptyState("bb.dongle", "No dongle here yet", "Start a simulated one", why="Plug one in.")
    table = PagedTable(model, label="Dongles", name="gallery_table", empty=empty, ticks=ticked)
    widgets.fill_column(holder, table)
    holder.resize(*_TABLE)
    model.listing = Listing(sort="name")
    if rows and ticked:
        for at in (0, 2):
            model.tick(at, at, on=True)
    elif rows:
        table.view.hovered = 1
        table.view.setCurrentIndex(model.index(2, 0))
    return holder


def _list_row(*, checked: bool, badge: str = "") -> QWidget:
    row = ListRow(lambda: None)
    row.show_row("Orders by shop", "2 tables", badge, "warn")
    row.setChecked(checked)
    return row


def _leading_row() -> QWidget:
    row = ListRow(lambda: None, icon="ph.squares-four", leads=True)
    row.show_row("Shop review", "4 widgets")
    return row


def _loading_row() -> QWidget:
    made = Skeleton(height=44)
    made.show_columns([(184, 150)])
    return made


def _tile(content: Callable[[], QWidget] | None = None, *, selected: bool = False) -> QWidget:
    made = widgets.Card()
    made.column.addWidget(widgets.Text("Dongles proven", "body_strong"))
    if content is not None:
        made.column.addWidget(content(), 1)
    else:
        made.column.addWidget(widgets.Text("1 284", "kpi"))
        made.column.addWidget(widgets.Text("6.1 % more this week", "caption", "muted"))
    made.set_selected(selected)
    return made


def _bars() -> QWidget:
    made = Skeleton(height=28)
    made.show_columns([(160, 140)])
    return made


def _empty(text: str, *, error: bool = False) -> QWidget:
    return widgets.Paragraph(text, "caption", "error" if error else "muted")
