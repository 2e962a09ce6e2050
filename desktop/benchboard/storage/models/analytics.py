"""Tables for data sources, metrics, alerts, reports and approvals."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import conv

from benchboard.storage.models.base import (
    Base,
    Changing,
    Exact,
    Id,
    Identified,
    JsonList,
    JsonObject,
    Tenant,
    belongs,
    keyed,
    mentions,
    one_of,
)

EMPTY_OBJECT = text("'{}'")
EMPTY_LIST = text("'[]'")


class DataSource(Identified, Changing, Tenant, Base):
    """A database, file, service or bus that data are read from."""

    __tablename__ = "data_sources"
    __table_args__ = (
        UniqueConstraint("organisation_id", "name", name=conv("data_sources_organisation_id_name_key")),
        keyed("data_sources"),
        Index(None, "organisation_id", "status"),
        one_of("type", "postgresql", "mysql", "rest_api", "csv", "sqlite", "duckdb", "parquet", "can"),
        one_of("status", "connected", "error", "disconnected", "pending"),
    )

    name: Mapped[str] = mapped_column(String(255))
    type: Mapped[str]
    connection_config: Mapped[JsonObject] = mapped_column(default=dict, server_default=EMPTY_OBJECT)
    status: Mapped[str] = mapped_column(default="disconnected", server_default=text("'disconnected'"))
    last_sync: Mapped[datetime | None]
    extra: Mapped[JsonObject] = mapped_column("metadata", default=dict, server_default=EMPTY_OBJECT)


class DataSourceGrant(Identified, Changing, Tenant, Base):
    """A person or a team that may use a restricted data source. The row with neither restricts it: as long as there is
    one, nobody else may, also when the last person or team named is deleted.
    """

    __tablename__ = "data_source_grants"
    __table_args__ = (
        Index(None, "organisation_id", "data_source_id"),
        UniqueConstraint("data_source_id", "user_id"),
        UniqueConstraint("data_source_id", "team_id"),
        belongs("data_source_id", "data_sources"),
        belongs("user_id", "users"),
        belongs("team_id", "teams"),
        CheckConstraint("user_id IS NULL OR team_id IS NULL", name="recipient"),
    )

    data_source_id: Mapped[str] = mapped_column(Id())
    user_id: Mapped[str | None] = mapped_column(Id())
    team_id: Mapped[str | None] = mapped_column(Id())


class Metric(Identified, Changing, Tenant, Base):
    """A named figure that alerts watch."""

    __tablename__ = "metrics"
    __table_args__ = (
        UniqueConstraint("organisation_id", "name"),
        keyed("metrics"),
        Index(None, "organisation_id", "data_source_id"),
        *mentions("metrics", "data_source_id", "data_sources"),
        *mentions("metrics", "created_by", "users"),
    )

    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None]
    data_source_id: Mapped[str | None] = mapped_column(Id())
    query: Mapped[str | None]
    unit: Mapped[str | None] = mapped_column(String(50))
    created_by: Mapped[str | None] = mapped_column(Id())


class Alert(Identified, Changing, Tenant, Base):
    """Notifies people when a metric crosses a threshold."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index(None, "organisation_id", "user_id"),
        Index(None, "organisation_id", "metric_id"),
        Index(None, "organisation_id", "status"),
        Index(None, "organisation_id", "is_active"),
        belongs("user_id", "users"),
        *mentions("alerts", "metric_id", "metrics"),
        one_of("threshold_type", "above", "below", "change_percent"),
        one_of("frequency", "immediate", "digest"),
        one_of("status", "active", "triggered", "snoozed", "resolved", "inactive"),
    )

    user_id: Mapped[str] = mapped_column(Id())
    metric_id: Mapped[str | None] = mapped_column(Id())
    name: Mapped[str] = mapped_column(String(255))
    threshold_type: Mapped[str]
    threshold_value: Mapped[Decimal] = mapped_column(Exact(15, 2))
    channels: Mapped[JsonList] = mapped_column(default=list, server_default=EMPTY_LIST)
    frequency: Mapped[str] = mapped_column(default="immediate", server_default=text("'immediate'"))
    status: Mapped[str] = mapped_column(default="inactive", server_default=text("'inactive'"))
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))


class Report(Identified, Changing, Tenant, Base):
    """A dashboard sent to people on a schedule."""

    __tablename__ = "reports"
    __table_args__ = (
        Index(None, "organisation_id", "dashboard_id"),
        Index(None, "organisation_id", "created_by"),
        Index(None, "organisation_id", "is_active"),
        belongs("dashboard_id", "dashboards"),
        belongs("created_by", "users"),
        one_of("format", "pdf", "excel", "csv"),
    )

    dashboard_id: Mapped[str] = mapped_column(Id())
    created_by: Mapped[str] = mapped_column(Id())
    name: Mapped[str] = mapped_column(String(255))
    schedule: Mapped[JsonObject] = mapped_column(default=dict, server_default=EMPTY_OBJECT)
    recipients: Mapped[JsonList] = mapped_column(default=list, server_default=EMPTY_LIST)
    format: Mapped[str] = mapped_column(default="pdf", server_default=text("'pdf'"))
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    last_sent: Mapped[datetime | None]


class DataModel(Identified, Changing, Tenant, Base):
    """Tables of several sources joined into one."""

    __tablename__ = "data_models"
    __table_args__ = (Index(None, "organisation_id", "created_by"), belongs("created_by", "users"))

    created_by: Mapped[str] = mapped_column(Id())
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None]
    tables: Mapped[JsonList] = mapped_column(default=list, server_default=EMPTY_LIST)
    joins: Mapped[JsonList] = mapped_column(default=list, server_default=EMPTY_LIST)
    calculated_fields: Mapped[JsonList] = mapped_column(default=list, server_default=EMPTY_LIST)


class Workflow(Identified, Changing, Tenant, Base):
    """A request that another person approves or rejects."""

    __tablename__ = "workflows"
    __table_args__ = (
        Index(None, "organisation_id", "requester_id"),
        Index(None, "organisation_id", "approver_id"),
        Index(None, "organisation_id", "status"),
        belongs("requester_id", "users"),
        *mentions("workflows", "approver_id", "users"),
        one_of("status", "pending", "approved", "rejected", "completed"),
        one_of("priority", "low", "normal", "high", "critical"),
    )

    requester_id: Mapped[str] = mapped_column(Id())
    approver_id: Mapped[str | None] = mapped_column(Id())
    type: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(default="pending", server_default=text("'pending'"))
    priority: Mapped[str] = mapped_column(default="normal", server_default=text("'normal'"))
    details: Mapped[JsonObject] = mapped_column(default=dict, server_default=EMPTY_OBJECT)
    resolved_at: Mapped[datetime | None]
