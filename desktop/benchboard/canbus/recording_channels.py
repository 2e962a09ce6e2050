"""What the channels of a recording are called, in each form of file, and how one of them is chosen. No I/O."""

import re
from collections.abc import Sequence
from typing import Final

from benchboard.errors import Invalid
from benchboard.i18n import _

MOST_CHANNELS: Final = 64
"""Channels that are told apart: every line of a hostile log may have another one."""
OTHERS: Final = "…"
"""What the channels beyond these are called together."""
_NAMED, _LONGEST = 4, 16
"""Channels that are named in a sentence, and characters of a name."""
_NUMBER: Final = re.compile(r"\d{1,4}$")


class ChannelNames:
    """The names of the channels of one recording, each kept once; those beyond `MOST_CHANNELS` are `OTHERS`."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def of(self, name: str) -> str:
        """The name of a channel as it is kept."""
        kept = self._names.get(name)
        if kept is None:
            kept = OTHERS if len(self._names) >= MOST_CHANNELS else name
            if kept is name:
                self._names[name] = name
        return kept


def channel_name(channel: object, form: str) -> str:
    """What a file of this form calls a channel of python-can's reader, which counts those of ASC from 0 on."""
    if channel is None:
        return ""
    return str(channel + 1) if isinstance(channel, int) and form == "asc" else str(channel)


def short_name(channel: str) -> str:
    """The name of a channel, cut where a hostile file has a long one."""
    return channel if len(channel) <= _LONGEST else f"{channel[:_LONGEST]}…"


def names_text(channels: Sequence[str]) -> str:
    """The first few names of channels, for a sentence."""
    return ", ".join([*map(short_name, channels[:_NAMED]), *(["…"] if len(channels) > _NAMED else [])])


def require_channel(name: str, channel: str | None, channels: Sequence[str]) -> None:
    """Raise `Invalid` (`can.channel`) if the recording called `name`, which has these channels, hasn't this one."""
    if channel is None or channel in channels:
        return
    what = _("“{name}” has no channel “{channel}”.").format(name=name, channel=channel)
    do = _("Choose one of: {list}.").format(list=names_text(channels)) if channels else _("Leave out --channel.")
    raise Invalid("can.channel", what, do=do, field="channel")


def numbered(channels: Sequence[str]) -> dict[str, int]:
    """The number of each channel in a file that has numbers, from 1 on: the first one where a name says none. A name
    that ends in a number has the next higher one, as can0 is the first interface, unless another channel has that too.
    """
    found: dict[str, int] = {}
    for name in channels:
        digits = _NUMBER.search(name)
        wanted = 1 if digits is None else int(digits[0]) + (not name.isdecimal())
        taken = set(found.values())
        found[name] = wanted if wanted and wanted not in taken else next(
            one for one in range(1, len(channels) + 2) if one not in taken
        )  # fmt: skip
    return found


def interface_name(channel: str) -> str:
    """What candump calls a channel: its name, or an interface where that is a number or nothing."""
    if channel.isdecimal():
        return f"can{max(int(channel) - 1, 0)}"
    return channel if channel and not re.search(r"\s", channel) else "can0"
