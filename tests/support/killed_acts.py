"""An act on a dongle that is killed at any message or statement, as by `kill -9`."""

from collections.abc import Callable
from itertools import product

from sqlalchemy import event

from support.benchdata import Bench
from support.loopback_dongle import LoopbackDongle


class _KilledError(BaseException):
    """What `kill -9` is to a test in one process."""


def killed_at(bench: Bench, dongle: LoopbackDongle, death: int, act: Callable[[], object]) -> bool:
    """Whether `act` was killed: at the `death`-th message written or delivered, or statement, if it has so many."""
    left = death

    def count(*_arguments: object, **_options: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise _KilledError

    watched = list(product(bench.database.engines, ("before_cursor_execute", "after_cursor_execute", "commit")))
    for engine, moment in watched:
        event.listen(engine, moment, count)
    dongle.before_write = dongle.after_write = count
    try:
        act()
    except _KilledError:
        return True
    finally:
        dongle.before_write = dongle.after_write = lambda: None
        for engine, moment in watched:
            event.remove(engine, moment, count)
    return False
