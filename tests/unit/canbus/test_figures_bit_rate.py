"""Bit rates in the unit that leaves them readable."""

import pytest

from benchboard.canbus.timing.figures import bit_rate


@pytest.mark.parametrize(
    ("bits_per_second", "text"),
    [(0.5, "0.5 bit/s"), (999, "999 bit/s"), (83_333, "83.333 kbit/s"), (500_000, "500 kbit/s"), (2e6, "2 Mbit/s")],
)
def test_bit_rate_has_the_unit_of_its_size(bits_per_second: float, text: str) -> None:
    """Of a clock without its “M”, half a bit a second was “0.001 kbit/s”."""
    assert bit_rate(bits_per_second) == text
