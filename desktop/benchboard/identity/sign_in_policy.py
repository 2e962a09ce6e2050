"""What an organisation asks of its people when they sign in: for whom two-step sign-in is required, and how long new
passwords are.

It is kept in `organisations.password_policy`; what isn't there is as before there was a policy.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, get_args

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from benchboard.errors import Conflict, Invalid
from benchboard.i18n import _
from benchboard.identity import audit, passwords
from benchboard.identity.permissions import Actor, require
from benchboard.storage import clock
from benchboard.storage.models.identity import Organisation, Permission, RolePermission, SignInSession, User, UserRole
from benchboard.storage.models.sign_in import MfaFactor

TwoStepFor = Literal["nobody", "admins", "everybody"]
TWO_STEP_FOR: Final[tuple[TwoStepFor, ...]] = get_args(TwoStepFor)
"""Each concerns all whom the one before does. `admins` are all who can open Admin, by whichever role."""
LONGEST_SHORTEST: Final = 64
"""The greatest length that a policy can ask of passwords (NIST SP 800-63B wants 64 characters to be accepted)."""


@dataclass(frozen=True, slots=True)
class SignInPolicy:
    """For whom two-step sign-in is required; how many characters new passwords have at least."""

    two_step: TwoStepFor = "nobody"
    shortest_password: int = passwords.SHORTEST


@dataclass(frozen=True, slots=True)
class PolicyEffects:
    """How many active people a policy requires two-step sign-in of, how many of them haven't set it up, and how many of
    these are signed in now, elsewhere than in the session that asks."""

    people: int
    without: int
    signed_in: int


def get_policy(session: Session, actor: Actor) -> SignInPolicy:
    """The policy of the actor's organisation."""
    require(actor, "organisations:read")
    return find_policy(session, actor.organisation_id)


def find_policy(session: Session, organisation_id: str) -> SignInPolicy:
    """The policy of an organisation, for signing in to it."""
    query = select(Organisation.password_policy).where(Organisation.id == organisation_id)
    return _read(session.scalar(query))


def count_effects(session: Session, actor: Actor, policy: SignInPolicy) -> PolicyEffects:
    """Whom a policy would concern now."""
    require(actor, "organisations:read")
    without = [_concerned(actor, policy.two_step), ~_has_factor()]
    open_now = exists().where(
        SignInSession.user_id == User.id,
        SignInSession.expires_at > clock.now(),
        SignInSession.id.is_distinct_from(actor.session_id),
    )
    counts = (
        select(func.count()).select_from(User).where(*conditions)
        for conditions in ([_concerned(actor, policy.two_step)], without, [*without, open_now])
    )
    return PolicyEffects(*(session.scalar(count) or 0 for count in counts))


def change_policy(
    session: Session, actor: Actor, policy: SignInPolicy, *, seen: SignInPolicy | None = None
) -> SignInPolicy:
    """Replace the policy; returns the one before (to undo it).

    Raises `Conflict` (`policy.own-two-step`) for who requires two-step sign-in without using it themselves: once
    nobody's codes fit, as with a server whose clock is wrong, no admin could sign in to take it back; and
    (`policy.changed-meanwhile`) if it isn't what the editor showed (`seen`) any more. Raises `Invalid` for a length
    that can't be asked for.
    """
    require(actor, "organisations:write")
    _require_valid(policy)
    row = session.scalars(select(Organisation).where(Organisation.id == actor.organisation_id).with_for_update()).one()
    before = _read(row.password_policy)
    if seen is not None and before != seen:
        raise Conflict(
            "policy.changed-meanwhile",
            _("Someone else changed the sign-in rules meanwhile."),
            do=_("Look at the new rules, then change them again if needed."),
        )
    if policy == before:
        return before
    if TWO_STEP_FOR.index(policy.two_step) > TWO_STEP_FOR.index(before.two_step):
        _require_own_factor(session, actor)
    row.password_policy = {**(row.password_policy or {}), **asdict(policy)}
    session.flush()
    pairs = {field.name: [getattr(before, field.name), getattr(policy, field.name)] for field in fields(policy)}
    changes = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    audit.record(session, actor, "organisation.change-sign-in", actor.organisation_id, changes=changes)
    return before


def is_required(session: Session, user: User) -> bool:
    """Whether two-step sign-in is required of this person, who signs in with a password."""
    two_step = find_policy(session, user.organisation_id).two_step
    if two_step != "admins":
        return two_step == "everybody"
    return session.scalar(select(User.id).where(User.id == user.id, _opens_admin())) is not None


def needs_two_step() -> ColumnElement[bool]:
    """The condition that a person has to set up two-step sign-in when they sign in next."""
    two_step = Organisation.password_policy["two_step"].as_string()
    required = exists().where(
        Organisation.id == User.organisation_id,
        or_(two_step == "everybody", and_(two_step == "admins", _opens_admin())),
    )
    active = User.status == "active"
    return and_(required.correlate(User), ~_has_factor(), active, User.deleted_at.is_(None), _takes_password())


def two_step_title(two_step: str) -> str:
    """For whom two-step sign-in is required; an unknown value as it is."""
    titles = {"nobody": _("Nobody"), "admins": _("Everyone who can open Admin"), "everybody": _("Everyone")}
    return titles.get(two_step, two_step)


def _concerned(actor: Actor, two_step: TwoStepFor) -> ColumnElement[bool]:
    conditions = [
        User.organisation_id == actor.organisation_id, User.status == "active", User.deleted_at.is_(None),
        _takes_password(),
    ]  # fmt: skip
    if two_step != "everybody":
        conditions.append(_opens_admin())
    return and_(*conditions) if two_step != "nobody" else User.id.is_(None)


def _opens_admin() -> ColumnElement[bool]:
    """The condition that one of a person's roles, a system role or one of the organisation's own, opens Admin: who can
    read people and the audit log has what two-step sign-in protects, whatever the role is called."""
    return (
        exists()
        .where(
            UserRole.user_id == User.id,
            UserRole.organisation_id == User.organisation_id,
            RolePermission.role_id == UserRole.role_id,
            Permission.id == RolePermission.permission_id,
            Permission.name == "admin:enter",
        )
        .correlate(User)
    )


def _takes_password() -> ColumnElement[bool]:
    return and_(User.account_type == "USER", User.os_user.is_(None))


def _has_factor() -> ColumnElement[bool]:
    factor = aliased(MfaFactor)
    return exists().where(factor.user_id == User.id).correlate(User)


def _require_own_factor(session: Session, actor: Actor) -> None:
    own = select(MfaFactor.id).where(MfaFactor.user_id == actor.user_id)
    if session.scalar(own) is None:
        raise Conflict(
            "policy.own-two-step",
            _("You don't use two-step sign-in yourself."),
            why=_("If no code fitted, because a clock is wrong, nobody could sign in to change this."),
            do=_("Turn it on in Settings, then require it."),
            field="two_step",
        )


def _require_valid(policy: SignInPolicy) -> None:
    if policy.two_step not in TWO_STEP_FOR:
        values = ", ".join(TWO_STEP_FOR)
        raise Invalid("policy.two-step", _("Choose one of: {values}.").format(values=values), field="two_step")
    if not passwords.SHORTEST <= policy.shortest_password <= LONGEST_SHORTEST:
        what = _("Passwords can be required to have {least} to {most} characters.")
        raise Invalid(
            "policy.password",
            what.format(least=passwords.SHORTEST, most=LONGEST_SHORTEST),
            field="shortest_password",
        )


def _read(stored: Any) -> SignInPolicy:
    """A policy as it is stored, also by an older or a later version."""
    values = stored if isinstance(stored, dict) else {}
    two_step: TwoStepFor = next((one for one in TWO_STEP_FOR if one == values.get("two_step")), "nobody")
    shortest = values.get("shortest_password")
    known = isinstance(shortest, int) and passwords.SHORTEST <= shortest <= LONGEST_SHORTEST
    return SignInPolicy(two_step, shortest if known and isinstance(shortest, int) else passwords.SHORTEST)
