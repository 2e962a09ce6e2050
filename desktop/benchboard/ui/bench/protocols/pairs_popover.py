"""Asks for the identifiers of ISO-TP: pairs of a request and its response, and where their addresses are."""

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QWidget

from benchboard.canbus.protocols.isotp_addresses import STANDARD_IDS, Addressing, IsotpIds, parse_pairs
from benchboard.canbus.protocols.protocol_choice import ProtocolChoice, ProtocolMode
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.widgets import Button, Edit, Field, Popover, Select, heading

_WIDTH: Final = 380


class PairsPopover(Popover):
    """`chosen` gets ISO-TP with the pairs that were entered; none means those of ISO 15765."""

    is_form = True

    def __init__(self, anchor: QWidget, ids: IsotpIds, place: str, chosen: Callable[[ProtocolChoice], object]) -> None:
        super().__init__(anchor, width=_WIDTH, name=f"{place}_pairs_popover")
        self._chosen = chosen
        edit = Edit(placeholder="7E0:7E8", mono=True, name=f"{place}_pairs")
        edit.setText(ids.text)
        note = _("Request:response in hexadecimal digits, several separated by commas. Empty: the IDs of ISO 15765.")
        self._pairs = Field(_("IDs of requests and responses"), edit, note=note)
        self._addressing = Select(
            (
                (Addressing.NORMAL.value, _("In the ID")),
                (Addressing.EXTENDED.value, _("First byte is the target (extended)")),
                (Addressing.MIXED.value, _("First byte extends it (mixed)")),
            ),
            name=f"{place}_addressing",
        )
        self._addressing.set_current_key(ids.addressing.value)
        edit.returnPressed.connect(self._accept)
        self.column.addWidget(heading(_("IDs of ISO-TP")))
        self.column.addWidget(self._pairs)
        self.column.addWidget(Field(_("Address"), self._addressing))
        self.column.addWidget(Button(_("Use ISO-TP"), self._accept, kind="primary", name=f"{place}_pairs_apply"))

    def open(self) -> None:
        super().open()
        self._pairs.edit.setFocus()

    def _accept(self) -> None:
        try:
            found = parse_pairs(self._pairs.text(), Addressing(self._addressing.current_key()))
        except Invalid as error:
            self._pairs.set_error(f"{error.what} {error.do}")
            self._pairs.edit.setFocus()
            self.move_into_place()
            return
        self.close()
        self._chosen(ProtocolChoice(ProtocolMode.ISOTP, found if found.pairs else STANDARD_IDS))
