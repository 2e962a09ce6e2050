"""The model of paged tables over rows in memory: what it asks for, tells its view, and says of itself."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QObject, Qt

from benchboard.errors import AppError, Cancelled, Unavailable
from benchboard.paging import Listing, Page
from benchboard.ui.paged.paged_model import Column, PagedTableModel, count_text
from benchboard.ui.tasks import Work

CHECKED, UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked
RIGHT, LEFT, MIDDLE = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignVCenter
ACROSS = Qt.Orientation.Horizontal
RESET = ["old rows go", "new rows are there"]
AWAY = Unavailable("test.away", "The server did not answer.")


@dataclass(frozen=True)
class Entry:
    """A row: what happened, several times in a row perhaps."""

    id: int
    what: str


@dataclass
class HeldTasks:
    """Stands in for `Tasks`: a read is answered when the test says so."""

    works: list[Work] = field(default_factory=list)
    waiting: list[tuple[Callable[[Any], Any], Callable[[Any], None], Callable[[AppError], None]]] = field(
        default_factory=list
    )

    def read(
        self, _owner: QObject, op: Callable[[Any], Any], done: Callable[[Any], None], failed: Callable[[AppError], None]
    ) -> Work:
        self.works.append(Work("read"))
        self.waiting.append((op, done, failed))
        return self.works[-1]

    def answer(self, number: int = 0) -> None:
        op, done, _failed = self.waiting.pop(number)
        done(op(None))

    def fail(self, error: AppError = AWAY) -> None:
        self.waiting.pop(0)[2](error)


class Entries:
    """A list of entries with its model, three to a page; `asked` are the pages: listing, key and limit."""

    def __init__(self, *words: str, repeats: bool = False, own_filters: frozenset[str] = frozenset()) -> None:
        self.entries = [Entry(number, what) for number, what in enumerate(words)]
        self.asked: list[tuple[Listing, str | None, int]] = []
        self.tasks, self.owner = HeldTasks(), QObject()
        columns: tuple[Column[Entry], ...] = (
            Column("what", "What", lambda row: row.what, True, tooltip=lambda row: f"tip {row.what}"),
            Column(
                "at", "At", lambda row: str(row.id), True, align_right=True, repeated=lambda line: f"x{len(line.run)}"
            ),
            Column("by", "By", lambda _row: "dana"),
            Column("to", "To", lambda _row: "mert", second=lambda _row: "mert@north.example"),
        )
        self.model: PagedTableModel[Entry] = PagedTableModel(
            self.tasks,  # type: ignore[arg-type]  # what the model needs of it
            self._fetch,
            columns,
            self.owner,
            page=3,
            own_filters=own_filters,
            repeats=(lambda row: row.what) if repeats else None,
        )
        self.said: list[str] = []
        self.model.loaded.connect(lambda: self.said.append("loaded"))
        self.model.failed.connect(lambda error: self.said.append(error.code))
        self.model.ticked.connect(lambda: self.said.append("ticked"))
        self.model.modelAboutToBeReset.connect(lambda: self.said.append("old rows go"))
        self.model.modelReset.connect(lambda: self.said.append("new rows are there"))
        self.model.dataChanged.connect(lambda first, last, *_roles: self.said.append(_area(first, last)))
        self.model.rowsInserted.connect(lambda _parent, first, last: self.said.append(f"+{first}-{last}"))
        self.model.rowsRemoved.connect(lambda _parent, first, last: self.said.append(f"-{first}-{last}"))

    def _fetch(self, _session: object, listing: Listing, after: str | None, limit: int) -> Page[Entry]:
        self.asked.append((listing, after, limit))
        found = [entry for entry in self.entries if listing.search in entry.what]
        start = int(after or 0)
        more = len(found) > start + limit
        return Page(tuple(found[start : start + limit]), str(start + limit) if more else None)

    def load(self) -> None:
        self.model.refresh()
        self.tasks.answer()
        self.said.clear()

    def load_more(self) -> None:
        self.model.fetchMore(QModelIndex())
        self.tasks.answer()

    def heard(self) -> list[str]:
        said, self.said[:] = list(self.said), []
        return said

    def lines(self) -> list[str]:
        return [str(self.model.index(row, 1).data()) for row in range(self.model.rowCount())]


def _area(first: QModelIndex, last: QModelIndex) -> str:
    return f"{first.row()},{first.column()}-{last.row()},{last.column()}"


def test_model_before_and_while_its_first_page_is_loaded_says_so() -> None:
    one = Entries("a")
    model = one.model
    assert (model.requested, model.loading, model.at_end, model.checkable, model.error) == (False,) * 4 + (None,)
    model.refresh()
    assert (model.requested, model.loading, model.at_end) == (True, True, False)
    assert not model.canFetchMore(QModelIndex())
    one.tasks.answer()
    assert (model.requested, model.loading, model.at_end) == (True, False, True)
    assert one.heard() == [*RESET, "loaded"]


def test_newer_request_stops_the_older_one_and_drops_its_answer() -> None:
    one = Entries("ab", "b")
    one.model.refresh()
    one.model.listing = Listing(search="a")
    assert [work.cancelled for work in one.tasks.works] == [True, False]
    one.tasks.answer()
    assert (one.model.rowCount(), one.model.loading) == (0, True)
    one.tasks.answer()
    assert [row.what for row in one.model.rows] == ["ab"]


def test_refresh_loads_all_shown_rows_again() -> None:
    one = Entries(*"abcdefgh")
    one.load()
    one.load_more()
    one.model.refresh()
    one.tasks.answer()
    assert [(after, limit) for _listing, after, limit in one.asked] == [(None, 3), ("3", 3), (None, 6)]
    assert one.model.rowCount() == 6


@pytest.mark.parametrize("at", ["first page", "next page", "refresh", "sort"])
def test_retry_asks_again_for_the_page_that_failed(at: str) -> None:
    one = Entries(*"abcdefgh")
    model = one.model
    if at != "first page":
        one.load()
    if at == "next page":
        model.fetchMore(QModelIndex())
    elif at == "sort":
        model.sort(0, Qt.SortOrder.DescendingOrder)
    else:
        model.refresh()
    one.tasks.fail()
    assert (model.error, model.loading, one.said[-1]) == (AWAY, False, "test.away")
    assert not model.canFetchMore(QModelIndex()), "a view would ask again and again"
    assert not model.at_end
    one.asked.clear()
    model.retry()
    assert model.error is None
    one.tasks.answer()
    sort = Listing(sort="what", descending=True) if at == "sort" else Listing()
    assert one.asked == [(sort, "3" if at == "next page" else None, 3)]
    assert model.rowCount() == (6 if at == "next page" else 3)


def test_request_that_was_cancelled_is_no_failure() -> None:
    one = Entries("a")
    one.model.refresh()
    one.tasks.fail(Cancelled("tasks.cancelled", "Stopped."))
    assert (one.heard(), one.model.error) == ([], None)


def test_filtered_leaves_out_the_filters_that_make_the_list() -> None:
    one = Entries("a", own_filters=frozenset({"team"}))
    found = []
    for filters in ({}, {"team": "1"}, {"team": "1", "role": "analyst"}):
        one.model.listing = Listing(filters=dict(filters))
        found.append(one.model.filtered)
    assert found == [False, False, True]


def test_ticks_are_kept_in_their_order_and_every_change_is_announced() -> None:
    one = Entries("a", "b", "c")
    model = one.model
    model.checkable = True
    one.load()
    assert not model.is_ticked(2)
    model.tick(2, 2, True)
    assert one.heard() == ["0,0-2,3", "ticked"]
    model.tick(0, 1, True)
    assert [row.what for row in model.ticks()] == ["c", "a", "b"]
    model.tick(1, 1, False)
    assert [row.what for row in model.ticks()] == ["c", "a"]
    assert [model.index(row, 0).data(Qt.ItemDataRole.CheckStateRole) for row in range(3)] == [
        CHECKED, UNCHECKED, CHECKED
    ]  # fmt: skip
    assert model.index(0, 1).data(Qt.ItemDataRole.CheckStateRole) is None
    one.heard()
    model.clear_ticks()
    assert (one.heard(), model.ticks()) == (["0,0-2,3", "ticked"], [])
    model.clear_ticks()
    assert one.heard() == [], "there was nothing to clear"


def test_refresh_unticks_what_is_gone_and_has_the_new_row_of_what_is_there() -> None:
    one = Entries("a", "b", "c")
    one.load()
    one.model.tick(0, 1, True)
    one.entries[0] = replace(one.entries[0], what="new")
    one.load()
    assert [row.what for row in one.model.ticks()] == ["new", "b"]
    del one.entries[1]
    one.heard()
    one.model.refresh()
    one.tasks.answer()
    assert [row.what for row in one.model.ticks()] == ["new"]
    assert "ticked" in one.heard()
    one.model.refresh()
    one.tasks.answer()
    assert one.heard() == [*RESET, "loaded"], "the same rows are ticked as before"


def test_drag_takes_all_ticked_rows_or_the_one_under_the_pointer() -> None:
    one = Entries("a", "b", "c")
    model = one.model
    one.load()
    assert not model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsDragEnabled
    model.drag_data = lambda _rows: QMimeData()
    assert model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsDragEnabled
    model.tick(0, 1, True)
    assert [[row.what for row in model.dragged(at)] for at in range(3)] == [["a", "b"], ["a", "b"], ["c"]]


def test_only_the_first_column_has_check_boxes_and_only_where_the_view_draws_them() -> None:
    one = Entries("a")
    model, box = one.model, Qt.ItemFlag.ItemIsUserCheckable
    one.load()
    assert [bool(model.flags(model.index(0, column)) & box) for column in range(3)] == [False] * 3
    assert model.index(0, 0).data(Qt.ItemDataRole.CheckStateRole) is None
    model.checkable = True
    assert [bool(model.flags(model.index(0, column)) & box) for column in range(3)] == [True, False, False]


def test_cells_and_headings_lie_as_their_column_says() -> None:
    one = Entries("a")
    model, role = one.model, Qt.ItemDataRole.TextAlignmentRole
    one.load()
    assert [model.index(0, column).data(role) for column in range(2)] == [LEFT | MIDDLE, RIGHT | MIDDLE]
    assert [model.headerData(column, ACROSS, role) for column in range(2)] == [LEFT | MIDDLE, RIGHT | MIDDLE]


def test_heading_says_its_order_to_screen_readers_alone() -> None:
    one = Entries("a")
    model, spoken = one.model, Qt.ItemDataRole.AccessibleTextRole
    model.sort(0, Qt.SortOrder.AscendingOrder)
    assert [model.headerData(column, ACROSS) for column in range(3)] == ["What", "At", "By"]
    assert model.headerData(0, ACROSS, spoken) == "What, sorted in ascending order"
    assert [model.headerData(column, ACROSS, spoken) for column in (1, 2)] == ["At", "By"]
    assert model.headerData(0, Qt.Orientation.Vertical) is None
    assert model.headerData(0, ACROSS, Qt.ItemDataRole.DecorationRole) is None


def test_sort_by_a_column_that_is_none_or_can_not_be_sorted_by_asks_for_nothing() -> None:
    one = Entries("a")
    for column in (-1, 2, 4):
        one.model.sort(column, Qt.SortOrder.AscendingOrder)
    assert one.tasks.waiting == []


def test_second_line_of_a_cell_is_read_aloud_but_is_not_its_text() -> None:
    one = Entries("a")
    one.load()
    cell = one.model.index(0, 3)
    assert cell.data() == "mert"
    assert cell.data(Qt.ItemDataRole.AccessibleTextRole) == "mert, mert@north.example"


def test_row_below_the_last_has_no_data() -> None:
    """A view may still ask for a row of a longer list."""
    one = Entries("a")
    one.load()
    assert [one.model.data(one.model.createIndex(row, 0)) for row in (0, 1)] == ["a", None]
    assert one.model.data(QModelIndex()) is None


def test_tooltip_is_that_of_the_column_if_it_has_one() -> None:
    one = Entries("a<b>")
    one.load()
    tips = [one.model.index(0, column).data(Qt.ItemDataRole.ToolTipRole) for column in range(2)]
    assert tips == ["<span>tip a&lt;b&gt;</span>", None]


def test_cells_have_no_rows_or_columns_inside_them() -> None:
    one = Entries("a", "b")
    one.load()
    assert (one.model.rowCount(), one.model.columnCount()) == (2, 4)
    cell = one.model.index(0, 0)
    assert (one.model.rowCount(cell), one.model.columnCount(cell), one.model.canFetchMore(cell)) == (0, 0, False)


def by_time(*words: str) -> Entries:
    """Entries in the order of time, where repeated ones are folded, the first page loaded."""
    one = Entries(*words, repeats=True)
    one.model.listing = Listing(sort="at")
    one.tasks.answer()
    one.said.clear()
    return one


def test_rows_that_repeat_each_other_are_one_line_only_in_the_order_of_time() -> None:
    one = by_time("a", "b", "b")
    assert one.lines() == ["0", "1, x2"]
    assert [row.id for row in one.model.rows] == [0, 1, 2]
    one.model.listing = Listing(sort="what")
    one.tasks.answer()
    assert one.lines() == ["0", "1", "2"]


def test_line_unfolded_and_folded_again_announces_the_rows_between() -> None:
    one = by_time("a", "b", "b")
    model = one.model
    model.unfold(0)
    assert (one.heard(), one.lines()) == ([], ["0", "1, x2"]), "nothing is folded there"
    assert model.fold(0) == 0
    model.unfold(1)
    assert (one.heard(), one.lines()) == (["+2-2"], ["0", "1, x2", "2"])
    model.unfold(1)
    assert (one.heard(), one.lines()) == ([], ["0", "1, x2", "2"]), "it is unfolded already"
    model.refresh()
    one.tasks.answer()
    assert one.lines() == ["0", "1, x2", "2"], "it stays unfolded"
    one.heard()
    assert model.fold(2) == 1
    assert (one.heard(), one.lines()) == (["-2-2"], ["0", "1, x2"])
    assert model.fold(1) == 1
    assert one.heard() == []
    model.refresh()
    one.tasks.answer()
    assert one.lines() == ["0", "1, x2"], "it stays folded"


def test_line_unfolded_leaves_the_lines_below_it() -> None:
    one = by_time("b", "b", "c")
    one.model.unfold(0)
    assert one.lines() == ["0, x2", "1", "2"]
    assert one.heard() == ["+1-1"]


def test_find_tells_a_row_of_its_own_from_one_inside_a_line() -> None:
    model = by_time("a", "b", "b").model
    assert [model.find(number) for number in range(4)] == [0, 1, -1, -1]
    assert [model.find_folded(number) for number in range(4)] == [0, 1, 1, -1]


def test_next_page_that_continues_the_last_line_changes_it_and_adds_the_others() -> None:
    one = by_time("a", "b", "b", "b", "c", "d", "e")
    one.load_more()
    assert one.lines() == ["0", "1, x3", "4", "5"]
    assert one.heard() == ["1,0-1,3", "+2-3", "loaded"]
    one.load_more()
    assert one.lines() == ["0", "1, x3", "4", "5", "6"]
    assert one.heard() == ["3,0-3,3", "+4-4", "loaded"]


def test_next_page_that_continues_an_unfolded_line_shows_its_rows() -> None:
    one = by_time("a", "b", "b", "b", "c")
    one.model.unfold(1)
    one.heard()
    one.load_more()
    assert one.lines() == ["0", "1, x3", "2", "3", "4"]
    assert one.heard() == ["1,0-2,3", "+3-4", "loaded"]


def test_next_page_that_adds_no_line_asks_for_another() -> None:
    one = by_time(*"aaaaaaab")
    one.load_more()
    assert one.lines() == ["0, x6"]
    assert one.model.loading, "the view sees no new line, and asks for nothing"
    one.tasks.answer()
    assert one.lines() == ["0, x7", "7"]
    assert not one.model.loading


def test_count_text_says_how_many_rows_there_are_and_whether_more_follow() -> None:
    one = Entries(*"abcd")
    model = one.model
    model.refresh()
    assert count_text(model) == ""
    one.tasks.answer()
    assert count_text(model) == "3 loaded, scroll for more"
    model.fetchMore(QModelIndex())
    assert count_text(model) == "3 loaded, loading more"
    one.tasks.fail()
    assert count_text(model) == AWAY.what
    model.retry()
    one.tasks.answer()
    assert count_text(model) == "4 total"
    model.listing = Listing(search="a")
    one.tasks.answer()
    assert count_text(model) == "1 matching"
    model.listing = Listing(filters={"role": "analyst"})
    one.tasks.answer()
    model.fetchMore(QModelIndex())
    one.tasks.answer()
    assert count_text(model) == "4 matching"


def test_sentence_in_a_row_ends_with_the_comma_that_follows_it() -> None:
    """“Without conversion., dana” was read."""
    one = Entries("Without conversion.")
    one.load()
    assert one.model.row_text(0).startswith("Without conversion, ")
