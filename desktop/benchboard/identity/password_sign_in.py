"""Signing in by password, as the window, the command line and the issuer do: a try is counted before it is checked.

Each step is a transaction of its own, so that a refused try stays counted and recorded, and a delay holds no lock.
"""

import time
from typing import Final

from benchboard.errors import Conflict, Denied
from benchboard.identity import authentication, lockouts, second_factor
from benchboard.identity.authentication import SignedIn
from benchboard.identity.permissions import Client
from benchboard.identity.second_factor import NewFactor
from benchboard.storage.engine import Database

REFUSAL_S: Final = 1.0
"""A refusal takes at least so long, whether or not there is such an account: what is recorded of one takes a while."""


def sign_in(
    database: Database,
    *,
    email: str,
    password: str,
    client: Client,
    organisation: str | None = None,
    computer: Client | None = None,
    code: str = "",
    new_factor: NewFactor | None = None,
) -> SignedIn:
    """Open a session. Raises as `lockouts.count_try` and `authentication.sign_in` do; a refused try is recorded.

    `computer` is where tries are counted, if that isn't how the `client` describes itself.
    """
    began, computer = time.monotonic(), computer or client
    try:
        with database.system("sign-in").change() as session:
            delay = lockouts.count_try(session, email=email, client=computer)
        time.sleep(delay)
        with database.system("sign-in").change() as session:
            signed_in = authentication.sign_in(
                session,
                email=email,
                password=password,
                client=client,
                organisation=organisation,
                code=code,
                new_factor=new_factor,
            )
            lockouts.forgive(session, email=email, client=computer)
            return signed_in
    except Conflict:  # the password is right, in several organisations
        with database.system("sign-in").change() as session:
            lockouts.take_back(session, email=email, client=computer)
        raise
    except Denied as refused:
        if refused.code in second_factor.NO_TRIES:
            with database.system("sign-in").change() as session:
                lockouts.take_back(session, email=email, client=computer)
            raise
        if refused.code != lockouts.LOCKED:
            with database.system("sign-in").change() as session:
                authentication.record_refusal(session, email=email, client=client)
                lockouts.record_lock(session, email=email, client=computer)
        time.sleep(max(0.0, began + REFUSAL_S - time.monotonic()))
        raise
