"""Says who changed the page that is shown, and what, and offers to go there."""

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, ngettext, number
from benchboard.ui.problems import Action
from benchboard.ui.studio.document.saving import RemoteChange, Saving
from benchboard.ui.studio.panes.widget_finder import WidgetFinder

if TYPE_CHECKING:
    from benchboard.ui.context import Context

REPEATED_AFTER_S: Final = 30.0
"""The same sentence is said again after so many seconds without it: who types a text stores it many times."""


def change_text(change: RemoteChange) -> str:
    """A change as a sentence: who, and what; and that it was merged, if there were edits here too."""
    summary = change.summary
    if change.who is None:
        what = _("You changed this dashboard elsewhere.")
    elif summary.kind == "several":
        words = ngettext("{who} changed {count} widget.", "{who} changed {count} widgets.", summary.count)
        what = words.format(who=change.who or _("Someone else"), count=number(summary.count))
    else:
        what = {
            "added": _("{who} added “{widget}”."),
            "removed": _("{who} removed “{widget}”."),
            "moved": _("{who} moved “{widget}”."),
            "resized": _("{who} resized “{widget}”."),
            "changed": _("{who} changed “{widget}”."),
            "settings": _("{who} changed the settings of this dashboard."),
        }[summary.kind].format(who=change.who or _("Someone else"), widget=summary.title)
    return " ".join((what, _("Merged with your changes."))) if change.merged else what


class RemoteChangeNotice(QObject):
    """A toast for each change that others made to a page, while it is shown; *Show* selects what was changed."""

    def __init__(
        self, context: "Context", page: QWidget, saving: Saving, finder: WidgetFinder, is_quiet: Callable[[], bool]
    ) -> None:
        super().__init__(page)
        self._context, self._page, self._finder, self._is_quiet = context, page, finder, is_quiet
        self._said, self._said_at = "", -REPEATED_AFTER_S
        self.clock: Callable[[], float] = time.monotonic
        """Seconds, only forward."""
        saving.changed_elsewhere.connect(self._tell)

    def _tell(self, change: RemoteChange) -> None:
        if not self._page.isVisible() or self._is_quiet():
            return
        text, now = change_text(change), self.clock()
        again = text == self._said and now - self._said_at < REPEATED_AFTER_S
        self._said, self._said_at = text, now
        if again:
            return
        present = change.summary.present
        action = Action(_("Show"), partial(self._finder.go_to, *present)) if present else None
        self._context.problems.toast(text, action=action)
