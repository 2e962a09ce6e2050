"""Dashboards in and out, pure: Grafana's JSON and older documents of our own, read and written with a report."""

from .reading import from_grafana
from .report import Line, Report

__all__ = ["Line", "Report", "from_grafana"]
