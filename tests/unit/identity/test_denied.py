"""What a person is told about a permission that their roles don't give."""

from dataclasses import replace

import pytest

from benchboard.identity.permissions import Actor, Client, Grants, denied
from benchboard.identity.roles import RULES
from benchboard.ui.studio.data_access import explore_denied, may_add_data, no_data_advice, widget_data, widgets_denied
from benchboard.workspace import Location

_ON_DEMO = Location("demo", "demo.db")


def _actor(role: str) -> Actor:
    grants = Grants()
    actor = Actor("u", "o", "Northwind", "a@b.example", "A", Client("bench-12", "test"), grants=grants)
    actor.grant(frozenset({role}), frozenset(act for act, roles in RULES.items() if role in roles))
    return actor


@pytest.mark.parametrize("act", RULES)
def test_denied_of_each_permission_names_the_thing(act: str) -> None:
    error = denied(_actor("technician"), act)
    assert error.what.startswith("You can't ")
    assert error.why.startswith("Only admins")
    assert error.facts["act"] == act


def test_denied_orders_names_the_roles_that_see_them() -> None:
    error = denied(_actor("technician"), "orders:read")
    assert error.what == "You can't see orders."
    assert error.why == "Only admins, operations managers, analysts and business users can."


def test_technician_is_told_who_can_explore_and_not_to_add_data() -> None:
    actor = _actor("technician")
    error = explore_denied(actor)
    assert error is not None
    assert error.what == "You can't explore data."
    assert not may_add_data(actor)
    assert no_data_advice(actor).endswith("Ask an admin of Northwind for access.")
    assert "files" not in widget_data(actor, _ON_DEMO)
    assert widgets_denied(actor) == "Your role can't see the data of charts and tables."
    assert widgets_denied(_actor("analyst")) == ""


def test_orders_are_spoken_of_only_where_there_can_be_any() -> None:
    assert "orders" in widget_data(_actor("analyst"), _ON_DEMO)
    local = replace(_ON_DEMO, kind="local")
    assert widget_data(_actor("analyst"), local) == "Widgets show data from your files, database servers and REST APIs."


def test_analyst_is_told_to_add_a_file() -> None:
    assert explore_denied(_actor("analyst")) is None
    assert no_data_advice(_actor("analyst")) == (
        "Drop a CSV, Excel, Parquet, SQLite or DuckDB file here, or connect a server. Then choose a table to chart."
    )
    assert no_data_advice(_actor("business_user")).startswith("Only admins and analysts can.")
