"""Sends the rows of a send table through a bus, each at its period, on a thread of its own."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from benchboard.canbus.bus import Bus, ErrorState, SendResult, require_responding, require_sendable
from benchboard.canbus.frame_sender import not_sent_error
from benchboard.canbus.pacing import wait_until
from benchboard.canbus.send_schedule import DueRow, SendSchedule
from benchboard.canbus.send_table import SendRow
from benchboard.errors import AppError, DeviceFailure, Unavailable
from benchboard.i18n import _

MAX_UNCONFIRMED: Final = 16
"""Frames of a row that may wait for their acknowledgement; its turns are missed while so many do."""


@dataclass(frozen=True, slots=True)
class RowState:
    """What became of a row since its bus was opened.

    `sent` frames were acknowledged, or accepted where the interface doesn't report that; `failed` ones were refused or
    given up; `unconfirmed` ones wait for it. `missed` turns were not sent, because the computer or the bus was too
    slow. `most_late_s` is by how much the latest frame of the present run, or the last one, was handed over late.
    `since`: when it was started last, by the sender's clock. `error`: why it stopped by itself.
    """

    running: bool = False
    sent: int = 0
    failed: int = 0
    unconfirmed: int = 0
    missed: int = 0
    most_late_s: float = 0.0
    since: float | None = None
    error: AppError | None = None


class TableSender:
    """Starts and stops rows by their keys. All rows stop by themselves when the bus fails or the dongle stops
    responding, becomes error passive or goes bus off; each then has the error in its state. Rows may be started again
    while it is error passive: each acknowledged frame brings it back.
    """

    def __init__(self, bus: Bus, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._bus = bus
        self._clock = clock
        self._rows: dict[int, SendRow] = {}
        self._turns: dict[int, int] = {}
        """How many frames of each row were handed over: by that its counter goes on. Of the thread alone."""
        self._states: dict[int, RowState] = {}
        self._schedule = SendSchedule()
        self._generation = 0
        self._before: ErrorState | None = None  # the state of the controller when it was last looked at
        self._closed = False
        self._changed = threading.Condition()  # guards what is above
        self._thread: threading.Thread | None = None

    @property
    def reports_sent(self) -> bool:
        """Whether `sent` counts what other nodes acknowledged, rather than what the interface accepted."""
        return self._bus.capabilities.reports_sent

    def now(self) -> float:
        """The time by the sender's clock."""
        return self._clock()

    def why_not(self, row: SendRow) -> AppError | None:
        """Why this row can't be sent on this bus; None if it can."""
        try:
            require_sendable(row.frame, self._bus.capabilities)
        except AppError as error:
            return error
        return None

    def start(self, rows: Iterable[SendRow]) -> None:
        """Send these rows now, and those with a period again and again. One that runs already begins anew.

        Raises `Invalid` (`bus.frame`) if the bus can't carry one of them, `DeviceFailure` while the dongle is bus off
        (`bus.off`) or says nothing (`bus.not-responding`), `Unavailable` (`bus.send-closed`) after `close`; then none
        is started.
        """
        starting = list(rows)
        for row in starting:
            require_sendable(row.frame, self._bus.capabilities)
        with self._changed:
            if self._closed:
                raise _closed()
            state = self._bus.state()
            require_responding(state)
            if state.bus_off:
                raise not_sent_error(SendResult.REJECTED, bus_off=True)
            now = self._clock()
            if not self._schedule.running:
                self._before = state.error_state
            for row in starting:
                self._rows[row.key] = row
                self._schedule.start(row.key, row.period_s, now)
                before = self._states.get(row.key, RowState())
                self._states[row.key] = replace(before, running=True, most_late_s=0.0, since=now, error=None)
            self._notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="table-sender", daemon=True)
                self._thread.start()

    def update(self, rows: Iterable[SendRow]) -> None:
        """Take the rows of the table as they are now: those that run send their new frames from their next turn on, at
        their new periods; those that are no longer in the table, have no period any more, or that the bus can't carry,
        stop.
        """
        present = {row.key: row for row in rows}
        with self._changed:
            for key in self._schedule.running:
                row, before = present.get(key), self._rows[key]
                if row is None:
                    self._stop(key)
                elif (error := self.why_not(row)) is not None:
                    self._stop(key, error)
                elif row.period_s is None:
                    self._stop(key)
                elif row.period_ms != before.period_ms:
                    self._schedule.start(key, row.period_s, self._clock() + row.period_s)
            self._rows |= present
            self._notify()

    def stop(self, keys: Iterable[int] | None = None, error: AppError | None = None) -> bool:
        """Stop these rows, or all of them, with `error` as their reason; returns whether one ran. What the dongle has
        already is still sent.
        """
        with self._changed:
            stopping = self._schedule.running if keys is None else self._schedule.running & set(keys)
            for key in stopping:
                self._stop(key, error)
            self._notify()
            return bool(stopping)

    def close(self, error: AppError | None = None) -> None:
        """Stop all rows for good, with `error` as their reason, and wait for the frame that is being handed over: a
        port takes it or fails within a second. Safe to call twice."""
        with self._changed:
            self._closed = True
            for key in self._schedule.running:
                self._stop(key, error or _closed())
            self._notify()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def states(self) -> dict[int, RowState]:
        """The states of all rows that were started, by their keys."""
        with self._changed:
            return dict(self._states)

    def continue_counts(self, earlier: "TableSender") -> None:
        """Count on from where another sender has ended: its bus was restarted. No row runs by that."""
        states = earlier.states()
        with self._changed:
            self._states = {
                key: replace(state, running=False, unconfirmed=0, error=None) for key, state in states.items()
            } | self._states

    def clear_counts(self) -> None:
        """Count from 0 again."""
        with self._changed:
            for key, state in self._states.items():
                self._states[key] = replace(state, sent=0, failed=0, missed=0, most_late_s=0.0)

    # ---- the thread

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._schedule.next_due is not None)
                if self._closed:
                    return
                due, generation = self._schedule.next_due, self._generation
            if due is None:
                continue
            late = wait_until(due, goes_on=partial(self._goes_on, generation), clock=self._clock, wait=self._wait)
            if late is not None:
                self._send_due()

    def _goes_on(self, generation: int) -> bool:
        """Whether nothing was started or stopped meanwhile. Looks after the bus, too."""
        state = self._bus.state()
        with self._changed:
            try:
                require_responding(state)
            except DeviceFailure as error:
                self._stop_all(error)
            if state.bus_off or (state.error_state is ErrorState.PASSIVE and self._before is not ErrorState.PASSIVE):
                self._stop_all(_passive(bus_off=state.bus_off))
            self._before = state.error_state
            return generation == self._generation and not self._closed

    def _wait(self, seconds: float) -> None:
        with self._changed:
            generation = self._generation
            self._changed.wait_for(lambda: generation != self._generation or self._closed, seconds)

    def _send_due(self) -> None:
        with self._changed:
            turns = [(self._rows[one.key], self._count_turn(one)) for one in self._schedule.take_due(self._clock())]
        for row, goes in turns:
            if goes and not self._hand_over(row):
                return

    def _count_turn(self, due: DueRow) -> bool:
        """Note that a row is due; returns whether it may be sent. The lock must be held."""
        state = self._states[due.key]
        goes = state.unconfirmed < MAX_UNCONFIRMED
        self._states[due.key] = replace(
            state,
            running=due.key in self._schedule.running,
            missed=state.missed + due.missed + (not goes),
            unconfirmed=state.unconfirmed + goes,
            most_late_s=max(state.most_late_s, due.late),
        )
        return goes

    def _hand_over(self, row: SendRow) -> bool:
        """Hand a row's frame to the bus; returns whether the bus still works."""
        turn = self._turns.get(row.key, 0)
        self._turns[row.key] = turn + 1
        try:
            self._bus.send(row.rules.applied(row.frame, turn), partial(self._on_result, row.key))
        except AppError as error:
            with self._changed:
                self._count(row.key, sent=False)
                if isinstance(error, DeviceFailure | Unavailable):
                    self._stop_all(error)
                    if (state := self._states.get(row.key)) is not None:  # one that was sent once runs no more
                        self._states[row.key] = replace(state, error=error)
                    return False
                self._stop(row.key, error)
        return True

    def _on_result(self, key: int, result: SendResult) -> None:
        with self._changed:
            self._count(key, sent=result.is_sent)

    def _count(self, key: int, *, sent: bool) -> None:
        """Note what became of a frame. The lock must be held."""
        state = self._states.get(key)
        if state is not None:
            self._states[key] = replace(
                state,
                unconfirmed=max(0, state.unconfirmed - 1),
                sent=state.sent + sent,
                failed=state.failed + (not sent),
            )

    def _stop_all(self, error: AppError) -> None:
        """Stop all rows for this reason. The lock must be held."""
        for key in self._schedule.running:
            self._stop(key, error)
        self._notify()

    def _stop(self, key: int, error: AppError | None = None) -> None:
        """Stop a row. The lock must be held."""
        self._schedule.stop(key)
        if (state := self._states.get(key)) is not None and state.running:
            self._states[key] = replace(state, running=False, error=error)

    def _notify(self) -> None:
        """Have the thread look at the schedule again. The lock must be held."""
        self._generation += 1
        self._changed.notify_all()


def _closed() -> Unavailable:
    return Unavailable("bus.send-closed", _("The live bus was closed."))


def _passive(*, bus_off: bool) -> DeviceFailure:
    return DeviceFailure(
        "bus.off" if bus_off else "bus.passive",
        _("The dongle went bus off.") if bus_off else _("The dongle became error passive."),
        why=_("Frames kept failing: no acknowledgement, a wrong bit rate, or interference."),
        do=_("Check that another node is on the bus, with the same bit rate and termination."),
    )
