"""What a query may name: the registry of relations, each with its columns, who may read it, and whose rows one sees.

A new relation is one entry in `RELATIONS`: with it, queries may name it, error messages suggest it, its permission is
checked, its rows are bound to the actor's organisation, and tiles that show it are refreshed when its tables change.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.query_types import TEXT, TIMESTAMP, ValueType
from benchboard.i18n import N_
from benchboard.identity import permissions
from benchboard.identity.permissions import Actor


def _every_row(_actor: Actor) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table as queries see it."""

    name: str
    table: str
    """The stored table that its rows come from; it has an `organisation_id`."""
    columns: Mapping[str, ValueType]
    """Those a query may name, with how they are shown. The stored columns have the same names."""
    permission: str
    """The act (`access.RULES`) that an actor must be allowed."""
    restriction: Callable[[Actor], str] = _every_row
    """A condition in SQL for the rows that an actor may see within their organisation; empty for all of them.

    `{organisation}` and `{user}` are replaced by the actor's ids.
    """
    restriction_reads: frozenset[str] = frozenset()
    """The stored tables that a restriction reads."""
    cascades_from: frozenset[str] = frozenset()
    """Stored tables whose rows, when they are deleted, take rows of the others with them."""
    rows_title: str = ""
    """What its rows are called, as `count(*)` of it is shown; marked for translation."""
    no_rows: str = ""
    """The message for an organisation without any rows of it; marked for translation."""
    no_rows_advice: str = ""
    """What to do then; marked for translation."""

    def view_sql(self, actor: Actor, *, organisation: str, user: str) -> str:
        """A SELECT of the rows that `actor` may see, with the driver's placeholders for their ids."""
        condition = "organisation_id = {organisation}"
        if restriction := self.restriction(actor):
            condition += f" AND ({restriction})"
        condition = condition.format(organisation=organisation, user=user)
        return f"SELECT {', '.join(self.columns)} FROM {self.table} WHERE {condition}"  # noqa: S608  # our own names

    @property
    def readable_tables(self) -> frozenset[str]:
        """The stored tables that reading it reads."""
        return self.restriction_reads | {self.table}


def _orders_of_own_merchants(actor: Actor) -> str:
    if permissions.has_permission(actor, "orders:read-all-shops"):
        return ""
    return (
        "shop_id IN (SELECT merchant_domain FROM merchant_team"
        " WHERE organisation_id = {organisation} AND user_id = {user})"
    )


RELATIONS: Final[dict[str, Relation]] = {
    relation.name: relation
    for relation in (
        Relation(
            name="orders",
            table="orders",
            columns={
                "id": TEXT.shown_as(Presentation(N_("Order ID"), format="identifier")),
                "shop_id": TEXT.shown_as(Presentation(N_("Shop"), format="identifier")),
                "app_id": TEXT.shown_as(Presentation(N_("App"), format="identifier")),
                "platform_order_number": TEXT.shown_as(Presentation(N_("Order number"), format="identifier")),
                "order_total": ValueType(
                    "decimal", 4, Presentation(N_("Order total"), format="money", currency_origin="currency")
                ),
                "currency": TEXT.shown_as(Presentation(N_("Currency"), format="text", origin="currency")),
                "status": TEXT.shown_as(Presentation(N_("Status"), format="order_status")),
                "created_dt": TIMESTAMP.shown_as(Presentation(N_("Order time"), format="time")),
            },
            rows_title=N_("Orders"),
            no_rows=N_("This database has no orders."),
            no_rows_advice=N_("Add a file of your own in the Data view, or open the demo to see sample orders."),
            permission="orders:read",
            restriction=_orders_of_own_merchants,
            restriction_reads=frozenset({"merchant_team"}),
            cascades_from=frozenset({"merchant_dashboards"}),
        ),
    )
}


def readable_tables(names: Iterable[str]) -> frozenset[str]:
    """The stored tables that reading these relations reads."""
    return frozenset().union(*(RELATIONS[name].readable_tables for name in names))


def watched_tables() -> frozenset[str]:
    """The stored tables whose changes may change the results of queries."""
    return frozenset().union(*(one.readable_tables | one.cascades_from for one in RELATIONS.values()))
