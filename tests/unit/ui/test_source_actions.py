"""What the question before a data source is removed says."""

from benchboard.analytics.sources.lineage import LineageUse
from benchboard.ui.studio.data.source_actions import removal_text

STAYS = "The file itself stays where it is."
WIDGET = LineageUse("widget", "w1", "Sales", "d1", "Fleet")
VARIABLE = LineageUse("variable", "d1/city", "city", "d1", "Fleet")
ALERT = LineageUse("alert", "a1", "Many cities")


def test_removal_text_says_that_nothing_uses_it_only_where_nothing_does() -> None:
    assert removal_text((), (), is_server=False) == f"No dashboard uses it. {STAYS}"
    for uses, models in (((WIDGET,), ()), ((VARIABLE,), ()), ((ALERT,), ()), ((), ("Rides",))):
        assert "No dashboard" not in removal_text(uses, models, is_server=False)


def test_removal_text_names_dashboards_variables_and_alerts() -> None:
    said = removal_text((WIDGET, VARIABLE, ALERT), (), is_server=False)
    assert said == (
        "Widgets of 1 dashboard will show no data: “Fleet”."
        f" No longer works without it: 1 variable and 1 alert. {STAYS}"
    )
