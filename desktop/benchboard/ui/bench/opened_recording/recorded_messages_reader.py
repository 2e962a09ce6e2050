"""The messages of the open recording: read on a worker once a protocol is chosen, and listed below the frames."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from benchboard.canbus.protocols.protocol_choice import NO_PROTOCOL, ProtocolMode
from benchboard.canbus.protocols.protocol_decoder import ProtocolDecoder
from benchboard.canbus.recorded_messages import MAX_MESSAGES, RecordedMessages, recorded_messages
from benchboard.canbus.recording import Recording
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, number
from benchboard.ui.bench.frame_filter_bar import FrameFilterBar
from benchboard.ui.bench.frame_list import FrameList
from benchboard.ui.bench.protocols.kept_protocols import follow_protocol
from benchboard.ui.bench.protocols.message_model import ListedMessage
from benchboard.ui.bench.protocols.message_notes import NOTES
from benchboard.ui.bench.protocols.messages_pane import MessagesPane
from benchboard.ui.bench.recorded_frames import RecordedFrameModel
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress, Work


class RecordedMessagesReader:
    """Gives `pane` the messages of a recording, and `table` the names of its frames, by the protocol of `bar`."""

    def __init__(
        self,
        context: Context,
        owner: QWidget,
        bar: FrameFilterBar,
        table: FrameList,
        model: RecordedFrameModel,
        pane: MessagesPane,
    ) -> None:
        self._context, self._owner, self._bar = context, owner, bar
        self._table, self._model, self._pane = table, model, pane
        self._recording: Recording | None = None
        self._read: RecordedMessages | None = None
        self._reading: Work | None = None
        bar.protocol.changed.connect(self._begin)
        bar.protocol.chosen.connect(lambda: pane.show_open(bar.protocol.choice != NO_PROTOCOL))
        bar.protocol.messages_toggled.connect(pane.toggle)
        bar.applied.connect(lambda: pane.model.set_filter(model.filter))
        bar.databases.changed.connect(lambda: pane.model.set_database(bar.databases.database))
        pane.opened.connect(self._note_shown)
        pane.closed.connect(self._note_shown)

    def show_recording(self, recording: Recording | None) -> None:
        """Another recording is shown; it has a protocol of its own."""
        self._recording = recording
        button = self._bar.protocol
        before = button.choice
        button.select(str(recording.path) if recording is not None else "")
        if button.choice == before:  # else it began with the other protocol
            self._begin()

    def follow_name(self, old: Path, new: Path, recording: Recording | None) -> None:
        """A recording got another name; `recording` is the open one."""
        follow_protocol(self._context, str(old), str(new))
        if recording is not None and recording.path == new:
            self._recording = recording
            self._bar.protocol.select(str(new))

    def show_part(self) -> None:
        """Another range of the recording is shown."""
        self._list()

    def read_again(self) -> None:
        """Another channel of the recording is shown."""
        self._begin()

    def _note_shown(self) -> None:
        self._bar.protocol.shows_messages = not self._pane.isHidden()

    def _begin(self) -> None:
        """Name frames by the chosen protocol, and read its messages."""
        self._stop()
        choice = self._bar.protocol.choice
        self._use(ProtocolDecoder(choice))
        self._pane.model.clear()
        self._pane.explain(_(NOTES[choice.mode]))
        recording, channel = self._recording, self._model.channel
        if recording is None or not recording.count or choice == NO_PROTOCOL:
            return
        work: Work | None = None

        def op(progress: Progress) -> RecordedMessages:
            return recorded_messages(recording, choice, progress.step, channel)

        def done(found: RecordedMessages) -> None:
            if self._reading is work:
                self._reading, self._read = None, found
                self._use(found.decoder)
                self._bar.protocol.show_seen(found.decoder.seen_so_far)
                self._list()

        def failed(error: AppError) -> None:
            if self._reading is work:
                self._reading = None
                self._pane.explain(_("Reading was stopped."))
                if not isinstance(error, Cancelled):
                    self._context.problems.show(error)

        title = _("Reading messages of {file}").format(file=recording.path.name)
        self._reading = work = self._context.tasks.run(self._owner, op, done, failed, title=title)

    def _use(self, decoder: ProtocolDecoder) -> None:
        self._model.set_protocol(decoder)
        self._table.show_decoded()

    def _stop(self) -> None:
        work, self._reading, self._read = self._reading, None, None
        if work is not None:
            work.cancel()

    def _list(self) -> None:
        """List the messages in the range that is shown."""
        read, recording = self._read, self._recording
        if read is None or recording is None:
            return
        first, end = self._model.bounds(recording)
        self._pane.model.show_all(
            [ListedMessage(one, None, number_) for one, number_ in read.messages if first <= number_ < end]
        )
        mode = self._bar.protocol.choice.mode
        note = _(NOTES[mode]) if mode is not ProtocolMode.NONE else ""
        if read.has_more:
            note = _("Only the first {count} messages are listed.").format(count=number(MAX_MESSAGES))
        self._pane.explain(note)
