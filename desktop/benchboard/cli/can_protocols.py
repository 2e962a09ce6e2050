"""Messages of J1939, ISO-TP and CANopen for `benchboard can decode` and `can monitor`."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import isfinite
from typing import Any, Final

import click

from benchboard.canbus import candump
from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame import Frame, Timestamp
from benchboard.canbus.frame_filter import FrameFilter
from benchboard.canbus.protocols.isotp_addresses import STANDARD_IDS, Addressing, parse_pairs
from benchboard.canbus.protocols.messages import Protocol, ProtocolMessage
from benchboard.canbus.protocols.protocol_choice import ProtocolChoice, ProtocolMode
from benchboard.canbus.protocols.protocol_decoder import ProtocolDecoder
from benchboard.canbus.protocols.protocol_text import (
    message_detail,
    message_name,
    message_title,
    problem_text,
)
from benchboard.canbus.protocols.uds import parse_uds
from benchboard.cli.terminal import printable
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext, number

_LONGEST_SHOWN: Final = 64
"""Bytes of a message that its line shows; JSON has all of them."""


class PairText(click.ParamType[str, object]):
    """Pairs of IDs of ISO-TP."""

    name = "ID:ID"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text; a usage error for pairs that can't be read."""
        try:
            return parse_pairs(str(value)).text
        except Invalid as error:
            self.fail(f"{error.what} {error.do}", param, ctx)


_OPTIONS: Final = (
    click.option(
        "--protocol",
        type=click.Choice([one.value for one in ProtocolMode if one is not ProtocolMode.NONE]),
        help="Show the messages of this protocol; auto guesses it.",
    ),
    click.option(
        "--pair", "pairs", multiple=True, type=PairText(), metavar="ID:ID",
        help="With --protocol isotp: IDs of requests and responses, such as 7E0:7E8; repeat it for several. "
        "Default: those of ISO 15765.",
    ),
    click.option(
        "--addressing", type=click.Choice([one.value for one in Addressing]), default="normal",
        help="With --pair: where addresses are. Default: normal.",
    ),
    click.option(
        "--all", "every", is_flag=True, help="With --protocol: show frames that repeat, such as EEC1 or PDOs, too."
    ),
)  # fmt: skip


def protocol_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that `protocol_choice` reads."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def protocol_choice(
    protocol: str | None, pairs: Sequence[str], addressing: str, *, every: bool
) -> ProtocolChoice | None:
    """The protocol that the options say, None without one. A usage error for options that don't fit each other."""
    mode = ProtocolMode(protocol or "none")
    if every and mode is ProtocolMode.NONE:
        raise click.UsageError(_("--all needs --protocol."), click.get_current_context())
    if pairs and mode is not ProtocolMode.ISOTP:
        raise click.UsageError(_("--pair needs --protocol isotp."), click.get_current_context())
    if addressing != Addressing.NORMAL.value and not pairs:
        raise click.UsageError(_("--addressing needs --pair."), click.get_current_context())
    if not pairs:
        return ProtocolChoice(mode, STANDARD_IDS) if mode is not ProtocolMode.NONE else None
    return ProtocolChoice(mode, parse_pairs(" ".join(pairs), Addressing(addressing)))


class MessageLines:
    """The lines of the messages in frames, and how many there were."""

    def __init__(self, choice: ProtocolChoice, database: CanDatabase, *, every: bool, as_json: bool) -> None:
        self._decoder = ProtocolDecoder(choice, every=every)
        self._database, self._as_json = database, as_json
        self.shown = self.incomplete = 0
        self.guessed: dict[Protocol, None] = {}

    def add(self, frame: Frame) -> list[str]:
        """The lines of the messages that a frame ends."""
        return [self._line(one) for one in self._decoder.add(frame)]

    def late(self, now: Timestamp) -> list[str]:
        """The lines of the messages that waited too long."""
        return [self._line(one) for one in self._decoder.late(now)]

    def end(self) -> list[str]:
        """The lines of the messages that aren't finished when no frame comes any more."""
        return [self._line(one) for one in self._decoder.end()]

    def matching(self, frames: Iterable[Frame], wanted: FrameFilter) -> Iterator[str]:
        """The lines of the messages in all frames that the filter matches."""
        previous: dict[tuple[int, bool, str], Frame] = {}
        for one in self._messages(frames):
            carrier = one.carrier
            key = (carrier.id, carrier.extended, carrier.channel)
            payload = one.data if one.protocol is Protocol.ISOTP else b""
            if wanted.matches(carrier, self._database.find(carrier), previous.get(key), payload):
                yield self._line(one)
            if wanted.needs_data:
                previous[key] = carrier

    def _messages(self, frames: Iterable[Frame]) -> Iterator[ProtocolMessage]:
        for frame in frames:
            yield from self._decoder.add(frame)
        yield from self._decoder.end()

    def _line(self, message: ProtocolMessage) -> str:
        self.shown += 1
        self.incomplete += message.problem is not None
        if message.guessed:
            self.guessed[message.protocol] = None
        return json.dumps(self._json(message)) if self._as_json else printable(self._text(message))

    def _text(self, message: ProtocolMessage) -> str:
        ident = candump.text(Frame(message.id, extended=message.extended)).partition("#")[0]
        channel = f"{message.channel} " if message.channel else ""
        size = ngettext("{count} byte", "{count} bytes", message.length).format(count=number(message.length))
        data = message.data[:_LONGEST_SHOWN].hex(" ").upper() + (" …" if len(message.data) > _LONGEST_SHOWN else "")
        parts = (message_detail(message), self._signals_text(message), data)
        return "  ".join(
            (f"({time_text(message.last)}) {channel}{ident} {message_title(message)}, {size}", *filter(None, parts))
        )

    def _signals_text(self, message: ProtocolMessage) -> str:
        found = self._database.find(message.carrier) if message.problem is None else None
        return " ".join(f"{one.signal.name}={one.text}" for one in found.decode(message.data)) if found else ""

    def _json(self, message: ProtocolMessage) -> dict[str, object]:
        said = parse_uds(message.data) if message.protocol is Protocol.ISOTP else None
        found = self._database.find(message.carrier) if message.problem is None else None
        line: dict[str, object] = {
            "time": message.last.seconds if message.last is not None else None,
            "first_time": message.first.seconds if message.first is not None else None,
            "channel": message.channel or None, "protocol": message.protocol.value, "guessed": message.guessed,
            "id": message.id, "extended": message.extended, "from": message.source, "to": message.target,
            "pgn": message.code, "service": said.service if said is not None else None,
            "kind": said.kind.value if said is not None else None, "name": message_name(message),
            "detail": message_detail(message), "frames": message.frames, "length": message.length,
            "complete": message.problem is None,
            "problem": message.problem.value if message.problem is not None else None,
            "why": problem_text(message), "repeats": message.repeats, "data": message.data.hex(),
        }  # fmt: skip
        if message.pace is not None:
            line |= {"block_size": message.pace[0], "stmin": message.pace[1]}
        if found is not None:
            values = found.decode(message.data)
            # JSON has no NaN and no infinity.
            signals = {one.signal.name: one.choice or (one.value if isfinite(one.value) else None) for one in values}
            line |= {"message": found.name, "signals": signals}
        return line

    def tell_total(self) -> None:
        """Say how many messages there were, and whether their protocol was guessed."""
        total = ngettext(
            "{count} message, {incomplete} incomplete.", "{count} messages, {incomplete} incomplete.", self.shown
        )
        click.echo(total.format(count=number(self.shown), incomplete=number(self.incomplete)), err=True)
        if self.guessed:
            names = ", ".join(one.title for one in self.guessed)
            click.echo(
                _("Guessed: {protocols}. Choose the protocol with --protocol.").format(protocols=names), err=True
            )


def time_text(stamp: Timestamp | None) -> str:
    """A time in seconds, with the digits that it has in the recording."""
    return f"{stamp.seconds:.{stamp.decimals}f}" if stamp is not None else "0"
