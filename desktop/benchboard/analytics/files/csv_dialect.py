"""Detects how a CSV file is written, from its first lines: encoding, delimiter, lines to skip, header, marks, dates."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from benchboard.analytics.files.formats import utf_16_order
from benchboard.analytics.files.inspection_types import Certainty, OptionGuess
from benchboard.analytics.files.scan import DateOrder, Encoding, ReadOptions
from benchboard.analytics.files.value_expressions import (
    FALSE_WORDS,
    ISO_WEEK,
    TRUE_WORDS,
    ValueReading,
    number_pattern,
)
from benchboard.analytics.files.value_units import bare_number
from benchboard.i18n import _, ngettext, number

_SAMPLE_ROWS: Final = 2_000
_MOST_SKIPPED: Final = 50
_MAX_TITLE: Final = 200
_TURKISH: Final = frozenset(b"\xfd\xfe\xf0\xdd\xde\xd0")
"""The bytes of ı ş ğ İ Ş Ğ in Windows-1254, which are rare Icelandic letters in Windows-1252."""
_SPACES: Final = (" ", "\u202f", "\u2009", "\u00a0")
_MARKS: Final = (
    (".", ""), (",", ""), (".", ","), (",", "."), *((point, space) for space in _SPACES for point in (".", ",")),
    (".", "'"),
)  # fmt: skip
"""Decimal and thousands marks, the likeliest first."""
NULL_WORDS: Final = frozenset({"na", "n/a", "#n/a", "#na", "null", "none", "nan", "nil", "-", "--", "\\n", "?", "."})
"""What programs write for an empty value."""
_DATE: Final = re.compile(
    r"\s*(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})"
    r"(?:([ T])(\d{1,2}):(\d{2})(?::(\d{2})(?:([.,])\d{1,9})?)?( ?[AaPp][Mm])?)?\s*",
    re.ASCII,
)
_ISO: Final = re.compile(r"\s*\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?\s*", re.ASCII)
_WEEK: Final = re.compile(rf"\s*{ISO_WEEK}\s*", re.ASCII)
_ZONED: Final = re.compile(r"\s*\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)? ?(Z|[+-]\d{2}(:?\d{2})?)\s*")
_LONGEST_DATE: Final = 60
"""Longer texts are no dates, and aren't looked at as one."""
_DIGITS: Final = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
"""A number without marks: it is one whatever the marks are."""
_NUMERIC: Final = re.compile(r"[+-]?[\d.,' \u00a0\u2009\u202f]*\d(?:[eE][+-]?\d+)?")
_YEAR: Final = re.compile(r"(19|20)\d\d")
_NARROWER: Final = 0.2
"""How much better a separator has to fit that makes fewer columns."""
_ENOUGH: Final = 0.9
"""The share of a column's values that have to fit a kind for the column to be of it."""


@dataclass(frozen=True, slots=True)
class TextSample:
    """The first lines of a text file, divided into columns."""

    options: ReadOptions
    guesses: tuple[OptionGuess, ...]
    titles: tuple[str, ...]
    """As many as there are columns; empty where the file has none."""
    rows: tuple[tuple[str, ...], ...]


def detect_encoding(head: bytes) -> tuple[Encoding, Certainty, str]:
    """The encoding, how sure that is, and why."""
    if head[:3] == b"\xef\xbb\xbf":
        return "utf-8", "sure", _("The file starts with a UTF-8 byte order mark.")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or utf_16_order(head):
        return "utf-16", "sure", _("The bytes follow the pattern of UTF-16.")
    if head.isascii():
        return "utf-8", "likely", _("The first lines contain only ASCII characters.")
    if is_utf_8(head):
        return "utf-8", "sure", _("The text is valid UTF-8.")
    if any(byte in _TURKISH for byte in head):
        return "windows-1254", "likely", _("The text isn't UTF-8 and contains the Turkish letters ı, ş or ğ.")
    return "windows-1252", "likely", _("The text isn't UTF-8 and contains no Turkish letters.")


def is_utf_8(data: bytes) -> bool:
    """Whether `data`, which may end within a character, is UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.end == len(data) and error.start >= len(data) - 3 and "end of data" in error.reason
    return True


def codec(options: ReadOptions, head: bytes) -> str:
    """Python's name of the encoding, without the byte order mark in what is decoded."""
    if options.encoding == "utf-8":
        return "utf-8-sig"
    has_mark = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    if options.encoding == "utf-16" and not has_mark and (order := utf_16_order(head)):
        return f"utf-16-{order}"
    return {"windows-1252": "cp1252", "windows-1254": "cp1254"}.get(options.encoding, options.encoding)


def sniff(text: str, *, is_whole: bool, options: ReadOptions, fixed: frozenset[str] = frozenset()) -> TextSample:
    """Detect the options whose names aren't in `fixed`, from the first lines. `is_whole`: they are the whole file."""
    guesses: list[OptionGuess] = []
    if "delimiter" not in fixed:
        options, guess = _detect_delimiter(text, is_whole, options)
        guesses.append(guess)
    records = _records(text, options, is_whole)
    width = _usual_width(records)
    if "skip_lines" not in fixed:
        skipped = _preamble(records, width)
        # DuckDB takes the first line after those skipped for the header, even an empty one.
        lines = records[skipped].first_line - 1 if records else 0
        options = replace(options, skip_lines=lines)
        if lines:
            reason = _("The lines above it have fewer values than the table below.")
            guesses.append(OptionGuess("skip_lines", lines, "likely", reason))
    elif first := next((each.first_line for each in records if each.first_line > options.skip_lines), None):
        options = replace(options, skip_lines=first - 1)  # a chosen line that is empty names no columns
    rows = [each.values for each in records if each.first_line > options.skip_lines]
    if "header" not in fixed:
        options, guess = _detect_header(rows, options)
        guesses.append(guess)
    titles = list(rows[0]) if options.header and rows else []
    body = rows[1:] if options.header else rows
    width = max(width, len(titles)) if titles else width
    if options.trim_spaces:
        body = [tuple(cell.strip() for cell in row) for row in body]
    table = tuple(tuple(row[:width]) + ("",) * (width - len(row)) for row in body)
    columns = [[row[place] for row in table if row[place].strip()] for place in range(width)]
    if not fixed & {"decimal_mark", "thousands_mark"}:
        options, found = _detect_marks(columns, options)
        guesses.extend(found)
    titles += [""] * (width - len(titles))
    return TextSample(options, tuple(guesses), tuple(clean_title(title) for title in titles[:width]), table)


def header_titles(text: str, options: ReadOptions, *, is_whole: bool) -> tuple[str, ...]:
    """The titles in the header of a text, which begins the file or `is_whole`; none if it ends before them."""
    records = _records(text, options, is_whole, most=options.skip_lines + 2)
    row = next((each.values for each in records if each.first_line > options.skip_lines), ())
    return tuple(clean_title(title) for title in row)


def clean_title(title: str) -> str:
    """A title on one line, of what can be stored, without byte order marks, which nobody sees."""
    return " ".join(title.replace("\0", " ").replace("\ufeff", "").split())[:_MAX_TITLE]


def date_format(text: str, order: DateOrder) -> str:
    """The format of strptime (or `iso`, `iso-week`, `iso-zoned`) of a date as it is written; empty if it isn't one."""
    if len(text) > _LONGEST_DATE or not text.lstrip()[:1].isdigit():
        return ""
    if _ISO.fullmatch(text):
        return "iso"
    if _ZONED.fullmatch(text):
        return "iso-zoned"
    if _WEEK.fullmatch(text):
        return "iso-week"
    found = _DATE.fullmatch(text)
    if found is None:
        return ""
    first, mark, _second, third, gap, hour, _minute, second, point, half = found.groups()
    if len(first) == 4:
        parts = ("%Y", "%m", "%d")
    elif len(first) <= 2 and len(third) in (2, 4):
        year = "%Y" if len(third) == 4 else "%y"
        parts = ("%m", "%d", year) if order == "month-first" else ("%d", "%m", year)
    else:
        return ""
    written = mark.join(parts)
    if hour is None:
        return written
    clock = ("%I" if half else "%H") + ":%M" + (":%S" if second else "") + (f"{point}%f" if point else "")
    return f"{written}{gap}{clock}" + (f"{half[:-2]}%p" if half else "")


def has_time(text: str) -> bool:
    """Whether a text in a date's format has a time of day."""
    return ":" in text


def is_number(text: str, options: ReadOptions) -> bool:
    """Whether a text is a number by the options."""
    return _number(options.decimal_mark, options.thousands_mark).fullmatch(text) is not None


def detect_date_order(columns: Iterable[Sequence[str]]) -> tuple[DateOrder, Certainty, str]:
    """The order of day and month in the sample's dates; the whole file may prove it wrong."""
    day = month = 0
    for values in columns:
        for value in values:
            found = _DATE.fullmatch(value)
            if found is None or len(found[1]) == 4:
                continue
            day += int(found[1]) > 12
            month += int(found[3]) > 12
    if day and not month:
        return "day-first", "sure", _("The first number of a date is above 12.")
    if month and not day:
        return "month-first", "sure", _("The second number of a date is above 12.")
    return "day-first", "guess", _("Every date could be read either way, with the day or the month first.")


def is_boolean_column(values: Iterable[str]) -> bool:
    """Whether the values are two opposite words, such as yes and no, or one of two that can mean nothing else."""
    words = {value.strip().lower().replace("i̇", "i").replace("ı", "i") for value in values}
    pairs = [
        {true.replace("ı", "i"), false.replace("ı", "i")} for true, false in zip(TRUE_WORDS, FALSE_WORDS, strict=True)
    ]
    return any(words == pair or (words < pair and all(len(word) > 1 for word in words)) for pair in pairs if words)


# --- lines and columns


@dataclass(frozen=True, slots=True)
class _Record:
    first_line: int
    last_line: int
    values: tuple[str, ...]


def _records(text: str, options: ReadOptions, is_whole: bool, most: int = _SAMPLE_ROWS) -> list[_Record]:
    """The first records, without blank ones, and without the last one unless the text is the whole file."""
    lines = text.splitlines(keepends=True) if "\r" not in text.replace("\r\n", "") else re.split("(?<=[\r\n])", text)
    quoting: Any = csv.QUOTE_MINIMAL if options.quote else csv.QUOTE_NONE
    reader = csv.reader(
        lines, delimiter=options.delimiter, quotechar=options.quote or None, quoting=quoting, doublequote=True
    )
    found: list[_Record] = []
    before, ends = 0, False
    try:
        for values in reader:
            if values and (len(values) > 1 or values[0]):
                found.append(_Record(before + 1, reader.line_num, tuple(values)))
            before = reader.line_num
            if len(found) > most:
                return found[:most]
        ends = True
    except csv.Error:  # a field above the limit of the module: it isn't among those found
        pass
    if ends and len(found) > 1 and not is_whole:
        found.pop()
    return found


def _usual_width(records: Sequence[_Record]) -> int:
    counts = Counter(len(each.values) for each in records)
    return max(counts, key=lambda width: (counts[width], width)) if counts else 1


def _detect_delimiter(text: str, is_whole: bool, options: ReadOptions) -> tuple[ReadOptions, OptionGuess]:
    best, best_score, best_width = ",", 0.0, 1
    fits, lines = 0, 0
    for delimiter in ("\t", ";", "|", ","):
        records = _records(text, replace(options, delimiter=delimiter), is_whole, 300)
        width = _usual_width(records)
        if width < 2:
            continue
        fitting = sum(len(each.values) == width for each in records)
        table = records[_preamble(records, width) :]
        score = round(sum(len(each.values) == width for each in table) / max(len(table), 1), 1)
        # A decimal comma divides every line in two: one line that doesn't fit is no reason to prefer it.
        if score > best_score + (_NARROWER if width < best_width else 0):
            best, best_score, best_width = delimiter, score, width
            fits, lines = fitting, len(records)
    if best_score == 0:
        reason = _("No separator found: the file has one column.")
        return replace(options, delimiter=","), OptionGuess("delimiter", ",", "guess", reason)
    reason = ngettext(
        "The only line has {count} columns.", "{fits} of the first {lines} lines have {count} columns.", lines
    ).format(fits=number(fits), lines=number(lines), count=number(best_width))
    certainty: Certainty = "sure" if best_score >= 0.95 else "likely" if best_score >= 0.7 else "guess"
    return replace(options, delimiter=best), OptionGuess("delimiter", best, certainty, reason)


def _preamble(records: Sequence[_Record], width: int) -> int:
    """How many records stand before the table, because they are narrower than it or hold fewer values."""
    if width < 2:
        return 0
    if above := _above_titles(records):
        return above
    first = next((place for place, each in enumerate(records) if len(each.values) >= width), 0)
    narrow = all(len(each.values) <= max(width // 2, 1) for each in records[:first])
    return first if first <= _MOST_SKIPPED and narrow else 0


def _above_titles(records: Sequence[_Record]) -> int:
    """How many records stand above a line of titles that has a text above every column of the table and numbers or
    dates below some. Spreadsheets fill the lines above it with empty values; 0 if the first line has as many."""
    full = Counter(_end(each) for each in records).most_common(1)[0][0] if records else 0
    most = 0
    for place, each in enumerate(records[: _MOST_SKIPPED + 1]):
        if place and _is_above(records[place - 1], each, most, full) and _has_titles(each, full, records[place + 1 :]):
            return place
        most = max(most, _filled(each))
        if most >= full:
            return 0
    return 0


def _is_above(before: _Record, titles: _Record, most: int, full: int) -> bool:
    """Whether lines with at most so many values, the last of which is `before`, stand apart from the titles."""
    is_gap = titles.first_line > before.last_line + 1 or not _filled(before)
    return most < full if is_gap else most <= full // 2


def _has_titles(record: _Record, full: int, below: Sequence[_Record]) -> bool:
    titles = record.values[:full]
    if len(titles) < max(full, 2) or not all(cell.strip() for cell in titles[1:]) or any(map(_is_value, titles)):
        return False
    rows = [each.values for each in below[:200]]
    return any(_has_values([row[place] for row in rows if len(row) > place]) for place in range(full))


def _has_values(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return sum(map(_is_value, filled)) * 2 > len(filled)


def _end(record: _Record) -> int:
    """The number of values up to the last one that isn't empty."""
    return max((place for place, cell in enumerate(record.values, 1) if cell.strip()), default=0)


def _filled(record: _Record) -> int:
    return sum(bool(cell.strip()) for cell in record.values)


def _detect_header(rows: Sequence[Sequence[str]], options: ReadOptions) -> tuple[ReadOptions, OptionGuess]:
    def answer(header: bool, certainty: Certainty, reason: str) -> tuple[ReadOptions, OptionGuess]:
        return replace(options, header=header), OptionGuess("header", header, certainty, reason)

    if not rows:
        return answer(True, "guess", _("The file has no lines."))
    first, body = rows[0], rows[1:200]
    if any(_is_value(cell) for cell in first):
        return answer(False, "sure" if body else "likely", _("The first line already contains numbers or dates."))
    for place, cell in enumerate(first):
        below = [row[place] for row in body if len(row) > place and row[place].strip()]
        if cell.strip() and below and sum(map(_is_value, below)) > len(below) / 2:
            return answer(True, "sure", _("Only the first line has text above numbers or dates."))
    named = [cell.strip() for cell in first if cell.strip()]
    again = any(
        cell.strip() and cell == row[place] for row in body for place, cell in enumerate(first) if place < len(row)
    )
    if again or (len(set(named)) < len(named) and len(named) == len(first)):
        return answer(False, "guess", _("The first line looks like the others."))
    return answer(True, "guess", _("All columns are text; the first line is used as column names."))


def has_numbers(values: Sequence[str]) -> bool:
    """Whether more than half of the values that aren't empty are numbers, whatever their marks are, and no dates."""
    filled = [bare_number(value.strip()) for value in values if value.strip()]
    found = sum(_NUMERIC.fullmatch(value.lstrip("+-")) is not None and not date_format(value, "day-first")
                for value in filled)  # fmt: skip
    return found * 2 > len(filled)


def _is_value(cell: str) -> bool:
    """Whether a cell is more likely a value than a title: a number or a date."""
    plain = bare_number(cell.strip())
    is_number = _NUMERIC.fullmatch(plain) is not None and _YEAR.fullmatch(plain) is None
    return is_number or bool(date_format(plain, "day-first"))


# --- numbers


def _number(decimal: str, thousands: str) -> re.Pattern[str]:
    key = decimal, thousands
    if key not in _NUMBERS:
        reading = ValueReading("float", decimal_mark=decimal, thousands_mark=thousands)
        _NUMBERS[key] = re.compile(number_pattern(reading), re.ASCII)
    return _NUMBERS[key]


_NUMBERS: dict[tuple[str, str], re.Pattern[str]] = {}


def _detect_marks(columns: Sequence[Sequence[str]], options: ReadOptions) -> tuple[ReadOptions, list[OptionGuess]]:
    """The marks with which most values in columns of numbers are numbers."""
    numeric = [
        [bare_number(value) for value in values if value.strip().lower() not in NULL_WORDS]
        for values in columns
        if sum(map(_is_value, values)) > len(values) / 2
    ]
    scores: dict[tuple[str, str], int] = {}
    all_fits: dict[tuple[str, str], int] = {}
    marked = [Counter(value for value in values if not _DIGITS.fullmatch(value)) for values in numeric]
    unmarked = [len(values) - found.total() for values, found in zip(numeric, marked, strict=True)]
    for marks in _MARKS:
        pattern = _number(*marks)
        fits = [
            known + sum(count for value, count in counts.items() if pattern.fullmatch(value))
            for known, counts in zip(unmarked, marked, strict=True)
        ]
        # A mark that breaks a column is no mark, however well it suits another one.
        scores[marks] = sum(
            fit if fit >= _ENOUGH * len(values) else 0 for fit, values in zip(fits, numeric, strict=True)
        )
        all_fits[marks] = sum(fits)
    # Where that leaves several, a column with a few wrong cells decides: its numbers have marks too.
    best = max(_MARKS, key=lambda marks: (scores[marks], all_fits[marks]))
    ambiguous = False
    if best == (",", "") and scores[(".", ",")] == scores[best] and scores[(".", "")] < scores[best]:
        # 1,234 alone: thousands or three decimals. A file whose columns a comma divides has decimal points.
        ambiguous = True
        best = (".", ",") if options.delimiter == "," else best
    if best == (".", "") and scores[(",", ".")] == scores[best] and scores[(",", "")] < scores[best]:
        ambiguous = any("." in value for values in numeric for value in values)
    # A column of dates such as 01.07.2025 may be among them: only what is a number tells anything about the marks.
    pattern = _number(*best)
    examples = (value for values in numeric for value in values if any(mark in value for mark in best if mark))
    example = next((value.strip() for value in examples if pattern.fullmatch(value)), "")
    used = bool(example)
    certainty: Certainty = "guess" if ambiguous or not used else "sure"
    if ambiguous:
        reason = _("Every number with a separator has three digits after it, so it may mark thousands or decimals.")
    elif used:
        reason = _("Based on numbers such as {example}.").format(example=example)
    else:
        reason = _("No column of numbers has decimals.")
    found = [OptionGuess("decimal_mark", best[0], certainty, reason)]
    if best[1]:
        grouped = (value for values in numeric for value in values if best[1] in value and pattern.fullmatch(value))
        if not ambiguous and (shown := next((value.strip() for value in grouped), "")):
            reason = _("Based on numbers such as {example}.").format(example=shown)
        found.append(OptionGuess("thousands_mark", best[1], certainty, reason))
    return replace(options, decimal_mark=best[0], thousands_mark=best[1]), found
