"""Which series of a chart is the target of the others, row by row."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.dashboards.document.series_settings import TARGET_SERIES, target_series
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.kinds.charts import named_series
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.studio.tiles.renderers import mismatch_reason
from benchboard.ui.widgets.fields import Field, Select


class TargetSeriesField(QWidget):
    """A list of the series with the one that is the target. Hidden for a single series."""

    def __init__(self, editor: Editor, item_id: str, query_runner: WidgetQueryRunner) -> None:
        super().__init__()
        self._editor, self._id, self._query_runner = editor, item_id, query_runner
        self.choice = Select([("", _("None"))], name="inspector_target_series", label=_("Target series"))
        self.choice.activated.connect(lambda _index: self._choose())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Field(_("Target series"), self.choice))

    def refresh(self) -> None:
        """Show the series of the latest result, and which of them is the target."""
        chosen, series = target_series(self._editor.widget(self._id)), self._series()
        known = series if not chosen or chosen in series else {**series, chosen: chosen}
        self.choice.set_choices([("", _("None")), *known.items()])
        self.choice.set_current_key(chosen)
        self.setVisible(len(series) > 1 or bool(chosen))

    def _series(self) -> dict[str, str]:
        """The titles of the series by what settings call them; none while the chart can't be drawn."""
        widget, result = self._editor.widget(self._id), self._query_runner.result(self._id)
        if result is None or result.error is not None or result.table is None or not result.table.rows:
            return {}
        if mismatch_reason(widget, result.table) is not None:
            return {}
        found = [one for one in named_series(drawn_table(widget, result), "") if not one.is_before]
        return {one.setting_name: number_format.truncate(one.name, 60) for one in found}

    def _choose(self) -> None:
        self._editor.set_property(self._id, f"config.{TARGET_SERIES}", self.choice.current_key() or None)
        self.refresh()
