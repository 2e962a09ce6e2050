"""The dialog that erases a person: what goes, what stays and why, and the person's name to type."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.errors import AppError
from benchboard.i18n import _, number
from benchboard.identity import person_erasure
from benchboard.identity.person_erasure import ErasureReport, RecordCount
from benchboard.identity.users import Person
from benchboard.ui.context import Context
from benchboard.ui.widgets import Button, Dialog, Edit, Field, Paragraph, Text, scroll_area

_REPORT_HEIGHT = 264
"""Pixels of the report, which scrolls."""


class ErasePersonDialog(Dialog):
    """Reads the report first; the act needs it, and the name."""

    _grows = True

    def __init__(self, window: QWidget, context: Context, person: Person) -> None:
        title = _("Erase {name}?").format(name=person.name)
        super().__init__(window, title, size=QSize(560, 0), name="erase_person")
        self._context, self._person = context, person
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
        for part in (
            Paragraph(told, "body", "secondary"),
            area,
            Field(_("Type “{name}” to confirm").format(name=person.name), self._edit),
        ):
            self.content.addWidget(part)
        self.add_button(Button(_("Cancel"), self.dismiss, name="erase_cancel"))
        self._act = self.add_button(Button(_("Erase person"), self._submit, kind="destroy", name="erase_act"))
        self._known: ErasureReport | None = None
        self._edit.textChanged.connect(lambda _text: self._update())
        self._edit.returnPressed.connect(self._submit)
        self.first_focus = self._edit
        self._update()
        actor = context.actor
        context.tasks.read(
            self, lambda session: person_erasure.report(session, actor, person.id), self._show, self._failed
        )

    def _show(self, told: ErasureReport) -> None:
        self._known = told
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
        self._update()

    def _update(self) -> None:
        if self._known is None:
            self._act.disable(_("Loading…"))
        else:
            typed = self._edit.text().strip() == self._person.name
            self._act.disable("" if typed else _("Type the name to confirm."))

    def _submit(self) -> None:
        if not self._act.isEnabled():
            return
        context, actor, user_id = self._context, self._context.actor, self._person.id
        self._act.disable(_("Erasing…"))
        done = _("{name} erased").format(name=self._person.name)

        def finish(_report: ErasureReport) -> None:
            self.dismiss()
            context.problems.toast(done)

        context.tasks.change(self, lambda session: person_erasure.erase(session, actor, user_id), finish, self._failed)

    def _failed(self, error: AppError) -> None:
        self.dismiss()
        self._context.problems.show(error)


def _line(one: RecordCount) -> str:
    return _("{title}: {count}").format(title=one.kind.shown_title, count=number(one.count))
