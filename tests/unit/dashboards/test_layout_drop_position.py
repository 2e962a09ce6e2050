"""Several dragged items stay in one piece where they are supported; the shortcuts of the search do not change its
result."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.layout import Compact, Drag, Layout, normalized, parse
from benchboard.dashboards.layout.displacement import BodyShape, Displacement
from benchboard.dashboards.layout.drop_position import DropBody
from benchboard.dashboards.layout.model import bounding_box
from support.examples import examples
from support.grids import check, hangs, laid, shown, some, starts
from support.rgl import random_items


class UnshortenedSearch(DropBody):
    """Searches without shortcuts: no body is rejected early because it would come apart."""

    def _torn(self, dx: int, dy: int) -> bool:
        return False


@given(starts(), st.data())
@examples(300)
def test_drop_position_shortcut_equals_the_full_search(start: tuple[Layout, Compact], data: st.DataObject) -> None:
    layout = normalized(start[0], "vertical")
    drag = Drag(layout, some(data, layout, 6))
    if not drag.body:
        return
    shape = BodyShape(list(zip(drag.body, drag.places, strict=True)))
    for _step in range(4):
        dx = data.draw(st.integers(-shape.box.x, layout.columns - shape.box.right))
        dy = data.draw(st.integers(-shape.box.y, 40))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Displacement, "torn", False)
            full = UnshortenedSearch(drag.ranks, shape).resting_position(dx, dy, None)
        assert DropBody(drag.ranks, shape).resting_position(dx, dy, None) == full


@given(starts(), st.data())
@examples(300)
def test_drop_body_splits_only_without_support(start: tuple[Layout, Compact], data: st.DataObject) -> None:
    layout = normalized(start[0], "vertical")
    drag = Drag(layout, some(data, layout, 4))
    if not drag.body:
        return
    box = bounding_box(drag.body)
    for _step in range(4):
        dx = data.draw(st.integers(-box.x, layout.columns - box.right))
        dy = data.draw(st.integers(-box.y, layout.bottom - box.y))
        after = drag.at(drag.body[0].x + dx, drag.body[0].y + dy)
        ways = {after[place].y - cell.y for place, cell in zip(drag.places, drag.body, strict=True)}
        assert len(ways) == 1 or not any(hangs(drag, dx, row) for row in range(dy - 12, dy + 13))


@given(st.integers(0, 10**9), st.sampled_from([0, 0.05, 0.3]), st.sampled_from([2, 5, 10]), st.integers(0, 60))
@examples(60)
def test_drop_computes_nothing_outside_the_visible_rows(seed: int, statics: float, count: int, row: int) -> None:
    items = random_items(random.Random(seed), 300, 12, statics=statics)
    layout = normalized(parse(items), "vertical")
    held = [item.id for item, cell in sorted(layout, key=lambda pair: pair[1].y) if not item.static][:count]
    drag = Drag(layout, held)
    until = row + 30
    answer = drag.at(drag.body[0].x, row, until=until)
    dy = max(row - drag.body[0].y, -min(cell.y for cell in drag.body))
    lowest = drag.ranks.sunk(list(zip(drag.body, drag.places, strict=True)), 0, dy)
    lowest = max(until, lowest + max(cell.bottom for cell in drag.body) + 12)
    # What rose when the body was lifted keeps nearly the turn it had.
    lowest += sum(cell.h for cell in drag.body) + 10
    assert all(drag.lifted.cells[place].y < lowest for place in answer.keys() - {*drag.places})


def test_drop_body_passes_a_static_in_one_piece() -> None:
    layout = laid(
        one=(0, 0, 3, 3), two=(3, 0, 3, 3), three=(6, 0, 3, 3),
        fixed=(0, 6, 12, 2), line=(0, 3, 12, 3), table=(0, 8, 12, 6),
    )  # fmt: skip
    drag = Drag(layout, ["one", "two", "three"])
    rows = set()
    for y in range(20):
        after = drag.drop(2, y)
        check(after, layout)
        assert len({after.cell(name).y for name in ("one", "two", "three")}) == 1, y
        rows.add(after.cell("one").y)
    assert rows == {0, 3, 8, 14}


def test_drop_stack_over_a_gap_leaves_items_in_the_gap() -> None:
    layout = laid(top=(0, 0, 4, 2), middle=(0, 2, 4, 3), low=(0, 5, 4, 2), beside=(4, 0, 4, 9))
    drag = Drag(layout, ["top", "low"])
    assert shown(drag.drop(0, 0)) == shown(layout)
    assert shown(drag.drop(8, 0))["low"] == (8, 2, 4, 2)  # nothing holds it up there


def test_drop_stack_displaces_neighbours_as_one() -> None:
    layout = laid(top=(0, 0, 3, 2), low=(0, 2, 3, 4), a=(3, 0, 3, 3), b=(3, 3, 3, 3), c=(6, 0, 3, 3))
    assert shown(Drag(layout, ["top", "low"]).drop(1, 0)) == {
        "top": (1, 0, 3, 2), "low": (1, 2, 3, 4), "a": (3, 6, 3, 3), "b": (3, 9, 3, 3), "c": (6, 0, 3, 3),
    }  # fmt: skip


def test_drop_item_that_would_split_a_body_goes_below_it() -> None:
    layout = laid(
        one=(0, 0, 3, 3), two=(3, 0, 3, 3), three=(6, 0, 3, 3), four=(9, 0, 3, 3),
        line=(0, 3, 8, 6), pie=(8, 3, 4, 6), table=(0, 9, 12, 6),
    )  # fmt: skip
    assert shown(Drag(layout, ["one", "two", "line"]).drop(1, 1)) == {
        "one": (1, 0, 3, 3), "two": (4, 0, 3, 3), "line": (1, 3, 8, 6), "four": (9, 0, 3, 3),
        "three": (6, 9, 3, 3), "pie": (8, 12, 4, 6), "table": (0, 18, 12, 6),
    }  # fmt: skip
