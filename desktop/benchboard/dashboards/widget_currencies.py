"""Which numbers of a widget add up amounts in several currencies, with the values of its variables as they are now."""

from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.mixed_currencies import NONE, AddedCurrencies, added_currencies
from benchboard.analytics.queries import ResultTable, Variables
from benchboard.analytics.query_extent import dialect_of
from benchboard.analytics.sources.services import get_source
from benchboard.dashboards.document import time_range
from benchboard.dashboards.editing.column_filter import inlined
from benchboard.errors import NotFound
from benchboard.identity import permissions
from benchboard.identity.permissions import Actor


def widget_currencies(
    session: Session,
    actor: Actor,
    query: str,
    source_id: str,
    table: ResultTable,
    variables: Variables,
    cancel_token: CancelToken | None = None,
) -> AddedCurrencies:
    """Which currencies the result of a widget's `query` adds up, and a total of it would (`added_currencies`).

    The values of its own variables are written into it: the builder reads no other names than those of the time range.
    """
    permissions.require(actor, "studio:enter")
    try:
        dialect = dialect_of(get_source(session, actor, source_id) if source_id else None)
    except NotFound:
        return NONE
    own = {name: values for name, values in variables.items() if name not in time_range.VARIABLES}
    return added_currencies(
        session, actor, inlined(query, own, dialect), source_id, table, variables=variables, cancel_token=cancel_token
    )
