"""What the empty states of Studio tell a person about data, by what their roles permit."""

from benchboard.errors import Denied
from benchboard.i18n import _
from benchboard.identity.permissions import Actor, denied, has_permission
from benchboard.workspace import Location


def explore_denied(actor: Actor) -> Denied | None:
    """Why this person can't explore data; None if they can."""
    readable = has_permission(actor, "sources:read") or has_permission(actor, "orders:read")
    return None if readable else denied(actor, "sources:read")


def may_add_data(actor: Actor) -> bool:
    """Whether this person may add a data source."""
    return has_permission(actor, "sources:write")


def no_data_advice(actor: Actor) -> str:
    """What this person can do where there is no data to explore."""
    if may_add_data(actor):
        return _(
            "Drop a CSV, Excel, Parquet, SQLite or DuckDB file here, or connect a server. Then choose a table to chart."
        )
    error = explore_denied(actor) or denied(actor, "sources:write")
    return f"{error.why} {error.do}"


def can_have_orders(location: Location) -> bool:
    """Whether a database there can have orders: nothing adds any to one on this computer, apart from the demo's."""
    return location.kind in ("demo", "server")


def widgets_denied(actor: Actor) -> str:
    """Why widgets with data are of no use to this person; empty if they are."""
    return _("Your role can't see the data of charts and tables.") if explore_denied(actor) is not None else ""


def widget_data(actor: Actor, location: Location) -> str:
    """Where widgets get their data, for an empty page or list of dashboards."""
    if denied_reason := widgets_denied(actor):
        return _("You can add text and images.") + " " + denied_reason
    if not can_have_orders(location):
        return _("Widgets show data from your files, database servers and REST APIs.")
    return _("Widgets show data from your files and your organisation's orders.")
