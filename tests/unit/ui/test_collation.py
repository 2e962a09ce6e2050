"""Texts in the order of the language."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale

from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.numbers.collation import collated


@pytest.fixture(autouse=True)
def default_locale() -> Iterator[None]:
    before = QLocale()
    yield
    QLocale.setDefault(before)


def _table(*cells: Cell) -> ResultTable:
    rows = tuple((cell, place) for place, cell in enumerate(cells))
    return ResultTable((ResultColumn("town", "text"), ResultColumn("n", "integer")), rows, truncated=False)


def _towns(query: str, *cells: Cell, language: str = "tr") -> list[Cell]:
    QLocale.setDefault(QLocale(language))
    return [row[0] for row in collated(_table(*cells), query).rows]


BINARY = ("Ankara", "Izgara", "Zonguldak", "Çorum", "Özalp", "İzmir", "ızgın")


@pytest.mark.parametrize("order", ["town", "1", '"town"', "TOWN ASC", "town LIMIT 50", "town, n DESC"])
def test_collated_result_sorted_by_a_text_is_in_the_order_of_the_language(order: str) -> None:
    found = _towns(f"SELECT town, count(*) AS n FROM t GROUP BY 1 ORDER BY {order}", *BINARY)
    assert found == ["Ankara", "Çorum", "Izgara", "ızgın", "İzmir", "Özalp", "Zonguldak"]


def test_collated_result_follows_the_language_and_the_direction() -> None:
    found = _towns("SELECT town FROM t ORDER BY town DESC", "Z", "éa", "eb", None, language="en")
    assert found == ["Z", "eb", "éa", None]


def test_collated_sorts_rows_that_the_query_leaves_equal_by_their_texts() -> None:
    """A database returned the regions of a week in another order each time."""
    heads = (ResultColumn("week", "integer"), ResultColumn("region", "text"), ResultColumn("n", "integer"))
    rows: tuple[tuple[Cell, ...], ...] = ((2, "West", 1), (2, None, 8), (2, "East", 4), (1, "Çorum", 3), (1, "Can", 2))
    table = ResultTable(heads, rows, truncated=False)
    QLocale.setDefault(QLocale("tr"))
    found = collated(table, "SELECT week, region, count(*) AS n FROM t GROUP BY 1, 2 ORDER BY week DESC").rows
    assert [row[2] for row in found] == [4, 1, 8, 2, 3]
    for order in ("week DESC, n", "", "n + 1"):
        assert collated(table, f"SELECT week, region, n FROM t ORDER BY {order}" if order else "SELECT 1").rows == rows


@pytest.mark.parametrize(
    "query",
    ["SELECT town FROM t", "SELECT town, n FROM t ORDER BY n", "SELECT town FROM t ORDER BY lower(town)",
     "SELECT town FROM (SELECT town FROM t ORDER BY town)", 'SELECT town FROM t ORDER BY town COLLATE "C"'],
)  # fmt: skip
def test_collated_leaves_any_other_order_as_it_is(query: str) -> None:
    assert _towns(query, *BINARY) == list(BINARY)


WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _region(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(QLocale, "system", staticmethod(lambda: QLocale(name)))


def test_weekdays_that_no_query_sorts_or_that_are_sorted_by_their_letters_are_in_the_order_of_the_region(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = ("Sun", "Thu", "Mon", "Sat", "Tue", "Fri", "Wed")
    _region(monkeypatch, "tr_TR")
    unsorted = "SELECT dayname(at) AS town, count(*) AS n FROM t GROUP BY 1"
    assert _towns(unsorted, *found) == list(WEEK)
    assert _towns(f"{unsorted} ORDER BY town", *found) == list(WEEK)
    assert _towns(f"{unsorted} ORDER BY 1 DESC", *found) == list(WEEK)[::-1]
    assert _towns(f"{unsorted} ORDER BY n", *found) == list(found)  # as somebody sorted them
    assert _towns(f"{unsorted} ORDER BY min(at)", *found) == list(found)
    _region(monkeypatch, "en_US")
    assert _towns(unsorted, *found) == ["Sun", *WEEK[:-1]]
    assert _towns("SELECT 1", "March", "January", "February") == ["January", "February", "March"]
    assert _towns("SELECT 1", "Sun", "Mon", "Sun") == ["Sun", "Mon", "Sun"]  # rows, not groups


@pytest.mark.parametrize(
    ("language", "names", "shown"),
    [
        ("tr", ("Monday", "Sunday"), ["Pazartesi", "Pazar"]),
        ("tr", ("Mon", "Sun"), ["Pzt", "Paz"]),
        ("tr", ("January", "May"), ["Ocak", "Mayıs"]),
        ("tr", ("Mon", "Lunch"), ["Mon", "Lunch"]),
        ("tr", ("Pzt", "Paz"), ["Pzt", "Paz"]),
        ("en", ("Pzt", "Paz"), ["Mon", "Sun"]),
        ("en", ("MONDAY", "Sun"), ["MONDAY", "Sun"]),
    ],
)
def test_weekdays_and_months_on_an_axis_are_in_the_language(
    language: str, names: tuple[str, ...], shown: list[str]
) -> None:
    QLocale.setDefault(QLocale(language))
    assert number_format.category_labels(_table(*names)) == shown
