"""The shell's own cells of the status bar: data location, save state, running tasks, organisation."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from benchboard import workspace
from benchboard.i18n import _, ngettext
from benchboard.identity.roles import role_title
from benchboard.ui.commands import REGISTRY
from benchboard.ui.sections import PendingConflict
from benchboard.ui.tasks import Tasks, Work
from benchboard.ui.widgets.badges import Badge
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.key_value import KeyValue
from benchboard.ui.widgets.labels import Elided, Text, hairline
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.popover import Popover, copyable, heading

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_LOCATION_ICON = {"local": "ph.laptop", "demo": "ph.play", "file": "ph.file", "server": "ph.database"}


class ShellStatusCells(QObject):
    """Updates the shell's own cells for one session. `saves_itself`: whether the current view saves edits as they are
    made; `says_saved`: whether it says itself whether they are, so that the cell isn't read out."""

    def __init__(
        self,
        context: "Context",
        unsaved: Callable[[], list[str]],
        conflicts: Callable[[], list[PendingConflict]],
        saves_itself: Callable[[], bool],
        says_saved: Callable[[], bool],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._context, self._unsaved, self._conflicts = context, unsaved, conflicts
        self._saves_itself, self._says_saved = saves_itself, says_saved
        self._database = context.database_state
        self._had_trouble = False
        """Whether something couldn't be stored since all was."""
        tasks: Tasks = context.tasks
        location = context.workspace.location
        context.status.set(
            "where",
            _LOCATION_ICON[location.kind],
            workspace.location_title(location),
            self._fill_location,
            tip=workspace.database_on_server(location) if location.kind == "server" else location.detail,
        )
        context.status.set("organisation", "", context.actor.organisation, self._fill_organisation)
        self._database.changed.connect(self.refresh)
        tasks.saving_changed.connect(self.refresh)
        tasks.running_changed.connect(self._show_running)
        self.refresh()
        self._show_running()

    def refresh(self) -> None:
        """Update the cell of the save state."""
        status, database = self._context.status, self._database
        self._had_trouble |= database.file_unusable is not None or database.unreachable_since is not None
        if self._database.file_unusable is not None:
            status.set("saved", "ph.warning-circle", _("Not saved"), self._fill_saving, tone="error", announced=True)
        elif self._database.unreachable_since is not None:
            text = _("No response since {time}").format(time=self._database.unreachable_since.strftime("%H:%M"))
            status.set("saved", "ph.cloud-slash", text, self._fill_saving, tone="warn", announced=True)
        elif count := sum(conflict.count for conflict in self._conflicts()):
            text = ngettext("{count} conflict to resolve", "{count} conflicts to resolve", count)
            text = text.format(count=count)
            self._had_trouble = True
            status.set("saved", "ph.warning", text, self._fill_conflicts, tone="error", announced=True)
        elif self._context.tasks.saving and self._saves_itself():
            status.set("saved", "ph.arrows-clockwise", _("Saving"), self._fill_saving, tone="info")
        elif self._unsaved():
            status.set("saved", "ph.pencil-simple", _("Not saved yet"), self._fill_saving)
        else:
            # What was done is told by whoever did it; that it is stored is news only after it couldn't be.
            announced = self._had_trouble and not self._says_saved()
            status.set("saved", "ph.check", _("Saved"), self._fill_saving, tone="ok", announced=announced)
            self._had_trouble = False

    def _show_running(self) -> None:
        running = self._context.tasks.running
        status = self._context.status
        if not running:
            status.remove("work")
            return
        first = running[0]
        share = first.done / first.total if first.total else None
        text = (
            running_task_text(first)
            if len(running) == 1
            else ngettext("{count} running", "{count} running", len(running))
        )
        icon = "" if share is not None else "ph.spinner-gap"  # the bar says it
        status.set("work", icon, text.format(count=len(running)), self._fill_running, share=share)

    def _fill_location(self, popover: Popover) -> None:
        location = self._context.workspace.location
        badge = {
            "local": Badge("ok", _("Encrypted"), "ph.lock-simple-fill"),
            "demo": Badge("info", _("Demo"), "ph.play"),
            "file": Badge("warn", _("Not encrypted"), "ph.lock-simple-open"),
            "server": Badge("warn", _("Trusted networks only"), "ph.shield-warning"),
        }[location.kind]
        popover.column.addWidget(heading(workspace.location_title(location), badge))
        popover.column.addWidget(KeyValue(location_facts(self._context)))
        popover.column.addWidget(hairline())
        popover.column.addWidget(Paragraph(location_sentence(location.kind), "caption", "muted"))
        if location.kind == "demo":
            command = REGISTRY["window.leave_demo"]
            leave = Button(command.text, self._context.choose_location, icon=command.icon, name="status_leave_demo")
            popover.column.addWidget(leave)

    def _fill_saving(self, popover: Popover) -> None:
        if (unusable := self._database.file_unusable) is not None:
            popover.column.addWidget(heading(unusable.what))
            popover.column.addWidget(Paragraph(f"{unusable.why} {unusable.do}".strip(), "body", "secondary"))
            return
        if self._database.unreachable_since is not None:
            popover.column.addWidget(heading(_("The database isn't responding")))
            sentence = _("Benchboard keeps trying. You're seeing data as of {time}.")
            popover.column.addWidget(
                Paragraph(sentence.format(time=self._database.unreachable_since.strftime("%H:%M")), "body", "secondary")
            )
            return
        saving, unsaved = self._context.tasks.saving, self._unsaved()
        if unsaved and not saving:
            popover.column.addWidget(heading(_("Not saved yet")))
            sentence = _("Not saved yet: {names}.").format(names=", ".join(unsaved))
            popover.column.addWidget(Paragraph(sentence, "body", "secondary"))
            return
        popover.column.addWidget(heading(_("Saving") if saving else _("Saved")))
        popover.column.addWidget(
            Paragraph(
                _("Each change is saved as you make it, in full or not at all. You don't need to save."),
                "body",
                "secondary",
            )
        )

    def _fill_conflicts(self, popover: Popover) -> None:
        """List the conflicts, each with a button that opens it."""
        popover.column.addWidget(heading(_("Conflicts")))
        for conflict in self._conflicts():
            line = QHBoxLayout()
            line.addWidget(Elided(conflict.name), 1)
            line.addWidget(
                Button(
                    _("Resolve"),
                    partial(_resolve, popover, conflict),
                    size="sm",
                    name=f"decide_{conflict.key}",
                )
            )
            popover.column.addLayout(line)
        popover.column.addWidget(hairline())
        sentence = _("Nothing was overwritten, and nothing is saved until you resolve the conflict.")
        popover.column.addWidget(Paragraph(sentence, "caption", "muted"))

    def _fill_organisation(self, popover: Popover) -> None:
        actor = self._context.actor
        popover.column.addWidget(heading(actor.organisation))
        popover.column.addWidget(
            KeyValue(
                (
                    (_("You"), Elided(actor.name)),
                    (_("Email"), Elided(actor.email)),
                    (_("Role"), Elided(role_titles(actor.roles))),
                )
            )
        )

    def _fill_running(self, popover: Popover) -> None:
        running = self._context.tasks.running
        popover.column.addWidget(heading(_("Running tasks"), Text(str(len(running)), "body", "muted")))
        for work in running:
            popover.column.addWidget(hairline())
            popover.column.addWidget(RunningTaskRow(work, self._context.tasks))


class RunningTaskRow(QWidget):
    """A running task in the popover: title, progress, and a button to stop it."""

    def __init__(self, work: Work, tasks: Tasks) -> None:
        super().__init__()
        self._work = work
        text_column = QVBoxLayout()
        text_column.setSpacing(1)
        self._note = Elided("", "caption", "muted")
        text_column.addWidget(Elided(work.title))
        text_column.addWidget(self._note)
        self._stop = Button(_("Cancel"), work.cancel, size="sm", name="cancel_work")
        top = QHBoxLayout()
        top.addLayout(text_column, 1)
        top.addWidget(self._stop)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._bar.setAccessibleName(work.title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self._bar)
        tasks.running_changed.connect(self._update)
        self._update()

    def _update(self) -> None:
        work = self._work
        if work.finished:
            self._note.setText(_("Done"))
        elif work.cancelled:
            self._note.setText(_("Stopping"))
        else:
            steps = _("{done} of {total}").format(done=work.done, total=work.total) if work.total else ""
            self._note.setText(work.note or steps)
        self._stop.setEnabled(not (work.cancelled or work.finished))
        self._bar.setVisible(bool(work.total))
        if work.total:
            self._bar.setRange(0, work.total)
            self._bar.setValue(work.done)


def _resolve(popover: Popover, conflict: PendingConflict) -> None:
    popover.close()
    conflict.resolve()


def running_task_text(work: Work) -> str:
    """A running task as short text, for the status bar."""
    if work.total and work.note:
        return f"{work.title}, {work.note}"
    if work.total:
        return _("{title}, {done} of {total}").format(title=work.title, done=work.done, total=work.total)
    return work.title


def role_titles(slugs: frozenset[str]) -> str:
    """The titles of roles, as text."""
    return ", ".join(role_title(slug) for slug in sorted(slugs)) or _("None")


def location_facts(context: "Context") -> tuple[tuple[str, QWidget], ...]:
    """The data location as names and values."""
    location = context.workspace.location
    if location.kind == "server":
        return (
            (_("Database"), copyable(location.database, _("Database"))),
            (_("Server"), copyable(location.detail, _("Server"))),
            (_("Access"), Elided(_("Not checked by the server: the database role sees everything"))),
        )
    encrypted = _("SQLCipher, AES-256") if location.encrypted else _("None")
    facts: list[tuple[str, QWidget]] = [
        (_("File"), copyable(location.detail, _("File"), wrap=True)),
        (_("Encryption"), Elided(encrypted)),
    ]
    if location.key_storage == "file":
        facts.append((_("Key folder"), copyable(str(context.workspace.home / "vault"), _("Key folder"), wrap=True)))
    else:
        facts.append((_("Key"), Elided(_("System keyring") if location.key_storage == "keyring" else _("None"))))
    return tuple(facts)


def location_sentence(kind: str) -> str:
    """What a kind of data location means, as a sentence."""
    return {
        "local": _("One file on this computer. Back it up together with the “vault” folder, which holds its keys."),
        "demo": _("The demo has its own file. Your own data isn't touched."),
        "file": _("An unencrypted database file. Anyone who can read the file can read everything in it."),
        "server": _("A shared server. Benchboard checks who can see what; the server doesn't yet."),
    }[kind]
