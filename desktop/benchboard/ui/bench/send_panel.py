"""The send table of the live bus: a panel above the bar that sends one frame, which folds to a button in that bar."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame import Frame
from benchboard.canbus.send_table import SendRow, SendTable, bus_share
from benchboard.canbus.table_history import TableHistory
from benchboard.canbus.table_sender import RowState, TableSender
from benchboard.canbus.traffic_shares import share_text
from benchboard.errors import AppError, Conflict, DeviceFailure, Invalid, Unavailable
from benchboard.i18n import _, ngettext, number, pgettext
from benchboard.ui.bench.bench_commands import SEND_MENU, SEND_TABLE
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.bench.dongle_notices import DongleNotices
from benchboard.ui.bench.saved_send_tables import SavedSendTables
from benchboard.ui.bench.send_bar import SendBar
from benchboard.ui.bench.send_cells.send_cell_editor import SendCellEditor
from benchboard.ui.bench.send_cells.send_row_values import data_text, read_period, with_data
from benchboard.ui.bench.send_problems import not_sendable
from benchboard.ui.bench.send_row_dialog import SendRowDialog
from benchboard.ui.bench.send_table_list import ROW, SendTableList
from benchboard.ui.bench.send_table_model import PERIOD, SendTableModel
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import Handler, Handlers, run_handler
from benchboard.ui.context import Context
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Elided, EmptyState, MenuItem, Text, hairline
from benchboard.ui.widgets.accessible import announce, row_told_once
from benchboard.ui.widgets.surfaces import set_surface

_STOPPED: Final = "bench.send-table"
"""The key of the notice that the send table stopped by itself."""
_NEW: Final = Frame(0x100, data=bytes(8))
_SHOWN_ROWS: Final = 6
"""The most rows that there is room for."""
_EMPTY_HEIGHT: Final = 148
_LOW_VIEW: Final = 620
"""A view lower than this has room for fewer rows."""
_EXPECTED: Final = ("bus.send-closed", "bus.send-left", "bus.off")
"""The codes of the reasons to stop that the user knows, or that the notice of the bus says beside what helps."""


@dataclass(frozen=True, slots=True)
class _PanelState:
    """What the panel keeps while the window is rebuilt."""

    device_id: str
    history: TableHistory[SendTable]
    open: bool


class SendPanel(QWidget):
    """Shows the send table of the selected dongle, starts and stops its rows, and keeps its edits for undo. `opened`
    when it is shown.
    """

    opened = Signal()

    def __init__(self, context: Context, devices: DeviceManager, notices: DongleNotices, bar: SendBar) -> None:
        super().__init__()
        self._context, self._devices, self._notices, self._bar = context, devices, notices, bar
        self._device_id = ""
        self._history = TableHistory(SendTable())
        self._database = CanDatabase()
        self._sender: TableSender | None = None
        """That of the open bus, and afterwards that of the last one: its rows still say what became of them."""
        self._told: set[int] = set()
        """The rows of which a notice says that they stopped by themselves."""
        self.model = SendTableModel(self)
        self.list = SendTableList(self.model)
        self._build()
        self.list.asked.connect(lambda command: run_handler(self.handlers()[command], context.problems.refuse))
        self.list.menu_requested.connect(self._open_menu)
        self.destroyed.connect(devices.stop_sending)
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
        head.addWidget(Text(_("Send table"), "body_strong"))
        self._summary = Elided("", "body", "muted")
        self._summary.setObjectName("send_summary")
        head.addWidget(self._summary, 1)
        self._add = Button(_("Add row"), self.add_row, icon="ph.plus", name="send_add")
        self._all = Button(_("Start all"), self.toggle_all, icon="ph.play", name="send_all")
        self.saved = SavedSendTables(self._context, self._use, lambda: self._history.table, self._more_items)
        close = Button("", self.toggle, kind="quiet", icon="ph.caret-down", tip=_("Hide send table"), name="send_hide")
        for button in (self._add, self._all, self.saved, close):
            head.addWidget(button)
        whole.addLayout(head)
        whole.addWidget(hairline())
        self._empty = EmptyState(
            "ph.paper-plane-right",
            _("No rows yet"),
            _("Add row"),
            self.add_row,
            why=_("Add one here, or select “Add to send table” in the menu of a frame."),
        )
        self._empty.action.setObjectName("send_empty_add")
        set_surface(self._empty, "surface")
        self._empty.setFixedHeight(_EMPTY_HEIGHT)
        whole.addWidget(self._empty)
        whole.addWidget(self.list)
        self.fold_button = Button("", self.toggle, icon="ph.caret-up", name="send_fold")
        self._bar.add_right(self.fold_button)

    def panes(self) -> list[QWidget]:
        """The list of rows, while it is shown."""
        return [self] if self.isVisible() else []

    @property
    def entry(self) -> QWidget:
        """The rows, or in their place the button that adds one."""
        return self.list if self.list.isVisible() else self._empty.action

    def toggle(self) -> None:
        """Show or hide the panel; rows that run go on."""
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

    def _set_open(self, *, is_open: bool, focus: Callable[[], object] = lambda: None) -> None:
        shown, hidden = (self, self.fold_button) if is_open else (self.fold_button, self)
        shown.show()
        focus()  # before what has it is hidden: Qt would move it to a neighbour first
        hidden.hide()
        self._show()
        if is_open:
            self.opened.emit()

    def fold(self) -> None:
        """Hide the panel; rows that run go on."""
        if not self.isHidden():
            self._set_open(is_open=False)

    @property
    def row_titles(self) -> list[str]:
        """What its rows are called."""
        return [self.model.title_of(row) for row in self._history.table.rows]

    def start_row(self, title: str) -> str:
        """Start the row that is called so, or send it once without a period; returns why not, empty if it was."""
        row = next((one for one in self._history.table.rows if self.model.title_of(one) == title), None)
        live = self._devices.live
        if row is None or live is None:
            return _("The send table has no row “{name}”.").format(name=title)
        try:
            live.capture.table_sender.start([row])
        except AppError as error:
            return error.what
        return ""

    def _focus_rows(self) -> None:
        target = self.list if self._history.table.rows else self._empty.action
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show(self) -> None:
        """Show the present table."""
        table, key = self._history.table, self.list.current_key
        place = self.list.currentIndex().row()
        if table != self.model.table or [row.key for row in table.rows] != [row.key for row in self.model.table.rows]:
            self.model.show_table(table)
            place = self.model.place_of(key) if self.model.place_of(key) >= 0 else min(place, len(table.rows) - 1)
            if table.rows:
                self.list.setCurrentIndex(self.model.index(max(place, 0), 0))
        had_focus = self.list.hasFocus() or self._empty.action.hasFocus()
        self.list.setVisible(bool(table.rows))
        self._empty.setVisible(not table.rows)
        if had_focus:
            self._focus_rows()
        most = _SHOWN_ROWS
        parent = self.parentWidget()
        if parent is not None and parent.height() < _LOW_VIEW:
            most = 3
        rows = max(1, min(most, len(table.rows)))
        self.list.setFixedHeight(theme().px("table.header") + rows * ROW)
        self.refresh()

    # ---- the bus

    def set_database(self, database: CanDatabase) -> None:
        """Name the rows and edit their signals by this database."""
        self._database = database
        self.model.set_database(database)

    def select(self, device_id: str) -> None:
        """Show the table of this dongle."""
        if device_id and device_id != self._device_id:
            self._stop_left(_("Another dongle was selected."))
            self._device_id = device_id
            self._history = TableHistory(self.saved.of_dongle(device_id))
            self._show()

    def follow(self, live: LiveBus | None) -> None:
        """Another bus was opened, or this one has ended."""
        if live is not None:
            self.select(live.device_id or "")
            self._sender = live.capture.table_sender
            self._told.clear()
            self._notices.dismiss(_STOPPED)
        self._show()

    def leave(self) -> None:
        """The view is left: nothing is sent that nobody sees. Says so."""
        self._stop_left(_("You left the live bus."))

    def _stop_left(self, what: str) -> None:
        if self._sender is not None and self._sender.stop(error=Conflict("bus.send-left", what)):
            self._context.problems.toast(_("Sending stopped. {reason}").format(reason=what), warning=True)
            self.refresh()

    @property
    def _states(self) -> dict[int, RowState]:
        return self._sender.states() if self._sender is not None else {}

    @property
    def _is_running(self) -> bool:
        return any(state.running for state in self._states.values())

    def refresh(self) -> None:
        """Show what became of the rows, and say if they stopped by themselves."""
        states, sender = self._states, self._sender
        if sender is not None:
            self.model.show_states(states, sender.now(), reports_sent=sender.reports_sent)
        rows = self._history.table.rows
        running = [row for row in rows if states.get(row.key, RowState()).running]
        self._show_summary(running)
        all_text = _("Stop all") if running else _("Start all")
        if self._all.text() != all_text:
            self._all.setText(all_text)
            self._all.setIcon(theme().icon("ph.stop" if running else "ph.play", "text"))
            self._all.updateGeometry()
        why_not = "" if running else self._why_no_start()
        if self._all.reason != why_not:
            if why_not and self._all.hasFocus():  # Qt would give it to whatever is next
                self._focus_rows()
            self._all.disable(why_not)
        self.model.show_reason(self._why_no_start())
        count = ngettext("{count} row", "{count} rows", len(rows)).format(count=number(len(rows)))
        title = _("Send table, {count}").format(count=count) if rows else _("Send table")
        if running:
            title = _("Send table, {count} running").format(count=number(len(running)))
        if self.fold_button.text() != title:
            self.fold_button.setText(title)
            self.fold_button.updateGeometry()
        self._tell_stopped(states)

    def _show_summary(self, running: list[SendRow]) -> None:
        """Say how many rows run, how often they send, and what share of the bus that is: of those with a period if
        none runs and they can be started."""
        live, rows = self._devices.live, self._history.table.rows
        cyclic = [row for row in rows if row.period_ms is not None]
        parts = [ngettext("{count} row", "{count} rows", len(rows)).format(count=number(len(rows)))] if rows else []
        if running:
            parts.append(pgettext("send table", "{count} running").format(count=number(len(running))))
        measured = running or ([] if self._why_no_start() else cyclic)
        rate = sum(1 / row.period_s for row in measured if row.period_s)
        too_much = False
        if rate and live is not None:
            share = bus_share(measured, live.config.bitrate, live.config.data_bitrate)
            too_much = share > 1
            parts.append(
                _("{rate} frames/s, {share} of the bus").format(rate=number(rate, most=1), share=share_text(share))
            )
        text = "  ·  ".join(parts)
        if too_much:
            text += "  ·  " + _("more than it carries")
        self._summary.set_tone("warn" if too_much else "muted")
        if self._summary.text() != text:
            self._summary.setText(text)

    def _tell_stopped(self, states: dict[int, RowState]) -> None:
        """Show a notice if rows stopped by themselves for a reason that isn't known from elsewhere."""
        failed = {key: state.error for key, state in states.items() if state.error is not None}
        new = [error for key, error in failed.items() if key not in self._told and error is not None]
        self._told = set(failed)
        error = next((one for one in new if one.code not in _EXPECTED and not one.code.startswith("port.")), None)
        if error is not None:
            why = " ".join(part for part in (error.what, error.why) if part)
            stopped = Unavailable("bus.table-stopped", _("The send table stopped by itself."), why=why, do=error.do)
            self._notices.show(stopped, act=_STOPPED)
            announce(self, f"{stopped.what} {why}", urgent=True)

    def _why_no_start(self) -> str:
        """Why no row can be started now; empty if rows can."""
        if self._devices.live is None:
            return _("The live bus is closed.")
        if self._bar.reason:
            return self._bar.reason
        if not self._history.table.rows:
            return _("Add a row first.")
        return ""

    # ---- what can be done

    def handlers(self) -> Handlers:
        """The commands of the send table, and of its current row."""
        row = self.model.row_at(self.list.currentIndex().row())
        state = self._states.get(row.key, RowState()) if row is not None else RowState()

        def why_none() -> str:
            return "" if row is not None else _("Select a row of the send table first.")

        toggle = _("Stop row") if state.running else _("Start row")
        if row is not None and row.period_ms is None and not state.running:
            toggle = _("Send row once")
        key = row.key if row is not None else 0
        return {
            "bench.show_send_table": Handler(
                self.toggle, title=_("Show send table") if self.isHidden() else _("Hide send table")
            ),
            "bench.toggle_send_table": Handler(
                self.toggle_all,
                lambda: "" if self._is_running else self._why_no_start(),
                _("Stop send table") if self._is_running else _("Start send table"),
            ),
            "bench.add_send_row": Handler(self.add_row),
            "bench.undo_send_table": Handler(
                self.undo, lambda: "" if self._history.can_undo else _("Nothing to undo")
            ),
            "bench.redo_send_table": Handler(
                self.redo, lambda: "" if self._history.can_redo else _("Nothing to redo")
            ),
            "bench.toggle_send_row": Handler(
                partial(self._toggle_row, row), lambda: why_none() or ("" if state.running else self._why_no_start()),
                toggle,
            ),
            "bench.edit_send_cell": Handler(
                partial(self._edit_cell, row), why_none,
                _("Edit period") if self.list.edited_column == PERIOD else _("Edit data"),
            ),
            "bench.edit_send_row": Handler(partial(self._edit_row, row), why_none),
            "bench.duplicate_send_row": Handler(partial(self._duplicate, row), why_none),
            "bench.move_send_row_up": Handler(partial(self._move, key, -1), why_none),
            "bench.move_send_row_down": Handler(partial(self._move, key, 1), why_none),
            "bench.remove_send_row": Handler(partial(self._remove, row), why_none),
        }  # fmt: skip

    def _open_menu(self, spot: QPoint) -> None:
        menu = command_menu(
            self, SEND_MENU, self.handlers(), scope=SEND_TABLE, label=_("Actions"), name="send_row_menu"
        )
        menu.popup(spot)

    def _more_items(self) -> list[MenuItem]:
        counted = any(state.sent or state.failed for state in self._states.values())
        why_not = "" if counted else _("Nothing has been sent yet.")
        return [MenuItem(_("Clear counts"), self._clear_counts, "ph.eraser", why_not=why_not)]

    def _clear_counts(self) -> None:
        if self._sender is not None:
            self._sender.clear_counts()
            self.refresh()

    def toggle_all(self) -> None:
        """Stop all rows; if none runs, start those with a period, or send the others once if there are no such."""
        if self._sender is not None and self._sender.stop():
            announce(self, _("Sending stopped"))
        else:
            rows = self._history.table.rows
            cyclic = [row for row in rows if row.period_ms is not None]
            if self._start(cyclic or list(rows)):
                announce(self, _("Sending started") if cyclic else _("Sent"), again=True)
        self.refresh()

    def _toggle_row(self, row: SendRow | None) -> None:
        if row is None:
            return
        if self._sender is None or not self._sender.stop([row.key]):
            self._start([row])
        self.refresh()
        announce(self.list, self.model.state_text(self._states.get(row.key, RowState())))

    def _start(self, rows: list[SendRow]) -> bool:
        """Start these rows; say why they can't be sent. Returns whether they were started."""
        live, refuse = self._devices.live, self._context.problems.refuse
        if (why_not := self._why_no_start()) or live is None:
            refuse(why_not)
            return False
        try:
            live.capture.table_sender.start(rows)
        except Invalid as error:
            row = next(one for one in rows if live.capture.table_sender.why_not(one) is not None)
            why, _can_be_fd = not_sendable(error, live, self._context)
            refuse(f"{self.model.title_of(row)}: {why}")
        except (DeviceFailure, Unavailable) as error:
            refuse(" ".join(part for part in (error.what, error.do) if part))
        else:
            self._notices.dismiss(_STOPPED)
            return True
        return False

    # ---- edits

    def _edit(self, step: str, change: Callable[[SendTable], SendTable]) -> bool:
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
        """The table is another one: rows that run send their new frames, those that are gone stop."""
        if self._sender is not None:
            self._sender.update(self._history.table.rows)
        if self._device_id:
            self.saved.keep_of_dongle(self._device_id, self._history.table)
        self._show()

    def _use(self, table: SendTable) -> None:
        """Show this table in place of the present one, which undo brings back."""
        # The rows are new ones: their counts begin at 0.
        rows = tuple(SendRow(row.frame, row.name, row.period_ms) for row in table.rows)
        self._edit(_("Use saved table"), lambda _table: SendTable(rows))

    def undo(self) -> None:
        """Undo the last edit of the table, and say which one it was."""
        self._go(self._history.undo, _("Undone: {step}"))

    def redo(self) -> None:
        """Redo the edit that was undone last, and say which one it was."""
        self._go(self._history.redo, _("Redone: {step}"))

    def _go(self, go: Callable[[], str], told: str) -> None:
        with row_told_once(self.list):
            step = go()
            self._on_edited()
            announce(self, told.format(step=step), again=True)

    def state(self) -> object:
        """The table with its edits, and whether it is shown."""
        return _PanelState(self._device_id, self._history, not self.isHidden())

    def restore(self, state: object) -> None:
        """Show the table that `state` has."""
        if isinstance(state, _PanelState):
            self._device_id, self._history = state.device_id, state.history
            self._set_open(is_open=state.open)

    def add_frame(self, frame: Frame, name: str, period_ms: float | None) -> None:
        """Add a row that sends this frame, and show it."""
        if self.isHidden():
            self._set_open(is_open=True)
        if self._edit(_("Add row"), lambda table: table.with_frame(frame, name, period_ms)):
            self.list.select(self._history.table.rows[-1].key)
            announce(self.list, _("Added to send table"))

    def add_row(self) -> None:
        """Ask for a new row's frame."""
        if self.isHidden():
            self.toggle()
        place = self.list.currentIndex().row()
        current = self.model.row_at(place)
        at = place + 1 if current is not None else None

        def add(row: SendRow) -> None:
            rules = row.rules
            if self._edit(
                _("Add row"), lambda table: table.with_frame(row.frame, row.name, row.period_ms, at=at, rules=rules)
            ):
                new = self._history.table.rows[at if at is not None else -1]
                self.list.select(new.key)
                self.list.setFocus(Qt.FocusReason.OtherFocusReason)

        self._ask(_("Add row"), SendRow(_NEW, "", 100.0), add, is_new=True)

    def _edit_cell(self, row: SendRow | None) -> None:
        """Edit the data of a row, or its period, in its place."""
        if row is None:
            return
        key, column = row.key, self.list.edited_column

        def take(text: str) -> None:
            now = self._history.table.find(key) or row
            changed = (
                replace(now, period_ms=read_period(text))
                if column == PERIOD
                else replace(now, frame=with_data(now.frame, text))
            )
            self._edit(_("Edit period") if column == PERIOD else _("Edit data"), lambda table: table.replaced(changed))

        period = "" if row.period_ms is None else number(row.period_ms, most=3, grouped=False)
        data_label = _("DLC asked for (0 to 8)") if row.frame.remote else _("Data (hexadecimal)")
        editor = SendCellEditor(
            self.list.viewport(),
            label=_("Every (ms)") if column == PERIOD else data_label,
            text=period if column == PERIOD else data_text(row.frame),
            name="send_cell_period" if column == PERIOD else "send_cell_data",
            take=take,
        )
        if column == PERIOD:
            editor.setPlaceholderText(_("once"))
        self.list.edit_cell(key, column, editor)

    def _edit_row(self, row: SendRow | None) -> None:
        if row is not None:
            self._ask(_("Edit row"), row, lambda new: self._edit(_("Edit row"), lambda table: table.replaced(new)))

    def _ask(self, title: str, row: SendRow, accept: Callable[[SendRow], object], *, is_new: bool = False) -> None:
        live = self._devices.live
        rates = (live.config.bitrate, live.config.data_bitrate) if live is not None else None

        def why_not(edited: SendRow) -> AppError | None:
            return live.capture.table_sender.why_not(edited) if live is not None else None

        dialog = SendRowDialog(self, title, row, self._database, why_not=why_not, bit_rates=rates)
        if is_new:
            dialog.select_id()
        dialog.accepted_row.connect(accept)
        dialog.open()

    def _duplicate(self, row: SendRow | None) -> None:
        """Add a copy of a row below it, which is the current row then."""
        if row is None:
            return
        with row_told_once(self.list):
            if self._edit(_("Duplicate row"), lambda table: table.duplicated(row.key)):
                self.list.select(self._history.table.rows[self.model.place_of(row.key) + 1].key)

    def _move(self, key: int, by: int) -> None:
        """Move a row, and say at which place it is now."""
        with row_told_once(self.list):
            self._edit(_("Move row"), lambda table: table.moved(key, by))

    def _remove(self, row: SendRow | None) -> None:
        """Remove a row; a toast brings it back."""
        if row is None or not self._edit(_("Remove row"), lambda table: table.without({row.key})):
            return
        title = self.model.title_of(row)
        removed = self._history.table

        def restore() -> None:
            if self._history.table is removed:
                self.undo()
            self._context.problems.toast(_("{name} restored").format(name=title))

        self._context.problems.toast(_("{name} removed").format(name=title), restore)
