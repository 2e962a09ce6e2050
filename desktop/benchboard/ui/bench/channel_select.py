"""Chooses a channel of a recording, or all of them; hidden where there is only one."""

from collections.abc import Sequence
from typing import Final

from benchboard.canbus.recording_channels import short_name
from benchboard.i18n import _
from benchboard.ui.widgets import Select

_ALL: Final = "*"
_ONE: Final = "="
"""What the keys of all channels and of one of them begin with: a channel may have no name."""


class ChannelSelect(Select):
    """The channels of a recording. `of`: what is before the titles, where several recordings are shown."""

    def __init__(self, *, name: str, label: str, of: str = "") -> None:
        super().__init__(name=name, label=label)
        self._of = of
        self.hide()

    def show_channels(self, channels: Sequence[str], chosen: str | None = None) -> None:
        """Offer these channels, and choose one of them, or all."""
        titles = [(_ONE + one, _title(one)) for one in channels]
        self.set_choices([(key, self._of + title) for key, title in ((_ALL, _("All channels")), *titles)])
        self.choose(chosen)
        self.setVisible(len(channels) > 1)

    def choose(self, channel: str | None) -> None:
        """Choose a channel, or all."""
        self.set_current_key(_ALL if channel is None else _ONE + channel)

    @property
    def channel(self) -> str | None:
        """The channel that is chosen; None for all."""
        key = self.current_key()
        return key.removeprefix(_ONE) if key.startswith(_ONE) else None


def _title(channel: str) -> str:
    return _("Channel {name}").format(name=short_name(channel)) if channel else _("Without channel")
