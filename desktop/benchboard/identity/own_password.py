"""A person's own password, which only who knows the current one changes: whoever finds a computer unlocked can't.

Anybody may, whatever their roles. Two-step sign-in stays on: its secret is encrypted anew, by the new password.
"""

from sqlalchemy import select

from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.identity import audit, own_tries, passwords, second_factor, sessions, sign_in_policy
from benchboard.identity.permissions import Actor
from benchboard.storage import guard
from benchboard.storage.engine import Transactions
from benchboard.storage.models.identity import User


def change(database: Transactions, actor: Actor, *, password: str, new: str, code: str = "") -> int:
    """Replace the actor's own password and end their other sessions; returns how many ended.

    `password` is the current one; `code` is needed where two-step sign-in is on. Raises `Invalid` for a wrong password
    and `Denied` for a wrong or a missing code (field `code`), counted as at a sign-in; `Invalid` (field `new`) as
    `passwords.require_acceptable` does.
    """
    with database.read() as session:
        shortest = sign_in_policy.find_policy(session, actor.organisation_id).shortest_password
    _require_new(actor, password, new, shortest)
    with own_tries.counted(database, actor, no_tries=second_factor.NO_TRIES), database.change() as session:
        session.scalars(select(User.id).where(User.id == actor.user_id).with_for_update()).one()
        second_factor.require_password(session, actor, password)
        second_factor.check(session, actor.user_id, password=password, code=code, client=actor.client)
        second_factor.encrypt_again(session, actor.user_id, password=password, new=new)
        guard.set_password(session, actor.user_id, passwords.hash_password(new))
        audit.record(session, actor, "user.set-password", actor.user_id)
        return sessions.end_own_others(session, actor)


def _require_new(actor: Actor, password: str, new: str, shortest: int) -> None:
    if new == password:
        raise Invalid(
            "own-password.same",
            _("The new password is the one that you entered as the current one."),
            do=_("Choose a different one, such as four unrelated words."),
            field="new",
        )
    try:
        passwords.require_acceptable(new, email=actor.email, shortest=shortest)
    except Invalid as refused:
        refused.facts["field"] = "new"
        raise
