"""The dialog that erases a person: what goes, what stays and why, and the person's name to type."""

from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.errors import AppError
from benchboard.i18n import _, number
from benchboard.identity import person_erasure, person_records
from benchboard.identity.person_erasure import ErasureReport, RecordCount
from benchboard.identity.users import Person
from benchboard.ui.context import Context
from benchboard.ui.widgets import Button, Dialog, Edit, Field, Paragraph, Text, scroll_area

_REPORT_HEIGHT = 264
"""Pixels of the report, which scrolls."""
_TABLES: Final = frozenset({"users", "audit_log", *(kind.table for kind in person_records.KINDS)})


class ErasePersonDialog(Dialog):
    """Reads the report first, and again when something of it changes; the act needs it, and the name."""

    _grows = True

    def __init__(self, window: QWidget, context: Context, person: Person) -> None:
        title = _("Erase {name}?").format(name=person.name)
        super().__init__(window, title, size=QSize(560, 0), name="erase_person")
        self._context, self._person, self._name = context, person, ""
        told = _("This can't be undone. The account is deleted, and what is held about the person goes:")
        self._report = QWidget()
        self._report.setProperty("plain", "true")
        self._column = QVBoxLayout(self._report)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(Paragraph(_("Loading…"), "body", "muted"))
        area = scroll_area(self._report)
        area.setFixedHeight(_REPORT_HEIGHT)
        area.setAccessibleName(_("What goes and what stays"))
        self._edit = Edit(name="erase_name")
        self._field = Field("", self._edit, lines=1)
        for part in (Paragraph(told, "body", "secondary"), area, self._field):
            self.content.addWidget(part)
        self.add_button(Button(_("Cancel"), self.leave, name="erase_cancel"))
        self._act = self.add_button(Button(_("Erase person"), self._submit, kind="destroy", name="erase_act"))
        self._known: ErasureReport | None = None
        self._running = False
        """Whether the person is being erased: what changes then is the dialog's own doing."""
        self._edit.textChanged.connect(self._typed)
        self._edit.returnPressed.connect(self._submit)
        self.first_focus = self._edit
        self._call(person.name)
        self._update()
        context.changed.watch(self, _TABLES, self._read)
        self._read()

    def _call(self, name: str) -> None:
        """Name the person as they are called now."""
        if name != self._name:
            self._name = name
            title = _("Erase {name}?").format(name=name)
            self.setAccessibleName(title)
            self.heading.setText(title)
            self._field.set_label(_("Type “{name}” to confirm").format(name=name))

    def _read(self) -> None:
        if self._running:
            return
        actor, user_id = self._context.actor, self._person.id
        self._context.tasks.read(
            self, lambda session: person_erasure.report(session, actor, user_id), self._show, self._not_read
        )

    def _not_read(self, error: AppError) -> None:
        if not self._running:
            self._failed(error)

    def _show(self, told: ErasureReport) -> None:
        before = self._known
        if self._running or told == before:
            return
        self._known = told
        self._call(told.name)
        self._fill(told)
        self._update()
        if before is not None and not told.agrees_with(before):
            self._edit.clear()
            self._field.set_error(_("What goes and what stays has changed. Read it again, then type the name."))

    def _fill(self, told: ErasureReport) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._column.addWidget(Text(_("Goes"), "body_strong"))
        self._column.addWidget(Paragraph(_("Name, email address and password"), "body"))
        for one in told.goes:
            self._column.addWidget(Paragraph(_line(one), "body"))
        self._column.addSpacing(8)
        self._column.addWidget(Text(_("Stays"), "body_strong"))
        for one in told.stays:
            self._column.addWidget(Paragraph(_line(one), "body"))
            self._column.addWidget(Paragraph(person_erasure.why_kept_title(one.kind), "caption", "muted"))
        log = _("Entries of the audit log: {count}").format(count=number(told.audit_entries))
        self._column.addWidget(Paragraph(log, "body"))
        self._column.addWidget(Paragraph(person_erasure.audit_title(), "caption", "muted"))
        self._column.addStretch(1)

    def _typed(self, text: str) -> None:
        if text:
            self._field.set_error("")
        self._update()

    def _update(self) -> None:
        if self._known is None:
            self._act.disable(_("Loading…"))
        else:
            typed = self._edit.text().strip() == self._name
            self._act.disable("" if typed else _("Type the name to confirm."))

    def _submit(self) -> None:
        if not self._act.isEnabled():
            return
        context, actor, user_id, seen = self._context, self._context.actor, self._person.id, self._known
        self._running = True
        self._act.disable(_("Erasing…"))
        done = _("{name} erased").format(name=self._name)

        def finish(_report: ErasureReport) -> None:
            self.dismiss()
            context.problems.toast(done)

        context.tasks.change(
            self, lambda session: person_erasure.erase(session, actor, user_id, seen=seen), finish, self._not_erased
        )

    def _not_erased(self, error: AppError) -> None:
        """Other records go or stay than was read: show those, to be confirmed anew."""
        self._running = False
        if error.code == "people.erasure-changed":
            self._update()
            self._read()
        else:
            self._failed(error)

    def _failed(self, error: AppError) -> None:
        self.dismiss()
        self._context.problems.show(error)


def _line(one: RecordCount) -> str:
    return _("{title}: {count}").format(title=one.kind.shown_title, count=number(one.count))
