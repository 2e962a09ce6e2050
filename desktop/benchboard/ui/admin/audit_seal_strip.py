"""The strip of the audit log that says up to which entry its seals were verified, and verifies them."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, ngettext, number
from benchboard.identity import kept_seals
from benchboard.identity.audit_acceptance import accept_log
from benchboard.identity.audit_verification import (
    AuditFault,
    KnownSeal,
    count_sealed_after,
    fault_reason,
    fault_title,
    see_last,
    verify,
)
from benchboard.ui.admin.accept_log_dialog import AcceptLogDialog
from benchboard.ui.context import Context
from benchboard.ui.problems import Action, Notice
from benchboard.ui.tasks import DatabaseSession, Progress, Work
from benchboard.ui.time_format import full_time
from benchboard.ui.widgets import Button, Elided, Icon, hairline
from benchboard.ui.widgets.accessible import announce, describe, sentence
from benchboard.ui.widgets.surfaces import set_surface

_FAULT = "audit.fault"
"""The key of the banner about a broken seal."""
_HEIGHT = 56
_AGAIN_MS = 20_000
"""How often it is read again whether the log still has what this computer saw of it."""


@dataclass(frozen=True, slots=True)
class _SealState:
    """What is known of the seals: the last one verified on this computer and how many came after it; or what is
    wrong, as the last verification by any program of this computer found."""

    known: KnownSeal | None = None
    newer: int | None = None
    gone: KnownSeal | None = None
    """One that this computer saw and that isn't there any more."""
    fault: AuditFault | None = None
    sound: int = 0
    """How many entries before the fault are as they were sealed."""
    is_kept: bool = True
    """Whether the fault is kept on this computer; else it is known until the window closes."""


class AuditSealStrip(QWidget):
    """`entry_requested` asks for an entry by its ID and its number, which is None without a seal."""

    entry_requested = Signal(str, object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._work: Work | None = None
        self._state = _SealState()
        self._asked = 0
        """How often what is known was asked for: an answer that is overtaken by a later question is out of date."""
        set_surface(self, "surface")
        self.setFixedHeight(_HEIGHT + 1)
        self._icons = {
            tone: Icon(icon, tone, 24)
            for tone, icon in (
                ("ok", "ph.circle-wavy-check-fill"),
                ("text.muted", "ph.circle-wavy-question"),
                ("error", "ph.circle-wavy-warning-fill"),
            )
        }
        self.title = Elided("", "body_strong", fits_text=True)
        self._meaning = Elided("", "body", "secondary")
        self.more = Elided("", "caption", "muted")
        self.button = Button(_("Verify"), self._press, icon="ph.circle-wavy-check", name="audit_verify")
        line = QHBoxLayout()
        line.setContentsMargins(16, 0, 16, 0)
        line.setSpacing(12)
        centred = Qt.AlignmentFlag.AlignVCenter  # else the line below is drawn above the end of the strip
        for widget in self._icons.values():
            line.addWidget(widget, 0, centred)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.title)
        first.addWidget(self._meaning, 1)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch(1)
        words.addLayout(first)
        words.addWidget(self.more)
        words.addStretch(1)
        line.addLayout(words, 1)
        line.addWidget(self.button, 0, centred)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line, 1)
        column.addWidget(hairline())
        self._show()
        context.changed.watch(self, {"audit_logs"}, self.refresh)
        # Who cuts the log off beside Benchboard announces no change.
        again = QTimer(self, interval=_AGAIN_MS)
        again.setObjectName("audit_seals_again")
        again.timeout.connect(lambda: self.refresh() if self.isVisible() else None)
        again.start()
        self.refresh()

    def refresh(self) -> None:
        """Read again whether the last seals that were verified and seen are still there, and how many entries came
        after the one verified."""
        context, home = self._context, self._context.workspace.home
        seen = context.workspace.database.seen_seals
        self._asked += 1
        asked = self._asked

        def read(session: DatabaseSession) -> _SealState:
            found = kept_seals.find_fault(home, context.actor.organisation_id)
            if found is not None:
                return _SealState(fault=found[0], sound=found[1])
            counts = {
                known: count_sealed_after(session, context.actor, known)
                for known in kept_seals.find_all(home, seen, context.actor.organisation_id)
            }
            see_last(session, context.actor, seen)
            verified = next((one for one in counts if one.verified), None)
            gone = next((one for one, count in counts.items() if count is None), None)
            return _SealState(verified, counts[verified] if verified is not None else None, gone)

        def show(state: _SealState) -> None:
            if asked == self._asked and self._state.is_kept:
                if self._state.fault is not None and state.fault is None:
                    context.problems.dismiss(_FAULT)
                self._state = state
                self._show()

        context.tasks.read(self, read, show, lambda _error: None)

    def _press(self) -> None:
        if self._work is not None:
            self._work.cancel()
            return
        self.verify()

    def verify(self) -> None:
        """Verify the log, unless that is being done."""
        context = self._context
        self._run(lambda progress: _verify(context, progress))

    def _run(self, op: Callable[[Progress], _SealState]) -> None:
        if self._work is None:
            title = _("Verifying the audit log")
            self._work = self._context.tasks.run(self, op, self._finish, self._stop, title=title)
            self._show()

    def _finish(self, state: _SealState) -> None:
        self._work, self._state = None, state
        self._asked += 1  # what is being read may be from before
        self._show()
        fault = state.fault
        self._context.problems.dismiss(_FAULT)
        if fault is None:
            announce(self, " ".join((f"{self.title.text()}.", self._meaning.text())), again=True)
            self.refresh()
            return
        actions: tuple[Action, ...] = ()
        if fault.entry_id is not None:
            title = _("Show the entry") if fault.is_itself else _("Show the entry before it")
            place = fault.number if fault.is_itself or fault.number is None else fault.number - 1
            entry_id = fault.entry_id
            actions = (Action(title, lambda: self.entry_requested.emit(entry_id, place), keeps_notice=True),)
        if fault.known is not None:
            accept = Action(_("Accept the log as it is"), lambda: self._ask_to_accept(fault), keeps_notice=True)
            actions = (*actions, accept)
        self._context.problems.notify(
            Notice(fault_title(fault), fault_reason(fault), "error", actions=actions, key=_FAULT, place="admin/audit")
        )

    def _ask_to_accept(self, fault: AuditFault) -> None:
        """Ask whether the log is taken as it is, as after an older backup was restored, and why."""
        AcceptLogDialog(
            self, lambda reason: self._run(lambda progress: _accept(self._context, fault, reason, progress))
        ).open()

    def _stop(self, error: AppError) -> None:
        self._work = None
        self._show()
        if isinstance(error, Cancelled):
            announce(self, _("Verification stopped. {state}").format(state=self.title.text()), again=True)
        else:
            self._context.problems.show(error, self._press)

    def _show(self) -> None:
        """Say what is known, and no more."""
        state, tone, meaning = self._state, "text.muted", ""
        known = state.known
        if self._work is not None:
            title, more = _("Verifying"), _("Every entry is read and its seal computed again.")
        elif state.fault is not None:
            tone, more = "error", fault_title(state.fault)
            title = _("Verified up to entry {number} only").format(number=number(state.sound))
            if not state.sound:
                title = _("No entry is verified")
        elif state.gone is not None:
            tone, title = (
                "error",
                _("Entry {number}, or one before it, isn't what it was").format(number=number(state.gone.number)),
            )
            told = (
                _("It was verified on this computer {time}. Verify the log again.")
                if state.gone.verified
                else _("This computer saw it {time}. Verify the log.")
            )
            more = told.format(time=full_time(state.gone.at))
        elif known is None:
            title, more = _("Not verified yet"), _("Check that no entry is missing or changed.")
        else:
            tone = "ok"
            title = _("Sealed, verified up to entry {number}").format(number=number(known.number))
            meaning = _("Each of them is as it was sealed.")
            more = _("On this computer, {time}.").format(time=full_time(known.at))
            if state.newer:
                newer = ngettext(
                    "{count} newer entry isn't verified yet.", "{count} newer entries aren't verified yet.", state.newer
                )
                more = f"{more} {newer.format(count=number(state.newer))}"
        for name, icon in self._icons.items():
            icon.setVisible(name == tone)
        self.title.setText(title)
        self._meaning.setText(meaning)
        self.more.setText(more)
        self.button.set_title(_("Verify") if self._work is None else _("Stop"))
        parts = (f"{title}.", meaning, sentence(more))
        describe(self.button, " ".join(filter(None, parts)))  # the strip itself isn't reached by keys


def _reporting(progress: Progress) -> Callable[[int, int], None]:
    def report(done: int, total: int) -> None:
        progress.report(done, total, _("{done} of {total} entries").format(done=number(done), total=number(total)))
        progress.check()

    return report


def _accept(context: Context, fault: AuditFault, reason: str, progress: Progress) -> _SealState:
    """Take the log as it is, and know its last seal instead of what was known."""
    home, seen = context.workspace.home, context.workspace.database.seen_seals
    found = accept_log(context.database, context.actor, home, seen, fault, reason, _reporting(progress))
    if found.fault is not None:
        return _kept_fault(context, found.fault, found.entries)
    return _SealState(kept_seals.find(home, context.actor.organisation_id), 0)


def _verify(context: Context, progress: Progress) -> _SealState:
    """Verify the whole log, and keep its last seal if every one fits."""
    home, organisation_id = context.workspace.home, context.actor.organisation_id
    known = kept_seals.find_all(home, context.workspace.database.seen_seals, organisation_id)
    with context.database.read() as session:
        found = verify(session, context.actor, known=known, progress=_reporting(progress))
    if found.fault is not None:
        return _kept_fault(context, found.fault, found.entries)
    if found.seal is None:
        return _SealState()
    seal = KnownSeal(found.entries, found.seal, datetime.now(UTC))
    with contextlib.suppress(OSError):  # then it is known until the window closes
        kept_seals.keep(home, organisation_id, seal)
    return _SealState(seal, 0)


def _kept_fault(context: Context, fault: AuditFault, sound: int) -> _SealState:
    try:
        kept_seals.keep_fault(context.workspace.home, context.actor.organisation_id, fault, sound)
    except OSError:
        return _SealState(fault=fault, sound=sound, is_kept=False)
    return _SealState(fault=fault, sound=sound)
