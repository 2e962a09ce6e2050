"""Bit rates and sample points that protocols and networks prescribe or usually have.

`source` names what says so. Where the document itself was not read here, it says through what it is known.
"""

from dataclasses import dataclass
from typing import Final

_CIA: Final = "CiA 301, as Linux has it (CiA sample points)"
_COMMON: Final = "usual in automotive networks; no standard prescribes it"


@dataclass(frozen=True, slots=True)
class Preset:
    """A named requirement: bit rates in bit/s, sample points in percent. The `data_*` are None in classic CAN.

    `title` is a proper name with figures, the same in every language.
    """

    name: str
    title: str
    bitrate: int
    sample_point: float
    source: str
    data_bitrate: int | None = None
    data_sample_point: float | None = None


PRESETS: Final = (
    Preset("canopen-125k", "CANopen 125 kbit/s", 125_000, 87.5, _CIA),
    Preset("canopen-250k", "CANopen 250 kbit/s", 250_000, 87.5, _CIA),
    Preset("canopen-500k", "CANopen 500 kbit/s", 500_000, 87.5, _CIA),
    Preset("canopen-1m", "CANopen 1 Mbit/s", 1_000_000, 75.0, _CIA),
    Preset("j1939-250k", "J1939 250 kbit/s", 250_000, 87.5, "SAE J1939-11, through secondary sources"),
    Preset("j1939-500k", "J1939 500 kbit/s", 500_000, 87.5, "SAE J1939-14, through secondary sources"),
    Preset("devicenet-125k", "DeviceNet 125 kbit/s", 125_000, 87.5, "ODVA's rates; the sample point is CiA's"),
    Preset("devicenet-250k", "DeviceNet 250 kbit/s", 250_000, 87.5, "ODVA's rates; the sample point is CiA's"),
    Preset("devicenet-500k", "DeviceNet 500 kbit/s", 500_000, 87.5, "ODVA's rates; the sample point is CiA's"),
    Preset("isobus", "ISOBUS 250 kbit/s", 250_000, 80.0, "ISO 11783-2, through secondary sources"),
    Preset("fd-500k-2m", "CAN FD 500k / 2M", 500_000, 80.0, _COMMON, 2_000_000, 80.0),
    Preset("fd-500k-5m", "CAN FD 500k / 5M", 500_000, 80.0, _COMMON, 5_000_000, 75.0),
    Preset("fd-1m-8m", "CAN FD 1M / 8M", 1_000_000, 80.0, _COMMON, 8_000_000, 70.0),
)


def preset(name: str) -> Preset | None:
    """The preset of that name, None if there is none."""
    return next((one for one in PRESETS if one.name == name), None)
