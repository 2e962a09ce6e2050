"""The rows of the send table as a model: what each sends, and what became of it."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget

from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame import Frame
from benchboard.canbus.send_rules import rules_text
from benchboard.canbus.send_table import SendRow, SendTable
from benchboard.canbus.table_sender import RowState
from benchboard.i18n import _, number, pgettext
from benchboard.ui.bench.frame_format import identifier, payload
from benchboard.ui.widgets.accessible import place_text
from benchboard.ui.widgets.labels import plain_tooltip

ID: Final = 0
NAME: Final = 1
TYPE: Final = 2
DLC: Final = 3
DATA: Final = 4
PERIOD: Final = 5
SENT: Final = 6
FAILED: Final = 7
STATE: Final = 8
ACT: Final = 9
"""The button of the row: what a click does."""
NUMBERS: Final = (DLC, PERIOD, SENT, FAILED)
_NEVER: Final = RowState()
Index = QModelIndex | QPersistentModelIndex


def alignment(column: int) -> Qt.AlignmentFlag:
    """Numbers are aligned to the right, all else to the left."""
    side = Qt.AlignmentFlag.AlignRight if column in NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def frame_type(frame: Frame) -> str:
    """The format of a frame, in the short terms of the field."""
    if frame.remote:
        return "RTR"
    if frame.fd:
        return "FD BRS" if frame.brs else "FD"
    return _("Data")


def _stopped_texts() -> dict[str, str]:
    """What is said of a row that the state of the controller has stopped, by the code of its error."""
    return {"bus.off": _("Stopped: bus off"), "bus.passive": _("Stopped: error passive")}


class SendTableModel(QAbstractTableModel):
    """Shows `table`, and of each row what `show_states` was told last."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.table = SendTable()
        self.titles = (
            _("ID"), _("Name"), _("Type"), _("DLC"), _("Data"), _("Every (ms)"), _("Sent"), _("Failed"), _("State"),
            "",
        )  # fmt: skip
        self._database = CanDatabase()
        self._states: Mapping[int, RowState] = {}
        self._now = 0.0
        self._reports_sent = True
        self._why_not = ""
        """Why no row can be started now."""

    def show_table(self, table: SendTable) -> None:
        """Show another table, or this one after an edit."""
        self.beginResetModel()
        self.table = table
        self.endResetModel()

    def set_database(self, database: CanDatabase) -> None:
        """Name the rows that have no name of their own by this database."""
        self._database = database
        self._changed(NAME, NAME)

    def show_states(self, states: Mapping[int, RowState], now: float, *, reports_sent: bool) -> None:
        """Show what became of the rows, at the sender's time `now` (s)."""
        before = [self.cell(row, STATE) for row in range(self.rowCount())]
        changed = states != self._states
        self._states, self._now, self._reports_sent = states, now, reports_sent
        if changed or before != [self.cell(row, STATE) for row in range(self.rowCount())]:
            self._changed(ID, ACT)

    def show_reason(self, why_not: str) -> None:
        """Let no row be started, for this reason; an empty one lets all."""
        if why_not != self._why_not:
            self._why_not = why_not
            self._changed(ACT, ACT)

    def can_act(self, row: int) -> bool:
        """Whether the button of the row at this place does something."""
        return not self._why_not or self.state_at(row).running

    def _changed(self, first: int, last: int) -> None:
        if self.rowCount():
            self.dataChanged.emit(self.index(0, first), self.index(self.rowCount() - 1, last))

    def row_at(self, row: int) -> SendRow | None:
        """The row at this place, if there is one."""
        return self.table.rows[row] if 0 <= row < len(self.table.rows) else None

    def place_of(self, key: int) -> int:
        """The place of the row with this key; -1 if it isn't there."""
        return next((place for place, row in enumerate(self.table.rows) if row.key == key), -1)

    def state_at(self, row: int) -> RowState:
        """What became of the row at this place."""
        return self._states.get(self.table.rows[row].key, _NEVER)

    def title_of(self, row: SendRow) -> str:
        """What the row is called: its name, that of its message, or its ID."""
        message = self._database.find(row.frame)
        return row.name or (message.name if message is not None else identifier(row.frame))

    def cell(self, place: int, column: int) -> str:
        """The text of a cell."""
        row, state = self.table.rows[place], self.state_at(place)
        if column == ID:
            return identifier(row.frame)
        if column == NAME:
            return self.title_of(row) if row.name or self._database.find(row.frame) else ""
        if column == TYPE:
            return frame_type(row.frame)
        if column == DLC:
            return number(row.frame.dlc)
        if column == DATA:
            return "  ·  ".join(part for part in (payload(row.frame), rules_text(row.rules)) if part)
        if column == PERIOD:
            return _("once") if row.period_ms is None else number(row.period_ms, most=3)
        if column == SENT:
            return number(state.sent)
        if column == FAILED:
            return number(state.failed)
        return self.state_text(state) if column == STATE else self._act_text(row, state)

    @staticmethod
    def _act_text(row: SendRow, state: RowState) -> str:
        if state.running:
            return _("Stop")
        return _("Send") if row.period_ms is None else pgettext("send table", "Start")

    def state_text(self, state: RowState) -> str:
        """What the row does now, or how it ended."""
        if state.running:
            text, missed = self.running_texts(state)
            return f"{text}, {missed}" if missed else text
        if state.error is not None:
            return _stopped_texts().get(state.error.code) or state.error.what.rstrip(".")
        if state.unconfirmed:
            return _("Not acknowledged yet") if self._reports_sent else _("Not accepted yet")
        if state.failed and not state.sent:
            return _("Failed")
        if state.since is None:
            return _("Not sent yet")
        return _("Stopped") if state.missed or state.sent + state.failed > 1 else _("Sent")

    def state_tone(self, row: int) -> str:
        """The colour of the state of the row at this place: `ok` while it runs, `error` or `warn` if it stopped by
        itself."""
        state = self.state_at(row)
        if state.running:
            return "ok"
        if state.error is None:
            return "text.muted"
        return "error" if state.error.code == "bus.off" else "warn"

    def running_texts(self, state: RowState) -> tuple[str, str]:
        """For how long the row runs, and how many of its frames came too late to be sent; empty if none did."""
        text = _("Running for {seconds} s").format(seconds=number(int(self._now - (state.since or self._now))))
        missed = _("{count} missed").format(count=number(state.missed))
        return text, missed if state.missed else ""

    # ---- as Qt asks

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.table.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.table.rows):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(index.row(), index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(index.row()) if index.column() == ID else self.cell(index.row(), index.column())
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and index.column() == ID:
            return place_text(index.row(), len(self.table.rows))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._tooltip(index.row(), index.column()))
        return None

    def _spoken(self, row: int) -> str:
        """The whole row, for a screen reader."""
        cells = ((self.titles[column], self.cell(row, column)) for column in range(ID, STATE))
        return ", ".join([*(f"{title} {text}" for title, text in cells if text), self.cell(row, STATE)])

    def _tooltip(self, row: int, column: int) -> str:
        state = self.state_at(row)
        if column == ACT:
            once = self.table.rows[row].period_ms is None
            start = self._why_not or (_("Send once (Space)") if once else _("Start (Space)"))
            return _("Stop (Space)") if state.running else start
        if column == STATE and state.error is not None:
            return str(state.error)
        if column in (STATE, PERIOD) and state.since is not None:
            return _("At most {ms} ms late").format(ms=number(state.most_late_s * 1000, 1))
        return self.cell(row, column) if column in (NAME, DATA) else ""

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(section)
        if role == Qt.ItemDataRole.ToolTipRole and section == SENT:
            acknowledged = _("Frames that another node has acknowledged")
            accepted = _("Frames that the dongle has accepted. It doesn't report acknowledgements.")
            return plain_tooltip(acknowledged if self._reports_sent else accepted)
        if role == Qt.ItemDataRole.ToolTipRole and section == FAILED:
            return plain_tooltip(_("Frames that the dongle rejected or gave up since the live bus was opened."))
        return None
