"""CAN adapters that speak slcan, by their USB ids: hints for people and for the udev rule, never proof."""

from typing import Final

KNOWN_ADAPTERS: Final = {
    (0x16D0, 0x117E): "CANable",
    (0xAD50, 0x60C4): "CANable",
    (0x04D8, 0x000A): "USBtin",
    (0x0483, 0x5740): "STM32 virtual COM port",
}
"""By VID and PID."""


def adapter_name(vid: int | None, pid: int | None) -> str | None:
    """What the adapter with these ids is called; None for no USB device or another one."""
    return None if vid is None or pid is None else KNOWN_ADAPTERS.get((vid, pid))
