"""A dongle that is plugged into another host in the middle of a pairing: a simulator process on a real terminal."""

from pathlib import Path

import pytest

from benchboard.canbus import link
from benchboard.canbus.link import PortHandle
from benchboard.dongles import provisioning
from benchboard.dongles.device import Device
from benchboard.dongles.protocol import ConsoleDecoder, OwnershipState, Packet, ProtocolCommand
from benchboard.dongles.provisioning import PairingStep
from benchboard.errors import DeviceFailure, Unavailable
from benchboard.storage.engine import Database
from support import databases
from support.benchdata import Bench
from support.benchsim import simulated


class LosesAnswerToCommit:
    """A port that is gone as soon as the dongle has answered CLAIM_COMMIT."""

    def __init__(self, handle: PortHandle) -> None:
        self.path = handle.path
        self._handle = handle
        self._committed = False

    def write(self, data: bytes) -> None:
        self._handle.write(data)
        self._committed |= any(
            isinstance(one, Packet) and one.command == ProtocolCommand.CLAIM_COMMIT
            for one in ConsoleDecoder().feed(data)
        )

    def read(self, timeout: float) -> bytes:
        data = self._handle.read(timeout)
        if self._committed:
            self._handle.close()
            raise DeviceFailure("port.gone", "The device is gone.")
        return data

    def close(self) -> None:
        self._handle.close()


def test_pair_of_a_host_that_slept_keeps_the_token_another_host_committed(
    bench: Bench, engine_name: str, tmp_path: Path
) -> None:
    url = bench.database.engine.url.render_as_string(hide_password=False)
    other_database = Database.open(url, key=databases.KEY if engine_name == "sqlite" else None)

    def pair_on_the_other_host(port: str) -> None:
        with link.open_port(port) as handle, pytest.raises(Unavailable) as unknown:
            device = Device(LosesAnswerToCommit(handle))
            provisioning.pair(other_database.bind(bench.technician), bench.technician, bench.data_key, device)
        assert unknown.value.code == "dongle.outcome-unknown"

    with simulated(tmp_path / "home") as simulator:
        ((device_id, port),) = simulator.ports.items()
        with link.open_port(port) as handle:
            replugged = False

            def told(step: PairingStep, seconds: float | None) -> None:
                nonlocal replugged
                if step is PairingStep.PRESENCE and seconds is not None and not replugged:
                    replugged = True
                    handle.close()
                    pair_on_the_other_host(port)

            with pytest.raises(DeviceFailure) as gone:
                provisioning.pair(
                    bench.database.bind(bench.technician),
                    bench.technician,
                    bench.data_key,
                    Device(handle),
                    on_step=told,
                )
        assert gone.value.code == "port.gone"
        assert replugged
        assert simulator.persistent(device_id).state == OwnershipState.CLAIMED_ACTIVE
        with link.open_port(port) as handle:
            device = Device(handle)
            assert (
                provisioning.reconcile(bench.database.bind(bench.technician), bench.technician, bench.data_key, device)
                == "CLAIMED_ACTIVE"
            )
        bench.assert_same_token(bench.technician, device_id, simulator.persistent(device_id))
    other_database.dispose()
