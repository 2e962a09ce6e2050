"""Shows problems in the shell: the banner, the toast, and the bug report."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from benchboard.ui.problems import Action, Notice, Problems
from benchboard.ui.widgets.banners import BannerPlace, BannerSlot
from benchboard.ui.widgets.toasts import Toast

if TYPE_CHECKING:
    from benchboard.ui.shell.bug_report import BugReport


class ShellProblemDisplay(QObject):
    """`slot` holds the banner: under the header, or where the view has a place for it (`place_banner`). Toasts and
    reports are shown in `host`'s window.
    """

    def __init__(self, host: QWidget, problems: Problems) -> None:
        super().__init__(host)
        self._host, self._problems = host, problems
        self.slot = BannerSlot(problems.turn, problems.dismiss)
        self._toast: Toast | None = None
        self._report: BugReport | None = None

    def show_banner(self, notice: Notice | None) -> None:
        """Replace the banner; None removes it."""
        self.slot.show_notice(notice, len(self._problems.here), self._problems.waiting)

    def place_banner(self, place: BannerPlace) -> None:
        """Show banners in `place` from now on; the present one moves there."""
        place.hold(self.slot)

    def show_toast(
        self, text: str, undo: Callable[[], None] | None, *, warning: bool = False, action: Action | None = None
    ) -> None:
        """Replace the toast."""
        is_again = False
        if self._toast is not None and shiboken6.isValid(self._toast):
            is_again = self._toast.accessibleName() == text  # the user did the same again
            self._toast.deleteLater()
        way_on = (action.title, action.run) if action is not None else None
        command = action.command if action is not None else ""
        self._toast = Toast(
            text, undo, self._host.window(), warning=warning, action=way_on, command=command, is_again=is_again
        )
        self._toast.appear()

    def hide_toast(self, text: str) -> None:
        """Hide the toast, if it has this text."""
        if self._toast is not None and shiboken6.isValid(self._toast) and self._toast.accessibleName() == text:
            self._toast.hide()
            self._toast.deleteLater()
            self._toast = None

    def leave_toast(self) -> None:
        """Hide the toast of the page that is left, unless what it reports leads on."""
        if self._toast is not None and shiboken6.isValid(self._toast):
            self._toast.leave()

    def dismiss_toast(self) -> bool:
        """Hide the toast; returns whether there was one."""
        if self._toast is None or not shiboken6.isValid(self._toast) or self._toast.isHidden():
            return False
        self._toast.dismiss()
        return True

    def show_bug(self, summary: str, details: str) -> None:
        """Open the bug report; only one at a time, because one bug often causes others."""
        if self._report is None or not shiboken6.isValid(self._report):
            from benchboard.ui.shell.bug_report import BugReport  # imported late: seldom needed

            self._report = BugReport(self._host.window(), summary, details)
            self._report.open()

    def place_toast(self) -> None:
        """Move the toast after a change of size."""
        if self._toast is not None and shiboken6.isValid(self._toast):
            self._toast.move_into_place()
