"""The history of a signal against the values themselves: no extreme lost, gaps kept, memory bounded."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.signal_history import FACTOR, LEVELS, ROW_BYTES, SignalHistory, SignalRows

SMALL, FEW = 64, 64
"""Rows of a history that forgets values and buckets within a few thousand values."""
Batch = tuple[list[tuple[int, float]], bool]


def batches() -> st.SearchStrategy[list[Batch]]:
    """Steps of time (ns) and values, with a gap after some of them."""
    value = st.floats(-100, 100, width=16) | st.just(math.nan)
    short = st.lists(st.tuples(st.integers(0, 5), value), min_size=1, max_size=60)
    long = st.builds(
        lambda count, seed: [(1 + at * seed % 3, float(at * seed % 101)) for at in range(count)],
        st.integers(200, 3_000), st.integers(1, 50),
    )  # fmt: skip
    return st.lists(st.tuples(short | long, st.booleans()), min_size=1, max_size=12)


def filled(parts: list[Batch], levels: int = LEVELS) -> tuple[SignalHistory, list[int], list[float], set[int]]:
    """A history of these, all times and values, and the numbers of the values after a gap."""
    history = SignalHistory(values=SMALL, buckets=FEW, levels=levels)
    times: list[int] = []
    values: list[float] = []
    gaps: set[int] = set()
    for steps, gap in parts:
        new = (times[-1] if times else 0) + np.cumsum([step for step, _value in steps])
        history.append(new.astype(np.int64), np.array([value for _step, value in steps]))
        times += new.tolist()
        values += [value for _step, value in steps]
        if gap:
            history.mark_gap()
            gaps.add(len(values))
    return history, times, values, gaps


def check_row(rows: SignalRows, at: int, until: int, times: list[int], values: list[float], gaps: set[int]) -> None:
    start = int(rows.start[at])
    part = [one for one in values[start:until] if not math.isnan(one)]
    assert (rows.begin[at], rows.end[at]) == (times[start], times[until - 1])
    assert np.array_equal([rows.first[at], rows.last[at]], [values[start], values[until - 1]], equal_nan=True)
    extremes = (min(part), max(part)) if part else (math.nan, math.nan)
    assert np.array_equal([rows.low[at], rows.high[at]], extremes, equal_nan=True)
    assert bool(rows.gap[at]) == (start in gaps)
    assert not gaps & set(range(start + 1, until)), "a gap within a row"


@given(batches(), st.integers(2, 40), st.floats(0, 1), st.floats(0, 1))
def test_rows_of_any_range_have_the_true_extremes_of_all_their_values(
    parts: list[Batch], columns: int, one: float, other: float
) -> None:
    history, times, values, gaps = filled(parts, levels=2)
    length = times[-1] - times[0]
    begin, end = (times[0] + round(length * share) for share in sorted((one, other)))
    rows = history.read(begin, end, columns)
    for at, until in enumerate(rows.start.tolist()[1:]):  # where the last one ends isn't told
        check_row(rows, at, until, times, values, gaps)
    # what is before the first row is forgotten
    inside = [number for number, time in enumerate(times) if begin <= time <= end and number >= int(rows.start[0])]
    assert not inside or int(rows.start[0]) <= inside[0]
    assert not inside or rows.end[-1] >= times[inside[-1]]
    span = history.span
    assert span is not None
    if begin >= span[0] and rows.start[0] > 0 and rows.size:
        assert rows.begin[0] <= begin, "a row before the range where there is one"


@given(batches())
def test_memory_is_bounded_and_the_beginning_is_only_known_more_coarsely(parts: list[Batch]) -> None:
    history, times, values, gaps = filled(parts, levels=2)
    assert history.memory_bytes <= ROW_BYTES * (SMALL + 2 * FEW)
    rows = history.read(times[0], times[-1], 10_000)
    assert np.all(np.diff(rows.begin) >= 0)
    assert rows.end[-1] == times[-1]
    if len(gaps) < FEW // 8 and len(times) < FEW // 2 * FACTOR**3 // 2:  # else it is forgotten
        assert rows.begin[0] == times[0]
        every = [one for one in values if not math.isnan(one)]
        if every:
            assert (np.nanmin(rows.low), np.nanmax(rows.high)) == (min(every), max(every))


@given(batches(), st.floats(-0.1, 1.1))
def test_value_at_a_time_is_that_of_the_last_one_until_then(parts: list[Batch], share: float) -> None:
    history, times, values, gaps = filled(parts)
    time = times[0] + round((times[-1] - times[0]) * share)
    found = history.value_at(time)
    number = np.searchsorted(times, time, "right") - 1
    if number < 0 or (number + 1 in gaps and number + 1 < len(times) and time > times[number]):
        assert found is None
    elif found is not None and found.is_exact:
        near = values[max(0, number - FACTOR**LEVELS) : number + 1]
        assert found.value == values[number] or found.value in near
    elif found is not None:
        assert found.low <= found.value <= found.high
    if number == len(times) - 1 and not math.isnan(values[-1]):
        assert found is not None
        assert found.value == values[-1]


def test_values_further_apart_than_the_gap_have_one_between_them() -> None:
    history = SignalHistory(gap_ns=100)
    history.append(np.array([0, 50, 300]), np.array([1.0, 2.0, 3.0]))
    history.append(np.array([350, 900]), np.array([4.0, math.inf]))
    rows = history.read(0, 1_000, 100)
    assert rows.gap.tolist() == [False, False, True, False, True]
    assert history.value_at(299) is None
    assert history.value_at(310) == (3.0, 3.0, 3.0)
    assert math.isnan(rows.last[-1]), "no finite number"


def test_a_time_before_the_last_one_counts_as_that_one() -> None:
    history = SignalHistory()
    history.append(np.array([10, 5, 20]), np.array([1.0, 2.0, 3.0]))
    history.append(np.array([15]), np.array([4.0]))
    assert history.read(0, 100, 100).begin.tolist() == [10, 10, 20, 20]


@given(batches(), st.floats(0, 1), st.floats(0, 1))
def test_extent_of_any_range_is_true_or_says_about(parts: list[Batch], one: float, other: float) -> None:
    history, times, values, gaps = filled(parts)
    begin, end = sorted(times[0] + round(share * (times[-1] - times[0])) for share in (one, other))
    inside = [value for time, value in zip(times, values, strict=True) if begin <= time <= end and value == value]
    held = max(at for at, time in enumerate(times) if time <= begin)
    is_held = times[held] < begin and not (held + 1 < len(times) and held + 1 in gaps)
    if is_held and values[held] == values[held]:
        inside.append(values[held])
    found = history.extent(begin, end)
    if found is None:
        assert not inside
        return
    if inside:
        assert found.low <= min(inside)
        assert max(inside) <= found.high
        if history.total <= SMALL // 2:
            assert found.has_exact_mean
    if found.has_exact_ends:
        assert (found.low, found.high) == (min(inside), max(inside))
    if found.has_exact_mean:
        assert math.isclose(found.mean, sum(inside) / len(inside), abs_tol=1e-9)


def test_extent_has_the_value_that_is_valid_at_its_begin() -> None:
    """Between two cursors, one could read a value at A that was greater than the greatest from A to B."""
    history = SignalHistory(values=SMALL, buckets=FEW, levels=LEVELS)
    history.append(np.array([10, 20, 30, 40]), np.array([9.0, 1.0, 2.0, 3.0]))
    found = history.extent(15, 35)
    assert found == (1.0, 9.0, 4.0, True, True)
    assert history.extent(12, 18) == (9.0, 9.0, 9.0, True, True), "no value came, but one was valid"
    assert history.extent(5, 9) is None
