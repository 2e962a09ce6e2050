"""The variables of a dashboard in a query over files: found in its text as `:name`, bound as parameters.

DuckDB writes a parameter as `$name`, which is as long as `:name`: the text that it parses has the same places.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"""
    (?P<comment>--[^\n]*)
    | (?P<block>/\*)
    | (?P<escaped>(?<![\w$])[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z))
    | (?P<text>'(?:[^']|'')*(?:'|\Z))
    | (?P<name>"(?:[^"]|"")*(?:"|\Z))
    | (?P<dollar>(?<![\w$])\$(?P<tag>[^\W\d]\w*|)\$)
    | (?P<cast>::|:=)
    | (?P<end>;)
    | (?P<variable>(?<![\w"'\])}\[$]):(?P<called>[^\W\d]\w*))
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK: Final = re.compile(r"/\*|\*/")


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A query's text with `$` in place of the colon of each variable, and the names of these by their byte."""

    text: str
    variables: Mapping[int, str]
    semicolons: Sequence[int] = ()
    """The bytes of those that end a statement."""


def find_variables(text: str) -> MarkedText:
    """Find the variables outside texts, quoted names and comments.

    A colon after a word, a bracket or another value belongs to a slice, a struct or a cast: `list[1:n]`, `{'a':b}`.
    """
    at, marked = 0, list(text)
    places: list[tuple[int, str]] = []
    ends: list[int] = []
    while (found := _TOKEN.search(text, at)) is not None:
        at = found.end()
        if found["block"]:
            at = _after_comment(text, at)
        elif found["dollar"]:
            end = text.find(found["dollar"], at)
            at = len(text) if end < 0 else end + len(found["dollar"])
        elif found["variable"]:
            marked[found.start()] = "$"
            places.append((found.start(), found["called"]))
        elif found["end"]:
            ends.append(len(text[: found.start()].encode()))
    offsets = {len(text[:place].encode()): name for place, name in places}
    return MarkedText("".join(marked), offsets, ends)


def _after_comment(text: str, at: int) -> int:
    """The end of a block comment that began before `at`; comments may hold comments."""
    depth = 1
    while depth and (found := _BLOCK.search(text, at)) is not None:
        depth += 1 if found[0] == "/*" else -1
        at = found.end()
    return len(text) if depth else at
