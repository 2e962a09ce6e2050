"""`benchboard can record`, `replay`, `decode`, `stats` and `compare`, with simulated dongles."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchboard.canbus import link
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.capture import Capture
from benchboard.canbus.recording_reader import read_frames
from benchboard.dongles.device import Device
from support.benchsim import Simulator, simulated
from support.waiting import until

DBC = """VERSION ""
BU_: A
BO_ 201 MotorStatus: 8 A
 SG_ AliveCounter : 0|8@1+ (1,0) [0|255] "" A
 SG_ MotorTemp : 32|8@1+ (0.5,-40) [-40|60] "°C" A
"""
LOG = "".join(f"({1_763_627_400 + n / 50:.6f}) can0 0C9#{n:02X}000000F0000000\n" for n in range(20))


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with simulated(tmp_path_factory.mktemp("home"), 2, "--traffic", "300") as running:
        yield running


@pytest.fixture
def dbc(tmp_path: Path) -> Path:
    path = tmp_path / "line.dbc"
    path.write_text(DBC)
    return path


def run(*arguments: str, home: Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "benchboard", "can", *arguments],
        capture_output=True, text=True, check=False, timeout=120,
        env={"BENCHBOARD_HOME": str(home), "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    return done


@pytest.mark.parametrize("suffix", [".log", ".asc", ".blf", ".trc"])
def test_record_writes_what_the_bus_carries(simulator: Simulator, tmp_path: Path, suffix: str) -> None:
    port, file = next(iter(simulator.ports.values())), tmp_path / f"drive{suffix}"
    done = run("record", "--port", port, str(file), "--count", "100", home=simulator.home)
    frames = list(read_frames(file))
    assert len(frames) >= 100
    assert f"{len(frames)} frames recorded to {file}." in done.stdout
    assert {0x0C9, 0x1A0} < {frame.id for frame in frames}
    assert all(frame.timestamp is not None for frame in frames)
    again = run("record", "--port", port, str(file), home=simulator.home, status=1)
    assert "already exists" in again.stderr
    assert len(list(read_frames(file))) == len(frames)


def test_record_goes_on_in_other_files_and_says_so(simulator: Simulator, tmp_path: Path) -> None:
    port, file = next(iter(simulator.ports.values())), tmp_path / "drive.log"
    done = run("record", "--port", port, str(file), "--split-seconds", "1", "--seconds", "2.5", home=simulator.home)
    parts = sorted(tmp_path.glob("drive*.log"), key=lambda path: next(iter(read_frames(path))).timestamp or 0)
    assert len(parts) >= 2
    frames = [frame for path in parts for frame in read_frames(path)]
    assert f"{len(frames)} frames recorded to {file}." in done.stdout
    assert f"It goes on in {', '.join(map(str, parts[1:]))}." in done.stdout


def test_record_at_a_wrong_bit_rate_counts_error_frames_apart_and_warns(tmp_path: Path) -> None:
    with simulated(tmp_path, 1, "--bus", "other", "--traffic", "200", "--bitrate", "250000") as running:
        (port,), file = running.ports.values(), tmp_path / "wrong.log"
        done = run("record", "--port", port, str(file), "--count", "1", home=tmp_path)
    errors = sum(frame.error for frame in read_frames(file))
    assert errors
    words = "error frame" if errors == 1 else "error frames"
    assert done.stdout == f"0 frames recorded to {file}. Beside them: {errors} {words}.\n"
    assert "Only errors at 500 kbit/s, no frames" in done.stderr
    assert f"benchboard can detect --port {port}" in done.stderr


def test_record_of_an_unknown_format_opens_no_port(simulator: Simulator, tmp_path: Path) -> None:
    done = run("record", "--port", "/dev/none", str(tmp_path / "a.pdf"), home=simulator.home, status=1)
    assert "Let its name end in one of: .log, .asc, .blf, .trc, .csv." in done.stderr


def test_replay_sends_the_frames_in_their_times_and_as_often_as_asked(simulator: Simulator, tmp_path: Path) -> None:
    first, second = simulator.ports.values()
    log = tmp_path / "a.log"
    log.write_text(LOG.replace("0C9#", "5A5#") + "(1763627401.0) can0 7FF#00\n")
    with link.open_port(second) as handle:
        Device(handle).close_channel()
        listener = Capture(SlcanBus(handle, bitrate=500_000), bitrate=500_000)
        listener.start()
        until(lambda: listener.since().frames, "the first frame of the bus: it listens now")
        done = run(
            "replay", "--port", first, str(log), "--speed", "2", "--loop", "2", "--filter", "5A5", home=simulator.home
        )
        # The last one may still be on its way when the command has ended.
        until(lambda: sum(frame.id == 0x5A5 for frame in listener.since().frames) >= 40)
        heard = [frame for frame in listener.since().frames if frame.id == 0x5A5]
        listener.stop()
    assert "40 frames sent at 500 kbit/s." in done.stdout
    assert [frame.data[0] for frame in heard] == [*range(20), *range(20)]
    stamps = [frame.timestamp.seconds for frame in heard if frame.timestamp is not None]
    assert 0.15 < stamps[19] - stamps[0] < 0.4, "19 periods of 20 ms, at twice the speed"


def test_decode_names_signals_and_filters_by_their_values(simulator: Simulator, tmp_path: Path, dbc: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text(LOG + "(1763627401.0) can0 123#00\n")
    done = run("decode", str(log), "--dbc", str(dbc), "--filter", "AliveCounter>=18", home=simulator.home)
    assert done.stdout.splitlines() == [
        "(1763627400.360) can0 0C9 MotorStatus  AliveCounter=18  MotorTemp=80.0 °C (!)",
        "(1763627400.380) can0 0C9 MotorStatus  AliveCounter=19  MotorTemp=80.0 °C (!)",
    ]
    lines = run("decode", str(log), "--dbc", str(dbc), "--json", home=simulator.home)
    first = json.loads(lines.stdout.splitlines()[0])
    assert (first["message"], first["signals"]) == ("MotorStatus", {"AliveCounter": 0, "MotorTemp": 80.0})
    assert lines.stderr.strip() == "20 frames decoded, 1 in no database."
    assert (
        "Add a database with --dbc, or choose a --protocol."
        in run("decode", str(log), home=simulator.home, status=2).stderr
    )
    other = tmp_path / "other.dbc"
    other.write_text(dbc.read_text().replace("MotorStatus", "Alive").replace("AliveCounter", "Counter"))
    both = run("decode", str(log), "--dbc", str(dbc), "--dbc", str(other), home=simulator.home)
    said = "Not used, because another database has the same ID: Alive of other.dbc (used: MotorStatus of"
    assert said in both.stderr, "as the window says it"
    broken = tmp_path / "broken.dbc"
    broken.write_text("nonsense")
    assert "can't be read as DBC" in run("decode", str(log), "--dbc", str(broken), home=simulator.home, status=1).stderr


def test_decode_of_hostile_names_and_of_what_is_no_number_is_safe_and_valid(
    simulator: Simulator, tmp_path: Path
) -> None:
    log, hostile = tmp_path / "a.log", tmp_path / "hostile.dbc"
    log.write_text("(1763627400.0) can0 0C9#000000000000C07F\n")
    hostile.write_text(
        DBC.replace('"°C"', '"\x1b[31m\x07"').replace("32|8@1+ (0.5,-40) [-40|60]", "32|32@1- (1,0) [0|0]")
        + 'VAL_ 201 AliveCounter 0 "\x1b]0;title\x07" ;\nSIG_VALTYPE_ 201 MotorTemp : 1;\n'
    )
    text = run("decode", str(log), "--dbc", str(hostile), home=simulator.home).stdout
    assert "MotorTemp=nan" in text
    assert all(sign.isprintable() or sign == "\n" for sign in text)

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    answer = run("decode", str(log), "--dbc", str(hostile), "--json", home=simulator.home).stdout
    assert json.loads(answer, parse_constant=refuse)["signals"]["MotorTemp"] is None


def test_stats_have_count_rate_and_times_of_each_id(simulator: Simulator, tmp_path: Path, dbc: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text(LOG + "(1763627401.0) can0 123#00\n")
    answer = json.loads(run("stats", str(log), "--dbc", str(dbc), "--json", home=simulator.home).stdout)
    alive, once = answer["ids"]
    assert (answer["frames"], alive["name"], alive["count"], alive["changes"]) == (21, "MotorStatus", 20, 19)
    assert alive["rate"] == pytest.approx(50)
    assert alive["jitter_s"] == pytest.approx(0, abs=1e-6)
    assert (once["count"], once["rate"], once["mean_s"]) == (1, None, None)
    text = run("stats", str(log), home=simulator.home).stdout.splitlines()
    assert (alive["node"], once["node"]) == ("A", "")
    assert alive["bus_share"] + once["bus_share"] == pytest.approx(1)
    assert text[1].split() == ["0C9", "20", "98", "%", "50", "20", "20", "20", "0", "19"]


def test_bus_share_is_of_all_frames_of_the_channel_with_a_filter_too(simulator: Simulator, tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text(LOG + LOG.replace("0C9", "5F0") + LOG.replace("can0", "can1"))

    def shares(*arguments: str) -> dict[tuple[int, str], float]:
        answer = json.loads(run("stats", str(log), "--json", *arguments, home=simulator.home).stdout)
        return {(row["id"], row["channel"]): row["bus_share"] for row in answer["ids"]}

    whole = shares()
    assert 0.4 < whole[0x5F0, "can0"] < 0.6
    assert shares("--filter", "5F0") == {(0x5F0, "can0"): whole[0x5F0, "can0"]}
    one = shares("--filter", "0C9", "--channel", "can0")
    assert one == {(0x0C9, "can0"): whole[0x0C9, "can0"]}


def test_filter_with_a_name_that_no_database_knows_is_refused(simulator: Simulator, tmp_path: Path, dbc: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text(LOG)
    unknown = "No database knows “Foo”."
    for command, do in (
        (("stats", str(log)), "Add the database that has it with --dbc."),
        (("decode", str(log), "--dbc", str(dbc)), "Check the name, or add the database that has it with --dbc."),
        (("compare", str(log), str(log), "--dbc", str(dbc)), "Check the name"),
        (("replay", "--port", "/dev/none", str(log)), "Filter by IDs, such as 18F."),
    ):
        said = " ".join(run(*command, "--filter", "Foo>1", home=simulator.home, status=2).stderr.split())
        assert f"--filter: {unknown}" in said
        assert do in said
    run("stats", str(log), "--dbc", str(dbc), "--filter", "motor alivecounter>3", home=simulator.home)
    for arguments in (("monitor",), ("record", str(tmp_path / "b.log"))):
        command, *rest = arguments
        watched = (command, "--port", "/dev/none", *rest, "--trigger", "error", "--trigger", "Foo>1@0.5")
        said = " ".join(run(*watched, home=simulator.home, status=2).stderr.split())
        assert f"--trigger: {unknown}" in said, "it would never be met"


def test_replay_of_a_range_sends_ids_as_others(simulator: Simulator, tmp_path: Path) -> None:
    port, log = next(iter(simulator.ports.values())), tmp_path / "a.log"
    log.write_text(LOG.replace("0C9#", "5A5#"))
    done = run(
        "replay", "--port", port, str(log), "--from", "0.1", "--to", "0.2", "--map", "5A5=5A6", home=simulator.home
    )
    assert "6 frames sent at 500 kbit/s." in done.stdout
    for span in (("--from", "500"), ("--from", "0.2", "--to", "0.1")):
        outside = run("replay", "--port", port, str(log), *span, home=simulator.home, status=1)
        assert "Choose times from 0 to" in outside.stderr
    wrong = run("replay", "--port", port, str(log), "--map", "5A5", home=simulator.home, status=2)
    assert "“5A5” isn't a pair of IDs. Enter for example 123=456 or 18FEF100=18FEF200." in wrong.stderr


def test_recording_without_frames_is_counted_decoded_and_compared_but_not_sent(tmp_path: Path, dbc: Path) -> None:
    empty, drive = tmp_path / "empty.log", tmp_path / "drive.log"
    empty.touch()
    drive.write_text(LOG)
    done = run("stats", str(empty), home=tmp_path)
    assert "0 frames, 0 IDs" in done.stderr
    assert json.loads(run("stats", str(empty), "--json", home=tmp_path).stdout)["ids"] == []
    assert "0 frames decoded" in run("decode", str(empty), "--dbc", str(dbc), home=tmp_path).stderr
    assert "1 of 1 ID differs." in run("compare", str(empty), str(drive), home=tmp_path, status=1).stderr
    run("compare", str(empty), str(empty), home=tmp_path)
    done = run("replay", "--port", "/dev/none", str(empty), home=tmp_path, status=1)
    assert "“empty.log” has no frames." in done.stderr
    other = tmp_path / "notes.txt"
    other.touch()
    assert "“notes.txt” isn't a CAN recording." in run("stats", str(other), home=tmp_path, status=1).stderr


def test_compare_shows_ids_and_periods_that_differ(simulator: Simulator, tmp_path: Path, dbc: Path) -> None:
    first, second = tmp_path / "a.log", tmp_path / "b.log"
    first.write_text(LOG + "(1763627401.0) can0 123#00\n")
    second.write_text("".join(line for n, line in enumerate(LOG.splitlines(keepends=True)) if not n % 2))
    done = run("compare", str(first), str(second), "--dbc", str(dbc), home=simulator.home, status=1)
    assert [line.split(maxsplit=6) for line in done.stdout.splitlines()[1:]] == [
        ["0C9", "MotorStatus", "20", "10", "20", "40", "Period 20 ms in A, 40 ms in B (+100 %)"],
        ["123", "1", "–", "–", "–", "Only", "in A"],
    ]
    assert done.stderr.strip() == "2 of 2 IDs differ."
    answer = json.loads(
        run("compare", str(first), str(second), "--tolerance", "200", "--json", home=simulator.home, status=1).stdout
    )
    assert [(one["id"], one["differences"], one["b"]) for one in answer["ids"]] == [(0x123, ["only-first"], None)]
    assert answer["compared"] == 2
    run("compare", str(first), str(first), home=simulator.home)
    other = tmp_path / "c.log"
    other.write_text(first.read_text().replace("000000F0", "00000000"))
    named = run("compare", str(first), str(other), "--dbc", str(dbc), home=simulator.home, status=1)
    assert "MotorTemp: 80.0 °C in A, −40.0 °C in B" in named.stdout
    assert "Bytes count from 0." in named.stderr
    assert run("compare", str(first), str(tmp_path / "gone"), home=simulator.home, status=1).stderr


def test_channels_are_told_apart_and_one_can_be_chosen(simulator: Simulator, tmp_path: Path, dbc: Path) -> None:
    log, port = tmp_path / "two.log", next(iter(simulator.ports.values()))
    log.write_text(LOG + LOG.replace("can0", "can1").replace("0C9#00", "0C9#FF"))
    lines = run("stats", str(log), home=simulator.home).stdout.splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["Channel", "ID", "Name"], ["can0", "0C9", "20"], ["can1", "0C9", "20"],
    ]  # fmt: skip
    one = json.loads(run("stats", str(log), "--channel", "can1", "--json", home=simulator.home).stdout)
    assert (one["frames"], [row["channel"] for row in one["ids"]]) == (20, ["can1"])
    decoded = run("decode", str(log), "--dbc", str(dbc), "--channel", "can1", "--json", home=simulator.home).stdout
    assert {json.loads(line)["channel"] for line in decoded.splitlines()} == {"can1"}
    same = ("compare", str(log), str(log))
    assert not run(*same, home=simulator.home).stdout.splitlines()[1:]
    run(*same, "--channel", "can0", "--channel-b", "can1", home=simulator.home)
    for command in (("stats", str(log)), ("replay", "--port", port, str(log))):
        gone = run(*command, "--channel", "can7", home=simulator.home, status=1)
        assert "“two.log” has no channel “can7”. Choose one of: can0, can1." in gone.stderr
    played = run("replay", "--port", port, str(log), "--channel", "can1", "--speed", "9", home=simulator.home)
    assert played.stdout.startswith("20 frames sent")
    assert "channel" not in played.stderr
    mixed = run("replay", "--port", port, str(log), "--speed", "9", home=simulator.home)
    assert mixed.stdout.startswith("40 frames sent")
    assert "The frames of 2 channels of “two.log” (can0, can1) went onto one bus." in mixed.stderr


def test_record_waits_for_a_trigger_and_begins_before_it(simulator: Simulator, tmp_path: Path, dbc: Path) -> None:
    port, file = next(iter(simulator.ports.values())), tmp_path / "fault.log"
    arguments = ("record", "--port", port, str(file), "--dbc", str(dbc), "--before", "2", "--count", "50")
    done = run(*arguments, "--trigger", "7FF@1.5", home=simulator.home)
    assert "for a trigger" in done.stderr
    assert "no 7FF for 1.5 s" in done.stderr
    met = float(done.stderr.partition("Trigger: (")[2].partition(")")[0])
    stamps = [frame.timestamp.seconds for frame in read_frames(file) if frame.timestamp is not None]
    assert len(stamps) >= 50
    assert met - 2.0 <= stamps[0] < met - 0.5, "frames from before the trigger, and none from before that"
    wrong = run(*arguments, "--trigger", "7FF@0", "--overwrite", home=simulator.home, status=2)
    assert "“0” after the @ isn't a time from 0.01 to 3" in wrong.stderr


def test_monitor_says_what_meets_a_trigger(simulator: Simulator, dbc: Path) -> None:
    port = next(iter(simulator.ports.values()))
    arguments = ("monitor", "--port", port, "--dbc", str(dbc), "--count", "100", "--trigger", "0C9")
    plain = run(*arguments, home=simulator.home)
    assert plain.stderr.count("Trigger: (") >= 1
    assert "Trigger" not in plain.stdout
    lines = [json.loads(line) for line in run(*arguments, "--json", home=simulator.home).stdout.splitlines()]
    met = next(place for place, line in enumerate(lines) if "trigger" in line)
    assert (lines[met]["trigger"], lines[met]["id"]) == ("0C9", 0x0C9)
    assert lines[met - 1]["id"] == 0x0C9, "after its frame"


@pytest.mark.parametrize("bitrate", [500_000, 125_000])
def test_detect_finds_the_rate_of_the_bus_and_changes_nothing(tmp_path: Path, bitrate: int) -> None:
    with simulated(tmp_path, 1, "--traffic", "200", "--bitrate", str(bitrate)) as running:
        (port,) = running.ports.values()
        done = run("detect", "--port", port, home=tmp_path)
        assert done.stdout.strip() == f"The bus runs at {bitrate // 1000} kbit/s."
        answer = json.loads(run("detect", "--port", port, "--json", home=tmp_path).stdout)
        assert answer["bitrate"] == bitrate
        assert [one["frames"] for one in answer["tried"][:-1]] == [0] * (len(answer["tried"]) - 1)
        with link.open_port(port) as handle:
            device = Device(handle)
            device.close_channel()
            assert device.config_read().config.bitrate == 500_000


def test_detect_on_a_silent_bus_says_so(tmp_path: Path) -> None:
    with simulated(tmp_path, 1) as running:
        (port,) = running.ports.values()
        done = run("detect", "--port", port, home=tmp_path, status=1)
    silent = "No node is sending. The bit rate of a silent bus can't be detected."
    assert f"No bit rate was detected. {silent}" in done.stderr
