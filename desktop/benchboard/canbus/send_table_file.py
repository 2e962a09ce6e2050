"""Send tables as text and in files: JSON, with each frame as can-utils write it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from benchboard.atomic_write import explain_write_error, write_atomically
from benchboard.canbus import candump
from benchboard.canbus.send_rules import plain_rules, rules_of
from benchboard.canbus.send_table import MAX_NAME, MAX_ROWS, SendRow, SendTable, require_row
from benchboard.errors import Invalid, NotFound, Unavailable
from benchboard.file_ownership import kind_text
from benchboard.i18n import _, number, system_reason

FORMAT: Final = "benchboard-send-table"
_VERSION: Final = 1
_MAX_BYTES: Final = 1_000_000


def table_text(table: SendTable) -> str:
    """The table as text that `parse_table` reads."""
    return json.dumps({"format": FORMAT, "version": _VERSION, "rows": table_rows(table)}, ensure_ascii=False, indent=2)


def table_rows(table: SendTable) -> list[dict[str, Any]]:
    """The rows as plain objects, which `rows_table` takes."""
    return [
        {"frame": candump.text(row.frame)}
        | ({"name": row.name} if row.name else {})
        | ({"period_ms": row.period_ms} if row.period_ms is not None else {})
        | plain_rules(row.rules)
        for row in table.rows
    ]


def parse_table(name: str, text: str) -> SendTable:
    """The table in the text of the file `name`. Raises `Invalid` (`send.file`), which names the row that is wrong."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _wrong(name, _("It isn't valid JSON.")) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise _wrong(name, _("It has no “format”: “{format}”.").format(format=FORMAT))
    if content.get("version") != _VERSION:
        raise _wrong(name, _("It was written by a newer version of Benchboard."))
    try:
        return rows_table(content.get("rows"))
    except Invalid as error:
        raise _wrong(name, str(error)) from error


def rows_table(rows: object) -> SendTable:
    """The table of plain objects. Raises `Invalid` (`send.rows`), which names the row that is wrong."""
    if not isinstance(rows, list):
        raise Invalid("send.rows", _("It has no list of “rows”."))
    if len(rows) > MAX_ROWS:
        raise Invalid("send.rows", _("A send table has at most {count} rows.").format(count=number(MAX_ROWS)))
    return SendTable(tuple(_row(place, one) for place, one in enumerate(rows, start=1)))


def _row(place: int, one: object) -> SendRow:
    if not isinstance(one, dict):
        raise Invalid("send.rows", _("Row {row} isn't an object.").format(row=place))
    text, name, period = one.get("frame"), one.get("name", ""), one.get("period_ms")
    frame = candump.parse(text) if isinstance(text, str) else None
    if frame is None:
        why = candump.why_invalid(text) if isinstance(text, str) else _("It has no “frame”.")
        raise Invalid("send.rows", _("Row {row} has no valid frame.").format(row=place), why=why)
    if not isinstance(name, str) or not name.isprintable():
        raise Invalid("send.rows", _("The name in row {row} isn't text.").format(row=place))
    if period is not None and (isinstance(period, bool) or not isinstance(period, int | float)):
        raise Invalid("send.rows", _("The period in row {row} isn't a number.").format(row=place))
    row = SendRow(frame, name[:MAX_NAME])
    try:
        row = replace(row, rules=rules_of(one))
    except ValueError as error:
        what = _("The counter or the checksum in row {row} can't be read.").format(row=place)
        raise Invalid("send.rows", what) from error
    try:
        row = replace(row, period_ms=None if period is None else round(float(period), 3))
        require_row(row)
    except (Invalid, OverflowError) as error:
        why = str(error) if isinstance(error, Invalid) else _("The period is too large.")
        raise Invalid("send.rows", _("Row {row} can't be sent.").format(row=place), why=why) from error
    return row


def read_table(path: Path) -> SendTable:
    """The table in the file at `path`. Raises `NotFound` (`send.gone`), `Unavailable` (`send.not-read`), `Invalid`
    (`send.file`).
    """
    try:
        if path.exists() and not path.is_file():
            raise _wrong(path.name, kind_text(path))
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except FileNotFoundError as error:
        what = _("“{name}” doesn't exist in {folder}.").format(name=path.name, folder=path.parent)
        raise NotFound("send.gone", what, do=_("Check the file's name and its folder.")) from error
    except OSError as error:
        what = _("“{name}” can't be read.").format(name=path.name)
        raise Unavailable("send.not-read", what, why=system_reason(error)) from error
    if len(content) > _MAX_BYTES:
        raise _wrong(path.name, _("It is too large."))
    try:
        return parse_table(path.name, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _wrong(path.name, _("It isn't UTF-8 text.")) from error


def write_table(path: Path, table: SendTable) -> None:
    """Write the table to the file at `path`. Raises `Unavailable` (`send.not-written`)."""
    try:
        write_atomically(path, f"{table_text(table)}\n".encode())
    except OSError as error:
        why, do = explain_write_error(error)
        raise Unavailable("send.not-written", _("Can't write {path}.").format(path=path), why=why, do=do) from error


def _wrong(name: str, why: str) -> Invalid:
    return Invalid(
        "send.file",
        _("“{name}” isn't a send table.").format(name=name),
        why=why,
        do=_("Choose a file that was saved from the send table."),
    )
