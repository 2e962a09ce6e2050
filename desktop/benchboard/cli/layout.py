"""`benchboard layout`: grid geometry for other programs, JSON lines in and JSON lines out."""

import json
import sys
from collections.abc import Iterator
from typing import BinaryIO

import click

from benchboard.dashboards import layout as grid
from benchboard.errors import Invalid

MAX_LINE = 8 * 1024 * 1024
"""Bytes. Room for a full layout with a page of text in every item; a longer line is refused without being
kept."""


@click.group()
def layout() -> None:
    """Layouts of dashboards."""


@layout.command("apply")
@click.option("--json", is_flag=True, expose_value=False, help="JSON lines, as always.")
def apply_lines() -> None:
    """Carry out one request a line; answer each with one line.

    A request is {"columns": 12, "compact": "vertical", "items": […], "op": {…}}, its answer {"items": […]}
    or, where it is refused, {"error": {"code", "message", "item", "field"}}. Exit status 1 says that any was
    refused.
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
        place = {"item": error.facts.get("item"), "field": error.facts.get("field")}
        return {"error": {"code": error.code, "message": str(error), **place}}


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines without their ends. Of one that is too long, just enough to be refused is kept."""
    while line := stream.readline(MAX_LINE + 1):
        rest = line
        while not rest.endswith(b"\n") and (rest := stream.readline(MAX_LINE)):
            pass
        yield line.removesuffix(b"\n")
