"""The slcan backend against scripted dongles on real pseudo-terminals: opening, timestamps, state, failures."""

import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from benchboard.canbus import link, slcan_codec
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.bus import BusState, ErrorState, SendResult
from benchboard.canbus.error_frame import error_title, is_recovery, is_state_report
from benchboard.canbus.frame import Frame, TimeSource
from benchboard.canbus.frame_sender import FrameSender
from benchboard.canbus.send_table import SendRow
from benchboard.canbus.table_sender import TableSender
from benchboard.errors import DeviceFailure, Invalid
from support.scripted_dongle import ScriptedDongle, scripted_dongle

NO_STAMPS = {b"Z1\r": b"\a"}


def opened(dongle: ScriptedDongle, **options: object) -> SlcanBus:
    handle = link.open_port(dongle.port)
    try:
        return SlcanBus(handle, **({"bitrate": 500_000} | options))
    except BaseException:
        handle.close()
        raise


def received(bus: SlcanBus, count: int) -> list[Frame]:
    """The next `count` frames, within a minute."""
    frames: list[Frame] = []
    deadline = time.monotonic() + 60
    while len(frames) < count:
        assert time.monotonic() < deadline, frames
        frames += bus.recv(0.05)
    return frames


def until(bus: SlcanBus, condition: Callable[[BusState], bool]) -> BusState:
    """The bus's state once `condition` holds of it, within a minute."""
    deadline = time.monotonic() + 60
    while not condition(bus.state()):
        assert time.monotonic() < deadline, bus.state()
        bus.recv(0.05)
    return bus.state()


def wait_for(bus: SlcanBus, condition: Callable[[], bool]) -> None:
    """Receive until `condition` holds, within a minute."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        bus.recv(0.05)


def test_open_frames_in_the_chunk_that_opens_the_channel_are_received() -> None:
    frames = b"t1000\rt1010\rt1020\r"
    with scripted_dongle({b"O\r": b"\r" + frames}) as dongle:
        bus = opened(dongle)
        assert [frame.id for frame in received(bus, 3)] == [0x100, 0x101, 0x102]
        bus.close()


@pytest.mark.parametrize(
    ("ours", "override", "sets_bitrate"), [(True, False, False), (True, True, True), (False, False, True)]
)
def test_open_bitrate_is_set_only_where_the_dongle_does_not_store_it(
    ours: bool, override: bool, sets_bitrate: bool
) -> None:
    with scripted_dongle() as dongle:
        bus = opened(dongle, bitrate=250_000, benchboard_dialect=ours, override=override, listen_only=True)
        bus.close()
        assert (b"S5\r" in dongle.commands) is sets_bitrate
        assert (b"E1\r" in dongle.commands) is ours
        assert b"L\r" in dongle.commands
        assert b"O\r" not in dongle.commands


def test_open_bitrate_without_a_code_is_refused() -> None:
    with scripted_dongle() as dongle, pytest.raises(Invalid) as refused:
        opened(dongle, benchboard_dialect=False, bitrate=123_456)
    assert refused.value.code == "bus.bitrate"


def test_open_channel_that_the_dongle_refuses_raises() -> None:
    with scripted_dongle({b"O\r": b"\a"}) as dongle, pytest.raises(DeviceFailure) as refused:
        opened(dongle)
    assert refused.value.code == "bus.refused"


def test_open_dongle_that_never_answers_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchboard.canbus.backends.slcan._REPLY_TIMEOUT_S", 0.1)
    with scripted_dongle({b"O\r": b""}) as dongle, pytest.raises(DeviceFailure) as silent:
        opened(dongle)
    assert silent.value.code == "bus.silent"


def test_close_leaves_the_channel_closed_and_without_timestamps() -> None:
    with scripted_dongle() as dongle:
        bus = opened(dongle)
        bus.close()
        bus.close()
        assert dongle.commands[-2:] == [b"C\r", b"Z0\r"]
        link.open_port(dongle.port).close()


def test_recv_dongle_with_timestamps_stamps_frames_by_its_own_milliseconds() -> None:
    with scripted_dongle() as dongle:
        bus = opened(dongle)
        assert bus.capabilities.time_source is TimeSource.DEVICE
        frames = [slcan_codec.encode(Frame(n), milliseconds) for n, milliseconds in enumerate((59_990, 59_999, 7))]
        before = time.time()
        dongle.say(b"".join(frames))
        stamps = [frame.timestamp for frame in received(bus, 3)]
        bus.close()
    assert all(stamp is not None for stamp in stamps)
    assert {stamp.source for stamp in stamps if stamp} == {TimeSource.DEVICE}
    seconds = [stamp.seconds for stamp in stamps if stamp]
    assert [round(1000 * (b - a)) for a, b in pairwise(seconds)] == [9, 8]
    assert before - 1 < seconds[0] < time.time() + 1
    assert {stamp.decimals for stamp in stamps if stamp} == {3}


def test_recv_count_that_begins_anew_when_the_channel_opens_gives_the_time_of_day() -> None:
    # A frame still on its way from a channel that was open before has another count.
    with scripted_dongle({b"C\r": b"t10007D00\r\r"}) as dongle:
        bus = opened(dongle)
        dongle.say(b"t10100001\r")
        (frame,) = received(bus, 1)
        bus.close()
    assert frame.id == 0x101
    assert frame.timestamp is not None
    assert abs(frame.timestamp.seconds - time.time()) < 5


def test_recv_dongle_without_timestamps_gives_frames_of_a_chunk_the_uncertainty_of_the_chunk() -> None:
    with scripted_dongle(NO_STAMPS) as dongle:
        bus = opened(dongle)
        assert bus.capabilities.time_source is TimeSource.HOST
        began = time.time()
        dongle.say(b"t1000\rt1010\r")
        frames = received(bus, 2)
        ended = time.time()
        bus.close()
        assert b"Z0\r" not in dongle.commands
    for frame in frames:
        assert frame.timestamp is not None
        assert frame.timestamp.source is TimeSource.HOST
        # It cannot have come before it was sent, nor after it was read: the stamp says no more than that.
        assert began <= frame.timestamp.seconds + 1e-6
        assert frame.timestamp.seconds - frame.timestamp.uncertainty <= ended
        assert frame.timestamp.uncertainty >= 0.001


def test_recv_frames_that_waited_to_be_read_are_uncertain_by_how_long_they_may_have_waited() -> None:
    with scripted_dongle(NO_STAMPS) as dongle:
        bus = opened(dongle)
        assert bus.recv(0) == []
        emptied = time.monotonic()
        dongle.say(b"t1000\r")
        while not dongle.unread():  # the reader is busy elsewhere
            pass
        came = time.monotonic()
        (frame,) = received(bus, 1)
        bus.close()
    assert frame.timestamp is not None
    assert came - emptied <= frame.timestamp.uncertainty <= time.monotonic() - emptied + 0.1


def test_state_of_our_dongle_has_its_counters() -> None:
    with scripted_dongle() as dongle:
        bus = opened(dongle)
        dongle.say(b"\ae0080000900000123" + b"2\rnonsense\xff\rt9\r")
        state = until(bus, lambda state: state.malformed == 2)
        assert state == BusState(ErrorState.PASSIVE, 0x80, 9, 0x123, sent=0, rejected=1, overruns=0, malformed=2)
        assert not state.bus_off
        dongle.say(b"e0100000900000124" + b"3\r")
        state = until(bus, lambda state: state.error_state is ErrorState.BUS_OFF)
        assert state.bus_off
        assert (state.tx_errors, state.bus_errors) == (0x100, 0x124)
        bus.close()


def test_recv_rise_of_the_error_counter_is_an_error_frame_and_an_equal_count_is_none() -> None:
    """Sixty bus errors met no trigger “error”: the dongle reports changes of its state alone."""
    with scripted_dongle() as dongle:
        bus = opened(dongle)
        dongle.say(b"e0000000000000000" + b"0\r" + b"e0008000200000003" + b"0\r")
        dongle.say(b"e0008000200000003" + b"0\r" + b"e0007000200000005" + b"0\r" + b"t1230\r")
        found = received(bus, 3)
        errors = [frame for frame in found if frame.error]
        assert [(frame.data[6], frame.data[7]) for frame in errors] == [(8, 2), (7, 2)]
        assert not any(is_recovery(frame) or is_state_report(frame) for frame in errors)
        assert error_title(errors[0]) == "Bus error"
        bus.close()


@pytest.mark.parametrize(
    ("counts", "digit", "expected"),
    [
        ("01000000", 2, ErrorState.BUS_OFF),
        ("010000FF", 0, ErrorState.BUS_OFF),
        ("00FF0000", 0, ErrorState.PASSIVE),
        ("00000080", 1, ErrorState.PASSIVE),
        ("00600000", 0, ErrorState.WARNING),
        ("00000000", 3, ErrorState.BUS_OFF),
    ],
)
def test_state_digit_that_its_own_counters_contradict_is_the_worse_of_both(
    counts: str, digit: int, expected: ErrorState
) -> None:
    """A node with TEC 256, which had lost its power, was shown as error passive."""
    with scripted_dongle() as dongle:
        bus = opened(dongle)
        dongle.say(f"e{counts}00000000{digit}\r".encode())
        state = until(bus, lambda state: state.error_state is not None)
        assert (state.error_state, state.bus_off) == (expected, expected is ErrorState.BUS_OFF)
        bus.close()


@pytest.mark.parametrize(("digit", "expected"), list(enumerate(ErrorState)))
def test_state_digit_of_our_dongle_is_an_error_state(digit: int, expected: ErrorState) -> None:
    with scripted_dongle() as dongle:
        bus = opened(dongle)
        dongle.say(b"e0000000000000000%d\r" % digit)
        assert until(bus, lambda state: state.error_state is not None).error_state is expected
        bus.close()


def test_state_answer_that_cannot_be_read_is_malformed_and_changes_nothing() -> None:
    with scripted_dongle() as dongle:
        bus = opened(dongle)
        dongle.say(b"e00110022000000337\r" + b"e0011002200000033x\r")
        assert until(bus, lambda state: state.malformed == 2) == BusState(malformed=2)
        bus.close()


def test_state_of_a_stock_dongle_has_its_overruns() -> None:
    with scripted_dongle() as dongle:
        bus = opened(dongle, benchboard_dialect=False)
        dongle.say(b"F08\rF00\rF088\rF0G\r")
        assert until(bus, lambda state: state.malformed == 1).overruns == 1
        assert not bus.capabilities.error_counters
        bus.close()


def test_recv_asks_the_dongle_for_its_state() -> None:
    with scripted_dongle() as ours, scripted_dongle() as stock:
        for dongle, question in ((ours, b"e\r"), (stock, b"F\r")):
            bus = opened(dongle, benchboard_dialect=dongle is ours)
            deadline = time.monotonic() + 60
            while question not in dongle.commands:
                assert time.monotonic() < deadline
                bus.recv(0.05)
            bus.close()


def test_send_frame_that_the_channel_cannot_carry_is_refused() -> None:
    with scripted_dongle() as dongle:
        bus = opened(dongle)
        for frame, word in ((Frame(0x800), "ID"), (Frame(1, fd=True), "classic CAN")):
            with pytest.raises(Invalid) as refused:
                bus.send(frame)
            assert refused.value.code == "bus.frame"
            assert word in refused.value.why
        bus.close()
        listening = opened(dongle, listen_only=True)
        with pytest.raises(Invalid) as refused:
            listening.send(Frame(1))
        assert "listen-only" in refused.value.why
        listening.close()
        assert not any(command.startswith((b"t", b"d")) for command in dongle.commands)


def test_send_fd_frame_goes_out_where_the_channel_is_can_fd_or_nobody_knows() -> None:
    with scripted_dongle() as dongle:
        for options in ({"data_bitrate": 2_000_000}, {"benchboard_dialect": False}):
            bus = opened(dongle, **options)
            bus.send(Frame(0x123, fd=True, brs=True, data=b"\xaa\xbb"))
            bus.close()
            assert bus.state().sent == 1
        assert dongle.commands.count(b"b1232AABB\r") == 2


def test_recv_dongle_that_is_unplugged_raises_and_close_is_no_error() -> None:
    with scripted_dongle() as dongle:
        bus = opened(dongle)
        dongle.unplug()
        with pytest.raises(DeviceFailure) as gone:
            received(bus, 1)
        assert gone.value.code == "port.gone"
        bus.close()
        bus.close()


def test_send_tells_of_each_frame_what_the_dongle_reports_of_it() -> None:
    answers = {b"K1\r": b"K1\r", b"t1230\r": b"z\r", b"t1240\r": b"\a", b"t1250\r": b"z\r", b"t1260\r": b"z\r"}
    answers[b"t1270\r"] = b"\a"  # at last: once it is rejected, the others are answered
    with scripted_dongle(answers) as dongle:
        bus = opened(dongle)
        assert bus.capabilities.reports_sent
        results: list[tuple[int, SendResult]] = []
        for ident in (0x123, 0x124, 0x125, 0x126, 0x127):
            bus.send(Frame(ident), lambda result, ident=ident: results.append((ident, result)))
        until(bus, lambda state: state.rejected == 2)
        assert results == [(0x124, SendResult.REJECTED), (0x127, SendResult.REJECTED)]
        assert bus.recv(0) == [], "a frame that was only accepted isn't sent yet"
        dongle.say(b"k1\rk0\r")
        assert [frame.id for frame in received(bus, 1)] == [0x123]
        state = until(bus, lambda state: state.given_up == 1)
        dongle.say(b"e00000000000000000\r")
        wait_for(bus, lambda: len(results) == 4)
        assert results[2:] == [(0x123, SendResult.ACKNOWLEDGED), (0x125, SendResult.GIVEN_UP)]
        assert (state.sent, state.acknowledged, state.malformed) == (5, 1, 0)
        dongle.say(b"k1\rk1\r")
        state = until(bus, lambda state: state.malformed == 1)
        assert state.acknowledged == 2, "no frame is left for the second report"
        bus.close()


def test_send_frame_that_a_dongle_going_bus_off_gives_up_is_told_once_its_state_is_known() -> None:
    """The state was known half a second later, and bus off wasn't named as the cause."""
    with scripted_dongle({b"K1\r": b"K1\r", b"t1230\r": b"z\rk0\r"}) as dongle:
        bus = opened(dongle)
        bus.recv(0)
        known: list[bool] = []
        asked = dongle.commands.count(b"e\r")
        bus.send(Frame(0x123), lambda _result: known.append(bus.state().bus_off))
        until(bus, lambda state: state.given_up == 1)
        assert known == []
        wait_for(bus, lambda: dongle.commands.count(b"e\r") > asked)
        dongle.say(b"e01000000000000fc3\r")
        wait_for(bus, lambda: bool(known))
        assert known == [True]
        bus.close()


def test_send_dongle_that_reports_nothing_has_sent_what_it_accepted() -> None:
    with scripted_dongle({b"t1230\r": b"z\r"}) as dongle:
        bus = opened(dongle)
        assert not bus.capabilities.reports_sent, "CR alone is no answer to K1"
        results: list[SendResult] = []
        bus.send(Frame(0x123), results.append)
        received(bus, 1)
        assert results == [SendResult.ACCEPTED]
        bus.close()


def test_recv_gives_sent_frames_once_the_dongle_accepted_them_and_never_a_rejected_one() -> None:
    answers = {b"t1231AA\r": b"z\r", b"t1241BB\r": b"\a", b"T000001251CC\r": b"\rt2000\r"}
    with scripted_dongle(answers) as dongle:
        bus = opened(dongle)
        before = time.time()
        for frame in (Frame(0x123, data=b"\xaa"), Frame(0x124, data=b"\xbb"), Frame(0x125, True, data=b"\xcc")):
            bus.send(frame)
        frames = received(bus, 3)
        assert {(frame.id, frame.sent) for frame in frames} == {(0x123, True), (0x125, True), (0x200, False)}
        assert bus.state().rejected == 1
        stamp = next(frame.timestamp for frame in frames if frame.id == 0x123)
        assert stamp is not None
        assert before <= stamp.seconds - stamp.uncertainty + 0.002
        assert stamp.seconds <= time.time()
        bus.close()


def test_recv_gives_frames_sent_through_other_firmware_which_may_never_answer() -> None:
    with scripted_dongle({b"t1231AA\r": b""}) as dongle:
        bus = opened(dongle, benchboard_dialect=False)
        bus.send(Frame(0x123, data=b"\xaa"))
        assert [(frame.id, frame.sent) for frame in received(bus, 1)] == [(0x123, True)]
        bus.close()


STATE = b"e00000000000000000\r"


def test_recv_dongle_that_restarted_and_closed_its_channel_raises() -> None:
    with scripted_dongle({b"e\r": STATE}) as dongle:
        bus = opened(dongle)
        dongle.answers[b"Z1\r"] = b"\a"  # as our firmware does in an open channel
        asked = len(dongle.commands)
        wait_for(bus, lambda: dongle.commands[asked:].count(b"Z1\r") >= 2)
        assert bus.state().rejected == 0, "what it refuses is no frame"
        dongle.answers[b"Z1\r"] = b"\r"
        dongle.say(b"t1000\r")
        with pytest.raises(DeviceFailure) as restarted:
            received(bus, 1000)
        assert restarted.value.code == "bus.restarted"
        bus.close()


def test_recv_dongle_that_accepts_every_command_is_not_taken_for_restarted() -> None:
    with scripted_dongle({b"e\r": STATE}) as dongle:
        bus = opened(dongle)
        asked = len(dongle.commands)
        wait_for(bus, lambda: dongle.commands[asked:].count(b"Z1\r") >= 3)
        bus.close()


def test_recv_answers_to_frames_are_told_from_the_one_that_says_the_channel_is_open() -> None:
    answers = {b"K1\r": b"K1\r", b"e\r": STATE, b"t1230\r": b"z\r", b"t1240\r": b"\a"}
    with scripted_dongle(answers) as dongle:
        bus = opened(dongle)
        dongle.answers[b"Z1\r"] = b"\a"
        results: list[SendResult] = []
        for _turn in range(20):
            bus.send(Frame(0x123), results.append)
            bus.send(Frame(0x124), results.append)
            bus.recv(0.05)
        until(bus, lambda state: state.rejected >= 20)
        assert results == [SendResult.REJECTED] * 20
        dongle.say(b"k1\r" * 20)
        assert [frame.id for frame in received(bus, 20)] == [0x123] * 20
        bus.close()


def test_recv_other_firmware_is_not_asked_whether_its_channel_is_open() -> None:
    with scripted_dongle() as dongle:
        bus = opened(dongle, benchboard_dialect=False)
        asked = len(dongle.commands)
        wait_for(bus, lambda: dongle.commands[asked:].count(b"F\r") >= 2)
        assert b"Z1\r" not in dongle.commands[asked:]
        bus.close()


ANSWERED = b"e" + b"0" * 17 + b"\r"


def test_dongle_that_answers_nothing_is_unanswered_since_it_was_asked_first_until_it_answers() -> None:
    with scripted_dongle({b"e\r": ANSWERED}) as dongle:
        bus = opened(dongle)
        until(bus, lambda state: state.error_state is not None)
        before = time.time()
        dongle.answers |= {b"e\r": b"", b"Z1\r": b""}
        hung = until(bus, lambda state: state.unanswered_since is not None)
        assert hung.stalled
        assert hung.unanswered_since is not None
        assert before <= hung.unanswered_since <= time.time() - 1
        bus.recv(0.05)
        assert bus.state().unanswered_since == hung.unanswered_since, "it is the time of the first question"
        dongle.answers |= {b"e\r": ANSWERED}
        again = until(bus, lambda state: state.unanswered_since is None)
        assert again.stalled, "it has been so"
        bus.close()


def test_frame_that_comes_in_is_a_sign_of_life() -> None:
    with scripted_dongle({b"e\r": ANSWERED}) as dongle:
        bus = opened(dongle)
        dongle.answers |= {b"e\r": b"", b"Z1\r": b""}
        until(bus, lambda state: state.unanswered_since is not None)
        dongle.say(b"t1000\r")
        received(bus, 1)
        assert bus.state().unanswered_since is None
        bus.close()


def test_send_nothing_is_handed_to_a_dongle_that_does_not_respond_nor_sent_later() -> None:
    """It went out by itself as soon as the dongle ran again, seconds after it was asked for."""
    with scripted_dongle({b"e\r": ANSWERED}) as dongle:
        bus = opened(dongle)
        dongle.answers |= {b"e\r": b"", b"Z1\r": b""}
        until(bus, lambda state: state.unanswered_since is not None)
        for refused in (bus.send, FrameSender(bus, lambda _outcome: None).send):
            with pytest.raises(DeviceFailure, match=r"^Not sent: the dongle isn't responding\.") as caught:
                refused(Frame(0x123))
            assert (caught.value.code, caught.value.do) == ("bus.not-responding", "Unplug it and plug it back in.")
        table = TableSender(bus)
        with pytest.raises(DeviceFailure, match=r"^Not sent: the dongle isn't responding\."):
            table.start([SendRow(Frame(0x124), period_ms=10.0)])
        dongle.answers |= {b"e\r": ANSWERED, b"t1230\r": b"z\r"}
        until(bus, lambda state: state.unanswered_since is None)
        assert bus.state().sent == 0
        assert not [one for one in dongle.commands if one.startswith(b"t")]
        bus.send(Frame(0x123))
        wait_for(bus, lambda: b"t1230\r" in dongle.commands)
        bus.close()


def test_send_table_that_runs_ends_when_the_dongle_stops_responding() -> None:
    with scripted_dongle({b"e\r": ANSWERED, b"t1240\r": b"z\r"}) as dongle:
        bus = opened(dongle)
        table = TableSender(bus)
        row = SendRow(Frame(0x124), period_ms=10.0)
        table.start([row])
        until(bus, lambda state: state.sent > 2)
        dongle.answers |= {b"e\r": b"", b"Z1\r": b"", b"t1240\r": b""}
        until(bus, lambda state: state.unanswered_since is not None)
        wait_for(bus, lambda: not table.states()[row.key].running)
        error = table.states()[row.key].error
        assert error is not None
        assert error.code == "bus.not-responding"
        table.close()
        bus.close()
