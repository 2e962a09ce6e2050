"""Where plots have their values from: the live bus, or a recording."""

from typing import Protocol

from benchboard.canbus.dbc import Signal
from benchboard.canbus.signal_decoder import SignalKey
from benchboard.canbus.signal_history import SignalHistory


class SignalSource(Protocol):
    """Histories by signal. Others may be filling them on another thread."""

    @property
    def is_live(self) -> bool:
        """Whether more values come by themselves, so that what is shown can follow the present."""
        ...

    @property
    def span(self) -> tuple[int, int] | None:
        """The times (Unix, ns) of the first and the last value; None without any."""
        ...

    def history(self, key: SignalKey) -> SignalHistory | None:
        """The history of a signal, if there is one."""
        ...

    def signal(self, key: SignalKey) -> Signal | None:
        """What a signal's values mean, if it has a history."""
        ...
