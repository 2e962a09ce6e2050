"""The hint below a field for a new password, by the rules of the organisation."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from benchboard.i18n import _
from benchboard.identity import passwords, sign_in_policy
from benchboard.ui.context import Context


def password_hint(shortest: int = passwords.SHORTEST) -> str:
    """What a new password is like; `shortest` is in characters."""
    return _("At least {shortest} characters. Four unrelated words work well. Don't include the email address.").format(
        shortest=shortest
    )


def follow_shortest(context: Context, owner: QObject, show: Callable[[int], None]) -> None:
    """Call `show` with how many characters the organisation's new passwords have, now and when it changes."""
    organisation = context.actor.organisation_id

    def refresh() -> None:
        context.tasks.read(
            owner, lambda session: sign_in_policy.find_policy(session, organisation).shortest_password, show
        )

    context.changed.watch(owner, {"organisations"}, refresh)
    refresh()
