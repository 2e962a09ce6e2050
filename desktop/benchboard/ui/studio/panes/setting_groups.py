"""In which groups and rows the inspector shows the settings of a widget."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from benchboard.dashboards.document.widget_kinds import Setting
from benchboard.i18n import N_

LIMITS: Final = ("reference", "target", "warn", "alarm")
"""The settings that are a line or a mark in a chart: each has a row of its own while it is set."""
LINE_LABEL: Final = "reference_label"
"""The label of the reference line, which is shown while that is set."""
_AXIS: Final = (
    ("axis_min", "axis_max"), ("min", "max"), ("scale",), ("unit", "decimals"), ("right_min", "right_max"),
    ("right_unit", "right_decimals"),
)  # fmt: skip
_COMPARE: Final = (("before",), ("compare",), ("good",))
_GROUPED: Final = frozenset(key for row in (*_AXIS, *_COMPARE) for key in row) | {*LIMITS, LINE_LABEL}
SHORT_TITLES: Final = {
    "axis_min": N_("Min"), "axis_max": N_("Max"), "right_min": N_("Right min"), "right_max": N_("Right max"),
    "right_unit": N_("Right unit"), "right_decimals": N_("Right decimals"),
}  # fmt: skip
"""What a setting is called in its group, where it would say the group again."""

Rows = list[tuple[Setting, ...]]


class SettingGroup(NamedTuple):
    """The settings below a sub-heading, in rows; `limits` are those of `LIMITS`, and the label of a line."""

    key: str
    title: str
    rows: Rows
    limits: tuple[Setting, ...] = ()


def setting_groups(settings: Sequence[Setting]) -> list[SettingGroup]:
    """The groups of these settings, those without a heading first; none that is empty."""
    by_key = {one.key: one for one in settings}

    def rows(keys: Sequence[tuple[str, ...]]) -> Rows:
        found = [tuple(by_key[key] for key in row if key in by_key) for row in keys]
        return [row for row in found if row]

    limits = tuple(by_key[key] for key in (*LIMITS, LINE_LABEL) if key in by_key)
    others: Rows = [(one,) for one in settings if one.key not in _GROUPED]
    groups = [
        SettingGroup("", "", others),
        SettingGroup("axis", N_("Axis") if by_key.keys() & {"axis_min", "min"} else "", rows(_AXIS)),
        SettingGroup("limits", N_("Lines and limits"), [], limits),
        SettingGroup("compare", N_("Compare"), rows(_COMPARE)),
    ]
    return [one for one in groups if one.rows or one.limits]
