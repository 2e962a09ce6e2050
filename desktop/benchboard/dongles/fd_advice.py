"""What to do about a CAN FD frame on a dongle that is set to classic CAN: the command that gives it a data phase."""

import shlex
from typing import Final

from benchboard.canbus.timing import Timing, controller, solve
from benchboard.dongles.protocol import DongleConfig
from benchboard.errors import AppError
from benchboard.i18n import _, number

_DATA_BITRATES: Final = (2_000_000, 4_000_000, 1_000_000)
"""Bit rates of a data phase in bit/s, the usual one first."""


def data_phase_command(config: DongleConfig, port: str, database: str = "", *, has_fd: bool = True) -> str:
    """The command that adds a data phase to the dongle on `port`; empty if there is none for it.

    `database` is the option that names the database, if it isn't the one on this computer. `has_fd`: whether the dongle
    says that it can do CAN FD.
    """
    timing = _data_phase(config) if has_fd else None
    if timing is None:
        return ""
    five = (timing.prescaler, timing.prop_seg, timing.phase_seg1, timing.phase_seg2, timing.sjw)
    options = ["--port", shlex.quote(port), "--data-timing", "/".join(map(str, five)), database]
    return " ".join(["benchboard dongle config", *filter(None, options)])


def can_have_data_phase(config: DongleConfig, *, has_fd: bool = True) -> bool:
    """Whether there is a data phase to set this dongle to; `has_fd` as in `data_phase_command`."""
    return has_fd and _data_phase(config) is not None


def fd_advice(config: DongleConfig, port: str, *, has_fd: bool = True) -> str:
    """What to do, in sentences that name the command if there is one; `has_fd` as in `data_phase_command`."""
    if not has_fd:
        return _("Send a classic frame. This dongle doesn't support CAN FD.")
    timing = _data_phase(config)
    if timing is None:
        advice = _("Send a classic frame. Benchboard has no CAN FD data phase for this dongle's controller, {name}.")
        return advice.format(name=config.controller)
    advice = _(
        "Send a classic frame. For CAN FD, first run “{command}”. "
        "It sets a data phase of {rate}, which all nodes on the bus must use."
    )
    return advice.format(command=data_phase_command(config, port), rate=_megabits(timing))


def _megabits(timing: Timing) -> str:
    return _("{rate} Mbit/s").format(rate=number(timing.bitrate / 1_000_000, most=6))


def _data_phase(config: DongleConfig) -> Timing | None:
    """The best data phase beside the stored arbitration phase; None if the controller has none that is known."""
    try:
        limits = controller(config.controller).limits("data")
        for bitrate in _DATA_BITRATES:
            best = solve(limits, clock=config.clock_hz, bitrate=bitrate).best(1) if bitrate >= config.bitrate else []
            if best:
                return best[0].timing
    except AppError:  # an unknown controller, one of classic CAN, or a clock that none of them has
        pass
    return None
