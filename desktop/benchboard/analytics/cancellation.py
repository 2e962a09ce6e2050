"""Ends work on one thread at the request of another."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchboard.errors import Cancelled
from benchboard.i18n import _


class CancelToken:
    """A request to end a query: the engine itself stops its work, not only our waiting for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled

    def cancel(self) -> None:
        """End the query that runs under this token, and let no other start."""
        with self._lock:
            self._cancelled = True
            for callback in self._callbacks:
                callback()

    @contextmanager
    def on_cancel(self, callback: Callable[[], None]) -> Iterator[None]:
        """While the block runs, `cancel` calls `callback`. Raises `Cancelled` if it was called before."""
        with self._lock:
            if self._cancelled:
                raise query_cancelled()
            self._callbacks.append(callback)
        try:
            yield
        finally:
            with self._lock:
                self._callbacks.remove(callback)


def query_cancelled() -> Cancelled:
    """The error of a query that was cancelled."""
    return Cancelled("query.stopped", _("The query was stopped."))
