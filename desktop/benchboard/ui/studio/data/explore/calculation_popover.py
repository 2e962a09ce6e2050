"""The popover of a calculated column: its name, its expression in SQL, and what it is for the first rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QGridLayout, QWidget

from benchboard.analytics.queries import ResultTable
from benchboard.analytics.query_builder.combined import with_calculation
from benchboard.analytics.query_builder.question import Calculation, Dialect, Question
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.analytics.query_types import NUMBERS, ValueKind, kind_name
from benchboard.analytics.table_browser import BrowsedColumn
from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.ui.studio.data.explore.calculation_check import ROWS, CalculationCheck
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.studio.data.explore.expression_edit import ExpressionEdit
from benchboard.ui.studio.data.explore.part_popovers import PartPopover
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Edit, Field, Paragraph, Select, Text
from benchboard.ui.widgets.accessible import announce, focus_told_once, untold
from benchboard.ui.widgets.labels import Tone

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_WIDTH: Final = 460
_LONGEST: Final = 24
"""Characters of a value in the preview."""
_CHECK_MS: Final = 250
FUNCTIONS: Final = ("round(x, 2)", "coalesce(x, 0)", "nullif(x, 0)", "abs(x)", "lower(x)", "upper(x)",
                     "CASE WHEN x THEN 1 ELSE 0 END")  # fmt: skip


NO_TITLES: Final[Mapping[str, str]] = MappingProxyType({})


def with_titles(columns: Sequence[BrowsedColumn], titles: Mapping[str, str]) -> list[BrowsedColumn]:
    """The columns with the titles that they have here."""
    return [replace(one, title=titles.get(one.name, one.title)) for one in columns]


class CalculationPopover(PartPopover):
    """A name and an expression, checked by the source while it is typed."""

    def __init__(
        self, context: "Context", exploration: Exploration, anchor: QWidget, question: Question, *, place: int = -1,
        title: str = "", add: str = "", titles: Mapping[str, str] = NO_TITLES,
    ) -> None:  # fmt: skip
        """`title` is what the view calls what is calculated, and `add` its button; without them, a column. `titles` are
        those that columns have in the view, where they aren't those of their tables."""
        super().__init__(anchor, title or _("Calculated column"), "calculation_popover", width=_WIDTH)
        self._context, self._exploration, self._question, self._place = context, exploration, question, place
        shown = question.calculations[place] if place >= 0 else None
        earlier = question.calculations[:place] if place >= 0 else question.calculations
        table = exploration.table
        names = {one.name for one in question.calculations} - {one.name for one in earlier}
        columns = [one for one in table.columns if one.name not in names] if table is not None else []
        self._titles, self._columns = titles, with_titles(columns, titles)
        self._taken = {one.name.casefold() for one in table.columns} if table is not None else set()
        self._taken -= {shown.name.casefold()} if shown is not None else set()
        self._checked = Calculation("", "")
        self._asking = CalculationCheck(context, exploration, self)
        self._asking.found.connect(self._show_rows)
        self._asking.failed.connect(self._failed)
        self._kind: ValueKind | None = None
        self._apply_wanted = False
        """Whether *Apply* was pressed before the source answered."""
        self._right: set[int] = set()
        """Columns of numbers in the preview."""
        self._name = Field(_("Name"), Edit(name="calculation_name"), lines=1, parent=self)
        self._name.edit.setMaxLength(50)
        self._edit = ExpressionEdit(context, "calculation_expression", dict)
        self._edit.offer(lambda: self._columns, lambda: question.dialect)
        self._edit.setUndoRedoEnabled(True)
        self._edit.setFixedHeight(76)
        self._edit.setPlaceholderText(_("For example {example}").format(example="price * quantity"))
        self._expression = Field(_("Expression in SQL, for each row"), self._edit, parent=self)
        self._insert = Select([], name="calculation_insert", label=_("Insert a column or function"),
                              opens_by_arrows=True)  # fmt: skip  # a choice is inserted at once
        inserts = [("", _("Insert a column or function…"))]
        inserts += [(quote_name(one.name, question.dialect), one.title) for one in self._columns]
        self._insert.set_choices([*inserts, *((one, one) for one in FUNCTIONS)])
        self._hint = Paragraph("", "caption", "muted", parent=self)
        self._hint.setObjectName("calculation_hint")
        self._hint.reserve_lines(2)
        self._preview = QWidget(self)
        self._preview.setObjectName("calculation_preview")
        self._grid = QGridLayout(self._preview)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(2)
        line = QFontMetrics(theme().font("caption")).lineSpacing()
        self._preview.setFixedHeight((ROWS + 1) * (line + 2))  # the buttons stay where they are when it is filled
        self._grid.setRowStretch(ROWS + 1, 1)
        for part in (self._name, self._expression, self._insert, self._hint, self._preview):
            self.column.addWidget(part)
        self._apply = self.add_apply((add or _("Add column")) if place < 0 else _("Apply"))
        if shown is not None:
            self._name.edit.setText(shown.name)
            self._edit.setPlainText(shown.expression)
        self._timer = QTimer(self, interval=_CHECK_MS, singleShot=True)
        self._timer.timeout.connect(self._check)
        self._edit.textChanged.connect(self._changed)
        self._name.edit.textEdited.connect(self._changed)
        self._name.edit.returnPressed.connect(self.apply)
        self._insert.activated.connect(lambda _index: self._insert_chosen())
        self.closed.connect(self._stop)
        self._check()

    def _stop(self) -> None:
        self._asking.stop()

    @property
    def _dialect(self) -> Dialect:
        return self._question.dialect

    def _insert_chosen(self) -> None:
        text = self._insert.current_key()
        with untold():  # what was chosen is told, and where the focus goes next
            self._insert.set_current_key("")
        if text:
            self._edit.insert_words(text)

    def _changed(self) -> None:
        self._apply_wanted = False
        self._name.set_error("")
        self._timer.start()

    def calculation(self) -> Calculation:
        """What is typed."""
        return Calculation(" ".join(self._name.text().split()), self._edit.toPlainText().strip())

    def _check(self) -> None:
        """Ask the source for a few rows: it says what is wrong, and of which type the column is."""
        self._timer.stop()
        self._kind = None
        calculation = self.calculation()
        name = "" if self._name_fault(calculation.name) else calculation.name
        earlier = self._question.calculations[: self._place] if self._place >= 0 else self._question.calculations
        asked = replace(self._question, calculations=earlier)
        self._asking.start(asked, calculation, [one.name for one in self._columns], name=name)

    def _failed(self, error: AppError, start: int) -> None:
        is_empty = error.code == "calculation.empty"
        self._edit.mark(error, start)
        self._show_fault(error, "muted" if is_empty else "error")

    def _show_fault(self, error: AppError, tone: str) -> None:
        is_asked, self._apply_wanted = self._apply_wanted, False
        text = " ".join(part for part in (error.what, error.why, error.do) if part)
        self._hint.setText(text)
        self._edit.describe(text, told=tone == "error" and not is_asked)
        if is_asked:
            announce(self._edit, text, again=True)
        self._hint.set_tone("error" if tone == "error" else "muted")
        self._show_cells([])

    def _show_rows(self, calculation: Calculation, found: ResultTable) -> None:
        self._edit.show_error(None)
        self._kind, self._checked = found.columns[-1].kind, calculation
        self._hint.setText(_("Each row has {kind}. The first rows:").format(kind=kind_name(self._kind)))
        shown = [number_format.format_cell(row[-1]) if row[-1] is not None else "–" for row in found.rows]
        self._edit.describe(f"{self._hint.text()} {', '.join(shown)}")
        self._hint.set_tone("muted")
        heads = [self._titles.get(one.name, one.title) for one in found.columns]
        self._right = {place for place, one in enumerate(found.columns) if one.kind in NUMBERS}
        cells = [[number_format.format_cell(cell) if cell is not None else "–" for cell in row] for row in found.rows]
        self._show_cells([heads, *cells])
        if self._apply_wanted:
            self.apply()

    def _show_cells(self, lines: Sequence[Sequence[str]]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for y, line in enumerate(lines):
            for x, text in enumerate(line):
                last = x == len(line) - 1
                tone: Tone = "muted" if y == 0 else "text" if last else "secondary"
                label = Text(text[:_LONGEST], "caption", tone, parent=self._preview)
                side = Qt.AlignmentFlag.AlignRight if x in self._right else Qt.AlignmentFlag.AlignLeft
                self._grid.addWidget(label, y, x, side)
                label.show()
        if self.isVisible():
            self.move_into_place()

    def _name_fault(self, name: str) -> str:
        if not name or not name.isprintable():
            return _("Enter a name.")
        if name.casefold() in self._taken:
            return _("Another column already has this name.")
        return ""

    def apply(self) -> None:
        calculation = self.calculation()
        if fault := self._name_fault(calculation.name):
            self._name.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            self._name.set_error(fault, again=True)  # after the focus: what is told with it may be the note of before
            self.move_into_place()
            return
        if self._kind is None or self._checked.expression != calculation.expression:
            self._edit.setFocus(Qt.FocusReason.OtherFocusReason)  # if it is wrong, the hint says why
            self._apply_wanted = True
            self._check()
            return
        question = with_calculation(self._question, calculation, self._place)
        kinds: dict[str, ValueKind] = {one.name: one.kind for one in self._columns}
        self._exploration.joined_tables.add_kinds(question, kinds | {calculation.name: self._kind})
        with focus_told_once():
            self.close()
            self._exploration.set_question(question, mode="build")
