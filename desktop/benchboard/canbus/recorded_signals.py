"""The histories of signals of a recording, to be plotted."""

from collections.abc import Mapping
from itertools import islice
from typing import Final

from benchboard.canbus.dbc import CanDatabase, Message
from benchboard.canbus.frame import Frame
from benchboard.canbus.recording import OnStep, Recording
from benchboard.canbus.signal_decoder import SignalKey
from benchboard.canbus.signal_histories import SignalHistories

_CHUNK: Final = 4_096


def recorded_signals(recording: Recording, database: CanDatabase) -> list[SignalKey]:
    """The signals that a database defines in the frames of a recording."""
    found: dict[SignalKey, None] = {}
    for row in recording.ids:
        message = database.find(Frame(row.id, row.extended))
        if message is not None and not row.remote:
            found |= dict.fromkeys(SignalKey(row.id, row.extended, message.name, one.name) for one in message.signals)
    return list(found)


def recorded_histories(
    recording: Recording,
    wanted: Mapping[SignalKey, Message],
    on_step: OnStep = lambda _done, _total: None,
    channel: str | None = None,
) -> SignalHistories:
    """The values of these signals in the frames of a recording, of this channel or of all. `on_step` is told how many
    of how many frames were looked at; what it raises ends it.
    """
    histories = SignalHistories()
    for key, message in wanted.items():
        histories.add(key, message)
    ids = {(key.frame_id, key.extended) for key in wanted}
    frames = recording.frames_of(ids, on_step, channel)
    while chunk := list(islice(frames, _CHUNK)):
        histories.add_frames(chunk)
    return histories
