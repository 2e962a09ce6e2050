"""Why no dongle's live bus can be opened, or an open one has no frames, and what to do about it."""

import shlex
from collections.abc import Sequence

from benchboard.errors import DeviceFailure
from benchboard.i18n import _, number
from benchboard.ui.bench.bench_format import bit_rate
from benchboard.ui.bench.device_manager import LiveBus
from benchboard.ui.bench.port_scanner import DetectedDevice


def why_only_errors(rate: str, *, found: str, lacks_acknowledgement: bool) -> tuple[str, str]:
    """What an open bus of this bit rate shows that counted errors and had no frame, and what to do: a title and a
    sentence. `found` is the bit rate that was heard on it, empty if none was.
    """
    if found:
        return _("No frames at {rate}").format(rate=rate), _("They appear here once the dongle runs at {rate}.").format(
            rate=found
        )
    if lacks_acknowledgement:
        what = _("No node acknowledges what this dongle sends")
        why = _("Connect another node, or check that every node runs at {rate}, then the wiring and the termination.")
        return what, why.format(rate=rate)
    why = _(
        "Nothing sent on this bus can be read at {rate}. Check that this is the bit rate of the other nodes,"
        " then check the wiring and the termination."
    )
    return _("Only errors on the bus, no frames"), why.format(rate=rate)


def bus_off_error(live: LiveBus) -> DeviceFailure:
    """That the controller of the open bus has left it, and what to do (`bus.off`)."""
    do = _("Check the bit rate, the wiring and the termination, then restart it.")
    if after := live.config.auto_restart_ms:
        restarts = _("It restarts by itself after {ms} ms. Check the bit rate, the wiring and the termination.")
        do = restarts.format(ms=number(after))
    return DeviceFailure(
        "bus.off",
        _("{name} went bus off.").format(name=live.title),
        why=_("Too many of its frames failed, so it left the bus: it sends and receives nothing."),
        do=do,
    )


def unacknowledged_error(live: LiveBus) -> DeviceFailure:
    """That no other node acknowledges what the dongle of the open bus sends, and what may be wrong (`bus.no-ack`)."""
    return DeviceFailure(
        "bus.no-ack",
        _("No node acknowledges what {name} sends.").format(name=live.title),
        why=_("It repeats its frames and counts an error each time; none has arrived anywhere."),
        do=_(
            "Connect another node, or check that every node runs at {rate}, then the wiring and the termination."
        ).format(rate=bit_rate(live.config.bitrate)),
    )


def unreadable_error(live: LiveBus, found: int | None) -> DeviceFailure:
    """That nothing on the open bus can be read, and what may be wrong (`bus.unreadable`); or that the bit rate is, once
    that of the bus was `found` (bit/s)."""
    why = _("Nothing sent on its bus can be read at {rate}. The bit rate, or the wiring, may be wrong.")
    if found is not None:
        why = _("The bus runs at {found}, the dongle at {rate}.")
    return DeviceFailure(
        "bus.unreadable",
        _("{name} receives only errors.").format(name=live.title),
        why=why.format(rate=bit_rate(live.config.bitrate), found=bit_rate(found or 0)),
    )


def not_connected(name: str) -> str:
    """That the dongle `name` can't be used because it isn't connected, and what to do."""
    return _("{name} isn't connected to this computer. Plug it in, or select another dongle.").format(name=name)


def no_dongles(*, loading: bool) -> str:
    """What a field in which a dongle is selected reads without any: that they are being read or checked, or that there
    are none."""
    return _("Loading dongles…") if loading else _("No dongles connected")


def may_become_selectable(devices: Sequence[DetectedDevice], *, simulating: bool) -> bool:
    """Whether a dongle that can be selected may appear by itself: simulated ones are starting, or one is checked."""
    return (simulating and not devices) or any(device.info is None and device.problem is None for device in devices)


def why_none_selectable(devices: Sequence[DetectedDevice], *, simulating: bool) -> str:
    """Why none of the connected `devices` can be selected; `simulating`: this window's are about to appear."""
    if not devices and simulating:
        return _("The simulated dongles are starting.")
    if not devices:
        return _("No dongle is connected to this computer. Plug one in, or start simulated dongles.")
    if any(device.info is None and device.problem is None for device in devices):
        return _("The connected dongle is being checked.")
    stock = next((device for device in devices if device.info is not None), None)
    if stock is None:
        return _("The connected dongle can't be opened. Select it in Dongles to see why.")
    command = f"benchboard can monitor --port {shlex.quote(stock.port.path)} --bitrate 500000"
    sentence = _("The dongle on {port} has stock firmware. To see its frames, run “{command}” with the bus's bit rate.")
    return sentence.format(port=stock.port_name, command=command)
