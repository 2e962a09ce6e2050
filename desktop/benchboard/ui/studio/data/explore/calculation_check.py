"""Asks the source what an expression is for the first rows, while it is typed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.queries import ResultTable, run_query
from benchboard.analytics.query_builder.combined import check_expression, named_columns
from benchboard.analytics.query_builder.expression_errors import expression_error
from benchboard.analytics.query_builder.question import Calculation, Question
from benchboard.analytics.query_builder.safe_division import guarded
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.analytics.query_builder.sql_writer import rows_sql
from benchboard.errors import AppError
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.tasks import DatabaseSession

if TYPE_CHECKING:
    from benchboard.ui.context import Context

ROWS: Final = 5
_SHOWN: Final = 3
"""Columns beside the calculated one: the first that the expression names."""
_UNNAMED: Final = "calculated_value"


class CalculationCheck(QObject):
    """Checks one expression at a time: `found` has the calculation and its first rows, its own column last; `failed`
    what is wrong, and where the expression begins in what that is said of."""

    found = Signal(object, object)
    failed = Signal(object, int)

    def __init__(self, context: "Context", exploration: Exploration, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._exploration = context, exploration
        self._token = CancelToken()

    def stop(self) -> None:
        """Ask no more."""
        self._token.cancel()

    def start(self, question: Question, calculation: Calculation, columns: Sequence[str], *, name: str = "") -> None:
        """Check a calculation that comes after those of the question, which has these columns; `name` is what its
        column is called meanwhile."""
        self._token.cancel()
        token = self._token = CancelToken()
        try:
            check_expression(calculation.expression, question.dialect)
        except AppError as error:
            self.failed.emit(error, 0)
            return
        called = name or _UNNAMED
        asked = replace(question, calculations=(*question.calculations, Calculation(called, calculation.expression)))
        named = named_columns(calculation.expression, question.dialect)
        shown = [one for one in columns if one.casefold() in named][:_SHOWN]
        outputs = ", ".join(quote_name(one, question.dialect) for one in (*shown, called))
        text = f"SELECT {outputs} FROM {rows_sql(asked)} LIMIT {ROWS}"  # noqa: S608  # checked by the source, as all queries
        expression, dialect = calculation.expression, question.dialect
        start = max(0, text.rfind(f"{guarded(expression, dialect)} AS {quote_name(called, dialect)}"))
        actor = self._context.actor

        def op(session: DatabaseSession) -> ResultTable:
            return run_query(
                session, actor, text, limit=ROWS, cancel_token=token, source_id=question.source_id or None,
                variables=self._exploration.variables(),
            )  # fmt: skip

        def done(found: ResultTable) -> None:
            if token is self._token:
                self.found.emit(calculation, found)

        def wrong(error: AppError) -> None:
            if token is self._token and not token.cancelled:
                said = expression_error(error, text, start, expression, dialect, columns)
                self.failed.emit(said, start)

        self._context.tasks.read(self, op, done, wrong, long=True)
