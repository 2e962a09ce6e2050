"""The result of the query: a chart with the choice of its kind, the table below it, and what was read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QGraphicsOpacityEffect,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from benchboard.analytics.converted_amounts import missing_text, rates_text
from benchboard.analytics.line_reduction import Reduction
from benchboard.analytics.mixed_currencies import mixed_text
from benchboard.analytics.pivoted_table import PivotTable
from benchboard.analytics.queries import ResultTable
from benchboard.analytics.query_builder.combined import RepeatedRows
from benchboard.analytics.query_builder.currency_conversion import conversion_text, conversions_in
from benchboard.analytics.query_builder.question import Dialect, Measure, with_parts
from benchboard.analytics.query_builder.rate_lookup import with_converted_by
from benchboard.analytics.repeated_rows import repeated_text
from benchboard.analytics.table_browser import BrowsedSource
from benchboard.analytics.table_export.formats import ExportFormat
from benchboard.dashboards.document.time_range import Period, absolute
from benchboard.dashboards.document.widget_kinds import (
    PIVOT,
    PIVOT_COLUMNS,
    PIVOT_ORDER,
    STACK,
    Setting,
    WidgetContent,
    WidgetKind,
    kind_of,
)
from benchboard.dashboards.pivoted_widget import PivotSettings, pivot_settings
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number
from benchboard.ui.commands import REGISTRY
from benchboard.ui.studio.data.explore.conversion_popover import (
    ConversionPopover,
    ConvertibleAmount,
    convertible_amount,
)
from benchboard.ui.studio.data.explore.exploration import Exploration, ExplorationResult
from benchboard.ui.studio.data.explore.history_list import duration_text
from benchboard.ui.studio.data.explore.part_text import question_title
from benchboard.ui.studio.data.explore.plan_pane import PlanPane
from benchboard.ui.studio.data.explore.query_examples import QueryExamples
from benchboard.ui.studio.data.explore.rates_popover import RatesPopover, known_rate, rate_tables
from benchboard.ui.studio.data.explore.result_export import ask_and_export_result
from benchboard.ui.studio.kind_icons import KIND_ICONS
from benchboard.ui.studio.tiles.enlarged_view import EnlargedDrawing
from benchboard.ui.studio.tiles.kinds.pivot import is_made, pivot_mismatch, pivot_of, prepare
from benchboard.ui.studio.tiles.line_reader import LineReader
from benchboard.ui.studio.tiles.query_results import TILE_BUCKETS, draws_lines
from benchboard.ui.studio.tiles.renderers import mismatch_reason, show_period_text
from benchboard.ui.studio.tiles.result_looks import table_looks
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.results.tile_point import TilePoint
from benchboard.ui.studio.tiles.series import currency_note
from benchboard.ui.studio.tiles.series.stacking import series_count
from benchboard.ui.studio.tiles.tables.table_widget import TableState, TableWidget
from benchboard.ui.studio.tiles.tile_notes import source_text
from benchboard.ui.theme import theme
from benchboard.ui.time_format import full_date
from benchboard.ui.widgets import Button, Elided, EmptyState, Icon, Paragraph, hairline
from benchboard.ui.widgets.accessible import announce, choice_of_several, sentence
from benchboard.ui.widgets.fields import Select
from benchboard.ui.widgets.focus import FocusReturn, FocusRinged
from benchboard.ui.widgets.popover import MenuItem, menu
from benchboard.ui.widgets.surfaces import set_surface
from benchboard.ui.widgets.tab_order import one_tab_stop_choices

if TYPE_CHECKING:
    from benchboard.ui.context import Context

EXPORTS: Final[Mapping[str, ExportFormat]] = MappingProxyType(
    {
        "studio.explore_export": "csv",
        "studio.explore_export_xlsx": "xlsx",
        "studio.explore_export_parquet": "parquet",
    }
)
"""The commands that export the rows, with the format of the file."""
KINDS: Final = (
    "line_chart",
    "area_chart",
    "bar_chart",
    "pie_chart",
    "scatter_chart",
    "heatmap",
    "histogram",
    PIVOT,
    "metric_card",
    "table",
)
"""The kinds of widgets that are offered, in the order of their buttons."""
_LEAST_CHART: Final = 170
_HEADER: Final = 44
"""Pixels of what stands above the table where there is no chart."""
_LEAST_TABLE: Final = 62
"""Pixels of the names of the columns and a row."""
_READABLE_CHART: Final = 260
"""Least pixels of a chart that nobody made smaller. In a window without room for it and a table, the table takes its
place when it is asked for."""
_LEAST_FIELD: Final = 116
"""Pixels of a field above the result in a narrow window."""
_CHART_SHARE: Final = 0.6
_RESIZED_BY: Final = 32
"""Pixels by which a key makes the chart or the table taller."""
_FOOTER: Final = 30
PIVOTED_AT_ONCE: Final = 1_000
"""Rows of which a pivot table is made in a few milliseconds; of more, a worker makes it."""
_MESSAGE: Final = 96
"""From the middle of the chart, twice: the lower half of the message that is painted there."""


class _Chart(FocusRinged, EnlargedDrawing):
    """The chart, with the focus ring: its values are reached by the arrow keys."""


class ResultPane(QWidget):
    """The chart and the table of an exploration."""

    edit_requested = Signal()
    example_chosen = Signal(str)
    """The user wants to begin with this query."""
    refresh_requested = Signal()
    """The data source is to be read again."""
    point_requested = Signal(object, QPoint)
    """The user wants the menu of a value (a `TilePoint`), at a point of the screen."""
    column_menu_opening = Signal(object, str)
    """The menu of a column of the table is about to open: the `Menu`, and the column's name."""

    def __init__(self, context: "Context", exploration: Exploration) -> None:
        super().__init__()
        set_surface(self, "surface")
        self.setAccessibleName(_("Result"))
        self._context, self._exploration = context, exploration
        self._shown: ResultTable | None = None
        self._pivoting: tuple[ResultTable, PivotSettings] | None = None
        """Of what a pivot table is being made."""
        self._looked: tuple[ResultTable, WidgetContent, str] | None = None
        """What the marks in the table were made for."""
        self._dated: ResultTable | None = None
        """The latest result with what is known of its periods."""
        self._error_in_sql = ""
        """What the SQL editor says is wrong; it isn't said again below."""
        self._announced: AppError | None = None
        self._told_result: ExplorationResult | None = None
        self._known_kind = ""
        """The kind of widget that was shown before the last run, or was chosen since."""
        """The result of which a screen reader was told how many rows it has."""
        self._titled: tuple[ExplorationResult, str] | None = None
        """A result, and its title by what was known of its query."""
        self._told_stale: ExplorationResult | None = None
        """The result of which was told that it is from before the changes."""
        self.chart = _Chart()
        self.chart.setObjectName("explore_chart")
        self.chart.retry_requested.connect(exploration.run)
        self.chart.edit_requested.connect(self.edit_requested)
        self.chart.point_requested.connect(self._request_point)
        self.chart.detail_requested.connect(self._read_detail)
        self._reset = Button(
            "", self._reset_zoom, icon="ph.arrow-counter-clockwise", size="sm", tip=_("Reset zoom"), name="reset_zoom"
        )
        self._reset.hide()
        self.chart.zoomed.connect(self._reset.setVisible)
        self._line_reader = LineReader(context, self)
        self._lines: tuple[ExplorationResult, ResultTable | None] | None = None
        """What the lines need of the rows of a result; None while it is being read."""
        self.table: TableWidget | None = None
        self._table_state = TableState()
        self._tables = QStackedWidget()
        self._tables.setMinimumHeight(_LEAST_TABLE)
        self._title = Elided("", "body_strong")
        self._title.setObjectName("explore_title")
        self._reason = Elided("", "caption", "muted")
        self._reason.setObjectName("explore_reason")
        self.kinds: dict[str, Button] = {}
        self.settings: dict[str, Select] = {}
        """The fields of the settings `EXPLORED`, by their keys."""
        upper = QWidget()
        upper.setMinimumHeight(_LEAST_CHART)
        self._upper = column = QVBoxLayout(upper)
        column.setContentsMargins(16, 8, 12, 8)
        column.setSpacing(4)
        self._head = self._header()
        column.addLayout(self._head)
        self._repeated = Paragraph("", "caption", "warn")
        self._repeated.setObjectName("explore_repeated")
        self._repeated.hide()
        column.addWidget(self._repeated)
        self._convert_table = Button(
            _("Convert with a table of rates"), self._convert_by_table, kind="link", size="sm",
            name="explore_convert_table", icon="ph.currency-circle-dollar",
        )  # fmt: skip
        self._convert_table.hide()
        self._count_once = Button(
            _("Count each row once"), self._apply_once, kind="link", size="sm", name="explore_count_once",
            icon="ph.check-circle", tip=_("Add up the value of each joined row once, however many rows match it"),
        )  # fmt: skip
        self._count_once.hide()
        column.addWidget(self._count_once, 0, Qt.AlignmentFlag.AlignLeft)
        self._once: tuple[Measure, ...] = ()
        """The measures that can count each row of a joined table once, as they then are."""
        self._offered: tuple[str, str] | None = None
        """What that button says, and why it can't be used, while it is shown."""
        column.addWidget(self._convert_table, 0, Qt.AlignmentFlag.AlignLeft)
        self._unrated = Paragraph("", "caption", "warn")
        self._unrated.setObjectName("explore_unrated")
        self._unrated.hide()
        column.addWidget(self._unrated)
        self._converted = Paragraph("", "caption", "secondary")
        self._converted.setObjectName("explore_converted")
        self._converted.hide()
        column.addWidget(self._converted)
        column.addWidget(self.chart, 1)
        self._no_result = EmptyState(
            "ph.warning-circle",
            _("No result: the query has an error"),
            _("Go to error"),
            self.edit_requested.emit,
            why=_("Correct it above, then run the query again."),
        )
        self._no_result.hide()
        column.addWidget(self._no_result, 1)
        column.addStretch(0)  # while the chart is hidden, the header stays above
        self._show_data = Button("", self._show_all_data, kind="link", icon="ph.clock", name="explore_show_data")
        below_message = QVBoxLayout(self.chart)
        below_message.addStretch(1)
        below_message.addSpacing(_MESSAGE)
        below_message.addWidget(self._show_data, 0, Qt.AlignmentFlag.AlignHCenter)
        below_message.addStretch(1)
        self._chart_holder = upper
        lower = QWidget()
        beneath = QVBoxLayout(lower)
        beneath.setContentsMargins(0, 0, 0, 0)
        beneath.setSpacing(0)
        tables = QHBoxLayout()
        tables.setContentsMargins(8, 0, 0, 0)  # its texts begin below the title
        tables.addWidget(self._tables)
        beneath.addLayout(tables, 1)
        self._table_holder = lower
        self.faded = [_faded(one) for one in (self.chart, self._tables)]
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setAccessibleName(_("Result"))
        self._split.setHandleWidth(1)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(upper)
        self._split.addWidget(lower)
        self._split.splitterMoved.connect(self._keep_sizes)
        self._has_own_sizes = False
        """Whether somebody moved the line between chart and table."""
        self._has_rows = self._has_chart = False
        """Whether there is a table, or a chart, to show."""
        self._table_button = Button(
            _("Table"), self._toggle_table, kind="quiet", icon="ph.table", size="sm", name="explore_show_table",
            tip=_("Show the rows in place of the chart"),
        )  # fmt: skip
        self._table_button.setCheckable(True)
        self._split.setStretchFactor(0, 3)
        self._split.setStretchFactor(1, 2)
        self.mark = Icon("ph.check", "ok", 14)
        self._status = Elided("", "caption", "secondary")
        self._status.setObjectName("explore_status")
        self._origin = Elided("", "caption", "muted")
        self._origin.setObjectName("explore_origin")
        self.read_again = Button(
            _("Read again"), self.refresh_requested.emit, kind="link", size="sm", name="explore_read_again"
        )
        self._convert = Button(
            _("Convert to one currency"), self._open_conversion, kind="quiet", icon="ph.currency-circle-dollar",
            size="sm", name="explore_convert", tip=_("Give rates, so that amounts in several currencies can be added"),
        )  # fmt: skip
        self._convert.hide()
        self.plan = PlanPane(context, exploration)
        self._plan_return = FocusReturn()
        """Where the focus goes when the plan is hidden."""
        self.plan.hide()
        self._plan_button = Button(
            _("Plan"), self.toggle_plan, kind="quiet", icon="ph.tree-structure", size="sm", name="explore_plan",
            tip=_("Show how the database would run the query"),
        )  # fmt: skip
        self._plan_button.setCheckable(True)
        self._export_button = Button(
            _("Export"), self._open_export_menu, kind="quiet", icon="ph.download-simple", size="sm", menu=True,
            name="explore_export", tip=_("Save the rows as a file"),
        )  # fmt: skip
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._split, 1)
        self.examples = QueryExamples(self.example_chosen.emit)
        self.examples.hide()
        whole.addWidget(self.examples, 1)
        whole.addWidget(self.plan, 1)
        whole.addWidget(hairline())
        whole.addWidget(self._footer())
        theme().changed.connect(self._show_looks)
        exploration.changed.connect(self._show_kind)
        exploration.changed.connect(self._show_status)
        exploration.changed.connect(self._show_repeated)
        exploration.sources_changed.connect(self._show_repeated)
        exploration.result_changed.connect(self.show_result)
        self.show_result()

    def _header(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self._title, 1)
        line.addWidget(self._reason, 1)
        self._reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        holder = QWidget()
        holder.setAccessibleName(_("Chart type"))
        one_tab_stop_choices(holder)
        buttons = QHBoxLayout(holder)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(2)
        for one in KINDS:
            kind = kind_of(one)
            assert kind is not None
            button = Button(
                "", partial(self._choose, one), icon=kind.icon, size="sm", tip=_(kind.title), name=f"explore_kind_{one}"
            )
            button.setCheckable(True)
            choice_of_several(button)
            self.kinds[one] = button
            buttons.addWidget(button)
        self._choices: dict[str, list[tuple[str, str]]] = {}
        """The choices of each setting, as they are named now."""
        line.addWidget(self._reset)
        for setting in (STACK, PIVOT_COLUMNS, PIVOT_ORDER):
            field = Select([], name=f"explore_{setting.key}", label=_(setting.title))
            field.setMinimumWidth(_LEAST_FIELD)  # else the longest of its choices would widen the window
            field.activated.connect(partial(self._choose_setting, setting.key))
            self.settings[setting.key] = field
            line.addWidget(field)
        line.addWidget(holder)
        return line

    def _request_point(self, found: TilePoint, at: QPoint) -> None:
        if not self.is_stale:  # what is typed would be lost with a filter
            self.point_requested.emit(found, at)

    def _show_settings(self, table: ResultTable | None) -> None:
        """Offer to stack the series of bars and areas that have several, and to arrange a pivot table."""
        kind = kind_of(self._exploration.kind)
        for key, field in self.settings.items():
            setting = _setting(kind, key)
            has_rows = setting is not None and table is not None and bool(table.rows)
            field.setVisible(has_rows and (key != STACK.key or (table is not None and series_count(table) > 1)))
            if setting is None:
                continue
            named = _("{name}: {values}")  # it stands without a label
            choices = [(one, named.format(name=_(setting.title), values=_(title))) for one, title in setting.choices]
            if choices != self._choices.get(key):
                self._choices[key] = choices
                field.set_choices(choices)
            chosen = self._exploration.state.settings.get(key, "")
            field.set_current_key(chosen if chosen in dict(choices) else str(setting.default))

    def _choose_setting(self, key: str, _place: int) -> None:
        self._exploration.set_setting(key, self.settings[key].current_key())
        self._show_kind()

    def toggle_plan(self) -> None:
        """Show the plan of the query in place of its result, or the result again."""
        shown, focused = self.plan.isHidden(), QApplication.focusWidget()
        self._plan_button.setChecked(shown)
        if shown:
            self._plan_return = FocusReturn(focused, self._plan_button)
        elif focused is not None and self.plan.isAncestorOf(focused):
            target = self._plan_return.target()
            (target or self._plan_button).setFocus(Qt.FocusReason.OtherFocusReason)
        self._split.setVisible(not shown and self.examples.isHidden())
        self.plan.setVisible(shown)
        if shown:
            self.plan.focus_steps()

    def show_examples(self, source: BrowsedSource | None, *, shown: bool) -> None:
        """Show queries over a source to begin with, in place of a result or plan; or that again."""
        if shown:
            self.show_rows()
            self.examples.show_source(source)
        if self.examples.isHidden() is shown:
            self.examples.setVisible(shown)
            self._split.setVisible(not shown and self.plan.isHidden())
            self._plan_button.disable(_("No query yet.") if shown else "")

    def show_rows(self) -> None:
        """Show the result, in place of the plan if that is shown."""
        if not self.plan.isHidden():
            self.toggle_plan()

    def why_no_export(self) -> str:
        """Why the rows can't be written to a file; empty if they can."""
        table = self._result.table if self._result is not None else None
        if self.is_stale:
            return _("The query has an error.")
        return "" if table is not None and table.rows else _("No result yet.")

    def export(self, export_format: ExportFormat) -> None:
        """Ask for a file in a format, and write the rows to it."""
        table = self._result.table if self._result is not None else None
        if table is not None:
            ask_and_export_result(self._context, self, table, self.widget(), export_format)

    def _open_export_menu(self) -> None:
        items = [
            MenuItem(
                REGISTRY[command].text, partial(self.export, export_format), name=f"explore_export_{export_format}"
            )
            for command, export_format in EXPORTS.items()
        ]
        menu(self._export_button, items, name="explore_export_menu")

    def why_no_plan(self) -> str:
        """Why there is no plan to show; empty if there is one."""
        return "" if self._exploration.state.text.strip() else _("No query yet.")

    def why_not_resized(self) -> str:
        """Why chart and table can't share their height otherwise; empty if they can."""
        both = self._table_holder.isVisible() and self.chart.isVisible()
        return "" if both else _("There must be both a chart and a table.")

    def resize_chart(self, steps: int) -> None:
        """Give the chart more of the height, or the table where `steps` is negative."""
        upper, lower = self._split.sizes()
        by = steps * _RESIZED_BY
        self._split.setSizes([upper + by, lower - by])
        self._has_own_sizes = True

    def set_compact(self, compact: bool) -> None:
        """In a narrow window the footer's widest button shows its icon alone, and where the rows are from gives its
        place to how many they are: the source's name stands above."""
        self._convert.show_label(not compact)
        self._origin.setVisible(not compact)

    def _footer(self) -> QWidget:
        footer = QWidget()
        footer.setFixedHeight(_FOOTER)
        line = QHBoxLayout(footer)
        line.setContentsMargins(16, 0, 12, 0)
        line.setSpacing(8)
        line.addWidget(self.mark)
        line.addWidget(self._status, 2)
        line.addWidget(self._origin, 3)
        line.addWidget(self.read_again)
        line.addWidget(self._convert)
        line.addWidget(self._table_button)
        line.addWidget(self._export_button)
        line.addWidget(self._plan_button)
        self._origin.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return footer

    @property
    def title(self) -> str:
        """The title of the chart: of the result that is shown, also while the query is another one already."""
        exploration, result = self._exploration, self._result
        if exploration.result is not None and exploration.result.part_start is not None:
            return _("Selected SQL")
        if result is None or not self._is_behind(result):
            return self.query_title
        if self._titled is not None and self._titled[0] is result:
            return self._titled[1]
        return question_title(exploration.read_question(result.text, result.source_id), exploration.table)

    @property
    def query_title(self) -> str:
        """The title of a chart of the query as it is now."""
        return question_title(self._exploration.state.question, self._exploration.table)

    def _is_behind(self, result: ExplorationResult) -> bool:
        """Whether a result is that of another query than the present one."""
        state = self._exploration.state
        is_whole = result.part_start is None
        return is_whole and (result.text, result.source_id) != (state.text, state.source_id)

    def _note_title(self) -> None:
        """Keep the title of the result while its query is known in full."""
        result = self._result
        if result is not None and result.part_start is None and not self._is_behind(result):
            self._titled = result, self.query_title

    def widget(self, kind: str = "") -> WidgetContent:
        """What is shown, as a widget of a page."""
        state, name = self._exploration.state, kind or self._exploration.kind_of(self._result)
        known, config = kind_of(name), dict[str, object]()
        for key, value in state.settings.items():
            setting = _setting(known, key)
            if setting is not None and value in dict(setting.choices):
                config[key] = value
        return WidgetContent("explore", name, known, self.title, state.text, config, state.source_id)

    def _keep_sizes(self) -> None:
        self._has_own_sizes = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._divide()

    def _divide(self) -> None:
        """Give the chart its share of the height, and in a low window as much as it needs to be read."""
        height = self.height() - self._split.y() - _FOOTER - 1
        header = self._header_height()
        one_at_a_time = self._has_chart and self._has_rows and height < header + _READABLE_CHART + _LEAST_TABLE
        shows_table = self._table_button.isChecked()
        self._table_button.setVisible(one_at_a_time)
        self._table_holder.setVisible(self._has_rows and (not one_at_a_time or shows_table))
        self.chart.setVisible(self._has_chart and not (one_at_a_time and shows_table))
        only_header = self._has_rows and self.chart.isHidden()
        alone = max(header, _HEADER)  # a warning below it may have several lines
        self._chart_holder.setMaximumHeight(alone if only_header else 16_777_215)
        least = header + _READABLE_CHART if one_at_a_time else _LEAST_CHART
        self._chart_holder.setMinimumHeight(alone if only_header else least)
        if self._has_own_sizes or one_at_a_time:
            return
        upper = max(round(height * _CHART_SHARE), _READABLE_CHART + header)
        self._split.setSizes([upper, max(height - upper, _LEAST_TABLE)])

    def _header_height(self) -> int:
        """The height of what stands above the chart, the same whether that is shown or not."""
        margins = self._upper.contentsMargins()
        rows = [self._head.sizeHint().height()]
        if not self._repeated.isHidden():
            width = self.width() - margins.left() - margins.right()
            rows.append(self._repeated.heightForWidth(width))
        width = self.width() - margins.left() - margins.right()
        rows += [one.heightForWidth(width) for one in (self._unrated, self._converted) if not one.isHidden()]
        if not self._count_once.isHidden():
            rows.append(self._count_once.sizeHint().height())
        if not self._convert_table.isHidden():
            rows.append(self._convert_table.sizeHint().height())
        return margins.top() + margins.bottom() + sum(rows) + self._upper.spacing() * len(rows)

    def _toggle_table(self) -> None:
        """Show the table in place of the chart, or the chart again."""
        self._divide()

    def _show_repeated(self) -> None:
        """Say which sums count rows several times because of a joined table, or add up amounts in several currencies:
        never a wrong one in silence."""
        exploration = self._exploration
        text = exploration.joined_tables.repeated_text(exploration.state.question, exploration.sources)
        repeated = exploration.joined_tables.repeated(exploration.state.question)
        if self._result is not None and not text:
            repeated = self._result.repeated if not self._is_behind(self._result) else ()
            text = repeated_text(self._result.repeated)  # because of the joins of a data model
        self._show_count_once(repeated)
        if self._result is not None and self._result.mixed is not None:
            text = " ".join(part for part in (text, mixed_text(self._result.mixed)) if part)
        by_table = self._result.converted if self._result is not None else ()
        said = [*map(conversion_text, conversions_in(exploration.state.text, self._dialect()))]
        converted = " ".join((*said, *(rates_text(one, full_date) for one in by_table)))
        unrated = " ".join(filter(None, map(missing_text, by_table)))
        amount = convertible_amount(exploration)
        can_convert = amount is not None and amount.has_few
        by_rates = self._by_table(amount)
        before = (self._repeated.text(), self._converted.text(), self._unrated.text(), not self._convert.isHidden(),
                  self._offered)  # fmt: skip
        if (text, converted, unrated, can_convert, by_rates) != before:
            self._repeated.setText(text)
            self._repeated.setVisible(bool(text))
            self._unrated.setText(unrated)
            self._unrated.setVisible(bool(unrated))
            self._convert_table.setVisible(by_rates is not None)
            self._offered = by_rates
            if by_rates is not None:
                self._convert_table.set_title(by_rates[0])
                self._convert_table.disable(by_rates[1])
            self._converted.setText(converted)
            self._converted.setVisible(bool(converted))
            self._convert.setVisible(can_convert)
            self._divide()

    def _show_count_once(self, repeated: Sequence[RepeatedRows]) -> None:
        """Offer to count rows once, where the query says what its measures are and the rows can be told apart."""
        question = self._exploration.state.question
        found = tuple(one for each in repeated for one in each.once) if question is not None else ()
        if found == self._once:
            return
        self._once = found
        tables = list(dict.fromkeys(each.table for each in repeated if each.once))
        if tables:
            self._count_once.set_title(_("Count each row of {table} once").format(table=", ".join(tables)))
        self._count_once.setVisible(bool(found))
        self._divide()

    def _apply_once(self) -> None:
        """Count each row of the joined tables once, as a step that can be undone."""
        question, once = self._exploration.state.question, {one.name: one for one in self._once}
        if question is None or not once:
            return
        measures = [once.get(one.name, one) for one in question.measures]
        self._exploration.set_question(with_parts(question, measures=measures), mode="build")
        announce(self, self._count_once.text())

    def _by_table(self, amount: ConvertibleAmount | None) -> tuple[str, str] | None:
        """What the button says that converts by a table of rates, and why it can't (empty: it can); None where no
        amounts can be converted."""
        question = self._exploration.state.question
        if amount is None or question is None or self._result is None or self._result.mixed is None:
            return None
        known = known_rate(self._exploration, question)
        if known is not None:
            return _("Convert to {currency}").format(currency=known.target), ""
        text = _("Convert with a table of rates")
        if question.dialect == "own":
            return text, _("Benchboard's own data can't be joined with a table of exchange rates.")
        if not rate_tables(question, self._exploration):
            return text, _("Add a file or table with currency, rate and date first.")
        return text, ""

    def _convert_by_table(self) -> None:
        """Convert by the rates that the query or its data model has; else ask which table has them."""
        question, amount = self._exploration.state.question, convertible_amount(self._exploration)
        if question is None or amount is None:
            return
        known = known_rate(self._exploration, question)
        if known is None:
            RatesPopover(self._context, self._exploration, self._convert_table, question, amount=amount.amount,
                         currencies=amount.currencies).open()  # fmt: skip
            return
        table = self._exploration.table
        taken = [one.name for one in table.columns] if table is not None else []
        found = with_converted_by(question, amount.amount, known.rate, known.target, known.by, taken)
        self._exploration.set_question(found, mode="build")
        announce(self, _("Converted to {currency}").format(currency=known.target))

    def _dialect(self) -> Dialect:
        question, source = self._exploration.state.question, self._exploration.source(self._exploration.state.source_id)
        return (
            question.dialect if question is not None else source.question("").dialect if source is not None else "own"
        )

    def _open_conversion(self) -> None:
        question, amount = self._exploration.state.question, convertible_amount(self._exploration)
        if question is not None and amount is not None:
            ConversionPopover(self._exploration, self._convert, question, amount).open()

    def _choose(self, kind: str) -> None:
        chosen = self._exploration.chosen_kind(self._result)
        self._exploration.set_kind("" if kind == chosen else kind)
        self._show_kind()

    def show_result(self) -> None:
        """Show the latest result, or that there is none."""
        self._show_repeated()
        self._show_kind()
        self._show_status()

    def _show_table(self, table: ResultTable | None) -> None:
        if table is None or not table.columns:
            self._tables.hide()
            return
        if self.table is None:
            self.table = TableWidget(table, self._table_state, all_columns=True)  # those of the query
            self.table.footer.hide()
            self.table.view.setObjectName("explore_rows")
            self.table.focus_passed.connect(self.focusNextPrevChild)
            self.table.column_menu_opening.connect(self.column_menu_opening)
            self.table.point_requested.connect(self._request_point)
            self._tables.addWidget(self.table)
        else:
            self.table.show_table(table)
        if not self.table.view.hasFocus():
            self.table.view.clearSelection()  # nobody selected its first cell
        self._show_looks()
        self.table.footer.setVisible(isinstance(table, PivotTable))  # it says what has no total, and why
        self._tables.setCurrentWidget(self.table)
        self._tables.show()

    def _show_looks(self) -> None:
        """Show in the table the marks of the series that the chart draws, and bars behind the numbers."""
        if self.table is None or self._shown is None:
            return
        widget, drawn = self.widget(), self._exploration.drawn_result(self._result)
        asked = (self._shown, widget, theme().current)
        if self._looked is None or self._looked[0] is not asked[0] or self._looked[1:] != asked[1:]:
            self._looked = asked
            self.table.show_looks(table_looks(self._shown, widget, drawn, KIND_ICONS))

    def _show_kind(self) -> None:
        exploration, result = self._exploration, self._result
        table = result.table if result is not None else None
        shown = exploration.kind_of(result)
        for kind, button in self.kinds.items():
            why = ""
            if table is None:
                why = _("No result yet.")
            elif self.is_stale:
                why = _("The query has an error.")
            elif kind != "table" and table.rows:
                why = mismatch_reason(self.widget(kind), table) or ""
            button.disable(why if kind != shown else "")
            button.setChecked(kind == shown and table is not None)
        self._note_title()
        self._show_settings(table)
        self._export_button.disable(self.why_no_export())
        self._title.setText(self.title if exploration.state.text else "")
        self._show_reason()
        has_error = result is not None and result.error is not None
        rows = self._rows_of(self._with_periods(table))
        if rows is not self._shown:
            self._shown = rows
            self._show_table(rows)
        self._show_looks()
        is_table = shown == "table" or isinstance(rows, PivotTable)
        only_table = is_table and not has_error and table is not None and bool(table.rows)
        is_said_above = self._is_said_in_sql() and not self.is_stale
        self._has_chart = not only_table and not is_said_above
        self._no_result.setVisible(is_said_above)
        self._has_rows = table is not None and bool(table.rows) and not has_error
        self._divide()
        if not only_table:
            self._draw()
        elsewhere = self._data_elsewhere()
        self._show_data.setVisible(elsewhere is not None)
        if elsewhere is not None:
            self._show_data.setText(show_period_text(elsewhere))

    def _with_periods(self, table: ResultTable | None) -> ResultTable | None:
        """The result with what is known of its periods, as the chart has it: the same object for the same rows."""
        drawn = self._exploration.drawn_result(self._result)
        if table is None or drawn is None or drawn.table is None:
            return table
        known = self._dated
        if known is None or known.rows is not table.rows or (known.known_until, known.step) != (
            drawn.table.known_until, drawn.table.step
        ):  # fmt: skip
            self._dated = drawn.table
        return self._dated

    def _rows_of(self, table: ResultTable | None) -> ResultTable | None:
        """The rows below the chart; in place of both, a pivot table if that is the kind chosen. While a large one is
        being made, what was shown before."""
        widget = self.widget()
        if table is None or widget.type != PIVOT or not table.rows:
            return table
        if len(table.rows) > PIVOTED_AT_ONCE and not is_made(widget, table):
            self._make_pivot(widget, table)
            return self._shown if isinstance(self._shown, PivotTable) else table
        return pivot_of(widget, table) if pivot_mismatch(widget, table) is None else table

    def _make_pivot(self, widget: WidgetContent, table: ResultTable) -> None:
        """Make a pivot table on a worker, or find that it can't be one, and show it."""
        asked, known = (table, pivot_settings(widget)), self._pivoting
        if known is not None and known[0] is table and known[1] == asked[1]:
            return
        self._pivoting = asked

        def done(_made: None) -> None:
            if self._pivoting is asked:
                self._pivoting = None
                self._show_kind()

        self._context.tasks.read(self, lambda _session: prepare(widget, QueryResult(widget.query, table)), done)

    def _show_reason(self) -> None:
        """Say why the chart is of its kind, or that the result isn't that of the query."""
        exploration, result = self._exploration, self._result
        suggestion, table = (result.suggestion, result.table) if result is not None else (None, None)
        text = ""
        if self.is_stale:
            text = _("Showing the result from before your changes")
        elif suggestion is not None and not exploration.chosen_kind(result) and table is not None and table.rows:
            text = suggestion.reason
        self._reason.set_tone("secondary" if self.is_stale else "muted")
        self._reason.setText(text)
        self._reason.setVisible(bool(text))
        for effect in self.faded:
            effect.setEnabled(self.is_stale or (exploration.running and exploration.late))

    def _data_elsewhere(self) -> Period | None:
        """The days of the data, if the result is empty because none of them is in the time range."""
        drawn = self._exploration.drawn_result(self._result)
        return drawn.data_elsewhere if drawn is not None and drawn.table is not None and not drawn.table.rows else None

    def _show_all_data(self) -> None:
        elsewhere = self._data_elsewhere()
        if elsewhere is not None:
            self._exploration.set_time_range(absolute(elsewhere))

    def hide_error(self, error: AppError | None) -> None:
        """Leave an error that the SQL editor shows to that; None: it shows none."""
        self._error_in_sql = error.what if error is not None else ""
        self.plan.hide_error(error)
        self.show_result()

    @property
    def is_stale(self) -> bool:
        """Whether what is shown is the last result that was no error: the SQL has an error now, or it was corrected and
        hasn't run yet."""
        state, result = self._exploration.state, self._exploration.result
        if result is not None and result.part_start is not None and result.error is None:
            return False  # it ran, whatever is wrong with the rest
        was_wrong = result is not None and result.error is not None and result.text != state.text
        has_error = state.mode == "sql" and (bool(self._error_in_sql) or was_wrong)
        return has_error and self._exploration.last_good is not None

    @property
    def _result(self) -> ExplorationResult | None:
        return self._exploration.last_good if self.is_stale else self._exploration.result

    def _is_said_in_sql(self) -> bool:
        error = self._exploration.result.error if self._exploration.result is not None else None
        return self._exploration.state.mode == "sql" and error is not None and error.what == self._error_in_sql

    def _draw(self) -> None:
        drawn = self._exploration.drawn_result(self._result)
        # The button of this view, which the keyboard reaches, says where the data are.
        drawn = replace(drawn, data_elsewhere=None) if drawn is not None else None
        self.chart.show_widget(self.widget(), self._with_lines(drawn), "read")

    def _with_lines(self, drawn: "QueryResult | None") -> "QueryResult | None":
        """The result that the chart draws: of lines over more rows than the table has, those that they need of all of
        them, as soon as they are read."""
        result = self._result
        if drawn is None or result is None or drawn.table is None or not drawn.table.truncated:
            return drawn
        if not draws_lines(self.widget()):
            return drawn
        if self._lines is None or self._lines[0] is not result:
            self._lines = result, None
            self._read_lines(Reduction(TILE_BUCKETS), partial(self._show_lines, result))
        table = self._lines[1]
        return replace(drawn, table=table) if table is not None else drawn

    def _show_lines(self, result: ExplorationResult, table: ResultTable) -> None:
        if result is self._result:
            self._lines = result, table
            self._draw()

    def _reset_zoom(self) -> None:
        self.chart.zoom.reset()
        self.chart.setFocus()

    def _read_detail(self, reduction: Reduction | None) -> None:
        if reduction is not None:
            self._read_lines(reduction, self.chart.show_detail)

    def _read_lines(self, reduction: Reduction, done: Callable[[ResultTable], None]) -> None:
        if (result := self._result) is not None:
            variables = self._exploration.variables()
            self._line_reader.read(result.text, result.source_id, variables, reduction, done)

    def _show_status(self) -> None:
        exploration, result = self._exploration, self._result
        mark, role, text = "", "ok", ""
        if exploration.running and exploration.late:
            mark, role, text = "ph.hourglass", "text.muted", _("Running…")
        elif exploration.cancelled:
            mark, role, text = "ph.prohibit", "text.muted", _("Cancelled. The result is from the previous run.")
            text = text if result is not None else _("Cancelled.")
        elif self.is_stale:
            pass  # it is said above the result
        elif result is not None and result.error is not None:
            text = _("No result") if self._is_said_in_sql() else ""
        elif result is not None and result.table is not None:
            mark, role = ("ph.warning", "warn") if result.table.truncated else ("ph.check", "ok")
            mark = "" if self._is_behind(result) else mark
            text = _result_text(result.table, result.seconds)
            text += " · " + _("selected SQL") if result.part_start is not None else ""
        elif exploration.running:
            return
        before = self._status.text()
        self.mark.setVisible(bool(mark))
        if mark:
            self.mark.show_icon(mark, role)
        self._status.setText(text)
        self._origin.setText(self._origin_text() if result is not None and result.table is not None else "")
        news = result.source if result is not None and result.table is not None else None
        self.read_again.setVisible(news is not None and (news.is_outdated or news.renamed))
        is_current = result is not None and result.text == exploration.state.text
        in_sql = exploration.state.mode == "sql"  # there the editor tells it
        error = result.error if result is not None and is_current and not in_sql else None
        if self.is_stale and self.isVisible() and result is not self._told_stale:
            self._told_stale = result
            announce(self, self._reason.text())
        if error is not None and error is not self._announced and self.isVisible():
            announce(self, error.what)
        self._announced = error
        ended = result is not None and result is not self._told_result and not exploration.running
        if text and (ended or text != before) and self.isVisible() and not exploration.running:
            self._told_result = result
            wrong = self._wrong_text(result) if ended and result is not None else ""
            if result is None or result.error is None or exploration.cancelled:  # else the editor tells what is wrong
                announce(self, f"{sentence(text)} {wrong}" if wrong else text, again=ended)
        self._tell_kind(ended=ended)

    def _wrong_text(self, result: ExplorationResult) -> str:
        """What the numbers add up that they shouldn't, or that a chart's amounts can't be compared."""
        is_chart = self._exploration.kind_of(result) not in ("table", "pivot_table", "number")
        note = currency_note.text(result.table, "") if result.table is not None and is_chart else ""
        return " ".join(filter(None, (self._repeated.text(), sentence(note) if note else "")))

    def _tell_kind(self, *, ended: bool) -> None:
        """Tell a screen reader that another query made another kind of widget of its result."""
        exploration, result = self._exploration, self._result
        if exploration.running or result is None or result.table is None:
            return
        before, self._known_kind = self._known_kind, exploration.kind_of(result)
        kind = kind_of(self._known_kind)
        if ended and before and before != self._known_kind and kind is not None and self.isVisible():
            announce(self, _("Shown as {kind}").format(kind=_(kind.title)), again=True)

    def _origin_text(self) -> str:
        source = self._exploration.source(self._exploration.state.source_id)
        if source is None:
            return ""
        result = self._exploration.result
        stale = source_text(result.source) if result is not None and result.source is not None else ""
        named = _("from {source}").format(source=source.name)
        return f"{named} · {stale}" if stale else named


def _faded(widget: QWidget) -> QGraphicsOpacityEffect:
    """An effect that shows a widget at half its opacity while it is enabled."""
    effect = QGraphicsOpacityEffect(widget)
    effect.setOpacity(0.5)
    effect.setEnabled(False)
    widget.setGraphicsEffect(effect)
    return effect


def _setting(kind: WidgetKind | None, key: str) -> Setting | None:
    """The setting of a kind that is called so; None if it has none."""
    return next((one for one in kind.settings if one.key == key), None) if kind is not None else None


def _result_text(table: ResultTable, seconds: float) -> str:
    """How many rows there are, and what reading them took: `65 rows in 42 ms`."""
    count = len(table.rows)
    rows = ngettext("{count} row", "{count} rows", count).format(count=number(count))
    text = _("{rows} in {time}").format(rows=rows, time=duration_text(seconds))
    if table.truncated:
        text += " · " + _("the query returns more rows")
    return text
