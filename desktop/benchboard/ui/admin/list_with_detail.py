"""A list by name beside the details of its current row: what the views of clients and of teams have in common."""

from collections.abc import Callable
from dataclasses import replace
from typing import Generic, Protocol, TypeVar

from benchboard.i18n import number
from benchboard.paging import Listing
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_model import PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Edit, Toolbar
from benchboard.ui.widgets.detail_pane import DetailPane
from benchboard.ui.widgets.drawer import Drawer
from benchboard.ui.widgets.tab_order import focus_content


class HasId(Protocol):
    """A row with an ID."""

    @property
    def id(self) -> str: ...


Row = TypeVar("Row", bound=HasId)


class ListWithDetail(Drawer, Generic[Row]):
    """`table` beside `detail`, which `show` fills: with a row, or with its ID alone where the list doesn't hold it."""

    def __init__(
        self,
        context: Context,
        model: PagedTableModel[Row],
        table: PagedTable[Row],
        detail: DetailPane,
        show: Callable[[str, Row | None], None],
    ) -> None:
        super().__init__(table, detail)
        self._context, self._model, self._rows, self._pane, self._show = context, model, table, detail, show
        self._requested = self._made = ""
        """The ID of the row to show, and of one that was just made."""
        self.covers.connect(table.set_covered)
        model.loaded.connect(self._on_loaded)
        table.current_changed.connect(self._show_current)
        table.activated.connect(self._focus_detail)
        detail.closed.connect(self._close_detail)
        model.listing = Listing(sort="name")

    def open_row(self, row_id: str) -> None:
        """Show the details of one row, which need not be among those that are listed."""
        self._requested = row_id
        self._show_requested()

    def open_made(self, row: Row, search: Edit) -> None:
        """Show what was just made; a search that it may not match is cleared."""
        self._requested = self._made = row.id
        self._rows.expect_made()
        if self._model.listing.search:
            search.clear()
            self.search("")
        else:
            self._model.refresh()

    def search(self, text: str) -> None:
        """List what matches `text`."""
        self._model.listing = replace(self._model.listing, search=text.strip())

    def count(self, read: Callable[[DatabaseSession], int], toolbar: Toolbar) -> None:
        """Show how many there are, whatever is searched for; of none, the list says so."""

        def show(count: int) -> None:
            toolbar.set_count(number(count) if count else "")

        self._context.tasks.read(self, read, show, lambda _error: None)

    def _on_loaded(self) -> None:
        self.keep_place(bool(self._model.rows))
        self._show_requested()

    def _show_requested(self) -> None:
        if not self._requested or not self._model.requested:
            return
        requested, self._requested = self._requested, ""
        if not self._rows.make_current(requested):
            self._rows.clear_current()
            self.show_detail(True)
            self._show(requested, None)
            self._rows.forget_made()
        elif requested == self._made:
            self._rows.enter_made()
        self._made = ""

    def _show_current(self, row: Row | None) -> None:
        if row is not None:
            self._show(row.id, row)
        self.show_detail(row is not None)

    def _focus_detail(self, row: Row) -> None:
        self._show_current(row)
        focus_content(self._pane)

    def _close_detail(self) -> None:
        self.show_detail(False)
        self._rows.put_away()
