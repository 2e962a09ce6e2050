"""`benchboard can decode --protocol`: messages as text and JSON lines."""

import json
from pathlib import Path

import pytest

from benchboard.cli.main import main

LOG = """\
(1.000000) can0 18EA0BF9#CAFE00
(1.010000) can0 18ECFF00#20140003FFCAFE00
(1.060000) can0 18EBFF00#0100FF6E0000015D
(1.070000) can0 0CF00400#F07D920000000F7D
(1.110000) can0 18EBFF00#02000306FFFFFFFF
(1.160000) can0 18EBFF00#03FFFFFFFFFFFFFF
(1.300000) can0 18ECFF03#20140003FFEBFE00
(1.310000) can0 18EBFF03#01FFFFFFFFFFFFFF
(1.320001) can0 18EBFF03#03FFFFFFFFFFFFFF
(2.000000) can0 7E0#0322F190CCCCCCCC
(2.010000) can0 7E8#101462F190574442
(2.011000) can0 7E0#30000ACCCCCCCCCC
(2.021000) can0 7E8#2131323334353637
(2.031000) can0 7E8#2238393041424344
(3.100000) can0 605#4041600000000000
"""
DBC = """\
VERSION ""
BU_: ECU
BO_ 2566834942 DM1: 20 ECU
 SG_ FirstSpn : 16|16@1+ (1,0) [0|0] "" ECU
BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG";
BA_DEF_ "ProtocolType" STRING ;
BA_DEF_DEF_ "VFrameFormat" "J1939PG";
BA_DEF_DEF_ "ProtocolType" "J1939";
BA_ "ProtocolType" "J1939";
BA_ "VFrameFormat" BO_ 2566834942 3;
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    path = tmp_path / "drive.log"
    path.write_text(LOG)
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str], str]:
    code = main(["can", "decode", *words])
    out, err = capsys.readouterr()
    return code, out.splitlines(), err


def test_decode_j1939_shows_events_and_messages(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines, err = run(capsys, log, "--protocol", "j1939")
    assert code == 0
    assert lines[0] == "(1.000000) can0 18EA0BF9 RQST · from 0xF9 to 0x0B, 3 bytes  DM1  CA FE 00"
    assert lines[1].startswith(
        "(1.160000) can0 18ECFF00 DM1 · from 0x00 to all, 20 bytes  "
        "SPN 110 FMI 0 (data above normal range, most severe) × 1, SPN 93 FMI 3 (voltage above normal) × 6  00 FF 6E"
    )
    assert "CI · from 0x03 to all, 20 bytes  incomplete, 7 of 20 bytes: a frame is missing or out of order" in lines[2]
    assert err == "3 messages, 1 incomplete.\n"


def test_decode_j1939_all_shows_single_frames_too(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, log, "--protocol", "j1939", "--all")[1]
    assert [line.split()[3] for line in lines] == ["RQST", "EEC1", "DM1", "CI"]


def test_decode_filter_matches_messages(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = run(capsys, log, "--protocol", "j1939", "--filter", "pgn:65226 src:0", "--json")[1]
    message = json.loads(line)
    assert (message["pgn"], message["from"], message["to"], message["frames"]) == (65226, 0, 255, 4)
    assert (message["first_time"], message["time"], message["complete"]) == (1.01, 1.16, True)
    assert message["data"].startswith("00ff6e0000015d000306")


def test_decode_with_a_database_has_the_signals_of_whole_messages(
    log: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "j1939.dbc").write_text(DBC)
    words = (log, "--protocol", "j1939", "--dbc", str(tmp_path / "j1939.dbc"), "--filter", "FirstSpn=110")
    (line,) = run(capsys, *words, "--json")[1]
    assert json.loads(line)["signals"] == {"FirstSpn": 110}
    assert "FirstSpn=110" in run(capsys, *words)[1][0]


def test_decode_isotp_has_services_and_pace(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [json.loads(line) for line in run(capsys, log, "--protocol", "isotp", "--json")[1]]
    assert [(one["service"], one["kind"]) for one in lines] == [(0x22, "request"), (0x22, "positive")]
    assert (lines[1]["block_size"], lines[1]["stmin"], lines[1]["length"]) == (0, 10, 20)
    assert lines[1]["name"] == "ReadDataByIdentifier response"
    assert lines[1]["detail"] == "VIN (0xF190) = “WDB1234567890ABCD”, block size 0, STmin 10 ms"
    pair = run(capsys, log, "--protocol", "isotp", "--pair", "7E8:7E0")[1]
    assert len(pair) == 2
    assert run(capsys, log, "--protocol", "isotp", "--pair", "123:456")[1] == []


def test_decode_canopen_and_auto_say_what_is_known(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, log, "--protocol", "canopen")[1]
    assert lines[-1].endswith("605 SDO request · to node 5, 8 bytes  read 0x6041:00  40 41 60 00 00 00 00 00")
    _code, lines, err = run(capsys, log, "--protocol", "auto")
    assert all("(guessed)" in line for line in lines)
    assert "Guessed: J1939, ISO-TP. Choose the protocol with --protocol." in err


@pytest.mark.parametrize(
    "words",
    [
        ("--pair", "7E0:7E8"),
        ("--protocol", "j1939", "--pair", "7E0:7E8"),
        ("--protocol", "isotp", "--pair", "7E0"),
        ("--protocol", "isotp", "--addressing", "extended"),
        ("--all",),
        (),
    ],
    ids=range(6),
)
def test_decode_options_that_do_not_fit_are_a_usage_error(
    words: tuple[str, ...], log: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, log, *words)[0] == 2
