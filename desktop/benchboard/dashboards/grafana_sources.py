"""Finds for each query of an imported Grafana dashboard the data source of one's own that has its tables."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from benchboard.analytics.queries import check_source_query
from benchboard.analytics.table_browser import BrowsedSource, list_tables
from benchboard.analytics.table_references import read_tables, same_table
from benchboard.dashboards import library
from benchboard.dashboards.document import breakpoints
from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.document.time_range import DEFAULT
from benchboard.dashboards.editing import page_edits
from benchboard.dashboards.interchange.conversion_report import ConversionReport, ReportLine
from benchboard.dashboards.interchange.format_detection import document_of, is_grafana
from benchboard.dashboards.interchange.grafana_import import convert_grafana
from benchboard.dashboards.interchange.grafana_variables import waiting_query, waiting_text
from benchboard.dashboards.interchange.query_translation import for_other_source
from benchboard.dashboards.interchange.validation import naming_widget
from benchboard.dashboards.layout import PageIndex
from benchboard.dashboards.repository import SavedDashboard
from benchboard.dashboards.variables.variable_queries import names_in
from benchboard.errors import AppError, Invalid, NotFound
from benchboard.i18n import _, ngettext
from benchboard.identity.permissions import Actor, require

FindSource = Callable[[str], BrowsedSource | None]
"""The data source that a query runs over; None if none has its tables, or several have."""


def document_over_sources(session: Session, actor: Actor, value: object) -> tuple[Document, ConversionReport]:
    """As `document_of`; queries of Grafana's panels run over the data source that has their tables, if one alone does
    and takes the query as it is. The report names it. Raises as `document_of`."""
    require(actor, "studio:enter")
    if not is_grafana(value):
        return document_of(value)
    with naming_widget(value):
        written, document, report = convert_grafana(value)
    names = {one.name for one in document.variables}
    waiting = {one.name: query for one in document.variables if (query := waiting_query(one, names))}
    if not report.needs_query and not waiting:
        return document, report
    try:
        sources = [one for one in list_tables(session, actor) if one.id]
    except AppError:
        return document, report  # who sees no sources imports without them
    lines: dict[str, ReportLine] = {}
    used: set[str] = set()
    for item in _items(written):
        fields = item.get("grafana")
        if item.get("id") not in report.needs_query or not isinstance(fields, Mapping):
            continue
        query = for_other_source(fields, names)
        source = _source_of(session, actor, query, sources) if query else None
        if source is not None:
            item |= {"query": query, "data_source_id": source.id}
            used.add(source.id)
            what = _("Its query runs over your data source “{name}”.").format(name=source.name)
            lines[str(item["id"])] = ReportLine(str(item["id"]), str(item.get("title", "")), "changed", what, "")
    answered: dict[str, ReportLine] = {}
    for entry in _variables(written):
        query = waiting.get(entry["name"], "")
        source = _source_of(session, actor, query, sources, used) if query else None
        if source is not None:
            entry |= {"type": "query", "query": query, "data_source_id": source.id}
            text = waiting_text(entry["name"], entry["values"])
            answered[text] = _variable_line(entry["name"], source.name)
    if not lines and not answered:
        return document, report
    with naming_widget(value):
        document = parse_document(written)
    return document, _with_sources(report, lines, answered)


@dataclass(frozen=True, slots=True)
class SourceChoice:
    """What became of a dashboard whose widgets without a query got a data source: as it was `before` (its version:
    `base`) and is `saved`, the name of the source, the widgets, and those of them whose query runs over it."""

    before: Document
    base: int
    saved: SavedDashboard
    source: str
    widgets: tuple[str, ...]
    running: tuple[str, ...]
    variables: tuple[str, ...] = ()
    """The variables whose query runs over the source too."""

    def report(self, report: ConversionReport) -> ConversionReport:
        """The report of the import without what was said of queries that run now."""
        what = _("Its query runs over your data source “{name}”.").format(name=self.source)
        titles = {one.id: one.title for one in report.lines}
        lines = {one: ReportLine(one, titles.get(one, ""), "changed", what, "") for one in self.running}
        answered = {
            waiting_text(one.name, one.values): _variable_line(one.name, self.source)
            for one in self.before.variables
            if one.name in self.variables
        }
        return _with_sources(report, lines, answered)


def use_source(
    session: Session, actor: Actor, dashboard_id: str, widgets: Collection[str], source_id: str
) -> SourceChoice:
    """Let the widgets of an imported dashboard that have no query read this data source, each with its Grafana query if
    the source takes that as it is, and so its variables whose query can't run. It is stored as a version of its own.
    Widgets that are gone, or have a query by now, stay as they are.

    Raises `NotFound` for a source that can't be used, and what `library.save` raises."""
    require(actor, "dashboards:write")
    source = next((one for one in list_tables(session, actor) if one.id and one.id == source_id), None)
    if source is None:
        what = _("This data source no longer exists, or you don't have access to it.")
        raise NotFound("sources.unknown", what, do=_("Choose another one."))
    found = library.get_dashboard(session, actor, dashboard_id)
    page, names = PageIndex(found.document.layout), {one.name for one in found.document.variables}
    chosen = tuple(one for one in widgets if one in page.paths and not page.item(one).source.get("query"))
    page = page_edits.with_property(page, chosen, "data_source_id", source_id)
    running = []
    for one in chosen:
        fields = page.item(one).source.get("grafana")
        query = for_other_source(fields, names) if isinstance(fields, Mapping) else ""
        if query and _has_tables(source, query) and _is_taken(session, actor, query, source):
            page = page_edits.with_property(page, [one], "query", query)
            running.append(one)
    waiting = {one.name: query for one in found.document.variables if (query := waiting_query(one, names))}
    asked = {
        name: query
        for name, query in waiting.items()
        if _has_tables(source, query) and _is_taken(session, actor, query, source)
    }
    variables = tuple(
        replace(one, type="query", query=asked[one.name], data_source_id=source_id) if one.name in asked else one
        for one in found.document.variables
    )
    document = replace(breakpoints.with_layout(found.document, page.layout), variables=variables)
    note = ngettext("{name} for {count} widget", "{name} for {count} widgets", len(chosen))
    saved = library.save(
        session, actor, dashboard_id, document,
        base_version=found.card.version, note=note.format(name=source.name, count=len(chosen)),
    )  # fmt: skip
    return SourceChoice(found.document, found.card.version, saved, source.name, chosen, tuple(running), tuple(asked))


def _with_sources(
    report: ConversionReport, lines: Mapping[str, ReportLine], answered: Mapping[str, ReportLine]
) -> ConversionReport:
    """The report with `lines` (by widget) and `answered` (by what was said of a variable) in place of what was said of
    queries that run now."""
    waited = _("Write an SQL query for it.")
    kept = [
        one
        for one in report.lines
        if one.what not in answered and not (one.id in lines and waited in f"{one.what} {one.why}")
    ]
    needs = tuple(one for one in report.needs_query if one not in lines)
    return replace(report, lines=(*lines.values(), *answered.values(), *kept), needs_query=needs)


def _variable_line(name: str, source: str) -> ReportLine:
    what = _("Variable “{name}” runs over your data source “{source}”.").format(name=name, source=source)
    return ReportLine("", "", "changed", what, "")


def _variables(written: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = written["variables"]
    return listed


def _items(written: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for item in written.get("items", ()):
        yield item
        yield from _items(item)


def _source_of(
    session: Session, actor: Actor, query: str, sources: list[BrowsedSource], used: Collection[str] = ()
) -> BrowsedSource | None:
    """The only source that has all tables of a query and takes it; of several, the only one that is `used` already."""
    found = [one for one in sources if _has_tables(one, query)]
    if len(found) > 1:
        found = [one for one in found if one.id in used]
    return found[0] if len(found) == 1 and _is_taken(session, actor, query, found[0]) else None


def _is_taken(session: Session, actor: Actor, query: str, source: BrowsedSource) -> bool:
    """Whether a source runs a query."""
    period = DEFAULT.period(datetime.now(UTC)).values
    variables = {**dict.fromkeys(names_in(query), ("",)), **period}
    try:
        check_source_query(session, actor, query, source.id, variables)
    except AppError:
        return False
    return True


def _has_tables(source: BrowsedSource, query: str) -> bool:
    dialect = source.question("").dialect
    try:
        references = read_tables(query, dialect).references
    except Invalid:
        return False
    names = [one.name for one in source.tables]
    return bool(references) and all(
        not one.source and any(same_table(name, one.table, dialect) for name in names) for one in references
    )
