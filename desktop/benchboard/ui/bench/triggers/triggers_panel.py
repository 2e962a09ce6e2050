"""The triggers of the live bus: a panel above the bar that sends one frame, which folds to a button in that bar."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame import Frame
from benchboard.canbus.frame_sender import SendOutcome
from benchboard.canbus.send_table import SendRow
from benchboard.canbus.table_history import TableHistory
from benchboard.canbus.trigger_runner import FiredTrigger, TriggerRunner, why_nothing_sent
from benchboard.canbus.trigger_table import TriggerRow, TriggerTable
from benchboard.canbus.triggers import Trigger
from benchboard.dongles.listen_only import is_listen_only
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _, ngettext, number
from benchboard.ui.bench.bench_commands import TRIGGER_MENU, TRIGGERS
from benchboard.ui.bench.cell_list import ROW
from benchboard.ui.bench.command_list import CommandList
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.bench.kept_recordings.recordings_folder import ask_recordings_folder
from benchboard.ui.bench.recording_controls import RecordingControls
from benchboard.ui.bench.send_bar import SendBar
from benchboard.ui.bench.send_panel import SendPanel
from benchboard.ui.bench.triggers.kept_triggers import keep_triggers_of, triggers_of
from benchboard.ui.bench.triggers.trigger_actions import TriggerActionRunner, notice_text
from benchboard.ui.bench.triggers.trigger_dialog import TriggerDialog
from benchboard.ui.bench.triggers.trigger_examples import TriggerExamples
from benchboard.ui.bench.triggers.trigger_lists import fired_list, trigger_list
from benchboard.ui.bench.triggers.trigger_models import FiredEntry, FiredModel, TriggerModel
from benchboard.ui.bench.triggers.trigger_recording import TriggerRecording
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import Handler, Handlers, run_handler
from benchboard.ui.context import Context
from benchboard.ui.problems import Action
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Elided, EmptyState, SegmentedControl, Text, hairline
from benchboard.ui.widgets.accessible import announce, row_told_once
from benchboard.ui.widgets.focus import turn_to
from benchboard.ui.widgets.surfaces import set_surface

_SHOWN_ROWS: Final = 5
"""The rows that there is room for."""
_LOW_ROWS: Final = 3
_LOW_VIEW: Final = 720
"""A view lower than this has room for fewer rows."""
_EMPTY_HEIGHT: Final = 176
_FOLLOW_MS: Final = 200
_DEFINED, _FIRED = "defined", "fired"


@dataclass(frozen=True, slots=True)
class _TriggersState:
    """What the panel keeps while the window is rebuilt."""

    device_id: str
    history: TableHistory[TriggerTable]
    counts: dict[int, tuple[int, str]]
    fired: tuple[FiredEntry, ...]
    open: bool


class TriggersPanel(QWidget):
    """Shows the triggers of the selected dongle and those that were met, and keeps its edits for undo. `opened` when it
    is shown; `marked` has a frame that a trigger marks, and what the mark says; `frame_requested` one to go to.
    """

    opened = Signal()
    marked = Signal(object, str)
    frame_requested = Signal(object)
    _fired = Signal(object)

    def __init__(
        self,
        context: Context,
        devices: DeviceManager,
        bar: SendBar,
        send_panel: SendPanel,
        recording: RecordingControls,
    ) -> None:
        super().__init__()
        self._context, self._devices, self._bar, self._send_panel = context, devices, bar, send_panel
        self._device_id = ""
        self._history = TableHistory(TriggerTable())
        self._database = CanDatabase()
        self._runner: TriggerRunner | None = None
        self._low = False
        """Whether the view has little height."""
        self._left = False
        """Whether the live bus isn't shown: then nothing is sent."""
        self._recording = TriggerRecording(context, recording)
        self._actions = TriggerActionRunner(
            context, self, self._recording, send_panel.start_row, lambda: self._why_not_sent() or self._why_bus_not()
        )
        self.model, self.fired = TriggerModel(self), FiredModel(self)
        self.list = trigger_list(self.model, _("Triggers"))
        self.fired_list = fired_list(self.fired, _("Fired triggers"))
        self._build()
        for one in (self.list, self.fired_list):
            one.asked.connect(lambda command: run_handler(self.list_handlers()[command], context.problems.refuse))
        self.list.menu_requested.connect(self._open_menu)
        self._fired.connect(self._on_fired, Qt.ConnectionType.QueuedConnection)
        devices.frames_sent.connect(self._on_sent)
        self._timer = QTimer(self, interval=_FOLLOW_MS)
        self._timer.timeout.connect(self._recording.follow)
        self.hide()
        self._show()

    # ---- layout

    def _build(self) -> None:
        set_surface(self, "surface")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(hairline())
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 12, 8)
        head.setSpacing(8)
        head.addWidget(Text(_("Triggers"), "body_strong"))
        self._summary = Elided("", "body", "muted")
        self._summary.setObjectName("triggers_summary")
        head.addWidget(self._summary, 1)
        self._pages = SegmentedControl(((_DEFINED, _("Triggers")), (_FIRED, _("Fired"))), label=_("What to list"))
        self._pages.selected.connect(self._choose_page)
        self._clear = Button(
            "", self.clear_fired, kind="quiet", icon="ph.eraser", tip=_("Clear"), name="triggers_clear"
        )
        self._add = Button(_("Add trigger"), self.add_trigger, icon="ph.plus", name="triggers_add")
        close = Button(
            "", self.toggle, kind="quiet", icon="ph.caret-down", tip=_("Hide triggers"), name="triggers_hide"
        )
        for widget in (self._pages, self._clear, self._add, close):
            head.addWidget(widget)
        whole.addLayout(head)
        whole.addWidget(hairline())
        self._empty = EmptyState(
            "ph.lightning", _("No triggers yet"), _("Add trigger"), self.add_trigger,
            why=_("A trigger marks, records, sends or notifies when a frame meets its condition, or none comes."),
        )  # fmt: skip
        self._empty.action.setObjectName("triggers_empty_add")
        self._examples = TriggerExamples(self._add_example)
        self._empty.add_below(self._examples)
        self._none_fired = EmptyState(
            "ph.clock", _("No trigger has fired yet"), why=_("Each time that one fires is listed here.")
        )
        for empty in (self._empty, self._none_fired):
            set_surface(empty, "surface")
        self._holder = QWidget()
        self._stack = QStackedLayout(self._holder)
        for page in (self._empty, self.list, self._none_fired, self.fired_list):
            self._stack.addWidget(page)
        whole.addWidget(self._holder)
        self.fold_button = Button("", self.toggle, icon="ph.lightning", name="triggers_fold")
        self._bar.add_right(self.fold_button)

    def panes(self) -> list[QWidget]:
        """The panel, while it is shown."""
        return [self] if self.isVisible() else []

    def toggle(self) -> None:
        """Show or hide the panel; triggers that are armed stay so."""
        opens = self.isHidden()
        inside = self.window().focusWidget()
        had_focus = inside is not None and self.isAncestorOf(inside)

        def focus() -> None:
            if opens:
                self._show()
                self._focus_rows()
            elif had_focus:
                self.fold_button.setFocus(Qt.FocusReason.OtherFocusReason)

        self._set_open(is_open=opens, focus=focus)

    def fold(self) -> None:
        """Hide the panel."""
        if not self.isHidden():
            self._set_open(is_open=False)

    def _set_open(self, *, is_open: bool, focus: Callable[[], object] = lambda: None) -> None:
        shown, hidden = (self, self.fold_button) if is_open else (self.fold_button, self)
        shown.show()
        focus()  # before what has it is hidden: Qt would move it to a neighbour first
        hidden.hide()
        self._show()
        if is_open:
            self.opened.emit()

    @property
    def entry(self) -> QWidget | None:
        """The list that is shown, or in its place the button that adds a trigger."""
        return self._worked_with(self._stack.currentWidget())

    def _worked_with(self, page: QWidget | None) -> QWidget | None:
        """What is worked with on a page of the panel."""
        targets: dict[QWidget | None, QWidget] = {self._empty: self._empty.action, self.list: self.list}
        targets[self.fired_list] = self.fired_list
        return targets.get(page)

    def _focus_rows(self, page: QWidget | None = None) -> None:
        """Focus what is worked with on a page of the panel, the one that is shown if None."""
        target = self._worked_with(page or self._stack.currentWidget()) or self._pages
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _choose_page(self, _key: str) -> None:
        self._show()

    def _show(self) -> None:
        """Show the present table, or those that were met."""
        table, key = self._history.table, self._current_key
        place = self.list.currentIndex().row()
        if table is not self.model.table:
            self.model.show_table(table)
            place = self.model.place_of(key) if self.model.place_of(key) >= 0 else min(place, len(table.rows) - 1)
            if table.rows:
                self.list.setCurrentIndex(self.model.index(max(place, 0), 0))
        inside = self.window().focusWidget()
        in_empty = inside is not None and self._empty.isAncestorOf(inside)
        had_focus = in_empty or self.list.hasFocus() or self.fired_list.hasFocus()
        fired = self._pages.current() == _FIRED
        page = self._empty if not table.rows else self.list
        if fired:
            page = self.fired_list if self.fired.entries else self._none_fired
        if had_focus and self._stack.currentWidget() is not page:
            turn_to(self._stack, page, partial(self._focus_rows, page))
        self._stack.setCurrentWidget(page)
        self._clear.setVisible(fired)
        self._fit_page()
        self._show_words()

    def fit(self, height: int) -> None:
        """Have as many rows as a view of this height (pixels) has room for."""
        self._low = height < _LOW_VIEW
        self._fit_page()

    def _fit_page(self) -> None:
        rows = _LOW_ROWS if self._low else _SHOWN_ROWS
        height = theme().px("table.header") + rows * ROW
        is_list = isinstance(self._stack.currentWidget(), CommandList)
        self._holder.setFixedHeight(height if is_list else _EMPTY_HEIGHT)

    def _show_words(self) -> None:
        """Say how many triggers there are, whether they are watched for, and how many were met."""
        rows = self._history.table.rows
        armed = sum(row.armed for row in rows)
        parts = [ngettext("{count} trigger", "{count} triggers", len(rows)).format(count=number(len(rows)))]
        parts.append(_("{count} armed").format(count=number(armed)))
        if self._runner is None and armed:
            parts.append(_("waits for the live bus"))
        elif self._runner is not None and self._runner.dropped:
            parts.append(_("{count} frames weren't looked at").format(count=number(self._runner.dropped)))
        text = "  ·  ".join(parts) if rows else ""
        if self._summary.text() != text:
            self._summary.setText(text)
        self._pages.rename(_FIRED, _("Fired {count}").format(count=number(len(self.fired.entries))))
        title = _("Triggers, {count} armed").format(count=number(armed)) if armed else _("Triggers")
        if self.fold_button.text() != title:
            self.fold_button.setText(title)
            self.fold_button.updateGeometry()

    # ---- the bus

    def set_database(self, database: CanDatabase) -> None:
        """Read names and signals by this database."""
        self._database = database
        self.model.set_database(database)
        self._watch()

    def select(self, device_id: str) -> None:
        """Show the triggers of this dongle."""
        if device_id and device_id != self._device_id:
            self._device_id = device_id
            self._history = TableHistory(triggers_of(self._context, device_id))
            self._watch()
            self._show()

    def follow(self, live: LiveBus | None) -> None:
        """Another bus was opened, or this one has ended."""
        self._stop()
        if live is not None:
            self.select(live.device_id or "")
            self._runner = TriggerRunner(live.capture, self._emit)
            self.destroyed.connect(self._runner.stop)
            self._watch()
            self._runner.start()
            self._timer.start()
        self._show_words()

    def come(self) -> None:
        """The live bus is shown: what is sent is seen."""
        self._left = False
        self._tell_runner()

    def leave(self) -> None:
        """The view is left: triggers go on, but send nothing that nobody sees."""
        self._left = True
        self._tell_runner()

    def _why_not_sent(self) -> str:
        live = self._devices.live
        if self._left:
            return _("You left the live bus.")
        return _("The dongle listens only.") if live is not None and is_listen_only(live.config) else ""

    def _why_bus_not(self) -> str:
        live = self._devices.live
        return why_nothing_sent(live.capture) if live is not None else _("The live bus is closed.")

    def _tell_runner(self) -> None:
        if self._runner is not None:
            self._runner.why_not_sent = self._why_not_sent()

    def _watch(self) -> None:
        if self._runner is not None:
            self._runner.watch(self._history.table.rows, self._database)
            self._tell_runner()

    def _stop(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.stop()

    def _emit(self, fired: list[FiredTrigger]) -> None:
        """On the thread that watches: tell the main thread, if the window still lives."""
        with contextlib.suppress(RuntimeError):
            self._fired.emit(fired)

    def _on_fired(self, fired: Sequence[FiredTrigger]) -> None:
        """Do what triggers that were met are to do, and list them."""
        entries = []
        for one in fired:
            entry = self._actions.run(one)
            entries.append(entry)
            self.model.count(one.row.key, entry.time)
            if one.row.actions.marks and one.firing.frame is not None:
                self.marked.emit(one.firing.frame, notice_text(entry))
        place = self.fired_list.currentIndex().row()
        self.fired.add(entries)
        if place >= 0:  # the same one stays current
            self.fired_list.setCurrentIndex(self.fired.index(min(place + len(entries), self.fired.rowCount() - 1), 0))
        self.model.update_cells()
        self._show()
        if entries:
            announce(self, notice_text(entries[-1]))

    def _on_sent(self, outcome: SendOutcome) -> None:
        """Say of a frame that a trigger sent that it wasn't, if the bus or the dongle refused it."""
        if outcome.error is None:
            return
        first = outcome.last - len(outcome.frames) + 1
        refused = [one for one in self.fired.entries if first <= one.number <= outcome.last]
        for entry in refused:
            entry.problem = _("Not sent: {reason}").format(reason=outcome.error.what)
        if refused:
            self.fired.update_cells()

    # ---- what can be done

    @property
    def _current_key(self) -> int:
        row = self.model.row_at(self.list.currentIndex().row())
        return row.key if row is not None else 0

    def handlers(self) -> Handlers:
        """The commands of the panel, and of its current trigger."""
        return {
            "bench.show_triggers": Handler(
                self.toggle, title=_("Show triggers") if self.isHidden() else _("Hide triggers")
            ),
            "bench.add_trigger": Handler(self.add_trigger),
            **self.list_handlers(),
        }

    def list_handlers(self) -> Handlers:
        """The commands of the list that is shown: of met triggers, Enter goes to the frame."""
        row = self.model.row_at(self.list.currentIndex().row())

        def why_none() -> str:
            return "" if row is not None else _("Select a trigger first.")

        if self._pages.current() == _FIRED:
            opens = Handler(self._show_frame, self._why_no_frame, _("Show frame"))
        else:
            opens = Handler(partial(self._edit_trigger, row), why_none, _("Edit trigger"))
        armed = row is not None and row.armed
        return {
            "bench.toggle_trigger": Handler(
                partial(self._toggle_trigger, row), why_none, _("Disarm trigger") if armed else _("Arm trigger")
            ),
            "bench.open_trigger": opens,
            "bench.duplicate_trigger": Handler(partial(self._duplicate, row), why_none),
            "bench.delete_trigger": Handler(partial(self._delete, row), why_none),
        }

    def undo_handlers(self) -> Handlers:
        """Undo and redo of the edits of triggers."""
        return {
            "bench.undo_send_table": Handler(
                self.undo, lambda: "" if self._history.can_undo else _("Nothing to undo"), _("Undo edit of triggers")
            ),
            "bench.redo_send_table": Handler(
                self.redo, lambda: "" if self._history.can_redo else _("Nothing to redo"), _("Redo edit of triggers")
            ),
        }

    def _open_menu(self, spot: QPoint) -> None:
        menu = command_menu(
            self, TRIGGER_MENU, self.list_handlers(), scope=TRIGGERS, label=_("Actions"), name="trigger_menu"
        )
        menu.popup(spot)

    def _fired_entry(self) -> FiredEntry | None:
        place = self.fired_list.currentIndex().row()
        return self.fired.entries[place] if 0 <= place < len(self.fired.entries) else None

    def _why_no_frame(self) -> str:
        entry = self._fired_entry()
        if entry is None:
            return _("Select a trigger first.")
        return "" if entry.frame is not None else _("It fired because no frame came.")

    def _show_frame(self) -> None:
        entry = self._fired_entry()
        if entry is not None and entry.frame is not None:
            self.frame_requested.emit(entry.frame)

    def clear_fired(self) -> None:
        """List no triggers that were met, and count from 0."""
        self.fired.clear()
        self.model.clear_counts()
        self._show()

    # ---- edits

    def _edit(self, step: str, change: Callable[[TriggerTable], TriggerTable]) -> bool:
        """Change the table, and keep the one before for undo, which names the `step`; returns whether it was changed,
        and says why not.
        """
        before = self._history.table
        try:
            table = change(before)
        except Invalid as error:
            self._context.problems.refuse(str(error))
            return False
        if table == before and len(table.rows) == len(before.rows):
            return False
        self._history.record(table, step)
        self._on_edited()
        return True

    def _on_edited(self) -> None:
        self._watch()
        if self._device_id:
            keep_triggers_of(self._context, self._device_id, self._history.table)
        self._show()

    def undo(self) -> None:
        """Undo the last edit of the triggers, and say which one it was."""
        self._go(self._history.undo, _("Undone: {step}"))

    def redo(self) -> None:
        """Redo the edit that was undone last, and say which one it was."""
        self._go(self._history.redo, _("Redone: {step}"))

    def _go(self, go: Callable[[], str], told: str) -> None:
        with row_told_once(self.list):
            step = go()
            self._on_edited()
            announce(self, told.format(step=step), again=True)

    def add(self, row: TriggerRow) -> None:
        """Add this trigger, which is the current one then; says why it can't be."""
        if self._edit(_("Add trigger"), lambda table: table.added(row)):
            self._select(row.key)

    def show_fired(self) -> None:
        """List the triggers that fired."""
        self._pages.set_current(_FIRED)
        self._show()

    def add_trigger(self, condition: str = "") -> None:
        """Ask for a new trigger, with this condition at first."""
        if self.isHidden():
            self._set_open(is_open=True)
        self._pages.set_current(_DEFINED)
        self._show()

        self._ask(_("Add trigger"), TriggerRow(Trigger(condition)), self._add_and_focus)

    def _add_and_focus(self, row: TriggerRow) -> None:
        self.add(row)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add_example(self, row: TriggerRow) -> None:
        """Add an example; where it records is said, because no dialog did."""
        self._add_and_focus(row)
        if row.actions.records:
            said = _("It records to new files in {folder}.").format(folder=self._recording.folder)
            choose = Action(_("Choose folder"), lambda: ask_recordings_folder(self, self._context, lambda _path: None))
            self._context.problems.toast(said, action=choose)

    def _edit_trigger(self, row: TriggerRow | None) -> None:
        if row is not None:
            self._ask(
                _("Edit trigger"), row, lambda new: self._edit(_("Edit trigger"), lambda table: table.replaced(new))
            )

    def _ask(self, title: str, row: TriggerRow, accept: Callable[[TriggerRow], object]) -> None:
        live = self._devices.live

        def why_not(frame: Frame) -> AppError | None:
            return live.capture.table_sender.why_not(SendRow(frame)) if live is not None else None

        dialog = TriggerDialog(
            self,
            title,
            row,
            self._database,
            send_rows=self._send_panel.row_titles,
            folder=self._recording.folder,
            choose_folder=lambda owner, chosen: ask_recordings_folder(owner, self._context, chosen),
            why_not=why_not,
        )
        dialog.accepted_row.connect(accept)
        dialog.open()

    def _select(self, key: int) -> None:
        if (place := self.model.place_of(key)) >= 0:
            self.list.setCurrentIndex(self.model.index(place, 0))

    def _toggle_trigger(self, row: TriggerRow | None) -> None:
        if row is None:
            return
        step = _("Disarm trigger") if row.armed else _("Arm trigger")
        if self._edit(step, lambda table: table.replaced(replace(row, armed=not row.armed))):
            said = _("{name} disarmed") if row.armed else _("{name} armed")
            announce(self.list, said.format(name=row.title))

    def _duplicate(self, row: TriggerRow | None) -> None:
        if row is None:
            return
        with row_told_once(self.list):
            if self._edit(_("Duplicate trigger"), lambda table: table.duplicated(row.key)):
                self._select(self._history.table.rows[self.model.place_of(row.key) + 1].key)

    def _delete(self, row: TriggerRow | None) -> None:
        """Delete a trigger; a toast brings it back."""
        if row is None or not self._edit(_("Delete trigger"), lambda table: table.without({row.key})):
            return
        deleted = self._history.table

        def restore() -> None:
            if self._history.table is deleted:
                self.undo()
            self._context.problems.toast(_("{name} restored").format(name=row.title))

        self._context.problems.toast(_("{name} deleted").format(name=row.title), restore)

    # ---- while the window is rebuilt

    def state(self) -> object:
        """The triggers with their edits, those that were met, and whether the panel is shown."""
        return _TriggersState(
            self._device_id, self._history, self.model.counts, tuple(self.fired.entries), not self.isHidden()
        )

    def restore(self, state: object) -> None:
        """Show what `state` has."""
        if isinstance(state, _TriggersState):
            self._device_id, self._history = state.device_id, state.history
            self.model.restore_counts(state.counts)
            self.fired.add(state.fired[::-1])
            self._watch()
            self._set_open(is_open=state.open)
