"""TimeText: how long ago something was."""

from datetime import datetime

from benchboard.i18n import sentence_start
from benchboard.ui.time_format import full_time, relative_time
from benchboard.ui.widgets import Text
from benchboard.ui.widgets.labels import Tone


class TimeText(Text):
    """How long ago something was, with the time in full in its tooltip."""

    def __init__(self, time: datetime | None, tone: Tone = "text") -> None:
        super().__init__(sentence_start(relative_time(time)), "body", tone)
        self._time = time
        self.setToolTip(full_time(time))

    def refresh(self) -> None:
        text = sentence_start(relative_time(self._time))
        if text != self.text():
            self.setText(text)
