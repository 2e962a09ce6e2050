"""The parts of a question in words."""

import pytest
from PySide6.QtCore import QLocale

from benchboard import i18n, package_data
from benchboard.analytics.query_builder.formula import Amount, Operation
from benchboard.analytics.query_builder.question import Group, Measure, Question, formula_measure, with_measure
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedTable
from benchboard.ui.studio.data.explore.builder import is_of_model
from benchboard.ui.studio.data.explore.part_text import limit_text, measure_text, output_title, question_title


def test_question_title_grouped_by_a_time_names_its_unit() -> None:
    question = with_measure(Question("orders", groups=(Group("created_dt", "week"), Group("status"))), "count")
    assert question_title(question, None) == "Orders by week, status"
    assert limit_text(question) == "Limit: none"


@pytest.mark.parametrize(
    ("question", "title"),
    [
        (Question("orders"), "Siparişler"),
        (with_measure(Question("orders", groups=(Group("created_dt", "month"),)), "count"), "Ay bazında Siparişler"),
        (
            Question("sales", "s", groups=(Group("day", "week"),), measures=(Measure("sum", "revenue", "r"),)),
            "Hafta bazında revenue toplamı",
        ),
        (
            Question("sales", "s", groups=(Group("ilçe"),), measures=(Measure("count", "", "n"),)),
            "İlçe bazında Sales satırları",
        ),
    ],
)
def test_question_title_in_a_turkish_window_is_turkish(question: Question, title: str) -> None:
    folder = package_data.resources_folder() / "i18n"
    before = QLocale()
    try:
        i18n.use("tr", folder)
        QLocale.setDefault(QLocale("tr"))
        assert question_title(question, None) == title
    finally:
        i18n.use("en", folder)
        QLocale.setDefault(before)


def test_output_title_names_the_unit_where_a_column_is_grouped_by_several() -> None:
    units = (Group("day", "month", "month"), Group("day", "week", "week"))
    assert output_title(Question("orders", groups=units[:1]), "month", None) == "day"
    both = Question("orders", groups=units)
    titles = [output_title(both, name, None) for name in both.outputs]
    assert titles == ["day by month", "day by week"]


def _ways(name: str) -> tuple[Measure, Measure]:
    """Two measures of a model, the second a formula over the first, which has this name."""
    return Measure("sum", name, name), formula_measure(Operation("/", Amount("sum", name), Amount("count")), "mean")


def test_measures_of_a_query_from_before_a_rename_are_those_of_the_model() -> None:
    way, mean = _ways("distance")
    columns = (
        BrowsedColumn("distance", "Way", "decimal", aggregate="sum", measure=way, earlier=("way",)),
        BrowsedColumn("mean", "Mean way", "decimal", aggregate="formula", measure=mean),
    )
    table = BrowsedTable("Ways", columns)
    for name in ("distance", "way"):
        assert [measure_text(one, table) for one in _ways(name)] == ["Way", "Mean way"]
        assert all(is_of_model(table, one) for one in _ways(name))
    assert not is_of_model(table, Measure("avg", "way", "way"))
