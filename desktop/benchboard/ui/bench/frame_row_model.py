"""What every model of frames has: the columns, the cells, and the lines of signals that a row expands into."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget

from benchboard.canbus.colour_rules import ColourRule, ColourRuleMatcher, ColourRules
from benchboard.canbus.dbc import CanDatabase, Message, SignalValue
from benchboard.canbus.frame import Frame, Timestamp
from benchboard.canbus.frame_filter import FrameFilter
from benchboard.canbus.protocols.isotp_addresses import STANDARD_IDS
from benchboard.canbus.protocols.protocol_choice import NO_PROTOCOL, ProtocolMode
from benchboard.canbus.protocols.protocol_decoder import ProtocolDecoder
from benchboard.canbus.protocols.protocol_text import frame_name, frame_names
from benchboard.canbus.signal_decoder import SignalKey
from benchboard.canbus.traffic_shares import WINDOW_S, share_text
from benchboard.i18n import _, ngettext, number
from benchboard.ui.bench.frame_format import elapsed
from benchboard.ui.bench.frame_rows import (
    CELLS,
    COUNT,
    CYCLE,
    DATA,
    DLC,
    ID,
    NAME,
    SHARE,
    SIGNALS,
    TIME,
    TYPE,
    FrameRow,
    TimeBase,
    TimeMode,
    is_off_cycle,
    signal_cell,
    type_text,
)
from benchboard.ui.widgets.accessible import place_text
from benchboard.ui.widgets.labels import plain_tooltip

NUMBERS: Final = (DLC, CYCLE, COUNT, SHARE)
"""The columns of numbers, aligned right under their titles."""
_USUAL: Final = "CAN"
"""The type of most frames, which isn't told."""
Index = QModelIndex | QPersistentModelIndex


class TableLine(NamedTuple):
    """A line of the table: a row of frames, or the signal of this number in it. `of` says which row."""

    of: Hashable
    signal: int = -1


def alignment(column: int) -> Qt.AlignmentFlag:
    """How the texts of a column are aligned."""
    side = Qt.AlignmentFlag.AlignRight if column in NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class FrameRowModel(QAbstractTableModel):
    """Frames as rows. A subclass says which line is where (`line_at`, `row_of`, `rowCount`), and expands them.

    `rolling`: there is a row for each frame, rather than one for each identifier. `ended`: they are of a bus that was
    closed.
    """

    def __init__(self, parent: QWidget, *, rolling: bool = False) -> None:
        super().__init__(parent)
        self.titles: tuple[str, ...] = (
            _("Time"), _("ID"), _("Type"), _("DLC"), _("Cycle (ms)"), _("Count"), _("Data"), _("Name"), _("Signals"),
        )  # fmt: skip
        self.rolling = rolling
        self.has_channels = False
        """Whether the frames are of several channels."""
        self.ended = False
        self.past_until: Timestamp | None = None
        """The stamp of the last frame that could be read, since nothing can be."""
        self.filter = FrameFilter()
        self.database = CanDatabase()
        self.protocol = ProtocolDecoder(NO_PROTOCOL)
        """Knows what frames are that no database has."""
        self._colour_rules = ColourRules()
        self._colours = ColourRuleMatcher(self._colour_rules)
        self.times = TimeBase()
        self.plotted: dict[SignalKey, int] | None = None
        """The plotted signals, each with the number of its colour; None where signals can't be plotted."""

    # ---- what a subclass says

    def set_filter(self, frame_filter: FrameFilter) -> None:
        """Show only the frames that this filter matches."""
        raise NotImplementedError

    @property
    def id_counts(self) -> tuple[int, int]:
        """How many IDs are shown, and how many there are."""
        raise NotImplementedError

    def set_protocol(self, protocol: ProtocolDecoder) -> None:
        """Name the frames that no database has by the protocol that this decodes."""
        self.protocol = protocol
        self.set_colour_rules(self._colour_rules)  # services are looked for on its IDs

    def set_colour_rules(self, rules: ColourRules) -> None:
        """Show frames in the colours of these rules."""
        choice = self.protocol.choice
        ids = choice.ids if choice.mode is ProtocolMode.ISOTP else STANDARD_IDS
        self._colour_rules, self._colours = rules, ColourRuleMatcher(rules, ids)
        self.update_cells()

    def colour_rule(self, row: int) -> ColourRule | None:
        """The rule that gives the frame of this row a colour; None without one, and of the row of a signal."""
        line = self.line_at(row)
        return self.row_of(line.of).colour_rule(self._colours) if line.signal < 0 else None

    @property
    def has_protocol(self) -> bool:
        """Whether frames are named by a protocol."""
        return self.protocol.choice.mode is not ProtocolMode.NONE

    def name_of(self, row: FrameRow) -> str:
        """What a frame is called by the database, else by the protocol."""
        return row.message.name if row.message is not None else frame_name(self.protocol, row.frame)

    def names_of(self, row: FrameRow) -> tuple[str, ...]:
        """What a frame is called, and shorter texts for less room, the shortest at last."""
        return (row.message.name,) if row.message is not None else frame_names(self.protocol, row.frame)

    def line_at(self, row: int) -> TableLine:
        """The line of this row."""
        raise NotImplementedError

    def row_of(self, owner: Hashable) -> FrameRow:
        """The row of frames of a line."""
        raise NotImplementedError

    def is_open(self, owner: Hashable) -> bool:
        """Whether the signals of this row of frames are shown."""
        raise NotImplementedError

    def set_expanded(self, row: int, expanded: bool) -> None:
        """Show or hide the signals of this row, or of the one that it is a signal of."""
        raise NotImplementedError

    @property
    def sorted_by(self) -> tuple[int, bool]:
        """The column that rows of identifiers are sorted by, and whether in descending order."""
        return ID, False

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort the rows of identifiers; frames in order stay in order."""

    def mark_of(self, _row: int) -> str:
        """What the mark of this row says; empty if it has none."""
        return ""

    # ---- times

    def show_times(self, mode: TimeMode) -> None:
        """Show times of the day, or since something."""
        self.times = replace(self.times, mode=mode)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, TIME, TIME)
        self.update_cells()

    def set_zero(self, row: int) -> None:
        """Show times from the frame of this row on."""
        self.times = replace(self.times, zero=self.row_at(row).frame.timestamp)
        self.show_times("zero")

    def update_cells(self) -> None:
        """Show anew what the cells say."""
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, len(self.titles) - 1))

    # ---- signals of a row

    def is_expandable(self, row: int) -> bool:
        """Whether this row has signals to show below it."""
        line = self.line_at(row)
        message = self.row_of(line.of).message
        return line.signal < 0 and message is not None and bool(message.signals)

    def is_expanded(self, row: int) -> bool:
        """Whether the signals of this row are shown."""
        line = self.line_at(row)
        return line.signal < 0 and self.is_open(line.of)

    def frame_row(self, row: int) -> int:
        """The row of the frame that this one is a signal of, or itself."""
        signal = self.line_at(row).signal
        return row - 1 - signal if signal >= 0 else row

    def signal_at(self, row: int) -> tuple[Message, int] | None:
        """The message and the number of the signal that this row shows; None for the row of a frame."""
        line, message = self.line_at(row), self.row_at(row).message
        return (message, line.signal) if line.signal >= 0 and message is not None else None

    def has_tick(self, index: Index) -> bool:
        """Whether a row has a square to tick: it shows a signal, which can be plotted."""
        return index.isValid() and self._check_state(index.row()) is not None

    def signal_keys(self, row: int) -> list[SignalKey]:
        """The signal that this row shows, or all signals of the frame that it shows."""
        found, shown = self.signal_at(row), self.row_at(row)
        if shown.message is None:
            return []
        signals = shown.message.signals if found is None else (shown.message.signals[found[1]],)
        frame = shown.frame
        return [SignalKey(frame.id, frame.extended, shown.message.name, one.name) for one in signals]

    def value_at(self, row: int) -> SignalValue | None:
        """The value of the signal that this row shows, None if its frame doesn't have it."""
        found = self.signal_at(row)
        if found is None:
            return None
        message, place = found
        name = message.signals[place].name
        return next((one for one in self.row_at(row).signals if one.signal.name == name), None)

    def trace_of(self, _row: int) -> Sequence[float]:
        """The last values of the signal that this row shows, oldest first; none where they aren't kept."""
        return ()

    def fresh_changes(self, _row: int, _fades_s: float) -> list[float]:
        """How fresh the last change of each byte is, 1 to 0; nothing of frames in order, which stay as they are."""
        return []

    def is_past(self, row: int) -> bool:
        """Whether this row says nothing of now: the bus is closed, or nothing could be read since its frame."""
        return self.ended or self.is_before(self.row_at(row).frame)

    def is_before(self, frame: Frame) -> bool:
        """Whether nothing could be read since this frame."""
        stamp, until = frame.timestamp, self.past_until
        return stamp is not None and until is not None and stamp.seconds <= until.seconds

    def silent_s(self, _row: int) -> float | None:
        """For how many seconds an ID that came again and again hasn't come any more; None if it goes on."""
        return None

    def is_off_cycle(self, row: FrameRow) -> bool:
        """Whether the cycle that is shown differs from the database's."""
        return is_off_cycle(row)

    def cycle_texts(self, row: int) -> tuple[str, ...]:
        """The cycle of a row's frame, and what may stand for it where it has no room, ever shorter."""
        return (self.cell(row, CYCLE),)

    def share_of(self, _row: FrameRow) -> float | None:
        """The share (0..1) of the row's identifier in the traffic of the last seconds; None where that isn't known."""
        return None

    # ---- the model

    def row_at(self, row: int) -> FrameRow:
        """The frame of this row, or the one that it shows a signal of."""
        return self.row_of(self.line_at(row).of)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - likewise
        return 0 if parent.isValid() else len(self.titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._title(section)
        if role == Qt.ItemDataRole.ToolTipRole and section == SHARE:
            tip = _("The share of its frames in the time that the bus was busy in the last {seconds} s.")
            return plain_tooltip(tip.format(seconds=number(WINDOW_S)))
        return alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _title(self, column: int) -> str:
        """The title of a column, with an arrow if the user sorted by it."""
        title = self.titles[column]
        if column == TIME:
            titles = {"start": _("Since start (s)"), "delta": _("Delta (ms)"), "zero": _("Since zero (s)")}
            title = titles.get(self.times.mode, title)
        sorted_by, descending = self.sorted_by
        is_marked = column == sorted_by and not self.rolling and (column != ID or descending)
        return f"{title} {'↓' if descending else '↑'}" if is_marked else title

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.ToolTipRole and (tip := self._tip(index.row(), index.column())):
            return plain_tooltip(tip)
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == 0:
            return self._check_state(index.row())
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and index.column() == 0:
            return self.row_state(index.row())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.row_text(index.row()) if index.column() == 0 else self.cell_text(index.row(), index.column())
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.cell(index.row(), index.column())

    def _tip(self, row: int, column: int) -> str:
        """What the tooltip of a cell says: what it has no room for, and the rule that gives its row a colour."""
        return "\n".join(filter(None, (self._cell_tip(row, column), self._colour_text(row))))

    def _cell_tip(self, row: int, column: int) -> str:
        if column in (TIME, CYCLE):
            texts = self.cycle_texts(row) if column == CYCLE else ()
            cycle = texts[0] if len(texts) > 1 else ""  # it may be shown in fewer digits
            return "\n".join(filter(None, (self.mark_of(row) or self._silent_text(row), cycle)))
        if column == NAME:
            return self.cell(row, NAME)
        if column == SIGNALS:
            return self._every_signal(row)
        return _("This computer sent it.") if column in (ID, TYPE) and self.row_at(row).frame.sent else ""

    def _colour_text(self, row: int) -> str:
        """Which rule gives this row its colour; empty without one."""
        rule = self.colour_rule(row)
        return _("Colour rule: {name}").format(name=rule.title) if rule is not None else ""

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        checkable = index.column() == 0 and self.has_tick(index)
        return flags | Qt.ItemFlag.ItemIsUserCheckable if checkable else flags

    def _check_state(self, row: int) -> Qt.CheckState | None:
        """Whether the signal of a row is plotted, as its square shows; None of what has none."""
        if self.plotted is None or self.signal_at(row) is None:
            return None
        is_plotted = any(key in self.plotted for key in self.signal_keys(row))
        return Qt.CheckState.Checked if is_plotted else Qt.CheckState.Unchecked

    def cell(self, row: int, column: int) -> str:
        """The text of a cell."""
        found = self.signal_at(row)
        if found is not None:
            message, place = found
            signal = message.signals[place]
            return signal_cell(column, signal.name, self.value_at(row), signal.bits)
        if column == TIME:
            return self.times.text(self.row_at(row), self._before(row))
        if column == SHARE:
            share = self.share_of(self.row_at(row))
            return "" if share is None else share_text(share)
        if column == NAME:
            return self.name_of(self.row_at(row))
        return CELLS[column](self.row_at(row))

    def _every_signal(self, row: int) -> str:
        """What doesn't fit its cell: all signals of a frame, a line each, or the value of one."""
        if self.signal_at(row) is not None:
            return self.cell(row, SIGNALS)
        return "\n".join(f"{one.signal.name} {one.text}" for one in self.row_at(row).signals)

    def _before(self, row: int) -> Timestamp | None:
        """The stamp that the delta of this row counts from: of the frame before in order, else of the same ID."""
        if self.times.mode != "delta":
            return None
        if not self.rolling:
            previous = self.row_at(row).previous
            return previous.timestamp if previous is not None else None
        return self.row_at(row - 1).frame.timestamp if row else None

    def row_text(self, row: int) -> str:
        """What a screen reader calls a row: short, and of an identifier only what stays, as rows change all the time. A
        frame in order is told with its time and data. The rest is in the cells, and in `row_state`.
        """
        found = self.signal_at(row)
        if found is not None:
            return found[0].signals[found[1]].name
        shown = self.row_at(row)
        first = " ".join(filter(None, (self.cell(row, ID), self.name_of(shown)))) if not shown.frame.error else ""
        parts = [first, "" if type_text(shown) == _USUAL else type_text(shown), shown.frame.channel]
        if self.rolling:
            parts += [self.cell(row, DATA), self.cell(row, TIME)]
        if self.is_expandable(row) and shown.message is not None:
            count = len(shown.message.signals)
            signals = ngettext("{count} signal", "{count} signals", count).format(count=number(count))
            parts += [signals, _("expanded") if self.is_expanded(row) else _("collapsed")]
        return ", ".join(part for part in parts if part not in ("", "–"))

    def row_state(self, row: int) -> str:
        """What a screen reader is told of a row after its name, as the row is reached: the value of a signal, the data
        of an identifier at that moment, the mark of a frame, the rule that it has its colour by, when an identifier
        that has stopped came last, and the row's place."""
        is_signal = self.signal_at(row) is not None
        value = self.cell(row, SIGNALS) if is_signal else "" if self.rolling else self.cell(row, DATA)
        value = "" if value == "–" else value
        place = place_text(row, self.rowCount())
        marks = self.mark_of(row), self._colour_text(row), self._silent_text(row)
        return ", ".join(filter(None, (value, *marks, place)))

    def cell_text(self, row: int, column: int) -> str:
        """What a screen reader is told of a cell. The first one stands for its row, so that the data tell their time
        too; all signals are told, not only those that fit."""
        text = self.cell(row, column)
        if self.signal_at(row) is None and column == SIGNALS:
            return ", ".join(f"{one.signal.name} {one.text}" for one in self.row_at(row).signals) or text
        if self.signal_at(row) is None and column == DATA and (time := self.cell(row, TIME)) not in ("", "–"):
            return f"{text}, {time}" if text else time
        return text

    def _silent_text(self, row: int) -> str:
        """When an ID that has stopped came last."""
        silent = self.silent_s(row)
        if silent is None:
            return ""
        return _("last seen {time} ago").format(time=elapsed(silent))
