"""A dongle's refusals, and our distrust of one, in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from benchboard.dongles.protocol import Code, Refused
from benchboard.errors import AppError, Conflict, Denied, DeviceFailure, Invalid
from benchboard.i18n import N_, _

_AGAIN: Final = N_("Start pairing again.")
# What is raised, its name, what happened, why, what to do.
_WORDS: Final[dict[Code, tuple[type[AppError], str, str, str, str]]] = {
    Code.MALFORMED: (
        DeviceFailure, "refused", N_("The dongle did not understand, or its answer made no sense."),
        N_("Its firmware and this program may be of different versions."), N_("Update both, then repeat."),
    ),
    Code.VERSION: (
        DeviceFailure, "version", N_("The dongle speaks another version of the protocol."), "",
        N_("Update this program or the dongle's firmware."),
    ),
    Code.WRONG_DEVICE: (
        DeviceFailure, "wrong-device", N_("Another dongle is on this port now."), "",
        N_("Look at the list of dongles and begin again."),
    ),
    Code.ALREADY_CLAIMED: (
        Conflict, "already-claimed", N_("This dongle is already claimed."),
        N_("It holds the key of an organisation."), N_("Its organisation has to release it first."),
    ),
    Code.CLAIM_REVOKED: (
        Conflict, "claim-revoked", N_("This claim was revoked."),
        N_("A dongle never accepts a revoked claim again."), _AGAIN,
    ),
    Code.NO_CLAIM: (
        DeviceFailure, "no-claim", N_("The dongle knows nothing of this pairing."),
        N_("Its 60 seconds are over, it lost power, or another pairing began."), _AGAIN,
    ),
    Code.BAD_SIGNATURE: (
        Denied, "bad-signature", N_("The dongle refused a signature."),
        N_("It was not made with the key of the organisation that holds the dongle."),
        N_("Sign in to that organisation and repeat."),
    ),
    Code.PRESENCE_MISSING: (
        DeviceFailure, "not-pressed", N_("The dongle's button was not pressed in time."), "",
        N_("Start pairing again and press the button when it blinks."),
    ),
    Code.NOT_AUTHENTIC: (
        DeviceFailure, "not-authentic", N_("The dongle refused a message as altered or repeated."), "",
        _AGAIN,
    ),
    Code.TOKEN_CONFLICT: (
        Conflict, "token-conflict", N_("The dongle already holds another token for this claim."), "",
        _AGAIN,
    ),
    Code.STORAGE_FAILED: (
        DeviceFailure, "storage", N_("The dongle could not store it."), N_("Its memory may be worn out."),
        N_("Repeat once; replace the dongle if it fails again."),
    ),
    Code.CONFIG_REFUSED: (
        Invalid, "config", N_("The dongle cannot run on these settings."),
        N_("The segments do not give the bit rate, or it cannot do CAN FD."),
        N_("Solve the bit timing again for this dongle's controller and clock."),
    ),
    Code.REVISION_CONFLICT: (
        Conflict, "config-changed", N_("The dongle's settings were changed meanwhile."), "",
        N_("Read them back, then decide."),
    ),
    Code.SIGNATURE_REQUIRED: (
        Denied, "signature-required", N_("This dongle's organisation has to sign its settings."),
        N_("Nobody else may change a claimed dongle."), N_("Write them from its organisation."),
    ),
    Code.CLAIMS_EXHAUSTED: (
        Conflict, "claims-exhausted", N_("This dongle cannot be claimed any more."),
        N_("Its memory of revoked claims is full."), N_("Replace it."),
    ),
}  # fmt: skip


@contextmanager
def trust() -> Iterator[None]:
    """Turns a `Refused` of our own checks into words: what answered is not the dongle it claims to be."""
    try:
        yield
    except Refused as error:
        if error.code is Code.VERSION:
            raise in_words(Code.VERSION) from error
        raise DeviceFailure(
            "dongle.untrusted",
            _("What answered cannot prove to be this dongle."),
            why=_("A signature or seal does not fit; something may sit in between."),
            do=_("Connect the dongle directly and repeat. Do not use it if this stays so."),
        ) from error


def in_words(code: Code) -> AppError:
    """A dongle's no, in words; `facts["refused"]` is its code."""
    kind, name, what, why, do = _WORDS[code]
    return kind(f"dongle.{name}", _(what), why=_(why) if why else "", do=_(do), refused=code)
