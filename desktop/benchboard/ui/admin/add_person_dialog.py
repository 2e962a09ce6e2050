"""The dialog that adds a person; fields are validated while they are filled in."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from benchboard.errors import AppError, Invalid
from benchboard.i18n import _
from benchboard.identity import passwords, users
from benchboard.identity.email_addresses import normalise
from benchboard.identity.roles import DEFAULT_ROLE, ROLES, role_title
from benchboard.identity.users import Person
from benchboard.ui.context import Context
from benchboard.ui.sign_in.demo_picker import role_description
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button, CheckBox, Dialog, Edit, Field, Paragraph, Select


class AddPersonDialog(Dialog):
    """Asks for a person and adds them. `added` emits the new person."""

    added = Signal(object)

    def __init__(self, window: QWidget, context: Context) -> None:
        super().__init__(window, _("Add person"), size=QSize(460, 516), name="add_person")
        self._context = context
        self._build_fields()
        self._build_footer()
        self._checks: tuple[tuple[Field, Callable[[], None]], ...] = (
            (self._email, lambda: _ignore(normalise(self._email.text()))),
            (self._name, lambda: users.require_name(self._name.text())),
            (
                self._password,
                lambda: passwords.require_acceptable(self._password.text(), email=self._email.text()),
            ),
        )
        self._touched: set[Field] = set()
        for field, _check in self._checks:
            field.edit.textChanged.connect(lambda _text, field=field: self._typed(field))
            field.edit.returnPressed.connect(self._submit)
        self._role_choice.currentIndexChanged.connect(self._explain_role)
        self._explain_role()
        self._validate()

    def _build_fields(self) -> None:
        self._email = Field(_("Email"), Edit(placeholder="name@example.com", name="add_email"))
        self._name = Field(
            _("Name"),
            Edit(name="add_name"),
            note=_("Shown to colleagues. Leave empty to use the part of the email address before the @."),
        )
        self._role_choice = Select([(role, role_title(role)) for role in ROLES], name="add_role", label=_("Role"))
        self._role_choice.set_current_key(DEFAULT_ROLE)
        self._role = Field(_("Role"), self._role_choice, note=" ")
        self._password = Field(
            _("Password"),
            Edit(name="add_password"),
            note=_(
                "At least {shortest} characters. Four unrelated words work well. Don't include the email address."
            ).format(shortest=passwords.SHORTEST),
        )
        self._password.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._show = CheckBox(_("Show password"))
        self._show.setObjectName("add_show")
        self._show.toggled.connect(self._reveal)
        for widget in (self._email, self._name, self._role, self._password, self._show):
            self.content.addWidget(widget)
        self.content.addStretch(1)
        self.content.addWidget(
            Paragraph(
                _("Benchboard doesn't send an invitation. Give them the password yourself."),
                "caption",
                "muted",
            )
        )

    def _build_footer(self) -> None:
        self.add_button(Button(_("Cancel"), self.dismiss, name="add_cancel"))
        self._add = self.add_button(Button(_("Add person"), self._submit, kind="primary", name="add_act"))
        self._add.add_key_cap("Ctrl Enter")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._submit()
        else:
            super().keyPressEvent(event)

    def _reveal(self, on: bool) -> None:
        self._password.edit.setEchoMode(QLineEdit.EchoMode.Normal if on else QLineEdit.EchoMode.Password)

    def _explain_role(self) -> None:
        self._role.set_note(role_description(self._role_choice.current_key()))

    def _typed(self, field: Field) -> None:
        self._touched.add(field)
        self._validate()

    def _validate(self) -> None:
        """Show the error below each field that was edited; enable the button if there is none."""
        first = ""
        for field, check in self._checks:
            wrong = ""
            try:
                check()
            except Invalid as error:
                wrong = f"{error.what} {error.why or error.do}"
            field.set_error(wrong if field in self._touched and field.text() else "")
            first = first or wrong
        self._add.disable(first)

    def _submit(self) -> None:
        if not self._add.isEnabled():
            return
        self._add.disable(_("Adding person…"))
        email, name = self._email.text(), self._name.text()
        role, password = self._role_choice.current_key(), self._password.text()

        def op(session: DatabaseSession) -> Person:
            actor = self._context.actor
            return users.add_person(session, actor, email=email, name=name, role=role, password=password)

        self._context.tasks.change(self, op, self._on_added, self._on_failed)

    def _on_added(self, person: Person) -> None:
        self.dismiss()
        self.added.emit(person)

    def _on_failed(self, error: AppError) -> None:
        fields = {"email": self._email, "name": self._name, "password": self._password}
        field = fields.get(str(error.facts.get("field")))
        self._validate()
        if field is None:
            self.dismiss()
            self._context.problems.show(error)
        else:
            field.set_error(f"{error.what} {error.why or error.do}")
            field.edit.setFocus()


def _ignore(_value: object) -> None:
    """Do nothing: a check only raises."""
