"""A dongle and a host that claims it, without a cable: each message goes through the wire's bytes and back."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchboard.dongles import protocol
from benchboard.dongles.protocol import (
    Code,
    Command,
    Console,
    DeviceSide,
    Durable,
    HostClaim,
    Packet,
    Refused,
    messages,
)
from benchboard.dongles.protocol.framing import Body
from benchboard.dongles.simulator.node import FACTORY_CONFIG, FACTS
from support.cable import seeded
from support.pairing import ORGANISATION, ORGANISATION_KEY, PUBLIC

TOKEN = b"t" * 32
NONCE = b"n" * 16


def device(seed: int = 1, durable: Durable | None = None) -> DeviceSide:
    key = Ed25519PrivateKey.from_private_bytes(seeded(seed)(32))
    kept = durable or Durable(FACTORY_CONFIG)
    return DeviceSide(key, kept, lambda _new: None, facts=FACTS, random=seeded(seed + 100))


def ask(dongle: DeviceSide, command: Command, body: Body, now: float = 0.0) -> Body:
    """Through the wire's bytes and back. Raises `Refused` with the dongle's code."""
    request = Packet(messages.OPERATIONS[command], messages.GROUP, command, 7, body)
    (arrived,) = Console().feed(protocol.encode(request))
    assert isinstance(arrived, Packet)
    answer = dongle.handle(arrived, now)
    assert answer is not None
    if "err" in answer.body:
        raise Refused(Code(answer.body["err"]["rc"]))
    assert "rc" not in answer.body, answer.body
    return answer.body


def claim_for(dongle: DeviceSide, claim_id: bytes = b"c" * 16, seed: int = 9) -> HostClaim:
    return HostClaim(
        device_key=dongle.device_key,
        claim_id=claim_id,
        organisation=ORGANISATION.bytes,
        organisation_key=PUBLIC,
        random=seeded(seed),
    )


def begun(dongle: DeviceSide, **more: bytes) -> HostClaim:
    claim = claim_for(dongle, **more)
    claim.begun(ask(dongle, Command.CLAIM_BEGIN, claim.begin()))
    return claim


def pressed(dongle: DeviceSide) -> HostClaim:
    claim = begun(dongle)
    ask(dongle, Command.CLAIM_PROVE, claim.prove(ORGANISATION_KEY.sign))
    dongle.press(0.0)
    return claim


def claimed() -> DeviceSide:
    dongle = device()
    claim = pressed(dongle)
    claim.committed(ask(dongle, Command.CLAIM_COMMIT, claim.commit(TOKEN)))
    return dongle


def flipped(data: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(data)
    changed[place % len(data)] ^= 1 << bit
    return bytes(changed)
