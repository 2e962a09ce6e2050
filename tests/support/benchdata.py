"""A database with two organisations, for tests of pairing and dongles."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from benchboard.dongles import fleet, provisioning
from benchboard.dongles.device import Device
from benchboard.dongles.fleet import DongleRecord
from benchboard.dongles.protocol import DongleConfig, OwnershipState, PersistentState, StoredConfig
from benchboard.dongles.tokens import token_aad
from benchboard.identity import audit, authentication, keys, organisations
from benchboard.identity.permissions import Actor, Client
from benchboard.identity.roles import ADMIN, ANALYST, OPS_MANAGER, TECHNICIAN
from benchboard.storage import change_tracking
from benchboard.storage.engine import Database
from benchboard.storage.models.dongles import Dongle, DongleToken
from benchboard.storage.models.identity import AuditLog
from support.databases import unbound
from support.loopback_dongle import LoopbackDongle
from support.people import PASSWORD, password_hash


class Bench:
    """`database` with organisations `lab` and `rival`, each with a technician.

    `lab` also has an analyst, who may do nothing with dongles, and an operations manager, who may only look at them.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.data_keys = keys.FileDataKeys(folder / "datakeys")
        self._client = Client("test-host", "Benchboard/test")
        with unbound(database).change() as session:
            organisations.seed(session)
            for slug in ("lab", "rival"):
                self._found(session, slug)
        self.technician = self.actor("lab", "technician")
        self.rival = self.actor("rival", "technician")
        self.analyst = self.actor("lab", "analyst")
        self.ops_manager = self.actor("lab", OPS_MANAGER)
        self.data_key = self.data_keys.of(self.technician.organisation_id)

    def _found(self, session: Session, slug: str) -> None:
        organisation_id = organisations.create(session, self.data_keys, name=slug, slug=slug, email=f"{slug}@x.test")
        people = {
            role: organisations.create_account(
                session,
                organisation_id,
                email=f"{role}@{slug}.test",
                name=f"{role} of {slug}",
                role=role,
                password_hash=password_hash(),
            )
            for role in (ADMIN, TECHNICIAN, ANALYST, OPS_MANAGER)
        }
        audit.append(session, self._client, "organisation.create", organisation_id, organisation_id, people[ADMIN])

    def actor(self, slug: str, role: str) -> Actor:
        with unbound(self.database).change() as session:
            email = f"{role}@{slug}.test"
            return authentication.sign_in(session, email=email, password=PASSWORD, client=self._client).actor

    def key_of(self, actor: Actor) -> keys.DataKey:
        return self.data_keys.of(actor.organisation_id)

    def row(self, actor: Actor, device_id: str) -> Dongle | None:
        with unbound(self.database).read() as session:
            return session.scalars(
                select(Dongle).where(Dongle.organisation_id == actor.organisation_id, Dongle.device_id == device_id)
            ).one_or_none()

    def put_row(self, actor: Actor, device_id: str, state: str | None, *, tokens: bool) -> None:
        """Put the row of a dongle into this ownership state, however it comes to that, without its tokens unless it
        keeps them; None deletes it.
        """
        with unbound(self.database).change() as session:
            change_tracking.unaudited(session, "dongles", "dongle_tokens")
            row = session.scalars(
                select(Dongle).where(Dongle.organisation_id == actor.organisation_id, Dongle.device_id == device_id)
            ).one()
            stored = session.scalars(select(DongleToken).where(DongleToken.dongle_id == row.id)).one_or_none()
            if stored is not None and not tokens:
                session.delete(stored)
                row.claim_id = None
                session.flush()
            if state is None:
                session.delete(row)
            else:
                row.ownership_state = state

    def token_row(self, dongle_id: str) -> DongleToken | None:
        with unbound(self.database).read() as session:
            return session.scalars(
                select(DongleToken).where(DongleToken.dongle_id == dongle_id).options(undefer("*"))
            ).one_or_none()

    def stored_token(self, actor: Actor, row: Dongle) -> bytes | None:
        """The proved token, decrypted; None where there is none."""
        held = self.token_row(row.id)
        if held is None or held.ciphertext is None:
            return None
        sealed = keys.Sealed(held.data_key_version, held.nonce, held.ciphertext)
        return self.key_of(actor).open(sealed, aad=token_aad(row.device_id, held.key_version, actor.organisation_id))

    def events(self, prefix: str) -> list[str]:
        """The types of the audited events that begin with `prefix`, oldest first."""
        with unbound(self.database).read() as session:
            rows = select(AuditLog.event_type).where(AuditLog.event_type.startswith(prefix))
            return list(session.scalars(rows.order_by(AuditLog.created_at)))

    def last_event(self, event_type: str) -> AuditLog:
        """The newest audited event of this type."""
        with unbound(self.database).read() as session:
            rows = select(AuditLog).where(AuditLog.event_type == event_type).order_by(AuditLog.created_at.desc())
            return session.scalars(rows).first()

    def all_tokens(self, actor: Actor, row: Dongle) -> list[bytes]:
        """The proved and the pending token, decrypted, as far as there are such."""
        held = self.token_row(row.id)
        found = [self.stored_token(actor, row)]
        if held is not None and held.pending_ciphertext is not None:
            sealed = keys.Sealed(held.pending_data_key_version, held.pending_nonce, held.pending_ciphertext)
            aad = token_aad(row.device_id, held.pending_key_version, actor.organisation_id)
            found.append(self.key_of(actor).open(sealed, aad=aad))
        return [token for token in found if token is not None]

    def assert_same_token(self, actor: Actor, device_id: str, persistent: PersistentState) -> None:
        """The dongle is claimed, the row is active, and both hold the same token of the same claim."""
        assert persistent.state == OwnershipState.CLAIMED_ACTIVE
        row = self.row(actor, device_id)
        assert row is not None
        assert row.ownership_state == "CLAIMED_ACTIVE"
        assert self.stored_token(actor, row) == persistent.token
        assert row.claim_id.replace("-", "") == persistent.claim_id.hex()
        held = self.token_row(row.id)
        assert held.key_version == persistent.key_version
        assert held.pending_claim_id is None

    def assert_agreement(self, actor: Actor, dongle: LoopbackDongle) -> str:
        """Both sides active with one token, or neither of them; never half. Answers which."""
        if dongle.saved.state == OwnershipState.CLAIMED_ACTIVE:
            self.assert_same_token(actor, dongle.machine.device_id, dongle.saved)
            return "CLAIMED_ACTIVE"
        state = "REVOKED" if dongle.saved.state == OwnershipState.REVOKED else "UNCLAIMED"
        row = self.row(actor, dongle.machine.device_id)
        if row is not None:
            assert (row.ownership_state, row.claim_id) == (state, None)
            assert self.token_row(row.id) is None
        return state


def paired(bench: Bench, dongle: LoopbackDongle, name: str = "") -> DongleRecord:
    """The technician of `lab` pairs `dongle` and names it."""
    device = Device(dongle, clock=dongle.clock)
    claimed = provisioning.pair(bench.database.bind(bench.technician), bench.technician, bench.data_key, device)
    with unbound(bench.database).change() as session:
        return fleet.rename_dongle(session, bench.technician, claimed.dongle_id, name)


def write(bench: Bench, dongle: LoopbackDongle, config: DongleConfig) -> StoredConfig:
    """The technician of `lab` writes `config` to `dongle`."""
    device = Device(dongle, clock=dongle.clock)
    return fleet.write_config(bench.database.bind(bench.technician), bench.technician, bench.data_key, device, config)
