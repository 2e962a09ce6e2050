"""Recordings that were read once: any frame and time of them, statistics against python-can's reader, and playing."""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import can
import numpy as np
import pytest

from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.frame_density import BINS, FrameDensity
from benchboard.canbus.frame_filter import parse_frame_filter
from benchboard.canbus.frame_statistics import IdStatistics
from benchboard.canbus.id_map import parse_id_map
from benchboard.canbus.player import Player
from benchboard.canbus.recording import load_recording, save_frames
from benchboard.canbus.recording_channels import OTHERS, interface_name, names_text, numbered
from benchboard.canbus.recording_comparison import IdDifference, compare_ids
from benchboard.canbus.recording_writer import open_recording
from benchboard.errors import Cancelled, Invalid
from support.waiting import until

BEGUN = 1_763_627_400.0


def at(seconds: float) -> Timestamp:
    return Timestamp(BEGUN + seconds, TimeSource.DEVICE, 1e-6)


def drive(count: int = 6_000) -> list[Frame]:
    """Frames of five kinds, some of them at uneven times, over more than one block of the index."""
    frames = []
    for place in range(count):
        seconds = place * 0.002 + (place % 7) * 0.0001
        kind = place % 5
        frames.append(
            Frame(0x100, data=place.to_bytes(4, "big"), timestamp=at(seconds)) if kind < 2
            else Frame(0x18FEF100, extended=True, data=b"\x01\x02", timestamp=at(seconds), sent=True) if kind == 2
            else Frame(0x200, fd=True, brs=True, data=bytes([place % 256]) * 48, timestamp=at(seconds)) if kind == 3
            else Frame(0x40, error=True, data=bytes(8), timestamp=at(seconds)) if place % 2
            else Frame(0x300, remote=True, remote_dlc=3, timestamp=at(seconds))
        )  # fmt: skip
    return frames


def written(path: Path, frames: list[Frame]) -> Path:
    writer = open_recording(path)
    writer.write(frames)
    writer.close()
    return path


def test_every_frame_is_as_it_was_written_and_knows_the_one_before_of_its_id(tmp_path: Path) -> None:
    frames = drive()
    recording = load_recording(written(tmp_path / "a.log", frames))
    assert recording.count == len(frames)
    rounded = [frame._replace(timestamp=None) for frame in frames]
    assert [frame._replace(timestamp=None, channel="") for frame in recording.frames()] == rounded
    assert recording.time_of(4_321) == pytest.approx(BEGUN + 4_321 * 0.002 + (4_321 % 7) * 0.0001, abs=1e-6)
    found = recording.at(4_006)
    assert (found.previous, found.ordinal) == (4_005, 2 * 801 + 2)


def test_a_time_leads_to_the_first_frame_at_or_after_it(tmp_path: Path) -> None:
    frames = drive()
    recording = load_recording(written(tmp_path / "a.log", frames))
    for seconds in (-1.0, 0.0, 2.0471, 2.048, 6.0, 11.9, 99.0):
        wanted = next((n for n in range(recording.count) if recording.time_of(n) >= BEGUN + seconds), recording.count)
        assert recording.first_at(BEGUN + seconds) == wanted


def test_statistics_are_those_of_the_times_that_python_can_reads(tmp_path: Path) -> None:
    path = written(tmp_path / "a.blf", drive())
    times, data = defaultdict(list), defaultdict(list)
    errors = 0
    with can.BLFReader(path) as reader:
        for message in reader:
            if message.is_error_frame:
                errors += 1
                continue
            key = (message.arbitration_id, message.is_extended_id, message.is_remote_frame, not message.is_rx)
            times[key].append(message.timestamp)
            data[key].append(bytes(message.data))
    recording = load_recording(path)
    assert recording.statistics.totals().errors == errors > 0
    assert len(recording.ids) == len(times) == 4
    for row in recording.ids:
        key = (row.id, row.extended, row.remote, row.sent)
        gaps = [after - before for before, after in zip(times[key], times[key][1:], strict=False)]
        assert row.count == len(times[key])
        assert row.changes == sum(one != other for one, other in zip(data[key], data[key][1:], strict=False))
        assert row.min_s == pytest.approx(min(gaps), abs=1e-9)
        assert row.max_s == pytest.approx(max(gaps), abs=1e-9)
        assert row.mean_s == pytest.approx(statistics.fmean(gaps), rel=1e-9)
        assert row.jitter_s == pytest.approx(statistics.pstdev(gaps), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("text", ["100", "!100 received", "changed", "error", "sent"])
def test_filter_finds_what_it_matches_frame_by_frame(tmp_path: Path, text: str) -> None:
    recording = load_recording(written(tmp_path / "a.log", drive()))
    wanted = parse_frame_filter(text)
    before: dict[tuple[int, bool], Frame] = {}
    expected = []
    for number, frame in enumerate(recording.frames()):
        if wanted.matches(frame, None, before.get((frame.id, frame.extended))):
            expected.append(number)
        before[frame.id, frame.extended] = frame
    found = recording.matching(wanted, CanDatabase())
    assert list(found.numbers) == expected != []
    shown = [recording.frame(number) for number in expected]
    assert found.ids == {(frame.id, frame.extended) for frame in shown if not frame.error}


def test_reading_says_how_far_it_is_and_ends_when_it_is_stopped(tmp_path: Path) -> None:
    path = written(tmp_path / "a.log", drive(20_000))
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if done > total / 3:
            raise Cancelled("tasks.cancelled", "Stopped.")

    with pytest.raises(Cancelled):
        load_recording(path, stop)
    assert told[-1][1] == path.stat().st_size
    assert told[-1][0] < path.stat().st_size * 0.8


EMPTY = {
    "a.log": b"",
    "a.asc": b"date Thu Nov 20 08:30:00.000 am 2025\nbase hex  timestamps absolute\ninternal events logged\n",
    "a.trc": b";$FILEVERSION=2.1\r\n;$STARTTIME=45981.5\r\n;$COLUMNS=N,O,T,B,I,d,R,L,D\r\n;\r\n",
    "b.trc": b"",
    "b.blf": b"\n",
    "b.log.gz": b"",
}
"""Recordings in which nothing was recorded, by their names."""


@pytest.mark.parametrize("name", [*EMPTY, "a.blf"])
def test_recording_without_frames_is_one(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name in EMPTY:
        path.write_bytes(EMPTY[name])
    else:
        written(path, [])
    recording = load_recording(path)
    assert (recording.count, recording.ids, recording.channels, recording.seconds) == (0, [], (), 0.0)
    assert recording.first_at(1.0) == 0
    assert list(recording.frames()) == []
    assert not recording.matching(parse_frame_filter("changed"), CanDatabase()).numbers
    assert recording.ids_between(0, 0) == frozenset()
    assert not recording.unreadable


@pytest.mark.parametrize("suffix", [".log", ".asc", ".trc", ".blf"])
def test_recording_without_frames_is_saved_in_another_form_and_read_again(tmp_path: Path, suffix: str) -> None:
    saved = tmp_path / f"saved{suffix}"
    assert save_frames(load_recording(written(tmp_path / "a.log", [])), range(0), saved) == 0
    assert load_recording(saved).count == 0
    assert (saved.stat().st_size > 0) == (suffix != ".log")


@pytest.mark.parametrize("content", [b"", b"   \n"])
def test_empty_file_of_another_kind_is_no_recording(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(Invalid) as caught:
        load_recording(path)
    assert caught.value.what == "“notes.txt” isn't a CAN recording."


def test_density_keeps_every_frame_however_long_the_recording_becomes() -> None:
    density = FrameDensity()
    for seconds in np.split(np.arange(100_000), 1_000):
        density.add(50.0 + seconds / 10, seconds % 1_000 == 0)
    rates, errors = density.spans(50.0, 10_050.0, 100)
    assert sum(errors) == 100
    assert density.width_s * BINS < 2 * 10_000 * 1.05
    assert all(rate == pytest.approx(9.99, rel=0.002) for rate in rates[1:-2])
    narrow, _errors = density.spans(1_000.0, 1_001.0, 100)
    assert all(rate == pytest.approx(10, rel=0.3) for rate in narrow)


def test_error_at_the_very_end_is_in_the_last_span() -> None:
    density = FrameDensity()
    density.add(np.array([50.0, 146.0]), np.array([False, True]))  # the error at the beginning of a counted span
    assert density.spans(50.0, 146.0, 96)[1] == [0] * 95 + [1]


def test_busiest_second_is_counted_whatever_the_recording_lasts() -> None:
    density = FrameDensity()
    density.add(BEGUN + np.arange(100) / 100, np.zeros(100, np.bool_))
    for places in np.split(np.arange(400), 8):
        density.add(BEGUN + 90_000 + places / 100, places % 4 == 0)
    assert density.most_in_a_second == 100
    density.add(np.array([BEGUN + 90_003.995]), np.array([False]))
    assert density.most_in_a_second == 100


# ---- comparing


def ids_of(tmp_path: Path, name: str, frames: list[Frame]) -> Sequence[IdStatistics]:
    return load_recording(written(tmp_path / name, frames)).ids


def periodic(ident: int, period: float, *, changes: bool = True, sent: bool = False) -> list[Frame]:
    data = (bytes([n if changes else 0]) for n in range(50))
    return [Frame(ident, data=one, timestamp=at(n * period), sent=sent) for n, one in enumerate(data)]


def test_comparison_names_ids_of_one_side_periods_and_data(tmp_path: Path) -> None:
    first = [
        *periodic(1, 0.01),
        *periodic(2, 0.01),
        *periodic(3, 0.1),
        *periodic(4, 0.1, sent=True),
        *periodic(6, 0.01),
    ]
    second = [
        *periodic(2, 0.1),
        *periodic(3, 0.11, changes=False),
        *periodic(4, 0.1),
        *periodic(5, 1),
        *periodic(6, 0.013),
    ]
    rows = compare_ids(ids_of(tmp_path, "a.log", first), ids_of(tmp_path, "b.log", second))
    assert {row.id: row.differences for row in rows} == {
        1: (IdDifference.ONLY_FIRST,),
        2: (IdDifference.PERIOD,),
        3: (IdDifference.FREEZES,),
        4: (),
        5: (IdDifference.ONLY_SECOND,),
        6: (IdDifference.PERIOD,),
    }
    (slower,) = [row for row in rows if row.id == 2]
    assert slower.period_change == pytest.approx(9)
    assert [row.text for row in rows if row.id in (2, 6)] == [
        "Period 10 ms in A, 100 ms in B (+900 %)",
        "Period 10 ms in A, 13 ms in B (+30 %)",
    ]


def test_ids_that_differ_most_have_the_greatest_weight(tmp_path: Path) -> None:
    ids = {"missing often": 0x100, "missing": 0x101, "10 times": 0x102, "twice": 0x103, "frozen": 0x104, "same": 0x105}
    names = {ident: name for name, ident in ids.items()}
    both = periodic(0x105, 0.1)
    one = [
        *periodic(0x100, 0.01), *periodic(0x101, 0.1)[:5], *periodic(0x102, 0.01), *periodic(0x103, 0.1),
        *periodic(0x104, 0.1), *both,
    ]  # fmt: skip
    other = [*periodic(0x102, 0.1), *periodic(0x103, 0.2), *periodic(0x104, 0.1, changes=False), *both]
    found = compare_ids(ids_of(tmp_path, "a.log", one), ids_of(tmp_path, "b.log", other))
    heaviest = sorted(found, key=lambda row: row.weight, reverse=True)
    assert [names[row.id] for row in heaviest] == ["missing often", "missing", "10 times", "frozen", "twice", "same"]
    assert heaviest[-1].weight == 0


def sent_each(ident: int, *payloads: str) -> list[Frame]:
    return [Frame(ident, data=bytes.fromhex(one), timestamp=at(n / 100)) for n, one in enumerate(payloads)]


def test_comparison_finds_other_lengths_payloads_and_changing_bytes(tmp_path: Path) -> None:
    first = [
        *sent_each(1, *["0102"] * 5),
        *sent_each(2, *["0000000000000000"] * 5),
        *sent_each(3, "00AA", "01AA", "02AA", "03AA"),
        *sent_each(4, "00AA", "01AA", "02AA", "03AA"),
        *sent_each(5, "00AA", "01AA", "02AA", "03AA"),
        *sent_each(6, "00", "01", "02", "03"),
        *sent_each(7, "AA"),
    ]
    second = [
        *sent_each(1, *["0103"] * 5),
        *sent_each(2, *["00000000"] * 5),
        *sent_each(3, "00AB", "01AB", "02AB", "03AB"),
        *sent_each(4, "00AA", "00AB", "00AC", "00AD"),
        *sent_each(5, "10AA", "11AA", "12AA", "13AA"),
        *sent_each(6, "10", "11", "12", "13"),
        *sent_each(7, "AA"),
    ]
    rows = compare_ids(ids_of(tmp_path, "a.log", first), ids_of(tmp_path, "b.log", second))
    assert {row.id: (row.differences, row.text) for row in rows} == {
        1: ((IdDifference.CONSTANT,), "Data 0102 in A, 0103 in B"),
        2: ((IdDifference.LENGTH,), "Length 8 in A, 4 in B"),
        3: ((IdDifference.CONSTANT,), "Byte 1: AA in A, AB in B"),
        4: ((IdDifference.BYTES,), "Only in A bytes change: 0, Only in B bytes change: 1"),
        5: ((), "Same period, length and constant bytes"),
        6: ((), "Same period and length"),
        7: ((), "Same length and constant bytes"),
    }


def test_range_has_the_ids_of_its_frames(tmp_path: Path) -> None:
    frames = [Frame(1 + place // 1_000, timestamp=at(place / 1_000)) for place in range(6_000)]
    recording = load_recording(written(tmp_path / "a.log", frames))
    odd = recording.matching(parse_frame_filter("002 004 006"), CanDatabase())
    for first, end in ((0, 6_000), (500, 900), (999, 1_001), (1_500, 5_200), (1_024, 2_048), (7, 7)):
        ids = {(frame.id, False) for frame in frames[first:end]}
        assert recording.ids_between(first, end) == ids
        assert recording.ids_between(first, end, odd) == {one for one in ids if one in odd.ids}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("123=456", {(0x123, False): (0x456, False)}),
        ("18FEF100 = 7FF,1=2", {(0x18FEF100, True): (0x7FF, False), (1, False): (2, False)}),
    ],
)
def test_id_map_is_pairs(text: str, wanted: object) -> None:
    assert parse_id_map(text) == wanted


@pytest.mark.parametrize("text", ["123", "123=zz", "FFF=1", "1=2 1=3"])
def test_id_map_that_cannot_be_read_says_why(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_id_map(text)
    assert caught.value.code == "can.id-map"


# ---- playing


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_player_without_a_bus_follows_speed_pause_seek_and_steps(tmp_path: Path) -> None:
    frames = [Frame(n, timestamp=at(n)) for n in range(10)]
    recording, clock = load_recording(written(tmp_path / "a.log", frames)), Clock()
    player = Player(recording, clock=clock, speed=2.0)
    player.resume()
    clock.now += 1.6
    assert player.number == 3
    player.pause()
    clock.now += 100
    assert player.number == 3
    player.step()
    assert player.number == 4
    player.set_speed(0.5)
    player.resume()
    clock.now += 4
    assert player.number == 6
    player.seek(8)
    clock.now += 1.9
    assert (player.number, player.ended) == (8, False)
    clock.now += 2
    assert (player.number, player.ended) == (9, True)


def test_player_repeats_only_the_range_and_the_frames_of_the_filter(tmp_path: Path) -> None:
    frames = [Frame(n % 2 + 1, timestamp=at(n)) for n in range(20)]
    recording, clock = load_recording(written(tmp_path / "a.log", frames)), Clock()
    numbers = recording.matching(parse_frame_filter("001"), CanDatabase()).numbers
    player = Player(recording, first=5, end=15, numbers=numbers, loops=True, clock=clock)
    player.resume()
    seen = []
    for _second in range(16):
        seen.append(player.number)
        clock.now += 1
    assert seen == [6, 6, 8, 8, 10, 10, 12, 12, 14, 14, 6, 6, 8, 8, 10, 10]
    assert not player.ended


def test_player_sends_each_frame_with_its_new_id_and_ends(tmp_path: Path) -> None:
    frames = [Frame(n, timestamp=at(n / 100)) for n in range(1, 6)] + [Frame(4, error=True, timestamp=at(0.055))]
    recording = load_recording(written(tmp_path / "a.log", frames))
    sent: list[Frame] = []
    player = Player(recording, send=sent.append, id_map=parse_id_map("003=18FEF100"), speed=10.0)
    player.step()
    assert [frame.id for frame in sent] == [1]
    player.resume()
    until(lambda: player.ended)
    assert [frame.id for frame in sent] == [1, 2, 0x18FEF100, 4, 5]
    assert sent[2].extended
    assert sent[0] == Frame(1)
    assert (player.sent, player.number) == (5, 5)


def test_player_ends_with_the_error_of_the_bus(tmp_path: Path) -> None:
    def fail(_frame: Frame) -> None:
        raise Invalid("bus.frame", "no")

    player = Player(load_recording(written(tmp_path / "a.log", drive(10))), send=fail)
    player.resume()
    until(lambda: player.ended)
    assert player.failure is not None
    assert player.failure.code == "bus.frame"


# ---- channels


TWO = "".join(f"(1.{10 * n:06}) can{n % 2} 100#{'0F'[n % 2]}{n % 4 // 2}\n" for n in range(12))
"""ID 100 on two channels, each every 20 µs."""


def test_channels_are_told_apart_in_frames_statistics_filters_and_density(tmp_path: Path) -> None:
    log = tmp_path / "two.log"
    log.write_text(TWO + "(2.000000) can1 20000004#0000000000000000\n")
    recording = load_recording(log)
    assert (recording.channels, recording.has_channels) == (("can0", "can1"), True)
    assert [recording.frame(n).channel for n in range(4)] == ["can0", "can1", "can0", "can1"]
    assert [recording.at(n).previous for n in range(4)] == [None, None, 0, 1]
    assert [(row.channel, row.id, row.count, row.changes) for row in recording.ids] == [
        ("can0", 0x100, 6, 5), ("can1", 0x100, 6, 5),
    ]  # fmt: skip
    assert recording.ids[0].mean_s == pytest.approx(20e-6, abs=1e-9)
    found = recording.matching(parse_frame_filter(""), CanDatabase(), channel="can1")
    assert list(found.numbers) == [1, 3, 5, 7, 9, 11, 12]
    changed = recording.matching(parse_frame_filter("changed"), CanDatabase(), channel="can0")
    assert list(changed.numbers) == [2, 4, 6, 8, 10]
    totals = [recording.statistics.totals(one) for one in (None, "can0", "can1")]
    assert [(one.frames, one.errors) for one in totals] == [(12, 1), (6, 0), (6, 1)]
    counted = {one: density.most_in_a_second for one, density in recording.densities.items()}
    assert counted == {None: 12, "can0": 6, "can1": 6}
    assert recording.count_between(1, 4).totals("can1").frames == 2


@pytest.mark.parametrize("suffix", [".log", ".asc", ".blf", ".trc"])
def test_saved_frames_keep_their_channels_apart(tmp_path: Path, suffix: str) -> None:
    log = tmp_path / "two.log"
    log.write_text(TWO.replace("can1", "vcan0"))
    recording, saved = load_recording(log), tmp_path / f"saved{suffix}"
    save_frames(recording, range(recording.count), saved)
    again = load_recording(saved)
    assert len(again.channels) == 2
    assert [again.channels.index(frame.channel) for frame in again.frames()] == [n % 2 for n in range(12)]
    if suffix == ".log":
        assert again.channels == ("can0", "vcan0")
    back = tmp_path / "back.log"
    save_frames(again, range(again.count), back)
    assert len(load_recording(back).channels) == 2


def test_saved_csv_names_the_channels(tmp_path: Path) -> None:
    log = tmp_path / "two.log"
    log.write_text("(1.0) can0 100#00\n(1.1) =a,b 100#00\n")
    recording = load_recording(log)
    save_frames(recording, range(2), tmp_path / "saved.csv")
    titles, *rows = (tmp_path / "saved.csv").read_text().splitlines()
    assert titles.endswith(",channel")
    assert [row.split(",received,")[1] for row in rows] == ["can0", '"\'=a,b"']


def test_numbers_of_channels_are_those_of_their_names_and_never_two_the_same() -> None:
    assert numbered(("can0", "can1")) == {"can0": 1, "can1": 2}
    assert numbered(("2", "1")) == {"2": 2, "1": 1}
    assert numbered(("can3", "vcan3", "bus", "")) == {"can3": 4, "vcan3": 1, "bus": 2, "": 3}
    assert [interface_name(one) for one in ("1", "12", "vcan1", "", "a b")] == [
        "can0",
        "can11",
        "vcan1",
        "can0",
        "can0",
    ]


def test_hostile_names_of_channels_stay_few(tmp_path: Path) -> None:
    log = tmp_path / "many.log"
    log.write_text("".join(f"(1.000000) {'x' * 300}{k} 100#00\n" for k in range(200)))
    recording = load_recording(log)
    assert len(recording.channels) == 65
    assert recording.frame(199).channel == OTHERS
    assert len(names_text(recording.channels)) < 100


def test_comparison_of_channels_goes_by_their_names(tmp_path: Path) -> None:
    log = tmp_path / "two.log"
    log.write_text(TWO)
    found = load_recording(log).statistics
    rows = compare_ids(found.ids(), found.ids())
    assert [(row.channel, row.differences) for row in rows] == [("can0", ()), ("can1", ())]
    (row,) = compare_ids(found.ids("can0"), found.ids("can1"))
    assert (row.channel, row.text) == ("", "Same period and length")
    only = compare_ids(found.ids(), found.ids("can1"))
    assert [(row.channel, bool(row.differences)) for row in only] == [("can0", True), ("can1", False)]
