"""When the rows of a send table are due: at multiples of their periods, so that none drifts. No I/O."""

from dataclasses import dataclass


@dataclass(slots=True)
class _RunningRow:
    """A row that was started at `began` (s); `turn` is the next multiple of its period, None if it is sent once."""

    began: float
    period: float | None
    turn: int = 0

    @property
    def due(self) -> float:
        return self.began + self.turn * (self.period or 0.0)


@dataclass(frozen=True, slots=True)
class DueRow:
    """A row that is due, by how many seconds it is late, and how many of its turns before this one were missed."""

    key: int
    late: float
    missed: int


class SendSchedule:
    """The rows that run, by their keys. A turn that comes so late that the next one is due already is missed: frames
    are never sent in a burst to catch up.
    """

    def __init__(self) -> None:
        self._runs: dict[int, _RunningRow] = {}

    def start(self, key: int, period: float | None, now: float) -> None:
        """Make a row due now and then every `period` s, or once if that is None; one that runs begins anew."""
        self._runs[key] = _RunningRow(now, period)

    def stop(self, key: int) -> None:
        """Make a row not due any more, if it runs."""
        self._runs.pop(key, None)

    @property
    def running(self) -> frozenset[int]:
        """The keys of the rows that run."""
        return frozenset(self._runs)

    @property
    def next_due(self) -> float | None:
        """When the next row is due; None if none runs."""
        return min((run.due for run in self._runs.values()), default=None)

    def take_due(self, now: float) -> list[DueRow]:
        """The rows that are due by `now`, the longest due first, each once; a row that is sent once runs no more."""
        due = sorted((run.due, key) for key, run in self._runs.items() if run.due <= now)
        return [self._take(key, now) for _due, key in due]

    def _take(self, key: int, now: float) -> DueRow:
        run = self._runs[key]
        if run.period is None:
            del self._runs[key]
            return DueRow(key, now - run.due, 0)
        first = run.turn
        # The division may be off by one, by rounding.
        run.turn = max(first, int((now - run.began) / run.period) - 1)
        while run.began + (run.turn + 1) * run.period <= now:
            run.turn += 1
        late, missed = now - run.due, run.turn - first
        run.turn += 1
        return DueRow(key, late, missed)
