"""What can be done with a frame of the live bus or a recording: the commands of the current row, and its menu."""

from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from benchboard.canbus import candump
from benchboard.canbus.frame import Frame
from benchboard.i18n import _
from benchboard.ui.bench.bench_commands import FRAME_MENU, FRAMES
from benchboard.ui.bench.frame_filter_bar import FrameFilterBar
from benchboard.ui.bench.frame_format import identifier
from benchboard.ui.bench.frame_list import FrameList
from benchboard.ui.bench.send_bar import SendBar
from benchboard.ui.bench.send_panel import SendPanel
from benchboard.ui.bench.triggers.triggers_panel import TriggersPanel
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import Handler, Handlers
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.widgets.accessible import announce


class FrameActions:
    """The commands of the current row of `table`, for the view around it. `sending`: the bar that sends one frame, and
    the send table, where the view has them.
    """

    def __init__(
        self,
        view: QWidget,
        table: FrameList,
        filter_bar: FrameFilterBar,
        sending: tuple[SendBar, SendPanel] | None = None,
        triggers: TriggersPanel | None = None,
    ) -> None:
        self._view, self._table, self._model = view, table, table.frames
        self._filter_bar, self._sending, self._triggers = filter_bar, sending, triggers

    def handlers(self) -> Handlers:
        """The commands; those that can't be run say why."""
        row = self._table.current_row()

        def why_none() -> str:
            return "" if row >= 0 else _("Select a frame first.")

        def why_no_id() -> str:
            return why_none() or ("" if not frame.error else _("An error frame has no ID."))

        frame = self._model.row_at(row).frame if row >= 0 else Frame(0)
        ident, term = identifier(frame), id_term(frame)
        send: dict[str, Handler] = {}
        if self._sending is not None:
            send_bar, send_panel = self._sending
            send = {
                "bench.send_again": Handler(partial(send_bar.send, frame), lambda: why_no_id() or send_bar.reason),
                "bench.add_to_send_table": Handler(partial(self._add_to, send_panel, row), why_no_id),
            }
        if self._triggers is not None:
            add = partial(self._triggers.add_trigger, term)
            send["bench.trigger_on_id"] = Handler(add, why_no_id, _("Add trigger on {id}").format(id=ident))
        return {
            "bench.copy_frame": Handler(lambda: self._copy(frame), why_none),
            "bench.filter_by_id": Handler(
                partial(self._filter_bar.set_text, term), why_no_id, _("Show only {id}").format(id=ident)
            ),
            "bench.hide_id": Handler(
                partial(self._filter_bar.add_term, f"!{term}"), why_no_id, _("Hide {id}").format(id=ident)
            ),
            "bench.colour_frame": Handler(
                partial(self._filter_bar.colours.open, "error" if frame.error else term), why_none
            ),
            "bench.set_time_zero": Handler(partial(self._set_zero, row), why_none),
            **send,
            "bench.expand_frame": Handler(
                lambda: self._table.set_expanded(row, not self._model.is_expanded(row)),
                lambda: why_none() or self._why_not_expanded(row),
                _("Hide signals") if row >= 0 and self._model.is_expanded(row) else _("Show signals"),
            ),
        }

    def open_menu(self, handlers: Handlers, spot: QPoint) -> None:
        """Open the menu of the current row, at a point of the screen."""
        menu = command_menu(self._view, FRAME_MENU, handlers, scope=FRAMES, label=_("Actions"), name="live_frame_menu")
        menu.popup(spot)

    def _why_not_expanded(self, row: int) -> str:
        if self._model.is_expandable(row):
            return ""
        if not self._model.database.messages:
            return _("Add a database first.")
        return _("No database has signals for this ID.")

    def _copy(self, frame: Frame) -> None:
        copy_text(candump.text(frame))
        announce(self._view, _("Copied {frame}").format(frame=candump.text(frame)))

    def _set_zero(self, row: int) -> None:
        self._model.set_zero(row)
        announce(self._view, _("Times count from this frame on."))

    def _add_to(self, send_panel: SendPanel, row: int) -> None:
        """Add a row that sends this frame again, as often as its message is sent."""
        frame, message = self._model.row_at(row).frame, self._model.row_at(row).message
        period = float(message.cycle_ms) if message is not None and message.cycle_ms else None
        send_panel.add_frame(frame, message.name if message is not None else "", period)


def id_term(frame: Frame) -> str:
    """The ID as the filter takes it."""
    return f"{frame.id:08X}" if frame.extended else f"{frame.id:03X}"
