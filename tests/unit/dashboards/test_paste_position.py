"""Several widgets that are pasted at once stay beside each other as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.editing import page_edits
from benchboard.dashboards.layout import Cell, Layout, PageIndex
from support import pages as support
from support.edits import dashboard
from support.pages import check_page


def _cards(*places: tuple[int, int, int, int]) -> page_edits.Placed:
    """Metric cards at these columns and rows, with these widths and heights, as they are copied."""
    items = [{"id": f"card{k}", "type": "metric_card", "at": at} for k, at in enumerate(places)]
    page = PageIndex(dashboard(*items).layout)
    return page_edits.copied(page, [f"card{k}" for k in range(len(places))])


ROW_OF_THREE = _cards((0, 0, 3, 3), (3, 0, 3, 3), (6, 0, 3, 3))
BLOCKS = (
    ROW_OF_THREE,
    _cards((0, 0, 2, 2), (2, 0, 2, 2)),
    _cards((0, 0, 3, 2), (3, 0, 3, 2), (0, 2, 6, 4)),
    _cards((0, 0, 2, 4), (2, 0, 4, 2), (2, 2, 4, 2)),
)


def _offsets(layout: Layout, new: tuple[str, ...]) -> list[Cell]:
    cells = [PageIndex(layout).cell(one) for one in new]
    return [cell._replace(x=cell.x - cells[0].x, y=cell.y - cells[0].y) for cell in cells]


@pytest.mark.parametrize("at", [None, (0, 13), (4, 20), (0, 7), (9, 3)])
def test_cards_side_by_side_pasted_into_a_sparse_page_stay_side_by_side(at: tuple[int, int] | None) -> None:
    """An analyst found one of three cards at the top of the page, and two below the table."""
    page = PageIndex(dashboard({"id": "chart", "at": (4, 0, 6, 7)}, {"id": "table", "at": (4, 7, 5, 6)}).layout)
    layout, new = page_edits.pasted(page, ROW_OF_THREE, (), at)
    assert _offsets(layout, new) == [(0, 0, 3, 3), (3, 0, 3, 3), (6, 0, 3, 3)]
    check_page(layout)


def test_cards_pasted_without_a_place_go_where_nothing_has_to_move() -> None:
    page = PageIndex(dashboard({"id": "a", "at": (4, 0, 6, 7)}, {"id": "b", "at": (4, 7, 5, 6)}).layout)
    layout, new = page_edits.pasted(page, ROW_OF_THREE, ())
    assert PageIndex(layout).cell(new[0]) == (2, 13, 3, 3), "over columns 0 and 1 alone, the first card would go up"
    assert [PageIndex(layout).cell(one) for one in "ab"] == [(4, 0, 6, 7), (4, 7, 5, 6)]


@given(support.pages(statics=0), st.sampled_from(BLOCKS), st.data())
def test_block_pasted_anywhere_keeps_its_shape(layout: Layout, block: page_edits.Placed, data: st.DataObject) -> None:
    page = PageIndex(layout)
    at = data.draw(st.none() | st.tuples(st.integers(0, layout.columns - 1), st.integers(0, 40)))
    path = page.pane_at(*at) if at else ()
    after, new = page_edits.pasted(page, block, path, at)
    check_page(after)
    if max(cell.right for _item, cell in block) <= page.pane(path).columns:
        assert _offsets(after, new) == [cell for _item, cell in block]
