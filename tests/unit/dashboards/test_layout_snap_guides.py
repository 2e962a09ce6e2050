"""Snap guides show edges on one line and equal distances, within their limits in number."""

from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.layout import Cell, Compact, Drag, Gap, Guide, Guides, Layout, SnapHints
from support.examples import examples
from support.grids import some, starts

Start = tuple[Layout, Compact]


def _flip(cell: Cell) -> Cell:
    return Cell(cell.y, cell.x, cell.h, cell.w)


def _box(cells: list[Cell]) -> Cell:
    x, y = min(c.x for c in cells), min(c.y for c in cells)
    return Cell(x, y, max(c.right for c in cells) - x, max(c.bottom for c in cells) - y)


def _lines(body: Cell, others: list[Cell]) -> dict[int, tuple[list[int], list[int]]]:
    """Computed item by item: which of the body's columns other items above and below it share, and how far away these
    are."""

    def related(at: int, *, middle: bool) -> tuple[list[int], list[int]]:
        on = [c for c in others if (at == c.x + c.right if middle else at in (2 * c.x, 2 * c.right))]
        return (
            [body.y - c.bottom for c in on if c.bottom <= body.y],
            [c.y - body.bottom for c in on if c.y >= body.bottom],
        )

    edges = {2 * at: related(2 * at, middle=False) for at in (body.x, body.right)}
    found = {at: both for at, both in edges.items() if any(both)}
    if len(found) < 2:
        middle = related(body.x + body.right, middle=True)
        if any(middle):
            found[body.x + body.right] = middle
    return found


def _common(a: Cell, b: Cell) -> bool:
    return a.y < b.bottom and b.y < a.bottom


@given(starts(), st.data(), st.integers(-2, 26), st.integers(0, 40))
@examples(150)
def test_snap_guides_equal_a_full_comparison(start: Start, data: st.DataObject, x: int, y: int) -> None:
    layout, compact = start
    drag = Drag(layout, some(data, layout, 3), compact=compact)
    resting = {place: cell for place, cell in enumerate(drag.lifted.cells) if place not in drag.places}
    changes = drag.at(x, y)
    body = [changes[place] for place in drag.places]
    others = [changes.get(place, cell) for place, cell in resting.items()]
    hints = Guides(resting).for_body(body, changes)
    if not body:
        assert hints == SnapHints((), ())
        return
    assert len(hints.guides) <= 6
    assert len(hints.gaps) <= 8
    assert len(set(hints.gaps)) == len(hints.gaps)
    for axis, turn in (("across", Cell._replace), ("down", _flip)):
        here, there = turn(_box(body)), [turn(cell) for cell in others]
        expected = _lines(here, there)
        guides = {guide.at: guide for guide in hints.guides if guide.axis == axis}
        assert guides.keys() == expected.keys()
        for at, (above, below) in expected.items():
            assert (guides[at].begin < here.y) == bool(above)
            assert (guides[at].end > here.bottom) == bool(below)
            nearest = {c.y for c in there if above and here.y - c.bottom == min(above)}
            assert guides[at].begin in (nearest or {here.y})
        _check_gaps(here, there, [gap for gap in hints.gaps if gap.axis == axis])


def _check_gaps(body: Cell, others: list[Cell], gaps: list[Gap]) -> None:
    """Every gap is free of items, between two that overlap on the other axis, and has an equal gap beside it."""
    everything = [body, *others]
    for gap in gaps:
        assert gap.size == gap.end - gap.begin > 0
        assert any(
            one.right == gap.begin and two.x == gap.end and _common(one, two)
            for one in everything
            for two in everything
        )
        assert any(other.size == gap.size and other != gap for other in gaps)
    before = [c for c in others if _common(c, body) and c.right <= body.x]
    after = [c for c in others if _common(c, body) and c.x >= body.right]
    if before and after:
        left, right = body.x - max(c.right for c in before), min(c.x for c in after) - body.right
        if left == right > 0:
            assert {(body.x - left, body.x), (body.right, body.right + left)} <= {(g.begin, g.end) for g in gaps}


def _cells(*cells: tuple[int, int, int, int]) -> dict[int, Cell]:
    return {place: Cell(*cell) for place, cell in enumerate(cells)}


def test_snap_guide_lines_run_through_the_nearest_items() -> None:
    column = _cells((4, 0, 2, 2), (4, 2, 3, 2), (4, 8, 2, 2), (4, 12, 4, 2), (0, 4, 3, 5))
    hints = Guides(column).for_body([Cell(4, 5, 5, 2)])
    assert hints.guides == (Guide("across", 8, 2, 10, ((4, 5), (7, 8))),)


def test_snap_guide_middles_count_in_halves_where_edges_differ() -> None:
    guides = Guides(_cells((2, 0, 5, 2)))
    assert guides.for_body([Cell(3, 4, 3, 2)]).guides == (Guide("across", 9, 0, 6, ((2, 4),)),)
    assert [guide.at for guide in guides.for_body([Cell(2, 4, 5, 2)]).guides] == [4, 14]


def test_snap_guide_equal_distances_come_in_pairs() -> None:
    between = Guides(_cells((0, 0, 2, 2), (8, 1, 2, 3))).for_body([Cell(4, 0, 2, 2)])
    assert between.gaps == (Gap("across", 2, 4, 2, 2), Gap("across", 6, 8, 3, 2))
    again = Guides(_cells((0, 0, 2, 2), (3, 0, 2, 2))).for_body([Cell(6, 0, 2, 2)])
    assert again.gaps == (Gap("across", 2, 3, 2, 1), Gap("across", 5, 6, 2, 1))
    touching = Guides(_cells((0, 0, 2, 2), (4, 0, 2, 2))).for_body([Cell(2, 0, 2, 2)])
    assert touching.gaps == ()


def test_snap_guides_ignore_items_out_of_view() -> None:
    guides = Guides(_cells((4, 0, 2, 2), (4, 50, 2, 2)))
    body = [Cell(4, 20, 3, 2)]
    assert guides.for_body(body).guides == (Guide("across", 8, 0, 52, ((2, 20), (22, 50))),)
    assert guides.for_body(body, view=Cell(0, 15, 12, 30)).guides == ()
    assert guides.for_body(body, view=Cell(0, 15, 12, 36)).guides == (Guide("across", 8, 20, 52, ((22, 50),)),)


def test_snap_guides_use_displaced_positions() -> None:
    guides = Guides(_cells((4, 6, 2, 2)))
    assert guides.for_body([Cell(4, 0, 3, 2)], {0: Cell(5, 6, 3, 2), 9: Cell(4, 0, 3, 2)}).guides == ()
    assert guides.for_body([Cell(8, 0, 3, 2)], {0: Cell(8, 9, 2, 2)}).guides == (Guide("across", 16, 0, 11, ((2, 9),)),)


def test_snap_guide_distances_to_a_displaced_item_count_only_if_it_faces_the_dragged_one() -> None:
    guides = Guides(_cells((0, 0, 2, 2), (20, 20, 2, 2)))
    assert guides.for_body([Cell(4, 0, 2, 2)], {1: Cell(8, 0, 2, 2)}).gaps == (
        Gap("across", 2, 4, 2, 2), Gap("across", 6, 8, 2, 2),
    )  # fmt: skip
    assert guides.for_body([Cell(4, 0, 2, 2)], {1: Cell(8, 5, 2, 2)}).gaps == ()


def test_snap_guide_distances_count_only_between_facing_items() -> None:
    steps = Guides(_cells((3, 0, 2, 2), (6, 2, 2, 2)))
    assert steps.for_body([Cell(0, 0, 2, 4)]).gaps == ()
    assert steps.for_body([Cell(9, 0, 2, 4)]).gaps == ()
