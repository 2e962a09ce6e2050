"""The marks below the time line of a recording: each at its time, its label centred there, none cut or on another."""

from datetime import datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from benchboard.ui.bench.plots.axis_ticks import time_marks, time_ticks
from benchboard.ui.bench.plots.time_window import SECOND

DAY = 86_400 * SECOND
BEGUN = 1_763_627_400 * SECOND


def _width(text: str) -> float:
    return 7.0 * len(text)


@given(
    st.integers(0, 2_000_000_000 * SECOND),
    st.one_of(st.integers(0, 100 * SECOND), st.integers(0, 20_000 * DAY)),
    st.floats(1, 4_000),
)
def test_label_of_any_span_and_width_stands_at_its_time(begin: int, length: int, width: float) -> None:
    row = QRectF(16, 0, width, 16)
    marks = time_marks(row, (begin, begin + length), _width)
    for mark in marks:
        assert abs(mark.x - (row.left() + row.width() * (mark.at - begin) / max(length, 1))) <= 1
        assert row.left() - 1 <= mark.x <= row.right() + 1
    labelled = [mark for mark in marks if mark.label]
    for mark in labelled:
        assert mark.x - _width(mark.label) / 2 >= 0
        assert mark.x + _width(mark.label) / 2 <= row.right() + 16
    for first, second in pairwise(labelled):
        assert first.x + _width(first.label) / 2 < second.x - _width(second.label) / 2


def test_label_says_the_time_of_its_mark() -> None:
    marks = time_marks(QRectF(16, 0, 1_341, 16), (BEGUN, BEGUN + 90 * SECOND), _width)
    said = [(mark.label, datetime.fromtimestamp(mark.at / SECOND).astimezone().strftime("%H:%M:%S")) for mark in marks]
    assert len(said) > 5
    assert all(label in ("", time) for label, time in said)


def test_label_that_would_be_cut_at_an_end_is_left_out_and_its_mark_stays() -> None:
    first, *_rest, last = time_marks(QRectF(16, 0, 1_200, 16), (BEGUN, BEGUN + 90 * SECOND), _width)
    assert (first.x, first.label) == (16, "")
    assert (last.x, last.label) == (1_216, "")


@given(st.integers(0, 40_000 * DAY), st.integers(1, 40))
def test_no_span_has_more_times_than_asked_for(length: int, most: int) -> None:
    assert len(time_ticks(BEGUN, BEGUN + length, most)) <= most
