"""Finds the total rows at the end of a text file: read as rows like the others, they would double every sum."""

import csv
import os
import re
from pathlib import Path
from typing import Any, Final

from benchboard.analytics.files.csv_dialect import date_format
from benchboard.analytics.files.formats import is_compressed, open_text_bytes
from benchboard.analytics.files.inspection_types import WrongLine
from benchboard.analytics.files.scan import ReadOptions
from benchboard.i18n import _

_LABELS: Final = frozenset((
    "total", "totals", "grand total", "sum", "summe", "gesamt", "gesamtsumme", "endsumme", "insgesamt", "summe gesamt",
    "toplam", "genel toplam", "total général", "totale", "somme", "suma",
))  # fmt: skip
_TAIL: Final = 65_536
"""Bytes at the end of a file in which its total rows are looked for."""
_LINES: Final = 20
_AMOUNT: Final = re.compile(r"[^\w]{0,4}\d[\d.,'’\s]*\D{0,4}")
_SHOWN: Final = 1_000


def total_lines(path: Path, options: ReadOptions) -> tuple[WrongLine, ...]:
    """The lines at the end of a file in UTF-8 that begin with a word for a total and have nothing but numbers, or empty
    values, besides, all with the same word. Raises `OSError`."""
    tail, before = _tail(path)
    lines = tail.split(b"\n")
    found: list[tuple[int, str, str]] = []
    for place in range(len(lines) - 1, max(0, len(lines) - _LINES) - 1, -1):
        if place == 0 and before:
            break  # the rest of a line that begins earlier
        text = lines[place].decode("utf-8-sig", "replace").rstrip("\r")
        values = _values(text, options)
        if not any(values):
            continue
        label = _label(values, options)
        if not label or (found and found[-1][1] != label):
            break
        found.append((place, label, text))
    if not found:
        return ()
    earlier = _breaks(path, before)
    first = options.skip_lines + options.header
    numbered = ((earlier + place + 1, label, text) for place, label, text in reversed(found))
    sentence = _("A total row, which would be counted twice.")
    return tuple(
        WrongLine(line, text[:_SHOWN], sentence, value=label, total=True)
        for line, label, text in numbered
        if line > first
    )


def is_total_label(text: str) -> bool:
    """Whether a text is a word for a total."""
    return text.strip().rstrip(" :").casefold() in _LABELS


def _values(text: str, options: ReadOptions) -> list[str]:
    quoting: Any = csv.QUOTE_MINIMAL if options.quote else csv.QUOTE_NONE
    reader = csv.reader([text], delimiter=options.delimiter, quotechar=options.quote or None, quoting=quoting)
    try:
        return [value.strip() for value in next(reader, [])]
    except csv.Error:
        return []


def _label(values: list[str], options: ReadOptions) -> str:
    """The word for a total that the first value is; empty if the line is no total row."""
    first, *others = [value for value in values if value]
    if not is_total_label(first):
        return ""
    if not others:  # formulas whose values the program that wrote the file didn't calculate
        return first if len(values) > 1 else ""
    order = options.date_order or "day-first"
    amounts = all(_AMOUNT.fullmatch(value) and not date_format(value, order) for value in others)
    return first if amounts else ""


def _tail(path: Path) -> tuple[bytes, int]:
    """The last bytes of the text, and how many are before them."""
    with open_text_bytes(path) as file:
        if not is_compressed(path):
            before = max(0, os.fstat(file.fileno()).st_size - _TAIL)
            file.seek(before)
            return file.read(), before
        tail, size = b"", 0
        while block := file.read(1 << 20):
            size += len(block)
            tail = (tail + block)[-_TAIL:]
        return tail, size - len(tail)


def _breaks(path: Path, count: int) -> int:
    """The line breaks in the first bytes of the text."""
    found = 0
    with open_text_bytes(path) as file:
        while count > 0 and (block := file.read(min(count, 1 << 20))):
            found += block.count(b"\n")
            count -= len(block)
    return found
