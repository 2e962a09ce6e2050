"""Whose dashboard a decoded file holds."""

from typing import Final

from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.interchange.conversion_report import ConversionReport
from benchboard.dashboards.interchange.document_upgrade import from_benchboard
from benchboard.dashboards.interchange.grafana_import import convert_grafana, from_grafana
from benchboard.dashboards.interchange.validation import naming_widget
from benchboard.errors import Invalid
from benchboard.i18n import _


def is_grafana(value: object) -> bool:
    """Whether a decoded file is Grafana's rather than ours. Ours names its format or has `items`, or is a bare list."""
    return isinstance(value, dict) and "format" not in value and "items" not in value


def has_panels(value: object) -> bool:
    """Whether a decoded file has fields of a Grafana dashboard, also inside an API's response."""
    return isinstance(value, dict) and bool(value.keys() & {"panels", "rows", "schemaVersion", "dashboard", "spec"})


def is_panel(value: object) -> bool:
    """Whether it is one panel of Grafana's, as its menu copies it."""
    if not isinstance(value, dict) or not isinstance(value.get("type"), str) or "position" in value:
        return False
    return is_grafana(value) and not has_panels(value) and bool(value.keys() & _OF_PANELS)


_OF_PANELS: Final = frozenset(("gridPos", "targets", "fieldConfig", "options", "datasource", "pluginVersion"))


def require_dashboard(value: object) -> None:
    """Raise `Invalid` (`import.empty`) for an empty list: a home layout without widgets, but no dashboard to import."""
    if value == []:
        raise Invalid("import.empty", _("This file is an empty list. It has no dashboard."))


def from_any(value: object) -> tuple[dict[str, object], ConversionReport]:
    """A document of ours, of the newest version, made of one of ours of any version or of Grafana's, and what there is
    to know of it. Raises `Invalid` as `from_benchboard` and `from_grafana` do, which names the widget that it is
    about."""
    with naming_widget(value):
        return from_grafana(value) if is_grafana(value) else from_benchboard(value)


def document_of(value: object) -> tuple[Document, ConversionReport]:
    """The document that `from_any` makes, as it is read. Raises as that does."""
    if is_grafana(value):
        with naming_widget(value):
            _written, document, report = convert_grafana(value)
        return document, report
    written, report = from_any(value)
    return parse_document(written), report
