"""The registry of dongles: what an organisation has, what each is set to, when it was last seen."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from benchboard.dongles.device import Device
from benchboard.dongles.protocol import CanConfig, CanFilter, StoredConfig
from benchboard.errors import Conflict, Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity import audit, keys
from benchboard.identity.access import Actor, require
from benchboard.identity.keys import DataKey
from benchboard.paging import Listing, Page
from benchboard.storage import changes
from benchboard.storage.engine import Database
from benchboard.storage.keyset import Sorting, page
from benchboard.storage.models.base import now
from benchboard.storage.models.dongles import CanConfig as ConfigRow
from benchboard.storage.models.dongles import Dongle as DongleRow
from benchboard.storage.models.dongles import DongleToken

STATES: Final = ("UNCLAIMED", "CLAIM_PENDING", "CLAIMED_ACTIVE", "TRANSFER_PENDING", "REVOKED", "LOST")
KINDS: Final = ("observed", "proven", "verified")
NAME_LENGTH: Final = 100
# A dongle that stays plugged in is written down as seen this often, not at every look.
SEEN_EVERY: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Dongle:
    """A dongle of the organisation. `config` is what its last read-back said at `configured_at`, None if never read."""

    id: str
    device_id: str
    name: str | None
    ownership_state: str
    identity_kind: str
    dialect: str | None
    firmware: str | None
    last_seen_at: datetime | None
    created_at: datetime
    key_version: int | None
    claimed_at: datetime | None
    config: CanConfig | None
    configured_at: datetime | None

    @property
    def title(self) -> str:
        """What people call it: its name, or the end of its id."""
        return self.name or _("Dongle {id}").format(id=self.device_id[-4:].upper())

    @property
    def proven(self) -> bool:
        """Whether it has proved its identity by signature."""
        return self.identity_kind != "observed"


_SORTING = Sorting(
    {
        "name": DongleRow.name,
        "device_id": DongleRow.device_id,
        "state": DongleRow.ownership_state,
        "identity": DongleRow.identity_kind,
        # Outer-joined, so NULL although its column is not: never configured counts as 0.
        "bitrate": func.coalesce(ConfigRow.bitrate, 0),
        "last_seen_at": DongleRow.last_seen_at,
        "created_at": DongleRow.created_at,
    },
    DongleRow.id,
    default="name",
)
_FILTERS: Final = {"state": (DongleRow.ownership_state, STATES), "identity": (DongleRow.identity_kind, KINDS)}


def list_dongles(
    session: Session, actor: Actor, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[Dongle]:
    """The organisation's dongles, by name unless sorted otherwise.

    Filters: `state`, `identity`. The search looks in name and id. Sort: name, device_id, state, identity, bitrate,
    last_seen_at, created_at. Raises `Invalid` for what this list does not have.
    """
    require(actor, "dongles:read")
    query = _query(actor)
    for name, value in listing.filters.items():
        if name not in _FILTERS or value not in _FILTERS[name][1]:
            raise Invalid(
                "dongles.filter",
                _("Dongles cannot be filtered by {name} “{value}”.").format(name=name[:40], value=str(value)[:40]),
                field=name,
            )
        query = query.where(_FILTERS[name][0] == value)
    if text := listing.search.strip():
        query = query.where(
            or_(
                DongleRow.name.icontains(text, autoescape=True),
                DongleRow.device_id.contains(text.lower(), autoescape=True),
            )
        )
    return page(session, query, _SORTING, listing, after=after, limit=limit, row=_dongle)


def get_dongle(session: Session, actor: Actor, dongle_id: str) -> Dongle:
    """One dongle by its row's id. Raises `NotFound` (`dongles.unknown`)."""
    require(actor, "dongles:read")
    return _one(session, actor, DongleRow.id == dongle_id)


def find_dongle(session: Session, actor: Actor, device_id: str) -> Dongle | None:
    """The dongle with that device id, if the organisation knows it."""
    require(actor, "dongles:read")
    found = session.execute(_query(actor).where(DongleRow.device_id == device_id)).first()
    return _dongle(found) if found is not None else None


def count_dongles(session: Session, actor: Actor) -> int:
    """How many the organisation knows."""
    require(actor, "dongles:read")
    found = session.scalar(
        select(func.count()).select_from(DongleRow).where(DongleRow.organisation_id == actor.organisation_id)
    )
    return found or 0


def rename(session: Session, actor: Actor, dongle_id: str, name: str) -> Dongle:
    """Call it `name`; an empty one takes its name away. Raises `Invalid` (`dongles.name`), `NotFound`."""
    require(actor, "dongles:configure")
    kept = " ".join(name.split())
    if len(kept) > NAME_LENGTH or not kept.isprintable():
        raise Invalid(
            "dongles.name",
            _("This name cannot be kept."),
            why=_("A name has at most {count} characters, all of them printable.").format(count=NAME_LENGTH),
            do=_("Choose a shorter one."),
            field="name",
        )
    row = _editable(session, actor, dongle_id)
    before, row.name = row.name, kept or None
    if before != row.name:
        session.flush()
        audit.record(session, actor, "dongle.rename", row.id, before=before, after=row.name)
    return get_dongle(session, actor, dongle_id)


def seen(session: Session, actor: Actor, device_ids: Iterable[str]) -> None:
    """Write down that these are here now; at most once a minute each, and without an audit row: nobody did anything.

    A claim under way is left alone: its row's last change is what its 60 seconds count from.
    """
    require(actor, "dongles:read")
    changes.unaudited(session, "dongles")
    moment = now()
    session.execute(
        update(DongleRow)
        .where(
            DongleRow.organisation_id == actor.organisation_id,
            DongleRow.device_id.in_(list(device_ids)),
            DongleRow.ownership_state != "CLAIM_PENDING",
            or_(DongleRow.last_seen_at.is_(None), DongleRow.last_seen_at < moment - SEEN_EVERY),
        )
        .values(last_seen_at=moment)
    )


def write_config(
    database: Database, actor: Actor, data_key: DataKey, device: Device, config: CanConfig
) -> StoredConfig:
    """Write `config` to the dongle, read it back, and keep it only once the two are equal.

    A dongle of the organisation gets it signed and its row in `can_configs`; one nobody has claimed is written too,
    and nothing is kept. Raises `Denied`, `Invalid`, `Conflict` and `DeviceFailure` as `Device.config_write` does.
    """
    require(actor, "dongles:configure")
    hello = device.hello()
    with database.read() as session:
        known = find_dongle(session, actor, hello.device_id)
        ours = known is not None and known.ownership_state == "CLAIMED_ACTIVE"
        sign = keys.signing_key(session, actor.organisation_id, data_key).sign if ours else None
    stored = device.config_write(config, sign=sign)
    if known is not None and ours:
        with database.change() as session:
            keep_config(session, actor, known.id, stored, written=True)
    return stored


def keep_config(session: Session, actor: Actor, dongle_id: str, stored: StoredConfig, *, written: bool = False) -> bool:
    """Keep what a dongle of ours was read back to run on; answers whether that is news.

    Raises `NotFound`, `Conflict` (`dongles.not-ours`) for one that is not claimed.
    """
    require(actor, "dongles:configure")
    dongle = _editable(session, actor, dongle_id)
    if dongle.ownership_state != "CLAIMED_ACTIVE":
        raise Conflict(
            "dongles.not-ours",
            _("{name} is not claimed.").format(name=dongle.name or dongle.device_id),
            do=_("Pair it first."),
        )
    row = session.scalars(
        select(ConfigRow).where(ConfigRow.organisation_id == actor.organisation_id, ConfigRow.dongle_id == dongle_id)
    ).one_or_none()
    if row is None:
        row = ConfigRow(organisation_id=actor.organisation_id, dongle_id=dongle_id)
        session.add(row)
    elif _config(row) == stored.config and not written:
        return False
    for name, value in _columns(stored.config).items():
        setattr(row, name, value)
    row.updated_at = now()
    session.flush()
    audit.record(
        session,
        actor,
        "dongle.configure" if written else "dongle.read-config",
        dongle_id,
        controller=stored.config.controller,
        bitrate=stored.config.bitrate,
        data_bitrate=stored.config.data_bitrate,
        mode=stored.config.mode,
        revision=stored.revision,
    )
    return True


def _query(actor: Actor) -> Any:
    return (
        select(
            DongleRow,
            ConfigRow,
            DongleToken.key_version.label("generation"),
            DongleToken.updated_at.label("claimed"),
        )
        .outerjoin(
            ConfigRow, (ConfigRow.dongle_id == DongleRow.id) & (ConfigRow.organisation_id == DongleRow.organisation_id)
        )
        .outerjoin(
            DongleToken,
            (DongleToken.dongle_id == DongleRow.id) & (DongleToken.organisation_id == DongleRow.organisation_id),
        )
        .where(DongleRow.organisation_id == actor.organisation_id)
    )


def _one(session: Session, actor: Actor, condition: Any) -> Dongle:
    found = session.execute(_query(actor).where(condition)).first()
    if found is None:
        raise _unknown()
    return _dongle(found)


def _editable(session: Session, actor: Actor, dongle_id: str) -> DongleRow:
    row = session.scalars(
        select(DongleRow).where(DongleRow.organisation_id == actor.organisation_id, DongleRow.id == dongle_id)
    ).one_or_none()
    if row is None:
        raise _unknown()
    return row


def _unknown() -> NotFound:
    return NotFound(
        "dongles.unknown",
        _("There is no such dongle."),
        do=_("“benchboard dongle list” and the window under Bench, Dongles show which there are."),
    )


def _dongle(found: Any) -> Dongle:
    row: DongleRow = found[0]
    config: ConfigRow | None = found[1]
    return Dongle(
        id=row.id,
        device_id=row.device_id,
        name=row.name,
        ownership_state=row.ownership_state,
        identity_kind=row.identity_kind,
        dialect=row.dialect,
        firmware=row.firmware,
        last_seen_at=row.last_seen_at,
        created_at=row.created_at,
        key_version=found.generation,
        claimed_at=found.claimed if found.generation is not None else None,
        config=_config(config) if config is not None else None,
        configured_at=config.updated_at if config is not None else None,
    )


_POINTS: Final = ("sample_point", "data_sample_point")


def _columns(config: CanConfig) -> dict[str, Any]:
    values = {one.name: getattr(config, one.name) for one in fields(CanConfig)}
    for name in _POINTS:
        # The dongle keeps two decimals, the column three: exact.
        values[name] = None if values[name] is None else Decimal(f"{values[name]:.2f}")
    values["filters"] = [{"id": one.id, "mask": one.mask, "extended": one.extended} for one in config.filters]
    return values


def _config(row: ConfigRow) -> CanConfig:
    values = {one.name: getattr(row, one.name) for one in fields(CanConfig)}
    for name in _POINTS:
        values[name] = None if values[name] is None else float(values[name])
    values["filters"] = tuple(CanFilter(**one) for one in row.filters)
    values["tdc_offset"] = row.tdc_offset or 0
    values["auto_restart_ms"] = row.auto_restart_ms or 0
    return CanConfig(**values)
