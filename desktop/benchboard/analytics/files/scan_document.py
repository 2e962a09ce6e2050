"""Reads the JSON that `FileScan.to_json` wrote. Anybody may have written it, so nothing is taken unchecked."""

import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, get_args

from benchboard.analytics.files.column_names import NAME
from benchboard.analytics.files.partitions import MAX_DEPTH, PARTITION_KINDS, Partition, is_inside
from benchboard.analytics.files.scan import (
    MAX_COLUMNS,
    MAX_FILES,
    MAX_SKIPPED,
    DateOrder,
    Encoding,
    FileFormat,
    FileHeader,
    FileScan,
    FileVariant,
    ReadOptions,
    ScanColumn,
    WrongValues,
)
from benchboard.analytics.files.value_expressions import ColumnKind, StoredAs, ZonedTimes
from benchboard.analytics.files.value_units import UNITS
from benchboard.errors import Invalid
from benchboard.i18n import _

_MAX_TEXT: Final = 1_000
_MARK: Final = "\ufeff"
"""The byte order mark, which older sources have in the first title of a file in UTF-16."""
_NOT_KEPT: Final = frozenset({"layouts", "stand_ins", "unchanged", "subfolder"})
"""The fields of a scan that say how its files are now."""
_GONE: Final = frozenset({"mixed_endings"})
"""Options that older sources have and that mean nothing any more."""
_FORMAT: Final = re.compile(r"iso|iso-week|iso-zoned|[-%a-zA-Z0-9./:, T]{2,40}", re.ASCII)


def read_scan(document: object) -> FileScan:
    """The scan that `FileScan.to_json` wrote. Raises `Invalid` (`files.scan`) for anything else."""
    try:
        return _parsed(document)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        what = _("The saved settings of this file can't be read.")
        raise Invalid("files.scan", what, why=str(error)[:200], do=_("Add the file again.")) from error


def _parsed(document: object) -> FileScan:
    older: dict[str, object] = {
        "inspected": [],
        "variants": [],
        "file_column": "",
        "headers": [],
        "nested": False,
        "partitions": [],
    }  # what older sources have none of
    known: object = older | document if isinstance(document, dict) else document
    found = _object(known, {each.name for each in fields(FileScan)} - _NOT_KEPT)
    path = Path(_text(found["path"], 4_096))
    if not path.is_absolute():
        raise ValueError("path: not absolute")
    files, nested = tuple(_text(name) for name in _list(found["files"], MAX_FILES)), _flag(found["nested"])
    if not all(is_inside(name) if nested else Path(name).name == name for name in files):
        raise ValueError("files: not a name")
    partitions = tuple(_partition(one) for one in _list(found["partitions"], MAX_DEPTH))
    if partitions and not nested:
        raise ValueError("partitions")
    columns = tuple(_column(column) for column in _list(found["columns"], MAX_COLUMNS))
    file_column = _text(found["file_column"])
    if file_column and (NAME.fullmatch(file_column) is None or not files):
        raise ValueError("file_column")
    names = [*(one.name for one in columns), *(one.name for one in partitions), *([file_column] if file_column else [])]
    if len(set(names)) != len(names):
        raise ValueError("columns: a name twice")
    return FileScan(
        path,
        _one_of(found["format"], get_args(FileFormat)),
        _text(found["table"]),
        _options(found["options"]),
        columns,
        files,
        file_column,
        _text(found["file_title"]),
        tuple(_variant(one) for one in _list(found["variants"], MAX_FILES)),
        inspected=tuple(_version(one) for one in _list(found["inspected"], MAX_FILES + 1)),
        headers=tuple(_header(one) for one in _list(found["headers"], MAX_FILES)),
        nested=nested,
        partitions=partitions,
    )


def _partition(document: object) -> Partition:
    found = _object(document, {"key", "level", "name", "kind"})
    name, level = _text(found["name"]), found["level"]
    if NAME.fullmatch(name) is None or type(level) is not int or not 0 <= level <= MAX_DEPTH:
        raise ValueError("partition")
    return Partition(_text(found["key"]), level, name, _one_of(found["kind"], PARTITION_KINDS))


def _header(document: object) -> FileHeader:
    found = _object(document, {"files", "titles"})
    files, titles = _list(found["files"], MAX_FILES), _list(found["titles"], MAX_COLUMNS)
    return FileHeader(tuple(map(_text, files)), tuple(map(_text, titles)))


def _version(document: object) -> tuple[str, str]:
    name, version = _list(document, 2)
    return _text(name), _text(version)


def _variant(document: object) -> FileVariant:
    found = _object(document, {"files", "options"})
    return FileVariant(tuple(_text(name) for name in _list(found["files"], MAX_FILES)), _options(found["options"]))


def _options(document: object) -> ReadOptions:
    # Older sources have no label of total rows, their times in UTC and their values with the spaces around them, and
    # say how their lines end.
    known: object = document
    if isinstance(document, dict):
        older = {"total_label": "", "zoned_times": "utc", "trim_spaces": False}
        known = older | {name: document[name] for name in document.keys() - _GONE}
    found = _object(known, {each.name for each in fields(ReadOptions)})
    skipped = found["skip_lines"]
    if type(skipped) is not int or not 0 <= skipped <= MAX_SKIPPED:
        raise ValueError("skip_lines")
    return ReadOptions(
        delimiter=_sign(found["delimiter"], exactly=True),
        quote=_sign(found["quote"]),
        encoding=_one_of(found["encoding"], get_args(Encoding)),
        decimal_mark=_one_of(found["decimal_mark"], (".", ",")),
        thousands_mark=_sign(found["thousands_mark"]),
        date_order=_one_of(found["date_order"], get_args(DateOrder)),
        header=_flag(found["header"]),
        skip_lines=skipped,
        null_words=tuple(_text(word) for word in _list(found["null_words"], 100)),
        quoted_breaks=_flag(found["quoted_breaks"]),
        wrong_values=_one_of(found["wrong_values"], get_args(WrongValues)),
        compressed=_flag(found["compressed"]),
        total_label=_text(found["total_label"]),
        zoned_times=_one_of(found["zoned_times"], get_args(ZonedTimes)),
        trim_spaces=_flag(found["trim_spaces"]),
    )


def _column(document: object) -> ScanColumn:
    older: dict[str, object] = {"value_unit": "", "unspaced": False, "unit_assumed": False, "also": []}
    known: object = older | document if isinstance(document, dict) else document
    found = _object(known, {each.name for each in fields(ScanColumn)})
    name, scale = _text(found["name"]), found["scale"]
    if NAME.fullmatch(name) is None:
        raise ValueError("name")
    if type(scale) is not int or not 0 <= scale <= 18:
        raise ValueError("scale")
    formats = tuple(_text(each) for each in _list(found["formats"], 20))
    if any(_FORMAT.fullmatch(each) is None for each in formats):
        raise ValueError("formats")
    return ScanColumn(
        name=name,
        title=_text(found["title"]).removeprefix(_MARK),
        kind=_one_of(found["kind"], get_args(ColumnKind)),
        unit=_text(found["unit"]),
        left_out=_flag(found["left_out"]),
        source=_text(found["source"]).removeprefix(_MARK),
        scale=scale,
        formats=formats,
        stored=_one_of(found["stored"], get_args(StoredAs)),
        checked=_flag(found["checked"]),
        value_unit=_one_of(found["value_unit"], ("", *UNITS)),
        unit_assumed=_flag(found["unit_assumed"]),
        unspaced=_flag(found["unspaced"]),
        also=tuple(_text(each) for each in _list(found["also"], MAX_FILES)),
    )


def _object(value: object, names: set[str]) -> Mapping[str, object]:
    if not isinstance(value, dict) or set(value) != names:
        raise ValueError(f"not an object with {', '.join(sorted(names))}")
    return value


def _list(value: object, most: int) -> list[object]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError("not a list")
    return value


def _text(value: object, most: int = _MAX_TEXT) -> str:
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        raise ValueError("not a text")
    return value


def _sign(value: object, *, exactly: bool = False) -> str:
    sign = _text(value, 1)
    if sign in ("\r", "\n") or (exactly and not sign):
        raise ValueError("not one character")
    return sign


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("not a boolean")  # noqa: TRY004 - a document's error is a ValueError, whatever is wrong
    return value


def _one_of(value: object, known: tuple[Any, ...]) -> Any:
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"not one of {', '.join(map(repr, known))}")
    return value
