"""Reads the data of an open page again at the interval that its reader or its document says."""

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from benchboard.ui.context import LIVE_VALUES, ChangeNotices
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner


class AutoRefresh(QObject):
    """Runs all queries of `page` at the interval of its editor, and those over live buses when these have new values;
    while nobody sees the page, once, when it is shown."""

    def __init__(self, page: QWidget, editor: Editor, runner: WidgetQueryRunner, changed: ChangeNotices) -> None:
        super().__init__(page)
        self._page, self._editor, self._runner = page, editor, runner
        self._missed = self._missed_live = False
        changed.watch(self, {LIVE_VALUES}, self._values_came)
        self.timer = QTimer(self)
        self.timer.timeout.connect(self._due)
        editor.changed.connect(self._follow)
        page.installEventFilter(self)
        self._follow()

    def _follow(self) -> None:
        milliseconds = 1000 * self._editor.reader_document.refresh
        if not milliseconds:
            self.timer.stop()
            self._missed = False
        elif not self.timer.isActive() or self.timer.interval() != milliseconds:
            self.timer.start(milliseconds)

    def _is_seen(self) -> bool:
        return self._page.isVisible() and not self._page.window().isMinimized()

    def _due(self) -> None:
        self._missed = not self._is_seen()
        if not self._missed:
            self._runner.refresh()

    def _values_came(self) -> None:
        self._missed_live = not self._is_seen()
        if not self._missed_live:
            self._runner.refresh_live()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self._page or event.type() != QEvent.Type.Show:
            return False
        if self._missed:
            self._runner.refresh()
        elif self._missed_live:
            self._runner.refresh_live()
        self._missed = self._missed_live = False
        return False
