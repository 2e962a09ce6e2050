"""The dialog that asks for the name of a role or a team, and does with it what it is for; errors are shown at the
field."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.ui.context import Context
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button, Dialog, Edit, Field, ProblemText, Select

_LONGEST = 100
_WIDTH = 400


@dataclass(frozen=True, slots=True)
class Entered:
    """What was entered; `description` and `base` are empty where they aren't asked for."""

    name: str
    description: str = ""
    base: str = ""


class NameDialog(Dialog):
    """Asks for a name; with `description` (not None) also for that, with `bases` (key and title) what to begin with.

    `op` runs on a worker with what was entered, `done` is called with its result after the dialog has closed.
    """

    _grows = True

    def __init__(
        self,
        window: QWidget,
        context: Context,
        title: str,
        action: str,
        op: Callable[[DatabaseSession, Entered], Any],
        done: Callable[[Any], object],
        *,
        name: str = "",
        description: str | None = None,
        bases: Sequence[tuple[str, str]] = (),
        base: str = "",
        owner: QWidget | None = None,
    ) -> None:
        super().__init__(window, title, name="name_dialog")
        self._context, self._op, self._done, self._owner = context, op, done, owner or window
        self._name = Field(_("Name"), Edit(name="name_field"), lines=1)
        self._name.edit.setMaxLength(_LONGEST)
        self._name.edit.setText(name)
        self._name.edit.selectAll()
        self._name.edit.setMinimumWidth(_WIDTH)
        self._name.edit.returnPressed.connect(self._accept)
        self._name.edit.textChanged.connect(lambda _text: self._name.set_error(""))
        self.content.addWidget(self._name)
        self._description: Field | None = None
        if description is not None:
            self._description = Field(_("Description"), Edit(name="name_description"), lines=1)
            self._description.edit.setText(description)
            self._description.edit.returnPressed.connect(self._accept)
            self.content.addWidget(self._description)
        self._base: Select | None = None
        if bases:
            self._base = Select(bases, name="name_base", label=_("Begin with the permissions of"))
            self._base.set_current_key(base)
            self.content.addWidget(Field(_("Begin with the permissions of"), self._base))
        self._problem = ProblemText()
        self.content.addWidget(self._problem)
        self.add_button(Button(_("Cancel"), self.leave, name="name_cancel"))
        self._accept_button = self.add_button(Button(action, self._accept, kind="primary", name="name_accept"))

    def _accept(self) -> None:
        if not self._accept_button.isEnabled():
            return
        entered = Entered(
            self._name.text().strip(),
            self._description.text().strip() if self._description is not None else "",
            self._base.current_key() if self._base is not None else "",
        )
        if not entered.name:
            self._name.set_error(_("Enter a name."), again=True)
            self._name.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._accept_button.wait(_("Saving…"))
        op, done = self._op, self._done

        def finish(result: Any) -> None:
            self.dismiss_to(lambda: done(result))

        self._context.tasks.change(self, lambda session: op(session, entered), finish, self._on_failed)

    def _on_failed(self, error: AppError) -> None:
        self._accept_button.disable("")
        text = " ".join(part for part in (error.what, error.why, error.do) if part)
        fields = {"name": self._name, "description": self._description}
        field = fields.get(str(error.facts.get("field")))
        if field is not None:
            field.set_error(text, again=True)
            field.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self._problem.say("" if field is not None else text)
