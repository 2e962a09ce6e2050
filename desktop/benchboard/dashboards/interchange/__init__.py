"""Dashboards in and out, pure: Grafana's JSON and older documents of our own, read and written with a report."""

from .questions import question
from .reading import from_grafana
from .recognising import from_any, has_panels, is_grafana, is_panel
from .report import Line, Report
from .versions import SCHEMA, from_benchboard, upgrade
from .writing import to_grafana

__all__ = [
    "SCHEMA",
    "Line",
    "Report",
    "from_any",
    "from_benchboard",
    "from_grafana",
    "has_panels",
    "is_grafana",
    "is_panel",
    "question",
    "to_grafana",
    "upgrade",
]
