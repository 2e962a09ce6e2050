"""Exports a dashboard as a JSON file for another program or another Benchboard. The file is written atomically."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

from benchboard.dashboards import interchange
from benchboard.dashboards.document.document import Document, write_document
from benchboard.dashboards.interchange import ConversionReport
from benchboard.i18n import N_, _
from benchboard.ui.file_export import ask_file, save_file
from benchboard.ui.studio.import_export.page_export import file_name
from benchboard.ui.studio.import_export.report_dialog import ConversionReportDialog

if TYPE_CHECKING:
    from benchboard.ui.context import Context

FORMS: Final = {"json": N_("Benchboard dashboard"), "grafana": N_("Grafana dashboard")}


def serialise(document: Document, form: str) -> tuple[bytes, ConversionReport | None]:
    """The file's content in one of FORMS, and the report of what it can't represent (None if nothing)."""
    if form == "grafana":
        content, report = interchange.to_grafana(document)
    else:
        content, report = {"$schema": interchange.SCHEMA, **write_document(document)}, None
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode(), report


def choose_export_file(
    context: "Context", owner: QWidget, document: Document, title: str, form: str, show_item: Callable[[str], object]
) -> None:
    """Ask for a file and write the dashboard to it in one of FORMS; `show_item` goes to a widget of the report."""
    name = f"{file_name(title)}{'.grafana' if form == 'grafana' else ''}.json"
    ask_file(
        owner,
        _("Export dashboard"),
        name,
        _(FORMS[form]),
        lambda path: export_to(context, owner, document, path, form, show_item),
    )


def export_to(
    context: "Context", owner: QWidget, document: Document, path: Path, form: str, show_item: Callable[[str], object]
) -> None:
    """Write the dashboard to `path` on a worker, then show what the file can't represent."""

    def done(report: ConversionReport | None) -> None:
        if report is not None and report.lines:
            title = _("Saved “{file}”").format(file=path.name)
            ConversionReportDialog(owner.window(), context, title, report, show_item, left_out=True).open()

    save_file(context, owner, path, lambda _progress: serialise(document, form), done)
