"""What a file is, by its first bytes rather than its name."""

import gzip
import re
import stat
import zlib
from pathlib import Path
from typing import IO, Final, Literal

from benchboard.analytics.files.answer_rows import MARK
from benchboard.analytics.files.scan import FileFormat
from benchboard.canbus.recording_text import text_form
from benchboard.errors import AppError, Invalid, NotFound, Unavailable
from benchboard.file_ownership import kind_text
from benchboard.i18n import _

HEAD_BYTES: Final = 1_000_000
"""Bytes at the beginning of a text file, decompressed, that its options are detected from."""
_GZIP: Final = b"\x1f\x8b"
_NOT_DATA: Final = {
    b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"\x7fELF": "ELF", b"MZ": "EXE",
    b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"BZh": "bzip2", b"\xfd7zX": "xz", b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\xd0\xcf\x11\xe0": "XLS",
}  # fmt: skip
_MARKUP: Final = (
    (re.compile(rb"\s*<(!doctype\s+html|html)\b", re.IGNORECASE), "HTML"), (re.compile(rb"\s*<\?xml\b"), "XML"),
    (re.compile(rb'\s*(\{\s*["}]|\[\s*[\[{\]"])'), "JSON"),
)  # fmt: skip
"""How text begins that isn't a table."""
_TYPICAL: Final = {
    ".xlsx": "Excel", ".xlsm": "Excel", ".parquet": "Parquet", ".sqlite": "SQLite", ".sqlite3": "SQLite",
    ".duckdb": "DuckDB", ".db": "database", ".gz": "gzip",
}  # fmt: skip
"""The format that a file of this extension has."""
_CSV: Final = (".csv", ".tsv", ".txt")
_ARCHIVES: Final = ("ZIP", "RAR", "7z", "bzip2", "xz", "Zstandard")
_NEVER_TEXT: Final = {one: name for one, name in _TYPICAL.items() if one != ".gz"} | {".docx": "Word"}
"""The format of the extensions whose files are never text."""


def detect_format(path: Path) -> FileFormat | Literal["folder"]:
    """The format of a file, or that it is a folder. Raises `NotFound`, `Unavailable` (it may not be read) or `Invalid`
    (it is empty, or nothing that has tables)."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return "folder"
        if not stat.S_ISREG(mode):
            raise Invalid("files.not-a-file", _not_read(path), why=kind_text(path), do=_("Choose a file or a folder."))
        head = read_head(path, 4_096)
    except OSError as error:
        raise file_error(path, error) from error
    if not head:
        raise Invalid("files.empty", _("“{name}” is empty.").format(name=path.name), do=_("Choose another file."))
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if head[8:12] == b"DUCK":
        return "duckdb"
    if head.startswith(b"PK\x03\x04"):
        return "excel"
    if head.startswith(MARK):
        return "rest_api"
    _require_text(path, head)
    return "csv" if text_form(head) is None else "can"


def is_compressed(path: Path) -> bool:
    """Whether the file is compressed by gzip. Raises `OSError`."""
    with path.open("rb") as file:
        return file.read(2) == _GZIP


def open_text_bytes(path: Path) -> IO[bytes]:
    """The bytes of a text file, decompressed. Raises `OSError` (also where the compression is damaged), `EOFError` and
    `zlib.error`."""
    return gzip.open(path) if is_compressed(path) else path.open("rb")  # type: ignore[return-value]  # GzipFile reads as one


def read_head(path: Path, count: int = HEAD_BYTES) -> bytes:
    """The first bytes, decompressed. A compressed file that ends early answers what can be read. Raises `OSError`."""
    pieces: list[bytes] = []
    with open_text_bytes(path) as file:
        try:
            while (left := count - sum(map(len, pieces))) > 0 and (piece := file.read(min(left, 65_536))):
                pieces.append(piece)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            if not pieces:
                raise OSError(0, _("It can't be decompressed.")) from None
    return b"".join(pieces)


def file_error(path: Path, error: OSError) -> AppError:
    """The error of a file that can't be opened."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        what = _("“{name}” doesn't exist in {folder}.").format(name=path.name, folder=path.parent)
        return NotFound("files.gone", what, do=_("Check the file's name and its folder."))
    do = _("Ask for access to it, or copy it to a folder of yours.") if isinstance(error, PermissionError) else ""
    return Unavailable("files.not-read", _not_read(path), why=error.strerror or "", do=do)


def _not_read(path: Path) -> str:
    return _("“{name}” can't be read.").format(name=path.name)


def _require_text(path: Path, head: bytes) -> None:
    known = next((name for start, name in _NOT_DATA.items() if head.startswith(start)), "") or _markup(head)
    utf_16 = head[:2] in (b"\xff\xfe", b"\xfe\xff") or utf_16_order(head) != ""
    if known:
        raise not_data_error(path, known)
    if b"\0" in head and not utf_16:
        if (format_ := _TYPICAL.get(path.suffix.lower())) is not None:
            raise _wrong_content(path, format_)
        raise not_data_error(path, "")
    if format_ := _NEVER_TEXT.get(path.suffix.lower()):
        do = _("If it's a table as text, rename it to .csv. Otherwise, choose another file.")
        raise Invalid("files.not-data", _isnt(path, format_), why=_("It contains text."), do=do)


def not_data_error(path: Path, known: str) -> Invalid:
    """The error of a file without tables, by what it is: a key of `_described`; empty where that isn't known."""
    extension = path.suffix.lower()
    what = _isnt(path, "CSV" if extension in _CSV else _TYPICAL.get(extension, ""))
    if known == "XLS":
        why, do = _("It's an old Excel file (.xls)."), _("Save it as .xlsx, and choose that file.")
        what = _("“{name}” can't be read.").format(name=path.name)
    elif known == "ODS":
        why, do = _("It's an OpenDocument file."), _("Save it as .xlsx, and choose that file.")
    else:
        why = _described().get(known) or _("It contains binary data.")
        do = _("CSV, Parquet, Excel, SQLite and DuckDB files and CAN recordings are supported.")
    return Invalid("files.not-data", what, why=why, do=do)


def _described() -> dict[str, str]:
    """What a file is that has no tables, as a sentence."""
    archive = {name: _("It's a {format} archive.").format(format=name) for name in _ARCHIVES}
    return archive | {
        "PDF": _("It's a PDF document."), "PNG": _("It's a PNG image."), "JPEG": _("It's a JPEG image."),
        "GIF": _("It's a GIF image."), "ELF": _("It's an ELF program."), "EXE": _("It's a Windows program."),
        "HTML": _("It's a web page (HTML)."), "XML": _("It's an XML file."), "JSON": _("It's a JSON file."),
        "Word": _("It's a Word document."), "PowerPoint": _("It's a PowerPoint presentation."),
    }  # fmt: skip


def _isnt(path: Path, format_: str) -> str:
    """That a file isn't of the format that its name promises; empty: that it isn't one that has data."""
    if not format_ or format_ == "gzip":
        return _("“{name}” isn't a data file.").format(name=path.name)
    if format_ == "CSV":
        return _("“{name}” isn't a CSV file.").format(name=path.name)
    if format_ == "Excel":
        return _("“{name}” isn't an Excel file.").format(name=path.name)
    if format_ in ("SQLite", "DuckDB", "database"):
        return _("“{name}” isn't a database file.").format(name=path.name)
    return _("“{name}” isn't a {format} file.").format(name=path.name, format=format_)


def _markup(head: bytes) -> str:
    """What a text is that has no lines of values; empty if it may be a table."""
    text = head.removeprefix(b"\xef\xbb\xbf")
    return next((name for begin, name in _MARKUP if begin.match(text)), "")


def _wrong_content(path: Path, format_: str) -> Invalid:
    """The error of a file whose name promises a format that its bytes don't have."""
    what = _("“{name}” isn't a {format} file, or it's damaged.").format(name=path.name, format=format_)
    do = _("Choose another file.")
    if format_ == "Excel":
        what = _("“{name}” isn't an Excel file, or it's damaged.").format(name=path.name)
        do = _("Open it in Excel and save it again, or choose another file.")
    if format_ == "database":
        what = _("“{name}” isn't a database file, or it's damaged.").format(name=path.name)
    return Invalid("files.not-data", what, do=do)


def utf_16_order(head: bytes) -> Literal["", "le", "be"]:
    """The order of the bytes of UTF-16 without a byte order mark; empty if it isn't UTF-16."""
    even, odd = head[0:2_000:2], head[1:2_000:2]
    if len(odd) > 3 and odd.count(0) > 0.7 * len(odd) and not even.count(0):
        return "le"
    return "be" if len(odd) > 3 and even.count(0) > 0.7 * len(even) and not odd.count(0) else ""
