"""The registry of an organisation's dongles: their names, ownership, stored settings, and when each was last seen."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from benchboard.canbus.timing import controller
from benchboard.dongles.device import Device
from benchboard.dongles.device_errors import has_stalled, outcome_unknown, stalled_during
from benchboard.dongles.protocol import CanFilter, ConfigSigner, DongleConfig, Hello, StoredConfig
from benchboard.dongles.titles import default_title, shared_title
from benchboard.errors import Conflict, DeviceFailure, Invalid, NotFound
from benchboard.i18n import N_, _
from benchboard.identity import audit, keys
from benchboard.identity.keys import DataKey
from benchboard.identity.permissions import Actor, require
from benchboard.name_characters import unusable_character
from benchboard.paging import Listing, Page
from benchboard.storage import change_tracking, search_text
from benchboard.storage.engine import Transactions
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.base import now
from benchboard.storage.models.dongles import CanConfig as ConfigRow
from benchboard.storage.models.dongles import Dongle as DongleRow
from benchboard.storage.models.dongles import DongleGroup, DongleToken

OWNERSHIP_STATES: Final = ("UNCLAIMED", "CLAIM_PENDING", "CLAIMED_ACTIVE", "TRANSFER_PENDING", "REVOKED", "LOST")
_OWNERSHIP_TITLES: Final = {
    "UNCLAIMED": N_("Not paired"),
    "CLAIM_PENDING": N_("Pairing incomplete"),
    "CLAIMED_ACTIVE": N_("Paired"),
    "TRANSFER_PENDING": N_("Transfer pending"),
    "REVOKED": N_("Released"),
    "LOST": N_("Lost"),
    "WRITTEN_OFF": N_("Written off"),
}
IDENTITY_KINDS: Final = ("observed", "proven", "verified")
NAME_LENGTH: Final = 100
ID_END: Final = 4
"""So many of the last digits of an id are enough to name a dongle: those that its title has."""
ID_LENGTH: Final = 16
# While a dongle stays plugged in, `last_seen_at` is written at most this often.
SEEN_INTERVAL: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class DongleRecord:
    """A dongle of the organisation. `config` is what was read back from it at `configured_at`, None if never."""

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
    config: DongleConfig | None
    configured_at: datetime | None

    @property
    def title(self) -> str:
        """Its name, or a title made of the end of its id."""
        return self.name or default_title(self.device_id)

    @property
    def standing(self) -> tuple[str, int | None]:
        """What of it changes with each pairing, release, loss, write-off and new key."""
        return self.ownership_state, self.key_version

    @property
    def written_off(self) -> bool:
        """Whether it was written off: its pairing key is kept, for the case that it turns up again."""
        return self.ownership_state == "REVOKED" and self.key_version is not None

    @property
    def status(self) -> str:
        """Its ownership state, or `WRITTEN_OFF`, which the database has as REVOKED with a token."""
        return "WRITTEN_OFF" if self.written_off else self.ownership_state

    @property
    def proven(self) -> bool:
        """Whether it has proved its identity by signature."""
        return self.identity_kind != "observed"


def unpaired_dongle(device_id: str, config: DongleConfig | None, read_at: datetime | None) -> DongleRecord:
    """A connected dongle that no organisation has paired, of which nothing is stored; `config` was read from it."""
    return DongleRecord(
        "", device_id, None, "UNCLAIMED", "proven", None, None, None, now(), None, None, config, read_at
    )


def ownership_title(state: str) -> str:
    """Whether a dongle is paired, in words, by its ownership state or `DongleRecord.status`."""
    return _(_OWNERSHIP_TITLES.get(state, state))


_SORTING = Sorting(
    {
        "name": DongleRow.name,
        "device_id": DongleRow.device_id,
        "state": DongleRow.ownership_state,
        "identity": DongleRow.identity_kind,
        # NULL for a dongle without settings (outer join): it sorts as 0.
        "bitrate": func.coalesce(ConfigRow.bitrate, 0),
        "last_seen_at": DongleRow.last_seen_at,
        "created_at": DongleRow.created_at,
    },
    DongleRow.id,
    default="name",
)
_FILTERS: Final = {"state": DongleRow.ownership_state, "identity": DongleRow.identity_kind}
_FILTER_VALUES: Final = {"state": (*OWNERSHIP_STATES, "WRITTEN_OFF"), "identity": IDENTITY_KINDS}


def list_dongles(
    session: Session, actor: Actor, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[DongleRecord]:
    """A page of the organisation's dongles, sorted by name unless `listing` says otherwise.

    Filters: `state`, `identity`. Searched: name and device id. Sort columns: name, device_id, state, identity, bitrate,
    last_seen_at, created_at. Raises `Invalid` for any other filter or column.
    """
    require(actor, "dongles:read")
    query = _query(actor)
    listing.require_filters(
        _FILTERS, "dongles.filter", _("Dongles can't be filtered by “{column}”."), values=_FILTER_VALUES
    )
    for name, value in listing.filters.items():
        if name == "state" and value in ("REVOKED", "WRITTEN_OFF"):
            query = query.where(DongleToken.key_version.is_(None) == (value == "REVOKED"))
        query = query.where(_FILTERS[name] == ("REVOKED" if value == "WRITTEN_OFF" else value))
    if text := listing.search.strip():
        query = query.where(
            or_(
                search_text.contains(DongleRow.name, text),
                DongleRow.device_id.contains(text.lower(), autoescape=True),
            )
        )
    return page(session, query, _SORTING, listing, after=after, limit=limit, row=_dongle)


def get_dongle(session: Session, actor: Actor, dongle_id: str) -> DongleRecord:
    """The dongle with this row id. Raises `NotFound` (`dongles.unknown`)."""
    require(actor, "dongles:read")
    return _one(session, actor, DongleRow.id == dongle_id)


def find_dongle(session: Session, actor: Actor, device_id: str) -> DongleRecord | None:
    """The dongle with this device id, None if it isn't registered."""
    require(actor, "dongles:read")
    found = session.execute(_query(actor).where(DongleRow.device_id == device_id)).first()
    return _dongle(found) if found is not None else None


def get_dongle_matching(session: Session, actor: Actor, text: str) -> DongleRecord:
    """The dongle with this device id, name or end of an id (`ID_END` digits or more), in any case.

    Raises `NotFound` (`dongles.unknown`), and `Conflict` (`dongles.ambiguous`) if it names several.
    """
    require(actor, "dongles:read")
    wanted = " ".join(text.split())
    # First by id: a name that is another dongle's id must not hide that dongle.
    if (by_id := find_dongle(session, actor, wanted.lower())) is not None:
        return by_id
    query = _query(actor).where(search_text.contains(DongleRow.name, wanted)) if wanted else None
    named = [] if query is None else [_dongle(found) for found in session.execute(query)]
    found = [one for one in named if one.name is not None and one.name.casefold() == wanted.casefold()]
    if is_id_end(wanted):
        ends = _query(actor).where(DongleRow.device_id.endswith(wanted.lower(), autoescape=True))
        ids = {one.id for one in found}
        found += [one for one in map(_dongle, session.execute(ends)) if one.id not in ids]
    if not found:
        raise unknown_dongle()
    if len(found) > 1:
        raise ambiguous_dongle(wanted, (one.device_id for one in found), field="dongle")
    return found[0]


def is_id_end(text: str) -> bool:
    """Whether `text` may stand for the dongle whose id ends like this."""
    return len(text) >= ID_END and all(digit in "0123456789abcdef" for digit in text.lower())


def ambiguous_dongle(text: str, device_ids: Iterable[str], *, field: str) -> Conflict:
    """The error for a `text` that names several dongles."""
    return Conflict(
        "dongles.ambiguous",
        _("Several dongles are named “{name}”.").format(name=text),
        do=_("Use the ID: {ids}.").format(ids=", ".join(sorted(device_ids))),
        field=field,
    )


def find_dongles(session: Session, actor: Actor, device_ids: Collection[str]) -> list[DongleRecord]:
    """Those of the dongles with these device ids that are registered, in no particular order."""
    require(actor, "dongles:read")
    return [_dongle(found) for found in session.execute(_query(actor).where(DongleRow.device_id.in_(device_ids)))]


def group_partners(session: Session, actor: Actor, dongle_ids: Collection[str]) -> dict[str, str]:
    """The title of the other dongle in the group of each of these dongles (row ids) that is in one."""
    require(actor, "dongles:read")
    wanted = [*dongle_ids]
    query = select(DongleGroup.dongle_a_id, DongleGroup.dongle_b_id).where(
        DongleGroup.organisation_id == actor.organisation_id,
        or_(DongleGroup.dongle_a_id.in_(wanted), DongleGroup.dongle_b_id.in_(wanted)),
    )
    pairs = [(first, second) for first, second in session.execute(query)]
    partners = {one: other for pair in pairs for one, other in (pair, pair[::-1]) if one in wanted}
    named = select(DongleRow.id, DongleRow.name, DongleRow.device_id).where(
        DongleRow.organisation_id == actor.organisation_id, DongleRow.id.in_(partners.values())
    )
    titles = {id_: name or default_title(device_id) for id_, name, device_id in session.execute(named)}
    return {one: titles[other] for one, other in partners.items() if other in titles}


def dongle_titles(session: Session, actor: Actor) -> dict[str, str]:
    """What each registered dongle is called, by device id: its title, with the end of its id where others share it."""
    require(actor, "dongles:read")
    named = select(DongleRow.device_id, DongleRow.name).where(DongleRow.organisation_id == actor.organisation_id)
    titles = {device_id: name or default_title(device_id) for device_id, name in session.execute(named)}
    counts = Counter(title.casefold() for title in titles.values())
    return {one: shared_title(title, one) if counts[title.casefold()] > 1 else title for one, title in titles.items()}


def paired_dongles(session: Session, actor: Actor) -> list[DongleRecord]:
    """All paired dongles that have proved their identity, by title: those whose bit timing can be written."""
    require(actor, "dongles:read")
    query = _query(actor).where(DongleRow.ownership_state == "CLAIMED_ACTIVE", DongleRow.identity_kind != "observed")
    return sorted(map(_dongle, session.execute(query)), key=lambda dongle: (dongle.title.casefold(), dongle.device_id))


def count_dongles(session: Session, actor: Actor, *, paired: bool = False) -> int:
    """How many dongles are registered, or how many of them are paired."""
    require(actor, "dongles:read")
    query = select(func.count()).select_from(DongleRow).where(DongleRow.organisation_id == actor.organisation_id)
    if paired:
        query = query.where(DongleRow.ownership_state == "CLAIMED_ACTIVE")
    return session.scalar(query) or 0


def rename_dongle(session: Session, actor: Actor, dongle_id: str, name: str, *, was: str | None = None) -> DongleRecord:
    """Name a dongle, or remove its name with an empty one. Raises `Invalid` (`dongles.name`), `NotFound`; and, with the
    name that it `was` given before (empty: none), `Conflict` (`dongles.renamed`) if it has another one by now.
    """
    cleaned = require_free_name(session, actor, name)
    row = _editable(session, actor, dongle_id)
    if was is not None and (row.name or "") != was:
        raise Conflict(
            "dongles.renamed",
            _("The name of this dongle can't be set back."),
            why=_("It was renamed to “{name}” since.").format(name=row.name)
            if row.name
            else _("Its name was removed since."),
            do=_("Rename it, if you want another name."),
        )
    before, row.name = row.name, cleaned or None
    if before != row.name:
        session.flush()
        audit.record(session, actor, "dongle.rename", row.id, before=before, after=row.name, device_id=row.device_id)
    return get_dongle(session, actor, dongle_id)


def require_name(actor: Actor, name: str) -> str:
    """`name` as it is stored. Raises `Denied`, and `Invalid` (`dongles.name`) for one that no dongle can have."""
    require(actor, "dongles:configure")
    cleaned = " ".join(name.split())
    if len(cleaned) > NAME_LENGTH or not cleaned.isprintable():
        raise Invalid(
            "dongles.name",
            _("This name can't be used."),
            why=unusable_character(cleaned)
            or _("Names can have up to {count} printable characters.").format(count=NAME_LENGTH),
            do=_("Choose another name."),
            field="name",
        )
    return cleaned


def require_free_name(session: Session, actor: Actor, name: str) -> str:
    """As `require_name`; refuses also what is, or could be taken for, the ID of a dongle."""
    cleaned = require_name(actor, name)
    is_id = len(cleaned) == ID_LENGTH and is_id_end(cleaned)
    if not is_id and is_id_end(cleaned):
        ends = _query(actor).where(DongleRow.device_id.endswith(cleaned.lower(), autoescape=True))
        is_id = session.execute(ends).first() is not None
    if is_id:
        raise Invalid(
            "dongles.name",
            _("This name can't be used."),
            why=_("It is the ID of a dongle, or its end."),
            do=_("Choose another name."),
            field="name",
        )
    return cleaned


def mark_seen(
    session: Session,
    actor: Actor,
    device_ids: Iterable[str],
    *,
    removed: Iterable[str] = (),
    silent: Mapping[str, datetime] | None = None,
) -> None:
    """Set `last_seen_at` of these dongles to now, at most once a minute each; of those just `removed`, always. Of those
    that are `silent`, to since when.

    It isn't audited, because no user did it. A row in CLAIM_PENDING is left alone: `provisioning` distinguishes claims
    by its `last_seen_at`, and their 60 seconds count from `updated_at`.
    """
    require(actor, "dongles:read")
    change_tracking.unaudited(session, "dongles")
    moment, unplugged = now(), list(removed)
    due = or_(
        DongleRow.last_seen_at.is_(None),
        DongleRow.last_seen_at < moment - SEEN_INTERVAL,
        DongleRow.device_id.in_(unplugged),
    )
    session.execute(
        update(DongleRow)
        .where(
            DongleRow.organisation_id == actor.organisation_id,
            DongleRow.device_id.in_([*device_ids, *unplugged]),
            DongleRow.ownership_state != "CLAIM_PENDING",
            due,
        )
        .values(last_seen_at=moment)
    )
    for device_id, since in (silent or {}).items():
        session.execute(
            update(DongleRow)
            .where(
                DongleRow.organisation_id == actor.organisation_id,
                DongleRow.device_id == device_id,
                DongleRow.ownership_state != "CLAIM_PENDING",
            )
            .values(last_seen_at=since)
        )


def write_config(
    database: Transactions, actor: Actor, data_key: DataKey, device: Device, config: DongleConfig
) -> StoredConfig:
    """Write `config` to the dongle and return what was read back, which is equal.

    For a dongle of the organisation, `config` is signed and stored in `can_configs`; an unclaimed dongle is written
    without either, but recorded too. Raises `Denied`, `Unavailable` (`dongle.write-unknown`), and what
    `Device.config_write` and `require_registered_key` raise.
    """
    require(actor, "dongles:configure")
    with stalled_during(device.path, _WRITING, _not_written()):
        hello = device.hello()
    with database.read() as session:
        found = session.execute(_query(actor).where(DongleRow.device_id == hello.device_id)).first()
        row: DongleRow | None = found[0] if found is not None else None
        claimed = row is not None and row.ownership_state == "CLAIMED_ACTIVE"
        signer = None
        if found is not None and row is not None and claimed:
            require_registered_key(row, hello)
            signing = keys.signing_key(session, actor.organisation_id, data_key)
            # After a rotation whose end was lost, the dongle may have the new token already.
            signer = ConfigSigner(signing.sign, UUID(row.claim_id).bytes, max(found.generation, hello.key_version))
    with stalled_during(device.path, _WRITING, _not_written()):
        before = device.config_read()
    if "timing" in _changed_parts(before.config, config):
        _require_timing_fits(config, hello)
    try:
        stored = device.config_write(config, revision=before.revision, signer=signer)
    except DeviceFailure as failure:
        if not has_stalled(failure):
            raise
        raise outcome_unknown(
            "dongle.write-unknown",
            device.path,
            _WRITING,
            _(
                "The settings were sent, but not confirmed: the dongle has the old ones or the new ones. The database"
                " has the old ones until they are read back."
            ),
            _("Unplug it and plug it back in. Its settings are then read; write them again if they are the old ones."),
        ) from failure
    with database.change() as session:
        if row is not None and claimed:
            store_config(session, actor, row.id, stored, replaced=before.config)
        else:
            _record_config(session, actor, row or hello.device_id, stored, before.config)
    return stored


_WRITING: Final = N_("{path} stopped responding while its settings were being written.")


def _not_written() -> str:
    return _("Nothing was written: dongle and database have the settings that they had.")


def store_read_config(
    database: Transactions, actor: Actor, device: Device, *, just_read: DongleConfig | None = None
) -> bool:
    """Store the settings that a paired dongle has if others are stored, as after a write whose answer was lost; returns
    whether there were. Where those `just_read` are stored, the dongle isn't asked. Raises `Denied`, `DeviceFailure`.
    """
    require(actor, "dongles:configure")
    with database.read() as session:
        known = find_dongle(session, actor, device.device_id)
    if known is None or known.ownership_state != "CLAIMED_ACTIVE":
        return False
    if just_read is not None and known.config == just_read:
        return False
    stored = device.config_read()
    if known.config == stored.config:
        return False
    with database.change() as session:
        return store_config(session, actor, known.id, stored)


def _require_timing_fits(config: DongleConfig, hello: Hello) -> None:
    """Refuse a bit timing that the dongle's controller can't hold: its firmware may take it without a word.

    Nothing is known of a controller that isn't in the table; then the dongle alone decides.
    """
    try:
        item = controller(hello.controller)
    except NotFound:
        return
    for phase in ("nominal", "data") if config.fd_enabled and item.data is not None else ("nominal",):
        prefix = "data_" if phase == "data" else ""
        names = ("prescaler", "prop_seg", "phase_seg1", "phase_seg2", "sjw")
        values = [getattr(config, prefix + name) or 0 for name in names]
        item.require_fits(item.limits(phase).timing(config.clock_hz, *values), phase)


def store_config(
    session: Session, actor: Actor, dongle_id: str, stored: StoredConfig, *, replaced: DongleConfig | None = None
) -> bool:
    """Store the settings that were read back from a dongle; returns whether anything changed.

    If they were written before, they `replaced` others, which is always recorded. Raises `NotFound`, and `Conflict`
    (`dongles.not-paired`) for a dongle that isn't paired.
    """
    require(actor, "dongles:configure")
    dongle = _editable(session, actor, dongle_id)
    if dongle.ownership_state != "CLAIMED_ACTIVE":
        raise not_paired(dongle.name or default_title(dongle.device_id))
    row = session.scalars(
        select(ConfigRow).where(ConfigRow.organisation_id == actor.organisation_id, ConfigRow.dongle_id == dongle_id)
    ).one_or_none()
    if row is None:
        row = ConfigRow(organisation_id=actor.organisation_id, dongle_id=dongle_id)
        session.add(row)
    elif _config(row) == stored.config and replaced is None:
        return False
    for name, value in _columns(stored.config).items():
        setattr(row, name, value)
    row.updated_at = now()
    session.flush()
    _record_config(session, actor, dongle, stored, replaced)
    return True


def forget_config(session: Session, dongle: DongleRow) -> None:
    """Delete what was read from a dongle that has its factory settings now. The caller records why."""
    session.execute(
        delete(ConfigRow).where(ConfigRow.organisation_id == dongle.organisation_id, ConfigRow.dongle_id == dongle.id)
    )


def record_event(session: Session, actor: Actor, event: str, dongle: DongleRow | str, /, **details: object) -> None:
    """Record what `actor` did with a dongle, which the entry names: by its row, or the device id of one without."""
    if isinstance(dongle, str):
        audit.record(session, actor, event, None, device_id=dongle, **details)
        return
    names = {"name": dongle.name} if dongle.name else {}
    audit.record(session, actor, event, dongle.id, device_id=dongle.device_id, **names, **details)


def _record_config(
    session: Session, actor: Actor, dongle: DongleRow | str, stored: StoredConfig, replaced: DongleConfig | None
) -> None:
    """Record that these settings were read or, if they `replaced` others, written; then with what changed."""
    changed = {} if replaced is None else {"changed": ", ".join(_changed_parts(replaced, stored.config))}
    record_event(
        session,
        actor,
        "dongle.read-config" if replaced is None else "dongle.configure",
        dongle,
        **changed,
        controller=stored.config.controller,
        bitrate=stored.config.bitrate,
        data_bitrate=stored.config.data_bitrate,
        mode=stored.config.mode,
        revision=stored.revision,
    )


_SETTINGS: Final = frozenset({"auto_retransmit", "auto_restart_ms", "triple_sampling", "termination_ohm", "filters"})
"""The settings of a channel that are neither its mode nor its bit timing."""


def _changed_parts(before: DongleConfig, after: DongleConfig) -> list[str]:
    """Which parts differ: `timing`, `mode`, `settings`."""
    names = {field.name for field in fields(DongleConfig) if getattr(before, field.name) != getattr(after, field.name)}
    parts = {"timing": names - _SETTINGS - {"mode"}, "mode": names & {"mode"}, "settings": names & _SETTINGS}
    return [part for part, differing in parts.items() if differing]


def require_registered_key(row: DongleRow, hello: Hello) -> None:
    """Raise `Conflict` (`dongle.other-key`) if the dongle that answered has another key than the registered one.

    A device id is only 8 bytes of the key's hash, so another key with the same id can be found by search.
    """
    if row.public_key not in (None, hello.device_key):
        raise Conflict(
            "dongle.other-key",
            _("This dongle has another dongle's ID, but not its key."),
            do=_("Don't use it. Set it aside for the person who manages your dongles."),
        )


def _query(actor: Actor) -> Any:
    return (
        select(
            DongleRow,
            ConfigRow,
            DongleToken.key_version.label("generation"),
            DongleToken.created_at.label("claimed"),
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


def _one(session: Session, actor: Actor, condition: Any) -> DongleRecord:
    found = session.execute(_query(actor).where(condition)).first()
    if found is None:
        raise unknown_dongle()
    return _dongle(found)


def _editable(session: Session, actor: Actor, dongle_id: str) -> DongleRow:
    row = session.scalars(
        select(DongleRow).where(DongleRow.organisation_id == actor.organisation_id, DongleRow.id == dongle_id)
    ).one_or_none()
    if row is None:
        raise unknown_dongle()
    return row


def unknown_dongle() -> NotFound:
    """The error for a dongle that isn't registered."""
    return NotFound(
        "dongles.unknown",
        _("Dongle not found."),
        do=_("To see all dongles, run “benchboard dongle list” or open Bench > Dongles."),
    )


def not_paired(title: str) -> Conflict:
    """The error for a dongle that isn't paired with the organisation."""
    return Conflict("dongles.not-paired", _("{name} isn't paired.").format(name=title), do=_("Pair it first."))


def _dongle(found: Any) -> DongleRecord:
    row: DongleRow = found[0]
    config: ConfigRow | None = found[1]
    return DongleRecord(
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


_SAMPLE_POINTS: Final = ("sample_point", "data_sample_point")


def _columns(config: DongleConfig) -> dict[str, Any]:
    values = {field.name: getattr(config, field.name) for field in fields(DongleConfig)}
    for name in _SAMPLE_POINTS:
        # A dongle stores thousandths of a percent, and so does the column: nothing is lost.
        values[name] = None if values[name] is None else Decimal(f"{values[name]:.3f}")
    values["filters"] = [{"id": one.id, "mask": one.mask, "extended": one.extended} for one in config.filters]
    return values


def _config(row: ConfigRow) -> DongleConfig:
    values = {field.name: getattr(row, field.name) for field in fields(DongleConfig)}
    for name in _SAMPLE_POINTS:
        values[name] = None if values[name] is None else float(values[name])
    values["filters"] = tuple(CanFilter(**one) for one in row.filters)
    values["tdc_offset"] = row.tdc_offset or 0
    values["auto_restart_ms"] = row.auto_restart_ms or 0
    return DongleConfig(**values)
