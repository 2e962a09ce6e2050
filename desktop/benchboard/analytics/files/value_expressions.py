"""SQL expressions that read what a file has as values of a kind; what doesn't fit becomes NULL.

DuckDB's own casts take more than people mean: '1.5' as a whole number is 2, '1_000' is 1000, 'nan' is a number. So a
value is first held against a pattern, unless all values of the file were seen to match it.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

from benchboard.analytics.files.spaces import trimmed_sql
from benchboard.analytics.files.sql_text import literal, literal_list
from benchboard.analytics.files.value_units import PERCENT, UNITS, units_pattern, with_unit_pattern

ColumnKind = Literal["text", "integer", "decimal", "float", "boolean", "timestamp", "date"]
"""What the values of a column are. `float` is a binary number of 64 bits, as measurements are; `decimal` is exact.
A timestamp is in UTC, or as the file has it where it names no zone."""
ZonedTimes = Literal["utc", "written"]
"""What becomes of a time with an offset from UTC: the time in UTC, or the time as it is written."""
StoredAs = Literal["text", "same", "zoned", "other"]

DECIMAL_DIGITS: Final = 38
TRUE_WORDS: Final = ("true", "t", "yes", "y", "on", "evet", "e", "doğru")
FALSE_WORDS: Final = ("false", "f", "no", "n", "off", "hayır", "h", "yanlış")
"""The words for true and false; each has its opposite at the same place."""
ISO_DATE: Final = r"\d{4}-\d{2}-\d{2}"
ISO_TIMESTAMP: Final = r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?"
ISO_ZONED: Final = r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)? ?(Z|[+-]\d{2}(:?\d{2})?)"
ISO_WEEK: Final = r"\d{4}-?W(0[1-9]|[1-4]\d|5[0-3])"
"""A week of ISO 8601, which is read as its Monday."""
_OFFSET: Final = r" ?(Z|[+-]\d{2}(:?\d{2})?)$"
_SQL_TYPES: Final[dict[ColumnKind, str]] = {
    "text": "VARCHAR", "integer": "BIGINT", "float": "DOUBLE", "boolean": "BOOLEAN", "timestamp": "TIMESTAMP",
    "date": "DATE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ValueReading:
    """How the values of one column are read: see `ScanColumn` and `ReadOptions`."""

    kind: ColumnKind
    stored: StoredAs = "text"
    scale: int = 0
    formats: tuple[str, ...] = ()
    checked: bool = False
    decimal_mark: str = "."
    thousands_mark: str = ""
    zoned_times: ZonedTimes = "utc"
    trim_spaces: bool = False
    unit: str = ""
    """What every number is written with (`value_units`); empty: bare numbers."""
    unit_assumed: bool = False
    """Whether a number without the unit is read, too."""

    @property
    def is_plain(self) -> bool:
        """Whether values that fit are written as DuckDB's own casts read them, and need nothing else."""
        if self.kind in ("date", "timestamp"):
            return self.formats == ("iso",)
        is_number = self.kind in ("integer", "float") and not self.unit and not self.thousands_mark
        return is_number and (self.kind == "integer" or self.decimal_mark == ".")


def sql_type(kind: ColumnKind, scale: int) -> str:
    """DuckDB's type for a kind."""
    return f"DECIMAL({DECIMAL_DIGITS}, {scale})" if kind == "decimal" else _SQL_TYPES[kind]


def value_sql(raw: str, reading: ValueReading) -> str:
    """The value that the expression `raw` holds, as its kind; NULL where it doesn't fit."""
    if reading.stored == "same":
        return raw
    if reading.stored == "zoned" and reading.kind == "timestamp":
        return f"({raw} AT TIME ZONE 'UTC')"
    if reading.stored != "text":
        return f"TRY_CAST({raw} AS {sql_type(reading.kind, reading.scale)})"
    if not reading.trim_spaces:
        return _text_value_sql(raw, reading)
    text = _text_value_sql(trimmed_sql(raw), replace(reading, checked=False))
    # What is trimmed takes longer to read, and what isn't fits nearly always.
    is_quick = reading.checked and not reading.unit and reading.kind not in ("text", "boolean")
    if not is_quick:
        return text
    plain = _text_value_sql(raw, reading)
    # DuckDB evaluates all of coalesce's values for all rows, and of CASE what is needed.
    return f"CASE WHEN ({plain}) IS NOT NULL OR {raw} IS NULL THEN {plain} ELSE {text} END"


def _text_value_sql(raw: str, reading: ValueReading) -> str:
    if reading.kind == "text":
        return raw
    if reading.kind == "boolean":
        return _boolean_sql(raw)
    if reading.kind in ("timestamp", "date"):
        return _time_sql(raw, reading)
    return _number_sql(raw, reading)


def number_pattern(reading: ValueReading) -> str:
    """The regular expression of a number of the reading's kind, as the options write it."""
    digits = _digits_pattern(reading)
    if reading.unit:
        return with_unit_pattern(digits, (reading.unit,), or_bare=reading.unit_assumed)
    power = r"(?:[eE][+-]?\d{1,3})?" if reading.kind == "float" else ""
    return rf"\s*[+-]?(?:{digits}){power}\s*"


def other_currency_pattern(reading: ValueReading) -> str:
    """The regular expression of an amount in another currency than the reading's."""
    others = UNITS - {PERCENT, reading.unit}
    return with_unit_pattern(_digits_pattern(replace(reading, kind="float")), others)


def any_unit_pattern(reading: ValueReading) -> str:
    """The regular expression of a number with any unit."""
    return with_unit_pattern(_digits_pattern(reading), UNITS)


def _digits_pattern(reading: ValueReading) -> str:
    """The regular expression of a number without its sign."""
    thousands, decimal = f"[{_escaped(reading.thousands_mark)}]", f"[{_escaped(reading.decimal_mark)}]"
    grouped = rf"[1-9]\d{{0,2}}(?:{thousands}\d{{3}})+|" if reading.thousands_mark else ""
    if reading.kind == "integer":
        return rf"{grouped}\d{{1,19}}"
    if reading.kind == "decimal":
        return rf"(?:{grouped}\d+)(?:{decimal}\d{{1,{max(reading.scale, 1)}}}0*)?"
    return rf"(?:{grouped}\d+)(?:{decimal}\d*)?|{decimal}\d+"


def _escaped(sign: str) -> str:
    return f"\\{sign}" if sign in "\\]^-" else sign


def _number_sql(raw: str, reading: ValueReading) -> str:
    if reading.unit:
        return _amount_sql(raw, reading)
    plain = raw
    if reading.thousands_mark:
        plain = f"replace({plain}, {literal(reading.thousands_mark)}, '')"
    if reading.decimal_mark != "." and reading.kind != "integer":
        plain = f"replace({plain}, {literal(reading.decimal_mark)}, '.')"
    cast = f"TRY_CAST({plain} AS {sql_type(reading.kind, reading.scale)})"
    if reading.checked:
        return cast
    guarded = f"CASE WHEN regexp_full_match({raw}, {literal(number_pattern(reading))}) THEN {cast} END"
    # 1e999 matches the pattern and is infinite.
    return f"CASE WHEN isfinite({guarded}) THEN {guarded} END" if reading.kind == "float" else guarded


def _amount_sql(raw: str, reading: ValueReading) -> str:
    """The number in a text with a unit: its digits, less than 0 if it has a minus or is in brackets."""
    plain = f"regexp_replace({raw}, {literal(f'[^0-9{reading.decimal_mark}]')}, '', 'g')"
    if reading.decimal_mark != ".":
        plain = f"replace({plain}, {literal(reading.decimal_mark)}, '.')"
    signed = f"CASE WHEN regexp_matches({raw}, '[-\u2212(]') THEN '-' ELSE '' END || {plain}"
    cast = f"TRY_CAST({signed} AS {sql_type(reading.kind, reading.scale)})"
    guarded = f"CASE WHEN regexp_full_match({raw}, {literal(number_pattern(reading))}) THEN {cast} END"
    return f"CASE WHEN isfinite({guarded}) THEN {guarded} END" if reading.kind == "float" else guarded


def without_units_sql(raw: str) -> str:
    """The text that the expression `raw` holds, without any units and brackets."""
    return f"regexp_replace({raw}, {literal(units_pattern())}, '', 'g')"


def _boolean_sql(raw: str) -> str:
    # DuckDB makes I lower case as English does: HAYIR becomes hayir.
    word = f"replace(lower(trim({raw})), 'ı', 'i')"
    true, false = (literal_list(each.replace("ı", "i") for each in words) for words in (TRUE_WORDS, FALSE_WORDS))
    return f"CASE WHEN list_contains({true}, {word}) THEN true WHEN list_contains({false}, {word}) THEN false END"


def _time_sql(raw: str, reading: ValueReading) -> str:
    target = sql_type(reading.kind, 0)
    written = [each for each in reading.formats if not each.startswith("iso")]
    readings = []
    if "iso-zoned" in reading.formats:
        zoned = f"(TRY_CAST({raw} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')"
        if reading.zoned_times == "written":
            written_time = f"regexp_replace(trim({raw}), {literal(_OFFSET)}, '')"
            zoned = f"CASE WHEN {zoned} IS NOT NULL THEN TRY_CAST({written_time} AS TIMESTAMP) END"
        readings.append(_matching(raw, ISO_ZONED, zoned, checked=reading.checked and len(reading.formats) == 1))
    if "iso" in reading.formats or not reading.formats:
        pattern = ISO_DATE if reading.kind == "date" else ISO_TIMESTAMP
        alone = reading.checked and len(reading.formats) <= 1
        readings.append(_matching(raw, pattern, f"TRY_CAST({raw} AS {target})", checked=alone))
    if "iso-week" in reading.formats:
        readings.append(_week_sql(raw, reading))
    if written:
        parsed = f"try_strptime({raw}, {literal(written[0]) if len(written) == 1 else literal_list(written)})"
        readings.append(f"CAST({parsed} AS DATE)" if reading.kind == "date" else parsed)
    return readings[0] if len(readings) == 1 else f"coalesce({', '.join(readings)})"


def _week_sql(raw: str, reading: ValueReading) -> str:
    """The Monday of a week. DuckDB takes week 53 of a year that has 52 for the first one of the next."""
    text = f"replace(trim({raw}), '-', '')"
    monday = f"try_strptime({text} || '1', '%GW%V%u')"
    real = f"CASE WHEN strftime({monday}, '%GW%V') = {text} THEN CAST({monday} AS {sql_type(reading.kind, 0)}) END"
    return _matching(raw, ISO_WEEK, real, checked=False)


def _matching(raw: str, pattern: str, cast: str, *, checked: bool) -> str:
    if checked:
        return cast
    spaced = rf"\s*{pattern}\s*"
    return f"CASE WHEN regexp_full_match({raw}, {literal(spaced)}) THEN {cast} END"
