"""The messages of a protocol in a recording, each with the number of the frame that ended it. No I/O of its own."""

from collections.abc import Callable
from typing import Final, NamedTuple

from benchboard.canbus.protocols.messages import ProtocolMessage
from benchboard.canbus.protocols.protocol_choice import ProtocolChoice
from benchboard.canbus.protocols.protocol_decoder import ProtocolDecoder
from benchboard.canbus.recording import Recording

MAX_MESSAGES: Final = 100_000
"""Messages of a recording that are listed; those after them aren't read."""
_STEP: Final = 4_096


class RecordedMessages(NamedTuple):
    """The messages, with their numbers, the decoder that knows which protocols were seen, and whether there are more.

    A message that ended without a frame of its own has the number of the frame after which that was noticed.
    """

    messages: tuple[tuple[ProtocolMessage, int], ...]
    decoder: ProtocolDecoder
    has_more: bool = False


def recorded_messages(
    recording: Recording,
    choice: ProtocolChoice,
    on_step: Callable[[int, int], None] = lambda _done, _total: None,
    channel: str | None = None,
) -> RecordedMessages:
    """The messages of a recording, of this channel or of all; what `on_step` raises ends the reading."""
    decoder = ProtocolDecoder(choice)
    found: list[tuple[ProtocolMessage, int]] = []
    for number, frame in enumerate(recording.frames()):
        if not number % _STEP:
            on_step(number, recording.count)
            if len(found) > MAX_MESSAGES:
                return RecordedMessages(tuple(found[:MAX_MESSAGES]), decoder, has_more=True)
        if channel is None or frame.channel == channel:
            found += [(one, number) for one in decoder.add(frame)]
    found += [(one, recording.count - 1) for one in decoder.end()]
    return RecordedMessages(tuple(found[:MAX_MESSAGES]), decoder, len(found) > MAX_MESSAGES)
