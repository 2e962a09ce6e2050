"""What a user can do about a dongle, in each state that it and its row in the database can be in together.

Window and command line offer this; `tests/unit/dongles/test_ways_out.py` walks all pairs of states.
"""

import enum
from typing import Final

from benchboard.dongles.firmware_detection import DongleInfo


@enum.unique
class WayOut(enum.Enum):
    """An act that leads out of a state. CHECK reads the dongle's STATUS, which settles what the row can't know."""

    CHECK = "check"
    PAIR = "pair"
    RELEASE = "release"
    WRITE_OFF = "write-off"
    RESET = "reset"


_BELONGS: Final = frozenset({"CLAIM_PENDING", "CLAIMED_ACTIVE", "TRANSFER_PENDING", "LOST"})
"""The ownership states of a row whose dongle the organisation has, or may have."""


def ways_out(registered: str | None, info: DongleInfo | None, *, connected: bool) -> tuple[WayOut, ...]:
    """What can be done, the likeliest first, about a dongle with this ownership state in the database (None: it isn't
    there), which has answered with `info` (None: it hasn't) and is `connected` to a port or not.

    Empty only for one that neither belongs to the organisation nor is there.
    """
    reported = info.ownership_state if info is not None else None
    if registered == "CLAIMED_ACTIVE" and info is not None:
        return (WayOut.RELEASE,)  # if it holds another claim by now, that is found out by it, as by any other contact
    ways = []
    if info is not None and reported != "CLAIMED_ACTIVE":
        ways.append(WayOut.PAIR)
    if connected and (info is None or registered in _BELONGS):
        ways.append(WayOut.CHECK)
    if reported == "CLAIMED_ACTIVE":
        ways.append(WayOut.RESET)
    if registered in _BELONGS:
        ways.append(WayOut.WRITE_OFF)
    return tuple(ways)
