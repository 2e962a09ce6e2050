"""The messages of the live bus: decodes the frames that come, and lists what they are."""

from collections.abc import Sequence

from benchboard.canbus.frame import Frame, Timestamp
from benchboard.canbus.protocols.messages import Problem
from benchboard.canbus.protocols.protocol_choice import NO_PROTOCOL
from benchboard.canbus.protocols.protocol_decoder import ProtocolDecoder
from benchboard.i18n import _
from benchboard.ui.bench.frame_filter_bar import FrameFilterBar
from benchboard.ui.bench.frame_list import FrameList
from benchboard.ui.bench.protocols.message_model import ListedMessage
from benchboard.ui.bench.protocols.message_notes import NOTES
from benchboard.ui.bench.protocols.messages_pane import MessagesPane


class LiveMessages:
    """Gives `pane` the messages of the frames, and `table` the names of frames, by the protocol of `bar`."""

    def __init__(self, bar: FrameFilterBar, table: FrameList, pane: MessagesPane) -> None:
        self._bar, self._table, self._pane = bar, table, pane
        self._decoder = ProtocolDecoder(NO_PROTOCOL)
        bar.protocol.changed.connect(self.begin)
        bar.protocol.chosen.connect(lambda: pane.show_open(bar.protocol.choice != NO_PROTOCOL))
        bar.protocol.messages_toggled.connect(pane.toggle)
        bar.applied.connect(lambda: pane.model.set_filter(table.frames.filter))
        bar.databases.changed.connect(lambda: pane.model.set_database(bar.databases.database))
        pane.opened.connect(self._note_shown)
        pane.closed.connect(self._note_shown)
        self.begin()

    def _note_shown(self) -> None:
        self._bar.protocol.shows_messages = not self._pane.isHidden()

    def begin(self) -> None:
        """Another bus was opened, or another protocol chosen: what comes from now on is of it."""
        choice = self._bar.protocol.choice
        self._decoder = ProtocolDecoder(choice)
        self._table.frames.set_protocol(self._decoder)
        self._table.show_decoded()
        self._pane.model.clear()
        self._pane.explain(_(NOTES[choice.mode]))

    def clear(self) -> None:
        """List none of those before."""
        self._pane.model.clear()

    def add(self, frames: Sequence[Frame]) -> None:
        """Take the frames that came."""
        decoder = self._decoder
        if decoder.choice == NO_PROTOCOL:
            return
        self._list([ListedMessage(message, frame) for frame, message in decoder.add_all(frames)])
        self._bar.protocol.show_seen(decoder.seen_so_far)

    def skip(self) -> None:
        """Frames are missing before the next ones: what isn't finished never will be."""
        ended = [one._replace(problem=Problem.MISSING) for one in self._decoder.end()]
        self._list([ListedMessage(one, None) for one in ended])

    def late(self, now: Timestamp) -> None:
        """No frame has come since then."""
        self._list([ListedMessage(one, None) for one in self._decoder.late(now)])

    def _list(self, messages: Sequence[ListedMessage]) -> None:
        if not messages:
            return
        pane = self._pane
        follows = pane.at_end()
        pane.model.add(messages)
        if follows:
            pane.list.scrollToBottom()
