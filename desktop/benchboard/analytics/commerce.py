"""Merchants and their orders, as far as the demo needs them."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from benchboard import package_data
from benchboard.identity import audit, permissions
from benchboard.identity.permissions import Actor
from benchboard.storage.models.merchants import MerchantDashboard, MerchantTeamMember, Order


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as another system gives it. `order_total` has four decimals at most; `created_dt` is aware."""

    id: str
    shop_id: str
    app_id: str | None
    platform_order_number: str | None
    order_total: Decimal
    currency: str
    status: str
    created_dt: datetime


@dataclass(frozen=True, slots=True)
class NewMerchant:
    """A merchant, by domain; orders name it as their `shop_id`."""

    domain: str
    name: str


def import_orders(session: Session, actor: Actor, rows: Iterable[NewOrder]) -> int:
    """Add orders to the actor's organisation and return how many. An order that is there already is a `Conflict`."""
    permissions.require(actor, "orders:import")
    orders = [Order(organisation_id=actor.organisation_id, **asdict(row)) for row in rows]
    if not orders:
        return 0
    session.add_all(orders)
    session.flush()
    audit.record(session, actor, "order.import", None, count=len(orders))
    return len(orders)


def import_merchants(session: Session, actor: Actor, rows: Iterable[NewMerchant]) -> int:
    """Add active merchants to the actor's organisation and return how many."""
    permissions.require(actor, "orders:import")
    merchants = [
        MerchantDashboard(
            organisation_id=actor.organisation_id, domain=row.domain, status="active", info={"name": row.name}
        )
        for row in rows
    ]
    if not merchants:
        return 0
    session.add_all(merchants)
    session.flush()
    audit.record(session, actor, "merchant.import", None, count=len(merchants))
    return len(merchants)


def add_to_team(session: Session, actor: Actor, *, domain: str, user_id: str, email: str) -> None:
    """Let a person see a merchant's orders."""
    permissions.require(actor, "orders:import")
    session.add(
        MerchantTeamMember(
            organisation_id=actor.organisation_id,
            merchant_domain=domain,
            user_id=user_id,
            user_email=email,
            role="viewer",
            granted_by=actor.user_id,
        )
    )
    session.flush()
    audit.record(session, actor, "merchant.grant", domain, user_id=user_id)


def demo_merchants() -> tuple[NewMerchant, ...]:
    """The demo's merchants (resources/demo/merchants.json)."""
    text = (package_data.resources_folder() / "demo" / "merchants.json").read_text(encoding="utf-8")
    return tuple(NewMerchant(row["domain"], row["name"]) for row in json.loads(text))


def demo_orders(until: datetime) -> Iterator[NewOrder]:
    """The demo's orders (resources/demo/orders.csv): the 91 days up to and with the day of `until`, always the same."""
    today = datetime.combine(until.astimezone(UTC).date(), time(), UTC)
    with (package_data.resources_folder() / "demo" / "orders.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            created = today - timedelta(days=int(row["days_ago"])) + timedelta(seconds=int(row["second"]))
            if created <= until:
                yield NewOrder(
                    id=row["id"],
                    shop_id=row["shop_id"],
                    app_id=row["app_id"],
                    platform_order_number=row["number"],
                    order_total=Decimal(row["total"]),
                    currency=row["currency"],
                    status=row["status"],
                    created_dt=created,
                )
