"""The inspector at the right: place and size, title, query and settings of what is chosen, each change one step."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from benchboard.analytics.queries import ResultColumn
from benchboard.dashboards import layout as grid
from benchboard.dashboards.catalogue import MAX_TITLE, Setting, Widget
from benchboard.dashboards.layout import Cell
from benchboard.errors import AppError
from benchboard.i18n import N_, _, ngettext
from benchboard.ui.studio.editor import Editor
from benchboard.ui.studio.feeds import Feeds
from benchboard.ui.studio.queryedit import Prose, QueryEdit, hint
from benchboard.ui.studio.steps import step_of
from benchboard.ui.theme import theme
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.fields import Edit, Field, Select
from benchboard.ui.widgets.labels import Elided, KeyCap, Text, hairline, plain_tip

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_KEYS = (
    ("Tab", N_("the next widget")),
    ("← ↑ → ↓", N_("move it")),
    ("Shift ← ↑ → ↓", N_("resize it")),
    ("Ctrl D", N_("duplicate it")),
    ("Delete", N_("remove it")),
    ("Ctrl Z", N_("take a step back")),
)


class Inspector(QWidget):
    """What is chosen, in words and fields. `edit_query` puts the keyboard into the query."""

    def __init__(self, context: "Context", editor: Editor, feeds: Feeds, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._editor, self._feeds = context, editor, feeds
        self.setProperty("surface", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(theme().px("shell.inspector"))
        self.setAccessibleName(_("Inspector"))
        self._sheet: _Sheet | None = None
        self._stack = QStackedWidget()
        self._stack.addWidget(_nothing_chosen())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        editor.changed.connect(self._follow)
        editor.chosen_changed.connect(self._follow)

    def edit_query(self) -> None:
        """Write at the chosen widget's query, or its text."""
        if self._sheet is not None:
            self._sheet.begin()

    def commit(self) -> None:
        """Hand on what is being written."""
        if self._sheet is not None:
            self._sheet.commit()

    def _follow(self) -> None:
        chosen = [item_id for item_id in self._editor.chosen if item_id in self._editor.page.shown]
        if self._sheet is not None and self._sheet.shows(chosen):
            self._sheet.refresh()
            return
        if self._sheet is not None:
            self._stack.removeWidget(self._sheet)
            self._sheet.deleteLater()
            self._sheet = None
        if chosen:
            self._sheet = _Sheet(self._context, self._editor, self._feeds, chosen)
            self._stack.addWidget(self._sheet)
            self._stack.setCurrentWidget(self._sheet)


class _Sheet(QWidget):
    """The fields of one widget, or what several have in common."""

    def __init__(self, context: "Context", editor: Editor, feeds: Feeds, chosen: list[str]) -> None:
        super().__init__()
        self._editor, self._feeds = editor, feeds
        self._chosen = list(chosen)
        self._kinds = [editor.widget(item_id).type for item_id in chosen]
        self._places: dict[str, Edit] = {}
        self._settings: dict[str, Edit | Select | Prose] = {}
        self._title: Edit | None = None
        self._query: QueryEdit | None = None
        self._data: Field | None = None
        inside = QWidget()
        inside.setProperty("plain", True)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 16)
        self._column.setSpacing(0)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._head())
        outer.addWidget(hairline())
        outer.addWidget(area, 1)
        if len(chosen) == 1:
            self._build(context, editor.widget(chosen[0]))
        else:
            self._column.addWidget(
                _padded(Text(_("They move together when you drag one of them."), tone="secondary", wrap=True))
            )
        self._column.addStretch(1)
        self.refresh()
        feeds.answered.connect(self._answered)

    def shows(self, chosen: list[str]) -> bool:
        """Whether this is the sheet for these widgets."""
        return chosen == self._chosen and [self._editor.widget(item_id).type for item_id in chosen] == self._kinds

    def begin(self) -> None:
        """Give the keyboard to the query, or to the text."""
        target = self._query or next((edit for edit in self._settings.values() if isinstance(edit, Prose)), self._title)
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def commit(self) -> None:
        """Hand on what is being written."""
        for edit in (self._query, *self._settings.values()):
            if isinstance(edit, Prose):
                edit.commit()

    def refresh(self) -> None:
        """Show what the page says now."""
        if len(self._chosen) > 1:
            return
        item_id = self._chosen[0]
        cell, widget = self._editor.page.cell(item_id), self._editor.widget(item_id)
        for key, edit in self._places.items():
            _show(edit, str(getattr(cell, key)))
            edit.mark_wrong(False)
        if self._title is not None:
            _show(self._title, widget.title)
        if self._query is not None:
            self._query.show_text(widget.query)
        for key, editor in self._settings.items():
            value = str(widget.setting(key))
            if isinstance(editor, Select):
                editor.choose(value)
            elif isinstance(editor, Prose):
                editor.show_text(_(value) if value else "")
            else:
                _show(editor, _(value) if value else "")

    def _head(self) -> QWidget:
        if len(self._chosen) == 1:
            widget = self._editor.widget(self._chosen[0])
            title, kind = widget.title or _("Widget"), _(widget.kind.title) if widget.kind else widget.type
        else:
            count = len(self._chosen)
            title = ngettext("{count} widget", "{count} widgets", count).format(count=count)
            kinds = dict.fromkeys(self._editor.widget(item_id).kind for item_id in self._chosen)
            kind = ", ".join(_(known.title) for known in kinds if known is not None)
        head = QWidget()
        head.setFixedHeight(48)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 0, 8, 0)
        self._name = Elided(title, "body_strong")
        self._kind = Elided("" if kind == title else kind, "body", "muted")
        row.addWidget(self._name, 3)
        row.addWidget(self._kind, 2)
        row.addWidget(
            Button(
                "", self._editor.duplicate, kind="quiet", icon="ph.copy", tip=_("Duplicate"), name="inspector_duplicate"
            )
        )
        row.addWidget(
            Button("", self._editor.remove, kind="quiet", icon="ph.trash", tip=_("Remove"), name="inspector_remove")
        )
        return head

    def _build(self, context: "Context", widget: Widget) -> None:
        self._section(_("Place"), self._place_fields())
        self._title = _Line(name="inspector_title", label=_("Title"))
        self._title.setMaxLength(MAX_TITLE)
        self._title.textEdited.connect(lambda text: self._tell("title", text.strip()))
        look: list[QWidget] = [Field(_("Title"), self._title)]
        for setting in widget.kind.settings if widget.kind else ():
            look.append(self._setting(setting))
        if widget.kind is not None and widget.kind.query:
            self._section(_("Data"), [self._query_field(context, widget)])
        self._section(_("Look") if widget.kind and widget.kind.query else _("Words"), look)
        if widget.kind is None:
            note = _("“{kind}” is no widget this version can show. It is kept as it is.").format(kind=widget.type)
            self._section(_("Data"), [Text(note, tone="secondary", wrap=True)])

    def _section(self, title: str, fields: list[QWidget]) -> None:
        if self._column.count():
            self._column.addWidget(hairline())
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(16, 14, 16, 16)
        column.setSpacing(10)
        column.addWidget(Text(title, "section"))
        for field in fields:
            column.addWidget(field)
        self._column.addWidget(holder)

    def _place_fields(self) -> list[QWidget]:
        holder = QWidget()
        square = QGridLayout(holder)
        square.setContentsMargins(0, 0, 0, 0)
        square.setHorizontalSpacing(8)
        square.setVerticalSpacing(8)
        columns = self._editor.layout.columns
        of = _("of {columns}").format(columns=columns)
        names = (("x", _("Column"), ""), ("y", _("Row"), ""), ("w", _("Width"), of), ("h", _("Height"), _("rows")))
        for place, (key, label, unit) in enumerate(names):
            edit = _Line(unit=unit, name=f"inspector_{key}", label=label)
            edit.editingFinished.connect(lambda key=key: self._placed(key))
            self._places[key] = edit
            square.addWidget(Field(label, edit), place // 2, place % 2)
        return [holder]

    def _query_field(self, context: "Context", widget: Widget) -> QWidget:
        self._query = QueryEdit(context, "inspector_query", lambda: self._editor.document.chosen)
        self._query.setMinimumHeight(176)
        self._query.committed.connect(lambda text: self._tell("query", text))
        self._query.checked.connect(self._checked)
        takes = _(widget.kind.takes) if widget.kind else ""
        self._data = Field(_("Query"), self._query, note=takes)
        return self._data

    def _setting(self, setting: Setting) -> Field:
        name, title = f"inspector_{setting.key}", _(setting.title)
        if setting.kind == "choice":
            choice = Select([(key, _(text)) for key, text in setting.choices], name=name, label=title)
            choice.activated.connect(lambda _index: self._tell(f"config.{setting.key}", choice.current_key()))
            self._settings[setting.key] = choice
            return Field(title, choice)
        if setting.kind == "prose":
            prose = Prose(name)
            prose.setMinimumHeight(220)
            prose.committed.connect(lambda text: self._tell(f"config.{setting.key}", text))
            self._settings[setting.key] = prose
            return Field(title, prose)
        edit = _Line(name=name, label=title)
        self._settings[setting.key] = edit
        field = Field(title, edit)
        edit.textEdited.connect(lambda text: self._typed_setting(setting, field, text))
        return field

    def _typed_setting(self, setting: Setting, field: Field, text: str) -> None:
        if setting.kind == "text":
            self._tell(f"config.{setting.key}", text[:100])
            return
        right = text.isascii() and text.isdecimal() and int(text) <= setting.most
        field.fail("" if right else _("A whole number from 0 to {most}.").format(most=setting.most))
        if right:
            self._tell(f"config.{setting.key}", int(text))

    def _placed(self, key: str) -> None:
        item_id, edit = self._chosen[0], self._places[key]
        if item_id not in self._editor.page.shown:
            return
        cell, text = self._editor.page.cell(item_id), edit.text().strip()
        if text == str(getattr(cell, key)):
            return
        right = text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) >= (1 if key in "wh" else 0)
        edit.mark_wrong(not right)
        if right:
            wanted = cell._replace(**{key: int(text)})
            self._editor.put(
                item_id, Cell(wanted.x, min(wanted.y, grid.MAX_ROW), wanted.w, min(wanted.h, grid.MAX_HEIGHT))
            )
            edit.setModified(False)
            self.refresh()

    def _tell(self, key: str, value: object) -> None:
        item_id = self._chosen[0]
        if item_id in self._editor.page.shown:
            self._editor.tell(item_id, key, value)
            if key == "title":
                self._name.setText(self._editor.widget(item_id).title or _("Widget"))

    def _checked(self, columns: tuple[ResultColumn, ...] | None, error: AppError | None) -> None:
        if self._data is None:
            return
        if error is not None:
            self._data.fail(" ".join(part for part in (error.what, error.do) if part))
        elif columns is not None:
            self._data.fail("")
            self._data.setToolTip(plain_tip(hint(columns)))

    def _answered(self, item_id: str) -> None:
        """What only running a query brings to light is said below it too."""
        answer = self._feeds.answer(item_id)
        if [item_id] == self._chosen and answer is not None and answer.error is not None and self._data is not None:
            self._query.mark(answer.error) if self._query is not None else None
            self._checked(None, answer.error)


class _Line(Edit):
    """A line of text whose steps back are the page's."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if step_of(event):
            event.ignore()
        else:
            super().keyPressEvent(event)


def _nothing_chosen() -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(16, 16, 16, 16)
    column.setSpacing(10)
    column.addWidget(Text(_("Nothing is chosen"), "body_strong"))
    column.addWidget(Text(_("Choose a widget to see its place, query and look."), tone="secondary", wrap=True))
    column.addSpacing(8)
    for keys, what in _KEYS:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(KeyCap(keys))
        row.addWidget(Text(_(what), tone="muted"), 1)
        column.addLayout(row)
    column.addStretch(1)
    return holder


def _padded(widget: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(16, 16, 16, 16)
    column.addWidget(widget)
    return holder


def _show(edit: Edit, text: str) -> None:
    if edit.text().strip() != text:
        edit.setText(text)
