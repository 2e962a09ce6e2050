"""Notices about one open page: they are shown only while the page is, and wait while another one is."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from benchboard.ui.problems import Action, Kind, Notice, Problems


class PageNotices(QObject):
    """The notices of `page`, each with a key of its own. One that the user dismissed doesn't come back."""

    def __init__(self, problems: Problems, page: QObject) -> None:
        super().__init__(page)
        self._problems, self._page = problems, page
        self._waiting: dict[str, Notice] = {}
        self._shown: dict[str, Notice] = {}
        page.installEventFilter(self)

    def notice(self, what: str, why: str, *actions: Action, key: str, kind: Kind = "info") -> None:
        """Show a notice, now or as soon as the page is shown; it replaces an older one with the same `key`."""
        notice = Notice(what, why, kind, actions=actions, key=key)
        if isinstance(self._page, QWidget) and not self._page.isVisible():
            self._waiting[key] = notice
            return
        self._show(notice)

    def dismiss(self, key: str) -> None:
        """Dismiss the notice with this key, whether it is shown or waits."""
        self._waiting.pop(key, None)
        self._shown.pop(key, None)
        self._problems.dismiss(key)

    def eventFilter(self, _page: QObject, event: QEvent) -> bool:
        # A spontaneous one is about the whole window, such as when it is minimised.
        if event.type() == QEvent.Type.Show and not event.spontaneous():
            waiting, self._waiting = self._waiting, {}
            for notice in waiting.values():
                self._show(notice)
        elif event.type() == QEvent.Type.Hide and not event.spontaneous():
            shown, self._shown = self._shown, {}
            for key, notice in shown.items():
                if self._problems.has(key):
                    self._waiting[key] = notice
                    self._problems.dismiss(key)
        return False

    def _show(self, notice: Notice) -> None:
        self._shown[notice.key] = notice
        self._problems.notify(notice)
