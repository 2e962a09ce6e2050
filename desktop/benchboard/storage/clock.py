"""The time at which rows are written: now, except while a history is told that happened before, as the demo's is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Final

_STEP: Final = timedelta(milliseconds=1)


class HistoryClock:
    """A time in the past, which goes on by a millisecond whenever it is asked for, so that what is told keeps its
    order."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        self._at += _STEP
        return self._at

    def go_to(self, at: datetime) -> None:
        """What is told next happened at `at`, or just after what was told before if that is later."""
        self._at = max(self._at, at.astimezone(UTC))


_history: ContextVar[HistoryClock | None] = ContextVar("history", default=None)


def now() -> datetime:
    """This moment, aware, in UTC, as exact as both databases keep it (microseconds); in `history`, the one told."""
    told = _history.get()
    return told.now() if told is not None else datetime.now(UTC)


@contextmanager
def history(begin: datetime) -> Iterator[HistoryClock]:
    """Let what this thread writes in the block have happened from `begin` on."""
    told = HistoryClock(begin)
    token = _history.set(told)
    try:
        yield told
    finally:
        _history.reset(token)
