"""The lines of a data source's files that don't fit or are totals: the files are read when they are asked for."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection_types import TableInspection
from benchboard.analytics.files.unread_marks import unread_thousands_mark
from benchboard.analytics.sources.column_changes import get_table, inspect_stored
from benchboard.analytics.sources.services import SourceSummary
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, ngettext, number
from benchboard.ui.context import Context
from benchboard.ui.studio.data.wrong_lines_panel import WrongLinesList
from benchboard.ui.tasks import Progress, Work
from benchboard.ui.widgets import Button, Dialog, Field, Paragraph, Select
from benchboard.ui.widgets.accessible import announce

_SIZE: Final = QSize(760, 520)


class SkippedLinesDialog(Dialog):
    """Shows these lines of one table of a source. Closing it stops the reading."""

    def __init__(
        self,
        window: QWidget,
        context: Context,
        source: SourceSummary,
        table: str,
        *,
        changed: bool,
        read_with_mark: Callable[[str, str], object] | None = None,
    ) -> None:
        """`changed`: the files aren't those that were read any more. `read_with_mark`: shows a table as it is read with
        a thousands separator; None where nothing may be changed."""
        title = _("Lines of “{name}” that don't fit").format(name=source.name)
        super().__init__(window, title, size=_SIZE, name="skipped_lines")
        self._context, self._source, self._changed = context, source, changed
        self._read_with_mark, self._mark = read_with_mark, ""
        self._work: Work | None = None
        self._select = Select(name="skipped_lines_table", label=_("Table"))
        self._select.set_choices([(name, name) for name in source.tables])
        self._select.set_current_key(table)
        self._select.currentIndexChanged.connect(lambda _at: self._read())
        field = Field(_("Table"), self._select)
        self._note = Paragraph("", "body", "secondary")
        self.lines = WrongLinesList("skipped_lines_list")
        for widget in (field, self._note):
            self.content.addWidget(widget)
        field.setVisible(len(source.tables) > 1)
        self.content.addWidget(self.lines, 1)
        self._again = Button(_("Read file again"), self._read, name="skipped_lines_again")
        self.add_button(self._again, left=True)
        self._remedy = Button("", self._use_remedy, name="skipped_lines_remedy")
        self.add_button(self._remedy, left=True)
        self.add_button(Button(_("Close"), self.dismiss, kind="primary", name="skipped_lines_close"))
        self._read()

    def dismiss(self) -> None:
        if self._work is not None:
            self._work.cancel()
        super().dismiss()

    def _read(self) -> None:
        """Read the files of the selected table in the background."""
        if self._work is not None:
            self._work.cancel()
        database, actor = self._context.database, self._context.actor
        source_id, table = self._source.id, self._select.current_key()

        def read(progress: Progress) -> TableInspection:
            token = CancelToken()
            with progress.on_cancel(token.cancel):
                progress.check()
                with database.read() as session:
                    stored = get_table(session, actor, source_id, table)
                return inspect_stored(stored, {}, cancel_token=token, progress=progress.report).tables[0]

        self._note.setText(_("Reading “{name}”").format(name=self._source.name))
        self.lines.hide()
        self._again.hide()
        self._remedy.hide()
        title = _("Reading “{name}”").format(name=self._source.name)
        self._work = work = self._context.tasks.run(
            self, read, lambda found: self._show(work, found), lambda error: self._fail(work, error), title=title
        )

    def _show(self, work: Work, found: TableInspection) -> None:
        if work is not self._work:
            return
        self._work = None
        lines = self.lines.show_table(found)
        said = [_lines_text(found), *([_changed_text(self._source)] if self._changed else [])]
        self._note.setText(" ".join(said))
        self.lines.setVisible(bool(lines))
        self._mark = unread_thousands_mark(found) if self._read_with_mark is not None else ""
        self._remedy.setText(thousands_remedy(self._mark))
        self._remedy.setVisible(bool(self._mark))
        if lines:
            self.lines.setCurrentIndex(self.lines.model().index(0, 0))
            self.lines.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, self._note.text())

    def _use_remedy(self) -> None:
        """Show the table as it is read with the separator that its numbers have."""
        table = self._select.current_key()
        self.dismiss()
        if self._read_with_mark is not None:
            self._read_with_mark(table, self._mark)

    def _fail(self, work: Work, error: AppError) -> None:
        if work is not self._work:
            return
        self._work = None
        stopped = isinstance(error, Cancelled)
        text = _("Reading was stopped.") if stopped else " ".join(part for part in (error.what, error.do) if part)
        self._note.setText(text)
        self._again.show()
        announce(self, text, urgent=not stopped)


def thousands_remedy(mark: str) -> str:
    """The name of the button that reads numbers with this thousands separator."""
    if mark.isspace():
        return _("Read the space as the thousands separator")
    return _("Read {mark} as the thousands separator").format(mark=mark)


def _lines_text(table: TableInspection) -> str:
    """How many lines there are, and whether all of them are named."""
    wrong, totals = table.wrong_count, len(table.total_lines)
    if not wrong and not totals:
        return _("All lines fit.")
    said = []
    if wrong:
        text = ngettext("{count} line doesn't fit.", "{count} lines don't fit.", wrong)
        said.append(text.format(count=number(wrong)))
    if totals:
        text = ngettext("{count} total row.", "{count} total rows.", totals)
        said.append(text.format(count=number(totals)))
    if wrong > len(table.wrong_lines):
        said.append(_("The first {count} are listed here.").format(count=number(len(table.wrong_lines))))
    return " ".join(said)


def _changed_text(source: SourceSummary) -> str:
    if source.is_folder:
        return _("The folder has changed since it was read. These are the lines of its files now.")
    return _("The file has changed since it was read. These are its lines now.")
