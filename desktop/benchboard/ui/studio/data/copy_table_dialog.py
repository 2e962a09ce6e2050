"""The form for a copy of a server's table: which table, under which name, and how new rows of it are found."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.sources.copied_table import CopiedTable
from benchboard.analytics.sources.copies import copies_folder
from benchboard.analytics.sources.server_copy import KEY_KINDS
from benchboard.analytics.sources.server_copy_import import CopyRequest, add_server_copy
from benchboard.analytics.sources.services import NAME_LENGTH, SourceSummary, TableSummary
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, ngettext, number
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress, Work
from benchboard.ui.widgets import Button, Confirm, Dialog, Edit, Field, Paragraph, Select
from benchboard.ui.widgets.accessible import announce

_SIZE: Final = QSize(520, 400)


class CopyTableDialog(Dialog):
    """Asks for a table of a server, and adds its copy as a data source; `saved` is called with it."""

    _grows = True

    def __init__(
        self,
        context: Context,
        window: QWidget,
        source: SourceSummary,
        tables: Sequence[TableSummary],
        table: str,
        saved: Callable[[SourceSummary], object],
    ) -> None:
        """`table` is the one that is chosen first."""
        title = _("Copy a table of “{name}”").format(name=source.name)
        super().__init__(window, title, size=_SIZE, name="copy_table_dialog")
        self._context, self._source, self._saved = context, source, saved
        self._tables = {one.name: one for one in tables}
        self._work: Work | None = None
        self._name_typed = False
        self.table = Select([(one.name, one.name) for one in tables], name="copy_table", label=_("Table"))
        self.table.set_current_key(table if table in self._tables else tables[0].name)
        self.name = Edit(name="copy_name")
        self.name.setMaxLength(NAME_LENGTH)
        self.newer_by = Select([("", _("Read all rows again"))], name="copy_newer_by", label=_("At each refresh"))
        self.fields = {
            "table": Field(_("Table"), self.table),
            "name": Field(_("Name of the copy"), self.name, lines=1),
            "newer_by": Field(_("At each refresh"), self.newer_by, lines=2),
        }
        self._state = Paragraph("", "body", "secondary")
        self._state.setObjectName("copy_state")
        self._lay_out()
        self._choose_table()
        self.table.currentIndexChanged.connect(lambda _at: self._choose_table())
        self.newer_by.currentIndexChanged.connect(lambda _at: self._explain_refresh())
        self.name.textEdited.connect(lambda _text: self._type_name())
        self.name.returnPressed.connect(self._save)

    def _lay_out(self) -> None:
        about = _(
            "Queries over a copy don't reach the server, and can join it with files and with other copies. Whoever"
            " may use “{name}” now may use the copy."
        )
        self.content.addWidget(Paragraph(about.format(name=self._source.name), "body", "secondary"))
        for field in self.fields.values():
            self.content.addWidget(field)
        self.content.addWidget(self._state)
        self.content.addStretch(1)
        self.add_button(Button(_("Cancel"), self.leave, name="copy_cancel"))
        self._save_button = self.add_button(Button(_("Copy table"), self._save, kind="primary", name="copy_save"))
        self._save_button.add_key_cap("Ctrl Enter")

    # What is entered

    def _choose_table(self) -> None:
        """Suggest a name, and list the columns by which new rows of the table can be found."""
        table = self._tables[self.table.current_key()]
        columns = [one for one in table.columns if one.kind in KEY_KINDS]
        by = _("Read new rows, found by “{column}”")
        choices = [("", _("Read all rows again")), *((one.name, by.format(column=one.name)) for one in columns)]
        self.newer_by.set_choices(choices)
        self.newer_by.set_current_key("")
        if not self._name_typed:
            self.name.setText(f"{self._source.name} {table.name}"[:NAME_LENGTH])
        self.fields["name"].set_error("")
        self._explain_refresh()

    def _explain_refresh(self) -> None:
        column = self.newer_by.current_key()
        table = self._tables[self.table.current_key()]
        if column:
            text = _(
                "Only rows whose “{column}” is at least the largest so far are read. Smaller ones that are added,"
                " changed or deleted later aren't noticed."
            ).format(column=column)
        elif table.rows is not None:
            rows = ngettext("{count} row", "{count} rows", table.rows).format(count=number(table.rows))
            text = _("The server has about {rows} now.").format(rows=rows)
        else:
            text = _("The server doesn't say how many there are.")
        self.fields["newer_by"].set_note(text)
        self.fields["newer_by"].set_error("")
        self.place_content()

    def _type_name(self) -> None:
        self._name_typed = bool(self.name.text())
        self.fields["name"].set_error("")

    # Copying

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._save()
        elif is_enter and isinstance(focused := self.focusWidget(), Select):
            focused.showPopup()
        else:
            super().keyPressEvent(event)

    def _save(self) -> None:
        if self._work is not None:
            return
        name = self.name.text().strip()
        self.fields["name"].set_error("" if name else _("Enter a name for the data source."))
        if not name:
            self.name.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        database, actor = self._context.database, self._context.actor
        copied = CopiedTable(self._source.id, self.table.current_key(), self.newer_by.current_key())
        folder = copies_folder(self._context.workspace.home, actor.organisation_id)

        def op(progress: Progress) -> SourceSummary:
            token = CancelToken()
            with progress.on_cancel(token.cancel):
                progress.check()
                request = CopyRequest(name, copied)
                return add_server_copy(database, actor, request, folder, cancel_token=token, progress=progress.report)

        def done(source: SourceSummary) -> None:
            self._end()
            self.dismiss()
            self._saved(source)

        title = _("Copying “{table}”").format(table=copied.table)
        self._say(f"{title} …")
        self._save_button.disable(_("The table is being copied."))
        self._work = self._context.tasks.run(self, op, done, self._fail, title=title)

    def leave(self) -> None:
        """Stop copying; else close, and if a name was typed, only once the user says so."""
        if self._work is None and self._name_typed:
            Confirm(
                self.window(),
                _("Discard what you entered?"),
                _("Your entries will be lost."),
                act=_("Discard"),
                keep=_("Keep editing"),
                run=self.dismiss,
            ).open()
            return
        if self._work is None:
            self.dismiss()
            return
        self._work.cancel()
        self._end()
        self._say(_("Stopped. Nothing was copied."))

    def dismiss(self) -> None:
        if self._work is not None:
            self._work.cancel()
        super().dismiss()

    def _end(self) -> None:
        self._work = None
        self._say("")
        self._save_button.disable("")

    def _fail(self, error: AppError) -> None:
        if self._work is None or isinstance(error, Cancelled):
            return
        self._end()
        text = " ".join(part for part in (error.what, error.why, error.do) if part)
        field = self.fields.get(str(error.facts.get("field", "")))
        if field is not None:
            field.set_error(text)
            field.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._say(text)
            self._state.set_tone("error")
        self.place_content()

    def _say(self, text: str) -> None:
        self._state.setText(text)
        self._state.set_tone("secondary")
        if text and self.isVisible():
            announce(self, text)
