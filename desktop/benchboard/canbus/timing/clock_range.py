"""CAN clocks that no controller has: a number written without its unit, such as 80 for 80 MHz."""

from typing import Final

from benchboard.canbus.timing.figures import frequency
from benchboard.i18n import _

LEAST_USUAL_CLOCK: Final = 1_000_000
GREATEST_USUAL_CLOCK: Final = 500_000_000
"""Hz. Controllers run at 4 to 160 MHz, a few in processors at 300 MHz."""
_LEAST_LIKELY: Final = 4_000_000
_GREATEST_LIKELY: Final = 200_000_000
"""Between them lie the CAN clocks in Hz that may have been meant."""
_UNITS: Final = (1_000_000, 1_000)


def clock_problem(clock: float) -> str:
    """A sentence on a CAN clock (Hz) that no controller has, with the one that was probably meant; else empty."""
    if LEAST_USUAL_CLOCK <= clock <= GREATEST_USUAL_CLOCK:
        return ""
    if clock < LEAST_USUAL_CLOCK:
        problem = _("{clock} is too slow for a CAN clock.")
        meant = next((clock * unit for unit in _UNITS if _is_likely(clock * unit)), None)
    else:
        problem = _("{clock} is too fast for a CAN clock.")
        meant = next((clock / unit for unit in _UNITS[::-1] if _is_likely(clock / unit)), None)
    sentence = problem.format(clock=frequency(clock))
    if meant is None:
        return sentence
    return "{} {}".format(sentence, _("Did you mean {clock}?").format(clock=frequency(meant)))


def _is_likely(clock: float) -> bool:
    return _LEAST_LIKELY <= clock <= _GREATEST_LIKELY
