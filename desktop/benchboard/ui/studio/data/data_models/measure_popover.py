"""The popover of a measure: what it calculates, checked by the source while it is typed, and how it is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.completion.suggestions import SuggestionKind
from benchboard.analytics.data_models.definition import (
    AGGREGATES,
    Aggregate,
    ModelDefinition,
    ModelMeasure,
    field_presentation,
    field_title,
)
from benchboard.analytics.data_models.measures import (
    check_measure,
    has_plain_name,
    name_of_title,
    name_rule,
    question_measure,
    row_expression,
)
from benchboard.analytics.model_services import MAX_NAME
from benchboard.analytics.queries import ResultTable, run_query
from benchboard.analytics.query_builder.combined import named_columns
from benchboard.analytics.query_builder.expression_errors import expression_error
from benchboard.analytics.query_builder.question import Calculation, Measure, Question, free_name
from benchboard.analytics.query_builder.safe_division import guarded
from benchboard.analytics.query_builder.sql_words import quote_name, quote_text
from benchboard.analytics.query_builder.sql_writer import rows_sql, to_sql
from benchboard.analytics.query_types import ValueKind, kind_name
from benchboard.analytics.table_browser import BrowsedColumn
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _, in_sentence
from benchboard.ui.studio.data.data_models.field_popovers import DisplayFields, aggregate_title
from benchboard.ui.studio.data.explore.calculation_popover import FUNCTIONS, with_titles
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.studio.data.explore.expression_edit import ExpressionEdit
from benchboard.ui.studio.data.explore.part_popovers import PartPopover
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Edit, Paragraph, Select, row
from benchboard.ui.widgets import Field as FormField
from benchboard.ui.widgets.accessible import announce, focus_told_once, untold

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_WIDTH: Final = 360
_CHECK_MS: Final = 250
_MATCHING: Final = "matching_rows"
"""The column beside it that tells whether a row meets the condition."""
_COLUMN: Final = "measured_expression"
"""The column of a query that checks a measure which has what the measure is over."""
_VALUES: Final = 5
"""Values of a column that are named where no row meets the condition."""
_LONGEST: Final = 40


class ModelMeasurePopover(PartPopover):
    """A measure: its name, what it calculates, and how it is shown; below the expression, what it is over all rows."""

    def __init__(
        self,
        context: "Context",
        exploration: Exploration,
        anchor: QWidget,
        question: Question,
        shown: ModelMeasure | None,
        definition: ModelDefinition,
        applied: Callable[[ModelMeasure], object],
        titles: Mapping[str, str],
    ) -> None:
        """`question` has the rows of the model, `definition` its fields and other measures, `titles` are those of the
        fields as they are edited."""
        title = _("Add measure") if shown is None else _("Measure")
        super().__init__(anchor, title, "model_measure_popover", width=_WIDTH)
        self._context, self._exploration, self._question = context, exploration, question
        self._shown, self._applied = shown, applied
        table = exploration.table
        self._columns = with_titles(table.columns, titles) if table is not None else []
        self._definition, taken = definition, definition.names()
        self._taken = {one.casefold() for one in taken} - ({shown.name.casefold()} if shown is not None else set())
        self._called = {old.casefold(): name for old, name in definition.earlier_names().items()}
        """The measures that queries may call by a name that these had before."""
        self._token = CancelToken()
        self._known: tuple[tuple[str, str], ValueKind] | None = None
        """What the source was asked about last, an aggregate and an expression, and of which type it is."""
        if shown is not None:
            self._known = (shown.aggregate, shown.expression), shown.kind
        self._refused: tuple[ModelMeasure, str, bool] | None = None
        """What the source refused last, what it said of it, and whether it is the condition that is wrong."""
        measure = shown or ModelMeasure(free_name("measure", self._taken), "sum", "", "decimal")
        functions: list[Aggregate] = ["sum", "avg", "min", "max", "count", "count_distinct", "formula"]
        if question.dialect == "duckdb":
            functions.insert(4, "median")
        self._function = Select([(one, aggregate_title(one)) for one in functions], name="model_measure_function")
        self._edit = ExpressionEdit(context, "model_measure_expression", dict)
        self._edit.offer(self._offered, lambda: question.dialect, self._offered_kinds)
        self._edit.setUndoRedoEnabled(True)
        self._edit.setFixedHeight(52)
        self._edit.setPlaceholderText(_("For example {example}").format(example="price * quantity"))
        self._expression = FormField(_("Of the field or expression"), self._edit, parent=self)
        self._condition = FormField(
            _("Only rows where (optional)"), Edit(name="model_measure_condition"),
            note=_("For example {example}").format(example="status = 'paid'"), parent=self,
        )  # fmt: skip
        self._condition.edit.setText(measure.condition)
        self._insert = Select(self._inserts(), name="model_measure_insert", label=_("Insert a column or function"),
                              opens_by_arrows=True)  # fmt: skip  # a choice is inserted at once
        self._hint = Paragraph("", "caption", "muted", parent=self)
        self._hint.setObjectName("model_measure_hint")
        self._hint.reserve_lines(2)
        self._name = FormField(_("Name in queries"), Edit(name="model_measure_name"), parent=self)
        self._name.edit.setMaxLength(MAX_NAME)
        self._earlier = FormField(
            _("Earlier names that queries may use"), Edit(name="model_measure_earlier"), parent=self
        )
        self._earlier.edit.setText(", ".join(measure.earlier))
        self._earlier.setVisible(bool(measure.earlier))
        calculate = FormField(_("Calculate"), self._function, parent=self)
        for part in (calculate, self._expression, self._insert, self._condition, self._hint, self._name, self._earlier):
            self.column.addWidget(part)
        self._display = DisplayFields(self, self.apply)
        self._display.show(measure.display)
        beside = row(self._display.unit, self._display.format)  # a window of 700 pixels has no room for one more line
        beside.setStretch(0, 1)
        beside.setStretch(1, 1)
        self.column.addWidget(self._display.title)
        self.column.addLayout(beside)
        self.column.addWidget(self._display.description)
        self._function.set_current_key(measure.aggregate)
        self._edit.setPlainText(measure.expression)
        self._name.edit.setText(measure.name)
        for edit in (self._name.edit, self._condition.edit, self._earlier.edit):
            edit.returnPressed.connect(self.apply)
        self._name.edit.textEdited.connect(lambda _text: self._show_renaming())
        self._display.title.edit.textEdited.connect(self._follow_title)
        self._earlier.edit.textEdited.connect(lambda _text: self._earlier.set_error(""))
        self._timer = QTimer(self, interval=_CHECK_MS, singleShot=True)
        self._timer.timeout.connect(self._check)
        self._edit.textChanged.connect(self._timer.start)
        self._condition.edit.textEdited.connect(self._timer.start)
        self._insert.activated.connect(lambda _index: self._insert_chosen())
        self._function.currentIndexChanged.connect(self._show_expression)
        self.add_apply(title if shown is None else _("Apply"))
        self.closed.connect(self._stop)
        self._show_expression()

    def _inserts(self) -> list[tuple[str, str]]:
        """What can be inserted in the expression: the fields of the model, and functions."""
        named = [(quote_name(one.name, self._question.dialect), one.title) for one in self._columns]
        if self._aggregate == "formula":
            others = [one for one in self._definition.measures if one != self._shown]
            listed = [(quote_name(one.name), field_title(one)) for one in others]
            return [("", _("Insert a measure…")), *listed]
        return [("", _("Insert a column or function…")), *named, *((one, one) for one in FUNCTIONS)]

    def _offered(self) -> Sequence[BrowsedColumn]:
        """What is suggested in the expression: the model's other measures in a formula over them, else its columns."""
        if self._aggregate == "formula":
            others = (one for one in self._definition.measures if one != self._shown)
            return [BrowsedColumn(one.name, field_title(one), one.kind, aggregate=one.aggregate) for one in others]
        return self._columns

    def _offered_kinds(self) -> tuple[SuggestionKind, ...]:
        return ("measure",) if self._aggregate == "formula" else ()

    def _insert_chosen(self) -> None:
        text = self._insert.current_key()
        with untold():  # what was chosen is told, and where the focus goes next
            self._insert.set_current_key("")
        if text:
            self._edit.insert_words(text)

    def _stop(self) -> None:
        self._timer.stop()
        self._token.cancel()

    def _show_expression(self) -> None:
        counts_rows, is_formula = self._aggregate == "count", self._aggregate == "formula"
        self._expression.setVisible(not counts_rows)
        self._insert.setVisible(not counts_rows)
        self._insert.set_choices(self._inserts())
        self._insert.setAccessibleName(_("Insert a measure") if is_formula else _("Insert a column or function"))
        self._expression.set_label(_("Formula") if is_formula else _("Of the field or expression"))
        self._condition.setVisible(not is_formula)
        example = "revenue / quantity" if is_formula else "price * quantity"
        self._edit.setPlaceholderText(_("For example {example}").format(example=example))
        self._check()
        if self.isVisible():
            self.move_into_place()

    @property
    def _aggregate(self) -> Aggregate:
        found: Aggregate = self._function.currentData()
        return found

    def _written(self) -> str:
        return "" if self._aggregate == "count" else self._edit.toPlainText().strip()

    def _measure(self, name: str) -> ModelMeasure:
        """The measure as it is written, under a name."""
        condition = "" if self._aggregate == "formula" else self._condition.text().strip()
        before = self._shown or ModelMeasure(name, self._aggregate, "", "decimal")
        return replace(
            before, name=name, aggregate=self._aggregate, expression=self._written(), condition=condition,
            earlier=self._earlier_names(),
        )  # fmt: skip

    def _earlier_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.strip() for one in self._earlier.text().split(",") if one.strip()))

    def _follow_title(self, title: str) -> None:
        """Name a new measure after its title, as long as nobody wrote a name."""
        if self._shown is None and not self._name.edit.isModified() and (name := name_of_title(title)):
            self._name.edit.setText(free_name(name, self._taken))

    def _show_renaming(self) -> None:
        """Say below the name what another one means for the queries that use it."""
        before, name = self._shown.name if self._shown is not None else "", " ".join(self._name.text().split())
        is_other = bool(before) and name.casefold() != before.casefold()
        self._name.set_note(_("Queries that use “{name}” still work.").format(name=before) if is_other else "")

    def _asked(self, question: Question) -> Question:
        """The question of what the measure is over all rows."""
        measure = self._measure(_COLUMN)
        others = [one for one in self._definition.measures if one != self._shown]
        found = question_measure(replace(self._definition, measures=(*others, measure)), measure)
        rows = [(one.name, row_expression(one)) for one in (*others, measure) if one.name in found.columns]
        measures = [replace(found, name="measured")]
        if measure.condition and not measure.once:
            matching = replace(measure, name=_MATCHING, aggregate="count", expression="")
            rows.append((_MATCHING, row_expression(matching)))
            measures.append(Measure("sum", _MATCHING, "matching"))
        added = tuple(Calculation(name, text) for name, text in rows if text not in ("", name))
        return replace(question, calculations=(*question.calculations, *added), measures=tuple(measures))

    # What it is over all rows

    def _check(self) -> None:
        """Ask the source what the measure is over all rows: it says what is wrong, and of which type it is."""
        self._timer.stop()
        self._token.cancel()
        token = self._token = CancelToken()
        if self._fault() is not None:
            return
        asked = replace(self._question, limit=None)
        if not self._exploration.joined_tables.is_countable(asked, self._exploration.sources):
            self._say(_("It isn't calculated beforehand over large tables on a server."))
            return
        asked = self._asked(asked)
        text = to_sql(asked)
        measure = self._measure(_COLUMN)
        whole = guarded(row_expression(measure), asked.dialect)
        start = max(0, text.rfind(f"{whole} AS {quote_name(_COLUMN, asked.dialect)}"))
        actor, source_id = self._context.actor, asked.source_id

        def op(session: DatabaseSession) -> ResultTable:
            return run_query(
                session, actor, text, limit=1, cancel_token=token, source_id=source_id or None,
                variables=self._exploration.variables(),
            )  # fmt: skip

        def done(found: ResultTable) -> None:
            if token is self._token:
                self._show_value(found)

        def failed(error: AppError) -> None:
            if token is self._token and not token.cancelled:
                self._show_failure(measure, error, text, start)

        self._context.tasks.read(self, op, done, failed, long=True)

    def _show_failure(self, measure: ModelMeasure, error: AppError, asked: str, start: int) -> None:
        """Show what the source said of a query in which what each row has begins at `start`, at the field that it is
        said of."""
        dialect, whole = self._question.dialect, row_expression(measure)
        before = f"CASE WHEN ({measure.condition}) THEN (" if measure.condition else ""
        columns = [] if measure.aggregate == "formula" else [one.name for one in self._columns]
        error = expression_error(error, asked, start, whole, dialect, columns)
        place, first = error.facts.get("start"), start + len(before)
        said = " ".join(part for part in (error.what, error.why, error.do) if part)
        said = said.replace(_COLUMN, " ".join(measure.expression.split()))  # as the query calls what is measured
        is_condition = bool(before) and isinstance(place, int) and start <= place < first
        if isinstance(error, Invalid):
            self._refused = measure, said, is_condition
        if is_condition:
            self._say_of_condition(said)
            return
        self._edit.mark(error, first)
        self._say(said, wrong=True)

    def _fault(self) -> AppError | None:
        """What is wrong with the expression as it is written, if anything is; it is shown."""
        self._edit.show_error(None)
        self._expression.set_error("")
        self._condition.set_error("")
        measure = self._measure(_COLUMN)
        others = tuple(one for one in self._definition.measures if one != self._shown)
        definition = replace(self._definition, measures=others)
        try:
            check_measure(definition, replace(measure, condition="", once=()), self._question.dialect)
            self._check_condition(definition, measure)
        except AppError as error:
            error = _with_function_advice(error, measure.expression)
            if error.facts.get("field") == "condition":
                self._say_of_condition(_fault_text(error))
                return error
            empty = error.code in ("calculation.empty", "formula.empty")
            self._edit.show_error(None if empty else error)
            self._say(_fault_text(error), wrong=not empty, told=not empty)
            return error
        return None

    def _say_of_condition(self, text: str) -> None:
        """Say what is wrong with the condition, in the room of the hint, and mark the field."""
        self._say(text, wrong=True, told=False)
        self._edit.describe("", told=False)
        self._condition.mark_error(text)

    def _check_condition(self, definition: ModelDefinition, measure: ModelMeasure) -> None:
        """Refuse a condition that isn't one. Raises `Invalid` with the field `condition`."""
        try:
            check_measure(definition, measure, self._question.dialect)
        except AppError as error:
            raise Invalid(error.code, error.what, do=error.do, field="condition") from error

    def _say(self, text: str, *, wrong: bool = False, told: bool = True) -> None:
        self._hint.setText(text)
        self._edit.describe(text, told=told)
        self._hint.set_tone("error" if wrong else "muted")
        if self.isVisible():
            self.move_into_place()

    def _show_value(self, found: ResultTable) -> None:
        column, display = found.columns[0], self._display.display(hidden=False)
        written = self._measure(_COLUMN)
        if column.kind != "null":
            self._known = (written.aggregate, written.expression), column.kind
        if display is not None:
            measure = replace(self._measure("measured"), kind=column.kind, display=display)
            column = replace(column, presentation=field_presentation(measure, column.presentation))
            found = replace(found, columns=(column, *found.columns[1:]))
        row = found.rows[0] if found.rows else (None,)
        if len(found.columns) > 1 and not row[-1]:
            self._say(_("No row matches the condition. Check how its values are written."))
            self._ask_values()
            return
        value = number_format.format_value(found, row, 0) if row[0] is not None else "–"
        words = _("Over all rows: {value}, {kind}.")
        if self._measure(_COLUMN).condition:
            words = _("Over the rows that match: {value}, {kind}.")
        self._say(words.format(value=value, kind=kind_name(column.kind)))

    def _ask_values(self) -> None:
        """Ask for the values of the text that a condition names which no row meets."""
        table, dialect, token = self._exploration.table, self._question.dialect, self._token
        named = named_columns(self._condition.text(), dialect)
        column = (
            next((one for one in table.columns if one.name.casefold() in named and one.kind == "text"), None)
            if table
            else None
        )
        if column is None:
            return
        name = quote_name(column.name, dialect)
        rows = rows_sql(replace(self._question, limit=None))
        text = f"SELECT DISTINCT {name} FROM {rows} WHERE {name} IS NOT NULL ORDER BY {name} LIMIT {_VALUES + 1}"  # noqa: S608  # checked by the source, as all queries
        actor, source_id, title = self._context.actor, self._question.source_id, column.name

        def op(session: DatabaseSession) -> ResultTable:
            return run_query(session, actor, text, limit=_VALUES + 1, cancel_token=token, source_id=source_id or None,
                             variables=self._exploration.variables())  # fmt: skip

        def done(found: ResultTable) -> None:
            values = [quote_text(str(row[0])[:_LONGEST], dialect) for row in found.rows]
            if token is not self._token or token.cancelled or not values:
                return
            listed = [*values[:_VALUES], _("others")] if len(values) > _VALUES else values
            words = _("No row matches the condition. “{column}” has {values}.")
            self._say(words.format(column=title, values=in_sentence(listed)))

        self._context.tasks.read(self, op, done, lambda _error: None, long=True)

    def _name_fault(self, name: str) -> str:
        """Why a measure can't have this name; empty if it can, as the one that it has already."""
        if not name:
            return _("Enter a name.")
        if name.casefold() in self._taken:
            return _("Another field already has this name.")
        other = self._called.get(name.casefold())
        if other is not None and (self._shown is None or other != self._shown.name):
            words = _("Queries may still use the name “{name}” for “{measure}”.")
            return words.format(name=name, measure=other)
        if not has_plain_name(name) and (self._shown is None or name != self._shown.name):
            return name_rule()
        return ""

    def _kind_now(self) -> ValueKind:
        """Of which type the measure is: as the source said, or what follows from what it calculates."""
        written = self._measure(_COLUMN)
        if self._known is not None and self._known[0] == (written.aggregate, written.expression):
            return self._known[1]
        if written.aggregate in ("count", "count_distinct"):
            return "integer"
        field = self._definition.field(written.expression)
        if field is not None and written.aggregate in ("sum", "min", "max"):
            return field.kind
        return "decimal"

    def _earlier_fault(self) -> str:
        """Why queries can't call it by one of its earlier names; empty if they can by all."""
        known = self._shown.earlier if self._shown is not None else ()
        wrong = (one for one in self._earlier_names() if one not in known)
        return next((f"“{one}”: {fault}" for one in wrong if (fault := self._name_fault(one))), "")

    def apply(self) -> None:
        name = " ".join(self._name.text().split())
        fault = self._fault()
        if wrong := self._name_fault(name):
            self._name.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            self._name.set_error(wrong, again=True)
        elif fault is not None and fault.facts.get("field") == "condition":
            self._condition.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            announce(self._condition.edit, _fault_text(fault), again=True)
        elif wrong := self._earlier_fault():
            self._earlier.set_error(wrong, again=True)
            self._earlier.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        elif fault is not None:
            self._edit.setFocus(Qt.FocusReason.OtherFocusReason)
            announce(self._edit, _fault_text(fault), again=True)  # the focus may stay there
        elif self._refused is not None and self._refused[0] == self._measure(_COLUMN):
            _measure, said, is_condition = self._refused
            at = self._condition.edit if is_condition else self._edit
            at.setFocus(Qt.FocusReason.OtherFocusReason)
            announce(at, said, again=True)
        elif (display := self._display.display(hidden=False)) is not None:
            with focus_told_once():
                self.close()
                self._applied(replace(self._measure(name), kind=self._kind_now(), display=display))
            return
        self.move_into_place()


def _with_function_advice(error: AppError, expression: str) -> AppError:
    """What is wrong, with the advice to choose a function over many rows instead of writing it: in a measure, that is
    what it calculates."""
    start, end = error.facts.get("start"), error.facts.get("end")
    if error.code != "calculation.aggregate" or error.facts.get("field") == "condition":
        return error
    written = expression[start:end].casefold() if isinstance(start, int) and isinstance(end, int) else ""
    function = next((one for one in AGGREGATES if one == written), None)
    if function is None:
        do = _("Choose a function under “Calculate”, and write only the column here.")
    else:
        do = _("Choose “{function}” under “Calculate” and write only the column here, or choose “{formula}”.")
        do = do.format(function=aggregate_title(function), formula=aggregate_title("formula"))
    return Invalid(error.code, error.what, why=error.why, do=do, **error.facts)


def _fault_text(fault: AppError) -> str:
    return " ".join(part for part in (fault.what, fault.do) if part)
