"""Dongles as an interface of python-can, found by its name as any program finds it."""

from collections.abc import Iterator

import can
import pytest

from support.simulator import simulator
from support.waiting import until


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Two simulated dongles on one bus, each on its pseudo-terminal."""
    with simulator(tmp_path_factory.mktemp("home"), count=2) as running:
        yield running.ports


def received(bus: can.BusABC, wanted: can.Message) -> bool:
    message = bus.recv(0.2)
    return message is not None and message.arbitration_id == wanted.arbitration_id and message.data == wanted.data


def test_two_dongles_talk_through_python_can(ports: list[str]) -> None:
    with (
        can.Bus(interface="benchboard", channel=ports[0]) as one,
        can.Bus(interface="benchboard", channel=ports[1], bitrate=500_000) as other,
    ):
        for message in (
            can.Message(arbitration_id=0x123, data=b"\x01\x02", is_extended_id=False),
            can.Message(arbitration_id=0x18FEF100, data=bytes(8)),
        ):
            one.send(message)
            until(lambda wanted=message: received(other, wanted))
        assert other.state is can.BusState.ACTIVE
        other.send(can.Message(arbitration_id=0x321, is_extended_id=False))
        until(lambda: received(one, can.Message(arbitration_id=0x321, is_extended_id=False)))


def test_own_messages_come_back_where_they_are_asked_for(ports: list[str]) -> None:
    sent = can.Message(arbitration_id=0x111, data=b"\x07", is_extended_id=False)
    with (
        can.Bus(interface="benchboard", channel=ports[1]) as _listening,
        can.Bus(interface="benchboard", channel=ports[0], receive_own_messages=True) as bus,
    ):
        bus.send(sent)
        until(lambda: received(bus, sent))


def test_filters_of_python_can_hold(ports: list[str]) -> None:
    wanted = [{"can_id": 0x200, "can_mask": 0x7FF, "extended": False}]
    with (
        can.Bus(interface="benchboard", channel=ports[0], can_filters=wanted) as bus,
        can.Bus(interface="benchboard", channel=ports[1]) as other,
    ):
        for ident in (0x1FF, 0x200):
            other.send(can.Message(arbitration_id=ident, is_extended_id=False))
        message = None
        while message is None:
            message = bus.recv(1.0)
        assert message.arbitration_id == 0x200


def test_another_bit_rate_and_a_missing_port_say_what_to_do(ports: list[str]) -> None:
    with pytest.raises(can.CanInitializationError, match="500000 bit/s, not 250000"):
        can.Bus(interface="benchboard", channel=ports[0], bitrate=250_000)
    with pytest.raises(can.CanInitializationError):
        can.Bus(interface="benchboard", channel="/dev/missing")
