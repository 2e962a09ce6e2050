"""The bar that plays a recording: in the window alone, or onto the live bus that is open."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import partial
from typing import Final, Literal

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.canbus.id_map import IdMap, parse_id_map
from benchboard.canbus.player import Player, Send, require_playable
from benchboard.canbus.recording import Recording
from benchboard.dongles.listen_only import is_listen_only, listen_only_error
from benchboard.errors import AppError, Conflict, Invalid
from benchboard.i18n import _, ngettext, number
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.bench.replay_cell import ReplayCell
from benchboard.ui.context import Context
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Edit, Said, Select
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.surfaces import set_surface

_EVERY_MS: Final = 50
_SPEEDS: Final = ("0.1", "0.25", "0.5", "1", "2", "5", "10", "50")
_LATE_S: Final = 0.01
"""From which lateness on it is said."""
_WINDOW, _BUS = "window", "bus"


class PlaybackBar(QWidget):
    """Plays the frames that are shown. `played`: the frame with this number was played, or is due, last."""

    played = Signal(int)
    state_changed = Signal()

    def __init__(self, context: Context, devices: DeviceManager) -> None:
        super().__init__()
        set_surface(self, "surface")
        self._context, self._devices = context, devices
        self._recording: Recording | None = None
        self._numbers: Sequence[int] = ()
        self._channels = 0
        """How many channels these frames are of."""
        self._at = 0
        """The number of the frame that is current: playing goes on there."""
        self._player: Player | None = None
        self._cell = ReplayCell(context, self._stop_replay)
        self._end = _EndWith(devices)
        self.destroyed.connect(self._end.end)  # the window is built anew in another language, or the session ends
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._follow)
        self.play = Button(_("Play"), self.toggle, icon="ph.play", name="recording_play")
        self._back = Button("", partial(self.step, -1), kind="quiet", icon="ph.caret-left", tip=_("Previous frame"))
        self._back.setObjectName("recording_back")
        self._next = Button("", partial(self.step, 1), kind="quiet", icon="ph.caret-right", tip=_("Next frame"))
        self._next.setObjectName("recording_step")
        speeds = [(one, _("{speed} × speed").format(speed=number(float(one), most=2))) for one in _SPEEDS]
        self.speed = Select(speeds, name="recording_speed", label=_("Speed"))
        self.speed.set_current_key("1")
        self.speed.activated.connect(lambda _index: self._change_speed())
        self.loop = Button("", icon="ph.repeat", tip=_("Repeat"), name="recording_loop")
        self.loop.setCheckable(True)
        self.loop.toggled.connect(self._change_loop)
        self.target = Select(
            ((_WINDOW, _("In this window only")), (_BUS, _("Onto the live bus"))),
            name="recording_target", label=_("Where to play"),
        )  # fmt: skip
        self.target.activated.connect(lambda _index: self._choose_target())
        self._ids = Edit(placeholder="123=456", mono=True, name="recording_ids", label=_("IDs to send as others"))
        self._ids.setFixedWidth(180)
        self._ids.setToolTip(
            plain_tooltip(_("123=456, 18FEF100=18FEF200:\nframes with the first ID are sent with the second."))
        )
        self._ids.textEdited.connect(lambda _text: self._show_ids_problem())
        self._ids.hide()
        self._said = Said()
        self._said.setObjectName("recording_played")
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 6, 6, 6)
        line.setSpacing(4)
        for widget in (self._back, self.play, self._next, self.speed, self.loop, self.target):
            line.addWidget(widget)
        self.notes = self._notes()
        """What stands below the buttons: the IDs to send as others, and what is said; hidden without either."""
        devices.live_changed.connect(self._follow_bus)

    def _notes(self) -> QWidget:
        notes = QWidget()
        column = QVBoxLayout(notes)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        line = QHBoxLayout()
        line.setContentsMargins(16, 0, 12, 8)
        line.setSpacing(8)
        line.addWidget(self._ids)
        line.addWidget(self._said, 1)
        column.addLayout(line)
        column.addWidget(self._said.below)
        notes.hide()
        return notes

    # ---- what is played

    @property
    def _onto(self) -> LiveBus | None:
        """The bus that the player sends to. The bench's other views ask before they close it."""
        return self._devices.playing_onto

    @_onto.setter
    def _onto(self, live: LiveBus | None) -> None:
        self._devices.playing_onto = live

    @property
    def playing(self) -> bool:
        """Whether frames are played now."""
        return self._player is not None and not self._player.paused and not self._player.ended

    def show_recording(self, recording: Recording | None) -> None:
        """Play another recording from now on."""
        self.stop()
        self._recording, self._at = recording, 0
        self._say("")

    def show_numbers(self, numbers: Sequence[int], channels: int = 1) -> None:
        """Play these frames, which are of so many channels, from now on: others are shown."""
        if self._onto is None or not _are_equal(numbers, self._numbers):
            self.stop()
        self._numbers = numbers
        if channels != self._channels:
            self._channels = channels
            self._say(self._hint())

    def _hint(self) -> str:
        """That frames of several channels become those of one bus; empty if they don't."""
        if self.target.current_key() != _BUS or self._channels < 2:
            return ""
        text = _("Frames of {count} channels go onto one bus. Choose a channel above to send only its frames.")
        return text.format(count=number(self._channels))

    def seek(self, at: int) -> None:
        """Go on at the frame of this number: the user went there."""
        self._at = at
        if self._player is not None and self._player.number != at:
            self._player.seek(at)

    def why_not(self) -> str:
        """Why nothing can be played now; empty if it can."""
        if self._recording is None:
            return _("Open a recording first.")
        return "" if self._numbers else _("There are no frames to play.")

    # ---- what the buttons do

    def toggle(self) -> None:
        """Play, pause, or play on."""
        if self._player is not None and not self._player.ended:
            if self._player.paused:
                self._player.resume()
            else:
                self._player.pause()
            self._show_state()
            announce(self, _("Paused") if self._player.paused else _("Playing"))
            return
        if (player := self._begin()) is not None:
            player.resume()
            self._timer.start()
            self._show_state()
            announce(self, _("Playing"))

    def step(self, by: int) -> None:
        """Go to the next frame, or the one before; onto the bus only the next one is sent."""
        if not self._numbers or self._recording is None:
            return
        if self._player is not None and not self._player.paused:
            self._player.pause()
        if self.target.current_key() == _BUS:
            if by > 0:
                self._send_one()
        else:
            place = self._place(self._at) + by
            self._at = self._numbers[min(max(place, 0), len(self._numbers) - 1)]
            self.seek(self._at)
            self.played.emit(self._at)
        self._show_state()

    def _send_one(self) -> None:
        """Send the frame that is next on a worker: a dongle may take a second to accept it."""
        player = self._player if self._player is not None and not self._player.ended else self._begin()
        if player is None:
            return

        def sent(_none: None) -> None:
            self._follow()

        def failed(error: AppError) -> None:
            self.stop()
            self._context.problems.show(error)

        self._next.disable(_("Wait a moment."))
        self._context.tasks.run(
            self, lambda _progress: player.step(), sent, failed, title=_("Sending a frame of the recording")
        )

    def _begin(self) -> Player | None:
        """The player from the current frame on; None after saying why there can't be one."""
        self.stop()
        recording = self._recording
        if recording is None:
            return None
        speed = float(self.speed.current_key())
        send: Send | None = None
        ids: IdMap = {}
        try:
            if self.target.current_key() == _BUS:
                live, ids = self._require_bus(), self._id_map()
                require_playable(recording, self._numbers, live.capture, speed)
                send, self._onto = live.capture.send, live
            player = Player(
                recording, numbers=self._numbers, send=send, id_map=ids, speed=speed, loops=self.loop.isChecked()
            )
        except AppError as error:
            self._onto = None
            self._refuse(error)
            return None
        if self._at > self._numbers[0] and self._place(self._at) < len(self._numbers) - 1:
            player.seek(self._at)
        self._player = player
        self._end.player = player
        return player

    def _require_bus(self) -> LiveBus:
        """The bus that is open. Raises `Conflict` (`play.closed`) if none is, or its dongle sends nothing."""
        live = self._devices.live
        if live is None:
            do = _("Open a dongle's live bus, then play.")
            raise Conflict("play.closed", _("The live bus is closed."), do=do)
        if is_listen_only(live.config):
            raise listen_only_error(live.path)
        return live

    def _id_map(self) -> IdMap:
        return parse_id_map(self._ids.text())

    def _refuse(self, error: AppError) -> None:
        """Say beside the buttons why it can't be played."""
        text = " ".join(part for part in (error.what, error.why, error.do) if part)
        self._say(text, "error")
        announce(self._said, text, urgent=True)
        self._show_state()

    def stop(self) -> None:
        """End playing."""
        player, self._player, self._onto, self._end.player = self._player, None, None, None
        self._timer.stop()
        self._cell.hide()
        if player is not None:
            player.stop()
            self._show_state()

    def _stop_replay(self) -> None:
        """The user stopped it in the status bar."""
        player = self._player
        if player is None:
            return
        said = _("Stopped, {sent}.").format(sent=self._sent_text(player))
        self.stop()
        self._say(said)
        announce(self.window(), said)

    def hideEvent(self, event: QHideEvent) -> None:
        """Another view is shown: what is played onto the bus goes on, and the status bar shows it. What is played in
        the window alone would go on where nobody sees it, and waits, unless the window is only minimised.
        """
        if not event.spontaneous() and self._onto is None and self._player is not None and self.playing:
            self._player.pause()
            self._show_state()
            self._say(_("Paused because it wasn't shown any more."))

    def showEvent(self, _event: QShowEvent) -> None:
        """Show where it is meanwhile."""
        if self._player is not None:
            self.played.emit(self._at)

    def _change_speed(self) -> None:
        speed = float(self.speed.current_key())
        try:
            if self._recording is not None and self._onto is not None:
                require_playable(self._recording, self._numbers, self._onto.capture, speed)
        except AppError as error:
            self.stop()
            self._refuse(error)
            return
        if self._player is not None:
            self._player.set_speed(speed)

    def _change_loop(self, on: bool) -> None:
        if self._player is not None:
            self._player.set_loops(loops=on)

    def _choose_target(self) -> None:
        self.stop()
        self._ids.setVisible(self.target.current_key() == _BUS)
        self._show_ids_problem()

    def _show_ids_problem(self) -> None:
        """Say at once what can't be read in the pairs of IDs."""
        self.stop()
        try:
            self._id_map()
        except Invalid as error:
            self._ids.set_invalid(True)
            self._say(f"{error.what} {error.do}", "error")
        else:
            self._ids.set_invalid(False)
            self._say(self._hint())

    def _follow_bus(self) -> None:
        """End playing onto a bus that is closed or gives way to another."""
        if self._onto is not None and self._devices.live is not self._onto:
            self.stop()
            said = _("The live bus was closed. Playing has ended.")
            self._say(said, "error")
            if self.isVisible():
                announce(self._said, said, urgent=True)
            else:
                self._context.problems.toast(said, warning=True)

    # ---- what is shown

    def _follow(self) -> None:
        player = self._player
        if player is None:
            return
        if player.number != self._at:
            self._at = player.number
            if self.isVisible():  # else the list would follow for nobody, and lead the player back
                self.played.emit(self._at)
        failure = player.failure
        if failure is not None:
            self.stop()
            self._context.problems.show(failure)
            return
        if player.ended:
            said = self._sent_text(player) if self._onto is not None else ""
            self.stop()
            self._say(said)
            if self.isVisible() or not said:
                announce(self, _("The last frame was played."))
            else:
                self._context.problems.toast(_("The last frame was played, {sent}.").format(sent=said))
            return
        if self._onto is not None:
            self._say(self._progress_text(player))
            self._show_cell(player)
        elif not player.paused:
            self._say("")
        if self._next.reason:
            self._next.disable("")

    def _progress_text(self, player: Player) -> str:
        """How far it is, and what was sent. In the window alone, the time line says where it is."""
        seconds, total = self._seconds()
        return f"{_of_total(seconds, total)}, {self._sent_text(player)}"

    def _seconds(self) -> tuple[float, float]:
        """How many seconds of the frames were played, and how many there are."""
        recording = self._recording
        assert recording is not None  # it is played
        first = recording.time_of(self._numbers[0])
        return recording.time_of(self._at) - first, recording.time_of(self._numbers[-1]) - first

    def _show_cell(self, player: Player) -> None:
        seconds, total = self._seconds()
        share = min(max(seconds / total, 0.0), 1.0) if total > 0 else 1.0
        name = self._recording.path.name if self._recording is not None else ""
        self._cell.show(name, _of_total(seconds, total), share, paused=player.paused)

    def _sent_text(self, player: Player) -> str:
        said = ngettext("{count} frame sent", "{count} frames sent", player.sent).format(count=number(player.sent))
        if player.most_late_s > _LATE_S:
            said += ", " + _("at most {ms} ms late").format(ms=number(player.most_late_s * 1000, 0))
        return said

    def _say(self, text: str, tone: Literal["muted", "error"] = "muted") -> None:
        self._said.set_tone(tone)
        if text != self._said.text():
            self._said.setText(text)
        self.notes.setVisible(bool(text) or self.target.current_key() == _BUS)

    def _show_state(self) -> None:
        playing = self.playing
        self.play.setText(_("Pause") if playing else _("Play"))
        self.play.setIcon(theme().icon("ph.pause" if playing else "ph.play", "text"))
        self.play.updateGeometry()
        if self._next.reason and self._player is None:
            self._next.disable("")
        if self._player is not None and not self._timer.isActive():
            self._timer.start()
        self.state_changed.emit()

    def _place(self, at: int) -> int:
        """The place of the frame with this number among those that are played, or of the next one."""
        return min(bisect_left(self._numbers, at), len(self._numbers) - 1)


class _EndWith:
    """Ends a player when its bar is gone, whose own methods can't be called then."""

    def __init__(self, devices: DeviceManager) -> None:
        self._devices = devices
        self.player: Player | None = None

    def end(self, *_arguments: object) -> None:
        player, self.player = self.player, None
        if player is not None:
            player.stop()
            self._devices.playing_onto = None


def _of_total(seconds: float, total: float) -> str:
    return _("{seconds} of {total} s").format(seconds=number(seconds, 1), total=number(total, 1))


def _are_equal(some: Sequence[int], others: Sequence[int]) -> bool:
    """Whether these are surely the same numbers, which is known at once."""
    return some is others or (isinstance(some, range) and isinstance(others, range) and some == others)
