"""Data sources on a live bus: what queries read while it is open, when it is away, and what is said then."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchboard.analytics.queries import ResultTable, run_query
from benchboard.analytics.sources import services
from benchboard.analytics.sources.file_import import source_copies, table_scan
from benchboard.analytics.sources.file_news import live_text, source_news, status_title
from benchboard.analytics.sources.live_recorder import LiveRecorder
from benchboard.analytics.sources.live_sources import add_live, change_databases, live_sources_of
from benchboard.analytics.sources.live_value_writer import LiveValueWriter
from benchboard.analytics.sources.live_values import live_folder, read_state
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_reading import read_source_again
from benchboard.canbus.backends.python_can import PythonCanBus
from benchboard.canbus.capture import Capture
from benchboard.canbus.dbc import CanDatabase, parse_database
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.interval_values import IntervalValues, joined_rows
from benchboard.errors import Conflict, Denied, Invalid, Unavailable
from support.databases import unbound
from support.orders import Market

DBC = """VERSION ""
BU_: Plc
BO_ 291 Belt: 8 Plc
 SG_ Speed : 0|16@1+ (0.1,0) [0|100] "m/min" Plc
 SG_ Mode : 16|8@1+ (1,0) [0|3] "" Plc
VAL_ 291 Mode 0 "Stopped" 1 "Running" ;
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "belt.dbc"
    path.write_text(DBC)
    return path


@pytest.fixture(autouse=True)
def own_home(no_sources: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))


@pytest.fixture
def source(market: Market, database: Path) -> SourceSummary:
    with unbound(market.database).change() as session:
        return add_live(
            session, market.analyst, name="Conveyor", dongle="d0ngle", title="Belt dongle", databases=[database]
        )


@pytest.fixture
def bus() -> Iterator[PythonCanBus]:
    """The other end of the bus."""
    other = PythonCanBus("virtual", "live-source")
    yield other
    other.close()


def speed(value: float, mode: int = 1) -> Frame:
    return Frame(291, data=round(value * 10).to_bytes(2, "little") + bytes([mode, 0, 0, 0, 0, 0]))


def at(frame: Frame, seconds: float) -> Frame:
    return frame._replace(timestamp=Timestamp(seconds, TimeSource.HOST, 0.0))


def asked(market: Market, source: SourceSummary, query: str) -> ResultTable:
    with unbound(market.database).read() as session:
        return run_query(session, market.analyst, query, source_id=source.id)


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def recorder_of(market: Market, dongle: str, capture: Capture, every_s: float = 0.02) -> LiveRecorder:
    with unbound(market.database).read() as session:
        (found,) = live_sources_of(session, market.analyst, dongle)
    return LiveRecorder(capture, found.folder, found.databases, every_s=every_s)


def test_live_source_open_bus_gives_its_signals_decoded(
    market: Market, source: SourceSummary, bus: PythonCanBus
) -> None:
    capture = Capture(PythonCanBus("virtual", "live-source"), bitrate=500_000)
    capture.start()
    recorder = recorder_of(market, "d0ngle", capture)
    recorder.start()
    for value in (12.5, 13, 99.9):
        bus.send(speed(value))
    folder = live_folder(source.id)
    wait_for(lambda: read_state(folder).rows >= 2)
    query = (
        "SELECT signal, max(highest) AS most, sum(samples) AS n, max(state) AS state, max(unit) AS unit FROM signals"
    )
    wait_for(
        lambda: sum(int(str(row[0])) for row in asked(market, source, "SELECT sum(samples) FROM signals").rows) == 6
    )
    found = asked(market, source, f"{query} GROUP BY signal ORDER BY signal")
    assert [(row[0], float(str(row[1])), row[3], row[4]) for row in found.rows] == [
        ("Mode", 1.0, "Running", None),
        ("Speed", pytest.approx(99.9), None, "m/min"),
    ]
    assert read_state(folder).receives
    with unbound(market.database).read() as session:
        now = services.get_source(session, market.analyst, source.id)
        news = source_news(session, market.analyst, source.id)
    assert now.status == "connected"
    assert status_title(now, "") == "Live"
    assert news is not None
    assert news.live is not None
    assert live_text(news.name, news.live, str) == ""

    capture.stop()
    recorder.wait()
    assert len(asked(market, source, "SELECT * FROM signals").rows) >= 2  # what was received can still be read
    with unbound(market.database).read() as session:
        now = services.get_source(session, market.analyst, source.id)
        news = source_news(session, market.analyst, source.id)
    assert now.status == "disconnected"
    assert status_title(now, "") == "Not connected"
    assert news is not None
    assert news.live is not None
    said = live_text(news.name, news.live, lambda time: f"{time:%Y}")
    assert said == (
        f"“Conveyor” isn't connected: values until {datetime.now(UTC):%Y}."
        " Connect its dongle and open the live bus to go on."
    )


def test_live_source_before_the_first_value_says_what_to_do(market: Market, source: SourceSummary) -> None:
    with pytest.raises(Unavailable) as found:
        asked(market, source, "SELECT * FROM signals")
    assert found.value.code == "source.no-values"
    assert found.value.do == "Connect the dongle and open its live bus."
    assert source.tables == ("signals",)
    assert source.kind_title == "Live CAN signals"


def test_live_source_whose_program_was_killed_is_away(market: Market, source: SourceSummary) -> None:
    folder = live_folder(source.id)
    writer = LiveValueWriter(folder)
    writer.begin()
    assert read_state(folder).receives
    state = folder / "state.json"
    document = json.loads(state.read_text())
    state.write_text(json.dumps({**document, "written": document["written"] - 60}))
    assert not read_state(folder).receives


def test_live_source_database_that_cant_be_read_is_said(
    market: Market, source: SourceSummary, database: Path, bus: PythonCanBus
) -> None:
    database.unlink()
    capture = Capture(PythonCanBus("virtual", "live-source"), bitrate=500_000)
    capture.start()
    recorder = recorder_of(market, "d0ngle", capture)
    recorder.start()
    recorder.wait()
    capture.stop()
    with unbound(market.database).read() as session:
        now = services.get_source(session, market.analyst, source.id)
    assert now.status == "error"
    assert now.problem.startswith("“belt.dbc” doesn't exist in ")


def test_live_source_is_refused_where_a_file_is_meant(market: Market, source: SourceSummary, database: Path) -> None:
    with pytest.raises(Invalid) as again:
        read_source_again(unbound(market.database), market.analyst, source.id)
    assert again.value.code == "sources.live"
    with unbound(market.database).change() as session, pytest.raises(Invalid):
        add_live(session, market.analyst, name="Other", dongle="d0ngle", title="", databases=[])
    with unbound(market.database).change() as session, pytest.raises(Conflict):
        add_live(session, market.analyst, name="conveyor", dongle="d0ngle", title="", databases=[database])
    with unbound(market.database).change() as session, pytest.raises(Denied):
        add_live(session, market.technician, name="Third", dongle="d0ngle", title="", databases=[database])


def test_live_source_other_databases_are_kept(market: Market, source: SourceSummary, tmp_path: Path) -> None:
    other = tmp_path / "other.dbc"
    with unbound(market.database).change() as session:
        change_databases(session, market.analyst, source.id, [other])
    with unbound(market.database).read() as session:
        (found,) = live_sources_of(session, market.analyst, "d0ngle")
        assert found.databases == (other,)
        assert live_sources_of(session, market.analyst, "another") == ()


def test_live_source_values_go_with_it(market: Market, source: SourceSummary) -> None:
    folder = live_folder(source.id)
    write(folder, [at(speed(1), 1_000.0)])
    assert source_copies(unbound(market.database), market.analyst, source.id) == (folder,)
    assert table_scan(unbound(market.database), market.analyst, source.id, "signals").files
    from benchboard.analytics.sources.copies import delete_copies

    other = folder / "notes.txt"
    other.write_text("mine")
    delete_copies([folder])
    assert list(folder.iterdir()) == [other]


def write(folder: Path, *batches: list[Frame]) -> None:
    values = IntervalValues(CanDatabase(parse_database("belt.dbc", DBC.encode())))
    writer = LiveValueWriter(folder)
    writer.begin()
    for frames in batches:
        over = values.add(frames)
        writer.write(over, values.open_rows(), values.signals)
    writer.end()


def test_live_values_stay_bounded_and_a_query_that_began_can_still_read(
    market: Market, source: SourceSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = live_folder(source.id)
    batches = [[at(speed(second % 90), 1_000.0 + second)] for second in range(700)]
    write(folder, *batches)
    state = read_state(folder)
    span = asked(market, source, "SELECT min(time), max(time), count(*) FROM signals").rows[0]
    assert isinstance(span[0], datetime)
    assert isinstance(span[1], datetime)
    assert 600 <= (span[1] - span[0]).total_seconds() <= 611
    assert len(state.files) <= 62
    assert all((folder / name).stat().st_mode & 0o077 == 0 for name in state.files)


def test_live_values_of_the_session_before_stay(market: Market, source: SourceSummary) -> None:
    folder = live_folder(source.id)
    write(folder, [at(speed(1), 1_000.0)], [at(speed(2), 1_001.0)])
    write(folder, [at(speed(3), 1_002.0)])
    found = asked(market, source, "SELECT value FROM signals WHERE signal = 'Speed' ORDER BY time")
    assert [float(str(row[0])) for row in found.rows] == [1, 2, 3]


def test_interval_values_fast_signal_keeps_its_extremes_and_slow_one_each_value() -> None:
    values = IntervalValues(CanDatabase(parse_database("belt.dbc", DBC.encode())))
    fast = [at(speed(value), 1_000.0 + n / 1_000) for n, value in enumerate([5, 90, 1, 7] * 50)]
    parts = [values.add(fast[:30]), values.add(fast[30:95]), values.add([]), values.add(fast[95:])]
    rows = joined_rows((*parts, values.open_rows()))
    place = next(n for n, (_message, signal) in enumerate(values.signals) if signal.name == "Speed")
    found = rows.where(rows.signal == place)
    assert [int(n) for n in found.samples] == [100, 100]
    assert [float(n) for n in found.low] == [1, 1]
    assert [float(n) for n in found.high] == [90, 90]
    assert [float(n) for n in found.value] == [7, 7]
    assert int(rows.samples.sum()) == 2 * len(fast)
