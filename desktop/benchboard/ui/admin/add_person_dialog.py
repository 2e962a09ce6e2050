"""The dialog that adds a person; fields are validated while they are filled in, and all of them on adding."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from benchboard.errors import AppError, Denied, Invalid
from benchboard.i18n import _
from benchboard.identity import passwords, person_names, users
from benchboard.identity.email_addresses import normalise
from benchboard.identity.roles import DEFAULT_ROLE, ROLES, role_title
from benchboard.identity.users import Person
from benchboard.ui.context import Context
from benchboard.ui.password_hint import follow_shortest, password_hint
from benchboard.ui.sign_in.demo_picker import role_description
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button, CheckBox, Dialog, Edit, Field, Paragraph, ProblemText, Select


class AddPersonDialog(Dialog):
    """Asks for a person and adds them. `added` emits the new person.

    It asks for a password where people sign in with one: on a shared server. `existing_requested` emits the ID of the
    person who has the email address already, when their details are asked for instead.
    """

    _grows = True
    added = Signal(object)
    existing_requested = Signal(str)

    def __init__(self, window: QWidget, context: Context, *, asks_password: bool) -> None:
        super().__init__(window, _("Add person"), size=QSize(460, 0), name="add_person")
        self._context = context
        self._asks_password = asks_password
        self._shortest = passwords.SHORTEST
        self._build_fields()
        self._build_footer()
        self._checks: tuple[tuple[Field, Callable[[], None]], ...] = (
            (self._email, self._check_email),
            (self._name, lambda: person_names.require_name(self._name.text())),
            *(((self._password, self._check_password),) if asks_password else ()),
        )
        self._touched: set[Field] = set()
        for field, _check in self._checks:
            field.edit.textChanged.connect(lambda _text, field=field: self._typed(field))
            field.edit.editingFinished.connect(partial(self._left, field))
            field.edit.returnPressed.connect(self._submit)
        self._role_choice.currentIndexChanged.connect(self._explain_role)
        self._explain_role()
        if asks_password:
            follow_shortest(context, self, self._show_shortest)

    def _show_shortest(self, shortest: int) -> None:
        self._shortest = shortest
        self._password.set_note(password_hint(shortest))
        self._validate()

    def _build_fields(self) -> None:
        self._email = Field(_("Email"), Edit(placeholder="name@example.com", name="add_email"), lines=1)
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
            note=password_hint(),
        )
        self._password.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._show = CheckBox(_("Show password"))
        self._show.setObjectName("add_show")
        self._show.toggled.connect(self._reveal)
        self._existing_id = ""
        self._show_existing = Button("", self._request_existing, kind="link", name="add_show_existing")
        self._show_existing.hide()
        note = (
            _("Benchboard doesn't send an invitation. Give them the password yourself.")
            if self._asks_password
            else users.local_account_sentence()
        )
        self.content.addWidget(Paragraph(note, tone="secondary"))
        for widget in (self._email, self._name, self._role, self._password, self._show):
            self.content.addWidget(widget)
        self._password.setVisible(self._asks_password)
        self._show.setVisible(self._asks_password)
        self.content.insertWidget(self.content.indexOf(self._email) + 1, self._show_existing)
        self._problem = ProblemText()
        self.content.addWidget(self._problem)

    def _build_footer(self) -> None:
        self.add_button(Button(_("Cancel"), self.leave, name="add_cancel"))
        self._add = self.add_button(Button(_("Add person"), self._submit, kind="primary", name="add_act"))
        self._add.add_key_cap("Ctrl Enter")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._submit()
        elif enter and self._role_choice.hasFocus():
            self._role_choice.showPopup()
        else:
            super().keyPressEvent(event)

    def _reveal(self, on: bool) -> None:
        self._password.edit.setEchoMode(QLineEdit.EchoMode.Normal if on else QLineEdit.EchoMode.Password)

    def _explain_role(self) -> None:
        self._role.set_note(role_description(self._role_choice.current_key()))

    def _request_existing(self) -> None:
        self.dismiss()
        self.existing_requested.emit(self._existing_id)

    def _typed(self, field: Field) -> None:
        if field is self._email:
            self._show_existing.hide()
        # What is wrong is said when the field is left: in the middle of an address, each letter would be another error.
        self._touched.discard(field)
        self._validate()

    def _left(self, field: Field) -> None:
        if field.text():
            self._touched.add(field)
            self._validate()

    def _check_email(self) -> None:
        if not self._email.text().strip():
            raise Invalid("people.email", _("Enter an email address."), do=_("Use the format name@example.com."))
        normalise(self._email.text())

    def _check_password(self) -> None:
        if not self._password.text():
            wanted = _("It needs at least {shortest} characters.").format(shortest=self._shortest)
            raise Invalid("people.password", _("Enter a password."), do=wanted)
        passwords.require_acceptable(self._password.text(), email=self._email.text(), shortest=self._shortest)

    def _validate(self, *, again: bool = False) -> list[Field]:
        """Show the error below each field that was edited or submitted; returns all wrong fields, from the top. What is
        wrong is told `again` to who tries again."""
        wrong = self._wrong_fields()
        for field, _check in self._checks:
            field.set_error(wrong.get(field, "") if field in self._touched else "", again=again)
        return list(wrong)

    def _wrong_fields(self) -> dict[Field, str]:
        """The fields that are wrong, from the top, with what is wrong."""
        wrong = {}
        for field, check in self._checks:
            try:
                check()
            except Invalid as error:
                wrong[field] = f"{error.what} {error.why or error.do}"
        return wrong

    def _submit(self) -> None:
        """Add the person; where fields are wrong, mark them all and focus the first."""
        if not self._add.isEnabled():
            return
        self._touched.update(field for field, _check in self._checks)
        if wrong := self._validate(again=True):
            wrong[0].edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._problem.say("")
        self._add.wait(_("Adding person…"))
        email, name = self._email.text(), self._name.text()
        role, password = self._role_choice.current_key(), self._password.text() if self._asks_password else None

        def op(session: DatabaseSession) -> Person:
            actor = self._context.actor
            return users.add_person(session, actor, email=email, name=name, role=role, password=password)

        self._context.tasks.change(self, op, self._on_added, self._on_failed)

    def _on_added(self, person: Person) -> None:
        self.dismiss()
        self.added.emit(person)

    def _on_failed(self, error: AppError) -> None:
        """Say at the field what is wrong with it, and anything else below all fields: what was typed stays."""
        fields = {"email": self._email, "name": self._name, "password": self._password}
        field = fields.get(str(error.facts.get("field")))
        self._add.disable("")
        self._existing_id = str(error.facts.get("user_id", ""))
        if isinstance(error, Denied):  # nobody could be added any more
            self.dismiss()
            self._context.problems.show(error)
        elif field is None:
            self._problem.say(" ".join(part for part in (error.what, error.why, error.do) if part))
        else:
            field.set_error(f"{error.what} {error.why or error.do}", again=True)
            field.edit.setFocus()
            if self._existing_id:
                self._show_existing.set_title(_("Show {name}").format(name=error.facts.get("name", "")))
                self._show_existing.show()
