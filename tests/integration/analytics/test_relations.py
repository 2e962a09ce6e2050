"""The registry of relations: one entry is all that a new one needs, on both engines."""

import dataclasses

import pytest

from benchboard.analytics import relations
from benchboard.analytics.queries import check_query, run_query
from benchboard.analytics.query_types import TEXT, TIMESTAMP
from benchboard.analytics.relations import RELATIONS, Relation
from benchboard.errors import Denied, Invalid
from benchboard.identity import permissions, roles
from benchboard.identity.permissions import Actor
from support.databases import unbound
from support.orders import Market

ORGANISATION = "SELECT domain, status FROM shops ORDER BY domain"


def _shops_of_own_team(actor: Actor) -> str:
    if permissions.has_permission(actor, "orders:read-all-shops"):
        return ""
    return (
        "domain IN (SELECT merchant_domain FROM merchant_team WHERE user_id = {user} AND user_email LIKE '%@%')"
        " OR domain = 'everybody%(user)s'"
    )


@pytest.fixture
def shops(monkeypatch: pytest.MonkeyPatch) -> Relation:
    added = Relation(
        name="shops",
        table="merchant_dashboards",
        columns={"domain": TEXT, "status": TEXT, "created_at": TIMESTAMP},
        permission="orders:read",
        restriction=_shops_of_own_team,
        restriction_reads=frozenset({"merchant_team"}),
        cascades_from=frozenset({"users"}),
    )
    monkeypatch.setitem(RELATIONS, added.name, added)
    return added


def _rows(market: Market, actor: Actor, query: str) -> tuple[tuple[object, ...], ...]:
    with unbound(market.database).read() as session:
        return run_query(session, actor, query).rows


def test_relations_entry_added_is_queried_by_its_columns(market: Market, shops: Relation) -> None:
    assert _rows(market, market.analyst, ORGANISATION) == (("a.example", "active"), ("b.example", "active"))
    assert [(column.name, column.kind) for column in check_query("SELECT * FROM shops")] == [
        ("domain", "text"), ("status", "text"), ("created_at", "timestamp"),
    ]  # fmt: skip
    joined = "SELECT s.domain, count(*) FROM shops s JOIN orders o ON o.shop_id = s.domain GROUP BY 1 ORDER BY 1"
    assert _rows(market, market.analyst, joined) == (("a.example", 4), ("b.example", 2))
    assert _rows(market, market.keeper, joined) == (("a.example", 4),)


def test_relations_entry_added_is_suggested(market: Market, shops: Relation) -> None:
    with pytest.raises(Invalid) as refused:
        check_query("SELECT domain FROM shop")
    assert "shops" in refused.value.do
    with pytest.raises(Invalid) as refused:
        check_query("SELECT domains FROM shops")
    assert "domain" in refused.value.do


def test_relations_entry_added_shows_no_row_beyond_its_restriction(market: Market, shops: Relation) -> None:
    assert _rows(market, market.keeper, ORGANISATION) == (("a.example", "active"),)
    assert _rows(market, market.stranger, ORGANISATION) == ()  # another organisation, which has no merchants
    with pytest.raises(Invalid):
        _rows(market, market.analyst, "SELECT notes FROM shops")
    with pytest.raises(Invalid):
        _rows(market, market.analyst, "SELECT domain FROM merchant_dashboards")


def test_relations_entry_added_needs_its_permission(
    market: Market, shops: Relation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RELATIONS, "shops", dataclasses.replace(shops, permission="users:read"))
    with pytest.raises(Denied) as denied:
        _rows(market, market.analyst, "SELECT id FROM orders WHERE shop_id IN (SELECT domain FROM shops)")
    assert denied.value.facts["act"] == "users:read"
    assert len(_rows(market, market.admin, ORGANISATION)) == 2
    assert len(_rows(market, market.analyst, "SELECT id FROM orders")) == 6


def test_relations_entry_added_has_its_tables_watched(shops: Relation) -> None:
    assert {"merchant_dashboards", "merchant_team", "orders", "users"} == relations.watched_tables()
    assert relations.readable_tables(["shops"]) == {"merchant_dashboards", "merchant_team"}
    assert relations.readable_tables([]) == frozenset()


def test_relations_name_columns_that_are_stored() -> None:
    from benchboard.storage.models import Base

    for name, relation in RELATIONS.items():
        stored = Base.metadata.tables[relation.table].columns
        assert name == relation.name
        assert {*relation.columns, "organisation_id"} <= set(stored.keys())
        assert "organisation_id" not in relation.columns
        assert relation.permission in roles.RULES
        assert relation.readable_tables | relation.cascades_from <= Base.metadata.tables.keys()
