"""The report of what an import or export couldn't convert unchanged: by outcome and kind, with links to the widgets."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from PySide6.QtWidgets import QWidget

from benchboard.dashboards.interchange import ConversionReport
from benchboard.i18n import _, ngettext, number
from benchboard.ui.context import Context
from benchboard.ui.file_export import ask_file, save_file
from benchboard.ui.studio.import_export.page_export import file_name
from benchboard.ui.studio.import_export.report_rows import ReportTree
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.widgets import Button, Dialog
from benchboard.ui.widgets.stat_strip import Stat, StatStrip

_WIDTH: Final = 720
"""The width of the rows, in pixels."""


class ConversionReportDialog(Dialog):
    """Shows a report, with links to the widgets (`show_item`), and can copy and save it."""

    def __init__(
        self,
        window: QWidget,
        context: Context,
        title: str,
        report: ConversionReport,
        show_item: Callable[[str], object],
        *,
        write_query: Callable[[str], object] | None = None,
        left_out: bool = False,
    ) -> None:
        """`write_query` goes to the query of a widget that needs one. `left_out`: the report is of an export's
        omissions, not of an import's.
        """
        super().__init__(window, title, name="import_report")
        self._window, self._context, self._title, self._report = window, context, title, report
        self._show_item, self._write_query = show_item, write_query
        self.content.addWidget(_counters(report))
        self.lines = ReportTree(report, self._go, self._go_to_query if write_query is not None else None)
        self.lines.setMinimumWidth(_WIDTH)
        self.lines.setAccessibleName(_("Export issues") if left_out else _("Import issues"))
        self.lines.setHeaderLabel(self.lines.accessibleName())  # hidden, but screen readers come to it
        self.content.addWidget(self.lines, 1)
        self.add_button(Button(_("Copy report"), self._copy, icon="ph.copy", name="import_report_copy"), left=True)
        save = Button(_("Save as text"), self._ask_file, icon="ph.download-simple", name="import_report_save")
        self.footer.insertWidget(1, save)
        self._add_ends()

    def _add_ends(self) -> None:
        """Done, and before it the first widget that needs a query, if one does and it can be written here."""
        waiting = self._report.needs_query if self._write_query is not None else ()
        kind: Literal["plain", "primary"] = "plain" if waiting else "primary"
        self.first_focus = self.add_button(Button(_("Done"), self.dismiss, kind=kind, name="import_report_close"))
        if waiting:
            text = ngettext("Write the missing query", "Write the first of {count} queries", len(waiting))
            go = Button(
                text.format(count=number(len(waiting))), lambda: self._go_to_query(waiting[0]), kind="primary",
                name="import_report_query",
            )  # fmt: skip
            self.first_focus = self.add_button(go)

    def _go(self, item_id: str) -> None:
        self.dismiss()
        self._show_item(item_id)

    def _go_to_query(self, item_id: str) -> None:
        self.dismiss()
        if self._write_query is not None:
            self._write_query(item_id)

    def _copy(self) -> None:
        copy_text(f"{self._title}\n{self._report.text()}\n")
        self._context.problems.toast(_("Copied report"))

    def _ask_file(self) -> None:
        name = f"{file_name(self._title)}.txt"
        ask_file(self._window, _("Save as text"), name, _("Text"), self._save, dialog_name="report_file")

    def _save(self, path: Path) -> None:
        content = f"{self._title}\n{self._report.text()}\n".encode()
        save_file(self._context, self._window, path, lambda _progress: (content, None))


def _counters(report: ConversionReport) -> StatStrip:
    """How many widgets there are, and how many of them are not as they were."""
    strip = StatStrip(ground="")
    strip.setObjectName("import_report_counts")
    widgets, placeholders = report.mapped + report.placeholder, report.placeholder
    waiting, kept = report.without_query, report.kept
    strip.show_stats(
        [
            Stat(number(widgets), ngettext("widget", "widgets", widgets)),
            Stat(
                number(placeholders),
                ngettext("placeholder", "placeholders", placeholders),
                "warn" if placeholders else "text",
            ),
            Stat(number(waiting), ngettext("needs a query", "need a query", waiting), "warn" if waiting else "text"),
            Stat(number(kept), ngettext("unsupported setting", "unsupported settings", kept)),
        ]
    )
    strip.setAccessibleName(report.summary())
    return strip
