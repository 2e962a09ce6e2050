"""Tells screen readers what a filter of a page reaches, and what its widgets then show."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.widgets.accessible import announce


class FilterNews(QObject):
    """After a change of the reader's filters or time range: how many widgets are filtered, and, once all queries have
    run, how many show data; of a page that fails while it refreshes by itself, how many widgets do.
    """

    def __init__(self, page: QWidget, editor: Editor, runner: WidgetQueryRunner) -> None:
        super().__init__(page)
        self._page, self._editor, self._runner = page, editor, runner
        self._filters, self._time = self._present()
        self._waits = False
        """Whether the results of a change are still to be told."""
        self._failed = 0
        editor.changed.connect(self._follow)
        runner.result_changed.connect(self._tell_results)

    def _present(self) -> tuple[object, object]:
        return (dict(self._editor.choices), self._editor.point_selections), self._editor.time_range

    def _follow(self) -> None:
        filters, time = self._present()
        before, self._filters, self._time = (self._filters, self._time), filters, time
        if self._editor.loading or before == (filters, time):
            return
        self._waits = self._runner.busy
        if filters != before[0]:
            count, total = self._runner.filtered_count()
            words = ngettext("Filtered: {count} of {total} widget.", "Filtered: {count} of {total} widgets.", total)
            announce(self._page, words.format(count=number(count), total=number(total)) if count else _("No filters."))

    def _tell_results(self) -> None:
        if self._runner.busy:
            return
        before, self._failed = self._failed, self._runner.failed_count()
        empty, total = self._runner.empty_count(), self._runner.filtered_count()[1]
        failed = ngettext("{count} widget couldn't read its data.", "{count} widgets couldn't read their data.",
                          self._failed).format(count=number(self._failed))  # fmt: skip
        if not self._waits:
            announce(self._page, failed if self._failed > before else "", urgent=True)
            return
        self._waits = False
        shown = ngettext("{count} of {total} widget has data.", "{count} of {total} widgets have data.", total)
        shown = shown.format(count=number(total - empty - self._failed), total=number(total))
        announce(self._page, " ".join((shown, failed)) if self._failed else shown, again=True)
