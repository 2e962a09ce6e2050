"""`kill -9` of the host at every protocol step of a pairing, enumerated: beside a real simulator on real ptys.

A child process pairs through the product's code and kills itself at its Nth moment: each message before it is written
and after, each piece read, each SQL statement before and after, each commit. The simulator lives on. Then somebody else
opens the database: seeing the dongle settles what is certain, pairing again ends with both sides in agreement.
"""

import os
import signal
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import event

from benchboard.canbus import link
from benchboard.canbus.link import PortHandle
from benchboard.dongles import provisioning
from benchboard.dongles.device import Device
from benchboard.dongles.protocol import OwnershipState
from benchboard.storage.engine import Database
from support import databases, forked
from support.benchdata import Bench
from support.benchsim import Simulator, simulated
from support.examples import every

_BATCH = 32


class Moments:
    """Kills this process at the `fatal`-th moment; 0 never."""

    def __init__(self, fatal: int) -> None:
        self._left = fatal

    def __call__(self, *_what: object, **_how: object) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class Counted:
    """A port whose traffic is moments."""

    def __init__(self, handle: PortHandle, moments: Callable[[], None]) -> None:
        self._handle, self._moments = handle, moments
        self.path = handle.path

    def read(self, timeout: float) -> bytes:
        data = self._handle.read(timeout)
        if data:
            self._moments()
        return data

    def write(self, data: bytes) -> None:
        self._moments()
        self._handle.write(data)
        self._moments()

    def close(self) -> None:
        self._handle.close()


def _pair(bench: Bench, database: Database, port: str, fatal: int, *, messages: bool) -> None:
    moments = Moments(fatal)
    for engine, moment in product(database.engines, ("before_cursor_execute", "after_cursor_execute", "commit")):
        event.listen(engine, moment, moments)
    with link.open_port(port) as handle:
        counted = Counted(handle, moments if messages else lambda: None)
        provisioning.pair(database.bind(bench.technician), bench.technician, bench.data_key, Device(counted))


def _survived(bench: Bench, copy: Callable[[], Database], port: str, fatal: int, *, messages: bool) -> bool:
    """Pair in a child that kills itself; answers whether it got to the end."""
    bench.database.dispose()
    status = forked.run(lambda: _pair(bench, copy(), port, fatal, messages=messages))
    assert status in (0, -signal.SIGKILL), f"moment {fatal}: the child failed"
    return status == 0


def _seen(bench: Bench, port: str) -> str | None:
    with link.open_port(port) as handle:
        return provisioning.reconcile(
            bench.database.bind(bench.technician), bench.technician, bench.data_key, Device(handle)
        )


def _agree(bench: Bench, simulator: Simulator, device_id: str) -> str:
    """CLAIMED_ACTIVE with the same token on both sides, or UNCLAIMED on both; never half."""
    held, row = simulator.persistent(device_id), bench.row(bench.technician, device_id)
    if held.state == OwnershipState.CLAIMED_ACTIVE:
        assert row is not None
        assert row.ownership_state == "CLAIMED_ACTIVE"
        assert bench.stored_token(bench.technician, row) == held.token
        assert bench.token_row(row.id).pending_claim_id is None
        return "CLAIMED_ACTIVE"
    assert row is None or (row.ownership_state == "UNCLAIMED" and bench.token_row(row.id) is None)
    return "UNCLAIMED"


@pytest.fixture
def copy(bench: Bench, engine_name: str) -> Callable[[], Database]:
    """Opens the same database anew, as another process would."""
    url = bench.database.engine.url.render_as_string(hide_password=False)
    return lambda: Database.open(url, key=databases.KEY if engine_name == "sqlite" else None)


@pytest.mark.slow
def test_pairing_killed_at_any_step_ends_in_agreement(
    bench: Bench, engine_name: str, copy: Callable[[], Database], tmp_path: Path
) -> None:
    # The messages are the same on both engines; PostgreSQL is killed at each of its statements.
    messages = engine_name == "sqlite"
    fatal, finished, half_made = 0, False, 0
    settled: set[str] = set()
    while not finished:
        with simulated(tmp_path / f"home{fatal}", _BATCH, pressed=True) as simulator:
            for device_id, port in simulator.ports.items():
                fatal += every(5)
                finished = _survived(bench, copy, port, fatal, messages=messages)
                half_made += simulator.persistent(device_id).state == OwnershipState.CLAIMED_ACTIVE and not finished
                if _seen(bench, port) == "CLAIMED_ACTIVE":
                    settled.add(_agree(bench, simulator, device_id))
                resumed = copy()
                _pair(bench, resumed, port, 0, messages=messages)
                resumed.dispose()
                assert _agree(bench, simulator, device_id) == "CLAIMED_ACTIVE", f"moment {fatal}"
                assert simulator.alive
                if finished:
                    break
    assert fatal > (50 if messages else 25)
    assert settled == {"CLAIMED_ACTIVE"}
    assert half_made * every(5) >= 5, "some died with the dongle claimed and the database not yet active"
