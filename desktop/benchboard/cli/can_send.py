"""`benchboard can send`: frames once, or the rows of a send table at their periods."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from benchboard.canbus import candump
from benchboard.canbus.bus import SendResult
from benchboard.canbus.capture import Capture
from benchboard.canbus.frame import Frame
from benchboard.canbus.send_table import MAX_PERIOD_MS, MIN_PERIOD_MS, SendRow, SendTable, bus_share
from benchboard.canbus.send_table_file import read_table
from benchboard.canbus.table_sender import RowState
from benchboard.canbus.timing import figures
from benchboard.canbus.traffic_shares import share_text
from benchboard.cli.can_channel import BITRATE, Interruption, interruption, open_capture
from benchboard.cli.dongle_port import PORT
from benchboard.cli.options import CliCommand, Incomplete, Number
from benchboard.cli.terminal import printable
from benchboard.errors import AppError, DeviceFailure, Invalid
from benchboard.i18n import _, ngettext, number

_MOST_NAMED: Final = 5
"""Wrong frames that an error explains."""
_POLL_S: Final = 0.05
# The dongle reports its counters twice a second; after two reports a frame was acknowledged or it was not.
_ACKNOWLEDGEMENT_S: Final = 1.2


@click.command(cls=CliCommand)
@PORT
@BITRATE
@click.argument("frames", nargs=-1, metavar="[ID#DATA …]")
@click.option(
    "--every",
    "period_ms",
    type=Number(MIN_PERIOD_MS, MAX_PERIOD_MS),
    metavar="MS",
    help="Send the frames again and again, each this many milliseconds after the one before.",
)
@click.option(
    "--table",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Send the rows of this send table, which the live bus saves.",
)
@click.option("--seconds", type=Number(0, min_open=True), metavar="SECONDS", help="Stop after this many seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def send(
    port: str,
    bitrate: int | None,
    frames: tuple[str, ...],
    period_ms: float | None,
    table: Path | None,
    seconds: float | None,
    as_json: bool,
) -> None:
    """Send frames.

    Write a frame as its ID, # and its data, all in hexadecimal digits. An ID of eight digits is extended. With --every
    or --table, frames are sent until --seconds have passed, or you press Ctrl+C.

    \b
    Frames:
      123#DEADBEEF  four bytes of data
      18FEF100#00   an extended ID
      123#R4        a remote frame for four bytes
      123##1AABB    a CAN FD frame

    \b
    Example:
      benchboard can send --port /dev/ttyACM0 123#DEADBEEF
    """
    context = click.get_current_context()
    if not frames and table is None:
        raise Incomplete(_("ID#DATA … or --table is required."), context)
    if frames and table is not None:
        raise click.UsageError(_("Name frames or a --table, not both."), context)
    if table is not None and period_ms is not None:
        raise click.UsageError(_("The rows of a table have periods of their own."), context)
    if table is None and period_ms is None:
        _send_once(port, bitrate, _parsed(frames), as_json)
        return
    rows = read_table(table) if table is not None else _table(_parsed(frames), period_ms)
    if not rows.rows:
        raise Invalid("send.empty", _("The send table has no rows."), do=_("Add rows to it on the live bus."))
    _send_rows(port, bitrate, rows, seconds, as_json)


def _table(frames: Sequence[Frame], period_ms: float | None) -> SendTable:
    table = SendTable()
    for frame in frames:
        table = table.with_frame(frame, period_ms=period_ms)
    return table


def _send_once(port: str, bitrate: int | None, frames: Sequence[Frame], as_json: bool) -> None:
    results: list[SendResult] = []
    with open_capture(port, bitrate, listen_only=False, sends=True) as capture:
        for frame in frames:
            capture.send(frame, results.append)
        _wait_for_acknowledgement(capture, results, len(frames))
    if capture.failure is not None:
        raise capture.failure
    state = capture.counters().bus
    unreported = capture.reports_sent and state.acknowledged < len(frames)
    if state.rejected or state.tx_errors or state.bus_off or unreported:
        sent = state.acknowledged if capture.reports_sent else state.sent
        raise DeviceFailure(
            "can.not-sent",
            unsent_title(len(frames), sent),
            why=_("The dongle rejected a frame that doesn't match its channel or bit timing.")
            if state.rejected
            else _("No node acknowledged the frame, or a node with another bit rate disrupted it."),
            do=_("Check that another node is on the bus, with the same bit rate and termination."),
        )
    if as_json:
        click.echo(json.dumps({"sent": state.sent, "bitrate": capture.bitrate}))
    else:
        sent_text = ngettext("{count} frame sent at {bitrate}.", "{count} frames sent at {bitrate}.", state.sent)
        click.echo(sent_text.format(count=state.sent, bitrate=figures.bit_rate(capture.bitrate)))


def unsent_title(count: int, sent: int) -> str:
    """That of `count` frames not all were sent; `sent` were."""
    if count == 1:
        return _("The frame wasn't sent.")
    return _("Some frames weren't sent.") if sent else _("No frame was sent.")


def _wait_for_acknowledgement(capture: Capture, results: Sequence[SendResult], count: int) -> None:
    """Wait until `count` frames were reported, or for as long as a dongle that reports none may need."""
    deadline = time.monotonic() + _ACKNOWLEDGEMENT_S
    while capture.running and time.monotonic() < deadline and not capture.counters().bus.rejected:
        if capture.reports_sent and len(results) >= count:
            return
        time.sleep(_POLL_S)


def _send_rows(port: str, bitrate: int | None, table: SendTable, seconds: float | None, as_json: bool) -> None:
    with open_capture(port, bitrate, listen_only=False, sends=True) as capture, interruption() as interrupted:
        sender = capture.table_sender
        began = time.monotonic()
        sender.start(table.rows)
        if not as_json and any(row.period_ms is not None for row in table.rows):
            text = _("Sending on {port} at {bitrate}, {share} of the bus. Press Ctrl+C to stop.")
            share = share_text(bus_share(table.rows, capture.bitrate, capture.data_bitrate))
            click.echo(text.format(port=port, bitrate=figures.bit_rate(capture.bitrate), share=share), err=True)
        _wait_for_rows(capture, seconds, interrupted)
        lasted = time.monotonic() - began
        sender.stop()
        deadline = time.monotonic() + _ACKNOWLEDGEMENT_S
        while (
            capture.running
            and time.monotonic() < deadline
            and (not capture.reports_sent or any(state.unconfirmed for state in sender.states().values()))
        ):
            time.sleep(_POLL_S)
        states = sender.states()
    _report(table, states, capture, as_json)
    if capture.failure is not None:
        raise capture.failure
    if error := next((state.error for state in states.values() if state.error is not None), None):
        raise _stopped_error(error, lasted)
    if any(state.failed or state.unconfirmed for state in states.values()) or _is_unacknowledged(capture):
        raise DeviceFailure(
            "can.not-sent",
            _("Some frames weren't sent."),
            why=_("No node acknowledged the frame, or a node with another bit rate disrupted it."),
            do=_("Check that another node is on the bus, with the same bit rate and termination."),
        )


def _stopped_error(error: AppError, lasted: float) -> AppError:
    """`error`, which ended the sending after `lasted` seconds, and that it did."""
    sentences = {
        "bus.passive": _("Sending stopped after {seconds} s: the dongle became error passive."),
        "bus.off": _("Sending stopped after {seconds} s: the dongle went bus off."),
    }
    if error.code not in sentences:
        return error
    return DeviceFailure(
        error.code, sentences[error.code].format(seconds=number(lasted, 1)), why=error.why, do=error.do
    )


def _is_unacknowledged(capture: Capture) -> bool:
    """Whether a dongle that doesn't report frames one by one has counted errors while it sent them."""
    bus = capture.counters().bus
    return not capture.reports_sent and (bus.bus_off or bool(bus.tx_errors))


def _wait_for_rows(capture: Capture, seconds: float | None, interrupted: Interruption) -> None:
    """Wait until no row runs any more, `seconds` have passed or the user interrupts it."""
    deadline = None if seconds is None else time.monotonic() + seconds
    while capture.running and not interrupted.requested:
        if deadline is not None and time.monotonic() >= deadline:
            return
        if not any(state.running for state in capture.table_sender.states().values()):
            return
        time.sleep(_POLL_S)


def _report(table: SendTable, states: dict[int, RowState], capture: Capture, as_json: bool) -> None:
    rows = [(row, states.get(row.key, RowState())) for row in table.rows]
    if as_json:
        answer = {"bitrate": capture.bitrate, "acknowledged": capture.reports_sent}
        click.echo(json.dumps(answer | {"rows": [_fields(row, state) for row, state in rows]}))
        return
    for row, state in rows:
        sent = _("{count} sent") if capture.reports_sent else _("{count} given to the dongle")
        parts = [sent.format(count=number(state.sent))]
        if state.failed:
            parts.append(_("{count} failed").format(count=number(state.failed)))
        if state.unconfirmed:
            parts.append(_("{count} not acknowledged").format(count=number(state.unconfirmed)))
        if state.missed:
            parts.append(_("{count} missed").format(count=number(state.missed)))
        parts.append(_("at most {ms} ms late").format(ms=number(state.most_late_s * 1000, 1)))
        title = f"{candump.text(row.frame)} {printable(row.name)}".rstrip()
        click.echo(f"{title}: {', '.join(parts)}")


def _fields(row: SendRow, state: RowState) -> dict[str, Any]:
    return {
        "frame": candump.text(row.frame), "name": row.name, "period_ms": row.period_ms, "sent": state.sent,
        "failed": state.failed, "unconfirmed": state.unconfirmed, "missed": state.missed,
        "most_late_ms": round(state.most_late_s * 1000, 3),
    }  # fmt: skip


def _parsed(texts: Sequence[str]) -> list[Frame]:
    """The frames in `texts`; raises `Invalid` (`can.frame`) naming all that are wrong."""
    frames = [candump.parse(text) for text in texts]
    wrong = [text for text, frame in zip(texts, frames, strict=True) if frame is None]
    if not wrong:
        return [frame for frame in frames if frame is not None]
    what = _("“{text}” isn't a valid frame.").format(text=wrong[0][:40])
    why = candump.why_invalid(wrong[0])
    if len(wrong) > 1:
        what = _("{count} of {total} frames aren't valid.").format(count=len(wrong), total=len(texts))
        named = [f"“{text[:40]}”: {candump.why_invalid(text)}" for text in wrong[:_MOST_NAMED]]
        more = len(wrong) - len(named)
        if more:
            named.append(ngettext("{count} more isn't valid.", "{count} more aren't valid.", more).format(count=more))
        why = " ".join(named)
    raise Invalid("can.frame", what, why=why, do=candump.format_hint(wrong[0]), field="frames")
