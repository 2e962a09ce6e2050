"""Binds the values of a dashboard's variables to a query over files, as parameters: never written into its text."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from benchboard.analytics.duckdb_errors import Place, SourceText
from benchboard.analytics.query_parser import find_surrogate
from benchboard.analytics.variable_binding import MAX_BOUND, TIMESTAMPS, read_moments
from benchboard.i18n import _

BoundValue = str | datetime | None


@dataclass(frozen=True, slots=True)
class BoundText:
    """A query with its variables as numbered parameters, their values, and where each stood in the marked text."""

    text: str
    values: Mapping[str, BoundValue]
    edits: Sequence[tuple[int, int, int]]
    """Of each use in order, in bytes: its place in the marked text, its length there, its length here."""


def bind_variables(source: SourceText, several: Collection[int], variables: Mapping[str, Sequence[str]]) -> BoundText:
    """Replace each variable by parameters with its values: several at the places (bytes) in `several`, else one.

    Raises `Invalid` for a variable that doesn't exist or has several values where one is needed.
    """
    content, at = bytearray(source.text.encode()), 0
    for place in source.marked.semicolons:
        content[place : place + 1] = b" "  # the query becomes part of another
    parts: list[bytes] = []
    values: dict[str, BoundValue] = {}
    edits: list[tuple[int, int, int]] = []
    for place, name in sorted(source.variables.items()):
        length = len(name.encode()) + 1
        known = _values(source, name, (place, length), variables, several=place in several)
        if len(values) + len(known) > MAX_BOUND:
            what = _("The variables in this query have more than {limit} values.").format(limit=MAX_BOUND)
            do = _("Select fewer values, or use the variable fewer times.")
            raise source.error("too-many-values", what, do, (place, length))
        keys = [f"v{len(values) + number}" for number in range(len(known))]
        values |= dict(zip(keys, known, strict=True))
        written = ", ".join(f"${key}" for key in keys).encode()
        parts += [bytes(content[at:place]), written]
        edits.append((place, length, len(written)))
        at = place + length
    return BoundText(b"".join([*parts, bytes(content[at:])]).decode(), values, edits)


def _values(
    source: SourceText, name: str, place: Place, variables: Mapping[str, Sequence[str]], *, several: bool
) -> list[BoundValue]:
    """The values of a variable for one use, null if it has none: texts, or times of a dashboard's range."""
    if name not in variables:
        what = _("There is no variable “{name}”.").format(name=name[:80])
        do = _("Available variables: {names}.").format(names=", ".join(variables)) if variables else ""
        raise source.error("no-variable", what, do, place)
    found = variables[name]
    if len(found) > 1 and not several:
        what = _("“{name}” has several values selected.").format(name=name)
        raise source.error("several", what, _("Use IN (:{name}).").format(name=name), place)
    if any("\0" in value or find_surrogate(value) for value in found):
        what = _("A value of variable “{name}” contains an invalid character.").format(name=name)
        raise source.error("not-text", what, "", place)
    if name in TIMESTAMPS and (moments := read_moments(found)):
        return [moment.astimezone(UTC).replace(tzinfo=None) for moment in moments]
    return list(found) or [None]
