"""Grafana's dashboards for tests: real ones, and a check against Grafana's own types."""

import enum
import json
import sys
import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

Json = dict[str, Any]
_ROOT = Path(__file__).resolve().parents[2]


def real() -> list[Path]:
    """The files of `shared/grafana` beside the checkout (or beside a folder that holds it); none where there is no
    such folder."""
    found = (above / "shared" / "grafana" for above in _ROOT.parents)
    return sorted(next((folder for folder in found if folder.is_dir()), _ROOT / "none").glob("*.json"))


NEEDS_REAL = pytest.mark.skipif(not real(), reason="there is no shared/grafana beside this checkout")


def panels(listed: Iterable[Json]) -> Iterator[Json]:
    """Every panel of a dashboard, those in collapsed rows too."""
    for panel in listed:
        yield panel
        yield from panels(panel.get("panels", []))


def items(listed: Iterable[Json]) -> Iterator[Json]:
    """Every item of a document, at every level."""
    for item in listed:
        yield item
        yield from items(item.get("items", []))
        for tab in item.get("tabs", []):
            yield from items(tab["items"])


def faults(dashboard: Json) -> list[str]:
    """What Grafana's types, generated from its schema, find wrong with a dashboard: values of another type, and fields
    they do not know."""
    read = Dashboard.from_json(dashboard)
    back = json.loads(JSONEncoder().encode(read))
    return [*_mistyped(read, Dashboard, ""), *_unknown(dashboard, back, "")]


def _mistyped(value: Any, kind: Any, way: str) -> Iterator[str]:
    """Where a value is not of its type; `way` leads to it."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in (object, Any):
        return
    if origin in (typing.Union, types.UnionType):
        yield from _of_no_member(value, inner, way)
    elif origin is typing.Literal:
        yield from [] if value in inner else [f"{way} is {value!r}, not in {inner}"]
    elif origin in (list, dict):
        if not isinstance(value, origin):
            yield f"{way} is {value!r}, no {origin.__name__}"
            return
        for key, part in value.items() if origin is dict else enumerate(value):
            yield from _mistyped(part, inner[-1], f"{way}.{key}")
    elif kind.__module__ == "builtins" or issubclass(kind, enum.Enum):
        yield from [] if _is_a(value, kind) else [f"{way} is {value!r}, no {kind.__name__}"]
    elif not isinstance(value, kind):
        yield f"{way} is a {type(value).__name__}, no {kind.__name__}"
    else:
        for name, said in typing.get_type_hints(kind, vars(sys.modules[kind.__module__])).items():
            yield from _mistyped(getattr(value, name), said, f"{way}.{name}") if hasattr(value, name) else []


def _of_no_member(value: Any, members: Sequence[Any], way: str) -> Iterator[str]:
    """What is wrong for every member of a union; the member of the value's own class has the words."""
    if not all(any(_mistyped(value, one, way)) for one in members):
        return
    own = [one for one in members if isinstance(value, typing.get_origin(one) or one)]
    yield from _mistyped(value, own[0], way) if own else [f"{way} is {value!r}, none of {members}"]


def _is_a(value: Any, kind: Any) -> bool:
    if issubclass(kind, enum.Enum):
        return value in [member.value for member in kind]
    fits = isinstance(value, (int, float) if kind is float else kind)
    return fits and isinstance(value, bool) == (kind is bool)  # a bool is no number in JSON


def _unknown(given: Any, back: Any, way: str) -> Iterator[str]:
    if isinstance(given, dict) and isinstance(back, dict):
        yield from (f"{way}.{key} is unknown" for key in given.keys() - back.keys())
        for key in given.keys() & back.keys():
            yield from _unknown(given[key], back[key], f"{way}.{key}")
    elif isinstance(given, list) and isinstance(back, list) and len(given) == len(back):
        for place, (one, other) in enumerate(zip(given, back, strict=True)):
            yield from _unknown(one, other, f"{way}.{place}")
    elif given != back:
        yield f"{way} is {given!r}, read as {back!r}"
