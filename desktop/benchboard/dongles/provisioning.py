"""Pairing: the claim of a dongle, carried out against the dongle and the database so that neither outlives the other.

The order is DESIGN's (section 8): hello, identify, begin, presence, persist, commit, confirm, active; each database
step is a transaction of its own. A row in CLAIM_PENDING without a pending token means that COMMIT was certainly never
sent, so it expires with the dongle's 60 seconds. With a pending token COMMIT may have been sent, and only the dongle's
STATUS decides what became of it: never the clock, never a new token.
"""

import enum
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.canbus.link import Port
from benchboard.dongles import tokens
from benchboard.dongles.device import Device, DongleInfo, Outcome, observed_id
from benchboard.dongles.protocol import Hello, State, Status
from benchboard.errors import AppError, Cancelled, Conflict, DeviceFailure, Invalid
from benchboard.i18n import _
from benchboard.identity import audit, keys
from benchboard.identity.access import Actor, require
from benchboard.identity.keys import DataKey, Sealed
from benchboard.storage.engine import Database
from benchboard.storage.models.base import now
from benchboard.storage.models.dongles import Dongle, DongleToken

PENDING_SECONDS: Final = 60


class Step(enum.IntEnum):
    """How far a pairing is, in order. `PRESENCE` is told again and again, with the seconds left for the press."""

    HELLO = 0
    IDENTIFY = 1
    RESUME = 2
    BEGIN = 3
    PRESENCE = 4
    PERSIST = 5
    COMMIT = 6
    CONFIRM = 7
    ACTIVE = 8


Told = Callable[[Step, float | None], None]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A dongle that is ours: both sides have proved that they hold the same token. `resumed`: they did already."""

    dongle_id: str
    device_id: str
    key_version: int
    resumed: bool


def pair(
    database: Database,
    actor: Actor,
    data_key: DataKey,
    device: Device,
    *,
    told: Told = lambda _step, _seconds: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Claimed:
    """Claim the dongle behind `device` for the actor's organisation, or carry on where an earlier attempt stopped.

    Raises `Denied`; `Cancelled`; `Conflict` (`dongle.already-claimed`, `dongle.token-missing`, `dongle.rolled-back`,
    `dongle.raced`); `DeviceFailure`; `Unavailable` (`dongle.outcome-unknown`: call again when the dongle is back).
    """
    require(actor, "dongles:pair")
    return _Pairing(database, actor, data_key, device, told, cancelled).run()


def reconcile(database: Database, actor: Actor, data_key: DataKey, device: Device) -> str | None:
    """Bring the registry to agree with a dongle that was seen; answers its ownership state, None if we do not know it.

    Asks the dongle only where the two could disagree. A pending claim is settled by STATUS, one that another
    organisation took over turns LOST, and a lost one that holds our token again is found. Raises `DeviceFailure`.
    """
    require(actor, "dongles:pair")
    return _Pairing(database, actor, data_key, device, lambda _step, _seconds: None, lambda: False).settle()


def expire_claims(session: Session, actor: Actor) -> int:
    """End this organisation's claims that were begun over 60 s ago and never committed; answers how many."""
    require(actor, "dongles:pair")
    pending = select(DongleToken.dongle_id).where(
        DongleToken.organisation_id == actor.organisation_id, DongleToken.pending_claim_id.is_not(None)
    )
    stale = select(Dongle).where(
        Dongle.organisation_id == actor.organisation_id,
        Dongle.ownership_state == "CLAIM_PENDING",
        Dongle.updated_at < now() - timedelta(seconds=PENDING_SECONDS),
        Dongle.id.not_in(pending),
    )
    rows = session.scalars(stale).all()
    for row in rows:
        _end_claim(session, actor, row, "expired")
    return len(rows)


def observe(session: Session, actor: Actor, *, port: Port, info: DongleInfo, present: Sequence[Port]) -> str:
    """Register a dongle with stock firmware by its USB identity, without a token; answers its row's id.

    `present` are all ports there are now. Raises `Invalid` (`dongle.indistinguishable`) where nothing tells it from
    another, `Conflict` (`dongle.known`) where it is registered already.
    """
    require(actor, "dongles:pair")
    device_id = observed_id(port)
    twins = [other for other in present if other.path != port.path and observed_id(other) == device_id]
    if device_id is None or twins:
        raise Invalid(
            "dongle.indistinguishable",
            _("The dongle on {port} cannot be told from another one.").format(port=port.path),
            why=_("It has no USB serial number.")
            if device_id is None
            else _("The one on {other} has the same USB serial number.").format(other=twins[0].path),
            do=_("Give it a serial number of its own, or use a dongle with Benchboard firmware."),
            field="port",
        )
    row = _row(session, actor, device_id)
    if row is not None:
        raise Conflict("dongle.known", _("The dongle on {port} is registered already.").format(port=port.path))
    row = Dongle(
        organisation_id=actor.organisation_id,
        device_id=device_id,
        owner_user_id=actor.user_id,
        ownership_state="CLAIMED_ACTIVE",
        identity_kind="observed",
        dialect=info.dialect[:50],
        firmware=info.firmware[:100] or None,
        last_seen_at=now(),
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "dongle.observe", row.id, device_id=device_id, dialect=row.dialect)
    return row.id


@dataclass(frozen=True, slots=True, repr=False)
class _Token:
    """A token out of the database, with the claim it came with. Never in a repr."""

    claim_id: str
    key_version: int
    secret: bytes


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database holds of a dongle."""

    id: str
    state: str
    pending: _Token | None
    proved: _Token | None


@dataclass(frozen=True, slots=True)
class _Pairing:
    database: Database
    actor: Actor
    data_key: DataKey
    device: Device
    told: Told
    cancelled: Callable[[], bool]

    def run(self) -> Claimed:
        self.told(Step.HELLO, None)
        hello = self.device.hello()
        self.told(Step.IDENTIFY, None)
        self.device.identify()
        self._check()
        self.told(Step.RESUME, None)
        known = self._known(hello)
        if known is not None and known.pending is not None:
            outcome = self.device.resolve(UUID(known.pending.claim_id), known.pending.secret)
            if outcome is Outcome.HELD:
                return self._confirm(hello, known.pending, resumed=True)
            if outcome is Outcome.ABSENT:
                self._end(hello, "absent")
            # PENDING: a new BEGIN makes the dongle forget that claim, and only then may we forget its token.
        if hello.state == State.CLAIMED_ACTIVE:
            return self._ours_already(hello, known)
        return self._claim(hello)

    def settle(self) -> str | None:
        hello = self.device.hello()
        known = self._known(hello)
        if known is None:
            return None
        if known.pending is not None:
            outcome = self.device.resolve(UUID(known.pending.claim_id), known.pending.secret)
            if outcome is Outcome.HELD:
                self._confirm(hello, known.pending, resumed=True)
            elif outcome is Outcome.ABSENT:
                self._end(hello, "absent")
        elif known.proved is not None:
            status = self.device.status(known.proved.secret)
            held = _holds(status, known.proved)
            if known.state == "CLAIMED_ACTIVE" and not held:
                self._lose(hello, status)
            elif known.state == "LOST" and held:
                self._find(hello)
        after = self._known(hello)
        return after.state if after is not None else None

    # ---- a claim, step by step

    def _claim(self, hello: Hello) -> Claimed:
        with self.database.read() as session:
            signing = keys.signing_key(session, self.actor.organisation_id, self.data_key)
        claim_id = uuid.uuid4()
        self.told(Step.BEGIN, None)
        claim = self.device.claim_begin(
            claim_id=claim_id,
            organisation=UUID(self.actor.organisation_id),
            organisation_key=_public(signing),
        )
        self._begin(hello, str(claim_id), claim.key_version)
        try:
            self.told(Step.PRESENCE, None)
            self.device.claim_prove(
                claim,
                sign=signing.sign,
                waiting=lambda seconds: self.told(Step.PRESENCE, seconds),
                cancelled=self.cancelled,
            )
        except AppError as stopped:
            self._end(hello, stopped.code)
            raise
        token = _Token(str(claim_id), claim.key_version, secrets.token_bytes(32))
        self.told(Step.PERSIST, None)
        self._persist(hello, token)
        self.told(Step.COMMIT, None)
        try:
            self.device.claim_commit(claim, token.secret)
        except DeviceFailure as failure:
            # Only this one says that the dongle certainly holds nothing; after any other the token is kept.
            if failure.code == "dongle.claim-lost":
                self._end(hello, failure.code)
            raise
        return self._confirm(hello, token, resumed=False)

    def _confirm(self, hello: Hello, token: _Token, *, resumed: bool) -> Claimed:
        self.told(Step.CONFIRM, None)
        self.device.claim_confirm(claim_id=UUID(token.claim_id), key_version=token.key_version, token=token.secret)
        claimed = replace(self._activate(hello, token), resumed=resumed)
        self.told(Step.ACTIVE, None)
        return claimed

    def _ours_already(self, hello: Hello, known: _Known | None) -> Claimed:
        """The dongle is claimed, and no claim of ours is open: by us before, or by somebody else."""
        proved = known.proved if known is not None else None
        status = self.device.status(proved.secret if proved is not None else None)
        if known is not None and proved is not None and _holds(status, proved):
            if known.state != "CLAIMED_ACTIVE":
                self._find(hello)
            self.told(Step.ACTIVE, None)
            return Claimed(known.id, hello.device_id, proved.key_version, resumed=True)
        if known is not None and known.state == "CLAIMED_ACTIVE":
            self._lose(hello, status)
        elif known is not None and known.state == "CLAIM_PENDING":
            self._end(hello, "claimed elsewhere")
        if status.organisation == UUID(self.actor.organisation_id).bytes:
            raise Conflict(
                "dongle.token-missing",
                _("This dongle belongs to {organisation}, but its token is not in this database.").format(
                    organisation=self.actor.organisation
                ),
                why=_("It was paired from another database, or a backup from before its pairing was restored."),
                do=_("Open the database it was paired from, or reset the dongle and pair it again."),
            )
        raise Conflict(
            "dongle.already-claimed",
            _("This dongle is already claimed by another organisation."),
            why=_("It holds that organisation's key and accepts no other."),
            do=_("Its organisation has to release it first."),
        )

    def _check(self) -> None:
        if self.cancelled():
            raise Cancelled("dongle.cancelled", _("Pairing was stopped."))

    # ---- the database, a transaction a step

    def _known(self, hello: Hello) -> _Known | None:
        with self.database.read() as session:
            row = _row(session, self.actor, hello.device_id)
            if row is None:
                return None
            pending = proved = None
            held = tokens.token_row(session, row)
            if held is not None and held.pending_claim_id is not None:
                pending = self._opened(row, held.pending_claim_id, held.pending_key_version, tokens.pending(held))
            if held is not None and held.ciphertext is not None and row.claim_id is not None:
                proved = self._opened(row, row.claim_id, held.key_version, tokens.proved(held))
            return _Known(row.id, row.ownership_state, pending, proved)

    def _opened(self, row: Dongle, claim_id: str, key_version: int | None, sealed: Sealed) -> _Token:
        generation = key_version or 0
        aad = tokens.token_aad(row.device_id, generation, row.organisation_id)
        return _Token(claim_id, generation, self.data_key.open(sealed, aad=aad))

    def _begin(self, hello: Hello, claim_id: str, key_version: int) -> None:
        with self.database.change() as session:
            row = _row(session, self.actor, hello.device_id)
            if row is None:
                row = Dongle(organisation_id=self.actor.organisation_id, device_id=hello.device_id)
                session.add(row)
            elif row.public_key not in (None, hello.device_key):
                raise Conflict(
                    "dongle.other-key",
                    _("This dongle has the ID of another one, but not its key."),
                    do=_("Do not use it; keep it for whoever looks after your dongles."),
                )
            held = tokens.token_row(session, row) if row.id is not None else None
            if held is not None:
                tokens.require_growth(held, key_version)
                tokens.drop_pending(session, held)
            row.ownership_state = "CLAIM_PENDING"
            row.public_key = hello.device_key
            row.identity_kind = "proven" if row.identity_kind != "verified" else row.identity_kind
            # While an older token is kept, its claim stays named; the new one is named with its own token.
            if held is None or held.ciphertext is None:
                row.claim_id = claim_id
            row.dialect = "benchboard"
            row.firmware = hello.firmware
            row.last_seen_at = row.updated_at = now()
            session.flush()
            audit.record(
                session,
                self.actor,
                "dongle.claim-begin",
                row.id,
                device_id=hello.device_id,
                claim_id=claim_id,
                identity=row.identity_kind,
            )

    def _persist(self, hello: Hello, token: _Token) -> None:
        aad = tokens.token_aad(hello.device_id, token.key_version, self.actor.organisation_id)
        sealed = self.data_key.seal(token.secret, aad=aad)
        with self.database.change() as session:
            row = self._own(session, hello)
            if row.ownership_state != "CLAIM_PENDING":
                raise _raced()
            held = tokens.token_row(session, row)
            if held is None:
                held = DongleToken(organisation_id=row.organisation_id, dongle_id=row.id)
                session.add(held)
            elif held.pending_claim_id is not None:
                raise _raced()
            held.pending_claim_id = token.claim_id
            held.pending_key_version = token.key_version
            held.pending_data_key_version = sealed.key_version
            held.pending_nonce = sealed.nonce
            held.pending_ciphertext = sealed.ciphertext
            session.flush()
            audit.record(
                session,
                self.actor,
                "dongle.token-store",
                row.id,
                claim_id=token.claim_id,
                key_version=token.key_version,
            )

    def _activate(self, hello: Hello, token: _Token) -> Claimed:
        with self.database.change() as session:
            row = self._own(session, hello)
            held = tokens.token_row(session, row)
            if held is None or held.pending_claim_id != token.claim_id:
                raise _raced()
            sealed = tokens.pending(held)
            tokens.drop_pending(session, held, keep=True)
            held.key_version = token.key_version
            held.data_key_version, held.nonce, held.ciphertext = sealed.key_version, sealed.nonce, sealed.ciphertext
            row.ownership_state = "CLAIMED_ACTIVE"
            row.claim_id = token.claim_id
            row.owner_user_id = self.actor.user_id
            row.last_seen_at = now()
            session.flush()
            audit.record(
                session,
                self.actor,
                "dongle.claim",
                row.id,
                device_id=row.device_id,
                claim_id=token.claim_id,
                key_version=token.key_version,
            )
            return Claimed(row.id, row.device_id, token.key_version, resumed=False)

    def _end(self, hello: Hello, reason: str) -> None:
        with self.database.change() as session:
            _end_claim(session, self.actor, self._own(session, hello), reason)

    def _lose(self, hello: Hello, status: Status) -> None:
        with self.database.change() as session:
            row = self._own(session, hello)
            row.ownership_state = "LOST"
            session.flush()
            elsewhere = status.organisation not in (None, UUID(self.actor.organisation_id).bytes)
            audit.record(
                session,
                self.actor,
                "dongle.lose",
                row.id,
                device_id=row.device_id,
                reason="claimed elsewhere" if elsewhere else "token not held",
            )

    def _find(self, hello: Hello) -> None:
        with self.database.change() as session:
            row = self._own(session, hello)
            row.ownership_state = "CLAIMED_ACTIVE"
            session.flush()
            audit.record(session, self.actor, "dongle.find", row.id, device_id=row.device_id)

    def _own(self, session: Session, hello: Hello) -> Dongle:
        row = _row(session, self.actor, hello.device_id)
        if row is None:
            raise _raced()
        return row


def _row(session: Session, actor: Actor, device_id: str) -> Dongle | None:
    return session.scalars(
        select(Dongle).where(Dongle.organisation_id == actor.organisation_id, Dongle.device_id == device_id)
    ).one_or_none()


def _end_claim(session: Session, actor: Actor, row: Dongle, reason: str) -> None:
    """Back to what it was before a claim that came to nothing: LOST if an older token is kept, else UNCLAIMED."""
    held = tokens.token_row(session, row)
    claim_id = row.claim_id
    if held is not None:
        claim_id = held.pending_claim_id or claim_id
        tokens.drop_pending(session, held)
    older = held is not None and held.ciphertext is not None
    row.ownership_state = "LOST" if older else "UNCLAIMED"
    if not older:
        row.claim_id = None
    session.flush()
    audit.record(session, actor, "dongle.claim-end", row.id, claim_id=claim_id, reason=reason)


def _holds(status: Status, token: _Token) -> bool:
    """Whether the dongle's signed status says that it is active under this very claim and token."""
    return (
        status.state == State.CLAIMED_ACTIVE
        and status.claim_id == UUID(token.claim_id).bytes
        and status.holds_token is True
    )


def _public(signing: Ed25519PrivateKey) -> bytes:
    return signing.public_key().public_bytes_raw()


def _raced() -> Conflict:
    return Conflict(
        "dongle.raced",
        _("Somebody else is pairing this dongle at the same moment."),
        do=_("Look at its state, then try again."),
    )
