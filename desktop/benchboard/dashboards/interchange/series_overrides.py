"""Overrides of single series in Grafana: which are on the right axis, its ends, unit and decimals; their colours."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from benchboard.dashboards.document.series_settings import AXIS_RIGHT, COLOURS, MOST_NAMED, PALETTE, named_colours
from benchboard.dashboards.document.widget_kinds import MAX_MEASURE

CHARTS: Final = ("line_chart", "area_chart", "bar_chart", "pie_chart", "scatter_chart")
"""The kinds whose series have an axis, and those whose points or slices have colours."""
_BY_NAME: Final = "byName"
_PLACEMENT: Final = "custom.axisPlacement"
_RIGHT: Final = {"right_min": "min", "right_max": "max", "right_unit": "unit", "right_decimals": "decimals"}
"""Our settings of the right axis, and Grafana's of each series on it."""
_MAX_UNIT: Final = 40
_COLOUR: Final = "color"
_THEIR_COLOURS: Final = {
    "blue": "blue", "orange": "orange", "teal": "dark-green", "pink": "#CB218B", "violet": "purple",
    "cyan": "light-blue", "olive": "dark-yellow", "green": "green",
}  # fmt: skip
"""Grafana's name of each of our colours; pink, for which it has no name, in the shade of our light theme."""
_OURS: Final = {theirs.lower(): ours for ours, theirs in _THEIR_COLOURS.items()}
_HUES: Final = {"blue": "blue", "orange": "orange", "green": "green", "purple": "violet", "yellow": "olive"}
"""The colour for the other shades of Grafana's (`semi-dark-blue`)."""

ReadUnit = Callable[[object], str]
"""Returns Grafana's unit as we write it."""


def series_settings(overrides: object, read_unit: ReadUnit) -> dict[str, Any]:
    """The settings of a chart that say what its panel's overrides do; the ends of the right axis are those of the first
    series there."""
    named = list(_named(overrides))
    colours = {name: colour for name, found in named if (colour := _our_colour(found.get(_COLOUR)))}
    made: dict[str, Any] = {COLOURS: dict(list(colours.items())[:MOST_NAMED])} if colours else {}
    right = [(name, found) for name, found in named if found.get(_PLACEMENT) == "right"][:MOST_NAMED]
    if not right:
        return made
    first = right[0][1]
    made[AXIS_RIGHT] = [name for name, _properties in right]
    made |= {key: first[name] for key, name in list(_RIGHT.items())[:2] if _is_number(first.get(name))}
    if unit := read_unit(first.get("unit"))[:_MAX_UNIT]:
        made["right_unit"] = unit
    decimals = first.get("decimals")
    if isinstance(decimals, int) and not isinstance(decimals, bool) and 0 <= decimals <= 6:
        made["right_decimals"] = decimals
    return made


def with_series(
    overrides: object, config: Mapping[str, object], read_unit: ReadUnit, write_unit: Callable[[str], str]
) -> list[Any] | None:
    """The overrides with what was changed of these settings; None if nothing was."""
    was, found = series_settings(overrides, read_unit), _listed(overrides)
    axis = {key: value for key in (AXIS_RIGHT, *_RIGHT) if (value := config.get(key)) not in (None, "", [])}
    axis = axis if AXIS_RIGHT in axis else {}
    if axis != {key: value for key, value in was.items() if key != COLOURS}:
        found = _with_axis(found, axis, write_unit)
    colours, before = {name: PALETTE[one] for name, one in named_colours(config).items()}, was.get(COLOURS, {})
    for name in dict.fromkeys((*before, *colours)):
        if before.get(name) != colours.get(name):
            found = _with_colour(found, name, colours.get(name))
    return found if found != _listed(overrides) else None


def is_mapped(override: object) -> bool:
    """Whether our settings say all that an override does."""
    properties = next((found for _one, found in _named([override])), {})
    known = {_PLACEMENT, *_RIGHT.values()} if properties.get(_PLACEMENT) == "right" else set[str]()
    known |= {_COLOUR} if _our_colour(properties.get(_COLOUR)) else set()
    return bool(properties) and properties.keys() <= known


def _with_axis(overrides: list[Any], now: Mapping[str, object], write_unit: Callable[[str], str]) -> list[Any]:
    """The overrides with these series on the right axis, and no others."""
    names = [one for one in _listed(now.get(AXIS_RIGHT)) if isinstance(one, str)]
    properties: dict[str, object] = {_PLACEMENT: "right"}
    for key, name in _RIGHT.items():
        if key in now:
            properties[name] = write_unit(str(now[key])) if key == "right_unit" else now[key]
    found = [_changed(one, properties if _name(one) in names else {}, names) for one in overrides]
    known = {_name(one) for one in found if one is not None}
    found += [_override(name, properties) for name in names if name not in known]
    return [one for one in found if one is not None]


def _changed(override: Any, properties: Mapping[str, object], names: Sequence[str]) -> Any:
    """An override with these properties in the place of those of a right axis; None if nothing is left of it."""
    if _name(override) is None:
        return override
    listed = [one for one in _listed(override.get("properties")) if isinstance(one, Mapping)]
    was_right = any(one.get("id") == _PLACEMENT and one.get("value") == "right" for one in listed)
    if not was_right and _name(override) not in names:
        return override
    own = {_PLACEMENT, *_RIGHT.values()} if was_right else {_PLACEMENT, *properties}
    rest = [one for one in listed if one.get("id") not in own]
    made = [*rest, *({"id": key, "value": value} for key, value in properties.items())]
    return {**override, "properties": made} if made else None


def _with_colour(overrides: list[Any], name: str, colour: str | None) -> list[Any]:
    """The overrides with this colour of a series; None: with none."""
    made = {_COLOUR: {"mode": "fixed", "fixedColor": _THEIR_COLOURS[colour]}} if colour is not None else {}
    found: list[Any] = []
    has_it = False
    for one in overrides:
        if _name(one) != name:
            found.append(one)
            continue
        rest = [each for each in _listed(one.get("properties")) if not _is_of(each, _COLOUR)]
        listed = rest if has_it else [*rest, *({"id": key, "value": value} for key, value in made.items())]
        found += [{**one, "properties": listed}] if listed else []
        has_it = True
    return found if has_it or not made else [*found, _override(name, made)]


def _our_colour(value: object) -> str:
    """The name of our colour for one of Grafana's; empty where there is none."""
    given = value.get("fixedColor") if isinstance(value, Mapping) and value.get("mode") == "fixed" else None
    if not isinstance(given, str):
        return ""
    return _OURS.get(given.lower()) or _HUES.get(given.lower().rpartition("-")[2], "")


def _override(name: str, properties: Mapping[str, object]) -> dict[str, Any]:
    listed = [{"id": key, "value": value} for key, value in properties.items()]
    return {"matcher": {"id": _BY_NAME, "options": name}, "properties": listed}


def _named(overrides: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """The properties of each override by a name."""
    for one in _listed(overrides):
        name = _name(one)
        if name is not None:
            listed = [each for each in _listed(one.get("properties")) if isinstance(each, Mapping)]
            yield name, {str(each.get("id")): each.get("value") for each in listed}


def _name(override: Any) -> str | None:
    matcher = override.get("matcher") if isinstance(override, Mapping) else None
    name = matcher.get("options") if isinstance(matcher, Mapping) and matcher.get("id") == _BY_NAME else None
    return name if isinstance(name, str) else None


def _is_of(each: object, name: str) -> bool:
    return isinstance(each, Mapping) and each.get("id") == name


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_MEASURE


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
