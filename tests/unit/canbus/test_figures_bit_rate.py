"""Bit rates in the unit that leaves them readable."""

import pytest

from benchboard.canbus.timing.figures import bit_rate, error_figure


@pytest.mark.parametrize(
    ("bits_per_second", "text"),
    [(0.5, "0.5 bit/s"), (999, "999 bit/s"), (83_333, "83.333 kbit/s"), (500_000, "500 kbit/s"), (2e6, "2 Mbit/s")],
)
def test_bit_rate_has_the_unit_of_its_size(bits_per_second: float, text: str) -> None:
    """Of a clock without its “M”, half a bit a second was “0.001 kbit/s”."""
    assert bit_rate(bits_per_second) == text


@pytest.mark.parametrize(("error", "text"), [(0.0, "0"), (0.0012, "0.0012"), (0.005, "0.01"), (0.5, "0.50")])
def test_an_error_is_0_only_where_it_is_exactly_0(error: float, text: str) -> None:
    assert error_figure(error) == text
