"""Where rows are in a JSON document: a small part of JSONPath (RFC 9535), of names and places alone.

`$` is the document, `$.data.items` a member of a member, `$[0]` and `$.results[0].rows` go into an array by place, and
`$['a name']` names a member that isn't a plain word. Wildcards, slices and filters aren't understood.
"""

import re
from collections import deque
from dataclasses import dataclass
from typing import Final

MAX_STEPS: Final = 20
MAX_OFFERED: Final = 10
_MAX_LENGTH: Final = 500
_DEPTH: Final = 5
_MEMBERS: Final = 200
"""Members of an object that are looked into for rows."""
_STEP: Final = re.compile(
    r"""\.([^\s.\[\]'"$*?@]+)|\[(\d{1,6})\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]""", re.DOTALL
)
_PLAIN: Final = re.compile(r"[^\W\d][\w\-]*")


class NotThere(LookupError):
    """A document has nothing at the path."""


@dataclass(frozen=True, slots=True)
class JsonPath:
    """The steps from the document to a value: names of members, and places in arrays."""

    steps: tuple[str | int, ...] = ()

    @property
    def text(self) -> str:
        """The path as people write it."""
        return "$" + "".join(_written(step) for step in self.steps)

    def find(self, document: object) -> object:
        """The value at the path. Raises `NotThere`."""
        for step in self.steps:
            if isinstance(step, int):
                if not isinstance(document, list) or step >= len(document):
                    raise NotThere
                document = document[step]
            elif isinstance(document, dict) and step in document:
                document = document[step]
            else:
                raise NotThere
        return document


def parse_path(text: str) -> JsonPath:
    """The path that `text` writes, with `$` or without. Raises `ValueError`."""
    text = text.strip()
    if len(text) > _MAX_LENGTH:
        raise ValueError("too long")
    rest = text[1:] if text.startswith("$") else text if text.startswith(("[", ".")) or not text else f".{text}"
    steps: list[str | int] = []
    while rest:
        found = _STEP.match(rest)
        if found is None or len(steps) == MAX_STEPS:
            raise ValueError("not a path")
        name, place, single, double = found.groups()
        quoted = single if single is not None else double
        steps.append(
            int(place)
            if place is not None
            else name
            if name is not None
            else re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
        )
        rest = rest[found.end() :]
    return JsonPath(tuple(steps))


def row_paths(document: object) -> tuple[JsonPath, ...]:
    """Where the document has rows, the likeliest first: arrays of objects, those with the most first; then the document
    itself, which is one row."""
    if isinstance(document, list):
        return (JsonPath(),)
    found: list[tuple[bool, int, int, JsonPath]] = []
    waiting: deque[tuple[JsonPath, object]] = deque([(JsonPath(), document)])
    while waiting:
        path, value = waiting.popleft()
        if isinstance(value, list) and value:
            objects = isinstance(value[0], dict)
            found.append((not objects, len(path.steps), -len(value), path))
        elif isinstance(value, dict) and len(path.steps) < _DEPTH:
            waiting.extend((JsonPath((*path.steps, name)), one) for name, one in list(value.items())[:_MEMBERS])
    found.sort(key=lambda one: one[:3])
    offered = [path for *_order, path in found if len(path.text) <= _MAX_LENGTH]
    return (*offered[:MAX_OFFERED], JsonPath())


def _written(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if _PLAIN.fullmatch(step):
        return f".{step}"
    return '["' + step.replace("\\", "\\\\").replace('"', '\\"') + '"]'
