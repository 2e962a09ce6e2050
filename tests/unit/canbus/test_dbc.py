"""Databases of signals: what is decoded is what cantools decodes, and a hostile file gets a clear error."""

import random
from pathlib import Path

import cantools.database
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.dbc import CanDatabase, Signal, parse_database, pgn
from benchboard.canbus.dbc_files import load_databases
from benchboard.canbus.frame import Frame
from benchboard.errors import AppError, Invalid, NotFound

LINE = """VERSION ""
BU_: A B
BO_ 399 MotorStatus: 8 A
 SG_ MotorSpeed : 0|16@1+ (0.25,0) [0|3000] "rpm" B
 SG_ MotorTorque : 16|16@1- (0.1,0) [0|0] "Nm" B
 SG_ MotorTemp : 39|8@0+ (1,-40) [-40|215] "°C" B
 SG_ DriveState : 40|4@1+ (1,0) [0|4] "" B
 SG_ AliveCounter : 48|4@1+ (1,0) [0|15] "" B

BO_ 800 Multiplexed: 8 A
 SG_ Group M : 0|8@1+ (1,0) [0|0] "" B
 SG_ Left m1 : 8|16@1+ (1,0) [0|0] "" B
 SG_ Right m2M : 8|8@1+ (1,0) [0|0] "" B
 SG_ Deep m3 : 23|16@0- (0.5,1) [0|0] "V" B

BO_ 2364540158 EEC1: 8 A
 SG_ EngineSpeed : 24|16@1+ (0.125,0) [0|8031.875] "rpm" B

BA_DEF_ BO_ "GenMsgCycleTime" INT 0 65535;
BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG";
BA_DEF_DEF_ "GenMsgCycleTime" 0;
BA_DEF_DEF_ "VFrameFormat" "StandardCAN";
BA_ "GenMsgCycleTime" BO_ 399 10;
BA_ "VFrameFormat" BO_ 2364540158 3;
VAL_ 399 DriveState 0 "Off" 3 "Running" ;
SG_MUL_VAL_ 800 Left Group 1-1;
SG_MUL_VAL_ 800 Right Group 2-4;
SG_MUL_VAL_ 800 Deep Right 3-3, 7-9;
"""
KCD = """<NetworkDefinition xmlns="http://kayak.2codeornot2code.org/1.0">
 <Document name="d"/><Bus name="b"><Message id="0x100" name="Status" length="2">
  <Signal name="Level" offset="0" length="8"><Value slope="0.5" unit="%"/></Signal></Message></Bus>
</NetworkDefinition>"""
SYM = """FormatVersion=6.0 // Do not edit this line!
Title="d"

{SENDRECEIVE}

[Status]
ID=100h
Len=2
Sig=Level 0

{SIGNALS}
Sig=Level unsigned 8 /u:% /f:0.5
"""


def database(text: str = LINE, name: str = "line2.dbc") -> CanDatabase:
    return CanDatabase(parse_database(name, text.encode()))


def shown(frame: Frame, of: CanDatabase) -> dict[str, str]:
    message = of.find(frame)
    return {} if message is None else {one.signal.name: one.text for one in message.decode(frame.data)}


def test_decode_gives_units_names_and_decimals() -> None:
    frame = Frame(0x18F, data=bytes.fromhex("2C 17 64 04 65 03 0B 5E"))
    assert shown(frame, database()) == {
        "MotorSpeed": "1\u202f483.00 rpm", "MotorTorque": "112.4 Nm", "MotorTemp": "61 °C", "DriveState": "Running",
        "AliveCounter": "11",
    }  # fmt: skip
    message = database().find(frame)
    assert message is not None
    assert (message.name, message.cycle_ms, message.source) == ("MotorStatus", 10, "line2.dbc")
    assert [one.bits for one in message.signals[:3]] == [
        "bits 0 | 16 LE, × 0.25", "bits 16 | 16 LE signed, × 0.1", "bits 39 | 8 BE, −40",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("scale", "offset", "decimals"),
    [(1, 0, 0), (0.25, 0, 2), (0.125, 0, 3), (0.1, -0.05, 2), (1 / 256, 0, 3), (1 / 128, -200, 3), (1 / 8192, 0, 4),
     (1e-7, 0, 6)],
)  # fmt: skip
def test_decimals_tell_one_step_of_the_factor_from_the_next(scale: float, offset: float, decimals: int) -> None:
    """A factor of 1/256 was shown with six: 61.507813 km/h."""
    assert Signal("WheelSpeed", 0, 16, scale=scale, offset=offset).decimals == decimals


@pytest.mark.parametrize(("raw", "in_range"), [(0, True), (12_000, True), (12_001, False), (65_535, False)])
def test_in_range_follows_the_limits_in_the_unit(raw: int, in_range: bool) -> None:
    message = database().find(Frame(0x18F))
    assert message is not None
    assert message.decode(raw.to_bytes(8, "little"))[0].in_range == in_range
    assert message.decode(raw.to_bytes(8, "little")[:2]) == (), "a frame that is shorter is another message"


@given(st.binary(min_size=8, max_size=8), st.sampled_from(("MotorStatus", "Multiplexed", "EEC1")))
def test_decode_is_what_cantools_decodes(data: bytes, name: str) -> None:
    reference = _REFERENCE.get_message_by_name(name)
    message = next(one for one in _OURS.messages if one.name == name)
    try:
        expected = reference.decode(data, decode_choices=False)
    except cantools.database.DecodeError:
        return  # no signal is selected: cantools refuses the whole frame
    assert {one.signal.name: one.value for one in message.decode(data)} == expected


_REFERENCE = cantools.database.load_string(LINE, "dbc")
_OURS = database()


def test_decode_of_another_group_has_the_signals_of_that_group_alone() -> None:
    def names(data: str) -> list[str]:
        return list(shown(Frame(800, data=bytes.fromhex(data).ljust(8, b"\0")), _OURS))

    assert names("01 02 03 04") == ["Group", "Left"]
    assert names("04 07 FF 04") == ["Group", "Right", "Deep"]
    assert names("04 02 FF 04") == ["Group", "Right"]
    assert names("09 02 FF 04") == ["Group"]


def test_find_of_a_j1939_message_ignores_priority_and_source() -> None:
    assert pgn(0x0CF00400) == 61444
    assert pgn(0x18EAFF9F) == 59904
    message = _OURS.find(Frame(0x18F00431, extended=True, data=bytes(8)))
    assert message is not None
    assert message.name == "EEC1"
    assert _OURS.find(Frame(0x18F00531, extended=True)) is None
    assert _OURS.find(Frame(0x18F, extended=True)) is None, "an extended ID is another one"
    assert _OURS.find(Frame(0x18F, remote=True)) is None


@pytest.mark.parametrize(("text", "name"), [(KCD, "a.kcd"), (SYM, "b.SYM")])
def test_parse_other_formats_gives_their_signals(text: str, name: str) -> None:
    assert shown(Frame(0x100, data=b"\x64\x00"), database(text, name)) == {"Level": "50.0 %"}


def test_several_databases_first_one_counts_and_the_other_is_named(tmp_path: Path) -> None:
    first, second = tmp_path / "a.dbc", tmp_path / "b.kcd"
    first.write_bytes(LINE.replace("BO_ 399 ", "BO_ 256 ").replace("399", "256").encode("cp1252"))
    second.write_text(KCD)
    loaded = load_databases([first, second])
    message = loaded.find(Frame(0x100))
    assert message is not None
    assert message.name == "MotorStatus"
    assert message.signals[2].unit == "°C", "DBC files are in Windows-1252 more often than not"
    assert [(one.name, one.source) for one in loaded.repeated] == [("Status", "b.kcd")]
    assert [(one.used.name, one.unused.name) for one in loaded.conflicts] == [("MotorStatus", "Status")]
    assert CanDatabase([message, message]).conflicts == (), "both say the same"


BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.dbc", b"", "dbc.unreadable"),
        ("a.dbc", b"\x00\xff" * 500, "dbc.unreadable"),
        ("a.dbc", LINE.partition("|16@1-")[0].encode(), "dbc.unreadable"),
        ("a.dbc", LINE.replace("0|16@1+", "0|1000000000@1+").encode(), "dbc.unreadable"),
        ("a.dbc", LINE.replace("0|16@1+", "999999999|16@1+").encode(), "dbc.unreadable"),
        ("a.dbc", LINE.replace("MotorStatus: 8 ", "MotorStatus: 9000000 ").encode(), "dbc.unreadable"),
        ("a.kcd", BOMB.encode(), "dbc.unreadable"),
        ("a.kcd", b"<a>" * 100_000, "dbc.unreadable"),
        ("a.arxml", b"<AUTOSAR/>", "dbc.unreadable"),
        ("a.sym", b"FormatVersion=1.0", "dbc.unreadable"),
        ("a.txt", b"", "dbc.format"),
    ],
)
def test_parse_hostile_file_says_what_is_wrong(name: str, content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_database(name, content)
    assert caught.value.code == code
    assert name in caught.value.what
    assert caught.value.do
    assert len(caught.value.why) < 400


def test_parse_any_damage_raises_nothing_else() -> None:
    """A seeded part of a fuzz run: bytes of a good file are replaced, left out or repeated."""
    chance = random.Random(11)
    for _round in range(300):
        content = bytearray(LINE.encode())
        for _damage in range(chance.randint(1, 8)):
            at = chance.randrange(len(content))
            content[at : at + chance.randint(0, 9)] = chance.randbytes(chance.randint(0, 6))
        try:
            for message in parse_database("a.dbc", bytes(content)):
                message.decode(chance.randbytes(8))
                _ = [one.text for one in message.decode(bytes(64))]
        except Invalid as error:
            assert error.code == "dbc.unreadable"


def test_load_of_a_missing_file_or_a_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as gone:
        load_databases([tmp_path / "gone.dbc"])
    assert gone.value.code == "dbc.gone"
    with pytest.raises(AppError) as folder:
        load_databases([tmp_path])
    assert folder.value.code == "dbc.format"


def test_message_has_the_node_that_sends_it() -> None:
    text = LINE.replace("BO_ 800 Multiplexed: 8 A", "BO_ 800 Multiplexed: 8 Vector__XXX")
    senders = {one.name: one.sender for one in parse_database("line.dbc", text.encode())}
    assert senders == {"MotorStatus": "A", "Multiplexed": "", "EEC1": "A"}
