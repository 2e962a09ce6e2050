"""The second factor: a code of an authenticator app (TOTP), or a recovery code where that is lost.

The secret that both sides know is encrypted by a key that is derived from the person's password, which is at hand
whenever a code is checked, on every computer: the organisation's data key is only on some. So a password
that an admin sets ends the second factor; one that the person chooses, knowing the present one, doesn't.

Sources: RFC 6238 (SHA-1, 30 s, 6 digits, which every app has), RFC 9106 (Argon2id).
"""

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final

import pyotp
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from benchboard.errors import Conflict, Denied, Invalid
from benchboard.i18n import _
from benchboard.identity import audit, own_tries, passwords, sessions, sign_in_policy, users
from benchboard.identity.keys import DataKey, Sealed
from benchboard.identity.permissions import Actor, Client, require
from benchboard.storage import clock, guard
from benchboard.storage.engine import Transactions
from benchboard.storage.models.identity import Organisation, User
from benchboard.storage.models.sign_in import MfaFactor, RecoveryCode

CODE_NEEDED: Final = "accounts.code-needed"
"""The code of the error for a right password without a code: nothing was wrong yet."""
NEEDED: Final = "accounts.two-step-needed"
"""The code of the error for a right password of somebody who has to set up a second factor first."""
_WRONG_NEW_CODE: Final = "accounts.new-code"
"""The code of the error for a wrong code of a secret that whoever enters it can see: nothing was guessed."""
NO_TRIES: Final = frozenset({CODE_NEEDED, NEEDED, _WRONG_NEW_CODE})
"""The codes of the errors that tell nothing about a password or a code that was there before."""
CODES: Final = 10
"""Recovery codes that a person gets at once."""
_STEP_S: Final = 30
_STEPS_ASIDE: Final = 1
"""A clock may be so many steps fast or slow."""
_KEY_VERSION: Final = 1
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of recovery codes, without characters that look like others."""


@dataclass(frozen=True, slots=True, repr=False)
class NewSecret:
    """A secret for an authenticator app, as text and as the address that its QR code holds."""

    text: str
    uri: str


@dataclass(frozen=True, slots=True, repr=False)
class NewFactor:
    """A new secret, and a code of it, which proves that an app has it."""

    secret: str
    code: str


@dataclass(frozen=True, slots=True)
class FactorState:
    """Whether a person has a second factor, how many recovery codes are left, and whether their organisation requires
    one of them."""

    is_on: bool
    codes_left: int
    is_required: bool = False


def new_secret(*, email: str, organisation: str) -> NewSecret:
    """A new secret, which is nowhere yet: `turn_on` stores it."""
    text = pyotp.random_base32()
    return NewSecret(text, pyotp.TOTP(text).provisioning_uri(name=email, issuer_name=f"Benchboard {organisation}"))


def own_state(session: Session, actor: Actor) -> FactorState:
    """The state of the actor's own second factor."""
    left = select(RecoveryCode.id).where(RecoveryCode.user_id == actor.user_id, RecoveryCode.used_at.is_(None))
    factor = select(MfaFactor.id).where(MfaFactor.user_id == actor.user_id)
    is_on = session.scalars(factor).first() is not None
    return FactorState(is_on, len(session.scalars(left).all()), _is_required(session, actor))


def turn_on(database: Transactions, actor: Actor, *, password: str, secret: str, code: str) -> tuple[str, ...]:
    """Ask for a code at each sign-in of the actor from now on, once a code of the app proves that it has the secret;
    returns the recovery codes, whose hashes alone are kept. The password is the actor's own: a wrong one is counted as
    at a sign-in. A wrong code isn't, of a secret that whoever enters it can see.
    """
    with own_tries.counted(database, actor, no_tries=NO_TRIES), database.change() as session:
        require_password(session, actor, password)
        if _find(session, actor.user_id) is not None:
            raise Conflict("second-factor.on", _("Two-step sign-in is on already."), do=_("Turn it off first."))
        codes = _store(session, session.get_one(User, actor.user_id), password, NewFactor(secret, code))
        audit.record(session, actor, "user.turn-on-second-factor", actor.user_id)
        return codes


def set_up(session: Session, user: User, *, password: str, new: NewFactor | None, client: Client) -> tuple[str, ...]:
    """Store the second factor that a person sets up while they sign in with the right password, because their
    organisation requires it; returns the recovery codes. Does nothing for who has one, and of whom none is required.

    Raises `Denied` (`accounts.two-step-needed`, with `email` and `organisation` in its facts) without a `new` one, and
    (`accounts.new-code`) if its code is wrong.
    """
    if not sign_in_policy.is_required(session, user) or _find(session, user.id) is not None:
        return ()
    if new is None:
        organisation = session.get_one(Organisation, user.organisation_id).name
        raise Denied(
            NEEDED,
            _("{organisation} requires two-step sign-in.").format(organisation=organisation),
            why=_("You haven't set it up yet."),
            do=_("Sign in to Benchboard to set it up: in its window, or with “benchboard login EMAIL” in a terminal."),
            email=user.email,
            organisation=organisation,
        )
    codes = _store(session, user, password, new)
    audit.append(session, client, "user.turn-on-second-factor", user.id, user.organisation_id, user.id)
    return codes


def _store(session: Session, user: User, password: str, new: NewFactor) -> tuple[str, ...]:
    """Store a factor once its code fits; returns new recovery codes."""
    step = _step_of(new.secret, new.code)
    if step is None:
        raise Denied(
            _WRONG_NEW_CODE,
            _("The code is incorrect."),
            do=_("Wait for the next one, and check that the time of your phone is right."),
            field="code",
        )
    salt = secrets.token_bytes(16)
    sealed = _key(password, salt).seal(new.secret.encode(), aad=_aad(user.id))
    session.add(
        MfaFactor(
            organisation_id=user.organisation_id, user_id=user.id, kind="totp",
            secret_key_version=sealed.key_version, secret_salt=salt, secret_nonce=sealed.nonce,
            secret_ciphertext=sealed.ciphertext, last_used_step=step,
        )
    )  # fmt: skip
    codes = tuple(_new_code() for _count in range(CODES))
    for one in codes:
        row = RecoveryCode(organisation_id=user.organisation_id, user_id=user.id, code_hash=_hash(one))
        session.add(row)
    session.flush()
    return codes


def turn_off(database: Transactions, actor: Actor, *, password: str, code: str) -> None:
    """Ask the actor for no code any more. Raises `Invalid` for a wrong password and `Denied` for a wrong code, which
    are counted as at a sign-in; `Denied` (`second-factor.required`) where the organisation requires it.
    """
    with database.read() as session:
        if _is_required(session, actor):
            raise Denied(
                "second-factor.required",
                _("{organisation} requires two-step sign-in.").format(organisation=actor.organisation),
                do=_("If you change your phone, ask an admin to reset it: you then set it up again."),
            )
    with own_tries.counted(database, actor, no_tries=NO_TRIES), database.change() as session:
        require_password(session, actor, password)
        check(session, actor.user_id, password=password, code=code, client=actor.client)
        if _forget(session, actor.user_id):
            audit.record(session, actor, "user.turn-off-second-factor", actor.user_id)


def reset(session: Session, actor: Actor, user_ids: Sequence[str]) -> int:
    """Take the second factors of these people from them, as after the loss of a phone, and end their sessions but the
    actor's own; returns how many had one. Raises `Conflict` (`second-factor.own`) for the actor's own, which asks for
    their password and a code.
    """
    require(actor, "users:write")
    if actor.user_id in user_ids:
        raise Conflict(
            "second-factor.own",
            _("You can't reset your own two-step sign-in."),
            do=_("Turn it off in Settings → This session with your password and a code, or ask another admin."),
        )
    had = [user for user in users.locked_people(session, actor, user_ids) if _forget(session, user.id)]
    for user in had:
        audit.record(session, actor, "user.reset-second-factor", user.id)
    if had:
        sessions.end_all(session, actor, had)
    return len(had)


def check(session: Session, user_id: str, *, password: str, code: str, client: Client) -> None:
    """Check the code of a person whose password is right; does nothing for one without a second factor.

    A code works once, and so does a recovery code. Raises `Denied` (`accounts.code-needed`) without a code, and
    (`accounts.code`) for a wrong or used one.
    """
    factor = _find(session, user_id)
    if factor is None:
        return
    if not code.strip():
        raise code_needed()
    sealed = Sealed(factor.secret_key_version, factor.secret_nonce, factor.secret_ciphertext)
    secret = _key(password, factor.secret_salt).open(sealed, aad=_aad(user_id)).decode()
    step = _step_of(secret, code, after=factor.last_used_step)
    if step is not None:
        factor.last_used_step = step
        return
    own = select(RecoveryCode).where(
        RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _hash(code), RecoveryCode.used_at.is_(None)
    )
    recovery = session.scalars(own.with_for_update()).first()
    if recovery is None:
        raise _wrong_code()
    recovery.used_at = clock.now()
    audit.append(session, client, "user.use-recovery-code", user_id, factor.organisation_id, user_id)


def code_needed() -> Denied:
    """The error for a right password without a code."""
    return Denied(
        CODE_NEEDED,
        _("Enter the code that your authenticator app shows."),
        do=_("Or enter a recovery code."),
        field="code",
    )


def encrypt_again(session: Session, user_id: str, *, password: str, new: str) -> None:
    """Encrypt the secret of a person, if they have one, by a key of their `new` password; `password` is the present
    one, which is right."""
    factor = _find(session, user_id)
    if factor is None:
        return
    sealed = Sealed(factor.secret_key_version, factor.secret_nonce, factor.secret_ciphertext)
    secret = _key(password, factor.secret_salt).open(sealed, aad=_aad(user_id))
    factor.secret_salt = secrets.token_bytes(16)
    again = _key(new, factor.secret_salt).seal(secret, aad=_aad(user_id))
    factor.secret_key_version, factor.secret_nonce = again.key_version, again.nonce
    factor.secret_ciphertext = again.ciphertext
    session.flush()


def forget(session: Session, actor: Actor, user: User) -> None:
    """End the second factor of a person who gets another password, which its secret isn't encrypted by."""
    require(actor, "users:write")
    if _forget(session, user.id):
        audit.record(session, actor, "user.reset-second-factor", user.id)


def _is_required(session: Session, actor: Actor) -> bool:
    return sign_in_policy.is_required(session, session.get_one(User, actor.user_id))


def _forget(session: Session, user_id: str) -> bool:
    found = _find(session, user_id)
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    if found is not None:
        session.delete(found)
        session.flush()
    return found is not None


def _find(session: Session, user_id: str) -> MfaFactor | None:
    own = select(MfaFactor).where(MfaFactor.user_id == user_id, MfaFactor.kind == "totp").with_for_update()
    return session.scalars(own.options(undefer(MfaFactor.secret_ciphertext))).first()


def require_password(session: Session, actor: Actor, password: str) -> None:
    """Check the actor's own password. Raises `Invalid` (`second-factor.password`) for a wrong one."""
    found = guard.find_credentials(session, session.get_one(User, actor.user_id).email_norm)
    stored = next((one.password_hash for one in found if one.user_id == actor.user_id), None)
    if not passwords.verify(stored, password):
        raise Invalid(
            "second-factor.password",
            _("The password is incorrect."),
            do=_("Enter your own password."),
            field="password",
        )


def _key(password: str, salt: bytes) -> DataKey:
    return DataKey(_KEY_VERSION, passwords.derived_key(password, salt))


def _aad(user_id: str) -> bytes:
    return f"totp:{user_id}".encode()


def _step_of(secret: str, code: str, after: int | None = None) -> int | None:
    """The step, near to now and after `after`, whose code this is; None if it is none's. All are compared."""
    typed, now = "".join(code.split()), int(time.time()) // _STEP_S
    totp, found = pyotp.TOTP(secret), None
    for step in range(now - _STEPS_ASIDE, now + _STEPS_ASIDE + 1):
        fits = compare_digest(totp.at(step * _STEP_S).encode(), typed.encode(errors="replace"))
        if fits and (after is None or step > after):
            found = step
    return found


def _new_code() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _letter in range(4)) for _part in range(4))


def _hash(code: str) -> str:
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())
    return hashlib.sha256(plain.encode(errors="surrogatepass")).hexdigest()


def _wrong_code() -> Denied:
    return Denied(
        "accounts.code",
        _("The code is incorrect, or was used before."),
        do=_("Wait for the next one, and check that the time of your phone is right."),
        field="code",
    )
