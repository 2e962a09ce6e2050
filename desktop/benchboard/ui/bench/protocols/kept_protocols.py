"""The protocols of each dongle's bus and of each recording, in the settings."""

import json
from dataclasses import replace
from typing import Any, Final

from benchboard.canbus.protocols.protocol_choice import NO_PROTOCOL, ProtocolChoice, kept_choice
from benchboard.ui.context import Context

_MOST_KEPT: Final = 200
"""Buses and recordings whose protocols are kept; those changed longest ago are forgotten."""


def protocol_of(context: Context, key: str) -> ProtocolChoice:
    """The protocol that was chosen last for the dongle or the recording of this key; none if none is kept."""
    kept = _kept(context).get(key)
    return kept_choice(kept) if isinstance(kept, str) else NO_PROTOCOL


def keep_protocol_of(context: Context, key: str, choice: ProtocolChoice) -> None:
    """Keep the protocol of this dongle or recording."""
    others = {one: text for one, text in _kept(context).items() if one != key}
    newest = dict(list(others.items())[-(_MOST_KEPT - 1) :])
    kept = newest if choice == NO_PROTOCOL else {**newest, key: choice.text}
    text = json.dumps(kept, ensure_ascii=False) if kept else ""
    if text != context.settings.protocols:
        context.apply_settings(replace(context.settings, protocols=text))


def follow_protocol(context: Context, old: str, new: str) -> None:
    """A recording has another key now: its protocol follows."""
    choice = protocol_of(context, old)
    if choice != NO_PROTOCOL:
        keep_protocol_of(context, old, NO_PROTOCOL)
        keep_protocol_of(context, new, choice)


def _kept(context: Context) -> dict[str, Any]:
    try:
        kept = json.loads(context.settings.protocols or "{}")
    except (ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}
