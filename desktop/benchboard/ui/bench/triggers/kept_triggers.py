"""The triggers of each dongle, in the settings."""

import json
from dataclasses import replace
from typing import Any, Final

from benchboard.canbus.trigger_table import TriggerTable, rows_triggers, trigger_rows
from benchboard.ui.context import Context

_MOST_DONGLES: Final = 50
"""Dongles whose triggers are kept; those changed longest ago are forgotten."""


def triggers_of(context: Context, device_id: str) -> TriggerTable:
    """The triggers that this dongle had last; none if none are kept."""
    return rows_triggers(_kept(context).get(device_id, []))


def keep_triggers_of(context: Context, device_id: str, table: TriggerTable) -> None:
    """Keep the triggers of this dongle."""
    others = {key: rows for key, rows in _kept(context).items() if key != device_id}
    newest = dict(list(others.items())[-(_MOST_DONGLES - 1) :])
    kept = {**newest, device_id: trigger_rows(table)} if table.rows else newest
    text = json.dumps(kept, ensure_ascii=False) if kept else ""
    if text != context.settings.live_triggers:
        context.apply_settings(replace(context.settings, live_triggers=text))


def _kept(context: Context) -> dict[str, Any]:
    try:
        kept = json.loads(context.settings.live_triggers or "{}")
    except (ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}
