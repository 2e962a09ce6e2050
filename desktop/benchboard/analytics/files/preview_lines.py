"""The lines of a CSV file that the rows of its preview begin in: a header, blank lines and values of several lines make
them others than the numbers of the rows."""

from collections.abc import Sequence
from itertools import islice
from typing import Final

from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.files.wrong_lines import records

_MOST_READ: Final = 20_000
"""Records that are read to find the rows of a preview: many can be left out before the first of them."""


def preview_lines(scan: FileScan, raws: Sequence[Sequence[str | None]]) -> tuple[int, ...]:
    """The line, from 1, in which each of the first rows of a file begins; nothing where they aren't found in it.
    `raws`: the rows as the file has them."""
    if scan.format != "csv" or len(scan.paths) != 1 or not raws:
        return ()
    places, found = scan.layout_of(scan.paths[0]).places, list[int]()
    for line, _text, values in islice(records(scan, scan.paths[0]), _MOST_READ):
        if not values:
            continue
        has = [values[at] if at is not None and at < len(values) else None for at in places]
        if all(_same(one, other) for one, other in zip(has, raws[len(found)], strict=True)):
            found.append(line)
            if len(found) == len(raws):
                return tuple(found)
    return ()


def _same(one: str | None, other: str | None) -> bool:
    """Whether two values are the same: an empty one is none, and a line in one may end in another way."""
    return " ".join((one or "").split()) == " ".join((other or "").split())
