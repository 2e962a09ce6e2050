"""Our own documents of any version, brought to the newest form."""

from collections.abc import Iterator
from typing import Final

from benchboard.dashboards.document.document import FORMAT, VERSION, Document, parse_document, write_document
from benchboard.dashboards.document.widget_kinds import kind_of
from benchboard.dashboards.interchange.conversion_report import ConversionReport, Outcome, ReportLine
from benchboard.dashboards.interchange.panel_import import one_line
from benchboard.dashboards.interchange.validation import check, not_a_dashboard, require_container
from benchboard.dashboards.layout import LocatedItem, quote_value, repeat_of, walk_items
from benchboard.i18n import _

SCHEMA: Final = f"urn:benchboard:dashboard:{VERSION}"
"""The `$id` of the published JSON Schema, `resources/schemas/dashboard-2.json`."""
_DEEPEST: Final = 60
"""Levels a document may have."""


def upgrade(value: object) -> dict[str, object]:
    """A decoded document of version 0 (a bare list of items), 1 (`columns` and `items`) or 2 in the format of version
    2, with its schema.

    Raises `Invalid` that names item and field if it isn't a document, and for a version later than this program knows.
    """
    return from_benchboard(value)[0]


def from_benchboard(value: object) -> tuple[dict[str, object], ConversionReport]:
    """`upgrade`, and what there is to know of it."""
    require_container(value)
    check(value, deepest=_DEEPEST)
    _require_widgets(value)
    document = parse_document(value)
    found = [found.item for found in walk_items(document.layout)]
    containers = sum(bool(item.panes) for item in found)
    report = ConversionReport.of(len(found) - containers, containers, _report_lines(document))
    return {"$schema": SCHEMA, **write_document(document)}, report


def _require_widgets(value: object) -> None:
    """Raise `Invalid` (`import.kind`), which says what the file holds, if nothing in it is like a dashboard of ours."""
    if isinstance(value, dict) and "items" not in value:
        if value.get("format", FORMAT) != FORMAT:
            raise not_a_dashboard(_("It's in another format: {value}.").format(value=quote_value(value["format"])))
        return
    items = value["items"] if isinstance(value, dict) else value
    if not isinstance(items, list) or not items:
        return
    entries = [item for item in items if isinstance(item, dict)]
    if any(entry.keys() & {"type", "position", "items"} for entry in entries):
        return  # an error in it is named by its place
    if entries:
        raise not_a_dashboard(_("It's a list of entries without the “id” and “type” that widgets have."))
    why = _("It's a list of values such as {value}, not of widgets.").format(value=quote_value(items[0]))
    raise not_a_dashboard(why)


def _report_lines(document: Document) -> Iterator[ReportLine]:
    if document.form != VERSION:
        what = _("Updated from format version {old} to {new}.").format(old=document.form, new=VERSION)
        yield ReportLine("", "", "changed", what, "")
    names = {variable.name for variable in document.variables}
    for found in walk_items(document.layout):
        title = one_line(str(found.item.source.get("title", "")))
        for outcome, what, why in _item_lines(found, document.layout.columns, names):
            yield ReportLine(found.item.id, title, outcome, what, why)


def _item_lines(found: LocatedItem, columns: int, names: set[str]) -> Iterator[tuple[Outcome, str, str]]:
    item, cell = found.item, found.cell
    if not item.panes and kind_of(item.type) is None:
        what = _("Its type, “{kind}”, isn't supported.").format(kind=one_line(item.type))
        yield "placeholder", what, _("It's kept unchanged.")
    if not found.path and cell.right > columns:
        what = _("It extends past the last of the {columns} columns.").format(columns=columns)
        yield "kept", what, _("It's shown further left or narrower.")
    repeat = repeat_of(item)
    if repeat is not None and repeat.variable not in names:
        what = _("It repeats by “{name}”, which isn't a variable in this dashboard.").format(
            name=one_line(repeat.variable)
        )
        yield "kept", what, _("It is shown once.")
