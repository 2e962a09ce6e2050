"""`benchboard layout`: grid geometry for other programs, JSON lines in and JSON lines out, and dashboards of other
programs, read and written."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from benchboard.cli.terminal import show_report
from benchboard.dashboards import interchange
from benchboard.dashboards import layout as grid
from benchboard.dashboards.document.document import parse_document
from benchboard.errors import Invalid
from benchboard.i18n import _

MAX_LINE = 8 * 1024 * 1024
"""Bytes. Room for a full layout with a page of text in every item; a longer line is refused without being
read into memory."""
MAX_FILE = 8 * 1024 * 1024
"""Bytes of a dashboard's file: twice what a document may take, for one written with room between its lines."""

_READERS = {"benchboard": interchange.from_benchboard, "grafana": interchange.from_grafana}
_file = click.argument("file", type=click.Path(allow_dash=True, path_type=Path))
_as_json = click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")


@click.group()
def layout() -> None:
    """Apply layout operations; convert dashboards."""


@layout.command("apply")
@click.option("--json", is_flag=True, expose_value=False, help="Print JSON lines (always on).")
def apply_lines() -> None:
    """Apply one request per line; print one line for each.

    A request is {"columns": 12, "compact": "vertical", "items": […], "op": {…}}, its result {"items": […]}
    or, if it is rejected, {"error": {"code", "message", "item", "field"}}. Exit status 1 if any was rejected.
    """
    answers, refused = sys.stdout.buffer, False
    for line in _lines(sys.stdin.buffer):
        answer = _answer(line)
        refused = refused or "error" in answer
        answers.write(json.dumps(answer, separators=(",", ":")).encode("ascii") + b"\n")
        answers.flush()
    if refused:
        raise click.exceptions.Exit(1)


def _answer(line: bytes) -> dict[str, object]:
    try:
        return {"items": grid.serialise(grid.apply(grid.decode(line, max_bytes=MAX_LINE)))}
    except Invalid as error:
        location = {"item": error.facts.get("item"), "field": error.facts.get("field")}
        return {"error": {"code": error.code, "message": str(error), **location}}


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines without their ends. A line that is too long is cut just beyond the limit, to be refused."""
    while line := stream.readline(MAX_LINE + 1):
        rest = line
        while not rest.endswith(b"\n") and (rest := stream.readline(MAX_LINE)):
            pass
        yield line.removesuffix(b"\n")


@layout.command("import", short_help="Convert the dashboard in FILE for Benchboard.")
@_file
@click.option("--format", "form", type=click.Choice(list(_READERS)), help="Format of FILE; default: detected.")
@_as_json
def import_(file: Path, form: str | None, as_json: bool) -> None:
    """Convert a dashboard from FILE (- for standard input) and print it as a current Benchboard document.

    The report for each widget goes to stderr.
    """
    value = _decoded(file)
    read = _READERS[form] if form is not None else interchange.from_any
    _print(*read(value), as_json=as_json)


@layout.command("export", short_help="Convert the document in FILE for another program.")
@_file
@click.option("--format", "form", type=click.Choice(["benchboard", "grafana"]), required=True, help="Output format.")
@_as_json
def export(file: Path, form: str, as_json: bool) -> None:
    """Convert a Benchboard document of any version from FILE (- for standard input) and print it.

    The report for each widget goes to stderr.
    """
    document, report = interchange.from_benchboard(_decoded(file))
    if form == "grafana":
        document, report = interchange.to_grafana(parse_document(document))
    _print(document, report, as_json=as_json)


def _decoded(file: Path) -> object:
    try:
        if str(file) == "-":
            return grid.decode(sys.stdin.buffer.read(MAX_FILE + 1), max_bytes=MAX_FILE)
        with file.open("rb") as stream:
            return grid.decode(stream.read(MAX_FILE + 1), max_bytes=MAX_FILE)
    except OSError as error:
        raise Invalid("cli.file", _("Can't read {file}.").format(file=file), why=error.strerror or "") from error


def _print(document: object, report: interchange.ConversionReport, *, as_json: bool) -> None:
    """Print the document on stdout, control characters escaped; the report on stderr."""
    text = json.dumps(document, ensure_ascii=False, indent=1)
    safe = (sign if sign.isprintable() or sign == "\n" else json.dumps(sign)[1:-1] for sign in text)
    click.echo("".join(safe))
    show_report(report, as_json=as_json)
