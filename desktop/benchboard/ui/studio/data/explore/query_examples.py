"""Queries to begin with, for a source whose SQL nobody has written yet."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.analytics.query_builder.question import TIMES, Group, Measure, Question, Sort, units_for
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_types import NUMBERS
from benchboard.analytics.table_browser import BrowsedSource, BrowsedTable
from benchboard.i18n import _
from benchboard.ui.widgets import EmptyState
from benchboard.ui.widgets.choice_card import ChoiceCard

_FIRST_ROWS = 100


class QueryExamples(QWidget):
    """In the place of a result while there is no query: examples over the first table of the source."""

    def __init__(self, choose: Callable[[str], object]) -> None:
        """`choose` takes the text of a query."""
        super().__init__()
        self._choose = choose
        self._examples: list[tuple[str, str]] = []
        self._state: EmptyState | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 0, 16, 0)

    def show_source(self, source: BrowsedSource | None) -> None:
        """Show examples for this source, if it has a table."""
        examples = query_examples(source) if source is not None else []
        if self._state is not None and examples == self._examples:
            return
        self._examples = examples
        if self._state is not None:
            self._state.hide()
            self._state.deleteLater()
        why = _("Write a query above, or begin with one of these.") if examples else _("Write a query above.")
        self._state = EmptyState("ph.code", _("No query yet"), why=why)
        cards = [
            ChoiceCard(
                "ph.play", title, " ".join(text.split()), partial(self._choose, text), is_code=True,
                name=f"explore_example_{place}",
            )
            for place, (title, text) in enumerate(examples)
        ]  # fmt: skip
        self._state.offer(*cards)
        self._column.addWidget(self._state)


def query_examples(source: BrowsedSource) -> list[tuple[str, str]]:
    """A title and the text of each: rows of the first table, a count by one of its texts, a sum over time."""
    table = next((one for one in source.tables if one.rows != 0), None)
    if table is None:
        return []
    empty = source.question(table.name)
    plain = Question(table.name, source.id, server=empty.server)
    found = [
        (
            _("First {count} rows of {table}").format(count=_FIRST_ROWS, table=table.name),
            _with_limit(plain, _FIRST_ROWS),
        ),
        _count_by_text(plain, table),
        _sum_over_time(plain, table),
    ]
    return [(title, text) for title, text in found if text]


def _with_limit(question: Question, rows: int) -> str:
    return to_sql(Question(question.table, question.source_id, server=question.server, limit=rows))


def _count_by_text(question: Question, table: BrowsedTable) -> tuple[str, str]:
    """How many rows each value of a text has: of the last one, because keys come first."""
    texts = [one for one in table.columns if one.kind == "text" and not one.is_id]
    if not texts:
        return "", ""
    column = texts[-1]
    counted = Question(
        question.table, question.source_id, server=question.server, groups=(Group(column.name),),
        measures=(Measure("count", name="rows"),), sorts=(Sort("rows", descending=True),),
    )  # fmt: skip
    return _("Rows by {column}").format(column=column.title), to_sql(counted)


def _sum_over_time(question: Question, table: BrowsedTable) -> tuple[str, str]:
    """A number's sum, or how many rows there are, in each month."""
    time = next((one for one in table.columns if one.kind in TIMES), None)
    if time is None or "month" not in units_for(question.dialect):
        return "", ""
    number = next((one for one in table.columns if one.kind in NUMBERS and not one.is_id), None)
    measure = Measure("sum", number.name, "total") if number is not None else Measure("count", name="rows")
    # Amounts in several currencies aren't added up.
    currencies = [one for one in table.columns if one.kind == "text" and "currency" in one.name.lower()]
    groups = (Group(time.name, "month", "month"), *(Group(one.name) for one in currencies[:1]))
    summed = Question(
        question.table, question.source_id, server=question.server, groups=groups,
        measures=(measure,), sorts=(Sort("month"),),
    )  # fmt: skip
    title = _("{column} by month") if number is not None else _("Rows by month")
    return title.format(column=number.title if number is not None else ""), to_sql(summed)
