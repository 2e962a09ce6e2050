"""How the bench formats numbers and states."""

import math

from benchboard.dongles.firmware_detection import BENCHBOARD_DIALECT
from benchboard.dongles.fleet import DongleRecord
from benchboard.i18n import _, number
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.paged.paged_model import Mark


def format_metres(length: float, *, up: bool = False) -> str:
    """A cable length in metres with one decimal, rounded down so that it is safe; `up` for a missing length."""
    tenths = math.ceil(length * 10) if up else math.floor(length * 10)
    return number(tenths / 10, 0 if tenths % 10 == 0 else 1)


def bit_rate(bitrate: int | None) -> str:
    """`500 kbit/s`, `83.333 kbit/s`, `2 Mbit/s`; a dash for None."""
    if bitrate is None:
        return "–"
    if bitrate >= 1_000_000:
        return _("{rate} Mbit/s").format(rate=number(bitrate / 1_000_000, most=6))
    return _("{rate} kbit/s").format(rate=number(bitrate / 1000, most=3))


def rates(bitrate: int, data_bitrate: int | None) -> str:
    """The bit rates of both phases: `500 kbit/s / 2 Mbit/s`, or `500 kbit/s` without a data phase."""
    if not data_bitrate:
        return bit_rate(bitrate)
    return f"{bit_rate(bitrate)} / {bit_rate(data_bitrate)}"


def firmware_title(dialect: str | None, firmware: str | None) -> str:
    """`Benchboard 1.0.0`; for other firmware its own version text, which includes its name."""
    return f"Benchboard {firmware}" if dialect == BENCHBOARD_DIALECT and firmware else firmware or ""


def state_mark(dongle: DongleRecord | None, device: DetectedDevice | None) -> Mark:
    """The state of a dongle as an icon and a word or two."""
    if device is not None and device.problem is not None:
        return Mark("error", _("Can't open"))
    if dongle is None or dongle.ownership_state == "UNCLAIMED":
        return Mark("info", _("Not paired"), "ph.plus-circle")
    if dongle.ownership_state == "CLAIM_PENDING":
        return Mark("warn", _("Pairing incomplete"), "ph.hourglass-medium")
    if dongle.ownership_state == "LOST":
        return Mark("error", _("Lost"), "ph.warning-circle-fill")
    if device is None:
        return Mark("neutral", _("Disconnected"), "ph.circle-dashed")
    return Mark("ok", _("Paired"))


def identity_mark(dongle: DongleRecord | None, device: DetectedDevice | None) -> Mark:
    """Whether the identity is verified or observed; the two differ in more than colour."""
    if dongle is not None and not dongle.proven:
        return Mark("observed", _("Observed"))
    if dongle is None and device is not None and device.info is not None and not device.info.is_benchboard:
        return Mark("observed", _("Observed"))
    if dongle is None and (device is None or device.info is None):
        return Mark("neutral", _("Checking"), "ph.dots-three")
    return Mark("proven", _("Verified"))
