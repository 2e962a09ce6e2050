"""The dialog that edits a trigger: its condition, and what it does when it is met."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.canbus import candump
from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame import Frame
from benchboard.canbus.frame_filter import is_unfinished
from benchboard.canbus.trigger_table import MAX_CONDITION, MAX_NAME, TriggerActions, TriggerRow, require_row
from benchboard.canbus.triggers import Trigger
from benchboard.errors import AppError, Invalid
from benchboard.i18n import TwoReadings, _, number, parse_number
from benchboard.ui.bench.triggers.condition_edit import ConditionEdit
from benchboard.ui.widgets import Button, CheckBox, Dialog, Edit, Field, Paragraph, Select, Text
from benchboard.ui.widgets.accessible import announce, describe, untold

_MATCH: Final = "match"
_SILENCE: Final = "silence"
_FRAME: Final = "frame"
_ROW: Final = "row:"
"""What the key of a row of the send table begins with, before its title."""
_SILENCE_S: Final = 1.0
_REST_MS: Final = 700
"""So long after the last letter what is wrong with the condition is said."""


class TriggerDialog(Dialog):
    """Edits `row`; `accepted_row` has it afterwards. `send_rows` are the titles of the rows of the send table,
    `folder` is where it records, and `choose_folder` asks for another one; `why_not` says what keeps a frame from being
    sent on the open bus.
    """

    accepted_row = Signal(object)
    _grows = True

    def __init__(
        self,
        window: QWidget,
        title: str,
        row: TriggerRow,
        database: CanDatabase,
        *,
        send_rows: Sequence[str],
        folder: Path,
        choose_folder: Callable[[QWidget, Callable[[Path], object]], object],
        why_not: Callable[[Frame], AppError | None],
    ) -> None:
        super().__init__(window, title, size=QSize(640, 0), name="trigger_dialog")
        self._row, self._database, self._why_not = row, database, why_not
        self._warned = row.trigger.condition
        """The condition of which the user knows that it names what no database has."""
        self._rest = QTimer(self, interval=_REST_MS, singleShot=True)
        self._rest.setObjectName("trigger_rest")
        self._rest.timeout.connect(self._show_typed)
        self._build_condition()
        self._build_actions(send_rows)
        self._choose_folder = choose_folder
        self._show_folder(folder)
        self.add_button(Button(_("Cancel"), self.leave, name="trigger_cancel"))
        self.add_button(Button(_("Save trigger"), self._accept, kind="primary", name="trigger_save"))
        with untold():  # what is wrong with the condition is read with its field, which has the focus first
            self._fill(row)
        self.first_focus = self._condition.editor

    # ---- layout

    def _build_condition(self) -> None:
        self._condition = Field(_("Condition"), ConditionEdit(self._database, name="trigger_condition"), lines=1)
        self._condition.edit.setMaxLength(MAX_CONDITION)
        self._condition.edit.textEdited.connect(lambda _text: self._follow_typing())
        self._name = Field(_("Name"), Edit(name="trigger_name"))
        self._name.edit.setMaxLength(MAX_NAME)
        self._kind = Select(name="trigger_kind", label=_("Fires on"))
        self._kind.set_choices(((_MATCH, _("A frame that matches")), (_SILENCE, _("No such frame for a time"))))
        self._kind.activated.connect(lambda _index: self._show_kind())
        self._silence = Field(_("Missing for"), Edit(unit="s", name="trigger_silence"))
        self._hold_off = Field(_("Hold-off"), Edit(unit="s", name="trigger_hold_off"))
        self._add_line((self._condition, 3), (self._name, 2))
        self._add_line((Field(_("Fires on"), self._kind), 3), (self._silence, 2), (self._hold_off, 2))
        self._when = Paragraph("", "caption", "muted")
        self._when.setObjectName("trigger_when")
        self.content.addWidget(self._when)

    def _build_actions(self, send_rows: Sequence[str]) -> None:
        self._heading = Text(_("Actions"), "body_strong")
        self.content.addWidget(self._heading)
        self._marks = self._check(_("Mark in the list and the recording"), "trigger_mark")
        self._sounds = self._check(_("Play a sound"), "trigger_sound")
        self._notifies = self._check(_("Notify"), "trigger_notify")
        self._add_checks(self._marks, self._sounds, self._notifies)
        self._records = self._check(_("Record"), "trigger_record")
        self._add_checks(self._records)
        self._before = Field(_("Seconds before"), Edit(unit="s", name="trigger_before"))
        self._after = Field(
            _("Seconds after"), Edit(unit="s", placeholder=_("until you stop it"), name="trigger_after")
        )
        self._records.toggled.connect(lambda _on: self._show_recording())
        self._add_line((self._before, 1), (self._after, 1))
        self._folder = Paragraph("", "caption", "muted")
        self._other_folder = Button(_("Choose folder"), self._ask_folder, kind="link", name="trigger_folder")
        line = QHBoxLayout()
        line.addWidget(self._folder, 1)
        line.addWidget(self._other_folder)
        self.content.addLayout(line)
        self._send = Select(name="trigger_send", label=_("Send"))
        rows = [(f"{_ROW}{title}", _("Row {name}").format(name=title)) for title in dict.fromkeys(send_rows)]
        kept = self._row.actions.row
        if kept and kept not in send_rows:
            rows.append((f"{_ROW}{kept}", _("Row {name}").format(name=kept)))
        self._send.set_choices((("", _("Nothing")), (_FRAME, _("A frame")), *rows))
        self._send.activated.connect(lambda _index: self._show_sending())
        self._frame = Field(_("Frame"), Edit(mono=True, placeholder=_("123#DEADBEEF"), name="trigger_frame"))
        self._frame.edit.textEdited.connect(lambda _text: self._frame.set_error(""))
        self._add_line((Field(_("Send"), self._send), 1), (self._frame, 1))
        self._problem = Text("", "body", "error", wrap=True)
        self._problem.setObjectName("trigger_problem")
        self._problem.hide()
        self.content.addWidget(self._problem)

    @staticmethod
    def _check(text: str, name: str) -> CheckBox:
        box = CheckBox(text)
        box.setObjectName(name)
        return box

    def _add_checks(self, *boxes: CheckBox) -> None:
        line = QHBoxLayout()
        line.setSpacing(24)
        for box in boxes:
            box.toggled.connect(lambda _on: self._say(""))
            line.addWidget(box)
        line.addStretch(1)
        self.content.addLayout(line)

    def _add_line(self, *fields: tuple[Field, int]) -> None:
        line = QHBoxLayout()
        line.setSpacing(16)
        for field, share in fields:
            line.addWidget(field, share, Qt.AlignmentFlag.AlignTop)
        self.content.addLayout(line)

    # ---- from the trigger to the fields

    def _fill(self, row: TriggerRow) -> None:
        trigger, actions = row.trigger, row.actions
        self._name.edit.setText(row.name)
        self._condition.edit.setText(trigger.condition)
        self._kind.set_current_key(_SILENCE if trigger.silence_s else _MATCH)
        self._silence.edit.setText(_seconds(trigger.silence_s or _SILENCE_S))
        self._hold_off.edit.setText(_seconds(trigger.hold_off_s))
        for box, on in (
            (self._marks, actions.marks), (self._records, actions.records), (self._sounds, actions.sounds),
            (self._notifies, actions.notifies),
        ):  # fmt: skip
            box.setChecked(on)
        self._before.edit.setText(_seconds(actions.before_s))
        self._after.edit.setText("" if actions.after_s is None else _seconds(actions.after_s))
        self._send.set_current_key(_FRAME if actions.frame else f"{_ROW}{actions.row}" if actions.row else "")
        self._frame.edit.setText(candump.text(actions.frame) if actions.frame is not None else "")
        self._show_kind()
        self._show_recording()
        self._show_sending()

    def _show_kind(self) -> None:
        """A silence is told once, so nothing holds it off."""
        silent = self._kind.current_key() == _SILENCE
        self._silence.setVisible(silent)
        self._hold_off.setVisible(not silent)
        self._show_condition()

    def _show_recording(self) -> None:
        for part in (self._before, self._after, self._folder, self._other_folder):
            part.setVisible(self._records.isChecked())

    def _show_folder(self, folder: Path) -> None:
        self._folder.setText(_("Each time to a new file in {folder}").format(folder=folder))

    def _ask_folder(self) -> None:
        self._choose_folder(self, self._show_folder)

    def _show_sending(self) -> None:
        self._frame.setVisible(self._send.current_key() == _FRAME)

    def _follow_typing(self) -> None:
        """What was said of the condition is over; what is wrong with it now is said once the user rests."""
        self._condition.set_error("")
        self._rest.start()

    def _show_typed(self) -> None:
        if not is_unfinished(self._condition.text()):
            self._show_condition()

    def _show_condition(self) -> None:
        """Say at the condition what can't be read in it, or what no database has: it would never be met."""
        self._rest.stop()
        self._name.edit.setPlaceholderText("")
        try:
            found = self._trigger().filter
        except Invalid as error:
            self._condition.set_error(_sentence(error))
            return
        warning = self._warning()
        if not warning or warning != self._condition.edit.accessibleDescription():  # which was told already
            self._condition.set_error("")
            self._condition.set_warning(warning)
        self._when.setText(_when_it_fires(of_data=found.needs_data, silent=bool(self._trigger().silence_s)))
        describe(self._kind, self._when.text())
        if self._condition.text().strip():
            self._name.edit.setPlaceholderText(self._trigger().text)

    def _warning(self) -> str:
        """Why the condition, which can be read, is never met; empty if it may be."""
        unknown = self._trigger().filter.unknown_names(self._database)
        warning = _("No database has {names}: this never fires.")
        return warning.format(names=", ".join(unknown)) if unknown else ""

    def _is_warned(self, row: TriggerRow) -> bool:
        """Whether the user knows that the trigger is never met, or it may be; else it is said at the condition: a
        database may be added later, so that a second time it is saved."""
        warning, condition = self._warning(), row.trigger.condition
        if not warning or condition == self._warned:
            return True
        self._warned = condition
        self._rest.stop()
        self._condition.set_error("")
        self._condition.set_warning(_("{warning} Save again to keep it.").format(warning=warning))
        self._condition.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        return False

    # ---- from the fields to the trigger

    def _trigger(self) -> Trigger:
        """The trigger with the times that can be read: the others are looked at when it is saved."""
        silent = self._kind.current_key() == _SILENCE
        condition = " ".join(self._condition.text().split())
        return replace(self._row.trigger, condition=condition, silence_s=_SILENCE_S if silent else 0.0)

    def _accept(self) -> None:
        """Take the trigger, or say at its field what is wrong."""
        self._say("")
        try:
            row = self._read()
            require_row(row)
        except Invalid as error:
            self._say_wrong(str(error.facts.get("field", "")), _sentence(error))
            return
        if not self._is_warned(row):
            return
        self.dismiss()
        self.accepted_row.emit(row)

    def _read(self) -> TriggerRow:
        """The trigger in the fields. Raises `Invalid` (`can.trigger`) with the field that can't be read."""
        sends, trigger = self._send.current_key(), self._trigger()
        if trigger.silence_s:
            trigger = replace(trigger, silence_s=_read_seconds("silence", self._silence))
        else:
            trigger = replace(trigger, hold_off_s=_read_seconds("hold_off", self._hold_off))
        records, before, after = self._records.isChecked(), self._row.actions.before_s, self._row.actions.after_s
        if records:
            before = _read_seconds("before", self._before)
            after = _read_seconds("after", self._after) if self._after.text().strip() else None
        actions = TriggerActions(
            self._marks.isChecked(), records, before, after, self._read_frame() if sends == _FRAME else None,
            sends.removeprefix(_ROW) if sends.startswith(_ROW) else "", self._sounds.isChecked(),
            self._notifies.isChecked(),
        )  # fmt: skip
        name = " ".join(self._name.text().split())
        return replace(self._row, trigger=trigger, name=name, actions=actions)

    def _read_frame(self) -> Frame:
        text = "".join(self._frame.text().split())
        frame = candump.parse(text)
        if frame is None:
            raise Invalid("can.trigger", candump.why_invalid(text), field="frame")
        if (error := self._why_not(frame)) is not None:
            raise Invalid("can.trigger", error.why or error.what, field="frame")
        return frame

    def _say_wrong(self, name: str, sentence: str) -> None:
        fields = {
            "condition": self._condition, "silence": self._silence, "hold_off": self._hold_off, "before": self._before,
            "after": self._after, "frame": self._frame,
        }  # fmt: skip
        field = fields.get(name)
        if field is None:
            self._say(sentence)
            self._marks.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        field.set_error(sentence)
        field.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, sentence: str) -> None:
        """Say what is wrong with no field of its own; nothing for an empty sentence."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))
        announce(self._problem, sentence)


def _when_it_fires(*, of_data: bool, silent: bool) -> str:
    """How often a trigger fires, in plain words."""
    if silent:
        return _("Fires once each time the frames stay away for so long, and again only after they came back.")
    if of_data:
        return _(
            "Fires when a frame meets the condition and the one before it of its ID didn't: once while it stays met, "
            "not with each frame. For the hold-off after it fired, it doesn't fire again."
        )
    return _("Fires with each frame that matches, at most once in each hold-off.")


def _sentence(error: Invalid) -> str:
    return " ".join(part for part in (error.what, error.do) if part)


def _seconds(seconds: float) -> str:
    return number(seconds, most=3, grouped=False)


def _read_seconds(name: str, field: Field) -> float:
    try:
        return parse_number(field.text())
    except TwoReadings as error:
        raise Invalid("can.trigger", str(error), field=name) from error
    except ValueError as error:
        raise Invalid("can.trigger", _("Enter a number of seconds."), field=name) from error
