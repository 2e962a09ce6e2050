"""Pairs, releases and resets dongles, and replaces their tokens: carries it through on the dongle and in the database,
so that both hold the same token or neither holds one.

`PairingStep` has the order; docs/protocol.md, section 4, the messages. Each database step is a transaction of its own.
A row in CLAIM_PENDING without a pending token means that CLAIM_COMMIT was certainly not sent, so it expires with the
dongle's 60 seconds. With a pending token CLAIM_COMMIT may have been sent: then only the dongle's STATUS decides what
became of the claim, never the clock and never a new token.
"""

import contextlib
import enum
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.canbus.link import Port
from benchboard.dongles import tokens
from benchboard.dongles.device import ClaimOutcome, Device
from benchboard.dongles.device_errors import has_stalled, outcome_unknown, stalled_during
from benchboard.dongles.firmware_detection import DongleInfo, observed_id
from benchboard.dongles.fleet import (
    forget_config,
    not_paired,
    record_event,
    rename_dongle,
    require_free_name,
    require_registered_key,
    unknown_dongle,
)
from benchboard.dongles.protocol import Hello, HostClaim, OwnershipState, Status, messages
from benchboard.dongles.titles import default_title
from benchboard.errors import AppError, Cancelled, Conflict, DeviceFailure, Invalid, Unavailable
from benchboard.i18n import N_, _
from benchboard.identity import keys
from benchboard.identity.keys import DataKey, Sealed
from benchboard.identity.permissions import Actor, require
from benchboard.storage.engine import Transactions
from benchboard.storage.models.base import now
from benchboard.storage.models.credentials import OrganisationSigningKey
from benchboard.storage.models.dongles import Dongle, DongleToken


@enum.unique
class PairingStep(enum.IntEnum):
    """The steps of a pairing, in order. `PRESENCE` is reported repeatedly, with the seconds left for the button."""

    HELLO = 0
    IDENTIFY = 1
    RESUME = 2
    BEGIN = 3
    PRESENCE = 4
    PERSIST = 5
    COMMIT = 6
    CONFIRM = 7
    ACTIVE = 8


OnStep = Callable[[PairingStep, float | None], None]
"""Called at each step; with the seconds left while the button is waited for, else None."""


@dataclass(frozen=True, slots=True)
class PairedDongle:
    """A dongle of the organisation: both sides have proved that they hold the same token.

    `resumed` if this pairing finished an earlier one or found the dongle paired already.
    """

    dongle_id: str
    device_id: str
    key_version: int
    resumed: bool


def pair(
    database: Transactions,
    actor: Actor,
    data_key: DataKey,
    device: Device,
    *,
    name: str = "",
    on_step: OnStep = lambda _step, _seconds: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> PairedDongle:
    """Claim the dongle behind `device` for the actor's organisation, or finish an earlier attempt, and name it.

    An unusable `name` is refused before the dongle is touched (`Invalid`, `dongles.name`); without one it keeps its
    own. Raises `Denied`; `Cancelled`; `Conflict` (`dongle.already-claimed`, `dongle.token-missing`,
    `dongle.rolled-back`, `dongle.other-key`, `dongle.raced`); `DeviceFailure`; `Unavailable`
    (`dongle.outcome-unknown`: call again when the dongle is back).
    """
    require(actor, "dongles:pair")
    if name:
        with database.read() as session:
            require_free_name(session, actor, name)
    paired = _Pairing(database, actor, data_key, device, on_step, cancelled).run()
    if name:
        with database.change() as session:
            rename_dongle(session, actor, paired.dongle_id, name)
    return paired


def reconcile(database: Transactions, actor: Actor, data_key: DataKey, device: Device) -> str | None:
    """Update a dongle's row from the dongle; returns its ownership state, None for an unknown dongle.

    A pending claim becomes active or ends, depending on STATUS; an active dongle that doesn't hold our token any more
    becomes REVOKED if it was released, else LOST. One that was lost, or written off, and holds it again becomes
    CLAIMED_ACTIVE. Raises `DeviceFailure`, `Conflict` (`dongle.other-key`).
    """
    require(actor, "dongles:pair")
    return _Pairing(database, actor, data_key, device, lambda _step, _seconds: None, lambda: False).reconcile()


def release(database: Transactions, actor: Actor, data_key: DataKey, device: Device) -> str:
    """End the pairing of the dongle behind `device`, which then belongs to nobody; returns its row's id.

    The row becomes REVOKED and its token is deleted once the dongle has proved that the claim has ended; for one that
    is REVOKED nothing changes. Raises `Denied`; `NotFound` (`dongles.unknown`); `Conflict` (`dongles.not-paired`,
    `dongles.paired-elsewhere`, `dongle.other-claim`, `dongle.other-key`); `DeviceFailure`; `Unavailable`
    (`dongle.release-unknown`: call again when the dongle is back, or `reconcile`).
    """
    require(actor, "dongles:pair")
    return _Pairing(database, actor, data_key, device, lambda _step, _seconds: None, lambda: False).release()


def rotate(database: Transactions, actor: Actor, data_key: DataKey, device: Device) -> PairedDongle:
    """Replace the token of the dongle behind `device`, which stays paired; or finish an earlier attempt (`resumed`).

    Both tokens are stored until the dongle has proved the new one. Raises `Denied`; `NotFound` (`dongles.unknown`);
    `Conflict` (`dongles.not-paired`, `dongles.paired-elsewhere`, `dongle.other-claim`, `dongle.other-key`,
    `dongle.raced`, `dongle.claims-exhausted`); `DeviceFailure`; `Unavailable` (`dongle.rotate-unknown`: call again
    when the dongle is back, or `reconcile`).
    """
    require(actor, "dongles:pair")
    return _Pairing(database, actor, data_key, device, lambda _step, _seconds: None, lambda: False).rotate()


def factory_reset(
    database: Transactions,
    actor: Actor,
    data_key: DataKey,
    device: Device,
    *,
    on_wait: Callable[[float], None] = lambda _seconds: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> str | None:
    """Take the dongle behind `device` back from whoever had it, once somebody presses its button; returns its row's id,
    None for an unknown dongle.

    `on_wait` gets the seconds left for the button. A row that holds a token becomes REVOKED. Raises `Denied`;
    `Cancelled`; `Conflict` (`dongle.other-key`); `DeviceFailure` (`dongle.not-pressed`); `Unavailable`
    (`dongle.reset-unknown`: its status says whether it was reset).
    """
    require(actor, "dongles:pair")
    pairing = _Pairing(database, actor, data_key, device, lambda _step, _seconds: None, cancelled)
    return pairing.factory_reset(on_wait)


def release_observed(session: Session, actor: Actor, dongle_id: str) -> bool:
    """Take a dongle with stock firmware, plugged in or not, out of the organisation's; returns whether it was in it.

    Raises `NotFound`, and `Conflict` (`dongles.proven`) for one that holds a token: it must be plugged in.
    """
    require(actor, "dongles:pair")
    row = session.scalars(
        select(Dongle).where(Dongle.organisation_id == actor.organisation_id, Dongle.id == dongle_id)
    ).one_or_none()
    if row is None:
        raise unknown_dongle()
    if row.identity_kind != "observed":
        raise Conflict(
            "dongles.proven",
            _("{name} holds a pairing key.").format(name=row.name or default_title(row.device_id)),
            do=_("Plug it in to release it."),
        )
    if row.ownership_state != "CLAIMED_ACTIVE":
        return False
    row.ownership_state = "REVOKED"
    session.flush()
    record_event(session, actor, "dongle.release", row)
    return True


def expire_claims(session: Session, actor: Actor) -> int:
    """End the organisation's claims that began over 60 s ago and were not committed; returns how many."""
    require(actor, "dongles:pair")
    pending = select(DongleToken.dongle_id).where(
        DongleToken.organisation_id == actor.organisation_id, DongleToken.pending_claim_id.is_not(None)
    )
    stale = select(Dongle).where(
        Dongle.organisation_id == actor.organisation_id,
        Dongle.ownership_state == "CLAIM_PENDING",
        Dongle.updated_at < now() - timedelta(seconds=messages.CLAIM_SECONDS),
        Dongle.id.not_in(pending),
    )
    ended = 0
    for row in session.scalars(stale).all():
        claim = _open_claim(row, tokens.token_row(session, row))
        ended += _end_claim(session, actor, row, claim, "expired")
    return ended


def observe(session: Session, actor: Actor, *, port: Port, info: DongleInfo, present: Sequence[Port]) -> str:
    """Register a dongle with stock firmware by its USB identity, without a token; returns its row's id.

    `present` are all ports that exist now. Raises `Invalid` (`dongle.indistinguishable`) if another dongle has the same
    identity or this one has none, `Conflict` (`dongle.known`) if it is registered already.
    """
    require(actor, "dongles:pair")
    device_id = observed_id(port)
    same_id = [other for other in present if other.path != port.path and observed_id(other) == device_id]
    if device_id is None or same_id:
        raise Invalid(
            "dongle.indistinguishable",
            _("The dongle on {port} can't be told apart from another one.").format(port=port.path),
            why=_("It has no USB serial number.")
            if device_id is None
            else _("The one on {other} has the same USB serial number.").format(other=same_id[0].path),
            do=_("Give it a unique serial number, or use a dongle with Benchboard firmware."),
            field="port",
        )
    row = _row(session, actor, device_id)
    if row is None:
        row = Dongle(organisation_id=actor.organisation_id, device_id=device_id, identity_kind="observed")
        session.add(row)
    elif (row.identity_kind, row.ownership_state) != ("observed", "REVOKED"):
        raise Conflict("dongle.known", _("The dongle on {port} is already registered.").format(port=port.path))
    row.owner_user_id = actor.user_id
    row.ownership_state = "CLAIMED_ACTIVE"
    row.dialect = info.dialect[:50]
    row.firmware = info.firmware[:100] or None
    row.last_seen_at = now()
    session.flush()
    record_event(session, actor, "dongle.observe", row, dialect=row.dialect)
    return row.id


@dataclass(frozen=True, slots=True, repr=False)
class _Token:
    """A decrypted token with the claim it belongs to. Has no repr, so that it gets into no log."""

    claim_id: str
    key_version: int
    secret: bytes


@dataclass(frozen=True, slots=True)
class _OpenClaim:
    """Identifies the claim that a row is pending for: by id and, until its token is stored, by when it began.

    A row that still holds an older token has that token's claim id, so the id alone isn't enough. `claim_id` is None
    where it is unknown.
    """

    claim_id: str | None
    began_at: datetime | None


@dataclass(frozen=True, slots=True)
class _RegisteredDongle:
    """A dongle's row with its decrypted tokens, as read in one transaction."""

    id: str
    title: str
    state: str
    open_claim: _OpenClaim
    pending: _Token | None
    proved: _Token | None
    tokens_version: int | None
    """How often the row with the tokens was written; None without one."""

    @property
    def rotates(self) -> bool:
        """Whether the pending token is a new one for the claim in force, whose present one stays until it is proved."""
        return self.pending is not None and self.proved is not None and self.pending.claim_id == self.proved.claim_id


@dataclass(frozen=True, slots=True)
class _Pairing:
    """One pairing, or one reconciliation, of the dongle behind `device`."""

    database: Transactions
    actor: Actor
    data_key: DataKey
    device: Device
    on_step: OnStep
    cancelled: Callable[[], bool]

    def run(self) -> PairedDongle:
        with stalled_during(self.device.path, _PAIRING, _not_sent()):
            return self._run()

    def _run(self) -> PairedDongle:
        self.on_step(PairingStep.HELLO, None)
        hello = self.device.hello()
        self.on_step(PairingStep.IDENTIFY, None)
        self.device.identify()
        self._require_not_cancelled()
        self.on_step(PairingStep.RESUME, None)
        registered = self._registered(hello)
        if registered is not None and registered.proved is not None and _is_released(hello, registered.proved):
            self._mark_released(hello, registered.proved)
            registered = self._registered(hello)
        outcome = None
        if registered is not None and registered.pending is not None:
            outcome = self.device.claim_outcome(UUID(registered.pending.claim_id), registered.pending.secret)
            if outcome is ClaimOutcome.HELD:
                return self._confirm(hello, registered.pending, resumed=True)
            if outcome is ClaimOutcome.ABSENT and not registered.rotates:
                self._end(hello, registered.open_claim, "absent")
            # PENDING: the token may only be deleted after a new CLAIM_BEGIN has made the dongle drop that claim.
        if hello.state == OwnershipState.CLAIMED_ACTIVE and outcome is not ClaimOutcome.PENDING:
            return self._resume_claimed(hello, registered)
        return self._claim(hello, registered)

    def reconcile(self) -> str | None:
        hello = self.device.hello()
        registered = self._registered(hello)
        if registered is None:
            return None
        if registered.pending is not None:
            outcome = self.device.claim_outcome(UUID(registered.pending.claim_id), registered.pending.secret)
            if outcome is ClaimOutcome.HELD:
                self._confirm(hello, registered.pending, resumed=True)
                return "CLAIMED_ACTIVE"
            if outcome is ClaimOutcome.ABSENT and not registered.rotates:
                self._end(hello, registered.open_claim, "absent")
        if registered.proved is not None and (registered.pending is None or registered.rotates):
            status = self.device.status(registered.proved.secret)
            holds_token = _holds(status, registered.proved)
            if _is_released(status, registered.proved):
                self._mark_released(hello, registered.proved)
            elif registered.state == "CLAIMED_ACTIVE" and not holds_token:
                self._mark_lost(hello, registered.proved, status)
            elif registered.state in ("LOST", "REVOKED") and holds_token:
                self._mark_found(hello, registered.proved)
        after = self._registered(hello)
        return after.state if after is not None else None

    def release(self) -> str:
        with stalled_during(self.device.path, _RELEASING, _not_sent()):
            return self._release()

    def _release(self) -> str:
        hello = self.device.hello()
        registered = self._registered(hello)
        if registered is not None and registered.pending is not None:
            self.reconcile()  # whether there is anything to release
            registered = self._registered(hello)
        if registered is None:
            raise unknown_dongle()
        if registered.state == "REVOKED" and registered.proved is None and hello.state != OwnershipState.CLAIMED_ACTIVE:
            return registered.id
        if registered.proved is None or registered.state not in _HELD_STATES:
            raise _not_ours(registered.title, hello)
        self._release_on_dongle(registered.proved)
        self._mark_released(hello, registered.proved)
        return registered.id

    def rotate(self) -> PairedDongle:
        with stalled_during(self.device.path, _ROTATING, _not_sent()):
            return self._rotate()

    def _rotate(self) -> PairedDongle:
        hello = self.device.hello()
        registered = self._registered(hello)
        before = registered.proved.key_version if registered is not None and registered.proved is not None else None
        if registered is not None and registered.pending is not None:
            self.reconcile()  # whether an earlier attempt got to the dongle
            registered = self._registered(hello)
        if registered is None:
            raise unknown_dongle()
        proved = registered.proved
        if proved is None or registered.state != "CLAIMED_ACTIVE":
            raise _not_ours(registered.title, hello)
        if before is not None and proved.key_version > before:
            return PairedDongle(registered.id, hello.device_id, proved.key_version, resumed=True)
        rotation = self._begin_rotation(proved)
        token = _Token(proved.claim_id, rotation.key_version, secrets.token_bytes(32))
        self._store_rotation(hello, registered, token)
        try:
            self.device.claim_commit(rotation, token.secret)
            return self._confirm(hello, token, resumed=False)
        except (DeviceFailure, Unavailable) as failure:
            # Whatever came of it, both tokens are stored, and the dongle has one of them.
            self._record_unrotated(hello, failure)
            if failure.code == "dongle.claim-lost":
                raise DeviceFailure(
                    "dongle.rotate-refused",
                    _("The dongle didn't accept the new pairing key."),
                    why=failure.why,
                    do=_("It still holds the old one. Try again."),
                ) from failure
            raise outcome_unknown(
                "dongle.rotate-unknown",
                self.device.path,
                _ROTATING,
                _(
                    "The new key was sent, but the dongle didn't confirm it: it holds the old key or the new one. The"
                    " database has both, so it stays paired."
                ),
                _("Unplug it and plug it back in, then replace the key again."),
            ) from failure

    def _record_unrotated(self, hello: Hello, failure: AppError) -> None:
        """Record that the dongle refused the new token, or that nobody knows whether it took it."""
        if failure.code == "dongle.claim-lost":
            event, reason = "dongle.rotate-refuse", ""
        else:
            event = "dongle.rotate-interrupt"
            causes = [one for one in (failure, failure.__cause__) if isinstance(one, AppError) and has_stalled(one)]
            reason = causes[0].code if causes else ""
        with contextlib.suppress(AppError), self.database.change() as session:  # what failed first is told
            row = self._require_row(session, hello)
            record_event(session, self.actor, event, row, **({"reason": reason} if reason else {}))

    def _begin_rotation(self, proved: _Token) -> HostClaim:
        with self.database.read() as session:
            signing = keys.signing_key(session, self.actor.organisation_id, self.data_key)
        try:
            return self.device.rotate_begin(
                claim_id=UUID(proved.claim_id),
                organisation=UUID(self.actor.organisation_id),
                organisation_key=_public(signing),
                key_version=proved.key_version,
                token=proved.secret,
                sign=signing.sign,
            )
        except Conflict as conflict:
            if conflict.code == "dongle.other-claim":
                self.reconcile()  # then the row says so too
            raise

    def factory_reset(self, on_wait: Callable[[float], None]) -> str | None:
        with stalled_during(self.device.path, _RESETTING, _not_sent()):
            hello = self.device.hello()
            self._registered(hello)  # that its key is the registered one
        try:
            self.device.factory_reset(on_wait=on_wait, cancelled=self.cancelled)
            return self._after_reset(self.device.hello())
        except (DeviceFailure, Unavailable) as failure:
            if "error_code" in failure.facts:  # it has answered: it wasn't reset
                raise
            raise outcome_unknown(
                "dongle.reset-unknown",
                self.device.path,
                _RESETTING,
                _(
                    "It may or may not have been reset, depending on whether its button was pressed. The database has"
                    " it as before until the dongle says otherwise."
                ),
                _("Unplug it and plug it back in. Its status then says whether it was reset."),
            ) from failure

    def _after_reset(self, hello: Hello) -> str | None:
        """Bring the row in line with a dongle that belongs to nobody any more."""
        registered = self._registered(hello)
        with self.database.change() as session:
            row = _row(session, self.actor, hello.device_id)
            if row is not None:
                forget_config(session, row)
            record_event(session, self.actor, "dongle.reset", row if row is not None else hello.device_id)
        if registered is None:
            return None
        if not registered.rotates:
            self._end(hello, registered.open_claim, "reset")
        if registered.proved is not None:
            # It proves that this claim never counts again: it was revoked now, or before. The rare dongle that never
            # knew of it (its memory was rolled back) leaves the row LOST.
            with contextlib.suppress(Conflict):
                self._release_on_dongle(registered.proved)
                self._mark_released(hello, registered.proved, reason="reset")
        return registered.id

    def _release_on_dongle(self, proved: _Token) -> None:
        with self.database.read() as session:
            signing = keys.signing_key(session, self.actor.organisation_id, self.data_key)
        try:
            self.device.release(
                claim_id=UUID(proved.claim_id),
                key_version=proved.key_version,
                token=proved.secret,
                sign=signing.sign,
            )
        except Conflict:
            self.reconcile()  # it holds another claim: then the row says so too
            raise
        except DeviceFailure as failure:
            if "error_code" in failure.facts:  # it has answered, and has refused
                raise
            raise outcome_unknown(
                "dongle.release-unknown",
                self.device.path,
                _RELEASING,
                _(
                    "The request was sent, but not answered: the dongle may or may not have ended its pairing. The"
                    " database has it as paired until the dongle says otherwise."
                ),
                _("Unplug it and plug it back in. If it's still paired then, release it again."),
            ) from failure

    # ---- a claim, step by step

    def _claim(self, hello: Hello, registered: _RegisteredDongle | None) -> PairedDongle:
        with self.database.read() as session:
            signing = keys.signing_key(session, self.actor.organisation_id, self.data_key)
        claim_id = uuid.uuid4()
        self.on_step(PairingStep.BEGIN, None)
        claim = self.device.claim_begin(
            claim_id=claim_id,
            organisation=UUID(self.actor.organisation_id),
            organisation_key=_public(signing),
        )
        open_claim = self._store_begin(hello, registered, str(claim_id), claim.key_version)
        try:
            self.on_step(PairingStep.PRESENCE, None)
            with stalled_during(
                self.device.path,
                _PAIRING,
                _("Waiting for its button was interrupted. It isn't paired, and the database holds no key of it."),
                _("Check its cable, unplug it and plug it back in. Then pair it again."),
            ):
                self.device.claim_prove(
                    claim,
                    sign=signing.sign,
                    on_wait=lambda seconds: self.on_step(PairingStep.PRESENCE, seconds),
                    cancelled=self.cancelled,
                )
        except AppError as error:
            self._end(hello, open_claim, error.code)
            raise
        token = _Token(str(claim_id), claim.key_version, secrets.token_bytes(32))
        self.on_step(PairingStep.PERSIST, None)
        self._store_token(hello, open_claim, token)
        self.on_step(PairingStep.COMMIT, None)
        try:
            self.device.claim_commit(claim, token.secret)
        except DeviceFailure as failure:
            # After any other failure the dongle may hold the token, so it is kept.
            if failure.code == "dongle.claim-lost":
                self._end(hello, open_claim, failure.code)
            raise
        with stalled_during(
            self.device.path,
            _PAIRING,
            _("It has accepted the pairing key, but didn't prove it yet. The database keeps the key until it does."),
            _("Unplug it and plug it back in: Benchboard then finishes the pairing."),
        ):
            return self._confirm(hello, token, resumed=False)

    def _confirm(self, hello: Hello, token: _Token, *, resumed: bool) -> PairedDongle:
        self.on_step(PairingStep.CONFIRM, None)
        self.device.claim_confirm(claim_id=UUID(token.claim_id), key_version=token.key_version, token=token.secret)
        paired = replace(self._activate(hello, token), resumed=resumed)
        self.on_step(PairingStep.ACTIVE, None)
        return paired

    def _resume_claimed(self, hello: Hello, registered: _RegisteredDongle | None) -> PairedDongle:
        """Handle a dongle that is claimed already: return it if it holds our token, else raise `Conflict`."""
        proved = registered.proved if registered is not None else None
        status = self.device.status(proved.secret if proved is not None else None)
        if registered is not None and proved is not None and _holds(status, proved):
            if registered.state != "CLAIMED_ACTIVE":
                self._mark_found(hello, proved)
            self.on_step(PairingStep.ACTIVE, None)
            return PairedDongle(registered.id, hello.device_id, proved.key_version, resumed=True)
        if registered is not None and proved is not None and registered.state == "CLAIMED_ACTIVE":
            self._mark_lost(hello, proved, status)
        elif registered is not None and registered.state == "CLAIM_PENDING":
            self._end(hello, registered.open_claim, "claimed elsewhere")
        if self._is_pinned_by(status):
            raise Conflict(
                "dongle.token-missing",
                _("This dongle belongs to {organisation}, but its pairing key isn't in this database.").format(
                    organisation=self.actor.organisation
                ),
                why=_(
                    "It was paired from another database, or this database was restored from a backup made "
                    "before pairing."
                ),
                do=_("Open the database it was paired from, or reset the dongle and pair it again."),
            )
        raise Conflict(
            "dongle.already-claimed",
            _("This dongle is already paired with another organisation."),
            why=_("It holds that organisation's key and accepts no other."),
            do=_("Sign in to that organisation, or reset the dongle at its button."),
        )

    def _is_pinned_by(self, status: Status) -> bool:
        """Whether the dongle was claimed with a signing key of the actor's organisation, retired ones included.

        The organisation's id in `status` proves nothing: a claimer can write any id there.
        """
        with self.database.read() as session:
            pinned = session.scalar(
                select(OrganisationSigningKey.id).where(
                    OrganisationSigningKey.organisation_id == self.actor.organisation_id,
                    OrganisationSigningKey.public_key == status.organisation_key,
                )
            )
        return pinned is not None

    def _require_not_cancelled(self) -> None:
        if self.cancelled():
            raise Cancelled("dongle.cancelled", _("Pairing was cancelled."))

    # ---- the database, a transaction a step

    def _registered(self, hello: Hello) -> _RegisteredDongle | None:
        """What the database holds of this dongle. Raises `Conflict` (`dongle.other-key`)."""
        with self.database.read() as session:
            row = _row(session, self.actor, hello.device_id)
            if row is None:
                return None
            require_registered_key(row, hello)
            pending = proved = None
            stored = tokens.token_row(session, row)
            if stored is not None and stored.pending_claim_id is not None:
                pending = self._decrypt(
                    row, stored.pending_claim_id, stored.pending_key_version, tokens.pending_token(stored)
                )
            if stored is not None and stored.ciphertext is not None and row.claim_id is not None:
                proved = self._decrypt(row, row.claim_id, stored.key_version, tokens.proved_token(stored))
            return _RegisteredDongle(
                row.id,
                row.name or default_title(row.device_id),
                row.ownership_state,
                _open_claim(row, stored),
                pending,
                proved,
                stored.version if stored is not None else None,
            )

    def _decrypt(self, row: Dongle, claim_id: str, key_version: int | None, sealed: Sealed) -> _Token:
        generation = key_version or 0
        aad = tokens.token_aad(row.device_id, generation, row.organisation_id)
        return _Token(claim_id, generation, self.data_key.open(sealed, aad=aad))

    def _store_begin(
        self, hello: Hello, registered: _RegisteredDongle | None, claim_id: str, key_version: int
    ) -> _OpenClaim:
        """Make the row CLAIM_PENDING for a claim that the dongle has begun.

        The dongle has dropped the claim in `registered`, so that one's pending token is deleted. Raises `Conflict`
        (`dongle.raced`) if another host has stored a token since, `dongle.rolled-back`, `dongle.other-key`.
        """
        with self.database.change() as session:
            row = _row(session, self.actor, hello.device_id)
            if row is None:
                row = Dongle(organisation_id=self.actor.organisation_id, device_id=hello.device_id)
                session.add(row)
            else:
                require_registered_key(row, hello)
            stored = tokens.token_row(session, row) if row.id is not None else None
            if stored is not None:
                if not _stores_only(stored, registered):
                    raise _raced_error()
                tokens.require_newer_key_version(stored, key_version)
                tokens.drop_pending(session, stored)
            row.ownership_state = "CLAIM_PENDING"
            row.public_key = hello.device_key
            row.identity_kind = "proven" if row.identity_kind != "verified" else row.identity_kind
            # `claim_id` belongs to the proved token as long as there is one.
            if stored is None or stored.ciphertext is None:
                row.claim_id = claim_id
            row.dialect = "benchboard"
            row.firmware = hello.firmware
            # Nothing else writes `last_seen_at` while the row is pending, so it identifies this claim (`_OpenClaim`).
            row.last_seen_at = row.updated_at = now()
            session.flush()
            record_event(
                session,
                self.actor,
                "dongle.claim-begin",
                row,
                claim_id=claim_id,
                identity=row.identity_kind,
            )
            return _OpenClaim(claim_id, row.last_seen_at)

    def _store_token(self, hello: Hello, open_claim: _OpenClaim, token: _Token) -> None:
        aad = tokens.token_aad(hello.device_id, token.key_version, self.actor.organisation_id)
        sealed = self.data_key.seal(token.secret, aad=aad)
        with self.database.change() as session:
            row = self._require_row(session, hello)
            stored = tokens.token_row(session, row)
            if not _is_open(row, stored, open_claim):
                raise _raced_error()
            # The row's version changes too, so that ending or beginning a claim at the same moment is refused.
            row.updated_at = now()
            if stored is None:
                stored = DongleToken(organisation_id=row.organisation_id, dongle_id=row.id)
                session.add(stored)
            self._keep_pending(session, row, stored, token, sealed)

    def _store_rotation(self, hello: Hello, registered: _RegisteredDongle, token: _Token) -> None:
        """Store the new token beside the one in force. An earlier new one can't arrive any more: its session has ended.

        Raises `Conflict` (`dongle.raced`) if another host has changed the row since, `dongle.rolled-back`.
        """
        aad = tokens.token_aad(hello.device_id, token.key_version, self.actor.organisation_id)
        sealed = self.data_key.seal(token.secret, aad=aad)
        with self.database.change() as session:
            row = self._require_row(session, hello)
            stored = tokens.token_row(session, row)
            unchanged = (row.ownership_state, row.claim_id) == ("CLAIMED_ACTIVE", token.claim_id)
            if stored is None or not unchanged or stored.version != registered.tokens_version:
                raise _raced_error()
            tokens.require_newer_key_version(stored, token.key_version)
            record_event(session, self.actor, "dongle.rotate-begin", row, key_version=token.key_version)
            self._keep_pending(session, row, stored, token, sealed)

    def _keep_pending(self, session: Session, row: Dongle, stored: DongleToken, token: _Token, sealed: Sealed) -> None:
        stored.pending_claim_id = token.claim_id
        stored.pending_key_version = token.key_version
        stored.pending_data_key_version = sealed.key_version
        stored.pending_nonce = sealed.nonce
        stored.pending_ciphertext = sealed.ciphertext
        session.flush()
        record_event(
            session, self.actor, "dongle.token-store", row, claim_id=token.claim_id, key_version=token.key_version
        )

    def _activate(self, hello: Hello, token: _Token) -> PairedDongle:
        with self.database.change() as session:
            row = self._require_row(session, hello)
            stored = tokens.token_row(session, row)
            if stored is None or stored.pending_claim_id != token.claim_id:
                raise _raced_error()
            rotated = stored.ciphertext is not None and row.claim_id == token.claim_id
            sealed = tokens.pending_token(stored)
            tokens.drop_pending(session, stored, keep=True)
            stored.key_version = token.key_version
            stored.data_key_version, stored.nonce, stored.ciphertext = (
                sealed.key_version,
                sealed.nonce,
                sealed.ciphertext,
            )
            row.ownership_state = "CLAIMED_ACTIVE"
            row.claim_id = token.claim_id
            row.last_seen_at = now()
            if not rotated:
                row.owner_user_id = self.actor.user_id
                stored.created_at = row.last_seen_at  # since when it is paired, which a rotation leaves
            session.flush()
            record_event(
                session,
                self.actor,
                "dongle.rotate" if rotated else "dongle.claim",
                row,
                claim_id=token.claim_id,
                key_version=token.key_version,
            )
            return PairedDongle(row.id, row.device_id, token.key_version, resumed=False)

    def _end(self, hello: Hello, claim: _OpenClaim, reason: str) -> None:
        with self.database.change() as session:
            _end_claim(session, self.actor, self._require_row(session, hello), claim, reason)

    def _mark_lost(self, hello: Hello, proved: _Token, status: Status) -> None:
        elsewhere = status.organisation is not None and not self._is_pinned_by(status)
        with self.database.change() as session:
            row = self._require_row(session, hello)
            if (row.ownership_state, row.claim_id) != ("CLAIMED_ACTIVE", proved.claim_id):
                return  # another host has claimed it again since
            row.ownership_state = "LOST"
            session.flush()
            record_event(
                session,
                self.actor,
                "dongle.lose",
                row,
                reason="claimed elsewhere" if elsewhere else "token not held",
            )

    def _mark_found(self, hello: Hello, proved: _Token) -> None:
        with self.database.change() as session:
            row = self._require_row(session, hello)
            if row.ownership_state == "CLAIMED_ACTIVE" or row.claim_id != proved.claim_id:
                return
            row.ownership_state = "CLAIMED_ACTIVE"
            session.flush()
            record_event(session, self.actor, "dongle.find", row)

    def _mark_released(self, hello: Hello, proved: _Token, *, reason: str = "") -> None:
        """Make the row REVOKED, and delete the token, which is worth nothing any more. Its `reason` is recorded, unless
        the dongle was released.
        """
        with self.database.change() as session:
            row = self._require_row(session, hello)
            if row.ownership_state not in _HELD_STATES or row.claim_id != proved.claim_id:
                return  # another host has written it, or has claimed the dongle again since
            stored = tokens.token_row(session, row)
            if stored is not None:
                session.delete(stored)
            row.ownership_state = "REVOKED"
            row.claim_id = None
            session.flush()
            record_event(
                session,
                self.actor,
                "dongle.release",
                row,
                claim_id=proved.claim_id,
                key_version=proved.key_version,
                **({"reason": reason} if reason else {}),
            )

    def _require_row(self, session: Session, hello: Hello) -> Dongle:
        row = _row(session, self.actor, hello.device_id)
        if row is None:
            raise _raced_error()
        return row


def _row(session: Session, actor: Actor, device_id: str) -> Dongle | None:
    return session.scalars(
        select(Dongle).where(Dongle.organisation_id == actor.organisation_id, Dongle.device_id == device_id)
    ).one_or_none()


def _open_claim(row: Dongle, stored: DongleToken | None) -> _OpenClaim:
    """What identifies the claim that the row is pending for, if it is pending."""
    return _OpenClaim(stored.pending_claim_id if stored is not None else row.claim_id, row.last_seen_at)


def _is_open(row: Dongle, stored: DongleToken | None, claim: _OpenClaim) -> bool:
    """Whether the row is pending for this very claim, and not for one that another host began since."""
    if stored is not None and stored.pending_claim_id is not None:
        # One that was written off may hold the token: only the dongle's STATUS ends that claim.
        return row.ownership_state in ("CLAIM_PENDING", "REVOKED") and stored.pending_claim_id == claim.claim_id
    return row.ownership_state == "CLAIM_PENDING" and row.last_seen_at == claim.began_at


def _stores_only(stored: DongleToken, registered: _RegisteredDongle | None) -> bool:
    """Whether the stored tokens are still those in `registered`: the proved one, and no other pending one."""
    pending = registered.pending.claim_id if registered is not None and registered.pending is not None else None
    proved = registered.proved.key_version if registered is not None and registered.proved is not None else None
    return stored.pending_claim_id in (None, pending) and stored.key_version == proved


def _end_claim(session: Session, actor: Actor, row: Dongle, claim: _OpenClaim, reason: str) -> bool:
    """Put the row back to what it was before `claim`: LOST if an older token is stored, else UNCLAIMED.

    Returns False, and changes nothing, if the row isn't pending for this very claim.
    """
    stored = tokens.token_row(session, row)
    if not _is_open(row, stored, claim):
        return False
    older = stored is not None and stored.ciphertext is not None
    if stored is not None:
        tokens.drop_pending(session, stored)
    row.ownership_state = "LOST" if older else "UNCLAIMED"
    if not older:
        row.claim_id = None
    session.flush()
    record_event(session, actor, "dongle.claim-end", row, claim_id=claim.claim_id, reason=reason)
    return True


def _holds(status: Status, token: _Token) -> bool:
    """Whether the dongle's signed status proves that it is claimed with this very claim and token."""
    return (
        status.state == OwnershipState.CLAIMED_ACTIVE
        and status.claim_id == UUID(token.claim_id).bytes
        and status.holds_token is True
    )


_PAIRING: Final = N_("{path} stopped responding during pairing.")
_RELEASING: Final = N_("{path} stopped responding while it was being released.")
_ROTATING: Final = N_("{path} stopped responding while its pairing key was being replaced.")
_RESETTING: Final = N_("{path} stopped responding while it was being reset.")


def _not_sent() -> str:
    """How far an act came that had only asked the dongle what it is."""
    return _("Nothing was changed, neither on the dongle nor in the database.")


_HELD_STATES: Final = ("CLAIMED_ACTIVE", "TRANSFER_PENDING", "LOST", "REVOKED")
"""The states of a row whose token, if it has one, the dongle holds or may hold again: REVOKED if it was written off."""


def _is_released(reported: Hello | Status, token: _Token) -> bool:
    """Whether the dongle's signed answer proves that the claim of this token was released, and none came after it.

    Each later claim would have raised key_version, and a reset leads to UNCLAIMED.
    """
    return reported.state == OwnershipState.REVOKED and reported.key_version == token.key_version


def _not_ours(title: str, hello: Hello) -> Conflict:
    """The error for a dongle that isn't the organisation's: whoever else's it is has to release it."""
    if hello.state != OwnershipState.CLAIMED_ACTIVE:
        return not_paired(title)
    return Conflict(
        "dongles.paired-elsewhere",
        _("{name} is paired with another organisation.").format(name=title),
        do=_("To take it back, reset it at its button."),
    )


def _public(signing: Ed25519PrivateKey) -> bytes:
    return signing.public_key().public_bytes_raw()


def _raced_error() -> Conflict:
    return Conflict(
        "dongle.raced",
        _("Someone else is pairing this dongle right now."),
        do=_("Check its status, then try again."),
    )
