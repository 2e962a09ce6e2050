"""Passwords: Argon2id for every new one; a bcrypt hash from an older system still verifies and is then replaced.

Source: RFC 9106 section 4 (second recommended parameters, argon2-cffi's `RFC_9106_LOW_MEMORY`).
"""

import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw
from argon2.profiles import RFC_9106_LOW_MEMORY

from benchboard.errors import Invalid
from benchboard.i18n import _

SHORTEST: Final = 12
LONGEST: Final = 256
_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# Verified when no account matches, so that an unknown address takes as long as a wrong password.
_NOBODY: Final = "$argon2id$v=19$m=65536,t=3,p=4$XqW4sEIp6yVj0bW1Yk2VhQ$w7y8tbwm9sR+YMsvhNv6tBhXbpb5m0cGm4wQ4V1nq2g"


def hash_password(password: str) -> str:
    """The Argon2id hash of `password` (NFKC, so that every keyboard's form of it verifies)."""
    return _hasher.hash(_normal(password))


def verify(stored: str | None, password: str) -> bool:
    """Whether `password` matches the hash `stored`; for None a dummy is verified, which takes as long and never
    matches.
    """
    if stored is not None and stored.startswith(("$2a$", "$2b$", "$2y$")):
        import bcrypt  # late: only accounts that were imported and never signed in since

        typed = password.encode(errors="surrogatepass")
        try:
            return len(typed) <= 72 and bcrypt.checkpw(typed, stored.encode())
        except ValueError:  # an imported hash that is none
            return False
    try:
        return _hasher.verify(stored or _NOBODY, _normal(password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def derived_key(password: str, salt: bytes) -> bytes:
    """A key of 32 bytes that only who knows `password` can derive (Argon2id, as for hashes)."""
    strength = RFC_9106_LOW_MEMORY
    return hash_secret_raw(
        _normal(password), salt, strength.time_cost, strength.memory_cost, strength.parallelism, 32, Type.ID
    )


def outdated(stored: str) -> bool:
    """Whether `stored` should be replaced at this sign-in: another algorithm, or weaker parameters than today's."""
    return not stored.startswith("$argon2id$") or _hasher.check_needs_rehash(stored)


def require_acceptable(password: str, *, email: str, shortest: int = SHORTEST) -> None:
    """Raise `Invalid` (`passwords.unacceptable`) unless it may be set: length (NIST SP 800-63B; at least `shortest`),
    not the address."""
    reasons = []
    if len(password) < shortest:
        reasons.append(_("It's shorter than {shortest} characters.").format(shortest=shortest))
    elif len(password) > LONGEST:
        reasons.append(_("It's longer than {longest} characters.").format(longest=LONGEST))
    if password and password.casefold() in (email.casefold(), email.split("@")[0].casefold()):
        reasons.append(_("It's the same as the email address."))
    if len(set(password)) < min(4, len(password)):
        reasons.append(_("It repeats the same few characters."))
    if reasons:
        raise Invalid(
            "passwords.unacceptable",
            _("This password can't be used."),
            why=" ".join(reasons),
            do=_("Choose a different one, such as four unrelated words."),
            field="password",
        )


def _normal(password: str) -> bytes:
    # surrogatepass: what a terminal could not decode is a wrong password, not a crash.
    return unicodedata.normalize("NFKC", password[: LONGEST * 4]).encode(errors="surrogatepass")
