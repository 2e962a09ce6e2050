"""The inspector on the right: position, size, title, query and settings of the selected items.

Each change is one step.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from benchboard.analytics.queries import ResultColumn
from benchboard.analytics.query_builder.first_question import Shape
from benchboard.analytics.table_browser import BrowsedSource, list_tables
from benchboard.dashboards.document.document import Document
from benchboard.dashboards.document.series_settings import has_colours
from benchboard.dashboards.document.widget_kinds import (
    AXIS_ENDS,
    IMAGE,
    KINDS,
    MAX_MEASURE,
    MAX_TITLE,
    RIGHT_AXIS,
    Setting,
    WidgetContent,
    WidgetKind,
    widget_of,
)
from benchboard.dashboards.editing import image_edits
from benchboard.dashboards.editing.marked_query import is_made_by_builder
from benchboard.dashboards.editing.page_edits import locks
from benchboard.dashboards.interchange import for_other_source, grafana_source, original_queries
from benchboard.dashboards.layout import TABS, walk_items
from benchboard.errors import AppError
from benchboard.i18n import TwoReadings, _, ngettext, number, parse_number
from benchboard.ui.commands import REGISTRY, Handlers
from benchboard.ui.studio.canvas.interaction.drop_target import DropTarget
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.undo_line_edit import TitleEdit, UndoLineEdit
from benchboard.ui.studio.panes.arrange_bar import ArrangeBar
from benchboard.ui.studio.panes.empty_inspector import EmptyInspector
from benchboard.ui.studio.panes.geometry_fields import GeometryFields, LockFields, SharedGeometryFields
from benchboard.ui.studio.panes.image_field import ImageField
from benchboard.ui.studio.panes.limit_rows import LimitRow, LimitRows
from benchboard.ui.studio.panes.links_field import LinksField
from benchboard.ui.studio.panes.original_query import OriginalQueryView
from benchboard.ui.studio.panes.query_editor import ProseEdit, QueryEdit, columns_hint
from benchboard.ui.studio.panes.query_modes import MakeBuilder, QueryModes
from benchboard.ui.studio.panes.repeat_settings import RepeatSettings
from benchboard.ui.studio.panes.right_axis_field import RightAxisField
from benchboard.ui.studio.panes.series_colours_field import SeriesColoursField
from benchboard.ui.studio.panes.setting_groups import LIMITS, LINE_LABEL, SHORT_TITLES, setting_groups
from benchboard.ui.studio.panes.source_select import SourceSelect
from benchboard.ui.studio.panes.tab_titles import TabTitles
from benchboard.ui.studio.panes.target_series_field import TargetSeriesField
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.studio.tiles.renderers import summary, unknown_kind_advice, unknown_kind_text
from benchboard.ui.studio.tiles.stats.stat_tiles import gauge_range
from benchboard.ui.widgets.accessible import announce, untold
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.fields import Field, Select
from benchboard.ui.widgets.labels import Elided, Text, hairline, plain_tooltip
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.stack_pages import add_page
from benchboard.ui.widgets.surfaces import fill_column, scroll_area, set_surface

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_MAX_TEXT = 100
"""Most characters of a single-line text."""


_SHAPES: Final[dict[str, Shape]] = {
    "metric_card": "number", "gauge": "number", "line_chart": "time", "area_chart": "time", "table": "rows",
    "scatter_chart": "points", "heatmap": "grid", "histogram": "values",
    "pivot_table": "grid",
}  # fmt: skip
"""What the query of a kind begins with; of all others, numbers for categories."""


class Inspector(QWidget):
    """Fields for the selected items. `edit_query` focuses the query."""

    command_requested = Signal(str)
    """Asks to run the command with this id."""
    left = Signal()
    """The focus leaves the inspector: the title was typed, or the widget whose fields had the focus is gone."""
    drafted = Signal(str, object)
    """The text that is being typed at `<key>/<id>` and not committed yet; None: there is none any more."""

    def __init__(
        self,
        context: "Context",
        editor: Editor,
        query_runner: WidgetQueryRunner,
        handlers: Callable[[], Handlers],
        make_builder: MakeBuilder,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context, self._editor, self._query_runner = context, editor, query_runner
        self._make_builder = make_builder
        self._query_modes: dict[str, str] = {}
        """How a query is edited where that was chosen, by the widget's id."""
        set_surface(self, "surface")
        self.setAccessibleName(_("Inspector"))
        self._stack = QStackedWidget(self)
        self._empty = EmptyInspector(editor, handlers, self._stack)
        self._sheet: _PropertySheet | None = None
        self._draft = ""
        add_page(self._stack, self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        editor.changed.connect(self._refresh)
        editor.permission_changed.connect(self._refresh)
        editor.options_changed.connect(self._refresh)
        editor.selection_changed.connect(self._refresh)

    @property
    def has_draft(self) -> bool:
        """Whether text is being typed that isn't in the document yet."""
        return bool(self._draft)

    def remote_document_arriving(self, document: Document) -> None:
        """Commit what is being typed before another document is shown or merged, if that document has another value for
        the field.
        """
        item_id = self._draft.partition("/")[2]
        if not item_id or item_id not in self._editor.page.paths:
            return
        there = next((found.item for found in walk_items(document.layout) if found.item.id == item_id), None)
        if there != self._editor.page.item(item_id):
            self.commit()

    def edit_query(self) -> None:
        """Focus the selected widget's query, or its text."""
        if self._sheet is not None:
            self._sheet.focus_query()

    def choose_source(self) -> None:
        """Open the list of data sources for the selected widget."""
        if self._sheet is not None:
            self._sheet.open_sources()

    def edit_repeat(self) -> None:
        """Focus the repeat setting of the selected widget."""
        if self._sheet is not None:
            self._sheet.focus_repeat()

    def edit_name(self, part: Literal["title", "tab"]) -> None:
        """Focus the selected widget's title, or the name of its newest tab."""
        if self._sheet is not None:
            self._sheet.focus_name(part)

    def commit(self) -> None:
        """Commit what is being typed."""
        if self._sheet is not None:
            self._sheet.commit()

    def show_drop_target(self, target: DropTarget | None) -> None:
        """Show where a drag would drop the items; None: the drag ended."""
        if self._sheet is not None:
            self._sheet.show_drop_target(target)

    def _refresh(self) -> None:
        chosen = [item_id for item_id in self._editor.selection if item_id in self._editor.page.shown]
        if self._sheet is not None and self._sheet.shows(chosen):
            self._sheet.refresh()
            return
        chose_kind = False
        if self._sheet is not None:
            if self._draft:
                self._drafted(self._draft, None)  # a field that is removed can't commit any more
            focused = QApplication.focusWidget()
            chose_kind = self._sheet.chose_kind(chosen)
            if focused is not None and self._sheet.isAncestorOf(focused) and not chose_kind:
                self.left.emit()  # hiding it would move the focus to the next widget in the window, the pane's edge
            self._stack.removeWidget(self._sheet)
            self._sheet.deleteLater()
            self._sheet = None
        if not chosen:
            self._empty.refresh()
        else:
            with untold():  # the canvas says which widget is selected; its fields are read when they are reached
                self._sheet = _PropertySheet(
                    self._stack, self._context, self._editor, self._query_runner, chosen, self.command_requested.emit,
                    self._make_builder, self._query_mode(chosen[0]),
                )  # fmt: skip
            self._sheet.query_mode_chosen.connect(self._keep_query_mode)
            self._sheet.drafted.connect(self._drafted)
            self._sheet.finished.connect(self.left)
            self._stack.addWidget(self._sheet)
            self._stack.setCurrentWidget(self._sheet)
            if chose_kind:
                self._sheet.focus_kind()

    def _query_mode(self, item_id: str) -> str:
        """How a widget's query is edited: as it was chosen for it, or else in the builder if that can read it."""
        widget = self._editor.widget(item_id)
        made = is_made_by_builder(widget.query, widget.data_source_id)
        return self._query_modes.get(item_id, "build" if made else "sql")

    def _keep_query_mode(self, mode: str) -> None:
        for item_id in self._editor.selection[:1]:
            self._query_modes[item_id] = mode

    def _drafted(self, where: str, text: str | None) -> None:
        self._draft = where if text is not None else ""
        self.drafted.emit(where, text)


def starting_query(kind: WidgetKind, sources: Sequence[BrowsedSource], source_id: str) -> str:
    """The query with which a kind of widget begins over a source; empty if the source isn't there or has no tables."""
    source = next((one for one in sources if one.id == source_id), None)
    if source is None or not kind.query:
        return ""
    return source.starting_query(_SHAPES.get(kind.type, "categories")) if source_id else kind.query


class _PropertySheet(QWidget):
    """The fields of one widget, or those that several widgets have in common."""

    drafted = Signal(str, object)
    """See `Inspector.drafted`."""
    finished = Signal()
    """The title was typed, or is as it was."""
    query_mode_chosen = Signal(str)
    """See `QueryModes.chosen`."""

    def __init__(
        self,
        parent: QWidget,
        context: "Context",
        editor: Editor,
        query_runner: WidgetQueryRunner,
        chosen: list[str],
        run: Callable[[str], object],
        make_builder: MakeBuilder,
        query_mode: str,
    ) -> None:
        super().__init__(parent)  # from the start, as each widget here: reparenting a filled one styles it twice
        self._editor, self._query_runner = editor, query_runner
        self._ids = list(chosen)
        self._kinds = [editor.widget(item_id).type for item_id in chosen]
        self._parts: list[
            GeometryFields
            | SharedGeometryFields
            | LockFields
            | ArrangeBar
            | TabTitles
            | RepeatSettings
            | RightAxisField
            | TargetSeriesField
            | SeriesColoursField
            | LinksField
        ] = []
        """The parts that update themselves."""
        self._settings: dict[str, UndoLineEdit | Select | ProseEdit | ImageField] = {}
        self._right: RightAxisField | None = None
        self._original: OriginalQueryView | None = None
        self._target: TargetSeriesField | None = None
        self._colours: SeriesColoursField | None = None
        self._limits: LimitRows | None = None
        self._automatic = {
            one.key
            for kind in {editor.widget(item_id).kind for item_id in chosen}
            for one in (kind.settings if kind is not None else ())
            if one.default == ""
            and (one.kind in ("measure", "number") or one.key in ("unit", "right_unit"))
            and one.key not in LIMITS
        }
        """The settings that are found by themselves while they are empty."""
        self._right_fields: list[QWidget] = []
        """The settings of the right axis, shown while a series is on it."""
        self._title: TitleEdit | None = None
        self._shown_as: Select | None = None
        self._source: SourceSelect | None = None
        self._locked_note = Paragraph("", "caption", "muted")
        self._buttons: list[tuple[Button, str]] = []
        """The buttons in the heading and the ids of their commands."""
        self._query: QueryEdit | None = None
        self._query_field_row: Field | None = None
        self._make_builder, self._query_mode = make_builder, query_mode
        self._query_modes: QueryModes | None = None
        self._written_error: AppError | None = None
        """The error in the query's text."""
        self._told_result: object = None
        """The result of which a screen reader was told last; None: of whatever is there next."""
        self._inside = inside = QWidget()
        inside.setProperty("plain", True)
        self._section_widget = inside
        """The section which fields are being made for: Qt styles a widget anew at each parent it is given."""
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 16)
        self._column.setSpacing(0)
        self._area = area = scroll_area(inside)
        area.setAccessibleName(_("Properties of the selection"))
        fill_column(self, self._head(), hairline(), area)
        if len(chosen) == 1:
            self._build(context, editor.widget(chosen[0]), run)
        else:
            self._build_several(run)
        self._column.addStretch(1)
        self.refresh()
        query_runner.result_changed.connect(self._answered)

    def shows(self, chosen: list[str]) -> bool:
        """Whether this sheet is for these widgets."""
        return chosen == self._ids and [self._editor.widget(item_id).type for item_id in chosen] == self._kinds

    def chose_kind(self, chosen: list[str]) -> bool:
        """Whether these widgets are shown as another kind because that was chosen here."""
        return chosen == self._ids and self._shown_as is not None and self._shown_as.hasFocus()

    def focus_kind(self) -> None:
        """Focus what the widget is shown as."""
        if self._shown_as is not None:
            self._shown_as.setFocus(Qt.FocusReason.OtherFocusReason)
            self._area.ensureWidgetVisible(self._shown_as)

    def focus_query(self) -> None:
        """Focus the query, or the text."""
        first = next(
            (edit for edit in self._settings.values() if isinstance(edit, ProseEdit | ImageField)), self._title
        )
        if self._query_modes is not None:
            self._query_modes.focus()
            self._area.ensureWidgetVisible(self._query_modes)
        elif first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_sources(self) -> None:
        """Open the list of data sources, scrolled into view."""
        if self._source is not None and self._source.isEnabled():
            self._source.setFocus(Qt.FocusReason.OtherFocusReason)
            self._area.ensureWidgetVisible(self._source)
            self._source.open_list()

    def focus_repeat(self) -> None:
        """Focus the repeat setting, scrolled into view."""
        for part in self._parts:
            if isinstance(part, RepeatSettings):
                part.begin()
                self._area.ensureWidgetVisible(part)

    def focus_name(self, part: Literal["title", "tab"]) -> None:
        """Focus the title or the name of the newest tab, with all its text selected."""
        tabs = next((one for one in self._parts if isinstance(one, TabTitles)), None)
        if part == "tab" and tabs is not None:
            tabs.focus_last()
            self._area.ensureWidgetVisible(tabs)
        elif self._title is not None:
            self._title.setFocus(Qt.FocusReason.OtherFocusReason)
            self._title.selectAll()
            self._area.ensureWidgetVisible(self._title)

    def commit(self) -> None:
        """Commit what is being typed."""
        for edit in (self._query, *self._settings.values()):
            if isinstance(edit, ProseEdit):
                edit.commit()

    def show_drop_target(self, target: DropTarget | None) -> None:
        """Show in the fields where a drag would drop the items."""
        for part in self._parts:
            if isinstance(part, GeometryFields | SharedGeometryFields):
                part.show_drop_target(target)

    def refresh(self) -> None:
        """Show the values in the document."""
        why = self._editor.read_only_reason
        # Tab moves through the fields and scrolls to them; without an enabled field the area itself takes the focus.
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus if why else Qt.FocusPolicy.NoFocus)
        for part in self._parts:
            part.refresh()
            part.setEnabled(not why)
        if self._original is not None:  # to be read and copied even where nothing can be changed
            self._original.refresh()
        for button, tip in self._buttons:
            button.disable(why)
            button.setToolTip(plain_tooltip(why or tip))
        widgets = [self._editor.widget(item_id) for item_id in self._ids]
        free = not why and not any("content" in locks(self._editor.page.item(item_id)) for item_id in self._ids)
        self._locked_note.setText(why or _("Content is locked."))
        self._locked_note.setVisible(not free)
        if self._title is not None:
            self._title.show_text(widgets[0].title)
        self._show_heading()
        if self._query is not None:
            self._query.update_text(widgets[0].query)
            self._query.variables_changed()
        if self._shown_as is not None and (kind := widgets[0].kind) is not None:
            self._shown_as.set_current_key(kind.type)
        if self._source is not None:
            self._source.show_source(widgets[0].data_source_id)
        for edit in (self._title, self._shown_as, self._source, self._query, *self._settings.values()):
            if edit is not None and not (free and edit.isEnabled()):  # otherwise its error stays visible
                edit.setEnabled(free)
                edit.setAccessibleDescription("" if free else self._locked_note.text())
        if self._query_modes is not None:
            self._query_modes.enable_builder(free)
        for key, editor in self._settings.items():
            values = {_field_text(widget.setting(key)) for widget in widgets}
            empty = _("Automatic") if key in self._automatic else ""
            _show(editor, values.pop() if len(values) == 1 else None, empty)
        if self._limits is not None:
            self._limits.refresh(free)
        self._show_gauge_range()
        self._show_right_fields()

    def _show_right_fields(self) -> None:
        for field in self._right_fields:
            field.setVisible(self._right is not None and self._right.has_right)

    def _show_gauge_range(self) -> None:
        """Show the range that a gauge uses as placeholders of its empty limits."""
        if self._kinds != ["gauge"]:
            return
        widget, result = self._editor.widget(self._ids[0]), self._query_runner.result(self._ids[0])
        ends = gauge_range(widget, result.table) if result is not None and result.table is not None else (0.0, 100.0)
        for key, end in zip(("min", "max"), ends, strict=True):
            edit = self._settings[key]
            if isinstance(edit, UndoLineEdit):
                edit.setPlaceholderText(_("Automatic: {value}").format(value=number_format.abbreviate(end)))

    def _show_heading(self) -> None:
        """Show the selection's name and kind: both may change with the same selection, by undo or a merge."""
        if len(self._ids) == 1:
            widget = widget_of(self._editor.rendered(self._editor.page.item(self._ids[0])))
            kind = widget.kind_name
            title = widget.title or kind
        else:
            count = len(self._ids)
            title = ngettext("{count} widget", "{count} widgets", count).format(count=count)
            kinds = dict.fromkeys(self._editor.widget(item_id).kind for item_id in self._ids)
            kind = ", ".join(_(known.title) for known in kinds if known is not None)
        self._name.setText(title)
        self._kind.setText(kind)
        self._kind.setVisible(bool(kind) and kind != title)

    def _head(self) -> QWidget:
        head = QWidget()
        head.setFixedHeight(48)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 0, 8, 0)
        self._name, self._kind = Elided("", "body_strong"), Elided("", "caption", "muted")
        titles = QVBoxLayout()
        titles.setSpacing(0)
        titles.addStretch(1)
        titles.addWidget(self._name)
        titles.addWidget(self._kind)
        titles.addStretch(1)
        row.addLayout(titles, 1)
        for run, command_id in ((self._editor.duplicate, "studio.duplicate"), (self._editor.remove, "studio.remove")):
            command = REGISTRY[command_id]
            tip, name = command.text, f"inspector_{command.name}"
            button = Button("", run, kind="quiet", icon=command.icon, tip=tip, name=name)
            self._buttons.append((button, tip))
            row.addWidget(button)
        return head

    def _build(self, context: "Context", widget: WidgetContent, run: Callable[[str], object]) -> None:
        places, keeps = GeometryFields(self._editor, widget.id), LockFields(self._editor, self._ids)
        self._parts += [places, keeps]
        self._section(_("Position"), [places, keeps])
        if widget.type == TABS:
            names = TabTitles(self._editor, widget.id)
            self._parts.append(names)
            self._section(_("Tabs"), [names])
        self._title = TitleEdit(name="inspector_title", label=_("Title"))
        self._title.setMaxLength(MAX_TITLE)
        self._title.finished.connect(self.finished)
        self._title.textEdited.connect(lambda text: self._set_property("title", text.strip()))
        appearance = self._begin_section()
        look: list[QWidget] = [Field(_("Title"), self._title, parent=self._section_widget)]
        if widget.kind is not None and widget.kind.query:
            look.append(self._kind_field())
        look += self._settings_fields(widget.kind.settings if widget.kind else (), run, widget.id)
        if widget.kind is not None and widget.kind.query:
            if original_queries(self._editor.page.item(widget.id).source):
                self._original = OriginalQueryView(self._editor, widget.id)
            theirs = [self._original] if self._original is not None else []
            explore = Button(
                _("Open in Explore"), lambda: run("studio.open_in_explore"), icon="ph.compass", size="sm",
                name="inspector_explore",
            )  # fmt: skip
            section = self._begin_section()
            data = [self._source_field(context, widget), self._query_field(context, widget), explore]
            self._section(_("Data"), [*data, *theirs], section)
        looks = widget.kind is not None and (widget.kind.query or widget.kind.type == IMAGE)
        self._section(_("Appearance") if looks else _("Content"), look, appearance)
        self._column.insertWidget(self._column.count() - 1, self._locked_note)
        self._locked_note.setContentsMargins(16, 8, 16, 0)
        if widget.kind is None:
            about = unknown_kind_text(widget)
            stop = "" if about.endswith(".") else "."
            note = f"{about}{stop} {unknown_kind_advice(widget)}"
            self._section(_("Data"), [Paragraph(note, tone="secondary")])
        if not self._editor.page.item(widget.id).panes:
            links = LinksField(context, self._editor, widget.id, run)
            self._parts.append(links)
            self._section(_("Links"), [links])
        repeats = RepeatSettings(self._editor, widget.id, run)
        self._parts.append(repeats)
        self._section(_("Repeat"), [repeats])

    def _settings_fields(
        self, settings: Sequence[Setting], run: Callable[[str], object], item_id: str = ""
    ) -> list[QWidget]:
        """The fields of these settings in their groups; with those of the series of `item_id`, if it is one widget."""
        fields: list[QWidget] = []
        is_chart = bool(item_id) and RIGHT_AXIS[0] in settings
        for group in setting_groups(settings):
            inside: list[QWidget] = [_sub_heading(_(group.title))] if group.title else []
            for row_settings in group.rows:
                if row_settings[0] == RIGHT_AXIS[0]:
                    inside.append(self._right_axis(item_id))
                line = self._fields_row([self._setting(one, run) for one in row_settings])
                if row_settings[0] in RIGHT_AXIS:
                    self._right_fields.append(line)
                inside.append(line)
            if group.limits:
                inside.append(self._limit_rows(group.limits, run))
            if group.key == "limits" and is_chart:
                inside.append(self._target_series(item_id))
            fields.append(_group(inside, self._section_widget))
        if item_id and has_colours(self._editor.widget(item_id)):
            self._colours = SeriesColoursField(self._editor, item_id, self._query_runner)
            self._parts.append(self._colours)
            fields.append(self._colours)
        return fields

    def _fields_row(self, fields: Sequence[QWidget]) -> QWidget:
        if len(fields) == 1:
            return fields[0]
        holder = QWidget(self._section_widget)
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        for field in fields:
            line.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
        return holder

    def _limit_rows(self, limits: Sequence[Setting], run: Callable[[str], object]) -> QWidget:
        rows, below = list[LimitRow](), dict[str, QWidget]()
        for setting in limits:
            if setting.key == LINE_LABEL:
                below["reference"] = self._setting(setting, run)
                continue
            edit = UndoLineEdit(name=f"inspector_{setting.key}")
            row = LimitRow(setting.key, edit)
            edit.textEdited.connect(partial(self._setting_edited, setting, row))
            self._settings[setting.key] = edit
            rows.append(row)
        self._limits = LimitRows(rows, below, lambda key: self._set_property(f"config.{key}", None))
        return self._limits

    def _right_axis(self, item_id: str) -> QWidget:
        """Which series are on the right axis."""
        self._right = RightAxisField(self._editor, item_id, self._query_runner)
        self._parts.append(self._right)
        return self._right

    def _target_series(self, item_id: str) -> QWidget:
        """Which series is the target of the others."""
        self._target = TargetSeriesField(self._editor, item_id, self._query_runner)
        self._parts.append(self._target)
        return self._target

    def _build_several(self, run: Callable[[str], object]) -> None:
        """Build the commands for several widgets, and the settings that all of them have."""
        order, keeps = ArrangeBar(self._editor, run), LockFields(self._editor, self._ids)
        places = SharedGeometryFields(self._editor, self._ids)
        self._parts += [order, places, keeps]
        self._column.addWidget(order)
        together = Paragraph(_("Drag one to move them all."), tone="secondary")
        self._section(_("Position"), [places, keeps, together])
        kinds = {self._editor.widget(item_id).kind for item_id in self._ids}
        kind = kinds.pop() if len(kinds) == 1 else None
        alone = ("prose", "picture")
        known = kind.settings if kind is not None else ()
        shared = [setting for setting in known if setting.kind not in alone and setting not in RIGHT_AXIS]
        if shared:
            section = self._begin_section()
            note = Paragraph(_("Changes apply to all selected widgets."), "caption", "muted")
            self._section(_("Appearance"), [*self._settings_fields(shared, run), note, self._locked_note], section)

    def _source_field(self, context: "Context", widget: WidgetContent) -> QWidget:
        self._source = SourceSelect(context, "inspector_source")
        self._source.chosen.connect(partial(self._choose_source, context, widget.id))
        return Field(_("Source"), self._source, parent=self._section_widget)

    def _choose_source(self, context: "Context", item_id: str) -> None:
        """Read the chosen source; with a query to begin with, unless the query is somebody's own."""
        assert self._source is not None
        chosen, actor = self._source.current_key(), context.actor
        self.commit()

        def show(sources: Sequence[BrowsedSource]) -> None:
            if item_id in self._editor.page.paths and (widget := self._editor.widget(item_id)).kind is not None:
                begun = {"", widget.kind.query, starting_query(widget.kind, sources, widget.data_source_id)}
                is_own = widget.query.strip() not in begun
                imported = self._editor.page.item(item_id).source
                # What was imported is kept: another query under its title would be a wrong chart in silence.
                begins = for_other_source(grafana_source(imported)) if original_queries(imported) else starting_query(
                    widget.kind, sources, chosen
                )  # fmt: skip
                query = widget.query if is_own else begins
                self._editor.set_source(item_id, chosen, query)

        context.tasks.read(self, lambda session: list_tables(session, actor), show, context.problems.show)

    def _kind_field(self) -> QWidget:
        """What the result of the query is shown as."""
        kinds = [kind for kind in KINDS if kind.query]
        choices = [(kind.type, _(kind.title)) for kind in kinds]
        self._shown_as = Select(choices, name="inspector_kind", label=_("Show as"))
        self._shown_as.activated.connect(lambda place: self._editor.set_kind(self._ids, kinds[place]))
        return Field(_("Show as"), self._shown_as, parent=self._section_widget)

    def _begin_section(self) -> QWidget:
        """The widget of a section; the fields that are made next are in it."""
        self._section_widget = QWidget(self._inside)
        return self._section_widget

    def _section(self, title: str, fields: list[QWidget], holder: QWidget | None = None) -> None:
        if self._column.count():
            self._column.addWidget(hairline())
        # Not a layout in the other one: that gave a section whose height depends on its width the pixels of the next.
        holder = holder or QWidget(self._inside)
        column = QVBoxLayout(holder)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        for part in (Text(title, "section", parent=holder), *fields):
            column.addWidget(part)
            part.raise_()  # they are read in this order, not in that in which they were made
        self._column.addWidget(holder)
        holder.raise_()

    def _query_field(self, context: "Context", widget: WidgetContent) -> QWidget:
        self._query = QueryEdit(
            context,
            "inspector_query",
            lambda: self._editor.check_values(widget.id),
            lambda: self._editor.widget(widget.id).data_source_id,
        )
        self._query.fit_lines(5, 18)
        self._query.checked.connect(self._query_checked)
        self._query.asked.connect(self._tell_again)
        self._query.drafted.connect(partial(self.drafted.emit, f"query/{widget.id}"))
        takes = _(widget.kind.takes) if widget.kind else ""
        self._query_field_row = Field(_("Query"), self._query, note=takes)
        self._query.committed.connect(partial(self._commit_text, self._query, self._query_field_row, "query"))
        make = partial(self._make_builder, widget.id)
        self._query_modes = QueryModes(self, self._query_field_row, make, self._query_mode)
        self._query_modes.chosen.connect(self._choose_query_mode)
        return self._query_modes

    def _choose_query_mode(self, mode: str) -> None:
        self.commit()
        self.query_mode_chosen.emit(mode)
        self.refresh()

    def _setting(self, setting: Setting, run: Callable[[str], object]) -> QWidget:
        name, title = f"inspector_{setting.key}", _(SHORT_TITLES.get(setting.key, setting.title))
        if setting.kind == "picture":
            picture = ImageField(name, lambda: run("studio.choose_image"), self._remove_image)
            self._settings[setting.key] = picture
            return picture
        if setting.kind == "choice":
            choice = Select([(key, _(text)) for key, text in setting.choices], name=name, label=title)
            choice.activated.connect(lambda _index: self._set_property(f"config.{setting.key}", choice.current_key()))
            self._settings[setting.key] = choice
            return Field(title, choice, parent=self._section_widget)
        if setting.kind == "prose":
            prose = ProseEdit(name)
            prose.setMinimumHeight(220)
            prose.setPlaceholderText(_(setting.prompt) if setting.prompt else "")
            prose.drafted.connect(partial(self.drafted.emit, f"config.{setting.key}/{self._ids[0]}"))
            self._settings[setting.key] = prose
            written = Field(title, prose, parent=self._section_widget)
            prose.committed.connect(partial(self._commit_text, prose, written, f"config.{setting.key}"))
            return written
        edit = UndoLineEdit(name=name, label=title)
        if setting.kind == "text":
            edit.setMaxLength(setting.most or _MAX_TEXT)
        self._settings[setting.key] = edit
        field = Field(title, edit, parent=self._section_widget)
        edit.textEdited.connect(lambda text: self._setting_edited(setting, field, text))
        return field

    def _setting_edited(self, setting: Setting, field: Field | LimitRow, text: str) -> None:
        if setting.kind == "text":
            field.set_error(_error_text(self._set_property(f"config.{setting.key}", text)))
            return
        if setting.kind == "measure":
            self._number_edited(setting, field, text)
            return
        if not text.strip() and setting.default == "":
            field.set_error("")
            self._set_property(f"config.{setting.key}", None)
            return
        right = text.isascii() and text.isdecimal() and int(text) <= setting.most
        field.set_error("" if right else _("Enter a whole number from 0 to {most}.").format(most=setting.most))
        if right:
            self._set_property(f"config.{setting.key}", int(text))

    def _number_edited(self, setting: Setting, field: Field | LimitRow, text: str) -> None:
        try:
            value = _parse_number(text)
        except TwoReadings as error:
            field.set_error(str(error))
            return
        right = value is not None or (not text.strip() and setting.default == "")
        why = self._out_of_order(setting, value) if right else _("Enter a number.")
        field.set_error(why)
        if not why:
            self._set_property(f"config.{setting.key}", value)

    def _out_of_order(self, setting: Setting, value: float | None) -> str:
        """Why an end of an axis isn't possible beside the other one; empty if it is."""
        pair = {**AXIS_ENDS, **{high: low for low, high in AXIS_ENDS.items()}}
        other = pair.get(setting.key)
        if value is None or other is None:
            return ""
        ends = [self._editor.widget(item_id).setting(other) for item_id in self._ids]
        numbers = [end for end in ends if not isinstance(end, str)]
        if setting.key in AXIS_ENDS:
            return "" if all(value < end for end in numbers) else _("Enter a number below the maximum.")
        return "" if all(value > end for end in numbers) else _("Enter a number above the minimum.")

    def _remove_image(self) -> None:
        self._editor.apply(image_edits.set_picture, self._ids[0], "")

    def _set_property(self, key: str, value: object) -> AppError | None:
        if not all(item_id in self._editor.page.shown for item_id in self._ids):
            return None
        refused = self._editor.set_properties(self._ids, key, value)
        if key == "title":
            self._show_heading()
        return refused

    def _commit_text(self, prose: ProseEdit, field: Field, key: str, text: str) -> None:
        refused = self._set_property(key, text)
        if refused is not None:
            prose.reject_commit()
            field.set_error(_error_text(refused))
        elif prose is not self._query:  # errors of a query are shown where it is checked
            field.set_error("")

    def _query_checked(self, columns: tuple[ResultColumn, ...] | None, error: AppError | None) -> None:
        if self._query_field_row is None:
            return
        self._written_error = error
        if columns is not None:
            self._query_field_row.setToolTip(plain_tooltip(columns_hint(columns)))
        self._show_query_error()
        self._tell_result()

    def _tell_again(self) -> None:
        self._told_result = None

    def _tell_result(self) -> None:
        """Tell whoever is in the query what comes of it. Errors in its text are told where it is checked."""
        result = self._query_runner.result(self._ids[0])
        if self._query is None or not self._query.hasFocus() or self._written_error is not None:
            return
        if result is None or result.is_pending or result.query != self._query.toPlainText():
            return
        told = result.query, result.read_at, result.error
        if told != self._told_result:
            is_asked, self._told_result = self._told_result is None, told
            announce(self._query, summary(self._editor.widget(self._ids[0]), result), again=is_asked)

    def _answered(self, item_id: str) -> None:
        if [item_id] == self._ids:
            self._show_gauge_range()
            if self._right is not None:
                self._right.refresh()
                self._show_right_fields()
            for part in (self._target, self._colours):
                if part is not None:
                    part.refresh()
            self._show_query_error()
            self._tell_result()

    def _show_query_error(self) -> None:
        """Show the error in the query's text, or else why running it failed.

        Errors in the data are found only when the query runs, and the check may finish after the run.
        """
        if self._query_field_row is None or self._query is None:
            return
        result, error = self._query_runner.result(self._ids[0]), self._written_error
        if error is None and result is not None and result.query == self._query.toPlainText():
            error = result.error
        self._query.show_error(error)
        if error is not None and error.code == "query.empty":
            self._query_field_row.set_hint(_error_text(error))
        else:
            self._query_field_row.set_error(_error_text(error))


def _error_text(error: AppError | None) -> str:
    return " ".join(part for part in (error.what, error.do) if part) if error is not None else ""


def _field_text(value: object) -> str:
    return number(Decimal(repr(value)), most=40, grouped=False) if isinstance(value, float) else str(value)


def _parse_number(text: str) -> int | float | None:
    """The number that the user typed, with either decimal separator; None if it isn't one. Raises `TwoReadings`, also
    for 15.000 in any language: nobody sets a target or a threshold of 15 with three zeros behind it."""
    plain = "".join(text.split())
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]000", plain, re.ASCII):
        raise TwoReadings(text, plain, plain[-4], plain[:-4])
    try:
        value = parse_number(text)
    except TwoReadings:
        raise
    except ValueError:
        return None
    if not abs(value) <= MAX_MEASURE:
        return None
    return int(value) if value.is_integer() else value


def _sub_heading(title: str) -> Text:
    text = Text(title, "caption", "secondary")
    text.setProperty("medium", True)
    return text


def _group(parts: Sequence[QWidget], parent: QWidget) -> QWidget:
    """The fields below a sub-heading, with room above it."""
    holder = QWidget(parent)
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 8 if isinstance(parts[0], Text) else 0, 0, 0)
    column.setSpacing(8)
    for part in parts:
        column.addWidget(part)
    return holder


def _show(edit: UndoLineEdit | Select | ProseEdit | ImageField, value: str | None, empty: str) -> None:
    """Show a setting's value; None if the widgets' values differ. `empty` stands in an empty field."""
    if isinstance(edit, ImageField):
        edit.show_image(value or "")
        return
    if isinstance(edit, Select):
        edit.set_current_key(value or "")
        if value is None:
            edit.setPlaceholderText(_("Mixed"))
            edit.blockSignals(True)
            edit.setCurrentIndex(-1)
            edit.blockSignals(False)
        return
    if isinstance(edit, ProseEdit):
        edit.update_text(value or "")
        return
    edit.setPlaceholderText(_("Mixed") if value is None else empty)
    edit.show_text(_(value) if value else "")
