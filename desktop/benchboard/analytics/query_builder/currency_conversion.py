"""Amounts in several currencies converted into one by rates that a person gives.

A conversion is a calculated column, an amount times the rate of its currency (CASE), which is found again in a query to
say by which rates it converts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from benchboard.analytics.query_builder.combined import with_calculation
from benchboard.analytics.query_builder.question import Calculation, Dialect, Measure, Question, free_name, with_parts
from benchboard.analytics.query_builder.sql_words import QueryWord, quote_name, quote_text, quote_value, words
from benchboard.errors import Invalid
from benchboard.i18n import _, in_sentence, is_currency, number

_MOST_DIGITS: Final = 12
_LARGEST: Final = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class CurrencyConversion:
    """`rates`: how many units of `target` one of each other currency is worth. Amounts in any other currency, or
    without one, become empty. `by` is the column of the currencies."""

    amount: str
    by: str
    target: str
    rates: tuple[tuple[str, Decimal], ...]


def parse_rate(text: str, code: str) -> Decimal:
    """A rate as a person types it. Raises `Invalid` (`conversion.rate`), with the fact `currency`."""
    plain = "".join(text.split()).replace(",", "." if "." not in text else "")
    try:
        rate = Decimal(plain)
    except InvalidOperation:
        rate = Decimal(0)
    if not rate.is_finite() or not 0 < rate < _LARGEST or len(rate.as_tuple().digits) > _MOST_DIGITS:
        what = _("The rate of {currency} has to be a number above 0.").format(currency=code)
        raise Invalid("conversion.rate", what, do=_("Write it as 0.92."), field="rate", currency=code)
    return rate


def conversion_sql(conversion: CurrencyConversion, dialect: Dialect) -> str:
    """The expression of a conversion. The target, whose rate is 1, is the first currency."""
    rates = ((conversion.target, Decimal(1)), *conversion.rates)
    cases = " ".join(f"WHEN {quote_text(code, dialect)} THEN {quote_value(rate, dialect)}" for code, rate in rates)
    return f"{quote_name(conversion.amount, dialect)} * CASE {quote_name(conversion.by, dialect)} {cases} END"


def with_conversion(question: Question, conversion: CurrencyConversion, taken: Sequence[str]) -> Question:
    """The question with its measures over the amounts in the target currency, all currencies together. `taken`: the
    names that its columns have."""
    name = free_name(f"{conversion.amount}_{conversion.target.lower()}", taken)
    found = with_calculation(question, Calculation(name, conversion_sql(conversion, question.dialect)))
    measures: list[Measure] = []
    for one in question.measures:
        if one.column == conversion.amount and one.function not in ("count", "count_distinct"):
            output = free_name(f"{one.name}_{conversion.target.lower()}", [each.output for each in measures])
            measures.append(replace(one, column=name, name=output))
        else:
            measures.append(one)
    groups = [one for one in question.groups if one.column != conversion.by]
    return with_parts(found, groups, measures)


@lru_cache(maxsize=512)  # a tile asks each time it is painted
def conversions_in(text: str, dialect: Dialect) -> tuple[CurrencyConversion, ...]:
    """The conversions that a query makes, each once."""
    found = words(text, dialect) or []
    read = (_read(found, at) for at, word in enumerate(found) if word == QueryWord("sign", "*"))
    return tuple(dict.fromkeys(one for one in read if one is not None))


def _read(found: Sequence[QueryWord], at: int) -> CurrencyConversion | None:
    """The conversion whose sign of multiplication is at a place; None if it is any other product."""
    names = ("name", "word")
    if at < 1 or at + 3 >= len(found) or found[at - 1].kind not in names or found[at + 2].kind not in names:
        return None
    if found[at + 1] != QueryWord("word", "case"):
        return None
    rates, place = list[tuple[str, Decimal]](), at + 3
    while place + 3 < len(found) and found[place].text == "when":
        code, then, rate = found[place + 1 : place + 4]
        if code.kind != "text" or not is_currency(code.text) or then.text != "then" or rate.kind != "number":
            return None
        rates.append((code.text, Decimal(rate.text)))
        place += 4
    if len(rates) < 2 or rates[0][1] != 1 or place >= len(found) or found[place].text != "end":
        return None
    return CurrencyConversion(found[at - 1].text, found[at + 2].text, rates[0][0], tuple(rates[1:]))


def conversion_text(conversion: CurrencyConversion) -> str:
    """Which currency amounts are converted into, and by which rates."""
    rates = [f"1 {code} = {number(rate, most=_MOST_DIGITS)} {conversion.target}" for code, rate in conversion.rates]
    text = _("Converted to {currency} at {rates}. Amounts in other currencies are left out.")
    return text.format(currency=conversion.target, rates=in_sentence(rates))
