"""The bar above a page of which no widget has rows: one sentence for all of them, and what to do next."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QHBoxLayout

from benchboard.analytics.queries import ResultTable
from benchboard.dashboards.document.time_range import absolute
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.studio.tiles.renderers import no_rows_texts, show_period_text
from benchboard.ui.time_format import utc_span
from benchboard.ui.widgets.banners import PageBar
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.surfaces import Icon, set_surface


class NoRowsBar(PageBar):
    """Not wanted while any widget has rows, is loading or fails, and while the page is presented."""

    def __init__(
        self,
        editor: Editor,
        query_runner: WidgetQueryRunner,
        choose_location: Callable[[], object],
        add_data: Callable[[], object],
    ) -> None:
        super().__init__()
        self._editor, self._query_runner = editor, query_runner
        self._presented = False
        self.setObjectName("studio_no_rows")
        set_surface(self, "alt")
        self._text = Paragraph("", tone="secondary")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(Icon("ph.tray", "text.muted"))
        row.addWidget(self._text, 1)
        self._demo = Button(
            _("Change data location"), choose_location, kind="link", size="sm", name="studio_no_rows_demo"
        )
        self._add = Button(_("Add data"), add_data, kind="link", size="sm", name="studio_no_rows_add")
        self._period = Button(
            "", self._show_period, kind="link", size="sm", icon="ph.clock", name="studio_no_rows_period"
        )
        row.addWidget(self._period)
        row.addWidget(self._add)
        row.addWidget(self._demo)
        row.addWidget(self.more)
        query_runner.result_changed.connect(self.follow)
        editor.changed.connect(self.follow)
        editor.options_changed.connect(self.follow)
        editor.permission_changed.connect(self.follow)

    def set_presented(self, presented: bool) -> None:
        """Hide while the page is presented: there each widget says that it has no rows."""
        self._presented = presented
        self.follow()

    def follow(self) -> None:
        """Show or hide the bar as the present results have it."""
        tables = self._query_runner.tables_without_rows()
        if tables:
            elsewhere = self._query_runner.data_elsewhere()
            if elsewhere is not None:
                span = utc_span(elsewhere.start, elsewhere.end)
                text = _("No widget has data in this time range. The data are from {period}.").format(period=span)
                self._period.set_title(show_period_text(elsewhere))
            else:
                text = _sentence(tables, variables=bool(self._editor.reader_document.variables),
                                 editable=self._editor.editable)  # fmt: skip
            self._period.setVisible(elsewhere is not None)
            self._text.setText(text)
            self.setAccessibleName(text)
            for step in (self._add, self._demo):
                step.setVisible(all(table.empty_relation for table in tables))
        self.set_wanted(bool(tables) and not self._presented)

    def _show_period(self) -> None:
        elsewhere = self._query_runner.data_elsewhere()
        if elsewhere is not None:
            self._editor.select_time(absolute(elsewhere))


def _sentence(tables: Sequence[ResultTable], *, variables: bool, editable: bool) -> str:
    """That there are no rows, and what to do next."""
    reasons = {table.empty_relation for table in tables}
    if len(reasons) == 1 and "" not in reasons:
        return " ".join(text for text in no_rows_texts(tables[0]) if text)
    if variables:
        return _("No widget has rows for the selected values. Select other values to see some.")
    if editable:
        return _("No widget has rows. To change what a widget shows, select it and edit its query.")
    return _("No widget has rows yet. New rows are shown as soon as there are some.")
