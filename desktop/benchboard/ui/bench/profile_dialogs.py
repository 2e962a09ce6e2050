"""The dialogs for bit timings with a name: save one, and write what is shown to several dongles."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.dongles.timing_profiles import NAME_LENGTH
from benchboard.i18n import _, ngettext
from benchboard.ui.widgets import Button, CheckBox, Dialog, Edit, Field, Paragraph
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.surfaces import scroll_area


class SaveProfileDialog(Dialog):
    """Asks for the name of a profile; says when it replaces the one of that name."""

    name_entered = Signal(str)

    def __init__(self, window: QWidget, taken: Collection[str]) -> None:
        super().__init__(window, _("Save as profile"), name="save_profile")
        self._taken = frozenset(taken)
        self._name = Edit(placeholder=_("Line 2, CAN FD"), name="profile_name")
        self._name.setMaxLength(NAME_LENGTH)
        self._name.setMinimumWidth(360)
        self._name.returnPressed.connect(self._accept)
        note = _("Everyone in your organisation can use it.")
        self._field = Field(_("Profile name"), self._name, note=note, lines=1)
        self.content.addWidget(self._field)
        self.add_button(Button(_("Cancel"), self.leave, name="profile_cancel"))
        self._save = self.add_button(Button(_("Save profile"), self._accept, kind="primary", name="profile_save"))
        self._name.textChanged.connect(self._on_typed)

    def _on_typed(self, text: str) -> None:
        replaces = " ".join(text.split()) in self._taken
        self._field.set_error("")
        self._save.setText(_("Replace profile") if replaces else _("Save profile"))
        self._save.updateGeometry()

    def _accept(self) -> None:
        if name := self._name.text().strip():
            self.dismiss()
            self.name_entered.emit(name)
        else:
            self._field.set_error(_("Enter a name."))
            self._name.setFocus(Qt.FocusReason.OtherFocusReason)


@dataclass(frozen=True, slots=True)
class WritableDongle:
    """A connected dongle in the list; `why_not` says why the bit timing can't be written to it."""

    device_id: str
    title: str
    why_not: str = ""


class WriteToManyDialog(Dialog):
    """Lists the connected dongles with a box each; `accepted_ids` emits the device ids of those that were checked."""

    accepted_ids = Signal(object)

    def __init__(self, window: QWidget, timing: str, dongles: Sequence[WritableDongle]) -> None:
        super().__init__(window, _("Write to several dongles"), size=QSize(520, 360), name="write_to_many")
        self._boxes: dict[str, CheckBox] = {}
        self._states: dict[str, Paragraph] = {}
        self.content.addWidget(Paragraph(timing, tone="secondary"))
        inner = QWidget()
        inner.setProperty("plain", "true")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for dongle in dongles:
            column.addLayout(self._row(dongle))
        column.addStretch(1)
        self.content.addWidget(scroll_area(inner), 1)
        self._close = self.add_button(Button(_("Cancel"), self.leave, name="many_cancel"))
        self._write = self.add_button(Button("", self._accept, kind="primary", name="many_write"))
        self._count()

    def _row(self, dongle: WritableDongle) -> QHBoxLayout:
        box = CheckBox(dongle.title)
        box.setObjectName(f"many_{dongle.device_id}")
        box.setEnabled(not dongle.why_not)
        box.setChecked(not dongle.why_not)
        box.clicked.connect(self._count)
        state = Paragraph(dongle.why_not, "caption", "muted")
        self._boxes[dongle.device_id], self._states[dongle.device_id] = box, state
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(box, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(state, 1)
        return row

    def _checked(self) -> list[str]:
        return [device_id for device_id, box in self._boxes.items() if box.isChecked()]

    def _count(self) -> None:
        count = len(self._checked())
        text = ngettext("Write to {count} dongle", "Write to {count} dongles", count)
        self._write.setText(text.format(count=count) if count else _("Write"))
        self._write.updateGeometry()
        self._write.disable("" if count else _("Select a dongle first."))

    def _accept(self) -> None:
        checked = self._checked()
        for device_id in checked:
            self._states[device_id].setText(_("In progress"))
        for box in self._boxes.values():
            box.setEnabled(False)
        self._write.disable(_("The bit timing is being written. Wait a moment."))
        self.accepted_ids.emit(checked)

    def show_results(self, failures: Mapping[str, str]) -> None:
        """Show of each dongle that was written to whether it was: `failures` has an error for each, empty if none."""
        for device_id, failure in failures.items():
            state = self._states[device_id]
            state.setText(failure or _("Written and read back"))
            state.set_tone("error" if failure else "ok")
        self._close.setText(_("Close"))
        self._close.updateGeometry()
        self._write.hide()
        announce(self, written_text(failures), urgent=any(failures.values()))


def written_text(failures: Mapping[str, str]) -> str:
    """How many dongles were written to, and how many not: `failures` has an error for each, empty if none."""
    failed = sum(map(bool, failures.values()))
    written = len(failures) - failed
    text = ngettext("Written to {count} dongle.", "Written to {count} dongles.", written).format(count=written)
    if failed:
        text += " " + ngettext("{count} failed.", "{count} failed.", failed).format(count=failed)
    return text
