"""The values of OBD, and what J1939's trouble codes mean, in words."""

import pytest

from benchboard.canbus.protocols.j1939 import DM1
from benchboard.canbus.protocols.j1939_content import content_text
from benchboard.canbus.protocols.uds import parse_uds


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        ("01 0C", "Engine speed (PID 0x0C)"),
        ("01 0C 0D", "Engine speed (PID 0x0C), Vehicle speed (PID 0x0D)"),
        ("41 0C 1A F8", "Engine speed 1\u202f726.00 rpm"),
        ("41 0C 1A F8 0D 40", "Engine speed 1\u202f726.00 rpm, Vehicle speed 64 km/h"),
        ("41 05 7B AA AA", "Coolant temperature 83 °C"),
        ("41 0C 1A", "Engine speed (PID 0x0C)"),
        ("41 77 01", "PID 0x77"),
        ("41 11 FF", "Throttle position 100.0 %"),
        ("41 06 60", "Short-term fuel trim, bank 1 −25.0 %"),
        ("09 02", "VIN (PID 0x02)"),
        ("49 02 01 57 44 42 31 32 33 34 35 36 37 38 39 30 31 32 33 34", "VIN WDB12345678901234"),
        ("49 02 01 57", "VIN (PID 0x02)"),
        ("49 04", "PID 0x04"),
    ],
)
def test_parameters_and_the_vin_are_told_as_values(data: str, detail: str) -> None:
    """Only “PID 0x0C” was said."""
    said = parse_uds(bytes.fromhex(data))
    assert said is not None
    assert said.detail == detail


def test_dm1_tells_its_lamps_and_failure_modes() -> None:
    assert content_text(DM1, bytes.fromhex("04 FF 6E 00 03 02 FF FF")) == (
        "amber warning lamp on, SPN 110 FMI 3 (voltage above normal) × 2"
    )
    assert content_text(DM1, bytes.fromhex("50 FF 00 00 00 00 FF FF")) == (
        "malfunction lamp and red stop lamp on, no trouble codes"
    )
    assert content_text(DM1, bytes.fromhex("00 FF 00 00 00 00 FF FF")) == "no trouble codes"
