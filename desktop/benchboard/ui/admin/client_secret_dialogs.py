"""The dialogs of a client's secret: how long the old one goes on working, and the new one, shown once."""

from collections.abc import Callable
from datetime import timedelta

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from benchboard.errors import AppError
from benchboard.i18n import _, ngettext
from benchboard.identity.oauth import clients
from benchboard.identity.oauth.clients import OVERLAPS, ClientRecord, IssuedSecret
from benchboard.ui.context import Context
from benchboard.ui.time_format import full_time
from benchboard.ui.widgets import Button, Dialog, Field, KeyValue, Paragraph, ProblemText, Select, copyable
from benchboard.ui.widgets.shown_secret import ShownSecret
from benchboard.ui.widgets.store_first_dialog import StoreFirstDialog

_DEFAULT = timedelta(days=1)


class NewSecretDialog(StoreFirstDialog):
    """Shows a secret that is nowhere else."""

    def __init__(self, window: QWidget, issued: IssuedSecret) -> None:
        super().__init__(
            window, _("Secret of “{name}”").format(name=issued.client.name), size=QSize(560, 0), name="new_secret"
        )
        client = issued.client
        text = _("Benchboard keeps only its hash and the last four characters.")
        self.content.addWidget(Paragraph(text, "body", "secondary"))
        self.content.addWidget(
            KeyValue([(_("Client ID"), copyable(client.client_id, _("client ID")))], label=_("Client"))
        )
        secret = ShownSecret(
            issued.secret,
            label=_("Secret"),
            renew=_("The secret is hidden. Rotate it if you don't have it."),
            name="new_secret_value",
        )
        self.content.addWidget(secret)
        if client.previous_secret_until is not None:
            old = _("The secret ending in {hint} works until {time}, so nothing stops.")
            old = old.format(hint=client.previous_secret_hint, time=full_time(client.previous_secret_until))
            self.content.addWidget(Paragraph(old, "caption", "muted"))
        self.first_focus = secret.copy
        stored = _("I stored it where {name} reads it").format(name=client.name)
        self.ask_stored(stored, _("Store the secret first: it can't be shown again."), name="new_secret")
        secret.expired.connect(self.expire)


class RotateSecretDialog(Dialog):
    """Asks how long the old secret goes on working, and rotates it."""

    _grows = True

    def __init__(
        self, window: QWidget, context: Context, client: ClientRecord, done: Callable[[IssuedSecret], object]
    ) -> None:
        title = _("Rotate the secret of “{name}”").format(name=client.name)
        super().__init__(window, title, size=QSize(460, 0), name="rotate_secret")
        self._context, self._client, self._done = context, client, done
        text = _("You get a new secret. Until the old one ends, the client can use either.")
        self.content.addWidget(Paragraph(text, "body", "secondary"))
        choices = [(str(at), overlap_title(one)) for at, one in enumerate(OVERLAPS)]
        self._overlap = Select(choices, name="rotate_overlap", label=_("The old secret ends"))
        self._overlap.set_current_key(str(OVERLAPS.index(_DEFAULT)))
        self._overlap.currentIndexChanged.connect(self._explain)
        self._field = Field(_("The old secret ends"), self._overlap, note=" ")
        self.content.addWidget(self._field)
        if client.previous_secret_hint is not None:
            older = _("The secret before it, ending in {hint}, ends at once.").format(hint=client.previous_secret_hint)
            self.content.addWidget(Paragraph(older, "caption", "warn"))
        self._problem = ProblemText()
        self.content.addWidget(self._problem)
        self.add_button(Button(_("Cancel"), self.leave, name="rotate_cancel"))
        self._act = self.add_button(Button(_("Rotate secret"), self._submit, kind="primary", name="rotate_act"))
        self._explain()

    def _chosen(self) -> timedelta:
        return OVERLAPS[int(self._overlap.current_key())]

    def _explain(self) -> None:
        at_once = _("Whatever uses the secret ending in {hint} stops until it has the new one.")
        later = _("Give {name} the new secret before then.")
        note = later.format(name=self._client.name) if self._chosen() else at_once.format(hint=self._client.secret_hint)
        self._field.set_note(note)

    def _submit(self) -> None:
        if not self._act.isEnabled():
            return
        self._act.wait(_("Rotating…"))
        actor, client_id, overlap = self._context.actor, self._client.id, self._chosen()
        self._context.tasks.change(
            self,
            lambda session: clients.rotate_secret(session, actor, client_id, overlap=overlap),
            self._on_rotated,
            self._on_failed,
        )

    def _on_rotated(self, issued: IssuedSecret) -> None:
        self.dismiss_before(lambda: self._done(issued))

    def _on_failed(self, error: AppError) -> None:
        self._act.disable("")
        self._problem.say(str(error))


def overlap_title(overlap: timedelta) -> str:
    """When an old secret ends, after a rotation."""
    if not overlap:
        return _("At once")
    if overlap < timedelta(days=1):
        hours = int(overlap / timedelta(hours=1))
        return ngettext("In {count} hour", "In {count} hours", hours).format(count=hours)
    return ngettext("In {count} day", "In {count} days", overlap.days).format(count=overlap.days)
