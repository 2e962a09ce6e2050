"""Orders, and people who may see them, for tests of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from benchboard.analytics import commerce
from benchboard.analytics.commerce import NewMerchant, NewOrder
from benchboard.identity import authentication
from benchboard.identity.permissions import Actor
from benchboard.storage.engine import Database
from support import people
from support.databases import unbound

FIRST = datetime(2026, 1, 5, 9, 30, 0, 250_000, tzinfo=UTC)
"""A Monday; the i-th order is i days and i hours later."""
TOTALS = ("10.10", "20.20", "0.05", "199.9999", "35.00", "12.30")


@dataclass(frozen=True)
class Market:
    """North sells in shops a.example and b.example, south in c.example; `keeper` sees a.example alone."""

    database: Database
    admin: Actor
    analyst: Actor
    keeper: Actor
    technician: Actor
    stranger: Actor


def orders(shop_ids: Iterable[str], start: int = 0) -> list[NewOrder]:
    """An order for each shop named, with totals of `TOTALS` in turn."""
    return [
        NewOrder(
            id=f"o{start + place}",
            shop_id=shop,
            app_id="web",
            platform_order_number=f"#{start + place}",
            order_total=Decimal(TOTALS[place % len(TOTALS)]),
            currency="EUR" if place % 3 else "USD",
            status="paid" if place % 2 else "refunded",
            created_dt=FIRST + timedelta(days=place, hours=place),
        )
        for place, shop in enumerate(shop_ids)
    ]


def open_market(database: Database, folder: Path) -> Market:
    """Seed `database` with both organisations and their orders."""
    town = people.settle(database, folder)
    ids = {role: town.add(f"{role}@north.example", role=role) for role in ("analyst", "business_user", "technician")}
    with unbound(database).change() as session:
        admin, stranger = town.admin.actor, town.stranger.actor
        commerce.import_merchants(session, admin, [NewMerchant("a.example", "A"), NewMerchant("b.example", "B")])
        commerce.import_orders(session, admin, orders(["a.example", "b.example", "a.example"] * 2))
        commerce.import_orders(session, stranger, orders(["c.example", "a.example"]))
        commerce.add_to_team(
            session, admin, domain="a.example", user_id=ids["business_user"], email="business_user@north.example"
        )
    with unbound(database).read() as session:
        analyst, keeper, technician = (
            authentication.actor_for_email(session, admin, email=f"{role}@north.example") for role in ids
        )
    return Market(database, admin, analyst, keeper, technician, stranger)
