"""How the bench formats numbers and states."""

import math
from datetime import datetime

from benchboard.canbus.timing import figures
from benchboard.dongles.device_errors import failure_title, is_unproven
from benchboard.dongles.dongle_status import connection_title, is_paired_elsewhere, pairing_title
from benchboard.dongles.firmware_detection import BENCHBOARD_DIALECT
from benchboard.dongles.fleet import DongleRecord
from benchboard.errors import AppError
from benchboard.i18n import _, number
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.paged.paged_model import Mark
from benchboard.ui.time_format import full_time, relative_time
from benchboard.ui.widgets.badges import Kind


def format_metres(length: float, *, up: bool = False) -> str:
    """A cable length in metres with one decimal, rounded down so that it is safe; `up` for a missing length."""
    tenths = math.ceil(length * 10) if up else math.floor(length * 10)
    return number(tenths / 10, 0 if tenths % 10 == 0 else 1)


def bit_rate(bitrate: int | None) -> str:
    """`500 kbit/s`, `83.333 kbit/s`, `2 Mbit/s`; a dash for None."""
    return figures.bit_rate(bitrate) if bitrate is not None else "–"


def rates(bitrate: int, data_bitrate: int | None) -> str:
    """The bit rates of both phases: `500 kbit/s / 2 Mbit/s`, or `500 kbit/s` without a data phase."""
    if not data_bitrate:
        return bit_rate(bitrate)
    return f"{bit_rate(bitrate)} / {bit_rate(data_bitrate)}"


def firmware_title(dialect: str | None, firmware: str | None) -> str:
    """`Benchboard 1.0.0`; for other firmware its own version text, which includes its name."""
    return f"Benchboard {firmware}" if dialect == BENCHBOARD_DIALECT and firmware else firmware or ""


def is_outdated(dongle: DongleRecord | None, device: DetectedDevice | None) -> bool:
    """Whether the dongle's answer is older than the last change of its row: nothing can be concluded from both."""
    if dongle is None or device is None or device.asked_as is None:
        return False
    return device.asked_as != dongle.standing


def reported_state(dongle: DongleRecord | None, device: DetectedDevice | None) -> str | None:
    """The ownership state that a dongle reports; None while that isn't known."""
    info = device.info if device is not None else None
    return info.ownership_state if info is not None and not is_outdated(dongle, device) else None


def state_mark(dongle: DongleRecord | None, device: DetectedDevice | None) -> Mark:
    """Whether a dongle is paired, as an icon and a word or two."""
    problem = device.problem if device is not None else None
    info = device.info if device is not None else None
    if dongle is None and device is not None and info is None and problem is None:
        return Mark("neutral", _("Checking"), "ph.dots-three")
    registered = dongle.ownership_state if dongle is not None else None
    reported = reported_state(dongle, device)
    failure = failure_title(problem) if problem is not None else ""
    elsewhere = is_paired_elsewhere(registered, reported)
    status = dongle.status if dongle is not None and not elsewhere else registered
    title = pairing_title(status, reported=reported, failure=failure)
    if dongle is None and problem is not None:
        return Mark(_failure_kind(problem), title)
    if elsewhere:
        return Mark("warn", title)
    states: dict[str, tuple[Kind, str]] = {
        "UNCLAIMED": ("neutral", "ph.link-break"),
        "CLAIM_PENDING": ("warn", "ph.hourglass-medium"),
        "TRANSFER_PENDING": ("warn", "ph.hourglass-medium"),
        "LOST": ("error", "ph.warning-circle-fill"),
        "REVOKED": ("neutral", "ph.circle-dashed"),
    }
    if info is not None and problem is not None and _failure_kind(problem) == "error":
        return Mark("error", title, "ph.warning-circle-fill")
    # Green is for what can be used now, as the connection says: paired is how a dongle usually is.
    kind, icon = states.get(registered or "UNCLAIMED", ("neutral", "ph.link"))
    return Mark(kind, title, icon)


def _failure_kind(problem: AppError) -> Kind:
    return "warn" if problem.code == "port.busy" else "error"


def connection_mark(dongle: DongleRecord | None, device: DetectedDevice | None) -> Mark:
    """Whether a dongle is connected to this computer, or when it was last seen."""
    problem = device.problem if device is not None else None
    seen = dongle.last_seen_at if dongle is not None else None
    title = connection_title(
        connected=device is not None,
        failure=failure_title(problem) if problem is not None else "",
        last_seen=relative_time(seen, in_sentence=True) if seen is not None else "",
    )
    if problem is not None:
        return Mark(_failure_kind(problem), title)
    if device is not None and not device.has_answered:
        return Mark("neutral", _("Checking"), "ph.dots-three")
    return Mark("ok", title) if device is not None else Mark("neutral", title, "ph.circle-dashed")


def identity_reason(
    dongle: DongleRecord | None, device: DetectedDevice | None, verified_at: datetime | None = None
) -> str:
    """What the word of `identity_mark` rests on, and since when, as a tooltip. `verified_at` as in
    `verification_time`.
    """
    kind = identity_mark(dongle, device).kind
    if kind == "observed":
        return _("Stock firmware has no key. Only the USB serial number says which dongle this is.")
    if kind == "error" and device is not None and device.problem is not None:
        return str(device.problem)
    verified_at = verification_time(dongle, device, verified_at)
    if is_verified_before(dongle, device):
        last = _("Last verified: {when}").format(when=full_time(verified_at))
        return " ".join((_why_not_verified(device), last))
    if kind != "proven":
        return ""
    proof = _("The dongle proved with its own key that it has this ID.")
    checked = _("Last checked: {when}").format(when=full_time(verified_at))
    return f"{proof} {checked}" if verified_at else proof


def _why_not_verified(device: DetectedDevice | None) -> str:
    if device is None:
        return _("It isn't connected, so its identity can't be checked now.")
    return str(device.problem) if device.problem is not None else _("It hasn't answered yet.")


def verification_time(
    dongle: DongleRecord | None, device: DetectedDevice | None, verified_at: datetime | None = None
) -> datetime | None:
    """When the dongle last proved its identity, as far as it is known; `verified_at` is when it last did in this
    session. Of an earlier session only when it was last seen is known.
    """
    if device is not None and device.info is not None:
        return device.checked_at
    if verified_at is not None:
        return verified_at
    return (dongle.last_seen_at or dongle.created_at) if dongle is not None else None


def is_verified_before(dongle: DongleRecord | None, device: DetectedDevice | None) -> bool:
    """Whether a dongle proved its identity once, but isn't there, or hasn't answered, to prove it now."""
    return dongle is not None and dongle.proven and (device is None or device.info is None)


def identity_mark(dongle: DongleRecord | None, device: DetectedDevice | None) -> Mark:
    """Whether the identity is verified, was verified before, is observed or not proven: not by colour alone."""
    if device is not None and device.problem is not None and is_unproven(device.problem):
        return Mark("error", _("Not proven"))
    info = device.info if device is not None else None
    is_stock = not dongle.proven if dongle is not None else info is not None and not info.is_benchboard
    if is_stock:
        return Mark("observed", _("Observed"))
    if info is not None:
        return Mark("proven", _("Verified"))
    if dongle is not None:
        return Mark("neutral", _("Verified earlier"), "ph.clock")
    return Mark("neutral", _("Unknown"), "ph.dots-three")


def clock_duration(seconds: int) -> str:
    """`00:04:12`"""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def recording_duration(seconds: float) -> str:
    """How long a recording is: `0.250 s`, `30.0 s`, `01:31:57`."""
    if seconds < 60:
        return _("{seconds} s").format(seconds=number(seconds, 3 if seconds < 1 else 1))
    return clock_duration(round(seconds))
