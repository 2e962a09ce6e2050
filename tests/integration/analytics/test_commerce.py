"""Importing shops and orders: who may, and what it leaves in the audit log."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchboard.analytics import commerce
from benchboard.analytics.commerce import NewMerchant
from benchboard.errors import Denied
from benchboard.identity.permissions import Actor
from benchboard.storage.engine import Database
from benchboard.storage.models.identity import AuditLog
from support.databases import unbound
from support.orders import Market, open_market, orders


@pytest.fixture
def market(database: Database, tmp_path: Path) -> Market:
    return open_market(database, tmp_path)


IMPORTS: dict[str, Callable[[Session, Actor], object]] = {
    "merchants": lambda session, actor: commerce.import_merchants(session, actor, [NewMerchant("d.example", "D")]),
    "orders": lambda session, actor: commerce.import_orders(session, actor, orders(["a.example"], start=500)),
    "team": lambda session, actor: commerce.add_to_team(
        session, actor, domain="a.example", user_id=actor.user_id, email=actor.email
    ),
}


@pytest.mark.parametrize("name", sorted(IMPORTS))
def test_import_by_others_than_admins_is_denied(market: Market, name: str) -> None:
    for actor in (market.analyst, market.keeper, market.technician):
        with pytest.raises(Denied), unbound(market.database).change() as session:
            IMPORTS[name](session, actor)


@pytest.mark.parametrize("name", sorted(IMPORTS))
def test_import_by_an_admin_is_audited(market: Market, name: str) -> None:
    def count(session: Session) -> int:
        return session.scalar(select(func.count()).select_from(AuditLog)) or 0

    with unbound(market.database).change() as session:
        before = count(session)
        IMPORTS[name](session, market.admin)
    with unbound(market.database).read() as session:
        assert count(session) == before + 1
