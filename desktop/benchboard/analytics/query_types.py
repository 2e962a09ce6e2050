"""The types of a query's values, and SQL expressions together with their types.

A decimal is exact on both engines. SQLite has none, so there it is a whole number and a scale known while the query is
translated: 12.50 with scale 2 is 1250. A timestamp on SQLite is text as `storage.models.base.Moment` stores it, a date
the first ten characters of one.
"""

from dataclasses import dataclass, field, replace
from typing import Final, Literal

from sqlglot import exp

from benchboard.analytics.column_presentation import NOTHING, Presentation
from benchboard.i18n import _

ValueKind = Literal["text", "integer", "decimal", "boolean", "timestamp", "date", "null"]
NUMBERS: Final[tuple[ValueKind, ...]] = ("integer", "decimal")
MAX_SCALE: Final = 12
QUOTIENT_SCALE: Final = 6
"""Decimals of a quotient or an average, rounded half away from zero."""


@dataclass(frozen=True, slots=True)
class ValueType:
    """The kind of a column or value; `scale` counts the decimals of a decimal. How it is shown makes no other type."""

    kind: ValueKind
    scale: int = 0
    presentation: Presentation = field(default=NOTHING, compare=False)

    def shown_as(self, presentation: Presentation) -> "ValueType":
        """The same type, shown in another way."""
        return replace(self, presentation=presentation)


Columns = list[tuple[str, ValueType]]
"""Names and types of the columns of a table or a query, in order."""


@dataclass(frozen=True, slots=True)
class TypedExpr:
    """An expression in the SQL of the engine it will run on, and its type."""

    node: exp.Expr
    type: ValueType

    @property
    def kind(self) -> ValueKind:
        return self.type.kind

    @property
    def scale(self) -> int:
        return self.type.scale

    @property
    def presentation(self) -> Presentation:
        return self.type.presentation

    def shown_as(self, presentation: Presentation) -> "TypedExpr":
        """The same expression, shown in another way."""
        return replace(self, type=self.type.shown_as(presentation))

    def with_node(self, node: exp.Expr) -> "TypedExpr":
        """Another expression of the same type."""
        return replace(self, node=node)


NULL: Final = ValueType("null")
TEXT: Final = ValueType("text")
INTEGER: Final = ValueType("integer")
BOOLEAN: Final = ValueType("boolean")
TIMESTAMP: Final = ValueType("timestamp")
DATE: Final = ValueType("date")


def kind_name(kind: ValueKind) -> str:
    """The kind as a sentence names it."""
    return {
        "text": _("text"),
        "integer": _("a whole number"),
        "decimal": _("a decimal number"),
        "boolean": _("a boolean"),
        "timestamp": _("a timestamp"),
        "date": _("a date"),
        "null": _("nothing"),
    }[kind]
