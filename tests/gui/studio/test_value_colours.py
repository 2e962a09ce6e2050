"""One value has one colour on a page, whatever its charts draw now."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from boards import item, load
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.queries import ResultColumn, ResultTable
from benchboard.ui.studio.data.explore.explore_view import ExploreView
from benchboard.ui.studio.tiles.expanded_page import ExpandedPage
from benchboard.ui.studio.tiles.kinds.drawn_values import drawn_values
from benchboard.ui.studio.tiles.series.chart_table import chart_table
from benchboard.ui.studio.tiles.series.state_words import state_colour
from benchboard.ui.studio.tiles.series.value_colours import (
    MAX_COLOURS,
    ChartValues,
    Key,
    PageColours,
    colour_of_place,
    distinct,
    in_order,
    value_column,
)

if TYPE_CHECKING:
    from conftest import Studio

FEW = [f"v{k}" for k in range(MAX_COLOURS)]
MANY = [f"v{k:02}" for k in range(24)]
_QT = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def _chart(drawn: Sequence[str], known: Sequence[str] = (), column: str = "status") -> ChartValues:
    return ChartValues((column,), tuple((one,) for one in drawn), tuple((one,) for one in known))


def _page(charts: dict[str, ChartValues]) -> PageColours:
    page = PageColours()
    for name, chart in charts.items():
        page.update(name, chart)
    page.settle()
    return page


def _all(page: PageColours, names: Sequence[str]) -> dict[str, dict[Key, int]]:
    return {name: dict(page.of(name) or {}) for name in names}


_SETS = st.lists(st.lists(st.sampled_from(FEW), min_size=1, unique=True), min_size=1, max_size=5)
_LARGE = st.lists(
    st.lists(st.sampled_from(MANY), min_size=1, max_size=MAX_COLOURS, unique=True), min_size=1, max_size=5
)


@_QT
@given(drawn=_SETS)
def test_a_value_has_the_same_colour_in_all_charts_of_a_page(qapp: QApplication, drawn: list[list[str]]) -> None:
    page = _page({str(k): _chart(one) for k, one in enumerate(drawn)})
    found: dict[Key, set[int]] = {}
    for k in range(len(drawn)):
        for key, number in (page.of(str(k)) or {}).items():
            found.setdefault(key, set()).add(number)
    assert all(len(numbers) == 1 for numbers in found.values())
    # The first colours, in the order of their names: the palette begins with those that differ most.
    expected = [colour_of_place(place) for place in range(len(found))]
    assert [next(iter(found[key])) for key in in_order(found.keys())] == expected


@_QT
@given(drawn=_LARGE, later=_LARGE)
def test_up_to_eight_values_of_a_chart_have_different_colours(
    qapp: QApplication, drawn: list[list[str]], later: list[list[str]]
) -> None:
    page = _page({str(k): _chart(one) for k, one in enumerate(drawn)})
    for k, one in enumerate(later):
        page.update(str(k), _chart(one))
    for k in range(max(len(drawn), len(later))):
        numbers = list((page.of(str(k)) or {}).values())
        assert len(set(numbers)) == len(numbers)
        assert set(numbers) <= set(range(MAX_COLOURS))


@_QT
@given(drawn=_SETS, data=st.data())
def test_a_filter_another_chart_and_a_new_value_change_no_colour(
    qapp: QApplication, drawn: list[list[str]], data: st.DataObject
) -> None:
    names = [str(k) for k in range(len(drawn))]
    page = _page({name: _chart(one) for name, one in zip(names, drawn, strict=True)})
    before = _all(page, names)
    for name, one in zip(names, drawn, strict=True):
        left = data.draw(st.lists(st.sampled_from(one), unique=True))
        new = data.draw(st.lists(st.sampled_from(FEW), unique=True))
        page.update(name, _chart(list(dict.fromkeys([*left, *new]))))
    page.update("new", _chart(data.draw(st.lists(st.sampled_from(FEW), min_size=1, unique=True))))
    after = _all(page, names)
    known = {key: number for numbers in before.values() for key, number in numbers.items()}
    assert all(known.get(key, number) == number for numbers in after.values() for key, number in numbers.items())
    for name, one in zip(names, drawn, strict=True):
        page.update(name, _chart(one))
    assert _all(page, names) == before


@_QT
@given(drawn=_LARGE, order=st.randoms(use_true_random=False))
def test_colours_do_not_depend_on_which_query_ran_first(qapp: QApplication, drawn: list[list[str]], order) -> None:
    charts = {str(k): _chart(one) for k, one in enumerate(drawn)}
    names = list(charts)
    order.shuffle(names)
    shuffled = _page({name: charts[name] for name in names})
    assert _all(shuffled, list(charts)) == _all(_page(charts), list(charts))


@_QT
@given(known=st.lists(st.sampled_from(FEW), min_size=1, unique=True), data=st.data())
def test_values_that_a_filter_hides_from_the_beginning_have_their_colours(
    qapp: QApplication, known: list[str], data: st.DataObject
) -> None:
    drawn = data.draw(st.lists(st.sampled_from(known), min_size=1, unique=True))
    whole, filtered = _page({"a": _chart(known, known)}).of("a"), _page({"a": _chart(drawn, known)}).of("a")
    assert whole is not None
    assert filtered == {(one,): whole[one,] for one in drawn}


STATES = ["pending", "Fulfilled", "canceled", "refunded", "paid"]


@_QT
@given(
    known=st.lists(st.sampled_from([*FEW[:4], *STATES]), min_size=1, max_size=MAX_COLOURS, unique=True),
    pages=st.lists(st.data(), min_size=2, max_size=2),
)
def test_a_value_of_a_known_column_has_one_colour_on_all_pages(
    qapp: QApplication, known: list[str], pages: list[st.DataObject]
) -> None:
    """“Fulfilled” was green on one dashboard and orange on the next."""
    found: dict[Key, set[int]] = {}
    for data in pages:
        drawn = data.draw(st.lists(st.lists(st.sampled_from(known), min_size=1, unique=True), min_size=1, max_size=3))
        page = _page({str(k): _chart(one, known) for k, one in enumerate(drawn)})
        for k in range(len(drawn)):
            for key, number in (page.of(str(k)) or {}).items():
                found.setdefault(key, set()).add(number)
    assert all(len(numbers) == 1 for numbers in found.values())
    whole = _page({"a": _chart(known, known)}).of("a") or {}
    if len(known) <= 5:
        assert set(whole.values()) <= {1, 2, 3, 4, 5}, "the five that differ most"


@_QT
@given(drawn=st.lists(st.sampled_from(STATES), min_size=1, unique=True), others=st.lists(st.sampled_from(FEW[:3])))
def test_a_state_has_the_colour_of_its_word_as_value_and_as_measure_on_any_page(
    qapp: QApplication, drawn: list[str], others: list[str]
) -> None:
    expected = dict(zip(STATES, (1, 2, 3, 4, 5), strict=True))
    page = _page({"a": _chart([*drawn, *dict.fromkeys(others)]), "x": _chart(drawn, column="state")})
    measures = ChartValues((), (("n0", "Orders"), *((f"n{k}", name.upper()) for k, name in enumerate(drawn, 1))))
    alone = _page({"days": measures}).of("days")
    assert alone is not None
    assert list(alone.values()) == [0, *(expected[one] for one in drawn)]
    for name in ("a", "x"):
        colours = page.of(name) or {}
        assert {one: colours[one,] for one in drawn} == {one: expected[one] for one in drawn}


def test_a_value_of_a_long_column_has_its_colour_on_every_page_where_no_other_of_that_colour_is_beside_it(
    qapp: QApplication,
) -> None:
    alone = [_page({"a": _chart([one], MANY)}).of("a") for one in MANY]
    together = _page({"a": _chart(MANY[2:8], MANY), "b": _chart(MANY[14:20], MANY)})
    for name, drawn in (("a", MANY[2:8]), ("b", MANY[14:20])):
        assert together.of(name) == {(one,): (alone[MANY.index(one)] or {})[one,] for one in drawn}
    met = _page({"a": _chart([MANY[0], MANY[8]], MANY)}).of("a")
    assert met == {(MANY[0],): 1, (MANY[8],): 2}


def test_words_for_states_are_read_whole_in_any_case_in_english_and_turkish() -> None:
    assert state_colour("On hold") == state_colour("on_hold") == state_colour("BEKLEMEDE") == 1
    assert state_colour("İptal edildi") == state_colour("Cancelled") == 3
    assert state_colour("Not fulfilled") is state_colour("") is state_colour("eur") is None


def test_the_colour_of_a_measure_is_that_of_no_value_while_others_are_left(qapp: QApplication) -> None:
    """The bars of all orders and the line of those that are cancelled were of one blue."""
    seven, eight = _page({"a": _chart(FEW[:7])}), _page({"a": _chart(FEW)})
    assert sorted((seven.of("a") or {}).values()) == [1, 2, 3, 4, 5, 6, 7]
    assert sorted((eight.of("a") or {}).values()) == [0, 1, 2, 3, 4, 5, 6, 7]


def test_a_measure_with_the_name_of_a_value_has_its_colour_and_the_others_those_of_their_places(
    qapp: QApplication,
) -> None:
    """On Studio Home, “Fulfilled” was orange as a column and another colour as a status beside it."""
    measures = ChartValues((), (("ordered", "Ordered"), ("n2", "Fulfilled"), ("blue", "Blue"), ("odd", "Odd")))
    charts = {"days": measures, "statuses": _chart(["cancelled", "FULFILLED"]), "b": _chart(["blue"], column="x")}
    for names in (list(charts), list(charts)[::-1]):
        page = _page({name: charts[name] for name in names})
        value = (page.of("statuses") or {})["FULFILLED",]
        assert value == 2
        assert page.of("days") == {
            ("ordered", "Ordered"): 0, ("n2", "Fulfilled"): value, ("blue", "Blue"): 1, ("odd", "Odd"): 3
        }  # fmt: skip
    assert _page({"days": ChartValues((), (("blue", "Blue"),))}).of("days") is None
    page = _page({"days": measures})
    assert page.update("statuses", charts["statuses"]) == {"days", "statuses"}
    table = ResultTable(
        (ResultColumn("x", "text"), ResultColumn("ordered", "integer"), ResultColumn("fulfilled", "integer")),
        (("a", 1, 2),),
        truncated=False,
    )
    values = drawn_values("bar_chart", table, None)
    page.update("bars", values)
    assert chart_table(table, page.of("bars")).colours == (0, 2)
    assert chart_table(table).colours == ()


def test_a_measure_has_the_colour_of_its_place_again_once_no_chart_has_the_value(qapp: QApplication) -> None:
    """Adding a pie and undoing it left the line of a measure in the colour of one of its values."""
    measure = ChartValues((), (("n1", "Rainy"),))
    page = _page({"line": measure, "other": ChartValues((), (("n", "N"),))})
    assert page.update("pie", _chart(["rainy"])) == {"line", "other", "pie"}
    assert page.of("line") == {("n1", "Rainy"): 1}
    copied = page.copy()
    copied.update("line", measure)
    assert copied.of("line") == {("n1", "Rainy"): 1}  # an export may leave the pie out
    assert page.update("pie", None) == {"line", "other"}
    assert page.of("line") is None
    page.update("pie", _chart(["rainy"]))
    assert page.update("pie", measure) == {"line", "other", "pie"}
    assert page.of("line") is None


def test_a_measure_with_the_name_of_a_currency_keeps_its_colour_beside_a_pie_of_currencies(qapp: QApplication) -> None:
    page = _page({"line": ChartValues((), (("eur", "EUR"),))})
    assert page.update("pie", _chart(["EUR", "USD"], column="currency")) == {"line", "pie"}
    assert page.of("line") is None


def test_columns_have_colours_of_their_own(qapp: QApplication) -> None:
    page = _page({"a": _chart(["x", "y"]), "b": _chart(["y"], column="region")})
    assert page.of("b") == {("y",): 1}
    page.update("b", None)
    assert page.of("b") is None


def test_values_of_two_columns_are_the_same_in_any_order_of_the_columns(qapp: QApplication) -> None:
    one = ChartValues(("status", "currency"), (("paid", "EUR"), ("open", "USD")))
    other = ChartValues(("currency", "status"), (("USD", "open"), ("EUR", "paid")))
    page = _page({"a": one, "b": other})
    first, second = page.of("a"), page.of("b")
    assert first is not None
    assert second == {key[::-1]: number for key, number in first.items()}


def test_an_export_has_the_colours_of_the_screen(qapp: QApplication) -> None:
    page = _page({"a": _chart(["m", "p"])})
    page.update("a", _chart(["b", "m", "p"]))
    copied = page.copy()
    copied.update("copy", _chart(["b", "m", "p"]))
    assert copied.of("copy") == page.of("a") == {("m",): 1, ("p",): 2, ("b",): 3}
    copied.update("copy", _chart(["z"]))
    assert page.of("a") == {("m",): 1, ("p",): 2, ("b",): 3}


def test_a_column_is_known_by_its_name_however_it_is_written() -> None:
    names = ["Order status", "order_status", "OrderStatus"]
    assert {value_column(ResultColumn(name, "text")) for name in names} == {"orderstatus"}
    assert value_column(ResultColumn("€", "text")) == "€"
    assert value_column(ResultColumn("state", "text", Presentation(format="order_status"))) == "status"


def test_more_than_eight_have_a_colour_each_of_the_eight() -> None:
    assert distinct([0, 0, None, 5]) == (0, 1, 2, 5)
    assert set(distinct([None] * 12)) == set(range(MAX_COLOURS))


def _widget(name: str, kind: str, query: str, x: int, y: int = 0) -> dict[str, object]:
    return item(name, x, y, 6, 4, type=kind, query=query, config={})


LINE = "SELECT date_trunc('month', created_dt) AS month, status, count(*) AS n FROM orders WHERE {} GROUP BY 1, 2"
PIE = "SELECT status, count(*) AS n FROM orders GROUP BY status ORDER BY n DESC"


def _colours(studio: "Studio", name: str) -> dict[Key, int]:
    result = studio.page.query_runner.result(name)
    assert result is not None
    assert result.table is not None, result
    return dict(result.colours or {})


def _settled(studio: "Studio") -> None:
    studio.wait(lambda: not studio.page.query_runner.busy)


def test_series_and_slices_of_a_page_have_one_colour_for_each_value(studio: "Studio") -> None:
    """Status “paid” was blue in one chart and orange in the next; slices had the colours of their ranks."""
    filtered = _widget("few", "bar_chart", LINE.format("status IN ('paid', 'refunded')"), 0, 4)
    load(studio, [_widget("all", "line_chart", LINE.format("true"), 0), _widget("pie", "pie_chart", PIE, 6), filtered])
    _settled(studio)
    whole = _colours(studio, "all")
    assert whole == {("cancelled",): 3, ("fulfilled",): 2, ("paid",): 5, ("pending",): 1, ("refunded",): 4}
    assert _colours(studio, "pie") == whole
    assert _colours(studio, "few") == {key: whole[key] for key in (("paid",), ("refunded",))}
    editor = studio.page.editor
    editor.set_source("all", "", LINE.format("status = 'refunded'"))
    _settled(studio)
    assert _colours(studio, "all") == {("refunded",): whole["refunded",]}
    assert _colours(studio, "pie") == whole
    expanded = ExpandedPage(studio.context, editor, studio.page, studio.page.query_runner)
    studio.wait(lambda: not expanded.busy)
    exported = expanded.result("all")
    assert exported is not None
    assert exported.colours == {("refunded",): whole["refunded",]}


def test_a_removed_chart_leaves_the_colours_of_the_others_as_they_were(studio: "Studio") -> None:
    line = "SELECT date_trunc('month', created_dt) AS month, count(*) AS eur FROM orders GROUP BY 1"
    pie = "SELECT lower(currency) AS unit, count(*) AS n FROM orders GROUP BY 1"
    load(studio, [_widget("line", "line_chart", line, 0), _widget("pie", "pie_chart", pie, 6)])
    _settled(studio)
    assert list(_colours(studio, "line").values()) == [_colours(studio, "pie")["eur",]]
    studio.page.editor.select(["pie"])
    studio.page.editor.remove()
    assert _colours(studio, "line") == {}


def test_explore_has_the_colours_of_the_dashboard(studio: "Studio") -> None:
    load(studio, [_widget("all", "line_chart", LINE.format("true"), 0)])
    _settled(studio)
    whole = _colours(studio, "all")
    studio.context.go("studio/explore")
    (view,) = studio.application.window.findChildren(ExploreView)
    exploration = view.exploration
    studio.wait(lambda: exploration.sources_read)
    exploration.set_mode("sql")
    for where in ("true", "status IN ('paid', 'refunded')"):
        exploration.set_text(LINE.format(where))
        exploration.run()
        studio.wait(lambda: not exploration.running)
        drawn = exploration.drawn_result()
        assert drawn is not None
        assert drawn.colours
        assert {key: whole[key] for key in drawn.colours} == drawn.colours
