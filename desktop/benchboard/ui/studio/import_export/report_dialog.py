"""The report of what an import or export couldn't convert unchanged: by outcome and kind, with links to the widgets."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from benchboard.analytics.table_browser import BrowsedSource, list_tables
from benchboard.dashboards.interchange import ConversionReport
from benchboard.i18n import _, ngettext, number
from benchboard.ui.context import Context
from benchboard.ui.file_export import ask_file, save_file
from benchboard.ui.studio.import_export.page_export import file_name
from benchboard.ui.studio.import_export.report_rows import ReportTree
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.widgets import Button, Dialog, Field, Select, row
from benchboard.ui.widgets.stat_strip import Stat, StatStrip

_WIDTH: Final = 720
"""The width of the rows, in pixels."""
_SOURCE_WIDTH: Final = 320


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
        use_source: Callable[[str], object] | None = None,
        left_out: bool = False,
    ) -> None:
        """`write_query` goes to the query of a widget that needs one; `use_source` lets all of these read a data
        source. `left_out`: the report is of an export's omissions, not of an import's.
        """
        super().__init__(window, title, name="import_report")
        self._window, self._context, self._title, self._report = window, context, title, report
        self._show_item, self._write_query = show_item, write_query
        self.content.addWidget(_counters(report))
        self._use_source = use_source
        self._sources = ImportSourceRow(self)
        self._sources.chosen.connect(self._choose_source)
        self._sources.hide()
        self.content.addWidget(self._sources)
        if use_source is not None and report.needs_query:
            actor = context.actor
            context.tasks.read(self, lambda session: list_tables(session, actor), self._show_sources)
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

    def _show_sources(self, sources: tuple[BrowsedSource, ...]) -> None:
        """Offer the data sources that can be read, if there are any beside Benchboard's own data."""
        usable = [(one.id, one.name) for one in sources if one.id and not one.problem]
        self._sources.show_choices(usable, len(self._report.needs_query))
        self._sources.setVisible(bool(usable))

    def _choose_source(self, source_id: str) -> None:
        self.dismiss()
        if self._use_source is not None:
            self._use_source(source_id)

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


class ImportSourceRow(QWidget):
    """One choice of a data source for all widgets without a query; `chosen` has the source's id."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._select = Select([], name="import_report_source")
        self._field = Field("", self._select, parent=self)
        self._field.setMaximumWidth(_SOURCE_WIDTH)
        use = Button(_("Use data source"), self._choose, name="import_report_use_source")
        layout = row(self._field)
        layout.addWidget(use, 0, Qt.AlignmentFlag.AlignBottom)
        layout.addStretch(1)
        self.setLayout(layout)

    def show_choices(self, sources: Sequence[tuple[str, str]], count: int) -> None:
        """Offer these sources (id and name) for `count` widgets."""
        self._select.set_choices(list(sources))
        text = ngettext("Data source of the widget without a query",
                        "Data source of all {count} widgets without a query", count)  # fmt: skip
        self._field.set_label(text.format(count=number(count)))

    def _choose(self) -> None:
        self.chosen.emit(self._select.current_key())


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
