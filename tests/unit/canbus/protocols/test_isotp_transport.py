"""ISO-TP: what was cut into frames comes back, also what an independent stack cuts, and nothing else."""

import isotp
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.frame import Frame
from benchboard.canbus.protocols.isotp_addresses import Addressing, IsotpAddress, parse_pairs
from benchboard.canbus.protocols.isotp_frames import FrameKind, parse_isotp, stmin_text
from benchboard.canbus.protocols.isotp_transport import MAX_LENGTH, IsotpTransport
from benchboard.canbus.protocols.messages import MAX_BYTES, MAX_SESSIONS, Problem, ProtocolMessage
from support.examples import examples
from support.protocol_frames import at, interleaved, segmented, stamped

PAYLOAD = bytes(range(20))
_IDS = parse_pairs("100:200, 101:201, 102:202, 103:203, 7E0:7E8")
_sizes = st.sampled_from([8, 12, 16, 20, 24, 32, 48, 64])


def taken(frames: list[Frame], *, prefix: int = 0, end: bool = False) -> list[ProtocolMessage]:
    transport = IsotpTransport()
    found = []
    for frame in frames:
        address = _IDS.address(frame)
        assert address is not None
        found += transport.add(frame, address._replace(prefix=prefix))
    return found + (transport.end() if end else [])


def flow(status: int, block: int = 0, stmin: int = 0, *, frame_id: int = 0x7E8) -> Frame:
    return Frame(frame_id, data=bytes([0x30 | status, block, stmin]))


@given(st.binary(min_size=1, max_size=5000), _sizes, st.integers(0, 1))
def test_message_any_length_comes_back(payload: bytes, size: int, prefix: int) -> None:
    frames = segmented(payload, 0x7E0, size=size, prefix=bytes(prefix))
    (message,) = taken(stamped(frames), prefix=prefix)
    assert (message.data, message.length, message.frames) == (payload, len(payload), len(frames))
    assert (message.source, message.target, message.problem) == (0x7E0, 0x7E8, None)


@given(st.lists(st.binary(min_size=1, max_size=300), min_size=2, max_size=4), st.lists(st.integers(0, 3), max_size=200))
def test_messages_any_interleaving_each_comes_back(payloads: list[bytes], order: list[int]) -> None:
    streams = [segmented(payload, 0x100 + place) for place, payload in enumerate(payloads)]
    found = taken(interleaved(streams, order))
    assert {one.id - 0x100: one.data for one in found} == dict(enumerate(payloads))
    assert all(one.problem is None for one in found)


@given(st.binary(min_size=8, max_size=800), st.data())
def test_message_with_a_frame_lost_or_repeated_is_never_wrong(payload: bytes, data: st.DataObject) -> None:
    frames = segmented(payload, 0x7E0)
    place = data.draw(st.integers(0, len(frames) - 1))
    doubled = [*frames[: place + 1], *frames[place:]]
    whole = [one.data for one in taken(stamped(doubled), end=True) if one.problem is None]
    assert whole == [payload]
    lost = taken(stamped(frames[:place] + frames[place + 1 :]), end=True)
    assert lost
    assert all(one.problem is not None and payload.startswith(one.data) for one in lost)


class _Clock:
    """The frames that can-isotp sends, with flow control for each first frame."""

    def __init__(self, *, size: int, extended: bool) -> None:
        mode = isotp.AddressingMode.NormalFixed_29bits if extended else isotp.AddressingMode.Normal_11bits
        address = (
            isotp.Address(mode, source_address=0xF1, target_address=0x10)
            if extended
            else isotp.Address(mode, txid=0x7E0, rxid=0x7E8)
        )
        self.frames: list[Frame] = []
        self._answers: list[isotp.CanMessage] = []
        self._reply = 0x18DAF110 if extended else 0x7E8
        self.stack = isotp.TransportLayerLogic(
            rxfn=lambda _timeout: self._answers.pop(0) if self._answers else None,
            txfn=self._sent,
            address=address,
            params={"stmin": 0, "blocksize": 0, "tx_data_length": size, "can_fd": size > 8, "tx_padding": 0xCC},
        )

    def _sent(self, message: isotp.CanMessage) -> None:
        self.frames.append(
            Frame(message.arbitration_id, extended=message.is_extended_id, fd=message.is_fd, data=bytes(message.data))
        )
        if message.data[0] >> 4 == 1:
            answer = bytes([0x30, 0, 0])
            self._answers.append(
                isotp.CanMessage(
                    self._reply, extended_id=message.is_extended_id, data=answer, dlc=3, is_fd=message.is_fd
                )
            )


@examples(30)
@given(st.binary(min_size=1, max_size=4500), st.sampled_from([8, 16, 64]), st.booleans())
def test_message_that_can_isotp_sends_comes_back(payload: bytes, size: int, extended: bool) -> None:
    sender = _Clock(size=size, extended=extended)
    sender.stack.send(payload)
    for _turn in range(3 * len(payload) + 10):
        sender.stack.process()
        if not sender.stack.transmitting():
            break
    address = IsotpAddress(0xF1, 0x10) if extended else IsotpAddress(0x7E0, 0x7E8)
    transport = IsotpTransport()
    found = [one for frame in stamped(sender.frames, gap=0.001) for one in transport.add(frame, address)]
    assert [(one.data, one.problem) for one in found] == [(payload, None)]


def test_flow_control_paces_and_names_its_timeouts() -> None:
    first, *rest = segmented(bytes(60), 0x7E0)
    later = Frame(0x100, data=b"\x01\x3e", timestamp=at(9))
    for frames, problem in (
        ([first], Problem.N_BS),
        ([first, flow(0)], Problem.N_CR),
        ([first, flow(1)], Problem.N_BS),
        ([first, flow(0, 2), rest[0], rest[1]], Problem.N_BS),
        ([first, flow(0), rest[0]], Problem.N_CR),
    ):
        ended, _other = taken([*stamped(frames), later])
        assert ended.problem is problem
    (whole,) = taken(stamped([first, flow(0, 8, 0xF5), *rest]))
    assert whole.pace == (8, 0xF5)
    assert [one.problem for one in taken(stamped([first, flow(2)]))] == [Problem.OVERFLOW]


def test_wait_frames_keep_a_message_waiting() -> None:
    first, *rest = segmented(PAYLOAD, 0x7E0)
    frames = stamped([first, flow(1), flow(1), flow(0), *rest], gap=0.9)
    assert [one.problem for one in taken(frames)] == [None]


def test_consecutive_frame_out_of_order_or_too_short_is_named_once() -> None:
    first, second, third = segmented(PAYLOAD, 0x7E0)
    assert [one.problem for one in taken(stamped([first, third, second]))] == [Problem.SEQUENCE]
    short = second._replace(data=second.data[:5])
    assert [one.problem for one in taken(stamped([first, short, third]))] == [Problem.SHORT_FRAME]
    assert [one.problem for one in taken(stamped([second, third]))] == [Problem.NO_BEGINNING]
    assert [one.problem for one in taken(stamped([first, second]), end=True)] == [Problem.ENDED]


def test_first_frame_that_claims_gigabytes_keeps_nothing() -> None:
    transport = IsotpTransport()
    frame = Frame(0x7E0, data=b"\x10\x00\xff\xff\xff\xff\x01\x02", timestamp=at(0))
    (message,) = transport.add(frame, IsotpAddress(0x7E0, 0x7E8))
    assert (message.problem, message.length) == (Problem.OVERFLOW, 0xFFFFFFFF)
    assert transport.kept == (1, 0)
    assert MAX_LENGTH < MAX_BYTES


def test_more_sessions_than_are_kept_give_up_the_oldest() -> None:
    transport = IsotpTransport()
    first = segmented(PAYLOAD, 0)[0]
    found = []
    for place in range(MAX_SESSIONS + 5):
        frame = first._replace(id=place, timestamp=at(0.0001 * place))
        found += transport.add(frame, IsotpAddress(place, None))
    assert [one.problem for one in found] == [Problem.GIVEN_UP] * 5
    assert transport.kept[0] == MAX_SESSIONS


def test_frames_that_break_the_rules_are_none() -> None:
    for data in (b"", b"\x00", b"\x08" + bytes(7), b"\x10\x05" + bytes(6), b"\x10\x14", b"\x40\x01", b"\x33\x00\x00",
                 b"\x10\x00\x00\x00\x0f\xff\x01\x02", b"\x20", b"\x05\x01"):  # fmt: skip
        assert parse_isotp(data) is None
    fd = parse_isotp(b"\x00\x0a" + bytes(14))
    assert fd is not None
    assert (fd.kind, fd.length, len(fd.payload)) == (FrameKind.SINGLE, 10, 10)


def test_stmin_has_milliseconds_and_microseconds() -> None:
    assert [stmin_text(one) for one in (0, 0x14, 0x7F, 0xF1, 0xF9, 0x80, 0xFF)] == [
        "0 ms", "20 ms", "127 ms", "100 µs", "900 µs", "127 ms", "127 ms",
    ]  # fmt: skip


def test_extended_addressing_keeps_targets_apart() -> None:
    ids = parse_pairs("6F1:612", Addressing.EXTENDED)
    transport = IsotpTransport()
    one, two = segmented(PAYLOAD, 0x6F1, prefix=b"\x12"), segmented(PAYLOAD[::-1], 0x6F1, prefix=b"\x13")
    found = []
    for frame in interleaved([one, two], [0, 1, 0, 1, 0, 1]):
        address = ids.address(frame)
        assert address is not None
        found += transport.add(frame, address)
    assert [message.data for message in found] == [PAYLOAD, PAYLOAD[::-1]]
