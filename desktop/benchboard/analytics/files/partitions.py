"""What the names of the subfolders of a folder say of the rows of their files, as columns: `year=2026` has the key and
the value, as Hive and Spark write them; of any other subfolder the name is the value.

Names may be hostile: they are compared as texts and quoted, never run or matched as patterns."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args
from urllib.parse import unquote

from benchboard.analytics.files.column_names import query_names
from benchboard.analytics.files.sql_text import literal
from benchboard.i18n import _

PartitionKind = Literal["text", "integer", "date"]
PARTITION_KINDS: Final[tuple[PartitionKind, ...]] = get_args(PartitionKind)
MAX_DEPTH: Final = 10
"""Subfolders inside each other that are looked into."""
_NOTHING: Final = "__HIVE_DEFAULT_PARTITION__"
"""How Hive and Spark write that there is no value."""
_PATTERNS: Final[dict[PartitionKind, re.Pattern[str]]] = {
    "integer": re.compile(r"-?[0-9]{1,18}", re.ASCII), "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII),
}  # fmt: skip
_TYPES: Final[dict[PartitionKind, str]] = {"integer": "BIGINT", "date": "DATE"}


@dataclass(frozen=True, slots=True)
class Partition:
    """A column of what subfolders say, called `name` in queries. `key` is what stands before “=” in their names, and
    `level` 0; of those without, `level` is how deep they are, from 1, and `key` is a title."""

    key: str
    level: int
    name: str
    kind: PartitionKind


def partitions_of(names: Sequence[str], taken: Sequence[str]) -> tuple[Partition, ...]:
    """The columns that the subfolders of these files make, in the order of their depth. `taken`: the names that the
    other columns have in queries."""
    values: dict[tuple[str, int], list[str]] = {}
    for name in names:
        for key, level, value in _parts(name):
            values.setdefault((key, level), []).append(value)
    titles = [key or _("Folder {number}").format(number=level) for key, level in values]
    found = query_names((*taken, *titles))[len(taken) :]
    return tuple(
        Partition(title, level, name, _kind(every))
        for title, name, ((_key, level), every) in zip(titles, found, values.items(), strict=True)
    )[:MAX_DEPTH]


def partitions_now(before: Sequence[Partition], names: Sequence[str], taken: Sequence[str]) -> tuple[Partition, ...]:
    """The columns of before, as text where values came that don't fit, and those that came since."""
    found = {(one.key, one.level): one for one in partitions_of(names, [*taken, *(one.name for one in before)])}
    kept = []
    for one in before:
        now = found.pop((one.key, one.level), None)
        kept.append(one if now is None or now.kind == one.kind else replace(one, kind="text"))
    return (*kept, *found.values())[:MAX_DEPTH]


def _parts(name: str) -> Iterator[tuple[str, int, str]]:
    """What the subfolders in a file's name say: key, level and value."""
    for level, part in enumerate(name.split("/")[:-1], 1):
        key, equals, value = part.partition("=")
        yield (key, 0, unquote(value)) if equals and key else ("", level, part)


def _kind(values: Sequence[str]) -> PartitionKind:
    filled = [one for one in values if one not in ("", _NOTHING)]
    for kind, pattern in _PATTERNS.items():
        if filled and all(pattern.fullmatch(one) for one in filled):
            return kind
    return "text"


def is_inside(name: str) -> bool:
    """Whether a name is that of a file in a folder or its subfolders, and of no other."""
    parts = name.split("/")
    return len(parts) <= MAX_DEPTH + 1 and all(part not in ("", ".", "..") and "\\" not in part for part in parts)


def partition_sql(one: Partition, name: str) -> str:
    """The value of a partition for a row, from the name of its file in SQL; NULL where there is none."""
    folders = f"regexp_replace('/' || {name}, '/[^/]*$', '/')"
    if one.level:
        part = f"split_part({folders}, '/', {one.level + 1})"
        value = f"CASE WHEN instr({part}, '=') > 1 THEN NULL ELSE nullif({part}, '') END"
    else:
        raw = f"split_part(split_part({folders}, {literal(f'/{one.key}=')}, 2), '/', 1)"
        value = f"nullif(nullif(url_decode({raw}), ''), {literal(_NOTHING)})"
    return f"TRY_CAST({value} AS {_TYPES[one.kind]})" if one.kind in _TYPES else value
