"""The setting of one's own two-step sign-in: whether it is on, and how to turn it on or off."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.i18n import _, ngettext
from benchboard.identity import second_factor
from benchboard.identity.second_factor import FactorState
from benchboard.ui.shell.settings_section import SettingRow
from benchboard.ui.shell.two_step_dialogs import TurnOffDialog, TurnOnDialog
from benchboard.ui.widgets.buttons import Button

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class TwoStepRow(QWidget):
    """Follows what is stored; who has no password isn't offered it."""

    def __init__(self, context: "Context") -> None:
        super().__init__()
        self._context = context
        self._state = FactorState(False, 0)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._row: SettingRow | None = None
        self._button = Button("", self._turn, name="settings_two_step")
        self._button.hide()
        context.changed.watch(
            self, {"mfa_factors", "recovery_codes", "organisations", "user_roles", "role_permissions"}, self._refresh
        )
        self._refresh()

    def _refresh(self) -> None:
        actor = self._context.actor
        self._context.tasks.read(self, lambda session: second_factor.own_state(session, actor), self._show)

    def _show(self, state: FactorState) -> None:
        self._state = state
        left = ngettext("{count} recovery code is left.", "{count} recovery codes are left.", state.codes_left)
        on = _("A code of your authenticator app is asked for at each sign-in. {left}")
        off = _("Ask for a code of an authenticator app at each sign-in, besides your password.")
        sentence = on.format(left=left.format(count=state.codes_left)) if state.is_on else off
        organisation = self._context.actor.organisation
        required = _("{organisation} requires it.").format(organisation=organisation) if state.is_required else ""
        if required and not state.is_on:
            required = _("{organisation} requires it from your next sign-in on.").format(organisation=organisation)
        sentence = f"{sentence} {required}".strip()
        self._button.set_title(_("Turn off") if state.is_on else _("Turn on"))
        self._button.disable(required if state.is_on else "")
        self._button.setAccessibleDescription(sentence)
        had_focus = self._button.hasFocus()
        old, self._row = self._row, SettingRow(_("Two-step sign-in"), sentence, self._button)
        self._column.addWidget(self._row)
        self._button.show()
        if old is not None:
            old.hide()
            old.deleteLater()
        if had_focus:
            self._button.setFocus()

    def _turn(self) -> None:
        if self._state.is_on:
            done = _("Two-step sign-in is off.")
            TurnOffDialog(self.window(), self._context, lambda: self._context.problems.toast(done)).open()
        else:
            TurnOnDialog(self.window(), self._context).open()
