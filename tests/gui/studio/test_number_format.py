"""Numbers, days and scales as the tiles write them, and undo in an editor without a window."""

import gc
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSizeF, Qt

from benchboard import i18n, package_data
from benchboard.analytics.queries import ResultColumn, ResultTable, check_query
from benchboard.analytics.query_builder.question import Filter
from benchboard.dashboards.document.widget_kinds import KINDS
from benchboard.dashboards.editing import placement_edits
from benchboard.dashboards.layout import parse, serialise
from benchboard.dashboards.variables.variable_queries import VariableOptions
from benchboard.ui.studio.data.explore.part_text import filter_text
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.axes import axis_scale
from benchboard.ui.studio.tiles.error_painting import fit_text
from benchboard.ui.studio.tiles.kinds import charts
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.tables.table_rows import TableRows
from benchboard.ui.studio.tiles.variable_options import with_time_labels
from benchboard.ui.theme import Theme
from benchboard.ui.widgets.paragraph import PaintedParagraph


@pytest.mark.parametrize(
    ("value", "decimals", "unit", "shown"),
    [
        (1483, None, "rpm", "1\u202f483 rpm"),
        (Decimal("1234567.891"), 2, "", "1\u202f234\u202f567.89"),
        (Decimal("-0.001"), 2, "", "0.00"),
        (Decimal("-12.5"), 1, "%", "\u221212.5 %"),
        (999, 0, "", "999"),
        (Decimal("41.40"), None, "", "41.40"),
        (None, 0, "", "–"),
        (Decimal("NaN"), 0, "V", "NaN V"),
        (Decimal("-Infinity"), None, "", "\u2212∞"),
        (-(10**40), 0, "", "\u22121.000×10⁴⁰"),
        (Decimal("0." + "3" * 40), 40, "", "0." + "3" * 40),
        (10**29, 6, "", "100" + "\u202f000" * 9 + ".000000"),
    ],
)
def test_number_is_grouped_with_a_space_before_the_unit(
    value: int | Decimal | None, decimals: int | None, unit: str, shown: str
) -> None:
    assert number_format.format_number(value, decimals, unit) == shown


def test_a_half_is_rounded_away_from_zero_everywhere() -> None:
    """A card of exactly 5441948.50 showed 5 441 948: halves went to the even number."""
    total = Decimal("5441948.50")
    for value in (total, float(total)):
        assert number_format.format_number(value, 0) == "5\u202f441\u202f949"
        assert number_format.format_number(-value, 0) == "\u22125\u202f441\u202f949"
    assert number_format.format_number(total + 1, 0) == "5\u202f441\u202f950"
    assert [number_format.format_number(value, 2) for value in (2.665, Decimal("2.665"), -2.675)] == [
        "2.67", "2.67", "\u22122.68",
    ]  # fmt: skip
    assert [i18n.number(value) for value in (2.665, -1.005, 0.1 + 0.2, 1e22)] == [
        "2.67", "\u22121.01", "0.3", "10" + "\u202f000" * 7,
    ]  # fmt: skip
    assert number_format.format_number(Decimal("0.5"), 0) == i18n.percent(0.5, 0).removesuffix(" %") == "1"
    assert [number_format.abbreviate(value) for value in (1_235_000.0, 1_245_000.0, -1_245_000.0, 0.0125)] == [
        "1.24 M", "1.25 M", "\u22121.25 M", "0.013",
    ]  # fmt: skip
    assert number_format.format_number(Decimal("1.2345E+40")) == "1.235×10⁴⁰"
    assert number_format.tick_labels([0.0, 0.125, 0.25]) == ["0", "0.125", "0.250"]


def test_column_has_the_decimals_that_its_values_need() -> None:
    """A sum of floats is 871883.319999999: all of its column were shown with four decimals, the last of them zeros."""
    columns = (ResultColumn("shop", "text"), ResultColumn("total", "decimal"))

    def decimals(*values: str) -> int | None:
        rows = tuple(("a", Decimal(value)) for value in values)
        return number_format.column_decimals(ResultTable(columns, rows, truncated=False), 1, rows)

    assert decimals("871883.319999999", "449409.000000001") == 2
    assert decimals("871883.3200", "449409.0000", "NaN", "1E+40") == 2
    assert decimals("0.125", "7") == 3
    assert decimals("0.12345678", "7") == 4


def test_axis_labels_are_as_short_as_possible() -> None:
    days = [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2)]
    assert number_format.axis_labels(days) == ["1 Mar", "2 Mar"]
    assert number_format.axis_labels([day.replace(hour=9, minute=5) for day in days[:1]]) == ["09:05"]
    assert number_format.axis_labels([date(2026, 12, 31)]) == ["31 Dec"]
    assert number_format.axis_labels(["a", None]) == ["a", "–"]


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["a.example", "b-c.example"], ["a", "b-c"]),
        (["a@x.org", "b@x.org"], ["a", "b"]),
        (["a.example", "b.org"], ["a.example", "b.org"]),
        (["a.example"], ["a.example"]),
        (["a.example", "a.example"], ["a.example", "a.example"]),
        ([".example", "b.example"], [".example", "b.example"]),
        (["1.5", "2.5"], ["1.5", "2.5"]),
        ([], []),
    ],
)
def test_names_lose_the_domain_that_all_share(names: list[str], shown: list[str]) -> None:
    assert number_format.without_shared_end(names) == shown


@given(st.lists(st.text("ab.@1- ", max_size=8), max_size=6))
def test_names_without_a_shared_end_stay_different_and_are_not_empty(names: list[str]) -> None:
    shown = number_format.without_shared_end(names)
    assert len(set(shown)) == len(set(names))
    assert all(bool(ours) == bool(name) for ours, name in zip(shown, names, strict=True))


def test_chart_series_have_titles_and_the_currency_of_their_last_amount(light: Theme) -> None:
    assert light is not None
    columns = check_query(
        "select date_trunc('week', created_dt) as week, sum(order_total) filter (where currency = 'EUR') as eur,"
        " sum(order_total) filter (where currency = 'USD') as total_usd, count(*) from orders group by 1"
    )
    row = (datetime(2026, 3, 2, tzinfo=UTC), Decimal("2474.40"), None, 7)
    series = charts.series_of(ResultTable(columns, (row,), truncated=False), "")
    assert [(one.name, one.last) for one in series] == [
        ("Euro", "€\xa02\u202f474.40"), ("Total USD", "–"), ("Orders", "7"),
    ]  # fmt: skip
    in_euros = charts.series_of(ResultTable(columns, (row,), truncated=False), "€")
    assert [one.last for one in in_euros] == ["€\xa02\u202f474.40", "–", "7"]


def test_moments_that_are_all_midnights_are_written_as_days() -> None:
    columns = check_query("select date_trunc('day', created_dt) as day, created_dt from orders")
    row = (datetime(2026, 11, 7, tzinfo=UTC), datetime(2026, 11, 7, 9, 30, tzinfo=UTC))
    table = ResultTable(columns, (row, (None, None)), truncated=False)
    decimals = [number_format.column_decimals(table, column, table.rows) for column in range(2)]
    shown = [number_format.format_value(table, row, column, decimals=decimals[column]) for column in range(2)]
    assert shown == ["7 Nov 2026", "7 Nov 2026 09:30"]


def test_status_of_an_order_is_translated_and_other_texts_are_not() -> None:
    columns = check_query("select status, shop_id, status || '' as note from orders")
    rows = (("paid", "paid", "paid"), ("shipped", "", ""))
    table = ResultTable(columns, rows, truncated=False)

    def shown() -> list[list[str]]:
        return [[number_format.format_value(table, row, column) for column in range(3)] for row in rows]

    assert shown() == [["Paid", "paid", "paid"], ["shipped", "", ""]]
    try:
        i18n.use("tr", package_data.resources_folder() / "i18n")
        assert shown() == [["Ödendi", "paid", "paid"], ["shipped", "", ""]]
    finally:
        i18n.use("en", package_data.resources_folder() / "i18n")


_ends = st.floats(-1e12, 1e12)


@given(_ends, _ends, st.integers(3, 6))
def test_scale_of_any_range_spans_it_with_few_ticks(a: float, b: float, most: int) -> None:
    low, high = min(a, b), max(a, b)
    ticks = axis_scale.axis_ticks(low, high, most)
    assert 2 <= len(ticks) <= most + 1
    near = 1e-8 * max(abs(low), abs(high), 1e-3)
    assert ticks[0] <= low + near
    assert ticks[-1] >= high - near


@pytest.mark.parametrize(
    ("low", "high", "most", "whole", "ticks"),
    [
        (0, 430, 5, False, [0, 150, 300, 450]),
        (-3, 82, 5, True, [-30, 0, 30, 60, 90]),
        (0, 100, 5, False, [0, 25, 50, 75, 100]),
        (0, 305, 5, False, [0, 100, 200, 300, 400]),
        (0, 7, 5, True, [0, 2, 4, 6, 8]),
        (0, 7, 5, False, [0, 2.5, 5, 7.5]),
        (-128, 130, 5, False, [-150, 0, 150]),
        (600, 1650, 5, False, [600, 900, 1200, 1500, 1800]),
        (70_001, 70_013, 5, False, [70_000, 70_005, 70_010, 70_015]),
        (0, 1, 5, True, [0, 1]),
        (0, 1, 5, False, [0, 0.25, 0.5, 0.75, 1]),
        (0, 0, 5, True, [0, 1]),
    ],
)
def test_ticks_leave_little_of_an_axis_empty(
    low: float, high: float, most: int, whole: bool, ticks: list[float]
) -> None:
    assert axis_scale.axis_ticks(low, high, most, whole=whole) == ticks


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 21, (0, 5, 10, 15, 20, 25)),
        (0, 90, (0, 20, 40, 60, 80, 100)),
        (0, 418, (0, 100, 200, 300, 400, 500)),
        (0, 100, (0, 20, 40, 60, 80, 100)),
        (0, 28, (0, 10, 20, 30)),
        (0, 0, (0, 1)),
    ],
)
def test_axis_ends_at_a_tick_close_above_the_highest_value(low: float, high: float, ticks: tuple[float, ...]) -> None:
    """A peak of 90 stood above the last tick, that of 80; the axis of a peak of 21 ended at 30."""
    scale = axis_scale.axis_scale(low, high, 6, whole=True)
    assert scale.ticks == ticks
    assert (scale.low, scale.high) == (ticks[0], ticks[-1])
    mirrored = axis_scale.axis_scale(-high, -low, 6, whole=True)
    assert mirrored.ticks == tuple(-tick for tick in reversed(ticks)) or not high


@given(_ends, _ends, st.integers(3, 6))
def test_axis_of_any_range_has_all_values_inside_and_few_empty(a: float, b: float, most: int) -> None:
    low, high = min(a, b), max(a, b)
    scale = axis_scale.axis_scale(low, high, most)
    near = 1e-8 * max(abs(low), abs(high), 1e-3)
    assert scale.low <= low + near
    assert scale.high >= high - near
    assert scale.low <= scale.ticks[0] < scale.ticks[-1] <= scale.high
    assert 2 <= len(scale.ticks) <= most + 1
    assert (scale.low, scale.high) == (scale.ticks[0], scale.ticks[-1])
    assert low != 0 or scale.low == 0


@pytest.mark.parametrize(
    ("ticks", "labels"),
    [
        ([0.0, 0.002, 0.004], ["0", "0.002", "0.004"]),
        ([0.0, 0.25, 0.5, 0.75], ["0", "0.25", "0.50", "0.75"]),
        ([0.0, 0.1, 0.2, 0.30000000000000004], ["0", "0.1", "0.2", "0.3"]),
        ([0.0, 2.5e-9, 5e-9, 7.5e-9], ["0", "2.5×10⁻⁹", "5.0×10⁻⁹", "7.5×10⁻⁹"]),
        ([1.0, 1.00000001, 1.00000002], ["1.00000000", "1.00000001", "1.00000002"]),
        ([-5.0, 0.0, 5.0], ["\u22125", "0", "5"]),
        ([-0.04, -0.02, 0.0, 0.02], ["\u22120.04", "\u22120.02", "0", "0.02"]),
        ([0.0, 5e3, 1e4], ["0", "5 k", "10 k"]),
        ([0.0, 2500.0, 5000.0], ["0", "2\u202f500", "5\u202f000"]),
        ([1e6, 1.001e6, 1.002e6], ["1.000 M", "1.001 M", "1.002 M"]),
        ([80_000.01, 80_000.012], ["80\u202f000.010", "80\u202f000.012"]),
        ([-2e9, 0.0, 2e9], ["\u22122 bn", "0", "2 bn"]),
        ([0.0, 5e14, 1e15], ["0", "0.5×10¹⁵", "1.0×10¹⁵"]),
        ([-1e300, 0.0, 1e300], ["\u22121×10³⁰⁰", "0", "1×10³⁰⁰"]),
    ],
)
def test_tick_labels_have_the_digits_that_the_step_needs(ticks: list[float], labels: list[str]) -> None:
    assert number_format.tick_labels(ticks) == labels


@given(_ends | st.floats(-1e-3, 1e-3) | st.floats(-1e300, 1e300), _ends | st.floats(-1e-3, 1e-3), st.integers(3, 6))
def test_tick_labels_of_any_range_are_different(a: float, b: float, most: int) -> None:
    ticks = axis_scale.axis_ticks(min(a, b), max(a, b), most)
    labels = number_format.tick_labels(ticks, number_format.Unit(currency="EUR"))
    assert len(set(labels)) == len(set(ticks))
    assert all("€" in label for label in labels)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.004, "0.004"), (0.0123, "0.012"), (-0.00056, "\u22120.00056"), (1.234e-9, "1.2×10⁻⁹"), (0.0, "0"),
        (0.25, "0.25"), (1234.5, "1\u202f234.5"),
    ],
)  # fmt: skip
def test_abbreviated_small_number_is_not_zero(value: float, shown: str) -> None:
    assert number_format.abbreviate(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (9999.99, "9\u202f999.99"),
        (9999.999, "10 k"),
        (-9999.999, "\u221210 k"),
        (999_999.9, "1 M"),
        (1e15, "1.000×10¹⁵"),
    ],
)
def test_abbreviated_number_that_rounds_up_to_the_next_size_has_that_size(value: float, shown: str) -> None:
    assert number_format.abbreviate(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Decimal("-9.9996E+40"), "\u22121,000×10⁴¹"), (Decimal("1.5E-40"), "1,500×10⁻⁴⁰"), (10**31, "1,000×10³¹")],
)
def test_extreme_number_has_the_decimal_point_and_minus_of_the_language(value: int | Decimal, shown: str) -> None:
    try:
        i18n.use("en", package_data.resources_folder() / "i18n", decimal_point=",")
        assert number_format.format_number(value) == shown
    finally:
        i18n.use("en", package_data.resources_folder() / "i18n")


@pytest.fixture(scope="module")
def collected() -> Iterator[None]:
    yield
    # Where the steps of an editor that is garbage went first, its stack ended them again, and the program with them.
    gc.collect()


@pytest.mark.usefixtures("collected")
@given(st.lists(st.sampled_from(["add", "move", "size", "copy", "remove", "title", "nudge"]), max_size=12), st.data())
def test_editor_steps_are_undone_and_redone(steps: list[str], data: st.DataObject) -> None:
    editor = Editor()
    seen = [editor.layout]
    for step in steps:
        if editor.layout.items and step != "add":
            editor.select([data.draw(st.sampled_from([item.id for item in editor.layout.items]))])
        _do(editor, step, data)
        while len(seen) > 1 and editor.undo_stack.count() < len(seen):
            seen.pop()
        if editor.layout is not seen[-1]:
            seen.append(editor.layout)
    last = editor.layout
    while editor.undo_stack.can_undo():
        editor.undo_stack.undo()
        cells = editor.layout.cells
        assert not any(a.overlaps(b) for k, a in enumerate(cells) for b in cells[:k])
    assert editor.layout is seen[0]
    while editor.undo_stack.can_redo():
        editor.undo_stack.redo()
    assert editor.layout is last
    written = serialise(last)
    assert serialise(parse(written)) == written


def _do(editor: Editor, step: str, data: st.DataObject) -> None:
    small = st.integers(-4, 4)
    if step == "add":
        editor.add(data.draw(st.sampled_from(KINDS)))
    elif step == "copy":
        editor.duplicate()
    elif step == "remove":
        editor.remove()
    elif step == "nudge":
        editor.apply(placement_edits.nudge, *data.draw(st.sampled_from([(1, 0), (-1, 0), (0, 1), (0, -1)])))
    elif step == "size":
        editor.apply(placement_edits.resize, data.draw(small), data.draw(small))
    elif editor.selection and step == "title":
        editor.set_property(
            editor.selection[0],
            "title",
            data.draw(st.text(st.characters(codec="ascii", exclude_characters="\n\0"), max_size=5)),
        )
    elif editor.selection:
        cell = editor.layout.cell(editor.selection[0])
        editor.apply(
            placement_edits.place,
            editor.selection[0],
            cell._replace(x=data.draw(st.integers(0, 14)), y=data.draw(st.integers(0, 30))),
        )


def test_fitted_text_with_a_word_wider_than_the_room_breaks_the_word(light: Theme) -> None:
    word = "“pg_catalog.pg_stat_activity_of_everyone”"
    shown, need = fit_text(word, QSizeF(70, 500))
    assert shown == word
    assert need >= 3 * PaintedParagraph("a", 70).height


@pytest.mark.parametrize("width", [60, 120, 240, 900])
@pytest.mark.parametrize("height", [5, 20, 45, 200])
def test_fitted_text_too_long_ends_with_a_word_and_ellipsis(light: Theme, width: int, height: int) -> None:
    text = "The database can't be reached. Check that the server is running and the network is up, then try again."
    shown, need = fit_text(text, QSizeF(width, height))
    assert need <= height
    if shown not in ("", text):
        kept = shown.removesuffix(" …")
        assert text.startswith(kept + " ")
        longer = text[: (text + " ").index(" ", len(kept) + 1)] + " …"
        assert PaintedParagraph(longer, width).height > height


@given(st.decimals() | st.decimals(allow_nan=False).map(lambda one: one * 10**30) | st.integers(), st.integers(0, 6))
def test_number_of_any_value_is_written_and_drawn_or_omitted(value: Decimal | int, decimals: int) -> None:
    assert number_format.format_number(value, decimals)
    assert number_format.format_cell(value)
    drawn = number_format.to_float(value)
    assert drawn is None or math.isfinite(drawn)


def test_format_cell_with_bidi_controls_shows_their_codes() -> None:
    """The rest of the cell was read backwards; letters of right-to-left scripts stay as they are."""
    assert number_format.format_cell("paid \u202e000,1\u2066 שלום") == "paid \\u202e000,1\\u2066 שלום"


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["2024-01-01T00:00:00Z", "2024-02-01T00:00Z", None], ["1 Jan 2024", "1 Feb 2024", "–"]),
        (["2024-01-01T00:00:00Z", "2024-01-01T14:05:30.5+02:00"], ["1 Jan 2024 00:00", "1 Jan 2024 12:05"]),
        (["2024-01-01T00:00:00Z", "n/a"], ["1 Jan 2024 00:00", "n/a"]),
        (["2024-13-01T00:00:00Z", "2024-01-01", "T"], ["2024-13-01T00:00:00Z", "2024-01-01", "T"]),
        (["9999-12-31T23:00:00-09:00"], ["9999-12-31T23:00:00-09:00"]),
    ],
)
def test_texts_that_are_times_are_shown_as_times(light: Theme, texts: list[str | None], shown: list[str]) -> None:
    heads = ResultColumn("at", "text"), ResultColumn("n", "integer")
    table = ResultTable(heads, tuple((text, k) for k, text in enumerate(texts)), truncated=False)
    rows = TableRows(table)
    assert [rows.text(row, 0) for row in range(len(texts))] == shown
    assert number_format.category_labels(table) == shown
    for row, text in enumerate(texts):
        tip = rows.data(rows.index(row, 0), Qt.ItemDataRole.ToolTipRole)
        assert shown[row] in tip
        assert rows.tsv([(row, 0)]) == (text or ""), "copied as they are"


def test_options_and_filters_that_are_times_are_shown_as_times(light: Theme) -> None:
    days = VariableOptions(("2024-01-01T00:00:00+00:00", "2024-02-01T00:00:00Z", "all"))
    assert with_time_labels(days).labels == {days.values[0]: "1 Jan 2024", days.values[1]: "1 Feb 2024"}
    assert with_time_labels(days).values == days.values
    times = VariableOptions(("2024-01-01T00:00:00Z", "2024-01-01T08:30:00Z"), {"2024-01-01T00:00:00Z": "New year"})
    assert with_time_labels(times).labels == {times.values[0]: "New year", times.values[1]: "1 Jan 2024 08:30"}
    plain = VariableOptions(("paid", "2024"))
    assert with_time_labels(plain) is plain
    assert filter_text(Filter("at", "eq", ("2024-01-01T08:30:00Z",)), None).endswith("1 Jan 2024 08:30")
