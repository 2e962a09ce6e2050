"""Finds for each query of an imported Grafana dashboard the data source of one's own that has its tables."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from benchboard.analytics.queries import check_source_query
from benchboard.analytics.table_browser import BrowsedSource, list_tables
from benchboard.analytics.table_references import read_tables, same_table
from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.document.time_range import DEFAULT
from benchboard.dashboards.interchange.conversion_report import ConversionReport, ReportLine
from benchboard.dashboards.interchange.format_detection import document_of, is_grafana
from benchboard.dashboards.interchange.grafana_import import convert_grafana
from benchboard.dashboards.interchange.query_translation import for_other_source
from benchboard.dashboards.interchange.validation import naming_widget
from benchboard.dashboards.variables.variable_queries import names_in
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _
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
    if not report.needs_query:
        return document, report
    try:
        sources = [one for one in list_tables(session, actor) if one.id]
    except AppError:
        return document, report  # who sees no sources imports without them
    names = {one.name for one in document.variables}
    lines: dict[str, ReportLine] = {}
    for item in _items(written):
        fields = item.get("grafana")
        if item.get("id") not in report.needs_query or not isinstance(fields, Mapping):
            continue
        query = for_other_source(fields, names)
        source = _source_of(session, actor, query, sources) if query else None
        if source is not None:
            item |= {"query": query, "data_source_id": source.id}
            what = _("Its query runs over your data source “{name}”.").format(name=source.name)
            lines[str(item["id"])] = ReportLine(str(item["id"]), str(item.get("title", "")), "changed", what, "")
    if not lines:
        return document, report
    with naming_widget(value):
        document = parse_document(written)
    return document, _with_sources(report, lines)


def _with_sources(report: ConversionReport, lines: Mapping[str, ReportLine]) -> ConversionReport:
    """The report without what was said of queries that run now."""
    waited = _("Write an SQL query for it.")
    kept = [one for one in report.lines if not (one.id in lines and waited in f"{one.what} {one.why}")]
    needs = tuple(one for one in report.needs_query if one not in lines)
    return replace(report, lines=(*lines.values(), *kept), needs_query=needs)


def _items(written: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for item in written.get("items", ()):
        yield item
        yield from _items(item)


def _source_of(session: Session, actor: Actor, query: str, sources: list[BrowsedSource]) -> BrowsedSource | None:
    """The only source that has all tables of a query and takes it."""
    found = [one for one in sources if _has_tables(one, query)]
    if len(found) != 1:
        return None
    period = DEFAULT.period(datetime.now(UTC)).values
    variables = {**dict.fromkeys(names_in(query), ("",)), **period}
    try:
        check_source_query(session, actor, query, found[0].id, variables)
    except AppError:
        return None
    return found[0]


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
