"""The button that says which protocol is on a bus or in a recording, and opens the menu to change it."""

from functools import partial
from typing import Final, Literal

from PySide6.QtCore import Signal

from benchboard.canbus.protocols.isotp_addresses import STANDARD_IDS
from benchboard.canbus.protocols.messages import Protocol
from benchboard.canbus.protocols.protocol_choice import NO_PROTOCOL, ProtocolChoice, ProtocolMode
from benchboard.i18n import N_, _
from benchboard.ui.bench.protocols.kept_protocols import keep_protocol_of, protocol_of
from benchboard.ui.bench.protocols.pairs_popover import PairsPopover
from benchboard.ui.context import Context
from benchboard.ui.widgets import Button, MenuItem, menu
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.labels import plain_tooltip

_MODES: Final = {
    ProtocolMode.NONE: N_("No protocol"),
    ProtocolMode.AUTO: N_("Guess protocol"),
    ProtocolMode.J1939: "J1939",
    ProtocolMode.ISOTP: N_("ISO-TP and UDS"),
    ProtocolMode.CANOPEN: "CANopen",
}


class ProtocolButton(Button):
    """Keeps the protocol of what is `select`ed. `changed`: another one is in use now; `chosen`: the user chose one.
    `messages_toggled`: the user wants to see the list of messages, or no longer.
    """

    changed = Signal()
    chosen = Signal()
    messages_toggled = Signal()

    def __init__(self, context: Context, *, place: Literal["live", "recording"]) -> None:
        super().__init__(
            _("Protocol"), self.open_menu, kind="quiet", icon="ph.tree-structure", name=f"{place}_protocol"
        )
        self._context, self._place = context, place
        self._key = ""
        self._seen: frozenset[Protocol] = frozenset()
        self.choice = NO_PROTOCOL
        self.shows_messages = False
        """Whether the list of messages is shown, which the menu says."""
        self._show()

    def select(self, key: str) -> None:
        """Show the protocol of the dongle or recording of this key."""
        self._key = key
        self._use(protocol_of(self._context, key) if key else self.choice)

    def choose(self, choice: ProtocolChoice) -> None:
        """Decode by this protocol, and keep it."""
        before, key = self.choice, self._key
        self._keep(choice)
        said = _("Protocol: {protocol}").format(protocol=self._state())
        if choice == before:
            announce(self, said, again=True)
        else:
            self._context.problems.toast(said, partial(self._go_back, key, before))

    def _go_back(self, key: str, choice: ProtocolChoice) -> None:
        """Undo, or redo: decode what this key is of by the protocol of before, also if another one is selected now."""
        if key == self._key:
            self.choose(choice)
        else:
            now = protocol_of(self._context, key)
            keep_protocol_of(self._context, key, choice)
            said = _("Protocol: {protocol}").format(protocol=_(_MODES[choice.mode]))
            self._context.problems.toast(said, partial(self._go_back, key, now))

    def _keep(self, choice: ProtocolChoice) -> None:
        if self._key:
            keep_protocol_of(self._context, self._key, choice)
        self._use(choice)
        self.chosen.emit()

    def show_seen(self, seen: frozenset[Protocol]) -> None:
        """Say which protocols the frames look like, where they are guessed."""
        if seen != self._seen:
            self._seen = seen
            self._show()

    def _use(self, choice: ProtocolChoice) -> None:
        if choice != self.choice:
            self.choice, self._seen = choice, frozenset()
            self.changed.emit()
        self._show()

    def _state(self) -> str:
        """Which protocol is chosen, or what is guessed."""
        mode = self.choice.mode
        if mode is not ProtocolMode.AUTO:
            return _(_MODES[mode])
        names = ", ".join(one.title for one in Protocol if one in self._seen)
        return _("Guessed: {protocols}").format(protocols=names) if names else _("Guessed: none yet")

    def _show(self) -> None:
        mode = self.choice.mode
        text = _("Protocol") if mode is ProtocolMode.NONE else self._state()
        if mode is ProtocolMode.ISOTP:
            text = "ISO-TP"
        said = _("Protocol: {protocol}").format(protocol=self._state())
        lines = [said]
        if mode is ProtocolMode.ISOTP:
            lines.append(self.choice.ids.text or _("IDs of ISO 15765: 7DF, 7E0 to 7EF, and 18DA…, 18DB… with 29 bits"))
        if mode is ProtocolMode.AUTO:
            lines.append(_("Another protocol may use the same IDs."))
        self.setText(text)
        self.setAccessibleName(said)
        self.setAccessibleDescription(lines[1] if len(lines) > 1 else "")
        self.setToolTip(plain_tooltip("\n".join(lines)))
        self.updateGeometry()

    def open_menu(self) -> None:
        """Open the menu of the protocols."""
        now = self.choice
        items = [
            MenuItem(
                _(title),
                partial(self.choose, ProtocolChoice(mode, now.ids if mode is ProtocolMode.ISOTP else STANDARD_IDS)),
                checked=now.mode is mode,
                name=f"{self._place}_protocol_{mode.value}",
            )
            for mode, title in _MODES.items()
        ]
        why_not = "" if now.mode is not ProtocolMode.NONE else _("Choose a protocol first.")
        messages = _("Hide messages") if self.shows_messages else _("Show messages")
        items += [
            MenuItem(""),
            MenuItem(_("IDs of ISO-TP…"), self.ask_pairs, "ph.arrows-left-right", name=f"{self._place}_protocol_pairs"),
            MenuItem(
                messages, self.messages_toggled.emit, "ph.list-bullets", why_not=why_not,
                name=f"{self._place}_protocol_messages",
            ),
        ]  # fmt: skip
        menu(self, items, name=f"{self._place}_protocol_menu")

    def ask_pairs(self) -> None:
        """Ask for the IDs of requests and responses of ISO-TP, and choose it."""
        PairsPopover(self, self.choice.ids, self._place, self.choose).open()
