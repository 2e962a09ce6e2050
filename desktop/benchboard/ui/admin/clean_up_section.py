"""The setting of what has expired: what is cleared, when it last was, what is due, and the button that does it now."""

from PySide6.QtCore import QObject

from benchboard.errors import AppError
from benchboard.i18n import _, sentence_start
from benchboard.identity import clean_up
from benchboard.identity.clean_up import CleanUpCounts, CleanUpState
from benchboard.identity.permissions import has_permission
from benchboard.identity.roles import denied_title
from benchboard.ui.context import Context
from benchboard.ui.shell.settings_section import ReadableSetting, SettingRow, SettingsSection
from benchboard.ui.tasks import Progress
from benchboard.ui.time_format import refresh_times, relative_time
from benchboard.ui.widgets import Button, Confirm

_TABLES = frozenset({"organisations", "sessions", "tokens", "refresh_tokens", "authorization_codes", "invitations",
                     "email_verification_tokens", "password_reset_tokens"})  # fmt: skip


def when_sentence(context: Context) -> str:
    """Who clears what has expired, and how often."""
    if context.workspace.location.kind == "server":
        return _("“benchboard worker --once” does it too: let a timer run it once a day.")
    return _("Benchboard does it once a day while it's open.")


class CleanUp(QObject):
    """Follows what is stored."""

    def __init__(self, section: SettingsSection, context: Context) -> None:
        super().__init__(section)
        self._section, self._context = section, context
        self._state: CleanUpState | None = None
        self._button = Button(_("Clear now"), self._ask, icon="ph.eraser", name="clean_up_now")
        self._button.disable(_("Loading…"))
        self._row = SettingRow(_("What has expired"), _("Loading…"), self._button)
        self._readable = ReadableSetting(self._row, self._read_out)
        section.add(self._readable)
        context.changed.watch(self, _TABLES, self.refresh)
        refresh_times(section, self._show_state)
        self.refresh()

    def refresh(self) -> None:
        """Read what is stored again."""
        actor = self._context.actor
        self._context.tasks.read(self, lambda session: clean_up.get_state(session, actor), self._show)

    def _show(self, state: CleanUpState) -> None:
        self._state = state
        self._show_state()

    def _show_state(self) -> None:
        state = self._state
        if state is None:
            return
        last = sentence_start(relative_time(state.last)) if state.last is not None else _("Never")
        told = [clean_up.rules_sentence(), _("Last cleared: {time}.").format(time=last)]
        if state.due.total:
            told.append(_("Due now: {counts}.").format(counts=clean_up.counts_text(state.due)))
        allowed = has_permission(self._context.actor, "organisations:upkeep")
        denied = "" if allowed else denied_title("organisations:upkeep")
        reason = denied or ("" if state.due.total else _("There's nothing to clear."))
        self._row.set_sentence(" ".join([*told, reason] if reason else told))
        self._button.disable(reason)
        self._readable.set_reachable(not self._button.isEnabled())

    def _read_out(self) -> str:
        """What is read of the row while there is nothing to press in it: also why."""
        button = _("{button}: button, disabled. {reason}")
        told = self._row.text().removesuffix(self._button.reason).rstrip()
        return f"{told} {button.format(button=self._button.text(), reason=self._button.reason)}"

    def _ask(self) -> None:
        if self._state is None:
            return
        counts = clean_up.counts_text(self._state.due)
        Confirm(
            self._section.window(),
            _("Clear what has expired?"),
            _("{counts}. None of it can be used any more. This can't be undone.").format(counts=counts),
            act=_("Clear"),
            keep=_("Cancel"),
            run=self._run,
        ).open()

    def _run(self) -> None:
        context, actor = self._context, self._context.actor
        database = context.database

        def op(progress: Progress) -> CleanUpCounts:
            def step(cleared: int) -> None:
                progress.report(cleared, None)
                progress.check()

            return clean_up.clean_up(database, actor, step)

        def done(counts: CleanUpCounts) -> None:
            text = clean_up.counts_text(counts)
            context.problems.toast(
                _("Cleared {counts}").format(counts=text) if text else _("There was nothing to clear")
            )

        def failed(error: AppError) -> None:
            self.refresh()
            context.problems.show(error)

        self._button.disable(_("Clearing…"))
        context.tasks.run(self, op, done, failed, title=_("Clearing what has expired"))
