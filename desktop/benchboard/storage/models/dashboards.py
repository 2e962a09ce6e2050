"""Dashboards: a person's own home layout, the shared ones, their widgets and who else may see them."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from benchboard.storage.models.base import (
    Base,
    Changing,
    Id,
    Identified,
    Json,
    JsonList,
    JsonObject,
    Now,
    Tenant,
    belongs,
    keyed,
    mentions,
    now,
    one_of,
)

WIDGET_TYPES: Final = (
    "line_chart",
    "bar_chart",
    "pie_chart",
    "area_chart",
    "table",
    "metric_card",
    "text",
    "image",
    "kpi",
    "chart",
    "gauge",
    "signal",
    "dongle_status",
    "placeholder",
)


class DashboardLayout(Identified, Changing, Tenant, Base):
    """A person's own home dashboard, at most one: `config` is JSON, a list of widgets or an
    object.
    """

    __tablename__ = "dashboard_layouts"
    __table_args__ = (UniqueConstraint("user_id"), belongs("user_id", "users"))

    user_id: Mapped[str] = mapped_column(Id())
    config: Mapped[Any] = mapped_column(Json)


class Dashboard(Identified, Changing, Tenant, Base):
    """A dashboard. `layout` holds grid, containers and breakpoints; where a widget lies is the widget's
    own. One with `deleted_at` lies in the trash.
    """

    __tablename__ = "dashboards"
    __table_args__ = (
        keyed("dashboards"),
        Index(None, "organisation_id", "user_id"),
        Index(None, "organisation_id", "created_at"),
        Index(None, "organisation_id", "updated_at", "id"),
        Index(None, "organisation_id", "name", "id"),
        Index(None, "organisation_id", "deleted_at"),
        belongs("user_id", "users"),
        *mentions("dashboards", "deleted_by", "users"),
    )

    user_id: Mapped[str] = mapped_column(Id())
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None]
    layout: Mapped[JsonObject] = mapped_column(default=dict, server_default=text("'{}'"))
    is_public: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[str | None] = mapped_column(Id())


class DashboardVersion(Identified, Changing, Tenant, Base):
    """A stored version of a dashboard: the whole document.

    `number` counts within the dashboard. An `automatic` one is extended by its author's next saves until another person
    saves or it is named; `saved_at` is its last save. `stored_version` is the dashboard row's version then, by which a
    later save knows whether the document has changed since it was read. `restored_from` is the number of the version it
    was restored from.
    """

    __tablename__ = "dashboard_versions"
    __table_args__ = (
        UniqueConstraint("dashboard_id", "number"),
        Index(None, "organisation_id", "dashboard_id"),
        belongs("dashboard_id", "dashboards"),
        *mentions("dashboard_versions", "author_id", "users"),
    )

    dashboard_id: Mapped[str] = mapped_column(Id())
    number: Mapped[int]
    note: Mapped[str | None]
    author_id: Mapped[str | None] = mapped_column(Id())
    automatic: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    restored_from: Mapped[int | None]
    stored_version: Mapped[int] = mapped_column(BigInteger())
    document: Mapped[JsonObject]
    saved_at: Mapped[datetime] = mapped_column(default=now, server_default=Now())


class Widget(Identified, Changing, Tenant, Base):
    """One tile of a dashboard."""

    __tablename__ = "widgets"
    __table_args__ = (
        Index(None, "organisation_id", "dashboard_id"),
        Index(None, "organisation_id", "data_source_id"),
        belongs("dashboard_id", "dashboards"),
        *mentions("widgets", "data_source_id", "data_sources"),
        one_of("type", *WIDGET_TYPES),
    )

    dashboard_id: Mapped[str] = mapped_column(Id())
    data_source_id: Mapped[str | None] = mapped_column(Id())
    type: Mapped[str]
    config: Mapped[JsonObject] = mapped_column(default=dict, server_default=text("'{}'"))
    query: Mapped[str | None]
    position: Mapped[JsonObject] = mapped_column(default=dict, server_default=text("'{}'"))


class DashboardShare(Changing, Tenant, Base):
    """Another person may see or edit a dashboard."""

    __tablename__ = "dashboard_shares"
    __table_args__ = (
        Index(None, "organisation_id", "user_id"),
        belongs("dashboard_id", "dashboards"),
        belongs("user_id", "users"),
        *mentions("dashboard_shares", "shared_by", "users"),
        one_of("permission", "view", "edit"),
    )

    dashboard_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    user_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    permission: Mapped[str] = mapped_column(default="view", server_default=text("'view'"))
    shared_at: Mapped[datetime] = mapped_column(default=now, server_default=Now())
    shared_by: Mapped[str | None] = mapped_column(Id())


class DashboardTeamShare(Changing, Tenant, Base):
    """The members of a team may see or edit a dashboard."""

    __tablename__ = "dashboard_team_shares"
    __table_args__ = (
        Index(None, "organisation_id", "team_id"),
        belongs("dashboard_id", "dashboards"),
        belongs("team_id", "teams"),
        *mentions("dashboard_team_shares", "shared_by", "users"),
        one_of("permission", "view", "edit"),
    )

    dashboard_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    team_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    permission: Mapped[str] = mapped_column(default="view", server_default=text("'view'"))
    shared_at: Mapped[datetime] = mapped_column(default=now, server_default=Now())
    shared_by: Mapped[str | None] = mapped_column(Id())


class DashboardFolder(Identified, Changing, Tenant, Base):
    """A folder of the organisation's dashboards; without `parent_id` it is at the top."""

    __tablename__ = "dashboard_folders"
    __table_args__ = (
        keyed("dashboard_folders"),
        Index(None, "organisation_id", "parent_id"),
        *mentions("dashboard_folders", "parent_id", "dashboard_folders"),
    )

    name: Mapped[str] = mapped_column(String(255))
    parent_id: Mapped[str | None] = mapped_column(Id())


class DashboardFolderEntry(Changing, Tenant, Base):
    """A dashboard is in a folder, in one at most. A table of its own: a move is no change of the dashboard, which
    someone may be editing.
    """

    __tablename__ = "dashboard_folder_entries"
    __table_args__ = (
        Index(None, "organisation_id", "folder_id"),
        belongs("dashboard_id", "dashboards"),
        belongs("folder_id", "dashboard_folders"),
    )

    dashboard_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    folder_id: Mapped[str] = mapped_column(Id())


class DashboardFavourite(Changing, Tenant, Base):
    """A dashboard is one of a person's favourites."""

    __tablename__ = "dashboard_favourites"
    __table_args__ = (
        Index(None, "organisation_id", "user_id"),
        belongs("dashboard_id", "dashboards"),
        belongs("user_id", "users"),
    )

    dashboard_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    user_id: Mapped[str] = mapped_column(Id(), primary_key=True)


class DashboardOpening(Changing, Tenant, Base):
    """When a person opened a dashboard last."""

    __tablename__ = "dashboard_openings"
    __table_args__ = (
        Index(None, "organisation_id", "user_id", "opened_at"),
        belongs("dashboard_id", "dashboards"),
        belongs("user_id", "users"),
    )

    dashboard_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    user_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(default=now, server_default=Now())


class DashboardPresence(Identified, Changing, Tenant, Base):
    """A window that shows a dashboard, and what is selected in it: one row for each window, until it shows another
    dashboard, none, or hasn't reported since `seen_at` for a while. `session_id` is the session it is signed in with.
    """

    __tablename__ = "dashboard_presence"
    __table_args__ = (
        Index(None, "organisation_id", "dashboard_id"),
        Index(None, "session_id"),
        belongs("dashboard_id", "dashboards"),
        belongs("user_id", "users"),
    )

    session_id: Mapped[str] = mapped_column(Id())
    user_id: Mapped[str] = mapped_column(Id())
    dashboard_id: Mapped[str] = mapped_column(Id())
    selected: Mapped[JsonList] = mapped_column(default=list, server_default=text("'[]'"))
    seen_at: Mapped[datetime]
