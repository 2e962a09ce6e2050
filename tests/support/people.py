"""Two organisations with people in them, in a real database."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from benchboard.errors import Denied
from benchboard.identity import audit, authentication, keys, organisations, passwords
from benchboard.identity.authentication import SignedIn
from benchboard.identity.permissions import Actor, Client
from benchboard.storage import guard
from benchboard.storage.engine import Database
from support.databases import unbound

PASSWORD = "four unrelated words"
CLIENT = Client("bench-12", "Benchboard/test (Linux)", "10.20.7.112")


@cache
def password_hash() -> str:
    """The Argon2id hash of `PASSWORD`, made once: it is slow on purpose."""
    return passwords.hash_password(PASSWORD)


def end_reason(session: Session, signed_in: SignedIn) -> str | None:
    """Why a session has ended, as a transaction that acts for it would say; None while it lives."""
    try:
        guard.require_live(session, signed_in.actor)
    except Denied as ended:
        return str(ended.facts["reason"])
    return None


@dataclass(frozen=True)
class Town:
    """`north` and `south` are organisations' ids; each has an admin, and an analyst who has signed in nowhere."""

    database: Database
    north: str
    south: str
    admin: SignedIn
    stranger: SignedIn

    @property
    def actor(self) -> Actor:
        """North's admin."""
        return self.admin.actor

    def add(self, email: str, name: str = "", *, role: str = "analyst", organisation: str = "", **columns: str) -> str:
        """Another account with `PASSWORD`, in north unless said otherwise; answers its id."""
        where = organisation or self.north
        with unbound(self.database).change() as session:
            user_id = organisations.create_account(
                session,
                where,
                email=email,
                name=name or email.split("@")[0],
                role=role,
                **{"password_hash": password_hash(), **columns},
            )
            audit.append(session, CLIENT, "user.create", user_id, where, None)
        return user_id

    def sign_in(self, email: str, *, organisation: str | None = None, client: Client = CLIENT) -> SignedIn:
        """Sign that person in, somewhere."""
        with unbound(self.database).change() as session:
            return authentication.sign_in(
                session, email=email, password=PASSWORD, client=client, organisation=organisation
            )


def settle(database: Database, folder: Path) -> Town:
    """Seed `database` with both organisations and their people."""
    data_keys = keys.FileDataKeys(folder / "test.datakeys")
    with unbound(database).change() as session:
        organisations.seed(session)
        north = organisations.create(session, data_keys, name="North", slug="north", email="north@example.com")
        south = organisations.create(session, data_keys, name="South", slug="south", email="south@example.com")
        for where, slug in ((north, "north"), (south, "south")):
            admin = organisations.create_account(
                session,
                where,
                email=f"admin@{slug}.example",
                name=f"Admin of {slug}",
                role="admin",
                password_hash=password_hash(),
            )
            audit.append(session, CLIENT, "organisation.create", where, where, admin)
    signed_in = []
    for slug in ("north", "south"):
        with unbound(database).change() as session:
            signed_in.append(
                authentication.sign_in(session, email=f"admin@{slug}.example", password=PASSWORD, client=CLIENT)
            )
    return Town(database, north, south, *signed_in)
