"""A database with two organisations, for tests of what the bench does to it."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.dongles.protocol import State
from benchboard.identity import accounts, audit, keys, organisations
from benchboard.identity.access import ADMIN, ANALYST, TECHNICIAN, Actor, Client
from benchboard.storage.engine import Database
from benchboard.storage.models.dongles import Dongle, DongleToken
from support.loopdongle import LoopDongle
from support.people import PASSWORD, password_hash


class Bench:
    """`database` with organisations `lab` and `rival`, each with a technician; `lab` also has an analyst."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.data_keys = keys.BesideDataKeys(folder / "datakeys")
        self._client = Client("test-host", "Benchboard/test")
        with database.change() as session:
            organisations.seed(session)
            for slug in ("lab", "rival"):
                self._found(session, slug)
        self.technician = self.actor("lab", "technician")
        self.rival = self.actor("rival", "technician")
        self.analyst = self.actor("lab", "analyst")
        self.data_key = self.data_keys.of(self.technician.organisation_id)

    def _found(self, session: Session, slug: str) -> None:
        organisation_id = organisations.create(session, self.data_keys, name=slug, slug=slug, email=f"{slug}@x.test")
        people = {
            role: organisations.found_account(
                session,
                organisation_id,
                email=f"{role}@{slug}.test",
                name=f"{role} of {slug}",
                role=role,
                password_hash=password_hash(),
            )
            for role in (ADMIN, TECHNICIAN, ANALYST)
        }
        audit.append(session, self._client, "organisation.create", organisation_id, organisation_id, people[ADMIN])

    def actor(self, slug: str, role: str) -> Actor:
        with self.database.change() as session:
            email = f"{role}@{slug}.test"
            return accounts.sign_in(session, email=email, password=PASSWORD, client=self._client).actor

    def key_of(self, actor: Actor) -> keys.DataKey:
        return self.data_keys.of(actor.organisation_id)

    def row(self, actor: Actor, device_id: str) -> Dongle | None:
        with self.database.read() as session:
            return session.scalars(
                select(Dongle).where(Dongle.organisation_id == actor.organisation_id, Dongle.device_id == device_id)
            ).one_or_none()

    def token_row(self, dongle_id: str) -> DongleToken | None:
        with self.database.read() as session:
            return session.scalars(select(DongleToken).where(DongleToken.dongle_id == dongle_id)).one_or_none()

    def stored_token(self, actor: Actor, row: Dongle) -> bytes | None:
        """The proved token, decrypted; None where there is none."""
        from benchboard.dongles.tokens import token_aad

        held = self.token_row(row.id)
        if held is None or held.ciphertext is None:
            return None
        sealed = keys.Sealed(held.data_key_version, held.nonce, held.ciphertext)
        return self.key_of(actor).open(sealed, aad=token_aad(row.device_id, held.key_version, actor.organisation_id))

    def assert_agreement(self, actor: Actor, dongle: LoopDongle) -> str:
        """Both sides active with one token, or neither of them; never half. Answers which."""
        row = self.row(actor, dongle.machine.device_id)
        if dongle.saved.state == State.CLAIMED_ACTIVE:
            assert row is not None
            assert row.ownership_state == "CLAIMED_ACTIVE"
            assert self.stored_token(actor, row) == dongle.saved.token
            assert row.claim_id.replace("-", "") == dongle.saved.claim_id.hex()
            assert self.token_row(row.id).pending_claim_id is None
            return "CLAIMED_ACTIVE"
        assert row is None or row.ownership_state == "UNCLAIMED"
        assert row is None or self.token_row(row.id) is None
        return "UNCLAIMED"
