"""Why no dongle's live bus can be opened, and what to do about it."""

import shlex
from collections.abc import Sequence

from benchboard.i18n import _
from benchboard.ui.bench.port_scanner import DetectedDevice


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
