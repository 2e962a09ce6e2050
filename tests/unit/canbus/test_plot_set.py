"""Which signals are plotted where: edits, limits, and what is kept of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.plot_set import MAX_PLOTS, MAX_SIGNALS, PlotSet, plot_rows, rows_plots
from benchboard.canbus.signal_decoder import SignalKey
from benchboard.errors import Invalid


def key(number: int) -> SignalKey:
    return SignalKey(number, False, f"M{number}", "S")


def names(plots: PlotSet) -> list[list[int]]:
    return [[one.key.frame_id for one in plot] for plot in plots.plots]


def test_signals_get_plots_of_their_own_or_join_one_and_keep_their_colours() -> None:
    plots = PlotSet().with_signal(key(1)).with_signal(key(2)).with_signal(key(3), 0)
    assert names(plots) == [[1, 3], [2]]
    assert [one.colour for one in plots.signals] == [0, 2, 1]
    moved = plots.with_signal(key(2), 0)
    assert names(moved) == [[1, 3, 2]]
    assert [one.colour for one in moved.signals] == [0, 2, 1], "the colour stays with its signal"
    assert names(moved.with_signal(key(1))) == [[3, 2], [1]]
    without = moved.without(key(1))
    assert names(without.with_signal(key(4))) == [[3, 2], [4]]
    assert [one.colour for one in without.with_signal(key(4)).signals] == [2, 1, 0], "the free colour"
    assert plots.with_signal(key(3), 0) is plots
    assert names(plots.without_plot(0)) == [[2]]


def test_full_set_says_what_to_do() -> None:
    plots = PlotSet()
    for number in range(MAX_PLOTS):
        plots = plots.with_signal(key(number))
    with pytest.raises(Invalid, match="plots"):
        plots.with_signal(key(99))
    for number in range(MAX_PLOTS, MAX_SIGNALS):
        plots = plots.with_signal(key(number), 0)
    with pytest.raises(Invalid, match="signals"):
        plots.with_signal(key(99), 0)
    assert rows_plots(plot_rows(plots)) == plots


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.floats(),
        lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    )
)
def test_what_was_kept_and_cannot_be_read_is_no_plot(rows: object) -> None:
    plots = rows_plots(rows)
    assert rows_plots(plot_rows(plots)) == plots


def test_signal_that_was_kept_twice_is_no_plot() -> None:
    row = [*key(1), 0]
    assert rows_plots([[row], [row]]) == PlotSet()
    assert len(rows_plots([[row], []]).plots) == 1
