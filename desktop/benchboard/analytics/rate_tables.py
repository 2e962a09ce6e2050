"""Which tables may have exchange rates, by their names: the currency of each, the rate, and its date."""

from collections.abc import Mapping, Sequence
from typing import Final

from benchboard.analytics.likely_measure import names_currency, names_rate
from benchboard.analytics.query_builder.question import TIMES
from benchboard.analytics.query_builder.rate_lookup import RateColumns
from benchboard.analytics.query_types import NUMBERS, ValueKind

Columns = Sequence[tuple[str, ValueKind]]
_CODE_NAMES: Final = frozenset(("code", "iso", "iso_code", "from", "from_code", "quote", "symbol"))
_WEAK: Final = frozenset(("CNY", "CZK", "DKK", "HUF", "INR", "JPY", "KRW", "MXN", "NOK", "PLN", "SEK", "TRY", "ZAR"))
"""Currencies of which 1 is worth less than 1 of those that accounts are kept in."""


def rate_columns(table: str, columns: Columns) -> RateColumns | None:
    """The columns of a table that are likely its currencies, rates and dates; None of a table that rather has no
    rates, by the names of its columns and its own."""
    texts = [name for name, kind in columns if kind == "text"]
    numbers = [name for name, kind in columns if kind in NUMBERS]
    currency = next(filter(names_currency, texts), next((one for one in texts if one.casefold() in _CODE_NAMES), ""))
    named = next(filter(names_rate, numbers), "")
    if not named and names_rate(table):
        named = next((name for name, kind in columns if kind == "decimal"), next(iter(numbers), ""))
    if not currency or not named:
        return None
    return RateColumns(currency, named, next((name for name, kind in columns if kind in TIMES), ""))


def likely_per_target(rates: Mapping[str, float], target: str) -> bool:
    """Whether the rates of currencies are rather how many of them 1 of the target is worth, as central banks write
    them: those of currencies that are worth less than it are above 1."""
    known = [rate for code, rate in rates.items() if code in _WEAK and code != target]
    return bool(known) and sum(rate > 1 for rate in known) * 2 > len(known)
