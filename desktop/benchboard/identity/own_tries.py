"""Tries of somebody who is signed in to prove again who they are, counted as those to sign in are.

Whoever finds a computer unlocked can't guess the password or a code of its user for ever.
"""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from benchboard.errors import Conflict, Denied, Invalid
from benchboard.identity import audit, lockouts
from benchboard.identity.permissions import Actor
from benchboard.storage.engine import Transactions


@contextmanager
def counted(transactions: Transactions, actor: Actor, *, no_tries: Collection[str]) -> Iterator[None]:
    """Count what the block checks as one try of the actor, before it is checked: it raises `Denied` (`accounts.locked`)
    where their account is locked on this computer. What the block raises is recorded as a failed try, save for errors
    with the codes `no_tries` and for a `Conflict`, which tell nothing about what was entered.

    Each step is a transaction of its own, as in `password_sign_in`.
    """
    email, client = actor.email, actor.client
    with transactions.change() as session:
        delay = lockouts.count_try(session, email=email, client=client)
    time.sleep(delay)
    try:
        yield
    except Conflict:
        _take_back(transactions, actor)
        raise
    except (Denied, Invalid) as refused:
        if refused.code in no_tries:
            _take_back(transactions, actor)
            raise
        with transactions.change() as session:
            audit.record(session, actor, "user.refuse", actor.user_id)
            lockouts.record_lock(session, email=email, client=client)
        raise
    with transactions.change() as session:
        lockouts.forgive(session, email=email, client=client)


def _take_back(transactions: Transactions, actor: Actor) -> None:
    with transactions.change() as session:
        lockouts.take_back(session, email=actor.email, client=actor.client)
