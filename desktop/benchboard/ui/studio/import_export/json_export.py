"""Exports a dashboard as a JSON file for another program or another Benchboard. The file is written atomically."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QFileDialog, QWidget

from benchboard.dashboards import interchange
from benchboard.dashboards.document.document import Document, write_document
from benchboard.dashboards.interchange import ConversionReport
from benchboard.i18n import N_, _
from benchboard.ui.studio.import_export.page_export import file_name, write_file
from benchboard.ui.studio.import_export.report_dialog import ConversionReportDialog
from benchboard.ui.tasks import Progress
from benchboard.ui.widgets import open_file_dialog

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
    dialog = QFileDialog(owner.window(), _("Export dashboard"), str(Path.home() / name), f"{_(FORMS[form])} (*.json)")
    dialog.setObjectName("export_file")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("json")
    dialog.selectFile(name)
    dialog.fileSelected.connect(lambda path: export_to(context, owner, document, Path(path), form, show_item))
    dialog.finished.connect(dialog.deleteLater)
    open_file_dialog(dialog)


def export_to(
    context: "Context", owner: QWidget, document: Document, path: Path, form: str, show_item: Callable[[str], object]
) -> None:
    """Write the dashboard to `path` on a worker, then show what the file can't represent."""

    def op(progress: Progress) -> ConversionReport | None:
        content, report = serialise(document, form)
        progress.check()
        write_file(path, content)
        return report

    def done(report: ConversionReport | None) -> None:
        context.problems.toast(_("Saved {file}").format(file=path.name))
        if report is not None and report.lines:
            title = _("Saved “{file}”").format(file=path.name)
            ConversionReportDialog(owner.window(), context, title, report, show_item, left_out=True).open()

    context.tasks.run(owner, op, done, title=_("Exporting {file}").format(file=path.name))
