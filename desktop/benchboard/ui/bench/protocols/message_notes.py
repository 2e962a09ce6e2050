"""What the messages of a protocol are, in words."""

from typing import Final

from benchboard.canbus.protocols.protocol_choice import ProtocolMode
from benchboard.i18n import N_

NOTES: Final = {
    ProtocolMode.NONE: N_("Choose a protocol first."),
    ProtocolMode.AUTO: N_("The protocol is guessed."),
    ProtocolMode.J1939: N_("Transfers, requests, claims and diagnostics of J1939"),
    ProtocolMode.ISOTP: N_("Messages of ISO-TP and the services of UDS"),
    ProtocolMode.CANOPEN: N_("SDO, NMT, emergencies and new states of CANopen"),
}
"""What the messages are, by the protocol that was chosen."""
