"""The popover of a column whose values have other words: each value or range of numbers, and what it becomes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.column_values import ValuePage, read_column_values
from benchboard.analytics.query_builder.question import Question, Value, free_name
from benchboard.analytics.query_builder.value_mapping import (
    MappedWord,
    NumberRange,
    ValueMapping,
    mapping_of_values,
    parse_limits,
    ranges_between,
    with_mapping,
)
from benchboard.analytics.query_types import NUMBERS, ValueKind
from benchboard.analytics.table_browser import BrowsedColumn, is_small
from benchboard.errors import AppError, Cancelled, Invalid
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.studio.data.explore.part_popovers import PartPopover
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button, Edit, Field, Paragraph, Select, Text
from benchboard.ui.widgets.labels import Elided
from benchboard.ui.widgets.surfaces import scroll_area
from benchboard.ui.widgets.tab_order import one_tab_stop_list, scroll_into_view

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_WIDTH: Final = 420
_ROWS_HEIGHT: Final = 208
_VALUE_WIDTH: Final = 170
_LISTED: Final = 100
"""Values that are listed at a time; a search finds the others."""
_PAUSE_MS: Final = 250
"""How long after a letter the source is searched, or the ranges are shown."""
_LATE_MS: Final = 300
_KINDS: Final[tuple[ValueKind, ...]] = ("text", "integer", "decimal", "boolean")
_SINGLE: Final[tuple[ValueKind, ...]] = ("text", "integer", "boolean")
"""The kinds whose values are listed: two decimals that read alike may differ."""


def can_be_mapped(column: BrowsedColumn) -> bool:
    """Whether the values of a column can have other words."""
    return column.kind in _KINDS and column.aggregate is None


def range_title(one: NumberRange) -> str:
    """A range of numbers: `10 to below 50`."""
    low, high = (number(end) if end is not None else "" for end in (one.low, one.high))
    if not low:
        return _("below {limit}").format(limit=high)
    return _("{low} to below {high}").format(low=low, high=high) if high else _("{limit} and more").format(limit=low)


def _rest_choices(*, ranges: bool) -> list[tuple[str, str]]:
    """What can become of the others: ranges leave out only rows without a value."""
    if ranges:
        return [("keep", _("Rows without a value stay empty")), ("gather", _("Rows without a value become:"))]
    return [("keep", _("Other values stay as they are")), ("gather", _("Other values become:"))]


class ValueMappingPopover(PartPopover):
    """A column, a name for the new one, and a field for each value. Values with the same word are one group.

    The fields are one stop of Tab: arrows and Enter go from one to the next. Ctrl+Enter adds the column from any field.
    """

    added = Signal(str)
    """The column with this name was added, or changed."""

    def __init__(
        self,
        context: "Context",
        exploration: Exploration,
        anchor: QWidget,
        question: Question,
        *,
        place: int = -1,
        shown: ValueMapping | None = None,
        edit_as_sql: Button | None = None,
    ) -> None:
        """`place` is that of the calculated column that is the mapping `shown`."""
        super().__init__(anchor, _("Map values"), "mapping_popover", width=_WIDTH)
        self._context, self._exploration, self._question, self._place = context, exploration, question, place
        self._earlier = question.calculations[:place] if place >= 0 else question.calculations
        later = {one.name for one in question.calculations} - {one.name for one in self._earlier}
        table = exploration.table
        listed = table.columns if table is not None else ()
        self._columns = [one for one in listed if one.name not in later and can_be_mapped(one)]
        own = question.calculations[place].name if place >= 0 else ""
        self._taken = {one.name.casefold() for one in listed} - {own.casefold()}
        self._words: dict[Value, str] = {}
        self._range_words: dict[NumberRange, str] = {}
        self._ranges: tuple[NumberRange, ...] = ()
        self._fields: list[tuple[str, Edit]] = []
        """The fields of the words, each with the value that it is of."""
        self._token: CancelToken | None = None
        self._named = bool(own)
        """Whether the name is one that somebody chose."""
        self._column = Select(
            [(one.name, one.title) for one in self._columns], name="mapping_column", label=_("Column")
        )
        self._way = Select(
            (("values", _("Single values")), ("ranges", _("Ranges of numbers"))), name="mapping_way", label=_("Map")
        )
        self._search = Edit(name="mapping_search", placeholder=_("Search values"))
        self._limits = Field(_("Limits of the ranges"), Edit(name="mapping_limits", placeholder="10; 50; 100"))
        self._load = Button(_("Load values"), self._read, size="sm", name="mapping_load")
        self._note = Paragraph("", "caption", "muted")
        self._note.setObjectName("mapping_note")
        self._holder = QWidget()
        self._holder.setProperty("plain", True)  # the popover's background
        one_tab_stop_list(self._holder)
        self._grid = QGridLayout(self._holder)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, _VALUE_WIDTH)
        self._area = scroll_area(self._holder)
        self._area.setFixedHeight(_ROWS_HEIGHT)
        self._area.setAccessibleName(_("Values and what they become"))
        self._rest = Select(_rest_choices(ranges=False), name="mapping_rest", label=_("Other values"))
        self._rest_word = Edit(name="mapping_rest_word", label=_("What other values become"))
        self._name = Field(_("Name"), Edit(name="mapping_name"))
        self._name.edit.setMaxLength(50)
        for part in (
            self._column, self._way, self._limits, self._search, self._area, self._load, self._note, self._rest,
            self._rest_word, self._name,
        ):  # fmt: skip
            self.column.addWidget(part)
        if edit_as_sql is not None:
            self.column.addWidget(edit_as_sql)
        self._apply = self.add_apply(_("Add column") if place < 0 else _("Apply"))
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self._follow)
        self._late = QTimer(self, interval=_LATE_MS, singleShot=True)
        self._late.timeout.connect(lambda: self._tell(_("Reading the values…")))
        self._begin(shown, own)
        self._column.currentIndexChanged.connect(lambda _index: self._show_column())
        self._way.currentIndexChanged.connect(lambda _index: self._show_way())
        self._rest.activated.connect(lambda _index: self._show_rest())
        self._rest_word.textEdited.connect(lambda _text: self._show_placeholders())
        self._search.textEdited.connect(lambda _text: self._pause.start())
        self._limits.edit.textEdited.connect(lambda _text: self._pause.start())
        self._name.edit.textEdited.connect(self._name_typed)
        self._name.edit.returnPressed.connect(self.apply)
        self.closed.connect(self._stop)

    def _begin(self, shown: ValueMapping | None, own: str) -> None:
        self._rest_word.setText(_("Other"))
        if shown is None:
            groups = [one.column for one in self._question.groups if not one.unit]
            known = {one.name for one in self._columns}
            wanted = next((one for one in groups if one in known), "")
            self._column.set_current_key(wanted or self._exploration.selectable_column(self._columns))
        else:
            self._column.set_current_key(shown.column)
            self._name.edit.setText(own)
            if shown.rest is not None:
                self._rest.set_current_key("gather")
                self._rest_word.setText(shown.rest)
            for one in shown.words:
                if isinstance(one.of, NumberRange):
                    self._range_words[one.of] = one.word
                else:
                    self._words |= dict.fromkeys(one.of, one.word)
            limits = [one.low for one in self._range_words if one.low is not None]
            limits += [one.high for one in self._range_words if one.high is not None and one.high not in limits]
            self._limits.edit.setText("; ".join(str(one) for one in sorted(limits)))
            self._ranges = ranges_between(sorted(limits))
        self._show_column(keep=True)
        if self._range_words:
            self._way.set_current_key("ranges")
            self._show_way()

    # What is shown

    @property
    def _kind(self) -> ValueKind:
        return next((one.kind for one in self._columns if one.name == self._column.current_key()), "text")

    @property
    def _is_ranges(self) -> bool:
        return self._kind in NUMBERS and self._way.current_key() == "ranges"

    def _show_column(self, *, keep: bool = False) -> None:
        """Show the values of the selected column: what was typed for those of another one is gone."""
        if not keep:
            self._words, self._range_words, self._ranges = {}, {}, ()
            self._limits.edit.setText("")
            self._search.setText("")
        if not self._named:
            self._name.edit.setText(free_name(f"{self._column.current_key()}_mapped", self._taken))
        kind = self._kind
        self._way.setVisible(kind == "integer")
        self._way.set_current_key("values" if kind in _SINGLE else "ranges")
        self._show_way()

    def _show_way(self) -> None:
        is_ranges = self._is_ranges
        rest = self._rest.current_key()
        self._rest.set_choices(_rest_choices(ranges=is_ranges))
        self._rest.set_current_key(rest)
        self._limits.setVisible(is_ranges)
        self._search.setVisible(not is_ranges)
        self._show_rest()
        if is_ranges:
            self._stop()
            self._load.hide()
            self._show_ranges()
        elif self._is_large:
            self._load.show()
            self._show_rows([(one, "") for one in self._words])
        else:
            self._read()
        self._fit()

    @property
    def _is_large(self) -> bool:
        """Whether a server is asked for the values only if somebody wants it."""
        table = self._exploration.table
        return bool(self._question.server) and table is not None and not is_small(table)

    def _show_rest(self) -> None:
        self._rest_word.setVisible(self._rest.current_key() == "gather")
        self._show_placeholders()
        self._fit()

    def _show_placeholders(self) -> None:
        """Show in the empty fields what their value becomes without a word of its own."""
        gathered = self._rest_word.text() if self._rest.current_key() == "gather" and not self._is_ranges else ""
        for title, edit in self._fields:
            edit.setPlaceholderText(gathered or title)

    def _fit(self) -> None:
        if self.isVisible():
            self.move_into_place()

    def _follow(self) -> None:
        if self._is_ranges:
            self._show_ranges()
        else:
            self._read()

    def _show_ranges(self) -> None:
        self._limits.set_error("")
        try:
            self._ranges = ranges_between(parse_limits(self._limits.text()))
        except Invalid as error:
            self._limits.set_error(f"{error.what} {error.do}".strip())
            self._fit()
            return
        self._tell("" if self._ranges else _("Enter the numbers at which a range ends and the next one begins."))
        self._clear_rows()
        for place, one in enumerate(self._ranges):
            self._add_row(place, range_title(one), self._range_words.get(one, ""), partial(self._range_typed, one))
        self._show_placeholders()

    def _read(self) -> None:
        """Read the most frequent values, or those that contain what is searched."""
        self._stop()
        self._load.hide()
        token = self._token = CancelToken()
        self._late.start()
        question = replace(self._question, calculations=self._earlier, filters=(), columns=())
        column, kind, search = self._column.current_key(), self._kind, self._search.text().strip()
        actor, variables = self._context.actor, self._exploration.variables()

        def op(session: DatabaseSession) -> ValuePage:
            return read_column_values(
                session, actor, question, column, kind,
                search=search, limit=_LISTED, variables=variables, cancel_token=token,
            )  # fmt: skip

        def done(found: ValuePage) -> None:
            if token is self._token:
                self._late.stop()
                self._show_values(found, search)

        def failed(error: AppError) -> None:
            if token is self._token and not isinstance(error, Cancelled):
                self._late.stop()
                self._tell(" ".join(part for part in (error.what, error.why, error.do) if part))

        self._context.tasks.read(self, op, done, failed, long=True)

    def _show_values(self, found: ValuePage, search: str) -> None:
        rows = [(one.value, number(one.rows)) for one in found.values if one.value is not None]
        listed = {value for value, _rows in rows}
        mapped = [(one, "") for one, word in self._words.items() if word and one not in listed and not search]
        self._show_rows([*mapped, *rows])
        text = ngettext("The {count} most frequent value is listed.", "The {count} most frequent values are listed.",
                        len(rows))  # fmt: skip
        none = _("No value contains this.") if search else _("This column has no values.")
        self._tell(text.format(count=number(len(rows))) if found.more else "" if rows else none)

    def _tell(self, text: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))
        self._fit()

    def _show_rows(self, rows: Sequence[tuple[Value, str]]) -> None:
        self._clear_rows()
        truth: Mapping[Value, str] = {True: _("true"), False: _("false")} if self._kind == "boolean" else {}
        for place, (value, count) in enumerate(rows):
            title = truth.get(value, str(value) or _("(empty text)"))
            self._add_row(place, title, self._words.get(value, ""), partial(self._word_typed, value), count)
        self._show_placeholders()

    def _clear_rows(self) -> None:
        self._fields = []
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _add_row(self, place: int, title: str, word: str, typed: partial[None], count: str = "") -> None:
        label = Elided(title)
        label.setFixedWidth(_VALUE_WIDTH)
        edit = _WordEdit(self._step, f"mapping_word_{place}", _("What “{value}” becomes").format(value=title))
        edit.setText(word)
        self._fields.append((title, edit))
        edit.textEdited.connect(typed)
        self._grid.addWidget(label, place, 0)
        self._grid.addWidget(
            Text(count, "caption", "muted", parent=self._holder), place, 1, Qt.AlignmentFlag.AlignRight
        )
        self._grid.addWidget(edit, place, 2)
        self._grid.setColumnStretch(2, 1)
        for y in range(self._grid.rowCount() + 1):
            self._grid.setRowStretch(y, 1 if y == self._grid.rowCount() else 0)

    def _step(self, edit: Edit, by: int) -> None:
        """Go to the field of the next or the previous value; from the last one to what comes after them."""
        edits = [one for _title, one in self._fields]
        at = edits.index(edit) + by
        if 0 <= at < len(edits):
            edits[at].setFocus(Qt.FocusReason.TabFocusReason)
            scroll_into_view(edits[at])
        else:
            self.focusNextPrevChild(by > 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_enter(event) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.apply()
        else:
            super().keyPressEvent(event)

    # What is typed

    def _word_typed(self, value: Value, text: str) -> None:
        self._words[value] = " ".join(text.split())
        self._tell("")

    def _range_typed(self, one: NumberRange, text: str) -> None:
        self._range_words[one] = " ".join(text.split())
        self._tell("")

    def _name_typed(self, _text: str) -> None:
        self._named = True
        self._name.set_error("")

    def _stop(self) -> None:
        self._pause.stop()
        self._late.stop()
        if self._token is not None:
            self._token.cancel()
        self._token = None

    def _mapping(self) -> ValueMapping:
        rest = " ".join(self._rest_word.text().split()) if self._rest.current_key() == "gather" else None
        column = self._column.current_key()
        if not self._is_ranges:
            return mapping_of_values(column, self._words, rest)
        # A range without a word of its own is called as it is shown: the ranges leave no number out.
        words = [MappedWord(self._range_words.get(one) or range_title(one), one) for one in self._ranges]
        return ValueMapping(column, tuple(words), rest)

    def apply(self) -> None:
        name = " ".join(self._name.text().split())
        if not name or not name.isprintable() or name.casefold() in self._taken:
            fault = _("Another column already has this name.") if name.casefold() in self._taken else _("Enter a name.")
            self._name.set_error(fault)
            self._name.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            self._fit()
            return
        if self._is_ranges:
            self._show_ranges()
        try:
            question = with_mapping(self._question, name, self._mapping(), self._place)
        except Invalid as error:
            self._tell(" ".join(part for part in (error.what, error.do) if part))
            return
        kinds: dict[str, ValueKind] = {}
        if (table := self._exploration.table) is not None:
            kinds = {one.name: one.kind for one in table.columns}
        self._exploration.joined_tables.add_kinds(question, kinds | {name: "text"})
        self.close()
        self._exploration.set_question(question, mode="build")
        self.added.emit(name)


def _is_enter(event: QKeyEvent) -> bool:
    return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _WordEdit(Edit):
    """What a value becomes; `step` goes to the field of the next or the previous one."""

    def __init__(self, step: Callable[[Edit, int], object], name: str, label: str) -> None:
        super().__init__(name=name, label=label)
        self._step = step

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_enter(event) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        elif _is_enter(event) or event.key() == Qt.Key.Key_Down:
            self._step(self, 1)
        elif event.key() == Qt.Key.Key_Up:
            self._step(self, -1)
        else:
            super().keyPressEvent(event)
