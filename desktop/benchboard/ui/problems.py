"""Problems and notices, shown in one place: the banner under the header, the toast at the bottom, the bug report.

One banner at a time, errors before notices and the newest error first; it says how many more there are. Only the bug
report is modal.
"""

import logging
import traceback
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Final, Literal, NamedTuple, Protocol

import shiboken6
from PySide6.QtCore import QObject, Signal

from benchboard.errors import AppError, Cancelled, Unavailable
from benchboard.i18n import _
from benchboard.log import redact

_log = logging.getLogger(__name__)
Kind = Literal["info", "warn", "error"]
_MOST_UNDOS: Final = 50
"""Actions of a page that can be undone, one after the other."""
_EVERYWHERE: Final = ("storage.", "workspace.")
"""How the codes of errors begin that are the same on every page: the database or its folder is unavailable."""
_SEVERITY: Final[Mapping[Kind, int]] = {"error": 0, "warn": 1, "info": 2}


class Action(NamedTuple):
    """A button of a banner: a verb with its object. It dismisses the notice, unless it `keeps_notice`: then what is
    below the banner stays in place, and whoever showed the notice dismisses it once it's no longer true. A `primary`
    one is what the page is about until it is done.
    """

    title: str
    run: Callable[[], None]
    keeps_notice: bool = False
    primary: bool = False
    command: str = ""
    """The command whose shortcuts also run it, where it is in a toast."""


class Notice(NamedTuple):
    """The content of a banner: `what` in bold, then `why`; at most two actions."""

    what: str
    why: str = ""
    kind: Kind = "info"
    icon: str = ""
    actions: tuple[Action, ...] = ()
    key: str = ""
    page: str = ""
    """The address of the page that it goes with; empty if it stays whatever page is shown."""
    place: str = ""
    """The room or view that it is about (`bench`, `bench/dongles`): elsewhere it waits. Empty: shown anywhere."""


class ProblemDisplay(Protocol):
    """Where problems are shown: the shell, or the sign-in screen before it."""

    def show_banner(self, notice: Notice | None) -> None: ...
    def show_toast(
        self, text: str, undo: Callable[[], None] | None, *, warning: bool = False, action: Action | None = None
    ) -> None: ...
    def hide_toast(self, text: str) -> None: ...
    def leave_toast(self) -> None: ...
    def show_bug(self, summary: str, details: str) -> None: ...


class Problems(QObject):
    """Shows all problems, on the display set by `attach`."""

    shown = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._display: ProblemDisplay | None = None
        self._waiting: deque[Notice] = deque()
        self._page = ""
        self._turned_to: Notice | None = None
        """The notice that the user turned to, of several: shown until another one comes, or it is dismissed."""
        self._bugs: set[str] = set()
        """The reports that were shown."""
        self._failing: Hashable | None = None
        self._failed: dict[str, set[Hashable]] = {}
        """The tasks whose failure a notice reports, by its key."""
        self._undos: dict[str, list[Callable[[], None]]] = {}
        """What undoes the last actions of each page."""
        self._redos: dict[str, list[Callable[[], None] | None]] = {}
        """What redoes the steps of each page that were undone last; None: that one can't be redone."""
        self._toasted = ""
        """What the last toast says, if it has nothing to undo."""
        self._step: Literal["", "undo", "redo"] = ""
        """What the next toast reports: to undo an undo is to redo the action."""

    def attach(self, display: ProblemDisplay) -> None:
        """Show problems and waiting notices on `display` from now on."""
        self._display = display
        self._redos.clear()
        self._undos.clear()  # they belong to the views of the display before
        self._present()

    @property
    def current(self) -> Notice | None:
        """The notice to show: the newest error, then the most severe and oldest of the others, unless the user turned
        to another. Other news must not hide an error, nor an old error what came of the user's last act.
        """
        here = self.here
        return self._turned_to if self._turned_to in here else here[0] if here else None

    @property
    def here(self) -> tuple[Notice, ...]:
        """The notices of the page that is shown, the most important first."""
        here = [notice for notice in self._waiting if notice.place in ("", self.room, self._page)]
        errors = [notice for notice in here if notice.kind == "error"]
        others = [notice for notice in here if notice.kind != "error"]
        return (*reversed(errors), *sorted(others, key=lambda notice: _SEVERITY[notice.kind]))

    def turn(self) -> bool:
        """Show the next notice; False if there was none, and the first one is shown again."""
        here, current = self.here, self.current
        at = here.index(current) + 1 if current is not None else 0
        self._turned_to = here[at] if at < len(here) else None
        self._present()
        return self._turned_to is not None

    @property
    def room(self) -> str:
        """The room whose page is shown; empty before the first one is."""
        return self._page.partition("/")[0]

    @property
    def waiting(self) -> tuple[Notice, ...]:
        """The notices that are shown or wait."""
        return tuple(self._waiting)

    def has(self, key: str) -> bool:
        """Whether a notice with this `key` is shown or waiting."""
        return any(notice.key == key for notice in self._waiting)

    def page_shown(self, address: str) -> None:
        """The page with this address is shown: the notices of other pages go, and what was reported there."""
        if address != self._page and self._display is not None and _is_alive(self._display):
            self._display.leave_toast()
        self._page = address
        for notice in [notice for notice in self._waiting if notice.page not in ("", address)]:
            self._remove(notice)
        self._present()

    def show(
        self, error: AppError, retry: Callable[[], None] | None = None, *, act: str = "", lasting: bool = False
    ) -> None:
        """Show an expected failure: what, why, what to do, and *Try again* if that may help.

        Only the newest failure of an `act` is shown; call `dismiss(act)` when it succeeds. It goes when the user leaves
        the page, unless it can be tried again, the database is unavailable, or its cause is `lasting`, as unsaved work
        is. A file that can't be read or written concerns only the page where it was asked for.
        """
        if isinstance(error, Cancelled):
            return
        _log.info("an error was shown: %s", error.code)
        self._step = ""
        if self._failing is not None:
            self._failed.setdefault(act or error.code, set()).add(self._failing)
        actions = (Action(_("Try again"), retry),) if retry else ()
        why = " ".join(part for part in (error.why, error.do) if part)
        is_everywhere = isinstance(error, Unavailable) and error.code.startswith(_EVERYWHERE)
        page = "" if retry or lasting or is_everywhere else self._page
        self.notify(Notice(error.what, why, "error", "ph.warning-circle", actions, key=act or error.code, page=page))

    @contextmanager
    def failing(self, task: Hashable) -> Iterator[None]:
        """Errors shown in this block belong to `task`: they are dismissed once it has `succeeded`."""
        self._failing = task
        try:
            yield
        finally:
            self._failing = None

    def succeeded(self, task: Hashable) -> None:
        """Dismiss the errors of `task`, except those that other tasks still have."""
        for key in [key for key, tasks in self._failed.items() if task in tasks]:
            self._failed[key].discard(task)
            if not self._failed[key]:
                self.dismiss(key)

    def notice(
        self,
        what: str,
        why: str = "",
        *actions: Action,
        kind: Kind = "info",
        icon: str = "",
        key: str = "",
        with_page: bool = False,
        place: str = "",
    ) -> None:
        """Show a notice; it replaces an older one with the same `key`. One `with_page` goes when the user leaves the
        page that is shown now; one of a `place`, a room or view, is shown only there."""
        self.notify(Notice(what, why, kind, icon, actions, key, self._page if with_page else "", place))

    def report_unknown_address(self, address: str) -> None:
        """Say that the page of a link doesn't exist."""
        why = _("benchboard://{address} doesn't exist, or you don't have access to it.")
        self.notice(
            _("The link's page can't be opened."),
            why.format(address=shortened_address(address)),
            kind="warn",
            icon="ph.warning",
            with_page=True,
        )

    def notify(self, notice: Notice) -> None:
        """Queue `notice`; equal notices are shown once."""
        same = next((old for old in self._waiting if old == notice or (notice.key and old.key == notice.key)), None)
        if same is not None and notice.kind != "error":
            self._waiting[self._waiting.index(same)] = notice
        else:
            if same is not None:  # the user tried again: it failed now
                self._waiting.remove(same)
            self._waiting.append(notice)
            if notice != same:
                self._turned_to = None
        self._present()

    def dismiss(self, key: str = "") -> None:
        """Dismiss the shown notice, or the one with `key`; the next one follows."""
        going = [notice for notice in self._waiting if notice.key == key] if key else [self.current]
        for notice in going:
            if notice is not None:
                self._remove(notice)
        self._present()

    def _remove(self, notice: Notice) -> None:
        self._waiting.remove(notice)
        self._failed.pop(notice.key, None)

    def clear(self) -> None:
        """Drop all notices (another user signs in)."""
        self._waiting.clear()
        self._failed.clear()
        self._undos.clear()
        self._redos.clear()
        self._page = ""
        self._present()

    def toast(
        self,
        text: str,
        undo: Callable[[], None] | None = None,
        *,
        warning: bool = False,
        action: Action | None = None,
    ) -> None:
        """Report a completed action for six seconds, with undo, or an `action` that goes on from there; a `warning` if
        something wasn't done. Later `undo_last` still undoes it, after those that followed it on the same page. The
        `undo` of what reports an undo redoes the action: by the toast, or later by `redo_last`.
        """
        step, self._step = self._step, ""
        if step == "undo":
            redos = self._redos.setdefault(self._page, [])
            redos.append(undo)
            del redos[:-_MOST_UNDOS]
            if undo is not None:
                action = action or Action(_("Redo"), partial(self._redo, self._page, undo), command="list.redo")
            undo = None
        elif undo is not None:
            if step != "redo":
                self._redos.pop(self._page, None)  # they belong to a course of actions that was left
            known = self._undos.setdefault(self._page, [])
            known.append(undo)
            del known[:-_MOST_UNDOS]
            undo = partial(self._undo, self._page, undo)
        if undo is None and self._is_in_banner(text):
            return
        self._toasted = text if undo is None else ""
        if self._display is not None and _is_alive(self._display):
            self._display.show_toast(text, undo, warning=warning, action=action)

    def _is_in_banner(self, text: str) -> bool:
        """Whether the banner that is shown begins as this toast does."""
        return self.current is not None and text.startswith(self.current.what)

    def undo_last(self) -> None:
        """Undo the last action on the page that is shown and wasn't undone, also after its toast has gone."""
        known = self._undos.get(self._page)
        if known:
            self._undo(self._page, known[-1])
        else:
            self.refuse(_("Nothing to undo"))

    def _undo(self, page: str, undo: Callable[[], None]) -> None:
        self._undos[page] = [one for one in self._undos.get(page, []) if one is not undo]
        self._step = "undo"
        undo()

    def step_is_said(self) -> None:
        """What is being undone or redone says itself what it did, without a toast: the next one reports another act."""
        self._step = ""

    def leave_toast(self) -> None:
        """Hide the toast: a view has a newer step than what it undoes, and undoes that itself first."""
        if self._display is not None and _is_alive(self._display):
            self._display.leave_toast()

    def redo_last(self) -> None:
        """Redo the step of the page that is shown that was undone last, or say why that can't be."""
        known = self._redos.get(self._page)
        if not known:
            self.refuse(_("Nothing to redo"))
        elif (redo := known[-1]) is not None:
            self._redo(self._page, redo)
        else:
            self.refuse(_("What you undid last can't be redone. Do it again."))

    def _redo(self, page: str, redo: Callable[[], None]) -> None:
        self._redos[page] = [one for one in self._redos.get(page, []) if one is not redo]
        self._step = "redo"
        redo()

    def refuse(self, why: str) -> None:
        """Say why a command can't be run now, until the user leaves the page, for six seconds at most."""
        if self._display is not None and _is_alive(self._display):
            self._display.show_toast(why, None, warning=True)

    def withdraw(self, text: str) -> None:
        """Hide the toast with this text: it no longer applies."""
        if self._display is not None and _is_alive(self._display):
            self._display.hide_toast(text)

    def bug(self, error: BaseException) -> None:
        """Report a bug: in the log, and to the user as a report that can be copied. The same one again, as of a timer,
        is only logged: its report would interrupt whatever the user does now."""
        details = redact("".join(traceback.format_exception(error)))
        _log.error("a bug: %s", details)
        if self._display is not None and _is_alive(self._display) and details not in self._bugs:
            self._bugs.add(details)
            self._display.show_bug(type(error).__name__, details)

    def _present(self) -> None:
        if self._display is not None and _is_alive(self._display):
            self._display.show_banner(self.current)
            if self._toasted and self._is_in_banner(self._toasted):
                self._display.hide_toast(self._toasted)
            self.shown.emit(self.current)


def shortened_address(address: str) -> str:
    """A link's address, as long as a sentence can hold it."""
    return address if len(address) <= 80 else f"{address[:79]}…"


def _is_alive(display: ProblemDisplay) -> bool:
    return not isinstance(display, QObject) or shiboken6.isValid(display)
