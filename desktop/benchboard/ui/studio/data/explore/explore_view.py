"""The Explore view of Studio: a table, a query built from its columns or in SQL, its result as a chart and a table."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from benchboard.analytics.completion.name_quotes import written_name
from benchboard.analytics.completion.suggestions import catalog_of, name_of_table
from benchboard.analytics.sources.file_news import SourceFiles
from benchboard.analytics.table_browser import BrowsedSource
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.document.widget_kinds import PIVOT, WidgetKind, kind_of
from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY, Handler, Handlers, install_shortcuts
from benchboard.ui.problems import Action
from benchboard.ui.studio.data.explore.add_to_dashboard import AddToDashboard
from benchboard.ui.studio.data.explore.builder import Builder
from benchboard.ui.studio.data.explore.draft_keeper import DraftKeeper, draft_of
from benchboard.ui.studio.data.explore.exploration import NO_SETTINGS, Exploration, ExplorationResult
from benchboard.ui.studio.data.explore.explore_points import ExplorePoints
from benchboard.ui.studio.data.explore.field_tree import FieldPane
from benchboard.ui.studio.data.explore.history_pane import HistoryPane
from benchboard.ui.studio.data.explore.read_warning import ReadWarning
from benchboard.ui.studio.data.explore.result_pane import EXPORTS, KINDS, ResultPane
from benchboard.ui.studio.data.explore.sql_pane import MadeSql, SqlEditor
from benchboard.ui.studio.data.explore.widget_origin import WidgetOrigin
from benchboard.ui.studio.data.source_actions import SourceActions
from benchboard.ui.studio.data_access import explore_denied, may_add_data, no_data_advice
from benchboard.ui.studio.data_cards import add_data_card, sample_card
from benchboard.ui.studio.panes.time_range_field import TimeRangePicker, range_title
from benchboard.ui.studio.source_watch import SourceWatch
from benchboard.ui.studio.studio_commands import EXPLORE
from benchboard.ui.time_format import clock_minutes
from benchboard.ui.widgets import BannerPlace, Button, EmptyState, SegmentedControl, Toolbar, hairline, scroll_area
from benchboard.ui.widgets.accessible import focus_told_once
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.menus import Menu, add_action
from benchboard.ui.widgets.surfaces import set_surface
from benchboard.ui.widgets.tab_order import tab_stops

if TYPE_CHECKING:
    from benchboard.dashboards.exploration_draft import ExplorationDraft
    from benchboard.ui.context import Context

_FIELDS_WIDTH: Final = 260
_FIELDS_NARROW: Final = 210
_SQL_WIDTH: Final = 380
_SQL_NARROW: Final = 250
_NARROW: Final = 1150
_COMPACT: Final = 840
"""Below this width, in pixels, the tables and columns are shown on demand, and the query has the width alone."""
_TOP_HEIGHT: Final = 238
_TOP_LOW: Final = 224
"""The height of the query in a low window: six rows of the builder."""
_ROW_HEIGHT: Final = 34
"""Of the builder's row of columns, which is there only where nothing is grouped."""
_LOW: Final = 700
_LEAST_SQL: Final = 118
"""Pixels of four lines of SQL and the line below them."""
_USUAL_SQL: Final = 200
"""The height that the SQL begins with, in pixels; more lines make it higher, up to its share."""
_SQL_SHARE: Final = 0.5
_RESIZED_BY: Final = 32
"""Pixels by which a key makes the query higher."""
_CHANGED: Final = "studio.explore-source-changed"
_PAGE_COLUMNS: Final = 12
_TABLE_COLUMN: Final = 1.6
"""Of the 12 columns of a page, how many a column of a table takes."""


class ExploreView(QWidget):
    """Address: `studio/explore`; `studio/explore/<source>/<table>` begins with a table, of Benchboard's own data where
    the source is `own`. A source without a table begins with its first one."""

    def __init__(self, context: "Context") -> None:
        super().__init__()
        self.setObjectName("studio_explore")
        set_surface(self, "surface")
        self._context = context
        self.exploration = Exploration(context, self)
        self._history_wanted = False
        """Whether the user opened the history of the SQL."""
        self._drafts = DraftKeeper(context, self.exploration)
        self.fields = FieldPane(context, self.exploration)
        self.builder = Builder(context, self.exploration)
        self.made_sql = MadeSql(self.exploration)
        self.history = HistoryPane(context, self.exploration)
        self.sql = SqlEditor(context, self.exploration, self.history.keeper)
        self.result = ResultPane(context, self.exploration)
        self._source_actions = SourceActions(context, self, explores=False)
        self._make_toolbar()
        self._lay_out()
        self.setFocusProxy(self.fields.tree)
        self.fields.tree.placed.connect(self._place)
        self.fields.tree.inserted.connect(self._insert_name)
        self.fields.join_requested.connect(self._join)
        self.fields.calculation_requested.connect(self._calculate)
        self.made_sql.edit_requested.connect(self._edit_sql)
        self.result.edit_requested.connect(self._edit_query)
        self.result.column_menu_opening.connect(self._add_column_actions)
        self.point_menus = ExplorePoints(context, self.exploration, self.result, self.sql.rewrite)
        self.result.refresh_requested.connect(self._read_source_again)
        self.sql.error_shown.connect(self.result.hide_error)
        self.sql.history_requested.connect(self._toggle_history)
        self.history.closed.connect(self._close_history)
        self.history.opened.connect(self.sql.open_entry)
        install_shortcuts(self, EXPLORE, self._handlers(), context.problems.refuse)
        for told in (self.exploration.changed, self.exploration.result_changed, self.exploration.sources_changed):
            told.connect(self._show)
        self._watch = SourceWatch(context, self, lambda: [self.exploration.state.source_id])
        self._watch.changed.connect(self._tell_changed)
        self._shown_result: ExplorationResult | None = None
        self._is_refreshing = False
        """Whether this view has the source read again: that is said already."""
        self.exploration.result_changed.connect(self._follow_source)
        self._was_opened = False
        self._show()
        self.exploration.read_sources()

    def _make_toolbar(self) -> None:
        self.toolbar = Toolbar(_("Explore"))
        self.mode = SegmentedControl(
            (("build", _("Builder")), ("sql", _("SQL"))), label=_("Edit as"),
            icons={"build": "ph.sliders-horizontal", "sql": "ph.code"},
        )  # fmt: skip
        self.mode.selected.connect(self._choose_mode)
        self.time = Button("", self._open_time, icon="ph.clock", menu=True, name="explore_time")
        run = REGISTRY["studio.explore_run"]
        self.cancel = Button(_("Cancel"), self.exploration.cancel, icon="ph.stop", name="explore_cancel")
        self.run = Button(_("Run"), self._run, icon="ph.play", name="explore_run")
        self.run.add_key_cap(run.key)
        self.add = Button(
            _("Add to dashboard"), self.add_to_dashboard, kind="primary", icon="ph.plus", name="explore_add"
        )
        self.update_widget = Button(
            _("Update widget"),
            self._update_widget,
            kind="primary",
            icon="ph.check",
            name="explore_update",
            tip=_("Write the query back to the widget that it was opened from"),
            parent=self.toolbar,
        )
        self.update_widget.hide()
        self._origin: WidgetOrigin | None = None
        self.fold = Button(
            "", self._toggle_fields, kind="quiet", icon="bb.pane-left", tip=_("Tables and columns"),
            name="explore_fold_fields", parent=self.toolbar,
        )  # fmt: skip
        self.fold.setCheckable(True)
        self.fold.hide()
        self._fields_wanted = False
        """Whether the user opened the tables and columns in a narrow window."""
        self.toolbar.add(self.fold)
        self.toolbar.add(self.mode)
        self.toolbar.add(self.sql.source)
        self.read_warning = ReadWarning(self._context, self.exploration)
        for button in (self.time, self.cancel, self.read_warning, self.run, self.add, self.update_widget):
            self.toolbar.add_right(button)
        self.toolbar.shorten(self.cancel, self.add, self.update_widget)

    def _lay_out(self) -> None:
        self._build = QWidget()
        row = QHBoxLayout(self._build)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        holder = QWidget()
        holder.setProperty("plain", True)
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.builder)
        row.addWidget(scroll_area(holder), 1)
        self._sql_line = hairline(vertical=True)
        row.addWidget(self._sql_line)
        row.addWidget(self.made_sql)
        self._top = QStackedWidget()
        self._top.addWidget(self._build)
        self._top.addWidget(self.sql)
        self.result.example_chosen.connect(self._begin_with)
        self._work = QSplitter(Qt.Orientation.Vertical)
        self._work.setObjectName("explore_query_and_result")
        self._work.setAccessibleName(_("Query and result"))
        self._work.setProperty("plain", True)
        self._work.setHandleWidth(1)
        self._work.setChildrenCollapsible(False)
        self._work.addWidget(self._top)
        self._work.addWidget(self.result)
        self._work.setStretchFactor(1, 1)  # a higher window gives its height to the result, not to the query
        self._work.splitterMoved.connect(self._keep_query_height)
        self.sql.edit.blockCountChanged.connect(self._fit_query)
        self.sql.edit.textChanged.connect(self._show_examples)
        self.sql.edit.checked.connect(lambda *_found: self.fields.used.show_typed(self.sql.edit.toPlainText()))
        self._query_height = 0
        """How high the user made the SQL, in pixels; 0: nobody did."""
        self._work_area = scroll_area(self._work)  # in a low window query and result are scrolled
        self._empty = EmptyState(
            "ph.table",
            _("Choose a table to explore"),
            _("Explore"),
            self._open_first,
            why=_("Select a table and press Enter."),
        )
        go = self._context.go
        self._nothing = EmptyState("ph.database", _("No data to explore"))
        self._first_steps = (
            add_data_card(lambda: go("studio/data/!add"), "explore_empty_add"),
            sample_card(lambda: go("studio/data/!sample"), "explore_sample"),
        )
        self._nothing.offer(*self._first_steps)
        self._right = QStackedWidget()
        self._right.setMinimumWidth(1)  # a page that isn't shown would keep the pane wide
        for page in (self._work_area, self._empty, self._nothing):
            self._right.addWidget(page)
        lower = QHBoxLayout()
        lower.setContentsMargins(0, 0, 0, 0)
        lower.setSpacing(0)
        lower.addWidget(self.fields)
        self._fields_line = hairline(vertical=True)
        lower.addWidget(self._fields_line)
        lower.addWidget(self._right, 1)
        self._history_line = hairline(vertical=True)
        lower.addWidget(self._history_line)
        lower.addWidget(self.history)
        for widget in (self._history_line, self.history):
            widget.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.banner_place = BannerPlace()
        whole.addWidget(self.toolbar)
        whole.addWidget(self.banner_place)
        whole.addLayout(lower, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < _NARROW
        self.fields.setFixedWidth(_FIELDS_NARROW if narrow else _FIELDS_WIDTH)
        self.made_sql.setFixedWidth(_SQL_NARROW if narrow else _SQL_WIDTH)
        self._divide()
        self._show_panes()

    def _divide(self) -> None:
        """Give the builder the height of its rows, and the SQL its share of the height, or what the user gave it."""
        if self.exploration.state.mode == "build":
            more = _ROW_HEIGHT if not self.builder.columns.isHidden() else 0
            self._top.setFixedHeight(_TOP_LOW if self.height() < _LOW else _TOP_HEIGHT + more)
            return
        self._top.setMinimumHeight(_LEAST_SQL)
        self._top.setMaximumHeight(16_777_215)
        height = self._work.height()
        needed = max(self.sql.height_of_text(), _USUAL_SQL)
        query = self._query_height or min(needed, max(round(height * _SQL_SHARE), _LEAST_SQL))
        self._work.setSizes([query, max(height - query, 1)])

    def _fit_query(self) -> None:
        """Give the SQL the height of its lines, unless somebody chose one."""
        if self.exploration.state.mode == "sql" and not self._query_height:
            self._divide()

    def _show_examples(self) -> None:
        """Offer queries to begin with while nothing is written."""
        state = self.exploration.state
        shown = state.mode == "sql" and self.sql.is_empty
        self.result.show_examples(self.exploration.source(state.source_id) if shown else None, shown=shown)

    def _begin_with(self, text: str) -> None:
        """Write an example, and run it."""
        self.sql.rewrite(text)
        self.sql.focus_edit()
        self._run()

    def _keep_query_height(self) -> None:
        if self.exploration.state.mode == "sql":
            self._query_height = self._work.sizes()[0]

    def _resize_query(self, steps: int) -> None:
        """Make the SQL higher, or lower where `steps` is negative."""
        self._query_height = max(self._work.sizes()[0] + steps * _RESIZED_BY, _LEAST_SQL)
        self._divide()
        self._keep_query_height()

    def _show_panes(self) -> None:
        """Show the panes that have room: in a narrow window the query has its whole width, and its SQL is one press
        away; the tables and columns are shown when they are asked for, and while there is no query.
        """
        compact = self.width() < _COMPACT
        self.read_warning.set_compact(compact)
        self.result.set_compact(compact)
        shown = not compact or self._fields_wanted or self._right.currentWidget() is not self._work_area
        self._show_history()
        if self.width() < _NARROW and self.history.isVisibleTo(self):
            shown = False  # both would leave the query too little room
        if is_empty := self._right.currentWidget() is self._nothing:
            shown = False  # there are none
        self.fields.setVisible(shown)
        self._fields_line.setVisible(shown)
        self.made_sql.setVisible(not compact)
        self._sql_line.setVisible(not compact)
        self.fold.setVisible(compact and not is_empty)
        self.fold.setChecked(shown)
        self.fold.disable("" if self._right.currentWidget() is self._work_area else _("No query yet."))

    def _show_history(self) -> None:
        """Show the history beside the SQL if somebody wants it."""
        is_sql = self.exploration.state.mode == "sql" and self._right.currentWidget() is self._work_area
        shown = self._history_wanted and is_sql
        self.sql.history.setChecked(shown)
        self._history_line.setVisible(shown)
        if shown and self.history.isHidden():
            self.history.begin()
        elif not shown:
            self.history.hide()

    def _toggle_history(self) -> None:
        if self._history_wanted:
            self._close_history()
        else:
            self._history_wanted = True
            self._show_panes()

    def _close_history(self) -> None:
        self._history_wanted = False
        self._show_panes()
        self.sql.focus_edit()

    def _toggle_fields(self) -> None:
        self._fields_wanted = not self.fields.isVisible()
        self._show_panes()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_opened:
            self._was_opened = True
            if not self.exploration.state.text:
                self._drafts.restore()
        self._show()  # the widget that the query is of may have changed meanwhile

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.sql.edit.commit()

    # State

    def open_route(self, rest: str) -> None:
        """Begin with the table that the rest of the address names; without one, go on with what was explored."""
        if not rest:
            return
        source, _slash, table = rest.partition("/")
        self._was_opened = True
        self._origin = None
        self.sql.edit.commit()
        exploration, before = self.exploration, self.exploration.state
        exploration.open_table("" if source == "own" else source, unquote(table))
        question = exploration.state.question
        if before.text.strip() and before.question is None and question is not None:
            exploration.tell_replaced(question.table, before)

    def open_query(
        self,
        source_id: str,
        text: Callable[[BrowsedSource | None], str],
        shown: TimeRange | None,
        kind: str,
        origin: WidgetOrigin | None = None,
        settings: Mapping[str, str] = NO_SETTINGS,
    ) -> None:
        """Show a query as soon as its source is known, whose language decides its `text`; as a step that can be undone.
        `shown`: the time range that it names; `origin`: the widget that it is of, which can be updated with it;
        `settings`: how it is drawn."""
        self._was_opened = True
        self._origin = origin
        self.sql.edit.commit()
        self.exploration.open_query(source_id, text, shown, kind if kind in KINDS else "", settings)

    def save_state(self) -> "ExplorationDraft":
        """What is explored, also where the SQL isn't committed."""
        self.sql.edit.commit()
        return draft_of(self.exploration.state)

    def restore_state(self, state: object) -> None:
        """Go on with a saved state."""
        from benchboard.dashboards.exploration_draft import ExplorationDraft

        if isinstance(state, ExplorationDraft) and state.text:
            self._was_opened = True
            self._drafts.show(state)

    def prepare_close(self) -> bool:
        """Keep what is typed. Nothing stops the view from closing."""
        self.sql.edit.commit()
        return True

    def finish_close(self) -> None:
        """Write the draft, and cancel a run under way."""
        self._drafts.finish()
        self.exploration.cancel()

    def refresh_view(self) -> None:
        """Run the query again."""
        if self.exploration.state.text.strip():
            self._run()

    def panes(self) -> list[QWidget]:
        """The toolbar, the tables, the query and the result."""
        query: QWidget = self.sql if self.exploration.state.mode == "sql" else self.builder
        shown = self._right.currentWidget()
        return [
            self.toolbar,
            *([self.fields] if shown is not self._nothing else []),
            *([query, self.result] if shown is self._work_area else [shown] if shown is not None else []),
            *([self.history] if self.history.isVisible() else []),
        ]

    def _show(self) -> None:
        exploration, state = self.exploration, self.exploration.state
        self.mode.set_current(state.mode)
        page: QWidget = self.sql if state.mode == "sql" else self._build
        if self._top.currentWidget() is not page:
            self._top.setCurrentWidget(page)
            self._divide()
        elif state.mode == "build":
            self._divide()  # its rows may be others
        self.sql.source.setVisible(state.mode == "sql")
        names, column = self._names_time(), exploration.time_column
        self.time.set_title(range_title(state.time_range) if names else _("All time"))
        # It stays where somebody writes SQL, also while that is wrong: with it, the buttons beside it would move.
        is_written = state.mode == "sql"
        self.time.setVisible(is_written or (bool(state.text) and (names or bool(column))))
        self.time.disable("" if names or column else _("Name :from and :to in the query to choose a time range."))
        table = exploration.table
        title = known.title if table is not None and (known := table.column(column)) is not None else column
        if column:
            self.time.setToolTip(plain_tooltip(_("Time range of “{column}”").format(column=title)))
        self.cancel.setVisible(exploration.running and exploration.late)
        self.fields.show_actions(self.builder.why_not_join(), self.builder.why_not_calculate())
        has_data = any(source.tables for source in exploration.sources)
        if exploration.sources_read and not has_data and not state.text:
            error = exploration.sources_error
            actor = self._context.actor
            failed = error if error is not None else explore_denied(actor)
            self._nothing.sentence.setText(failed.what if failed is not None else _("No data to explore"))
            why = error.do if error is not None else no_data_advice(actor)
            self._nothing.why.setText(why)
            self._nothing.why.setVisible(bool(why))
            for card in self._first_steps:
                card.setVisible(error is None and may_add_data(actor))
            page = self._nothing
        else:
            page = self._work_area if state.text or state.mode == "sql" else self._empty
        self._turn_to(page)
        is_empty = page is self._nothing
        self.setFocusProxy(self._first_steps[0] if is_empty else self.fields.tree)
        for widget in (self.mode, self.run, self.add):
            widget.setVisible(not is_empty)
        self._show_examples()
        first = self._first_table()
        self._empty.action.setText(_("Explore {table}").format(table=first[1]) if first is not None else "")
        self._empty.action.setVisible(first is not None)
        self.run.disable(self._why_not_run())
        self.add.disable(self._why_not_add())
        origin = self._live_origin()
        # One primary button: what is written as SQL is run first; the builder runs by itself.
        self.run.set_kind("primary" if is_written else "plain")
        self.add.set_kind("plain" if is_written or origin is not None else "primary")
        self.update_widget.set_kind("plain" if is_written else "primary")
        self.update_widget.setVisible(origin is not None)
        if origin is not None:
            self.update_widget.setAccessibleDescription(origin.title)
            self.update_widget.disable(self._why_not_add())

    def _turn_to(self, page: QWidget) -> None:
        """Show the query, or a page in its place; of a button that opened it, the focus goes on to the columns."""
        before, focused = self._right.currentWidget(), self.window().focusWidget()
        inside = before is not None and before is not page and focused is not None and before.isAncestorOf(focused)
        with focus_told_once():
            self._right.setCurrentWidget(page)
            self._show_panes()
            if inside and page is self._work_area:
                columns = (
                    self.fields.tree if self.fields.isVisible() else next(iter(tab_stops(self.builder)), self.fold)
                )
                columns.setFocus(Qt.FocusReason.OtherFocusReason)

    def _first_table(self) -> tuple[str, str] | None:
        """Source and name of the first table that has rows, as far as they were counted; None if there is none."""
        # One's own data before Benchboard's relations.
        sources = sorted(self.exploration.sources, key=lambda one: not one.id)
        return next(((one.id, table.name) for one in sources for table in one.tables if table.rows != 0), None)

    def _open_first(self) -> None:
        first = self._first_table()
        if first is not None:
            self.exploration.open_table(*first)

    def _names_time(self) -> bool:
        text = self.exploration.state.text
        return any(f":{name}" in text for name in ("from", "to", "interval"))

    def _why_not_add(self) -> str:
        result = self.exploration.result
        if not self.exploration.state.text.strip():
            return _("No query yet.")
        if result is not None and result.part_start is not None:
            return _("Only a part of the query was run. Run the whole query first.")
        if result is not None and result.error is not None:
            return _("The query has an error.")
        return ""

    def _live_origin(self) -> WidgetOrigin | None:
        """The widget that the query is of, while that is there and the query is over its data source."""
        origin = self._origin
        same = origin is not None and origin.source_id == self.exploration.state.source_id
        return origin if origin is not None and same and origin.is_there() else None

    def _why_not_update(self) -> str:
        if self._live_origin() is None:
            return _("This query was not opened from a widget.")
        return self._why_not_add()

    def _update_widget(self) -> None:
        """Write the query back to the widget that it was opened from."""
        self.sql.edit.commit()
        origin = self._live_origin()
        if origin is None or (why := self._why_not_update()):
            self._context.problems.refuse(self._why_not_update() if origin is None else why)
            return
        followed, state = self.exploration.followed(), self.exploration.state
        origin.update(state.text, self.exploration.kind, state.settings, followed.query if followed is not None else "")
        self._show()

    # Actions

    def command_handlers(self) -> Handlers:
        """The commands of the view."""
        return self._handlers()

    def _handlers(self) -> dict[str, Handler]:
        exploration = self.exploration
        return {
            "studio.explore_run": Handler(self._run),
            "studio.explore_plan": Handler(self.result.toggle_plan, self.result.why_no_plan),
            "studio.explore_add": Handler(self.add_to_dashboard, self._why_not_add),
            **{
                command: Handler(partial(self.result.export, export_format), self.result.why_no_export)
                for command, export_format in EXPORTS.items()
            },
            "studio.explore_update": Handler(self._update_widget, self._why_not_update),
            "studio.explore_undo": Handler(
                partial(self.builder.take_step, "undo"),
                lambda: "" if exploration.can_undo else _("There is nothing to undo."),
            ),
            "studio.explore_redo": Handler(
                partial(self.builder.take_step, "redo"),
                lambda: "" if exploration.can_redo else _("Nothing to redo"),
            ),
            "studio.explore_sql": Handler(self._toggle_mode),
            "studio.explore_format": Handler(self.sql.format_query, self._why_not_format),
            "studio.explore_history": Handler(self._toggle_history, self._why_not_sql),
            "studio.explore_query_taller": Handler(partial(self._resize_query, 1), self._why_not_sql),
            "studio.explore_query_shorter": Handler(partial(self._resize_query, -1), self._why_not_sql),
            "studio.explore_chart": Handler(partial(self.result.resize_chart, 1), self.result.why_not_resized),
            "studio.explore_table": Handler(partial(self.result.resize_chart, -1), self.result.why_not_resized),
        }

    def _why_not_format(self) -> str:
        return self._why_not_sql() or ("" if self.sql.edit.toPlainText().strip() else _("No query yet."))

    def _why_not_sql(self) -> str:
        return "" if self.exploration.state.mode == "sql" else _("Switch to SQL first.")

    def _toggle_mode(self) -> None:
        self._choose_mode("build" if self.exploration.state.mode == "sql" else "sql")

    def _choose_mode(self, mode: str) -> None:
        if mode == "sql":
            self._edit_sql()
            return
        self.sql.edit.commit()
        state = self.exploration.state
        if state.question is None and state.text.strip():
            self.mode.set_current("sql")
            built = self.exploration.last_built is not None
            way_on = Action(
                _("Back to the last query built") if built else _("New query"), self.exploration.build_again
            )
            text = _("The builder can't show this query. Edit it as SQL.")
            self._context.problems.toast(text, warning=True, action=way_on)
            return
        self.exploration.set_mode("build")
        first = self.builder.source.chips
        if first:
            first[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _place(self, part: str, source_id: str, table: str, column: str) -> None:
        if self.exploration.state.mode == "sql":
            self._choose_mode("build")
        if self.exploration.state.mode == "build":
            self.builder.place(part, source_id, table, column)

    def _insert_name(self, source_id: str, table: str, column: str) -> None:
        """Insert a table or a column in the SQL; into an empty one a query of the table."""
        exploration = self.exploration
        is_empty = not self.sql.edit.toPlainText().strip()
        if is_empty and source_id != exploration.state.source_id:
            exploration.set_source(source_id)
        catalog = catalog_of(exploration.sources, exploration.state.source_id)
        name = name_of_table(catalog, source_id, table)
        if name is None:
            source = exploration.source(source_id)
            text = _("This query can't read “{table}”: it is in {source}. Change the query's source first.")
            self._context.problems.refuse(text.format(table=table, source=source.name if source is not None else ""))
        elif is_empty:
            self.sql.insert_name(f"SELECT {written_name(column, catalog.dialect) if column else '*'}\nFROM {name}")
        else:
            self.sql.insert_name(written_name(column, catalog.dialect) if column else name)

    def _join(self, anchor: QWidget) -> None:
        self._build_from(anchor)
        self.builder.edit_join(anchor)

    def _calculate(self, anchor: QWidget) -> None:
        self._build_from(anchor)
        self.builder.edit_calculation(anchor)

    def _build_from(self, anchor: QWidget) -> None:
        """Show the builder; the focus returns to the button that was pressed, which is `anchor`."""
        had_focus = anchor.hasFocus()
        self._choose_mode("build")
        if had_focus:
            anchor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add_column_actions(self, shown: Menu, output: str) -> None:
        if self.exploration.state.mode == "build":
            for name, title, icon, run in self.builder.column_actions(output):
                add_action(shown, name, title, icon, run)

    def _edit_sql(self) -> None:
        self.exploration.edit_sql(self.fields.tree.current_source())
        self.sql.focus_edit()

    def _edit_query(self) -> None:
        if self.exploration.state.mode == "sql":
            self.sql.edit.go_to_error()
            self.sql.focus_edit()
        elif self.builder.source.chips:
            self.builder.source.chips[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _run(self) -> None:
        part = None
        if self.exploration.state.mode == "sql":
            self.sql.edit.commit()
            self.sql.edit.check(asked=True)
            part = self.sql.edit.part_to_run()
        if why := self._why_not_run():  # only now: what was just typed counts
            self._context.problems.refuse(why)
            return
        self.result.show_rows()
        if part is not None:
            self.exploration.run_part(*part)
        else:
            self.exploration.run()

    def _why_not_run(self) -> str:
        return "" if self.exploration.state.text.strip() else _("No query yet.")

    def _read_source_again(self) -> None:
        source = self.exploration.source(self.exploration.state.source_id)
        if source is None:
            return
        if why := self._source_actions.why_read_only():
            self._context.problems.refuse(why)
        else:
            self._is_refreshing = True
            self._source_actions.refresh(source.id, source.name)

    def _follow_source(self) -> None:
        """After a run: what the files are is what it shows. Say so if another person or program refreshed the source
        since the run before; whoever refreshes it in another view is told there.
        """
        before, result = self._shown_result, self.exploration.result
        if result is before or result is None:
            return
        self._shown_result = result
        self._context.problems.dismiss(_CHANGED)
        self._watch.mark()
        old, new = before.source if before is not None else None, result.source
        if old is None or new is None or old.source_id != new.source_id or new.read_at is None:
            return
        is_newer = old.read_at is not None and new.read_at > old.read_at
        if is_newer and not self._is_refreshing and self.isVisible():
            what = _("“{name}” was refreshed at {time}.").format(name=new.name, time=clock_minutes(new.read_at))
            self._context.problems.toast(f"{what} {_('The result is up to date.')}")
        self._is_refreshing = False

    def _tell_changed(self, sources: tuple[SourceFiles, ...]) -> None:
        """Say that the file of the query's source is another one than when the query ran."""
        source = sources[0]
        time = clock_minutes()
        if source.copied:
            what = _("The file of “{name}” has changed since it was copied.").format(name=source.name)
            action = Action(_("Read again"), self._read_source_again)
        else:
            what = _("The file of “{name}” changed at {time}.").format(name=source.name, time=time)
            action = Action(_("Run again"), self._run)
        why = _("The result is from before.")
        self._context.problems.notice(
            what, why, action, icon="ph.clock-counter-clockwise", key=_CHANGED, with_page=True
        )

    def _open_time(self) -> None:
        exploration = self.exploration
        can_show_all = exploration.state.question is not None
        picker = TimeRangePicker(
            self.time, exploration.time_editor, range_only=True, is_used=self._names_time(),
            show_all=exploration.show_all_time if can_show_all else None, data_days=exploration.data_days,
        )  # fmt: skip
        picker.range_chosen.connect(exploration.filter_by_time)
        picker.open()

    def _with_room(self, kind: WidgetKind) -> WidgetKind:
        """The kind as wide as its table needs: none of the columns that are seen here is hidden on the dashboard."""
        table = self.result.table if kind.type in ("table", PIVOT) else None
        columns = len(table.rows.columns) if table is not None else 0
        return replace(kind, w=min(max(kind.w, math.ceil(columns * _TABLE_COLUMN)), _PAGE_COLUMNS))

    def add_to_dashboard(self) -> None:
        """Ask for the dashboard that what is shown is added to."""
        kind = kind_of(self.exploration.kind)
        assert kind is not None
        state = self.exploration.state
        source = self.exploration.source(state.source_id) if state.source_id else None
        AddToDashboard(
            self._context,
            self.add,
            title=self.result.query_title,
            kind=self._with_room(kind),
            query=state.text,
            source_id=state.source_id,
            source_name=source.name if source is not None else "",
            shown=state.time_range if self._names_time() else None,
            followed=self.exploration.followed(),
            config=self.result.widget().config,
            noted=self.exploration.note_addition,
        ).open()
