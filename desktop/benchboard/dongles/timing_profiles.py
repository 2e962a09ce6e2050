"""Bit timings with a name, which everyone in an organisation can use and write to many dongles.

They are kept in the metadata of the organisation's row, so that a shared database shares them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.canbus.timing import controller
from benchboard.dongles.protocol import DongleConfig, ProtocolError, messages
from benchboard.errors import Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity import audit
from benchboard.identity.permissions import Actor, require
from benchboard.name_characters import unusable_character
from benchboard.storage.models.identity import Organisation

NAME_LENGTH: Final = 60
MAX_PROFILES: Final = 200
_KEY: Final = "timing_profiles"


@dataclass(frozen=True, slots=True)
class TimingProfile:
    """A named bit timing, with the fields of `DongleConfig` that are one: for this controller and CAN clock alone."""

    name: str
    controller: str
    clock_hz: int
    bitrate: int
    sample_point: float
    prescaler: int
    prop_seg: int
    phase_seg1: int
    phase_seg2: int
    sjw: int
    fd_enabled: bool = False
    data_bitrate: int | None = None
    data_sample_point: float | None = None
    data_prescaler: int | None = None
    data_prop_seg: int | None = None
    data_phase_seg1: int | None = None
    data_phase_seg2: int | None = None
    data_sjw: int | None = None
    tdc_enabled: bool = False
    tdc_offset: int = 0

    def on(self, config: DongleConfig) -> DongleConfig:
        """`config` with this bit timing. Raises `Invalid` (`profile.other-clock`) for a dongle with another controller
        or CAN clock, which would run at another bit rate.
        """
        if (_canonical(self.controller), self.clock_hz) != (_canonical(config.controller), config.clock_hz):
            raise Invalid(
                "profile.other-clock",
                _("The profile “{name}” is for another dongle.").format(name=self.name),
                why=_("It needs the controller {controller} with a CAN clock of {clock} MHz.").format(
                    controller=self.controller, clock=round(self.clock_hz / 1e6, 6)
                ),
                do=_("Choose another profile, or calculate the bit timing for this dongle."),
                field="profile",
            )
        return messages.config_with_changes(config, self.values() | {"controller": config.controller})

    def values(self) -> dict[str, Any]:
        """The bit timing by the names of `DongleConfig`."""
        return {name: value for name, value in asdict(self).items() if name != "name"}


def _canonical(name: str) -> str:
    """The canonical name of a controller, whichever name a dongle reports; an unknown one as it is."""
    try:
        return controller(name).name
    except NotFound:
        return name


_FIELDS: Final = frozenset(field.name for field in fields(TimingProfile)) - {"name"}


def list_profiles(session: Session, actor: Actor) -> tuple[TimingProfile, ...]:
    """The organisation's profiles by name. One that can't be read any more is left out."""
    require(actor, "dongles:read")
    stored = session.scalar(select(Organisation.extra).where(Organisation.id == actor.organisation_id)) or {}
    return tuple(sorted(_profiles(stored).values(), key=lambda one: one.name.casefold()))


def get_profile(session: Session, actor: Actor, name: str) -> TimingProfile:
    """The profile of that name. Raises `NotFound` (`profile.unknown`)."""
    found = next((one for one in list_profiles(session, actor) if one.name == name), None)
    if found is None:
        raise _unknown(name)
    return found


def save_profile(session: Session, actor: Actor, name: str, config: DongleConfig) -> TimingProfile:
    """Keep `config`'s bit timing under `name`, in place of the one of that name.

    Raises `Invalid` (`profile.name`, `profile.too-many`).
    """
    require(actor, "dongles:configure")
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > NAME_LENGTH or not cleaned.isprintable():
        raise Invalid(
            "profile.name",
            _("This name can't be used."),
            why=unusable_character(cleaned)
            or _("Names have 1 to {count} printable characters.").format(count=NAME_LENGTH),
            do=_("Choose another name."),
            field="name",
        )
    profile = TimingProfile(cleaned, **{field: getattr(config, field) for field in _FIELDS})
    row = _locked(session, actor)
    kept = _stored(row.extra)
    if cleaned not in kept and len(kept) >= MAX_PROFILES:
        raise Invalid(
            "profile.too-many",
            _("There are {count} profiles already.").format(count=len(kept)),
            do=_("Delete one that isn't used any more."),
            field="name",
        )
    _store(session, row, {**kept, cleaned: profile.values()})
    audit.record(session, actor, "profile.save", None, name=cleaned, bitrate=config.bitrate)
    return profile


def delete_profile(session: Session, actor: Actor, name: str) -> None:
    """Delete the profile of that name; dongles keep what was written to them. Raises `NotFound` (`profile.unknown`)."""
    require(actor, "dongles:configure")
    row = _locked(session, actor)
    kept = dict(_stored(row.extra))
    if kept.pop(name, None) is None:
        raise _unknown(name)
    _store(session, row, kept)
    audit.record(session, actor, "profile.delete", None, name=name)


def _locked(session: Session, actor: Actor) -> Organisation:
    """The organisation's row, which nobody else changes until the end of the transaction."""
    statement = select(Organisation).where(Organisation.id == actor.organisation_id).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def _stored(extra: Mapping[str, Any]) -> Mapping[str, Any]:
    found = extra.get(_KEY)
    return found if isinstance(found, dict) else {}


def _store(session: Session, row: Organisation, profiles: Mapping[str, Any]) -> None:
    row.extra = {**row.extra, _KEY: dict(profiles)}
    session.flush()


def _profiles(extra: Mapping[str, Any]) -> dict[str, TimingProfile]:
    found: dict[str, TimingProfile] = {}
    for name, values in _stored(extra).items():
        if isinstance(values, dict) and values.keys() == _FIELDS and _is_valid(values):
            found[name] = TimingProfile(name, **values)
    return found


def _is_valid(values: Mapping[str, Any]) -> bool:
    """Whether these are the settings of a bit timing: another version may have stored them."""
    try:
        base = {name: values[name] for name in ("controller", "clock_hz", "bitrate", "sample_point", "prescaler",
                                                "prop_seg", "phase_seg1", "phase_seg2", "sjw")}  # fmt: skip
        messages.config_with_changes(DongleConfig(**base), values)
    except ProtocolError:
        return False
    return True


def _unknown(name: str) -> NotFound:
    return NotFound(
        "profile.unknown",
        _("There is no profile “{name}”.").format(name=name[:NAME_LENGTH]),
        do=_("For the profiles, run “benchboard dongle profile list”."),
        field="profile",
    )
