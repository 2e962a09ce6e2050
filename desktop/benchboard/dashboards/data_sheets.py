"""The data of all widgets of a dashboard, as the sheets of an Excel file."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from benchboard.analytics import pivoted_table
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.converted_amounts import missing_text, rates_text
from benchboard.analytics.mixed_currencies import mixed_text
from benchboard.analytics.pivoted_table import PivotTable, no_total_text
from benchboard.analytics.queries import ResultTable
from benchboard.analytics.repeated_rows import repeated_text
from benchboard.analytics.table_export.exported import Sheet
from benchboard.dashboards.document import time_range
from benchboard.dashboards.document.time_range import Period
from benchboard.dashboards.document.widget_kinds import PIVOT, WidgetContent, widget_of
from benchboard.dashboards.editing.unused_filters import narrows, used_variables
from benchboard.dashboards.editing.view import RenderedPage
from benchboard.dashboards.pivoted_widget import pivot_settings, pivoted_widget
from benchboard.dashboards.undated_rows import undated_text
from benchboard.dashboards.variables.templating import Labels, selection_summary
from benchboard.dashboards.widget_rows import WidgetRows, read_widget_rows
from benchboard.errors import ENDED, AppError, Cancelled, Invalid
from benchboard.i18n import _
from benchboard.identity import permissions
from benchboard.identity.permissions import Actor


def data_widgets(view: RenderedPage) -> list[WidgetContent]:
    """The widgets of a page that have a query, those in closed rows and other tabs included. Their titles are as
    readers see them, their queries as in the document."""
    return [
        widget_of(view.rendered(view.page.item(item_id)))
        for item_id in view.page.paths
        if (kind := view.widget(item_id).kind) is not None and kind.query and view.widget(item_id).query.strip()
    ]


def plain_form(found: WidgetRows) -> ResultTable:
    """The rows of a widget in their own order; those of a pivot table pivoted, if each has a cell of its own."""
    table, query, widget = found.table, found.query, found.widget
    if widget.type != PIVOT or not table.rows:
        return found.compared()
    if not pivoted_table.can_pivot(table, query, across=pivot_settings(widget).across):
        return found.compared()
    return pivoted_widget(
        widget, query, table, found.before, order=pivoted_table.plain_order, name=pivoted_table.plain_name
    )


def widget_sheets(
    session: Session,
    actor: Actor,
    view: RenderedPage,
    now: datetime,
    *,
    labels: Labels,
    cancel_token: CancelToken | None = None,
    step: Callable[[int, int], object] = lambda _done, _total: None,
    arranged: Callable[[WidgetRows], ResultTable] = plain_form,
    left_out: Callable[[WidgetContent], str] = lambda _widget: "",
) -> list[Sheet]:
    """Run the queries of all widgets of a page for `actor`, up to `MAX_ROWS` rows each, with the time range as it is at
    `now` (UTC). `step` is called before each with how many are done, and of how many; `arranged` puts the rows of a
    query in the order, and in the form, in which its widget shows them; `left_out` is asked after that what its sheet
    says is missing.

    A widget whose query fails has its error in place of a table. Raises `Invalid` (`export.no-data`) for a page without
    queries, the first error if all queries fail, and `Cancelled`.
    """
    permissions.require(actor, "studio:enter")
    widgets = data_widgets(view)
    if not widgets:
        raise Invalid("export.no-data", _("No widget on this page has a query."))
    sheets = []
    for done, widget in enumerate(widgets):
        step(done, len(widgets))
        query = view.query_of(widget.id)
        title, notes = widget.title or widget.kind_name, _notes(view, widget.id, query, now, labels)
        try:
            found = read_widget_rows(session, actor, view, widget.id, now, cancel_token)
        except Cancelled:
            raise
        except AppError as error:
            if error.code == ENDED:
                raise
            sheets.append(Sheet(title, None, notes, error))
            continue
        count = len(found.table.rows)
        more = (_("The first {count} rows. The query returns more.").format(count=count),)
        if found.before is not None:
            against = _("Compared with {period} (UTC)").format(period=_span(found.before.period))
            notes = (*notes, against)
        if found.undated:
            notes = (*notes, undated_text(found.undated))
        if found.repeated:
            notes = (*notes, repeated_text(found.repeated))
        if found.mixed is not None:
            notes = (*notes, mixed_text(found.mixed))
        for one in found.converted:
            notes = (*notes, " ".join(part for part in (rates_text(one), missing_text(one)) if part))
        shown, notes = arranged(found), notes + (more if found.table.truncated else ())
        if isinstance(shown, PivotTable) and shown.unadded:
            notes = (*notes, no_total_text())
        missing = left_out(widget)
        sheets.append(Sheet(title, shown, (*notes, missing) if missing else notes))
    failed = [sheet.error for sheet in sheets if sheet.error is not None]
    if len(failed) == len(sheets):
        raise failed[0]
    return sheets


def _notes(view: RenderedPage, item_id: str, query: str, now: datetime, labels: Labels) -> tuple[str, ...]:
    """What a sheet says above its table: the dashboard, the time range if the query names it, the filters that its
    query uses, and which of those that are set it doesn't use."""
    lines = [view.document.title] if view.document.title else []
    if view.uses_time(query):
        lines.append(_time_text(view, now))
    used, own = used_variables(view, item_id), view.own_values.get(item_id, {})
    variables = [
        replace(one, chosen=own[one.name], all_chosen=False) if one.name in own else one
        for one in view.document.variables
    ]
    if taken := [one for one in variables if one.name in used]:
        lines.append(selection_summary(taken, labels))
    missed = [one.label or one.name for one in variables if one.name not in used and narrows(one)]
    if missed := [*missed, *view.missed_filters(item_id)]:
        lines.append(_("Not filtered by {names}").format(names=", ".join(missed)))
    lines.append(_("Read at {moment} (UTC)").format(moment=f"{now:%Y-%m-%d %H:%M}"))
    return (*lines, *view.taken_filters(item_id))


def _time_text(view: RenderedPage, now: datetime) -> str:
    """The time range by its name, with its first and last moment."""
    try:
        period = view.time.period(now)
    except Invalid as error:
        return error.what
    name = time_range.title(view.time)
    text = _("{title} (UTC)").format(title=_span(period))
    return f"{name}: {text}" if name else text


def _span(period: Period) -> str:
    return f"{period.start:%Y-%m-%d %H:%M} – {period.end:%Y-%m-%d %H:%M}"
