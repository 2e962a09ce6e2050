"""Problems and notices, shown in one place: the banner under the header, the toast at the bottom, the report of a bug.

One banner at a time, errors before notices; the others wait. Nothing here is modal except the report of a bug.
"""

import logging
import traceback
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import shiboken6
from PySide6.QtCore import QObject, Signal

from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _
from benchboard.log import redact

_log = logging.getLogger(__name__)
Kind = Literal["info", "warn", "error"]
_SEVERITY: Final[Mapping[Kind, int]] = {"error": 0, "warn": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Action:
    """A button of a banner: a verb with its object."""

    title: str
    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Notice:
    """The content of a banner: `what` in bold, then `why`; at most two actions."""

    what: str
    why: str = ""
    kind: Kind = "info"
    icon: str = ""
    actions: tuple[Action, ...] = ()
    key: str = ""


class ProblemDisplay(Protocol):
    """Where problems are shown: the shell, or the sign-in screen before it."""

    def show_banner(self, notice: Notice | None) -> None: ...
    def show_toast(self, text: str, undo: Callable[[], None] | None, *, small: bool) -> None: ...
    def hide_toast(self, text: str) -> None: ...
    def show_bug(self, summary: str, details: str) -> None: ...


class Problems(QObject):
    """The only one who shows problems. `attach` says on which stage."""

    shown = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._display: ProblemDisplay | None = None
        self._waiting: deque[Notice] = deque()
        self._failing: Hashable | None = None
        self._failed: dict[str, set[Hashable]] = {}
        """The tasks whose failure a notice reports, by its key."""

    def attach(self, display: ProblemDisplay) -> None:
        """Show on `display` from now on, the waiting notices too."""
        self._display = display
        self._present()

    @property
    def current(self) -> Notice | None:
        """The notice on show: the most severe, then the oldest. A piece of news must not hide an error."""
        return min(self._waiting, key=lambda notice: _SEVERITY[notice.kind], default=None)

    def has(self, key: str) -> bool:
        """Whether a notice called `key` is on show or waits to be."""
        return any(notice.key == key for notice in self._waiting)

    def show(self, error: AppError, retry: Callable[[], None] | None = None, *, act: str = "") -> None:
        """Show an expected failure: what, why, what to do, and *Try again* where trying again may help. Of one `act`
        the newest failure is shown; `dismiss(act)` when it succeeds."""
        if isinstance(error, Cancelled):
            return
        _log.info("an error was shown: %s", error.code)
        if self._failing is not None:
            self._failed.setdefault(act or error.code, set()).add(self._failing)
        actions = (Action(_("Try again"), retry),) if retry else ()
        why = " ".join(part for part in (error.why, error.do) if part)
        self.notify(Notice(error.what, why, "error", "ph.warning-circle", actions, key=act or error.code))

    @contextmanager
    def failing(self, task: Hashable) -> Iterator[None]:
        """The errors shown meanwhile are those of `task`: when it has `succeeded`, they are no longer true."""
        self._failing = task
        try:
            yield
        finally:
            self._failing = None

    def succeeded(self, task: Hashable) -> None:
        """Take away the errors of `task`, but for those that other tasks still have."""
        for key in [key for key, tasks in self._failed.items() if task in tasks]:
            self._failed[key].discard(task)
            if not self._failed[key]:
                self.dismiss(key)

    def notice(
        self, what: str, why: str = "", *actions: Action, kind: Kind = "info", icon: str = "", key: str = ""
    ) -> None:
        """Show a piece of news; one with the same `key` replaces the older one."""
        self.notify(Notice(what, why, kind, icon, actions, key))

    def notify(self, notice: Notice) -> None:
        """Queue `notice`; the same one twice is shown once."""
        same = next((old for old in self._waiting if old == notice or (notice.key and old.key == notice.key)), None)
        if same is not None:
            self._waiting[self._waiting.index(same)] = notice
        else:
            self._waiting.append(notice)
        self._present()

    def dismiss(self, key: str = "") -> None:
        """Take away the notice on show, or the one named `key`; the next one follows."""
        going = [notice for notice in self._waiting if notice.key == key] if key else [self.current]
        for notice in going:
            if notice is not None:
                self._waiting.remove(notice)
                self._failed.pop(notice.key, None)
        self._present()

    def clear(self) -> None:
        """Drop all notices (another person signs in)."""
        self._waiting.clear()
        self._failed.clear()
        self._present()

    def toast(self, text: str, undo: Callable[[], None] | None = None, *, small: bool = False) -> None:
        """Say for six seconds that something was done, with a way back; `small`, where it stands over what is looked
        at."""
        if self._display is not None and _is_alive(self._display):
            self._display.show_toast(text, undo, small=small)

    def withdraw(self, text: str) -> None:
        """Hide the toast with this text: it no longer holds."""
        if self._display is not None and _is_alive(self._display):
            self._display.hide_toast(text)

    def bug(self, error: BaseException) -> None:
        """Report a bug: to the log, and to the person as a report they can copy."""
        details = redact("".join(traceback.format_exception(error)))
        _log.error("a bug: %s", details)
        if self._display is not None and _is_alive(self._display):
            self._display.show_bug(type(error).__name__, details)

    def _present(self) -> None:
        if self._display is not None and _is_alive(self._display):
            self._display.show_banner(self.current)
            self.shown.emit(self.current)


def _is_alive(display: ProblemDisplay) -> bool:
    return not isinstance(display, QObject) or shiboken6.isValid(display)
