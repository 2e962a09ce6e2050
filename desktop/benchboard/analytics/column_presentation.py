"""How a column of a result is presented: its title, its format and, for amounts of money, its currency.

A presentation starts with a relation's column, is derived through the expressions of a query, and gets the title that
an author wrote with AS. If nothing is known about a column, its title is its name in plain words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from benchboard.i18n import N_, _, is_currency, pgettext

Format = Literal[
    "text",
    "identifier",
    "order_status",
    "integer",
    "decimal",
    "money",
    "percent",
    "boolean",
    "date",
    "time",
    "week",
    "month",
    "",
]
"""The format of a value; empty: by its type. An identifier's digits aren't grouped, an order's status is translated. A
week is written with its number; no column of a table has it, only one of a query that groups by week. A month is
written without its day; only the rows of a pivot table have it."""

Comparison = Literal["", "before", "change", "change_percent"]
"""The number of the period before, the change from it, and that in percent. Changes are written with their sign."""

MAX_TITLE: Final = 500
_LONGEST_NAME: Final = 50
"""Characters of a name that the query builder makes."""
_MAX_PATTERNS: Final = 3
"""Aggregates inside each other that a title still names."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """How a column or a value is shown."""

    title: str = ""
    """Marked for translation; translated where it is shown."""
    patterns: tuple[str, ...] = ()
    """What aggregates make of the title, the innermost first: sentences with `{column}`, marked for translation."""
    written: str = ""
    """A title that an author wrote, shown unchanged. It takes precedence over `title`."""
    format: Format = ""
    currency: str = ""
    """Of money: the code of the currency of all its amounts."""
    currency_origin: str = ""
    """Of money: the origin of the column with the currency of each row."""
    origin: str = ""
    """What identifies a table's column within a query, where it is shown unchanged."""
    is_sum: bool = False
    """Whether several rows' amounts may be added up in it."""
    adds_currencies: bool = False
    """Whether amounts in different currencies may be added up in it."""
    of_model: bool = False
    """Whether a data model says so: its titles stay where a plain column's give way to the name after AS."""
    is_calculated: bool = False
    """Whether it is that of a model's measure which no single column of the query has."""
    comparison: Comparison = ""
    """What a column behind a measure has of the period before; empty for any other."""

    @property
    def text(self) -> str:
        """The title as it is shown; empty where there is none."""
        if self.written:
            return escaped(self.written)
        found = _(self.title) if self.title else ""
        for pattern in self.patterns if found else ():
            found = _(pattern).format(column=_inside_sentence(found))
        return escaped(found)


NOTHING: Final = Presentation()

VALUE: Final = Presentation(N_("Value"))
"""Of an expression without a name."""
COUNT: Final = Presentation(N_("Count"), format="integer")

_KNOWN_NAMES: Final[Mapping[str, str]] = {
    "average": N_("Average"),
    "cancelled": N_("Cancelled"),
    "count": N_("Count"),
    "currency": N_("Currency"),
    "day": N_("Day"),
    "fulfilled": N_("Fulfilled"),
    "hour": N_("Hour"),
    "largest": N_("Largest"),
    "month": N_("Month"),
    "number": N_("Number"),
    "ordered": N_("Ordered"),
    "orders": N_("Orders"),
    "paid": N_("Paid"),
    "pending": N_("Pending"),
    "period": N_("Period"),
    "quarter": N_("Quarter"),
    "refunded": N_("Refunded"),
    "revenue": N_("Revenue"),
    "row_count": N_("Row count"),
    "shop": N_("Shop"),
    "shops": N_("Shops"),
    "smallest": N_("Smallest"),
    "status": N_("Status"),
    "total": N_("Total"),
    "week": N_("Week"),
    "weekday": N_("Weekday"),
    "weeks_ago": N_("Weeks ago"),
    "year": N_("Year"),
}
"""Names that queries about orders give their columns, in the reader's language."""
_UNITS: Final[Mapping[str, str]] = {
    "second": N_("Second"),
    "minute": N_("Minute"),
    "hour": N_("Hour"),
    "day": N_("Day"),
    "week": N_("Week"),
    "month": N_("Month"),
    "quarter": N_("Quarter"),
    "year": N_("Year"),
    "dow": N_("Weekday"),
    "isodow": N_("Weekday"),
    "doy": N_("Day of the year"),
}
_CURRENCY_NAMES: Final[Mapping[str, str]] = {
    "EUR": N_("Euro"),
    "GBP": N_("Pound sterling"),
    "TRY": N_("Turkish lira"),
    "USD": N_("US dollar"),
}
_ACRONYMS: Final = frozenset((
    "api", "can", "chf", "csv", "eur", "gbp", "html", "http", "https", "id", "iban", "ip", "iso", "jpy", "json", "kpi",
    "pdf", "sku", "sql", "uid", "url", "usb", "usd", "utc", "uuid", "vat", "vin", "xml",
))  # fmt: skip
_CODES: Final = frozenset(
    """
    aed ars aud azn bgn brl cad chf clp cny cop czk dkk egp eur gbp gel hkd huf idr ils inr isk jpy krw kzt mad mxn myr
    nok nzd pen php pkr pln qar ron rsd rub sar sek sgd thb tnd try twd uah usd vnd zar
    """.split()  # noqa: SIM905  # a list of them would be half a page long
)
"""Currencies that are known in the name of a column; of others, a model says the currency."""
_CONVERTED: Final = re.compile(r".+_in_([a-z]{3})(?:_\d+)?")
_REVERSING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_PERCENT: Final = ("percent", "percentage", "pct")
_WORD_BREAKS: Final = re.compile(r"[\W_]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
Aggregate = Literal["sum", "avg", "min", "max", "count", "count_distinct"]
_PATTERNS: Final[Mapping[str, str]] = {
    "avg": N_("Average {column}"),
    "min": N_("Lowest {column}"),
    "max": N_("Highest {column}"),
    "count": N_("Count of {column}"),
    "count_distinct": N_("Distinct values of {column}"),
}
_PATTERNS_OF_TIMES: Final[Mapping[str, str]] = {"min": N_("Earliest {column}"), "max": N_("Latest {column}")}
_PATTERNS_OF_TEXTS: Final[Mapping[str, str]] = {"min": N_("First {column}"), "max": N_("Last {column}")}


def escaped(text: str) -> str:
    """One line of `text` in which nothing is invisible: a control or bidi character is shown by its code, and of more
    than 500 characters the first are shown."""
    line = " ".join(text[: MAX_TITLE + 1].split())
    shown = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in line)
    return shown if len(shown) <= MAX_TITLE else f"{shown[: MAX_TITLE - 1]}…"


def with_visible_bidi(text: str) -> str:
    """`text` with the controls that reverse what follows them shown by their codes."""
    return _REVERSING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def order_status(value: str) -> str:
    """An order's status in the window's language; any other text unchanged."""
    return {
        "pending": pgettext("order status", "Pending"),
        "paid": pgettext("order status", "Paid"),
        "fulfilled": pgettext("order status", "Fulfilled"),
        "refunded": pgettext("order status", "Refunded"),
        "cancelled": pgettext("order status", "Cancelled"),
    }.get(value, value)


def humanised(name: str) -> str:
    """An identifier as a person would read it: `order_total` and “orderTotal” are “Order total”. Never empty."""
    words = [word for word in _WORD_BREAKS.split(name[: MAX_TITLE + 1]) if word]
    if not any(any(sign.isalnum() for sign in word) for word in words):
        return escaped(name) or _(VALUE.title)
    read = [word.upper() if word.lower() in _ACRONYMS else word.lower() for word in words]
    return escaped(read[0][:1].upper() + " ".join(read)[1:])


def named(presentation: Presentation, name: str, *, quoted: bool) -> Presentation:
    """The presentation of a column that an author named with AS.

    A quoted name is used as the title unchanged; otherwise it is interpreted: “eur” for amounts in euros is “Euro”,
    “refund_pct” is “Refund”, in percent.
    """
    titled = replace(presentation, title="", patterns=(), written="")
    if quoted:
        return replace(titled, written=name if name.strip() else "")
    lower = name.lower()
    if presentation.format == "money" and lower.upper() == presentation.currency:
        return _known(titled, _CURRENCY_NAMES.get(presentation.currency, ""), presentation.currency)
    words = [word for word in _WORD_BREAKS.split(name[: MAX_TITLE + 1]) if word]
    if len(words) > 1 and words[-1].lower() in _PERCENT and presentation.format in ("", "integer", "decimal"):
        return replace(titled, written=humanised("_".join(words[:-1])), format="percent")
    return _known(titled, _KNOWN_NAMES.get(lower, ""), humanised(name))


def of_number(presentation: Presentation, name: str) -> Presentation:
    """The presentation of a column of numbers of a result. One that nothing else is known of has amounts of the
    currency that its name ends with, as in “revenue_in_eur”: so converted amounts are called (`rate_lookup`)."""
    if presentation.format or presentation.of_model:
        return presentation
    found = _CONVERTED.fullmatch(name.lower())
    if found is None or found[1] not in _CODES:
        return presentation
    return replace(presentation, format="money", currency=found[1].upper())


def _known(presentation: Presentation, title: str, otherwise: str) -> Presentation:
    return replace(presentation, title=title) if title else replace(presentation, written=otherwise)


_MADE_NAMES: Final[Mapping[Aggregate, str]] = {
    "sum": "total", "avg": "average", "min": "min", "max": "max", "count": "count", "count_distinct": "different",
}  # fmt: skip
"""What the query builder calls an aggregate of a column, before the column's name."""


def titled_by_column(column: Presentation, name: str, alias: str, function: Aggregate | None) -> Presentation | None:
    """The presentation of an output called `alias` that is the column `name`, or an aggregate of it, where the column's
    title is a better one than the alias; None where it isn't.

    It is that of a data model's column, where one that bears the column's own name is a measure of the model; and where
    the query builder made the alias of a name that lost letters of the title (sicaklik_c, of “Sıcaklık (°C)”).
    """
    is_made = (
        function is not None and alias.casefold() == (f"{_MADE_NAMES[function]}_{name}".casefold()[:_LONGEST_NAME])
    )
    if column.of_model and alias.casefold() == name.casefold():
        return replace(column, is_sum=column.is_sum or function in ("sum", "avg"))
    title = column.written or column.title
    if is_made and function is not None and (column.of_model or (title and title != humanised(name))):
        return aggregated(column, function)
    return None


def titled_by_measure(column: Presentation, function: Aggregate | None = None) -> Presentation | None:
    """The presentation of an output that is called as the model's measure `column`, which is calculated from several
    columns or of some rows; None if it is no such measure."""
    if not (column.of_model and column.is_calculated):
        return None
    return replace(column, is_sum=function == "sum")


def unnamed(presentation: Presentation, column: str = "") -> Presentation:
    """The presentation of an output without AS: a table's `column`, or an expression."""
    if presentation.title or presentation.written:
        return presentation
    return named(presentation, column, quoted=False) if column else replace(presentation, title=VALUE.title)


def aggregated(presentation: Presentation, function: Aggregate) -> Presentation:
    """What an aggregate of a value is shown as: `avg(order_total)` is “Average order total”."""
    if not presentation.title and not presentation.written:
        return COUNT if function in ("count", "count_distinct") else presentation
    patterns: Mapping[str, str] = _PATTERNS
    if function in ("min", "max") and presentation.format in ("date", "time", "text", "identifier", "order_status"):
        patterns = _PATTERNS_OF_TIMES if presentation.format in ("date", "time") else _PATTERNS_OF_TEXTS
    more = () if function == "sum" else (patterns[function],)
    shown = replace(presentation, patterns=(*presentation.patterns, *more)[:_MAX_PATTERNS], origin="")
    if presentation.written and more:  # an author's own title, of a query inside this one
        shown = replace(shown, written="", title=presentation.written)
    if function in ("count", "count_distinct"):
        return replace(shown, format="integer", currency="", currency_origin="", is_sum=False)
    return replace(shown, is_sum=presentation.is_sum or function in ("sum", "avg"))


def time_unit(unit: str) -> str:
    """The title of a part of a time: “Week” of `week`."""
    return _UNITS[unit]


def common(presentations: Sequence[Presentation]) -> Presentation:
    """The presentation of values that are alternatives, or are added: that of the first, and its currency only if all
    have the same.
    """
    first = presentations[0] if presentations else NOTHING
    if all((one.format, one.currency, one.currency_origin) == (first.format, first.currency, first.currency_origin)
           for one in presentations):  # fmt: skip
        return replace(first, origin="", is_sum=any(one.is_sum for one in presentations))
    return replace(first, origin="", format="", currency="", currency_origin="", is_sum=False)


def union(left: Sequence[Presentation], right: Sequence[Presentation]) -> list[Presentation]:
    """The presentations of the columns of UNION: those of the first SELECT, with a currency only where both have it in
    the same way."""
    pairs = list(zip(left, right, strict=True))
    found = []
    for ours, theirs in pairs:
        same = ours.format == theirs.format and ours.currency == theirs.currency
        if same and currency_column(left, ours) == currency_column(right, theirs):
            found.append(replace(ours, adds_currencies=ours.adds_currencies or theirs.adds_currencies))
        else:
            found.append(replace(ours, format="", currency="", currency_origin=""))
    return found


def with_currencies(presentation: Presentation, fixed: Mapping[str, str]) -> Presentation:
    """The presentation where conditions fix the values of these origins: all amounts are in a fixed currency."""
    currency = fixed.get(presentation.currency_origin, "")
    return replace(presentation, currency=currency) if is_currency(currency) else presentation


def grouped(presentation: Presentation, keys: frozenset[str]) -> Presentation:
    """The presentation of an output of a query that groups by columns of these origins. A sum over rows that may be in
    different currencies has none."""
    if not presentation.is_sum or presentation.currency or presentation.currency_origin in keys:
        return replace(presentation, is_sum=False)
    adds = presentation.adds_currencies or bool(presentation.currency_origin)
    return replace(presentation, is_sum=False, currency_origin="", adds_currencies=adds)


def within(presentation: Presentation, table: str) -> Presentation:
    """The presentation of a column read from `table`: the same table read twice has other rows each time."""
    return replace(
        presentation,
        origin=f"{table}:{presentation.origin}" if presentation.origin else "",
        currency_origin=f"{table}:{presentation.currency_origin}" if presentation.currency_origin else "",
    )


def currency_column(presentations: Sequence[Presentation], amount: Presentation) -> int | None:
    """The index of the column with the currency of each row's amount; None where there is none."""
    if not amount.currency_origin:
        return None
    return next((k for k, one in enumerate(presentations) if one.origin == amount.currency_origin), None)


def _inside_sentence(title: str) -> str:
    """A title where it does not begin the sentence: “order total”, but “ID”."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
