"""Overrides of single series in Grafana: which are on the right axis, with its ends, unit and decimals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from benchboard.dashboards.document.series_settings import AXIS_RIGHT, MOST_NAMED
from benchboard.dashboards.document.widget_kinds import MAX_MEASURE

CHARTS: Final = ("line_chart", "area_chart", "bar_chart")
"""The kinds whose series have an axis."""
_BY_NAME: Final = "byName"
_PLACEMENT: Final = "custom.axisPlacement"
_RIGHT: Final = {"right_min": "min", "right_max": "max", "right_unit": "unit", "right_decimals": "decimals"}
"""Our settings of the right axis, and Grafana's of each series on it."""
_MAX_UNIT: Final = 40

ReadUnit = Callable[[object], str]
"""Returns Grafana's unit as we write it."""


def series_settings(overrides: object, read_unit: ReadUnit) -> dict[str, Any]:
    """The settings of a chart that say what its panel's overrides do; the ends of the right axis are those of the first
    series there."""
    right = [(name, properties) for name, properties in _named(overrides) if properties.get(_PLACEMENT) == "right"][
        :MOST_NAMED
    ]
    if not right:
        return {}
    found: dict[str, Any] = {AXIS_RIGHT: [name for name, _properties in right]}
    first = right[0][1]
    found |= {key: first[name] for key, name in list(_RIGHT.items())[:2] if _is_number(first.get(name))}
    if unit := read_unit(first.get("unit"))[:_MAX_UNIT]:
        found["right_unit"] = unit
    decimals = first.get("decimals")
    if isinstance(decimals, int) and not isinstance(decimals, bool) and 0 <= decimals <= 6:
        found["right_decimals"] = decimals
    return found


def with_series(
    overrides: object, config: Mapping[str, object], read_unit: ReadUnit, write_unit: Callable[[str], str]
) -> list[Any] | None:
    """The overrides with what was changed of these settings; None if nothing was."""
    was = series_settings(overrides, read_unit)
    now = {key: value for key in (AXIS_RIGHT, *_RIGHT) if (value := config.get(key)) not in (None, "", [])}
    if AXIS_RIGHT not in now:
        now = {}
    if now == was:
        return None
    names = [one for one in _listed(now.get(AXIS_RIGHT)) if isinstance(one, str)]
    properties: dict[str, object] = {_PLACEMENT: "right"}
    for key, name in _RIGHT.items():
        if key in now:
            properties[name] = write_unit(str(now[key])) if key == "right_unit" else now[key]
    found = [_changed(one, properties if _name(one) in names else {}, names) for one in _listed(overrides)]
    known = {_name(one) for one in found if one is not None}
    found += [_override(name, properties) for name in names if name not in known]
    return [one for one in found if one is not None]


def is_mapped(override: object) -> bool:
    """Whether our settings say all that an override does."""
    properties = next((found for _one, found in _named([override])), None)
    return (
        properties is not None
        and properties.get(_PLACEMENT) == "right"
        and not (properties.keys() - {_PLACEMENT, *_RIGHT.values()})
    )


def _changed(override: Any, properties: Mapping[str, object], names: Sequence[str]) -> Any:
    """An override with these properties in the place of those of a right axis; None if nothing is left of it."""
    if not isinstance(override, Mapping) or _name(override) is None:
        return override
    listed = [one for one in _listed(override.get("properties")) if isinstance(one, Mapping)]
    was_right = any(one.get("id") == _PLACEMENT and one.get("value") == "right" for one in listed)
    if not was_right and _name(override) not in names:
        return override
    own = {_PLACEMENT, *_RIGHT.values()} if was_right else {_PLACEMENT, *properties}
    rest = [one for one in listed if one.get("id") not in own]
    made = [*rest, *({"id": key, "value": value} for key, value in properties.items())]
    return {**override, "properties": made} if made else None


def _override(name: str, properties: Mapping[str, object]) -> dict[str, Any]:
    listed = [{"id": key, "value": value} for key, value in properties.items()]
    return {"matcher": {"id": _BY_NAME, "options": name}, "properties": listed}


def _named(overrides: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """The properties of each override by a name."""
    for one in _listed(overrides):
        name = _name(one)
        if name is not None:
            yield (
                name,
                {
                    str(each.get("id")): each.get("value")
                    for each in _listed(one.get("properties"))
                    if isinstance(each, Mapping)
                },
            )


def _name(override: Any) -> str | None:
    matcher = override.get("matcher") if isinstance(override, Mapping) else None
    name = matcher.get("options") if isinstance(matcher, Mapping) and matcher.get("id") == _BY_NAME else None
    return name if isinstance(name, str) else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_MEASURE


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
