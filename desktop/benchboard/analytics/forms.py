"""Brings the values of a query together: kinds that meet in a comparison, a CASE or a sum, and casts between them."""

from sqlglot import exp

from benchboard.analytics import values
from benchboard.analytics.values import MAX_SCALE, QUOTIENT_SCALE, Typed, Value, bracketed, call, kind_name, refuse
from benchboard.i18n import _


class Forms:
    """The engine's form of values that change their kind."""

    def __init__(self, *, sqlite: bool) -> None:
        self._sqlite = sqlite

    def alike(self, node: exp.Expr, found: list[Value]) -> list[Value]:
        """The values as one kind, so that they can be compared or stand for each other. `Invalid` if they cannot."""
        kinds = {value.kind for value in found} - {"nothing"}
        if kinds & {"moment", "date"} and kinds <= {"moment", "date", "text"}:
            to = self.moment if "moment" in kinds else self.date
            return [value if value.kind == "nothing" else to(node, value) for value in found]
        if kinds == {"integer", "decimal"} or kinds == {"decimal"}:
            scale = max(value.scale for value in found)
            return [self.decimal(value, scale) for value in found]
        if len(kinds) > 1:
            names = _(" and ").join(sorted(kind_name(kind) for kind in kinds))
            refuse(node, "kind", _("{kinds} do not go together.").format(kinds=names[:1].upper() + names[1:]))
        kind: Typed = next((value.typed for value in found if value.kind != "nothing"), Typed("nothing"))
        return [Value(value.node, kind) for value in found]

    def decimal(self, value: Value, scale: int) -> Value:
        """The number as a decimal with `scale` decimals."""
        if value.kind == "nothing" or not self._sqlite:
            return Value(value.node, Typed("decimal", scale))
        return values.rescale(value, scale)

    def moment(self, node: exp.Expr, value: Value) -> Value:
        """A moment, a date (its midnight in UTC) or a moment written in quotes as a moment."""
        if value.kind == "moment":
            return value
        moment = exp.DataType.build("TIMESTAMPTZ", dialect="postgres")
        if value.kind == "text":
            if not isinstance(value.node, exp.Literal):
                refuse(node, "kind", _("Text is no moment; write the moment in quotes."))
            at = values.parse_moment(node, str(value.node.this))
            written = at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
            made = values.text(written)
            return Value(made if self._sqlite else exp.Cast(this=made, to=moment), Typed("moment"))
        if self._sqlite:
            return Value(values.joined(bracketed(value.node), values.text(values.MIDNIGHT)), Typed("moment"))
        return Value(exp.Cast(this=value.node, to=moment), Typed("moment"))

    def date(self, node: exp.Expr, value: Value) -> Value:
        """A date, a moment or a date written in quotes as a date."""
        if value.kind == "date":
            return value
        if value.kind == "text":
            if not isinstance(value.node, exp.Literal):
                refuse(node, "kind", _("Text is no date; write the date in quotes."))
            made = values.text(values.parse_date(node, str(value.node.this)).isoformat())
        elif self._sqlite:
            made = values.cut(value.node, 1, 10)
        else:
            made = value.node
        return Value(made if self._sqlite else exp.Cast(this=made, to=exp.DataType.build("DATE")), Typed("date"))

    def as_text(self, value: Value) -> Value:
        """The value as PostgreSQL writes it."""
        if self._sqlite and value.kind == "decimal":
            return Value(call("bb_text", value.node, values.number(value.scale)), Typed("text"))
        return Value(exp.Cast(this=value.node, to=exp.DataType.build("TEXT")), Typed("text"))

    def as_number(self, node: exp.Cast, value: Value, wanted: str) -> Value:
        """The number as the whole number or decimal that the cast names, rounded half away from zero."""
        sizes = [values.count_of(part.name) for part in node.args["to"].expressions]
        scale = 0 if wanted == "integer" else sizes[1] if len(sizes) > 1 else 0 if sizes else value.scale
        if scale is None or scale > MAX_SCALE or None in sizes:
            refuse(node, "scale", _("A number here has {limit} decimals at most.").format(limit=MAX_SCALE))
        typed = Typed("integer") if wanted == "integer" else Typed("decimal", scale)
        if self._sqlite:
            return Value(values.rounded(value, scale).node, typed)
        exact = exp.Round(
            this=exp.Cast(this=value.node, to=exp.DataType.build("DECIMAL")), decimals=values.number(scale)
        )
        return Value(values.whole(exact) if wanted == "integer" else exact, typed)

    def quotient(self, a: Value, b: Value) -> exp.Expr:
        """a / b with `QUOTIENT_SCALE` decimals, nothing where b is 0."""
        if self._sqlite:
            return values.divide(a, b)
        divisor = exp.Nullif(this=b.node, expression=values.number(0))
        exact = exp.Div(this=exp.Cast(this=a.node, to=exp.DataType.build("DECIMAL")), expression=divisor, typed=True)
        return exp.Round(this=exact, decimals=values.number(QUOTIENT_SCALE))
