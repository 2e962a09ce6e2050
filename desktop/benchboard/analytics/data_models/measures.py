"""What the measures of a data model are in a query: of the rows that it reads, and of the groups that it answers."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, cast

from benchboard.analytics.data_models.definition import ModelDefinition, ModelMeasure, field_title
from benchboard.analytics.query_builder.combined import check_expression, column_owners, with_renamed_column
from benchboard.analytics.query_builder.expression_errors import expression_fault
from benchboard.analytics.query_builder.formula import Amount, Formula, name_places, read_formula
from benchboard.analytics.query_builder.question import Calculation, Dialect, Function, Measure, formula_measure
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.analytics.query_errors import nearest_name
from benchboard.errors import Invalid
from benchboard.i18n import _

_ONE_ROW: Final = "1"
"""What a measure that counts rows has in each."""
_NAME: Final = re.compile(r"[^\W\d]\w*")


def has_plain_name(name: str) -> bool:
    """Whether queries and formulas can name a measure so without quotes."""
    return _NAME.fullmatch(name) is not None


def name_of_title(title: str) -> str:
    """A plain name like a title, such as “net_price” of “Net price”; empty where none can be made of it."""
    name = re.sub(r"\W+", "_", title.casefold()).strip("_")
    return name if has_plain_name(name) else ""


def name_rule() -> str:
    """What `has_plain_name` asks for, in words."""
    return _("Use letters, digits and _. Don't start with a digit.")


def row_expression(measure: ModelMeasure) -> str:
    """What a measure has in each row, which queries calculate with; empty for a formula, which has nothing there."""
    if measure.aggregate == "formula":
        return ""
    value = measure.expression or _ONE_ROW
    if not measure.condition:
        return value
    otherwise = " ELSE 0" if measure.aggregate == "count" else ""  # none is counted, where a sum of nothing is empty
    return f"CASE WHEN ({measure.condition}) THEN ({value}){otherwise} END"


def check_measure(definition: ModelDefinition, measure: ModelMeasure, dialect: Dialect) -> None:
    """Refuse a measure that can't be calculated, whatever its source says of it. Raises `Invalid` (`formula.…`,
    `calculation.…`), with facts `start` and `end` where it is."""
    if measure.aggregate == "formula":
        measure_formula(definition, measure)
        return
    if measure.expression or measure.aggregate != "count":
        check_expression(measure.expression, dialect)
    if measure.condition:
        check_expression(measure.condition, dialect)
    if measure.once:
        _check_once(definition, measure)


def _check_once(definition: ModelDefinition, measure: ModelMeasure) -> None:
    """Refuse a measure whose value isn't the same in all rows that found one row of its joined table: which of them is
    counted would be by chance. Raises `Invalid` (`formula.once`)."""
    rows = definition.question()
    value = Calculation(measure.name, row_expression(measure))
    owners = {
        place for place, _column in column_owners(replace(rows, calculations=(*rows.calculations, value)), measure.name)
    }
    if len(owners) != 1 or -1 in owners:
        what = _("“{name}” counts each row of one joined table once, and is calculated from others.")
        do = _("Calculate it from that table alone, its condition too, or count every row.")
        field = "condition" if measure.condition else "expression"
        raise Invalid("formula.once", what.format(name=measure.name), do=do, field=field)
    join = rows.joins[owners.pop()]
    outputs = dict(join.columns)
    if set(measure.once) not in ({*join.ours}, {outputs.get(theirs) for _ours, theirs in join.keys}):
        what = _("The rows of “{table}” aren't known by {fields}.")
        what = what.format(table=join.table, fields=", ".join(measure.once))
        do = _("Count them once by {fields}.").format(fields=", ".join(join.ours))
        raise Invalid("formula.once", what, do=do, field="expression")


def measure_formula(definition: ModelDefinition, measure: ModelMeasure, before: tuple[str, ...] = ()) -> Formula:
    """What a measure is calculated from, those that it names in turn included. Raises `Invalid` (`formula.…`), also
    for one that names itself."""
    if measure.aggregate == "formula":
        path = (*before, measure.name.casefold())

        def find(name: str) -> Formula | None:
            one = next((one for one in definition.measures if one.name.casefold() == name.casefold()), None)
            if one is None:
                return None
            if one.name.casefold() in path:
                what = _("“{name}” is calculated from itself.").format(name=one.name)
                raise Invalid("formula.circle", what, field="expression")
            return measure_formula(definition, one, path)

        columns = {one.name.casefold(): one.name for one in definition.fields() if not isinstance(one, ModelMeasure)}
        others = [one for one in definition.measures if one.name.casefold() not in path]
        try:
            return read_formula(
                measure.expression, find, lambda name: columns.get(name.casefold()), lambda name: _meant(name, others)
            )
        except Invalid as error:
            fault = expression_fault(measure.expression, "own") if error.code == "formula.sign" else None
            if fault is None:
                raise
            raise Invalid(
                "formula.grammar", fault.what, do=fault.do, field="expression", start=fault.start, end=fault.end
            ) from error
    if measure.aggregate == "count":
        return Amount("sum", measure.name) if measure.condition else Amount("count")
    return Amount(measure.aggregate, measure.name, measure.once)


def _meant(name: str, measures: Sequence[ModelMeasure]) -> str:
    """The name of the measure that another name perhaps stands for, such as its title; empty where none is like it."""
    names = {one.name.casefold(): one.name for one in measures}
    titled = {
        known.casefold(): one.name for one in measures for known in (one.display.title, field_title(one)) if known
    }
    return (titled | names).get(nearest_name(name.casefold(), [*titled, *names]), "")


def question_measure(definition: ModelDefinition, measure: ModelMeasure) -> Measure:
    """A model's measure as a question has it. Raises `Invalid` (`formula.…`)."""
    found = measure_formula(definition, measure)
    if isinstance(found, Amount) and measure.aggregate != "formula":
        return Measure(cast("Function", found.function), found.column, measure.name, once=found.once)
    return formula_measure(found, measure.name)


def renamed_measure(definition: ModelDefinition, before: str, after: str) -> ModelDefinition:
    """The definition in which a measure has another name, in the formulas over it too. Queries may go on calling it as
    before."""
    return ModelDefinition(
        definition.tables,
        definition.joins,
        definition.calculations,
        tuple(
            _with_name(one, after)
            if one.name == before
            else replace(one, expression=renamed_in_formula(one.expression, before, after))
            if one.aggregate == "formula"
            else one
            for one in definition.measures
        ),
    )


def with_renamed_column_in_measures(
    definition: ModelDefinition, before: str, after: str, dialect: Dialect
) -> ModelDefinition:
    """The definition whose measures name a calculated field as it is called now."""

    def renamed(measure: ModelMeasure) -> ModelMeasure:
        if measure.aggregate == "formula":
            return measure  # it names measures alone
        expression, condition = (
            with_renamed_column(text, before, after, dialect) for text in (measure.expression, measure.condition)
        )
        once = tuple(after if one.casefold() == before.casefold() else one for one in measure.once)
        return replace(measure, expression=expression, condition=condition, once=once)

    return replace(definition, measures=tuple(map(renamed, definition.measures)))


def _with_name(measure: ModelMeasure, name: str) -> ModelMeasure:
    earlier = dict.fromkeys((*measure.earlier, measure.name))
    return replace(measure, name=name, earlier=tuple(one for one in earlier if one.casefold() != name.casefold()))


def renamed_in_formula(text: str, before: str, after: str) -> str:
    """A formula with another name for one of its measures."""
    made, at = "", 0
    for name, start, end in name_places(text):
        if name.casefold() == before.casefold():
            made, at = made + text[at:start] + quote_name(after), end
    return made + text[at:]
