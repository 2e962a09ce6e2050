"""Labels of an axis never overlap."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from benchboard.ui.studio.tiles.kinds.x_axis import visible_labels

GAP = 8.0


def _evenly(count: int, width: float, label: float) -> list[tuple[float, float]]:
    """Labels of one width at even distances, the outer ones kept inside as on a chart."""
    spans = []
    for k in range(count):
        left = max(0.0, min(width * k / max(count - 1, 1) - label / 2, width + 4 - label))
        spans.append((left, left + label))
    return spans


@given(st.integers(0, 400), st.floats(60, 2000), st.floats(1, 200))
def test_visible_labels_labels_shown_never_touch(count: int, width: float, label: float) -> None:
    spans = _evenly(count, width, label)
    kept = visible_labels(spans, GAP)
    assert kept[:1] == list(range(count))[:1]
    assert all(spans[b][0] - spans[a][1] >= GAP for a, b in pairwise(kept))
    if count and spans[-1][0] - spans[0][1] >= GAP:
        assert kept[-1] == count - 1


def test_visible_labels_labels_that_fit_are_all_shown() -> None:
    assert visible_labels(_evenly(3, 240, 30), GAP) == [0, 1, 2]
    assert visible_labels(_evenly(13, 300, 26), GAP) == [0, 2, 4, 6, 8, 10, 12]
    assert visible_labels(_evenly(14, 300, 36), GAP)[-1] == 13
