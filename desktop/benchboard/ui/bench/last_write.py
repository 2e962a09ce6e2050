"""Whether a dongle still has the bit timing that was written to it last by this view."""

from benchboard.dongles.protocol import DongleConfig
from benchboard.ui.bench.timing_request import stored_phases


class LastWrite:
    """A dongle's record follows a write a moment later, so it counts as changed only once it was as written."""

    def __init__(self) -> None:
        self._stored: DongleConfig | None = None
        self._was_seen = False

    @property
    def is_known(self) -> bool:
        """Whether it is known what the dongle had after the write."""
        return self._stored is not None

    def forget(self) -> None:
        """A write begins, or another dongle is selected."""
        self._stored, self._was_seen = None, False

    def remember(self, stored: DongleConfig) -> None:
        """The write is over, and the dongle has this configuration."""
        self._stored, self._was_seen = stored, False

    def is_replaced(self, recorded: DongleConfig) -> bool:
        """Whether the dongle, by what is `recorded` of it now, got another bit timing since; each is told once."""
        if self._stored is None:
            return False
        if stored_phases(recorded).is_stored_as(stored_phases(self._stored), recorded.controller):
            self._was_seen = True
            return False
        if not self._was_seen:
            return False
        self.remember(recorded)
        self._was_seen = True
        return True
