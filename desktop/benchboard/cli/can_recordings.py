"""`benchboard can record`, `replay`, `decode`, `stats`, `compare` and `detect`."""

import json
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Final

import click

from benchboard.canbus import candump
from benchboard.canbus.bit_rate_detection import RateHeard, detect_bit_rate
from benchboard.canbus.bus_recorder import BusRecorder, RecordingState
from benchboard.canbus.capture import Capture
from benchboard.canbus.dbc import CanDatabase, Message, conflict_text, short_text
from benchboard.canbus.dbc_files import load_databases
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.frame_filter import FrameFilter, parse_frame_filter
from benchboard.canbus.frame_statistics import FrameStatistics, IdStatistics, bus_shares
from benchboard.canbus.id_map import IdMap, parse_id_map, with_new_id
from benchboard.canbus.protocols.j1939_sources import SourceTotals, source_totals
from benchboard.canbus.recording_channels import names_text, require_channel, short_name
from benchboard.canbus.recording_comparison import TOLERANCE, ComparedId, compare_ids, counting_text
from benchboard.canbus.recording_reader import read_frames
from benchboard.canbus.recording_writer import recording_form
from benchboard.canbus.replay import replay_frames
from benchboard.canbus.split_recording import SplitAt
from benchboard.canbus.timing import figures
from benchboard.canbus.traffic_shares import share_text
from benchboard.canbus.triggers import Firing, Trigger
from benchboard.canbus.unreadable_parts import UnreadableParts
from benchboard.cli.can_channel import (
    BITRATE,
    ErrorsOnlyWarning,
    Interruption,
    interruption,
    open_capture,
    open_listening,
)
from benchboard.cli.can_names import require_known_names
from benchboard.cli.can_protocols import MessageLines, protocol_choice, protocol_options, time_text
from benchboard.cli.can_triggers import TRIGGERS, BusTriggers, firing_text, require_known_triggers
from benchboard.cli.dongle_port import PORT
from benchboard.cli.file_output import overwrite_option, require_writable
from benchboard.cli.options import Number, WholeNumber
from benchboard.cli.terminal import printable
from benchboard.errors import DeviceFailure, Invalid
from benchboard.i18n import _, ngettext, number

_POLL_S: Final = 0.05
_NOTICED_S: Final = 5.0
"""How much longer frames are kept than a recording begins before its trigger."""


class FilterText(click.ParamType[FrameFilter, object]):
    """A filter of frames, as the live bus takes it."""

    name = "TEXT"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> FrameFilter:
        """The filter; a usage error for one that can't be read."""
        if isinstance(value, FrameFilter):  # click converts a default again
            return value
        try:
            return parse_frame_filter(str(value))
        except Invalid as error:
            self.fail(f"{error.what} {error.do}", param, ctx)


class IdMapText(click.ParamType[IdMap, object]):
    """Pairs of IDs."""

    name = "TEXT"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> IdMap:
        """The new IDs; a usage error for pairs that can't be read."""
        if isinstance(value, dict):  # click converts a default again
            return value
        try:
            return parse_id_map(str(value))
        except Invalid as error:
            self.fail(f"{error.what} {error.do}", param, ctx)


DATABASES: Final = click.option(
    "--dbc", "databases", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
    help="DBC, KCD, SYM or ARXML file; repeat it for several.",
)  # fmt: skip
_FILTER: Final = click.option(
    "--filter", "wanted", type=FilterText(), default="", metavar="TEXT",
    help="Only frames that match: IDs (18F, 100-1FF, 100&700), names, Signal>value, pgn:, src:, dst:, service:, sent, "
    "received, !not.",
)  # fmt: skip
_CHANNEL: Final = click.option(
    "--channel", metavar="NAME", help="Only frames of this channel, as the recording calls it, such as can0."
)
_SECONDS: Final = click.option(
    "--seconds", type=Number(0, min_open=True), metavar="SECONDS", help="Stop after this many seconds."
)
_RECORDING: Final = click.argument("recording", type=click.Path(path_type=Path), metavar="RECORDING")


@click.command()
@PORT
@BITRATE
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@_SECONDS
@click.option("--count", type=WholeNumber(1), metavar="N", help="Stop after this many frames.")
@click.option("--listen-only", is_flag=True, help="Don't acknowledge frames.")
@TRIGGERS
@DATABASES
@click.option(
    "--before", "before_s", type=Number(0, 600), default=10.0, metavar="SECONDS",
    help="With --trigger: how long before it the recording begins. Default: 10.",
)  # fmt: skip
@click.option(
    "--split-seconds",
    "split_s",
    type=Number(1),
    metavar="SECONDS",
    help="Go on in another file after so long: drive-2.log, drive-3.log.",
)
@click.option(
    "--split-mb", type=Number(0, min_open=True), metavar="MB", help="Go on in another file once one is so large."
)
@overwrite_option
def record(
    port: str,
    bitrate: int | None,
    file: Path,
    seconds: float | None,
    count: int | None,
    listen_only: bool,
    triggers: tuple[Trigger, ...],
    databases: tuple[Path, ...],
    before_s: float,
    split_s: float | None,
    split_mb: float | None,
    overwrite: bool,
) -> None:
    """Record the frames on a bus to a file.

    The end of its name says the format: .log (candump), .asc, .blf, .trc or .csv. What was received is written four
    times a second, so that a computer that stops loses no more. Stops after --count frames or --seconds, or when you
    press Ctrl+C.

    With --trigger it waits for the first one that is met, and begins --before seconds earlier; --seconds count from
    then on.

    \b
    Examples:
      benchboard can record --port /dev/ttyACM0 drive.blf --seconds 60
      benchboard can record --port /dev/ttyACM0 fault.log --trigger error --before 5 --seconds 10
    """
    recording_form(file)
    require_writable(file, overwrite=overwrite)
    split = SplitAt(split_s, None if split_mb is None else int(split_mb * 1e6)) if split_s or split_mb else None
    database = load_databases(databases)
    require_known_triggers(triggers, database)
    with open_capture(port, bitrate, listen_only=listen_only) as capture:
        # What a trigger needs, and what comes until it is noticed.
        recorder = BusRecorder(capture, kept_s=before_s + _NOTICED_S if triggers else 0.0)
        if not triggers:
            recorder.start_recording(file, split=split)
        recorder.start()
        rate = figures.bit_rate(capture.bitrate)
        listening = _("Recording {port} at {bitrate}. Press Ctrl+C to stop.")
        waiting = _("Listening on {port} at {bitrate} for a trigger. Press Ctrl+C to stop.")
        click.echo((waiting if triggers else listening).format(port=port, bitrate=rate), err=True)
        warning = ErrorsOnlyWarning(capture, port)
        with interruption() as interrupted:
            watched = BusTriggers(triggers, database)
            if triggers and (met := _first_met(capture, watched, interrupted, warning)) is not None:
                recorder.start_recording(file, since=met.seconds - before_s, split=split)
                click.echo(_("Trigger: {what}").format(what=firing_text(met)), err=True)
            _wait(capture, recorder, seconds, count, interrupted, warning)
        recorder.stop()
        warning.give_once(at_end=True)
    state = recorder.state
    if state is None:
        if capture.failure is not None:
            raise capture.failure
        click.echo(_("Nothing recorded: no trigger was met."), err=True)
        return
    if state.failure is not None:
        raise state.failure
    if capture.failure is not None:
        raise capture.failure
    click.echo(_recorded_text(state))
    if others := recorder.recorded_to[1:]:
        click.echo(_("It goes on in {files}.").format(files=", ".join(map(str, others))))
    if state.dropped:
        click.echo(_("Dropped on this computer: {count}.").format(count=number(state.dropped)), err=True)
    if state.left_out:
        left_out = _("Left out, because the format can't hold them: {count}.")
        click.echo(left_out.format(count=number(state.left_out)), err=True)


def _recorded_text(state: RecordingState) -> str:
    """How many frames, and how many error frames, were recorded where: a sentence."""
    frames = state.frames - state.errors
    recorded = ngettext("{count} frame recorded to {file}.", "{count} frames recorded to {file}.", frames)
    text = recorded.format(count=number(frames), file=state.path)
    if not state.errors:
        return text
    errors = ngettext("{count} error frame", "{count} error frames", state.errors)
    return f"{text} " + _("Beside them: {errors}.").format(errors=errors.format(count=number(state.errors)))


def _first_met(
    capture: Capture, triggers: BusTriggers, interrupted: Interruption, warning: ErrorsOnlyWarning
) -> Firing | None:
    """Wait for the first trigger that is met; None if the bus ended, or the user, before that."""
    at = 0
    while capture.running and not interrupted.requested:
        new = capture.since(at)
        at = new.next
        if found := triggers.add(new.frames):
            return found[0]
        warning.give_once()
        time.sleep(_POLL_S)
    return None


def _wait(
    capture: Capture,
    recorder: BusRecorder,
    seconds: float | None,
    count: int | None,
    interrupted: Interruption,
    warning: ErrorsOnlyWarning,
) -> None:
    deadline = None if seconds is None else time.monotonic() + seconds
    while capture.running and recorder.recording and not interrupted.requested:
        state = recorder.state
        if (deadline is not None and time.monotonic() >= deadline) or (count and state and state.frames >= count):
            return
        warning.give_once()
        time.sleep(_POLL_S)


@click.command()
@PORT
@BITRATE
@_RECORDING
@click.option(
    "--speed", type=Number(0, min_open=True), default=1.0, help="How fast to play; 2 is twice as fast. Default: 1."
)
@click.option("--loop", type=WholeNumber(1), default=1, metavar="N", help="Play this many times. Default: 1.")
@click.option("--from", "first", type=Number(0), metavar="SECONDS", help="Begin this long after the first frame.")
@click.option("--to", "last", type=Number(0), metavar="SECONDS", help="End this long after the first frame.")
@click.option(
    "--map",
    "id_map",
    type=IdMapText(),
    default="",
    metavar="TEXT",
    help="Send IDs as others: 123=456,18FEF100=18FEF200.",
)
@_FILTER
@_CHANNEL
def replay(
    port: str,
    bitrate: int | None,
    recording: Path,
    speed: float,
    loop: int,
    first: float | None,
    last: float | None,
    id_map: IdMap,
    wanted: FrameFilter,
    channel: str | None,
) -> None:
    """Send the frames of a recording, at the times they have in it.

    Frames of several channels are sent onto one bus: choose one with --channel.

    Error frames aren't sent. Stops when you press Ctrl+C.

    \b
    Examples:
      benchboard can replay --port /dev/ttyACM0 drive.blf --speed 2
      benchboard can replay --port /dev/ttyACM0 drive.blf --from 10 --to 20 --map 123=456
    """
    require_known_names("wanted", wanted, CanDatabase())
    _require_frames(recording, first or 0.0, last, channel)
    with open_capture(port, bitrate, listen_only=False, sends=True) as capture, interruption() as interrupted:

        def goes_on() -> bool:
            return capture.running and not interrupted.requested

        sent, late = 0, 0.0
        channels: dict[str, None] = {}
        for turn in range(loop):
            whole = _of_channel(recording, channel, channels, tells=not turn)
            played_frames = _between(whole, first or 0.0, last)
            frames = (with_new_id(frame, id_map) for frame in played_frames if wanted.matches(frame))
            played = replay_frames(frames, capture.send, speed=speed, goes_on=goes_on)
            sent, late = sent + played.sent, max(late, played.most_late_s)
            if not goes_on():
                break
        state = capture.counters().bus
    if capture.failure is not None:
        raise capture.failure
    text = ngettext("{count} frame sent at {bitrate}.", "{count} frames sent at {bitrate}.", sent)
    click.echo(text.format(count=number(sent), bitrate=figures.bit_rate(capture.bitrate)))
    _warn_if_mixed(recording, tuple(channels))
    if late > 0.01:
        click.echo(_("At most {ms} ms late.").format(ms=number(late * 1000, 0)), err=True)
    if state.rejected:
        click.echo(_("Rejected by the dongle: {count}.").format(count=number(state.rejected)), err=True)


def _between(frames: Iterable[Frame], first: float, last: float | None) -> Iterator[Frame]:
    """The frames from `first` to `last` seconds after the first one."""
    start: float | None = None
    for frame in frames:
        start = _seconds(frame) if start is None else start
        offset = round(_seconds(frame) - start, 6)  # a recording has no finer times, and Unix time is a float
        if last is not None and offset > last:
            return
        if offset >= first:
            yield frame


def _of_channel(
    path: Path, channel: str | None, found: dict[str, None] | None = None, *, tells: bool = True
) -> Iterator[Frame]:
    """The frames of the recording that are of this channel, or of all. Notes in `found` the channels that they are of.
    At the end it says what of the recording couldn't be read, and raises `Invalid` (`can.channel`) if the recording
    hasn't the channel.
    """
    channels: dict[str, None] = {} if found is None or channel is not None else found
    unreadable = UnreadableParts()
    for frame in read_frames(path, unreadable=unreadable):
        if frame.channel:
            channels[frame.channel] = None
        if channel is None or frame.channel == channel:
            yield frame
    require_channel(path.name, channel, tuple(channels))
    if unreadable and tells:
        click.echo(printable(f"{unreadable.what(path.name)} {unreadable.why}"), err=True)


def _require_frames(recording: Path, first: float, last: float | None, channel: str | None) -> None:
    """Raise before a bus is opened if the recording can't be read, or has no frames from `first` to `last` (s)."""
    start, length = None, 0.0
    for frame in _of_channel(recording, channel, tells=False):
        start = _seconds(frame) if start is None else start
        offset = round(_seconds(frame) - start, 6)
        length = max(length, offset)
        if first <= offset and (last is None or offset <= last):
            return
    if start is None:
        raise Invalid(
            "can.empty", _("“{name}” has no frames.").format(name=recording.name), do=_("Choose another file.")
        )
    if last is None:
        what = _("“{name}” has no frames from {first} s on.").format(name=recording.name, first=number(first, 3))
    else:
        what = _("“{name}” has no frames from {first} s to {last} s.")
        what = what.format(name=recording.name, first=number(first, 3), last=number(last, 3))
    raise Invalid("can.range", what, do=_("Choose times from 0 to {seconds} s.").format(seconds=number(length, 3)))


@click.command()
@_RECORDING
@DATABASES
@protocol_options
@_FILTER
@_CHANNEL
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per frame or message.")
def decode(
    recording: Path,
    databases: tuple[Path, ...],
    protocol: str | None,
    pairs: tuple[str, ...],
    addressing: str,
    every: bool,
    wanted: FrameFilter,
    channel: str | None,
    as_json: bool,
) -> None:
    """Show the signals of the frames in a recording, each with its time, channel and ID.

    Frames that no database defines are left out.

    With --protocol it shows messages instead, those of several frames put together: of J1939, of ISO-TP with the
    services of UDS, or of CANopen. What isn't whole says why. A filter is applied to messages then, such as pgn:65226,
    src:0x0B or dst:255.

    \b
    Examples:
      benchboard can decode drive.blf --dbc vehicle.dbc --filter "EngineSpeed>3000"
      benchboard can decode truck.log --protocol j1939 --filter pgn:65226
      benchboard can decode ecu.asc --protocol isotp --pair 7E0:7E8 --json
    """
    if (choice := protocol_choice(protocol, pairs, addressing, every=every)) is not None:
        database = load_databases(databases)
        require_known_names("wanted", wanted, database)
        lines = MessageLines(choice, database, every=every, as_json=as_json)
        for told in lines.matching(_of_channel(recording, channel), wanted):
            click.echo(told)
        lines.tell_total()
        return
    if not databases:
        raise click.UsageError(_("Add a database with --dbc, or choose a --protocol."), click.get_current_context())
    database = load_databases(databases)
    require_known_names("wanted", wanted, database)
    for one in database.conflicts:
        text = _("Not used, because another database has the same ID: {messages}.").format(messages=conflict_text(one))
        click.echo(printable(text), err=True)
    shown = unknown = 0
    for frame in _filtered(_of_channel(recording, channel), database, wanted):
        message = database.find(frame)
        if message is None:
            unknown += 1
            continue
        shown += 1
        values = message.decode(frame.data)
        if as_json:
            # JSON has no NaN and no infinity.
            signals = {one.signal.name: one.choice or (one.value if isfinite(one.value) else None) for one in values}
            line = {"time": _seconds(frame), "channel": frame.channel or None, "id": frame.id}
            short = {"short": True} if short_text(message, frame.data) else {}
            click.echo(json.dumps(line | {"message": message.name, "signals": signals} | short))
        else:
            signals_text = "  ".join(f"{one.signal.name}={one.text}{'' if one.in_range else ' (!)'}" for one in values)
            signals_text = signals_text or short_text(message, frame.data)
            ident = candump.text(frame).partition("#")[0]
            where = f"{frame.channel} " if frame.channel else ""
            click.echo(printable(f"({time_text(frame.timestamp)}) {where}{ident} {message.name}  {signals_text}"))
    if unknown or not shown:
        text = _("{shown} frames decoded, {unknown} in no database.")
        click.echo(text.format(shown=number(shown), unknown=number(unknown)), err=True)


def _warn_if_mixed(path: Path, channels: Sequence[str]) -> None:
    """Say that frames of several channels of a recording were sent onto one bus."""
    if len(channels) > 1:
        said = _("The frames of {count} channels of “{name}” ({names}) went onto one bus. --channel chooses one.")
        text = said.format(count=number(len(channels)), name=path.name, names=names_text(channels))
        click.echo(printable(text), err=True)


def _filtered(frames: Iterable[Frame], database: CanDatabase, wanted: FrameFilter) -> Iterator[Frame]:
    """The frames that the filter matches, each compared with the one before it of its ID."""
    if not wanted.terms:
        yield from frames
        return
    previous: dict[tuple[int, bool, str], Frame] = {}
    for frame in frames:
        key = (frame.id, frame.extended, frame.channel)
        if wanted.matches(frame, database.find(frame), previous.get(key)):
            yield frame
        previous[key] = frame


def _counted(frames: Iterable[Frame], counts: FrameStatistics) -> Iterator[Frame]:
    """The frames, each of which is added to `counts`."""
    for frame in frames:
        counts.add((frame,))
        yield frame


@click.command()
@_RECORDING
@DATABASES
@_FILTER
@_CHANNEL
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def stats(
    recording: Path, databases: tuple[Path, ...], wanted: FrameFilter, channel: str | None, as_json: bool
) -> None:
    """Show how often and how regularly each ID of a recording comes, on each of its channels.

    The bus share of an ID is of all frames of its channel, those that --filter leaves out too. Times are in
    milliseconds: the shortest, mean and longest time between two frames, and their standard deviation. On J1939 the
    totals of each source address follow, known without a database.

    \b
    Example:
      benchboard can stats drive.blf --dbc vehicle.dbc
    """
    database = load_databases(databases)
    require_known_names("wanted", wanted, database)
    found, whole = FrameStatistics(), FrameStatistics()
    frames = _of_channel(recording, channel)
    found.add(_filtered(_counted(frames, whole), database, wanted) if wanted.terms else frames)
    rows, totals = found.ids(), found.totals()
    shares = [round(share, 6) for share in bus_shares(rows, whole.ids() if wanted.terms else None)]
    if as_json:
        answer = {"frames": totals.frames, "errors": totals.errors, "seconds": round(totals.seconds, 6)}
        ids = [
            _stats_json(row) | {"name": _message_name(database, row), "node": _node(database, row), "bus_share": share}
            for row, share in zip(rows, shares, strict=True)
        ]
        sources = [asdict(one) | {"bus_share": round(one.bus_share, 6)} for one in source_totals(rows)]
        click.echo(json.dumps(answer | {"ids": ids} | ({"sources": sources} if sources else {})))
        return
    titles = (
        _("ID"),
        _("Name"),
        _("Node"),
        _("Count"),
        _("Bus share"),
        _("Rate (1/s)"),
        _("Min (ms)"),
        _("Mean (ms)"),
        _("Max (ms)"),
        _("Jitter (ms)"),
        _("Changes"),
    )
    lines = [titles, *(_stats_line(database, row, share) for row, share in zip(rows, shares, strict=True))]
    shown = len(found.channels) > 1
    _echo_by_channel(lines, [row.channel if shown else "" for row in rows], left=(0, 1, 2))
    _echo_sources(source_totals(rows))
    errors, count = totals.errors, len({(row.id, row.extended) for row in rows})
    said = (
        ngettext("{count} frame", "{count} frames", totals.frames).format(count=number(totals.frames)),
        ngettext("{count} ID", "{count} IDs", count).format(count=number(count)),
        _("{seconds} s").format(seconds=number(totals.seconds, 3)),
        ngettext("{count} error frame", "{count} error frames", errors).format(count=number(errors)),
    )
    click.echo(", ".join(said), err=True)


def _echo_sources(totals: Sequence[SourceTotals]) -> None:
    """Print what each J1939 source address sends; nothing where there is none."""
    if totals:
        titles = (_("Source address"), _("IDs"), _("Count"), _("Bus share"))
        lines = [
            (f"0x{one.address:02X}", number(one.ids), number(one.frames), share_text(one.bus_share)) for one in totals
        ]
        click.echo()
        _echo_table([titles, *lines], left=(0,))


def _stats_json(row: IdStatistics) -> dict[str, object]:
    times = {key: row.rounded(getattr(row, key)) for key in ("min_s", "mean_s", "max_s", "jitter_s")}
    rate = row.rounded_rate
    figures_of = {key: value for key, value in asdict(row).items() if key != "data"}
    return figures_of | times | {"rate": rate} | _shape_json(row)


def _echo_table(lines: Sequence[Sequence[str]], *, left: Collection[int]) -> None:
    """Print rows of cells as columns; those that aren't `left` are aligned right."""
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    for line in lines:
        cells = (text.ljust(width) if place in left else text.rjust(width) for place, (text, width) in
                 enumerate(zip(line, widths, strict=True)))  # fmt: skip
        click.echo("  ".join(cells).rstrip())


def _echo_by_channel(lines: Sequence[Sequence[str]], channels: Sequence[str], *, left: Collection[int]) -> None:
    """Print rows as columns, with their channels before them if they have any. The first line has the titles."""
    if not any(channels):
        _echo_table(lines, left=left)
        return
    named = [(printable(short_name(one)), *line) for one, line in zip((_("Channel"), *channels), lines, strict=True)]
    _echo_table(named, left=(0, *(place + 1 for place in left)))


def _milliseconds(seconds: float, uncertainty_s: float) -> str:
    digits = max(0, Timestamp(0.0, TimeSource.DEVICE, uncertainty_s).decimals - 3) if uncertainty_s else 3
    return number(seconds * 1000, digits)


def _ident(row: IdStatistics | ComparedId) -> str:
    return (f"{row.id:08X}" if row.extended else f"{row.id:03X}") + (" RTR" if row.remote else "")


def _stats_line(database: CanDatabase, row: IdStatistics, share: float) -> tuple[str, ...]:
    def milliseconds(value: float | None) -> str:
        return "–" if value is None else _milliseconds(value, row.uncertainty_s)

    ident = _ident(row) + (_(" sent") if row.sent else "")
    rate = "–" if row.rate is None else number(row.rounded_rate or 0.0, row.rate_decimals)
    times = map(milliseconds, (row.min_s, row.mean_s, row.max_s, row.jitter_s))
    names = _message_name(database, row), _node(database, row)
    return ident, *names, number(row.count), share_text(share), rate, *times, number(row.changes)


def _node(database: CanDatabase, row: IdStatistics) -> str:
    message = _message(database, row)
    return printable(message.sender) if message is not None else ""


def _message(database: CanDatabase, row: IdStatistics | ComparedId) -> Message | None:
    return database.find(Frame(row.id, extended=row.extended, remote=row.remote))


def _message_name(database: CanDatabase, row: IdStatistics | ComparedId) -> str:
    message = _message(database, row)
    return printable(message.name) if message is not None else ""


def _seconds(frame: Frame) -> float:
    return frame.timestamp.seconds if frame.timestamp is not None else 0.0


@click.command()
@click.argument("first", type=click.Path(path_type=Path), metavar="A")
@click.argument("second", type=click.Path(path_type=Path), metavar="B")
@DATABASES
@_FILTER
@_CHANNEL
@click.option("--channel-b", metavar="NAME", help="Only frames of this channel of B, if it is another one than of A.")
@click.option(
    "--tolerance", type=Number(0), default=100 * TOLERANCE, metavar="PERCENT",
    help="How much periods may differ. Default: 20.",
)  # fmt: skip
@click.option("--all", "show_all", is_flag=True, help="Show the IDs that don't differ too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def compare(
    first: Path,
    second: Path,
    databases: tuple[Path, ...],
    wanted: FrameFilter,
    channel: str | None,
    channel_b: str | None,
    tolerance: float,
    show_all: bool,
    as_json: bool,
) -> None:
    """Show which IDs differ between two recordings.

    An ID differs if only one recording has it, if its mean period or the lengths of its data are others, if other
    bytes of it change, or if bytes that never change have other values. Values of bytes that change aren't compared.
    Bytes count from 0; with a database, the signals that differ are named before the bytes.
    Channels are compared by their names, unless each recording has only one, or one is chosen.

    Ends with status 1 if an ID differs, else with 0.

    \b
    Examples:
      benchboard can compare before.blf after.blf --dbc vehicle.dbc --tolerance 10
      benchboard can compare drive.log drive.log --channel can0 --channel-b can1
    """
    database = load_databases(databases)
    require_known_names("wanted", wanted, database)
    sides = []
    for path, chosen in ((first, channel), (second, channel if channel_b is None else channel_b)):
        found = FrameStatistics()
        found.add(_filtered(_of_channel(path, chosen), database, wanted))
        sides.append(found)
    every = compare_ids(sides[0].ids(), sides[1].ids(), tolerance=tolerance / 100)
    rows = [row for row in every if show_all or row.differences]
    if as_json:
        ids = [_compared_json(database, row) for row in rows]
        click.echo(json.dumps({"a": str(first), "b": str(second), "compared": len(every), "ids": ids}))
    else:
        _echo_compared(database, rows)
        _echo_differing(every)
    if any(row.differences for row in every):
        click.get_current_context().exit(1)


def _echo_compared(database: CanDatabase, rows: Sequence[ComparedId]) -> None:
    titles = (_("ID"), _("Name"), _("Count A"), _("Count B"), _("Mean A (ms)"), _("Mean B (ms)"), _("Difference"))
    lines = [titles, *(_compared_line(database, row) for row in rows)]
    _echo_by_channel(lines, [row.channel for row in rows], left=(0, 1, 6))


def _echo_differing(every: Sequence[ComparedId]) -> None:
    if any(row.tells_bytes for row in every):
        click.echo(counting_text(), err=True)
    total = ngettext("{differing} of {ids} ID differs.", "{differing} of {ids} IDs differ.", len(every))
    differing = sum(bool(row.differences) for row in every)
    click.echo(total.format(differing=number(differing), ids=number(len(every))), err=True)


def _compared_json(database: CanDatabase, row: ComparedId) -> dict[str, object]:
    sides = {key: None if side is None else _side_json(side) for key, side in (("a", row.first), ("b", row.second))}
    head = {"id": row.id, "extended": row.extended, "remote": row.remote, "name": _message_name(database, row)}
    head |= {"channel": row.channel} if row.channel else {}
    differences = {"differences": [one.value for one in row.differences]}
    message = _message(database, row)
    return head | sides | differences | ({"signals": row.signals_by(message)} if message is not None else {})


def _side_json(side: IdStatistics) -> dict[str, object]:
    return {"count": side.count, "changes": side.changes, "mean_s": side.rounded(side.mean_s)} | _shape_json(side)


def _shape_json(row: IdStatistics) -> dict[str, object]:
    data = row.data
    return {"lengths": sorted(data.lengths), "first_data": data.first.hex(), "changed_bytes": sorted(data.changed)}


def _compared_line(database: CanDatabase, row: ComparedId) -> tuple[str, ...]:
    counts = ("–" if side is None else number(side.count) for side in (row.first, row.second))
    means = (
        "–" if side is None or side.mean_s is None else _milliseconds(side.mean_s, side.uncertainty_s)
        for side in (row.first, row.second)
    )
    ident = _ident(row)
    return ident, _message_name(database, row), *counts, *means, printable(row.text_by(_message(database, row)))


@click.command()
@PORT
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def detect(port: str, as_json: bool) -> None:
    """Find the bit rate of a bus.

    Listens at each usual bit rate for 1.5 s, and stops at the first at which frames can be read. Sends nothing, and
    changes nothing on the dongle. A bus on which no node sends can't be detected.

    \b
    Example:
      benchboard can detect --port /dev/ttyACM0
    """

    def tell(heard: RateHeard) -> None:
        text = _("{rate}: {frames} frames, {errors} errors")
        rate, errors = figures.bit_rate(heard.bitrate), number(heard.errors)
        click.echo(text.format(rate=rate, frames=number(heard.frames), errors=errors), err=True)

    with interruption() as interrupted:
        found = detect_bit_rate(
            partial(open_listening, port),
            on_heard=(lambda _heard: None) if as_json else tell,
            goes_on=lambda: not interrupted.requested,
        )
    if as_json:
        click.echo(json.dumps({"bitrate": found.bitrate, "tried": [asdict(one) for one in found.heard]}))
    elif found.bitrate is not None:
        click.echo(found.sentence)
    if found.bitrate is None:
        raise DeviceFailure("can.no-bitrate", _("No bit rate was detected."), why=found.sentence)


COMMANDS: Final = (record, replay, decode, stats, compare, detect)
