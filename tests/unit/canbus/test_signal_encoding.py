"""Signals to data: the inverse of decoding, and the same bits as cantools."""

from typing import Any

import cantools.database
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from benchboard.canbus.dbc import CanDatabase, Message, Signal, parse_database
from benchboard.canbus.signal_encoding import encode_signals, limits, message_frame, parse_value
from benchboard.errors import Invalid

DBC = """VERSION ""
BU_: A
BO_ 801 OperatorRequest: 8 A
 SG_ Setpoint : 0|16@1+ (0.25,0) [0|8000] "rpm" A
 SG_ Torque : 23|16@0- (0.1,0) [-500|500] "Nm" A
 SG_ Enable : 32|1@1+ (1,0) [0|1] "" A
 SG_ Mode : 36|4@1+ (1,0) [0|3] "" A
 SG_ Temp : 40|8@1+ (1,-40) [-40|210] "°C" A
BO_ 802 Mux: 4 A
 SG_ Which M : 0|8@1+ (1,0) [0|1] "" A
 SG_ Left m0 : 8|16@1- (1,0) [0|0] "" A
 SG_ Right m1 : 8|8@1+ (2,0) [0|0] "" A
BO_ 803 Real: 8 A
 SG_ Flow : 0|32@1- (1,0) [0|0] "l" A
SIG_VALTYPE_ 803 Flow : 1;
VAL_ 801 Mode 0 "Stop" 1 "Run" 2 "Jog" 15 "Error" ;
"""
REQUEST, MUX, REAL = parse_database("a.dbc", DBC.encode())


@st.composite
def signals(draw: st.DrawFn) -> Signal:
    length = draw(st.integers(1, 32))
    return Signal(
        "S", draw(st.integers(0, 63)), length, draw(st.booleans()), draw(st.booleans()),
        scale=draw(st.sampled_from([1, 0.25, 0.5, 2, 10])), offset=draw(st.sampled_from([0, -40, 12.5])),
    )  # fmt: skip


@given(signals(), st.binary(min_size=8, max_size=8), st.data())
def test_what_is_encoded_is_decoded_and_no_other_bit_changes(
    signal: Signal, before: bytes, data: st.DataObject
) -> None:
    message = Message("M", 1, False, 8, (signal,))
    assume(message.decode(before))  # it fits
    low, high = limits(signal)
    value = data.draw(st.floats(low, high))
    after = encode_signals(message, {"S": value}, before)
    (decoded,) = message.decode(after)
    assert abs(decoded.value - value) <= abs(signal.scale) / 2 + 1e-6
    (old,) = message.decode(before)
    assert encode_signals(message, {"S": old.value}, after) == before


@given(st.integers(0, 32_000), st.integers(-5000, 5000), st.integers(0, 1), st.integers(0, 3), st.integers(-40, 210))
def test_the_bits_are_those_of_cantools(setpoint: int, torque: int, enable: int, mode: int, temp: int) -> None:
    values: dict[str, float] = {
        "Setpoint": setpoint / 4, "Torque": torque / 10, "Enable": enable, "Mode": mode, "Temp": temp,
    }  # fmt: skip
    oracle: Any = cantools.database.load_string(DBC, "dbc")
    assert encode_signals(REQUEST, values, bytes(8)) == oracle.encode_message("OperatorRequest", values)


def test_a_multiplexer_selects_what_can_be_set() -> None:
    assert encode_signals(MUX, {"Left": -2, "Which": 0}, bytes(4)).hex() == "00feff00"
    assert encode_signals(MUX, {"Right": 6, "Which": 1}, bytes(4)).hex() == "01030000"
    with pytest.raises(Invalid) as refused:
        encode_signals(MUX, {"Right": 6}, bytes(4))
    assert refused.value.facts["field"] == "Right"


def test_floats_are_set() -> None:
    (flow,) = REAL.decode(encode_signals(REAL, {"Flow": 1.25}, bytes(8)))
    assert flow.value == 1.25


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("Setpoint", "1485", 1485), ("Setpoint", "1485 rpm", 1485), ("Setpoint", "1 485,25", 1485.25),
     ("Mode", "run", 1), ("Mode", "Error", 15), ("Mode", "2", 2), ("Temp", "−40", -40)],
)  # fmt: skip
def test_values_are_entered_by_name_or_figure(name: str, text: str, value: float) -> None:
    signal = next(one for one in REQUEST.signals if one.name == name)
    assert parse_value(signal, text) == value


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [("Setpoint", "8001", "Setpoint can be 0.00 to 8 000.00 rpm."), ("Torque", "-500.1", "Torque can be −500.0 to"),
     ("Mode", "4", "Mode can be 0 to 3."), ("Mode", "walk", "Enter a number, or one of: Stop, Run, Jog, Error."),
     ("Temp", "nan", "“nan” isn't a value of Temp."), ("Temp", "1e300", "Temp can be −40 to 210 °C.")],
)  # fmt: skip
def test_values_out_of_range_say_what_is_possible(name: str, text: str, said: str) -> None:
    signal = next(one for one in REQUEST.signals if one.name == name)
    with pytest.raises(Invalid) as refused:
        parse_value(signal, text)
    assert said in str(refused.value).replace("\u202f", " ")


def test_a_new_frame_of_a_message_has_values_within_their_limits() -> None:
    frame = message_frame(REQUEST)
    assert frame.data.hex() == "0000000000280000"
    assert all(value.in_range for value in REQUEST.decode(frame.data))
    assert message_frame(MUX).data == bytes(4)
    long = message_frame(Message("L", 5, True, 30, ()))
    assert (long.fd, len(long.data), long.extended) == (True, 32, True)
    with pytest.raises(Invalid) as refused:
        message_frame(Message("X", 5, True, 100, ()))
    assert refused.value.code == "send.message"


def test_a_message_that_two_files_define_is_named_though_its_values_have_names() -> None:
    again = parse_database("b.dbc", DBC.encode())[0]
    assert CanDatabase([REQUEST, again]).repeated == (again,)
