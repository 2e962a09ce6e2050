"""A repeated item is shown once for each selected value, and its clones overlap nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.layout import MAX_ROW, Item, Layout, Repeat, normalized, repeat_of, repeated
from benchboard.dashboards.layout.model import MAX_ID
from benchboard.errors import Invalid
from support.examples import examples
from support.grids import check, check_grid, laid, shown, starts

SHOPS = ["north", "south", "east", "west", "centre"]


def _repeating(layout: Layout, **repeats: object) -> Layout:
    """The layout with these items' `repeat`."""
    items = [
        replace(item, source={"repeat": repeats[item.id]}) if item.id in repeats else item for item in layout.items
    ]
    return Layout.of(layout.columns, zip(items, layout.cells, strict=True))


@st.composite
def repeating(draw: st.DrawFn) -> tuple[Layout, dict[str, list[str]]]:
    """A layout in which some items are repeated, and the selected values of their variables."""
    layout, _compact = draw(starts())
    repeat = st.fixed_dictionaries(
        {"variable": st.sampled_from(["a", "b", "unknown"])},
        optional={"direction": st.sampled_from(["across", "down"]), "most": st.integers(1, 30)},
    )
    names = draw(st.lists(st.sampled_from([item.id for item in layout.items]), max_size=4, unique=True))
    chosen = {name: SHOPS[: draw(st.integers(0, 5))] for name in ("a", "b")}
    return _repeating(layout, **{name: draw(repeat) for name in names}), chosen


@given(repeating())
@examples(150)
def test_repeat_clones_overlap_nothing_and_show_every_value(made: tuple[Layout, dict[str, list[str]]]) -> None:
    layout, chosen = made
    after, clones = repeated(layout, chosen)
    assert normalized(after, "none") == after
    repeats = {item.id: repeat for item in layout.items if (repeat := repeat_of(item))}
    first = min((layout.cell(name).y for name in repeats), default=MAX_ROW)
    for item, cell in layout:
        repeat = repeats.get(item.id)
        values = chosen.get(repeat.variable, []) if repeat else []
        assert [told[2] for told in clones.values() if told[0] == item.id] == values
        if len(values) < 2:
            there = after.cell(item.id)
            assert there == cell or (there.y > cell.y and cell.bottom > first and not item.static)
            assert there._replace(y=0) == cell._replace(y=0)
            continue
        cells = [after.cell(name) for name, told in clones.items() if told[0] == item.id]
        assert len(cells) == len(values)
        assert repeat is not None
        assert item.id not in after.places
        assert {c.h for c in cells} == {cell.h}
        beside = max(sum(c.y == other.y for c in cells) for other in cells)
        if repeat.direction == "down":
            assert [(c.x, c.w, c.y) for c in cells] == [
                (cell.x, cell.w, cells[0].y + n * cell.h) for n in range(len(cells))
            ]
        else:
            assert beside <= min(repeat.most, len(values))
            assert len({c.w for c in cells}) == 1
            assert cells[0].w >= min(item.min_w or 1, layout.columns)
            if item.max_w is None and item.min_w is None:
                assert cells[0].w == layout.columns // min(repeat.most, len(values), layout.columns)
    check(after, Layout.of(layout.columns, [p for p in layout if p[0].id in after.places]))


def test_repeat_across_is_as_wide_as_the_page_and_down_goes_below() -> None:
    layout = laid(a=(0, 0, 12, 1), b=(0, 1, 4, 2), c=(4, 1, 4, 3), d=(8, 1, 4, 2), e=(0, 4, 12, 1))
    across, clones = repeated(_repeating(layout, b={"variable": "shop", "most": 2}), {"shop": SHOPS[:3]})
    assert clones == {f"b@{n + 1}": ("b", "shop", SHOPS[n]) for n in range(3)}
    assert shown(across) == {
        "a": (0, 0, 12, 1),
        "b@1": (0, 1, 6, 2),
        "b@2": (6, 1, 6, 2),
        "b@3": (0, 3, 6, 2),
        "c": (4, 5, 4, 3),
        "d": (8, 5, 4, 2),
        "e": (0, 8, 12, 1),
    }
    down, _clones = repeated(_repeating(layout, b={"variable": "shop", "direction": "down"}), {"shop": SHOPS[:2]})
    right, _clones = repeated(_repeating(layout, d={"variable": "shop"}), {"shop": SHOPS[:2]})
    assert (right.cell("d@1"), right.cell("d@2"), right.cell("b").y) == ((0, 4, 6, 2), (6, 4, 6, 2), 1), "as it is read"
    kept = {name: cell for name, cell in shown(layout).items() if name in ("a", "c", "d")}
    assert shown(down) == kept | {"b@1": (0, 1, 4, 2), "b@2": (0, 3, 4, 2), "e": (0, 5, 12, 1)}


def test_repeat_line_pushes_neighbours_below_and_stays_one() -> None:
    layout = laid(area=(4, 0, 8, 3), tabs=(0, 3, 6, 3), group=(6, 3, 6, 9), line=(0, 6, 4, 4), table=(6, 12, 6, 3))
    after, _clones = repeated(_repeating(layout, line={"variable": "shop"}), {"shop": SHOPS[:3]})
    low = {"line@1": (0, 6, 4, 4), "line@2": (4, 6, 4, 4), "line@3": (8, 6, 4, 4)}
    still = {"area": (4, 0, 8, 3), "tabs": (0, 3, 6, 3)}
    assert shown(after) == {**still, **low, "group": (6, 10, 6, 9), "table": (6, 19, 6, 3)}
    assert normalized(after, "vertical") == after


@given(repeating())
@examples(200)
def test_repeat_line_rises_as_one(made: tuple[Layout, dict[str, list[str]]]) -> None:
    layout, chosen = made
    before, clones = repeated(layout, chosen)
    after = normalized(before, "vertical")
    check(after, before)
    assert normalized(after, "vertical") == after
    for source in {told[0] for told in clones.values()}:
        same = [name for name, told in clones.items() if told[0] == source]
        lines = {before.cell(name).y: after.cell(name).y for name in same}
        if not layout.items[layout.index(source)].static:
            assert all(after.cell(name).y == lines[before.cell(name).y] for name in same)


def test_repeat_on_a_narrower_grid_overlaps_nothing() -> None:
    layout = _repeating(laid(a=(0, 0, 12, 2)), a={"variable": "shop"})
    after, _clones = repeated(layout, {"shop": SHOPS[:3]})
    check_grid(normalized(replace(after, columns=5), "vertical"))


def test_repeat_of_one_value_or_none_is_the_item() -> None:
    layout = _repeating(laid(a=(0, 0, 4, 2)), a={"variable": "shop"})
    assert repeated(layout, {"shop": ["north"]}) == (layout, {"a": ("a", "shop", "north")})
    assert repeated(layout, {"shop": []}) == (layout, {})
    assert repeated(layout, {}) == (layout, {})


def test_repeat_clones_have_unique_ids() -> None:
    layout = _repeating(laid(**{"a": (0, 0, 4, 2), "a@1": (0, 2, 4, 2)}), a={"variable": "shop"})
    after, clones = repeated(layout, {"shop": SHOPS[:3]}, taken={"a@3"})
    assert list(clones) == ["a@@1", "a@2", "a@@3"]
    assert set(after.places) == {"a@1", *clones}


@pytest.mark.parametrize(
    ("repeat", "field"),
    [
        ("shop", "repeat"),
        ({}, "repeat.variable"),
        ({"variable": 7}, "repeat.variable"),
        ({"variable": "x" * 300}, "repeat.variable"),
        ({"variable": "shop", "direction": ["down"]}, "repeat.direction"),
        ({"variable": "shop", "most": 0}, "repeat.most"),
        ({"variable": "shop", "most": 10**9}, "repeat.most"),
        ({"variable": "shop", "most": True}, "repeat.most"),
    ],
)
def test_repeat_invalid_settings_are_named(repeat: object, field: str) -> None:
    layout = _repeating(laid(a=(0, 0, 4, 2)), a=repeat)
    with pytest.raises(Invalid, match="“a”") as caught:
        repeated(layout, {})
    assert (caught.value.facts["item"], caught.value.facts["field"]) == ("a", field)


def test_repeat_of_takes_a_variable_name_of_exactly_the_greatest_length() -> None:
    item = Item("a", "text", source={"repeat": {"variable": "v" * MAX_ID}})
    assert repeat_of(item) == Repeat("v" * MAX_ID)
    with pytest.raises(Invalid, match="variable"):
        repeat_of(replace(item, source={"repeat": {"variable": "v" * (MAX_ID + 1)}}))


def test_repeat_with_too_many_clones_is_rejected_before_making_them() -> None:
    layout = _repeating(laid(a=(0, 0, 4, 1000), b=(4, 0, 4, 1)), a={"variable": "shop", "direction": "down"})
    with pytest.raises(Invalid, match="10000 times exceeds the limit of 10000 widgets") as many:
        repeated(layout, {"shop": [str(n) for n in range(10_000)]})
    assert many.value.facts["item"] == "a"
    with pytest.raises(Invalid, match="longer than 100000 rows"):
        repeated(layout, {"shop": [str(n) for n in range(200)]})
