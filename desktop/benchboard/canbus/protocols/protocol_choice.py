"""Which protocol is on a bus, as its user says. No I/O."""

import enum
from dataclasses import dataclass
from typing import Final

from benchboard.canbus.protocols.isotp_addresses import STANDARD_IDS, Addressing, IsotpIds, parse_pairs
from benchboard.errors import Invalid


class ProtocolMode(enum.Enum):
    """None, one that is known to be there, or whichever the frames look like."""

    NONE = "none"
    AUTO = "auto"
    J1939 = "j1939"
    ISOTP = "isotp"
    CANOPEN = "canopen"


@dataclass(frozen=True, slots=True)
class ProtocolChoice:
    """The protocol of a bus or a recording; `ids` counts with ISO-TP alone."""

    mode: ProtocolMode = ProtocolMode.NONE
    ids: IsotpIds = STANDARD_IDS

    @property
    def text(self) -> str:
        """It as text, to be kept."""
        pairs = self.ids.text.replace(" ", "")
        if self.mode is not ProtocolMode.ISOTP or not pairs:
            return self.mode.value
        return f"{self.mode.value} {self.ids.addressing.value} {pairs}"


NO_PROTOCOL: Final = ProtocolChoice()


def kept_choice(text: str) -> ProtocolChoice:
    """The choice that was kept as `text`; none for one that can't be read."""
    mode, _space, rest = text.partition(" ")
    addressing, _space, pairs = rest.partition(" ")
    try:
        found = ProtocolMode(mode)
        return ProtocolChoice(found, parse_pairs(pairs, Addressing(addressing)) if rest else STANDARD_IDS)
    except (ValueError, Invalid):
        return NO_PROTOCOL
