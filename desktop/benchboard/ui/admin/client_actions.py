"""An admin's actions on OAuth clients. Those that end what works are asked first, in numbers; the others can be
undone."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, ngettext, number
from benchboard.identity.oauth import clients
from benchboard.identity.oauth.clients import ClientRecord, IssuedSecret
from benchboard.identity.permissions import has_permission
from benchboard.identity.roles import denied_title
from benchboard.ui.admin.admin_format import undone_text
from benchboard.ui.admin.client_dialog import ClientDialog
from benchboard.ui.admin.client_secret_dialogs import NewSecretDialog, RotateSecretDialog
from benchboard.ui.commands import Handler
from benchboard.ui.context import Context
from benchboard.ui.time_format import full_time
from benchboard.ui.widgets import Confirm


def why_no_changes(context: Context) -> str:
    """Why this person can't change clients; empty if they can."""
    return "" if has_permission(context.actor, "clients:write") else denied_title("clients:write")


def handlers_for_client(context: Context, owner: QWidget, client: ClientRecord) -> dict[str, Handler]:
    """The commands for a client, as its state allows."""

    def why_not() -> str:
        return why_no_changes(context)

    def why_not_rotated() -> str:
        public = _("Public clients have no secret.") if client.type == "public" else ""
        return why_no_changes(context) or public

    handlers = {
        "admin.edit_client": Handler(lambda: edit(context, owner, client), why_not),
        "admin.rotate_secret": Handler(lambda: rotate(context, owner, client), why_not_rotated),
        "admin.delete_client": Handler(lambda: delete(context, owner, client), why_not),
    }
    if client.disabled_at is None:
        handlers["admin.disable_client"] = Handler(lambda: disable(context, owner, client), why_not)
    else:
        handlers["admin.enable_client"] = Handler(lambda: enable(context, owner, client), why_not)
    return handlers


def create(context: Context, owner: QWidget, done: Callable[[ClientRecord], object]) -> None:
    """Ask for a new client, and show its secret."""

    def made(issued: IssuedSecret) -> None:
        done(issued.client)

        def undo() -> None:
            context.tasks.change(
                owner,
                lambda session: clients.delete_client(session, context.actor, issued.client.id),
                lambda _revoked: context.problems.toast(
                    undone_text(_("new OAuth client “{name}”").format(name=issued.client.name))
                ),
            )

        def say() -> None:
            context.problems.toast(_("OAuth client “{name}” registered").format(name=issued.client.name), undo)

        if issued.secret:
            shown = NewSecretDialog(owner.window(), issued)
            shown.dismissed.connect(say)
            shown.open()
        else:
            say()

    ClientDialog(owner.window(), context, made=made).open()


def edit(context: Context, owner: QWidget, client: ClientRecord) -> None:
    """Ask for other values."""
    ClientDialog(owner.window(), context, client=client, owner=owner).open()


def rotate(context: Context, owner: QWidget, client: ClientRecord) -> None:
    """Ask how long the old secret goes on working, and show the new one."""

    def rotated(issued: IssuedSecret) -> None:
        shown = NewSecretDialog(owner.window(), issued)
        shown.dismissed.connect(lambda: context.problems.toast(rotated_text(issued)))
        shown.open()

    RotateSecretDialog(owner.window(), context, client, rotated).open()


def rotated_text(issued: IssuedSecret) -> str:
    """That a secret was rotated, and until when the old one works."""
    client = issued.client
    if client.previous_secret_until is None:
        return _("Secret of “{name}” rotated. The old one no longer works.").format(name=client.name)
    words = _("Secret of “{name}” rotated. The old one, ending in {hint}, works until {time}.")
    return words.format(
        name=client.name, hint=client.previous_secret_hint, time=full_time(client.previous_secret_until)
    )


def end_previous(context: Context, owner: QWidget, client: ClientRecord) -> None:
    """End the old secret now, after a question."""

    def run() -> None:
        context.tasks.change(
            owner,
            lambda session: clients.end_previous_secret(session, context.actor, client.id),
            lambda now: context.problems.toast(_("Old secret of “{name}” ended").format(name=now.name)),
        )

    text = _("Whatever still uses the secret ending in {hint} gets no more tokens. You can't undo this.")
    Confirm(
        owner.window(),
        _("End the old secret of “{name}”?").format(name=client.name),
        text.format(hint=client.previous_secret_hint),
        act=_("End old secret"),
        keep=_("Keep it"),
        run=run,
    ).open()


def disable(context: Context, owner: QWidget, client: ClientRecord) -> None:
    """Disable a client: if it has tokens, after a question that says how many."""

    def run() -> None:
        context.tasks.change(
            owner,
            lambda session: clients.disable_client(session, context.actor, client.id),
            lambda _revoked: context.problems.toast(
                _("OAuth client “{name}” disabled").format(name=client.name), lambda: enable(context, owner, client)
            ),
        )

    _ask_about_tokens(
        owner, client, run, _("Disable the OAuth client “{name}”?"), _("Disable client"),
        _("You can enable it again, but it has to get new tokens."),
    )  # fmt: skip


def enable(context: Context, owner: QWidget, client: ClientRecord) -> None:
    """Let it get tokens again."""
    context.tasks.change(
        owner,
        lambda session: clients.enable_client(session, context.actor, client.id),
        lambda _none: context.problems.toast(
            _("OAuth client “{name}” enabled").format(name=client.name), lambda: disable(context, owner, client)
        ),
    )


def delete(context: Context, owner: QWidget, client: ClientRecord) -> None:
    """Delete a client: if it has tokens, after a question that says how many."""

    def restore() -> None:
        context.tasks.change(
            owner,
            lambda session: clients.restore_client(session, context.actor, client.id),
            lambda now: context.problems.toast(_("OAuth client “{name}” restored").format(name=now.name), run),
        )

    def run() -> None:
        context.tasks.change(
            owner,
            lambda session: clients.delete_client(session, context.actor, client.id),
            lambda _revoked: context.problems.toast(
                _("OAuth client “{name}” deleted").format(name=client.name), restore
            ),
        )

    _ask_about_tokens(
        owner, client, run, _("Delete the OAuth client “{name}”?"), _("Delete client"),
        _("You can restore it, but it has to get new tokens."),
    )  # fmt: skip


def _ask_about_tokens(
    owner: QWidget, client: ClientRecord, run: Callable[[], None], question: str, act: str, after: str
) -> None:
    if not client.tokens:
        run()
        return
    tokens = ngettext("{count} token is revoked.", "{count} tokens are revoked.", client.tokens)
    people = ngettext("{count} person uses it.", "{count} people use it.", client.people)
    counted = [
        words.format(count=number(count))
        for words, count in ((people, client.people), (tokens, client.tokens))
        if count
    ]
    Confirm(
        owner.window(),
        question.format(name=client.name),
        " ".join((*counted, after)),
        act=act,
        keep=_("Keep client"),
        run=run,
    ).open()
