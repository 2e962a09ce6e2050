"""The settings of signing in: for whom two-step sign-in is required, and how long passwords are. What a stricter rule
does is asked first, in numbers."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number
from benchboard.identity import second_factor, sign_in_policy
from benchboard.identity.second_factor import FactorState
from benchboard.identity.sign_in_policy import TWO_STEP_FOR, PolicyEffects, SignInPolicy, two_step_title
from benchboard.ui.admin import user_actions
from benchboard.ui.admin.people_view import NEEDING_TWO_STEP
from benchboard.ui.context import Context
from benchboard.ui.shell.settings_section import ReadableSetting, SettingRow, SettingsSection, padded
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button, Confirm, Paragraph, Select
from benchboard.ui.widgets.labels import plain_tooltip

_LENGTHS: Final = (12, 14, 16, 20, 24, 32)
"""Characters that passwords can be required to have, besides what is required already."""
_TABLES: Final = frozenset({"organisations", "users", "user_roles", "role_permissions", "mfa_factors", "sessions"})


def add_sign_in_rules(section: SettingsSection, context: Context) -> QObject | None:
    """Add the rows, and return what keeps them true; or, where nobody signs in with a password, say so."""
    if context.workspace.location.kind == "server":
        return SignInRules(section, context)
    told = _(
        "Nobody signs in with a password here. On a shared server, you can require two-step sign-in and longer "
        "passwords."
    )
    section.add(ReadableSetting(padded(Paragraph(told, "body", "secondary")), lambda: told))
    return None


class SignInRules(QObject):
    """Shows what is stored, and changes it."""

    def __init__(self, section: SettingsSection, context: Context) -> None:
        super().__init__(section)
        self._section, self._context = section, context
        self._policy, self._uses_it, self._signed_in = SignInPolicy(), False, 0
        self._two_step = Select(
            [(one, two_step_title(one)) for one in TWO_STEP_FOR],
            name="rules_two_step",
            label=_("Two-step sign-in is required for"),
        )
        self._length = Select(name="rules_password_length", label=_("Shortest password"))
        self._show = Button(
            _("Show them"), lambda: context.go(f"admin/people/{NEEDING_TWO_STEP}"), kind="link", name="rules_show"
        )
        self._revoke_them = Button(_("Revoke their sessions"), self._revoke, kind="link", name="rules_revoke_sessions")
        for link in (self._show, self._revoke_them):
            link.hide()
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        line.addWidget(self._show)
        line.addWidget(self._revoke_them)
        line.addWidget(self._two_step)
        self._two_step_row = SettingRow(_("Two-step sign-in is required for"), _("Loading…"), holder)
        length = _("New passwords have at least so many characters. Those that are set stay as they are.")
        self._length_row = SettingRow(_("Shortest password"), length, self._length)
        for row in (self._two_step_row, self._length_row):
            section.add(row)
        for select in (self._two_step, self._length):
            select.setMinimumWidth(160)
            select.setEnabled(False)
        self._two_step.currentIndexChanged.connect(self._choose_two_step)
        self._length.currentIndexChanged.connect(self._choose_length)
        context.changed.watch(self, _TABLES, self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Read what is stored again."""
        actor = self._context.actor

        def read(session: DatabaseSession) -> tuple[SignInPolicy, PolicyEffects, FactorState]:
            policy = sign_in_policy.get_policy(session, actor)
            effects = sign_in_policy.count_effects(session, actor, policy)
            return policy, effects, second_factor.own_state(session, actor)

        self._context.tasks.read(self, read, lambda found: self._show_rules(*found))

    def _show_rules(self, policy: SignInPolicy, effects: PolicyEffects, own: FactorState) -> None:
        self._policy, self._uses_it, self._signed_in = policy, own.is_on, effects.signed_in
        lengths = sorted({*_LENGTHS, policy.shortest_password})
        self._length.set_choices([(str(one), number(one)) for one in lengths])
        self._show_policy()
        self._show.setVisible(effects.without > 0)
        self._revoke_them.setVisible(effects.signed_in > 0)
        self._revoke_them.disable(user_actions.why_no_revoking(self._context))
        self._two_step_row.set_sentence(_state_sentence(policy, effects, uses_it=own.is_on))
        why_not = user_actions.why_no_rules(self._context)
        first = "" if own.is_on or policy.two_step != "nobody" else _("Turn it on for yourself first, in Settings.")
        for select, reason in ((self._two_step, why_not or first), (self._length, why_not)):
            select.setEnabled(not reason)
            select.setToolTip(plain_tooltip(reason))

    def _show_policy(self) -> None:
        self._two_step.set_current_key(self._policy.two_step)
        self._length.set_current_key(str(self._policy.shortest_password))

    def _choose_two_step(self) -> None:
        """Ask, with the numbers of now, before more people are required to; then save."""
        chosen = next(one for one in TWO_STEP_FOR if one == self._two_step.current_key())
        wanted, actor = replace(self._policy, two_step=chosen), self._context.actor
        if TWO_STEP_FOR.index(chosen) <= TWO_STEP_FOR.index(self._policy.two_step):
            self._save(wanted)
            return

        def ask(effects: PolicyEffects) -> None:
            question = {
                "admins": _("Require two-step sign-in of everyone who can open Admin?"),
                "everybody": _("Require two-step sign-in of everyone?"),
            }[chosen]
            confirm = Confirm(
                self._section.window(), question, effects_sentence(effects), act=_("Require it"), keep=_("Cancel"),
                run=lambda: self._save(wanted),
            )  # fmt: skip
            confirm.dismissed.connect(self._show_policy)
            confirm.open()

        self._context.tasks.read(
            self, lambda session: sign_in_policy.count_effects(session, actor, wanted), ask, self._failed
        )

    def _revoke(self) -> None:
        user_actions.revoke_without_two_step_after_confirm(self._context, self._section, self._signed_in)

    def _choose_length(self) -> None:
        self._save(replace(self._policy, shortest_password=int(self._length.current_key())))

    def _save(self, policy: SignInPolicy) -> None:
        actor, seen = self._context.actor, self._policy

        def done(before: SignInPolicy) -> None:
            if before != policy:
                self._policy = policy
                self._show_policy()
                self._context.problems.toast(_("Sign-in rules saved"), lambda: self._save(before))

        self._context.tasks.change(
            self, lambda session: sign_in_policy.change_policy(session, actor, policy, seen=seen), done, self._failed
        )

    def _failed(self, error: AppError) -> None:
        self._show_policy()
        self._context.problems.show(error)


def effects_sentence(effects: PolicyEffects) -> str:
    """What requiring two-step sign-in does, in numbers."""
    concerned = ngettext("It concerns {count} person.", "It concerns {count} people.", effects.people)
    told = [concerned.format(count=number(effects.people))]
    if not effects.without:
        told.append(_("All of them use it already."))
        return " ".join(told)
    without = ngettext(
        "{count} of them hasn't set it up, and does so at the next sign-in, before anything else.",
        "{count} of them haven't set it up, and do so at their next sign-in, before anything else.",
        effects.without,
    )
    told.append(without.format(count=number(effects.without)))
    if effects.signed_in:
        stay = ngettext(
            "{count} of these is signed in now and can go on working until then.",
            "{count} of these are signed in now and can go on working until then.",
            effects.signed_in,
        )
        told.append(stay.format(count=number(effects.signed_in)))
    told.append(_("They need an authenticator app on their phone."))
    return " ".join(told)


def _state_sentence(policy: SignInPolicy, effects: PolicyEffects, *, uses_it: bool) -> str:
    """The hint of the setting: what it asks, and of whom it is still missing."""
    told = _("A code of an authenticator app at each sign-in, besides the password.")
    if policy.two_step == "nobody":
        return told if uses_it else f"{told} {_('Turn it on for yourself first, in Settings.')}"
    if not effects.without:
        all_have = _("Everyone whom it is required of has set it up.")  # in an f-string, pybabel doesn't find it
        return f"{told} {all_have}"
    missing = ngettext(
        "{count} of {total} hasn't set it up yet.", "{count} of {total} haven't set it up yet.", effects.without
    )
    told = f"{told} {missing.format(count=number(effects.without), total=number(effects.people))}"
    if not effects.signed_in:
        return told
    stay = ngettext("{count} is signed in without it now.", "{count} are signed in without it now.", effects.signed_in)
    return f"{told} {stay.format(count=number(effects.signed_in))}"
