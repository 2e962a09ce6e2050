"""Reads the sheets of an Excel file (.xlsx). Formulas are the values that Excel last calculated; nothing is run."""

import math
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Self
from xml.etree.ElementTree import ParseError

from benchboard.analytics.files.formats import not_data_error
from benchboard.analytics.files.scan import MAX_COLUMNS
from benchboard.analytics.files.value_units import PERCENT, format_unit
from benchboard.errors import Invalid
from benchboard.i18n import _, number

MAX_UNPACKED: Final = 2_000_000_000
"""Bytes of the parts of an Excel file, unpacked, all together."""
MAX_TEXTS: Final = 300_000_000
"""Bytes of the part that holds the texts, which is kept in memory."""
_MAX_PARTS: Final = 10_000
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, ParseError, EOFError, IndexError,
                  AttributeError, NotImplementedError, RuntimeError, OverflowError)  # fmt: skip
"""What openpyxl raises for files that aren't as it expects."""


@dataclass(frozen=True, slots=True)
class NumberWithUnit:
    """A number that is shown with a unit (`value_units`): 0.125 is 12.5 %."""

    value: float
    unit: str

    @property
    def text(self) -> str:
        """The number with its unit, as a CSV file has it."""
        return amount_text(self.value, self.unit)


def amount_text(value: float, unit: str) -> str:
    """A number of a cell with a unit, as a CSV file has it; without, if it isn't finite."""
    if not math.isfinite(value):
        return ""
    exact = Decimal(repr(value)) * (100 if unit == PERCENT else 1)
    return f"{exact.normalize():f} {unit}"


class ExcelFile:
    """An Excel file, open for reading."""

    has_titles = False

    def __init__(self, path: Path, book: Any) -> None:
        self._path, self._book = path, book

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Self]:
        """The file at `path`. Raises `Invalid` if it's no Excel file, or unpacks to too much."""
        # Imported late: it isn't needed before a file is looked at.
        from openpyxl import load_workbook

        with path.open("rb") as file:
            with _errors_in_words(path), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what openpyxl doesn't keep, such as styles, isn't asked for
                _require_bounded(path, file)
                book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            try:
                yield cls(path, book)
            finally:
                book.close()

    def tables(self) -> tuple[str, ...]:
        """The names of the sheets that hold cells; charts have sheets of their own."""
        return tuple(sheet.title for sheet in self._book.worksheets)

    def rows(self, table: str) -> Iterator[Sequence[object]]:
        """The rows of a sheet from its first one, empty ones too. Raises `Invalid`."""
        with _errors_in_words(self._path), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Some programs write a wrong size of the sheet.
            self._book[table].reset_dimensions()
            # With `max_col` each row would be filled up to that many cells.
            for row in self._book[table].iter_rows():
                yield [_value(cell) for cell in row[:MAX_COLUMNS]]


def _value(cell: Any) -> object:
    """The value of a cell, a number with the unit that its format writes."""
    value = cell.value
    if not isinstance(value, int | float) or isinstance(value, bool):
        return value
    unit = format_unit(cell.number_format)
    return NumberWithUnit(value, unit) if unit else value


def _require_bounded(path: Path, file: Any) -> None:
    """Raise `Invalid` for an archive that unpacks to more than is read. Python's zipfile reads no more of a part than
    the size it declares."""
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    if not any(part.filename.startswith("xl/") for part in parts):
        names = {part.filename.partition("/")[0] for part in parts}
        known = (("word", "Word"), ("ppt", "PowerPoint"), ("mimetype", "ODS"))
        raise not_data_error(path, next((kind for name, kind in known if name in names), "ZIP"))
    texts = sum(part.file_size for part in parts if not part.filename.startswith("xl/worksheets/"))
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED or texts > MAX_TEXTS:
        raise Invalid(
            "files.too-large",
            _("“{name}” is too large.").format(name=path.name),
            why=_("Unpacked, it's larger than {size} GB.").format(size=number(MAX_UNPACKED // 10**9)),
            do=_("Save the sheet as CSV, and choose that file."),
        )


@contextmanager
def _errors_in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        what = _("“{name}” can't be read.").format(name=path.name)
        do = _("Open it in Excel, save it as .xlsx, then choose it again.")
        raise Invalid("files.unreadable", what, why=_("It isn't a valid Excel file."), do=do) from error
