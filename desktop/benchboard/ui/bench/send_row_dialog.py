"""The dialog that edits a row of the send table: its frame, its period, and the signals of its message."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from benchboard.canbus import candump
from benchboard.canbus.dbc import CanDatabase, Message, SignalValue
from benchboard.canbus.frame import MAX_STANDARD_ID, Frame
from benchboard.canbus.send_table import MAX_NAME, MIN_PERIOD_MS, SendRow, most_frames_a_second
from benchboard.canbus.signal_encoding import encode_signals, message_frame, parse_value
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _, number
from benchboard.ui.bench.frame_format import identifier, size_text
from benchboard.ui.bench.send_cells.send_row_values import data_text, read_period
from benchboard.ui.bench.send_cells.send_rules_fields import SendRulesFields
from benchboard.ui.widgets import Button, Dialog, Edit, Field, Select, Text
from benchboard.ui.widgets.surfaces import scroll_area

_CLASSIC: Final = "classic"
_SIGNALS_HEIGHT: Final = 260
"""The most room that the signals have, in pixels; further ones are scrolled to."""
_TYPES: Final = (_CLASSIC, "remote", "fd", "brs")


class SendRowDialog(Dialog):
    """Edits `row`; `accepted_row` has it afterwards. `why_not` says what keeps a row from being sent on the open bus,
    `bit_rates` are those of the bus, None without one.
    """

    accepted_row = Signal(object)
    _grows = True

    def __init__(
        self,
        window: QWidget,
        title: str,
        row: SendRow,
        database: CanDatabase,
        *,
        why_not: Callable[[SendRow], AppError | None],
        bit_rates: tuple[int, int | None] | None,
    ) -> None:
        super().__init__(window, title, size=QSize(640, 0), name="send_row")
        self._row, self._database, self._why_not, self._bit_rates = row, database, why_not, bit_rates
        self._shown: tuple[str, ...] = ()
        """The names of the signals that have a field."""
        self._editors: dict[str, Field] = {}
        self._build_frame_fields()
        self._rules = SendRulesFields()
        self.content.addWidget(self._rules)
        self._signals = QWidget()
        self._signals.setProperty("plain", "true")
        self._signal_grid = QGridLayout(self._signals)
        self._signal_grid.setContentsMargins(0, 0, 8, 0)
        self._signal_grid.setHorizontalSpacing(16)
        self._signal_grid.setVerticalSpacing(8)
        for at in range(2):
            self._signal_grid.setColumnStretch(at, 1)
        self._signal_title = Text("", "body_strong")
        self.content.addWidget(self._signal_title)
        self._area = scroll_area(self._signals)
        for part in (self._signal_title, self._area):
            part.hide()  # as long as there are no signals
        self.content.addWidget(self._area, 1)
        self.add_button(Button(_("Cancel"), self.leave, name="send_row_cancel"))
        self.add_button(Button(_("Save row"), self._accept, kind="primary", name="send_row_save"))
        self._fill(row)

    def select_id(self) -> None:
        """Have the text of the ID selected, to be replaced: that of a new row is only an example."""
        self._id.edit.selectAll()

    def _build_frame_fields(self) -> None:
        self._message = Select(name="send_row_message", label=_("Message"))
        messages = sorted(self._database.messages, key=lambda one: one.name.casefold())
        unused = {id(one) for one in self._database.repeated}
        self._messages = {str(place): one for place, one in enumerate(messages) if id(one) not in unused}
        titles = [
            (key, f"{one.name}  {identifier(Frame(one.frame_id, extended=one.extended))}")
            for key, one in self._messages.items()
        ]
        self._message.set_choices((("", _("None")), *titles))
        self._message.activated.connect(lambda _index: self._use_message())
        self._name = Edit(name="send_row_name")
        self._name.setMaxLength(MAX_NAME)
        self._id = Field(_("ID (hexadecimal)"), Edit(mono=True, name="send_row_id"))
        self._format = Select(name="send_row_format", label=_("Format"))
        self._format.set_choices((("standard", _("Standard, 11 bits")), ("extended", _("Extended, 29 bits"))))
        self._type = Select(name="send_row_type", label=_("Type"))
        names = (_("Data"), _("Remote (RTR)"), _("CAN FD"), _("CAN FD, bit rate switch"))
        self._type.set_choices(tuple(zip(_TYPES, names, strict=True)))
        self._type_field = Field(_("Type"), self._type)
        self._data = Field(_("Data (hexadecimal)"), Edit(mono=True, name="send_row_data"))
        self._period = Field(_("Every"), Edit(unit="ms", placeholder=_("once"), name="send_row_period"), lines=1)
        self._id.edit.textEdited.connect(lambda _text: self._on_edited(self._id))
        self._data.edit.textChanged.connect(lambda _text: self._show_size())
        self._data.edit.textEdited.connect(lambda _text: self._on_edited(self._data))
        self._period.edit.textEdited.connect(lambda _text: self._show_period_note())
        self._format.activated.connect(lambda _index: self._on_edited(self._id))
        self._type.activated.connect(lambda _index: self._on_type())
        if self._database.messages:
            self._add_line(Field(_("Message"), self._message), Field(_("Name"), self._name))
        self._add_line(self._id, Field(_("Format"), self._format), self._type_field)
        self._add_line((self._data, 3), (self._period, 2))
        if not self._database.messages:  # the dialog begins with what it needs
            self._add_line(Field(_("Name"), self._name))

    def _add_line(self, *fields: Field | tuple[Field, int]) -> None:
        line = QHBoxLayout()
        line.setSpacing(16)
        for one in fields:
            field, share = one if isinstance(one, tuple) else (one, 1)
            line.addWidget(field, share, Qt.AlignmentFlag.AlignTop)
        self.content.addLayout(line)

    # ---- from the row to the fields

    def _fill(self, row: SendRow) -> None:
        self._name.setText(row.name)
        self._period.edit.setText("" if row.period_ms is None else number(row.period_ms, most=3, grouped=False))
        self._rules.fill(row.rules)
        self._fill_frame(row.frame)
        self._show_period_note()

    def _fill_frame(self, frame: Frame) -> None:
        self._id.edit.setText(f"{frame.id:08X}" if frame.extended else f"{frame.id:03X}")
        self._format.set_current_key("extended" if frame.extended else "standard")
        kind = "remote" if frame.remote else ("brs" if frame.brs else "fd") if frame.fd else _CLASSIC
        self._type.set_current_key(kind)
        self._label_data()
        self._data.edit.setText(data_text(frame))
        self._show_frame(frame)

    def _label_data(self) -> None:
        remote = self._type.current_key() == "remote"
        self._data.set_label(_("DLC asked for (0 to 8)") if remote else _("Data (hexadecimal)"))

    def _show_size(self) -> None:
        """Say at the end of the data how many bytes it has."""
        frame = self._read_frame(quiet=True)
        self._data.edit.set_tail(size_text(frame) if frame is not None and not frame.remote else "")

    def _show_frame(self, frame: Frame, *, but: str = "") -> None:
        """Show the message and the signals of this frame, all but the one that is being entered."""
        message = self._database.find(frame)
        key = next((key for key, one in self._messages.items() if one is message), "")
        self._name.setPlaceholderText(message.name if message is not None else "")
        self._message.set_current_key(key)
        values = message.decode(frame.data) if message is not None else ()
        names = tuple(one.signal.name for one in values)
        if names != self._shown:
            self._build_signals(message, values)
            self._shown = names
        for one in values:
            if one.signal.name != but and not self._editors[one.signal.name].editor.property("wrong"):
                self._show_value(one)
        error = self._why_not(replace(self._row, frame=frame))
        self._type_field.set_error("")
        if error is not None:
            self._type_field.set_warning(error.why or error.what)
        self._show_period_note()
        self._show_size()

    def _build_signals(self, message: Message | None, values: tuple[SignalValue, ...]) -> None:
        while (item := self._signal_grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._editors.clear()
        name = message.name if message is not None else ""
        self._signal_title.setText(_("Signals of {message}").format(message=name) if values else "")
        self._signal_title.setVisible(bool(values))
        self._area.setVisible(bool(values))
        for place, one in enumerate(values):
            field = self._signal_field(one)
            self._editors[one.signal.name] = field
            self._signal_grid.addWidget(field, place // 2, place % 2, Qt.AlignmentFlag.AlignTop)
            field.show()  # at once: a layout has no room for what is hidden
        self._signal_grid.setRowStretch(len(values) // 2 + 1, 1)

    def place_content(self) -> None:
        self._area.setFixedHeight(min(_SIGNALS_HEIGHT, self._signals.sizeHint().height() + 4))
        super().place_content()

    def _signal_field(self, value: SignalValue) -> Field:
        signal, name = value.signal, f"send_signal_{value.signal.name}"
        if signal.choices and not signal.is_float:
            select = Select(name=name, label=signal.name)
            select.activated.connect(lambda _index: self._set_signal(value, select.current_key()))
            return Field(signal.name, select)
        field = Field(signal.name, Edit(unit=signal.unit, name=name))
        field.edit.textEdited.connect(lambda text: self._set_signal(value, text))
        field.edit.editingFinished.connect(self._show_exact)
        return field

    def _show_value(self, value: SignalValue) -> None:
        field, signal = self._editors[value.signal.name], value.signal
        field.set_error("")
        figure = number(value.value, signal.decimals, grouped=False)
        if isinstance(field.editor, Select):
            named = [(title, title) for title in (signal.choices or {}).values()]
            field.editor.set_choices((*named, *([] if value.choice else [(figure, figure)])))
            field.editor.set_current_key(value.choice or figure)
        else:
            field.edit.setText(figure)

    # ---- from the fields to the row

    def _use_message(self) -> None:
        message = self._messages.get(self._message.current_key())
        if message is None:
            return
        try:
            frame = message_frame(message)
        except Invalid as error:
            self._id.set_error(error.what)
            return
        self._name.setText("")  # it is called as the message is
        if message.cycle_ms:
            self._period.edit.setText(str(message.cycle_ms))
        self._fill_frame(frame)

    def _set_signal(self, value: SignalValue, text: str) -> None:
        """Put the value that was entered into the data; what isn't possible is said at its field."""
        name, frame = value.signal.name, self._read_frame(quiet=True)
        message = self._database.find(frame) if frame is not None else None
        if frame is None or message is None:
            return
        try:
            data = encode_signals(message, {name: parse_value(value.signal, text)}, frame.data)
        except Invalid as error:
            self._editors[name].set_error(" ".join(part for part in (error.what, error.do) if part))
            return
        self._editors[name].set_error("")
        self._data.edit.setText(data.hex(" ").upper())
        self._show_frame(frame._replace(data=data), but=name)

    def _show_exact(self) -> None:
        """Once a value was entered, show the nearest one that its bits can hold."""
        frame = self._read_frame(quiet=True)
        if frame is not None and not self._wrong_signals():
            self._show_frame(frame)

    def _wrong_signals(self) -> list[Field]:
        return [one for one in self._editors.values() if bool(one.editor.property("wrong"))]

    def _on_type(self) -> None:
        self._label_data()
        if self._type.current_key() == "remote" and not self._data.text().strip().isdigit():
            self._data.edit.setText("0")
        self._on_edited(self._data)

    def _on_edited(self, field: Field) -> None:
        field.set_error("")
        frame = self._read_frame(quiet=True)
        if frame is not None:
            self._id.set_error("")
            self._data.set_error("")
            self._show_frame(frame)

    def _read_frame(self, *, quiet: bool) -> Frame | None:
        """The frame in the fields; None if they have none, which they then say unless `quiet`."""
        ident, extended = self._id.text().strip().removeprefix("0x"), self._format.current_key() == "extended"
        kind, data = self._type.current_key(), "".join(self._data.text().split())
        if kind == "remote":
            data = f"R{data}"
        elif kind in ("fd", "brs"):
            data = f"#{int(kind == 'brs')}{data}"
        padded = ident.rjust(8 if extended else 3, "0")
        frame = candump.parse(f"{padded}#{data}") if ident else None
        if frame is None and not quiet:
            self._say_wrong(ident, padded, data, extended=extended)
        return frame

    def _say_wrong(self, ident: str, padded: str, data: str, *, extended: bool) -> None:
        if not ident:
            self._id.set_error(_("Enter an ID."))
        elif candump.parse(f"{padded}#") is None:
            self._id.set_error(self._wrong_id(ident, padded, extended=extended))
        else:
            self._data.set_error(candump.why_invalid(f"{padded}#{data}"))

    def _wrong_id(self, ident: str, padded: str, *, extended: bool) -> str:
        try:
            too_large = not extended and int(ident, 16) > MAX_STANDARD_ID
        except ValueError:
            too_large = False
        return _("Above 7FF an ID is extended.") if too_large else candump.why_invalid(f"{padded}#")

    def _show_period_note(self) -> None:
        """Say how many of these frames the bus carries."""
        frame = self._read_frame(quiet=True)
        least = _("At least {ms} ms; empty: once.").format(ms=number(MIN_PERIOD_MS))
        if frame is None or self._bit_rates is None:
            self._period.set_note(least)
            return
        most = number(most_frames_a_second(frame, *self._bit_rates))
        self._period.set_note(_("The bus carries up to {count} a second.").format(count=most))

    def _accept(self) -> None:
        wrong = self._wrong_signals()
        frame = self._read_frame(quiet=False)
        try:
            period = read_period(self._period.text())
        except Invalid as error:
            self._period.set_error(" ".join(part for part in (error.what, error.do) if part))
            wrong.append(self._period)
        rules = self._rules.read(frame) if frame is not None else None
        if rules is None and frame is not None and not wrong:
            self._rules.focus_wrong()
            return
        if frame is None or wrong or rules is None:
            fields = (self._id, self._data, self._period, *self._editors.values())
            first = next((one for one in fields if bool(one.editor.property("wrong"))), self._id)
            first.editor.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.dismiss()
        name = " ".join(self._name.text().split())
        self.accepted_row.emit(replace(self._row, frame=frame, name=name, period_ms=period, rules=rules))
