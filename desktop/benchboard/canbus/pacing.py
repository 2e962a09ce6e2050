"""Waits for the moment at which a frame is due."""

import time
from collections.abc import Callable
from typing import Final

_STEP_S: Final = 0.05
"""The longest wait at once, after which whether to go on is asked again."""


def wait_until(
    due: float,
    *,
    goes_on: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> float | None:
    """Wait until `clock` reaches `due`; returns how late that is (s), None as soon as `goes_on` says no."""
    while goes_on():
        left = due - clock()
        if left <= 0:
            return -left
        wait(min(left, _STEP_S))
    return None
