"""Translates the error codes of the dongle protocol, and answers that fail verification, to errors with messages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from benchboard.canbus.link import linked_id, named_error
from benchboard.dongles.protocol import ErrorCode, ProtocolError
from benchboard.errors import AppError, Conflict, Denied, DeviceFailure, Invalid, Unavailable
from benchboard.i18n import N_, _

_AGAIN: Final = N_("Try again.")
# Exception, the code's second half, what happened, why, what to do.
_ERRORS: Final[dict[ErrorCode, tuple[type[AppError], str, str, str, str]]] = {
    ErrorCode.MALFORMED: (
        DeviceFailure, "refused", N_("The dongle couldn't read the request or sent an invalid response."),
        N_("Its firmware and Benchboard may be incompatible versions."), N_("Update both, then try again."),
    ),
    ErrorCode.VERSION: (
        DeviceFailure, "version", N_("The dongle uses a different protocol version."), "",
        N_("Update Benchboard or the dongle's firmware."),
    ),
    ErrorCode.WRONG_DEVICE: (
        DeviceFailure, "wrong-device", N_("A different dongle is on this port now."), "",
        N_("Check the list of dongles, then start again."),
    ),
    ErrorCode.ALREADY_CLAIMED: (
        Conflict, "already-claimed", N_("This dongle is already paired."),
        N_("It holds an organisation's key."), N_("Sign in to that organisation."),
    ),
    ErrorCode.CLAIM_REVOKED: (
        Conflict, "claim-revoked", N_("This pairing was revoked."),
        N_("A dongle never accepts a revoked pairing again."), _AGAIN,
    ),
    ErrorCode.NO_CLAIM: (
        DeviceFailure, "no-claim", N_("The dongle has no record of this pairing."),
        N_("The 60-second limit passed, it lost power, or another pairing started."), _AGAIN,
    ),
    ErrorCode.BAD_SIGNATURE: (
        Denied, "bad-signature", N_("The dongle rejected a signature."),
        N_("It wasn't made with the key of the organisation that owns the dongle."),
        N_("Sign in to that organisation, then try again."),
    ),
    ErrorCode.PRESENCE_MISSING: (
        DeviceFailure, "not-pressed", N_("The dongle's button wasn't pressed in time."), "",
        N_("Try again, and press the button while the dongle blinks."),
    ),
    ErrorCode.NOT_AUTHENTIC: (
        DeviceFailure, "not-authentic", N_("The dongle rejected an altered or replayed message."), "",
        _AGAIN,
    ),
    ErrorCode.TOKEN_CONFLICT: (
        Conflict, "token-conflict", N_("The dongle already holds another pairing key for this pairing."), "",
        _AGAIN,
    ),
    ErrorCode.STORAGE_FAILED: (
        DeviceFailure, "storage", N_("The dongle couldn't save the data."), N_("Its memory may be worn out."),
        N_("Try once more. If it fails again, replace the dongle."),
    ),
    ErrorCode.CONFIG_REFUSED: (
        Invalid, "config", N_("The dongle can't use these settings."),
        N_("The segments don't match the bit rate, or the dongle doesn't support CAN FD."),
        N_("Recalculate the bit timing for this dongle's controller and clock."),
    ),
    ErrorCode.REVISION_CONFLICT: (
        Conflict, "config-changed", N_("The dongle's settings changed in the meantime."), "",
        N_("Read the settings back, then decide which to keep."),
    ),
    ErrorCode.SIGNATURE_REQUIRED: (
        Denied, "signature-required", N_("This dongle is paired with another organisation."),
        N_("No one else can change a paired dongle."), N_("Sign in to that organisation."),
    ),
    ErrorCode.CLAIMS_EXHAUSTED: (
        Conflict, "claims-exhausted", N_("This dongle can no longer be paired."),
        N_("Its memory of revoked pairings is full."), N_("Replace the dongle."),
    ),
}  # fmt: skip


@contextmanager
def translate_protocol_errors() -> Iterator[None]:
    """Turn a `ProtocolError` of the host's own checks of an answer into `DeviceFailure` (`dongle.untrusted`)."""
    try:
        yield
    except ProtocolError as error:
        if error.code is ErrorCode.VERSION:
            raise error_for(ErrorCode.VERSION) from error
        raise DeviceFailure(
            "dongle.untrusted",
            _("This device couldn't prove its identity."),
            why=_("A signature or seal didn't match. Something may be intercepting the connection."),
            do=_("Connect the dongle directly, then try again. If this persists, don't use it."),
        ) from error


def error_for(code: ErrorCode) -> AppError:
    """The error to raise for a dongle's error code; `facts["error_code"]` is that code."""
    kind, name, what, why, do = _ERRORS[code]
    return kind(f"dongle.{name}", _(what), why=_(why) if why else "", do=_(do), error_code=code)


_STALLED: Final = frozenset({"dongle.silent", "port.gone", "port.stuck", "port.disturbed"})
"""The errors of a dongle that stops answering in the middle of an act, or is unplugged."""


def has_stalled(error: AppError) -> bool:
    """Whether a dongle didn't answer, rather than refuse: then it isn't known what it did."""
    return error.code in _STALLED


@contextmanager
def stalled_during(path: str, what: str, so_far: str, do: str = "") -> Iterator[None]:
    """Make what a dongle that stops answering on `path` raises in this block say `what` was being done (in English,
    with `{path}`), how far it came and in which state dongle and database are, and what to `do` (as it is).

    A block inside this one, which knows more, has said it before.
    """
    try:
        yield
    except DeviceFailure as failure:
        if not has_stalled(failure) or failure.facts.get("is_told"):
            raise
        facts = {**failure.facts, "path": path, "title": what, "is_told": True}
        raise DeviceFailure(
            failure.code, _(what).format(path=path), why=so_far, do=do or failure.do, **facts
        ) from failure


def outcome_unknown(code: str, path: str, what: str, why: str, do: str) -> Unavailable:
    """The error for a dongle on `path` that was asked to change something and didn't confirm it, so that nobody knows
    whether it did. `what` was being done is in English, with `{path}`; `why` and what to `do` are as they are.
    """
    return Unavailable(code, _(what).format(path=path), why=why, do=do, path=path, title=what)


_NOT_RESPONDING: Final = "dongle.not-responding"


def not_responding(path: str, since: datetime) -> DeviceFailure:
    """The error of a dongle on `path` that answered before, and `since` then nothing that it is asked."""
    what, time = N_("{path} hasn't responded since {time}."), f"{since.astimezone():%H:%M:%S}"
    return DeviceFailure(
        _NOT_RESPONDING,
        _(what).format(path=path, time=time),
        do=_("Unplug it and plug it back in."),
        path=path,
        title=what,
        time=time,
        since=since,
    )


def is_not_responding(error: AppError | None) -> bool:
    """Whether it is that of `not_responding`."""
    return error is not None and error.code == _NOT_RESPONDING


def silent_since(error: AppError | None) -> datetime | None:
    """Since when the dongle of `not_responding` doesn't respond; None for another error."""
    since = error.facts.get("since") if error is not None and is_not_responding(error) else None
    return since if isinstance(since, datetime) else None


_UNPROVEN: Final = frozenset({"dongle.untrusted", "dongle.wrong-device"})
_UNREADABLE: Final = frozenset({"dongle.silent", "dongle.unreadable", "dongle.refused", "dongle.version"})


def is_unproven(error: AppError) -> bool:
    """Whether a device answered, but isn't proven to be the dongle that it says it is."""
    return error.code in _UNPROVEN


def failure_title(error: AppError) -> str:
    """What a failed check found, in a word or two, for lists."""
    if is_unproven(error):
        return _("Identity not proven")
    if error.code == "port.busy":
        return _("In use")
    if is_not_responding(error):
        return _("Not responding since {time}").format(time=error.facts["time"])
    return _("No valid response") if error.code in _UNREADABLE else _("Check failed")


def failure_word(error: AppError) -> str:
    """`failure_title` as a word for programs, which stays the same in every language."""
    if is_unproven(error):
        return "identity-not-proven"
    if error.code == "port.busy":
        return "in-use"
    return "no-valid-response" if error.code in _UNREADABLE else "check-failed"


def require_linked_id(path: str, device_id: str | None) -> None:
    """Raise `DeviceFailure` (`dongle.wrong-device`) if `path` is a link to another dongle than the one that answered.

    `device_id` is what that one proved, None for firmware that can't prove anything.
    """
    linked = linked_id(path)
    if linked is None or linked == device_id:
        return
    raise wrong_device_error(linked, device_id)


def _by_id(device_id: str) -> str:
    return _("dongle {id}").format(id=device_id)


def wrong_device_error(expected: str, found: str | None, name_of: Callable[[str], str] = _by_id) -> AppError:
    """The error `dongle.wrong-device`: at a port that was this dongle's, another one has answered, before anything was
    asked of it. `found` is None for firmware that can't prove what it is.
    """
    error = error_for(ErrorCode.WRONG_DEVICE)
    names = {"expected": name_of(expected), "found": name_of(found) if found is not None else ""}
    error.why = _("The port was that of {expected}, but {found} responded. Nothing was changed.").format(**names)
    if found is None:
        error.why = _(
            "The port was that of {expected}, but a device without an identity responded. Nothing was changed."
        ).format(**names)
    error.facts |= {"expected": expected, "found": found}
    return error


def with_names(error: AppError, device_id: str, name_of: Callable[[str], str]) -> AppError:
    """`error` about the dongle with this id, or its port, with the names of dongles in place of paths and ids."""
    if "expected" in error.facts:
        return wrong_device_error(str(error.facts["expected"]), _as_id(error.facts["found"]), name_of)
    return named_error(error, name_of(device_id))


def _as_id(found: object) -> str | None:
    return found if isinstance(found, str) else None
