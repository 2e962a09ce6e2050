"""The values of a dashboard's variables in a query: bound as parameters, never written into its text."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from sqlglot import exp

from benchboard.analytics.name_scope import MAX_NAME
from benchboard.analytics.query_errors import position_of, refuse
from benchboard.analytics.query_parser import find_surrogate
from benchboard.analytics.query_types import NULL, TEXT, TIMESTAMP, TypedExpr
from benchboard.analytics.sql_nodes import cast
from benchboard.errors import Invalid
from benchboard.i18n import _

MAX_BOUND: Final = 2_000
"""Most values bound for the variables of a query, counted for each use."""
TIMESTAMPS: Final = ("from", "to")
"""Variables whose values are timestamps, if they are written as such with their time zone: a dashboard's time range."""


class VariableBinding:
    """Binds the variables that one query names (`:name`)."""

    def __init__(self, variables: Mapping[str, Sequence[str]], *, for_sqlite: bool) -> None:
        self._variables, self._for_sqlite = variables, for_sqlite
        # No query's text can name these placeholders.
        self._prefix = f"v{secrets.token_hex(8)}"
        self.bound: dict[str, str] = {}
        """Values by placeholder."""

    def value(self, node: exp.Placeholder) -> TypedExpr:
        """The value of a variable, null if it has none. `Invalid` if it has several."""
        values = self.values(node)
        if len(values) > 1:
            refuse(node, "several", _("“{name}” has several values selected.").format(name=node.name),
                   _("Use IN (:{name}).").format(name=node.name))  # fmt: skip
        return values[0]

    def values(self, node: exp.Placeholder) -> list[TypedExpr]:
        """All values of a variable as texts, or one null. `Invalid` if there is no such variable."""
        name = str(node.args.get("this") or "")
        if name not in self._variables:
            what = _("There is no variable “{name}”.").format(name=name[:MAX_NAME] or "?")
            do = _("Available variables: {names}.").format(names=", ".join(self._variables)) if self._variables else ""
            raise Invalid("query.no-variable", what, do=do, field="query", **position_of(node))
        values = self._variables[name]
        if len(self.bound) + len(values) > MAX_BOUND:
            what = _("The variables in this query have more than {limit} values.").format(limit=MAX_BOUND)
            do = _("Select fewer values, or use the variable fewer times.")
            raise Invalid("query.too-many-values", what, do=do, field="query", **position_of(node))
        if any("\0" in value or find_surrogate(value) for value in values):
            what = _("A value of variable “{name}” contains an invalid character.").format(name=name)
            raise Invalid("query.not-text", what, field="query", **position_of(node))
        if name in TIMESTAMPS and (moments := read_moments(values)):
            return [self._moment(moment) for moment in moments]
        return [TypedExpr(self._placeholder(value), TEXT) for value in values] or [TypedExpr(exp.Null(), NULL)]

    def written_values(self, node: exp.Placeholder) -> Sequence[str]:
        """All values of a variable as they are, none of them bound; none where there is no such variable."""
        return self._variables.get(str(node.args.get("this") or ""), ())

    def _moment(self, moment: datetime) -> TypedExpr:
        written = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
        stored = self._placeholder(written)
        return TypedExpr(stored if self._for_sqlite else cast(stored, exp.DType.TIMESTAMPTZ), TIMESTAMP)

    def _placeholder(self, value: str) -> exp.Expr:
        key = f"{self._prefix}_{len(self.bound)}"
        self.bound[key] = value
        return exp.Cast(this=exp.Placeholder(this=key), to=exp.DataType.build("text"))


def read_moments(values: Sequence[str]) -> list[datetime]:
    """The values as times; empty unless all are: a dashboard's own variable may have the same name."""
    try:
        found = [datetime.fromisoformat(value) for value in values]
    except ValueError:
        return []
    return found if all(one.tzinfo is not None for one in found) else []
