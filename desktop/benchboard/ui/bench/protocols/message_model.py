"""The messages of a bus or a recording, as a model of rows."""

from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QWidget

from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame import Frame
from benchboard.canbus.frame_filter import FrameFilter
from benchboard.canbus.protocols.messages import Protocol, ProtocolMessage
from benchboard.canbus.protocols.protocol_text import message_detail, message_name, receiver_text, sender_text
from benchboard.i18n import _, number, pgettext
from benchboard.ui.bench.cell_list import Index, RowsModel
from benchboard.ui.bench.frame_format import clock

TIME, MESSAGE, FROM, TO, LENGTH, SAYS, DATA = range(7)
MOST_LISTED: Final = 2_000
"""Messages of the live bus that are listed, the latest last."""
MOST_BYTES: Final = 4_000_000
"""Bytes of them; the oldest go where the latest are long."""
_SHOWN_BYTES: Final = 64


class ListedMessage(NamedTuple):
    """A message, the last frame of it, and, in a recording, the number of that."""

    message: ProtocolMessage
    frame: Frame | None
    number: int = -1


class MessageModel(RowsModel):
    """The messages that the filter shows, the oldest first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.titles = (
            _("Time"), _("Message"), pgettext("column", "From"), pgettext("column", "To"), _("Length"), _("Content"),
            _("Data"),
        )  # fmt: skip
        self.numbers = (LENGTH,)
        self.mono = (TIME, FROM, TO, DATA)
        self.database = CanDatabase()
        self.filter = FrameFilter()
        self._kept: deque[ListedMessage] = deque()
        self._bytes = 0
        self._shown: list[ListedMessage] = []

    @property
    def counts(self) -> tuple[int, int]:
        """How many messages are shown, and how many there are."""
        return len(self._shown), len(self._kept)

    @property
    def incomplete(self) -> int:
        """How many of those shown aren't whole."""
        return sum(one.message.problem is not None for one in self._shown)

    def message_at(self, row: int) -> ListedMessage:
        """The message of this row."""
        return self._shown[row]

    def show_all(self, messages: Sequence[ListedMessage]) -> None:
        """List these in place of those before."""
        self.beginResetModel()
        self._kept = deque(messages)
        self._bytes = sum(len(one.message.data) for one in messages)
        self._shown = [one for one in self._kept if self._matches(one)]
        self.endResetModel()

    def add(self, messages: Sequence[ListedMessage]) -> None:
        """List these too; the oldest are listed no longer where there are too many."""
        self._kept.extend(messages)
        self._bytes += sum(len(one.message.data) for one in messages)
        surplus = 0
        while len(self._kept) > MOST_LISTED or self._bytes > MOST_BYTES:
            oldest = self._kept.popleft()
            self._bytes -= len(oldest.message.data)
            surplus += surplus < len(self._shown) and self._shown[surplus] is oldest
        if surplus:
            self.beginRemoveRows(QModelIndex(), 0, surplus - 1)
            del self._shown[:surplus]
            self.endRemoveRows()
        alive = messages[-len(self._kept) :] if self._kept else ()
        if new := [one for one in alive if self._matches(one)]:
            first = len(self._shown)
            self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
            self._shown.extend(new)
            self.endInsertRows()

    def clear(self) -> None:
        """List none."""
        self.show_all(())

    def set_filter(self, frame_filter: FrameFilter) -> None:
        """List only what this filter of frames matches."""
        if frame_filter != self.filter:
            self.filter = frame_filter
            self.show_all(list(self._kept))

    def set_database(self, database: CanDatabase) -> None:
        """Read signals by this database."""
        self.database = database
        self.show_all(list(self._kept))

    def _matches(self, one: ListedMessage) -> bool:
        if not self.filter.terms:
            return True
        carrier, message = one.message.carrier, one.message
        payload = message.data if message.protocol is Protocol.ISOTP else b""
        return self.filter.matches(carrier, self.database.find(carrier), payload=payload)

    def cell(self, row: int, column: int) -> str:
        message = self._shown[row].message
        if column == TIME:
            return clock(message.last)
        if column == MESSAGE:
            return message_name(message)
        if column == FROM:
            return sender_text(message)
        if column == TO:
            return receiver_text(message)
        if column == LENGTH:
            return number(message.length)
        if column == SAYS:
            return ", ".join(filter(None, (message_detail(message), self._signals(message))))
        data = message.data[:_SHOWN_BYTES].hex(" ").upper()
        return f"{data} …" if len(message.data) > _SHOWN_BYTES else data

    def copied(self, row: int) -> str:
        """A message as text for the clipboard, with all of its bytes."""
        cells = [self.cell(row, column) for column in range(DATA)]
        return "\t".join([*cells, self._shown[row].message.data.hex(" ").upper()])

    def _signals(self, message: ProtocolMessage) -> str:
        found = self.database.find(message.carrier) if message.problem is None else None
        return ", ".join(f"{one.signal.name} {one.text}" for one in found.decode(message.data)) if found else ""

    def is_wrong(self, row: int, column: int) -> bool:
        return column == SAYS and self._shown[row].message.problem is not None

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)
