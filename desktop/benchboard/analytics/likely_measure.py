"""Which number of a table is most likely meant when somebody opens it: amounts and quantities, never ids or years.

The words of a column's name say what it counts (English, German and Turkish, as in files of the people who open them);
where they don't, its kind and how many different values it has. What can't be added up is averaged.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from benchboard.analytics.column_statistics import ColumnStatistics, TableStatistics
from benchboard.analytics.files.column_names import query_name
from benchboard.analytics.query_types import NUMBERS, ValueKind

_WORD: Final = re.compile(r"[^\W\d_]+")
_CAMEL: Final = re.compile(r"(?<=[a-zà-öø-ÿğışçöü])(?=[A-ZÇĞİÖŞÜ])")
_GERMAN: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def _spelled(words: Collection[str]) -> frozenset[str]:
    """The words, and how they are written in the name that a file's title becomes when it is added."""
    return frozenset((*words, *map(query_name, words), *(query_name(word.translate(_GERMAN)) for word in words)))


_AMOUNTS: Final = _spelled((
    "amount", "amounts", "total", "subtotal", "revenue", "sales", "turnover", "income", "earnings", "profit", "cost",
    "costs", "expense", "expenses", "spend", "budget", "payment", "payments", "paid", "fee", "fees", "net", "gross",
    "tax", "vat", "eur", "usd", "gbp", "try", "tl", "betrag", "umsatz", "summe", "kosten", "gewinn", "brutto", "netto",
    "tutar", "tutarı", "toplam", "ciro", "gelir", "gider", "kar", "kâr", "maliyet", "ödeme", "satış",
))  # fmt: skip
_QUANTITIES: Final = _spelled((
    "quantity", "qty", "count", "counts", "number", "units", "items", "pieces", "pcs", "volume", "orders", "visits",
    "views", "clicks", "sessions", "users", "frames", "errors", "bytes", "messages", "passengers", "distance", "km",
    "miles", "energy", "kwh", "wh", "weight", "kg", "litres", "liters", "duration", "hours", "minutes", "seconds",
    "menge", "anzahl", "stück", "strecke", "gewicht", "dauer", "miktar", "miktarı", "adet", "adedi", "sayı", "sayısı",
    "mesafe", "ağırlık", "süre", "süresi",
))  # fmt: skip
_LEVELS: Final = _spelled((
    "percent", "percentage", "pct", "ratio", "rate", "share", "average", "avg", "mean", "median", "score", "rating",
    "price", "temperature", "temp", "humidity", "pressure", "voltage", "volt", "volts", "current", "speed", "rpm",
    "load", "level", "value", "reading", "measurement", "signal", "frequency", "delay", "latency", "age", "size",
    "depth", "odometer", "expectancy", "height", "width", "length", "mag", "magnitude",
    "preis", "anteil", "quote", "temperatur", "druck",
    "spannung", "strom", "alter", "wert", "fiyat", "fiyatı", "oran", "oranı", "yüzde", "sıcaklık", "basınç", "gerilim",
    "hız", "yaş", "değer", "puan", "nem",
))  # fmt: skip
"""What is measured at a time, or of one thing: its sum means nothing."""
_PRICES: Final = _spelled(("price", "value", "preis", "wert", "fiyat", "fiyatı", "değer"))
"""Levels that are amounts where the table says their currency."""
_CURRENCY_WORDS: Final = _spelled((
    "currency", "currencies", "ccy", "währung", "devise", "valuta", "moneda", "moeda", "döviz", "birimi",
))  # fmt: skip
_RATE_WORDS: Final = _spelled(("rate", "rates", "fx", "exchange", "kurs", "wechselkurs", "kur", "kuru"))
_NAMES: Final = _spelled((
    "id", "ids", "uid", "uuid", "guid", "key", "code", "nr", "no", "num", "index", "idx", "row", "rank", "version",
    "zip", "zipcode", "postcode", "postal", "plz", "phone", "fax", "mobile", "iban", "account", "vin", "barcode", "ean",
    "isbn", "sku", "year", "quarter", "month", "week", "weekday", "day", "dow", "hour", "minute", "second", "timestamp",
    "date", "time", "epoch", "lat", "latitude", "lon", "lng", "long", "longitude", "x", "y", "easting", "northing",
    "kennung", "nummer", "schlüssel", "jahr", "monat", "woche", "tag", "stunde", "breite", "länge", "breitengrad",
    "längengrad", "telefon", "kod", "kodu", "numara", "numarası", "sıra", "yıl", "yılı", "ay", "hafta", "gün", "saat",
    "enlem", "boylam", "channel", "dlc", "port", "address", "status", "flag", "type", "class", "kategori", "tür",
))  # fmt: skip
"""Numbers that name something, or say where or when it was."""
_ROW_NAMES: Final = _spelled((
    "id", "ids", "uid", "uuid", "guid", "key", "nr", "no", "num", "phone", "fax", "mobile", "iban", "account", "vin",
    "barcode", "ean", "isbn", "email", "mail", "url", "receipt", "invoice", "hash", "token", "comment", "comments",
    "note", "notes", "description", "kennung", "nummer", "beleg", "rechnung", "telefon", "bemerkung", "numara",
    "numarası", "fiş", "fatura", "açıklama", "not",
))  # fmt: skip
"""Texts of which nearly each row has its own."""
_FIRST_YEAR: Final = 1800
_LAST_YEAR: Final = 2200
_FEW: Final = 12
"""A whole number with at most so many different values, in many more rows, is rather a class."""
_MANY_ROWS: Final = 100


class LikelyMeasure(NamedTuple):
    """A column, and how its numbers are brought together. `by`: the column of their currencies, without which they have
    no sum; empty where the table has one currency or says none."""

    column: str
    function: Literal["sum", "avg"]
    by: str = ""


def likely_measure(
    columns: Sequence[tuple[str, ValueKind]],
    statistics: TableStatistics | None,
    ids: Collection[str] = (),
    percents: Collection[str] = (),
) -> LikelyMeasure | None:
    """The measure that is most likely meant, of the numbers of a table; None if there is none. `ids`: the columns that
    are known to name something; `percents`: those of percentages. Of equals, the first column.

    Where a column says the currency of each row, what is an amount there comes first, for each of several currencies.
    """
    known: Mapping[str, ColumnStatistics] = statistics.columns if statistics is not None else {}
    currency = next((name for name, kind in columns if kind == "text" and names_currency(name)), "")
    several = bool(currency) and ((one := known.get(currency)) is None or one.distinct > 1)
    ranked = []
    for place, (name, kind) in enumerate(columns):
        rank = _rank(name, kind, known.get(name), statistics) if kind in NUMBERS and name not in ids else 0
        rank = min(rank, _LEVEL) if name in percents else rank
        if currency and rank == _DECIMAL and is_amount(name, kind):
            rank = _AMOUNT
        if rank:
            ranked.append((-rank, place, name))
    if not ranked:
        return None
    rank, place, name = min(ranked)
    by = currency if several and name not in percents and is_amount(name, columns[place][1]) else ""
    return LikelyMeasure(name, "avg" if -rank == _LEVEL else "sum", by)


def likely_numbers(columns: Sequence[tuple[str, ValueKind]], count: int, ids: Collection[str] = ()) -> list[str]:
    """So many numbers of a table that are most likely meant, in the order of its columns; all that there are where they
    are fewer. What only its name tells to be an id, a year or the like is taken where nothing else is left."""
    found: list[str] = []
    while len(found) < count and (one := likely_measure(columns, None, {*ids, *found})) is not None:
        found.append(one.column)
    numbers = [name for name, kind in columns if kind in NUMBERS and name not in ids]
    found += [name for name in numbers if name not in found][: count - len(found)]
    return [name for name in numbers if name in found]


def names_currency(column: str) -> bool:
    """Whether the name of a column of texts says that they are the currencies of a row's amounts."""
    return bool(_words(column) & _CURRENCY_WORDS)


def names_rate(column: str) -> bool:
    """Whether the name of a column says that its numbers may be rates of exchange."""
    return bool(_words(column) & _RATE_WORDS)


def is_amount(column: str, kind: ValueKind) -> bool:
    """Whether the numbers of a column are rather amounts of money, where its table says their currency."""
    words = _words(column)
    if kind not in NUMBERS or words & _QUANTITIES or column.endswith(("%", "(%)")):
        return False
    if words & (_AMOUNTS | _PRICES):
        return True
    return kind == "decimal" and bool(words) and not words & (_LEVELS | _NAMES)


def names_each_row(column: str) -> bool:
    """Whether the name of a column of texts says that nearly each row has its own, so that they make no groups."""
    return bool(_words(column) & _ROW_NAMES)


def names_something(column: str) -> bool:
    """Whether the name of a column says that its numbers name something, as ids and years do: they count nothing."""
    words = _words(column)
    named = bool(words & _NAMES) and not words & (_AMOUNTS | _QUANTITIES)
    return named or column.casefold().endswith(("_id", " id"))


_AMOUNT: Final = 5
_QUANTITY: Final = 4
_DECIMAL: Final = 3
_WHOLE: Final = 2
_LEVEL: Final = 1


def _rank(name: str, kind: ValueKind, found: ColumnStatistics | None, table: TableStatistics | None) -> int:
    """How likely a number is meant; 0 for one that names something."""
    words = _words(name)
    if not words or names_something(name):
        return 0
    if name.endswith(("%", "(%)")) or words & _LEVELS:
        return _LEVEL
    if words & _AMOUNTS:
        return _AMOUNT
    if words & _QUANTITIES:
        return _QUANTITY
    if kind != "integer" or found is None or table is None:
        return _DECIMAL if kind != "integer" else _WHOLE
    is_unique = table.is_unique(name)
    is_class = found.distinct <= _FEW and table.rows > _MANY_ROWS
    low, high = found.least, found.greatest
    is_year = isinstance(low, int) and isinstance(high, int) and _FIRST_YEAR <= low <= high <= _LAST_YEAR
    return 0 if is_unique or is_class or (is_year and found.distinct < table.rows) else _WHOLE


def _words(name: str) -> frozenset[str]:
    """The words in a name, in lower case: of “orderTotal_2”, order and total."""
    parted = _CAMEL.sub(" ", name).replace("İ", "i").replace("I", "ı" if set(name) & set("ığşİ") else "i")
    return frozenset(_WORD.findall(parted.lower()))
