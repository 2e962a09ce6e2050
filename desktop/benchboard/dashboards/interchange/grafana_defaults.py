"""Defaults for what Grafana's files leave out although its schema requires it.

They don't change what a dashboard shows.
"""

from collections.abc import Mapping
from typing import Any, Final

_LINK: Final = {
    "asDropdown": False,
    "icon": "",
    "includeVars": False,
    "keepTime": False,
    "tags": [],
    "targetBlank": False,
    "title": "",
    "tooltip": "",
    "type": "link",
}
_TIME_PICKER: Final = ("hidden", "refresh_intervals", "quick_ranges", "nowDelay")


def with_root_defaults(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A dashboard's own fields. Grafana's schemas disagree on what `gnetId` is, so that is left out."""
    root = {key: value for key, value in raw.items() if value is not None and key != "gnetId"}
    if root.get("refresh") is False:
        root["refresh"] = ""
    if isinstance(root.get("timepicker"), Mapping):
        root["timepicker"] = {key: root["timepicker"][key] for key in _TIME_PICKER if key in root["timepicker"]}
    return _linked(root)


def with_panel_defaults(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A panel's fields."""
    panel = _linked(with_variable_defaults(raw))
    steps = panel.get("transformations")
    if isinstance(steps, list):
        panel["transformations"] = [{"options": {}, **step} if isinstance(step, Mapping) else step for step in steps]
    config = panel.get("fieldConfig")
    if isinstance(config, Mapping):
        defaults = config.get("defaults")
        panel["fieldConfig"] = {"overrides": [], **config, "defaults": _stepped(defaults)}
    return panel


def with_variable_defaults(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A variable's fields."""
    fields = {key: value for key, value in raw.items() if value is not None}
    if isinstance(fields.get("datasource"), str):
        fields["datasource"] = {"uid": fields["datasource"]}  # where Grafana looks a name up, too
    return fields


def _linked(holder: dict[str, Any]) -> dict[str, Any]:
    links = holder.get("links")
    if not isinstance(links, list):
        return holder
    return {**holder, "links": [{**_LINK, **link} if isinstance(link, Mapping) else link for link in links]}


def _stepped(defaults: object) -> dict[str, Any]:
    """`fieldConfig.defaults` with a mode and with a value in every step of its thresholds: the lowest one's, which is
    null, is often left out."""
    fields = dict(defaults) if isinstance(defaults, Mapping) else {}
    thresholds = fields.get("thresholds")
    if isinstance(thresholds, Mapping) and isinstance(thresholds.get("steps"), list):
        steps = thresholds["steps"]
        whole = [{"value": None, **step} if isinstance(step, Mapping) else step for step in steps]
        fields["thresholds"] = {"mode": "absolute", **thresholds, "steps": whole}
    return {key: value for key, value in fields.items() if value is not None}
