"""How a presented page is laid out on a wall."""

import pytest

from benchboard.ui.studio.tiles.wall_layout import base_scale, lay_out

UNIT = (36.0, 8.0)


def test_a_short_page_is_enlarged_and_stretched_to_fill_the_height() -> None:
    wall = lay_out([(0, 4), (0, 6), (6, 10)], 900, 1.5, UNIT)
    assert wall.screens == ((0, 10),)
    assert wall.scale == pytest.approx(1.875)
    assert 10 * (wall.rows[0] + 8 * wall.scale) - 8 * wall.scale == pytest.approx(900)


def test_a_tall_page_is_split_between_its_items_into_even_screens() -> None:
    wall = lay_out([(0, 3), (3, 9), (9, 15), (15, 21)], 900, 1.5, UNIT)
    assert wall.scale == 1.5
    assert wall.screens == ((0, 9), (9, 21))


@pytest.mark.parametrize("spans", [[(0, 9), (9, 17), (17, 19)], [(0, 3)], [(0, 4), (4, 20), (20, 23)]])
def test_each_screen_fills_its_height_with_letters_of_the_same_size(spans: list[tuple[int, int]]) -> None:
    """A last screen of few rows ended above the middle."""
    wall = lay_out(spans, 900, 1.5, UNIT)
    for (top, bottom), row in zip(wall.screens, wall.rows, strict=True):
        assert (bottom - top) * (row + 8 * wall.scale) - 8 * wall.scale == pytest.approx(900)


def test_an_item_taller_than_a_screen_makes_the_page_smaller_rather_than_being_cut() -> None:
    wall = lay_out([(0, 20), (20, 24)], 900, 1.5, UNIT)
    assert 0.9 <= wall.scale < 1.5
    assert wall.screens == ((0, 20), (20, 24))


def test_an_item_far_taller_than_a_screen_goes_on_on_the_next() -> None:
    wall = lay_out([(0, 60)], 900, 1.5, UNIT)
    assert wall.scale == pytest.approx(0.9)
    assert len(wall.screens) > 1
    assert wall.screens[0][0] == 0
    assert wall.screens[-1][1] == 60
    assert all(a[1] == b[0] for a, b in zip(wall.screens, wall.screens[1:], strict=False))


def test_a_page_without_items_has_one_screen() -> None:
    assert lay_out([], 900, 1.5, UNIT).screens == ((0, 0),)


@pytest.mark.parametrize(
    ("size", "scale"), [((1920, 1080), 1080 / 660), ((800, 600), 1.0), ((1080, 1920), 1080 / 1056)]
)
def test_scale_follows_the_smaller_side(size: tuple[int, int], scale: float) -> None:
    assert base_scale(*size) == pytest.approx(scale)
