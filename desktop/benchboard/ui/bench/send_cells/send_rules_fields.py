"""The fields of the alive counter and the checksum of a row of the send table."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.canbus.frame import Frame
from benchboard.canbus.send_rules import ChecksumKind, CounterBits, SendRules, require_rules
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.widgets import Edit, Field, Select, Text


class SendRulesFields(QWidget):
    """Which counter and which checksum, and in which byte each is: that is asked once there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("plain", "true")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(Text(_("Counter and checksum"), "body_strong"))
        self._counter = Select(name="send_row_counter", label=_("Counter"))
        self._counter.set_choices(
            (
                ("", _("None")),
                (CounterBits.LOW.value, _("Low 4 bits of a byte")),
                (CounterBits.HIGH.value, _("High 4 bits of a byte")),
                (CounterBits.BYTE.value, _("A whole byte")),
            )
        )
        self._checksum = Select(name="send_row_checksum", label=_("Checksum"))
        self._checksum.set_choices(
            (
                ("", _("None")),
                (ChecksumKind.CRC8_J1850.value, _("CRC8 SAE J1850")),
                (ChecksumKind.XOR.value, _("XOR")),
                (ChecksumKind.SUM.value, _("Sum")),
            )
        )
        self._counter_byte = Field(_("In byte"), Edit(name="send_row_counter_byte"))
        self._checksum_byte = Field(_("In byte"), Edit(name="send_row_checksum_byte"))
        line = QHBoxLayout()
        line.setSpacing(16)
        for field, share in (
            (Field(_("Counter"), self._counter), 3), (self._counter_byte, 1),
            (Field(_("Checksum of the other bytes"), self._checksum), 3), (self._checksum_byte, 1),
        ):  # fmt: skip
            line.addWidget(field, share, Qt.AlignmentFlag.AlignTop)
        column.addLayout(line)
        for select in (self._counter, self._checksum):
            select.currentIndexChanged.connect(lambda _index: self._show_bytes())
        for one in (self._counter_byte, self._checksum_byte):
            one.edit.textEdited.connect(lambda _text: self._forget_errors())

    def fill(self, rules: SendRules) -> None:
        """Show these rules."""
        self._counter.set_current_key(rules.counter_bits.value if rules.counter is not None else "")
        self._checksum.set_current_key(rules.checksum_kind.value if rules.checksum is not None else "")
        self._counter_byte.edit.setText(str(rules.counter if rules.counter is not None else 6))
        self._checksum_byte.edit.setText(str(rules.checksum if rules.checksum is not None else 7))
        self._show_bytes()

    def read(self, frame: Frame) -> SendRules | None:
        """The rules; None if this frame has no room for them, which is said at the field."""
        self._forget_errors()
        counter, check = self._counter.current_key(), self._checksum.current_key()
        rules = SendRules(
            _byte(self._counter_byte.text()) if counter else None,
            CounterBits(counter) if counter else CounterBits.LOW,
            _byte(self._checksum_byte.text()) if check else None,
            ChecksumKind(check) if check else ChecksumKind.CRC8_J1850,
        )
        try:
            require_rules(rules, frame)
        except Invalid as error:
            field = self._counter_byte if error.facts.get("field") == "counter" else self._checksum_byte
            field.set_error(error.what)
            return None
        return rules

    def focus_wrong(self) -> None:
        """Focus the field that has to be corrected."""
        for field in (self._counter_byte, self._checksum_byte):
            if bool(field.editor.property("wrong")):
                field.editor.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def _show_bytes(self) -> None:
        self._forget_errors()
        self._counter_byte.setVisible(bool(self._counter.current_key()))
        self._checksum_byte.setVisible(bool(self._checksum.current_key()))

    def _forget_errors(self) -> None:
        for field in (self._counter_byte, self._checksum_byte):
            field.set_error("")


def _byte(text: str) -> int:
    """The number of a byte; -1, which no frame has, for anything else."""
    stripped = text.strip()
    return int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) <= 2 else -1
