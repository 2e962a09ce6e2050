"""The columns of a data source's table, corrected after it was added: as at the import, without its other choices."""

from dataclasses import dataclass, replace

from PySide6.QtWidgets import QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection_types import FileInspection, ReportProgress
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.sources.column_changes import ColumnConsequences, consequences, inspect_stored
from benchboard.analytics.sources.configuration import SourceTable
from benchboard.analytics.sources.lineage import LineageUse
from benchboard.analytics.sources.services import SourceSummary
from benchboard.i18n import _, in_sentence, ngettext, number
from benchboard.ui.context import Context
from benchboard.ui.studio.data.import_draft import ImportDraft, Inspect
from benchboard.ui.studio.data.import_page import ImportPage
from benchboard.ui.widgets import Confirm

_NAMED = 5


@dataclass(frozen=True, slots=True)
class EditedTable:
    """The table whose columns are edited."""

    source: SourceSummary
    table: SourceTable

    def draft(self) -> ImportDraft:
        """What is chosen before anything was changed."""
        scan = self.table.scan
        return ImportDraft(
            scan.path,
            wrong_values=scan.options.wrong_values,
            file_names=bool(scan.file_column),
            name=self.source.name,
        )


class ColumnsPage(ImportPage):
    """Shows the first rows of a table with what was chosen for its columns. `accepted` when what breaks was said."""

    _act_icon, _adds = "ph.check", False

    def __init__(self, context: Context, edited: EditedTable, draft: ImportDraft | None = None) -> None:
        """`draft`: choices that were made before the page was built anew."""
        self.edited = edited
        self._start = edited.draft()
        super().__init__(context, draft or self._start)

    @property
    def is_changed(self) -> bool:
        return self.draft != self._start

    @property
    def scan(self) -> FileScan:
        """How the table is to be read."""
        (scan,) = self.scans()
        return scan

    def why_not_added(self) -> str:
        return super().why_not_added() or self._why_unchanged()

    def _why_unchanged(self) -> str:
        return "" if self.is_changed else _("No column was changed.")

    def _act_title(self) -> str:
        return _("Apply to data source")

    def _leave_title(self) -> str:
        return _("Discard changes")

    def _page_title(self) -> str:
        source, table = self.edited.source, self.edited.table
        name = f"{source.name}: {table.name}" if len(source.tables) > 1 else source.name
        return _("Columns of {name}").format(name=name)

    def _leave_question(self) -> tuple[str, str]:
        title = _("Leave the columns of “{name}” as they were?").format(name=self.edited.source.name)
        return title, _("Leave as they were")

    def _left_text(self) -> str:
        return _("The columns of “{name}” are as they were.").format(name=self.edited.source.name)

    def _inspect(self) -> Inspect:
        table = self.edited.table

        def inspect(draft: ImportDraft, cancel_token: CancelToken, progress: ReportProgress) -> FileInspection:
            return inspect_stored(table, draft.options, cancel_token=cancel_token, progress=progress)

        return inspect

    def _reset(self) -> None:
        self._change(replace(self._start, keep=self.draft.keep, name=self.draft.name))

    def _show_pane(self, shown: bool) -> None:
        """How the file is read and kept was chosen when it was added."""
        super()._show_pane(False)

    def panes(self) -> list[QWidget]:
        return [pane for pane in super().panes() if pane is not self.pane]

    def _accept(self) -> None:
        if any(self._rows_added()):
            self._accept_rows()
        else:
            self._context.problems.refuse(_("No row would be left. Choose other types, or keep lines that don't fit."))

    def _accept_rows(self) -> None:
        """Say what the change breaks, before it is made."""
        context, source, table, scan = self._context, self.edited.source, self.edited.table.name, self.scan
        actor = context.actor

        def ask(found: ColumnConsequences) -> None:
            if not found:
                super(ColumnsPage, self)._accept_rows()
                return
            Confirm(
                self.window(),
                _("Change the columns of “{name}”?").format(name=source.name),
                consequences_text(found),
                act=_("Change columns"),
                keep=_("Keep editing"),
                run=super(ColumnsPage, self)._accept_rows,
            ).open()

        context.tasks.read(self, lambda session: consequences(session, actor, source.id, table, scan), ask)


def consequences_text(found: ColumnConsequences) -> str:
    """What other columns break, as sentences."""
    said = []
    if found.lost_uses:
        text = ngettext(
            "{count} widget will show an error, because {columns} can't be queried any more: on {names}.",
            "{count} widgets will show an error, because {columns} can't be queried any more: on {names}.",
            len(found.lost_uses),
        )
        said.append(_filled(text, found.lost_uses, found.lost))
    if found.retyped_uses:
        text = ngettext(
            "{count} widget queries {columns}, of another type from now on, and may show something else: on {names}.",
            "{count} widgets query {columns}, of another type from now on, and may show something else: on {names}.",
            len(found.retyped_uses),
        )
        said.append(_filled(text, found.retyped_uses, found.retyped))
    if found.models:
        text = ngettext("{count} data model breaks: {names}.", "{count} data models break: {names}.", len(found.models))
        said.append(text.format(count=number(len(found.models)), names=_quoted(found.models)))
    said.append(_("You can undo this afterwards."))
    return " ".join(said)


def _filled(text: str, uses: tuple[LineageUse, ...], columns: tuple[str, ...]) -> str:
    names = sorted({use.dashboard for use in uses})
    return text.format(count=number(len(uses)), columns=_quoted(columns), names=_quoted(names))


def _quoted(names: tuple[str, ...] | list[str]) -> str:
    return in_sentence(f"“{name}”" for name in names[:_NAMED])
