"""Numbers that are written with a unit: `12,5 %`, `$64.84`, `1.234,50 €`, `EUR 12.00`, `-$5`, `($5.00)`.

A unit is a percent sign or the code of a currency of ISO 4217. Percentages are read as they are
written: 12,5 % is 12.5.
"""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

PERCENT: Final = "%"
_CODES: Final = (
    "EUR", "USD", "GBP", "TRY", "CHF", "JPY", "CNY", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK",
    "HUF", "RON", "BGN", "RUB", "UAH", "GEL", "AZN", "KZT", "INR", "PKR", "KRW", "SGD", "HKD", "TWD", "THB", "IDR",
    "MYR", "PHP", "VND", "BRL", "MXN", "ARS", "CLP", "COP", "PEN", "ZAR", "NGN", "KES", "EGP", "MAD", "ILS", "AED",
    "SAR", "QAR", "KWD",
)  # fmt: skip
"""The codes that are known. Those that are words too, such as ALL and TOP, aren't among them."""
_SIGNS: Final = {
    "€": "EUR", "US$": "USD", "$": "USD", "£": "GBP", "₺": "TRY", "TL": "TRY", "¥": "JPY", "zł": "PLN", "Kč": "CZK",
    "Ft": "HUF", "₽": "RUB", "₴": "UAH", "₾": "GEL", "₼": "AZN", "₸": "KZT", "₹": "INR", "₩": "KRW", "฿": "THB",
    "₫": "VND", "R$": "BRL", "₪": "ILS", "₦": "NGN",
}  # fmt: skip
"""The signs of currencies. A sign of several is that of the one that is traded most; the user can choose another."""
_UNITS: Final = {PERCENT: PERCENT, **{code: code for code in _CODES}, **_SIGNS}
"""Every spelling of a unit."""
UNITS: Final = frozenset(_UNITS.values())
_LONGEST: Final = 40
_SPACE: Final = "[\\s\u00a0\u2007\u2009\u202f]*"
_MINUS: Final = "[+\\-\u2212]"
_PLAIN: Final = re.compile(r"[\d.,:/+-]*", re.ASCII)
_DIGIT: Final = re.compile(r"\d", re.ASCII)
_ANY: Final = re.compile("|".join(map(re.escape, sorted(_UNITS, key=len, reverse=True))))
_BARE: Final = re.compile(
    rf"\(?{_SPACE}({_MINUS}?){_SPACE}((?:\d|[.,]\d)[\d.,'\s\u00a0\u2009\u202f]*){_SPACE}\)?", re.ASCII
)


def split_unit(text: str) -> tuple[str, str]:
    """The number in a text, whatever its marks are, and its unit. The text and no unit if it is anything else."""
    if len(text) > _LONGEST or _PLAIN.fullmatch(text) or not _DIGIT.search(text):
        return text, ""
    parts, units = _ANY.split(text), _ANY.findall(text)
    if len(units) != 1 or (parts[0].strip() and parts[1].strip(" \u00a0)") and parts[0].strip() not in "+-\u2212("):
        return text, ""
    found = _BARE.fullmatch("".join(parts).strip())
    if found is None:
        return text, ""
    negative = found[1] in ("-", "\u2212") or "(" in text
    return f"{'-' if negative else ''}{found[2].strip()}", _UNITS[units[0]]


@lru_cache(maxsize=1024)
def format_unit(number_format: str) -> str:
    """The unit with which a number format of Excel writes numbers, such as `0.0%` and `[$€-407] #,##0.00`; empty for
    one that writes none, or anything else around the digits."""
    first = number_format.partition(";")[0]
    first = re.sub(r"[_*].", "", re.sub(r"\\(.)", r"\1", re.sub(r"\[\$([^\]-]*)[^\]]*\]", r"\1", first)))
    rest = re.sub(r"\[[^\]]*\]|[#0?,.\"\s\u00a0()+-]", "", first)
    return _UNITS.get(rest, "")


def bare_number(text: str) -> str:
    """The number in a text without its unit; the text if it is no number with a unit."""
    return split_unit(text)[0]


def unit_pattern(units: Collection[str]) -> str:
    """The regular expression of the spellings of these units, of which a longer one comes first."""
    spellings = (spelling for spelling, unit in _UNITS.items() if unit in units)
    return "|".join(map(_escaped, sorted(spellings, key=len, reverse=True)))


def units_pattern() -> str:
    """The regular expression of what stands around a number: any unit with the spaces beside it, and brackets."""
    return f"{_SPACE}(?:{unit_pattern(UNITS)}){_SPACE}|[()]"


def unit_of(spelling: str) -> str:
    """The unit of one of its spellings."""
    return _UNITS[spelling]


def with_unit_pattern(digits: str, units: Collection[str], *, or_bare: bool = False) -> str:
    """The regular expression of a number with one of these units: before it or after it, and less than 0 with a minus
    or in brackets. `digits` is that of a number without its sign. `or_bare`: also of one without a unit."""
    unit, gap = f"(?:{unit_pattern(units)})", _SPACE
    amount = f"(?:{digits})"
    bare = (f"{_MINUS}?{gap}{amount}",) if or_bare else ()
    forms = (
        *bare,
        f"{_MINUS}?{gap}{unit}{gap}{amount}", f"{unit}{gap}{_MINUS}{gap}{amount}", f"{_MINUS}?{gap}{amount}{gap}{unit}",
        rf"\({gap}(?:{unit}{gap}{amount}|{amount}{gap}{unit}){gap}\)", rf"{unit}{gap}\({gap}{amount}{gap}\)",
        rf"\({gap}{amount}{gap}\){gap}{unit}",
    )  # fmt: skip
    return f"{gap}(?:{'|'.join(forms)}){gap}"


def _escaped(spelling: str) -> str:
    return spelling.replace("$", r"\$")
