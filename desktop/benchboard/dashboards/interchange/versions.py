"""Our own documents of any version, brought to the newest form."""

from collections.abc import Iterator
from typing import Final

from benchboard.dashboards.catalogue import kind_of
from benchboard.dashboards.document import VERSION, Document, parse_document, write_document
from benchboard.dashboards.layout import everything
from benchboard.i18n import _

from .hostile import check
from .panels import one_line
from .report import Line, Report

SCHEMA: Final = f"urn:benchboard:dashboard:{VERSION}"
"""The `$id` of the published JSON Schema, `resources/schemas/dashboard-2.json`."""
_DEEPEST: Final = 60
"""Levels a document may have."""


def upgrade(value: object) -> dict[str, object]:
    """A decoded document of version 0 (a bare list of items), 1 (`columns` and `items`) or 2 in the form of version 2,
    naming its schema.

    Raises `Invalid` that names item and field for what is none, and for a version later than this program knows.
    """
    return from_benchboard(value)[0]


def from_benchboard(value: object) -> tuple[dict[str, object], Report]:
    """`upgrade`, and what there is to know of it."""
    check(value, deepest=_DEEPEST)
    document = parse_document(value)
    found = [found.item for found in everything(document.layout)]
    containers = sum(bool(item.panes) for item in found)
    report = Report.of(len(found) - containers, containers, _noted(document))
    return {"$schema": SCHEMA, **write_document(document)}, report


def _noted(document: Document) -> Iterator[Line]:
    if document.form != VERSION:
        what = _("The form of version {old} became that of version {new}.").format(old=document.form, new=VERSION)
        yield Line("", "", "changed", what, "")
    for found in everything(document.layout):
        item = found.item
        if not item.panes and kind_of(item.type) is None:
            what = _("It is of the type “{kind}”, which no widget here shows.").format(kind=one_line(item.type))
            title = one_line(str(item.source.get("title", "")))
            yield Line(item.id, title, "placeholder", what, _("It is kept as it is."))
