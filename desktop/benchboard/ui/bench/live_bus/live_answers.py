"""Whether the dongle of the open live bus responds, followed once for all that say it."""

from datetime import UTC, datetime

from PySide6.QtCore import QObject, Signal

from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.bench.live_bus.live_load import LiveLoad
from benchboard.ui.context import Context


class LiveAnswers(QObject):
    """`stopped`: the dongle of the open bus doesn't respond any more, `since` when. `returned`: it does again. The
    device manager is told both: a dongle whose port is used isn't asked. One lives as long as the session.
    """

    stopped = Signal()
    returned = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context.session)
        self._devices = DeviceManager.of(context)
        self._live: LiveBus | None = None
        self.since: datetime | None = None
        load = LiveLoad.of(context)
        load.sampled.connect(self._follow)

    @staticmethod
    def of(context: Context) -> "LiveAnswers":
        """The one of this session."""
        existing = context.session.findChild(LiveAnswers)
        return existing if existing is not None else LiveAnswers(context)

    def _follow(self) -> None:
        live = self._devices.live
        is_same, self._live = live is self._live, live
        asked = live.capture.counters().bus.unanswered_since if live is not None else None
        was, self.since = self.since, datetime.fromtimestamp(asked, UTC) if asked is not None else None
        if live is not None and self.since is not None and (was is None or not is_same):
            self._devices.note_silence(live.path, self.since)
            self.stopped.emit()
        elif live is not None and self.since is None and was is not None and is_same:  # another bus says nothing of it
            self._devices.note_answer(live.path)
            self.returned.emit()
