"""Dashboards in and out, pure: Grafana's JSON and older documents of our own, read and written with a report."""

from benchboard.dashboards.interchange.conversion_report import ConversionReport, ReportLine
from benchboard.dashboards.interchange.document_upgrade import SCHEMA, from_benchboard, upgrade
from benchboard.dashboards.interchange.format_detection import (
    document_of,
    from_any,
    has_panels,
    is_grafana,
    is_panel,
    require_dashboard,
)
from benchboard.dashboards.interchange.grafana_export import to_grafana
from benchboard.dashboards.interchange.grafana_import import from_grafana
from benchboard.dashboards.interchange.panel_export import grafana_source, original_queries
from benchboard.dashboards.interchange.query_translation import for_other_source
from benchboard.dashboards.interchange.validation import require_container

__all__ = [
    "SCHEMA",
    "ConversionReport",
    "ReportLine",
    "document_of",
    "for_other_source",
    "from_any",
    "from_benchboard",
    "from_grafana",
    "grafana_source",
    "has_panels",
    "is_grafana",
    "is_panel",
    "original_queries",
    "require_container",
    "require_dashboard",
    "to_grafana",
    "upgrade",
]
