"""The bit rates that a bus of unknown bit rate may have, the likeliest first, each with what speaks for it."""

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from benchboard.canbus.bit_rate_detection import USUAL_BIT_RATES
from benchboard.dongles import fleet, timing_profiles
from benchboard.i18n import _, ngettext, number
from benchboard.identity.permissions import Actor

CIA_BIT_RATES: Final = frozenset({10_000, 20_000, 50_000, 125_000, 250_000, 500_000, 800_000, 1_000_000})
"""In bit/s, those that CiA 301 (CANopen) recommends."""
_MOST: Final = 14
"""Bit rates that are listed: each takes most of a second to try."""


class Reason(enum.Enum):
    """What speaks for a bit rate, the strongest first: it was read there before, the dongle had it before, the other
    dongle of the group has it, other dongles have it, a profile has it, CiA 301 recommends it, it is usual."""

    READ = "read"
    EARLIER = "earlier"
    PARTNER = "partner"
    DONGLES = "dongles"
    PROFILE = "profile"
    CIA = "cia"
    USUAL = "usual"


@dataclass(frozen=True, slots=True)
class RateCandidate:
    """A bit rate (bit/s), with the strongest reason for it. `names`: of the dongles or the profile; for `READ` and
    `EARLIER`, until when."""

    bitrate: int
    reason: Reason
    names: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """The reason, in a few words."""
        first, count = next(iter(self.names), ""), len(self.names)
        if self.reason is Reason.DONGLES and count > 1:
            several = ngettext("{count} other dongle is set to it", "{count} other dongles are set to it", count)
            return several.format(count=number(count))
        texts = {
            Reason.READ: _("Frames were read at it until {time}").format(time=first),
            Reason.EARLIER: _("This dongle was set to it until {time}").format(time=first),
            Reason.PARTNER: _("{name}, in the same group, is set to it").format(name=first),
            Reason.DONGLES: _("{name} is set to it").format(name=first),
            Reason.PROFILE: _("Profile “{name}”").format(name=first),
            Reason.CIA: _("CiA 301 bit rate"),
            Reason.USUAL: _("Usual bit rate"),
        }
        return texts[self.reason]


def list_candidates(
    session: Session, actor: Actor, device_id: str, connected: Iterable[tuple[str, str, int]] = ()
) -> tuple[RateCandidate, ...]:
    """What the registry, the dongles that are `connected` (id, name, bit rate), the profiles and the usual bit rates
    say of the bus of the dongle with this id."""
    dongles = fleet.paired_dongles(session, actor)
    own = next((one for one in dongles if one.device_id == device_id), None)
    partner = fleet.group_partners(session, actor, [own.id]).get(own.id) if own is not None else None
    others = [(one.title, one.config.bitrate) for one in dongles if one.config is not None and one is not own]
    known = {device_id, *(one.device_id for one in dongles if one.config is not None)}
    others += [(name, bitrate) for other, name, bitrate in connected if other not in known]
    profiles = [(one.name, one.bitrate) for one in timing_profiles.list_profiles(session, actor)]
    return ranked(
        [
            *_grouped(Reason.PARTNER, (one for one in others if one[0] == partner)),
            *_grouped(Reason.DONGLES, others),
            *_grouped(Reason.PROFILE, profiles),
        ]
    )


def ranked(known: Sequence[RateCandidate]) -> tuple[RateCandidate, ...]:
    """These candidates before the usual bit rates, each bit rate once, by its strongest reason."""
    usual = [RateCandidate(one, Reason.CIA if one in CIA_BIT_RATES else Reason.USUAL) for one in USUAL_BIT_RATES]
    first: dict[int, RateCandidate] = {}
    for one in (*known, *usual):
        first.setdefault(one.bitrate, one)
    return tuple(first.values())[:_MOST]


def _grouped(reason: Reason, named: Iterable[tuple[str, int]]) -> Iterator[RateCandidate]:
    """The bit rates that most of these have, before those that fewer have."""
    by_rate: dict[int, list[str]] = {}
    for name, bitrate in named:
        by_rate.setdefault(bitrate, []).append(name)
    for bitrate, names in sorted(by_rate.items(), key=lambda one: -len(one[1])):
        yield RateCandidate(bitrate, reason, tuple(names))
