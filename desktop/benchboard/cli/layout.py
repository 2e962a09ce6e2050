"""`benchboard layout`: grid geometry for other programs, JSON lines in and JSON lines out, and dashboards of other
programs, read and written."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import click

from benchboard.cli.options import Choice, CliGroup, require_readable, unreadable
from benchboard.cli.terminal import show_report
from benchboard.dashboards import interchange
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.layout import apply, decode, serialise
from benchboard.errors import Invalid
from benchboard.i18n import N_, _

MAX_LINE = 8 * 1024 * 1024
"""Bytes. Room for a full layout with a page of text in every item; a longer line is refused without being
read into memory."""
MAX_FILE = 8 * 1024 * 1024
"""Bytes of a dashboard's file: twice what a document may take, for one written with room between its lines."""

IMPORTABLE: Final = N_("Use a JSON file of a dashboard that Benchboard or Grafana exported.")
"""What to do about a file that `import` can't use."""
_READERS = {"benchboard": interchange.from_benchboard, "grafana": interchange.from_grafana}
_file = click.argument("file", type=click.Path(allow_dash=True, path_type=Path))
_as_json = click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")


@click.group(cls=CliGroup)
def layout() -> None:
    """Convert dashboards, and arrange widgets for other programs."""


@layout.command("apply")
@click.option("--json", is_flag=True, expose_value=False, help="Has no effect; the output is always JSON.")
def apply_lines() -> None:
    """Move, resize, add or remove widgets as requested on standard input.

    Each line is one request: {"columns": 12, "compact": "vertical", "items": […], "op": {…}}. Each gets one line back:
    {"items": […]} or, if it is rejected, {"error": {"code", "message", "item", "field"}}. The exit status is 1 if
    any was rejected.

    \b
    Operations:
      {"move": "w1", "x": 0, "y": 2}
      {"resize": "w1", "w": 4, "h": 2, "handle": "se"}
      {"add": {"id": "w2", …}}
      {"remove": "w1"}
      {"compact": true}
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
        return {"items": serialise(apply(decode(line, max_bytes=MAX_LINE)))}
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


@layout.command("import")
@_file
@click.option(
    "--format", "form", type=Choice(list(_READERS)), help="Format of FILE; default: detected from its content."
)
@_as_json
def import_(file: Path, form: str | None, as_json: bool) -> None:
    """Convert the dashboard in FILE to Benchboard's format and print it.

    FILE is a Benchboard or Grafana dashboard; use - for standard input. What was changed or left out goes to standard
    error. Nothing is saved; to save a dashboard, use “benchboard dashboard import”.
    """
    content, read = _content(file), _READERS[form] if form is not None else interchange.from_any
    with naming_file(str(file), IMPORTABLE):
        value = decode(content, max_bytes=MAX_FILE)
        interchange.require_dashboard(value)
        document, report = read(value)
    _print(document, report, as_json=as_json)


@layout.command("export")
@_file
@click.option("--format", "form", type=Choice(["benchboard", "grafana"]), required=True, help="Format to print.")
@_as_json
def export(file: Path, form: str, as_json: bool) -> None:
    """Convert the Benchboard dashboard in FILE to another format and print it.

    FILE is a Benchboard dashboard of any version; use - for standard input. What was changed or left out goes to
    standard error. To export a saved dashboard, use “benchboard dashboard export”.
    """
    content = _content(file)
    with naming_file(str(file), _("Use a JSON file of a dashboard that Benchboard exported.")):
        value = decode(content, max_bytes=MAX_FILE)
        interchange.require_dashboard(value)
        document, report = interchange.from_benchboard(value)
    if form == "grafana":
        document, report = interchange.to_grafana(parse_document(document))
    _print(document, report, as_json=as_json)


@contextmanager
def naming_file(file: str, do: str) -> Iterator[None]:
    """Give an error about the JSON in `file` its name, and advice where it has none of its own."""
    try:
        yield
    except Invalid as error:
        if error.code.startswith("dashboards."):  # a name or note that was given beside the file
            raise
        raise Invalid(
            error.code,
            _("Can't use {file}.").format(file=_("standard input") if file == "-" else file),
            why=" ".join(part for part in (error.what, error.why) if part),
            do=error.do or _(do),
            **error.facts,
        ) from error


def _content(file: Path) -> bytes:
    do = _("Enter the path of a JSON file. For a saved dashboard, use “benchboard dashboard export”.")
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(MAX_FILE + 1)
        require_readable(file, do)
        with file.open("rb") as stream:
            return stream.read(MAX_FILE + 1)
    except OSError as error:
        raise unreadable(file, error, do) from error


def _print(document: object, report: interchange.ConversionReport, *, as_json: bool) -> None:
    """Print the document on stdout, control characters escaped; the report on stderr."""
    text = json.dumps(document, ensure_ascii=False, indent=1)
    safe = (sign if sign.isprintable() or sign == "\n" else json.dumps(sign)[1:-1] for sign in text)
    click.echo("".join(safe))
    show_report(report, as_json=as_json)
