"""Merchants, their teams and orders. Their keys are natural ones, always beside
organisation_id.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from benchboard.storage.models.base import (
    Base,
    Changing,
    Exact,
    Id,
    JsonObject,
    Now,
    Versioned,
    belongs,
    mentions,
    now,
    one_of,
)


class _Natural(Changing, Versioned):
    """A row known within its organisation by a natural key."""

    organisation_id: Mapped[str] = mapped_column(Id(), ForeignKey("organisations.id"), primary_key=True, sort_order=-90)


class MerchantDashboard(_Natural, Base):
    """A merchant, by domain. `created_by` is an id of another system."""

    __tablename__ = "merchant_dashboards"
    __table_args__ = (
        Index(None, "organisation_id", "owner_user_id"),
        *mentions("merchant_dashboards", "owner_user_id", "users"),
        one_of("status", "pending", "active", "suspended"),
    )

    domain: Mapped[str] = mapped_column(String(255), primary_key=True)
    created_by: Mapped[str | None]
    owner_email: Mapped[str | None] = mapped_column(String(255))
    owner_user_id: Mapped[str | None] = mapped_column(Id())
    status: Mapped[str] = mapped_column(default="pending", server_default=text("'pending'"))
    notes: Mapped[str | None]
    info: Mapped[JsonObject] = mapped_column(default=dict, server_default=text("'{}'"))


class MerchantTeamMember(_Natural, Base):
    """A person may see or change a merchant. `user_email` is kept true by the program."""

    __tablename__ = "merchant_team"
    __table_args__ = (
        Index(None, "organisation_id", "user_id"),
        belongs("merchant_domain", "merchant_dashboards", "domain"),
        belongs("user_id", "users"),
        *mentions("merchant_team", "granted_by", "users"),
        one_of("role", "owner", "editor", "viewer"),
    )

    merchant_domain: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    user_email: Mapped[str | None] = mapped_column(String(255))
    role: Mapped[str]
    granted_at: Mapped[datetime] = mapped_column(default=now, server_default=Now())
    granted_by: Mapped[str | None] = mapped_column(Id())


class Order(_Natural, Base):
    """An order of a shop, from another database; the shop may have no dashboard here."""

    __tablename__ = "orders"
    __table_args__ = (Index(None, "organisation_id", "shop_id", "created_dt"),)

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    shop_id: Mapped[str] = mapped_column(String(255))
    app_id: Mapped[str | None] = mapped_column(String(255))
    platform_order_number: Mapped[str | None] = mapped_column(String(255))
    order_total: Mapped[Decimal] = mapped_column(Exact(19, 4))
    currency: Mapped[str] = mapped_column(String(3))
    status: Mapped[str] = mapped_column(String(50))
    created_dt: Mapped[datetime]
    order_info: Mapped[JsonObject] = mapped_column(default=dict, server_default=text("'{}'"))


class AppIdentifier(_Natural, Base):
    """A destination that orders come from."""

    __tablename__ = "app_identifiers"

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    info: Mapped[JsonObject] = mapped_column(default=dict, server_default=text("'{}'"))
