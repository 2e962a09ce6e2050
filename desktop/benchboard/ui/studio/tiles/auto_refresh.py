"""Reads the data of an open page again at the interval that its reader or its document says."""

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner


class AutoRefresh(QObject):
    """Runs all queries of `page` at the interval of its editor; while nobody sees the page, once, when it is shown."""

    def __init__(self, page: QWidget, editor: Editor, runner: WidgetQueryRunner) -> None:
        super().__init__(page)
        self._page, self._editor, self._runner = page, editor, runner
        self._missed = False
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

    def _due(self) -> None:
        self._missed = not self._page.isVisible() or self._page.window().isMinimized()
        if not self._missed:
            self._runner.refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._missed and watched is self._page and event.type() == QEvent.Type.Show:
            self._missed = False
            self._runner.refresh()
        return False
