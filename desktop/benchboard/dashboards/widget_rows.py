"""All rows of a widget as its exports have them: those of its query, and of the period before if it compares."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from benchboard.analytics import queries
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.converted_amounts import ConvertedAmounts
from benchboard.analytics.mixed_currencies import MixedCurrencies
from benchboard.analytics.period_step import step_of
from benchboard.analytics.queries import ResultTable
from benchboard.analytics.query_builder.combined import RepeatedRows
from benchboard.analytics.repeated_rows import repeated_rows
from benchboard.dashboards.document import time_range
from benchboard.dashboards.document.widget_kinds import BEFORE, WidgetContent
from benchboard.dashboards.editing.view import RenderedPage
from benchboard.dashboards.period_before import PeriodBefore, can_compare, compared_rows
from benchboard.dashboards.undated_rows import undated_rows
from benchboard.dashboards.variables.variable_queries import readable
from benchboard.dashboards.widget_currencies import widget_currencies
from benchboard.identity import permissions
from benchboard.identity.permissions import Actor

CHARTS_BEFORE: Final = ("line_chart", "area_chart", "bar_chart")
"""The charts that can compare, whose first column is that of their x axis."""


@dataclass(frozen=True, slots=True)
class WidgetRows:
    """What the query of a widget returned, and for the period before if the widget compares with it."""

    widget: WidgetContent
    query: str
    table: ResultTable
    before: PeriodBefore | None = None
    mixed: MixedCurrencies | None = None
    """The numbers that add up amounts in several currencies."""
    converted: tuple[ConvertedAmounts, ...] = ()
    """What it converts into one currency by tables of rates."""
    repeated: tuple[RepeatedRows, ...] = ()
    """The measures that count rows several times because of a join."""
    undated: int = 0
    """The rows without a date that its time range leaves out."""

    def each(self, change: Callable[[ResultTable], ResultTable]) -> "WidgetRows":
        """The same with both tables changed."""
        known = replace(self.before, table=change(self.before.table)) if self.before is not None else None
        return replace(self, table=change(self.table), before=known)

    def compared(self) -> ResultTable:
        """The rows as a file has them: with columns of the period before and of the change where there is one."""
        if self.before is None:
            return self.table
        step = step_of(self.query, self.before.shown.interval)
        return compared_rows(
            self.table,
            self.before,
            step,
            self.query,
            first_is_key=self.widget.type in CHARTS_BEFORE,
        )


def compares(widget: WidgetContent) -> bool:
    """Whether a widget is set to compare its figures with the period before, and can."""
    return can_compare(widget) and widget.setting(BEFORE.key) == "on"


def read_widget_rows(
    session: Session,
    actor: Actor,
    view: RenderedPage,
    item_id: str,
    now: datetime,
    cancel_token: CancelToken | None = None,
) -> WidgetRows:
    """Run the query of a widget for `actor`, up to `MAX_ROWS` rows, with the time range as it is at `now` (UTC).

    Raises what running it raises, and `Invalid` for a time range without a period."""
    permissions.require(actor, "studio:enter")
    widget, query = view.widget(item_id), view.query_of(item_id)
    values = view.query_values(item_id, query, now)

    def run(values: dict[str, tuple[str, ...]]) -> ResultTable:
        return queries.run_query(
            session,
            actor,
            query,
            limit=queries.MAX_ROWS,
            cancel_token=cancel_token,
            variables=values,
            source_id=widget.data_source_id or None,
        )

    table = run(dict(values))
    source_id = widget.data_source_id
    added = widget_currencies(session, actor, query, source_id, table, values, cancel_token)
    repeated = repeated_rows(session, actor, readable(query), source_id, cancel_token=cancel_token)
    found = WidgetRows(
        widget, query, replace(table, row_currencies=added.rows), mixed=added.mixed, repeated=repeated,
        converted=added.converted, undated=undated_rows(session, actor, query, source_id, values, cancel_token),
    )  # fmt: skip
    if not compares(widget) or not view.uses_time(query):
        return found
    shown, earlier = view.time.period(now), time_range.before(view.time, now)
    own = view.values_of(item_id)
    moved = {**earlier.values, "interval": shown.values["interval"]}
    other = run({name: moved[name] if name in moved and name not in own else value for name, value in values.items()})
    return replace(found, before=PeriodBefore(other, earlier, shown))
