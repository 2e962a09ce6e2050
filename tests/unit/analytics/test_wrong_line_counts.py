"""Every line that doesn't fit is counted, and its copy counts as its inspection does."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from benchboard.analytics.files.conversion import copy_to_parquet
from benchboard.analytics.files.inspection import inspect_file, inspect_scan
from benchboard.analytics.files.inspection_types import MAX_WRONG_LINES
from benchboard.analytics.files.scan import WrongValues
from support.examples import examples

_FITTING: Final = [f"2026-05-{1 + n % 28:02},{n},{n}.5,note {n}" for n in range(60)]
_WRONG: Final = {
    "a value": "2026-05-03,x7,1.5,note",
    "two values": "no day,x7,1.5,note",
    "too short": "2026-05-03,7",
    "too short, with a wrong value": "2026-05-03,x7",
    "too long": "2026-05-03,7,1.5,note,more",
    "too long, with a wrong value": "2026-05-03,x7,1.5,note,more",
}
_LEFT_OUT: Final = ("too long", "too long, with a wrong value")


def _write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(["day,count,price,note", *lines]) + "\n", encoding="utf-8")
    return path


@examples(60, costly=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(sorted(_WRONG)), max_size=5),
    st.sampled_from(["empty", "leave-out"]),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_every_line_that_does_not_fit_is_counted_alike_everywhere(
    tmp_path: Path, wrong: list[str], outcome: WrongValues, has_total: bool, random: object
) -> None:
    lines = [*_FITTING, *(_WRONG[kind] for kind in wrong)]
    random.shuffle(lines)  # type: ignore[attr-defined]  # random.Random
    if has_total:
        lines.append("Total,1770")  # too short, but a total row is no line that doesn't fit
    scan = inspect_file(_write(tmp_path / "a.csv", lines)).tables[0].scan
    assert [column.kind for column in scan.columns] == ["date", "integer", "float", "text"]
    assert bool(scan.options.total_label) == has_total
    scan = replace(scan, options=replace(scan.options, wrong_values=outcome))
    seen = inspect_scan(scan)
    copied = copy_to_parquet(scan, tmp_path / "a.parquet")
    left_out = sum(kind in _LEFT_OUT for kind in wrong) if outcome == "empty" else len(wrong)
    assert (seen.wrong_count, seen.left_out, seen.rows) == (len(wrong), left_out, 60 + len(wrong) - left_out)
    assert (copied.emptied, copied.left_out, copied.rows) == (len(wrong) - left_out, left_out, seen.rows)


@pytest.mark.parametrize("outcome", ["empty", "leave-out"])
def test_more_wrong_lines_than_are_named_are_counted_by_what_becomes_of_them(
    tmp_path: Path, outcome: WrongValues
) -> None:
    count = MAX_WRONG_LINES // 2 + 5
    lines = [*_FITTING * 300, *[_WRONG["too short"]] * count, *[_WRONG["too long"]] * count]
    scan = inspect_file(_write(tmp_path / "a.csv", lines)).tables[0].scan
    seen = inspect_scan(replace(scan, options=replace(scan.options, wrong_values=outcome)))
    assert (seen.wrong_count, seen.left_out) == (2 * count, count if outcome == "empty" else 2 * count)


@pytest.mark.parametrize("outcome", ["empty", "leave-out"])
@pytest.mark.parametrize("wrong", [[], ["too long", "too short", "a value"]])
def test_empty_values_are_counted_as_the_copy_has_them(tmp_path: Path, outcome: WrongValues, wrong: list[str]) -> None:
    given = ["", "n/a", "-", "", "n/a"]
    lines = [*_FITTING, *(f"2026-05-07,{value},2.5,note" for value in given), *(_WRONG[kind] for kind in wrong)]
    scan = inspect_file(_write(tmp_path / "a.csv", lines)).tables[0].scan
    assert scan.columns[1].kind == "integer"
    assert set(scan.options.null_words) == {"n/a", "-"}
    scan = replace(scan, options=replace(scan.options, wrong_values=outcome))

    table = inspect_scan(scan)

    copy_to_parquet(scan, tmp_path / "a.parquet")
    copied = duckdb.sql(f"SELECT count(*) - count(count) FROM '{tmp_path / 'a.parquet'}'").fetchall()[0][0]
    assert copied == 5 + ("a value" in wrong and outcome == "empty")
    assert table.columns[1].unset == copied
