"""What an admin does to people and sessions, from whichever screen: said before, done in a transaction, undone where
it can be."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, ngettext
from benchboard.identity import people
from benchboard.identity.people import OpenSession, Person
from benchboard.ui.context import Context
from benchboard.ui.widgets import Confirm


def set_state(context: Context, owner: QWidget, chosen: Sequence[Person], state: str) -> None:
    """Disable (`inactive`) or activate people, and offer to take it back."""
    moved = [person for person in chosen if person.state != state]
    if state == "inactive" and any(person.id == context.actor.user_id for person in moved):
        moved = [person for person in moved if person.id != context.actor.user_id]
        context.problems.notice(
            _("You stay active: nobody disables themselves."), _("Another admin can do it."), key="people.self"
        )
    if not moved:
        return
    ids = [person.id for person in moved]

    def undo() -> None:
        back = "active" if state == "inactive" else "inactive"
        context.tasks.change(
            owner,
            lambda session: people.set_state(session, context.actor, ids, back),
            lambda _count: context.problems.toast(_state_sentence(moved, back)),
        )

    context.tasks.change(
        owner,
        lambda session: people.set_state(session, context.actor, ids, state),
        lambda _count: context.problems.toast(_state_sentence(moved, state), undo),
    )


def confirm_revoking_all(context: Context, owner: QWidget, chosen: Sequence[Person]) -> None:
    """Say what revoking every session of these people does; do it when confirmed."""
    count = sum(person.sessions for person in chosen)
    if not count:
        context.problems.toast(_("Nobody chosen is signed in anywhere."))
        return
    ids = [person.id for person in chosen]
    if len(chosen) == 1:
        sentence = _("{name} is signed out everywhere within 5 seconds. {lost}")
    else:
        sentence = _("{count} people are signed out everywhere within 5 seconds. {lost}")
    _confirm(
        owner,
        count,
        sentence.format(name=chosen[0].name, count=len(chosen), lost=_lost()) + _mine(context, ids),
        lambda: context.tasks.change(
            owner,
            lambda session: people.revoke_all(session, context.actor, ids),
            lambda ended: context.problems.toast(_ended_sentence(ended)),
        ),
    )


def confirm_revoking(context: Context, owner: QWidget, chosen: Sequence[OpenSession]) -> None:
    """Say what revoking these sessions does; do it when confirmed."""
    if not chosen:
        return
    ids = [one.id for one in chosen]
    if len(chosen) == 1:
        sentence = _("{name} is signed out on {host} within 5 seconds. {lost}")
        sentence = sentence.format(name=chosen[0].person, host=chosen[0].host_name or "?", lost=_lost())
    else:
        sentence = _("{count} desktops are signed out within 5 seconds. {lost}").format(count=len(ids), lost=_lost())
    if any(one.mine for one in chosen):
        sentence += " " + _("One of them is this window.") if len(chosen) > 1 else " " + _("It is this window.")
    _confirm(
        owner,
        len(ids),
        sentence,
        lambda: context.tasks.change(
            owner,
            lambda session: people.revoke_sessions(session, context.actor, ids),
            lambda ended: context.problems.toast(_ended_sentence(ended)),
        ),
    )


def _confirm(owner: QWidget, count: int, consequences: str, run: Callable[[], object]) -> None:
    title = ngettext("Revoke {count} session", "Revoke {count} sessions", count).format(count=count)
    keep = ngettext("Keep it", "Keep them", count)
    Confirm(owner.window(), title, consequences, act=title, keep=keep, run=run).open()


def _lost() -> str:
    return _("What is not saved there is lost; signing in again is possible at once.")


def _mine(context: Context, ids: Sequence[str]) -> str:
    return " " + _("This window stays signed in.") if context.actor.user_id in ids else ""


def _ended_sentence(count: int) -> str:
    return ngettext("{count} session revoked", "{count} sessions revoked", count).format(count=count)


def _state_sentence(moved: Sequence[Person], state: str) -> str:
    if len(moved) == 1:
        sentence = _("{name} is disabled and signed out") if state == "inactive" else _("{name} is active again")
        return sentence.format(name=moved[0].name)
    if state == "inactive":
        return _("{count} people are disabled and signed out").format(count=len(moved))
    return _("{count} people are active again").format(count=len(moved))
