"""Sends recorded frames at the times they were recorded at."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchboard.canbus.frame import Frame
from benchboard.canbus.pacing import wait_until


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many frames were sent, and by how many seconds the latest of them was late."""

    sent: int
    most_late_s: float


def replay_frames(
    frames: Iterable[Frame],
    send: Callable[[Frame], None],
    *,
    speed: float = 1.0,
    goes_on: Callable[[], bool] = lambda: True,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Replayed:
    """Send `frames` with the times between them divided by `speed`, until `goes_on` says no.

    Error frames aren't sent: they are nothing that a node could send. A frame that is due earlier than the one before
    it is sent at once. Errors are those of `send`.
    """
    began = first = None
    sent, most_late = 0, 0.0
    for frame in frames:
        if not goes_on():
            break
        if frame.error or frame.timestamp is None:
            continue
        if began is None or first is None:
            began, first = clock(), frame.timestamp.seconds
        due = began + (frame.timestamp.seconds - first) / speed
        late = wait_until(due, goes_on=goes_on, clock=clock, wait=wait)
        if late is None:
            break
        most_late = max(most_late, late)
        send(frame._replace(timestamp=None, sent=False, channel=""))
        sent += 1
    return Replayed(sent, most_late)
