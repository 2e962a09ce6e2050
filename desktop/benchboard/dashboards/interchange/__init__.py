"""Dashboards in and out, pure: Grafana's JSON and older documents of our own, read and written with a report."""

from .reading import from_grafana
from .recognising import from_any, is_grafana
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
    "is_grafana",
    "to_grafana",
    "upgrade",
]
