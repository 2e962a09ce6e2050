"""What is calculated from measures: `revenue / quantity`, `(revenue - cost) / revenue`, `revenue / total(revenue)`.

A formula is a tree of amounts, numbers and the four operations, made by `read_formula` from what a person writes and
written as SQL by `formula_sql`. Nothing of what was written gets into a query.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from benchboard.analytics.sql_text import SqlToken, tokens
from benchboard.errors import Invalid
from benchboard.i18n import _

Sign = Literal["+", "-", "*", "/"]
_SIGNS: Final[dict[str, Sign]] = {"+": "+", "-": "-", "*": "*", "/": "/"}
MAX_FORMULA: Final = 500
MAX_DEPTH: Final = 20
FUNCTIONS: Final = ("sum", "avg", "min", "max", "count_distinct")
"""The functions of a column that a formula may have, as `sum(amount)`; beside them `count()`, of rows."""
TOTAL: Final = "total"
"""The function that is an amount over all rows of the result: `revenue / total(revenue)`."""


@dataclass(frozen=True, slots=True)
class Amount:
    """What a function calculates of a column; without one it counts rows. `once`: the columns by which a row of a
    joined table is known, which is counted once. `is_total`: added up over all rows of the result."""

    function: str
    column: str = ""
    once: tuple[str, ...] = ()
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    """A number as SQL writes it: `100` or `0.5`."""

    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """Two parts with a sign between them. What is divided by nothing, or by 0, is empty."""

    sign: Sign
    left: "Formula"
    right: "Formula"


Formula = Amount | Constant | Operation


def amounts(formula: Formula) -> Iterator[Amount]:
    """The amounts in a formula, from left to right."""
    if isinstance(formula, Amount):
        yield formula
    elif isinstance(formula, Operation):
        yield from amounts(formula.left)
        yield from amounts(formula.right)


def with_amounts(formula: Formula, change: Callable[[Amount], Formula]) -> Formula:
    """The formula with each amount replaced by what `change` makes of it."""
    if isinstance(formula, Amount):
        return change(formula)
    if isinstance(formula, Constant):
        return formula
    left, right = with_amounts(formula.left, change), with_amounts(formula.right, change)
    return replace(formula, left=left, right=right)


def formula_columns(formula: Formula) -> tuple[str, ...]:
    """The columns that a formula is calculated from, each once."""
    return tuple(dict.fromkeys(name for one in amounts(formula) for name in (one.column, *one.once) if name))


def formula_sql(formula: Formula, amount_sql: Callable[[Amount], str]) -> str:
    """A formula as SQL; `amount_sql` writes its amounts."""
    if isinstance(formula, Amount):
        return amount_sql(formula)
    if isinstance(formula, Constant):
        return formula.text
    left, right = (_operand(one, amount_sql) for one in (formula.left, formula.right))
    if formula.sign == "/":  # 1.0, because whole numbers would be divided without remainder
        return f"{left} * 1.0 / nullif({formula_sql(formula.right, amount_sql)}, 0)"
    return f"{left} {formula.sign} {right}"


def _operand(formula: Formula, amount_sql: Callable[[Amount], str]) -> str:
    text = formula_sql(formula, amount_sql)
    return f"({text})" if isinstance(formula, Operation) else text


def formula_text(formula: Formula, amount_text: Callable[[Amount], str]) -> str:
    """A formula as people read it; `amount_text` writes its amounts."""
    if isinstance(formula, Amount):
        return amount_text(formula)
    if isinstance(formula, Constant):
        return formula.text
    left, right = (
        f"({formula_text(one, amount_text)})" if isinstance(one, Operation) else formula_text(one, amount_text)
        for one in (formula.left, formula.right)
    )
    sign = {"+": "+", "-": "−", "*": "×", "/": "÷"}[formula.sign]
    return f"{left} {sign} {right}"


def name_of(word: str) -> str:
    """A name as it is written, without its quotes if it has any."""
    return word[1:-1].replace(word[0] * 2, word[0]) if word[:1] in ('"', "`") else word


def name_places(text: str) -> Iterator[tuple[str, int, int]]:
    """The names in a formula that may not be finished, without quotes, each with its start and end."""
    for one in tokens(text):
        if one.kind in ("word", "name", "keyword"):
            yield name_of(text[one.start : one.end]), one.start, one.end


def read_formula(
    text: str,
    find: Callable[[str], Formula | None],
    column: Callable[[str], str | None] = lambda _name: None,
    meant: Callable[[str], str] = lambda _name: "",
) -> Formula:
    """The formula that a person wrote; `find` is what a name stands for, `column` the column of that name, as in
    `sum(amount)`; each None if there is none. `meant` is the name that an unknown one perhaps stands for. Raises
    `Invalid` (`formula.…`), with facts `start` and `end` where it is."""
    if not text.strip():
        raise _fault("empty", _("Enter a formula."), _("For example revenue / quantity."), 0, 0)
    if len(text) > MAX_FORMULA:
        what = _("A formula can have up to {limit} characters.").format(limit=MAX_FORMULA)
        raise _fault("long", what, "", MAX_FORMULA, len(text))
    return _FormulaReader(text, find, column, meant).read()


def _fault(code: str, what: str, do: str, start: int, end: int) -> Invalid:
    return Invalid(f"formula.{code}", what, do=do, field="expression", start=start, end=end)


class _FormulaReader:
    """Reads a formula from its first word to its last."""

    def __init__(
        self,
        text: str,
        find: Callable[[str], Formula | None],
        column: Callable[[str], str | None],
        meant: Callable[[str], str],
    ) -> None:
        self._meant = meant
        self._text, self._find, self._column, self._at, self._depth = text, find, column, 0, 0
        self._tokens: Sequence[SqlToken] = [one for one in tokens(text) if one.kind != "comment"]

    def read(self) -> Formula:
        found = self._sum()
        if self._at < len(self._tokens):
            raise self._unexpected()
        return found

    def _sum(self) -> Formula:
        found = self._product()
        while (sign := _SIGNS.get(self._word())) in ("+", "-"):
            self._at += 1
            found = Operation(sign, found, self._product())
        return found

    def _product(self) -> Formula:
        found = self._part()
        while (sign := _SIGNS.get(self._word())) in ("*", "/"):
            self._at += 1
            found = Operation(sign, found, self._part())
        return found

    def _part(self) -> Formula:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _fault("deep", _("This formula is nested too deep."), "", 0, len(self._text))
        try:
            return self._one_part()
        finally:
            self._depth -= 1

    def _one_part(self) -> Formula:
        word = self._word()
        if self._at >= len(self._tokens):
            end = len(self._text)
            raise _fault("end", _("The formula isn't finished."), _("Add a measure or a number."), end - 1, end)
        token = self._tokens[self._at]
        self._at += 1
        if word == "(":
            found = self._sum()
            self._close()
            return found
        if token.kind == "number" and word.replace(".", "", 1).isdigit() and not word.endswith("."):
            return Constant(word)
        if word == "-":
            return Operation("-", Constant("0"), self._part())
        if token.kind == "function" and word.casefold() == TOTAL:
            return self._total()
        if token.kind == "function" and (amount := self._amount_of(word.casefold())) is not None:
            return amount
        if token.kind in ("word", "name", "keyword", "function"):
            return self._named(token)
        self._at -= 1
        raise self._unexpected()

    def _amount_of(self, function: str) -> Amount | None:
        """A function of a column, as `sum(amount)` is; None if it is no such function, or there is no such column."""
        inside = self._tokens[self._at : self._at + 3]
        written = [self._text[one.start : one.end] for one in inside]
        if function == "count" and written[1:2] in ([")"], ["*"]) and ")" in written:
            self._at += 1 + written.index(")")
            return Amount("count")
        if function not in FUNCTIONS or len(written) < 3 or written[2] != ")":
            return None
        column = self._column(name_of(written[1]))
        if column is None:
            return None
        self._at += 3
        return Amount(function, column)

    def _total(self) -> Formula:
        self._at += 1  # its bracket
        start = self._tokens[self._at].start if self._at < len(self._tokens) else len(self._text)
        inner = self._part()
        end = self._tokens[self._at - 1].end
        self._close()
        if not isinstance(inner, Amount) or inner.function not in ("sum", "count") or inner.is_total:
            what = _("Only a sum or a number of rows has a total.")
            raise _fault("total", what, _("For example total(revenue)."), start, end)
        if inner.once:
            what = _("What counts each row once has no total: several groups count the same row.")
            raise _fault("total", what, _("Use a measure that counts every row."), start, end)
        return replace(inner, is_total=True)

    def _named(self, token: SqlToken) -> Formula:
        name = name_of(self._text[token.start : token.end])
        found = self._find(name)
        if found is None:
            what = _("There's no measure “{name}”.").format(name=name[:60])
            do = _("Add it first: a formula is made of measures and numbers.")
            if meant := self._meant(name):
                do = _("Did you mean “{name}”?").format(name=meant)
            raise _fault("name", what, do, token.start, token.end)
        return found

    def _close(self) -> None:
        if self._word() != ")":
            raise (
                self._unexpected()
                if self._at < len(self._tokens)
                else _fault(
                    "bracket", _("A bracket isn't closed."), _("Add “)”."), len(self._text) - 1, len(self._text)
                )
            )
        self._at += 1

    def _word(self) -> str:
        if self._at >= len(self._tokens):
            return ""
        token = self._tokens[self._at]
        return self._text[token.start : token.end]

    def _unexpected(self) -> Invalid:
        token = self._tokens[self._at]
        what = _("“{word}” can't be used here.").format(word=self._text[token.start : token.end][:40])
        do = _("A formula has measures, numbers, + − * / and brackets.")
        return _fault("sign", what, do, token.start, token.end)
