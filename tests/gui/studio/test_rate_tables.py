"""Amounts converted by a table of exchange rates: by one click from the warning in Explore, and in a data model."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_explore import Explorer
from test_explore_joins import add_file, mark_on_home, result, say
from test_models_view import Models

from benchboard.analytics.query_builder.question import Group, Measure, Question
from benchboard.ui.widgets import Button

if TYPE_CHECKING:
    from conftest import Studio

SALES = """shop,currency,amount,sold
a,EUR,10,2026-01-05
a,USD,100,2026-01-20
b,USD,50,2026-02-20
b,XAU,1,2026-02-20
"""
RATES = "currency,rate,day\nUSD,1.25,2026-01-01\nUSD,2,2026-02-01\nTRY,40,2026-02-01\n"


@pytest.fixture
def sold(studio: "Studio", tmp_path: Path) -> str:
    return add_file(studio, tmp_path / "sold.csv", "Sold", SALES).id


def _explored(studio: "Studio", source_id: str) -> Explorer:
    found = Explorer(studio, f"studio/explore/{source_id}/sold")
    studio.wait(lambda: bool(found.exploration.state.text))
    found.wait_for_result()
    question = Question("sold", source_id, groups=(Group("shop"),), measures=(Measure("sum", "amount", "total"),))
    found.exploration.set_question(question)
    found.wait_for_result()
    return found


def _figures(found: Explorer) -> list[tuple[object, float]]:
    return sorted((name, float(str(total))) for name, total in result(found))


def test_amounts_are_converted_from_the_warning_by_a_table_of_rates(
    studio: "Studio", sold: str, tmp_path: Path
) -> None:
    add_file(studio, tmp_path / "ecb.csv", "ECB", RATES)
    found = _explored(studio, sold)
    found.click("explore_convert_table")
    studio.wait(lambda: say(found, "rates_missing").startswith("3 of 4 rows have a rate."))
    assert "1 USD = 0.5 EUR" in say(found, "rates_example")  # the rates are of 1 EUR, as the lira tells
    found.click("part_apply")
    found.wait_for_result()
    assert _figures(found) == [("a", 90.0), ("b", 25.0)]
    assert found.exploration.result is not None
    assert found.exploration.result.table is not None
    column = found.exploration.result.table.columns[1]
    assert (column.title, column.presentation.currency) == ("Total in EUR", "EUR")
    assert say(found, "explore_converted").startswith("Converted to EUR by the rates of ECB / ecb.")
    assert "Rates from 1 Jan 2026 to 1 Feb 2026." in say(found, "explore_converted")
    assert say(found, "explore_unrated") == "1 of 4 rows has no rate and is left out: XAU (1)."
    assert say(found, "explore_repeated") == ""
    (warning,) = mark_on_home(found)
    assert "XAU (1)" in warning
    assert "by the rates of ECB / ecb" in warning


def test_conversion_is_one_step_that_is_taken_back_and_its_table_can_be_changed(
    studio: "Studio", sold: str, tmp_path: Path
) -> None:
    add_file(studio, tmp_path / "ecb.csv", "ECB", RATES)
    found = _explored(studio, sold)
    before = found.exploration.state.text
    found.click("explore_convert_table")
    studio.wait(lambda: "have a rate" in say(found, "rates_missing"))
    found.click("part_apply")
    found.wait_for_result()
    assert found.texts(found.view.builder.source)[1] == "ecb, rates to EUR"
    found.click("explore_joins_0")
    studio.wait(lambda: "have a rate" in say(found, "rates_missing"))
    found.choose("rates_date", "")
    studio.wait(lambda: say(found, "rates_missing").startswith("1 of 4 rows have a rate."))  # the dollar has two
    found.click("part_apply")
    found.wait_for_result()
    assert say(found, "explore_unrated") == "3 of 4 rows have no rate and are left out: USD (2), XAU (1)."
    found.exploration.undo()
    found.exploration.undo()
    found.wait_for_result()
    assert found.exploration.state.text == before


def test_button_says_why_there_are_no_rates(studio: "Studio", sold: str) -> None:
    found = _explored(studio, sold)
    button = found.find("explore_convert_table")
    assert isinstance(button, Button)
    assert not button.isEnabled()
    assert "Add a file or table with currency, rate and date first." in button.toolTip()


def test_model_holds_a_table_of_rates_and_its_amounts_are_converted_by_one_click(
    studio: "Studio", sold: str, tmp_path: Path
) -> None:
    add_file(studio, tmp_path / "ecb.csv", "ECB", RATES)
    models = Models(studio)
    models.view.open_new_menu()
    models.click("model_table_sold")
    studio.wait(lambda: models.editor.exploration.table is not None)
    models.click("model_add_table")
    models.click("model_rates")
    studio.wait(lambda: "have a rate" in _said(models, "rates_missing"))
    models.click("part_apply")
    definition = models.editor.draft.state.definition if models.editor.draft is not None else None
    assert definition is not None
    assert definition.joins[0].rates is not None
    made = definition.field("amount_in_eur")
    assert made is not None
    assert (made.display.title, made.display.unit, made.display.format) == ("amount in EUR", "EUR", "money")
    models.editor.undo()
    assert models.editor.draft is not None
    assert not models.editor.draft.state.definition.joins
    models.editor.draft.redo()
    models.editor.show_state()
    models.view.save_model()
    studio.wait(lambda: bool(models.stored()))
    (stored,) = models.stored()
    assert stored.problems == ()
    found = Explorer(studio, f"studio/explore/{sold}/{stored.name}")
    studio.wait(lambda: bool(found.exploration.state.text))
    found.wait_for_result()
    found.exploration.set_question(Question(stored.name, sold, measures=(Measure("avg", "amount", "mean"),)))
    found.wait_for_result()
    assert isinstance(button := found.find("explore_convert_table"), Button)
    assert button.text() == "Convert to EUR"
    found.click("explore_convert_table")
    found.wait_for_result()
    assert say(found, "explore_unrated") == "1 of 4 rows has no rate and is left out: XAU (1)."
    ((mean,),) = result(found)
    assert round(float(str(mean)), 4) == round((10 + 80 + 25) / 3, 4)


def _said(models: Models, name: str) -> str:
    found = models.find(name)
    return str(getattr(found, "text", lambda: "")())
