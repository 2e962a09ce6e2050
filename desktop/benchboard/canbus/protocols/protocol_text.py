"""Frames and messages of a protocol in words: what it is, from whom to whom, and what it says. No I/O."""

from benchboard.canbus.frame import Frame
from benchboard.canbus.protocols.canopen import CanopenFrame, parse_canopen
from benchboard.canbus.protocols.isotp_frames import FlowStatus, FrameKind, IsotpFrame, parse_isotp, stmin_text
from benchboard.canbus.protocols.j1939 import group_text, parse_id
from benchboard.canbus.protocols.j1939_content import abort_text, address_text, content_text
from benchboard.canbus.protocols.messages import Problem, Protocol, ProtocolMessage
from benchboard.canbus.protocols.protocol_decoder import ProtocolDecoder
from benchboard.canbus.protocols.uds import parse_uds
from benchboard.i18n import _, ngettext, number


def frame_name(decoder: ProtocolDecoder, frame: Frame) -> str:
    """What a frame is by its own protocol, as “EEC1 · from 0x00 to all”; empty for one that isn't of it. One that was
    guessed says so.
    """
    if frame.error or frame.remote or not decoder.seen:
        return ""
    text = _frame_name(decoder, frame)
    if not text or not decoder.is_guessing:
        return text
    name, dot, rest = text.partition(" · ")
    return _("{name} (guessed)").format(name=name) + dot + rest


def frame_names(decoder: ProtocolDecoder, frame: Frame) -> tuple[str, ...]:
    """What `frame_name` says, and shorter texts for less room, down to the name alone: of J1939 first without the
    receiver, and without the sender at last.
    """
    whole = frame_name(decoder, frame)
    name, dot, _rest = whole.partition(" · ")
    if not dot:
        return (whole,)
    if not frame.extended or decoder.isotp_address(frame) is not None:
        return whole, name
    source = address_text(parse_id(frame.id).source)
    return whole, _("{name} · from {source}").format(name=name, source=source), f"{name} · {source}", name


def _frame_name(decoder: ProtocolDecoder, frame: Frame) -> str:
    seen = decoder.seen
    address = decoder.isotp_address(frame)
    if address is not None:
        part = parse_isotp(frame.data, address.prefix)
        return isotp_frame_text(part) if part is not None else ""
    if frame.extended:
        return _j1939_name(frame) if Protocol.J1939 in seen else ""
    parsed = parse_canopen(frame) if Protocol.CANOPEN in seen else None
    return canopen_text(parsed) if parsed is not None else ""


def _j1939_name(frame: Frame) -> str:
    parsed = parse_id(frame.id)
    detail = content_text(parsed.pgn, frame.data)
    name = group_text(parsed.pgn) + (f" {detail}" if detail else "")
    return route_text(name, address_text(parsed.source), address_text(parsed.target))


def route_text(name: str, source: str, target: str) -> str:
    """A message with its sender and its receiver."""
    return _("{name} · from {source} to {target}").format(name=name, source=source, target=target)


def isotp_frame_text(part: IsotpFrame) -> str:
    """One frame of ISO-TP."""
    said = parse_uds(part.payload) if part.kind in (FrameKind.SINGLE, FrameKind.FIRST) else None
    rest = f" · {said.text}" if said is not None else ""
    match part.kind:
        case FrameKind.SINGLE:
            return _("Single frame, {bytes}").format(bytes=_bytes(part.length)) + rest
        case FrameKind.FIRST:
            return _("First frame, {bytes}").format(bytes=_bytes(part.length)) + rest
        case FrameKind.CONSECUTIVE:
            return _("Consecutive frame {number}").format(number=part.sequence)
        case FrameKind.FLOW:
            return _("Flow control, {status}").format(status=_flow_text(part))


def _flow_text(part: IsotpFrame) -> str:
    if part.status is FlowStatus.WAIT:
        return _("wait")
    if part.status is FlowStatus.OVERFLOW:
        return _("overflow")
    return _("continue, {pace}").format(pace=pace_text(part.block_size, part.stmin))


def pace_text(block_size: int, stmin: int) -> str:
    """How fast a receiver wants frames: the block size and the shortest time between two."""
    return _("block size {size}, STmin {time}").format(size=block_size, time=stmin_text(stmin))


def _bytes(count: int) -> str:
    return ngettext("{count} byte", "{count} bytes", count).format(count=number(count))


def canopen_text(parsed: CanopenFrame) -> str:
    """One frame of CANopen."""
    parts = [parsed.kind.value]
    if parsed.to_node:
        parts.append(_("to node {node}").format(node=parsed.node) if parsed.node else _("to all nodes"))
    elif parsed.node:
        parts.append(_("node {node}").format(node=parsed.node))
    return " · ".join([*parts, parsed.detail] if parsed.detail else parts)


def message_name(message: ProtocolMessage) -> str:
    """What a message is, in a few words."""
    if message.protocol is Protocol.J1939:
        if message.problem is Problem.NO_BEGINNING:
            return _("Unknown message")
        assert message.code is not None
        return group_text(message.code)
    if message.protocol is Protocol.CANOPEN:
        parsed = parse_canopen(message.carrier)
        return parsed.kind.value if parsed is not None else ""
    said = parse_uds(message.data)
    return said.title if said is not None else _("Unknown message")


def message_title(message: ProtocolMessage) -> str:
    """What a message is, from whom to whom, and whether its protocol was guessed."""
    sender, receiver, title = sender_text(message), receiver_text(message), message_name(message)
    if sender and receiver:
        title = route_text(title, sender, receiver)
    elif message.protocol is Protocol.CANOPEN:
        parsed = parse_canopen(message.carrier)
        title = canopen_text(parsed._replace(detail="")) if parsed is not None else title
    elif sender:
        title = _("{name} · from {source}").format(name=title, source=sender)
    return _("{name} (guessed)").format(name=title) if message.guessed else title


def message_detail(message: ProtocolMessage) -> str:
    """What a message says beside its name, and what is wrong with it; empty where only its bytes tell."""
    parts = [_said(message)]
    if message.pace is not None:
        parts.append(pace_text(*message.pace))
    if message.repeats:
        repeats = ngettext("{count} frame came twice", "{count} frames came twice", message.repeats)
        parts.append(repeats.format(count=number(message.repeats)))
    if message.problem is not None:
        parts.append(problem_text(message))
    return ", ".join(part for part in parts if part)


def _said(message: ProtocolMessage) -> str:
    if message.protocol is Protocol.J1939 and message.code is not None and message.problem is None:
        return content_text(message.code, message.data)
    if message.protocol is Protocol.CANOPEN:
        parsed = parse_canopen(message.carrier)
        return parsed.detail if parsed is not None else ""
    said = parse_uds(message.data) if message.protocol is Protocol.ISOTP else None
    return said.detail if said is not None else ""


def problem_text(message: ProtocolMessage) -> str:
    """Why a message isn't whole: “incomplete, 14 of 20 bytes: …”; empty for one that is."""
    if message.problem is None:
        return ""
    why = message.problem.text
    if message.abort is not None:
        why = f"{why} ({abort_text(message.abort)})"
    if not message.length:
        return why
    text = _("incomplete, {received} of {bytes}: {why}")
    return text.format(received=number(len(message.data)), bytes=_bytes(message.length), why=why)


def sender_text(message: ProtocolMessage) -> str:
    """Who sent a message; empty if that isn't known."""
    return _party(message, message.source)


def receiver_text(message: ProtocolMessage) -> str:
    """Who a message is for; empty if that isn't known."""
    return _party(message, message.target)


def _party(message: ProtocolMessage, party: int | None) -> str:
    if party is None:
        return ""
    match message.protocol:
        case Protocol.J1939:
            return address_text(party)
        case Protocol.CANOPEN:
            return _("node {node}").format(node=party) if party else _("all nodes")
        case Protocol.ISOTP:
            digits = 2 if message.extended and party < 0x100 else 8 if message.extended else 3
            return f"0x{party:0{digits}X}"
