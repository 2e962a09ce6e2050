"""Rows: which panels one owns, and the form dashboards had before Grafana 5, where rows held everything."""

import math
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from benchboard.dashboards.interchange.validation import mapping, refuse, sequence, text
from benchboard.dashboards.layout import Cell
from benchboard.i18n import _

COLUMNS: Final = 24
NUMBERS: Final = range(2**32)
"""The valid ids of a panel in Grafana."""
_ROW_HEIGHT: Final = 250
_FIELD: Final = 38
"""Pixels of one grid unit with its margin; before Grafana 5 heights were in pixels."""


@dataclass(slots=True)
class Panel:
    """A panel during the import: its fields, its id in the document, its cell, its children, and its query if it can
    run here.
    """

    fields: Mapping[str, Any]
    number: int = 0
    cell: Cell | None = None
    children: "tuple[Panel, ...]" = ()
    query: str = ""
    original: Mapping[str, Any] | None = None
    """The panel as the file has it, where `fields` were made from that."""

    @property
    def id(self) -> str:
        """The id of the item made of it."""
        return f"panel-{self.number}"

    @property
    def is_row(self) -> bool:
        """Whether it is a heading that owns panels."""
        return self.fields.get("type") == "row"

    @property
    def collapsed(self) -> bool:
        """Whether it is a row that is shut."""
        return self.is_row and self.fields.get("collapsed") is True


def scaled(cell: Cell, columns: int) -> dict[str, Any]:
    """A cell on Grafana's 24 columns; edges that met still meet."""
    left = min(cell.x, columns - 1)
    if columns == COLUMNS:
        return {"h": cell.h, "w": min(cell.w, COLUMNS), "x": left, "y": cell.y}
    start = min(round(left * COLUMNS / columns), COLUMNS - 1)
    end = round(min(cell.right, columns) * COLUMNS / columns)
    return {"h": cell.h, "w": max(1, end - start), "x": start, "y": cell.y}


def unused(taken: Container[int]) -> Iterator[int]:
    """Numbers for panels, from 1 on, without those that are taken."""
    return (number for number in count(1) if number not in taken)


def group_by_row(panels: list[Panel]) -> list[Panel]:
    """The panels of one grid in reading order, each open row with those after it up to the next row.

    Every panel has its cell. A collapsed row has its panels in the file itself; those after it are in no row.
    """
    placed = [(panel.cell.y, panel.cell.x, panel) for panel in panels if panel.cell is not None]
    free: list[Panel] = []
    row: Panel | None = None
    held: list[Panel] = []
    for _y, _x, panel in sorted(placed, key=lambda entry: entry[:2]):
        if panel.is_row:
            if row is not None:
                row.children += tuple(held)
            row, held = (None if panel.collapsed else panel), []
            free.append(panel)
        elif row is not None:
            held.append(panel)
        else:
            free.append(panel)
    if row is not None:
        row.children += tuple(held)
    return free


def panels_of_rows(rows: list[Any]) -> list[dict[str, Any]]:
    """The panels of a dashboard older than Grafana 5, with the positions of Grafana's own upgrade.

    `rows` have `panels` with a width (`span` of 12) and a height in pixels. Headings become rows only if one of them is
    collapsed, repeated or has its title shown.
    """
    known = [mapping(row, item=None, field=f"rows.{place}") for place, row in enumerate(rows)]
    headed = any(row.get("collapse") or row.get("showTitle") or row.get("repeat") for row in known)
    done: list[dict[str, Any]] = []
    top = 0
    for place, row in enumerate(known):
        height = _fields(row.get("height"), f"rows.{place}.height")
        heading: dict[str, Any] | None = None
        if headed:
            title = text(row.get("title"), item=None, field=f"rows.{place}.title")
            heading = {"type": "row", "title": title, "collapsed": row.get("collapse") is True, "panels": []}
            heading["gridPos"] = {"x": 0, "y": top, "w": COLUMNS, "h": 1}
            heading |= {"repeat": row["repeat"]} if row.get("repeat") else {}
            done.append(heading)
            top += 1
        panels, bottom = _strip(row, place, top, height)
        if heading is not None and heading["collapsed"]:
            heading["panels"] = panels
        else:
            done += panels
            top = bottom
    return done


def original_panels(rows: list[Any], *, headed: bool) -> Iterator[Mapping[str, Any] | None]:
    """The panels in `rows` as the file has them, in the order of `panels_of_rows`, with None for each heading."""
    for row in rows:
        if headed:
            yield None
        yield from (row or {}).get("panels") or ()


def _strip(row: Mapping[str, Any], place: int, top: int, height: int) -> tuple[list[dict[str, Any]], int]:
    """The panels of one row side by side, wrapped where they do not fit, and the first field below them."""
    placed: list[dict[str, Any]] = []
    tops = [0] * COLUMNS
    for number, panel in enumerate(sequence(row.get("panels"), item=None, field=f"rows.{place}.panels")):
        field = f"rows.{place}.panels.{number}"
        fields = mapping(panel, item=None, field=field)
        wide = min(COLUMNS, max(1, 2 * math.floor(_number(fields.get("span") or 4, f"{field}.span"))))
        high = _fields(fields["height"], f"{field}.height") if fields.get("height") else height
        x = _beside(tops, height, wide)
        if x is None:
            top, tops = top + height, [0] * COLUMNS
            x = 0
        y = max(tops[x:])
        tops[x : x + wide] = [max(y + high, tops[column]) for column in range(x, x + wide)]
        at = {"x": x, "y": top + y, "w": wide, "h": high}
        placed.append({key: value for key, value in fields.items() if key not in ("span", "height")} | {"gridPos": at})
    return placed, top + height


def _beside(tops: list[int], height: int, wide: int) -> int | None:
    """The leftmost column of the rightmost free stretch, if it is wide enough: where Grafana places the next panel."""
    start = len(tops)
    while start and tops[start - 1] < height and (start == len(tops) or tops[start - 1] <= tops[start]):
        start -= 1
    return start if len(tops) - start >= wide else None


def _fields(height: object, field: str) -> int:
    if isinstance(height, str):
        digits = height.strip().removesuffix("px")
        height = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 7 else None
    return math.ceil(max(90.0, _number(height or _ROW_HEIGHT, field)) / _FIELD)


def _number(value: object, field: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 10**6:
        refuse("bad-number", _("{field} must be a number from 0 to 999\u202f999.").format(field=field), field=field)
    return float(value)
