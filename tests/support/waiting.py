"""Waiting for what must come to be, in tests without a window (those with one have `qtbot.waitUntil`)."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(wanted: Callable[[], T], what: str = "what must come to be", seconds: float = 60) -> T:
    """Call `wanted` until its result is true; returns it."""
    deadline = time.monotonic() + seconds
    while not (found := wanted()):
        assert time.monotonic() < deadline, f"timed out waiting for {what}"
        time.sleep(0.01)
    return found
