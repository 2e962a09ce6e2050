"""Bit rates, frequencies and limits as text: the same figures in the window and on the command line."""

from math import floor

from benchboard.i18n import _, number, percent


def bit_rate(bits_per_second: float) -> str:
    """`0.5 bit/s`, `500 kbit/s`, `83.333 kbit/s`, `2 Mbit/s`."""
    if bits_per_second < 1_000:
        return _("{rate} bit/s").format(rate=number(bits_per_second, most=3))
    if bits_per_second >= 1_000_000:
        return _("{rate} Mbit/s").format(rate=number(bits_per_second / 1_000_000, most=6))
    return _("{rate} kbit/s").format(rate=number(bits_per_second / 1000, most=3))


def frequency(hertz: float) -> str:
    """`80 MHz`, `32.768 kHz`, `80 Hz`."""
    for unit, size in (("MHz", 1_000_000), ("kHz", 1_000)):
        if hertz >= size:
            return f"{number(hertz / size, most=6)} {unit}"
    return f"{number(hertz, most=6)} Hz"


def allowed_frequencies(low: float, high: float) -> str:
    """What a frequency may be, as errors say it: `a frequency from 1 Hz to 4294 MHz`; never above `high`."""
    unit = next((size for size in (1_000_000, 1_000) if high >= size), 1)
    return _("a frequency from {low} to {high}").format(low=frequency(low), high=frequency(floor(high / unit) * unit))


def allowed_bit_rates(low: float, high: float) -> str:
    """What a bit rate may be, as errors say it: `a bit rate from 1 kbit/s to 1 Mbit/s`."""
    return _("a bit rate from {low} to {high}").format(low=bit_rate(low), high=bit_rate(high))


def limit_percent(value: float) -> str:
    """A limit in percent, with two decimals and never rounded up: what is shown is allowed."""
    return percent(floor(round(100 * value, 9)) / 100, 2)


def error_figure(value: float) -> str:
    """A bit rate error in percent, without the sign: `0` only where it is exactly 0, else two decimals, or more where
    these would be zeros.
    """
    return number(value, 2) if value >= 0.005 else number(value, most=6)


def value_percent(value: float) -> str:
    """A value in percent beside a limit: two decimals, or all that were entered if there are more."""
    return percent(value, None if value != round(value, 2) else 2, most=6)
